"""The forms in which a hand-over is given out."""

from __future__ import annotations

import json
from typing import Any

from blina.knowledge.wording import Voice
from blina.replies.handover.chart import chart
from blina.replies.handover.fhir import bundle
from blina.replies.handover.model import HandOver
from blina.replies.handover.text import text

# each form's name, and its content type
FORMS = {
    "json": "application/json",
    "fhir": "application/fhir+json",
    "text": "text/plain; charset=utf-8",
    "chart": "image/svg+xml",
}


def written(hand_over: HandOver, form: str, voice: Voice) -> str:
    """The hand-over in one of the forms.

    Args:
        hand_over: what the team must know.
        form: one of `FORMS`; the text has blanks, as it may be printed.
        voice: the words and the settings.
    """
    if form == "text":
        return f"{text(hand_over, voice, blanks=True)}\n"
    if form == "chart":
        return chart(hand_over, voice)
    return _json(bundle(hand_over, voice) if form == "fhir" else hand_over.as_json())


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
