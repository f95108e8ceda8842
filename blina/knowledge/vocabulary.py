"""The fixed words of triage: urgencies, categories and groups of symptoms."""

from __future__ import annotations

from enum import Enum


class Urgency(str, Enum):
    """What to do, from least to most urgent. Compare with ``<`` and ``max``."""

    NONE = "none"
    TELL_TEAM = "tell_team"
    CALL_TODAY = "call_today"
    CONTACT_NOW = "contact_now"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for none to 4 for emergency."""
        return _RANKS[self.value]

    def step_up(self, at_most: Urgency) -> Urgency:
        """One step more urgent, but never beyond ``at_most`` and never below itself."""
        higher = list(Urgency)[min(self.rank + 1, at_most.rank)]
        return max(self, higher)

    # str has its own alphabetical order, so all four are needed.
    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Urgency) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.rank <= other.rank if isinstance(other, Urgency) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.rank > other.rank if isinstance(other, Urgency) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.rank >= other.rank if isinstance(other, Urgency) else NotImplemented


_RANKS = {urgency.value: rank for rank, urgency in enumerate(Urgency)}


class Category(str, Enum):
    """The list in which the documents name a symptom, most serious first."""

    NEUROLOGICAL_WARNING = "neurological_warning"
    CRS_WARNING = "crs_warning"
    INFECTION_WARNING = "infection_warning"
    COMMON = "common"
    MORE_COMMON = "more_common"
    LESS_COMMON = "less_common"
    UNLISTED = "unlisted"
    NONE = "none"


class SymptomSign(str, Enum):
    """Groups of symptoms that the policy treats alike."""

    NEUROLOGICAL = "neurological"
    CRS = "crs"
    INFECTION = "infection"
    BLEEDING = "bleeding"
    SCREEN = "screen"
    LABORATORY = "laboratory"
