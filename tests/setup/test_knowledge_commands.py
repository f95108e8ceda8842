"""`make knowledge`, and what `make train` refuses and makes before it trains."""

import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

from blina.knowledge import json_schema
from blina.knowledge.loader import LEXICON, load_knowledge
from scripts import check_knowledge, generate, knowledge
from scripts.common import ROOT, Stop
from scripts.knowledge import Said

SCHEMAS = json_schema.files()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what is checked."""
    for name in ("knowledge", "data/nlu"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "settings.yml", tmp_path)
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def refusal(root: Path) -> str:
    with pytest.raises(Stop) as stopped:
        check_knowledge.check(root)
    return str(stopped.value)


def test_what_is_here_is_right() -> None:
    check_knowledge.check()


def test_a_symptom_without_training_phrases_is_refused_with_file_and_field(project: Path) -> None:
    for file in (project / "data/nlu").rglob("*.yml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("intent: headache\n", "intent: greet\n"), encoding="utf-8")
    _, sentence = refusal(project).splitlines()
    assert sentence.startswith("knowledge/drugs/blinatumomab/symptoms.yml:")
    assert "].id: 'headache' has no phrases in any file of data/nlu/" in sentence


def test_a_symptom_that_the_lexicon_does_not_know_is_refused(project: Path) -> None:
    for file in (project / "knowledge/common/lexicon").glob("*.yml"):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if (content.get("symptoms") or {}).pop("headache", None):
            file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert "'headache' has no phrases in any file of a lexicon/" in refusal(project)


def test_phrases_of_a_side_effect_that_only_another_drug_has_are_right(project: Path) -> None:
    shutil.copytree(ROOT / "tests/second_drug/knowledge", project / "knowledge/drugs/exempline")
    shutil.copytree(ROOT / "tests/second_drug/data/nlu", project / "data/nlu/exempline")
    assert "knowledge/drugs: holds blinatumomab, exempline: name one" in refusal(project)
    for drug in ("blinatumomab", "exempline"):
        change(project / "settings.yml", "drug: ", f"drug: {drug} # ")
        check_knowledge.check(project)


def test_a_mistake_in_the_settings_is_said_of_them(project: Path) -> None:
    change(project / "settings.yml", "temperature_unit: C", "temperature_unit: K")
    assert refusal(project).startswith("the settings cannot be used.\nsettings.yml:")


def test_phrases_of_an_intent_that_nobody_knows_are_refused(project: Path) -> None:
    (project / "data/nlu/more.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: headaches\n  examples: |\n    - my head is killing me\n'
    )
    assert "data/nlu/more.yml: intent: 'headaches' is no symptom" in refusal(project)


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    made = {"domain.yml": "a\n", "docs/triage.md": "b\n"}
    assert generate.write(made, tmp_path) == list(made)
    assert generate.write({**made, "domain.yml": "c\n"}, tmp_path) == ["domain.yml"]


def test_everything_that_is_made_is_current() -> None:
    assert [name for name, text in generate.texts().items() if (ROOT / name).read_text("utf-8") != text] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_allows_what_is_here(name: str) -> None:
    schema = json.loads(SCHEMAS[name])
    stem = Path(name).stem
    files = sorted((ROOT / "knowledge").rglob("lexicon/*.yml" if stem == LEXICON else f"{stem}.yml"))
    assert files
    for file in files:
        jsonschema.validate(
            json.loads(json.dumps(yaml.safe_load(file.read_text("utf-8")), default=str)), schema
        )


def test_no_schema_is_left_over() -> None:
    folder = ROOT / json_schema.FOLDER
    assert {f"{json_schema.FOLDER}/{file.name}" for file in folder.iterdir()} == set(SCHEMAS)


def test_the_schema_marks_a_key_that_is_not_known() -> None:
    content = yaml.safe_load((ROOT / "knowledge/drugs/blinatumomab/symptoms.yml").read_text("utf-8"))
    content["symptoms"][0]["severity"] = 3
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, json.loads(SCHEMAS[f"{json_schema.FOLDER}/symptoms.json"]))


def test_the_blind_messages_stay_closed() -> None:
    assert len(knowledge.messages()) > 1500
    assert not [folder for folder in knowledge.MESSAGES if "blind" in folder]
    assert all((ROOT / folder).is_dir() for folder in knowledge.MESSAGES)


def test_the_last_commits_knowledge_is_what_git_has(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / "knowledge/drugs/one").mkdir(parents=True)
    (repository / "knowledge/common/lexicon").mkdir(parents=True)
    for name in ("knowledge/drugs/one/policy.yml", "knowledge/common/lexicon/pain.yml"):
        (repository / name).write_text("as committed\n")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "first"]):
        subprocess.run(["git", *arguments], cwd=repository, check=True)
    (repository / "knowledge/drugs/one/policy.yml").write_text("edited\n")
    old = knowledge.committed(tmp_path / "old", repository)
    assert {file.name: file.read_text() for file in old.rglob("*.yml")} == {
        "policy.yml": "as committed\n",
        "pain.yml": "as committed\n",
    }


def test_without_a_commit_one_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="no commit to compare"):
        knowledge.committed(tmp_path / "old", tmp_path)


def test_changed_urgencies_are_all_named_and_some_texts() -> None:
    texts = ["my oxygen is 82", *(f"message {number}" for number in range(30))]
    before = [Said("contact_now", "Call."), *[Said("tell_team", "old")] * 30]
    now = [Said("tell_team", "Tell."), *[Said("tell_team", "new")] * 30]
    first, urgency, *others = knowledge.report(texts, before, now)
    assert first == "1 messages of the challenge sets get another urgency, 30 another text."
    assert urgency == "  contact_now -> tell_team: my oxygen is 82"
    assert len(others) == knowledge.MOST_TEXTS + 1


def test_an_edit_shows_in_the_answers(project: Path) -> None:
    texts = ["I have a runny tummy since this morning", "my temperature is 38.6"]
    before = list(knowledge.answers(load_knowledge(), texts))
    change(project / "knowledge/common/wording.yml", "Call", "Ring")
    now = list(knowledge.answers(load_knowledge(project / "knowledge"), texts))
    assert [said.urgency for said in before] == [said.urgency for said in now]
    assert before[1].text != now[1].text
