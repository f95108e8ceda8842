"""What the knowledge files may hold: one model for each kind of entry, unknown keys refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import ConstrainedFloat, Field, StrictInt, StrictStr

from blina.knowledge.record import Mention as Mention
from blina.knowledge.record import Number as Number
from blina.knowledge.record import Record as Record
from blina.knowledge.record import Source as Source
from blina.knowledge.record import Sourced as Sourced
from blina.knowledge.value_schema import Range as Range
from blina.knowledge.value_schema import ValueKind as ValueKind
from blina.knowledge.value_schema import ValuesFile as ValuesFile
from blina.knowledge.value_schema import ValueUnit as ValueUnit
from blina.knowledge.vocabulary import Category as Category
from blina.knowledge.vocabulary import SymptomSign as SymptomSign
from blina.knowledge.vocabulary import Urgency as Urgency


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
    """``documents.yml``; ``drug`` is the name of what they are about, as a nurse knows it."""

    drug: StrictStr
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


class Numbers(Record):
    """The policy's numbers, with units in their names."""

    low_systolic_mmhg: Number
    low_oxygen_percent: Number
    severe_from: StrictInt  # on a scale of 0 to 10
    many_a_day: StrictInt  # so often a day is more than usual
    syndrome_window_hours: Number
    memory_hours: Number  # what was reported longer ago no longer counts
    max_questions: StrictInt
    # Beyond the documents: limits of the kinds of value.
    high_systolic_mmhg: Number
    high_pulse: Number
    low_pulse: Number
    high_sugar_mmol: Number
    low_sugar_mmol: Number
    near_fever_c: Number
    low_temperature_c: Number
    very_low_temperature_c: Number


class Probability(ConstrainedFloat):
    """A number from 0 to 1."""

    strict = True
    ge = 0.0
    le = 1.0


class ValueLimit(Record):
    """From which number on, or under which, a value falls under a rule of the policy."""

    side: Literal["from", "under"]
    number: StrictStr  # of policy.yml, or fever_threshold_c of the settings
    rule: StrictStr
    means: StrictStr | None = None  # the symptom that such a value is
    reports: StrictStr | None = (
        None  # the symptom that is written down with it, whose urgency it does not take
    )
    with_illness: bool = False  # only for somebody who reports something else too


class UrgencyWords(Record):
    """How an urgency is named."""

    id: Urgency
    title: StrictStr


class CategoryWords(Record):
    """How a category is named, and the reason given when only its base urgency applies.

    Where the reason names a syndrome, ``plain`` says it first without; see ``Rule``.
    """

    id: Category
    title: StrictStr
    reason: StrictStr
    plain: StrictStr | None = None


class Rule(Sourced):
    """A rule of the policy.

    ``reason`` is shown to patients; where it names a syndrome, ``plain`` says it first without, and
    ``reason`` answers "why?". ``urgency`` and ``any_of`` are set where the rule is nothing
    but "when this is said, that urgency"; the other rules are carried out by the triage core.
    """

    id: StrictStr
    reason: StrictStr
    plain: StrictStr | None = None
    urgency: Urgency | None = None
    any_of: Condition = ()


class Syndrome(Record):
    """The reaction that a drug's warning signs add up to, as symptom ids, and the rules that say so."""

    name: StrictStr  # short, for clinicians
    alone: tuple[StrictStr, ...]  # a warning on its own
    any_two: tuple[StrictStr, ...]  # two different ones within ``syndrome_window_hours``
    alone_rule: StrictStr
    any_two_rule: StrictStr


class Roles(Record):
    """Which symptoms and signs the core treats in a way of their own, and the rule for an infusion."""

    fever: StrictStr  # what a temperature means, and what medicines hide
    chills: StrictStr | None = None  # asked about together with the fever
    first_aid: tuple[StrictStr, ...] = ()  # their ``meanwhile`` is shown where the connection is lost
    infusion_rule: StrictStr | None = None  # none where nothing is infused
    summing: tuple[StrictStr, ...] = ()  # signs that stand for many words: the hand-over shows the words
    stopped: Mapping[
        str, StrictStr
    ] = {}  # symptoms that are themselves something that others stop: sleep, eating

    @property
    def feverish(self) -> tuple[str, ...]:
        """Fever and, where the drug lists them, chills."""
        return (self.fever, self.chills) if self.chills else (self.fever,)


