"""The chat page: its files, its socket, its signed conversations."""
