"""OpenTelemetry traces, off unless a collector is named: how long each message took, and in which phase.

A span holds what a line of the log may hold: the phase, and the conversation's safe id. What fails is named
by its kind; the text of an error can hold a patient's words.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from blina.observe import correlation

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.trace import Tracer

CONVERSATION = "blina.conversation"
_MOST_WAITING = 2048  # spans; more than the collector takes are dropped, and no answer waits
_SECONDS_TO_SEND = 2

_tracer: Tracer | None = None


def to_collector(url: str) -> TracerProvider:
    """Send traces from now on.

    Args:
        url: where the collector takes OTLP over HTTP, such as ``http://127.0.0.1:4318/v1/traces``.

    Returns:
        What sends them, to be shut down at the end.
    """
    # slow to import, and most centres have no collector
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(endpoint=url, timeout=_SECONDS_TO_SEND)
    return to(BatchSpanProcessor(exporter, max_queue_size=_MOST_WAITING))


def to(processor: SpanProcessor) -> TracerProvider:
    """Hand traces to a processor from now on.

    Args:
        processor: OpenTelemetry's.

    Returns:
        What hands them on.
    """
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    global _tracer
    # shut down by whoever asked for it, before the process ends
    provider = TracerProvider(resource=Resource({"service.name": "blina"}), shutdown_on_exit=False)
    provider.add_span_processor(processor)
    _tracer = provider.get_tracer(__name__)
    return provider


def stop(provider: TracerProvider) -> None:
    """Send what waits, and wait for that no longer than a stop may take.

    Args:
        provider: see `to_collector`.
    """
    # a collector that refuses is asked again for a minute: by a thread that the end of the process ends
    last = threading.Thread(target=provider.shutdown, daemon=True)
    last.start()
    last.join(_SECONDS_TO_SEND)


@contextmanager
def span(name: str) -> Iterator[None]:
    """Trace what is done inside, if anybody is told.

    Args:
        name: of the phase.
    """
    if _tracer is None:
        yield
        return
    attributes = {CONVERSATION: correlation.current() or ""}
    with _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as started:
        try:
            yield
        except Exception as error:
            started.set_attribute("error.type", type(error).__name__)
            raise
