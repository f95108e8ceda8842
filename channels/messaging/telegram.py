"""Telegram: see ``docs/channels/telegram.md``."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from sanic import response
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from channels.messaging.channel import MessagingChannel
from channels.messaging.exchange import Again, Answered, Button, Incoming, Post, Refused

_ATTACHMENTS = frozenset(
    "animation audio contact dice document game location paid_media photo poll sticker story venue video "
    "video_note voice".split()
)
_HELLO = ("/start", "/help")  # what Telegram's own buttons send


class TelegramChannel(MessagingChannel):
    """A bot that people write to in private."""

    NAME = "telegram"
    CREDENTIALS: ClassVar = {"bot_token": "TELEGRAM_BOT_TOKEN", "secret_token": "TELEGRAM_SECRET_TOKEN"}
    DEFAULTS: ClassVar = {"api_url": "https://api.telegram.org"}
    MOST_CHARACTERS = 4096
    BUTTONS = True

    def is_authentic(self, request: Request) -> bool:
        """Compare the secret that Telegram was given with the webhook."""
        sent = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        return hmac.compare_digest(sent.encode(), self.fields["secret_token"].encode())

    def read(self, request: Request) -> Iterable[Incoming]:
        """A message, a message that was changed (read as a new one), or a tap on a button."""
        update = request.json
        if "callback_query" in update:
            yield from _tap(update["callback_query"])
            return
        message = update.get("message") or update.get("edited_message")
        if not message or "from" not in message or message["from"]["is_bot"]:
            return
        chat, key = message["chat"], str(update["update_id"])
        private = chat["type"] == "private"
        text = message.get("text") or message.get("caption") or ""
        attachment = not _ATTACHMENTS.isdisjoint(message)
        if not text and (not attachment or "edited_message" in update):
            return  # somebody joined, a message was pinned, a place that is shared has moved
        yield Incoming(
            key=key if private else f"group {chat['id']}",  # a group is answered once
            person=str(message["from"]["id"] if private else chat["id"]),
            address={"chat_id": str(chat["id"])},
            text=text,
            attachment=attachment,
            private=private,
            hello=text.partition(" ")[0] in _HELLO,
        )

    def post(self, address: Mapping[str, str], text: str, buttons: tuple[Button, ...]) -> Post:
        """A message; without a parse mode all of it is plain text."""
        content: dict[str, Any] = {
            "chat_id": address["chat_id"],
            "text": text,
            "link_preview_options": {"is_disabled": True},
        }
        if buttons:
            rows = [[{"text": button.title, "callback_data": button.tap}] for button in buttons]
            content["reply_markup"] = {"inline_keyboard": rows}
        return Post(f"{self.fields['api_url']}/bot{self.fields['bot_token']}/sendMessage", json=content)

    def acknowledgement(self, request: Request) -> BaseHTTPResponse:
        """Nothing, or for a tap the call that ends the button's hourglass."""
        tap = request.json.get("callback_query")
        if tap is None:
            return response.text("")
        return response.json({"method": "answerCallbackQuery", "callback_query_id": tap["id"]})

    def verdict(self, answered: Answered) -> Again | Refused | None:
        """As for any other, but Telegram says in the body how long to wait."""
        found = super().verdict(answered)
        seconds = (answered.body.get("parameters") or {}).get("retry_after")
        return Again(float(seconds)) if isinstance(found, Again) and seconds else found


def _tap(query: Mapping[str, Any]) -> Iterable[Incoming]:
    message = query.get("message")  # missing when it is very old
    if not message or message["chat"]["type"] != "private":
        return
    yield Incoming(
        # a button that is tapped twice is one answer
        key=f"tap {message['chat']['id']} {message['message_id']} {query['data']}",
        person=str(query["from"]["id"]),
        address={"chat_id": str(message["chat"]["id"])},
        tap=query["data"],
    )
