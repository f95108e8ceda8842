"""What is measured, one function a question."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.performance.client import PATH, Client, Load
from benchmarks.performance.processes import Bot

Tick = Callable[[], object]

USERS = (1, 2, 4, 8, 16)
TURNS = 100
LONGEST = 5000  # characters of a message that are read
BODY = 1024 * 1024  # bytes
_PERIOD = 5  # in the conversation of 100 turns the same five messages come again
_WARM_UP = 24  # messages
_SAMPLES = 40  # of the memory


@dataclass(frozen=True)
class Answers:
    """How one bot answered one patient at a time.

    Args:
        rounds: seconds of each message, by round.
        busy_milliseconds: processor time of a message, over all the bot's processes.
        megabytes: memory of its server afterwards.
        megabytes_with_helpers: of all its processes.
    """

    rounds: tuple[tuple[float, ...], ...]
    busy_milliseconds: float
    megabytes: float
    megabytes_with_helpers: float


def answers(bots: Sequence[Bot], texts: Sequence[str], count: int, rounds: int, tick: Tick) -> list[Answers]:
    """Each bot in turn, round by round, while the others stand still.

    Args:
        bots: freshly started.
        texts: messages, taken again from the start when they are used up.
        count: messages a bot.
        rounds: into which they are cut.
        tick: called after every answer.

    Returns:
        One a bot.
    """
    size = count // rounds
    taken: dict[Bot, list[tuple[float, ...]]] = {bot: [] for bot in bots}
    busy = dict.fromkeys(bots, 0.0)
    for number in range(rounds):
        sent = list(itertools.islice(itertools.cycle(texts), number * size, (number + 1) * size))
        for bot in alone(bots):
            before = bot.busy_seconds
            taken[bot].append(Client(bot.url, tick).load(sent).seconds)
            busy[bot] += bot.busy_seconds - before
    return [
        Answers(
            tuple(taken[bot]), 1000 * busy[bot] / (size * rounds), bot.megabytes, bot.megabytes_with_helpers
        )
        for bot in bots
    ]


def warm_up(bot: Bot, texts: Sequence[str]) -> None:
    """Let a bot load what it loads at its first messages.

    Args:
        bot: that runs alone.
        texts: messages.
    """
    Client(bot.url).load(texts[:_WARM_UP])


def alone(bots: Sequence[Bot]) -> Iterator[Bot]:
    """One bot after the other, the others paused meanwhile.

    Args:
        bots: all that run.

    Yields:
        The one that may be measured now.
    """
    for bot in bots:
        with ExitStack() as resting:
            for other in bots:
                if other is not bot:
                    resting.enter_context(other.paused())
            yield bot


def throughput(
    bots: Sequence[Bot], texts: Sequence[str], rounds: int, tick: Tick
) -> list[dict[int, list[Load]]]:
    """More and more patients at the same time.

    Args:
        bots: that run.
        texts: messages that the patients of one round share.
        rounds: for each number of patients.
        tick: called after every answer.

    Returns:
        For each bot the loads by number of patients.
    """
    found: dict[Bot, dict[int, list[Load]]] = {bot: {users: [] for users in USERS} for bot in bots}
    for users, _ in itertools.product(USERS, range(rounds)):
        for bot in alone(bots):
            found[bot][users].append(Client(bot.url, tick).load(texts, users))
    return list(found.values())


def turns(
    bots: Sequence[Bot], texts: Sequence[str], conversations: Sequence[int], tick: Tick
) -> list[list[list[float]]]:
    """Long conversations.

    Args:
        bots: that run.
        texts: the first five are said again and again.
        conversations: how many, for each bot.
        tick: called after every answer.

    Returns:
        For each bot and conversation the seconds of each turn.
    """
    said = list(itertools.islice(itertools.cycle(texts[:_PERIOD]), TURNS))
    found: dict[Bot, list[list[float]]] = {bot: [] for bot in bots}
    for number in range(max(conversations)):
        wanted = {bot for bot, count in zip(bots, conversations, strict=True) if number < count}
        for bot in alone(bots):
            if bot not in wanted:
                continue
            found[bot].append(Client(bot.url, tick).conversation(said))
    return list(found.values())


def at_once(bots: Sequence[Bot], texts: Sequence[str], times: int) -> list[list[tuple[float, bool]]]:
    """Four messages of one sender at the same time.

    Args:
        bots: that run.
        texts: at least four times ``times`` messages.
        times: how often.

    Returns:
        For each bot and time the seconds until all are answered, and whether that was in order.
    """
    groups = [texts[4 * number : 4 * number + 4] for number in range(times)]
    return [[Client(bot.url).at_once(group) for group in groups] for bot in alone(bots)]


def long_messages(bot: Bot, texts: Sequence[str], times: int) -> list[float]:
    """Messages of 5,000 characters, each of other sentences.

    Args:
        bot: that runs alone.
        texts: from which they are put together.
        times: how many.

    Returns:
        Seconds of each.
    """
    whole = ". ".join([*texts, *reversed(texts)]) * 2
    step = (len(whole) - LONGEST) // times
    return list(
        Client(bot.url).load([whole[at : at + LONGEST] for at in range(0, times * step, step)]).seconds
    )


@dataclass(frozen=True)
class Refusal:
    """A body of a megabyte.

    Args:
        status: of the answer.
        seconds: until the answer, for each try.
        megabytes: by which the memory grew over all tries.
    """

    status: int
    seconds: tuple[float, ...]
    megabytes: float


def refusals(bot: Bot, times: int) -> Refusal:
    """Send bodies that are far too long.

    Args:
        bot: that runs alone.
        times: how often.

    Returns:
        What became of them.
    """
    where = urlsplit(bot.url)
    body = json.dumps({"sender": uuid.uuid4().hex, "message": "x" * BODY}).encode()
    before = bot.megabytes
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        # refused before it was all sent: the answer is there all the same
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", PATH, body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
        seconds.append(time.perf_counter() - started)
        connection.close()
    return Refusal(status, tuple(seconds), bot.megabytes - before)


def memory(bot: Bot, texts: Iterable[str], count: int, users: int, tick: Tick) -> Mapping[int, float]:
    """Memory as more and more messages are answered.

    Args:
        bot: that runs alone.
        texts: messages, taken again from the start when they are used up.
        count: of messages.
        users: who write at the same time.
        tick: called after every answer.

    Returns:
        Megabytes by number of messages in this measurement.
    """
    endless = itertools.cycle(texts)
    step = max(users, count // _SAMPLES)
    found = {0: bot.megabytes}
    for sent in range(step, count + 1, step):
        Client(bot.url, tick).load(list(itertools.islice(endless, step)), users)
        found[sent] = bot.megabytes
    return found
