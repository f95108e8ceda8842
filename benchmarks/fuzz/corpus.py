"""The inputs that were worth keeping, one file of JSON for each target in tests/fuzz."""

from __future__ import annotations

import json

from scripts.common import ROOT

FOLDER = ROOT / "tests" / "fuzz"
MOST_BYTES = 16_000  # of a target: the shortest inputs are kept


def read(name: str) -> list[bytes]:
    """The kept inputs of a target.

    Args:
        name: of the target.
    """
    file = FOLDER / f"{name}.json"
    texts = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return [text.encode("latin-1") for text in texts]


def write(name: str, inputs: list[bytes]) -> None:
    """Keep inputs beside those that are kept, the shortest first, as many as fit.

    Args:
        name: of the target.
        inputs: any number.
    """
    kept: list[str] = []
    size = 0
    before = read(name)
    new = sorted(set(inputs) - set(before), key=lambda data: (len(data), data))
    for one in (*before, *new):
        text = one.decode("latin-1")
        size += len(json.dumps(text)) + len(",\n")
        if size > MOST_BYTES:
            break
        kept.append(text)
    FOLDER.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(text) for text in kept)
    (FOLDER / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