class ScreeningItem(Record):
    """One thing that the check question asks about.

    Its words are ``screening_chip.<id>`` and ``meant.<id>`` in ``wording.yml``, and the cues
    ``screening_<id>`` and ``names_<id>``.
    """

    id: StrictStr
    symptom: StrictStr  # what naming it reports
    also: tuple[StrictStr, ...] = ()  # symptoms that are named with the same words
    each_denied: bool = False  # a denial of one of them says nothing about the others

    @property
    def denied_by(self) -> tuple[str, ...]:
        """The symptoms whose denial is a no to this item."""
        return (self.symptom, *self.also) if self.each_denied else (self.symptom,)


class Unlisted(Record):
    """How a complaint that no document lists is triaged."""

    urgency: Urgency
    raised_to: Urgency
    raised_by: tuple[StrictStr, ...]  # sign ids


class Course(Record):
    """Getting worse or reported again: one step up, at most this urgency."""

    raised_by: tuple[StrictStr, ...]  # sign ids
    at_most: Urgency


class AddingUp(Record):
    """So many different complaints that each need ``each`` or more need ``to``."""

    complaints: StrictInt
    each: Urgency
    to: Urgency


class FollowUp(Record):
    """What words (a cue) said next add to symptoms that were told before: a sign."""

    cue: StrictStr
    about: tuple[StrictStr, ...]  # symptom ids
    adds: StrictStr  # a sign


class Question(Record):
    """A yes-or-no question that can change the urgency; its words are ``question.<id>`` in ``wording.yml``.

    ``about`` says when it may be asked. ``yes`` is what a yes stands for, ``no`` what a no stands for:
    sign ids, in one of the two only. ``in_warning``: it is asked even though the advice is to call now.
    ``number``: what a bare number answers, on a scale of 0 to 10 (``severe_from``) or a count a day
    (``many_a_day``). ``hours``: a time of so many hours or more is a yes, a shorter one a no.
    """

    about: Condition
    yes: tuple[StrictStr, ...] = ()
    no: tuple[StrictStr, ...] = ()
    in_warning: bool = False
    number: Literal["scale", "count"] | None = None
    hours: Number | None = None

    @property
    def signs(self) -> tuple[str, ...]:
        """What the alarming answer stands for."""
        return self.no or self.yes

    @property
    def alarming(self) -> str:
        """The answer that makes things more urgent: ``yes`` or ``no``."""
        return "no" if self.no else "yes"


class Certainty(Record):
    """How sure the learned reader must be against the lexicon; probabilities of a symptom being reported.

    ``adds``: from here on it reports what the lexicon did not find. ``keeps``: below, it takes away what the
    lexicon reports. ``denied``, ``past``, ``mentioned``: from here on it reports what the cues say is that;
    ``turned``: the same for all three where the message has a turn in it ("but", "until today").
    """

    adds: Probability
    keeps: Probability
    denied: Probability
    past: Probability
    mentioned: Probability
    turned: Probability


class OwnCertainty(Record):
    """What of `Certainty` is a label's own; the rest is that of its group."""

    adds: Probability | None = None
    keeps: Probability | None = None
    denied: Probability | None = None
    past: Probability | None = None
    mentioned: Probability | None = None
    turned: Probability | None = None


class ReadingCosts(Record):
    """`Certainty` by what a miss costs: base urgency, complaints in no list, signs, and single labels."""

    comfort_below: Probability  # no comfort where a warning sign that is not reported is this likely or more
    gives_way: Probability  # the lexicon's word gives way to a denial or an end that is this sure or surer
    in_doubt: Probability  # what ``keeps`` is at least in a sentence that speaks about symptoms
    by_urgency: Mapping[Urgency, Certainty]
    unlisted: Certainty
    signs: Certainty
    labels: Mapping[StrictStr, OwnCertainty] = {}

    def of(self, label: str, symptoms: Mapping[str, Symptom]) -> Certainty:
        """What holds for a symptom, ``unlisted`` or a sign."""
        group = self.group(symptoms[label].urgency.value if label in symptoms else label)
        own = self.labels[label].dict(exclude_none=True) if label in self.labels else {}
        return group.copy(update=own)

    def group(self, name: str) -> Certainty:
        """What holds for a base urgency, for ``unlisted``, and for everything else: signs."""
        if name in {urgency.value for urgency in self.by_urgency}:
            return self.by_urgency[Urgency(name)]
        return self.unlisted if name == "unlisted" else self.signs


