"""The first component: makes of a message text that is safe to read."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from reading.text import MAX_CHARACTERS
from server import rasa_patches

# One more than is read: the reader can tell that a message was cut. The rest only costs time and memory.
_KEPT_CHARACTERS = MAX_CHARACTERS + 1

_SLASH = re.compile(r"^[\s/]+")
# Rasa's own commands, and intents with values behind them: read as words, "restart" and a pair of
# braces would ask for the conversation to be forgotten. Nobody writes them but who wants to try that.
_FORGED = re.compile(
    r"[\s/]*/(\s*(restart|back|session_start)\s*([@{].*)?|\w+\s*\{.*|\w+@.*)", re.DOTALL | re.IGNORECASE
)

rasa_patches.apply()  # every way of starting Rasa loads the pipeline, so every one gets the patches


def clean(text: str) -> str:
    """The part of a message that is read.

    Control and format characters (NUL, bidirectional marks, zero-width marks; line breaks stay) become
    spaces or vanish: they hide words from the reader. A leading slash goes, because Rasa takes
    ``/intent{"slot": "value"}`` for a command; here no text that a user sends is one. Of what
    can only be meant as a command nothing is left.

    Args:
        text: as it came from the channel.

    Returns:
        Little more characters than are read, without control characters or a leading slash.
    """
    kept = []
    for character in text[: 2 * _KEPT_CHARACTERS]:
        category = unicodedata.category(character)
        if category == "Cc":
            kept.append("\n" if character == "\n" else " ")
        elif category not in ("Cf", "Cs"):
            kept.append(character)
    shown = "".join(kept)
    if _FORGED.fullmatch(shown):
        return ""
    return _SLASH.sub("", shown)[:_KEPT_CHARACTERS]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MessageGuard(GraphComponent):
    """Cleans the text of every message before anything else reads it."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageGuard:
        """A new guard; it has no settings and keeps nothing."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Replace the text of each message by its cleaned form.

        Args:
            messages: the messages of one request.

        Returns:
            The same messages.
        """
        for message in messages:
            message.set(TEXT, clean(message.get(TEXT) or ""))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training phrases as they are: they are written by us."""
        return training_data
