"""What operators see of the alerts: which are open, which wait, which were given up. No word of a patient."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from blina.alerts.model import Alert
from blina.alerts.store import AlertStore
from blina.stop import Stop


def page(file: Path) -> str:
    """The alerts that are not closed, and the deliveries that have not arrived.

    Args:
        file: of the alerts.

    Raises:
        Stop: there is none, or it cannot be read.
    """
    with closing(_opened(file)) as store:
        return "\n".join(_lines(store))


def retry(file: Path) -> str:
    """Have sent again what was given up.

    Args:
        file: of the alerts; the server may be running.

    Returns:
        What was done, as a sentence.

    Raises:
        Stop: there is none, or it cannot be written.
    """
    with closing(_opened(file)) as store:
        try:
            return f"{store.retry_dead(time.time())} deliveries are sent again."
        except sqlite3.Error as error:
            raise Stop(f"{file} cannot be written: {error}.") from None


def _opened(file: Path) -> AlertStore:
    if not file.is_file():
        raise Stop(f"There are no alerts in {file.parent}.")
    try:
        return AlertStore(str(file))
    except (sqlite3.Error, OSError) as error:
        raise Stop(f"{file} cannot be read: {error}.") from None


def _lines(store: AlertStore) -> Iterator[str]:
    alerts = store.open_alerts()
    undelivered = store.undelivered()
    waiting = [(alert, one) for alert, one in undelivered if not one.dead]
    dead = [(alert, one) for alert, one in undelivered if one.dead]
    yield f"open: {len(alerts)}, waiting: {len(waiting)}, given up: {len(dead)}"
    for alert in alerts:
        taken = f", taken by {alert.taken_by}" if alert.taken_by else ""
        yield f"  open      {_named(alert)}{taken}"
    for alert, one in waiting:
        yield f"  waiting   {_named(alert)}  {one.receiver}, {one.tries} tries {one.error}".rstrip()
    for alert, one in dead:
        yield f"  given up  {_named(alert)}  {one.receiver}, {one.tries} tries {one.error}"
    if dead:
        yield "`blina alerts retry` sends again what was given up."


def _named(alert: Alert) -> str:
    time_of = alert.time.isoformat(timespec="seconds")
    return f"{alert.id}  {time_of}  {alert.urgency:<11}  {alert.kind.value}  {alert.rule}"
