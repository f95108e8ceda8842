"""Numbers in words: "thirty-eight point five", "one oh one", "a hundred and two", "eighties"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from blina.reading.values.lexemes import NUMBER, WORD, Lexeme

_DIGITS = {
    "oh": 0, "o": 0, "zero": 0, "nought": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
_TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "thirtey": 30, "fourty": 40, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "ninty": 90,
}  # fmt: skip
WORTH = {**_DIGITS, **_TEENS, **_TENS}  # of the words that are a number by themselves
_MANY = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70,
    "eighties": 80, "nineties": 90, "teens": 10,
}  # fmt: skip
_POINT = ("point", "dot", "comma")
_LOOKS_LIKE_BODY = (34, 42)
_LOOKS_LIKE_BODY_F = (95, 107)
_MARKS_FOR_A_POINT = (".", "'", ":")
# What may stand behind a digit that was parted from its number: an end or a unit, and no word that it counts.
_ENDS = frozenset(
    [*".,;)!?\n", "c", "f", "\u00b0", "\u2103", "\u2109", "celsius", "fahrenheit", "degrees", "deg"]
)


class Number(NamedTuple):
    """A number and where it ends.

    Args:
        value: of the number; of the first of many ("80s").
        decimals: how many digits stand behind the point.
        end: the next lexeme.
        in_words: whether it is not in digits alone.
        is_many: whether it stands for all that begin like it ("the 80s", "nineties").
    """

    value: float
    decimals: int
    end: int
    in_words: bool
    is_many: bool = False


def number_at(lexemes: Sequence[Lexeme], at: int) -> Number | None:
    """The number that starts here, in digits or in words, with "point five" or "and a half" behind it.

    Args:
        lexemes: of the message.
        at: where it would start.

    Returns:
        None where no number starts.
    """
    lexeme = lexemes[at]
    if lexeme.type == NUMBER:
        if lexeme.value is None:
            return None
        number = Number(lexeme.value, lexeme.decimals, at + 1, False)
        return _many(lexemes, number) or _with_rest(lexemes, number)
    if lexeme.type != WORD:
        return None
    whole = _whole(lexemes, at)
    if whole and _word(lexemes, whole.end - 1) in _MANY:
        return whole._replace(is_many=True)
    return _with_rest(lexemes, whole) if whole else None


def typed_apart(lexemes: Sequence[Lexeme], number: Number, may_be_blank: bool) -> Number:
    """The number with a tenth that was typed apart from it: "38. 6", "38 .6", "38'6", "38:6", "38 6".

    Args:
        lexemes: of the message.
        number: as read so far.
        may_be_blank: whether a blank alone may stand for the mark, because the temperature was named.
    """
    is_celsius = _LOOKS_LIKE_BODY[0] <= number.value <= _LOOKS_LIKE_BODY[1]
    is_body = is_celsius or _LOOKS_LIKE_BODY_F[0] <= number.value <= _LOOKS_LIKE_BODY_F[1]
    if number.decimals or number.in_words or number.is_many or not is_body or number.end >= len(lexemes):
        return number
    at = number.end
    if lexemes[at].text in _MARKS_FOR_A_POINT:
        at += 1
        is_apart = at < len(lexemes) and lexemes[at].spaced and lexemes[at - 1].text != "."
        if is_apart:
            return number
    elif not (may_be_blank and is_celsius and lexemes[at].spaced):
        return number
    digit = lexemes[at] if at < len(lexemes) else None
    if digit is None or digit.type != NUMBER or not digit.text.isdigit() or len(digit.text) != 1:
        return number
    if at + 1 < len(lexemes) and lexemes[at + 1].text not in _ENDS:
        return number
    if at + 2 < len(lexemes) and lexemes[at + 1].text in ".)" and lexemes[at + 2].type == NUMBER:
        return number  # "36 2. 37.9": the second of a list
    return Number(number.value + int(digit.text) / 10, 1, at + 1, False)


def _many(lexemes: Sequence[Lexeme], number: Number) -> Number | None:
    """Such as "80s", "38's": a whole number with an s right behind it."""
    at = number.end
    if at < len(lexemes) and lexemes[at].text == "'" and not lexemes[at].spaced:
        at += 1
    is_many = _word(lexemes, at) == "s" and not lexemes[at].spaced and not number.decimals
    return number._replace(end=at + 1, is_many=True) if is_many else None


def small(word: str) -> int | None:
    """A number up to nineteen in words or digits."""
    if word.isascii() and word.isdigit():
        return int(word) if len(word) < 10 else None
    return _DIGITS.get(word, _TEENS.get(word))


def _word(lexemes: Sequence[Lexeme], at: int) -> str:
    return lexemes[at].text if at < len(lexemes) and lexemes[at].type == WORD else ""


def _past_dash(lexemes: Sequence[Lexeme], at: int) -> int:
    """One further where a hyphen joins two words of one number."""
    is_dash = at < len(lexemes) and lexemes[at].text == "-" and not lexemes[at].spaced
    return at + 1 if is_dash else at


def _two_digits(lexemes: Sequence[Lexeme], at: int) -> tuple[int, int] | None:
    """10 to 99 in words, and where it ends."""
    word = _word(lexemes, at)
    if word in _TEENS:
        return _TEENS[word], at + 1
    if word in _MANY:
        return _MANY[word], at + 1
    if word not in _TENS:
        return None
    behind = _past_dash(lexemes, at + 1)
    digit = _DIGITS.get(_word(lexemes, behind), 0)
    return (_TENS[word] + digit, behind + 1) if digit else (_TENS[word], at + 1)


def _whole(lexemes: Sequence[Lexeme], at: int) -> Number | None:
    word = _word(lexemes, at)
    behind = _past_dash(lexemes, at + 1)
    if word in _DIGITS or word == "a":
        hundreds = _DIGITS.get(word, 1)
        if _word(lexemes, behind) in ("hundred", "hundered"):
            return _below_hundred(lexemes, hundreds * 100, behind + 1)
        if word == "a":
            return None
        if hundreds and _word(lexemes, behind) in ("oh", "o", "zero"):
            third = _past_dash(lexemes, behind + 1)
            if _word(lexemes, third) in _DIGITS:
                return Number(hundreds * 100 + _DIGITS[_word(lexemes, third)], 0, third + 1, True)
        rest = _two_digits(lexemes, behind) if 0 < hundreds < 4 else None
        if rest:
            return Number(hundreds * 100 + rest[0], 0, rest[1], True)
        # "o" and "oh" are no numbers by themselves
        return None if word in ("oh", "o", "nil") else Number(hundreds, 0, at + 1, True)
    if word == "hundred":
        return _below_hundred(lexemes, 100, at + 1)
    two = _two_digits(lexemes, at)
    return Number(two[0], 0, two[1], True) if two else None


def _below_hundred(lexemes: Sequence[Lexeme], hundreds: int, at: int) -> Number:
    behind = at + 1 if _word(lexemes, at) == "and" else at
    two = _two_digits(lexemes, behind)
    if two:
        return Number(hundreds + two[0], 0, two[1], True)
    digit = _DIGITS.get(_word(lexemes, behind), 0)
    return Number(hundreds + digit, 0, behind + 1, True) if digit else Number(hundreds, 0, at, True)


def _with_rest(lexemes: Sequence[Lexeme], number: Number) -> Number:
    """The number with the tenths that are said behind it."""
    if number.decimals:
        return number
    at = number.end
    if _word(lexemes, at) in _POINT and at + 1 < len(lexemes):
        digits = lexemes[at + 1]
        if digits.type == NUMBER and digits.text.isdigit() and len(digits.text) < 3:
            return Number(float(f"{number.value:.0f}.{digits.text}"), len(digits.text), at + 2, True)
        if _word(lexemes, at + 1) in _DIGITS:
            return Number(number.value + _DIGITS[digits.text] / 10, 1, at + 2, True)
    words = [_word(lexemes, at + step) for step in range(3)]
    if words == ["and", "a", "half"]:
        return Number(number.value + 0.5, 1, at + 3, True)
    if words[:2] == ["a", "half"]:
        return Number(number.value + 0.5, 1, at + 2, True)
    if at < len(lexemes) and lexemes[at].text == "\u00bd":
        return Number(number.value + 0.5, 1, at + 1, True)
    said_plainly = _LOOKS_LIKE_BODY[0] <= number.value <= _LOOKS_LIKE_BODY[1]
    if number.in_words and said_plainly and words[0] in _DIGITS and words[0] not in ("oh", "o", "nil"):
        return Number(number.value + _DIGITS[words[0]] / 10, 1, at + 1, True)
    return number
