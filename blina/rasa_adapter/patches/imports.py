"""TensorFlow, which Rasa loads at start and this project's pipeline never uses.

``rasa.utils.train_utils`` is loaded with every policy and extractor. It imports three classes for the
training of neural networks, and with them all of TensorFlow: seven of thirteen seconds of a start, and
two thirds of the process's memory. Here those three names load their module when they are called, so a
configuration with a neural network still works as ever.

Training loads all of Rasa's components, whichever it needs, and looks for some of them in the configuration.
Here those that need TensorFlow are left out, unless the configuration names one of them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from blina.rasa_adapter.patches.upstream import UpstreamChanged

USER = "rasa.utils.train_utils"
# The upstream lines that are replaced: what the module imports from where.
_DEFERRED = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
_COMPONENTS = "rasa.engine.recipes.default_components"
_VALIDATOR = "rasa.graph_components.validators.default_recipe_validator"
# What these two import that loads TensorFlow.
_NETWORKS = {
    "rasa.nlu.classifiers.diet_classifier": "DIETClassifier",
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": "ConveRTFeaturizer",
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": "LanguageModelFeaturizer",
    "rasa.nlu.selectors.response_selector": "ResponseSelector",
    "rasa.core.policies.ted_policy": "TEDPolicy",
    "rasa.core.policies.unexpected_intent_policy": "UnexpecTEDIntentPolicy",
}


def put_in_place() -> None:
    """Load ``rasa.utils.train_utils`` without TensorFlow; where it is loaded already, do nothing.

    Raises:
        UpstreamChanged: when the replaced lines are no longer there.
    """
    if USER in sys.modules:
        return
    check_upstream(USER, _DEFERRED)
    with _instead_of({name: _stand_in(name, classes) for name, classes in _DEFERRED.items()}):
        importlib.import_module(USER)


def leave_networks_out(configuration: str) -> None:
    """Load Rasa's components without those that are neural networks; for a process that trains.

    Args:
        configuration: the text of ``config.yml``; where it names a network, nothing is left out.

    Raises:
        UpstreamChanged: when the replaced lines are no longer there.
    """
    if any(name in configuration for name in _NETWORKS.values()):
        return
    check_upstream(_COMPONENTS, {module: (name,) for module, name in _NETWORKS.items()})
    with _instead_of({module: _without(module, name) for module, name in _NETWORKS.items()}):
        importlib.import_module(_COMPONENTS)
        importlib.import_module(_VALIDATOR)


def check_upstream(user: str, imported: Mapping[str, tuple[str, ...]]) -> None:
    """Look for the replaced lines in one of Rasa's modules.

    Args:
        user: the module.
        imported: other modules, and which names it imports from each.

    Raises:
        UpstreamChanged: naming the first line that is not there.
    """
    found = importlib.util.find_spec(user)
    source = Path(found.origin).read_text(encoding="utf-8") if found and found.origin else ""
    for name, classes in imported.items():
        line = f"from {name} import {', '.join(classes)}\n"
        if line not in source:
            raise UpstreamChanged(f"Rasa's {user} does not have the line {line!r} of Rasa 3.6.21.")


@contextmanager
def _instead_of(stand_ins: dict[str, ModuleType]) -> Iterator[None]:
    """Let others stand in for modules that are not loaded yet; whoever asks afterwards gets the real ones."""
    missing = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(missing)
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


def _without(name: str, class_name: str) -> ModuleType:
    """A module with an empty class: nothing is an instance of it."""
    module = ModuleType(name)
    setattr(module, class_name, type(class_name, (), {}))
    return module


def _stand_in(name: str, classes: tuple[str, ...]) -> ModuleType:
    module = ModuleType(name)
    for class_name in classes:
        setattr(module, class_name, _loaded_when_called(name, class_name))
    return module


def _loaded_when_called(name: str, class_name: str) -> Callable[..., Any]:
    def make(*arguments: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(name), class_name)(*arguments, **options)

    return make
