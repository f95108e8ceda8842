"""What the team was told, who took it, and what still has to be delivered: in a file, or in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timezone

from blina.alerts.model import Alert, Delivery, HandedOver, Kind, NewAlert, State
from blina.alerts.timers import SCHEMA as TIMERS
from blina.alerts.timers import Timer, Timers
from blina.knowledge.schema import Urgency
from blina.storage.tables import FileTables, Statements, Tables, places

FILE = "alerts.db"  # in the folder of the conversations
_BUSY_SECONDS = 0.5  # how long to wait for another program that uses the file, such as a backup

# What is deleted is overwritten; what was kept survives a power cut.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS alerts (
    row INTEGER NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    number INTEGER NOT NULL,
    time REAL NOT NULL,
    centre TEXT NOT NULL,
    urgency TEXT NOT NULL,
    rank INTEGER NOT NULL,
    rule TEXT NOT NULL,
    kind TEXT NOT NULL,
    hand_over TEXT,
    state TEXT NOT NULL DEFAULT 'open',
    taken_by TEXT,
    taken_at REAL,
    note TEXT NOT NULL DEFAULT '',
    closed_by TEXT,
    closed_at REAL
);
CREATE INDEX IF NOT EXISTS alerts_of_conversation ON alerts (conversation, row);
CREATE TABLE IF NOT EXISTS deliveries (
    alert TEXT NOT NULL,
    receiver TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    first_try REAL NOT NULL,
    next_try REAL NOT NULL,
    done_at REAL,
    dead INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (alert, receiver)
);
CREATE INDEX IF NOT EXISTS waiting ON deliveries (receiver, next_try) WHERE done_at IS NULL AND dead = 0;
"""
_COLUMNS = (
    "id, key, conversation, number, time, centre, urgency, rule, kind, hand_over,"
    " state, taken_by, taken_at, note, closed_by, closed_at"
)
_OF_DELIVERY = "alert, receiver, tries, first_try, next_try, done_at, dead, error"
# Of a conversation nothing is sent before what came earlier has arrived or was given up.
_DUE = """
SELECT d.alert, d.receiver, d.tries, d.first_try, d.next_try, d.done_at, d.dead, d.error FROM deliveries d
JOIN alerts a ON a.id = d.alert
WHERE d.receiver = ? AND d.done_at IS NULL AND d.dead = 0 AND d.next_try <= ?{more} AND NOT EXISTS (
    SELECT 1 FROM alerts b JOIN deliveries e ON e.alert = b.id
    WHERE b.conversation = a.conversation AND (b.time, b.row) < (a.time, a.row)
    AND e.receiver = d.receiver AND e.done_at IS NULL AND e.dead = 0
)
ORDER BY a.rank DESC, a.row LIMIT ?
"""
_MOST_MOVED = 50  # alerts at once, so that a distant database can take them in time


