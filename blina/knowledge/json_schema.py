"""JSON Schemas of the knowledge files, by which an editor completes keys and marks mistakes."""

from __future__ import annotations

import json

from blina.knowledge.loader import FILES
from blina.knowledge.schema import LexiconFile, Record

FOLDER = "docs/schema"
_HEAD = "https://json-schema.org/draft-07/schema#"


def files() -> dict[str, str]:
    """The text of each schema by its path from the project's folder."""
    models: dict[str, type[Record]] = {**FILES, "lexicon.yml": LexiconFile}
    return {
        f"{FOLDER}/{name.removesuffix('.yml')}.json": json.dumps(
            {"$schema": _HEAD, **model.schema()}, indent=2, ensure_ascii=False
        )
        + "\n"
        for name, model in models.items()
    }
