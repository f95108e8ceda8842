"""The sentence encoder as a Rasa featurizer."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from blina.rasa_adapter.training_cache import encoded
from blina.reading.learned.model import DIMENSIONS, Array, LearnedModel, default_model
from blina.reading.text import clean


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(GraphComponent):
    """Gives each message one dense sentence feature of 384 numbers."""

    def __init__(self, encoder: LearnedModel, name: str) -> None:
        self._encoder = encoder
        self._name = name

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """A featurizer on the process's one encoder.

        Raises:
            ModelError: when the learned reader's files are missing or changed.
        """
        return cls(default_model(), execution_context.node_name or cls.__name__)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode all training phrases."""
        phrases = [message for message in training_data.training_examples if message.get(TEXT)]
        self._put_on(phrases, encoded([message.get(TEXT) for message in phrases]))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Encode the messages of one request."""
        readable = [message for message in messages if message.get(TEXT)]
        self._put_on(readable, self._encoder.encode([clean(message.get(TEXT)) for message in readable]))
        return messages

    def _put_on(self, messages: list[Message], rows: Array) -> None:
        for message, row in zip(messages, rows, strict=True):
            message.add_features(Features(row[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._name))


def vectors(messages: list[Message]) -> Array:
    """The encodings that the featurizer left on messages.

    Args:
        messages: featurized messages with a text.

    Returns:
        Array of shape ``(len(messages), 384)``.
    """
    rows: Array = np.zeros((len(messages), DIMENSIONS), dtype=np.float32)
    for number, message in enumerate(messages):
        # Rasa's own look-up copies and joins the features of all featurizers.
        for features in message.features:
            if features.is_dense() and features.attribute == TEXT and features.type == FEATURE_TYPE_SENTENCE:
                rows[number] = features.features[0]
    return rows
