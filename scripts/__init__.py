"""What the Makefile runs: setting up, training when needed, locking versions.

Plain standard library, and for any Python from 3.8 on, because set-up starts before
the assistant's own Python has been found.
"""
