"""Custom actions inside Rasa's own process."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa_sdk.executor import ActionExecutor

from blina.assistant import safe_answer
from blina.triage.turn import MEMORY

_log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def executor() -> ActionExecutor:
    """The project's actions, loaded once."""
    loaded = ActionExecutor()
    loaded.register_package("actions")
    return loaded


def action_call(name: str, tracker: DialogueStateTracker) -> dict[str, Any]:
    """What an action is told: the slots and the latest message.

    The events of the conversation stay behind, so that the cost of a turn does not grow
    with it; all that is remembered is in the slots. Only messages since the memory was last set come
    along: what was said while it could not be read.

    Args:
        name: of the action.
        tracker: the conversation.

    Returns:
        The call in the form of Rasa's action server.
    """
    state = tracker.current_state()
    latest = {"event": "user", "input_channel": state["latest_input_channel"]}
    events = [*_missed(tracker), latest]
    return {"next_action": name, "sender_id": tracker.sender_id, "tracker": {**state, "events": events}}


def _missed(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    """The patient's messages between the last memory and the latest message; mostly none."""
    found: list[dict[str, Any]] = []
    for event in reversed(tracker.events):
        if isinstance(event, SlotSet) and event.key == MEMORY:
            break
        if isinstance(event, UserUttered):
            found.insert(0, event.as_dict())
    return found[:-1]


def is_answered(tracker: DialogueStateTracker) -> bool:
    """Whether an action of this project has run since the patient's latest message.

    Args:
        tracker: the conversation.
    """
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, ActionExecuted) and event.action_name in executor().actions:
            return True
    return False


async def run(name: str, tracker: DialogueStateTracker) -> dict[str, Any]:
    """Run a custom action here; never raises.

    Args:
        name: of the action.
        tracker: the conversation.

    Returns:
        Events and responses; the safe answer with the phone numbers when the action fails. Nothing
        when the message was answered already: it counts once, however many actions the rules name.
    """
    try:
        if is_answered(tracker):
            return {"events": [], "responses": []}
        result = await executor().run(action_call(name, tracker))
        if result and result["responses"]:
            return dict(result)
        _log.error("action %s said nothing", name)
    except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
        # the type only: the text of an error can hold the patient's words
        _log.error("action %s failed (%s)", name, type(error).__name__)
    return {"events": [], "responses": [{"text": safe_answer()}]}
