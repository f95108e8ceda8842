"""The real server with parts that break on demand, to see that patients are answered all the same.

A message with one of these words breaks that part: ``breakreader``, ``breakaction``,
``breakpolicy``, ``breaksaving``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import SQLTrackerStore

from actions import turn
from nlu.symptom_reader import SymptomReader
from server.__main__ import main
from triage.assistant import respond


def breaks(word: str, text: str | None) -> None:
    """Raise when the message asks for it; the error quotes the message, as errors do."""
    if text and word in text:
        raise RuntimeError(f"cannot handle: {text}")


def break_parts() -> None:
    """Put the faults in place."""
    read = SymptomReader.process
    predict, save = MessageProcessor.predict_next_with_tracker_if_should, SQLTrackerStore.save

    def process(self: SymptomReader, messages: list[Any]) -> list[Any]:
        for message in messages:
            breaks("breakreader", message.get("text"))
        return read(self, messages)

    def broken_respond(conversation: Any, message: Any, *others: Any) -> Any:
        breaks("breakaction", message.text)
        return respond(conversation, message, *others)

    def predict_next(self: MessageProcessor, tracker: Any) -> Any:
        breaks("breakpolicy", tracker.latest_message.text)
        return predict(self, tracker)

    async def broken_save(self: SQLTrackerStore, tracker: Any) -> None:
        breaks("breaksaving", tracker.latest_message.text if tracker.latest_message else None)
        await save(self, tracker)

    setattr(SymptomReader, "process", process)  # noqa: B010 - a fault is not a type error
    setattr(turn, "respond", broken_respond)  # noqa: B010
    MessageProcessor.predict_next_with_tracker_if_should = predict_next
    SQLTrackerStore.save = broken_save


if __name__ == "__main__":
    break_parts()
    sys.exit(main([]))
