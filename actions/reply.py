"""Rasa's custom actions: each hands the message to the triage core and utters its replies."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from blina.assistant import (
    Conversation,
    Message,
    Reply,
    Turn,
    core,
    in_context,
    local_time,
    safe_answer,
)
from blina.observe import metrics
from blina.reading.model import Reading
from blina.triage.chips import numbered
from blina.triage.turn import FORGOTTEN, MEMORY, SHOWS_CHIPS, UNREAD, ZONE

_log = logging.getLogger(__name__)

MOST_MISSED = 20  # messages that are read again
# These show chips and take the payload; others are text only, unless a message says `SHOWS_CHIPS`.
RICH_CHANNELS = frozenset({"rest", "web"})


class _Answer(Action, ABC):
    """What every action does; the core decides what the answer is."""

    @abstractmethod
    def name(self) -> str:
        """The action's name in the domain."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answer the latest message; see `take_turn`."""
        return take_turn(dispatcher, tracker)


class ActionTriage(_Answer):
    """Runs when the message's main topic is a symptom or a complaint."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_triage"


class ActionAnswer(_Answer):
    """Runs on yes, no and not sure: the answer to an open question."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer"


class ActionAnswerQuestion(_Answer):
    """Runs when somebody asks about the drug."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer_question"


class ActionMedicine(_Answer):
    """Runs when somebody asks about another medicine."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_medicine"


class ActionInfusionTrouble(_Answer):
    """Runs when something is wrong with the pump, the bag or the line."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_infusion_trouble"


class ActionSelfHarm(_Answer):
    """Runs when somebody wants to die or to hurt themselves."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_self_harm"


class ActionSummary(_Answer):
    """Runs when somebody asks what has been said so far."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_summary"


class ActionWhy(_Answer):
    """Runs when somebody asks for the reasons of an answer."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_why"


class ActionForget(_Answer):
    """Runs when somebody wants the conversation forgotten."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_forget"


class ActionSmallTalk(_Answer):
    """Runs on greetings, thanks, goodbyes, questions about the assistant and whatever is not about health."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_small_talk"


class ActionNotUnderstood(_Answer):
    """Runs when no intent is likely, and when no rule applies."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_not_understood"


def take_turn(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
    """Answer the latest message.

    Args:
        dispatcher: takes the replies.
        tracker: slots, the latest message and the name of its channel.

    Returns:
        The events that keep what is to be remembered.
    """
    latest = tracker.latest_message
    with metrics.timed("answer"):
        return _answered(dispatcher, tracker, latest)


def _answered(
    dispatcher: CollectingDispatcher, tracker: Tracker, latest: Mapping[str, Any]
) -> list[dict[str, Any]]:
    if _unread(latest):
        dispatcher.utter_message(text=safe_answer())
        return []
    metadata = latest.get("metadata") or {}
    conversation = caught_up(Conversation.from_json(tracker.slots.get(MEMORY)), tracker.events)
    message = in_context(message_from(latest), conversation)
    turn = core().respond(conversation, message, local_time(metadata.get(ZONE)))
    _count(message, turn)
    rich = tracker.get_latest_input_channel() in RICH_CHANNELS or SHOWS_CHIPS in metadata
    for reply in turn.replies:
        utter(dispatcher, reply, rich=rich)
    return [SlotSet(MEMORY, dict(FORGOTTEN) if turn.is_forgotten else turn.conversation.to_json())]


def caught_up(conversation: Conversation, events: Sequence[Mapping[str, Any]]) -> Conversation:
    """The conversation with the messages that were answered while what is remembered could not be read.

    Args:
        conversation: as it was remembered last.
        events: of the conversation, from there on or from before, with the latest message.

    Returns:
        What would be remembered had they been read in their turn.
    """
    for event, said in _missed(events):
        zone = (event.get("metadata") or {}).get(ZONE)
        try:
            message = in_context(message_from(event["parse_data"]), conversation)
            conversation = core().catch_up(conversation, message, said, local_time(zone, event["timestamp"]))
        except Exception as error:  # noqa: BLE001 - it failed when it came, too, and was answered safely
            _log.error("a message of an earlier turn cannot be read (%s)", type(error).__name__)
    return conversation


def _missed(events: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    """The patient's messages since the memory was last set, but for the latest, and what each one got."""
    since: list[tuple[Mapping[str, Any], str]] = []
    said = ""
    for event in reversed(events):
        if event.get("event") == "slot" and event.get("name") == MEMORY:
            break
        if event.get("event") == "bot":
            said = f"{event.get('text') or ''}\n\n{said}"
        elif event.get("event") == "user":
            since.append((event, said))
            said = ""
    missed = since[1 : MOST_MISSED + 1]
    return [(event, said) for event, said in reversed(missed) if not _unread(event.get("parse_data") or {})]


def _count(message: Message, turn: Turn) -> None:
    """Count what was made of a message, for whoever watches; no word of it."""
    metrics.ANSWERS.labels(turn.conversation.last_urgency or "none").inc()
    for item in message.reading.disagreements:
        metrics.DISAGREEMENTS.labels(item.subject).inc()
    for kept in turn.conversation.unclear:
        if kept.turn == turn.conversation.turn:
            metrics.NOT_UNDERSTOOD.labels("complaint" if kept.complaint else "other").inc()


def message_from(latest: Mapping[str, Any]) -> Message:
    """The patient's message as the triage core takes it.

    Args:
        latest: Rasa's latest message: ``text``, ``intent`` and ``entities``.

    Returns:
        The message with its reading, topic and medicines.
    """
    text = latest.get("text") or ""
    entities = latest.get("entities") or []
    topics = [entity["value"] for entity in entities if entity.get("entity") == "topic"]
    return Message(
        text=text,
        intent=(latest.get("intent") or {}).get("name") or "nlu_fallback",
        reading=Reading.from_entities(text, entities),
        topic=topics[0] if topics else None,
        medicines=tuple(entity["value"] for entity in entities if entity.get("entity") == "medicine"),
    )


def utter(dispatcher: CollectingDispatcher, reply: Reply, *, rich: bool) -> None:
    """Say one reply in the form that the channel can show.

    Args:
        dispatcher: takes the reply.
        reply: text, chips and payload of the triage core.
        rich: whether the channel has buttons and takes the payload. On the others the chips
            are a numbered list in the text, because Rasa's shell throws away what a patient
            types at a menu of buttons.
    """
    if rich:
        # a chip sends plain words, so that no button can carry a command of Rasa's
        buttons = [{"title": chip.title, "payload": chip.value} for chip in reply.chips]
        dispatcher.utter_message(text=reply.text, buttons=buttons, json_message=reply.payload)
    else:
        dispatcher.utter_message(text=numbered(reply.text, reply.chips))


def _unread(latest: Mapping[str, Any]) -> bool:
    return any(
        entity.get("entity") == "note" and entity.get("value") == UNREAD
        for entity in latest.get("entities") or []
    )
