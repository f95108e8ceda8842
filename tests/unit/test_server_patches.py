"""Whatever fails inside Rasa, the patient gets an answer."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import ValidationError
from rasa.core import processor as processing
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.exceptions import GraphRunError, GraphSchemaException
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.constants import PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import EndpointConfig

from blina.assistant import Conversation, Core, Reply, Turn, safe_answer
from blina.rasa_adapter import in_process_actions, patches, safety_net
from blina.rasa_adapter.guard import MessageGuard
from blina.rasa_adapter.patches import functions, hot_paths, imports
from blina.rasa_adapter.patches.upstream import UpstreamChanged
from blina.triage.turn import MEMORY, UNREAD

ROOT = Path(__file__).resolve().parents[2]
WORDS = "my secret words"
ANSWER = {"events": [], "responses": [{"text": "from the action server"}]}

patches.apply()
RASAS = {function.__qualname__: function for function in functions._UPSTREAM}  # as they were before


def conversation(text: str = WORDS, channel: str = "rest") -> DialogueStateTracker:
    memory = AnySlot(MEMORY, mappings=[{"type": "custom"}], influence_conversation=False)
    tracker = DialogueStateTracker("anna", [memory])
    tracker.update(UserUttered("an earlier message", {"name": "greet"}, [], input_channel=channel))
    tracker.update(SlotSet(MEMORY, None))
    tracker.update(UserUttered(text, {"name": "fever"}, [], input_channel=channel))
    return tracker


async def run_action(endpoint: EndpointConfig | None = None, name: str = "action_triage") -> list[Any]:
    nlg = TemplatedNaturalLanguageGenerator({})
    events: list[Any] = await RemoteAction(name, endpoint).run(
        CollectingOutputChannel(), nlg, conversation(), Domain.empty()
    )
    return events


def texts(events: list[Any]) -> list[str]:
    return [event.text for event in events if isinstance(event, BotUttered)]


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> None:
    def respond(*_: Any) -> Turn:
        return Turn(Conversation(turn=5), (Reply("from this process"),))

    monkeypatch.setattr(Core, "respond", respond)


@pytest.fixture
def broken_core(monkeypatch: pytest.MonkeyPatch) -> None:
    def respond(*_: Any) -> Turn:
        raise RuntimeError(WORDS)

    monkeypatch.setattr(Core, "respond", respond)


@asynccontextmanager
async def action_server(
    status: int = 200, answer: Any = ANSWER, wait: float = 0.0
) -> AsyncIterator[EndpointConfig]:
    """An action server on a free port that answers as told."""

    async def webhook(_: web.Request) -> web.Response:
        await asyncio.sleep(wait)
        return web.json_response(answer, status=status)

    app = web.Application()
    app.router.add_post("/webhook", webhook)
    async with TestServer(app) as server:
        yield EndpointConfig(str(server.make_url("/webhook")))


# --- actions


@pytest.mark.usefixtures("core")
async def test_without_an_action_server_actions_run_here() -> None:
    events = await run_action()
    assert texts(events) == ["from this process"]
    assert events[1:] == [SlotSet("conversation", Conversation(turn=5).to_json())]


@pytest.mark.usefixtures("core")
async def test_a_configured_action_server_is_used() -> None:
    async with action_server() as endpoint:
        assert texts(await run_action(endpoint)) == ["from the action server"]


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, {"error": "boom"}),
        (404, {"error": "no such action", "action_name": "action_triage"}),
        (400, {"error": "rejected", "action_name": "action_triage"}),
        (400, "not json"),
        (200, None),
        (200, {"events": "wrong", "responses": []}),
        (200, {"events": [{"event": "no such event"}], "responses": []}),
        (200, ["wrong"]),
    ],
)
async def test_a_failing_action_server_is_replaced(status: int, answer: Any) -> None:
    async with action_server(status, answer) as endpoint:
        assert texts(await run_action(endpoint)) == ["from this process"]


@pytest.mark.usefixtures("core")
async def test_a_dead_action_server_is_replaced() -> None:
    assert texts(await run_action(EndpointConfig("http://127.0.0.1:9/webhook"))) == ["from this process"]


@pytest.mark.usefixtures("core")
async def test_a_hanging_action_server_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "ACTION_SERVER_SECONDS", 0.05)
    async with action_server(wait=0.3) as endpoint:
        assert texts(await run_action(endpoint)) == ["from this process"]


@pytest.mark.usefixtures("broken_core")
async def test_an_action_that_raises_says_the_safe_answer(caplog: pytest.LogCaptureFixture) -> None:
    events = await run_action()
    assert texts(events) == [safe_answer()]
    assert "RuntimeError" in caplog.text
    assert WORDS not in caplog.text


async def test_an_action_that_does_not_exist_says_the_safe_answer() -> None:
    assert texts(await run_action(name="action_nobody_wrote")) == [safe_answer()]


async def test_an_action_that_says_nothing_says_the_safe_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Core, "respond", lambda *_: Turn(Conversation(), ()))
    assert texts(await run_action()) == [safe_answer()]


async def test_one_message_is_answered_once_whatever_the_rules_say(monkeypatch: pytest.MonkeyPatch) -> None:
    respond = Mock(return_value=Turn(Conversation(), (Reply("Call now."),)))
    monkeypatch.setattr(Core, "respond", respond)
    tracker = conversation()
    first = await in_process_actions.run("action_triage", tracker)
    tracker.update(ActionExecuted("action_triage"))
    tracker.update(SlotSet("conversation", "kept"))
    second = await in_process_actions.run("action_not_understood", tracker)
    assert [said["text"] for said in first["responses"]] == ["Call now."]
    assert second == {"events": [], "responses": []}
    assert respond.call_count == 1


def test_an_action_learns_slots_and_the_latest_message_only() -> None:
    call = in_process_actions.action_call("action_triage", conversation("no fever"))
    assert call["tracker"]["latest_message"]["text"] == "no fever"
    assert call["tracker"]["slots"] == {"conversation": None}
    assert call["tracker"]["events"] == [{"event": "user", "input_channel": "rest"}]


# --- what actions return is still checked


@pytest.mark.parametrize(
    "wrong",
    [
        {"events": "none", "responses": []},
        {"events": [{"event": 5}], "responses": []},
        {"events": [], "responses": ["text"]},
        {"events": [{"event": "slot", "name": 7}], "responses": []},
        [],
    ],
)
def test_a_wrong_result_is_refused_as_by_rasa(wrong: Any) -> None:
    action = RemoteAction("action_triage", None)
    with pytest.raises(ValidationError):
        action._validate_action_result(wrong)
    with pytest.raises(ValidationError):
        _upstream_validation(action, wrong)


def test_a_right_result_is_taken() -> None:
    assert RemoteAction("action_triage", None)._validate_action_result(ANSWER)


def test_the_validators_are_built_once() -> None:
    assert functions._result_validators() is functions._result_validators()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["slot", "user", "entities", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["event", "name", "value", "timestamp", "metadata", "entities", "entity", "parse_data"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(events=JSON, event=JSON, responses=JSON)
def test_the_compiled_validator_takes_nothing_that_rasas_refuses(
    events: Any, event: Any, responses: Any
) -> None:
    compiled, explaining = functions._result_validators()
    slot = {"event": "slot", "name": "conversation", "value": event}
    for result in (
        events,
        {"events": events, "responses": responses},
        {"events": [event, slot], "responses": []},
        {"events": [slot], "responses": [responses]},
    ):
        assert compiled.is_valid(result) == explaining.is_valid(result)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ValidationError):
        RemoteAction("action_triage", None)._validate_action_result({"events": [b"slot"], "responses": []})


def test_a_domain_that_says_something_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    domain = Domain.from_dict({"intents": ["greet"]})
    assert not domain.is_empty()
    monkeypatch.setattr(hot_paths, "_is_empty", lambda _: pytest.fail("looked again"))
    assert not domain.is_empty()


def test_an_empty_domain_may_be_filled_later() -> None:
    domain = Domain.empty()
    assert domain.is_empty()
    domain.intent_properties = {"greet": {}}
    assert domain.is_empty() is hot_paths._is_empty(domain)


def _upstream_validation(action: RemoteAction, result: Any) -> None:
    from jsonschema import validate

    validate(result, action.action_response_format_spec())


# --- reading and sending


class Runner:
    """Stands in for Rasa's graph."""

    def run(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError(WORDS)


@pytest.fixture
def processor() -> MessageProcessor:
    """A processor without a model, whose pipeline raises."""
    made = MessageProcessor.__new__(MessageProcessor)
    made.http_interpreter = None
    made.graph_runner = Runner()
    made.domain = Domain.empty()
    made.model_metadata = type("Metadata", (), {"nlu_target": "nlu"})()
    return made


async def test_a_message_that_cannot_be_read_is_marked(
    processor: MessageProcessor, caplog: pytest.LogCaptureFixture
) -> None:
    parsed = await processor.parse_message(UserMessage(WORDS))
    assert parsed["intent"]["name"] == "nlu_fallback"
    assert [(entity["entity"], entity["value"]) for entity in parsed["entities"]] == [("note", UNREAD)]
    assert WORDS not in caplog.text


class Channel(CollectingOutputChannel):
    """Fails to send what it is told to."""

    def __init__(self, *failing: str) -> None:
        super().__init__()
        self.failing = failing

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        if text in self.failing:
            raise ConnectionError(WORDS)
        await super().send_text_message(recipient_id, text)


async def test_a_reply_that_cannot_be_sent_does_not_lose_the_others(caplog: pytest.LogCaptureFixture) -> None:
    channel = Channel("one")
    await MessageProcessor._send_bot_messages(
        [BotUttered("one"), SlotSet("x", 1), BotUttered("two")], conversation(), channel
    )
    assert [message["text"] for message in channel.messages] == ["two"]
    assert WORDS not in caplog.text


class Processor:
    """Handles messages as told."""

    def __init__(self, says: tuple[str, ...] = (), error: Exception | None = None) -> None:
        self.says = says
        self.error = error

    async def handle_message(self, message: UserMessage) -> None:
        events = [BotUttered(text) for text in self.says]
        await MessageProcessor._send_bot_messages(events, conversation(), message.output_channel)
        if self.error:
            raise self.error


def agent_with(processor: Processor | None) -> Agent:
    agent = Agent()
    agent.processor = processor
    return agent


async def replies(agent: Agent, channel: Channel) -> list[str]:
    await agent.handle_message(UserMessage(WORDS, channel, "anna"))
    return [message["text"] for message in channel.messages]


async def test_an_answer_is_left_alone() -> None:
    assert await replies(agent_with(Processor(("Call now.",))), Channel()) == ["Call now."]


@pytest.fixture
def safe_text(monkeypatch: pytest.MonkeyPatch) -> str:
    """The safe answer as one paragraph: Rasa's collecting channel cuts texts at blank lines."""
    monkeypatch.setattr(safety_net, "safe_answer", lambda: "SAFE")
    return "SAFE"


@pytest.mark.parametrize("processor", [Processor(error=RuntimeError(WORDS)), Processor(), None])
async def test_silence_becomes_the_safe_answer(
    processor: Processor | None, safe_text: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert await replies(agent_with(processor), Channel()) == [safe_text]
    assert WORDS not in caplog.text


async def test_an_error_after_the_answer_adds_nothing() -> None:
    agent = agent_with(Processor(("Call now.",), RuntimeError(WORDS)))
    assert await replies(agent, Channel()) == ["Call now."]


async def test_a_reply_that_never_arrived_becomes_the_safe_answer(safe_text: str) -> None:
    assert await replies(agent_with(Processor(("Call now.",))), Channel("Call now.")) == [safe_text]


async def test_a_channel_that_is_gone_raises_nothing(safe_text: str) -> None:
    assert await replies(agent_with(Processor(("Call now.",))), Channel("Call now.", safe_text)) == []


async def test_messages_at_once_do_not_answer_for_each_other(safe_text: str) -> None:
    silent, told = Channel(), Channel()
    speaking = agent_with(Processor(("Call now.",)))
    await asyncio.gather(
        agent_with(Processor()).handle_message(UserMessage("a", silent, "anna")),
        speaking.handle_message(UserMessage("b", told, "ben")),
    )
    assert [message["text"] for message in silent.messages] == [safe_text]
    assert [message["text"] for message in told.messages] == ["Call now."]


# --- finding the rule

RULES = {
    json.dumps([{PREVIOUS_ACTION: {ACTION_NAME: "listen"}, USER: {INTENT: intent}}]): f"answer_{intent}"
    for intent in ("fever", "rash", "greet")
}
LONGER = [
    {PREVIOUS_ACTION: {ACTION_NAME: "listen"}, USER: {INTENT: "rash"}},
    {PREVIOUS_ACTION: {ACTION_NAME: "x"}},
]
RULES[json.dumps(LONGER)] = "after_x"
STATES = [
    [],
    *[
        [{PREVIOUS_ACTION: {ACTION_NAME: "listen"}, USER: {INTENT: i}}]
        for i in ("fever", "rash", "greet", "other")
    ],
    [{PREVIOUS_ACTION: {ACTION_NAME: "x"}}],
    LONGER,
    [{}, *LONGER],
]


@pytest.mark.parametrize("states", STATES)
def test_the_rules_found_are_those_that_rasa_finds(states: list[State]) -> None:
    policy = RulePolicy.__new__(RulePolicy)
    wanted = RASAS["RulePolicy._get_possible_keys"](policy, RULES, states)
    for _ in range(2):  # compared, then remembered
        assert policy._get_possible_keys(RULES, states) == wanted


def test_rules_that_were_replaced_are_not_remembered() -> None:
    policy, states = RulePolicy.__new__(RulePolicy), STATES[1]
    assert len(policy._get_possible_keys(RULES, states)) == 1
    assert policy._get_possible_keys({}, states) == set()
    fewer = {key: action for key, action in RULES.items() if action != "answer_fever"}
    assert policy._get_possible_keys(fewer, states) == set()


# --- running the components


class Node:
    """Stands in for a component: notes that it ran, and answers with its name and inputs."""

    def __init__(self, name: str, ran: list[str], error: Exception | None = None) -> None:
        self.name, self.ran, self.error = name, ran, error

    def __call__(self, *given: Any) -> tuple[str, Any]:
        self.ran.append(self.name)
        if self.error:
            raise self.error
        return self.name, list(given)


def runner(
    needs: dict[str, dict[str, str]], error: Exception | None = None
) -> tuple[DaskGraphRunner, list[str]]:
    ran: list[str] = []
    made = DaskGraphRunner.__new__(DaskGraphRunner)
    nodes = {
        name: SchemaNode(parents, MessageGuard, "create", "process", {}) for name, parents in needs.items()
    }
    made._graph_schema = GraphSchema(nodes)
    made._instantiated_nodes = {name: Node(name, ran, error) for name in needs}
    made._execution_context = None
    return made, ran


DIAMOND = {
    "first": {"message": "__message__", "tracker": "__tracker__"},
    "left": {"given": "first"},
    "right": {"given": "first"},
    "last": {"one": "left", "two": "right"},
    "unwanted": {"given": "first"},
}


def test_components_run_once_each_and_as_rasa_runs_them() -> None:
    made, ran = runner(DIAMOND)
    results = made.run({"__message__": ["hello"]}, targets=["last", "first"])
    assert results == RASAS["DaskGraphRunner.run"](made, {"__message__": ["hello"]}, ["last", "first"])
    assert ran[:4] == ["first", "left", "right", "last"]
    assert "unwanted" not in ran


def test_an_input_that_could_be_a_component_is_refused() -> None:
    with pytest.raises(GraphRunError):
        runner(DIAMOND)[0].run({"__message__": "left"}, targets=["last"])


def test_a_component_that_fails_fails_the_run() -> None:
    with pytest.raises(GraphRunError):
        runner(DIAMOND, RuntimeError(WORDS))[0].run({"__message__": ["hello"]}, targets=["last"])


# --- the patches themselves


@pytest.mark.parametrize("kind", sorted({cls.type_name for cls in all_subclasses(Event)}))
def test_the_class_of_a_stored_event_is_the_one_that_rasa_finds(kind: str) -> None:
    found = hot_paths.event_class(kind)
    assert found is hot_paths._resolve_by_type(kind)
    assert found is not None


def test_an_unknown_event_is_refused_as_by_rasa() -> None:
    with pytest.raises(ValueError, match="Unknown event name 'nonsense'"):
        hot_paths.event_class("nonsense")


@pytest.mark.parametrize(("level", "copied"), [(logging.DEBUG, True), (logging.WARNING, False)])
def test_what_is_logged_is_copied(level: int, copied: bool, caplog: pytest.LogCaptureFixture) -> None:
    events = [SlotSet("conversation", {"turn": 1})]
    with caplog.at_level(level, logger="rasa"):
        logged = processing.copy.deepcopy(events)
    assert logged == events
    assert (logged is not events) is copied


def test_a_rasa_that_copies_for_more_than_the_log_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "_COPYING_FOR_THE_LOG", (hot_paths,))
    with pytest.raises(UpstreamChanged, match="copies more than what it logs"):
        functions.check_upstream()


def test_an_upgraded_rasa_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(functions._UPSTREAM, next(iter(functions._UPSTREAM)), "another hash")
    with pytest.raises(UpstreamChanged, match=r"RemoteAction\.run"):
        functions.check_upstream()


def test_this_rasa_is_the_one_the_patches_were_written_for() -> None:
    functions.check_upstream()


@pytest.mark.parametrize("module", [imports.USER, "rasa.engine.recipes.default_components"])
def test_an_upgraded_rasa_is_noticed_before_it_is_loaded(module: str) -> None:
    with pytest.raises(UpstreamChanged, match="AnotherLogger"):
        imports.check_upstream(module, {"rasa.utils.tensorflow.callback": ("AnotherLogger",)})


def in_a_new_process(code: str) -> str:
    """What a program prints that starts as the server does."""
    program = "from blina.server import environment; environment.prepare(); import sys\n" + code
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_serving_loads_no_tensorflow() -> None:
    loads = (
        "import rasa.core.run\nfrom blina.rasa_adapter import classifier, encoder, guard, symptom_extractor"
    )
    policy = "import rasa.core.policies.rule_policy"
    assert in_a_new_process(f"{loads}\n{policy}\nprint('tensorflow' in sys.modules)") == "False"


TRAINS = (
    "from blina.rasa_adapter import patches; patches.before_rasa()\n"
    "from blina.rasa_adapter.patches import imports\n"
    "from pathlib import Path\n"
    "imports.leave_networks_out({configuration})\n"
    "from rasa.engine.recipes.default_recipe import DefaultV1Recipe\n"
    "import rasa.model_training, rasa.validator\n"
    "from rasa.graph_components.validators.default_recipe_validator import DefaultV1RecipeValidator\n"
    "DefaultV1Recipe._from_registry({component!r})\n"
    "print('tensorflow' in sys.modules)"
)


def test_training_loads_no_tensorflow() -> None:
    code = TRAINS.format(configuration="Path('config.yml').read_text()", component="RulePolicy")
    assert in_a_new_process(code) == "False"


def test_a_configuration_with_a_neural_network_can_still_be_trained() -> None:
    code = TRAINS.format(configuration="'pipeline: [name: DIETClassifier]'", component="DIETClassifier")
    assert in_a_new_process(code) == "True"


def test_a_model_still_knows_how_it_was_trained() -> None:
    node = SchemaNode({}, MessageGuard, "create", "process_training_data", {})
    trained = ModelMetadata(
        trained_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
        rasa_open_source_version="3.6.21",
        model_id="one",
        assistant_id="blina",
        domain=Domain.empty(),
        train_schema=GraphSchema({"guard": node}),
        predict_schema=GraphSchema({}),
        project_fingerprint="two",
        core_target=None,
        nlu_target="guard",
        language="en",
    )
    read = ModelMetadata.from_dict(trained.as_dict())
    assert read.train_schema.nodes == {"guard": node}
    assert read.as_dict() == trained.as_dict()


def test_a_class_of_the_training_is_not_loaded_with_the_model() -> None:
    schema = {"nodes": {"one": {"uses": "no.such.Class"}}}
    later = hot_paths._SchemaReadLater(schema)
    with pytest.raises(GraphSchemaException):
        _ = later.nodes


def test_a_neural_network_still_finds_its_classes() -> None:
    stand_in = imports._stand_in("rasa.shared.core.events", ("BotUttered",))
    assert stand_in.BotUttered(text="one") == BotUttered("one")


def test_patches_are_put_in_place_once() -> None:
    before = RemoteAction.run
    patches.apply()
    assert RemoteAction.run is before


def test_logs_of_failures_are_errors(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        asyncio.run(safety_net.send_safe_answer(Channel(), "anna"))
    assert "a message had no answer" in caplog.text
