"""Checking what the knowledge files say about each other: nothing twice, nothing that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from string import Formatter
from typing import Any

from blina.knowledge import demands, lexicon_check
from blina.knowledge.problems import Problem
from blina.knowledge.schema import (
    GROUP_TERM,
    SPECIAL_TERMS,
    SYMPTOM_TERM,
    Category,
    Condition,
    Policy,
    Source,
    SymptomSign,
    Urgency,
)
from blina.knowledge.texts import required_texts
from blina.knowledge.yaml_file import Place, YamlFile

# What every text that the settings alone fill may use: the other numbers may be unset.
_ALWAYS_SET = frozenset({"centre", "emergency"})
# The team's number may be unset: a text with it needs a second form, named like this.
_NUMBER = "{care_team}"
_NO_NUMBER = "_no_number"
UNLISTED = "unlisted"  # stands for a symptom where the lexicon and questions speak of complaints in no list
# Limits of the policy's numbers, to catch slips of the pen; what is right is for a clinician to say.
_LIMITS = {
    "low_systolic_mmhg": (60, 120),
    "low_oxygen_percent": (80, 97),
    "severe_from": (1, 10),
    "many_a_day": (2, 20),
    "syndrome_window_hours": (1, 168),
    "memory_hours": (1, 720),
    "max_questions": (0, 5),
    "high_systolic_mmhg": (130, 220),
    "high_pulse": (90, 160),
    "low_pulse": (30, 60),
    "high_sugar_mmol": (8, 25),
    "low_sugar_mmol": (3, 5),
    "near_fever_c": (37, 38),
    "low_temperature_c": (34, 36.5),
    "very_low_temperature_c": (32, 36),
}
_THRESHOLD = "fever_threshold_c"  # a setting of the centre, not a number of the policy
_CHECK_LIMITS = {"keep_days": (1, 365), "pause_minutes": (10, 720)}
_SENTENCE = "sentence"  # placeholder of an item's ask: what is to be written
_NOT_SYMPTOMS = ("unlisted", "none")


@dataclass(frozen=True)
class OtherDrugs:
    """What the drugs beside this one name: the common lexicon is held against all of them.

    Args:
        symptoms: ids of their side effects.
        policies: their policies.
    """

    symptoms: frozenset[str] = frozenset()
    policies: tuple[Policy, ...] = ()


def check(files: Mapping[str, tuple[YamlFile, Any]], others: OtherDrugs = OtherDrugs()) -> list[Problem]:
    """Every dangling reference and every id that is there twice.

    Args:
        files: by name inside their folder: the file and its content, right in itself.
        others: the drugs beside this one.

    Returns:
        The problems, in the order of the files.
    """
    return list(_Check(files, others).problems())


class _Check:
    def __init__(self, files: Mapping[str, tuple[YamlFile, Any]], others: OtherDrugs) -> None:
        self._files = files
        self._others = others
        self._lexicon = [item for name, item in files.items() if name.startswith("lexicon/")]
        self._documents = {document.id: document for document in self._content("documents.yml").documents}
        self._symptoms = {symptom.id for symptom in self._content("symptoms.yml").symptoms}
        self._rules = {rule.id for rule in self._content("policy.yml").rules}
        self._signs = {sign for _, part in self._lexicon for sign in part.signs}
        self._placeholders = set(self._content("wording.yml").placeholders)

    def problems(self) -> Iterator[Problem]:
        yield from self._in_documents()
        yield from self._in_symptoms()
        yield from self._in_policy()
        yield from self._in_values()
        yield from self._in_wording()
        yield from self._in_questions()
        yield from self._in_medicines()
        yield from self._in_daily_check()
        known = self._symptoms | {UNLISTED}
        yield from lexicon_check.problems(self._lexicon, known, self._others.symptoms)
        yield from demands.problems(self._files, self._others.policies)

    def _content(self, name: str) -> Any:
        return self._files[name][1]

    def _in_documents(self) -> Iterator[Problem]:
        file, content = self._files["documents.yml"]
        yield from _twice(file, ("documents",), (document.id for document in content.documents))
        for at, document in enumerate(content.documents):
            place = ("documents", at, "sections")
            yield from _twice(file, place, (section.id for section in document.sections))
            yield from _twice(file, place, (section.reference for section in document.sections), "reference")
        yield from self._sources(file, ("conditions",), content.conditions)

    def _in_symptoms(self) -> Iterator[Problem]:
        file, content = self._files["symptoms.yml"]
        yield from _twice(file, ("symptoms",), (symptom.id for symptom in content.symptoms))
        for at, symptom in enumerate(content.symptoms):
            place: Place = ("symptoms", at)
            if symptom.category.value in _NOT_SYMPTOMS:
                yield file.problem(
                    (*place, "category"), f"'{symptom.category.value}' is no list of the documents"
                )
            if symptom.urgency is Urgency.NONE:
                yield file.problem((*place, "urgency"), "a documented side effect is at least tell_team")
            if not symptom.mentions:
                yield file.problem((*place, "mentions"), "at least one source is needed")
            yield from self._sources(file, (*place, "mentions"), symptom.mentions)
            for field in ("label", "lay", "tell_the_team", "meanwhile"):
                if (text := getattr(symptom, field)) is not None:
                    yield from self._text(file, (*place, field), text, frozenset())
            for number, escalation in enumerate(symptom.escalations):
                where = (*place, "escalations", number)
                yield from self._text(file, (*where, "reason"), escalation.reason, frozenset())
                yield from self._condition(file, (*where, "any_of"), escalation.any_of)
                if not escalation.any_of:
                    yield file.problem((*where, "any_of"), "is empty, so it would never hold")
                if escalation.rule is not None and escalation.rule not in self._rules:
                    yield file.problem(
                        (*where, "rule"), f"there is no rule '{escalation.rule}' in policy.yml"
                    )

    def _in_policy(self) -> Iterator[Problem]:
        file, policy = self._files["policy.yml"]
        yield from self._complete(file, "urgencies", (words.id for words in policy.urgencies), Urgency)
        yield from self._complete(file, "categories", (words.id for words in policy.categories), Category)
        for at, words in enumerate(policy.categories):
            yield from self._text(file, ("categories", at, "reason"), words.reason)
            if words.plain is not None:
                yield from self._text(file, ("categories", at, "plain"), words.plain)
        yield from self._numbers(file, policy)
        for name in ("alone", "any_two"):
            ids = getattr(policy.syndrome, name)
            yield from self._all_there(file, ("syndrome", name), ids, self._symptoms, "symptom")
        yield from self._condition(file, ("red_flags",), policy.red_flags)
        for name in ("unlisted", "course"):
            ids = getattr(policy, name).raised_by
            yield from self._all_there(file, (name, "raised_by"), ids, self._signs, "sign")
        yield from self._follow_ups(file, policy)
        yield from self._asked(file, policy)
        yield from self._rules_of(file, policy)

    @staticmethod
    def _numbers(file: YamlFile, policy: Policy) -> Iterator[Problem]:
        for name, (low, high) in _LIMITS.items():
            if not low <= (value := getattr(policy.numbers, name)) <= high:
                yield file.problem(("numbers", name), f"{value} is not between {low} and {high}")
        if policy.numbers.memory_hours < policy.numbers.syndrome_window_hours:
            yield file.problem(("numbers", "memory_hours"), "must not be under syndrome_window_hours")

    def _asked(self, file: YamlFile, policy: Policy) -> Iterator[Problem]:
        texts = self._content("wording.yml").texts.get("question", {})
        yield from _twice(file, ("screening",), (item.id for item in policy.screening))
        for id, question in policy.questions.items():
            yield from self._condition(file, ("questions", id, "about"), question.about)
            for field in ("yes", "no"):
                place = ("questions", id, field)
                yield from self._all_there(file, place, getattr(question, field), self._signs, "sign")
            if question.yes and question.no:
                yield file.problem(("questions", id), "only a yes or only a no can be the alarming answer")
            if id not in texts:
                yield file.problem(("questions", id), f"wording.yml has no text question.{id}")

    def _rules_of(self, file: YamlFile, policy: Policy) -> Iterator[Problem]:
        yield from self._limits_of(file, policy)
        yield from _twice(file, ("rules",), (rule.id for rule in policy.rules))
        for at, rule in enumerate(policy.rules):
            yield from self._condition(file, ("rules", at, "any_of"), rule.any_of)
            yield from self._text(file, ("rules", at, "reason"), rule.reason)
            if rule.plain is not None:
                yield from self._text(file, ("rules", at, "plain"), rule.plain)
            yield from self._sources(file, ("rules", at, "sources"), rule.sources)
            if rule.any_of and rule.urgency is None:
                yield file.problem(("rules", at), "any_of needs an urgency")

    def _in_values(self) -> Iterator[Problem]:
        file, values = self._files["values.yml"]
        kinds = {kind.id for kind in values.kinds}
        yield from _twice(file, ("kinds",), (kind.id for kind in values.kinds))
        yield from _twice(file, ("places",), (place.id for place in values.places))
        homes: dict[str, str] = {}
        for at, kind in enumerate(values.kinds):
            place: Place = ("kinds", at)
            for field in ("plausible", "usual", "fine"):
                limits = getattr(kind, field)
                if limits is not None and not limits.low < limits.high:
                    yield file.problem((*place, field), "low must be under high")
            if kind.pair is not None and kind.pair not in kinds:
                yield file.problem((*place, "pair"), f"there is no kind '{kind.pair}'")
            for field in ("names", "weak_names", "short_names"):
                for number, name in enumerate(getattr(kind, field)):
                    if homes.setdefault(name, kind.id) != kind.id:
                        yield file.problem((*place, field, number), f"'{name}' already names {homes[name]}")
            yield from _twice(file, (*place, "units"), (unit.id for unit in kind.units))

    def _limits_of(self, file: YamlFile, policy: Policy) -> Iterator[Problem]:
        for kind, limits in policy.limits.items():
            for number, limit in enumerate(limits):
                where: Place = ("limits", kind, number)
                if limit.number not in _LIMITS and limit.number != _THRESHOLD:
                    yield file.problem((*where, "number"), f"there is no number '{limit.number}'")
                if limit.rule not in self._rules:
                    yield file.problem((*where, "rule"), f"there is no rule '{limit.rule}'")
                for field in ("means", "reports"):
                    symptom = getattr(limit, field)
                    if symptom is not None and symptom not in self._symptoms:
                        yield file.problem((*where, field), f"there is no symptom '{symptom}'")

    def _follow_ups(self, file: YamlFile, policy: Any) -> Iterator[Problem]:
        cues = {cue for _, part in self._lexicon for cue in part.cues}
        for at, entry in enumerate(policy.follow_ups):
            place: Place = ("follow_ups", at)
            yield from self._all_there(file, (*place, "about"), entry.about, self._symptoms, "symptom")
            if entry.adds not in self._signs:
                yield file.problem((*place, "adds"), f"there is no sign '{entry.adds}'")
            if entry.cue not in cues:
                yield file.problem((*place, "cue"), f"there is no cue '{entry.cue}'")

    def _in_wording(self) -> Iterator[Problem]:
        file, content = self._files["wording.yml"]
        for section, texts in content.texts.items():
            for name, text in texts.items():
                yield from self._text(file, ("texts", section, name), text)
                if _NUMBER in text and not self._has_form_without_number(section, name):
                    message = f"names the team's number and has no form without it ({name}{_NO_NUMBER})"
                    yield file.problem(("texts", section, name), message)
        policy, values = self._content("policy.yml"), self._content("values.yml")
        letters = {**content.texts.get("letters_name", {}), **content.texts.get("letters_term", {})}
        for section, name in required_texts(policy, values, letters):
            if name not in content.texts.get(section, {}):
                yield file.problem(("texts", section), f"the text {section}.{name} is missing")

    def _has_form_without_number(self, section: str, name: str) -> bool:
        texts = self._content("wording.yml").texts
        forms = (texts.get(f"{section}{_NO_NUMBER}", {}).get(name), texts[section].get(f"{name}{_NO_NUMBER}"))
        return any(form is not None and _NUMBER not in form for form in forms)

    def _in_questions(self) -> Iterator[Problem]:
        file, content = self._files["questions.yml"]
        yield from _twice(file, ("topics",), (topic.id for topic in content.topics))
        for at, topic in enumerate(content.topics):
            yield from self._sources(file, ("topics", at, "sources"), topic.sources)
            for field in ("title", "answer", "caution"):
                if (text := getattr(topic, field)) is not None:
                    yield from self._text(file, ("topics", at, field), text, _ALWAYS_SET)

    def _in_medicines(self) -> Iterator[Problem]:
        file, content = self._files["medicines.yml"]
        yield from _twice(file, ("medicines",), (medicine.id for medicine in content.medicines))
        for at, medicine in enumerate(content.medicines):
            yield from self._sources(file, ("medicines", at, "sources"), medicine.sources)

    def _in_daily_check(self) -> Iterator[Problem]:
        file, check = self._files["daily_check.yml"]
        for name, (low, high) in _CHECK_LIMITS.items():
            if not low <= (value := getattr(check, name)) <= high:
                yield file.problem((name,), f"{value} is not between {low} and {high}")
        for field in ("starts", "stops"):
            if not getattr(check, field):
                yield file.problem((field,), "is empty, so nothing that is typed would do it")
        yield from self._forms(file, check)
        yield from _twice(file, ("items",), (item.id for item in check.items))
        for at, item in enumerate(check.items):
            yield from self._check_item(file, ("items", at), item)

    def _forms(self, file: YamlFile, check: Any) -> Iterator[Problem]:
        known = {item.id for item in check.items}
        if not check.forms:
            yield file.problem(("forms",), "at least one form is needed")
        yield from _twice(file, ("forms",), (form.id for form in check.forms))
        yield from _twice(file, ("forms",), (form.title for form in check.forms), "title")
        for at, form in enumerate(check.forms):
            place: Place = ("forms", at, "items")
            if not form.items:
                yield file.problem(place, "is empty, so the check would be done before it began")
            if len(set(form.items)) < len(form.items):
                yield file.problem(place, "names an item twice")
            yield from self._all_there(file, place, form.items, known, "item")
            yield from self._text(file, ("forms", at, "title"), form.title, frozenset())
        asked = {id for form in check.forms for id in form.items}
        for at, item in enumerate(check.items):
            if item.id not in asked:
                yield file.problem(("items", at, "id"), f"no form asks '{item.id}'")

    def _check_item(self, file: YamlFile, place: Place, item: Any) -> Iterator[Problem]:
        yield from self._sources(file, (*place, "sources"), item.sources)
        for field in ("label", "lay"):
            yield from self._text(file, (*place, field), getattr(item, field), frozenset())
        writes = item.kind == "writing"
        yield from self._text(file, (*place, "ask"), item.ask, {_SENTENCE} if writes else frozenset())
        if not item.ask.rstrip().endswith("?"):
            yield file.problem((*place, "ask"), "must end with a question")
        if writes and not (item.sentence or "").strip():
            yield file.problem(place, "needs the sentence that is to be written")
        if not writes and item.sentence is not None:
            yield file.problem((*place, "sentence"), "only an item of the kind writing has one")

    def _sources(self, file: YamlFile, place: Place, sources: Iterable[Source]) -> Iterator[Problem]:
        for at, source in enumerate(sources):
            document = self._documents.get(source.document)
            if document is None:
                yield file.problem((*place, at, "document"), f"there is no document '{source.document}'")
                continue
            try:
                document.section(source.section)
            except KeyError:
                message = f"{source.document} has no section '{source.section}'"
                yield file.problem((*place, at, "section"), message)

    def _condition(self, file: YamlFile, place: Place, condition: Condition) -> Iterator[Problem]:
        for outer, terms in enumerate(condition):
            if not terms:
                yield file.problem((*place, outer), "is empty, so it would always hold")
            for inner, term in enumerate(terms):
                if message := self._term(term):
                    yield file.problem((*place, outer, inner), message)

    def _term(self, term: str) -> str | None:
        """What is wrong with a term of a condition."""
        if term.startswith(SYMPTOM_TERM):
            id = term[len(SYMPTOM_TERM) :]
            return None if id in self._symptoms or id == UNLISTED else f"there is no symptom '{id}'"
        if term.startswith(GROUP_TERM):
            group = term[len(GROUP_TERM) :]
            groups = [sign.value for sign in SymptomSign]
            return None if group in groups else f"'{group}' is not one of {', '.join(groups)}"
        return None if term in SPECIAL_TERMS or term in self._signs else f"there is no sign '{term}'"

    def _text(
        self, file: YamlFile, place: Place, text: str, allowed: Set[str] | None = None
    ) -> Iterator[Problem]:
        """A text says something, and its ``{placeholders}`` are declared in wording.yml or ``allowed``."""
        if not text.strip():
            yield file.problem(place, "is empty")
        try:
            used = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        except ValueError:
            yield file.problem(place, "has a brace without its pair")
            return
        for name in used:
            if name not in self._placeholders:
                yield file.problem(place, f"'{{{name}}}' is no placeholder of wording.yml")
            elif allowed is not None and name not in allowed:
                yield file.problem(place, f"'{{{name}}}' cannot be filled in here")

    @staticmethod
    def _complete(file: YamlFile, field: str, ids: Iterable[Any], kinds: Any) -> Iterator[Problem]:
        if list(ids) != list(kinds):
            names = ", ".join(kind.value for kind in kinds)
            yield file.problem((field,), f"must name each of these once, in this order: {names}")

    @staticmethod
    def _all_there(
        file: YamlFile, place: Place, ids: Iterable[str], known: set[str], what: str
    ) -> Iterator[Problem]:
        for at, id in enumerate(ids):
            if id not in known:
                yield file.problem((*place, at), f"there is no {what} '{id}'")


def _twice(file: YamlFile, place: Place, ids: Iterable[str], key: str = "id") -> Iterator[Problem]:
    seen: set[str] = set()
    for at, id in enumerate(ids):
        if id in seen:
            yield file.problem((*place, at, key), f"'{id}' is there twice")
        seen.add(id)
