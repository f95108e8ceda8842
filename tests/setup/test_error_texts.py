"""docs/error-texts.md lists what programs say when they stop: each sentence, and none that nobody says."""

from scripts import error_texts
from scripts.common import ROOT

SOURCE = """
class Stop(Exception): ...

def stops(name, two):
    raise Stop(f"The file {name.file} cannot be "
               f"read: {', '.join(two)}.")

def asks(item):
    return "is empty" if item else f"is no {item['name']}"

def goes_on(thing):
    message = f"holds {len(thing)}"
    file.problem(thing, message)
    say("This is no mistake")
"""


def test_what_is_said_is_found_with_the_names_of_what_is_filled_in() -> None:
    found = error_texts.sentences(SOURCE, ["Stop", "problem", "asks"])
    assert sorted(found) == [
        "The file {file} cannot be read: {join}.",
        "holds {len}",
        "is empty",
        "is no {item}",
    ]


def test_every_part_has_sentences_and_the_page_is_linked() -> None:
    page = (ROOT / error_texts.PAGE).read_text(encoding="utf-8")
    assert page == error_texts.page(), "run: make generate"
    for part in page.split("\n## ")[1:]:
        assert part.count("\n| ") > 5
    assert "(error-texts.md)" in (ROOT / "docs/README.md").read_text(encoding="utf-8")


def test_sentences_that_operators_meet_are_listed() -> None:
    page = error_texts.page()
    for sentence in (
        "There is no trained model in models/: run `make train`.",
        "nothing is set up here yet: type `make train`.",
        "is no setting; did you mean {meant}?",
        "there is no symptom '{id}' in symptoms.yml",
        "this key is not known here",
        "must be {expected}",
    ):
        assert f"\n| {sentence} |" in page
