"""Counts and times for Prometheus. What is counted by is fixed by the code or the knowledge, never a patient.

Everything is counted since the process started: Prometheus keeps what was before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from blina.observe import traces

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SECONDS_OF_ALERTS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14400.0)

MESSAGES = Counter("blina_messages", "Messages that were handled", ["channel"], registry=REGISTRY)
ANSWERS = Counter(
    "blina_answers",
    "Answered messages by the urgency of what stands after them",
    ["urgency"],
    registry=REGISTRY,
)
NOT_UNDERSTOOD = Counter(
    "blina_not_understood", "Messages in which nothing was understood", ["kind"], registry=REGISTRY
)
DISAGREEMENTS = Counter(
    "blina_reading_disagreements",
    "Warning signs on which the two readings of a message differed",
    ["subject"],
    registry=REGISTRY,
)
SAFE_ANSWERS = Counter(
    "blina_safe_answers", "Messages that got the safe answer because something failed", registry=REGISTRY
)
ERRORS = Counter("blina_errors", "Lines of the log that name an error", ["logger"], registry=REGISTRY)
LIMITED = Counter("blina_limited", "What was refused because of a limit", ["limit"], registry=REGISTRY)
PHASES = Histogram(
    "blina_phase_seconds", "Time of a message by phase", ["phase"], buckets=_SECONDS, registry=REGISTRY
)
IN_PROGRESS = Gauge("blina_messages_in_progress", "Messages that are being handled", registry=REGISTRY)
UNANSWERED = Gauge(
    "blina_channel_unanswered",
    "Messages of a provider that wait for their answer",
    ["channel"],
    registry=REGISTRY,
)
UNSENT = Gauge(
    "blina_channel_unsent", "Conversations in which a reply has to go out", ["channel"], registry=REGISTRY
)
EVENTS_WAITING = Gauge(
    "blina_events_waiting", "Events that the database has not taken yet", registry=REGISTRY
)
LATE_TURNS = Counter(
    "blina_late_turns",
    "Turns that were written after another replica had gone on with their conversation",
    ["outcome"],
    registry=REGISTRY,
)
DATABASE_FAILING = Gauge("blina_database_failing", "1 while the database takes nothing", registry=REGISTRY)
REDIS_FAILING = Gauge(
    "blina_redis_failing", "1 while each replica keeps locks and limits by itself", registry=REGISTRY
)
BROKER_FAILING = Gauge("blina_broker_failing", "1 while the broker takes nothing", registry=REGISTRY)
ANNOUNCEMENTS_WAITING = Gauge(
    "blina_announcements_waiting", "Events that the broker has not taken yet", registry=REGISTRY
)
ANNOUNCEMENTS_LOST = Counter(
    "blina_announcements_lost", "Events that the broker was never told, for want of memory", registry=REGISTRY
)

ALERTS = Counter(
    "blina_alerts", "Alerts to the care team by urgency and kind", ["urgency", "kind"], registry=REGISTRY
)
ALERT_DELAY = Histogram(
    "blina_alert_delay_seconds",
    "Time from a patient's message to the receiver's word that it has the alert",
    ["receiver"],
    buckets=_SECONDS_OF_ALERTS,
    registry=REGISTRY,
)
ALERTS_WAITING = Gauge("blina_alerts_waiting", "Alerts that a receiver has not taken yet", registry=REGISTRY)
ALERTS_DEAD = Gauge("blina_alerts_dead", "Alerts that were given up for a receiver", registry=REGISTRY)


@contextmanager
def timed(phase: str) -> Iterator[None]:
    """Measure what is done inside, and trace it.

    Args:
        phase: of a message: ``read``, ``answer``, ``store`` or ``whole``.
    """
    with PHASES.labels(phase).time(), traces.span(phase):
        yield


def late_turns() -> int:
    """How many turns were written after another replica had gone on with their conversation."""
    samples = [sample for family in LATE_TURNS.collect() for sample in family.samples]
    return int(sum(sample.value for sample in samples if sample.name.endswith("_total")))


def exposition() -> bytes:
    """Everything that is counted, in Prometheus' text format."""
    return generate_latest(REGISTRY)
