"""What the lexicon does not know, read by its meaning."""
