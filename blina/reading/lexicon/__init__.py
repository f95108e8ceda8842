"""Matching the phrases that patients use, word for word and in spite of typing errors."""
