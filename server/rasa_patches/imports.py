"""TensorFlow, which Rasa loads at start and this project's pipeline never uses.

``rasa.utils.train_utils`` is loaded with every policy and extractor. It imports three classes for the
training of neural networks, and with them all of TensorFlow: seven of thirteen seconds of a start, and
two thirds of the process's memory. Here those three names load their module when they are called, so a
configuration with a neural network still works as ever.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from server.rasa_patches import UpstreamChanged

USER = "rasa.utils.train_utils"
# The upstream lines that are replaced: what the module imports from where.
_DEFERRED = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}


def put_in_place() -> None:
    """Load ``rasa.utils.train_utils`` without TensorFlow; where it is loaded already, do nothing.

    Raises:
        UpstreamChanged: when the replaced lines are no longer there.
    """
    if USER in sys.modules:
        return
    check_upstream()
    stand_ins = {
        name: _stand_in(name, classes) for name, classes in _DEFERRED.items() if name not in sys.modules
    }
    sys.modules.update(stand_ins)
    try:
        importlib.import_module(USER)
    finally:
        for name in stand_ins:  # whoever asks for them from now on gets the real ones
            del sys.modules[name]


def check_upstream() -> None:
    """Look for the replaced lines in Rasa's module.

    Raises:
        UpstreamChanged: naming the first line that is not there.
    """
    found = importlib.util.find_spec(USER)
    source = Path(found.origin).read_text(encoding="utf-8") if found and found.origin else ""
    for name, classes in _DEFERRED.items():
        line = f"from {name} import {', '.join(classes)}\n"
        if line not in source:
            raise UpstreamChanged(f"Rasa's {USER} does not have the line {line!r} of Rasa 3.6.21.")


def _stand_in(name: str, classes: tuple[str, ...]) -> ModuleType:
    module = ModuleType(name)
    for class_name in classes:
        setattr(module, class_name, _loaded_when_called(name, class_name))
    return module


def _loaded_when_called(name: str, class_name: str) -> Callable[..., Any]:
    def make(*arguments: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(name), class_name)(*arguments, **options)

    return make
