"""What every request passes, whichever channel it is for: connections, limits, access."""
