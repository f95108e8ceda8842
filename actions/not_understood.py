"""Messages that nothing was made of."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import take_turn


class ActionNotUnderstood(Action):
    """Runs when no intent is likely, and when no rule applies."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_not_understood"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answer the latest message; see `actions.turn.take_turn`."""
        return take_turn(dispatcher, tracker)
