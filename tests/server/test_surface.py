"""What can be reached, from where, and what every response carries."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from http.client import HTTPMessage
from typing import Any

import pytest

from tests.server.running import ROOT, Assistant, free_port
from tests.server.test_start import start

pytestmark = [pytest.mark.model, pytest.mark.server]

SAY = "/webhooks/rest/webhook"
MESSAGE = json.dumps({"sender": "surface", "message": "thank you"})
STRONG, OTHER = "Zx8-first-secret-of-the-tests-19af", "Qy4-other-secret-of-the-tests-73bd"

NONSENSE = {
    "no request": b"hello\r\n\r\n",
    "another protocol": b"GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "a length that is no number": b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    "a negative length": b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\nhello",
    "a length with a sign": b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nhello",
    "two lengths": b"POST %s HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Length: 5\r\nContent-Length: 9\r\n\r\nhello",
    "a length and chunks": b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks that are none": b"POST %s HTTP/1.1\r\nHost: localhost\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "an unknown coding": b"POST %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
    "bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "half an address": b"GET http://[::1/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a header without end": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
    "a websocket that is none": b"GET /chat/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
    b"Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "a socket that is not there": b"GET /chat/socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\n"
    b"Host: localhost\r\n\r\n",
    "bytes in the query": b"POST %s?stream=\xff HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
}


def ask(
    server: Assistant, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[int, HTTPMessage, str]:
    """One request; status, headers and body of the answer."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, content


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/health", None),
        ("HEAD", "/health", None),
        ("GET", "/webhooks/rest", None),
        ("POST", SAY, MESSAGE),
        ("POST", f"{SAY}?stream=true", MESSAGE),
        ("POST", SAY, "nonsense"),
        ("GET", SAY, None),
        ("GET", "/nowhere", None),
        ("GET", "/chat", None),
        ("GET", "/chat/app.js", None),
        ("GET", "/chat/socket.io/?EIO=4&transport=polling", None),
        ("GET", "/chat/socket.io/?EIO=3", None),
    ],
)
def test_every_response_has_the_security_headers(
    assistant: Assistant, method: str, path: str, body: str | None
) -> None:
    _, headers, _ = ask(assistant, method, path, body, Origin="https://elsewhere.example")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] in ("no-store", "no-cache")
    assert "Access-Control-Allow-Origin" not in headers
    assert "Server" not in headers


def test_what_a_patient_is_told_is_kept_nowhere_on_the_way(assistant: Assistant) -> None:
    assert ask(assistant, "POST", SAY, MESSAGE)[1]["Cache-Control"] == "no-store"


FROM_ELSEWHERE = {
    "through a proxy": {"X_Forwarded_For": "203.0.113.7"},
    "through another proxy": {"Forwarded": "for=203.0.113.7"},
    "under a name made to mean this machine": {"Host": "rebound.example:5005"},
    "from a page of another site": {"Origin": "https://elsewhere.example"},
    "from a page of no site": {"Origin": "null"},
}


@pytest.mark.parametrize("headers", FROM_ELSEWHERE.values(), ids=FROM_ELSEWHERE.keys())
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", SAY, 403), ("POST", f"{SAY}?stream=true", 403), ("GET", "/chat", 403), ("GET", "/", 404)],
)
def test_without_secrets_only_this_machine_is_served(
    assistant: Assistant, headers: dict[str, str], method: str, path: str, status: int
) -> None:
    answer = ask(assistant, method, path, MESSAGE if method == "POST" else None, **headers)
    assert answer[0] == status
    assert set(json.loads(answer[2])) == {"error"}


def test_this_machine_is_served_without_secrets(assistant: Assistant) -> None:
    assert ask(assistant, "POST", SAY, MESSAGE, Host="localhost:5005")[0] == 200
    assert ask(assistant, "POST", SAY, MESSAGE, Origin=assistant.url)[0] == 200


def test_only_loopback_is_listened_on(assistant: Assistant) -> None:
    # 127.0.0.2 is this machine too, but reaches only what listens on every address
    port = int(assistant.url.rsplit(":", 1)[1])
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.2", port))


def test_the_action_server_listens_on_loopback_only() -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        while not reaches("127.0.0.1", port) and time.monotonic() < end:
            time.sleep(0.1)
        assert reaches("127.0.0.1", port)
        assert not reaches("127.0.0.2", port)
    finally:
        process.kill()
        process.wait()


def reaches(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {},
            "Other machines can reach 0.0.0.0: set BLINA_REST_TOKEN and BLINA_SESSION_SECRET to a random "
            "text of at least 32 characters each (openssl rand -base64 33).",
        ),
        (
            {"BLINA_REST_TOKEN": STRONG, "BLINA_SESSION_SECRET": "changeme"},
            "BLINA_SESSION_SECRET must hold at least 32 characters.",
        ),
    ],
)
def test_without_secrets_it_does_not_start_for_other_machines(
    variables: dict[str, str], sentence: str
) -> None:
    status, output, errors = start(BLINA_HOST="0.0.0.0", BLINA_PORT="0", **variables)  # noqa: S104
    assert (status, output, errors) == (2, "", f"{sentence}\n")


@pytest.mark.parametrize("sent", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_refused_as_json_and_the_next_request_is_answered(
    assistant: Assistant, sent: bytes
) -> None:
    host, port = assistant.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(sent.replace(b"%s", SAY.encode()))
        answer = read_response(connection)
    assert 400 <= answer[0] < 500
    assert set(answer[1]) == {"error"}
    assert assistant.get("/health")[0] == 200


def read_response(connection: socket.socket) -> tuple[int, Any]:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, json.loads(response.read())


def test_nonsense_leaves_no_traceback(assistant: Assistant) -> None:
    host, port = assistant.url.removeprefix("http://").split(":")
    before = len(assistant.log.read_text())
    for sent in NONSENSE.values():
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(sent.replace(b"%s", SAY.encode()))
            read_response(connection)
    written = assistant.log.read_text()[before:]
    assert "File " not in written
    assert "Traceback" not in written
