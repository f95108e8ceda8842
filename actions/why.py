"""Why the assistant said what it said."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import take_turn


class ActionWhy(Action):
    """Runs when somebody asks for the reasons of an answer."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_why"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answer the latest message; see `actions.turn.take_turn`."""
        return take_turn(dispatcher, tracker)
