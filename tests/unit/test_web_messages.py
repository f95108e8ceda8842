"""What was shown is shown again after a reload."""

from __future__ import annotations

import asyncio

from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered

from blina.channels.web.messages import TYPED, Item, Replies, from_events

BUTTONS = [{"title": "Yes", "payload": "yes"}]
PAYLOAD = {"type": "triage", "urgency": "emergency"}


def user(text: str, key: str | None = "key-0001", **metadata: str) -> UserUttered:
    return UserUttered(text, message_id=key, timestamp=5.0, metadata=metadata)


def shown_of(events: list[Event]) -> list[Item]:
    return from_events([event.as_dict() for event in events])


def test_replies_have_the_same_form_live_and_after_a_reload() -> None:
    shown: list[Item] = []

    async def deliver(item: Item) -> None:
        shown.append(item)

    async def nothing() -> None: ...

    replies = Replies("key-0001", deliver, nothing)
    message = {"text": "Call.", "buttons": BUTTONS, "custom": PAYLOAD}
    asyncio.run(replies.send_response("web-a", message))
    asyncio.run(replies.send_response("web-a", {"text": "More."}))
    events = [
        ActionExecuted("action_listen"),
        user("help"),
        BotUttered("Call.", {"buttons": BUTTONS, "custom": PAYLOAD}),
        SlotSet("conversation", {}),
        BotUttered("More."),
    ]
    again = shown_of(events)[1:]
    assert [{**item, "time": 0} for item in again] == [{**item, "time": 0} for item in shown]
    assert [item["key"] for item in shown] == ["key-0001/0", "key-0001/1"]
    assert shown[0]["chips"] == [{"title": "Yes", "value": "yes"}]


def test_a_message_is_shown_as_it_was_typed() -> None:
    items = shown_of([user("restart", **{TYPED: "/restart"}), user("hello", "key-0002")])
    assert [item["text"] for item in items] == ["/restart", "hello"]


def test_keys_are_unique_also_without_ids() -> None:
    first, second = user("a", ""), user("b", "")
    items = shown_of([BotUttered("hi"), first, BotUttered("x"), BotUttered("y"), second, BotUttered("z")])
    assert len({item["key"] for item in items}) == len(items) == 6
