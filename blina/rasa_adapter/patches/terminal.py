"""What `rasa shell` reads: the end of what is typed, or of a pipe, ends the talk."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from rasa.core.channels import console

as_upstream = console._get_user_input


async def typed(previous_response: dict[str, Any] | None) -> str | None:
    """Show a reply and wait for the next message.

    Args:
        previous_response: the latest reply, None before the first.

    Returns:
        What was typed, or stands in the next line of a pipe or a file; None at their end, at which
        Rasa's loop stops.
    """
    if sys.stdin.isatty():
        try:
            line: str | None = await as_upstream(previous_response)
        except EOFError:  # Ctrl-D
            return None
        return line
    if previous_response is not None:
        console._print_bot_output(previous_response)
    line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    return line.strip() if line else None
