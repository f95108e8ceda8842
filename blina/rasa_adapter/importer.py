"""Rasa's importer of the project's files."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from rasa.shared.importers import utils
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.training_data import TrainingData

from blina.assistant import settings
from blina.rasa_adapter import privacy
from blina.rasa_adapter.phrases import intents_for, without_other_drugs

privacy.enforce()  # `rasa data validate` loads this and no other code of the project


class ProjectFiles(RasaFileImporter):
    """Reads domain, rules and training data as Rasa does, the training phrases only once and for one drug."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Retrieve the training phrases; whoever changes them must copy them first, as Rasa does.

        Raises:
            KnowledgeError: the settings name no drug of the knowledge, or one cannot be read.
        """
        drug = settings().drug
        files = sorted(without_other_drugs(self._nlu_files, drug))
        return _phrases(tuple((file, Path(file).stat().st_mtime_ns) for file in files), language, drug)


@lru_cache(maxsize=1)
def _phrases(files: tuple[tuple[str, int], ...], language: str | None, drug: str | None) -> TrainingData:
    """The phrases of files as they were last changed: one training asks for them five times."""
    data: TrainingData = utils.training_data_from_paths([name for name, _ in files], language)
    intent_of = intents_for(drug)
    for message in data.intent_examples:
        message.set(INTENT, intent_of(message.get(INTENT)))
    return data
