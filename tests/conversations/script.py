"""Scripted conversations: what a patient writes and what the policy wants to hear, in YAML.

The scripts are ``tests/server/conversations/*.yml``, one file a theme, readable by a clinician:

    conversations:
      - name: A headache, and a clear no to the check question
        turns:
          - patient: my head really hurts
            expect:
              urgency: call_today
              asks: screening
              chips: [None of these, Not sure]
          - hours_later: 2
            patient: none of those
            expect: {urgency: call_today, asks: nothing}

A script is data only. `tests.conversations.runner.run` plays one over any channel; `scripts()` gives
all of them, `scripts_without_waiting()` those that need no moved clock:

    @pytest.mark.parametrize("script", scripts_without_waiting(), ids=str)
    def test_over_text_messages(script: Script, phone: Phone) -> None:
        run(script, phone)          # phone.say(text) -> Heard(...)

What may stand in ``expect`` is in `Expected`. A key or a name that is not known is refused with
file and line, so that a typing error cannot make a script pass.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import StrictBool, StrictStr, root_validator, validator

from blina.knowledge import Knowledge, load_knowledge
from blina.knowledge.problems import KnowledgeError, Problem
from blina.knowledge.schema import Number, Record, Urgency
from blina.knowledge.validate import validate
from blina.knowledge.yaml_file import YamlFile
from blina.reading.model import Status
from blina.triage.memory import UNLISTED
from blina.triage.questions import AGAIN_PREFIX, FEVERISH, HAVE_IT

FOLDER = Path(__file__).parents[1] / "server" / "conversations"
NOTHING = "nothing"
ESCALATION = "escalation"  # the rule of every escalation in symptoms.yml that names no other


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """The knowledge that the names in the scripts are held against."""
    return load_knowledge()


def question_ids() -> frozenset[str]:
    """Ids of all questions that the assistant may ask."""
    again = {f"{AGAIN_PREFIX}{kind}" for kind in knowledge().policy.means}
    return frozenset({FEVERISH, HAVE_IT, *knowledge().policy.questions, *again})


def _known(name: str, names: frozenset[str], what: str) -> str:
    if name not in names:
        raise ValueError(f"'{name}' is no {what}")
    return name


def _not_empty(items: tuple[object, ...]) -> tuple[object, ...]:
    if not items:
        raise ValueError("is empty")
    return items


class Expected(Record):
    """What a reply has to be like; what is not named may be anything.

    Args:
        urgency: what applies now; in the JSON, and as the first sentence of the reply.
        assessed: false when the reply must carry no triage result (small talk, a question).
        rules: ids of rules of ``policy.yml`` that must be among the reasons;
            ``escalation.<symptom>`` for a particular escalation of ``symptoms.yml``.
        not_rules: ids that must not be among them.
        symptoms: every symptom spoken of so far, with its status, and no others.
        says: must be in the reply, whatever the case of the letters.
        does_not_say: must not.
        cites: documents or sections that the reply names ("the 2018 leaflet").
        phone: whether the care team's number is in the reply.
        asks: the question it puts, by its id, or ``nothing``.
        chips: answers offered to tap, among others; an empty list for none.
        summary: symptom ids in the order of the summary's JSON.
    """

    urgency: Urgency | None
    assessed: StrictBool | None
    rules: tuple[StrictStr, ...] = ()
    not_rules: tuple[StrictStr, ...] = ()
    symptoms: dict[StrictStr, Status] | None
    says: tuple[StrictStr, ...] = ()
    does_not_say: tuple[StrictStr, ...] = ()
    cites: tuple[StrictStr, ...] = ()
    phone: StrictBool | None
    asks: StrictStr | None
    chips: tuple[StrictStr, ...] | None
    summary: tuple[StrictStr, ...] | None

    @validator("rules", "not_rules", each_item=True)
    def _rule(cls, rule: str) -> str:  # noqa: N805 - pydantic's way
        known = {entry.id for entry in knowledge().policy.rules}
        known |= {f"{ESCALATION}.{id}" for id in knowledge().symptoms}
        return _known(rule, frozenset(known), "rule of the policy")

    @validator("symptoms", "summary")
    def _symptoms(cls, ids: object) -> object:  # noqa: N805
        if isinstance(ids, (dict, tuple)):
            for id in ids:
                _known(str(id), frozenset({*knowledge().symptoms, UNLISTED}), "symptom")
        return ids

    @validator("asks")
    def _question(cls, question: str | None) -> str | None:  # noqa: N805
        return question and _known(question, question_ids() | {NOTHING}, "question of the assistant")

    @validator("chips", each_item=True)
    def _chip(cls, title: str) -> str:  # noqa: N805
        titles = {*knowledge().wording["chip"].values(), *knowledge().wording["screening_chip"].values()}
        return _known(title, frozenset(titles), "chip of the wording")

    @validator("cites", each_item=True)
    def _cited(cls, name: str) -> str:  # noqa: N805
        documents = knowledge().documents.values()
        names = {document.name for document in documents}
        names |= {section.name for document in documents for section in document.sections}
        return _known(name, frozenset(names), "document or section")

    @root_validator(skip_on_failure=True)
    def _something(cls, values: dict[str, object]) -> dict[str, object]:  # noqa: N805
        if all(value == cls.__fields__[name].default for name, value in values.items()):
            raise ValueError("expects nothing")
        return values


class Turn(Record):
    """One message of the patient, and what comes back.

    Args:
        patient: the message, or the chip that is tapped.
        hours_later: how long after the message before (moves the clock, not the test).
        expect: what the replies to it must be like.
    """

    patient: StrictStr
    hours_later: Number = 0
    expect: Expected


class Script(Record):
    """One conversation from its beginning.

    Args:
        name: what it shows, as a sentence.
        turns: in their order.
        theme: the file's name without its ending.
    """

    name: StrictStr
    turns: tuple[Turn, ...]
    theme: StrictStr = ""

    _has_turns = validator("turns", allow_reuse=True)(_not_empty)

    def __str__(self) -> str:
        return f"{self.theme}: {self.name}"

    @property
    def waits(self) -> bool:
        """Whether time passes between its messages."""
        return any(turn.hours_later for turn in self.turns)

    @property
    def rules(self) -> frozenset[str]:
        """Ids of the policy's rules that it expects to see."""
        named = {rule for turn in self.turns for rule in turn.expect.rules}
        return frozenset(ESCALATION if rule.startswith(f"{ESCALATION}.") else rule for rule in named)


