"""What every action does: hand the message to the triage core and utter its replies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.resources import knowledge, safe_answer, settings
from reading.model import Reading
from triage.assistant import Conversation, Message, Reply, respond
from triage.chips import numbered

MEMORY = "conversation"  # the slot that holds what is remembered
UNREAD = "unread"  # value of the entity `note` on a message that could not be read
RICH_CHANNELS = frozenset({"rest", "web"})  # show chips and take the payload; others are text only,
SHOWS_CHIPS = "shows_chips"  # unless a message's metadata says that its channel does


def take_turn(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
    """Answer the latest message.

    Args:
        dispatcher: takes the replies.
        tracker: slots, the latest message and the name of its channel.

    Returns:
        The events that keep what is to be remembered.
    """
    latest = tracker.latest_message
    if _unread(latest):
        dispatcher.utter_message(text=safe_answer())
        return []
    turn = respond(
        Conversation.from_json(tracker.slots.get(MEMORY)),
        message_from(latest),
        knowledge(),
        settings(),
        datetime.now().astimezone(),
    )
    rich = tracker.get_latest_input_channel() in RICH_CHANNELS or SHOWS_CHIPS in (
        latest.get("metadata") or ()
    )
    for reply in turn.replies:
        utter(dispatcher, reply, rich=rich)
    return [SlotSet(MEMORY, turn.conversation.to_json())]


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
