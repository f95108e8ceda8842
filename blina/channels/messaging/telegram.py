"""Telegram: see ``docs/channels/telegram.md``."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from sanic import response
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from blina.channels.messaging.channel import MessagingChannel
from blina.channels.messaging.model import (
    ApiCall,
    ApiResponse,
    Button,
    Incoming,
    Refused,
    Retry,
    edition,
)

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
        """A message, a message that was changed, or a tap on a button."""
        update = request.json
        if "callback_query" in update:
            yield from self._tap(update["callback_query"])
            return
        message = update.get("message") or update.get("edited_message")
        if not message or "from" not in message or message["from"]["is_bot"]:
            return
        chat, changed = message["chat"], "edited_message" in update
        key = f"message {self._place(chat)} {message['message_id']}"
        private = chat["type"] == "private"
        text = message.get("text") or message.get("caption") or ""
        attachment = not _ATTACHMENTS.isdisjoint(message)
        if not text and (not attachment or changed):
            return  # somebody joined, a message was pinned, a place that is shared has moved
        yield Incoming(
            key=_key(key, update, changed) if private else f"group {chat['id']}",  # a group is answered once
            person=str(message["from"]["id"] if private else chat["id"]),
            address={"chat_id": str(chat["id"])},
            text=text,
            attachment=attachment,
            private=private,
            hello=text.partition(" ")[0] in _HELLO,
            edits=key if changed else "",
        )

    def post(self, address: Mapping[str, str], text: str, buttons: tuple[Button, ...]) -> ApiCall:
        """A message; without a parse mode all of it is plain text."""
        content: dict[str, Any] = {
            "chat_id": address["chat_id"],
            "text": text,
            "link_preview_options": {"is_disabled": True},
        }
        if buttons:
            rows = [[{"text": button.title, "callback_data": button.tap}] for button in buttons]
            content["reply_markup"] = {"inline_keyboard": rows}
        return ApiCall(f"{self.fields['api_url']}/bot{self.fields['bot_token']}/sendMessage", json=content)

    def acknowledgement(self, request: Request) -> BaseHTTPResponse:
        """Nothing, or for a tap the call that ends the button's hourglass."""
        tap = request.json.get("callback_query")
        if tap is None:
            return response.text("")
        return response.json({"method": "answerCallbackQuery", "callback_query_id": tap["id"]})

    def verdict(self, response: ApiResponse) -> Retry | Refused | None:
        """As for any other, but Telegram says in the body how long to wait."""
        found = super().verdict(response)
        seconds = (response.body.get("parameters") or {}).get("retry_after")
        return Retry(float(seconds)) if isinstance(found, Retry) and seconds else found

    def _tap(self, query: Mapping[str, Any]) -> Iterable[Incoming]:
        message = query.get("message")  # missing when it is very old
        if not message or message["chat"]["type"] != "private":
            return
        yield Incoming(
            # a button that is tapped twice is one answer
            key=f"tap {self._place(message['chat'])} {message['message_id']} {query['data']}",
            person=str(query["from"]["id"]),
            address={"chat_id": str(message["chat"]["id"])},
            tap=query["data"],
        )

    def _place(self, chat: Mapping[str, Any]) -> str:
        """What stands for a chat where messages are told apart: its own number is the patient's."""
        digest = hmac.new(self.fields["secret_token"].encode(), str(chat["id"]).encode(), "sha256")
        return digest.hexdigest()[:16]


def _key(message: str, update: Mapping[str, Any], changed: bool) -> str:
    return edition(message, str(update["update_id"])) if changed else message
