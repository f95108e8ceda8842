"""A mistake in a knowledge file is refused with the file, the line and the field."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blina.knowledge import KnowledgeError, Problem, demands, fingerprint, load_knowledge
from blina.knowledge.loader import DEFAULT

SAMPLE = Path(__file__).parents[1] / "reference" / "sample_knowledge"
WORDINGS = ("common/wording.yml", "drugs/sample/wording.yml")
SAMPLE_FILES = sorted([*(str(file.relative_to(SAMPLE)) for file in SAMPLE.rglob("*.yml")), *WORDINGS])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample, with the real wording and whatever else the program needs by name."""
    copy = Path(shutil.copytree(SAMPLE, tmp_path / "knowledge"))
    for place, own in (("common", "common"), ("drugs/blinatumomab", "drugs/sample")):
        shutil.copy(DEFAULT / place / "wording.yml", copy / own)
    (copy / "common" / "lexicon" / "demanded.yml").write_text(yaml.safe_dump(_demanded()), encoding="utf-8")
    return copy


def _demanded() -> dict[str, dict[str, object]]:
    """Empty cues, signs and word groups of every name that the program uses and the sample does not have."""
    sample = [
        yaml.safe_load(file.read_text(encoding="utf-8"))
        for file in (SAMPLE / "common" / "lexicon").glob("*.yml")
    ]
    there = {name for part in sample for field in ("cues", "signs") for name in part.get(field, {})}
    wording = yaml.safe_load((DEFAULT / "common" / "wording.yml").read_text(encoding="utf-8"))
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


