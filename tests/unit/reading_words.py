"""The reader on the real lexicon, without the encoder, and short forms of what it finds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from blina.knowledge import load_knowledge
from blina.reading.lexicon.tokens import Token, Tokeniser
from blina.reading.model import Finding, Reading
from blina.reading.reader import SymptomReader

KNOWLEDGE = load_knowledge()


@lru_cache(maxsize=1)
def lexicon_reader() -> SymptomReader:
    return SymptomReader(KNOWLEDGE)


@lru_cache(maxsize=1)
def tokeniser() -> Tokeniser:
    return Tokeniser({"u": "you", "kinda": "kind of", "wont": "will not"})


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    return lexicon_reader().read(text)


def statuses(text: str) -> dict[str, str]:
    return {finding.symptom: finding.status.value for finding in read(text).findings}


def with_status(text: str, *wanted: str) -> set[str]:
    return {symptom for symptom, status in statuses(text).items() if status in wanted}


def present(text: str) -> set[str]:
    """Symptoms that are triaged: there, or maybe there."""
    return with_status(text, "present", "uncertain")


def finding_of(text: str, symptom: str) -> Finding:
    return next(finding for finding in read(text).findings if finding.symptom == symptom)


def signs(text: str) -> set[str]:
    reported = ("present", "uncertain")
    return {sign.id for sign in read(text).signs if sign.status.value in reported}


def tokens(text: str) -> list[Token]:
    return tokeniser().tokens(text)


def norms(found: Iterable[Token]) -> list[str]:
    return [token.norm for token in found]
