"""Behind nginx as docs/http-api.md has it, and behind the simplest one, which leaves out what matters."""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.legacy.client import connect
from websockets.typing import Origin

from benchmarks.mixed_up.proxies import in_front, program
from blina.http_server import origins
from tests.server.running import ROOT, Assistant

pytestmark = [
    pytest.mark.model,
    pytest.mark.server,
    pytest.mark.skipif(
        not program("nginx"), reason="needs nginx: sh scripts/install_programs.sh nginx:nginx-light"
    ),
]

SOCKET = "/chat/socket.io/?EIO=4&transport="
SIMPLEST = "location / { proxy_pass http://127.0.0.1:5005; }"
(DOCUMENTED,) = re.findall(
    r"^location / \{.*?^\}",
    (ROOT / "docs" / "http-api.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A server with what the manual says has to be set."""
    environment = {
        "BLINA_TRUSTED_PROXIES": "1",
        "BLINA_REST_TOKEN": "token-of-the-tests-8f2k1m5n7p9q3r6s",
        "BLINA_SESSION_SECRET": "secret-of-the-tests-4w8x2y6z1a5b9c3d",
    }
    server = Assistant([sys.executable, "-m", "blina.server"], tmp_path_factory.mktemp("served"), environment)
    server.wait_until_ready()
    yield server
    server.stop()


@pytest.fixture(params=[DOCUMENTED, SIMPLEST], ids=["documented", "simplest"])
def nginx(request: pytest.FixtureRequest, served: Assistant, tmp_path: Path) -> Iterator[tuple[str, bool]]:
    """The address of nginx, and whether it is the documented one."""
    upstream = served.url.removeprefix("http://")
    location = request.param.replace("127.0.0.1:5005", upstream)
    with in_front("nginx", upstream, tmp_path, location) as port:
        yield f"127.0.0.1:{port}", request.param is DOCUMENTED


def ask(url: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_nobody_behind_it_is_this_machine(nginx: tuple[str, bool]) -> None:
    address, _ = nginx
    body = json.dumps({"sender": "a", "message": "I have a fever"}).encode()
    assert ask(f"http://{address}/webhooks/rest/webhook", body)[0] == 401


def test_the_page_connects_or_says_what_is_missing(nginx: tuple[str, bool], served: Assistant) -> None:
    address, is_documented = nginx
    status, content = ask(f"http://{address}{SOCKET}polling", Origin=f"http://{address}")
    if is_documented:
        assert status == 200
        return
    assert (status, json.loads(content)["error"]) == (403, origins.HOST)
    assert origins.HOST in served.log.read_text()


async def test_a_websocket_passes_the_documented_one(served: Assistant, tmp_path: Path) -> None:
    upstream = served.url.removeprefix("http://")
    with in_front("nginx", upstream, tmp_path, DOCUMENTED.replace("127.0.0.1:5005", upstream)) as port:
        address = f"127.0.0.1:{port}"
        async with connect(f"ws://{address}{SOCKET}websocket", origin=Origin(f"http://{address}")) as page:
            assert str(await page.recv()).startswith("0{")
