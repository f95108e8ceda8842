"""The validated knowledge, as the rest of the program uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blina.knowledge.schema import (
    DailyCheckFile,
    Document,
    Medicine,
    Mention,
    Phrases,
    Policy,
    SignWords,
    Source,
    Symptom,
    Topic,
    ValuesFile,
)


@dataclass(frozen=True, eq=False)  # one is itself: what is made of it once is kept by it
class Knowledge:
    """Everything in ``knowledge/`` for one drug; nothing in it can be changed.

    Args:
        symptoms: the documented side effects by id, in the order of the file.
        drug: the name of the drug.
        documents: the sources by id.
        conditions: what the documents name that is no symptom.
        policy: numbers and rules.
        values: the kinds of value that patients measure, and the words around them.
        wording: what the assistant says, by section and name.
        questions: topics that the documents answer, by id.
        medicines: the medicines that the leaflet lists, by id.
        daily_check: the two-minute check at home.
        words: word groups of the lexicon by name.
        lexicon: phrases by symptom id (``unlisted`` included where it has some); an id that is in no
            ``symptoms`` is another drug's, and reports a complaint that no list names.
        signs: signs by id, with their phrases.
        cues: lists of the lexicon that mark denial, past, questions, answers, by name.
        idioms: phrases that use symptom words and report nothing.
    """

    symptoms: Mapping[str, Symptom]
    drug: str
    documents: Mapping[str, Document]
    conditions: tuple[Mention, ...]
    policy: Policy
    values: ValuesFile
    wording: Mapping[str, Mapping[str, str]]
    questions: Mapping[str, Topic]
    medicines: Mapping[str, Medicine]
    daily_check: DailyCheckFile
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
