"""Rasa's importer of the project's files."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from rasa.shared.importers import utils
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

from blina.rasa_adapter import privacy

privacy.enforce()  # `rasa data validate` loads this and no other code of the project


class ProjectFiles(RasaFileImporter):
    """Reads domain, rules and training data exactly as Rasa does, the training phrases only once."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Retrieve the training phrases; whoever changes them must copy them first, as Rasa does."""
        return _phrases(tuple((file, Path(file).stat().st_mtime_ns) for file in self._nlu_files), language)


@lru_cache(maxsize=1)
def _phrases(files: tuple[tuple[str, int], ...], language: str | None) -> TrainingData:
    """The phrases of files as they were last changed: one training asks for them five times."""
    return utils.training_data_from_paths([name for name, _ in files], language)
