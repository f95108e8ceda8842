"""The hand-over in plain words, in the order in which a nurse asks for it on the phone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice
from blina.replies.handover.model import (
    MAYBE_WORSE,
    Advice,
    Check,
    Complaint,
    Denial,
    HandOver,
    Medicine,
    Over,
    Quote,
    Reading,
    Row,
    Said,
)
from blina.triage.answers import NOT_UNDERSTOOD
from blina.triage.conversation import WORSE
from blina.triage.daily_check import UNSURE

_SECTION = "hand_over"
_NOT_THERE = ("denied", "past")  # of a complaint that is there now
_MOST_REASONS = 4  # of the advice that holds now; its rules are all named


@dataclass(frozen=True)
class Part:
    """A part of the hand-over: its name in the wording, its heading and its lines."""

    id: str
    title: str
    lines: tuple[str, ...]


def text(hand_over: HandOver, voice: Voice, *, blanks: bool = False) -> str:
    """The whole as lines: a heading ends with a colon, an entry begins with a dash.

    Args:
        hand_over: what the team must know.
        voice: the words and the settings.
        blanks: whether there are blanks for name, birth date and numbers, for a form on paper.
    """
    head = [voice.say(_SECTION, "heading")]
    if hand_over.urgency != Urgency.NONE.value:  # a summary never says that nothing needs doing
        head.append(voice.say(_SECTION, "now", action=voice.say("action", hand_over.urgency)))
    head.append(made(hand_over.made, voice))
    if blanks:
        head.append(voice.say(_SECTION, "blanks"))
    writer = Writer(hand_over, voice)
    head += writer.who_and_what()
    for part in writer.parts():
        head += [part.title, *(f"- {line}" for line in part.lines)]
    return "\n".join(head)


def made(time: datetime, voice: Voice) -> str:
    """The one day and zone of everything in it."""
    zone = time.strftime("%Z")
    if time.utcoffset():
        hours = time.isoformat()[-6:]
        zone = f"{zone}, UTC{hours}" if zone.isalpha() else f"UTC{hours}"
    day = f"{time:%A} {time.day} {time:%B %Y}"
    return voice.say(_SECTION, "made", date=day, time=f"{time:%H:%M}", zone=zone)


class _Quotes:
    """Quotes whole messages, each once: later its time leads to it."""

    def __init__(self, made: datetime, voice: Voice) -> None:
        self._made = made
        self._voice = voice
        self._seen: set[Quote] = set()

    def one(self, quote: Quote) -> str:
        time = _clock(quote.time, self._made)
        if quote in self._seen:
            return self._voice.say(_SECTION, "quoted", time=time)
        self._seen.add(quote)
        return self._voice.say(_SECTION, "quote", words=quote.words.strip(), time=time)

    def all(self, quotes: Iterable[Quote]) -> str:
        return "; ".join(self.one(quote) for quote in quotes)


class Writer:
    """Writes a hand-over part by part, each message in whole words once."""

    def __init__(self, hand_over: HandOver, voice: Voice) -> None:
        """Write.

        Args:
            hand_over: what the team must know.
            voice: the words and the settings.
        """
        self._hand_over = hand_over
        self._voice = voice
        self._quotes = _Quotes(hand_over.made, voice)
        self._advised: Advice | None = None

    def who_and_what(self) -> list[str]:
        """Who writes and for whom, and drug, cycle, day, pump and line as far as they were said."""
        who = self._hand_over.who
        if who.for_whom:
            writes = self._say("writes_carer", name=who.for_whom)
        else:
            writes = self._say("writes_patient" if who.writes == "patient" else "writes_unknown")
        return [writes, *self._treatment()]

    def _treatment(self) -> Iterator[str]:
        told = self._hand_over.treatment
        said: dict[datetime, list[str]] = {}
        for one in (told.cycle, told.day):
            if one and one.time:
                said.setdefault(one.time, []).append(one.words)
        cycle = [
            self._say("cycle", words=", ".join(words), time=self._time(at)) for at, words in said.items()
        ]
        yield " ".join([self._say("medicine"), *(cycle or [self._say("no_cycle")])])
        line = [quote for quote in told.line if quote != self._hand_over.reason]
        if line:
            yield self._say("line", quotes=self._quotes.all(line))

    def parts(self) -> list[Part]:
        """Everything below the head, part by part; what nobody spoke of has no part."""
        told = self._hand_over
        written: tuple[tuple[str, Iterable[str]], ...] = (
            ("reason", self._reason()),
            ("complaints", map(self._complaint, told.complaints)),
            ("values", map(self._row, told.values)),
            ("medicines", map(self._medicine, told.medicines)),
            ("circumstances", (self._line(item.label, (), item.quote) for item in told.circumstances)),
            ("denials", self._denials()),
            ("over", map(self._over, told.over)),
            ("answers", self._answers()),
            ("not_understood", (self._quotes.one(item.quote) for item in told.not_understood)),
            ("others", map(self._quotes.one, told.others)),
            ("checks", map(self._check, told.daily_checks)),
            ("advice", map(self._advice, told.advice)),
            ("done", (self._line(item.label, (), item.quote) for item in told.done)),
        )
        found = [(id, tuple(lines)) for id, lines in written]  # in this order: each message is quoted once
        return [Part(id, self._say(id), lines) for id, lines in found if lines]

    def _say(self, name: str, /, **values: str) -> str:
        return self._voice.say(_SECTION, name, **values)

    def _time(self, time: datetime) -> str:
        return _clock(time, self._hand_over.made)

    def _line(self, label: str, notes: Sequence[str], *quoted: Quote) -> str:
        label, quotes = label[:1].upper() + label[1:], self._quotes.all(quoted)
        if not notes:
            return self._say("item", label=label, quotes=quotes)
        return self._say("noted", label=label, notes="; ".join(notes), quotes=quotes)

    def _reason(self) -> Iterator[str]:
        if self._hand_over.reason:
            yield self._quotes.one(self._hand_over.reason)

    def _complaint(self, item: Complaint) -> str:
        return self._line(item.label, list(self._notes(item)), *item.quotes)

    def _notes(self, item: Complaint) -> Iterator[str]:
        if self._is_unclear(item):
            yield self._say("not_answered", label=item.answer_to or "")
        else:
            if item.status == "uncertain":
                yield self._say("unsure")
            if item.answer_to:
                yield self._say("answer_to", label=item.answer_to)
        if item.since and item.since.words not in (item.often or ""):
            yield self._since(item.since)
        yield from self._course(item)
        yield from (qualifier.label for qualifier in item.qualifiers)
        yield from self._stops(item)
        if item.often:
            yield item.often
        yield from (self._say("not_ruled_out", label=one.label) for one in item.not_ruled_out)
        if item.is_value:
            yield self._say("by_value")
        if item.times_told > 1:
            first, last = self._time(item.first_told), self._time(item.last_told)
            yield self._say("told_times", times=str(item.times_told), first=first, last=last)
        gone = [self._time(point.time) for point in item.points if point.status in _NOT_THERE]
        if gone:
            yield self._say("was_not_there", times=", ".join(gone))

    def _course(self, item: Complaint) -> Iterator[str]:
        worse = self._say("course_worse")
        if item.course == WORSE:
            yield worse
        if item.course == MAYBE_WORSE:
            yield self._say("of_which", label=worse)
        if item.better:
            yield self._say("course_better", time=self._time(item.better))

    def _stops(self, item: Complaint) -> Iterator[str]:
        if stopped := [one.label for one in item.stops if not one.is_itself]:
            yield self._say("stops", label=", ".join(stopped))
        yield from (self._say("stops_itself", words=one.quote.words) for one in item.stops if one.is_itself)

    def _is_unclear(self, item: Complaint) -> bool:
        """Whether nobody said it: it may be there because an answer about it was not understood."""
        return item.status == "uncertain" and any(
            answer.label == item.answer_to and answer.answer == NOT_UNDERSTOOD
            for answer in self._hand_over.answers
        )

    def _since(self, said: Said) -> str:
        moment = self._moment(said)
        return self._say("since", words=said.words, time=moment) if moment else said.words

    def _moment(self, said: Said) -> str:
        """The time that the words mean, as exactly as they say it; nothing where they say no more."""
        if said.time is None or said.is_exact:
            return self._time(said.time) if said.time else ""
        is_today = said.time.date() == self._hand_over.made.date()
        return "" if is_today else f"{said.time:%a} {said.time.day} {said.time:%b}"

    def _row(self, row: Row) -> str:
        shown = []
        for reading in row.readings:
            if reading.trend:
                shown.append(self._say(reading.trend))
            elif shown:
                shown[-1] += ";"
            shown.append(self._say("reading", value=reading.shown, when=", ".join(self._when(reading))))
        return f"{row.label}: {' '.join(shown)}"

    def _when(self, reading: Reading) -> Iterator[str]:
        measured = reading.measured
        if measured is None:
            yield self._say("told_at", time=self._time(reading.told))
        elif moment := self._moment(measured):
            yield self._say("measured_at", time=moment, words=measured.words)
        else:
            yield f'"{measured.words}"'
        if reading.owner:
            yield f'"{reading.owner}"'
        if reading.is_earlier:
            yield self._say("earlier")
        if reading.place:
            yield self._place(reading.place)
        if reading.bound:
            yield reading.words
        if reading.said_trend:
            yield self._say(reading.said_trend)
        if reading.first_written:
            yield self._say("first_written", value=reading.first_written)

    def _place(self, id: str) -> str:
        """As patients say it: "under the arm"."""
        return next((one.words[0] for one in self._voice.knowledge.values.places if one.id == id), id)

    def _medicine(self, item: Medicine) -> str:
        notes = [self._say(f"taken_{item.taken}")]
        if item.hides_fever:
            notes.insert(0, self._say("hides_fever"))
        if item.is_listed:
            notes.append(self._say("is_listed"))
        if not item.is_known:
            notes.insert(0, self._say("is_not_known"))
        if item.taken == "yes":
            notes.append(item.dose or self._say("no_dose"))
            notes.append(self._since(item.when) if item.when else self._say("no_time"))
        return self._line(item.name, notes, item.quote)

    def _denials(self) -> Iterator[str]:
        def of(item: Denial) -> tuple[bool, Quote]:
            return item.asked, item.quote

        for (asked, quote), items in groupby(self._hand_over.denials, key=of):
            labels = "; ".join(item.label for item in items)
            how = self._say("asked" if asked else "unasked")
            yield self._say("denied_line", labels=labels, how=how, quotes=self._quotes.one(quote))

    def _over(self, item: Over) -> str:
        notes = [self._since(item.when)] if item.when else []
        if item.last_there:
            notes.append(self._say("last_there", time=self._time(item.last_there)))
        return self._line(item.label, notes, item.quote)

    def _answers(self) -> Iterator[str]:
        names = self._voice.knowledge.wording["answer_name"]
        for item in self._hand_over.answers:
            answer = names.get(item.answer, item.answer)
            yield self._say("answer", label=item.label, answer=answer, quotes=self._quotes.one(item.quote))

    def _check(self, item: Check) -> str:
        time = self._time(item.time)
        if item.found is None:
            count = {"number": str(item.done), "count": str(item.of)}
            return self._say(f"check_{item.end}", time=time, **count)
        asked = self._voice.knowledge.daily_check.item(item.found.id)
        name = "check_unsure" if item.answer == UNSURE else "check_changed"
        return self._say(name, time=time, lay=asked.lay if asked else item.found.label)

    def _advice(self, item: Advice) -> str:
        """The first advice in full, then what changed; why it holds is said of the one that holds now."""
        before, self._advised = self._advised, item
        ids = list(dict.fromkeys(rule.id for rule in item.rules))
        time = self._time(item.time)
        if item.is_current:
            told = self._say("advised_now", time=time, action=item.action)
            reasons = list(dict.fromkeys(rule.reason for rule in item.rules if rule.reason))[:_MOST_REASONS]
            return self._say("because", action=told, reasons=" ".join(reasons), rules=", ".join(ids))
        known = {rule.id for rule in before.rules} if before else set()
        if before and before.urgency == item.urgency:
            new = [id for id in ids if id not in known]
            return self._say("advised_too", time=time, rules=", ".join(new or ids))
        told = self._say("advised", time=time, action=item.action)
        return self._say("rules", action=told, rules=", ".join(ids))


def _clock(time: datetime, made: datetime) -> str:
    """The time of day, with its day where that is another than the hand-over's."""
    if time.date() == made.date():
        return f"{time:%H:%M}"
    return f"{time:%a} {time.day} {time:%b %H:%M}"
