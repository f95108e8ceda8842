"""What the two trained components share: each is built around one phrase classifier in the model."""

from __future__ import annotations

from typing import Any, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from blina.assistant import settings
from blina.knowledge import fingerprint
from blina.rasa_adapter.model_files import restore, store
from blina.reading.meaning.classifier import PhraseClassifier

Component = TypeVar("Component", bound="StoredClassifier")


class StoredClassifier(GraphComponent):
    """A component with a classifier that is trained once and then loaded with the model."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        classifier: PhraseClassifier | None = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._classifier = classifier

    @classmethod
    def create(
        cls: type[Component],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Component:
        """A component to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls: type[Component],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Component:
        """The component of a trained model."""
        component = cls(config, model_storage, resource, restore(model_storage, resource))
        component._get_ready()
        return component

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Both components use the knowledge files, so a change there asks for training."""
        return fingerprint(drug=settings().drug)

    def _get_ready(self) -> None:
        """Do what need not be done for training, so that the first patient does not wait for it."""

    def _keep(self, classifier: PhraseClassifier) -> Resource:
        """Take a classifier into use and into the model."""
        self._classifier = classifier
        store(classifier, self._storage, self._resource)
        return self._resource
