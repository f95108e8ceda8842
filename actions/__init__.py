"""Rasa's custom actions: thin, no medical text; the triage core decides and answers."""

import os

from blina.rasa_adapter import privacy

# `rasa run actions` starts here
privacy.enforce()
os.environ.setdefault("SANIC_HOST", "127.0.0.1")  # its server asks for no password: this machine only
