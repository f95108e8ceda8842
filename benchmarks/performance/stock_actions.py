"""The stock bot's one custom action; the project that is compared with gets a copy of this file."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


class ActionReply(Action):
    """Says what was understood."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_reply"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answer the latest message.

        Args:
            dispatcher: takes the reply.
            tracker: the conversation.
            domain: the bot's domain.

        Returns:
            No events.
        """
        dispatcher.utter_message(text=f"I understood {tracker.latest_message['intent'].get('name')}.")
        return []
