"""A mistake in a knowledge file is refused with the file, the line and the field."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blina.knowledge import KnowledgeError, Problem, demands, fingerprint, load_knowledge
from blina.knowledge.loader import DEFAULT, FILES

SAMPLE = Path(__file__).parents[1] / "reference" / "sample_knowledge"
SAMPLE_FILES = sorted([*(str(file.relative_to(SAMPLE)) for file in SAMPLE.rglob("*.yml")), "wording.yml"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample, with the real wording and whatever else the program needs by name."""
    copy = Path(shutil.copytree(SAMPLE, tmp_path / "knowledge"))
    shutil.copy(DEFAULT / "wording.yml", copy)
    (copy / "lexicon" / "demanded.yml").write_text(yaml.safe_dump(_demanded()), encoding="utf-8")
    return copy


def _demanded() -> dict[str, dict[str, object]]:
    """Empty cues, signs and word groups of every name that the program uses and the sample does not have."""
    sample = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in (SAMPLE / "lexicon").glob("*.yml")]
    there = {name for part in sample for field in ("cues", "signs") for name in part.get(field, {})}
    wording = yaml.safe_load((DEFAULT / "wording.yml").read_text(encoding="utf-8"))
    names = demands.names()
    cues = {*names["cue"], "screening_fever_or_chills", "names_fever_or_chills"} - there
    signs = {*names["sign"], *wording["texts"]["sign"]} - there
    return {
        "cues": {cue: [] for cue in sorted(cues)},
        "signs": {sign: {"meaning": sign} for sign in sorted(signs)},
        "words": {group: [] for group in sorted(names["word group"])},
    }


