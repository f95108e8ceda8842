"""The complaints of a hand-over: what is there now, most serious first, each with what was said of it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from blina.knowledge.schema import Rule, SymptomSign, Urgency
from blina.reading.model import REPORTED, Status
from blina.replies.handover.history import History, plain
from blina.replies.handover.interference import Interference
from blina.replies.handover.model import MAYBE_WORSE, Complaint, Group, Named, Quote, Stopped
from blina.triage import cues
from blina.triage.answers import NO, YES
from blina.triage.conversation import WORSE, Mention, Report, SignReport, Told
from blina.triage.decision import Assessment, Decision
from blina.triage.memory import UNLISTED
from blina.triage.policy import SCREENING
from blina.triage.questions import FEVERISH, HAVE_IT, SURE

_OPEN = frozenset({SCREENING, FEVERISH, HAVE_IT, SURE})  # questions whose yes is a complaint
_OF_NERVES = ("neuro.", "nerves.")  # rules
_BESIDE_NUMBER = frozenset(
    {"a", "at", "is", "it", "its", "just", "my", "his", "her", "now", "of", "the", "was"}
)
_CLAUSES = re.compile(r"[,.;!?\n]|\b(?:and|but|then)\b", re.IGNORECASE)


def complaints(history: History, decision: Decision) -> tuple[Complaint, ...]:
    """What is there now, most serious first.

    Args:
        history: what was said.
        decision: what it adds up to.
    """
    return _Complaints(history, decision).complaints()


@dataclass(frozen=True)
class _Complaints:
    history: History
    decision: Decision

    def complaints(self) -> tuple[Complaint, ...]:
        present = [item for item in self.decision.symptoms if item.report.present]
        described = {qualifier for item in present for qualifier in self._qualifiers(item.report)}
        found = [self._symptom(item) for item in present]
        standing = [sign for sign in self.history.signs() if sign.present and sign.id not in described]
        summing = self.history.voice.knowledge.policy.roles.summing
        found = [one for one in found if not self._is_told_by_name(one, standing)]
        found += [self._sign(sign) for sign in standing if sign.id not in summing]
        for sign in standing:
            if sign.id not in summing:
                continue
            summed = self._sign(sign)
            same = {item.id for item in found if self._is_in_the_words_of(item.id, sign)}
            found = [_at_least(item, summed.group) if item.id in same else item for item in found]
            if not same:
                found.append(summed)
        return tuple(sorted(found, key=self._most_serious_first))

    def _is_told_by_name(self, item: Complaint, standing: Sequence[SignReport]) -> bool:
        """Whether a complaint that no list names is a sign of the same message that stands by its name."""
        summing = self.history.voice.knowledge.policy.roles.summing
        turns = {told.turn for told in self.history.conversation.told if told.text in _words(item)}
        return item.id == UNLISTED and any(
            told.turn in turns and plain(mention.text) in cues.plain(item.label)
            for sign in standing
            if sign.id not in summing
            for told, mention in self.history.told_of(sign.id)
        )

    def _is_in_the_words_of(self, id: str, sign: SignReport) -> bool:
        """Whether the words of a sign that stands for many words name a complaint that is told by itself."""
        told = self.history.message(sign.turn)
        if told is None:
            return False
        words = plain(sign.text)
        for mention in told.mentions:
            is_told = mention.id == id and mention.status in REPORTED and mention.text
            if is_told and not self.history.is_unclear(told, mention):
                said = plain(mention.text)
                if said in words or words in said:
                    return True
        return False

    def _most_serious_first(self, item: Complaint) -> tuple[int, int, int, bool, bool, datetime]:
        symptom = self.history.voice.knowledge.symptoms.get(item.id)
        return (
            list(Group).index(item.group),
            -Urgency(item.urgency).rank,
            -symptom.urgency.rank if symptom else 0,
            item.id not in self.history.voice.knowledge.policy.syndrome.alone,
            item.status != Status.PRESENT.value,
            item.first_told,
        )

    def _symptom(self, item: Assessment) -> Complaint:
        report = item.report
        mentions = list(self.history.mentions(report))
        better = self._better(mentions)
        speaking = {told.turn: told for told in (*(told for told, _ in mentions), better) if told}
        quotes = [Quote(told.text, self.history.local(told.time)) for _, told in sorted(speaking.items())]
        there = [told.time for told, mention in mentions if mention.status in REPORTED]
        unsaid = self._not_ruled_out(report)
        return Complaint(
            id=report.symptom,
            label=self.history.label(item),
            is_sign=False,
            group=self._group(item),
            urgency=item.urgency.value,
            status=report.status.value,
            since=self.history.since(mentions),
            course=self._course(report, mentions),
            better=self.history.local(better.time) if better else None,
            is_value=self._is_value(mentions),
            qualifiers=tuple(self._described(report, unsaid)),
            stops=self._stops(report.symptom, report.text),
            often=self.history.often(mentions),
            answer_to=self._answer_to(mentions),
            not_ruled_out=tuple(map(self.history.named, sorted(unsaid))),
            quotes=tuple(quotes) or (Quote(report.text, self.history.local(report.time)),),
            first_told=self.history.local(there[0] if there else report.first_time),
            last_told=self.history.local(there[-1] if there else report.time),
            times_told=max(1, len(there)),
            points=self.history.points(mentions, report.status, report.time),
        )

    def _stops(self, id: str, text: str = "") -> tuple[Stopped, ...]:
        return self._interference.of(id, cues.plain(text) if id == UNLISTED else None)

    @cached_property
    def _interference(self) -> Interference:
        return Interference(self.history)

    def _qualifiers(self, report: Report) -> list[str]:
        """What describes this symptom; what else the words held stands for itself."""
        of_it = set(cues.describing_signs(self.history.voice.knowledge))
        of_it |= self.history.escalating(report.symptom)
        known = of_it.intersection(self.history.voice.knowledge.signs)
        return [id for id in report.qualifiers if id in known and self._belongs(report, id)]

    def _course(self, report: Report, mentions: Sequence[tuple[Told, Mention]]) -> str | None:
        """The course as said; that one of several got worse is said of none of them."""
        if report.course != WORSE or not mentions:
            return report.course
        if any(self.history.is_worse(told, mention) for told, mention in mentions):
            return WORSE
        is_meant = any(self.history.may_be_worse(told, mention) for told, mention in mentions)
        return MAYBE_WORSE if is_meant else None

    def _better(self, mentions: Sequence[tuple[Told, Mention]]) -> Told | None:
        """The last message that says that it is less and of nothing else; none where it got worse later."""
        for told in reversed(self.history.conversation.told):
            if any(one is told and self.history.may_be_worse(told, mention) for one, mention in mentions):
                return None
            if not self.history.says_less(told):
                continue
            named = {mention.id for mention in self.history.complained(told)}
            of_it = {mention.id for one, mention in mentions if one is told and mention.status in REPORTED}
            if named == of_it and (named or self._only_one_was_there(told, mentions)):
                return told
        return None

    def _only_one_was_there(self, told: Told, mentions: Sequence[tuple[Told, Mention]]) -> bool:
        """Whether these are the only complaint that was told before a message."""
        known = self.history.reported_before(told.turn)
        return known == {mention.id for _, mention in mentions if mention.status in REPORTED}

    def _described(self, report: Report, unsaid: Container[str]) -> Iterator[Named]:
        """What describes it; of words that may describe something else, that it was not said of which."""
        for id in self._qualifiers(report):
            if id in unsaid:
                continue
            named = self.history.named(id)
            if self._is_said_of_none(report, id):
                label = self.history.voice.say("hand_over", "of_which", label=named.label)
                named = replace(named, label=label)
            yield named

    def _belongs(self, report: Report, sign: str) -> bool:
        """Whether a word such as "slight" was said of this symptom, as far as can be told."""
        if self._is_of_another(report.symptom, sign):
            return False
        told_of = (
            self.history.told_of(sign) if sign in cues.describing_signs(self.history.voice.knowledge) else []
        )
        return not told_of or any(self._may_be_of(report, told, mention) for told, mention in told_of)

    def _is_of_another(self, symptom: str, sign: str) -> bool:
        """Whether one symptom alone is judged by it ("four or more times a day"), and it is not this one."""
        judged = {id for id in self.history.voice.knowledge.symptoms if sign in self.history.escalating(id)}
        return len(judged) == 1 and symptom not in judged

    def _may_be_of(self, report: Report, told: Told, sign: Mention) -> bool:
        named = [mention for mention in self.history.complained(told) if mention.status in REPORTED]
        if not named:
            # "it is really bad": of what was there
            return any(
                one.turn < told.turn and mention.status in REPORTED
                for one, mention in self.history.mentions(report)
            )
        beside = [mention for mention in named if self._are_together(told, mention, sign)] or named
        return any(self.history.mentioned(report, mention) for mention in beside)

    @staticmethod
    def _are_together(told: Told, mention: Mention, sign: Mention) -> bool:
        """Whether both stand in one clause of the message."""
        words = [plain(item.text) for item in (mention, sign)]
        return any(all(one in cues.plain(clause) for one in words) for clause in _CLAUSES.split(told.text))

    def _is_said_of_none(self, report: Report, sign: str) -> bool:
        """Whether it was only said in messages that name no complaint, while several were there."""
        told_of = self.history.told_of(sign)
        if not told_of or sign not in cues.describing_signs(self.history.voice.knowledge):
            return False
        asked = {item.turn for item in self.history.conversation.answers if report.symptom in item.about}
        if any(told.turn in asked or self.history.complained(told) for told, _ in told_of):
            return False
        return len(self.history.reported_before(told_of[-1][0].turn)) > 1

    def _not_ruled_out(self, report: Report) -> frozenset[str]:
        """Qualifiers that nobody said: the question about them was not answered plainly."""
        assumed: set[str] = set()
        for answer in self.history.conversation.answers:
            question = self.history.voice.knowledge.policy.questions.get(answer.question)
            if question and report.symptom in answer.about and answer.answer not in (YES, NO):
                assumed.update(question.signs)
        return frozenset(assumed.intersection(report.qualifiers))

    def _is_value(self, mentions: Iterable[tuple[Told, Mention]]) -> bool:
        """Whether each mention that it is there is a number that means it, with no more than its name."""
        there = [(told, mention) for told, mention in mentions if mention.status in REPORTED]
        return bool(there) and all(self._is_number(told, mention) for told, mention in there)

    def _is_number(self, told: Told, mention: Mention) -> bool:
        policy = self.history.voice.knowledge.policy
        kinds = self.history.kinds_of(mention.id) | {
            kind for kind, limits in policy.limits.items() if any(one.reports == mention.id for one in limits)
        }
        for value in self.history.values_at(told.turn, kinds):
            words, number = plain(mention.text), cues.plain(value.text)
            known = self.history.voice.knowledge.values.kind(value.kind).names
            names = {word for name in known for word in name.split()}
            if number in words and set(words.replace(number, " ").split()) <= names | _BESIDE_NUMBER:
                return True
        return False

    def _sign(self, sign: SignReport) -> Complaint:
        mentions = self.history.mentions_of(sign.id)
        quotes = [Quote(told.text, self.history.local(told.time)) for told, _ in mentions]
        first = mentions[0][0].time if mentions else sign.time
        urgency = self._urgency_of(sign.id)
        group = Group.OTHER
        if urgency is Urgency.EMERGENCY:
            group = Group.EMERGENCY
        elif any(rule.id.startswith(_OF_NERVES) for rule in self._rules_of(sign.id)):
            group = Group.NERVES
        return Complaint(
            id=sign.id,
            label=f'"{sign.text}"'
            if sign.id in self.history.voice.knowledge.policy.roles.summing
            else self.history.named(sign.id).label,
            is_sign=True,
            group=group,
            urgency=urgency.value,
            status=sign.status.value,
            since=self.history.since(mentions),
            course=None,
            better=None,
            is_value=False,
            qualifiers=(),
            stops=self._stops(sign.id),
            often=self.history.often(mentions),
            answer_to=self._answer_to(mentions),
            not_ruled_out=(),
            quotes=tuple(quotes) or (Quote(sign.text, self.history.local(sign.time)),),
            first_told=self.history.local(first),
            last_told=self.history.local(sign.time),
            times_told=max(1, len(quotes)),
            points=self.history.points(mentions, sign.status, sign.time),
        )

    def _rules_of(self, sign: str) -> Iterator[Rule]:
        applied = self.decision.rules
        for rule in self.history.voice.knowledge.policy.rules:
            if rule.id in applied and any(sign in terms for terms in rule.any_of):
                yield rule

    def _urgency_of(self, sign: str) -> Urgency:
        urgencies = [rule.urgency for rule in self._rules_of(sign) if rule.urgency]
        return max(urgencies, default=Urgency.NONE)

    def _answer_to(self, mentions: Iterable[tuple[Told, Mention]]) -> str | None:
        """The question that it was the answer to, where it was never told by itself."""
        asked = {
            item.turn: item.question for item in self.history.conversation.answers if item.question in _OPEN
        }
        there = [(told.turn, mention.id) for told, mention in mentions if mention.status in REPORTED]
        if not there or not all(turn in asked and self.history.was_asked(id, turn) for turn, id in there):
            return None
        return self.history.voice.say("asked", asked[there[0][0]])

    def _group(self, item: Assessment) -> Group:
        if item.urgency is Urgency.EMERGENCY:
            return Group.EMERGENCY
        symptom = self.history.voice.knowledge.symptoms.get(item.report.symptom)
        if symptom is None:
            return Group.OTHER
        if symptom.has_sign(SymptomSign.NEUROLOGICAL):
            return Group.NERVES
        if symptom.has_sign(SymptomSign.CRS):
            return Group.CRS
        return Group.INFECTION if symptom.has_sign(SymptomSign.INFECTION) else Group.OTHER


def _at_least(item: Complaint, group: Group) -> Complaint:
    """The complaint in this group where that is the more serious one."""
    order = list(Group)
    return item if order.index(item.group) <= order.index(group) else replace(item, group=group)


def _words(item: Complaint) -> frozenset[str]:
    return frozenset(quote.words for quote in item.quotes)
