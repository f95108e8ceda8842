"""The refusal to patch a Rasa that these patches were not written for."""

from __future__ import annotations


class UpstreamChanged(RuntimeError):
    """Rasa's code is not the code that these patches were written for."""
