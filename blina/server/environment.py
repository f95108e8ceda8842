"""What has to be set before Rasa and its libraries are loaded."""

from __future__ import annotations

import logging
import os

from blina.rasa_adapter import patches, privacy

THREADS = "1"  # a message is short: threads would wait for each other, and take the other core from it

QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
}
LIMITS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), THREADS)
LIMITS |= {"TF_INTER_OP_PARALLELISM_THREADS": "1", "TF_INTRA_OP_PARALLELISM_THREADS": "1"}


def prepare() -> None:
    """Set what the operator has not set; nothing reports to outside hosts in any case."""
    privacy.enforce()
    for name, value in {**QUIET, **LIMITS}.items():
        os.environ.setdefault(name, value)
    patches.before_rasa()
    # Rasa's generation of packages warns of its own age; nothing in that helps whoever runs the assistant
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
