"""What a patient on blinatumomab writes, and what is said to them. Rooms import downwards only."""
