"""The conversation that README.md shows is the one that is had."""

from __future__ import annotations

import re
from pathlib import Path

from blina.assistant import Conversation, Core, Message
from blina.knowledge.settings import load_settings
from blina.reading.learned.model import default_model
from blina.reading.reader import SymptomReader
from tests.unit.talk import KNOWLEDGE, START

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
INTENTS = {"my husband can't get his words out": "difficulty_talking", "why?": "ask_why"}


def shown() -> list[tuple[str, str]]:
    """What is asked and what is answered, turn by turn."""
    block = re.search(r"^```\n(You: .*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert block
    return re.findall(r"You: +(.*?)\nBlina: +(.*?)(?=You:|\Z)", block[1], re.DOTALL)


def test_the_conversation_of_the_first_screen_is_had_as_it_stands_there() -> None:
    reader, core = SymptomReader(KNOWLEDGE, default_model()), Core(KNOWLEDGE, load_settings(environ={}))
    conversation, had = Conversation(), []
    for asked, _ in shown():
        turn = core.respond(conversation, Message(asked, INTENTS[asked], reader.read(asked)), START)
        conversation = turn.conversation
        had.append((asked, " ".join(reply.text for reply in turn.replies).split()))
    assert had == [(asked, answered.split()) for asked, answered in shown()]
    assert len(had) == len(INTENTS)
