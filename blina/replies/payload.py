"""The JSON object that goes to programs beside the text of a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blina.knowledge.base import Knowledge
from blina.knowledge.schema import Source
from blina.knowledge.settings import Settings
from blina.triage.decision import Assessment, Decision

VERSION = 1


def payload(
    decision: Decision,
    awaiting_answer: bool,
    knowledge: Knowledge,
    settings: Settings,
    daily_checks: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The triage result as plain JSON values.

    Args:
        decision: over everything still current.
        awaiting_answer: whether a question is open.
        knowledge: for what the documents say of each symptom.
        settings: the phone numbers.
        daily_checks: those that have ended (`blina.replies.check_run`).
    """
    return {
        "type": "triage",
        "version": VERSION,
        "urgency": decision.urgency.value,
        "category": decision.category.value,
        "awaiting_answer": awaiting_answer,
        "symptoms": [symptom_entry(item, knowledge) for item in decision.symptoms],
        "reasons": [{"rule": reason.rule, "text": reason.text} for reason in decision.reasons],
        "contact": contact(settings),
        "daily_checks": list(daily_checks),
    }


def contact(settings: Settings) -> dict[str, str | None]:
    """The phone numbers of the settings, None for the team's when it is not set."""
    return {"care_team": settings.care_team_phone or None, "emergency": settings.emergency_number}


def symptom_entry(item: Assessment, knowledge: Knowledge) -> dict[str, Any]:
    """One symptom of the result."""
    symptom = knowledge.symptoms.get(item.report.symptom)
    if symptom:
        sources = [_source(mention, mention.term, knowledge) for mention in symptom.mentions]
    else:
        rule = knowledge.policy.rule("unlisted")
        sources = [_source(source, None, knowledge) for source in rule.sources]
    return {
        "id": item.report.symptom,
        "label": item.label,
        "status": item.report.status.value,
        "category": item.category.value,
        "urgency": item.urgency.value,
        "text": item.report.text,
        "turn": item.report.turn,
        "sources": sources,
    }


def _source(source: Source, term: str | None, knowledge: Knowledge) -> dict[str, str]:
    document = knowledge.documents[source.document]
    section = document.section(source.section)
    return {"document": document.id, "section": section.reference, "term": term or section.name}
