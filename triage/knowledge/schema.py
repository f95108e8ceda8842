"""What the knowledge files may hold: one model for each kind of entry, unknown keys refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field, StrictFloat, StrictInt, StrictStr, validator

from triage.knowledge.vocabulary import Category as Category
from triage.knowledge.vocabulary import SymptomSign as SymptomSign
from triage.knowledge.vocabulary import Urgency as Urgency

Number = StrictInt | StrictFloat


class Record(BaseModel):
    """Base of all entries: cannot be changed, refuses unknown keys."""

    class Config:
        """Settings of pydantic."""

        extra = "forbid"
        frozen = True
        allow_population_by_field_name = True


class Source(Record):
    """A place in a document: ``section`` is a section id of ``documents.yml`` or its exact reference."""

    document: StrictStr
    section: StrictStr


class Mention(Source):
    """A place in a document that names something, with the document's own words."""

    term: StrictStr


def _not_empty(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    if not sources:
        raise ValueError("at least one source is needed")
    return sources


class Sourced(Record):
    """Base of entries that must say where they come from."""

    sources: tuple[Source, ...]

    _sources_not_empty = validator("sources", allow_reuse=True)(_not_empty)


class Section(Record):
    """A part of a document: ``reference`` as the reference tables write it, ``name`` for patients."""

    id: StrictStr
    reference: StrictStr
    name: StrictStr


class Document(Record):
    """A source: a provided document, what goes ``beyond`` them, or the project's own ``policy``."""

    id: StrictStr
    title: StrictStr
    name: StrictStr  # short, to show patients
    date: StrictStr
    kind: Literal["provided", "beyond", "policy"]
    file: StrictStr | None = None
    note: StrictStr | None = None
    sections: tuple[Section, ...]

    def section(self, key: str) -> Section:
        """The section with this id or exact reference; KeyError when there is none."""
        for section in self.sections:
            if key in (section.id, section.reference):
                return section
        raise KeyError(key)


class DocumentsFile(Record):
    """``documents.yml``."""

    documents: tuple[Document, ...]
    conditions: tuple[Mention, ...]  # rows of the mentions table that name no symptom


# A term of a condition: a sign id of lexicon/signs.yml, or
#   symptom:<id>         this symptom, present in the conversation
#   symptom_sign:<group> any symptom of this group of signs
#   red_flag             anything in policy.red_flags
#   fever_or_chills      fever or chills, or a temperature that counts as fever
#   infection_sign       any symptom of the group infection
#   always               nothing more is needed
#   unanswered_screening the screening question was left open, not understood or answered "not sure"
# In an escalation, terms about symptoms mean another symptom than the one that is escalated.
SPECIAL_TERMS = frozenset({"red_flag", "fever_or_chills", "infection_sign", "always", "unanswered_screening"})
SYMPTOM_TERM = "symptom:"
GROUP_TERM = "symptom_sign:"

# Any of the inner lists is enough; all terms of an inner list are needed.
Condition = tuple[tuple[StrictStr, ...], ...]


class Escalation(Record):
    """When a symptom becomes more urgent.

    ``when`` is the reference table's text, ``reason`` the sentence for the patient, ``rule`` a rule
    of ``policy.yml`` to report instead of ``escalation.<symptom id>``.
    """

    to: Literal[Urgency.EMERGENCY, Urgency.CONTACT_NOW]
    when: StrictStr
    any_of: Condition
    reason: StrictStr
    rule: StrictStr | None = None


class Symptom(Record):
    """One of the documented side effects."""

    id: StrictStr
    label: StrictStr
    lay: StrictStr  # plain name inside a sentence: "a fever"
    category: Category
    urgency: Urgency
    signs: tuple[SymptomSign, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    mentions: tuple[Mention, ...]
    tell_the_team: StrictStr
    meanwhile: StrictStr | None = None

    def has_sign(self, sign: SymptomSign) -> bool:
        """Whether the symptom is in this group."""
        return sign in self.signs


class SymptomsFile(Record):
    """``symptoms.yml``."""

    symptoms: tuple[Symptom, ...]


class Range(Record):
    """Inclusive limits."""

    low: Number
    high: Number

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies between the limits."""
        return self.low <= value <= self.high


class Numbers(Record):
    """The policy's numbers, with units in their names."""

    low_systolic_mmhg: Number
    low_oxygen_percent: Number
    severe_from: StrictInt  # on a scale of 0 to 10
    crs_window_hours: Number
    memory_hours: Number  # what was reported longer ago no longer counts
    max_message_characters: StrictInt
    max_questions: StrictInt
    plausible: Mapping[StrictStr, Range]  # by kind of measurement, in the units of reading.model.Measurement


class UrgencyWords(Record):
    """How an urgency is named."""

    id: Urgency
    title: StrictStr


class CategoryWords(Record):
    """How a category is named, and the reason given when only its base urgency applies."""

    id: Category
    title: StrictStr
    reason: StrictStr


class Rule(Sourced):
    """A rule of the policy.

    ``reason`` is shown to patients. ``urgency`` and ``any_of`` are set where the rule is nothing
    but "when this is said, that urgency"; the other rules are carried out by the triage core.
    """

    id: StrictStr
    reason: StrictStr
    urgency: Urgency | None = None
    any_of: Condition = ()


class CrsSigns(Record):
    """Signs of cytokine release syndrome, as symptom ids."""

    alone: tuple[StrictStr, ...]
    any_two: tuple[StrictStr, ...]


class Unlisted(Record):
    """How a complaint that no document lists is triaged."""

    urgency: Urgency
    raised_to: Urgency
    raised_by: tuple[StrictStr, ...]  # sign ids


class Course(Record):
    """Getting worse or reported again: one step up, at most this urgency."""

    raised_by: tuple[StrictStr, ...]  # sign ids
    at_most: Urgency


class Question(Record):
    """A yes-or-no question that can change the urgency; its words are ``question.<id>`` in ``wording.yml``.

    ``about`` says when it may be asked, ``yes`` is what a yes stands for: sign ids.
    """

    about: Condition
    yes: tuple[StrictStr, ...] = ()


class Policy(Record):
    """The triage policy: numbers and rules."""

    urgencies: tuple[UrgencyWords, ...]
    categories: tuple[CategoryWords, ...]
    numbers: Numbers
    crs: CrsSigns
    red_flags: Condition
    unlisted: Unlisted
    course: Course
    questions: Mapping[StrictStr, Question]  # by id, in the order in which they are asked
    rules: tuple[Rule, ...]

    def rule(self, id: str) -> Rule:
        """The rule with this id; KeyError when there is none."""
        for rule in self.rules:
            if rule.id == id:
                return rule
        raise KeyError(id)

    def urgency_title(self, urgency: Urgency) -> str:
        """The short name of an urgency for headings."""
        return next(words.title for words in self.urgencies if words.id is urgency)

    def category_words(self, category: Category) -> CategoryWords:
        """Name and base reason of a category."""
        return next(words for words in self.categories if words.id is category)


class WordingFile(Record):
    """Everything the assistant says: ``texts`` by section and name, and the placeholders they may use."""

    placeholders: Mapping[StrictStr, StrictStr]
    texts: Mapping[StrictStr, Mapping[StrictStr, StrictStr]]


class Topic(Sourced):
    """A question that the documents answer."""

    id: StrictStr
    title: StrictStr
    answer: StrictStr
    asked_as: tuple[StrictStr, ...]
    caution: StrictStr | None = None


class QuestionsFile(Record):
    """``questions.yml``."""

    topics: tuple[Topic, ...]


class Medicine(Sourced):
    """A medicine that the leaflet lists as interacting."""

    id: StrictStr
    name: StrictStr
    also: tuple[StrictStr, ...] = ()


class MedicinesFile(Record):
    """``medicines.yml``."""

    medicines: tuple[Medicine, ...]


class Phrases(Record):
    """How patients say something; ``excluded`` is the file's ``not``."""

    phrases: tuple[StrictStr, ...] = ()
    excluded: tuple[StrictStr, ...] = Field((), alias="not")


class SignWords(Phrases):
    """Something said beside a symptom that can change the urgency."""

    meaning: StrictStr
    implies: StrictStr | None = None  # the symptom that the words themselves report
    says_how: bool = False  # how bad, how often or since when: no complaint without a symptom


class LexiconFile(Record):
    """A file of ``lexicon/``; every part may be missing."""

    words: Mapping[StrictStr, tuple[StrictStr, ...]] = {}
    symptoms: Mapping[StrictStr, Phrases] = {}
    signs: Mapping[StrictStr, SignWords] = {}
    cues: Mapping[StrictStr, tuple[StrictStr, ...]] = {}
    idioms: tuple[StrictStr, ...] = ()
