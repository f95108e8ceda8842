"""What is wrong with a knowledge or settings file, said so that the person who edits it can find it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake in one place.

    Args:
        file: the file as people name it ("symptoms.yml").
        line: from 1; None when no line can be named.
        field: where in the file ("symptoms[3].urgency"); empty for the file itself.
        message: what is wrong.
    """

    file: str
    line: int | None
    field: str
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.field, self.message) if part)


class KnowledgeError(ValueError):
    """The knowledge files cannot be used; ``problems`` says where and why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
