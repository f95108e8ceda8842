"""`python -m server` serves the assistant, `python -m server shell` talks to it in the terminal."""

from __future__ import annotations

import sys

from server import environment
from server.stop import Stop

USAGE = "Usage: python -m server [shell]"
BAD_START = 2


def main(arguments: list[str]) -> int:
    """Run a command.

    Args:
        arguments: none to serve, ``shell`` for the terminal.

    Returns:
        The exit status: 0, or 2 when the assistant could not start.
    """
    environment.prepare()
    from server import serve, shell  # after the environment, which their libraries read when loaded

    commands = {(): serve.serve, ("shell",): shell.shell}
    command = commands.get(tuple(arguments))
    if command is None:
        print(USAGE, file=sys.stderr)
        return BAD_START
    try:
        command()
    except Stop as error:
        print(error, file=sys.stderr)
        return BAD_START
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
