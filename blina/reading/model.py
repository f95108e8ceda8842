"""What the reader hands to the triage core: the contract between understanding and triage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Status(str, Enum):
    """What the patient said about a symptom."""

    PRESENT = "present"
    UNCERTAIN = "uncertain"  # "maybe a bit dizzy": triaged as present
    DENIED = "denied"  # "no fever"
    PAST = "past"  # over and done with
    NOT_REPORTED = "not_reported"  # a question, a fear, a hypothetical, a leaflet, somebody else's illness


REPORTED = (Status.PRESENT, Status.UNCERTAIN)  # what is triaged: it is there, or may be


@dataclass(frozen=True)
class Finding:
    """One symptom in a message.

    Args:
        symptom: id from ``symptoms.yml``, or ``unlisted``.
        status: what the patient said about it.
        text: the patient's own words it was found in (the clause).
        start: first character of the matched words in the message.
        end: one past their last character.
        qualifiers: ids from ``lexicon/signs.yml`` said about this symptom
            ("severe", "sudden", "at_rest"), sorted.
        source: which reader found it: ``lexicon``, ``encoder`` or ``measurement``.
        confidence: 0 to 1; 1 for the lexicon.
    """

    symptom: str
    status: Status
    text: str
    start: int
    end: int
    qualifiers: tuple[str, ...] = ()
    source: str = "lexicon"
    confidence: float = 1.0


@dataclass(frozen=True)
class Sign:
    """Something said that is no listed symptom but can change the urgency ("cannot_be_woken").

    Args:
        id: id from ``lexicon/signs.yml``.
        status: what the patient said about it.
        text: the patient's own words.
        start: first character in the message.
        end: one past the last character.
    """

    id: str
    status: Status
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Measurement:
    """A value the patient gave.

    Args:
        kind: ``temperature`` (degrees Celsius), ``systolic``, ``diastolic`` (mmHg),
            ``blood_sugar`` (mmol/L), ``oxygen`` (percent), ``pulse`` (beats a minute).
        value: the value in that unit.
        plausible: false for a value no living person has (381, 12 C): ask again.
        status: ``present`` for now, ``past`` for an earlier, over value.
        text: the patient's own words ("101.5F").
        start: first character in the message.
        end: one past the last character.
        place: id from ``values.yml`` of where on the body it was taken; empty when not said.
        is_uncertain: whether readings of that place, or this one, are too uncertain to lower anything.
        when: when it was measured, in the patient's words; empty when not said.
        trend: ``rising`` or ``falling`` as said ("103 and climbing"); empty when not said.
        bound: ``under`` or ``over`` where only a limit was given ("below 38"): ``value`` lies just within;
            ``at_most`` or ``at_least`` where the value may be the limit itself ("38 or more").
        corrects: the words of the value that it takes the place of in the same message; empty when none.
    """

    kind: str
    value: float
    plausible: bool
    status: Status
    text: str
    start: int
    end: int
    place: str = ""
    is_uncertain: bool = False
    when: str = ""
    trend: str = ""
    bound: str = ""
    corrects: str = ""


@dataclass(frozen=True)
class Disagreement:
    """Two readings of the same words that differ in what they say of one symptom or sign.

    Args:
        subject: id of the symptom or sign.
        urgent: the more urgent status of the two, which gives the advice until it is settled.
        other: what the other reading says.
        text: the patient's own words.
    """

    subject: str
    urgent: Status
    other: Status
    text: str


@dataclass(frozen=True)
class Reading:
    """Everything read from one message.

    Args:
        text: the message as it was read (at most 5,000 characters).
        findings: symptoms in the order of the text.
        signs: in the order of the text.
        measurements: in the order of the text.
        truncated: true when the message was longer than what was read.
        language: ``english``, ``other`` or ``none`` (no words that can be read).
        suspicion: the highest probability of a warning sign that the reading does not report.
        disagreements: what two readings take differently.
        act: what the message does in the talk ("answer_no", "correction", "question"), empty when unknown.
        act_confidence: 0 to 1.
    """

    text: str
    findings: tuple[Finding, ...] = ()
    signs: tuple[Sign, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    truncated: bool = False
    language: str = "english"
    suspicion: float = 0.0
    disagreements: tuple[Disagreement, ...] = ()
    act: str = ""
    act_confidence: float = 0.0

    @property
    def reports(self) -> bool:
        """Whether any symptom or sign is there, or may be."""
        said = [*(item.status for item in self.findings), *(item.status for item in self.signs)]
        return any(status in REPORTED for status in said)

    def as_entities(self) -> list[dict[str, Any]]:
        """The reading as Rasa entities (plain JSON values)."""
        entities: list[dict[str, Any]] = []
        for finding in self.findings:
            entities.append(_entity("symptom", finding.symptom, finding))
        for sign in self.signs:
            entities.append(_entity("sign", sign.id, sign))
        for measurement in self.measurements:
            entities.append(_entity("measurement", measurement.kind, measurement))
        entities += [_disagreement(item) for item in self.disagreements]
        note: dict[str, Any] = {"truncated": self.truncated, "language": self.language}
        if self.act:
            note |= {"act": self.act, "act_confidence": self.act_confidence}
        if self.suspicion:
            note["suspicion"] = self.suspicion
        if note != {"truncated": False, "language": "english"}:
            end = len(self.text)  # it stands on no word
            entities.append({"entity": "note", "value": self.language, "start": end, "end": end, **note})
        return entities

    @classmethod
    def from_entities(cls, text: str, entities: list[dict[str, Any]]) -> Reading:
        """The reading back from Rasa entities; foreign entities are ignored."""
        findings, signs, measurements, disagreements = [], [], [], []
        notes: dict[str, Any] = {}
        for entity in entities:
            fields = entity.get("fields") or {}
            kind = entity.get("entity")
            if kind == "symptom" and fields:
                findings.append(
                    Finding(
                        **{
                            **fields,
                            "status": Status(fields["status"]),
                            "qualifiers": tuple(fields["qualifiers"]),
                        }
                    )
                )
            elif kind == "sign" and fields:
                signs.append(Sign(**{**fields, "status": Status(fields["status"])}))
            elif kind == "measurement" and fields:
                measurements.append(Measurement(**{**fields, "status": Status(fields["status"])}))
            elif kind == "disagreement" and fields:
                sides = {side: Status(fields[side]) for side in ("urgent", "other")}
                disagreements.append(Disagreement(**{**fields, **sides}))
            elif kind == "note":
                notes = entity
        return cls(
            text=text,
            findings=tuple(findings),
            signs=tuple(signs),
            measurements=tuple(measurements),
            truncated=bool(notes.get("truncated", False)),
            language=str(notes.get("language", "english")),
            disagreements=tuple(disagreements),
            suspicion=float(notes.get("suspicion", 0.0)),
            act=str(notes.get("act", "")),
            act_confidence=float(notes.get("act_confidence", 0.0)),
        )


def _disagreement(item: Disagreement) -> dict[str, Any]:
    fields = {**vars(item), "urgent": item.urgent.value, "other": item.other.value}
    return {"entity": "disagreement", "value": item.subject, "start": 0, "end": 0, "fields": fields}


def _entity(kind: str, value: str, item: Finding | Sign | Measurement) -> dict[str, Any]:
    fields = {**vars(item), "status": item.status.value}
    return {
        "entity": kind,
        "value": value,
        "role": item.status.value,
        "start": item.start,
        "end": item.end,
        "fields": fields,
    }
