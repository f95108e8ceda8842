"""What can be watched while it runs: counts and times, and whose line of the log it is. Never a word."""
