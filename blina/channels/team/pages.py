"""The nurses' page: its files, and the two pages with their words filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sanic.response import HTTPResponse, html

from blina.channels.team.inbox import MOST_NOTE
from blina.channels.team.sessions import Session
from blina.channels.web import page
from blina.knowledge import Knowledge
from blina.knowledge.settings import Settings
from blina.knowledge.wording import Voice, fill

_SHARED = ("dom.js", "style.css", "icon.svg")  # with the patients' page
_STAYING = {
    name: f"{{{name}}}" for name in "person time minutes count reason name number words limit".split()
}
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # without it browsers name no origin when a form is sent
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Ways:
    """How somebody may sign in.

    Args:
        provider: whether by the OpenID provider.
        local: whether by an account of this machine.
    """

    provider: bool
    local: bool


class Pages:
    """Makes the pages.

    Args:
        knowledge: the words.
        settings: the centre's name.
        folder: where the files are.

    Raises:
        KeyError: when a page uses a word that the wording does not have.
        Stop: when a file is missing, was changed, or does not belong there.
    """

    def __init__(self, knowledge: Knowledge, settings: Settings, folder: Path = page.FOLDER) -> None:
        page.check(folder)
        voice = Voice(knowledge, settings)
        self._words = {name: voice.say("team", name, **_STAYING) for name in knowledge.wording["team"]} | {
            "centre": settings.centre_name
        }
        self._texts = {
            path.stem: path.read_text("utf-8") for path in sorted((folder / page.TEAM).glob("*.html"))
        }
        self.files = {
            name.removeprefix(f"{page.TEAM}/"): page.file_of(
                path.read_text("utf-8"), page.TYPES[path.suffix], {**HEADERS, "Cache-Control": "no-cache"}
            )
            for name, path in page.sent(folder)
            if name in _SHARED or (name.startswith(f"{page.TEAM}/") and path.suffix != ".html")
        }

    def inbox(self, session: Session) -> HTTPResponse:
        """The page with the alerts.

        Args:
            session: of who opens it.
        """
        config = {"words": self._words, "token": session.token, "who": session.who, "mostNote": MOST_NOTE}
        more = {
            "config": "",
            "token": session.token,
            "signed_in_as": fill(self._words["signed_in_as"], person=session.who),
        }
        return self._page("inbox", 200, more, config)

    def sign_in(self, ways: Ways, status: int = 200, told: str = "", **values: str) -> HTTPResponse:
        """The page that asks who is there.

        Args:
            ways: how somebody may sign in.
            status: of HTTP.
            told: name of the word that says what went wrong.
            values: for its placeholders.
        """
        said = fill(self._words[told], **{**_STAYING, **values}) if told else ""
        more = {
            "told": said,
            "provider": "" if ways.provider else "hidden",
            "local": "" if ways.local else "hidden",
            "tells": "" if told else "hidden",
        }
        return self._page("sign-in", status, more, {})

    def _page(
        self, name: str, status: int, more: Mapping[str, str], config: Mapping[str, object]
    ) -> HTTPResponse:
        safe = json.dumps(config, ensure_ascii=True).replace("<", "\\u003c")
        text = page.fill(self._texts[name], {**self._words, **more}, safe)
        return html(text, status, headers={**HEADERS, "Cache-Control": "no-store"})
