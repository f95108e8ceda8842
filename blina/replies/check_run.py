"""The daily checks that have ended, as plain values for the hand-over."""

from __future__ import annotations

from typing import Any

from blina.knowledge.wording import Voice
from blina.triage.conversation import Conversation, DailyCheck


def check_run(conversation: Conversation, voice: Voice) -> list[dict[str, Any]]:
    """The ended checks as plain JSON values, oldest first.

    Args:
        conversation: what is remembered.
        voice: the items' names.
    """
    return [
        {
            "time": check.time.isoformat(),
            "form": check.form,
            "end": check.end.value if check.end else None,
            "done": check.done,
            "of": item_count(check, voice),
            "found": check.found
            and {
                "item": check.found.item,
                "lay": _found_lay(check, voice),
                "answer": check.found.answer,
                "text": check.found.text,
            },
        }
        for check in conversation.checks
    ]


def _found_lay(check: DailyCheck, voice: Voice) -> str:
    if check.found is None:
        return ""
    item = voice.knowledge.daily_check.item(check.found.item)
    return item.lay if item else check.found.item


def item_count(check: DailyCheck, voice: Voice) -> int:
    """How many things the check asks."""
    form = voice.knowledge.daily_check.form(check.form)
    return len(form.items) if form else 0
