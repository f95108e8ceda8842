"""Slack: see ``docs/channels/slack.md``."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qs

from sanic import response
from sanic.request import Request
from sanic.response import BaseHTTPResponse
from slack_sdk.signature import SignatureVerifier

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

# A link, a channel or a person in Slack's own notation: "<tel:+44113|+44 113>", "<@U123>".
_REFERENCE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_SPOKEN = (None, "file_share", "me_message", "thread_broadcast")  # kinds of messages that a person writes
_TITLE_CHARACTERS = 75
# Errors that pass; the last two are mended by whoever runs the assistant
_PASSING = ("fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable")
_MENDED = ("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked")


class SlackChannel(MessagingChannel):
    """An app that people write to in its own conversation with them."""

    NAME = "slack"
    CREDENTIALS: ClassVar = {"bot_token": "SLACK_BOT_TOKEN", "signing_secret": "SLACK_SIGNING_SECRET"}
    DEFAULTS: ClassVar = {"api_url": "https://slack.com/api"}
    MOST_CHARACTERS = 3000
    BUTTONS = True

    def is_authentic(self, request: Request) -> bool:
        """Check Slack's signature, which is good for five minutes."""
        verifier = SignatureVerifier(self.fields["signing_secret"])
        return bool(verifier.is_valid_request(request.body, dict(request.headers)))

    def read(self, request: Request) -> Iterable[Incoming]:
        """A message, a message that was changed, or a tap on a button."""
        body = _body(request)
        if body.get("type") == "block_actions":
            yield from _taps(body)
        elif body.get("type") == "event_callback":
            yield from _messages(body["event"], body["event_id"])

    def post(self, address: Mapping[str, str], text: str, buttons: tuple[Button, ...]) -> ApiCall:
        """A message as rich text, which is shown as it is; the plain form is for notifications."""
        words = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        blocks: list[dict[str, Any]] = [{"type": "rich_text", "elements": [words]}]
        if buttons:
            blocks.append({"type": "actions", "elements": [_button(button) for button in buttons]})
        return ApiCall(
            f"{self.fields['api_url']}/chat.postMessage",
            json={
                "channel": address["channel"],
                "text": html.escape(text, quote=False),
                "mrkdwn": False,
                "unfurl_links": False,
                "unfurl_media": False,
                "blocks": blocks,
            },
            headers={
                "Authorization": f"Bearer {self.fields['bot_token']}",
                "Content-Type": "application/json; charset=utf-8",
            },
        )

    def acknowledgement(self, request: Request) -> BaseHTTPResponse:
        """Nothing, or the word by which Slack checks a new address."""
        return response.text(_body(request).get("challenge", ""))

    def verdict(self, response: ApiResponse) -> Retry | Refused | None:
        """As for any other, but Slack says most of what is wrong with status 200."""
        error = response.body.get("error")
        if response.status != 200 or response.body.get("ok") is True:
            return super().verdict(response)
        if error in _PASSING or error in _MENDED or error is None:
            return Retry(response.retry_after)
        return Refused(str(error))


def _body(request: Request) -> dict[str, Any]:
    """The JSON object of an event, or of the form in which Slack sends taps."""
    text = request.body.decode("utf-8")
    if request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        text = parse_qs(text)["payload"][0]
    body = json.loads(text)
    if not isinstance(body, dict):
        raise TypeError("not an object")
    return body


def _messages(event: Mapping[str, Any], event_id: str) -> Iterable[Incoming]:
    changed = event.get("subtype") == "message_changed"
    message = event["message"] if changed else event
    if changed and message.get("text") == event.get("previous_message", {}).get("text"):
        return  # a link got its preview
    if message.get("bot_id") or "user" not in message or message.get("subtype") not in _SPOKEN:
        return
    private = event.get("channel_type") == "im"
    if not private and event["type"] != "app_mention" and event.get("channel_type") != "mpim":
        return  # people among themselves
    channel = event["channel"]
    original = f"message {channel} {message['ts']}"
    key = edition(original, event_id) if changed else original
    yield Incoming(
        key=key if private else f"group {channel}",  # a group is answered once
        person=message["user"] if private else channel,
        address={"channel": channel},
        text=_plain(message.get("text") or ""),
        attachment=bool(message.get("files")),
        private=private,
        edits=original if changed else "",
    )


def _taps(body: Mapping[str, Any]) -> Iterable[Incoming]:
    container = body["container"]
    for action in body["actions"]:
        yield Incoming(
            # a button that is tapped twice is one answer
            key=f"tap {container['channel_id']} {container['message_ts']} {action['value']}",
            person=body["user"]["id"],
            address={"channel": container["channel_id"]},
            tap=action["value"],
        )


def _button(button: Button) -> dict[str, Any]:
    title = {"type": "plain_text", "text": button.title[:_TITLE_CHARACTERS], "emoji": False}
    return {"type": "button", "action_id": button.tap, "value": button.tap, "text": title}


def _plain(text: str) -> str:
    """The words as they were typed: references by what they show, and no HTML entities."""

    def shown(reference: re.Match[str]) -> str:
        target, label = reference[1], reference[2]
        return label or ("" if target.startswith(("@", "#", "!")) else target)

    return html.unescape(_REFERENCE.sub(shown, text))
