"""How fast the assistant is, beside a stock Rasa bot on the same machine: `make bench`."""
