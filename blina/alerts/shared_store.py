"""The alerts in the PostgreSQL database that replicas share.

What is due belongs to the replica that was told so first: a delivery as long as that says every few seconds
that it is still under way, a timer for a while. What a replica that is gone was about to do is due again.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from contextlib import suppress
from functools import partial

import psycopg2

from blina.alerts.model import Delivery
from blina.alerts.store import AlertStore
from blina.alerts.timers import Timer, Timers
from blina.storage.tables import SharedTables, Statements, is_shared, places

LEASE_SECONDS = 8  # after which a replica that says nothing about a delivery counts as gone
TIMER_SECONDS = 30  # for what is to happen; done by two, it happens once all the same

_IS_FREE = "(alive_until IS NULL OR alive_until < now())"
_LET_GO = ", alive_until = NULL"


class SharedTimers(Timers):
    """The timers of all replicas; see `Timers`."""

    _LET_GO = _LET_GO
    _MERGED = "(content::jsonb || ?::jsonb)::text"

    def due(self, now: float) -> list[Timer]:
        """The timers whose time has come, the earliest first; nobody else is told for some time.

        Args:
            now: seconds since 1970.
        """
        found = self._timers(f"WHERE due <= ? AND {_IS_FREE} ORDER BY due", now)
        return self._tables.change(partial(_claimed, found)) if found else []


class SharedAlertStore(AlertStore):
    """The alerts of all replicas; see `AlertStore`."""

    _LET_GO = _LET_GO
    _FREE = " AND (d.alive_until IS NULL OR d.alive_until < now())"

    def __init__(self, url: str) -> None:
        """Connect with the first use.

        Args:
            url: of a database with the schema of `migrate`.
        """
        tables = SharedTables(url)
        self._use(tables, SharedTimers(tables))
        self._replica = uuid.uuid4().hex
        self.to_scrub = False

    def due(self, receiver: str, now: float, most: int, busy: Collection[str] = ()) -> list[Delivery]:
        """What is to be sent now, as in `AlertStore`; from now on it is this replica's to send.

        Args:
            receiver: name of the receiver.
            now: seconds since 1970.
            most: how many at most.
            busy: conversations that are left out.
        """
        found = super().due(receiver, now, most, busy)
        if not found:
            return []
        ids = [delivery.alert for delivery in found]

        def claim(on: Statements) -> set[str]:
            free = on.rows(
                f"SELECT alert FROM deliveries WHERE receiver = ? AND alert IN {places([ids])}"  # noqa: S608
                f" AND done_at IS NULL AND dead = 0 AND next_try <= ? AND {_IS_FREE}"
                " FOR UPDATE SKIP LOCKED",
                *(receiver, *ids, now),
            )
            self._hold(on, [(alert, receiver) for (alert,) in free])
            return {alert for (alert,) in free}

        mine = self._tables.change(claim)
        return [delivery for delivery in found if delivery.alert in mine]

    def stay_alive(self, under_way: Collection[tuple[str, str]]) -> None:
        """Tell the others what is still being sent here.

        Args:
            under_way: alert and receiver of each.
        """
        if under_way:
            self._tables.change(lambda on: self._hold(on, under_way, f" AND replica = '{self._replica}'"))

    def scrub(self) -> None:
        """Nothing: what PostgreSQL does with deleted rows is its own affair."""
        self.to_scrub = False

    def close(self) -> None:
        """Leave what is not sent to the others at once, and let go of the connection."""
        with suppress(psycopg2.Error):
            statement = f"UPDATE deliveries SET replica = NULL{_LET_GO} WHERE replica = ?"  # noqa: S608
            self._changed(statement, self._replica)
        super().close()

    def _hold(self, on: Statements, those: Collection[tuple[str, str]], more: str = "") -> None:
        if those:
            on.changed(
                f"UPDATE deliveries SET replica = ?, alive_until = now() + interval '{LEASE_SECONDS} seconds'"  # noqa: S608
                f" WHERE (alert, receiver) IN ({places([*those])}) AND done_at IS NULL{more}",
                *(self._replica, *(value for one in those for value in one)),
            )


def store_at(place: str) -> AlertStore:
    """The alerts at a place.

    Args:
        place: path of the SQLite file, ``:memory:``, or the URL of the PostgreSQL database.

    Raises:
        sqlite3.Error: the file is no database or cannot be written.
        OSError: it cannot be made.
    """
    return SharedAlertStore(place) if is_shared(place) else AlertStore(place)


def _claimed(timers: list[Timer], on: Statements) -> list[Timer]:
    """Those of some timers that are nobody's yet, and this replica's from now on."""
    named = [(timer.conversation, timer.kind, timer.due) for timer in timers]
    free = on.rows(
        f"SELECT conversation, kind, due FROM timers WHERE (conversation, kind, due) IN ({places(named)})"  # noqa: S608
        f" AND {_IS_FREE} FOR UPDATE SKIP LOCKED",
        *(value for one in named for value in one),
    )
    if free:
        on.changed(
            f"UPDATE timers SET alive_until = now() + interval '{TIMER_SECONDS} seconds'"  # noqa: S608
            f" WHERE (conversation, kind, due) IN ({places(free)})",
            *(value for one in free for value in one),
        )
    return [timer for timer in timers if (timer.conversation, timer.kind, timer.due) in free]
