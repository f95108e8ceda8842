"""Training phrases with their labels, as the two classifiers learn from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

from blina.assistant import knowledge
from blina.rasa_adapter.encoder import vectors
from blina.rasa_adapter.training_cache import encoded
from blina.reading.meaning.classifier import PhraseClassifier

ASK_DRUG = "ask_drug"
_TOPIC = ASK_DRUG + "/"


@dataclass(frozen=True)
class Example:
    """A phrase that is kept outside Rasa's training data, with its label."""

    text: str
    label: str


def topic_label(topic: str) -> str:
    """The classifier's label for a question on a topic of ``questions.yml``."""
    return _TOPIC + topic


def topic_of(label: str) -> str | None:
    """The topic in a label, or none."""
    return label.removeprefix(_TOPIC) if label.startswith(_TOPIC) else None


def question_examples() -> list[Example]:
    """The questions of ``questions.yml``, each labelled with its topic.

    Raises:
        KnowledgeError: when the knowledge files cannot be read.
    """
    return [
        Example(phrase, topic_label(topic.id))
        for topic in knowledge().questions.values()
        for phrase in topic.asked_as
    ]


def train(
    data: TrainingData, label_of: Callable[[str], str], more: Iterable[Example] = ()
) -> PhraseClassifier:
    """Train a classifier on the featurized training data.

    Args:
        data: Rasa's training data, featurized by the sentence encoder.
        label_of: the class of an intent.
        more: phrases from elsewhere.

    Returns:
        The classifier.

    Raises:
        ValueError: when there are no phrases of three different classes.
    """
    messages = [message for message in data.intent_examples if message.get(TEXT)]
    extra = list(more)
    texts = [str(message.get(TEXT)) for message in messages] + [example.text for example in extra]
    labels = [label_of(message.get(INTENT)) for message in messages] + [example.label for example in extra]
    if len(set(labels)) < 3:  # for two, scikit-learn keeps the weights of one only
        raise ValueError("the training data needs phrases of at least three intents")
    rows = np.vstack([vectors(messages), encoded([example.text for example in extra])])
    return PhraseClassifier.trained(texts, rows, labels)
