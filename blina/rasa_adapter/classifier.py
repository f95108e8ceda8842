"""The intent of a message and the topic of a question, as a Rasa classifier."""

from __future__ import annotations

from functools import lru_cache
from heapq import nlargest
from operator import itemgetter
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from blina.rasa_adapter.encoder import vectors
from blina.rasa_adapter.trained_component import StoredClassifier
from blina.rasa_adapter.training import ASK_DRUG, question_examples, topic_of, train

FALLBACK = "nlu_fallback"
RANKING = "intent_ranking"
_RANKED = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(StoredClassifier):
    """Says what a message is about; below ``threshold`` it says ``nlu_fallback``."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``threshold``: least probability of an intent; ``topic_threshold``: of a question's topic."""
        return {"threshold": 0.2, "topic_threshold": 0.15}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the intents of the training data and the topics of ``questions.yml``."""
        return self._keep(train(training_data, lambda intent: intent, question_examples()))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and the ``topic`` entity on featurized messages."""
        if self._classifier is None:
            raise RuntimeError("the intent classifier was asked before it was trained or loaded")
        readable = [message for message in messages if message.get(TEXT)]
        if not readable:
            return messages
        rows = self._classifier.probabilities([m.get(TEXT) for m in readable], vectors(readable))
        for message, row in zip(readable, rows, strict=True):
            self._label(message, row.tolist(), self._classifier.classes)
        return messages

    def _label(self, message: Message, row: list[float], classes: tuple[str, ...]) -> None:
        threshold, topic_threshold = (float(self._config[name]) for name in ("threshold", "topic_threshold"))
        intents, topics = _columns(classes)
        probabilities = {intent: row[at] for at, intent in intents}
        # The best topic stands for all: their sum would make a question of every vague message.
        of_topic, topic = max(((row[at], topic) for at, topic in topics), default=(0.0, ""))
        asked = probabilities[ASK_DRUG] = max(of_topic, probabilities.get(ASK_DRUG, 0.0))
        ranked = nlargest(_RANKED, probabilities.items(), key=itemgetter(1))
        ranking = [{"name": name, "confidence": round(value, 4)} for name, value in ranked]
        best = ranking[0] if ranked[0][1] >= threshold else {"name": FALLBACK, "confidence": 1 - ranked[0][1]}
        message.set(INTENT, best, add_to_output=True)
        message.set(RANKING, ranking, add_to_output=True)
        if asked >= threshold and of_topic >= topic_threshold:
            entity = {
                "entity": "topic",
                "value": topic,
                "start": 0,
                "end": len(message.get(TEXT)),
                "confidence": round(of_topic, 4),
            }
            message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)


@lru_cache(maxsize=1)
def _columns(classes: tuple[str, ...]) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Which classes are intents, and which are topics of questions, each with its place."""
    named = [(at, label, topic_of(label)) for at, label in enumerate(classes)]
    intents = [(at, label) for at, label, topic in named if topic is None]
    return intents, [(at, topic) for at, _, topic in named if topic is not None]
