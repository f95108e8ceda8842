"""Functions and methods of Rasa that are replaced, and why.

- ``core.actions.action.RemoteAction.run``: without a running action server Rasa says nothing at
  all. Here actions run in this process, also when a configured action server fails.
- ``core.actions.action.RemoteAction._validate_action_result``: builds and checks the schema's
  validator for every message (15 of 30 ms). Here it is built once, and a compiled one looks first.
- ``core.processor.MessageProcessor.parse_message``: a component that raises loses the message.
  Here it becomes a message that could not be read, and is answered safely. All components block the
  event loop: here they run in a thread, for a limited time.
- ``core.processor.MessageProcessor._send_bot_messages``: a channel that fails to send loses the
  whole turn. Here the turn is kept.
- ``core.processor.MessageProcessor.execute_side_effects``: sends what an action says. Here what the care team
  has to be told is kept before.
- ``core.agent.Agent.handle_message``: any other failure leaves the patient without an answer.
- ``core.policies.rule_policy.RulePolicy._get_possible_keys``: compares every rule with the latest
  state, twice a message. Here that first comparison is remembered.
- ``shared.core.events.Event.resolve_by_type``: looks through all classes of events for every event
  that is read. Here what was found is remembered.
- ``engine.runner.dask.DaskGraphRunner.run``: plans anew in which order the components run, three times a
  message. Here they run one after the other, each when its result is wanted.
- ``shared.core.domain.Domain.is_empty``: builds an empty domain and two descriptions for every message, to
  compare them. Here the answer is remembered.
- ``copy`` in ``core.processor`` and ``core.policies.rule_policy``: both copy all events, slots and states for
  debug lines that are not logged. Here they are copied when they are.
- ``run`` and ``stop`` of Sanic's application: Sanic 21.12's own server is not kept up and lets one request
  hide in another. Here `rasa run` is served like `make run`, by uvicorn.
- ``core.channels.console._get_user_input``: Ctrl-D and the end of a pipe are errors that leave `rasa shell`
  waiting for ever. Here they end it, and a pipe is read line by line.
- ``engine.storage.storage.ModelMetadata.from_dict``: loads every class that took part in training,
  and with them TensorFlow. Here those classes are loaded when somebody asks for them.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import jsonschema_rs
from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core import processor
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels import console
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core import events
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from sanic import Sanic

from blina.http_server import access, door
from blina.observe import metrics
from blina.rasa_adapter import alerting, in_process_actions, privacy, reading_threads, safety_net
from blina.rasa_adapter.patches import hot_paths, terminal
from blina.rasa_adapter.patches.upstream import UpstreamChanged
from blina.reading.learned.model import predict_ahead
from blina.triage.turn import UNREAD

_log = logging.getLogger(__name__)

ACTION_SERVER_SECONDS = 5.0  # how long a patient may wait for a configured action server

_UPSTREAM: dict[Callable[..., Any], str] = {
    RemoteAction.run: "ccabf6f1160d527a",
    RemoteAction._validate_action_result: "f8cdb4be68123961",
    MessageProcessor.parse_message: "b98d8e49b9f2c433",
    MessageProcessor._send_bot_messages: "154f44b4e1d3a0d1",
    MessageProcessor.execute_side_effects: "9ad15630c658e28a",
    Agent.handle_message: "ba53507e4d5532a3",
    Event.resolve_by_type: "b5cf570fa7f286c7",
    RulePolicy._get_possible_keys: "2915fd81711e194c",
    DaskGraphRunner.run: "45f0f52f574f3aa9",
    Domain.is_empty: "884be90ef485f1d2",
    terminal.as_upstream: "72943a5ff71d48f4",
    ModelMetadata.from_dict: "ee3da9f00c7daa75",
    Sanic.run: "c9d7bf6b4e82a7b0",
    Sanic.stop: "88213ee3dad7c7cd",
}
_COPYING_FOR_THE_LOG: tuple[Any, ...] = (processor, rule_policy)
_run_over_http = RemoteAction.run
_parse_message = MessageProcessor.parse_message
_execute_side_effects = MessageProcessor.execute_side_effects
_handle_message = Agent.handle_message
_of_sanic: Any = Sanic  # it has no types
_stop = _of_sanic.stop


@lru_cache(maxsize=1)
def put_in_place() -> None:
    """Replace the functions, once; also turns off reports to outside hosts and protects running servers.

    Raises:
        UpstreamChanged: when a replaced function differs from Rasa 3.6.21's.
    """
    privacy.enforce()
    check_upstream()
    RemoteAction.run = _run_action
    RemoteAction._validate_action_result = _validate_action_result
    MessageProcessor.parse_message = _parse_or_mark_unread
    MessageProcessor._send_bot_messages = staticmethod(_send_bot_messages)
    MessageProcessor.execute_side_effects = _tell_the_team_first
    Agent.handle_message = _handle_or_answer_safely
    Event.resolve_by_type = staticmethod(hot_paths.event_class)
    RulePolicy._get_possible_keys = hot_paths.possible_rules
    DaskGraphRunner.run = hot_paths.run_graph
    Domain.is_empty = hot_paths.domain_is_empty
    for module in _COPYING_FOR_THE_LOG:
        module.copy = hot_paths.CopiesForTheLog
    console._get_user_input = terminal.typed
    ModelMetadata.from_dict = staticmethod(hot_paths.metadata_without_training)
    _of_sanic.run = door.run
    _of_sanic.stop = _stop_server
    access.protect_rasas_servers()
    _result_validators()  # now, so that the first patient does not wait for them


def _stop_server(self: Sanic) -> None:
    """End a server; one that was started before the patches is Sanic's own."""
    if not door.stop(self):
        _stop(self)


