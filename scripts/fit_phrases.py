"""Fit the training phrases to another drug: `.venv/bin/python -m scripts.fit_phrases` (docs/new-drug.md).

The phrases of a side effect that `knowledge/symptoms.yml` does not list become phrases of a complaint that no
list names: who writes about it must still be understood as somebody who feels ill.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterable

from scripts.common import ROOT, main, say

UNLISTED = "unlisted_complaint"
_INTENT = re.compile(r"^(\s*- intent: *)(\w+)(.*)$", re.MULTILINE)


def fitted(text: str, known: Iterable[str]) -> str:
    """Give the phrases of intents that are not known to the complaint that no list names.

    Args:
        text: of a file in `data/nlu/`.
        known: the intents that stay.

    Returns:
        the text with other intents; nothing else of it changes.
    """
    stays = frozenset(known)
    return _INTENT.sub(
        lambda found: found[0] if found[2] in stays else f"{found[1]}{UNLISTED}{found[3]}", text
    )


def fit(root: Path = ROOT) -> list[str]:
    """Fit all files of training phrases.

    Args:
        root: the project's folder.

    Returns:
        the files that changed, by their path from there.
    """
    from blina.knowledge import load_knowledge
    from blina.rasa_adapter.generate import OTHER_INTENTS

    known = {*load_knowledge(root / "knowledge").symptoms, *OTHER_INTENTS}
    changed = []
    for file in sorted((root / "data" / "nlu").rglob("*.yml")):
        text = file.read_text(encoding="utf-8")
        if (new := fitted(text, known)) != text:
            file.write_text(new, encoding="utf-8")
            changed.append(file.relative_to(root).as_posix())
    return changed


def script() -> None:
    """Fit the phrases, and name the files."""
    for name in fit():
        say(f"Fitted: {name}")


if __name__ == "__main__":
    main(script)
