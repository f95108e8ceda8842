"""What one replica tells the others: that a conversation is gone, that something was said in it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from blina.replicas.link import Link, link


class Notices:
    """Notices of one kind; in one process there is nobody to tell.

    They reach who is there now and are kept nowhere. No word of a patient may be in one.
    """

    def __init__(
        self, kind: str, heard: Callable[[dict[str, str | None]], Awaitable[None]], shared: Link | None
    ) -> None:
        """Listen.

        Args:
            kind: in the code's own words.
            heard: called with what another replica told.
            shared: the connection, None in one process.
        """
        self._kind = kind
        self._heard = heard
        self._link = shared
        if shared is not None:
            shared.hear(kind, self._hear)

    async def tell(self, fields: dict[str, str | None]) -> None:
        """Tell the others.

        Args:
            fields: what there is to know.
        """
        if self._link is not None:
            await self._link.tell(self._kind, json.dumps({**fields, "from": self._link.id}))

    def mark(self, name: str) -> str:
        """What stands for a name in a notice: only who has the key and knows the name can tell.

        Args:
            name: may be a patient's.
        """
        return self._link.key(self._kind, name) if self._link is not None else ""

    async def _hear(self, text: str) -> None:
        fields = json.loads(text)
        if self._link is not None and fields.pop("from") != self._link.id:
            await self._heard(fields)


def notices(kind: str, heard: Callable[[dict[str, str | None]], Awaitable[None]]) -> Notices:
    """Notices to all other replicas where there are several.

    Args:
        kind: in the code's own words.
        heard: called with what another replica told.
    """
    return Notices(kind, heard, link())
