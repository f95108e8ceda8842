"""Who may open the inbox, by what their provider says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blina.knowledge.settings import Settings

_LONGEST = 120  # characters


@dataclass(frozen=True)
class Allowed:
    """The people who may.

    Args:
        claim: what is looked at beside the address; None when only addresses count.
        values: one of these has to be in the claim.
        emails: confirmed addresses, in small letters.
    """

    claim: str | None
    values: frozenset[str]
    emails: frozenset[str]

    @classmethod
    def by(cls, settings: Settings) -> Allowed:
        """Those that the settings name."""
        return cls(
            settings.team_claim, frozenset(settings.team_claim_values), frozenset(settings.team_emails)
        )

    @property
    def is_nobody(self) -> bool:
        """Whether nobody at all is let in."""
        return not self.emails and not (self.claim and self.values)

    def lets_in(self, claims: Mapping[str, Any]) -> bool:
        """Whether somebody is one of them.

        Args:
            claims: what the provider vouches for.
        """
        if confirmed_email(claims) in self.emails:
            return True
        if not self.claim:
            return False
        said = claims.get(self.claim)
        named = said if isinstance(said, list) else [said]
        return not self.values.isdisjoint(value for value in named if isinstance(value, str))


def confirmed_email(claims: Mapping[str, Any]) -> str | None:
    """The address that the provider has confirmed, in small letters.

    Args:
        claims: what the provider vouches for.
    """
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        return None
    return _one_line(email).lower() or None


def name_of(claims: Mapping[str, Any]) -> str:
    """What colleagues and the audit log call somebody: never the same for two people.

    Args:
        claims: what the provider vouches for, with ``sub``.
    """
    if email := confirmed_email(claims):
        return email
    subject = _one_line(str(claims["sub"]))
    name = _one_line(str(claims.get("preferred_username") or claims.get("name") or ""))
    return f"{name} ({subject})" if name and name != subject else subject


def _one_line(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST].strip()
