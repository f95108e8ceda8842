"""Requests from different addresses of this machine: one that floods, and a patient who writes."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from urllib.parse import urlsplit

FLOODER, PATIENT = "127.0.0.2", "127.0.0.3"  # both are this machine, and are counted apart
MESSAGES = ("I have a headache", "no", "temp is 38.6", "my back hurts a bit", "can it make me tired?")
CONNECTIONS = 100  # twice as many as an address may have
_PAUSE = 0.6  # seconds: the patient stays within the limits
_MESSAGES_A_CONVERSATION = 5
_SECONDS_TO_FILL = 3.0  # until the flood is over its limit


@dataclass(frozen=True)
class Flood:
    """What was sent and how it was answered.

    Args:
        statuses: how often each status of HTTP came back.
        seconds: how long it lasted.
    """

    statuses: Counter[int]
    seconds: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.statuses.total() / self.seconds


def patient(url: str, messages: int) -> list[float]:
    """Write as a patient, with pauses.

    Args:
        url: of the server.
        messages: how many.

    Returns:
        Seconds until each was answered.

    Raises:
        RuntimeError: when one was not answered.
    """
    seconds = []
    for number in range(messages):
        if number % _MESSAGES_A_CONVERSATION == 0:
            sender = uuid.uuid4().hex
        started = time.perf_counter()
        status = _say(_connection(url, PATIENT), sender, MESSAGES[number % len(MESSAGES)])
        seconds.append(time.perf_counter() - started)
        if status != 200:
            raise RuntimeError(f"a patient got status {status}")
        time.sleep(_PAUSE)
    return seconds


@contextmanager
def flood(url: str) -> Iterator[list[Flood]]:
    """Send as fast as the server answers, from a process of its own, as long as the block runs.

    Args:
        url: of the server.

    Yields:
        A list that holds what happened when the block is over.
    """
    stop = multiprocessing.Event()
    result: Queue[Counter[int]] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_flood, args=(url, stop, result))
    floods: list[Flood] = []
    process.start()
    started = time.perf_counter()
    time.sleep(_SECONDS_TO_FILL)
    try:
        yield floods
    finally:
        stop.set()
        floods.append(Flood(result.get(), time.perf_counter() - started))
        process.join()


def _flood(url: str, stop: Event, result: Queue[Counter[int]]) -> None:
    statuses: Counter[int] = Counter()

    def send() -> None:
        connection = _connection(url, FLOODER)
        while not stop.is_set():
            try:
                statuses[_say(connection, uuid.uuid4().hex, "I have a headache")] += 1
            except (OSError, http.client.HTTPException):
                connection.close()

    threads = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.put(statuses)


def _connection(url: str, address: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=60, source_address=(address, 0))


def _say(connection: http.client.HTTPConnection, sender: str, text: str) -> int:
    connection.request("POST", "/webhooks/rest/webhook", json.dumps({"sender": sender, "message": text}))
    answer = connection.getresponse()
    answer.read()
    return answer.status
