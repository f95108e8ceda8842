"""Signing in and out: the requests that need no session, and finding whose a request is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from sanic.request import Request
from sanic.response import HTTPResponse, redirect

from blina.channels.team import accounts
from blina.channels.team.begun import MINUTES
from blina.channels.team.cookies import Cookie
from blina.channels.team.pages import Pages, Ways
from blina.channels.team.people import Allowed, name_of
from blina.channels.team.provider import Provider, Refused, Unreachable
from blina.channels.team.records import Act, Fails, Records
from blina.channels.team.sessions import Session
from blina.http_server.addresses import address_of, from_this_machine
from blina.knowledge.settings import Settings
from blina.replicas.limits import limit
from blina.stop import Stop

_log = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[HTTPResponse]]
Route = tuple[Handler, str, str]

HOME = "/team"
ACTIVE = "blina-active"  # a header: somebody did something since the last request
TOKEN = "blina-token"  # noqa: S105 - the header of a change
_SIGN_INS_A_MINUTE = 30  # from one address: a clinic is behind one
_PASSWORDS_A_MINUTE = 20
_HOUR = 3600


class Entrance:
    """Lets nurses in."""

    def __init__(
        self,
        pages: Pages,
        records: Records,
        provider: Provider | None,
        accounts_file: Path,
        settings: Settings,
    ) -> None:
        """Be ready.

        Args:
            pages: what is shown.
            records: sessions and the audit log.
            provider: None when only accounts of this machine may be used.
            accounts_file: with the accounts of this machine.
            settings: who may, and for how long.
        """
        self._pages = pages
        self._records = records
        self._provider = provider
        self._accounts = accounts_file
        self._settings = settings
        self._allowed = Allowed.by(settings)
        self._sign_ins = limit("sign_in", _SIGN_INS_A_MINUTE, "sign_in")
        self._passwords = limit("password", _PASSWORDS_A_MINUTE, "password")
        self._hashing = ThreadPoolExecutor(1, "passwords")
        is_secure = urlsplit(settings.team_url or "").scheme == "https"
        self._session = Cookie("blina_team", is_secure, settings.team_session_hours * _HOUR)
        self._sign_in = Cookie("blina_sign_in", is_secure, MINUTES * 60)

    def routes(self) -> Iterator[Route]:
        """What is served: handler, path and method of each."""
        if self._provider is not None:
            yield self.begin, "/sign-in", "GET"
            yield self.finish, "/signed-in", "GET"
        if self._settings.team_local_accounts:
            yield self.local, "/local", "POST"
        yield self.leave, "/sign-out", "POST"

    async def session(self, request: Request) -> Session | None:
        """Whose a request is.

        Args:
            request: of a browser.

        Raises:
            Fails: it cannot be looked up now.
        """
        is_active = request.method != "GET" or request.headers.get(ACTIVE) == "1"
        return await self._records.find(self._session.read(request), is_active)

    def may_change(self, request: Request, session: Session) -> bool:
        """Whether a change was asked for by a page of ours.

        Args:
            request: that asks.
            session: whose it is.
        """
        token = request.headers.get(TOKEN) or (request.form or {}).get("token")
        return token == session.token and self._is_ours(request)

    def door(
        self, request: Request, status: HTTPStatus = HTTPStatus.OK, told: str = "", **values: str
    ) -> HTTPResponse:
        """The page that asks who is there.

        Args:
            request: of a browser.
            status: of HTTP.
            told: name of the word that says what went wrong.
            values: for its placeholders.
        """
        return self._pages.sign_in(self._ways(request), status, told, **values)

    async def begin(self, request: Request) -> HTTPResponse:
        """Send a browser to the provider."""
        if self._provider is None or await self._sign_ins.wait(address_of(request)):
            return self.door(request, HTTPStatus.TOO_MANY_REQUESTS, "too_often")
        try:
            begun = await self._provider.begin()
        except (Unreachable, Refused) as error:
            return self._provider_failed(request, error)
        answer = redirect(begun.url, status=HTTPStatus.SEE_OTHER)
        self._sign_in.set(answer, await self._records.keep_begun(begun))
        return answer

    async def finish(self, request: Request) -> HTTPResponse:
        """Take a browser that comes back from the provider."""
        begun = await self._records.take_begun(request.args.get("state"), self._sign_in.read(request))
        code = request.args.get("code")
        if self._provider is None or begun is None or not code:
            return self.door(request, HTTPStatus.BAD_REQUEST, "not_finished")
        try:
            claims = await self._provider.finish(begun, code, self._allowed.claim)
        except (Unreachable, Refused) as error:
            return self._provider_failed(request, error)
        who = name_of(claims)
        if not self._allowed.lets_in(claims):
            await self._records.note(who, Act.NOT_LET_IN)
            return self.door(request, HTTPStatus.FORBIDDEN, "not_listed", person=who)
        return await self._let_in(request, who)

    async def local(self, request: Request) -> HTTPResponse:
        """Look at the name and password of an account of this machine."""
        if not self._ways(request).local or not self._is_ours(request):
            return self.door(request, HTTPStatus.FORBIDDEN, "not_finished")
        if await self._passwords.wait(address_of(request)):
            return self.door(request, HTTPStatus.TOO_MANY_REQUESTS, "too_often")
        form = request.form or {}
        name, password = form.get("name") or "", form.get("password") or ""
        try:
            is_right = await asyncio.get_running_loop().run_in_executor(
                self._hashing, accounts.is_right, self._accounts, name, password
            )
        except Stop as error:
            _log.error("%s", error)
            raise Fails from None
        if not is_right:
            return self.door(request, HTTPStatus.UNAUTHORIZED, "wrong")
        return await self._let_in(request, name)

    async def leave(self, request: Request) -> HTTPResponse:
        """Sign somebody out."""
        session = await self.session(request)
        if session is not None and self.may_change(request, session):
            await self._records.sign_out(session)
        answer = redirect(HOME, status=HTTPStatus.SEE_OTHER)
        self._session.set(answer, "")
        return answer

    async def _let_in(self, request: Request, who: str) -> HTTPResponse:
        """Begin a session of its own; one that this browser had ends."""
        before = await self._records.find(self._session.read(request), is_active=False)
        if before is not None:
            await self._records.sign_out(before)
        cookie = await self._records.sign_in(who)
        answer = redirect(HOME, status=HTTPStatus.SEE_OTHER)
        self._session.set(answer, cookie)
        self._sign_in.set(answer, "")
        return answer

    def _ways(self, request: Request) -> Ways:
        is_local = self._settings.team_local_accounts and from_this_machine(request)
        return Ways(provider=self._provider is not None, local=is_local)

    def _is_ours(self, request: Request) -> bool:
        """Whether a page of this server sent a request, as far as browsers say."""
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site", "same-origin")
        if origin is None or site != "same-origin":
            return False
        host = request.headers.get("host")
        own = self._settings.team_url
        return origin in ((own,) if own else (f"http://{host}", f"https://{host}"))

    def _provider_failed(self, request: Request, error: Exception) -> HTTPResponse:
        _log.error("signing in at the OpenID provider failed (%s: %s)", type(error).__name__, error)
        if isinstance(error, Unreachable):
            return self.door(request, HTTPStatus.SERVICE_UNAVAILABLE, "not_reachable")
        return self.door(request, HTTPStatus.FORBIDDEN, "not_finished")
