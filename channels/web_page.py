"""The page and its files: read once, compressed once, sent with strict headers."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw

from reading.text import MAX_CHARACTERS
from triage.knowledge import Knowledge
from triage.knowledge.schema import Urgency
from triage.settings import Settings
from triage.wording import Voice

FOLDER = Path(__file__).resolve().parents[1] / "web"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_NO_NUMBER = "_no_number"


@dataclass(frozen=True)
class File:
    """A file as it is sent.

    Args:
        content: plain.
        compressed: with gzip.
        type: content type.
        etag: changes with the content.
        headers: further headers.
    """

    content: bytes
    compressed: bytes
    type: str
    etag: str
    headers: Mapping[str, str]


def load(knowledge: Knowledge, settings: Settings, folder: Path = FOLDER) -> dict[str, File]:
    """Everything below ``/chat``, by path; the page itself has the path ``""``.

    Args:
        knowledge: the wording.
        settings: phone numbers, limits and who may embed the page.
        folder: where the files are.

    Returns:
        The files.

    Raises:
        KeyError: when the page uses a word that the wording does not have.
    """
    values = words(knowledge, settings)
    config = json.dumps(config_of(values, knowledge, settings), ensure_ascii=True).replace("<", "\\u003c")
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix not in TYPES or not path.is_file():
            continue
        text = path.read_text("utf-8")
        if path.suffix == ".html":
            text = fill(text, {**values, **numbers(settings)}, config)
        elif path.name == "embed.js":
            text = text.replace('"__WORDS__"', json.dumps(embed_words(values)))
        files[path.relative_to(folder).as_posix()] = _file(text, TYPES[path.suffix], _headers(path, settings))
    files[""] = files.pop("index.html")
    files["embed"] = files.pop("embed.html")
    return files


def words(knowledge: Knowledge, settings: Settings) -> dict[str, str]:
    """The words on the page, with this centre's numbers.

    Args:
        knowledge: the wording.
        settings: phone numbers and the centre's name.
    """
    voice = Voice(knowledge, settings)
    names = [name for name in knowledge.wording["web"] if not name.endswith(_NO_NUMBER)]
    hours, limit = str(settings.retention_hours), str(MAX_CHARACTERS)
    values = {"hours": hours, "limit": limit, "term": "{term}", "document": "{document}"}  # those stay
    return {
        **{name: voice.say("web", name, **values) for name in names},
        "privacy": voice.say("privacy", "sentence", hours=hours),
        "not_a_device": voice.say("privacy", "not_a_device"),
    }


def embed_words(values: Mapping[str, str]) -> dict[str, str]:
    """The words on the button in another site's page."""
    return {"open": values["embed_open"], "close": values["embed_close"], "title": values["title"]}


def numbers(settings: Settings) -> dict[str, str]:
    """The numbers as the page's links and fields need them."""
    return {
        "characters": str(MAX_CHARACTERS),
        "emergency_number": settings.emergency_number,
        "emergency_link": dial(settings.emergency_number),
        "team_number": settings.care_team_phone or "",
        "team_link": dial(settings.care_team_phone or ""),
    }


def dial(number: str) -> str:
    """A number without what people put between the digits, for ``tel:`` links."""
    return "".join(character for character in number if character.isdigit() or character == "+")


def config_of(values: Mapping[str, str], knowledge: Knowledge, settings: Settings) -> dict[str, Any]:
    """What the scripts need to know.

    Args:
        values: the words.
        knowledge: urgencies and documents, for their names.
        settings: the numbers.
    """
    return {
        "words": dict(values),
        "urgency": {urgency.value: knowledge.policy.urgency_title(urgency) for urgency in Urgency},
        "documents": {document.id: document.name for document in knowledge.documents.values()},
        "sourcesHeading": knowledge.text("heading", "sources"),
        "summaryRequest": knowledge.text("chip", "summary"),
        "careTeam": settings.care_team_phone,
        "emergency": settings.emergency_number,
        "characters": MAX_CHARACTERS,
        "perMinute": settings.messages_per_minute,
    }


def fill(text: str, values: Mapping[str, str], config: str) -> str:
    """A page with its ``{{placeholders}}`` replaced; everything but the config is escaped.

    Args:
        text: HTML.
        values: by placeholder.
        config: JSON for the scripts, safe inside a script element.
    """
    return _PLACEHOLDER.sub(
        lambda match: config if match[1] == "config" else html.escape(values[match[1]]), text
    )


def answer(file: File, request: Request) -> HTTPResponse:
    """The response with a file, or 304 when the browser has it.

    Args:
        file: to send.
        request: says what the browser has and takes.
    """
    headers = {**file.headers, "ETag": file.etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return empty(304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return raw(file.compressed, headers=headers, content_type=file.type)
    return raw(file.content, headers=headers, content_type=file.type)


def content_policy(origins: Sequence[str]) -> str:
    """The page's content security policy.

    Args:
        origins: other sites that may embed the page.
    """
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors " + " ".join(["'self'", *origins]),
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def _headers(path: Path, settings: Settings) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": content_policy(settings.allowed_origins),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin" if path.name == "embed.js" else "same-origin",
        "Cache-Control": "no-cache",
    }
    if not settings.allowed_origins:
        headers["X-Frame-Options"] = "SAMEORIGIN"
    return headers


def _file(text: str, kind: str, headers: Mapping[str, str]) -> File:
    content = text.encode("utf-8")
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return File(content, gzip.compress(content, 9, mtime=0), kind, etag, headers)