def check_upstream() -> None:
    """Compare the replaced functions with those the patches were written for.

    Raises:
        UpstreamChanged: naming the first function that differs.
    """
    for function, expected in _UPSTREAM.items():
        found = source_hash(function)
        if found != expected:
            raise UpstreamChanged(
                f"Rasa's {function.__qualname__} is not the one of Rasa 3.6.21 ({found}): "
                "review blina/rasa_adapter/patches/ before using this version."
            )
    for module in _COPYING_FOR_THE_LOG:
        source = inspect.getsource(module)
        if len(re.findall(r"\bcopy\.", source)) != len(re.findall(r"\w=copy\.deepcopy\(", source)):
            raise UpstreamChanged(f"Rasa's {module.__name__} copies more than what it logs.")


def source_hash(function: Callable[..., Any]) -> str:
    """The first 16 hex digits of the sha256 of a function's source."""
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16]


async def _run_action(
    self: RemoteAction,
    output_channel: OutputChannel,
    nlg: Any,
    tracker: DialogueStateTracker,
    domain: Domain,
) -> list[Event]:
    """Run a custom action over HTTP where that is configured, else (or when it fails) in this process."""
    if self.action_endpoint is not None and not safety_net.is_history_missing():
        try:
            return await asyncio.wait_for(
                _run_over_http(self, output_channel, nlg, tracker, domain), ACTION_SERVER_SECONDS
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
            _log.error("the action server failed (%s): running %s here", type(error).__name__, self.name())
    result = await in_process_actions.run(self.name(), tracker)
    if safety_net.is_history_missing() and result["responses"]:
        result = safety_net.without_history(result)
    self._validate_action_result(result)
    uttered: list[Event] = list(
        await self._utter_responses(result["responses"], output_channel, nlg, tracker)
    )
    return uttered + list(events.deserialise_events(result["events"]))


@lru_cache(maxsize=1)
def _result_validators() -> tuple[Any, Any]:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return jsonschema_rs.validator_for(schema), kind(schema)


def _validate_action_result(_: RemoteAction, result: dict[str, Any]) -> bool:
    """Check what an action returned against Rasa's schema: one validator says whether, the other why."""
    compiled, explaining = _result_validators()
    with suppress(ValueError):  # a type that JSON does not have
        if compiled.is_valid(result):
            return True
    error: ValidationError | None = next(explaining.iter_errors(result), None)
    if error is not None:
        raise error
    return True


async def _parse_or_mark_unread(
    self: MessageProcessor,
    message: UserMessage,
    tracker: DialogueStateTracker | None = None,
    only_output_properties: bool = True,
) -> dict[str, Any]:
    """Read a message in a thread; one that fails or takes too long is handed on as one that was not read."""
    try:
        with metrics.timed("read"):
            if len(message.text or "") <= reading_threads.LONG:  # long ones wait for each other only
                await predict_ahead(message.text or "")
            parsed: dict[str, Any] = await reading_threads.in_thread(
                lambda: _parse_message(self, message, tracker, only_output_properties),
                len(message.text or ""),
            )
        message.text = parsed[TEXT]  # what is stored is what was read: cleaned, and not longer
        return parsed
    except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
        # the type only: the text of an error can hold the patient's words
        _log.error("a message could not be read (%s)", type(error).__name__)
        return {
            TEXT: message.text or "",
            INTENT: {"name": "nlu_fallback", "confidence": 1.0},
            ENTITIES: [{"entity": "note", "value": UNREAD, "start": 0, "end": 0}],
        }


async def _tell_the_team_first(
    self: MessageProcessor, events: list[Event], tracker: DialogueStateTracker, output_channel: OutputChannel
) -> None:
    """Keep what the care team has to be told, then send what an action says."""
    await alerting.keep(self, tracker, events)
    await _execute_side_effects(self, events, tracker, output_channel)


async def _send_bot_messages(
    events: list[Event], tracker: DialogueStateTracker, output_channel: OutputChannel
) -> None:
    """Send each of the bot's messages; one that cannot be sent does not lose the others or the turn."""
    for event in events:
        if not isinstance(event, BotUttered):
            continue
        try:
            await output_channel.send_response(tracker.sender_id, event.message())
            safety_net.note_delivery()
        except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
            _log.error("a reply could not be sent (%s)", type(error).__name__)


async def _handle_or_answer_safely(self: Agent, message: UserMessage) -> list[dict[str, Any]] | None:
    """Handle a message; when that fails or says nothing, send the safe answer."""
    replies: list[dict[str, Any]] | None = await safety_net.answered(
        lambda incoming: _handle_message(self, incoming), message
    )
    return replies
