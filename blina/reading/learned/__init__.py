"""The learned reading: what a whole message says of each symptom, in its context."""
