"""A learned reader that says what a test wants."""

from __future__ import annotations

from blina.knowledge.schema import Certainty
from blina.reading.judgement import Costs, Judge
from blina.reading.learned.reader import Opinion
from blina.reading.model import Finding, Sign, Status

CERTAINTY = Certainty.parse_obj(
    {"adds": 0.5, "keeps": 0.2, "denied": 0.9, "past": 0.9, "mentioned": 0.9, "turned": 0.6}
)


def opinion(
    label: str,
    reported: float,
    status: Status = Status.DENIED,
    certainty: float = 0.0,
    *,
    uncertain: bool = False,
    place: tuple[int, int] = (0, 4),
) -> Opinion:
    return Opinion(label, reported, status, certainty, uncertain, *place)


def finding(symptom: str, status: Status) -> Finding:
    return Finding(symptom, status, "words", 0, 4)


def sign(id: str, status: Status = Status.PRESENT) -> Sign:
    return Sign(id, status, "words", 0, 4)


def judge(warnings: frozenset[str] = frozenset({"seizures"})) -> Judge:
    labels = ("seizures", "rash", "infusion_trouble", "severe")
    return Judge(
        Costs(
            dict.fromkeys(labels, CERTAINTY),
            warnings,
            valued=frozenset({"rash"}),
            telling=frozenset({"rash"}),
            gives_way=0.9,
            in_doubt=0.4,
        ),
        symptoms=frozenset({"seizures", "rash"}),
        describing=frozenset({"severe"}),
    )
