"""Rasa's custom actions: thin, no medical text; the triage core decides and answers."""

from server import privacy

privacy.enforce()  # `rasa run actions` starts here
