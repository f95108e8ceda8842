"""Filling the wording of ``wording.yml`` with values and with the settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blina.knowledge.base import Knowledge
from blina.knowledge.settings import Settings

_NO_NUMBER = "_no_number"


@dataclass(frozen=True)
class Voice:
    """Says the wording's texts with this centre's phone numbers.

    Args:
        knowledge: holds the texts.
        settings: phone numbers and the centre's name.
    """

    knowledge: Knowledge
    settings: Settings

    def say(self, section: str, name: str, /, **values: str) -> str:
        """A text with its placeholders filled; where no phone number is set, the text made for that.

        Args:
            section: section of ``wording.yml``.
            name: name of the text in it.
            values: the placeholders that are not settings.

        Raises:
            KeyError: no such text, or a placeholder that nothing fills.
        """
        texts = self.knowledge.wording
        if not self.settings.care_team_phone:
            if f"{section}{_NO_NUMBER}" in texts:
                section = f"{section}{_NO_NUMBER}"
            elif f"{name}{_NO_NUMBER}" in texts[section]:
                name = f"{name}{_NO_NUMBER}"
        return self.fill(texts[section][name], **values)

    def say_all(self, section: str, names: Iterable[str]) -> list[str]:
        """The texts of several names of a section, as `say` gives them."""
        return [self.say(section, name) for name in names]

    def fill(self, text: str, /, **values: str) -> str:
        """The text with its placeholders filled from ``values`` and the settings."""
        return fill(
            text,
            care_team=self.settings.care_team_phone or "",
            emergency=self.settings.emergency_number,
            crisis_line=self.settings.crisis_line or "",
            centre=self.settings.centre_name,
            **values,
        )

    def measured(self, kind: str, value: float) -> str:
        """A measured value with its unit.

        Args:
            kind: as in ``blina.reading.model.Measurement``.
            value: in the unit that belongs to the kind.
        """
        if kind == "temperature":
            return temperature(value, self.settings)
        return f"{value:g} {self.knowledge.values.kind(kind).unit}"


def fill(text: str, /, **values: str) -> str:
    """The text with ``{placeholders}`` replaced; braces in the values stay as they are.

    Quotation marks in the patient's own words (``words``) become single ones: the texts put double ones
    around them, and it must be plain where they end.
    """
    if "words" in values:
        values["words"] = values["words"].replace('"', "'")
    return text.format_map(values)


def temperature(celsius: float, settings: Settings) -> str:
    """A temperature in the unit of the settings, to a tenth of a degree.

    Args:
        celsius: degrees Celsius.
        settings: whose ``temperature_unit`` is ``C`` or ``F``.
    """
    if settings.temperature_unit == "F":
        return f"{celsius * 9 / 5 + 32:.1f} °F"
    return f"{celsius:.1f} °C"


def listing(items: Sequence[str], last: str = "and") -> str:
    """Several things in one sentence: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def sentence(text: str) -> str:
    """The text with a capital at the start and a full stop at the end."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."
