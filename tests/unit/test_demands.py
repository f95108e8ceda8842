"""What the program names, the knowledge must have: nothing is found missing by a patient."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from blina.knowledge import KnowledgeError, load_knowledge
from blina.knowledge.demands import Files, names, problems
from blina.knowledge.loader import DEFAULT, read_files
from blina.knowledge.problems import Problem
from blina.knowledge.references import check
from blina.knowledge.schema import LexiconFile, Numbers
from blina.triage import asking, progress
from tests.unit.talk import Talk, value

ROOT = Path(__file__).parents[2]
KNOWLEDGE = load_knowledge()
# Words of the code that are spelled like a name of the knowledge and mean something else.
OTHER_WORDS = {
    "over", "question", "again", "fear", "past", "unlisted", "well", "asks", "emoji", "base", "turns",
}  # fmt: skip
ROOMS = ("reading", "triage", "replies", "rasa_adapter")


@lru_cache(maxsize=1)
def files() -> Files:
    """The real knowledge, each file with its lines."""
    return read_files(DEFAULT)


def without(files: Files, what: str, name: str) -> Files:
    """The files without one entry, as a clinician's edit would leave them."""
    fields = {"cue": "cues", "sign": "signs", "word group": "words"}
    if what in fields:
        return {path: _lexicon_without(item, fields[what], name) for path, item in files.items()}
    path, field = {
        "rule": ("policy.yml", "rules"),
        "symptom": ("symptoms.yml", "symptoms"),
        "question": ("policy.yml", "questions"),
        "kind": ("values.yml", "kinds"),
    }[what]
    file, content = files[path]
    entries = getattr(content, field)
    kept: Any = (
        {id: entry for id, entry in entries.items() if id != name}
        if isinstance(entries, Mapping)
        else tuple(entry for entry in entries if entry.id != name)
    )
    return {**files, path: (file, content.copy(update={field: kept}))}


def _lexicon_without(item: Any, field: str, name: str) -> Any:
    file, content = item
    if not isinstance(content, LexiconFile):
        return item
    kept = {id: entry for id, entry in getattr(content, field).items() if id != name}
    return file, content.copy(update={field: kept})


def found(files: Files) -> list[Problem]:
    return list(problems(files))


DEMANDED = [(what, name) for what, entries in sorted(names().items()) for name in sorted(entries)]


def test_the_real_knowledge_has_all_that_the_program_names() -> None:
    assert found(files()) == []


@pytest.mark.parametrize(("what", "name"), DEMANDED, ids=" ".join)
def test_what_the_program_names_cannot_be_removed(what: str, name: str) -> None:
    refused = found(without(files(), what, name))
    named = [problem for problem in refused if f"'{name}'" in problem.message]
    assert named, f"{what} {name} was removed without a word"
    assert all(problem.file.startswith("knowledge/") and problem.line and problem.field for problem in named)


def named_by_the_policy() -> set[str]:
    """Symptoms that policy.yml gives a part to play: they may be renamed, and not be missing."""
    policy = KNOWLEDGE.policy
    limits = {limit.means for entries in policy.limits.values() for limit in entries if limit.means}
    asked = {id for item in policy.screening for id in (item.symptom, *item.also)}
    syndrome = {*policy.syndrome.alone, *policy.syndrome.any_two}
    return (
        limits
        | asked
        | syndrome
        | {str(policy.roles.fever), str(policy.roles.chills), *policy.roles.first_aid}
    )


@pytest.mark.parametrize("id", sorted(named_by_the_policy()))
def test_a_symptom_that_the_policy_names_cannot_be_removed(id: str) -> None:
    refused = [problem for problem in check(without(files(), "symptom", id)) if f"'{id}'" in problem.message]
    assert any(problem.file == "knowledge/drugs/blinatumomab/policy.yml" for problem in refused)
    assert all(problem.line and problem.field for problem in refused)


@pytest.mark.parametrize(
    "id", sorted({limit.rule for entries in KNOWLEDGE.policy.limits.values() for limit in entries})
)
def test_a_rule_that_a_limit_names_cannot_be_removed(id: str) -> None:
    """Without the rule number.oxygen an oxygen of 82 would end the conversation with an error."""
    refused = [problem for problem in check(without(files(), "rule", id)) if f"'{id}'" in problem.message]
    assert any(problem.field.startswith("limits.") and problem.line for problem in refused)


@pytest.mark.parametrize("kind", ["temperature", "systolic", "oxygen"])
def test_a_value_that_must_alarm_cannot_lose_its_limit(kind: str) -> None:
    file, policy = files()["policy.yml"]
    limits = {name: entries for name, entries in policy.limits.items() if name != kind}
    changed = {**files(), "policy.yml": (file, policy.copy(update={"limits": limits}))}
    assert any(f"no {kind} would need a call now" in problem.message for problem in found(changed))


