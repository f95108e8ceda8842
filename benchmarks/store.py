"""What storing a turn costs: `python -m benchmarks.store`."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered

from blina.rasa_adapter import generate
from blina.rasa_adapter.tracker_store import ConversationStore
from blina.triage.turn import MEMORY

_MILLISECONDS = 1000
_TEXT, _MEMORY = "a reply of usual length " * 20, {"reports": ["a symptom, its words and its time"] * 20}


def measure(turns: int = 500, conversations: int = 20) -> list[float]:
    """Save turns one after the other, on the disk that holds temporary files.

    Args:
        turns: how many.
        conversations: among which the turns go round.

    Returns:
        Milliseconds of each save, from the call to the commit.
    """
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(str(Path(folder) / "conversations.db"), turns, conversations))


async def _measure(file: str, turns: int, conversations: int) -> list[float]:
    domain = Domain.from_dict(generate.domain(["fever"]))
    store = ConversationStore(domain, db=file)
    times = []
    for number in range(turns):
        tracker = await store.get_or_create_tracker(f"patient {number % conversations}")
        for event in (
            UserUttered(f"message {number}", {"name": "fever"}, []),
            ActionExecuted("action_triage"),
            BotUttered(_TEXT),
            SlotSet(MEMORY, _MEMORY),
            ActionExecuted("action_listen"),
        ):
            tracker.update(event, domain)
        start = time.perf_counter()
        await store.save(tracker)
        times.append((time.perf_counter() - start) * _MILLISECONDS)
    store.close()
    return times


if __name__ == "__main__":
    taken = sorted(measure())
    median, late = statistics.median(taken), taken[int(0.95 * len(taken))]
    print(f"storing a turn: median {median:.2f} ms, 95 of 100 within {late:.2f} ms")
