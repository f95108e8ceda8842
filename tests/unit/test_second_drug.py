"""Another drug: tablets, no pump, another syndrome, eight side effects; only its knowledge differs."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import pytest

from blina.knowledge import Knowledge, KnowledgeError, fingerprint, load_knowledge
from blina.knowledge.loader import DEFAULT
from blina.reading.learned.model import default_model
from blina.reading.model import Status
from blina.reading.reader import SymptomReader
from blina.replies.clinician_page import page
from blina.triage import cues
from tests.unit.talk import SETTINGS, Talk

OWN = Path(__file__).parents[1] / "second_drug" / "knowledge"


def beside_the_first(folder: Path) -> Path:
    """The project's knowledge with this drug's folder in it, as docs/new-drug.md says."""
    shutil.copytree(DEFAULT, folder)
    shutil.copytree(OWN, folder / "drugs" / "exempline")
    return folder


def exempline() -> Knowledge:
    with tempfile.TemporaryDirectory() as folder:
        return load_knowledge(beside_the_first(Path(folder) / "knowledge"), "exempline")


EXEMPLINE = exempline()
READER = SymptomReader(EXEMPLINE, default_model())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return beside_the_first(tmp_path / "knowledge")


def told(*messages: str) -> Talk:
    """A conversation with the whole core: the words are read, remembered, judged and answered."""
    talk = Talk(knowledge=EXEMPLINE)
    for text in messages:
        talk.say(text, read=READER.read(text))
    return talk


def test_it_has_eight_side_effects_and_the_common_words() -> None:
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


def test_its_own_wording_stands_over_the_common_one() -> None:
    common = load_knowledge().wording
    assert EXEMPLINE.text("web", "tagline") == "Side effects of exempline"
    assert EXEMPLINE.text("web", "title") == common["web"]["title"]
    # what is left speaks of a pump that somebody else has told about
    others = re.compile("blinatumomab|blincyto|pump|infusion", re.IGNORECASE)
    left = {
        section for section, texts in EXEMPLINE.wording.items() if others.search(" ".join(texts.values()))
    }
    assert left == {"progress_name", "hand_over", "sign"}


def test_the_letters_of_another_drug_are_none_of_its_own() -> None:
    assert "cytokine" in Talk().say("what does CRS stand for?").text
    assert "cytokine" not in told("what does CRS stand for?").text


def test_its_name_is_known_where_the_common_words_speak_of_the_drug() -> None:
    text = "can exempline cause a rash?"
    assert [finding.status for finding in READER.read(text).findings] == [Status.NOT_REPORTED]
    assert cues.says("she is on exempline", "on_treatment", EXEMPLINE)


def test_a_mistake_in_either_wording_is_said_of_the_file_that_has_it(folder: Path) -> None:
    for file, old in (
        (folder / "drugs/exempline/wording.yml", "tagline: Side effects of exempline"),
        (folder / "common/wording.yml", "title: Blina"),
    ):
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, f"{old} {{nothing}}"), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder, "exempline")
    common, own = sorted(str(problem) for problem in caught.value.problems)
    assert re.match(r"knowledge/common/wording\.yml:\d+: texts\.web\.title: ", common)
    assert re.match(r"knowledge/drugs/exempline/wording\.yml:\d+: texts\.web\.tagline: ", own)


def test_a_text_that_names_the_drug_cannot_be_forgotten(folder: Path) -> None:
    file = folder / "drugs/exempline/wording.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("    out_of_scope:", "    beyond_scope:"), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"the text small_talk\.out_of_scope is missing"):
        load_knowledge(folder, "exempline")


def test_training_notices_a_change_of_either_wording(folder: Path) -> None:
    before = fingerprint(folder, "exempline")
    for path in (folder / "drugs/exempline/wording.yml", folder / "common/wording.yml"):
        path.write_text(path.read_text(encoding="utf-8") + "# read\n", encoding="utf-8")
        assert (before, before := fingerprint(folder, "exempline"))[0] != before


def test_training_for_one_drug_does_not_notice_the_other(folder: Path) -> None:
    before = fingerprint(folder, "blinatumomab")
    path = folder / "drugs/exempline/wording.yml"
    path.write_text(path.read_text(encoding="utf-8") + "# read\n", encoding="utf-8")
    assert fingerprint(folder, "blinatumomab") == before


def test_the_first_drug_is_the_same_beside_it(folder: Path) -> None:
    assert vars(load_knowledge(folder, "blinatumomab")) == vars(load_knowledge())


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


def test_what_the_common_files_lack_is_refused(folder: Path) -> None:
    (folder / "common/lexicon/turns.yml").unlink()
    with pytest.raises(KnowledgeError, match="the cue 'turns' is missing"):
        load_knowledge(folder, "exempline")


def test_its_policy_cannot_forget_the_oxygen(folder: Path) -> None:
    policy = folder / "drugs/exempline/policy.yml"
    text = policy.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "low_oxygen_percent, rule" not in line]
    policy.write_text(
        "\n".join(line.replace("  oxygen:", "  oxygen: []") for line in lines), encoding="utf-8"
    )
    with pytest.raises(KnowledgeError, match=r"limits\.oxygen: no oxygen would need a call now"):
        load_knowledge(folder, "exempline")