class ScriptFile(Record):
    """One theme; ``about`` says in a sentence what it is."""

    about: StrictStr
    conversations: tuple[Script, ...]

    _has_conversations = validator("conversations", allow_reuse=True)(_not_empty)


def load(path: Path) -> tuple[Script, ...]:
    """The conversations of one file.

    Args:
        path: a YAML file.

    Raises:
        KnowledgeError: what is wrong, one line for each mistake, with file and line.
    """
    file = YamlFile(path, path.name)
    content, problems = validate(file, ScriptFile)
    if content is None or problems:
        raise KnowledgeError(problems)
    return tuple(script.copy(update={"theme": path.stem}) for script in content.conversations)


@lru_cache(maxsize=1)
def scripts() -> tuple[Script, ...]:
    """All conversations, theme by theme.

    Raises:
        KnowledgeError: a file is wrong, or two conversations have the same name.
    """
    found = tuple(script for path in sorted(FOLDER.glob("*.yml")) for script in load(path))
    names = [str(script) for script in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise KnowledgeError(Problem(FOLDER.name, None, name, "this name is there twice") for name in twice)
    return found


def scripts_without_waiting() -> tuple[Script, ...]:
    """The conversations in which no time passes, for servers whose clock cannot be moved."""
    return tuple(script for script in scripts() if not script.waits)
