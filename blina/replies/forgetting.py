"""What is said about deleting everything: it is asked once, and warned of while advice stands."""

from __future__ import annotations

from collections.abc import Iterator

from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice
from blina.replies.assessment import lead
from blina.triage import deleting
from blina.triage.decision import Decision
from blina.triage.turn import Chip, Reply


def reply(wish: str, decision: Decision, voice: Voice) -> Reply:
    """The reply to a wish to delete, to its confirmation, and to what only sounds like one.

    Args:
        wish: as from ``triage.deleting.wish``.
        decision: over everything still current.
        voice: wording and settings.
    """
    text = " ".join(_sentences(wish, decision, voice))
    if wish != deleting.ASKS:
        return Reply(text)
    titles = (voice.say("chip", "delete_everything"), voice.say("chip", "no"))
    return Reply(text, tuple(Chip(title, title) for title in titles))


def _sentences(wish: str, decision: Decision, voice: Voice) -> Iterator[str]:
    stands = decision.urgency >= Urgency.CALL_TODAY
    if wish == deleting.CONFIRMS:
        if stands:
            yield from lead(decision, voice)
            yield voice.say("forget", "warning")
        yield voice.say("forget", "done")
    elif wish == deleting.ASKS:
        if stands:
            yield from list(lead(decision, voice))[:1]
            yield voice.say("forget", "still_counts")
        yield voice.say("forget", "ask")
    elif wish == deleting.KEEPS:
        yield voice.say("forget", "kept")
    else:
        yield voice.say("forget", "nothing_deleted")
