"""The symptom reader as an entity extractor of Rasa; it also settles the intent: a symptom comes first."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from blina.assistant import knowledge, reader, settings
from blina.knowledge import fingerprint
from blina.knowledge.schema import Urgency
from blina.rasa_adapter.classifier import FALLBACK, RANKING
from blina.reading.medicines import MedicineReader
from blina.reading.model import REPORTED, Reading
from blina.triage.values import Limits

_NOT_UNDERSTOOD = {"name": FALLBACK, "confidence": 1.0}
UNLISTED_INTENT = "unlisted_complaint"
OUT_OF_SCOPE = "out_of_scope"
_ALARMS = ("self_harm", "infusion_trouble")  # signs that are intents, the most urgent first


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=False,
)
class SymptomExtractor(GraphComponent):
    """Finds symptoms, signs, values and medicines, with what is said about each."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        _ = self._medicines, self._urgency
        reader().read("ready")  # the patterns are put in order when they are first asked for

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Least probabilities of an intent where nothing is reported."""
        return {
            "second_guess_threshold": 0.3,
            "suspicion_threshold": 0.2,
            "intent_thresholds": {
                "self_harm": 0.85,
                "infusion_trouble": 0.9,
                "unlisted_complaint": 0.6,
                "forget_me": 0.6,
                "abuse": 0.4,
            },
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SymptomExtractor:
        """An extractor with the learned model of this project.

        Raises:
            ModelError: when its files are missing or changed.
        """
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """It uses the knowledge files, so a change there asks for training."""
        return fingerprint(drug=settings().drug)

    @cached_property
    def _urgency(self) -> dict[str, Urgency]:
        return {id: symptom.urgency for id, symptom in knowledge().symptoms.items()}

    @cached_property
    def _medicines(self) -> MedicineReader:
        return MedicineReader(knowledge().medicines, reader().is_ordinary_word)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities to messages and settle their intent."""
        for message in messages:
            text = message.get(TEXT) or ""
            reading = reader().read(text)
            entities = [*message.get(ENTITIES, []), *reading.as_entities(), *self._medicines.entities(text)]
            message.set(ENTITIES, entities, add_to_output=True)
            message.set(INTENT, self._settle(message, reading), add_to_output=True)
        return messages

    def _settle(self, message: Message, reading: Reading) -> dict[str, Any]:
        """The intent: what was reported, most urgent first; else the best one that reports nothing."""
        signs = {sign.id for sign in reading.signs if sign.status in REPORTED}
        for alarm in _ALARMS:
            if alarm in signs:
                return {"name": alarm, "confidence": 1.0}
        measured = self._measured(reading)
        if measured:
            return {"name": measured, "confidence": 1.0}
        reported = [finding for finding in reading.findings if finding.status in REPORTED]
        listed = [finding for finding in reported if finding.symptom in self._urgency]
        if listed:
            first = max(listed, key=lambda finding: self._urgency[finding.symptom].rank)
            return {"name": first.symptom, "confidence": first.confidence}
        if reported:
            return {"name": UNLISTED_INTENT, "confidence": reported[0].confidence}
        intent: dict[str, Any] = message.get(INTENT) or _NOT_UNDERSTOOD
        if reading.truncated:
            return _NOT_UNDERSTOOD  # what was not read to its end is no greeting and no "yes"
        suspicious = reading.suspicion >= self._config["suspicion_threshold"]
        if intent["name"] == OUT_OF_SCOPE and (suspicious or not reading.act):
            return _NOT_UNDERSTOOD  # "not my subject" is no answer to what may be, or hold, a warning sign
        if self._stands(intent):
            return intent
        # The classifier heard a symptom that the reader found denied, asked about or not there.
        # Where the reader found nothing at all, a faint second guess ("feels fine") would be no answer.
        least = 0.0 if reading.findings else float(self._config["second_guess_threshold"])
        others = (entry for entry in message.get(RANKING, []) if self._stands(entry))
        return next((entry for entry in others if entry["confidence"] >= least), _NOT_UNDERSTOOD)

    def _measured(self, reading: Reading) -> str | None:
        """The symptom that a value is by itself, such as a fever."""
        limits = Limits.of(knowledge(), settings())
        return next(
            (
                limits.means[value.kind]
                for value in reading.measurements
                if value.plausible
                and value.status in REPORTED
                and limits.is_alarming(value.kind, value.value)
            ),
            None,
        )

    def _stands(self, intent: dict[str, Any]) -> bool:
        """Whether the classifier's word is enough: not for symptoms, nor a faint guess at grave things."""
        least = float(self._config["intent_thresholds"].get(intent["name"], 0))
        return intent["name"] not in self._urgency and intent["confidence"] >= least