class AlertStore:
    """Alerts, their deliveries and the timers. Used by one thread at a time; may raise one of `FAILURES`.

    `blina.alerts.shared_store` does the same in the database that replicas share, where what is due belongs
    to the replica that was told so first.
    """

    _LET_GO = ""  # what else is set where a delivery is no longer under way
    _FREE = ""  # what else holds of a delivery that is due

    def __init__(self, file: str) -> None:
        """Open the file; a missing one is made, readable by its owner only.

        Args:
            file: path, or ``:memory:``.

        Raises:
            sqlite3.Error: when the file is no database or cannot be written.
            OSError: when it cannot be made.
        """
        tables = FileTables(file, _PRAGMAS, _SCHEMA + TIMERS, _BUSY_SECONDS)
        self._use(tables, Timers(tables))
        self.to_scrub = True  # what was deleted before a sudden end may still be in the journal

    def _use(self, tables: Tables, timers: Timers) -> None:
        self._tables = tables
        self.timers = timers

    # --- what the team is told

    def add(self, new: NewAlert, receivers: Iterable[str], now: float) -> Alert | None:
        """Keep an alert and what has to be delivered of it, in one step.

        Args:
            new: the alert.
            receivers: names of those it is for.
            now: seconds since 1970.

        Returns:
            None when it is kept already under this key.
        """

        def add(on: Statements) -> Alert | None:
            on.alone(f"alerts of {new.conversation}")
            if on.rows("SELECT 1 FROM alerts WHERE key = ?", new.key):
                return None
            ((number,),) = on.rows(
                "SELECT coalesce(max(number), 0) + 1 FROM alerts WHERE conversation = ?", new.conversation
            )
            alert = Alert(**vars(new), number=number)
            on.add("alerts", f"{_COLUMNS}, rank", [_row(alert)])
            rows = [(alert.id, receiver, now, now) for receiver in receivers]
            on.add("deliveries", "alert, receiver, first_try, next_try", rows)
            return alert

        return self._tables.change(add)

    def forward(self, alert: Alert, receivers: Iterable[str], now: float) -> None:
        """Keep an alert that another book has kept, and what has to be delivered of it; once, however often.

        Args:
            alert: the alert.
            receivers: names of those it is for.
            now: seconds since 1970.
        """

        def forward(on: Statements) -> None:
            on.add("alerts", f"{_COLUMNS}, rank", [_row(alert)])
            (row,) = on.rows("SELECT id FROM alerts WHERE key = ?", alert.key)
            rows = [(*row, receiver, now, now) for receiver in receivers]
            on.add("deliveries", "alert, receiver, first_try, next_try", rows)

        self._tables.change(forward)

    def open_alerts(self) -> list[Alert]:
        """The alerts that are not closed, the oldest of the most urgent first."""
        return self._alerts("WHERE state != 'closed' ORDER BY rank DESC, time, row")

    def closed_alerts(self, most: int) -> list[Alert]:
        """The alerts that were closed, the latest first.

        Args:
            most: how many at most.
        """
        return self._alerts("WHERE state = 'closed' ORDER BY closed_at DESC LIMIT ?", most)

    def alert(self, id: str) -> Alert | None:
        """An alert by its id.

        Args:
            id: of the alert.

        Returns:
            None when there is none.
        """
        return self.alerts([id]).get(id)

    def alerts(self, ids: Iterable[str]) -> dict[str, Alert]:
        """Those alerts that there are, by their ids.

        Args:
            ids: of alerts.
        """
        asked = [*ids]
        if not asked:
            return {}
        found = self._alerts(f"WHERE id IN {places([asked])}", *asked)
        return {alert.id: alert for alert in found}

    def take(self, id: str, who: str, now: float) -> bool:
        """Take an open alert; of several people who do so one succeeds.

        Args:
            id: of the alert.
            who: takes it.
            now: seconds since 1970.

        Returns:
            False when it is not open or not there.
        """
        return self._changed(
            "UPDATE alerts SET state = 'taken', taken_by = ?, taken_at = ? WHERE id = ? AND state = 'open'",
            *(who, now, id),
        )

    def give_back(self, id: str) -> bool:
        """Make an alert that was taken open again, whoever has taken it.

        Args:
            id: of the alert.

        Returns:
            False when it is not taken or not there.
        """
        return self._changed(
            "UPDATE alerts SET state = 'open', taken_by = NULL, taken_at = NULL"
            " WHERE id = ? AND state = 'taken'",
            id,
        )

    def close_alert(self, id: str, who: str, note: str, now: float) -> bool:
        """Close an alert that is open, or taken by the one who closes it.

        Args:
            id: of the alert.
            who: closes it.
            note: what was done; may be empty.
            now: seconds since 1970.

        Returns:
            False when somebody else has taken it, or it is closed or not there.
        """
        return self._changed(
            "UPDATE alerts SET state = 'closed', closed_by = ?, closed_at = ?, note = ?"
            " WHERE id = ? AND (state = 'open' OR state = 'taken' AND taken_by = ?)",
            *(who, now, note, id, who),
        )

    def drop_words(self, conversation: str, until: float) -> None:
        """Delete what holds the patient's words from the alerts of a conversation.

        Args:
            conversation: its keyed hash.
            until: alerts from after that keep theirs (seconds since 1970).
        """
        self._changed(
            "UPDATE alerts SET hand_over = NULL WHERE conversation = ? AND time <= ?", conversation, until
        )
        self.to_scrub = True

    def clear(self, words: float, closed: float, opened: float) -> bool:
        """Delete what is too old.

        Args:
            words: hand-overs of alerts from before go (seconds since 1970).
            closed: alerts that were closed before go.
            opened: alerts from before go, whatever became of them.

        Returns:
            Whether there was anything.
        """

        def clear(on: Statements) -> bool:
            without = "UPDATE alerts SET hand_over = NULL WHERE time < ? AND hand_over IS NOT NULL"
            gone = "DELETE FROM alerts WHERE closed_at < ? OR time < ?"
            changed = [on.changed(without, words), on.changed(gone, closed, opened)]
            if any(changed):
                on.changed("DELETE FROM deliveries WHERE alert NOT IN (SELECT id FROM alerts)")
            return any(changed)

        is_changed = self._tables.change(clear)
        self.to_scrub = self.to_scrub or is_changed
        return is_changed

    def scrub(self) -> None:
        """Empty the journal, which has copies of what was deleted; ``to_scrub`` stays where that fails."""
        ((busy, *_),) = self._tables.look(lambda on: on.rows("PRAGMA wal_checkpoint(TRUNCATE)"))
        self.to_scrub = bool(busy)

    # --- what has to be delivered

    def due(self, receiver: str, now: float, most: int, busy: Collection[str] = ()) -> list[Delivery]:
        """What is to be sent now: of each conversation the earliest, the most urgent first.

        Args:
            receiver: name of the receiver.
            now: seconds since 1970.
            most: how many at most.
            busy: conversations that are left out.
        """
        others = f" AND a.conversation NOT IN {places([[*busy]])}" if busy else ""
        statement = _DUE.format(more=others + self._FREE)
        found = self._tables.look(lambda on: on.rows(statement, receiver, now, *busy, most))
        return [_delivery(row) for row in found]

    def delivered(self, delivery: Delivery, now: float) -> None:
        """Note that a receiver has taken an alert.

        Args:
            delivery: what was sent.
            now: seconds since 1970.
        """
        self._update(delivery, "done_at = ?, error = ''", now)

    def failed(self, delivery: Delivery, error: str, next_try: float) -> None:
        """Note that a receiver has not taken an alert.

        Args:
            delivery: what was sent.
            error: the kind of error; quotes nobody.
            next_try: when to send it again (seconds since 1970).
        """
        self._update(delivery, "tries = tries + 1, error = ?, next_try = ?", error, next_try)

    def given_up(self, delivery: Delivery, error: str) -> None:
        """Note that an alert is not sent to a receiver any more.

        Args:
            delivery: what was sent.
            error: the kind of the last error; quotes nobody.
        """
        self._update(delivery, "tries = tries + 1, error = ?, dead = 1", error)

    def retry_dead(self, now: float) -> int:
        """Send again what was given up.

        Args:
            now: seconds since 1970.

        Returns:
            How many there were.
        """
        statement = "UPDATE deliveries SET dead = 0, tries = 0, first_try = ?, next_try = ? WHERE dead = 1"
        return self._tables.change(lambda on: on.changed(statement, now, now))

    def undelivered(self) -> list[tuple[Alert, Delivery]]:
        """What waits and what was given up, in the order in which it came."""
        statement = f"SELECT {_OF_DELIVERY} FROM deliveries WHERE done_at IS NULL ORDER BY alert, receiver"  # noqa: S608
        deliveries = [_delivery(row) for row in self._tables.look(lambda on: on.rows(statement))]
        alerts = self.alerts({delivery.alert for delivery in deliveries})
        return [(alerts[item.alert], item) for item in deliveries if item.alert in alerts]

    def counts(self) -> tuple[int, int]:
        """How many deliveries wait, and how many were given up."""
        statement = (
            "SELECT count(*) FILTER (WHERE dead = 0), count(*) FILTER (WHERE dead = 1)"
            " FROM deliveries WHERE done_at IS NULL"
        )
        ((waiting, dead),) = self._tables.look(lambda on: on.rows(statement))
        return waiting, dead

    def stay_alive(self, under_way: Collection[tuple[str, str]]) -> None:
        """Tell other replicas what is still being sent here: of a file there are none.

        Args:
            under_way: alert and receiver of each.
        """

    def in_one_step(self, changes: Iterable[Callable[[AlertStore], None]]) -> None:
        """Make several changes, or none of them.

        Args:
            changes: each is given this store.
        """

        def make(_: Statements) -> None:
            for change in changes:
                change(self)

        self._tables.change(make)

    # --- timers; what is dropped with one may hold an address

    def stop_timers(self, conversation: str, kind: str | None = None) -> bool:
        """Stop a timer of a conversation, or all of them.

        Args:
            conversation: its name in the tracker store.
            kind: of the timer, all when None.

        Returns:
            Whether there was any.
        """
        is_stopped = self.timers.stop(conversation, kind)
        self.to_scrub = self.to_scrub or is_stopped
        return is_stopped

    def timer_done(self, timer: Timer) -> bool:
        """Drop a timer that has done its work, unless it was started anew meanwhile.

        Args:
            timer: as it was due.

        Returns:
            Whether it was there.
        """
        is_done = self.timers.done(timer)
        self.to_scrub = self.to_scrub or is_done
        return is_done

    # --- one store after another

    def move_to(self, other: AlertStore) -> bool:
        """Put some of what is here into another store: the oldest alerts, and the timers.

        Args:
            other: takes it.

        Returns:
            Whether there was anything; then there may be more.

        Raises:
            Exception: one of `FAILURES`, when the other store does not take it; then all of it is still here.
        """
        alerts = self._alerts("ORDER BY row LIMIT ?", _MOST_MOVED)
        timers = self.timers.everything()[:_MOST_MOVED]
        if not alerts and not timers:
            return False
        ids = [alert.id for alert in alerts] or [""]
        theirs = f"alert IN {places([ids])}"
        deliveries = self._tables.look(
            lambda on: on.rows(f"SELECT {_OF_DELIVERY} FROM deliveries WHERE {theirs}", *ids)  # noqa: S608
        )

        def take_in(on: Statements) -> None:
            on.add("alerts", f"{_COLUMNS}, rank", [_row(alert) for alert in alerts])
            on.add("deliveries", _OF_DELIVERY, deliveries)
            # of an alert that is there already under its key and another id
            orphans = f"DELETE FROM deliveries WHERE {theirs} AND alert NOT IN (SELECT id FROM alerts)"  # noqa: S608
            on.changed(orphans, *ids)
            for timer in timers:
                other.timers.start(timer)

        def let_go(on: Statements) -> None:
            on.changed(f"DELETE FROM deliveries WHERE {theirs}", *ids)  # noqa: S608
            on.changed(f"DELETE FROM alerts WHERE id IN {places([ids])}", *ids)  # noqa: S608
            for timer in timers:
                self.timers.done(timer)

        other._tables.change(take_in)
        self._tables.change(let_go)
        return True

    def close(self) -> None:
        """Close the file."""
        self._tables.close()

    def _alerts(self, where: str, *values: object) -> list[Alert]:
        statement = f"SELECT {_COLUMNS} FROM alerts {where}"  # noqa: S608
        return [_alert(row) for row in self._tables.look(lambda on: on.rows(statement, *values))]

    def _update(self, delivery: Delivery, change: str, *values: object) -> None:
        self._changed(
            f"UPDATE deliveries SET {change}{self._LET_GO} WHERE alert = ? AND receiver = ?",  # noqa: S608
            *(*values, delivery.alert, delivery.receiver),
        )

    def _changed(self, statement: str, *values: object) -> bool:
        return self._tables.change(lambda on: on.changed(statement, *values)) > 0


