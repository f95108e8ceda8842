"""Deleting everything: only after an unmistakable wish, and only when it is confirmed."""

from __future__ import annotations

from blina.knowledge.base import Knowledge
from blina.triage import cues
from blina.triage.chips import choice
from blina.triage.conversation import Conversation
from blina.triage.turn import Chip, Message

INTENT = "forget_me"
_ACT = "wants_forget"
_SURE_OF_ACT = 0.7
_LONGEST_WISH = 12  # words; in a longer message it is not the wish alone
ASKS, CONFIRMS, KEEPS, DELETES_NOTHING = "asks", "confirms", "keeps", "deletes_nothing"


def wish(conversation: Conversation, message: Message, knowledge: Knowledge) -> str | None:
    """What the message has to do with deleting.

    Args:
        conversation: before the message; ``deleting`` is the turn in which it was asked about.
        message: the message.
        knowledge: the cues of ``lexicon/conversation.yml``.

    Returns:
        ``asks``, ``confirms``, ``keeps``, ``deletes_nothing`` (it may have been meant, but not
        unmistakably), or None when the message is about something else.
    """
    chip = knowledge.wording["chip"]
    offered = [Chip(title, title) for title in (chip["delete_everything"], chip["no"])]
    is_open = conversation.deleting is not None and conversation.deleting == conversation.turn
    said = cues.plain(choice(message.text, offered) if is_open else message.text)
    if is_open:
        if said in cues.longest_first(tuple(knowledge.cues["confirms_deleting"])):
            return CONFIRMS
        if said in cues.longest_first(tuple(knowledge.cues["keeps_everything"])):
            return KEEPS
    if _is_unmistakable(message, said, knowledge):
        return ASKS
    if (
        message.reading.measurements
        or message.reading.reports
        or cues.says(message.text, "no_deleting", knowledge)
    ):
        return None
    if said in cues.longest_first(tuple(knowledge.cues["deletes_nothing"])):
        return DELETES_NOTHING
    heard = message.reading.act == _ACT
    is_sure = heard and message.reading.act_confidence >= _SURE_OF_ACT
    guessed = is_sure or cues.says(message.text, "speaks_of_deleting", knowledge)
    return DELETES_NOTHING if guessed and (heard or message.intent == INTENT) else None


def _is_unmistakable(message: Message, said: str, knowledge: Knowledge) -> bool:
    if len(said.split()) > _LONGEST_WISH or "?" in message.text:
        return False
    if any(f" {word} " in f" {said} " for word in ("not", "dont", "never", "didnt", "wont")):
        return False
    if cues.says(message.text, "deletes_only", knowledge):
        return False
    return cues.says(message.text, "wants_deleted", knowledge)
