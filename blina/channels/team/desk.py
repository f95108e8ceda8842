"""What a nurse who is signed in can see and do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus

from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw

from blina.alerts.book import AlertBook
from blina.alerts.model import Alert, State
from blina.assistant import knowledge
from blina.channels.team import inbox
from blina.channels.team.entrance import Entrance, Route
from blina.channels.team.pages import Pages
from blina.channels.team.records import Act, Fails, Records
from blina.channels.team.sessions import Session
from blina.http_server import access
from blina.http_server.body import unambiguous
from blina.http_server.text import whole

_LEFT = "Blina-Seconds"  # headers: until the nurse is signed out, and whether that cannot be put off
_IS_LAST = "Blina-Last"

Change = Callable[[AlertBook, str], Awaitable[bool]]


class Desk:
    """Shows alerts and changes them; what is done is written down before it is done."""

    def __init__(
        self,
        pages: Pages,
        records: Records,
        entrance: Entrance,
        alerts: Callable[[Request], AlertBook | None],
    ) -> None:
        """Be ready.

        Args:
            pages: what is shown.
            records: the audit log.
            entrance: knows whose a request is.
            alerts: finds the book of alerts; None while there is none.
        """
        self._pages = pages
        self._records = records
        self._entrance = entrance
        self._alerts = alerts

    def routes(self) -> Iterator[Route]:
        """What is served: handler, path and method of each."""
        yield self.home, "/", "GET"
        yield self.list, "/alerts", "GET"
        yield self.look, "/alerts/<id:str>/look", "POST"
        yield self.take, "/alerts/<id:str>/take", "POST"
        yield self.give_back, "/alerts/<id:str>/give-back", "POST"
        yield self.close, "/alerts/<id:str>/close", "POST"

    async def home(self, request: Request) -> HTTPResponse:
        """The page: with the alerts, or with the question who is there."""
        session = await self._entrance.session(request)
        return self._pages.inbox(session) if session else self._entrance.door(request)

    async def list(self, request: Request) -> HTTPResponse:
        """The alerts; nothing new is said as 304."""
        session = await self._entrance.session(request)
        if session is None:
            return access.error(HTTPStatus.UNAUTHORIZED)
        book = self._book(request)
        open_, closed = await book.open_alerts(), await book.closed_alerts(inbox.MOST_CLOSED)
        content = json.dumps(inbox.shown(open_, closed, session.who, knowledge())).encode()
        headers = {
            "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"',
            "Cache-Control": "no-store",
            _LEFT: str(session.seconds),
            _IS_LAST: str(int(session.is_last)),
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return empty(HTTPStatus.NOT_MODIFIED, headers=headers)
        return raw(content, headers=headers, content_type="application/json")

    async def look(self, request: Request, id: str) -> HTTPResponse:
        """The hand-over of an alert, once it is written down who looks."""
        session, refusal = await self._who(request)
        if session is None:
            return refusal
        alert = await self._book(request).alert(id)
        if alert is None or alert.hand_over is None:
            return access.error(HTTPStatus.NOT_FOUND)
        await self._records.note(session.who, Act.LOOKED, alert.id)
        content = json.dumps(inbox.hand_over(alert.hand_over)).encode()
        return raw(content, content_type="application/json")

    async def take(self, request: Request, id: str) -> HTTPResponse:
        """Take an alert."""
        return await self._change(request, id, Act.TAKES, lambda book, who: book.take(id, who), _has_taken)

    async def give_back(self, request: Request, id: str) -> HTTPResponse:
        """Make an alert that was taken open again."""
        return await self._change(
            request, id, Act.GIVES_BACK, lambda book, _: book.give_back(id), lambda alert, _: _is_free(alert)
        )

    async def close(self, request: Request, id: str) -> HTTPResponse:
        """Close an alert with a note."""
        note = _note(request)
        if note is None:
            return access.error(HTTPStatus.BAD_REQUEST, f"'note' has 1 to {inbox.MOST_NOTE} characters.")
        return await self._change(
            request, id, Act.CLOSES, lambda book, who: book.close_alert(id, who, note), _has_closed
        )

    async def _change(
        self, request: Request, id: str, act: Act, change: Change, is_done: Callable[[Alert, str], bool]
    ) -> HTTPResponse:
        """Write down a change, make it, and say who was there before where somebody was."""
        session, refusal = await self._who(request)
        if session is None:
            return refusal
        book = self._book(request)
        alert = await book.alert(id)
        if alert is None:
            return access.error(HTTPStatus.NOT_FOUND)
        await self._records.note(session.who, act, alert.id)
        if await change(book, session.who):
            return empty()
        now = await book.alert(id) or alert
        if is_done(now, session.who):  # it was asked twice, as the first answer was lost
            return empty()
        await self._records.note(session.who, Act.WAS_TOO_LATE, alert.id)
        is_closed = now.state is State.CLOSED
        return access.error(HTTPStatus.CONFLICT, person=now.taken_by or "", closed=is_closed)

    async def _who(self, request: Request) -> tuple[Session | None, HTTPResponse]:
        """Whose a request is, and the refusal when it is nobody's or no page of ours sent it."""
        session = await self._entrance.session(request)
        if session is None:
            return None, access.error(HTTPStatus.UNAUTHORIZED)
        if not self._entrance.may_change(request, session):
            return None, access.error(HTTPStatus.FORBIDDEN)
        return session, empty()

    def _book(self, request: Request) -> AlertBook:
        book = self._alerts(request)
        if book is None:
            raise Fails
        return book


def _has_taken(alert: Alert, who: str) -> bool:
    return alert.state is State.TAKEN and alert.taken_by == who


def _is_free(alert: Alert) -> bool:
    return alert.state is State.OPEN


def _has_closed(alert: Alert, who: str) -> bool:
    return alert.state is State.CLOSED and alert.closed_by == who


def _note(request: Request) -> str | None:
    """The note of a request, None when there is none, or too much of it."""
    try:
        fields = unambiguous(request.body)
    except (ValueError, RecursionError):
        return None
    given = fields.get("note") if isinstance(fields, dict) else None
    if not isinstance(given, str) or len(given) > inbox.MOST_NOTE:
        return None
    kept = "".join(letter for letter in whole(given) if letter.isprintable() or letter == "\n").strip()
    return kept or None
