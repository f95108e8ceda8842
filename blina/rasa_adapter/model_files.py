"""Keeping a phrase classifier in Rasa's model archive, as arrays and JSON."""

from __future__ import annotations

import json

import numpy as np
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from blina.reading.meaning.classifier import PhraseClassifier

_WEIGHTS = "weights.npz"
_CLASSES = "classes.json"


def store(classifier: PhraseClassifier, storage: ModelStorage, resource: Resource) -> None:
    """Write the classifier into the model being trained."""
    with storage.write_to(resource) as folder:
        np.savez_compressed(folder / _WEIGHTS, **classifier.weights)
        (folder / _CLASSES).write_text(json.dumps(classifier.classes), encoding="utf-8")


def restore(storage: ModelStorage, resource: Resource) -> PhraseClassifier:
    """Read the classifier back; pickled content is refused.

    Raises:
        ValueError: when the model holds no classifier.
    """
    with storage.read_from(resource) as folder:
        with np.load(folder / _WEIGHTS, allow_pickle=False) as weights:
            arrays = {name: weights[name] for name in weights.files}
        classes = json.loads((folder / _CLASSES).read_text(encoding="utf-8"))
    return PhraseClassifier(classes, arrays)
