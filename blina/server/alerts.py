"""What operators see of the alerts: which are open, which wait, which were given up. No word of a patient."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from blina.alerts.model import Alert
from blina.alerts.shared_store import store_at
from blina.alerts.store import AlertStore
from blina.knowledge.settings import place_of
from blina.stop import Stop
from blina.storage.failures import FAILURES, reason
from blina.storage.tables import is_shared

Result = TypeVar("Result")

_FAILURES: tuple[type[Exception], ...] = (*FAILURES, OSError)


def page(place: str) -> str:
    """The alerts that are not closed, and the deliveries that have not arrived.

    Args:
        place: path of the file with the alerts, or the URL of the PostgreSQL database.

    Raises:
        Stop: there are none, or they cannot be read.
    """
    return "\n".join(_done(place, lambda store: list(_lines(store))))


def retry(place: str) -> str:
    """Have sent again what was given up.

    Args:
        place: as in `page`; the server may be running.

    Returns:
        What was done, as a sentence.

    Raises:
        Stop: there are none, or they cannot be written.
    """
    return _done(place, lambda store: f"{store.retry_dead(time.time())} deliveries are sent again.")


def _done(place: str, job: Callable[[AlertStore], Result]) -> Result:
    if not is_shared(place) and not Path(place).is_file():
        raise Stop(f"There are no alerts in {Path(place).parent}.")
    try:
        with closing(store_at(place)) as store:
            return job(store)
    except _FAILURES as error:
        where = place_of(place) if is_shared(place) else place
        raise Stop(f"The alerts in {where} cannot be used ({reason(error)}).") from None


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
