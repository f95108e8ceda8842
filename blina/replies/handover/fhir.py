"""The hand-over as a FHIR R4 document, which a hospital's record can take in (`docs/hand-over.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from blina.knowledge.base import Knowledge
from blina.knowledge.wording import Voice
from blina.replies.handover.model import (
    Complaint,
    Denial,
    HandOver,
    Medicine,
    Over,
    Quote,
    Reading,
    Row,
    Said,
    Step,
)
from blina.replies.handover.text import Writer
from blina.replies.handover.values import PRESSURE
from blina.triage.memory import UNLISTED

Resource = dict[str, Any]

# Ours, under a name that is reserved for examples: a hospital that takes these in puts its own in its place.
BASE = "https://blina.example/fhir"
SYMPTOMS = f"{BASE}/CodeSystem/symptom"
STATUSES = f"{BASE}/CodeSystem/status"
GROUPS = f"{BASE}/CodeSystem/group"
ANSWERS = f"{BASE}/CodeSystem/answer"
RULES = f"{BASE}/CodeSystem/rule"
URGENCIES = f"{BASE}/CodeSystem/urgency"
PARTS = f"{BASE}/CodeSystem/part"
QUESTIONS = f"{BASE}/Questionnaire/triage"
HIDES_FEVER = f"{BASE}/StructureDefinition/hides-fever"
LISTED = f"{BASE}/StructureDefinition/listed-interaction"
KNOWN = f"{BASE}/StructureDefinition/known-medicine"

_LOINC = "http://loinc.org"
_UCUM = "http://unitsofmeasure.org"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_NO_DATA = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_PATIENT_NOTE = ("51855-5", "Patient Note")
_CHIEF_COMPLAINT = ("8661-1", "Chief complaint - Reported")
_PRESSURE_PANEL = ("85354-9", "Blood pressure panel with all children optional")
_OXYGEN = ("2708-6", "Oxygen saturation in Arterial blood")
_UPPER = ("8480-6", "Systolic blood pressure")
_LOWER = ("8462-4", "Diastolic blood pressure")
# kind of value: code and name in LOINC, unit for people, unit in UCUM
_MEASURED = {
    "temperature": ("8310-5", "Body temperature", "°C", "Cel"),
    "oxygen": ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "%", "%"),
    "pulse": ("8867-4", "Heart rate", "beats/minute", "/min"),
    "blood_sugar": ("15074-8", "Glucose [Moles/volume] in Blood", "mmol/L", "mmol/L"),
}
_LABORATORY = frozenset({"blood_sugar"})
PRIORITY = {"emergency": "stat", "contact_now": "asap", "call_today": "urgent"}
_TAKEN = {"yes": "completed", "no": "not-taken"}  # anything else is unknown
_COMPARATOR = {"under": "<", "over": ">", "at_most": "<=", "at_least": ">="}
_TREND = {"up": "Higher than", "down": "Lower than", "same": "The same as"}


def bundle(hand_over: HandOver, voice: Voice) -> Resource:
    """The hand-over as a Bundle of type ``document``.

    It holds no name, number or address of the patient, and nothing that the hand-over does not hold.

    Args:
        hand_over: what the team must know.
        voice: the words of its sections.
    """
    return _Document(hand_over, voice).bundle()


def code_system(knowledge: Knowledge) -> Resource:
    """The ids of symptoms and signs as a FHIR CodeSystem, for whoever takes the bundles in."""
    chips = knowledge.wording["screening_chip"]
    names = {id: symptom.label for id, symptom in knowledge.symptoms.items()}
    names |= {id: knowledge.wording["sign"].get(id, sign.meaning) for id, sign in knowledge.signs.items()}
    names |= {id: title for id, title in chips.items() if id not in names}
    names["unlisted"] = knowledge.text("names", "unlisted_label")
    return {
        "resourceType": "CodeSystem",
        "id": "symptom",
        "url": SYMPTOMS,
        "name": "BlinaSymptoms",
        "title": "Symptoms and signs that Blina knows",
        "status": "active",
        "caseSensitive": True,
        "content": "complete",
        "count": len(names),
        "concept": [{"code": id, "display": name} for id, name in names.items()],
    }


@dataclass
class _Section:
    """A part of the document: its heading, what a person reads, and the resources."""

    title: str
    code: str
    lines: Sequence[str]
    entries: list[str] = field(default_factory=list)


class _Document:
    """Puts the resources together; each has an address that depends on the hand-over alone."""

    def __init__(self, hand_over: HandOver, voice: Voice) -> None:
        self._hand_over = hand_over
        self._voice = voice
        writer = Writer(hand_over, voice)
        self._head = writer.who_and_what()
        self._parts = {part.id: part for part in writer.parts()}
        self._resources: list[tuple[str, Resource]] = []
        # a name for this document, so that its addresses are no others'
        first = hand_over.reason.time.isoformat() if hand_over.reason else ""
        self._space = uuid5(NAMESPACE_URL, f"{BASE}/{hand_over.made.isoformat()}/{first}")
        self._patient = self._address("patient")
        self._program = self._address("program")

    def bundle(self) -> Resource:
        told = self._hand_over
        unasked = {"url": _NO_DATA, "valueCode": "not-asked"}  # whoever takes it in knows who it is
        self._add("patient", {"resourceType": "Patient", "name": [{"extension": [unasked]}]})
        self._add(
            "program",
            {
                "resourceType": "Device",
                "deviceName": [{"name": "Blina", "type": "user-friendly-name"}],
                "type": {"text": "Computer program that sorts what patients write; not a medical device"},
            },
        )
        carer = None
        if told.who.writes == "carer":
            carer = self._add("carer", {"resourceType": "RelatedPerson", "patient": self._of(self._patient)})
        sections = [
            self._drug(),
            self._reason(),
            self._complaints(),
            self._values(),
            self._medicines(),
            self._steps("circumstances", self._hand_over.circumstances),
            self._denials(),
            self._over(),
            self._answers(),
            self._not_understood(),
            self._others(),
            self._section("checks"),
            self._advice(),
            self._steps("done", self._hand_over.done),
        ]
        authors = [self._of(self._program)]
        if told.who.writes == "patient":
            authors.append(self._of(self._patient))
        elif carer:
            authors.append(self._of(carer))
        composition = {
            "resourceType": "Composition",
            "status": "preliminary",
            "type": _concept(_LOINC, *_PATIENT_NOTE),
            "subject": self._of(self._patient),
            "date": _instant(told.made),
            "author": authors,
            "title": "Hand-over of what was told to Blina",
            "section": [_section(one) for one in sections if one.lines],
        }
        if not composition["section"]:
            del composition["section"]
        made = _instant(told.made)
        first = {"fullUrl": self._address("composition"), "resource": composition}
        return {
            "resourceType": "Bundle",
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{self._space}"},
            "type": "document",
            "timestamp": made,
            "entry": [first, *({"fullUrl": url, "resource": resource} for url, resource in self._resources)],
        }

    def _address(self, name: str) -> str:
        made: UUID = uuid5(self._space, name)
        return f"urn:uuid:{made}"

    def _add(self, name: str, resource: Resource) -> str:
        url = self._address(name)
        self._resources.append((url, resource))
        return url

    @staticmethod
    def _of(url: str) -> Resource:
        return {"reference": url}

    def _observation(self, name: str, code: Resource, time: datetime, **more: Any) -> str:
        resource = {
            "resourceType": "Observation",
            "status": "preliminary",  # told, and nobody has checked it
            "category": more.pop("category", [_concept(_CATEGORY, "survey", "Survey")]),
            "code": code,
            "subject": self._of(self._patient),
            "effectiveDateTime": _instant(time),
            **{key: value for key, value in more.items() if value},
        }
        return self._add(name, resource)

    def _section(self, id: str) -> _Section:
        """The part of the text, to which resources are added."""
        part = self._parts.get(id)
        return _Section(part.title.rstrip(":"), id, part.lines) if part else _Section("", id, ())

    def _reason(self) -> _Section:
        section = self._section("reason")
        said = self._hand_over.reason
        if said:
            code = _concept(_LOINC, *_CHIEF_COMPLAINT)
            section.entries.append(self._observation("reason", code, said.time, valueString=_words(said)))
        return section

    def _drug(self) -> _Section:
        treatment = self._hand_over.treatment
        section = _Section(self._voice.say("hand_over", "treatment"), "treatment", self._head)
        notes = [{"text": said.words} for said in (treatment.cycle, treatment.day) if said]
        notes += [_annotation(quote) for quote in treatment.line]
        resource: Resource = {
            "resourceType": "MedicationStatement",
            "status": "unknown",  # whether it runs now was not asked
            "medicationCodeableConcept": {"text": treatment.drug},
            "subject": self._of(self._patient),
        }
        if notes:
            resource["note"] = notes
        section.entries.append(self._add("drug", resource))
        return section

    def _complaints(self) -> _Section:
        section = self._section("complaints")
        for number, item in enumerate(self._hand_over.complaints):
            section.entries.append(
                self._observation(
                    f"complaint-{number}",
                    _subject(item.id, item.label),
                    item.last_told,
                    valueCodeableConcept=_concept(STATUSES, item.status),
                    component=list(_components(item)),
                    note=[_annotation(quote) for quote in item.quotes],
                )
            )
        return section

    def _values(self) -> _Section:
        section = self._section("values")
        for row in self._hand_over.values:
            for number, reading in enumerate(row.readings):
                name = f"value-{row.kind}-{number}"
                section.entries.append(self._value(name, row, reading))
        return section

    def _value(self, name: str, row: Row, reading: Reading) -> str:
        is_laboratory = row.kind in _LABORATORY
        category = ("laboratory", "Laboratory") if is_laboratory else ("vital-signs", "Vital Signs")
        more: Resource = {"category": [_concept(_CATEGORY, *category)], "issued": _instant(reading.told)}
        if reading.place:
            more["bodySite"] = {"text": reading.place}
        notes = [_annotation(Quote(reading.words, reading.told))]
        if reading.measured is None:
            notes.append({"text": "When it was measured was not said: the time is that of the message."})
        else:
            notes.append({"text": f"Measured, as said: {reading.measured.words}"})
        if reading.trend:  # whether it matters is the team's to say
            notes.append({"text": f"{_TREND[reading.trend]} the reading before"})
        if reading.said_trend:
            notes.append({"text": f"As said: {reading.said_trend}"})
        if reading.owner:
            notes.append({"text": f"Whose it is, as said: {reading.owner}"})
        if reading.first_written:
            notes.append({"text": f"First written in the same message: {reading.first_written}"})
        more["note"] = notes
        if row.kind == PRESSURE:
            code = _concept(_LOINC, *_PRESSURE_PANEL)
            parts = ((_UPPER, reading.value), (_LOWER, reading.second))
            more["component"] = [
                {"code": _concept(_LOINC, *part), **_pressure(value, reading.bound)} for part, value in parts
            ]
        else:
            loinc, display, unit, ucum = _MEASURED[row.kind]
            code = _concept(_LOINC, loinc, display)
            if row.kind == "oxygen":  # the profile of vital signs wants the general code too
                code["coding"].append({"system": _LOINC, "code": _OXYGEN[0], "display": _OXYGEN[1]})
            more["valueQuantity"] = _quantity(reading.value or 0.0, unit, ucum, reading.bound)
        return self._observation(name, code, reading.time, **more)

    def _medicines(self) -> _Section:
        section = self._section("medicines")
        for number, item in enumerate(self._hand_over.medicines):
            section.entries.append(self._add(f"medicine-{number}", self._medicine(item)))
        return section

    def _medicine(self, item: Medicine) -> Resource:
        resource: Resource = {
            "resourceType": "MedicationStatement",
            "extension": [
                {"url": HIDES_FEVER, "valueBoolean": item.hides_fever},
                {"url": LISTED, "valueBoolean": item.is_listed},
                {"url": KNOWN, "valueBoolean": item.is_known},
            ],
            "status": _TAKEN.get(item.taken, "unknown"),
            "medicationCodeableConcept": {"text": item.name},
            "subject": self._of(self._patient),
            "dateAsserted": _instant(item.quote.time),
            "note": [_annotation(item.quote)],
        }
        if item.when and item.when.time:
            resource["effectiveDateTime"] = _moment(item.when)
        words = ", ".join(filter(None, [item.dose, item.when.words if item.when else None]))
        if words:
            resource["dosage"] = [{"text": words}]
        return resource

    def _denials(self) -> _Section:
        section = self._section("denials")
        for number, item in enumerate(self._hand_over.denials):
            component = {"code": _concept(PARTS, "asked"), "valueBoolean": item.asked}
            section.entries.append(self._status(f"denial-{number}", item, "denied", [component]))
        return section

    def _over(self) -> _Section:
        section = self._section("over")
        for number, item in enumerate(self._hand_over.over):
            components = [_said_component("when", item.when)] if item.when else []
            if item.last_there:
                there = {"code": _concept(PARTS, "last-there"), "valueDateTime": _instant(item.last_there)}
                components.append(there)
            section.entries.append(self._status(f"over-{number}", item, "past", components))
        return section

    def _status(self, name: str, item: Denial | Over, status: str, components: Sequence[Resource]) -> str:
        return self._observation(
            name,
            _subject(item.id, item.label),
            item.quote.time,
            valueCodeableConcept=_concept(STATUSES, status),
            component=list(components),
            note=[_annotation(item.quote)],
        )

    def _answers(self) -> _Section:
        section = self._section("answers")
        items = []
        for number, item in enumerate(self._hand_over.answers):
            given = {"system": ANSWERS, "code": item.answer}
            answer = [{"valueCoding": given}, {"valueString": _words(item.quote)}]
            items.append({"linkId": f"{item.question}-{number}", "text": item.label, "answer": answer})
        if items:
            response = {
                "resourceType": "QuestionnaireResponse",
                "questionnaire": QUESTIONS,
                "status": "completed",
                "subject": self._of(self._patient),
                "authored": _instant(self._hand_over.answers[-1].quote.time),
                "item": items,
            }
            section.entries.append(self._add("answers", response))
        return section

    def _not_understood(self) -> _Section:
        section = self._section("not_understood")
        for number, item in enumerate(self._hand_over.not_understood):
            may = {"code": _concept(PARTS, "may-be-complaint"), "valueBoolean": item.may_be_complaint}
            code = _concept(PARTS, "not-understood", "Written, and not understood")
            said = item.quote
            name = f"not-understood-{number}"
            entry = self._observation(name, code, said.time, valueString=_words(said), component=[may])
            section.entries.append(entry)
        return section

    def _others(self) -> _Section:
        section = self._section("others")
        for number, said in enumerate(self._hand_over.others):
            code = _concept(PARTS, "also-written", "Also written")
            entry = self._observation(f"others-{number}", code, said.time, valueString=_words(said))
            section.entries.append(entry)
        return section

    def _steps(self, id: str, steps: Sequence[Step]) -> _Section:
        section = self._section(id)
        for number, item in enumerate(steps):
            code = _concept(PARTS, item.id, item.label)
            said = item.quote
            section.entries.append(
                self._observation(f"{id}-{number}", code, said.time, valueString=_words(said))
            )
        return section

    def _advice(self) -> _Section:
        section = self._section("advice")
        for number, item in enumerate(self._hand_over.advice):
            resource: Resource = {
                "resourceType": "Communication",
                "status": "completed",
                "category": [_concept(URGENCIES, item.urgency)],
                "priority": PRIORITY.get(item.urgency, "routine"),
                "subject": self._of(self._patient),
                "sent": _instant(item.time),
                "sender": self._of(self._program),
                "payload": [{"contentString": item.action}],
            }
            if item.rules:
                resource["reasonCode"] = [
                    {**_concept(RULES, rule.id), **({"text": rule.reason} if rule.reason else {})}
                    for rule in item.rules
                ]
            section.entries.append(self._add(f"advice-{number}", resource))
        return section


def _subject(id: str, label: str) -> Resource:
    """The code of a symptom or sign; of a complaint in no list the words are its text."""
    if id == UNLISTED:
        return {**_concept(SYMPTOMS, id), "text": label}
    return _concept(SYMPTOMS, id, label)


def _concept(system: str, code: str, display: str | None = None) -> Resource:
    coding = {"system": system, "code": code}
    if display:
        coding["display"] = display
        return {"coding": [coding], "text": display}
    return {"coding": [coding]}


def _quantity(value: float, unit: str, ucum: str, bound: str | None) -> Resource:
    quantity: Resource = {"value": round(value, 1), "unit": unit, "system": _UCUM, "code": ucum}
    if bound in _COMPARATOR:
        quantity["comparator"] = _COMPARATOR[bound]
    return quantity


def _pressure(value: float | None, bound: str | None) -> Resource:
    if value is None:
        return {"dataAbsentReason": _concept(_ABSENT, "unknown", "Unknown")}
    return {"valueQuantity": _quantity(value, "mmHg", "mm[Hg]", bound)}


def _components(item: Complaint) -> Iterator[Resource]:
    yield {"code": _concept(PARTS, "group"), "valueCodeableConcept": _concept(GROUPS, item.group.value)}
    yield {"code": _concept(PARTS, "urgency"), "valueCodeableConcept": _concept(URGENCIES, item.urgency)}
    if item.since:
        yield _said_component("since", item.since)
        if item.since.time:
            moment = _moment(item.since)
            yield {"code": _concept(PARTS, "since-time"), "valueDateTime": moment}
    if item.often:
        yield {"code": _concept(PARTS, "how-often"), "valueString": item.often}
    if item.answer_to:
        yield {"code": _concept(PARTS, "answer-to"), "valueString": item.answer_to}
    if item.course:
        yield {"code": _concept(PARTS, "course"), "valueString": item.course}
    if item.better:
        yield {"code": _concept(PARTS, "better"), "valueDateTime": _instant(item.better)}
    for qualifier in item.qualifiers:
        named = _concept(SYMPTOMS, qualifier.id, qualifier.label)
        yield {"code": _concept(PARTS, "qualifier"), "valueCodeableConcept": named}
    for stopped in item.stops:
        named = {**_concept(PARTS, f"stops-{stopped.id}", stopped.label), "text": _words(stopped.quote)}
        yield {"code": _concept(PARTS, "stops"), "valueCodeableConcept": named}
    for qualifier in item.not_ruled_out:
        named = _concept(SYMPTOMS, qualifier.id, qualifier.label)
        yield {"code": _concept(PARTS, "not-ruled-out"), "valueCodeableConcept": named}
    yield {"code": _concept(PARTS, "by-value-only"), "valueBoolean": item.is_value}
    first = _instant(item.first_told)
    yield {"code": _concept(PARTS, "first-told"), "valueDateTime": first}
    yield {"code": _concept(PARTS, "times-told"), "valueInteger": item.times_told}


def _said_component(code: str, said: Said) -> Resource:
    return {"code": _concept(PARTS, code), "valueString": said.words}


def _annotation(quote: Quote) -> Resource:
    return {"time": _instant(quote.time), "text": _words(quote)}


def _section(section: _Section) -> Resource:
    lines = "".join(f"<li>{escape(_printable(line))}</li>" for line in section.lines)
    built: Resource = {
        "title": section.title,
        "code": _concept(PARTS, section.code),
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{lines}</ul></div>',
        },
    }
    if section.entries:
        built["entry"] = [{"reference": url} for url in section.entries]
    return built


def _words(quote: Quote) -> str:
    """The words as FHIR can hold them: not nothing."""
    return _printable(quote.words).strip() or "–"


def _moment(said: Said) -> str | None:
    """The moment as exactly as it was said: of "last night" the day."""
    if said.time is None:
        return None
    return _instant(said.time) if said.is_exact else said.time.date().isoformat()


def _instant(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def _printable(text: str) -> str:
    """The text without characters that XML has no place for."""
    return "".join(one for one in text if one.isprintable() or one in "\n\t")