def problems(folder: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    return str(caught.value).splitlines()


def test_the_sample_is_right(folder: Path) -> None:
    knowledge = load_knowledge(folder)
    assert list(knowledge.symptoms) == ["fever", "confusion"]
    assert knowledge.lexicon["fever"].excluded == ("hay fever",)
    assert knowledge.signs["cannot_be_woken"].implies == "confusion"
    assert knowledge.cues["denied_before"] == ("no", "not")
    assert knowledge.text("action", "emergency") == "Call {emergency} now."
    assert knowledge.source_names(knowledge.conditions[0]) == ("the leaflet", "Side effects on the nerves")


MISTAKES = {
    "a value that is not allowed": (
        "symptoms.yml",
        "urgency: contact_now\n    signs: [crs, infection]",
        "urgency: call_tody\n    signs: [crs, infection]",
        "knowledge/symptoms.yml:6: symptoms[0].urgency: 'call_tody' is not one of "
        "none, tell_team, call_today, contact_now, emergency",
    ),
    "an escalation to something lower": (
        "symptoms.yml",
        "to: emergency",
        "to: tell_team",
        "knowledge/symptoms.yml:18: symptoms[1].escalations[0].to: "
        "'tell_team' is not one of emergency, contact_now",
    ),
    "an unknown key": (
        "symptoms.yml",
        "    lay: a fever",
        "    lay: a fever\n    severity: 3",
        "knowledge/symptoms.yml:5: symptoms[0].severity: this key is not known here",
    ),
    "a missing key": (
        "symptoms.yml",
        "    label: Fever\n",
        "",
        "knowledge/symptoms.yml:2: symptoms[0].label: is missing",
    ),
    "a key without a value": (
        "symptoms.yml",
        "label: Fever",
        "label:",
        "knowledge/symptoms.yml:3: symptoms[0].label: is empty",
    ),
    "a key that is there twice": (
        "symptoms.yml",
        "    lay: a fever",
        "    lay: a fever\n    lay: a temperature",
        "knowledge/symptoms.yml:5: symptoms[0].lay: this key is already there",
    ),
    "an id that is there twice": (
        "symptoms.yml",
        "- id: confusion",
        "- id: fever",
        "knowledge/symptoms.yml:11: symptoms[1].id: 'fever' is there twice",
    ),
    "no source": (
        "symptoms.yml",
        "    mentions:\n      - {document: leaflet, section: common, term: fever}",
        "    mentions: []",
        "knowledge/symptoms.yml:8: symptoms[0].mentions: at least one source is needed",
    ),
    "a document that is not there": (
        "symptoms.yml",
        "{document: leaflet, section: common",
        "{document: leaflt, section: common",
        "knowledge/symptoms.yml:9: symptoms[0].mentions[0].document: there is no document 'leaflt'",
    ),
    "a section that is not there": (
        "symptoms.yml",
        "{document: leaflet, section: common",
        "{document: leaflet, section: comon",
        "knowledge/symptoms.yml:9: symptoms[0].mentions[0].section: leaflet has no section 'comon'",
    ),
    "a sign that is not there": (
        "symptoms.yml",
        "[[cannot_be_woken]",
        "[[cannot_be_wokken]",
        "knowledge/symptoms.yml:20: symptoms[1].escalations[0].any_of[0][0]: "
        "there is no sign 'cannot_be_wokken'",
    ),
    "a symptom that is not there": (
        "symptoms.yml",
        "symptom:fever",
        "symptom:fevr",
        "knowledge/symptoms.yml:20: symptoms[1].escalations[0].any_of[1][0]: there is no symptom 'fevr'",
    ),
    "an escalation that always holds": (
        "symptoms.yml",
        "[[cannot_be_woken], ",
        "[[], ",
        "knowledge/symptoms.yml:20: symptoms[1].escalations[0].any_of[0]: is empty, so it would always hold",
    ),
    "an escalation that never holds": (
        "symptoms.yml",
        "[[cannot_be_woken], [symptom:fever, severe]]",
        "[]",
        "knowledge/symptoms.yml:20: symptoms[1].escalations[0].any_of: is empty, so it would never hold",
    ),
    "a rule that is not there": (
        "symptoms.yml",
        "rule: emergency.woken",
        "rule: emergency.woke",
        "knowledge/symptoms.yml:22: symptoms[1].escalations[0].rule: "
        "there is no rule 'emergency.woke' in policy.yml",
    ),
    "a side effect without urgency": (
        "symptoms.yml",
        "urgency: contact_now\n    signs: [crs, infection]",
        "urgency: none\n    signs: [crs, infection]",
        "knowledge/symptoms.yml:6: symptoms[0].urgency: a documented side effect is at least tell_team",
    ),
    "a category that is no list": (
        "symptoms.yml",
        "category: crs_warning",
        "category: unlisted",
        "knowledge/symptoms.yml:5: symptoms[0].category: 'unlisted' is no list of the documents",
    ),
    "a truth value for a word": (
        "lexicon/symptoms.yml",
        '["no", not]',
        "[no, not]",
        "knowledge/lexicon/symptoms.yml:8: cues.denied_before[0]: "
        "YAML takes this word for true or false; put it in quotes",
    ),
    "an unquoted no in a phrase list": (
        "lexicon/symptoms.yml",
        "not: [hay fever]",
        "not: [no]",
        "knowledge/lexicon/symptoms.yml:6: symptoms.fever.not[0]: "
        "YAML takes this word for true or false; put it in quotes",
    ),
    "an unquoted number in a phrase list": (
        "lexicon/symptoms.yml",
        "not: [hay fever]",
        "not: [39]",
        "knowledge/lexicon/symptoms.yml:6: symptoms.fever.not[0]: "
        "YAML takes this for a number; put it in quotes",
    ),
    "text where a list belongs": (
        "lexicon/symptoms.yml",
        "not: [hay fever]",
        "not: hay fever",
        "knowledge/lexicon/symptoms.yml:6: symptoms.fever.not: must be a list",
    ),
    "a list where an entry belongs": (
        "documents.yml",
        "{document: leaflet, section: nerves, term: nerve disorders}",
        "[leaflet]",
        "knowledge/documents.yml:12: conditions[0]: must be a group of keys and values",
    ),
    "a word group that is not there": (
        "lexicon/symptoms.yml",
        "{hot} ~",
        "{hott} ~",
        "knowledge/lexicon/symptoms.yml:5: symptoms.fever.phrases[1]: there is no word group 'hott'",
    ),
    "a word group that holds itself": (
        "lexicon/symptoms.yml",
        "  hot: [hot, burning]",
        '  hot: [hot, "{burn}"]\n  burn: ["{hot}"]',
        "knowledge/lexicon/symptoms.yml:{line}: words.hot: holds itself, directly or through other groups",
    ),
    "a word group in two files": (
        "lexicon/symptoms.yml",
        "  hot: [hot, burning]",
        "  hot: [hot, burning]\n  wake: [wake]",
        "knowledge/lexicon/symptoms.yml:3: words.wake: is already in knowledge/lexicon/signs.yml",
    ),
    "phrases of an unknown symptom": (
        "lexicon/symptoms.yml",
        "  fever:",
        "  feverr:",
        "knowledge/lexicon/symptoms.yml:4: symptoms.feverr: there is no symptom 'feverr' in symptoms.yml",
    ),
    "a sign that implies nothing known": (
        "lexicon/signs.yml",
        "implies: confusion",
        "implies: confused",
        "knowledge/lexicon/signs.yml:4: signs.cannot_be_woken.implies: there is no symptom 'confused'",
    ),
    "a placeholder that is not declared": (
        "wording.yml",
        "    emergency: Call {emergency} now.",
        "    emergency: Call {emergncy} now.",
        "knowledge/wording.yml:{line}: texts.action.emergency: '{emergncy}' is no placeholder of wording.yml",
    ),
    "a placeholder in a reason": (
        "policy.yml",
        "reason: Not on my lists.",
        'reason: "{drug}"',
        "knowledge/policy.yml:14: categories[6].reason: '{drug}' is no placeholder of wording.yml",
    ),
    "a placeholder that nothing fills there": (
        "questions.yml",
        "answer: A medicine.",
        'answer: "{lay}"',
        "knowledge/questions.yml:4: topics[0].answer: '{lay}' cannot be filled in here",
    ),
    "a placeholder in a symptom": (
        "symptoms.yml",
        "Tell your team the number.",
        '"Call {emergency}."',
        "knowledge/symptoms.yml:10: symptoms[0].tell_the_team: '{emergency}' cannot be filled in here",
    ),
    "a missing text": (
        "wording.yml",
        "  unlisted:\n    say:",
        "  unlisted:\n    sey:",
        "knowledge/wording.yml:{line}: texts.unlisted: the text unlisted.say is missing",
    ),
    "a text that leaves a gap when the team's number is not set": (
        "wording.yml",
        "\n    ask_team_call_no_number:",
        "\n    ask_team_call_no_numbr:",
        "knowledge/wording.yml:{line}: texts.medicine.ask_team_call: names the team's number and has no form "
        "without it (ask_team_call_no_number)",
    ),
    "a lonely brace": (
        "wording.yml",
        "    emergency: Call {emergency} now.",
        "    emergency: Call {emergency now.",
        "knowledge/wording.yml:{line}: texts.action.emergency: has a brace without its pair",
    ),
    "an empty text": (
        "wording.yml",
        "    emergency: Call {emergency} now.",
        '    emergency: " "',
        "knowledge/wording.yml:{line}: texts.action.emergency: is empty",
    ),
    "urgencies in another order": (
        "policy.yml",
        "  - {id: none, title: Nothing}\n  - {id: tell_team, title: Tell}\n",
        "  - {id: tell_team, title: Tell}\n  - {id: none, title: Nothing}\n",
        "knowledge/policy.yml:1: urgencies: must name each of these once, in this order: "
        "none, tell_team, call_today, contact_now, emergency",
    ),
    "a rule without a source": (
        "policy.yml",
        "sources: [{document: leaflet, section: nerves}]",
        "sources: []",
        "knowledge/policy.yml:50: rules[0].sources: at least one source is needed",
    ),
    "a rule that would decide nothing": (
        "policy.yml",
        "    urgency: emergency\n",
        "",
        "knowledge/policy.yml:46: rules[0]: any_of needs an urgency",
    ),
    "an unknown group of symptoms": (
        "policy.yml",
        "symptom_sign:screen",
        "symptom_sign:screening",
        "knowledge/policy.yml:44: questions.screening.about[0][0]: 'screening' is not one of "
        "neurological, crs, infection, bleeding, screen, laboratory",
    ),
    "a question without words": (
        "policy.yml",
        "  screening: {about",
        "  screning: {about",
        "knowledge/policy.yml:44: questions.screning: wording.yml has no text question.screning",
    ),
    "limits the wrong way round": (
        "values.yml",
        "{low: 30, high: 43}",
        "{low: 43, high: 30}",
        "knowledge/values.yml:5: kinds[0].plausible: low must be under high",
    ),
    "a limit that the policy does not have": (
        "policy.yml",
        "number: fever_threshold_c",
        "number: fever_limit",
        "knowledge/policy.yml:{line}: limits.temperature[0].number: there is no number 'fever_limit'",
    ),
    "a limit with a rule that is not there": (
        "policy.yml",
        "rule: emergency.woken, means",
        "rule: number.temperature, means",
        "knowledge/policy.yml:{line}: limits.temperature[0].rule: there is no rule 'number.temperature'",
    ),
    "a value that means a symptom that is not there": (
        "policy.yml",
        "means: fever",
        "means: fevr",
        "knowledge/policy.yml:{line}: limits.temperature[0].means: there is no symptom 'fevr'",
    ),
    "a number that cannot be meant": (
        "policy.yml",
        "low_systolic_mmhg: 90",
        "low_systolic_mmhg: 9",
        "knowledge/policy.yml:{line}: numbers.low_systolic_mmhg: 9 is not between 60 and 120",
    ),
    "a number that is none": (
        "policy.yml",
        "syndrome_window_hours: 24",
        "syndrome_window_hours: .nan",
        "knowledge/policy.yml:{line}: numbers.syndrome_window_hours: nan is not between 1 and 168",
    ),
    "a memory that is shorter than the window": (
        "policy.yml",
        "memory_hours: 48",
        "memory_hours: 12",
        "knowledge/policy.yml:{line}: numbers.memory_hours: must not be under syndrome_window_hours",
    ),
    "text where a number belongs": (
        "policy.yml",
        "max_questions: 3",
        "max_questions: three",
        "knowledge/policy.yml:23: numbers.max_questions: must be a whole number",
    ),
    "an unknown sign of the syndrome": (
        "policy.yml",
        "alone: [fever]",
        "alone: [feverish]",
        "knowledge/policy.yml:38: syndrome.alone[0]: there is no symptom 'feverish'",
    ),
    "a topic without its source": (
        "questions.yml",
        "section: common",
        "section: nowhere",
        "knowledge/questions.yml:5: topics[0].sources[0].section: leaflet has no section 'nowhere'",
    ),
    "a medicine without its source": (
        "medicines.yml",
        "section: common",
        "section: nowhere",
        "knowledge/medicines.yml:5: medicines[0].sources[0].section: leaflet has no section 'nowhere'",
    ),
    "an alias": (
        "documents.yml",
        "conditions:",
        "anchored: &a [1]\nagain: *a\nconditions:",
        "knowledge/documents.yml:11: again: repeats another place (an alias); write it out",
    ),
    "a tag that would run code": (
        "documents.yml",
        "date: 1 January 2020",
        "date: !!python/object/apply:os.getcwd []",
        None,
    ),
    "no YAML at all": (
        "policy.yml",
        "numbers:",
        "numbers: [",
        None,
    ),
    "a daily check that asks for an item that is not there": (
        "daily_check.yml",
        "items: [temperature, writing]",
        "items: [temperature, writing, walking]",
        "knowledge/daily_check.yml:8: forms[0].items[2]: there is no item 'walking'",
    ),
    "an item that no form asks": (
        "daily_check.yml",
        "items: [temperature, writing]",
        "items: [temperature]",
        "knowledge/daily_check.yml:16: items[1].id: no form asks 'writing'",
    ),
    "an item that asks nothing": (
        "daily_check.yml",
        "ask: What is the temperature?",
        "ask: Measure the temperature.",
        "knowledge/daily_check.yml:14: items[0].ask: must end with a question",
    ),
    "an item of a kind that is not known": (
        "daily_check.yml",
        "kind: temperature",
        "kind: blood_sugar",
        "knowledge/daily_check.yml:11: items[0].kind: "
        "'blood_sugar' is not one of yes_no, temperature, writing",
    ),
    "an item to write without its sentence": (
        "daily_check.yml",
        "    sentence: It is warm.\n",
        "",
        "knowledge/daily_check.yml:16: items[1]: needs the sentence that is to be written",
    ),
    "an item of the daily check without a source": (
        "daily_check.yml",
        "    ask: What is the temperature?\n    sources: [{document: leaflet, section: nerves}]",
        "    ask: What is the temperature?\n    sources: []",
        "knowledge/daily_check.yml:15: items[0].sources: at least one source is needed",
    ),
    "an item of the daily check with a source that is not there": (
        "daily_check.yml",
        "    ask: What is the temperature?\n    sources: [{document: leaflet, section: nerves}]",
        "    ask: What is the temperature?\n    sources: [{document: leaflet, section: ice}]",
        "knowledge/daily_check.yml:15: items[0].sources[0].section: leaflet has no section 'ice'",
    ),
    "a daily check that is kept for no time": (
        "daily_check.yml",
        "keep_days: 28",
        "keep_days: 0",
        "knowledge/daily_check.yml:1: keep_days: 0 is not between 1 and 365",
    ),
    "a daily check whose rule is missing": (
        "policy.yml",
        "  - id: daily_check.over",
        "  - id: daily_check.past",
        "knowledge/policy.yml:45: rules: the rule 'daily_check.over' is missing, and the program needs it",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_place(folder: Path, name: str) -> None:
    file, old, new, expected = MISTAKES[name]
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    found = problems(folder)
    line = text[: text.index(old)].count("\n") + 1
    if expected is None:
        assert found[0].startswith(f"knowledge/{file}:")
    else:
        assert expected.replace("{line}", str(line)) in found


def test_every_mistake_is_reported_at_once(folder: Path) -> None:
    text = (folder / "symptoms.yml").read_text(encoding="utf-8")
    text = text.replace("urgency: contact_now", "urgency: now").replace("label: Fever", "labl: Fever")
    (folder / "symptoms.yml").write_text(text, encoding="utf-8")
    assert len(problems(folder)) == 4  # two urgencies, the unknown key and the missing one


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert problems(folder) == [f"knowledge/{name}: cannot be read: No such file or directory"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "knowledge/policy.yml:1: is empty"),
        (b"- a\n", "knowledge/policy.yml:1: must hold keys and values"),
        (b"a: 1\nb: \xff\n", "knowledge/policy.yml:2: is not UTF-8 text"),
        (b"a: 1\nb: \x00\n", None),
        (b"yes: 1\n", "knowledge/policy.yml:1: the key 'yes' is no text; put it in quotes"),
        (
            b"a: 2020-13-45\n",
            "knowledge/policy.yml:1: a: '2020-13-45' cannot be read as a value; put it in quotes",
        ),
        (b"a: !!int\n", "knowledge/policy.yml:1: a: '' cannot be read as a value; put it in quotes"),
        (
            b"a: !!bool maybe\n",
            "knowledge/policy.yml:1: a: 'maybe' cannot be read as a value; put it in quotes",
        ),
        (b"a: " + b"[" * 20_000, None),
        (b"a: " + b"[" * 50 + b"]" * 50, None),
        (b"a: 1\n---\nb: 2\n", None),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_broken_file_is_one_clear_line(folder: Path, content: bytes, message: str | None) -> None:
    (folder / "policy.yml").write_bytes(content)
    found = problems(folder)
    assert found[0].startswith("knowledge/policy.yml")
    if message:
        assert found == [message]


def test_the_fingerprint_changes_with_any_file(folder: Path) -> None:
    seen = {fingerprint(folder)}
    for name in SAMPLE_FILES:
        (folder / name).write_text((folder / name).read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
        seen.add(fingerprint(folder))
    (folder / "lexicon" / "new.yml").write_text("words: {}\n", encoding="utf-8")
    seen.add(fingerprint(folder))
    assert len(seen) == len(SAMPLE_FILES) + 2


def test_the_fingerprint_of_a_missing_file_is_an_error(folder: Path) -> None:
    (folder / "policy.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"knowledge/policy.yml: cannot be read"):
        fingerprint(folder)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(SAMPLE_FILES),
    at=st.floats(0, 1),
    removed=st.integers(0, 40),
    inserted=st.one_of(
        st.binary(max_size=6),
        st.sampled_from(
            [
                b"\n",
                b": ",
                b"- ",
                b"{",
                b"}",
                b"[",
                b"]",
                b"&a ",
                b"*a",
                b"!!int ",
                b"<<: ",
                b"? ",
                b"|",
                b"\t",
            ]
        ),
    ),
)
def test_no_mutation_gives_anything_but_a_knowledge_error(
    folder: Path, name: str, at: float, removed: int, inserted: bytes
) -> None:
    original = (folder / name).read_bytes()
    place = int(at * len(original))
    (folder / name).write_bytes(original[:place] + inserted + original[place + removed :])
    found: tuple[Problem, ...] = ()
    try:
        load_knowledge(folder)
    except KnowledgeError as error:
        found = error.problems or (Problem("nothing", None, "", "an error without a problem"),)
    finally:
        (folder / name).write_bytes(original)
    assert all(problem.file.startswith("knowledge/") for problem in found)
