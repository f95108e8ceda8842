"""What the learned reader says of a message: labels with status, certainty and place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from blina.reading.learned.model import Prediction
from blina.reading.model import Status

_NONE = "none"
_STATUS = {
    "present": Status.PRESENT,
    "uncertain": Status.UNCERTAIN,
    "denied": Status.DENIED,
    "past": Status.PAST,
    "mentioned": Status.NOT_REPORTED,
}


class Model(Protocol):
    """What reads; see `blina.reading.learned.model.LearnedModel`."""

    labels: tuple[str, ...]
    statuses: tuple[str, ...]
    acts: tuple[str, ...]

    def predict(self, text: str, asked: str = "") -> Prediction:
        """Read one message."""


@dataclass(frozen=True)
class Opinion:
    """What the learned reader says of one label in a message.

    Args:
        label: id of a symptom or sign, or ``unlisted``.
        reported: probability that it is there or may be there.
        status: the likeliest status when it is not, with its probability: denied, past or not reported.
        certainty: of that status.
        uncertain: whether "may be there" is likelier than "is there".
        start: first character of the words that this rests on.
        end: one past their last character.
    """

    label: str
    reported: float
    status: Status
    certainty: float
    uncertain: bool
    start: int
    end: int


class LearnedReader:
    """Turns what the model hears into opinions.

    Args:
        model: the learned model.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._at = {_STATUS[name]: at for at, name in enumerate(model.statuses) if name != _NONE}
        self._others = [(status, at) for status, at in self._at.items() if status in _NOT_REPORTED]

    @property
    def labels(self) -> frozenset[str]:
        """What it can say something of."""
        return frozenset(self._model.labels)

    def opinions(self, text: str, asked: str = "") -> tuple[dict[str, Opinion], str, float]:
        """What a message says of each label, and what it does.

        Args:
            text: the message.
            asked: the question that it answers, or empty.

        Returns:
            The opinions by label, the act, and the act's probability.
        """
        prediction = self._model.predict(text, asked)
        opinions = {opinion.label: opinion for opinion in self._opinions(prediction)}
        act = int(prediction.acts.argmax())
        return opinions, self._model.acts[act], float(prediction.acts[act])

    def hears_all(self, text: str, asked: str = "") -> bool:
        """Whether no word of a message is left out.

        Args:
            text: the message.
            asked: the question that it answers, or empty.
        """
        return self._model.predict(text, asked).is_whole

    def _opinions(self, prediction: Prediction) -> Iterator[Opinion]:
        present, uncertain = self._at[Status.PRESENT], self._at[Status.UNCERTAIN]
        for label, row, (start, end) in zip(
            self._model.labels, prediction.statuses.tolist(), prediction.words, strict=True
        ):
            status, at = max(self._others, key=lambda other: row[other[1]])
            yield Opinion(
                label,
                row[present] + row[uncertain],
                status,
                row[at],
                row[uncertain] > row[present],
                start,
                end,
            )


_NOT_REPORTED = frozenset({Status.DENIED, Status.PAST, Status.NOT_REPORTED})