def _row(alert: Alert) -> tuple[object, ...]:
    words = json.dumps(asdict(alert.hand_over)) if alert.hand_over else None
    return (
        alert.id,
        alert.key,
        alert.conversation,
        alert.number,
        alert.time.timestamp(),
        alert.centre,
        alert.urgency,
        alert.rule,
        alert.kind.value,
        words,
        alert.state.value,
        alert.taken_by,
        alert.taken_at.timestamp() if alert.taken_at else None,
        alert.note,
        alert.closed_by,
        alert.closed_at.timestamp() if alert.closed_at else None,
        Urgency(alert.urgency).rank,
    )


def _alert(row: Iterable[object]) -> Alert:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Alert(**_typed(fields))  # type: ignore[arg-type]


def _typed(fields: dict[str, object]) -> dict[str, object]:
    words = fields["hand_over"]
    times = {name: _time(fields[name]) for name in ("time", "taken_at", "closed_at")}
    return {
        **fields,
        **times,
        "kind": Kind(fields["kind"]),
        "state": State(fields["state"]),
        "hand_over": HandedOver(**json.loads(words)) if isinstance(words, str) else None,
    }


def _time(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, timezone.utc) if isinstance(seconds, float) else None


def _delivery(row: Sequence[object]) -> Delivery:
    fields = dict(zip(_OF_DELIVERY.split(", "), row, strict=True))
    return Delivery(**{**fields, "dead": bool(fields["dead"])})  # type: ignore[arg-type]
