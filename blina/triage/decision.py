"""What the triage policy decides: an urgency, and why."""

from __future__ import annotations

from dataclasses import dataclass

from blina.knowledge.schema import Category, Source, Urgency
from blina.triage.conversation import Report


@dataclass(frozen=True)
class Reason:
    """Why something is as urgent as it is: the rule's id, a sentence for the patient, the sources."""

    rule: str
    text: str
    sources: tuple[Source, ...]
    urgency: Urgency


@dataclass(frozen=True)
class Assessment:
    """One reported symptom with its urgency; reasons most urgent first."""

    report: Report
    label: str
    lay: str
    category: Category
    urgency: Urgency
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Decision:
    """What applies now.

    Args:
        urgency: over everything still current.
        category: of the most urgent finding.
        reasons: why this urgency, most urgent first, no rule twice with the same sentence.
        symptoms: every symptom spoken of, most urgent first.
    """

    urgency: Urgency
    category: Category
    reasons: tuple[Reason, ...]
    symptoms: tuple[Assessment, ...]

    @property
    def rules(self) -> frozenset[str]:
        """Ids of all rules that were applied."""
        return frozenset(reason.rule for reason in self.reasons)
