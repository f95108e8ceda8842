"""WhatsApp and text messages through Twilio: see ``docs/channels/twilio.md``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar
from urllib.parse import parse_qsl

from sanic import response
from sanic.request import Request
from sanic.response import BaseHTTPResponse
from twilio.request_validator import RequestValidator

from blina.channels.messaging.channel import MessagingChannel
from blina.channels.messaging.model import ApiCall, Button, Incoming, Keyword
from blina.http_server.text import without_entities

_RECEIVED = "received"  # status of a message that came in
# kinds of words that Twilio answers itself
_KEYWORDS: Mapping[str, Keyword] = {"START": "start", "STOP": "stop", "HELP": "help"}
_WHATSAPP = "whatsapp:"  # in front of numbers
# WhatsApp makes bold, italic, struck and typewriter text of these, and hides them
_PLAIN = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})


class TwilioChannel(MessagingChannel):
    """WhatsApp and SMS; replies come from the number that was written to."""

    NAME = "twilio"
    CREDENTIALS: ClassVar = {
        "account_sid": "TWILIO_ACCOUNT_SID",
        "auth_token": "TWILIO_AUTH_TOKEN",
        "public_url": "BLINA_PUBLIC_URL",
    }
    DEFAULTS: ClassVar = {"api_url": "https://api.twilio.com"}
    MOST_CHARACTERS = 1600

    def is_authentic(self, request: Request) -> bool:
        """Check Twilio's signature over the public address and the form."""
        address = self.fields["public_url"] + request.path
        if request.query_string:
            address += f"?{request.query_string}"
        form = _form(request)
        validator = RequestValidator(self.fields["auth_token"])
        signature = request.headers.get("X-Twilio-Signature", "")
        ours = form.get("AccountSid") == self.fields["account_sid"]
        return bool(validator.validate(address, form, signature)) and ours

    def read(self, request: Request) -> Iterable[Incoming]:
        """One message; which of Twilio's own keywords it is, since Twilio has answered those already."""
        form = _form(request)
        if form.get("SmsStatus", _RECEIVED) != _RECEIVED:
            return  # what became of a reply is of no interest, and answering it would never end
        whatsapp = form["From"].startswith(_WHATSAPP)
        yield Incoming(
            key=form["MessageSid"],
            person=form["From"],
            address={"To": form["From"], "From": form["To"]},
            text=without_entities(form.get("Body", "")),
            attachment=form.get("NumMedia", "0") != "0" or "Latitude" in form,
            medium="whatsapp" if whatsapp else "sms",
            keyword=_KEYWORDS.get(form.get("OptOutType", ""), ""),
        )

    def post(self, address: Mapping[str, str], text: str, buttons: tuple[Button, ...]) -> ApiCall:
        """A message from the number that was written to."""
        account = self.fields["account_sid"]
        body = text.translate(_PLAIN) if address["To"].startswith(_WHATSAPP) else text
        return ApiCall(
            f"{self.fields['api_url']}/2010-04-01/Accounts/{account}/Messages.json",
            form={**address, "Body": body},
            login=(account, self.fields["auth_token"]),
        )

    def acknowledgement(self, request: Request) -> BaseHTTPResponse:
        """TwiML that says nothing: replies are sent on their own."""
        return response.text("<Response/>", content_type="text/xml")


def _form(request: Request) -> dict[str, str]:
    """The form with its empty fields, which the signature covers too."""
    return dict(parse_qsl(request.body.decode("utf-8"), keep_blank_values=True))
