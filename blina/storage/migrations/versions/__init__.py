"""One file a step; each goes both ways."""
