"""Where a request comes from."""

from __future__ import annotations

import os
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from sanic.request import Request

from blina.assistant import settings

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_NETWORK_BITS = 64  # of an IPv6 address: what one household or company gets
_LONGEST = 64  # characters


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine.

    Args:
        host: without a port; an IPv6 address with or without brackets.
    """
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def address_of(request: Request) -> str:
    """The address that a request is counted under; IPv6 by its network.

    Behind reverse proxies it is what the nearest trusted one saw (Sanic's ``PROXIES_COUNT``, from
    the setting ``trusted_proxies``), never what a client claims.
    """
    return network_of(str(request.remote_addr or request.ip))


def network_of(address: str) -> str:
    """What an address is counted under: itself, or the network of an IPv6 address.

    Args:
        address: as a connection or a proxy names it.
    """
    try:
        parsed = ip_address(address.strip("[]"))
    except ValueError:
        return address[:_LONGEST]
    if isinstance(parsed, IPv6Address) and not parsed.is_loopback:
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> _NETWORK_BITS << _NETWORK_BITS))
    return str(parsed)


def serves_others() -> bool:
    """Whether the server was set up for other machines: with a secret, or behind a proxy."""
    names = settings().rest_token_env, settings().session_secret_env
    return bool(settings().trusted_proxies) or any(os.environ.get(name, "").strip() for name in names)


def from_this_machine(request: Request) -> bool:
    """Whether a program on this machine, and no web page of another site, sent a request.

    Where others are served, nobody counts as this machine: the simplest reverse proxy on it passes on what
    came from elsewhere and says nothing of it.

    A reverse proxy on this machine passes on what came from elsewhere and says so in a header. A
    browser on this machine can be made to send requests by any site that it shows: those name
    the site as their origin, or its name as the host when that name was made to mean 127.0.0.1.
    """
    if serves_others() or not is_loopback(request.ip) or any(name in request.headers for name in _FORWARDED):
        return False
    host = request.headers.get("host", "")
    if host and not is_loopback(_parts(f"//{host}").hostname or ""):
        return False
    origin = request.headers.get("origin")
    return origin is None or _parts(origin).netloc == host


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
