"""The knowledge files: read, validated, and held so that nothing can change them."""
