"""The channels patients write through, and what all of them share."""
