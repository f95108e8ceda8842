"""People who write through the providers: each delivers what they write as the provider does, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from blina.channels.messaging.store import FILE
from tests.channels.stubs import Provider, Shown, Slack, Stubs, Telegram, Toy, Twilio
from tests.server.running import Assistant
from tests.stored import counted

PUBLIC_URL = "https://blina.example.org"
SECONDS = 30.0  # for an answer
_ids = itertools.count(1_000)
ABOUT = "Nobody from your team reads along"  # told once, with what follows
_BESIDE = "I am a computer program. I am not a doctor."
Reply = tuple[int, str]
Write = Callable[[type[Any]], Any]  # makes somebody who writes through a provider


class Person:
    """Somebody with a conversation of their own.

    Args:
        assistant: the server under test.
        stubs: the providers.
    """

    channel: str
    buttons = False
    name: str  # of the person at the provider: what must never be stored or logged

    def __init__(self, assistant: Assistant, stubs: Stubs) -> None:
        self.assistant = assistant
        self.stubs = stubs

    @property
    def provider(self) -> Provider:
        """The provider's stub."""
        found: Provider = getattr(self.stubs, self.channel)
        return found

    @property
    def whole_screen(self) -> list[Shown]:
        """All that the assistant sent to this person."""
        return self.provider.shown[self.address]

    @property
    def screen(self) -> list[Shown]:
        """The same without what everybody is told who writes for the first time."""
        return [shown for shown in self.whole_screen if not (ABOUT in shown.text and _BESIDE in shown.text)]

    @property
    def address(self) -> str:
        """Where messages to this person go."""
        return self.name

    def say(self, text: str) -> list[Shown]:
        """Write something; what comes back."""
        return self.answers_to(*self.message(text))

    def answers_to(self, body: bytes, headers: dict[str, str]) -> list[Shown]:
        """Deliver something; what comes back."""
        before = len(self.screen)
        status, answer = self.deliver(body, headers)
        assert status == 200, answer
        self.wait()
        return self.screen[before:]

    def wait(self) -> None:
        """Wait until the assistant has nothing left to do for this channel."""
        end = time.monotonic() + SECONDS
        while self.undone():
            if time.monotonic() > end:
                pytest.fail(f"no answer in time: {self.undone()}\n{self.assistant.log.read_text()}")
            time.sleep(0.01)

    def undone(self) -> int:
        """How many messages of the channel are not answered, and replies not sent."""
        return counted(
            self.assistant.database.with_name(FILE),
            "select (select count(*) from incoming where channel = :1 and content is not null)"
            " + (select count(*) from outgoing where channel = :1)",
            self.channel,
        )

    def deliver(self, body: bytes, headers: dict[str, str]) -> Reply:
        """Call the assistant as the provider does; status and answer."""
        request = urllib.request.Request(
            f"{self.assistant.url}/webhooks/{self.channel}/webhook", body, headers
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def message(self, text: str, /) -> tuple[bytes, dict[str, str]]:
        """What the provider delivers when the person writes: body and headers."""
        raise NotImplementedError

    def offers(self) -> dict[str, str]:
        """What the last message offers to choose: titles, and what to type or to tap for each."""
        lines = [line.partition(". ") for line in self.screen[-1].text.splitlines()] if self.screen else []
        return {title: number for number, _, title in lines if number.isdigit()}

    def pick(self, title: str) -> list[Shown]:
        """Choose an answer that the last message offers: tap it, or type its number."""
        return self.say(self.offers()[title])


class TwilioPerson(Person):
    """Somebody with a phone, as Twilio tells of them."""

    channel = "twilio"
    ours = Twilio.NUMBERS[0]

    def __init__(self, assistant: Assistant, stubs: Stubs) -> None:
        super().__init__(assistant, stubs)
        self.name = f"+4477009{next(_ids):05}"

    def message(self, text: str, /, **fields: str) -> tuple[bytes, dict[str, str]]:
        form = {
            "MessageSid": f"SM{next(_ids):032}",
            "AccountSid": Twilio.SID,
            "From": self.address,
            "To": self.ours,
            "Body": text,
            "NumMedia": "0",
            "SmsStatus": "received",
            "FromCity": "",  # the signature covers empty fields as well
            **fields,
        }
        return urlencode(form).encode(), self.signed(form)

    def signed(
        self, form: dict[str, str], token: str = Twilio.TOKEN, url: str = PUBLIC_URL
    ) -> dict[str, str]:
        """Headers with Twilio's signature: HMAC-SHA1 of the address and the sorted fields."""
        text = f"{url}/webhooks/twilio/webhook" + "".join(name + form[name] for name in sorted(form))
        digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
        return {
            "X-Twilio-Signature": base64.b64encode(digest).decode(),
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        }


class SmsPerson(TwilioPerson):
    """Somebody who writes text messages."""


class WhatsAppPerson(TwilioPerson):
    """Somebody who writes with WhatsApp."""

    ours = Twilio.NUMBERS[1]

    @property
    def address(self) -> str:
        return f"whatsapp:{self.name}"


class TelegramPerson(Person):
    """Somebody who writes to the bot."""

    channel = "telegram"
    buttons = True

    def __init__(self, assistant: Assistant, stubs: Stubs) -> None:
        super().__init__(assistant, stubs)
        self.name = str(770_090_000 + next(_ids))

    def message(self, text: str, kind: str = "message", /, **fields: Any) -> tuple[bytes, dict[str, str]]:
        content = {
            "message_id": next(_ids),
            "from": {"id": int(self.name), "is_bot": False, "first_name": "Zebedee"},
            "chat": {"id": int(self.name), "type": "private"},
            "date": int(time.time()),
            **({"text": text} if text else {}),
            **fields,
        }
        return self.update({kind: {name: value for name, value in content.items() if value is not None}})

    def tap(self, data: str) -> tuple[bytes, dict[str, str]]:
        """A tap on a button."""
        chat = {"id": int(self.name), "type": "private"}
        query = {
            "id": str(next(_ids)),
            "from": {"id": int(self.name), "is_bot": False, "first_name": "Zebedee"},
            "message": {"message_id": len(self.screen), "chat": chat},
            "data": data,
        }
        return self.update({"callback_query": query})

    def update(self, content: dict[str, Any], secret: str = Telegram.SECRET) -> tuple[bytes, dict[str, str]]:
        """An update as Telegram delivers it."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
        return json.dumps({"update_id": next(_ids), **content}).encode(), headers

    def offers(self) -> dict[str, str]:
        return dict(self.screen[-1].buttons) if self.screen else {}

    def pick(self, title: str) -> list[Shown]:
        return self.answers_to(*self.tap(self.offers()[title]))


class SlackPerson(Person):
    """Somebody who writes to the app."""

    channel = "slack"
    buttons = True

    def __init__(self, assistant: Assistant, stubs: Stubs) -> None:
        super().__init__(assistant, stubs)
        self.name = f"U{next(_ids):010}"

    @property
    def address(self) -> str:
        return f"D{self.name[1:]}"

    def message(self, text: str, /, **fields: Any) -> tuple[bytes, dict[str, str]]:
        event = {
            "type": "message",
            "channel": self.address,
            "channel_type": "im",
            "user": self.name,
            "text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "ts": f"17000.{next(_ids)}",
            **fields,
        }
        return self.event({name: value for name, value in event.items() if value is not None})

    def event(self, event: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """An event as Slack delivers it."""
        body = {"type": "event_callback", "event_id": f"Ev{next(_ids)}", "team_id": "T1", "event": event}
        return self.signed(json.dumps(body).encode(), "application/json")

    def tap(self, data: str) -> tuple[bytes, dict[str, str]]:
        """A tap on a button."""
        body = {
            "type": "block_actions",
            "user": {"id": self.name},
            "container": {"channel_id": self.address, "message_ts": f"17000.{len(self.screen)}"},
            "actions": [{"action_id": data, "value": data, "type": "button"}],
        }
        form = urlencode({"payload": json.dumps(body)}).encode()
        return self.signed(form, "application/x-www-form-urlencoded")

    def signed(
        self, body: bytes, kind: str, secret: str = Slack.SECRET, age: int = 0
    ) -> tuple[bytes, dict[str, str]]:
        """The body with Slack's headers: HMAC-SHA256 of version, time and body."""
        moment = str(int(time.time()) - age)
        digest = hmac.new(secret.encode(), f"v0:{moment}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}
        return body, {**headers, "Content-Type": kind}

    def offers(self) -> dict[str, str]:
        return dict(self.screen[-1].buttons) if self.screen else {}

    def pick(self, title: str) -> list[Shown]:
        return self.answers_to(*self.tap(self.offers()[title]))


class ToyPerson(Person):
    """Somebody who writes through the channel of docs/channels/README.md."""

    channel = "toy"

    def __init__(self, assistant: Assistant, stubs: Stubs) -> None:
        super().__init__(assistant, stubs)
        self.name = f"toy-{next(_ids)}"

    def message(self, text: str, /) -> tuple[bytes, dict[str, str]]:
        body = {"id": str(next(_ids)), "from": self.name, "text": text}
        return json.dumps(body).encode(), {"X-Toy-Token": Toy.TOKEN, "Content-Type": "application/json"}


PEOPLE = (SmsPerson, WhatsAppPerson, TelegramPerson, SlackPerson, ToyPerson)


def texts(shown: list[Shown]) -> str:
    """All that was shown, as one text."""
    return "\n\n".join(message.text for message in shown)
