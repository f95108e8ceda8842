"""Whether a condition of the knowledge files holds: its terms are explained in the schema."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from blina.knowledge.base import Knowledge
from blina.knowledge.schema import GROUP_TERM, SPECIAL_TERMS, SYMPTOM_TERM, Condition, Rule, SymptomSign
from blina.triage.conversation import Report


@dataclass(frozen=True)
class Situation:
    """What holds now, for conditions to ask about.

    Args:
        knowledge: the knowledge files.
        active: the symptoms that count now.
        signs: ids of signs that hold for the whole conversation.
        unanswered_screening: the screening question was answered "not sure", or not understandably.
    """

    knowledge: Knowledge
    active: tuple[Report, ...]
    signs: frozenset[str]
    unanswered_screening: bool = False

    def holds(self, condition: Condition, about: Report | None = None) -> bool:
        """Whether any of the condition's lists holds in full.

        Args:
            condition: from a knowledge file.
            about: the symptom whose escalation this is; terms about symptoms then mean another one.
        """
        said = self._said.union(about.qualifiers) if about else self._said
        return any(self._all(terms, about) for terms in condition if _signs_in(terms) <= said)

    def holding(self, rules: Iterable[Rule]) -> list[Rule]:
        """Those of the rules whose condition holds, in their order."""
        return [rule for rule in rules if self.holds(rule.any_of)]

    @cached_property
    def _said(self) -> frozenset[str]:
        """Every sign that holds for anything: a list of terms with another one needs no closer look."""
        return self.signs.union(*(report.qualifiers for report in self.active))

    def _all(self, terms: tuple[str, ...], about: Report | None) -> bool:
        named = [report for term in terms for report in self._meant(term, about)]
        speaking = [about, *named] if about else named or list(self.active)
        said = self.signs.union(*(report.qualifiers for report in speaking if report))
        return all(self._one(term, about, said) for term in terms)

    def _one(self, term: str, about: Report | None, said: frozenset[str]) -> bool:
        if term == "always":
            return True
        if term == "unanswered_screening":
            return self.unanswered_screening
        if term == "red_flag":
            return self.holds(self.knowledge.policy.red_flags, about)
        if term == "fever_or_chills":
            return bool(self._others(about).intersection(self.knowledge.policy.roles.feverish))
        if term == "infection_sign":
            return bool(self._of_group(SymptomSign.INFECTION, about))
        if term.startswith((SYMPTOM_TERM, GROUP_TERM)):
            return bool(self._meant(term, about))
        return term in said

    def _meant(self, term: str, about: Report | None) -> list[Report]:
        """The active symptoms that a term names."""
        if term.startswith(SYMPTOM_TERM):
            named = term[len(SYMPTOM_TERM) :]
            return [report for report in self._except(about) if report.symptom == named]
        if term.startswith(GROUP_TERM):
            return self._of_group(SymptomSign(term[len(GROUP_TERM) :]), about)
        return []

    def _of_group(self, group: SymptomSign, about: Report | None) -> list[Report]:
        symptoms = self.knowledge.symptoms
        return [
            report
            for report in self._except(about)
            if report.symptom in symptoms and symptoms[report.symptom].has_sign(group)
        ]

    def _others(self, about: Report | None) -> set[str]:
        return {report.symptom for report in self._except(about)}

    def _except(self, about: Report | None) -> Iterable[Report]:
        return [report for report in self.active if about is None or report.symptom != about.symptom]


@cache
def _signs_in(terms: tuple[str, ...]) -> frozenset[str]:
    """The terms that are ids of signs."""
    return frozenset(
        term
        for term in terms
        if term not in SPECIAL_TERMS and not term.startswith((SYMPTOM_TERM, GROUP_TERM))
    )
