"""Keeping conversations in SQLite, written in a thread of their own."""
