"""Long texts in parts, numbers that pick answers, and the fields of ``credentials.yml``."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from blina.channels.messaging.credentials import CredentialsError, checked
from blina.channels.messaging.split_text import parts, size
from blina.server import credentials
from blina.stop import Stop
from blina.triage.chips import choice
from blina.triage.turn import Chip

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "+44 113 496 0000"

# --- length

ADVICE = f"Call your team now on {NUMBER}. Do not wait until morning."


def test_a_short_text_is_one_part() -> None:
    assert parts(ADVICE, 1600) == [ADVICE]
    assert parts("  ", 1600) == []


def test_a_long_text_is_cut_between_paragraphs() -> None:
    paragraphs = [" ".join([word] * 60) for word in ("one", "two", "six", "ten")]
    assert parts("\n\n".join(paragraphs), 500) == ["\n\n".join(paragraphs[:2]), "\n\n".join(paragraphs[2:])]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    assert parts("It is one. " * 20 + "The end.", 100)[0].endswith("It is one.")


def test_a_long_sentence_is_cut_between_words() -> None:
    assert all(part.split(" ")[-1] == "word" for part in parts("word " * 100, 104))


@pytest.mark.parametrize("most", range(60, 90))
def test_no_part_ends_inside_a_phone_number(most: int) -> None:
    text = f"the number that you can call at any hour of the day or the night is {NUMBER} or {NUMBER} instead"
    shown = parts(text, most)
    assert sum(part.count(NUMBER) for part in shown) == 2
    assert all(size(part) <= most for part in shown)


WORDS = st.text(alphabet="ab1 .!?\n,é🤒", max_size=400)


@settings(max_examples=200, deadline=None)
@given(WORDS, st.integers(20, 120))
def test_nothing_is_lost_and_every_part_fits(text: str, most: int) -> None:
    shown = parts(text, most)
    assert re.sub(r"\s", "", "".join(shown)) == re.sub(r"\s", "", text)
    assert all(0 < size(part) <= most for part in shown)
    assert len(shown) <= max(1, 3 * size(text) // most + 1)


# --- numbers

SCREENING = tuple(
    Chip(title, title.lower()) for title in ("Fever", "Vomiting", "Confusion", "Fainting", "None")
)
YES_NO = SCREENING[:3]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1", "fever"),
        (" 2.", "vomiting"),
        ("#2", "vomiting"),
        ("2)", "vomiting"),
        ("TWO", "vomiting"),
        ("option 2", "vomiting"),
        ("Number two.", "vomiting"),
        ("2️⃣", "vomiting"),
        ("1 and 4", "fever, fainting"),
        ("1,4", "fever, fainting"),
        ("1 4", "fever, fainting"),
        ("one & two + three", "fever, vomiting, confusion"),
        ("2, 2", "vomiting"),
    ],
)
def test_numbers_pick_answers(typed: str, meant: str) -> None:
    assert choice(typed, SCREENING) == meant


@pytest.mark.parametrize(
    "typed",
    [
        *("", "0", "6", "1 and 9", "38", "38.5", "1.5", "2 seizures", "option", "and", "none of 2", "not 2"),
        *("-1", "2?", "number", "onetwo", "1 " * 30, " " * 5000 + "1"),
    ],
)
def test_anything_else_is_words(typed: str) -> None:
    assert choice(typed, SCREENING) == typed


def test_of_yes_no_and_not_sure_only_one_is_picked() -> None:
    assert choice("1 2", YES_NO) == "1 2"


# --- credentials

NEEDED, DEFAULTS = {"token": "TOY_TOKEN"}, {"api_url": "https://api.toy.example"}


def test_fields_are_taken_and_defaults_fill_the_rest() -> None:
    assert checked("toy.Toy", {"token": " a "}, NEEDED, DEFAULTS) == {"token": "a", **DEFAULTS}
    given_url = checked("toy.Toy", {"token": 5, "api_url": "http://127.0.0.1:80/"}, NEEDED, DEFAULTS)
    assert given_url == {"token": "5", "api_url": "http://127.0.0.1:80"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (None, "TOY_TOKEN"),
        ({}, "TOY_TOKEN"),
        ({"token": ""}, "TOY_TOKEN"),
        ({"token": "  "}, "TOY_TOKEN"),
        ({"token": None}, "TOY_TOKEN"),
        ({"token": "${TOY_TOKEN}"}, "without quotes"),
        ({"token": "a b"}, "one word"),
        ({"token": "a\nb"}, "one word"),
        ({"token": "a", "colour": "red"}, "no field 'colour'"),
        ({"token": "a", "api_url": "api.toy.example"}, "https://"),
        ({"token": "a", "api_url": "http://api.toy.example"}, "https://"),
        ({"token": "a", "api_url": "https://"}, "https://"),
        ({"token": "a", "api_url": "https://api.toy.example?a=b"}, "https://"),
        ({"token": "a", "api_url": "https://[::1"}, "https://"),
    ],
)
def test_wrong_fields_are_one_line_that_says_what_to_do(fields: dict[str, Any] | None, says: str) -> None:
    with pytest.raises(CredentialsError) as error:
        checked("toy.Toy", fields, NEEDED, DEFAULTS)
    assert says in str(error.value)
    assert "toy.Toy" in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def file(folder: Path, text: str) -> Path:
    path = folder / "credentials.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("environ", "state"), [({}, "not set"), ({"A_TOKEN": " "}, "empty")])
def test_a_variable_that_is_missing_is_named(tmp_path: Path, environ: dict[str, str], state: str) -> None:
    path = file(tmp_path, "rest:\nchannels.x.X:\n  token: ${A_TOKEN}\n# other: ${B_TOKEN}\n")
    with pytest.raises(Stop) as error:
        credentials.check(path, environ)
    assert str(error.value) == (
        f"The environment variable A_TOKEN is {state}: {path} needs it (channels.x.X: token)."
    )
    credentials.check(path, {"A_TOKEN": "a"})


@pytest.mark.parametrize("text", ["a: [", "\x00"])
def test_a_file_that_is_no_yaml_is_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(Stop, match="is not valid YAML"):
        credentials.check(file(tmp_path, text), {})


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="cannot be read"):
        credentials.check(tmp_path / "credentials.yml", {})


def test_the_channels_in_the_projects_file_need_no_variable() -> None:
    credentials.check(ROOT / "credentials.yml", {})


# --- what the manual and the example say


def examples() -> dict[str, dict[str, str]]:
    """The channels that ``credentials.yml`` shows as comments."""
    text = (ROOT / "credentials.yml").read_text(encoding="utf-8")
    lines = [line[2:] for line in text.splitlines() if re.match(r"# (blina\.|  )", line)]
    found: dict[str, dict[str, str]] = yaml.safe_load("\n".join(lines))
    return found


@pytest.mark.parametrize("name", ["twilio.TwilioChannel", "telegram.TelegramChannel", "slack.SlackChannel"])
def test_the_example_names_every_field_and_the_manual_every_variable(name: str) -> None:
    module, kind = name.split(".")
    channel = getattr(importlib.import_module(f"blina.channels.messaging.{module}"), kind)
    example = examples()[f"blina.channels.messaging.{name}"]
    assert example == {field: f"${{{variable}}}" for field, variable in channel.CREDENTIALS.items()}
    manual = (ROOT / "docs" / "channels" / f"{module}.md").read_text(encoding="utf-8")
    for variable in channel.CREDENTIALS.values():
        assert variable in manual
    assert f"/webhooks/{channel.NAME}/webhook" in manual
    for field in channel.DEFAULTS:
        assert field in manual
