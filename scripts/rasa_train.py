"""Rasa's own training, without what its libraries say about their age.

Runs in `.venv` with the arguments of `rasa train`; real warnings, such as an intent without
examples, are still shown.
"""

from __future__ import annotations

import sys
import warnings

import pyparsing  # noqa: F401 - these two ask for deprecation warnings when loaded,
import sanic  # noqa: F401 - so they come before the filters below


def main() -> None:
    """Train as `rasa train` does."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)
    from rasa.__main__ import main as rasa

    sys.argv = ["rasa", "train", *sys.argv[1:]]
    rasa()


if __name__ == "__main__":
    main()
