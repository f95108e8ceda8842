"""The hand-over from what is remembered of a conversation: nothing in it that nobody said."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, is_dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from blina.knowledge.schema import Rule as PolicyRule
from blina.knowledge.schema import SymptomSign, Urgency
from blina.knowledge.wording import Voice
from blina.reading.model import REPORTED, Status
from blina.replies.check_run import item_count
from blina.replies.handover import spoken
from blina.replies.handover.medicines import medicines
from blina.replies.handover.model import (
    Advice,
    Answered,
    Check,
    Complaint,
    Denial,
    Group,
    HandOver,
    Medicine,
    Named,
    NotUnderstood,
    Over,
    Point,
    Quote,
    Rule,
    Said,
    Step,
    Treatment,
    Who,
)
from blina.replies.handover.values import rows
from blina.triage import cues
from blina.triage.answers import NO, NOT_UNDERSTOOD, UNSURE, YES
from blina.triage.conversation import (
    WORSE,
    Answer,
    CheckEnd,
    Conversation,
    Mention,
    Report,
    SignReport,
    Told,
    Value,
)
from blina.triage.decision import Assessment, Decision
from blina.triage.memory import UNLISTED
from blina.triage.policy import MEDICINE_SIGN, SCREENING
from blina.triage.questions import FEVERISH, SURE

_OPEN = frozenset({SCREENING, FEVERISH, SURE})  # questions whose yes is a complaint
_SHORT, _SHORT_WITH_VALUE = 3, 9  # words: of fewer, nothing is lost that is quoted nowhere
_OTHER = "other"  # no plain yes or no
_OF_NERVES = ("neuro.", "nerves.")  # rules
_BESIDE_NUMBER = frozenset(
    {"a", "at", "is", "it", "its", "just", "my", "his", "her", "now", "of", "the", "was"}
)
_CLAUSES = re.compile(r"[,.;!?\n]|\b(?:and|but|then)\b", re.IGNORECASE)
_NUMBER_AND_UNIT = 2  # words
_ANSWERS = ("answer_yes", "answer_no", "answer_unsure")


def hand_over(conversation: Conversation, decision: Decision, voice: Voice, now: datetime) -> HandOver:
    """Everything current in the order in which it is asked for on the phone.

    Args:
        conversation: after `blina.triage.memory.expire`.
        decision: what it adds up to.
        voice: the knowledge, the wording and the settings.
        now: the time, in the patient's time zone as far as it is known: all times are shown in it.
    """
    return _Builder(conversation, decision, voice, now).hand_over()


@dataclass(frozen=True)
class _Builder:
    conversation: Conversation
    decision: Decision
    voice: Voice
    now: datetime

    def hand_over(self) -> HandOver:
        made = self._without_others()
        return replace(made, others=tuple(self._others(made)))

    def _without_others(self) -> HandOver:
        complaints = self._complaints()
        return HandOver(
            made=self.now,
            who=self._who(),
            treatment=self._treatment(),
            reason=self._reason(),
            urgency=self.decision.urgency.value,
            complaints=complaints,
            values=tuple(rows(self.conversation, self.voice, self.now.tzinfo)),
            medicines=tuple(self._medicines()),
            circumstances=tuple(self._circumstances()),
            denials=tuple(self._denials()),
            over=tuple(self._over()),
            answers=tuple(
                Answered(
                    item.question,
                    self.voice.say("asked", item.question),
                    self._answered(item),
                    self._quote(item.turn, item.text, item.time),
                )
                for item in self.conversation.answers
            ),
            not_understood=tuple(self._not_understood()),
            others=(),
            done=tuple(self._done()),
            daily_checks=tuple(self._daily_checks()),
            advice=tuple(self._advice()),
        )

    def _local(self, time: datetime) -> datetime:
        return time.astimezone(self.now.tzinfo)

    def _message(self, turn: int) -> Told | None:
        return next((told for told in self.conversation.told if told.turn == turn), None)

    def _quote(self, turn: int, text: str, time: datetime) -> Quote:
        """The whole message, or as much of it as was kept."""
        told = self._message(turn)
        return Quote(told.text if told else text, self._local(time))

    def _answered(self, answer: Answer) -> str:
        """The answer; a doubt about something else ("maybe a bit dizzy") is no doubt about what was asked."""
        told = self._message(answer.turn)
        found = self._complained(told) if told else []
        doubted = {item.id for item in found if item.status is Status.UNCERTAIN}
        is_else = bool(doubted) and not any(self._was_asked(id, answer.turn) for id in doubted)
        return _OTHER if answer.answer == UNSURE and is_else else answer.answer

    def _who(self) -> Who:
        whose = self.conversation.who
        if whose:
            return Who("carer", whose)
        speaks = {
            spoken.is_of_the_writer(told.text)
            for told in self.conversation.told
            if any(mention.status in REPORTED for mention in told.mentions)
        }
        return Who("patient" if True in speaks and False not in speaks else None, None)

    def _treatment(self) -> Treatment:
        written = [(told.text, self._local(told.time)) for told in reversed(self.conversation.told)]
        cycles = (spoken.cycle(*one) for one in written)
        days = (spoken.day(*one) for one in written)
        return Treatment(
            self.voice.knowledge.drug,
            next(filter(None, cycles), None),
            next(filter(None, days), None),
            tuple(self._line()),
        )

    def _line(self) -> Iterator[Quote]:
        """What was said of the pump or the line; "the line is busy" is the telephone's."""
        calls = {event.turn for event in self.conversation.events}
        for told in self.conversation.told:
            if told.turn not in calls and cues.says(told.text, "infusion_things", self.voice.knowledge):
                yield Quote(told.text, self._local(told.time))

    def _reason(self) -> Quote | None:
        """The first message that is about how somebody is and was not taken back."""
        no_complaints = cues.circumstances(self.voice.knowledge)
        taken_back = {value.turn for value in self.conversation.values if value.status is Status.DENIED}
        turns = {value.turn for value in self.conversation.values} - taken_back
        turns |= {kept.turn for kept in self.conversation.unclear if kept.complaint}
        of_values = set(self.voice.knowledge.policy.means.values())
        for told in self.conversation.told:
            if cues.is_correction(told.text, self.voice.knowledge) or _is_a_good_number(told):
                continue
            reported = {mention.id for mention in told.mentions if mention.status in REPORTED} - no_complaints
            if told.turn in taken_back:
                reported -= of_values
            if told.turn in turns or reported:
                return Quote(told.text, self._local(told.time))
        present = [item for item in self.conversation.reports if item.present]
        if not present:
            return None
        first = min(present, key=lambda report: report.first_turn)
        return Quote(first.text, self._local(first.first_time))

    def _complaints(self) -> tuple[Complaint, ...]:
        present = [item for item in self.decision.symptoms if item.report.present]
        described = {qualifier for item in present for qualifier in self._qualifiers(item.report)}
        found = [self._symptom(item) for item in present]
        standing = [sign for sign in self._signs() if sign.present and sign.id not in described]
        summing = self.voice.knowledge.policy.roles.summing
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

    def _is_in_the_words_of(self, id: str, sign: SignReport) -> bool:
        """Whether the words of a sign that stands for many words name a complaint that is told by itself."""
        told = self._message(sign.turn)
        if told is None:
            return False
        words = cues.plain(sign.text.rstrip("…"))
        for mention in told.mentions:
            if mention.id == id and mention.status in REPORTED and not self._is_unclear(told, mention):
                said = cues.plain(mention.text.rstrip("…"))
                if said in words or words in said:
                    return True
        return False

    def _most_serious_first(self, item: Complaint) -> tuple[int, int, int, bool, bool, datetime]:
        symptom = self.voice.knowledge.symptoms.get(item.id)
        return (
            list(Group).index(item.group),
            -Urgency(item.urgency).rank,
            -symptom.urgency.rank if symptom else 0,
            item.id not in self.voice.knowledge.policy.syndrome.alone,
            item.status != Status.PRESENT.value,
            item.first_told,
        )

    def _signs(self) -> Iterator[SignReport]:
        """The signs that stand for themselves."""
        knowledge = self.voice.knowledge
        unsaid = cues.describing_signs(knowledge) | cues.steering_signs(knowledge)
        unsaid |= cues.circumstances(knowledge)
        return (sign for sign in self.conversation.signs if sign.id not in unsaid)

    def _symptom(self, item: Assessment) -> Complaint:
        report = item.report
        mentions = list(self._mentions(report))
        better = self._better(mentions)
        worse = [(told, mention) for told, mention in mentions if mention.worse]
        is_less = bool(worse) and not any(self._is_worse(*one) for one in worse)
        speaking = {told.turn: told for told in (*(told for told, _ in mentions), better) if told}
        quotes = [Quote(told.text, self._local(told.time)) for _, told in sorted(speaking.items())]
        there = [told.time for told, mention in mentions if mention.status in REPORTED]
        unsaid = self._not_ruled_out(report)
        return Complaint(
            id=report.symptom,
            label=self._label(item),
            is_sign=False,
            group=self._group(item),
            urgency=item.urgency.value,
            status=report.status.value,
            since=self._since(mentions),
            course=None if report.course == WORSE and is_less else report.course,
            better=self._local(better.time) if better else None,
            is_value=self._is_value(mentions),
            qualifiers=tuple(self._described(report, unsaid)),
            often=self._often(mentions),
            answer_to=self._answer_to(mentions),
            not_ruled_out=tuple(map(self._named, sorted(unsaid))),
            quotes=tuple(quotes) or (Quote(report.text, self._local(report.time)),),
            first_told=self._local(there[0] if there else report.first_time),
            last_told=self._local(there[-1] if there else report.time),
            times_told=max(1, len(there)),
            points=self._points(mentions, report.status, report.time),
        )

    @staticmethod
    def _label(item: Assessment) -> str:
        """The name, or the patient's words for what no list names."""
        return f'"{item.report.text}"' if item.report.symptom == UNLISTED else item.label

    def _qualifiers(self, report: Report) -> list[str]:
        """What describes this symptom; what else the words held stands for itself."""
        of_it = set(cues.describing_signs(self.voice.knowledge))
        symptom = self.voice.knowledge.symptoms.get(report.symptom)
        for escalation in symptom.escalations if symptom else ():
            of_it.update(*escalation.any_of)
        known = of_it.intersection(self.voice.knowledge.signs)
        return [id for id in report.qualifiers if id in known and self._belongs(report, id)]

    def _better(self, mentions: Sequence[tuple[Told, Mention]]) -> Told | None:
        """The last message that says that it is less and of nothing else; none where it got worse later."""
        for told in reversed(self.conversation.told):
            if any(one is told and self._is_worse(told, mention) for one, mention in mentions):
                return None
            if not self._says_less(told):
                continue
            named = {mention.id for mention in self._complained(told)}
            of_it = {mention.id for one, mention in mentions if one is told and mention.status in REPORTED}
            if named == of_it and (named or self._only_one_was_there(told, mentions)):
                return told
        return None

    def _says_less(self, told: Told) -> bool:
        """Whether a message says that it is less, and nothing that takes it back."""
        knowledge = self.voice.knowledge
        return (
            cues.says(told.text, "is_less", knowledge)
            and not cues.says(told.text, "is_not_less", knowledge)
            and not spoken.is_mixed(told.text)
        )

    def _is_worse(self, told: Told, mention: Mention) -> bool:
        """Whether it was said to get worse: what was taken for it so as to be safe need not say so."""
        return mention.worse and not self._says_less(told)

    def _only_one_was_there(self, told: Told, mentions: Sequence[tuple[Told, Mention]]) -> bool:
        """Whether these are the only complaint that was told before a message."""
        before = [one for one in self.conversation.told if one.turn < told.turn]
        known = {item.id for one in before for item in self._complained(one) if item.status in REPORTED}
        return known == {mention.id for _, mention in mentions if mention.status in REPORTED}

    def _described(self, report: Report, unsaid: Container[str]) -> Iterator[Named]:
        """What describes it; of words that may describe something else, that it was not said of which."""
        for id in self._qualifiers(report):
            if id in unsaid:
                continue
            named = self._named(id)
            if self._is_said_of_none(report, id):
                label = self.voice.say("hand_over", "of_which", label=named.label)
                named = replace(named, label=label)
            yield named

    def _told_of(self, sign: str) -> list[tuple[Told, Mention]]:
        return [
            (told, mention)
            for told in self.conversation.told
            for mention in told.mentions
            if mention.id == sign and mention.status in REPORTED
        ]

    def _belongs(self, report: Report, sign: str) -> bool:
        """Whether a word such as "slight" was said of this symptom, as far as can be told."""
        if self._is_of_another(report.symptom, sign):
            return False
        told_of = self._told_of(sign) if sign in cues.describing_signs(self.voice.knowledge) else []
        return not told_of or any(self._may_be_of(report, told, mention) for told, mention in told_of)

    def _is_of_another(self, symptom: str, sign: str) -> bool:
        """Whether one symptom alone is judged by it ("four or more times a day"), and it is not this one."""
        judged = {
            id
            for id, known in self.voice.knowledge.symptoms.items()
            if any(sign in terms for item in known.escalations for terms in item.any_of)
        }
        return len(judged) == 1 and symptom not in judged

    def _may_be_of(self, report: Report, told: Told, sign: Mention) -> bool:
        named = [mention for mention in self._complained(told) if mention.status in REPORTED]
        if not named:
            # "it is really bad": of what was there
            return any(
                one.turn < told.turn and mention.status in REPORTED for one, mention in self._mentions(report)
            )
        beside = [mention for mention in named if self._are_together(told, mention, sign)] or named
        return any(self._mentioned(report, mention) for mention in beside)

    @staticmethod
    def _are_together(told: Told, mention: Mention, sign: Mention) -> bool:
        """Whether both stand in one clause of the message."""
        words = [cues.plain(item.text.rstrip("…")) for item in (mention, sign)]
        return any(all(one in cues.plain(clause) for one in words) for clause in _CLAUSES.split(told.text))

    def _complained(self, told: Told) -> list[Mention]:
        """What a message says of complaints, and not how they are."""
        knowledge = self.voice.knowledge
        unsaid = cues.describing_signs(knowledge) | cues.steering_signs(knowledge)
        unsaid |= cues.circumstances(knowledge)
        return [mention for mention in told.mentions if mention.id not in unsaid]

    def _is_said_of_none(self, report: Report, sign: str) -> bool:
        """Whether it was only said in messages that name no complaint, while several were there."""
        told_of = self._told_of(sign)
        if not told_of or sign not in cues.describing_signs(self.voice.knowledge):
            return False
        asked = {item.turn for item in self.conversation.answers if report.symptom in item.about}
        if any(told.turn in asked or self._complained(told) for told, _ in told_of):
            return False
        before = [one for one in self.conversation.told if one.turn < told_of[-1][0].turn]
        known = {
            mention.id for one in before for mention in self._complained(one) if mention.status in REPORTED
        }
        return len(known) > 1

    def _not_ruled_out(self, report: Report) -> frozenset[str]:
        """Qualifiers that nobody said: the question about them was not answered plainly."""
        assumed: set[str] = set()
        for answer in self.conversation.answers:
            question = self.voice.knowledge.policy.questions.get(answer.question)
            if question and report.symptom in answer.about and answer.answer not in (YES, NO):
                assumed.update(question.signs)
        return frozenset(assumed.intersection(report.qualifiers))

    def _is_value(self, mentions: Iterable[tuple[Told, Mention]]) -> bool:
        """Whether each mention that it is there is a number that means it, with no more than its name."""
        there = [(told, mention) for told, mention in mentions if mention.status in REPORTED]
        return bool(there) and all(self._is_number(told, mention) for told, mention in there)

    def _is_number(self, told: Told, mention: Mention) -> bool:
        policy = self.voice.knowledge.policy
        kinds = {kind for kind, symptom in policy.means.items() if symptom == mention.id}
        kinds |= {
            kind for kind, limits in policy.limits.items() if any(one.reports == mention.id for one in limits)
        }
        for value in self.conversation.values:
            if value.turn == told.turn and value.kind in kinds:
                words, number = cues.plain(mention.text.rstrip("…")), cues.plain(value.text)
                names = {
                    word
                    for name in self.voice.knowledge.values.kind(value.kind).names
                    for word in name.split()
                }
                if number in words and set(words.replace(number, " ").split()) <= names | _BESIDE_NUMBER:
                    return True
        return False

    def _sign(self, sign: SignReport) -> Complaint:
        mentions = self._sign_mentions(sign)
        quotes = [Quote(told.text, self._local(told.time)) for told, _ in mentions]
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
            if sign.id in self.voice.knowledge.policy.roles.summing
            else self._named(sign.id).label,
            is_sign=True,
            group=group,
            urgency=urgency.value,
            status=sign.status.value,
            since=self._since(mentions),
            course=None,
            better=None,
            is_value=False,
            qualifiers=(),
            often=self._often(mentions),
            answer_to=self._answer_to(mentions),
            not_ruled_out=(),
            quotes=tuple(quotes) or (Quote(sign.text, self._local(sign.time)),),
            first_told=self._local(first),
            last_told=self._local(sign.time),
            times_told=max(1, len(quotes)),
            points=self._points(mentions, sign.status, sign.time),
        )

    def _sign_mentions(self, sign: SignReport) -> list[tuple[Told, Mention]]:
        return [
            (told, mention)
            for told in self.conversation.told
            for mention in told.mentions
            if mention.id == sign.id
        ]

    def _rules_of(self, sign: str) -> Iterator[PolicyRule]:
        applied = self.decision.rules
        for rule in self.voice.knowledge.policy.rules:
            if rule.id in applied and any(sign in terms for terms in rule.any_of):
                yield rule

    def _urgency_of(self, sign: str) -> Urgency:
        urgencies = [rule.urgency for rule in self._rules_of(sign) if rule.urgency]
        return max(urgencies, default=Urgency.NONE)

    @staticmethod
    def _mentioned(report: Report, mention: Mention) -> bool:
        if mention.id != report.symptom:
            return False
        words = cues.plain(mention.text.rstrip("…"))
        return report.symptom != UNLISTED or cues.plain(report.text).startswith(words)

    def _mentions(self, report: Report) -> Iterator[tuple[Told, Mention]]:
        for told in self.conversation.told:
            for mention in told.mentions:
                if self._mentioned(report, mention):
                    yield told, mention

    def _points(
        self, mentions: Iterable[tuple[Told, Mention]], status: Status, time: datetime
    ) -> tuple[Point, ...]:
        points = [
            Point(self._local(told.time), mention.status.value, self._is_worse(told, mention))
            for told, mention in mentions
        ]
        return tuple(points) or (Point(self._local(time), status.value, False),)

    def _since(self, mentions: Iterable[tuple[Told, Mention]]) -> Said | None:
        """Since when, as the words of this complaint say, or a message that speaks of nothing else."""
        for told, mention in mentions:
            if mention.status not in REPORTED or self._is_unclear(told, mention):
                continue
            written = self._local(told.time)
            said = spoken.since(mention.text, written)
            if said is None and (values := self._values_of(told, mention)):
                said = self._measured_at(mention, values)
            elif said is None and self._is_alone(told, mention):
                said = spoken.since(told.text, written)
            if said is None and self._is_alone(told, mention):
                said = self._began(told)
            if said is not None:
                return said
        return None

    def _values_of(self, told: Told, mention: Mention) -> list[Value]:
        """The values of a message that has several, where a number means the complaint."""
        kinds = [kind for kind, symptom in self.voice.knowledge.policy.means.items() if symptom == mention.id]
        values = [
            value for value in self.conversation.values if value.turn == told.turn and value.kind in kinds
        ]
        is_number = len(values) > 1 and any(value.text == mention.text for value in values)
        return values if is_number else []

    def _measured_at(self, mention: Mention, values: Sequence[Value]) -> Said | None:
        """When the number was measured that means the complaint."""
        value = next(value for value in values if value.text == mention.text)
        if value.measured_at is None or value.measured_at >= value.time:
            return None
        return Said(value.when_said, self._local(value.measured_at))

    def _began(self, told: Told) -> Said | None:
        """What the next message says of it, where it speaks of nothing else ("it began an hour ago")."""
        following = self._message(told.turn + 1)
        if following is None or following.mentions or not spoken.says_it_began(following.text):
            return None
        return spoken.since(following.text, self._local(following.time))

    def _often(self, mentions: Iterable[tuple[Told, Mention]]) -> str | None:
        """How often, as said last in the words of this complaint or in a message of nothing else."""
        found = None
        for told, mention in mentions:
            if mention.status in REPORTED and not self._is_unclear(told, mention):
                said = spoken.often(mention.text)
                if said is None and self._is_alone(told, mention):
                    said = spoken.often(told.text)
                found = said or found
        return found

    def _is_unclear(self, told: Told, mention: Mention) -> bool:
        """Whether it may be there only because an answer about it was not understood: nobody said it."""
        return self._was_asked(mention.id, told.turn) and any(
            item.turn == told.turn and item.answer == NOT_UNDERSTOOD for item in self.conversation.answers
        )

    def _answer_to(self, mentions: Iterable[tuple[Told, Mention]]) -> str | None:
        """The question that it was the answer to, where it was never told by itself."""
        asked = {item.turn: item.question for item in self.conversation.answers if item.question in _OPEN}
        there = [(told.turn, mention.id) for told, mention in mentions if mention.status in REPORTED]
        if not there or not all(turn in asked and self._was_asked(id, turn) for turn, id in there):
            return None
        return self.voice.say("asked", asked[there[0][0]])

    def _is_alone(self, told: Told, mention: Mention) -> bool:
        """Whether a time in the message can belong to nothing but this complaint."""
        summing = self.voice.knowledge.policy.roles.summing
        described = cues.describing_signs(self.voice.knowledge) | cues.steering_signs(self.voice.knowledge)
        symptom = self.voice.knowledge.symptoms.get(mention.id)
        for escalation in symptom.escalations if symptom else ():
            described = described.union(*escalation.any_of)
        told_of = {item.id for item in told.mentions if not self._is_unclear(told, item)}
        others = told_of - {mention.id, *summing} - described
        timed = {
            value.kind for value in self.conversation.values if value.turn == told.turn and value.when_said
        }
        own = {kind for kind, symptom in self.voice.knowledge.policy.means.items() if symptom == mention.id}
        readings = [one for one in self.conversation.values if one.turn == told.turn and one.kind in own]
        if len(readings) > 1:
            return False  # "37.4 at six, 38.6 now": the first time need not be that of the fever
        spoken_of = any(medicine.quote.words == told.text for medicine in self._named_medicines)
        return not others and timed <= own and not spoken_of

    @cached_property
    def _named_medicines(self) -> tuple[Medicine, ...]:
        return tuple(medicines(self.conversation, self.voice.knowledge, self.now.tzinfo))

    def _group(self, item: Assessment) -> Group:
        if item.urgency is Urgency.EMERGENCY:
            return Group.EMERGENCY
        symptom = self.voice.knowledge.symptoms.get(item.report.symptom)
        if symptom is None:
            return Group.OTHER
        if symptom.has_sign(SymptomSign.NEUROLOGICAL):
            return Group.NERVES
        if symptom.has_sign(SymptomSign.CRS):
            return Group.CRS
        return Group.INFECTION if symptom.has_sign(SymptomSign.INFECTION) else Group.OTHER

    def _named(self, sign: str) -> Named:
        names = self.voice.knowledge.wording["sign"]
        return Named(sign, names.get(sign) or self.voice.knowledge.signs[sign].meaning)

    def _medicines(self) -> Iterator[Medicine]:
        named = self._named_medicines
        yield from named
        for sign in self.conversation.signs:
            if sign.id != MEDICINE_SIGN or sign.status is not Status.PRESENT:
                continue  # what was asked and got no plain answer stands with the answers
            quote = self._quote(sign.turn, sign.text, sign.time)
            if not any(medicine.hides_fever and medicine.quote == quote for medicine in named):
                label = self.voice.say("hand_over", "some_medicine")
                when = spoken.since(quote.words, quote.time)
                yield Medicine(label, True, False, "yes", spoken.dose(quote.words), when, quote)

    def _circumstances(self) -> Iterator[Step]:
        """What is no complaint and must be known, such as that nothing can be measured."""
        known = cues.circumstances(self.voice.knowledge) - {MEDICINE_SIGN}
        for sign in self.conversation.signs:
            if sign.id in known and sign.present:
                yield Step(sign.id, self._named(sign.id).label, self._quote(sign.turn, sign.text, sign.time))

    def _denials(self) -> Iterator[Denial]:
        denied = set()
        last = self.conversation.reports  # in the order in which they were spoken of last
        for item in sorted(self.decision.symptoms, key=lambda item: last.index(item.report)):
            report = item.report
            if report.status is Status.DENIED and not self._is_denied_by_value(report):
                denied.add(report.symptom)
                quote = self._quote(report.turn, report.text, report.time)
                yield Denial(
                    report.symptom, self._label(item), self._was_asked(report.symptom, report.turn), quote
                )
        steering = cues.steering_signs(self.voice.knowledge) | cues.describing_signs(self.voice.knowledge)
        for sign in self.conversation.signs:
            if sign.status is Status.DENIED and sign.id not in steering:
                quote = self._quote(sign.turn, sign.text, sign.time)
                yield Denial(sign.id, self._named(sign.id).label, self._was_asked(sign.id, sign.turn), quote)
        yield from self._screened(denied)

    def _is_denied_by_value(self, report: Report) -> bool:
        """Whether only a value speaks against it: it stands among the values, and nobody said more."""
        kind = {symptom: kind for kind, symptom in self.voice.knowledge.policy.means.items()}.get(
            report.symptom
        )
        return any(
            value.kind == kind
            and value.turn == report.turn
            and cues.plain(value.text) == cues.plain(report.text)
            for value in self.conversation.values
        )

    def _was_asked(self, id: str, turn: int) -> bool:
        for answer in self.conversation.answers:
            if answer.turn != turn:
                continue
            policy = self.voice.knowledge.policy
            question = policy.questions.get(answer.question)
            screened = {symptom for item in policy.screening for symptom in item.denied_by}
            if (
                (answer.question == SCREENING and id in screened)
                or (answer.question == FEVERISH and id in policy.roles.feverish)
                or (answer.question == SURE and id in answer.about)
                or (question is not None and id in question.signs)
            ):
                return True
        return False

    def _screened(self, denied: set[str]) -> Iterator[Denial]:
        """The items of the check question that a no stands for, but for what was spoken of by name."""
        said = {report.symptom: report.status for report in self.conversation.reports}
        answers = [item for item in self.conversation.answers if item.question == SCREENING]
        if not answers or answers[-1].answer != "no":
            return
        answer = answers[-1]
        for item in self.voice.knowledge.policy.screening:
            meant = item.denied_by
            if item.symptom in answer.about or any(
                said.get(one, Status.DENIED) is not Status.DENIED for one in meant
            ):
                continue
            if not denied.issuperset(meant):
                quote = self._quote(answer.turn, answer.text, answer.time)
                yield Denial(item.id, self.voice.say("screening_chip", item.id), True, quote)

    def _over(self) -> Iterator[Over]:
        for item in self.decision.symptoms:
            report = item.report
            if report.status is Status.PAST:
                mentions = list(self._mentions(report))
                told = self._said_in(report, mentions)
                turn, time = (told.turn, told.time) if told else (report.turn, report.time)
                quote = self._quote(turn, report.text, time)
                there = self._local(report.present_time) if report.present_time else None
                is_alone = told is not None and not self._is_told_with_others(told, report)
                when = spoken.when(quote.words if is_alone else report.text, quote.time)
                points = self._points(mentions, report.status, report.time)
                yield Over(report.symptom, self._label(item), when, there, quote, points)
        for sign in self._signs():
            if sign.status is Status.PAST:
                quote = self._quote(sign.turn, sign.text, sign.time)
                when = spoken.when(sign.text, self._local(sign.time))
                points = self._points(self._sign_mentions(sign), sign.status, sign.time)
                seen = [point.time for point in points if point.status in REPORTED]
                label = self._named(sign.id).label
                yield Over(sign.id, label, when, seen[-1] if seen else None, quote, points)

    @staticmethod
    def _said_in(report: Report, mentions: Iterable[tuple[Told, Mention]]) -> Told | None:
        """The last message that holds the words; an answer that only confirms them does not."""
        words = cues.plain(report.text.rstrip("…"))
        holding = [told for told, _ in mentions if words in cues.plain(told.text)]
        return holding[-1] if holding else None

    def _is_told_with_others(self, told: Told, report: Report) -> bool:
        measured = any(value.turn == told.turn for value in self.conversation.values)
        spoken_of = any(medicine.quote.words == told.text for medicine in self._named_medicines)
        others = any(mention.id != report.symptom for mention in self._complained(told))
        return measured or spoken_of or others

    def _not_understood(self) -> Iterator[NotUnderstood]:
        """Messages in which nothing was found, and answers that could not be taken as one."""
        kept: dict[int, NotUnderstood] = {}
        for item in self.conversation.unclear:
            told = self._message(item.turn)
            if told is None or not told.mentions:
                quote = self._quote(item.turn, item.text, item.time)
                kept[item.turn] = NotUnderstood(quote, item.complaint)
        for answer in self.conversation.answers:
            if answer.answer == NOT_UNDERSTOOD:
                quote = self._quote(answer.turn, answer.text, answer.time)
                if not self._is_understood(answer.turn):
                    kept.setdefault(answer.turn, NotUnderstood(quote, True))
        of_medicines = {medicine.quote for medicine in self._named_medicines}
        yield from (kept[turn] for turn in sorted(kept) if kept[turn].quote not in of_medicines)

    def _is_understood(self, turn: int) -> bool:
        """Whether something was found in a message that is no plain answer to what was asked."""
        told = self._message(turn)
        found = self._complained(told) if told else []
        return any(not self._was_asked(mention.id, turn) for mention in found)

    def _others(self, made: HandOver) -> Iterator[Quote]:
        """Messages that stand nowhere else: nothing that was written is lost."""
        quoted = set(_quotes(made))
        measured = {value.turn for value in self.conversation.values}
        for told in self.conversation.told:
            quote, words = Quote(told.text, self._local(told.time)), len(told.text.split())
            if told.turn in self._tapped:
                continue
            if quote in quoted or words < (_SHORT_WITH_VALUE if told.turn in measured else _SHORT):
                continue
            if not cues.consists_of(told.text, _ANSWERS, self.voice.knowledge):
                yield quote

    def _done(self) -> Iterator[Step]:
        for event in self.conversation.events:
            label = self.voice.say("progress_name", event.kind)
            yield Step(event.kind, label, self._quote(event.turn, event.text, event.time))

    @cached_property
    def _tapped(self) -> frozenset[int]:
        """Turns whose message only answered a daily check: the checks' own lines say what came of it."""
        taps = {cues.plain(title) for title in self.voice.knowledge.wording["chip"].values()}
        taps |= {cues.plain(form.title) for form in self.voice.knowledge.daily_check.forms}
        ended = {check.turn for check in self.conversation.checks if check.found}
        return frozenset(
            told.turn
            for told in self.conversation.told
            if told.turn in ended and cues.plain(told.text) in taps
        )

    def _daily_checks(self) -> Iterator[Check]:
        for check in self.conversation.checks:
            found = None
            if check.found:
                item = self.voice.knowledge.daily_check.item(check.found.item)
                found = Named(check.found.item, item.label if item else check.found.item)
            end = check.end or CheckEnd.NOT_FINISHED
            answer = check.found.answer if check.found else None
            count = item_count(check, self.voice)
            yield Check(self._local(check.time), end.value, found, answer, check.done, count)

    def _advice(self) -> Iterator[Advice]:
        """The advice each time it changed or got another reason, the current one last."""
        given: list[Told] = []
        for told in self.conversation.told:
            last = given[-1] if given else None
            if last is None or told.urgency != last.urgency or not set(told.rules) <= set(last.rules):
                given.append(told)
        given = [told for told in given if told.urgency != Urgency.NONE.value]
        current = self.decision.urgency
        for told in given:
            is_current = told is given[-1] and told.urgency == current.value
            yield Advice(
                told.urgency,
                self.voice.say("action", told.urgency),
                self._local(told.time),
                tuple(self._current_rules() if is_current else (Rule(id, None) for id in told.rules)),
                is_current,
            )
        if current is not Urgency.NONE and not (given and given[-1].urgency == current.value):
            # it changed with the time that passed, or was kept by an earlier release
            action = self.voice.say("action", current.value)
            yield Advice(current.value, action, self.now, tuple(self._current_rules()), True)

    def _current_rules(self) -> Iterator[Rule]:
        for reason in self.decision.reasons:
            if reason.urgency is self.decision.urgency:
                yield Rule(reason.rule, reason.text)


def _at_least(item: Complaint, group: Group) -> Complaint:
    """The complaint in this group where that is the more serious one."""
    order = list(Group)
    return item if order.index(item.group) <= order.index(group) else replace(item, group=group)


def _is_a_good_number(told: Told) -> bool:
    """A number that asked for nothing, as the daily check has it measured: nobody writes because of it."""
    return (
        told.urgency == Urgency.NONE.value
        and len(told.text.split()) <= _NUMBER_AND_UNIT
        and not told.mentions
    )


def _quotes(value: Any) -> Iterator[Quote]:
    if isinstance(value, Quote):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _quotes(item)
    elif is_dataclass(value):
        yield from _quotes(tuple(vars(value).values()))
