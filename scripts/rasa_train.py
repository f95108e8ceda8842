"""Rasa's own training, without what its libraries say about their age.

Runs in `.venv` with the arguments of `rasa train`; real warnings, such as an intent without
examples, are still shown. The phrases are encoded meanwhile (`blina.rasa_adapter.training_cache`).
"""

from __future__ import annotations

import gc
import sys
import warnings
from contextlib import suppress

import pyparsing  # noqa: F401 - these two ask for deprecation warnings when loaded,
import sanic  # noqa: F401 - so they come before the filters below

from blina.rasa_adapter import patches
from blina.rasa_adapter.patches import imports
from scripts.common import ROOT


def encode_training_phrases() -> None:
    """Begin to encode the phrases in `data/` and the questions, in a thread.

    Raises:
        RasaException: when a file in `data/` cannot be read.
        KnowledgeError: when one in `knowledge/` cannot be read.
    """
    from rasa.shared.nlu.constants import TEXT

    from blina.rasa_adapter import training_cache
    from blina.rasa_adapter.importer import ProjectFiles
    from blina.rasa_adapter.training import question_examples

    examples = ProjectFiles(training_data_paths=["data"]).get_nlu_data().intent_examples
    training_cache.begin(
        [
            *(message.get(TEXT) for message in examples if message.get(TEXT)),
            *(question.text for question in question_examples()),
        ]
    )


def main() -> None:
    """Train as `rasa train` does."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)
    gc.disable()  # ten thousand phrases are copied seven times: looking for garbage takes 5 of 40 seconds
    patches.before_rasa()
    from rasa.__main__ import main as rasa
    from rasa.shared.exceptions import RasaException

    with suppress(RasaException):  # Rasa reads the same files and says what is wrong with them
        encode_training_phrases()
    imports.leave_networks_out((ROOT / "config.yml").read_text())
    sys.argv = ["rasa", "train", *sys.argv[1:]]
    rasa()


if __name__ == "__main__":
    main()
