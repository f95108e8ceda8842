"""`python -m blina.server`: see `blina.server.cli`."""

from blina.server.cli import script

if __name__ == "__main__":
    script()