def _cue_arguments(tree: ast.AST) -> Iterator[str]:
    """Names of cues in calls in ``cues.says(text, "unwell", knowledge)`` and ``knowledge.cues["turns"]``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if getattr(node.func.value, "id", "") == "cues":
                yield from _texts(node.args)
        elif isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "cues":
            yield from _texts([node.slice])


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def code() -> Iterator[tuple[str, ast.AST]]:
    paths = [path for room in ROOMS for path in sorted((ROOT / "blina" / room).rglob("*.py"))]
    for path in [*paths, ROOT / "blina" / "assistant.py"]:
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def test_every_cue_that_the_code_reads_is_demanded() -> None:
    read = {cue for _, tree in code() for cue in _cue_arguments(tree) if re.fullmatch(r"[a-z_]{3,}", cue)}
    beside = {"asks_", "names_", "not", "chip", "yes", "unsure", "none_of_these"}  # parts of names, and chips
    assert read - names()["cue"] - beside == set()
    assert {f"progress_{kind}" for kind in (*progress.KINDS, "not")} <= names()["cue"]
    of_the_app = (asking.APP_APPROVED, asking.WHAT_KEPT, asking.EMERGENCY_CALL)
    assert {f"asks_{kind}" for kind in (*asking.KINDS, *of_the_app)} <= names()["cue"]


def test_every_id_that_the_code_spells_out_is_demanded() -> None:
    """A symptom in the code is a role of the policy; everything else that it names is demanded."""
    ids = {
        "rule": {rule.id for rule in KNOWLEDGE.policy.rules},
        "sign": set(KNOWLEDGE.signs),
        "cue": set(KNOWLEDGE.cues),
        "question": set(KNOWLEDGE.policy.questions),
        "kind": {kind.id for kind in KNOWLEDGE.values.kinds},
        "symptom": set(KNOWLEDGE.symptoms),
    }
    spelled = {
        (what, text, name)
        for name, tree in code()
        for text in _texts(_constants(tree))
        for what, known in ids.items()
        if text in known
        and text not in names().get(what, ())
        and (what == "symptom" or text not in OTHER_WORDS)
    }
    assert spelled == WORDS_OF_THE_LANGUAGE | CODES


# Vomiting and swelling as forms of "vomit" and "swell".
WORDS_OF_THE_LANGUAGE = {("symptom", "vomiting", "tokens.py"), ("symptom", "swelling", "tokens.py")}
# Kinds of value that FHIR has a code for.
CODES = {("kind", "pulse", "fhir.py"), ("kind", "blood_sugar", "fhir.py")}


def test_what_is_demanded_is_used() -> None:
    said = {text for _, tree in code() for text in _texts(_constants(tree))}
    words = {word for text in said for word in text.split()} | said
    prefixes = ("progress_", "asks_", "stops_", "screening.")
    left = {
        name
        for what, entries in names().items()
        for name in entries
        if name not in words and not name.startswith(prefixes)
    }
    assert left == set()


def _constants(tree: ast.AST) -> list[ast.expr]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def test_every_number_of_the_policy_is_read() -> None:
    """A number that a clinician may edit does something: a limit names it, or the code reads it."""
    read = {limit.number for limits in KNOWLEDGE.policy.limits.values() for limit in limits}
    read |= {node.attr for _, tree in code() for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert set(Numbers.__fields__) - read == set()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT, tmp_path / "knowledge"))


def refused(folder: Path) -> str:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    return str(caught.value)


def test_a_misspelt_cue_is_refused(folder: Path) -> None:
    path = folder / "common" / "lexicon" / "conversation.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("  answer_stools_no:", "  answer_stool_no:"),
        encoding="utf-8",
    )
    assert "nothing reads a cue of this name" in refused(folder)


def test_symptoms_that_are_renamed_in_every_file_alarm_as_before(folder: Path) -> None:
    for path in sorted(folder.rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        for id in ("trouble_breathing", "low_blood_pressure"):
            text = text.replace(id, f"{id}_renamed")
        path.write_text(text, encoding="utf-8")
    renamed = load_knowledge(folder)
    for kind, low in (("oxygen", 82), ("systolic", 70)):
        talk = Talk(knowledge=renamed).say(str(low), value(kind, low))
        assert talk.urgency == "contact_now"
        assert all(symptom.endswith("_renamed") for symptom in talk.symptoms)


def test_half_a_rename_is_refused(folder: Path) -> None:
    path = folder / "drugs" / "blinatumomab" / "symptoms.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("- id: low_blood_pressure", "- id: low_pressure"), encoding="utf-8")
    refusal = refused(folder)
    assert "limits.systolic[0].means: there is no symptom 'low_blood_pressure'" in refusal
    assert "knowledge/common/lexicon/crs.yml" in refusal


def test_no_word_group_is_there_for_nothing() -> None:
    written = "".join(file.read_text(encoding="utf-8") for file in DEFAULT.rglob("*.yml"))
    unused = [group for group in load_knowledge().words if f"{{{group}}}" not in written]
    assert set(unused) <= names()["word group"]
