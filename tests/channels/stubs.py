"""Stand-ins for the providers' APIs on loopback: they check what they get as the providers do.

What a provider would refuse is refused here as the provider does it, and noted in ``complaints``,
so that no test passes on calls that a real provider does not take.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

Answer = tuple[int, dict[str, str], Any]


@dataclass(frozen=True)
class Shown:
    """A message as a person sees it: the text, and title and data of each button."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass
class Trouble:
    """What goes wrong with the next calls.

    Args:
        times: how many of them.
        status: that is answered; 0 breaks the connection without an answer.
        body: of that answer.
        headers: of that answer.
        delivers: whether the message arrives all the same, and only the answer is lost.
    """

    times: int
    status: int = 500
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    delivers: bool = False


class Refusal(Exception):
    """What a provider has against a call."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def need(condition: object, status: int, why: str) -> None:
    """Refuse a call unless something holds."""
    if not condition:
        raise Refusal(status, why)


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


class Provider:
    """One provider's API; ``shown`` is what arrived, by person."""

    def __init__(self) -> None:
        self.shown: dict[str, list[Shown]] = defaultdict(list)
        self.complaints: list[str] = []
        self.calls: list[float] = []  # when each came, in seconds
        self.trouble: Trouble | None = None
        self.delay = 0.0  # seconds before an answer

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """Answer a call; None breaks the connection."""
        self.calls.append(time.monotonic())
        time.sleep(self.delay)
        trouble = self.trouble
        if trouble and trouble.times > 0:
            trouble.times -= 1
            if trouble.delivers:
                self.deliver(path, headers, body)
            return (trouble.status, trouble.headers, trouble.body) if trouble.status else None
        try:
            return self.deliver(path, headers, body)
        except Refusal as refusal:
            self.complaints.append(str(refusal))
            return self.refused(refusal)

    def deliver(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Check a call and show its message; raises `Refusal`."""
        raise NotImplementedError

    def refused(self, refusal: Refusal) -> Answer:
        """How the provider says no."""
        raise NotImplementedError


class Twilio(Provider):
    """Messages.json of one account."""

    SID, TOKEN = "AC" + "5" * 32, "twilio-token-" + "7" * 19
    NUMBERS = ("+15005550006", "whatsapp:+14155238886")  # of the account

    def deliver(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        login = base64.b64encode(f"{self.SID}:{self.TOKEN}".encode()).decode()
        need(headers.get("authorization") == f"Basic {login}", 401, "Authenticate")
        need(path == f"/2010-04-01/Accounts/{self.SID}/Messages.json", 404, "no such resource")
        kind = headers.get("content-type", "")
        need(kind.startswith("application/x-www-form-urlencoded"), 400, "not a form")
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        need(set(form) == {"To", "From", "Body"}, 400, f"21603: fields {sorted(form)}")
        need(form["From"] in self.NUMBERS, 400, "21606: not a number of the account")
        both = {form[name].startswith("whatsapp:") for name in ("To", "From")}
        need(len(both) == 1, 400, "63007: from one medium to another")
        need(form["Body"].strip(), 400, "21602: no text")
        need(units(form["Body"]) <= 1600, 400, "21617: too long")
        self.shown[form["To"]].append(Shown(form["Body"]))
        return 201, {}, {"sid": f"SM{len(self.calls):032}", "status": "queued"}

    def refused(self, refusal: Refusal) -> Answer:
        return refusal.status, {}, {"message": str(refusal), "status": refusal.status}


class Telegram(Provider):
    """The Bot API of one bot."""

    TOKEN, SECRET = "123456789:" + "A" * 35, "telegram-secret-token_1"

    def deliver(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        need(path == f"/bot{self.TOKEN}/sendMessage", 404, "Not Found")
        need(headers.get("content-type", "").startswith("application/json"), 400, "Bad Request: not JSON")
        call = json.loads(body)
        known = {"chat_id", "text", "link_preview_options", "reply_markup"}
        need(set(call) <= known, 400, f"fields {sorted(call)}")
        need(call["text"].strip(), 400, "Bad Request: message text is empty")
        need(units(call["text"]) <= 4096, 400, "Bad Request: message is too long")
        rows = call.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
        buttons = [button for row in rows for button in row]
        for button in buttons:
            need(set(button) == {"text", "callback_data"}, 400, "Bad Request: button")
            need(1 <= len(button["callback_data"].encode()) <= 64, 400, "Bad Request: BUTTON_DATA_INVALID")
            need(button["text"], 400, "Bad Request: button without text")
        data = tuple((button["text"], button["callback_data"]) for button in buttons)
        self.shown[str(call["chat_id"])].append(Shown(call["text"], data))
        return 200, {}, {"ok": True, "result": {"message_id": len(self.calls)}}

    def refused(self, refusal: Refusal) -> Answer:
        return refusal.status, {}, {"ok": False, "error_code": refusal.status, "description": str(refusal)}


class Slack(Provider):
    """The Web API of one app."""

    TOKEN, SECRET = "xoxb-" + "1" * 12 + "-" + "2" * 24, "8f742231b10e8888abcd99yyyzzz85a5"

    def deliver(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        need(path == "/chat.postMessage", 200, "unknown_method")
        need(headers.get("authorization") == f"Bearer {self.TOKEN}", 200, "invalid_auth")
        kind = headers.get("content-type", "").replace(" ", "").lower()
        need(kind == "application/json;charset=utf-8", 200, "missing_charset")
        call = json.loads(body)
        need(call["channel"][:1] in ("D", "C"), 200, "channel_not_found")
        need(0 < len(call["text"]) <= 40_000, 200, "msg_too_long")
        need("<" not in call["text"] and ">" not in call["text"], 200, "unescaped")
        need(
            len(call["blocks"]) <= 50 and len(json.dumps(call["blocks"])) < 13_000, 200, "msg_blocks_too_long"
        )
        text, buttons = [], []
        for block in call["blocks"]:
            need(block["type"] in ("rich_text", "actions"), 200, "invalid_blocks")
            for element in block["elements"]:
                if block["type"] == "actions":
                    buttons.append(self._button(element))
                else:
                    text += [part["text"] for part in element["elements"]]
            need(block["type"] != "actions" or 1 <= len(block["elements"]) <= 25, 200, "invalid_blocks")
        names = [data for _, data in buttons]
        need(len(set(names)) == len(names), 200, "invalid_blocks: action_id twice")
        self.shown[call["channel"]].append(Shown("".join(text), tuple(buttons)))
        return 200, {}, {"ok": True, "ts": f"1700000000.{len(self.calls):06}"}

    @staticmethod
    def _button(element: dict[str, Any]) -> tuple[str, str]:
        need(element["type"] == "button" and element["text"]["type"] == "plain_text", 200, "invalid_blocks")
        need(0 < len(element["text"]["text"]) <= 75, 200, "invalid_blocks: title")
        need(len(element["value"]) <= 2000 and len(element["action_id"]) <= 255, 200, "invalid_blocks: value")
        return element["text"]["text"], element["value"]

    def refused(self, refusal: Refusal) -> Answer:
        return 200, {}, {"ok": False, "error": str(refusal)}


class Toy(Provider):
    """The provider of the channel in docs/channels/README.md."""

    TOKEN = "toy-token"

    def deliver(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        need(path == "/send", 404, "no such call")
        need(headers.get("authorization") == f"Bearer {self.TOKEN}", 401, "wrong token")
        call = json.loads(body)
        need(set(call) == {"to", "text"} and len(call["text"]) <= 500, 400, "wrong message")
        self.shown[call["to"]].append(Shown(call["text"]))
        return 200, {}, {}

    def refused(self, refusal: Refusal) -> Answer:
        return refusal.status, {}, {"error": str(refusal)}


class Stubs:
    """All providers on one port of this machine, each below a path of its own."""

    def __init__(self) -> None:
        self.twilio, self.telegram, self.slack, self.toy = Twilio(), Telegram(), Slack(), Toy()
        by_path = {"twilio": self.twilio, "telegram": self.telegram, "slack": self.slack, "toy": self.toy}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                name, _, path = self.path.removeprefix("/").partition("/")
                headers = {key.lower(): value for key, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", 0)))
                answer = by_path[name].take(f"/{path}", headers, body)
                if answer is None:
                    self.connection.close()
                    return
                status, more, content = answer
                self.send_response(status)
                for key, value in more.items():
                    self.send_header(key, value)
                sent = json.dumps(content).encode()
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                with suppress(OSError):  # nobody waits any more
                    self.wfile.write(sent)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def environment(self) -> dict[str, str]:
        """What the server under test has to know."""
        return {
            "TWILIO_ACCOUNT_SID": Twilio.SID,
            "TWILIO_AUTH_TOKEN": Twilio.TOKEN,
            "TWILIO_STUB": f"{self.url}/twilio",
            "TELEGRAM_BOT_TOKEN": Telegram.TOKEN,
            "TELEGRAM_SECRET_TOKEN": Telegram.SECRET,
            "TELEGRAM_STUB": f"{self.url}/telegram",
            "SLACK_BOT_TOKEN": Slack.TOKEN,
            "SLACK_SIGNING_SECRET": Slack.SECRET,
            "SLACK_STUB": f"{self.url}/slack",
            "TOY_TOKEN": Toy.TOKEN,
            "TOY_STUB": f"{self.url}/toy",
        }

    def complaints(self) -> list[str]:
        """What the providers had against the calls so far."""
        return [
            *self.twilio.complaints,
            *self.telegram.complaints,
            *self.slack.complaints,
            *self.toy.complaints,
        ]

    def close(self) -> None:
        """Be gone."""
        self._server.shutdown()
        self._server.server_close()
