"""Tokens that the lexicon is matched on: spaCy's tokeniser, contractions undone, spelling mended, lemmas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import simplemma
import spacy
from spacy.tokenizer import Tokenizer as SpacyTokenizer
from spacy.tokens import Token as SpacyToken
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

NUMBER = "{number}"
YEAR = "{year}"
_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen twenty "
    "thirty forty fifty sixty hundred half couple few several".split()
)
# A line that ends with one of these is an answer, and the next one is another.
_ANSWERS = frozenset("yes no none y n yep yeah nope nah ok not never gone fine normal both".split())
_LETTERS = frozenset("yn")
_STOPS = frozenset('.!?;:\n()[]{}"…|*>')
_WORD = re.compile(r"\w")
_NUMBER_WITH_UNIT = re.compile(r"(\d+(?:[.,]\d+)?)([a-z]{1,12})")
# "I." is a word and a full stop at a sentence's end; "hed" is a head more often than "he would".
_NO_EXCEPTION = re.compile(r"[A-Za-z]\.|[Hh]ed")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DIGITS = re.compile(r"\d+([.,/]\d+)?")
# spaCy peels one mark after the other off a run without blanks, and looks at all of the rest each time.
_LONGEST_RUN = 40
_RUN = re.compile(rf"\S{{{_LONGEST_RUN}}}(?=\S)")
_MOST_REMEMBERED = 50_000  # words


@dataclass(frozen=True)
class Token:
    """One word or mark of a message.

    Args:
        start: first character in the message.
        end: one past the last.
        norm: lower-case form with contractions undone and spelling mended.
        keys: what a pattern may ask for: the lemma, ``=norm``, ``{number}`` and ``{year}``.
        is_word: false for punctuation.
        is_stop: true for marks that end a clause for good (full stop, semicolon, new line, bracket).
        is_comma: true for a comma.
        only_breaks: true for a new line inside a sentence: words on both sides can belong together.
    """

    start: int
    end: int
    norm: str
    keys: frozenset[str]
    is_word: bool = True
    is_stop: bool = False
    is_comma: bool = False
    only_breaks: bool = False


# Where the dictionary leaves a form apart from its verb, or takes it for another word.
_IRREGULAR = {
    "felt": "feel", "feeling": "feel", "gone": "go", "worse": "worse", "worst": "worst", "better": "better",
    "burning": "burn", "burnt": "burn", "breathing": "breath", "breathe": "breath", "breathed": "breath",
    "hearing": "hear", "wan": "wan", "shaking": "shake",
    "bleeding": "bleed", "sleeping": "sleep", "eating": "eat", "talking": "talk", "walking": "walk",
    "vomiting": "vomit", "swelling": "swell", "itching": "itch", "drinking": "drink", "peeing": "pee",
}  # fmt: skip


@lru_cache(maxsize=_MOST_REMEMBERED)
def lemma(word: str) -> str:
    """The dictionary form of a lower-case word ("threw" gives "throw")."""
    return _IRREGULAR.get(word) or str(simplemma.lemmatize(word, lang="en")).lower()


class Tokeniser:
    """Splits messages and patterns alike, so that both meet in the same forms.

    Args:
        shorthand: texting forms and what they stand for ("u": "you").
    """

    def __init__(self, shorthand: Mapping[str, str]) -> None:
        self._one_at_a_time = Lock()  # spaCy's vocabulary grows as it reads
        self._split = _made()
        self._words_read = self._split.vocab.strings
        self._shorthand = dict(shorthand)

    def words(self, text: str) -> list[str]:
        """The normalised words of a pattern or a phrase, without punctuation and without mending."""
        return [token.norm for token in self.tokens(text) if token.is_word]

    def tokens(self, text: str, mend: Callable[[str], tuple[str, ...]] | None = None) -> list[Token]:
        """The tokens of a cleaned text.

        Args:
            text: from :func:`blina.reading.text.clean`.
            mend: spelling correction for one word, or none.

        Returns:
            Tokens in order; hyphens inside words are left out ("light-headed" is two words).
        """
        tokens: list[Token] = []
        for token, start in self._pieces(_lower(text)):
            end = start + len(token.text)
            raw = token.text
            if raw.isspace():
                if "\n" in raw:
                    broken = _goes_on(text, start, end)
                    tokens.append(
                        Token(start, end, "\n", frozenset(), is_word=False, is_stop=True, only_breaks=broken)
                    )
                continue
            if not _WORD.search(raw):
                mark = self._mark(raw, text, start, end)
                if mark is not None:
                    tokens.append(mark)
                continue
            # "my back's killing me": after a noun too, 's stands for "is".
            norm = "is" if raw.lower() == "'s" else token.norm_.lower().strip("'_*~^")
            # "N" may be "and", and "no" in a list of answers: a pattern may ask for either.
            also = frozenset({f"={raw}"} if raw in _LETTERS else ())
            for word in self._expand(norm, mend):
                tokens.append(Token(start, end, word, _keys(word) | also))
        return tokens

    def _pieces(self, text: str) -> Iterator[tuple[SpacyToken, int]]:
        """The tokens with their places, in time that grows with the length of the text only."""
        first = 0
        for cut in (*(match.end() for match in _RUN.finditer(text)), len(text)):
            with self._one_at_a_time:
                if len(self._words_read) > _MOST_REMEMBERED:
                    # by itself it forgets no word, whatever conversation is deleted
                    self._split = _made()
                    self._words_read = self._split.vocab.strings
                piece = list(self._split(text[first:cut]))
            for token in piece:
                yield token, first + token.idx
            first = cut

    def _expand(self, norm: str, mend: Callable[[str], tuple[str, ...]] | None) -> list[str]:
        glued = _NUMBER_WITH_UNIT.fullmatch(norm)
        if glued:
            return [glued[1], *self._expand(glued[2], mend)]
        norm = self._shorthand.get(norm, norm)
        if " " in norm:
            return norm.split()
        if mend is None:
            return [norm]
        return [part for word in mend(norm) for part in self._shorthand.get(word, word).split()]

    @staticmethod
    def _mark(raw: str, text: str, start: int, end: int) -> Token | None:
        if set(raw) <= {"'", "`"}:
            return None
        if set(raw) <= {"-", "_", "~"}:
            spaced = start == 0 or text[start - 1] in " \n" or text[end : end + 1] in ("", " ", "\n")
            return Token(start, end, "-", frozenset(), is_word=False, is_stop=True) if spaced else None
        if raw[0] == ",":
            return Token(start, end, ",", frozenset(), is_word=False, is_comma=True)
        if raw[0] == "/":
            return Token(start, end, "/", frozenset({"/"}), is_word=False, is_comma=True)
        if raw[0] in "&+":
            return Token(start, end, "and", frozenset({"and", "=and"}))
        stop = raw[0] in _STOPS or len(raw) > 1
        return Token(start, end, raw[0], frozenset({raw[0]}), is_word=False, is_stop=stop)


def _made() -> SpacyTokenizer:
    """The tokeniser of spaCy, with a vocabulary of its own."""
    nlp = spacy.blank("en")
    given = nlp.Defaults
    rules = given.tokenizer_exceptions or {}
    # Phones and lists leave spaces out: "nausea/ vomiting", "appetite(none)", "rash;itching".
    marks = [r"[/()\[\];:!?+&]"]
    infixes = [*(given.infixes or ()), *marks]
    suffixes = [*(given.suffixes or ()), *marks]
    prefixes = [*(given.prefixes or ()), *marks]
    return SpacyTokenizer(
        nlp.vocab,
        rules={form: parts for form, parts in rules.items() if not _NO_EXCEPTION.fullmatch(form)},
        prefix_search=compile_prefix_regex(prefixes).search,
        suffix_search=compile_suffix_regex(suffixes).search,
        infix_finditer=compile_infix_regex(infixes).finditer,
    )


def _lower(text: str) -> str:
    """Lower case without moving a character: spaCy undoes "can't" but not "CAN'T"."""
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether a line was only broken ("cannot / be woken") and no new one begun, as in a list of answers."""
    before, behind = text[:start].rstrip(" "), text[end : end + 1]
    last_word = before[max(0, len(before) - _LONGEST_RUN) :].split(" ")[-1].rsplit("\n", 1)[-1].lower()
    return behind.islower() and before[-1:].isalpha() and last_word not in _ANSWERS


@lru_cache(maxsize=_MOST_REMEMBERED)
def _keys(word: str) -> frozenset[str]:
    keys = {lemma(word), "=" + word}
    if word in _NUMBER_WORDS or _DIGITS.fullmatch(word):
        keys.add(NUMBER)
    if _YEAR.fullmatch(word):
        keys.add(YEAR)
    return frozenset(keys)