PLACES = {"own": "knowledge/drugs/sample", "common": "knowledge/common"}
MISTAKES = {
    "a value that is not allowed": (
        "drugs/sample/symptoms.yml",
        "urgency: contact_now\n    signs: [crs, infection]",
        "urgency: call_tody\n    signs: [crs, infection]",
        "{own}/symptoms.yml:6: symptoms[0].urgency: 'call_tody' is not one of "
        "none, tell_team, call_today, contact_now, emergency",
    ),
    "an escalation to something lower": (
        "drugs/sample/symptoms.yml",
        "to: emergency",
        "to: tell_team",
        "{own}/symptoms.yml:18: symptoms[1].escalations[0].to: "
        "'tell_team' is not one of emergency, contact_now",
    ),
    "an unknown key": (
        "drugs/sample/symptoms.yml",
        "    lay: a fever",
        "    lay: a fever\n    severity: 3",
        "{own}/symptoms.yml:5: symptoms[0].severity: this key is not known here",
    ),
    "a missing key": (
        "drugs/sample/symptoms.yml",
        "    label: Fever\n",
        "",
        "{own}/symptoms.yml:2: symptoms[0].label: is missing",
    ),
    "a key without a value": (
        "drugs/sample/symptoms.yml",
        "label: Fever",
        "label:",
        "{own}/symptoms.yml:3: symptoms[0].label: is empty",
    ),
    "a key that is there twice": (
        "drugs/sample/symptoms.yml",
        "    lay: a fever",
        "    lay: a fever\n    lay: a temperature",
        "{own}/symptoms.yml:5: symptoms[0].lay: this key is already there",
    ),
    "an id that is there twice": (
        "drugs/sample/symptoms.yml",
        "- id: confusion",
        "- id: fever",
        "{own}/symptoms.yml:11: symptoms[1].id: 'fever' is there twice",
    ),
    "no source": (
        "drugs/sample/symptoms.yml",
        "    mentions:\n      - {document: leaflet, section: common, term: fever}",
        "    mentions: []",
        "{own}/symptoms.yml:8: symptoms[0].mentions: at least one source is needed",
    ),
    "a document that is not there": (
        "drugs/sample/symptoms.yml",
        "{document: leaflet, section: common",
        "{document: leaflt, section: common",
        "{own}/symptoms.yml:9: symptoms[0].mentions[0].document: there is no document 'leaflt'",
    ),
    "a section that is not there": (
        "drugs/sample/symptoms.yml",
        "{document: leaflet, section: common",
        "{document: leaflet, section: comon",
        "{own}/symptoms.yml:9: symptoms[0].mentions[0].section: leaflet has no section 'comon'",
    ),
    "a sign that is not there": (
        "drugs/sample/symptoms.yml",
        "[[cannot_be_woken]",
        "[[cannot_be_wokken]",
        "{own}/symptoms.yml:20: symptoms[1].escalations[0].any_of[0][0]: there is no sign 'cannot_be_wokken'",
    ),
    "a symptom that is not there": (
        "drugs/sample/symptoms.yml",
        "symptom:fever",
        "symptom:fevr",
        "{own}/symptoms.yml:20: symptoms[1].escalations[0].any_of[1][0]: there is no symptom 'fevr'",
    ),
    "an escalation that always holds": (
        "drugs/sample/symptoms.yml",
        "[[cannot_be_woken], ",
        "[[], ",
        "{own}/symptoms.yml:20: symptoms[1].escalations[0].any_of[0]: is empty, so it would always hold",
    ),
    "an escalation that never holds": (
        "drugs/sample/symptoms.yml",
        "[[cannot_be_woken], [symptom:fever, severe]]",
        "[]",
        "{own}/symptoms.yml:20: symptoms[1].escalations[0].any_of: is empty, so it would never hold",
    ),
    "a rule that is not there": (
        "drugs/sample/symptoms.yml",
        "rule: emergency.woken",
        "rule: emergency.woke",
        "{own}/symptoms.yml:22: symptoms[1].escalations[0].rule: "
        "there is no rule 'emergency.woke' in policy.yml",
    ),
    "a side effect without urgency": (
        "drugs/sample/symptoms.yml",
        "urgency: contact_now\n    signs: [crs, infection]",
        "urgency: none\n    signs: [crs, infection]",
        "{own}/symptoms.yml:6: symptoms[0].urgency: a documented side effect is at least tell_team",
    ),
    "a category that is no list": (
        "drugs/sample/symptoms.yml",
        "category: crs_warning",
        "category: unlisted",
        "{own}/symptoms.yml:5: symptoms[0].category: 'unlisted' is no list of the documents",
    ),
    "a truth value for a word": (
        "common/lexicon/symptoms.yml",
        '["no", not]',
        "[no, not]",
        "{common}/lexicon/symptoms.yml:8: cues.denied_before[0]: "
        "YAML takes this word for true or false; put it in quotes",
    ),
    "an unquoted no in a phrase list": (
        "common/lexicon/symptoms.yml",
        "not: [hay fever]",
        "not: [no]",
        "{common}/lexicon/symptoms.yml:6: symptoms.fever.not[0]: "
        "YAML takes this word for true or false; put it in quotes",
    ),
    "an unquoted number in a phrase list": (
        "common/lexicon/symptoms.yml",
        "not: [hay fever]",
        "not: [39]",
        "{common}/lexicon/symptoms.yml:6: symptoms.fever.not[0]: "
        "YAML takes this for a number; put it in quotes",
    ),
    "text where a list belongs": (
        "common/lexicon/symptoms.yml",
        "not: [hay fever]",
        "not: hay fever",
        "{common}/lexicon/symptoms.yml:6: symptoms.fever.not: must be a list",
    ),
    "a list where an entry belongs": (
        "drugs/sample/documents.yml",
        "{document: leaflet, section: nerves, term: nerve disorders}",
        "[leaflet]",
        "{own}/documents.yml:12: conditions[0]: must be a group of keys and values",
    ),
    "a word group that is not there": (
        "common/lexicon/symptoms.yml",
        "{hot} ~",
        "{hott} ~",
        "{common}/lexicon/symptoms.yml:5: symptoms.fever.phrases[1]: there is no word group 'hott'",
    ),
    "a word group that holds itself": (
        "common/lexicon/symptoms.yml",
        "  hot: [hot, burning]",
        '  hot: [hot, "{burn}"]\n  burn: ["{hot}"]',
        "{common}/lexicon/symptoms.yml:{line}: words.hot: holds itself, directly or through other groups",
    ),
    "a word group in two files": (
        "common/lexicon/symptoms.yml",
        "  hot: [hot, burning]",
        "  hot: [hot, burning]\n  wake: [wake]",
        "{common}/lexicon/symptoms.yml:3: words.wake: is already in {common}/lexicon/signs.yml",
    ),
    "phrases of an unknown symptom": (
        "common/lexicon/symptoms.yml",
        "  fever:",
        "  feverr:",
        "{common}/lexicon/symptoms.yml:4: symptoms.feverr: there is no symptom 'feverr' in symptoms.yml",
    ),
    "a sign that implies nothing known": (
        "common/lexicon/signs.yml",
        "implies: confusion",
        "implies: confused",
        "{common}/lexicon/signs.yml:4: signs.cannot_be_woken.implies: there is no symptom 'confused'",
    ),
    "a placeholder that is not declared": (
        "common/wording.yml",
        "    emergency: Call {emergency} now.",
        "    emergency: Call {emergncy} now.",
        "{common}/wording.yml:{line}: texts.action.emergency: '{emergncy}' is no placeholder of wording.yml",
    ),
    "a placeholder in a reason": (
        "drugs/sample/policy.yml",
        "reason: Not on my lists.",
        'reason: "{drug}"',
        "{own}/policy.yml:14: categories[6].reason: '{drug}' is no placeholder of wording.yml",
    ),
    "a placeholder that nothing fills there": (
        "drugs/sample/questions.yml",
        "answer: A medicine.",
        'answer: "{lay}"',
        "{own}/questions.yml:4: topics[0].answer: '{lay}' cannot be filled in here",
    ),
    "a placeholder in a symptom": (
        "drugs/sample/symptoms.yml",
        "Tell your team the number.",
        '"Call {emergency}."',
        "{own}/symptoms.yml:10: symptoms[0].tell_the_team: '{emergency}' cannot be filled in here",
    ),
    "a missing text": (
        "common/wording.yml",
        "  unlisted:\n    say:",
        "  unlisted:\n    sey:",
        "{common}/wording.yml:{line}: texts.unlisted: the text unlisted.say is missing",
    ),
    "a text that leaves a gap when the team's number is not set": (
        "common/wording.yml",
        "\n    ask_team_call_no_number:",
        "\n    ask_team_call_no_numbr:",
        "{common}/wording.yml:{line}: texts.medicine.ask_team_call: names the team's number and has no form "
        "without it (ask_team_call_no_number)",
    ),
    "a lonely brace": (
        "common/wording.yml",
        "    emergency: Call {emergency} now.",
        "    emergency: Call {emergency now.",
        "{common}/wording.yml:{line}: texts.action.emergency: has a brace without its pair",
    ),
    "an empty text": (
        "common/wording.yml",
        "    emergency: Call {emergency} now.",
        '    emergency: " "',
        "{common}/wording.yml:{line}: texts.action.emergency: is empty",
    ),
    "urgencies in another order": (
        "drugs/sample/policy.yml",
        "  - {id: none, title: Nothing}\n  - {id: tell_team, title: Tell}\n",
        "  - {id: tell_team, title: Tell}\n  - {id: none, title: Nothing}\n",
        "{own}/policy.yml:1: urgencies: must name each of these once, in this order: "
        "none, tell_team, call_today, contact_now, emergency",
    ),
    "a rule without a source": (
        "drugs/sample/policy.yml",
        "sources: [{document: leaflet, section: nerves}]",
        "sources: []",
        "{own}/policy.yml:50: rules[0].sources: at least one source is needed",
    ),
    "a rule that would decide nothing": (
        "drugs/sample/policy.yml",
        "    urgency: emergency\n",
        "",
        "{own}/policy.yml:46: rules[0]: any_of needs an urgency",
    ),
    "an unknown group of symptoms": (
        "drugs/sample/policy.yml",
        "symptom_sign:screen",
        "symptom_sign:screening",
        "{own}/policy.yml:44: questions.screening.about[0][0]: 'screening' is not one of "
        "neurological, crs, infection, bleeding, screen, laboratory",
    ),
    "a question without words": (
        "drugs/sample/policy.yml",
        "  screening: {about",
        "  screning: {about",
        "{own}/policy.yml:44: questions.screning: wording.yml has no text question.screning",
    ),
    "limits the wrong way round": (
        "common/values.yml",
        "{low: 30, high: 43}",
        "{low: 43, high: 30}",
        "{common}/values.yml:5: kinds[0].plausible: low must be under high",
    ),
    "a limit that the policy does not have": (
        "drugs/sample/policy.yml",
        "number: fever_threshold_c",
        "number: fever_limit",
        "{own}/policy.yml:{line}: limits.temperature[0].number: there is no number 'fever_limit'",
    ),
    "a limit with a rule that is not there": (
        "drugs/sample/policy.yml",
        "rule: emergency.woken, means",
        "rule: number.temperature, means",
        "{own}/policy.yml:{line}: limits.temperature[0].rule: there is no rule 'number.temperature'",
    ),
    "a value that means a symptom that is not there": (
        "drugs/sample/policy.yml",
        "means: fever",
        "means: fevr",
        "{own}/policy.yml:{line}: limits.temperature[0].means: there is no symptom 'fevr'",
    ),
    "a number that cannot be meant": (
        "drugs/sample/policy.yml",
        "low_systolic_mmhg: 90",
        "low_systolic_mmhg: 9",
        "{own}/policy.yml:{line}: numbers.low_systolic_mmhg: 9 is not between 60 and 120",
    ),
    "a number that is none": (
        "drugs/sample/policy.yml",
        "syndrome_window_hours: 24",
        "syndrome_window_hours: .nan",
        "{own}/policy.yml:{line}: numbers.syndrome_window_hours: nan is not between 1 and 168",
    ),
    "a memory that is shorter than the window": (
        "drugs/sample/policy.yml",
        "memory_hours: 48",
        "memory_hours: 12",
        "{own}/policy.yml:{line}: numbers.memory_hours: must not be under syndrome_window_hours",
    ),
    "text where a number belongs": (
        "drugs/sample/policy.yml",
        "max_questions: 3",
        "max_questions: three",
        "{own}/policy.yml:23: numbers.max_questions: must be a whole number",
    ),
    "an unknown sign of the syndrome": (
        "drugs/sample/policy.yml",
        "alone: [fever]",
        "alone: [feverish]",
        "{own}/policy.yml:38: syndrome.alone[0]: there is no symptom 'feverish'",
    ),
    "a topic without its source": (
        "drugs/sample/questions.yml",
        "section: common",
        "section: nowhere",
        "{own}/questions.yml:5: topics[0].sources[0].section: leaflet has no section 'nowhere'",
    ),
    "a medicine without its source": (
        "drugs/sample/medicines.yml",
        "section: common",
        "section: nowhere",
        "{own}/medicines.yml:5: medicines[0].sources[0].section: leaflet has no section 'nowhere'",
    ),
    "an alias": (
        "drugs/sample/documents.yml",
        "conditions:",
        "anchored: &a [1]\nagain: *a\nconditions:",
        "{own}/documents.yml:11: again: repeats another place (an alias); write it out",
    ),
    "a tag that would run code": (
        "drugs/sample/documents.yml",
        "date: 1 January 2020",
        "date: !!python/object/apply:os.getcwd []",
        None,
    ),
    "no YAML at all": (
        "drugs/sample/policy.yml",
        "numbers:",
        "numbers: [",
        None,
    ),
    "a daily check that asks for an item that is not there": (
        "drugs/sample/daily_check.yml",
        "items: [temperature, writing]",
        "items: [temperature, writing, walking]",
        "{own}/daily_check.yml:8: forms[0].items[2]: there is no item 'walking'",
    ),
    "an item that no form asks": (
        "drugs/sample/daily_check.yml",
        "items: [temperature, writing]",
        "items: [temperature]",
        "{own}/daily_check.yml:16: items[1].id: no form asks 'writing'",
    ),
    "an item that asks nothing": (
        "drugs/sample/daily_check.yml",
        "ask: What is the temperature?",
        "ask: Measure the temperature.",
        "{own}/daily_check.yml:14: items[0].ask: must end with a question",
    ),
    "an item of a kind that is not known": (
        "drugs/sample/daily_check.yml",
        "kind: temperature",
        "kind: blood_sugar",
        "{own}/daily_check.yml:11: items[0].kind: 'blood_sugar' is not one of yes_no, temperature, writing",
    ),
    "an item to write without its sentence": (
        "drugs/sample/daily_check.yml",
        "    sentence: It is warm.\n",
        "",
        "{own}/daily_check.yml:16: items[1]: needs the sentence that is to be written",
    ),
    "an item of the daily check without a source": (
        "drugs/sample/daily_check.yml",
        "    ask: What is the temperature?\n    sources: [{document: leaflet, section: nerves}]",
        "    ask: What is the temperature?\n    sources: []",
        "{own}/daily_check.yml:15: items[0].sources: at least one source is needed",
    ),
    "an item of the daily check with a source that is not there": (
        "drugs/sample/daily_check.yml",
        "    ask: What is the temperature?\n    sources: [{document: leaflet, section: nerves}]",
        "    ask: What is the temperature?\n    sources: [{document: leaflet, section: ice}]",
        "{own}/daily_check.yml:15: items[0].sources[0].section: leaflet has no section 'ice'",
    ),
    "a daily check that is kept for no time": (
        "drugs/sample/daily_check.yml",
        "keep_days: 28",
        "keep_days: 0",
        "{own}/daily_check.yml:1: keep_days: 0 is not between 1 and 365",
    ),
    "a daily check whose rule is missing": (
        "drugs/sample/policy.yml",
        "  - id: daily_check.over",
        "  - id: daily_check.past",
        "{own}/policy.yml:45: rules: the rule 'daily_check.over' is missing, and the program needs it",
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
        for name, stands_for in (*PLACES.items(), ("line", str(line))):
            expected = expected.replace(f"{{{name}}}", stands_for)
        assert expected in found


def test_every_mistake_is_reported_at_once(folder: Path) -> None:
    text = (folder / "drugs" / "sample" / "symptoms.yml").read_text(encoding="utf-8")
    text = text.replace("urgency: contact_now", "urgency: now").replace("label: Fever", "labl: Fever")
    (folder / "drugs" / "sample" / "symptoms.yml").write_text(text, encoding="utf-8")
    assert len(problems(folder)) == 4  # two urgencies, the unknown key and the missing one


@pytest.mark.parametrize(
    "name", [file for file in SAMPLE_FILES if "lexicon" not in file and file != WORDINGS[1]]
)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert problems(folder) == [f"knowledge/{name}: cannot be read: No such file or directory"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "knowledge/drugs/sample/policy.yml:1: is empty"),
        (b"- a\n", "knowledge/drugs/sample/policy.yml:1: must hold keys and values"),
        (b"a: 1\nb: \xff\n", "knowledge/drugs/sample/policy.yml:2: is not UTF-8 text"),
        (b"a: 1\nb: \x00\n", None),
        (b"yes: 1\n", "knowledge/drugs/sample/policy.yml:1: the key 'yes' is no text; put it in quotes"),
        (
            b"a: 2020-13-45\n",
            f"{PLACES['own']}/policy.yml:1: a: '2020-13-45' cannot be read as a value; put it in quotes",
        ),
        (
            b"a: !!int\n",
            "knowledge/drugs/sample/policy.yml:1: a: '' cannot be read as a value; put it in quotes",
        ),
        (
            b"a: !!bool maybe\n",
            "knowledge/drugs/sample/policy.yml:1: a: 'maybe' cannot be read as a value; put it in quotes",
        ),
        (b"a: " + b"[" * 20_000, None),
        (b"a: " + b"[" * 50 + b"]" * 50, None),
        (b"a: 1\n---\nb: 2\n", None),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_broken_file_is_one_clear_line(folder: Path, content: bytes, message: str | None) -> None:
    (folder / "drugs" / "sample" / "policy.yml").write_bytes(content)
    found = problems(folder)
    assert found[0].startswith("knowledge/drugs/sample/policy.yml")
    if message:
        assert found == [message]


def test_the_fingerprint_changes_with_any_file(folder: Path) -> None:
    seen = {fingerprint(folder)}
    for name in SAMPLE_FILES:
        (folder / name).write_text((folder / name).read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
        seen.add(fingerprint(folder))
    (folder / "common" / "lexicon" / "new.yml").write_text("words: {}\n", encoding="utf-8")
    seen.add(fingerprint(folder))
    assert len(seen) == len(SAMPLE_FILES) + 2


def test_a_drug_must_be_named_where_there_are_several(folder: Path) -> None:
    shutil.copytree(folder / "drugs" / "sample", folder / "drugs" / "another")
    holds = "knowledge/drugs: holds another, sample"
    assert problems(folder) == [f"{holds}: name one of them as 'drug' in settings.yml"]
    with pytest.raises(KnowledgeError, match=f"{holds}, not a_third: name one"):
        load_knowledge(folder, "a_third")
    assert vars(load_knowledge(folder, "sample")) == vars(load_knowledge(folder, "another"))


def test_without_a_drug_there_is_nothing_to_load(folder: Path) -> None:
    shutil.rmtree(folder / "drugs")
    assert problems(folder) == ["knowledge/drugs: holds no drug"]


def test_what_another_drug_lists_may_be_in_the_common_lexicon_and_not_in_the_drugs_own(folder: Path) -> None:
    other = Path(shutil.copytree(folder / "drugs" / "sample", folder / "drugs" / "another"))
    text = (other / "symptoms.yml").read_text(encoding="utf-8")
    (other / "symptoms.yml").write_text(text.replace("id: confusion", "id: muddle"), encoding="utf-8")
    (other / "policy.yml").write_text(
        (other / "policy.yml").read_text(encoding="utf-8").replace("id: fever_or", "id: muddle_or"),
        encoding="utf-8",
    )
    words = yaml.safe_dump(
        {
            "symptoms": {"muddle": {"phrases": ["in a muddle"]}},
            "cues": {"names_muddle_or_chills": ["muddle"], "screening_muddle_or_chills": []},
            "signs": {"lost": {"meaning": "lost", "implies": "muddle", "phrases": ["lost"]}},
        }
    )
    (folder / "common" / "lexicon" / "more.yml").write_text(words, encoding="utf-8")
    knowledge = load_knowledge(folder, "sample")
    assert knowledge.lexicon["muddle"].phrases == ("in a muddle",)
    assert knowledge.signs["lost"].implies == "unlisted"
    (folder / "common" / "lexicon" / "more.yml").unlink()
    own = folder / "drugs" / "sample" / "lexicon"
    own.mkdir()
    (own / "more.yml").write_text(words, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder, "sample")
    places = [(problem.file, problem.field) for problem in caught.value.problems]
    assert places == [
        ("knowledge/drugs/sample/lexicon/more.yml", field)
        for field in (
            "symptoms.muddle",
            "signs.lost.implies",
            "cues.names_muddle_or_chills",
            "cues.screening_muddle_or_chills",
        )
    ]


def test_a_mistake_in_what_another_drug_lists_is_named(folder: Path) -> None:
    other = Path(shutil.copytree(folder / "drugs" / "sample", folder / "drugs" / "another"))
    (other / "symptoms.yml").write_text("symptoms: 3\n", encoding="utf-8")
    with pytest.raises(
        KnowledgeError, match=r"^knowledge/drugs/another/symptoms\.yml:1: symptoms: must be a list"
    ):
        load_knowledge(folder, "sample")


def test_the_fingerprint_of_a_missing_file_is_an_error(folder: Path) -> None:
    (folder / "drugs" / "sample" / "policy.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"knowledge/drugs/sample/policy.yml: cannot be read"):
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
