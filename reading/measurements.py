"""Values in a message: temperatures, blood pressures, sugar, oxygen, pulse, and how often or how bad."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reading.model import Measurement, Status

_NUMBER = r"(?<![\d.,/])(\d{1,4}(?:[.,]\d{1,2})?)(?![\d/]|[.,]\d)"
_TEMPERATURE_WORDS = (
    r"\b(?:temps?|temprature|temperature|tempature|thermometer|fever|degrees?|febrile|running)\b"
)
_SMALL = {
    "oh": 0, "o": 0, "zero": 0, "nought": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13,
}  # fmt: skip
_TENS = {"thirty": 30, "forty": 40, "ninety": 90}
_SPOKEN = re.compile(
    r"\b(?:(?P<hundred>(?:a|one) hundred(?: and)?|one oh?|one)|(?P<tens>thirty|forty|ninety))"
    r"[ -]+(?P<units>oh|zero|one|two|three|four|five|six|seven|eight|nine)"
    r"(?: (?:point|dot) (?P<tenths>zero|oh|one|two|three|four|five|six|seven|eight|nine))?\b"
)
# Things other than a body that have a temperature.
_OTHER_HEAT = re.compile(
    r"\b(?:outside|outdoors|weather|oven|radiator|fridge|freezer|room|bedroom|water|pool|heating"
    r"|thermostat|hob|grill|summer|forecast|shade|storage|store[ds]?)\b"
)
_ONLY_A_NUMBER = re.compile(
    r"\W*(?:(?:it'?s|its|it is|now|about|around|just)\s+)*[\d.,]+\W*(?:now|today)?\W*"
)
_POINT = re.compile(r"(?<=\d) point (\d|zero|oh|one|two|three|four|five|six|seven|eight|nine)\b")


@dataclass(frozen=True)
class _Kind:
    """A value named by words in front of it."""

    name: str
    pattern: re.Pattern[str]
    lowest: float
    highest: float


def _named(name: str, words: str, lowest: float, highest: float) -> _Kind:
    return _Kind(name, re.compile(rf"\b(?:{words})\b[^\d.!?]{{0,20}}?{_NUMBER}"), lowest, highest)


_NAMED = (
    _named("oxygen", r"sats?|spo2|o2|oxygen(?: levels?| sats?| saturation)?|saturation", 30, 100),
    _named("pulse", r"pulse|heart ?rate|hr|bpm", 20, 300),
    _named("blood_sugar", r"(?:blood )?(?:sugars?|glucose)|bm", 0.5, 60),
)
_PRESSURE_WORDS = r"\b(?:bp|blood pressure|pressure|systolic)\b"
_PRESSURE = re.compile(r"(?<![\d./])(\d{1,3}(?:[.,]5| and a half)?)\s*(?:/|over|on)\s*(\d{1,3})(?![\d/])")
_HIGHEST_IN_CMHG = 19
# "cough and 38": a number that ends a list of complaints
_JOINED = re.compile(r"(?:\b(?:and|with|plus)|[+&])\s*$")
_ENDS = re.compile(r"\s*(?:$|[.,!?;])")
_SYSTOLIC = re.compile(rf"{_PRESSURE_WORDS}[^\d.!?]{{0,20}}?{_NUMBER}")
_SCORE = re.compile(r"\b(\d{1,2}|[a-z]+)\s*(?:/|out of)\s*(?:10|ten)\b")
_MG_PER_MMOL = 18.0
_LONGEST_BARE_ANSWER = 25


def measurements(text: str) -> list[Measurement]:
    """Every value in a message, in the order of the text.

    Args:
        text: a cleaned message.

    Returns:
        Temperatures in degrees Celsius, pressures in mmHg, sugar in mmol/L, oxygen in percent,
        pulse in beats a minute; values that nobody has are marked as not plausible.
    """
    lowered = _with_digits(text.lower())
    found = [*_pressures(lowered, text), *_named_values(lowered, text)]
    taken = [(m.start, m.end) for m in found]
    for value in _temperatures(lowered, text):
        if not any(value.start < end and start < value.end for start, end in taken):
            found.append(value)
    return sorted(found, key=lambda m: m.start)


def pain_score(text: str) -> int | None:
    """The highest "8 out of 10" of a message, or none."""
    scores = [_small(match[1]) for match in _SCORE.finditer(text.lower())]
    return max((score for score in scores if score is not None and score <= 10), default=None)


def _small(word: str) -> int | None:
    return int(word) if word.isdigit() else _SMALL.get(word)


def _with_digits(text: str) -> str:
    """Spoken temperatures as digits, padded so that every other character keeps its place."""

    def spoken(match: re.Match[str]) -> str:
        whole = 100 if match["hundred"] else _TENS[match["tens"]]
        number = str(whole + _SMALL[match["units"]])
        if match["tenths"]:
            number += f".{_SMALL[match['tenths']]}"
        return number.ljust(len(match[0])) if len(number) <= len(match[0]) else match[0]

    text = _SPOKEN.sub(spoken, text)
    return _POINT.sub(lambda m: f".{_small(m[1])}".ljust(len(m[0])), text)


def _value(written: str) -> float:
    return float(written.replace(",", "."))


def _make(kind: str, value: float, plausible: bool, match: re.Match[str], text: str) -> Measurement:
    start, end = match.span()
    return Measurement(kind, round(value, 1), plausible, Status.PRESENT, text[start:end].strip(), start, end)


def _temperatures(lowered: str, text: str) -> Iterator[Measurement]:
    pattern = re.compile(
        _NUMBER
        + r"\s*(?P<degrees>\u00b0|degrees?|deg)?\s*(?P<unit>c\b|f\b|celsius|centigrade|fahrenheit|farenheit)?"
    )
    for match in pattern.finditer(lowered):
        written, unit = match[1], (match["unit"] or "")[:1]
        value = _value(written)
        decimal = not written.isdigit()
        named = bool(match["degrees"]) or _names_temperature(lowered, match.start())
        named = named or (
            _fever_in_celsius(value)
            and bool(_JOINED.search(lowered[: match.start()]) and _ENDS.match(lowered, match.end()))
        )
        named = named or (_looks_like_body(value) and bool(_ONLY_A_NUMBER.fullmatch(lowered)))
        if (
            not unit
            and not named
            and not (decimal and _looks_like_body(value) and _stands_alone(lowered, match))
        ):
            continue
        if not match["degrees"] and not unit and _is_something_else(lowered, match.end()):
            continue
        if _OTHER_HEAT.search(_sentence_around(lowered, match)):
            continue
        fahrenheit = unit == "f" or (not unit and 86 <= value <= 115)
        celsius = (value - 32) / 1.8 if fahrenheit else value
        if not named and not _looks_like_body(celsius) and len(lowered) > _LONGEST_BARE_ANSWER:
            continue  # "vitamin 12 C" is no temperature unless something says so
        yield _make("temperature", celsius, 30 <= celsius <= 44.5, match, text)


def _names_temperature(lowered: str, start: int) -> bool:
    before = re.split(r"[!?\n]|\.(?!\d)", lowered[max(0, start - 45) : start])[-1]
    return bool(re.search(_TEMPERATURE_WORDS, before))


def _sentence_around(lowered: str, match: re.Match[str]) -> str:
    before = re.split(r"[!?\n]|\.(?!\d)", lowered[: match.start()])[-1]
    after = re.split(r"[!?\n]|\.(?!\d)", lowered[match.end() :])[0]
    return before + after


def _looks_like_body(value: float) -> bool:
    return 35 <= value <= 42.5 or 96 <= value <= 108.5


def _fever_in_celsius(value: float) -> bool:
    return 38 <= value <= 42


def _stands_alone(lowered: str, match: re.Match[str]) -> bool:
    return not re.match(
        r"\s*(?:kg|lbs?|pounds?|stone|mg|ml|mmol|cm|%|miles?|weeks?|days?)", lowered[match.end() :]
    )


def _is_something_else(lowered: str, end: int) -> bool:
    return bool(
        re.match(
            r"\s*(?:hours?|hrs?|h\b|days?|weeks?|wks?|minutes?|mins?|times|am\b|pm\b|o'?clock|years?|yrs?|months?"
            r"|mg|ml|kg|lbs?|pounds?|stone|tablets?|paracetamol|cycles?|th\b|st\b|nd\b|rd\b|%)",
            lowered[end:],
        )
    )


def _pressures(lowered: str, text: str) -> Iterator[Measurement]:
    seen: list[tuple[int, int]] = []
    for match in _PRESSURE.finditer(lowered):
        named = _names_pressure(lowered, match.start())
        high, low = _value(match[1].replace(" and a half", ".5")), float(match[2])
        if named:
            high, low = _in_mmhg(high, low)
        plausible = 40 <= high <= 280 and 20 <= low <= 170 and low < high
        if not named and (not plausible or (match[1].isdigit() and high <= 31)):
            continue  # a date, a score, a share
        seen.append(match.span())
        yield _make("systolic", high, plausible, match, text)
        yield _make("diastolic", low, plausible, match, text)
    for match in _SYSTOLIC.finditer(lowered):
        if any(match.start(1) < end and start < match.end(1) for start, end in seen):
            continue
        if _is_something_else(lowered, match.end()):
            continue
        value = _value(match[1])
        yield _make("systolic", value, 40 <= value <= 280, match, text)


def _in_mmhg(high: float, low: float) -> tuple[float, float]:
    """Some countries say "8 over 5" for 80/50."""
    return (high * 10, low * 10) if high <= _HIGHEST_IN_CMHG else (high, low)


def _names_pressure(lowered: str, start: int) -> bool:
    return bool(re.search(_PRESSURE_WORDS, lowered[max(0, start - 40) : start]))


def _named_values(lowered: str, text: str) -> Iterator[Measurement]:
    for kind in _NAMED:
        for match in kind.pattern.finditer(lowered):
            value = _value(match[1])
            if _is_something_else(lowered, match.end()) and kind.name != "oxygen":
                continue
            if kind.name == "blood_sugar" and value > kind.highest:
                value /= _MG_PER_MMOL
            yield _make(kind.name, value, kind.lowest <= value <= kind.highest, match, text)
