"""How much may come in, counted once for all channels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sanic.request import Request

from blina.assistant import settings
from blina.http_server.addresses import address_of, from_this_machine
from blina.knowledge.settings import Settings
from blina.replicas.limits import Limit, OwnLimit, limit

_REQUESTS_A_MESSAGE = 10  # a page loads files, joins and asks whether there is something new


@dataclass(frozen=True)
class Limits:
    """The counters.

    Args:
        conversation: messages of one conversation.
        address: messages from one address.
        with_token: messages from one address that shows the REST token.
        requests: anything else that an address sends: requests, and events on a socket; what protects one
            process from a flood is counted by it alone.
        own_machine: whether what an address may send also holds for this machine.
    """

    conversation: Limit
    address: Limit
    with_token: Limit
    requests: Limit
    own_machine: bool

    async def of_address(self, counter: Limit, request: Request) -> float:
        """Count something that came from an address.

        Args:
            counter: ``address``, ``with_token`` or ``requests``.
            request: whose address is meant.

        Returns:
            0 when it may pass, else the seconds to wait.
        """
        if self.exempts(request):
            return 0.0
        return await counter.wait(address_of(request))

    def exempts(self, request: Request) -> bool:
        """Whether the limits of an address do not hold for where a request came from."""
        return not self.own_machine and from_this_machine(request)


def limits_of(settings: Settings) -> Limits:
    """Counters with the limits of the settings."""
    most = max(settings.messages_per_minute_per_address, settings.messages_per_minute_with_token)
    return Limits(
        conversation=limit("conversation", settings.messages_per_minute, "conversation"),
        address=limit("address", settings.messages_per_minute_per_address, "address"),
        with_token=limit("with_token", settings.messages_per_minute_with_token, "with_token"),
        requests=OwnLimit(_REQUESTS_A_MESSAGE * most, name="requests"),
        own_machine=settings.limit_own_machine,
    )


@lru_cache(maxsize=1)
def limits() -> Limits:
    """The counters that all channels share."""
    return limits_of(settings())
