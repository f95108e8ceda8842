"""What the daily check says: one thing at a time, and what to do at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from blina.knowledge.wording import Voice
from blina.replies.check_run import check_run, item_count
from blina.triage.conversation import CheckEnd, Conversation, DailyCheck
from blina.triage.daily_check import Act, Heard, asked, chips, ended_now
from blina.triage.turn import Reply

VERSION = 1
_ASKING, _ENDED = "asking", "ended"


def next_item(conversation: Conversation, heard: Heard | None, notes: Sequence[str], voice: Voice) -> Reply:
    """What is asked now, with its answers to tap.

    Args:
        conversation: with the running check.
        heard: what the message did with it.
        notes: on the value that was measured, said first.
        voice: wording and settings.

    Raises:
        ValueError: no check runs.
    """
    check = conversation.check
    if check is None:
        raise ValueError("no daily check runs")
    paragraphs = [*_before(check, heard, voice), " ".join(notes)]
    item = asked(check, voice.knowledge)
    shown: dict[str, Any] = {"item": None, "kind": "form"}
    if item is None:
        paragraphs.append(voice.say("daily_check", "who"))
    else:
        number, count = check.done + 1, item_count(check, voice)
        paragraphs.append(voice.say("daily_check", "progress", number=str(number), count=str(count)))
        paragraphs.append(voice.fill(item.ask, sentence=item.sentence or ""))
        shown = {"item": item.id, "kind": item.kind, "number": number, "of": count}
        if item.sentence:
            shown["sentence"] = item.sentence
    text = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    payload = _payload(_ASKING, conversation, voice, **shown)
    return Reply(text, chips(check, voice.knowledge), payload, is_whole=True)


def at_the_end(conversation: Conversation, heard: Heard | None, voice: Voice) -> Iterator[Reply]:
    """What is said when the check has ended; of what was not as ever, the assessment says what to do.

    Args:
        conversation: with the message taken in.
        heard: what the message did with the check.
        voice: wording and settings.
    """
    stopped = heard is not None and heard.act is Act.STOPS
    ended = ended_now(conversation)
    if ended and ended.end is CheckEnd.AS_EVER:
        name = "finished"
    elif stopped:
        name = "stopped"
    else:
        return
    yield Reply(voice.say("daily_check", name), payload=_payload(_ENDED, conversation, voice), is_whole=True)


def _before(check: DailyCheck, heard: Heard | None, voice: Voice) -> Iterator[str]:
    act = heard.act if heard else None
    if act is Act.STARTS:
        yield voice.say("daily_check", "intro")
    elif act is Act.NOT_UNDERSTOOD:
        item = asked(check, voice.knowledge)
        name = "again_who" if item is None else "again_temperature" if item.kind == "temperature" else "again"
        yield voice.say("daily_check", name)


def _payload(state: str, conversation: Conversation, voice: Voice, **shown: Any) -> dict[str, Any]:
    return {
        "type": "daily_check",
        "version": VERSION,
        "state": state,
        **shown,
        "daily_checks": check_run(conversation, voice),
    }
