"""Answers to the assistant's questions."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import take_turn


class ActionAnswer(Action):
    """Runs on yes, no and not sure: the answer to an open question."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answer the latest message; see `actions.turn.take_turn`."""
        return take_turn(dispatcher, tracker)
