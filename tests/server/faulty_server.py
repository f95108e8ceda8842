"""The real server with parts that break on demand, to see that patients are answered all the same.

A message with one of the words in ``FAULTS`` breaks that part. Whatever tries to reach another
machine is stopped and written to ``outside.log`` beside the database.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
import warnings
from datetime import datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

HERE = ("127.0.0.1", "localhost", "::1", "")
OUTSIDE = Path(os.environ["BLINA_DATABASE"]).with_name("outside.log")
SOMEBODY_ELSE = "192.0.2.1"  # an address that is nobody's: for documentation
SECONDS = 2.0  # that a slow turn takes

FAULTS = {
    "breakreader": "reading the message raises",
    "breakaction": "the triage core raises",
    "breakpolicy": "the policy raises",
    "breaksaving": "the tracker store raises",
    "breakloudly": "everything that can write the message into a log does",
    "callhome": "tries to reach another machine, in both ways that Python has",
    "slowly": "the turn takes two seconds between the reply and the storing",
    "readonly": "the database can no longer be written, from this message on",
    "writable": "the database can be written again",
    "cleartime": "the ten minutes until old conversations are deleted are over",
    "clockahead": "the machine's clock is five hours ahead, from the next message on",
    "clockbehind": "the machine's clock is five hours behind, from the next message on",
    "clockright": "the machine's clock is right again, from the next message on",
}


def note(host: object) -> None:
    """Stop what wants to reach another machine, and remember that it did."""
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and name not in HERE:
        with OUTSIDE.open("a", encoding="utf-8") as log:
            log.write(f"{name}\n")
        raise ConnectionRefusedError("no other machine can be reached")


def watch_sockets() -> None:
    """See every attempt to reach another machine, by Python's sockets and by the server's event loop."""

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = arguments[1]
            note(address[0] if isinstance(address, tuple) else "")
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            note(arguments[0])

    sys.addaudithook(audit)

    import uvloop

    def watched(method: str, position: int) -> None:
        original = getattr(uvloop.Loop, method)

        async def call(self: Any, *arguments: Any, **named: Any) -> Any:
            host = named.get("host", arguments[position] if len(arguments) > position else "")
            note(host[0] if isinstance(host, tuple) else host)
            return await original(self, *arguments, **named)

        setattr(uvloop.Loop, method, call)

    watched("getaddrinfo", 0)
    watched("create_connection", 1)
    watched("sock_connect", 1)


async def call_home() -> None:
    """Try to reach another machine."""
    import socket

    for attempt in (
        lambda: asyncio.get_running_loop().create_connection(asyncio.Protocol, SOMEBODY_ELSE, 80),
        lambda: asyncio.to_thread(socket.create_connection, (SOMEBODY_ELSE, 80), 1),
    ):
        try:
            await attempt()
        except ConnectionRefusedError:
            continue


def break_loudly(text: str) -> None:
    """Say the message in every way in which other people's code could."""

    def fail() -> None:
        breaks("breakloudly", text)

    async def fail_later() -> None:
        fail()

    logging.getLogger("rasa.core.processor").error(f"could not handle {text}")
    logging.getLogger("sanic.error").exception("Exception occurred while handling uri: %s", text)
    logging.getLogger("some.library").warning("got %s", text)
    logging.getLogger("blina.rasa_adapter.lock_store").debug("got %s", text)
    warnings.warn(f"deprecated: {text}", stacklevel=1)
    asyncio.get_running_loop().create_task(fail_later())
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


class Clock:
    """The machine's clock, which can be set."""

    ahead = 0.0  # seconds

    @classmethod
    def set_by(cls, text: str) -> None:
        for word, hours in (("clockahead", 5), ("clockbehind", -5), ("clockright", 0)):
            if word in text:
                cls.ahead = hours * 3600.0


class ShiftedTime(datetime):
    """What the triage core takes for the time."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(seconds=Clock.ahead)


def breaks(word: str, text: str | None) -> None:
    """Raise when the message asks for it; the error quotes the message, as errors do."""
    if text and word in text:
        raise RuntimeError(f"cannot handle: {text}")


async def switch_writing(store: Any, text: str) -> None:
    """Make the database read-only, or let it be written again, when the message asks for it."""
    for word, switch in (("readonly", "ON"), ("writable", "OFF")):
        if word in text:
            database = store._write_behind._database._connection
            await store._worker.do(partial(database.execute, f"PRAGMA query_only={switch}"))


def break_parts() -> None:
    """Put the faults in place."""
    from rasa.core.processor import MessageProcessor

    from blina import assistant
    from blina.assistant import Core
    from blina.rasa_adapter.symptom_extractor import SymptomExtractor
    from blina.rasa_adapter.tracker_store import ConversationStore

    read, respond = SymptomExtractor.process, Core.respond
    predict, save = MessageProcessor.predict_next_with_tracker_if_should, ConversationStore.save
    right_time = time.time

    def process(self: SymptomExtractor, messages: list[Any]) -> list[Any]:
        for message in messages:
            breaks("breakreader", message.get("text"))
        return read(self, messages)

    def broken_respond(self: Core, conversation: Any, message: Any, now: Any) -> Any:
        breaks("breakaction", message.text)
        return respond(self, conversation, message, now)

    def predict_next(self: MessageProcessor, tracker: Any) -> Any:
        breaks("breakpolicy", tracker.latest_message.text)
        return predict(self, tracker)

    async def broken_save(self: ConversationStore, tracker: Any) -> None:
        text = tracker.latest_message.text if tracker.latest_message else None
        text = text or ""
        Clock.set_by(text)
        if "breakloudly" in text:
            break_loudly(text)
        if "callhome" in text:
            await call_home()
        if "slowly" in text:
            await asyncio.sleep(SECONDS)
        await switch_writing(self, text)
        if "cleartime" in text:
            self._write_behind._next_clearing = time.monotonic()
        breaks("breaksaving", text)
        await save(self, tracker)

    setattr(SymptomExtractor, "process", process)  # noqa: B010 - a fault is not a type error
    setattr(Core, "respond", broken_respond)  # noqa: B010
    setattr(assistant, "datetime", ShiftedTime)  # noqa: B010
    setattr(ConversationStore, "save", broken_save)  # noqa: B010
    MessageProcessor.predict_next_with_tracker_if_should = predict_next
    time.time = lambda: right_time() + Clock.ahead


if __name__ == "__main__":
    watch_sockets()
    from blina.server.cli import main

    break_parts()
    sys.exit(main([]))
