"""The validated knowledge, as the rest of the program uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from triage.knowledge.schema import (
    Document,
    Medicine,
    Mention,
    Phrases,
    Policy,
    SignWords,
    Source,
    Symptom,
    Topic,
)


@dataclass(frozen=True)
class Knowledge:
    """Everything in ``knowledge/``; nothing in it can be changed.

    Args:
        symptoms: the documented side effects by id, in the order of the file.
        documents: the sources by id.
        conditions: what the documents name that is no symptom.
        policy: numbers and rules.
        wording: what the assistant says, by section and name.
        questions: topics that the documents answer, by id.
        medicines: the medicines that the leaflet lists, by id.
        words: word groups of the lexicon by name.
        lexicon: phrases by symptom id (``unlisted`` included where it has some).
        signs: signs by id, with their phrases.
        cues: lists of the lexicon that mark denial, past, questions, answers, by name.
        idioms: phrases that use symptom words and report nothing.
    """

    symptoms: Mapping[str, Symptom]
    documents: Mapping[str, Document]
    conditions: tuple[Mention, ...]
    policy: Policy
    wording: Mapping[str, Mapping[str, str]]
    questions: Mapping[str, Topic]
    medicines: Mapping[str, Medicine]
    words: Mapping[str, tuple[str, ...]]
    lexicon: Mapping[str, Phrases]
    signs: Mapping[str, SignWords]
    cues: Mapping[str, tuple[str, ...]]
    idioms: tuple[str, ...]

    def text(self, section: str, name: str) -> str:
        """One of the assistant's texts, placeholders unfilled; KeyError when there is none."""
        return self.wording[section][name]

    def source_names(self, source: Source) -> tuple[str, str]:
        """Short names of a source's document and section, to show patients."""
        document = self.documents[source.document]
        return document.name, document.section(source.section).name
