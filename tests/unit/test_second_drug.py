"""Another drug: tablets, no pump, another syndrome, eight side effects; only its knowledge differs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from blina.knowledge import KnowledgeError, fingerprint, load_knowledge
from blina.knowledge.loader import DEFAULT
from blina.reading.learned.model import default_model
from blina.reading.reader import SymptomReader
from blina.replies.clinician_page import page
from tests.unit.talk import SETTINGS, Talk

FOLDER = Path(__file__).parents[1] / "second_drug" / "knowledge"
EXEMPLINE = load_knowledge(FOLDER, shared=DEFAULT)
READER = SymptomReader(EXEMPLINE, default_model())


def told(*messages: str) -> Talk:
    """A conversation with the whole core: the words are read, remembered, judged and answered."""
    talk = Talk(knowledge=EXEMPLINE)
    for text in messages:
        talk.say(text, read=READER.read(text))
    return talk


def test_it_has_eight_side_effects_and_shares_the_words() -> None:
    assert len(EXEMPLINE.symptoms) == 8
    assert set(EXEMPLINE.lexicon) > set(EXEMPLINE.symptoms)
    assert EXEMPLINE.cues["answer_yes"]
    assert EXEMPLINE.values.kind("oxygen").names


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("my oxygen is 84", "number.oxygen"),
        ("bp is 70/40", "number.blood_pressure"),
        ("my temperature is 38.6", "number.temperature"),
        ("I have a fever", "syndrome.single"),
        ("I can't breathe properly", "syndrome.single"),
    ],
)
def test_what_must_alarm_alarms(text: str, rule: str) -> None:
    talk = told(text)
    assert talk.urgency == "contact_now"
    assert rule in talk.rules
    assert "Call your treatment team now" in talk.text


@pytest.mark.parametrize(
    ("text", "rule"),
    [("I want to die", "emergency.self_harm"), ("she won't wake up", "emergency.cannot_be_woken")],
)
def test_the_emergencies_are_those_of_every_drug(text: str, rule: str) -> None:
    talk = told(text)
    assert talk.urgency == "emergency"
    assert rule in talk.rules


def test_two_signs_of_its_own_syndrome_add_up() -> None:
    talk = told("I have gained weight fast", "now my ankles are swollen too")
    assert talk.urgency == "contact_now"
    assert "syndrome.two_signs" in talk.rules
    assert "cytokine" not in talk.text


def test_the_check_question_asks_what_its_policy_names() -> None:
    talk = told("I have gained weight fast")
    assert talk.is_asking
    assert talk.chips[:2] == ["Fever or chills", "Trouble breathing"]
    talk.say("Trouble breathing", read=READER.read("Trouble breathing"))
    assert talk.urgency == "contact_now"


def test_a_denial_of_fever_says_nothing_of_chills() -> None:
    talk = told("I have gained weight fast", "no fever")
    assert talk.conversation.question is not None


def test_there_is_no_pump_to_break() -> None:
    talk = told("the pump is beeping")
    assert "infusion.trouble" not in str([reply.payload for reply in talk.replies])
    assert "infusion" not in talk.text


def test_its_own_wording_stands_over_the_shared_one() -> None:
    shared = load_knowledge().wording
    assert EXEMPLINE.text("web", "tagline") == "Side effects of exempline"
    assert EXEMPLINE.text("web", "title") == shared["web"]["title"]
    # what is left speaks of a pump that somebody else has told about
    others = re.compile("blinatumomab|blincyto|pump|infusion", re.IGNORECASE)
    left = {
        section for section, texts in EXEMPLINE.wording.items() if others.search(" ".join(texts.values()))
    }
    assert left == {"infusion", "question", "progress_name", "hand_over", "sign"} & left


def test_a_mistake_in_either_wording_is_said_of_the_file_that_has_it(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))
    shutil.copytree(DEFAULT, folder / "shared")
    for file, old in (
        (folder / "wording.yml", "tagline: Side effects of exempline"),
        (folder / "shared" / "wording.yml", "title: Blina"),
    ):
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, f"{old} {{nothing}}"), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    shared, own = sorted(str(problem) for problem in caught.value.problems)
    assert re.match(r"knowledge/shared/wording\.yml:\d+: texts\.web\.title: ", shared)
    assert re.match(r"knowledge/wording\.yml:\d+: texts\.web\.tagline: ", own)


def test_training_notices_a_change_of_either_wording(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))
    shutil.copytree(DEFAULT, folder / "shared")
    before = fingerprint(folder)
    for path in (folder / "wording.yml", folder / "shared" / "wording.yml"):
        path.write_text(path.read_text(encoding="utf-8") + "# read\n", encoding="utf-8")
        assert (before, before := fingerprint(folder))[0] != before


@pytest.mark.parametrize("text", ["I have a sore throat", "my head hurts", "I had a seizure"])
def test_what_it_does_not_list_is_a_complaint_all_the_same(text: str) -> None:
    """Although the learned reader knows it by another drug's name."""
    talk = told(text)
    assert talk.symptoms == {"unlisted": "present"}
    assert talk.urgency == "tell_team"
    assert text in talk.text


def test_what_it_does_not_list_can_be_denied() -> None:
    assert told("no headache").symptoms == {"unlisted": "denied"}


def test_what_it_does_not_list_is_heard_in_other_words_too() -> None:
    """No phrase of the lexicon has these words: the learned reader alone finds them."""
    text = "somebody is hammering nails into the left half of my skull"
    assert SymptomReader(EXEMPLINE).read(text).findings == ()
    assert told(text).symptoms == {"unlisted": "present"}


def test_its_own_side_effect_is_heard_in_its_own_words() -> None:
    talk = told("my tongue feels woolly")
    assert talk.symptoms == {"woolly_tongue": "present"}
    assert "exempline_leaflet" in str(talk.payload)


def test_its_daily_check_asks_what_its_own_file_names() -> None:
    talk = told("daily check", "Anybody", "37.0")
    assert "Is the weight the same as yesterday?" in talk.text
    talk.say("no", read=READER.read("no"))
    assert talk.urgency == "contact_now"
    assert "daily_check.changed" in talk.rules


def test_its_clinicians_get_a_page_of_their_own() -> None:
    text = page(EXEMPLINE, SETTINGS)
    assert "A DS warning alone: Fever, Chills, Low blood pressure and Trouble breathing." in text
    assert "The 8 documented side effects" in text
    assert "blinatumomab" not in text.lower()


def test_the_recipe_of_the_docs_gives_a_folder_that_loads(tmp_path: Path) -> None:
    """docs/new-drug.md: the drug's own files, and those of the first drug beside them in ``shared/``."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))
    shutil.copytree(DEFAULT, folder / "shared")
    assert load_knowledge(folder) == EXEMPLINE
    (folder / "shared" / "lexicon" / "turns.yml").unlink()
    with pytest.raises(KnowledgeError, match="the cue 'turns' is missing"):
        load_knowledge(folder)


def test_its_policy_cannot_forget_the_oxygen(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))
    policy = folder / "policy.yml"
    text = policy.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "low_oxygen_percent, rule" not in line]
    policy.write_text(
        "\n".join(line.replace("  oxygen:", "  oxygen: []") for line in lines), encoding="utf-8"
    )
    with pytest.raises(KnowledgeError, match=r"limits\.oxygen: no oxygen would need a call now"):
        load_knowledge(folder, shared=DEFAULT)
