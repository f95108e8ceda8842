"""What the security manual and the hazard log promise is proved by tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("docs/security.md", "docs/clinical-safety.md")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
HAZARD_COLUMNS = ["id", "hazard", "cause", "effect", "severity", "control", "test", "what is left"]
SEVERITIES = {"catastrophic", "major", "considerable", "minor"}


@cache
def names_in(file: Path) -> frozenset[str]:
    """The functions that a file defines."""
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def tables(document: str) -> list[list[list[str]]]:
    """The rows of each table of a document, without the line below the heads."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    split = [
        [[cell.strip() for cell in row[1:-1].split("|")] for row in block.splitlines()] for block in found
    ]
    return [[rows[0], *rows[2:]] for rows in split]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_is_named_exists(document: str) -> None:
    named = _NAMED.findall((ROOT / document).read_text(encoding="utf-8"))
    assert len(named) > 20
    assert [(file, name) for file, name in named if name not in names_in(ROOT / file)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_row_names_its_test(document: str) -> None:
    for head, *rows in tables(document):
        if "test" in head:
            column = head.index("test")
            assert [row[0] for row in rows if not _NAMED.search(row[column])] == []


def test_every_hazard_is_complete_and_has_a_number_of_its_own() -> None:
    rows = []
    for head, *hazards in tables("docs/clinical-safety.md"):
        assert head == HAZARD_COLUMNS
        rows += hazards
    assert [row[0] for row in rows] == [f"H{number}" for number in range(1, len(rows) + 1)]
    assert {row[4] for row in rows} <= SEVERITIES
    assert [row[0] for row in rows if not all(row[:-1])] == []


@pytest.mark.parametrize("document", [*DOCUMENTS, "SECURITY.md"])
def test_every_file_that_is_linked_exists(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []
