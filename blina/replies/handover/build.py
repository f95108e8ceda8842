"""The hand-over from what is remembered of a conversation: nothing in it that nobody said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, is_dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice
from blina.reading.model import REPORTED, Status
from blina.replies.check_run import item_count
from blina.replies.handover import spoken
from blina.replies.handover.complaints import complaints
from blina.replies.handover.history import History, plain
from blina.replies.handover.medicines import is_of_another
from blina.replies.handover.model import (
    Advice,
    Answered,
    Check,
    Denial,
    HandOver,
    Medicine,
    Named,
    NotUnderstood,
    Over,
    Quote,
    Rule,
    Step,
    Treatment,
    Who,
)
from blina.replies.handover.values import rows
from blina.triage import cues, whose
from blina.triage.answers import NOT_UNDERSTOOD, UNSURE
from blina.triage.conversation import Answer, CheckEnd, Conversation, Mention, Report, Told
from blina.triage.decision import Decision
from blina.triage.policy import MEDICINE_SIGN, SCREENING

_SHORT, _SHORT_WITH_VALUE = 3, 9  # words: of fewer, nothing is lost that is quoted nowhere
_OTHER = "other"  # no plain yes or no
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
    return _Builder(History(conversation, voice, now), decision).hand_over()


@dataclass(frozen=True)
class _Builder:
    history: History
    decision: Decision

    def hand_over(self) -> HandOver:
        made = self._without_others()
        return replace(made, others=tuple(self._others(made)))

    def _without_others(self) -> HandOver:
        return HandOver(
            made=self.history.now,
            who=self._who(),
            treatment=self._treatment(),
            reason=self._reason(),
            urgency=self.decision.urgency.value,
            complaints=complaints(self.history, self.decision),
            values=tuple(rows(self.history.conversation, self.history.voice, self.history.now.tzinfo)),
            medicines=tuple(self._medicines()),
            circumstances=tuple(self._circumstances()),
            denials=tuple(self._denials()),
            over=tuple(self._over()),
            answers=tuple(
                Answered(
                    item.question,
                    self.history.voice.say("asked", item.question),
                    self._answered(item),
                    self.history.quote(item.turn, item.text, item.time),
                )
                for item in self.history.conversation.answers
            ),
            not_understood=tuple(self._not_understood()),
            others=(),
            done=tuple(self._done()),
            daily_checks=tuple(self._daily_checks()),
            advice=tuple(self._advice()),
        )

    def _answered(self, answer: Answer) -> str:
        """The answer; a doubt about something else ("maybe a bit dizzy") is no doubt about what was asked."""
        told = self.history.message(answer.turn)
        found = self.history.complained(told) if told else []
        doubted = {item.id for item in found if item.status is Status.UNCERTAIN}
        is_else = bool(doubted) and not any(self.history.was_asked(id, answer.turn) for id in doubted)
        return _OTHER if answer.answer == UNSURE and is_else else answer.answer

    def _who(self) -> Who:
        for_whom, knowledge = self.history.conversation.who, self.history.voice.knowledge
        if for_whom:
            return Who("carer", for_whom)
        if any(whose.is_handed_over(told.text, knowledge) for told in self.history.conversation.told):
            return Who("patient", None)
        speaks = {
            spoken.is_of_the_writer(told.text)
            for told in self.history.conversation.told
            if any(mention.status in REPORTED for mention in told.mentions)
        }
        return Who("patient" if True in speaks and False not in speaks else None, None)

    def _treatment(self) -> Treatment:
        written = [
            (told.text, self.history.local(told.time)) for told in reversed(self.history.conversation.told)
        ]
        cycles = (spoken.cycle(*one) for one in written)
        days = (spoken.day(*one) for one in written)
        return Treatment(
            self.history.voice.knowledge.drug,
            next(filter(None, cycles), None),
            next(filter(None, days), None),
            tuple(self._line()),
        )

    def _line(self) -> Iterator[Quote]:
        """What was said of the pump or the line; "the line is busy" is the telephone's."""
        calls = {event.turn for event in self.history.conversation.events}
        for told in self.history.conversation.told:
            if told.turn not in calls and cues.says(
                told.text, "infusion_things", self.history.voice.knowledge
            ):
                yield Quote(told.text, self.history.local(told.time))

    def _reason(self) -> Quote | None:
        """The first message that is about how somebody is and was not taken back."""
        no_complaints = cues.circumstances(self.history.voice.knowledge)
        taken_back = {
            value.turn for value in self.history.conversation.values if value.status is Status.DENIED
        }
        turns = {value.turn for value in self.history.conversation.values} - taken_back
        turns |= {kept.turn for kept in self.history.conversation.unclear if kept.complaint}
        of_values = set(self.history.voice.knowledge.policy.means.values())
        for told in self.history.conversation.told:
            corrects = taken_back and cues.is_correction(told.text, self.history.voice.knowledge)
            if corrects or _is_a_good_number(told):
                continue
            reported = {mention.id for mention in told.mentions if mention.status in REPORTED} - no_complaints
            if told.turn in taken_back:
                reported -= of_values
            if told.turn in turns or reported:
                return Quote(told.text, self.history.local(told.time))
        present = [item for item in self.history.conversation.reports if item.present]
        if not present:
            return None
        first = min(present, key=lambda report: report.first_turn)
        return self.history.quote(first.first_turn, first.text, first.first_time)

    def _medicines(self) -> Iterator[Medicine]:
        named = self.history.medicines
        yield from named
        for sign in self.history.conversation.signs:
            if sign.id != MEDICINE_SIGN or sign.status is not Status.PRESENT:
                continue  # what was asked and got no plain answer stands with the answers
            quote = self.history.quote(sign.turn, sign.text, sign.time)
            is_named = any(medicine.hides_fever and medicine.quote == quote for medicine in named)
            who, knowledge = self.history.conversation.who, self.history.voice.knowledge
            if not is_named and not is_of_another(quote.words, who, knowledge):
                yield Medicine(
                    name=self.history.voice.say("hand_over", "some_medicine"),
                    hides_fever=True,
                    is_listed=False,
                    is_known=True,
                    taken="yes",
                    dose=spoken.dose(quote.words),
                    when=spoken.since(quote.words, quote.time),
                    quote=quote,
                )

    def _circumstances(self) -> Iterator[Step]:
        """What is no complaint and must be known, such as that nothing can be measured."""
        known = cues.circumstances(self.history.voice.knowledge) - {MEDICINE_SIGN}
        for sign in self.history.conversation.signs:
            if sign.id in known and sign.present:
                yield Step(
                    sign.id,
                    self.history.named(sign.id).label,
                    self.history.quote(sign.turn, sign.text, sign.time),
                )

    def _denials(self) -> Iterator[Denial]:
        denied = set()
        last = self.history.conversation.reports  # in the order in which they were spoken of last
        for item in sorted(self.decision.symptoms, key=lambda item: last.index(item.report)):
            report = item.report
            if report.status is Status.DENIED and not self._is_denied_by_value(report):
                denied.add(report.symptom)
                quote = self.history.quote(report.turn, report.text, report.time)
                yield Denial(
                    report.symptom,
                    self.history.label(item),
                    self.history.was_asked(report.symptom, report.turn),
                    quote,
                )
        steering = cues.steering_signs(self.history.voice.knowledge) | cues.describing_signs(
            self.history.voice.knowledge
        )
        for sign in self.history.conversation.signs:
            if sign.status is Status.DENIED and sign.id not in steering:
                quote = self.history.quote(sign.turn, sign.text, sign.time)
                yield Denial(
                    sign.id,
                    self.history.named(sign.id).label,
                    self.history.was_asked(sign.id, sign.turn),
                    quote,
                )
        yield from self._screened(denied)

    def _is_denied_by_value(self, report: Report) -> bool:
        """Whether only a value speaks against it: it stands among the values, and nobody said more."""
        values = self.history.values_at(report.turn, self.history.kinds_of(report.symptom))
        return any(cues.plain(value.text) == cues.plain(report.text) for value in values)

    def _screened(self, denied: set[str]) -> Iterator[Denial]:
        """The items of the check question that a no stands for, but for what was spoken of by name."""
        said = {report.symptom: report.status for report in self.history.conversation.reports}
        answers = [item for item in self.history.conversation.answers if item.question == SCREENING]
        if not answers or answers[-1].answer != "no":
            return
        answer = answers[-1]
        for item in self.history.voice.knowledge.policy.screening:
            meant = item.denied_by
            if item.symptom in answer.about or any(
                said.get(one, Status.DENIED) is not Status.DENIED for one in meant
            ):
                continue
            if not denied.issuperset(meant):
                quote = self.history.quote(answer.turn, answer.text, answer.time)
                yield Denial(item.id, self.history.voice.say("screening_chip", item.id), True, quote)

    def _over(self) -> Iterator[Over]:
        for item in self.decision.symptoms:
            report = item.report
            if report.status is Status.PAST:
                mentions = list(self.history.mentions(report))
                told = self._said_in(report, mentions)
                turn, time = (told.turn, told.time) if told else (report.turn, report.time)
                quote = self.history.quote(turn, report.text, time)
                there = self.history.local(report.present_time) if report.present_time else None
                is_alone = told is not None and not self._is_told_with_others(told, report)
                when = spoken.when(quote.words if is_alone else report.text, quote.time)
                points = self.history.points(mentions, report.status, report.time)
                yield Over(report.symptom, self.history.label(item), when, there, quote, points)
        for sign in self.history.signs():
            if sign.status is Status.PAST:
                quote = self.history.quote(sign.turn, sign.text, sign.time)
                when = spoken.when(sign.text, self.history.local(sign.time))
                points = self.history.points(self.history.mentions_of(sign.id), sign.status, sign.time)
                seen = [point.time for point in points if point.status in REPORTED]
                label = self.history.named(sign.id).label
                yield Over(sign.id, label, when, seen[-1] if seen else None, quote, points)

    @staticmethod
    def _said_in(report: Report, mentions: Iterable[tuple[Told, Mention]]) -> Told | None:
        """The last message that holds the words; an answer that only confirms them does not."""
        words = plain(report.text)
        holding = [told for told, _ in mentions if words in cues.plain(told.text)]
        return holding[-1] if holding else None

    def _is_told_with_others(self, told: Told, report: Report) -> bool:
        measured = any(value.turn == told.turn for value in self.history.conversation.values)
        spoken_of = any(medicine.quote.words == told.text for medicine in self.history.medicines)
        others = any(mention.id != report.symptom for mention in self.history.complained(told))
        return measured or spoken_of or others

    def _not_understood(self) -> Iterator[NotUnderstood]:
        """Messages in which nothing was found, and answers that could not be taken as one."""
        kept: dict[int, NotUnderstood] = {}
        for item in self.history.conversation.unclear:
            told = self.history.message(item.turn)
            if told is None or not told.mentions:
                quote = self.history.quote(item.turn, item.text, item.time)
                kept[item.turn] = NotUnderstood(quote, item.complaint)
        for answer in self.history.conversation.answers:
            if answer.answer == NOT_UNDERSTOOD:
                quote = self.history.quote(answer.turn, answer.text, answer.time)
                if not self._is_understood(answer.turn):
                    kept.setdefault(answer.turn, NotUnderstood(quote, True))
        of_medicines = {medicine.quote for medicine in self.history.medicines}
        yield from (kept[turn] for turn in sorted(kept) if kept[turn].quote not in of_medicines)

    def _is_understood(self, turn: int) -> bool:
        """Whether something was found in a message that is no plain answer to what was asked."""
        told = self.history.message(turn)
        found = self.history.complained(told) if told else []
        return any(not self.history.was_asked(mention.id, turn) for mention in found)

    def _others(self, made: HandOver) -> Iterator[Quote]:
        """Messages that stand nowhere else: nothing that was written is lost."""
        quoted = set(_quotes(made))
        measured = {value.turn for value in self.history.conversation.values}
        for told in self.history.conversation.told:
            quote, words = Quote(told.text, self.history.local(told.time)), len(told.text.split())
            if told.turn in self._tapped:
                continue
            if quote in quoted or words < (_SHORT_WITH_VALUE if told.turn in measured else _SHORT):
                continue
            if not cues.consists_of(told.text, _ANSWERS, self.history.voice.knowledge):
                yield quote

    def _done(self) -> Iterator[Step]:
        for event in self.history.conversation.events:
            label = self.history.voice.say("progress_name", event.kind)
            yield Step(event.kind, label, self.history.quote(event.turn, event.text, event.time))

    @cached_property
    def _tapped(self) -> frozenset[int]:
        """Turns whose message only answered a daily check: the checks' own lines say what came of it."""
        taps = {cues.plain(title) for title in self.history.voice.knowledge.wording["chip"].values()}
        taps |= {cues.plain(form.title) for form in self.history.voice.knowledge.daily_check.forms}
        ended = {check.turn for check in self.history.conversation.checks if check.found}
        return frozenset(
            told.turn
            for told in self.history.conversation.told
            if told.turn in ended and cues.plain(told.text) in taps
        )

    def _daily_checks(self) -> Iterator[Check]:
        for check in self.history.conversation.checks:
            found = None
            if check.found:
                item = self.history.voice.knowledge.daily_check.item(check.found.item)
                found = Named(check.found.item, item.label if item else check.found.item)
            end = check.end or CheckEnd.NOT_FINISHED
            answer = check.found.answer if check.found else None
            count = item_count(check, self.history.voice)
            yield Check(self.history.local(check.time), end.value, found, answer, check.done, count)

    def _advice(self) -> Iterator[Advice]:
        """The advice each time it changed or got another reason, the current one last."""
        given: list[Told] = []
        for told in self.history.conversation.told:
            last = given[-1] if given else None
            if last is None or told.urgency != last.urgency or not set(told.rules) <= set(last.rules):
                given.append(told)
        given = [told for told in given if told.urgency != Urgency.NONE.value]
        current = self.decision.urgency
        for told in given:
            is_current = told is given[-1] and told.urgency == current.value
            yield Advice(
                told.urgency,
                self.history.voice.say("action", told.urgency),
                self.history.local(told.time),
                tuple(self._current_rules() if is_current else (Rule(id, None) for id in told.rules)),
                is_current,
            )
        if current is not Urgency.NONE and not (given and given[-1].urgency == current.value):
            # it changed with the time that passed, or was kept by an earlier release
            action = self.history.voice.say("action", current.value)
            yield Advice(current.value, action, self.history.now, tuple(self._current_rules()), True)

    def _current_rules(self) -> Iterator[Rule]:
        for reason in self.decision.reasons:
            if reason.urgency is self.decision.urgency:
                yield Rule(reason.rule, reason.text)


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
