"""Teaches the reader what is said of each symptom in a whole message (`make learn`).

It runs in an environment of its own, with PyTorch, which nobody needs who only runs the assistant. What it
writes (`blina/reading/learned/files/`) is committed and checked by hash when it is loaded.
"""
