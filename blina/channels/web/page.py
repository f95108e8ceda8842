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

from blina.knowledge import Knowledge
from blina.knowledge.schema import Urgency
from blina.knowledge.settings import Settings
from blina.knowledge.wording import Voice
from blina.reading.text import MAX_CHARACTERS
from blina.replies.what_to_do import who_reads
from blina.stop import Stop

FOLDER = Path(__file__).resolve().parents[3] / "web"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
SUMS = "SHA256SUMS"  # as `sha256sum` writes and checks it
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_NO_NUMBER = "_no_number"
_WORKER = "sw.js"
TEAM = "team"  # the folder of the nurses' page, which has an address of its own
_NOT_OFFLINE = {"embed", "embed.js", "embed-page.js"}  # what other sites load
_HANDOVER = (
    "heading",
    "now",
    "medicine",
    "blanks",
    "complaints",
    "over",
    "denials",
    "answers",
    "checks",
    "check_as_ever",
    "check_changed",
    "check_unsure",
    "check_not_finished",
    "chart",
)
_WITHOUT_SERVER = ("symptom", "unsure", "answer")
_STAYING = {
    name: f"{{{name}}}"
    for name in "term document label words time action answer reason lay number count".split()
}


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
        Stop: when a file is missing, was changed, or does not belong there.
    """
    check(folder)
    values = words(knowledge, settings)
    config = json.dumps(config_of(values, knowledge, settings), ensure_ascii=True).replace("<", "\\u003c")
    files = {}
    for name, path in sent(folder):
        if name.startswith(f"{TEAM}/"):
            continue
        text = path.read_text("utf-8")
        if path.suffix in (".html", ".webmanifest"):
            text = fill(text, {**values, **numbers(settings)}, config)
        elif path.name == "embed.js":
            text = text.replace('"__WORDS__"', json.dumps(embed_words(values)))
        files[name] = file_of(text, TYPES[path.suffix], _headers(path, settings))
    files[""] = files.pop("index.html")
    files["embed"] = files.pop("embed.html")
    files[_WORKER] = _worker(folder, files, settings)
    return files


def sums(folder: Path = FOLDER) -> str:
    """The SHA-256 of every file of the page, a line each.

    Args:
        folder: where the files are.
    """
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n" for name, path in sent(folder)
    )


def check(folder: Path = FOLDER) -> None:
    """Compare the files with what was written down: what runs in patients' browsers is what was tested.

    Args:
        folder: where the files are.

    Raises:
        Stop: when a file is missing, was changed, or does not belong there.
    """
    try:
        written = (folder / SUMS).read_text("utf-8").splitlines()
    except OSError as error:
        raise Stop(f"web/{SUMS} cannot be read: {error.strerror}.") from None
    for line in sorted(set(written) ^ set(sums(folder).splitlines())):
        name = line.partition("  ")[2]
        raise Stop(
            f"web/{name} is not the file of this version: restore it, or run `make generate` after a change."
        )


def sent(folder: Path) -> list[tuple[str, Path]]:
    """The files that are sent, by their names below the folder.

    Args:
        folder: where they are.
    """
    files = [path for path in folder.rglob("*") if path.suffix in TYPES and path.is_file()]
    return sorted((path.relative_to(folder).as_posix(), path) for path in files)


def _worker(folder: Path, files: Mapping[str, File], settings: Settings) -> File:
    """The service worker, which knows what to keep for a day without a network; new when any of it is."""
    kept = {path: file for path, file in files.items() if _is_kept(path)}
    version = hashlib.sha256("".join(file.etag for file in kept.values()).encode()).hexdigest()[:16]
    text = (folder / _WORKER).read_text("utf-8")
    text = text.replace("__VERSION__", version)
    text = text.replace('"__FILES__"', json.dumps([f"/chat/{path}".rstrip("/") for path in kept]))
    headers = {**_headers(folder / _WORKER, settings), "Service-Worker-Allowed": "/chat"}
    return file_of(text, TYPES[".js"], headers)


def _is_kept(path: str) -> bool:
    return path not in _NOT_OFFLINE | {_WORKER} and not path.endswith(".txt")


def words(knowledge: Knowledge, settings: Settings) -> dict[str, str]:
    """The words on the page, with this centre's numbers.

    Args:
        knowledge: the wording.
        settings: phone numbers and the centre's name.
    """
    voice = Voice(knowledge, settings)
    names = [name for name in knowledge.wording["web"] if not name.endswith(_NO_NUMBER)]
    hours, limit = str(settings.retention_hours), str(MAX_CHARACTERS)
    values = {"hours": hours, "limit": limit, **_STAYING}
    return {
        **{name: voice.say("web", name, **values) for name in names},
        "privacy": voice.say("privacy", "sentence", hours=hours),
        "who_reads": who_reads(voice),
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
    voice = Voice(knowledge, settings)
    roles = knowledge.policy.roles
    return {
        "words": dict(values),
        "urgency": {urgency.value: knowledge.policy.urgency_title(urgency) for urgency in Urgency},
        "documents": {document.id: document.name for document in knowledge.documents.values()},
        "sourcesHeading": knowledge.text("heading", "sources"),
        "whyHint": knowledge.text("heading", "why_hint"),
        "summaryRequest": knowledge.text("chip", "summary"),
        "careTeam": settings.care_team_phone,
        "emergency": settings.emergency_number,
        "characters": MAX_CHARACTERS,
        "perMinute": settings.messages_per_minute,
        "hours": settings.retention_hours,
        "crisisLine": settings.crisis_line,
        "teamText": settings.care_team_text,
        "teamRelay": settings.care_team_relay,
        "numberNotSet": voice.say("after_action", "number_not_set"),
        "noneOfThese": voice.say("chip", "none_of_these"),
        "action": {urgency.value: voice.say("action", urgency.value) for urgency in Urgency},
        "handover": {
            **{name: voice.say("hand_over", name, **_STAYING) for name in _HANDOVER},
            **{name: voice.say("summary", name, **_STAYING) for name in _WITHOUT_SERVER},
        },
        "firstAid": {
            **{id: knowledge.symptoms[id].meanwhile for id in roles.first_aid},
            **({roles.infusion_rule: voice.say("infusion", "meanwhile")} if roles.infusion_rule else {}),
        },
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
            "manifest-src 'self'",
            "worker-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors " + " ".join(["'self'", *origins]),
            "require-trusted-types-for 'script'",
            "trusted-types blina-worker",  # makes one address, of the service worker
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


def file_of(text: str, kind: str, headers: Mapping[str, str]) -> File:
    """A file, ready to be sent.

    Args:
        text: its content.
        kind: content type.
        headers: to send with it.
    """
    content = text.encode("utf-8")
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return File(content, gzip.compress(content, 9, mtime=0), kind, etag, headers)
