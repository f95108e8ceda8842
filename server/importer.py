"""Rasa's importer of the project's files."""

from __future__ import annotations

from rasa.shared.importers.rasa import RasaFileImporter

from server import privacy

privacy.enforce()  # `rasa data validate` loads this and no other code of the project


class ProjectFiles(RasaFileImporter):
    """Reads domain, rules and training data exactly as Rasa does."""
