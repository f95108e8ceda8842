"""Traces tell how long what took, and nothing of a patient."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from blina.observe import correlation, metrics, traces

WORDS = "my secret words"
PATIENCE = 30.0  # seconds; whoever refuses is asked again for 63


@pytest.fixture(autouse=True)
def off_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_tracer", None)


@pytest.fixture
def kept() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    traces.to(SimpleSpanProcessor(exporter))
    return exporter


class Collector(BaseHTTPRequestHandler):
    """Takes what is sent, or refuses it."""

    bodies: list[bytes]
    status: int

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[type[Collector], str]]:
    taking = type("Taking", (Collector,), {"bodies": [], "status": 200})
    with ThreadingHTTPServer(("127.0.0.1", 0), taking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield taking, f"http://127.0.0.1:{server.server_address[1]}/v1/traces"
        server.shutdown()


def test_a_message_is_one_trace_of_its_phases(kept: InMemorySpanExporter) -> None:
    with correlation.about("rest-anna"), metrics.timed("whole"), metrics.timed("read"):
        pass
    read, whole = kept.get_finished_spans()
    assert (whole.name, read.name) == ("whole", "read")
    assert read.parent == whole.context
    assert read.attributes == whole.attributes == {traces.CONVERSATION: correlation.safe_id("rest-anna")}


def test_what_fails_is_named_by_its_kind_and_quoted_nowhere(kept: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match=WORDS), metrics.timed("read"):
        raise ValueError(WORDS)
    (read,) = kept.get_finished_spans()
    assert read.attributes is not None
    assert read.attributes["error.type"] == "ValueError"
    assert "secret" not in read.to_json()


def test_without_a_collector_nothing_is_traced() -> None:
    with metrics.timed("read"):
        assert traces._tracer is None


def test_a_collector_gets_them_in_opentelemetrys_form(collector: tuple[type[Collector], str]) -> None:
    taking, url = collector
    provider = traces.to_collector(url)
    with metrics.timed("whole"):
        pass
    assert provider.force_flush()
    (resource,) = ExportTraceServiceRequest.FromString(taking.bodies[0]).resource_spans
    assert [span.name for scope in resource.scope_spans for span in scope.spans] == ["whole"]
    names = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
    assert names["service.name"] == "blina"
    traces.stop(provider)


def test_a_collector_that_refuses_holds_up_neither_a_message_nor_the_end(
    collector: tuple[type[Collector], str],
) -> None:
    taking, url = collector
    taking.status = 503
    provider = traces.to_collector(url)
    started = time.monotonic()
    for _ in range(600):
        with metrics.timed("whole"):
            pass
    traces.stop(provider)
    assert time.monotonic() - started < PATIENCE
