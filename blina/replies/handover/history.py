"""What was said, message by message: which words belong to which complaint, since when, and how often."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from blina.knowledge.wording import Voice
from blina.reading.model import REPORTED, Status
from blina.replies.handover import spoken
from blina.replies.handover.medicines import medicines
from blina.replies.handover.model import Medicine, Named, Point, Quote, Said
from blina.triage import cues
from blina.triage.answers import NOT_UNDERSTOOD
from blina.triage.conversation import Conversation, Mention, Report, SignReport, Told, Value
from blina.triage.decision import Assessment
from blina.triage.memory import UNLISTED
from blina.triage.policy import SCREENING
from blina.triage.questions import FEVERISH, HAVE_IT, SURE


def plain(text: str) -> str:
    """The words of a quote that may have been cut, to compare them."""
    return cues.plain(text.rstrip("…"))


@dataclass(frozen=True)
class History:
    """Looks things up in what is remembered of a conversation.

    Args:
        conversation: after `blina.triage.memory.expire`.
        voice: the knowledge, the wording and the settings.
        now: the time, in the patient's time zone as far as it is known.
    """

    conversation: Conversation
    voice: Voice
    now: datetime

    def local(self, time: datetime) -> datetime:
        """A time in the patient's time zone."""
        return time.astimezone(self.now.tzinfo)

    def message(self, turn: int) -> Told | None:
        """The message of a turn, as far as it is kept."""
        return next((told for told in self.conversation.told if told.turn == turn), None)

    def quote(self, turn: int, text: str, time: datetime) -> Quote:
        """The whole message, or as much of it as was kept."""
        told = self.message(turn)
        return Quote(told.text if told else text, self.local(time))

    def complained(self, told: Told) -> list[Mention]:
        """What a message says of complaints, and not how they are."""
        return [mention for mention in told.mentions if mention.id not in self._unsaid]

    @staticmethod
    def label(item: Assessment) -> str:
        """The name, or the patient's words for what no list names."""
        return f'"{item.report.text}"' if item.report.symptom == UNLISTED else item.label

    def named(self, sign: str) -> Named:
        """A sign with its name."""
        names = self.voice.knowledge.wording["sign"]
        return Named(sign, names.get(sign) or self.voice.knowledge.signs[sign].meaning)

    def signs(self) -> Iterator[SignReport]:
        """The signs that stand for themselves."""
        return (sign for sign in self.conversation.signs if sign.id not in self._unsaid)

    @staticmethod
    def mentioned(report: Report, mention: Mention) -> bool:
        """Whether a mention is one of this complaint."""
        if mention.id != report.symptom:
            return False
        words = plain(mention.text)
        return report.symptom != UNLISTED or cues.plain(report.text).startswith(words)

    def mentions(self, report: Report) -> Iterator[tuple[Told, Mention]]:
        """Each message that speaks of a complaint, with what it says."""
        for told in self.conversation.told:
            for mention in told.mentions:
                if self.mentioned(report, mention):
                    yield told, mention

    def mentions_of(self, sign: str) -> list[tuple[Told, Mention]]:
        """The same for a sign."""
        return [
            (told, mention)
            for told in self.conversation.told
            for mention in told.mentions
            if mention.id == sign
        ]

    def told_of(self, sign: str) -> list[tuple[Told, Mention]]:
        """Those of a sign that say that it is there."""
        return [(told, mention) for told, mention in self.mentions_of(sign) if mention.status in REPORTED]

    def points(
        self, mentions: Iterable[tuple[Told, Mention]], status: Status, time: datetime
    ) -> tuple[Point, ...]:
        """The course, for the chart."""
        points = [
            Point(self.local(told.time), mention.status.value, self.is_worse(told, mention))
            for told, mention in mentions
        ]
        return tuple(points) or (Point(self.local(time), status.value, False),)

    def says_less(self, told: Told) -> bool:
        """Whether a message says that it is less, and nothing that takes it back."""
        knowledge = self.voice.knowledge
        return (
            cues.says(told.text, "is_less", knowledge)
            and not cues.says(told.text, "is_not_less", knowledge)
            and not spoken.is_mixed(told.text)
        )

    def may_be_worse(self, told: Told, mention: Mention) -> bool:
        """Whether it was said to get worse: what was taken for it so as to be safe need not say so."""
        return mention.worse and not self.says_less(told)

    def is_worse(self, told: Told, mention: Mention) -> bool:
        """The same, where it was said of this complaint or it was the only one there."""
        is_meant = bool(mention.text) or len(self.reported_before(told.turn)) == 1
        return is_meant and self.may_be_worse(told, mention)

    def since(self, mentions: Iterable[tuple[Told, Mention]]) -> Said | None:
        """Since when, as the words of this complaint say, or a message that speaks of nothing else."""
        for told, mention in mentions:
            if mention.status not in REPORTED or self.is_unclear(told, mention):
                continue
            written = self.local(told.time)
            said = spoken.since(mention.text, written)
            if said is None and (values := self.values_of(told, mention)):
                said = self.measured_at(mention, values)
            elif said is None and self.is_alone(told, mention):
                said = spoken.since(told.text, written)
            if said is None and self.is_alone(told, mention):
                said = self.began(told)
            if said is not None:
                return said
        return None

    def values_of(self, told: Told, mention: Mention) -> list[Value]:
        """The values of a message that has several, where a number means the complaint."""
        values = self.values_at(told.turn, self.kinds_of(mention.id))
        is_number = len(values) > 1 and any(value.text == mention.text for value in values)
        return values if is_number else []

    def measured_at(self, mention: Mention, values: Sequence[Value]) -> Said | None:
        """When the number was measured that means the complaint."""
        value = next(value for value in values if value.text == mention.text)
        if value.measured_at is None or value.measured_at >= value.time:
            return None
        return Said(value.when_said, self.local(value.measured_at))

    def began(self, told: Told) -> Said | None:
        """What the next message says of it, where it speaks of nothing else ("it began an hour ago")."""
        following = self.message(told.turn + 1)
        if following is None or following.mentions or not spoken.says_it_began(following.text):
            return None
        return spoken.since(following.text, self.local(following.time))

    def often(self, mentions: Iterable[tuple[Told, Mention]]) -> str | None:
        """How often, as said last in the words of this complaint or in a message of nothing else."""
        found = None
        for told, mention in mentions:
            if mention.status in REPORTED and not self.is_unclear(told, mention):
                said = spoken.often(mention.text)
                if said is None and self.is_alone(told, mention):
                    said = spoken.often(told.text)
                found = said or found
        return found

    def is_unclear(self, told: Told, mention: Mention) -> bool:
        """Whether it may be there only because an answer about it was not understood: nobody said it."""
        return self.was_asked(mention.id, told.turn) and any(
            item.turn == told.turn and item.answer == NOT_UNDERSTOOD for item in self.conversation.answers
        )

    def was_asked(self, id: str, turn: int) -> bool:
        """Whether a complaint was asked about and this turn was the answer."""
        for answer in self.conversation.answers:
            if answer.turn != turn:
                continue
            policy = self.voice.knowledge.policy
            question = policy.questions.get(answer.question)
            screened = {symptom for item in policy.screening for symptom in item.denied_by}
            if (
                (answer.question == SCREENING and id in screened)
                or (answer.question == FEVERISH and id in policy.roles.feverish)
                or (answer.question in (SURE, HAVE_IT) and id in answer.about)
                or (question is not None and id in question.signs)
            ):
                return True
        return False

    def is_alone(self, told: Told, mention: Mention) -> bool:
        """Whether a time in the message can belong to nothing but this complaint."""
        summing = self.voice.knowledge.policy.roles.summing
        described = cues.describing_signs(self.voice.knowledge) | cues.steering_signs(self.voice.knowledge)
        described |= self.escalating(mention.id)
        told_of = {item.id for item in told.mentions if not self.is_unclear(told, item)}
        others = told_of - {mention.id, *summing} - described
        timed = {
            value.kind for value in self.conversation.values if value.turn == told.turn and value.when_said
        }
        own = self.kinds_of(mention.id)
        if len(self.values_at(told.turn, own)) > 1:
            return False  # "37.4 at six, 38.6 now": the first time need not be that of the fever
        spoken_of = any(medicine.quote.words == told.text for medicine in self.medicines)
        return not others and timed <= own and not spoken_of

    @cached_property
    def medicines(self) -> tuple[Medicine, ...]:
        """What was said of medicines."""
        return tuple(medicines(self.conversation, self.voice.knowledge, self.now.tzinfo))

    @cached_property
    def _unsaid(self) -> frozenset[str]:
        """Signs that are no complaint by themselves."""
        knowledge = self.voice.knowledge
        describing = cues.describing_signs(knowledge) | cues.steering_signs(knowledge)
        return frozenset(describing | cues.circumstances(knowledge))

    def kinds_of(self, id: str) -> frozenset[str]:
        """The kinds of value that mean a complaint."""
        means = self.voice.knowledge.policy.means
        return frozenset(kind for kind, symptom in means.items() if symptom == id)

    def values_at(self, turn: int, kinds: Container[str]) -> list[Value]:
        """The values of some kinds that a message gave."""
        return [value for value in self.conversation.values if value.turn == turn and value.kind in kinds]

    def escalating(self, symptom: str) -> frozenset[str]:
        """The signs that make a symptom more urgent."""
        known = self.voice.knowledge.symptoms.get(symptom)
        return frozenset().union(
            *(terms for escalation in (known.escalations if known else ()) for terms in escalation.any_of)
        )

    def reported_before(self, turn: int) -> frozenset[str]:
        """The complaints that were there in the messages before one."""
        return frozenset(
            mention.id
            for told in self.conversation.told
            if told.turn < turn
            for mention in self.complained(told)
            if mention.status in REPORTED
        )
