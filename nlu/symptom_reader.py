"""The symptom reader as a Rasa extractor; it also settles the intent, since a symptom comes first."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.resources import knowledge, settings
from nlu.classifier import FALLBACK, RANKING
from nlu.stored import StoredClassifier
from nlu.training import train
from reading.clause_reader import ALARMS, NOTHING, UNLISTED, EncoderClauseReader, Together
from reading.encoder import default_encoder
from reading.medicines import MedicineReader
from reading.model import REPORTED, Reading
from reading.reader import SymptomReader as TextReader
from triage.knowledge.schema import Urgency
from triage.measurements import MEANS, Limits

_NOT_UNDERSTOOD = {"name": FALLBACK, "confidence": 1.0}
UNLISTED_INTENT = "unlisted_complaint"
OUT_OF_SCOPE = "out_of_scope"


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,
)
class SymptomReader(StoredClassifier):
    """Finds symptoms, signs, values and medicines, with what is said about each."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Least probabilities of what is read from meaning alone; symptoms by their base urgency."""
        return {
            "thresholds": {"emergency": 0.65, "contact_now": 0.6, "call_today": 0.65, "tell_team": 0.8},
            "unlisted_threshold": 0.52,
            "second_guess_threshold": 0.3,
            "suspicion_threshold": 0.3,
            "urgent_together": {"clause": 0.74, "sentence": 0.79},
            "intent_thresholds": {
                "self_harm": 0.85,
                "infusion_trouble": 0.6,
                "unlisted_complaint": 0.35,
                "forget_me": 0.6,
                "abuse": 0.4,
            },
            "alarm_thresholds": {"self_harm": 0.75, "infusion_trouble": 0.75},
        }

    @cached_property
    def _urgency(self) -> dict[str, Urgency]:
        return {id: symptom.urgency for id, symptom in knowledge().symptoms.items()}

    @cached_property
    def _reader(self) -> TextReader:
        return TextReader(knowledge(), self.clause_reader)

    @cached_property
    def clause_reader(self) -> EncoderClauseReader | None:
        """What reads by meaning; None before training."""
        if self._classifier is None:
            return None
        return EncoderClauseReader(default_encoder(), self._classifier, self._thresholds(), self._together())

    @cached_property
    def _medicines(self) -> MedicineReader:
        return MedicineReader(knowledge().medicines, self._reader.is_ordinary_word)

    def _get_ready(self) -> None:
        _ = self._medicines, self._urgency
        self._reader.read("ready")  # the patterns are put in order when they are first asked for

    def train(self, training_data: TrainingData) -> Resource:
        """Learn to tell the symptoms from one another and from nothing."""
        return self._keep(train(training_data, self._clause_class))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities to messages and settle their intent."""
        for message in messages:
            text = message.get(TEXT) or ""
            reading = self._reader.read(text)
            entities = [*message.get(ENTITIES, []), *reading.as_entities(), *self._medicines.entities(text)]
            message.set(ENTITIES, entities, add_to_output=True)
            message.set(INTENT, self._settle(message, reading), add_to_output=True)
        return messages

    def _thresholds(self) -> dict[str, float]:
        by_urgency = self._config["thresholds"]
        thresholds = {id: float(by_urgency[urgency.value]) for id, urgency in self._urgency.items()}
        return {
            **thresholds,
            **{alarm: float(self._config["alarm_thresholds"][alarm]) for alarm in ALARMS},
            UNLISTED: float(self._config["unlisted_threshold"]),
        }

    def _together(self) -> Together:
        urgent = {id for id, urgency in self._urgency.items() if urgency >= Urgency.CONTACT_NOW}
        least = self._config["urgent_together"]
        return Together(frozenset(urgent), float(least["clause"]), float(least["sentence"]))

    def _clause_class(self, intent: str) -> str:
        if intent in self._urgency or intent in ALARMS:
            return intent
        return UNLISTED if intent == UNLISTED_INTENT else NOTHING

    def _settle(self, message: Message, reading: Reading) -> dict[str, Any]:
        """The intent: what was reported, most urgent first; else the best one that reports nothing."""
        signs = {sign.id for sign in reading.signs if sign.status in REPORTED}
        for alarm in ALARMS:
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
        suspicious = reading.suspicion >= self._config["suspicion_threshold"]
        if intent["name"] == OUT_OF_SCOPE and (suspicious or reading.truncated):
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
                MEANS[value.kind]
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