class Policy(Record):
    """The triage policy: numbers and rules."""

    urgencies: tuple[UrgencyWords, ...]
    categories: tuple[CategoryWords, ...]
    numbers: Numbers
    limits: Mapping[StrictStr, tuple[ValueLimit, ...]]  # by kind of value; the first that holds counts
    roles: Roles
    syndrome: Syndrome
    screening: tuple[ScreeningItem, ...]  # in the order in which they are shown
    red_flags: Condition
    reading: ReadingCosts
    unlisted: Unlisted
    course: Course
    adding_up: AddingUp
    follow_ups: tuple[FollowUp, ...]
    questions: Mapping[StrictStr, Question]  # by id, in the order in which they are asked
    rules: tuple[Rule, ...]

    def rule(self, id: str) -> Rule:
        """The rule with this id; KeyError when there is none."""
        for rule in self.rules:
            if rule.id == id:
                return rule
        raise KeyError(id)

    @property
    def means(self) -> Mapping[str, str]:
        """The symptom that a kind of value can mean, by kind."""
        return {kind: limit.means for kind, limits in self.limits.items() for limit in limits if limit.means}

    def urgency_title(self, urgency: Urgency) -> str:
        """The short name of an urgency for headings."""
        return next(words.title for words in self.urgencies if words.id is urgency)

    def category_words(self, category: Category) -> CategoryWords:
        """Name and base reason of a category."""
        return next(words for words in self.categories if words.id is category)


class WordingFile(Record):
    """Everything the assistant says: ``texts`` by section and name, and the placeholders they may use.

    A drug's own file over the common one holds what differs only, and no placeholders.
    """

    placeholders: Mapping[StrictStr, StrictStr] = {}
    texts: Mapping[StrictStr, Mapping[StrictStr, StrictStr]]

    def over(self, common: WordingFile) -> WordingFile:
        """The common texts, with these in the place of those of the same name."""
        sections = dict.fromkeys([*common.texts, *self.texts])
        texts = {name: {**common.texts.get(name, {}), **self.texts.get(name, {})} for name in sections}
        return WordingFile(placeholders={**common.placeholders, **self.placeholders}, texts=texts)


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


class CheckItem(Sourced):
    """One thing that the daily check asks; a yes to ``ask`` means that all is as ever.

    ``lay`` is said inside a sentence, ``label`` names it in the hand-over. ``sentence`` is what is to be
    written, for the kind ``writing`` only.
    """

    id: StrictStr
    kind: Literal["yes_no", "temperature", "writing"] = "yes_no"
    label: StrictStr
    lay: StrictStr
    ask: StrictStr
    sentence: StrictStr | None = None


class CheckForm(Record):
    """Whom the daily check is for, and its items in the order in which they are asked."""

    id: StrictStr
    title: StrictStr
    items: tuple[StrictStr, ...]


class DailyCheckFile(Record):
    """``daily_check.yml``: the two-minute check at home."""

    keep_days: StrictInt
    pause_minutes: StrictInt
    starts: tuple[StrictStr, ...]
    stops: tuple[StrictStr, ...]
    forms: tuple[CheckForm, ...]
    items: tuple[CheckItem, ...]

    def form(self, id: str) -> CheckForm | None:
        """The form with this id, None when there is none."""
        return next((form for form in self.forms if form.id == id), None)

    def item(self, id: str) -> CheckItem | None:
        """The item with this id, None when there is none."""
        return next((item for item in self.items if item.id == id), None)


class Phrases(Record):
    """How patients say something; ``excluded`` is the file's ``not``."""

    phrases: tuple[StrictStr, ...] = ()
    excluded: tuple[StrictStr, ...] = Field((), alias="not")
    never: tuple[StrictStr, ...] = ()  # what is excluded also where the learned reader hears it


class SignWords(Phrases):
    """Something said beside a symptom that can change the urgency."""

    meaning: StrictStr
    implies: StrictStr | None = None  # the symptom that the words themselves report
    says_how: bool = False  # how bad, how often or since when: no complaint without a symptom
    is_sure: bool = False  # its phrases need no second reading: the learned reader takes none away


class LexiconFile(Record):
    """A file of ``lexicon/``; every part may be missing."""

    words: Mapping[StrictStr, tuple[StrictStr, ...]] = {}
    symptoms: Mapping[StrictStr, Phrases] = {}
    signs: Mapping[StrictStr, SignWords] = {}
    cues: Mapping[StrictStr, tuple[StrictStr, ...]] = {}
    idioms: tuple[StrictStr, ...] = ()
