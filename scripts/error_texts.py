"""Collect what programs say when they stop or refuse a file, for docs/error-texts.md (`make generate`)."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Iterator, Sequence

from scripts.common import ROOT

PAGE = "docs/error-texts.md"
HEAD = """# What can be wrong, word for word

<!-- Made by `make generate` from the code. Do not edit. -->

Search here for what a command or the server says. What stands in braces is filled in. Each sentence says
itself what to do; how the parts belong together is in [setup.md](setup.md), [operations.md](operations.md)
and [knowledge.md](knowledge.md). A mistake in a file begins with the file, the line and the field.
"""
KNOWLEDGE = "demands lexicon_check loader references schema validate value_schema yaml_file".split()
# Heading, files, and the calls whose texts are shown.
PARTS: tuple[tuple[str, Sequence[str], Sequence[str]], ...] = (
    ("Set-up, training and the other commands", ("scripts/*.py",), ("Stop",)),
    (
        "At the start of the server, and in `blina` commands",
        ("blina/**/*.py",),
        ("Stop", "WeakKey", "CredentialsError", "ModelError", "UpstreamChanged"),
    ),
    ("In `settings.yml` and its variables", ("blina/knowledge/settings.py",), ("Problem", "ValueError")),
    (
        "In `knowledge/`",
        tuple(f"blina/knowledge/{name}.py" for name in KNOWLEDGE),
        ("Problem", "problem", "_add", "_add_at", "ValueError", "message", "_term"),
    ),
)


def page(root: Path = ROOT) -> str:
    """Write the page.

    Args:
        root: the project's folder.

    Returns:
        its text.
    """
    parts = [HEAD]
    for heading, patterns, names in PARTS:
        files = sorted({file for pattern in patterns for file in root.glob(pattern)})
        found: dict[str, str] = {}
        for file in files:
            for sentence in sentences(file.read_text(encoding="utf-8"), names):
                found.setdefault(sentence, file.relative_to(root).as_posix())
        in_order = sorted(found, key=str.lower)
        rows = [f"| {sentence.replace('|', '/')} | `{found[sentence]}` |" for sentence in in_order]
        parts.append("\n".join([f"## {heading}\n", "| sentence | said in |", "|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def sentences(source: str, names: Sequence[str]) -> list[str]:
    """Find what is said in calls of these names, and returned by functions of these names.

    Args:
        source: a Python file.
        names: of exceptions and functions.

    Returns:
        each text, with `{name}` for what is filled in.
    """
    tree = ast.parse(source)
    assigned = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in names and node.args:
            said = node.args[-1]
            if isinstance(said, ast.Name):  # `message`, written out above
                said = assigned.get(said.id, said)
            found += _texts(said)
        elif isinstance(node, ast.FunctionDef) and node.name in names:
            returned = [inside.value for inside in ast.walk(node) if isinstance(inside, ast.Return)]
            found += [text for said in returned if said is not None for text in _texts(said)]
    return list(dict.fromkeys(found))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _texts(said: ast.expr) -> Iterator[str]:
    """Read the texts of an expression; of "a if b else c" both."""
    if isinstance(said, ast.IfExp):
        yield from _texts(said.body)
        yield from _texts(said.orelse)
    elif isinstance(said, ast.Constant) and isinstance(said.value, str):
        yield _on_one_line(said.value)
    elif isinstance(said, ast.JoinedStr):
        yield _on_one_line("".join(_part(value) for value in said.values))


def _part(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    filled = value.value if isinstance(value, ast.FormattedValue) else value
    names = [_name(node) for node in ast.walk(filled) if isinstance(node, (ast.Attribute, ast.Name))]
    return "{" + next((name.strip("_").lower() for name in names if name), "...") + "}"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
