"""Two readings, one judgement: the lexicon with its cues, and the learned reader.

Where they agree, it stands. Where they differ, the costs of the policy decide (`reading` in policy.yml):
how sure the learned reader must be to add what the lexicon lacks, how unsure to take away what the lexicon
names, and how sure to make present what the cues call denied or over. On a warning sign a difference is
handed on, so that the more urgent reading gives the advice and one question can settle it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from blina.knowledge.schema import Certainty
from blina.reading.learned.reader import Opinion
from blina.reading.model import REPORTED, Disagreement, Finding, Sign, Status

LEARNED = "learned"
Item = TypeVar("Item", Finding, Sign)
_SURE_OF_STATUS = 0.5
_SURE_OF_OVER = 0.95  # what the cues call denied was there before
_SURE_OF_PAST = 0.75  # a warning that is over needs a call today; a denial ends questions


@dataclass(frozen=True)
class Costs:
    """How sure the learned reader must be, for each label.

    Args:
        certainty: by label.
        warnings: labels on which the two readings must not differ unsaid.
        valued: labels that a value can mean, such as fever: a number is for the grammar of values to judge.
        telling: of these, labels of which a value says all: a temperature tells whether there is a fever, but
            good oxygen does not say that breathing is easy.
        gives_way: how sure of a denial or an end the learned reader must be to overrule the lexicon.
        in_doubt: below it, the lexicon's word is taken away where the sentence puts it in doubt.
    """

    certainty: Mapping[str, Certainty]
    warnings: frozenset[str]
    valued: frozenset[str] = frozenset()
    telling: frozenset[str] = frozenset()
    gives_way: float = 1.0
    in_doubt: float = 0.0


@dataclass(frozen=True)
class Judged:
    """The judgement of one message.

    Args:
        findings: symptoms.
        signs: signs.
        disagreements: on warning signs.
        suspicion: the highest probability of a warning sign that the judgement does not report.
    """

    findings: list[Finding]
    signs: list[Sign]
    disagreements: tuple[Disagreement, ...]
    suspicion: float


class Judge:
    """Weighs the two readings.

    Args:
        costs: see `Costs`.
        symptoms: ids that are symptoms (``unlisted`` included); other labels are signs.
        describing: signs that only say how bad or since when, or whose phrases are sure: the lexicon's are
            kept as they are.
    """

    def __init__(self, costs: Costs, symptoms: frozenset[str], describing: frozenset[str]) -> None:
        self._costs = costs
        self._symptoms = symptoms
        self._describing = describing

    def weigh(
        self,
        text: str,
        findings: Sequence[Finding],
        signs: Sequence[Sign],
        opinions: Mapping[str, Opinion],
        clause: Mapping[str, str],
        measured: frozenset[str] = frozenset(),
        *,
        turns: bool = False,
        kept: frozenset[tuple[int, int]] = frozenset(),
        doubted: frozenset[tuple[int, int]] = frozenset(),
    ) -> Judged:
        """One judgement of both readings.

        Args:
            text: the message.
            findings: of the lexicon.
            signs: of the lexicon.
            opinions: of the learned reader, by label.
            clause: for each label the patient's words around those that the opinion rests on.
            measured: symptoms of whose kind of value one was read: what it means is not guessed again, and
                what it denies is for the value to say.
            turns: whether the message has a turn in it ("but", "until today"), where cues go wrong most.
            kept: where the lexicon's word stands: it mended the words, which the learned reader cannot read,
                or the build of the sentence settles it.
            doubted: where words stand in a sentence that speaks about symptoms ("told to ring for chills").

        Returns:
            The judgement.
        """
        disagreements: list[Disagreement] = []
        judged_findings = [
            item
            if (item.start, item.end) in kept
            else self._weighed(item, item.symptom, opinions, disagreements, turns, doubted)
            for item in findings
        ]
        judged_signs = [
            item
            if item.id in self._describing or (item.start, item.end) in kept
            else self._weighed(item, item.id, opinions, disagreements, turns, doubted)
            for item in signs
        ]
        known = {item.symptom for item in findings} | {item.id for item in signs}
        for label, opinion in opinions.items():
            if label in known or label not in self._costs.certainty:
                continue
            status = self._added(opinion)
            if status is None or (label in measured and not self._is_beside_value(label, status)):
                continue
            if status in REPORTED and self._rests_on_number(clause.get(label, ""), text, opinion):
                continue
            words = clause.get(label) or text[opinion.start : opinion.end]
            place = (opinion.start, opinion.end)
            if label in self._symptoms:
                sure = round(opinion.reported if status in REPORTED else opinion.certainty, 3)
                judged_findings.append(Finding(label, status, words, *place, source=LEARNED, confidence=sure))
            else:
                judged_signs.append(Sign(label, status, words, *place))
        reported = {item.symptom for item in judged_findings if item.status in REPORTED}
        reported |= {item.id for item in judged_signs if item.status in REPORTED}
        suspicions = (
            opinion.reported
            for label, opinion in opinions.items()
            if label in self._costs.warnings
            and label not in reported | (measured & self._costs.telling)
            and not self._rests_on_number(clause.get(label, ""), text, opinion)
        )
        return Judged(judged_findings, judged_signs, tuple(disagreements), max(suspicions, default=0.0))

    def _is_beside_value(self, label: str, status: Status) -> bool:
        """Whether a status is more than what the value of the label says."""
        return status in REPORTED and label not in self._costs.telling

    def _rests_on_number(self, clause: str, text: str, opinion: Opinion) -> bool:
        """A shoe size is no fever: what is a value, the grammar of values has read."""
        words = clause or text[opinion.start : opinion.end]
        return opinion.label in self._costs.valued and any(character.isdigit() for character in words)

    def _added(self, opinion: Opinion) -> Status | None:
        if opinion.reported >= self._costs.certainty[opinion.label].adds:
            return Status.UNCERTAIN if opinion.uncertain else Status.PRESENT
        least = _SURE_OF_STATUS if opinion.status is Status.NOT_REPORTED else _SURE_OF_PAST
        return opinion.status if opinion.certainty >= least else None

    def _weighed(
        self,
        item: Item,
        label: str,
        opinions: Mapping[str, Opinion],
        disagreements: list[Disagreement],
        turns: bool,
        doubted: frozenset[tuple[int, int]],
    ) -> Item:
        """What the lexicon found, with the status that both readings together give it."""
        opinion, least = opinions.get(label), self._costs.certainty.get(label)
        if opinion is None or least is None:
            return item
        if least.keeps and (item.start, item.end) in doubted:
            least = least.copy(update={"keeps": max(least.keeps, self._costs.in_doubt)})
        status = _both(item.status, opinion, least, turns=turns, gives_way=self._costs.gives_way)
        learned = (
            Status.PRESENT
            if opinion.reported >= _SURE_OF_STATUS
            else opinion.status
            if opinion.certainty >= _SURE_OF_STATUS
            else item.status
        )
        differ = (learned in REPORTED) != (item.status in REPORTED)
        if differ and status in REPORTED and label in self._costs.warnings:
            other = learned if item.status in REPORTED else item.status
            disagreements.append(Disagreement(label, status, other, item.text))
        return replace(item, status=status)


def _both(lexicon: Status, opinion: Opinion, least: Certainty, *, turns: bool, gives_way: float) -> Status:
    if lexicon in REPORTED:
        told_of = opinion.status in (Status.DENIED, Status.PAST) and opinion.certainty >= gives_way
        if opinion.reported >= least.keeps and not (told_of and least.keeps):
            return lexicon
        return opinion.status if opinion.certainty >= _SURE_OF_STATUS else Status.NOT_REPORTED
    against = {Status.DENIED: least.denied, Status.PAST: least.past, Status.NOT_REPORTED: least.mentioned}
    if opinion.reported >= (min(least.turned, against[lexicon]) if turns else against[lexicon]):
        return Status.UNCERTAIN if opinion.uncertain else Status.PRESENT
    if lexicon is Status.PAST and opinion.status is Status.NOT_REPORTED:
        return lexicon  # it says more
    is_over = lexicon is Status.DENIED and opinion.status is Status.PAST
    return opinion.status if opinion.certainty >= (_SURE_OF_OVER if is_over else _SURE_OF_STATUS) else lexicon
