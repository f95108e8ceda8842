"""The first component: makes of a message text that is safe to read."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from blina.assistant import emoji
from blina.rasa_adapter import patches
from blina.reading.text import sanitised

patches.apply()  # every way of starting Rasa loads the pipeline, so every one gets the patches


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
            message.set(TEXT, emoji().spelled_out(sanitised(message.get(TEXT) or "")))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training phrases as they are: they are written by us."""
        return training_data
