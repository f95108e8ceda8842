"""The server does what docs/openapi.yml says, whatever is thrown at it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from rasa.core import run
from sanic import Sanic
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from blina.channels.web.channel import SOCKET_PATH
from tests.server.running import ROOT, Assistant

pytestmark = pytest.mark.server

FILE = ROOT / "docs" / "openapi.yml"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DESCRIBED = yaml.safe_load(FILE.read_text(encoding="utf-8"))["paths"]
METHODS = ("get", "head", "post")
schema = schemathesis.openapi.from_dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def routes() -> Iterator[set[tuple[str, str]]]:
    """Path and method of every route that the default channels open."""
    app = run.configure_app(
        run.create_http_input_channels(None, str(ROOT / "credentials.yml")), cors=None, enable_api=False
    )
    yield {(f"/{route.path}", method.lower()) for route in app.router.routes for method in route.methods}
    Sanic._app_registry.pop(app.name)  # other tests make one of the same name


def described(path: str, item: dict[str, Any]) -> Iterator[str]:
    """The paths that one path of the file stands for."""
    parameters = [one for one in item.get("parameters", ()) if one["in"] == "path"]
    for values in itertools.product(*(one["schema"]["enum"] for one in parameters)):
        names = [one["name"] for one in parameters]
        yield path.format(**dict(zip(names, values, strict=True)))


def test_the_file_describes_every_address_and_no_other(routes: set[tuple[str, str]]) -> None:
    written = {
        (full, method)
        for path, item in DESCRIBED.items()
        if "{provider}" not in path  # those are opened by credentials.yml
        for full in described(path, item)
        for method in METHODS
        if method in item
    }
    socket = {(SOCKET_PATH, "get"), (SOCKET_PATH, "post")}  # is answered in front of Sanic
    assert routes | socket == written


@schema.exclude(path_regex="provider").parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_gets_an_answer_as_described(
    case: schemathesis.Case[Any], assistant: Assistant
) -> None:
    case.call_and_validate(base_url=assistant.url, checks=CHECKS, timeout=30)
