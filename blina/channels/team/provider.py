"""Signing in by OpenID Connect: the authorization code flow with PKCE, by Authlib.

Authlib makes the address, redeems the code and checks the ID token's signature, issuer, audience, times and
nonce. What it leaves open is decided here: the provider's own metadata must name the issuer that the settings
name, only signatures with a key pair count, and nothing is waited for longer than some seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import FrameworkIntegration
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError
from requests import RequestException

from blina.channels.team.begun import Begun
from blina.http_server.addresses import is_loopback

Result = TypeVar("Result")

_SECONDS = 10  # for one request to the provider
_THREADS = 4
_LEEWAY_SECONDS = 60
_KEPT_SECONDS = 3600  # what the provider says of itself, and its keys
_SCOPE = "openid email profile"
_WELL_KNOWN = "/.well-known/openid-configuration"
_SIGNATURES = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")


class Refused(Exception):
    """The provider, or who came back from it, is not to be believed; the text quotes nothing of theirs."""


class Unreachable(Exception):
    """The provider does not answer; the text names the kind of error."""


class _Client(OAuth2Mixin, OpenIDMixin, BaseApp):
    """Authlib's client, on requests."""

    client_cls = OAuth2Session


class Provider:
    """An OpenID provider."""

    def __init__(self, issuer: str, client_id: str, secret: str | None, redirect: str) -> None:
        """Nothing is asked before somebody signs in.

        Args:
            issuer: as the provider names itself.
            client_id: the name of this server there.
            secret: of this client; None for a public one.
            redirect: the address to which people come back.
        """
        self._issuer = issuer
        self._client_id = client_id
        self._redirect = redirect
        self._threads = ThreadPoolExecutor(_THREADS, "openid")
        self._client = _Client(
            FrameworkIntegration("team"),
            client_id=client_id,
            client_secret=secret,
            server_metadata_url=issuer.rstrip("/") + _WELL_KNOWN,
            client_kwargs={
                "scope": _SCOPE,
                "code_challenge_method": "S256",
                "default_timeout": _SECONDS,
                **({} if secret else {"token_endpoint_auth_method": "none"}),
            },
        )

    async def begin(self) -> Begun:
        """Begin to sign somebody in.

        Raises:
            Refused: the provider is another than the settings name.
            Unreachable: it does not answer.
        """
        made = await self._do(self._begin)
        return Begun(made["url"], made["state"], made["nonce"], made["code_verifier"])

    async def finish(self, begun: Begun, code: str, wanted: str | None) -> Mapping[str, Any]:
        """Find out who came back.

        Args:
            begun: with the state that came back.
            code: that came back.
            wanted: a claim that is asked for a second time where the ID token lacks it.

        Returns:
            What the provider vouches for, with ``sub``.

        Raises:
            Refused: the code or the ID token is not to be believed.
            Unreachable: the provider does not answer.
        """
        return await self._do(lambda: self._finish(begun, code, wanted))

    def close(self) -> None:
        """Wait for nobody any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _do(self, job: Callable[[], Result]) -> Result:
        """Ask the provider in a thread of its own: nobody else waits for it."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, job)
        except RequestException as error:
            raise Unreachable(type(error).__name__) from None
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            # Authlib's texts quote what the provider sent
            raise Refused(type(error).__name__) from None

    def _begin(self) -> Mapping[str, str]:
        self._check_metadata()
        made: Mapping[str, str] = self._client.create_authorization_url(self._redirect)
        return made

    def _finish(self, begun: Begun, code: str, wanted: str | None) -> Mapping[str, Any]:
        self._check_metadata()
        token = self._client.fetch_access_token(
            self._redirect, code=code, code_verifier=begun.verifier, grant_type="authorization_code"
        )
        options = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client_id},
            "exp": {"essential": True},
        }
        claims = self._client.parse_id_token(
            token, begun.nonce, claims_options=options, claims_cls=CodeIDToken, leeway=_LEEWAY_SECONDS
        )
        if claims is None or not isinstance(claims.get("sub"), str):
            raise Refused("no ID token")
        if not wanted or wanted in claims or "userinfo_endpoint" not in self._client.server_metadata:
            return dict(claims)
        more = self._client.userinfo(token=token)
        if more.get("sub") != claims["sub"]:
            raise Refused("another subject")
        return {**more, **claims}

    def _check_metadata(self) -> None:
        known = self._client.server_metadata
        if time.time() - known.get("_loaded_at", 0) > _KEPT_SECONDS:  # its keys may be others by now
            known.clear()
        metadata = self._client.load_server_metadata()
        offered = metadata.get("id_token_signing_alg_values_supported") or _SIGNATURES[:1]
        signatures = [one for one in _SIGNATURES if one in offered]
        if (
            metadata.get("issuer") != self._issuer
            or not all(_is_safe(metadata[name]) for name in _ENDPOINTS if name in metadata)
            or not signatures
        ):
            known.clear()  # it is asked again
            raise Refused("metadata")
        metadata["id_token_signing_alg_values_supported"] = signatures


def _is_safe(url: str) -> bool:
    """Whether an address is one of HTTPS, or of this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
