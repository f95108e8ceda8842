"""Print the hand-over of a stored conversation: ``python -m blina.replies.handover FILE [--as fhir]``.

For operators: the file holds what is remembered of the conversation (the slot ``conversation``) as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from blina.knowledge import load_knowledge
from blina.knowledge.settings import load_settings, local, zone
from blina.knowledge.wording import Voice
from blina.replies.handover import build
from blina.replies.handover.forms import FORMS, written
from blina.stop import Stop
from blina.triage.conversation import Conversation
from blina.triage.memory import expire
from blina.triage.policy import decide
from blina.triage.turn import MEMORY


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what `arguments` ask for.

    Args:
        arguments: of the command line.

    Raises:
        Stop: the file is no stored conversation, or the zone is none.
    """
    parser = argparse.ArgumentParser(prog="python -m blina.replies.handover", description=__doc__)
    parser.add_argument("file", type=Path, help="what is remembered of a conversation, as JSON")
    parser.add_argument("--as", dest="form", choices=FORMS, default="json")
    parser.add_argument(
        "--zone", help="time zone to show times in, such as Europe/London; else the setting's"
    )
    asked = parser.parse_args(arguments)
    conversation = stored(asked.file)
    settings = load_settings()
    knowledge = load_knowledge(drug=settings.drug)
    where = zone(asked.zone or settings.time_zone)
    if asked.zone and where is None:
        raise Stop(f"'{asked.zone}' is no time zone; write it like Europe/London.")
    now = local(_last(conversation), where)
    current = expire(conversation, knowledge, now)
    voice = Voice(knowledge, settings)
    made = build.hand_over(current, decide(current, knowledge, settings, now), voice, now)
    sys.stdout.write(written(made, asked.form, voice))


def stored(file: Path) -> Conversation:
    """The conversation of a file.

    Args:
        file: the memory's JSON, by itself or under its slot's name.

    Raises:
        Stop: it cannot be read, or holds nothing that anybody said.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Stop(f"{file} cannot be read as JSON ({type(error).__name__}).") from None
    if isinstance(content, dict) and isinstance(content.get(MEMORY), dict):
        content = content[MEMORY]
    conversation = Conversation.from_json(content)
    if not conversation.turn:
        raise Stop(f"{file} holds no conversation of this release.")
    return conversation


def _last(conversation: Conversation) -> datetime:
    """When the last of it was said: the hand-over is made as of then."""
    spoken = (conversation.told, conversation.reports, conversation.signs, conversation.values)
    times = [item.time for items in spoken for item in items]
    return max(times, default=datetime.now(timezone.utc))


if __name__ == "__main__":
    try:
        main()
    except Stop as stop:
        sys.exit(str(stop))
