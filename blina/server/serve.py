"""Serves the assistant: channels, chat page and health on one port."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from blina.assistant import knowledge, settings
from blina.http_server import signing_keys
from blina.http_server.addresses import is_loopback
from blina.http_server.port import Waiting, address, listen, url_of
from blina.knowledge import KnowledgeError
from blina.knowledge.settings import SettingsError, place_of
from blina.observe import announcing, correlation, traces
from blina.reading.learned.model import ModelError, default_model
from blina.replicas.check import check
from blina.replicas.link import common_key, link
from blina.server import credentials, endpoints, logs, support
from blina.server.model_file import check_drug, newest_model
from blina.stop import Stop

ROOT = Path(__file__).resolve().parents[2]
ALERTS = "blina.channels.alerts.AlertsChannel"
ENDPOINTS_VARIABLE, CREDENTIALS_VARIABLE = "BLINA_ENDPOINTS", "BLINA_CREDENTIALS"  # other files of Rasa's


def serve() -> None:
    """Serve until Ctrl-C or SIGTERM.

    Raises:
        Stop: when something that is needed is missing, broken or taken.
    """
    os.chdir(ROOT)  # Rasa's files name each other relative to the project
    logs.configure()
    check_data()
    if settings().log_format == "json":
        logs.as_json()
    credentials.check(_credentials(), os.environ)
    if settings().alerts or settings().follow_up:
        credentials.require(_credentials(), ALERTS, "alerts" if settings().alerts else "follow_up")
    endpoints.check(_endpoints())
    check_broker()
    model = newest_model()
    check_drug(model, knowledge().symptoms)
    host, port = address()
    check_secrets(host)
    check_replicas()
    if key := signing_keys.from_environment(settings().session_secret_env, os.environ):
        correlation.use_key(key)
    is_alone = not settings().has_replicas
    with listen(host, port, is_alone) as listener, Waiting(listener, is_alone) as waiting:
        url = url_of(listener)
        if out_of_support := support.line(datetime.now().astimezone().date()):
            print(out_of_support, flush=True)
        print(f"Starting on {url}: this takes some seconds ...", flush=True)
        app = _application(model, waiting, url)
        from blina.http_server import door

        door.serve(app, listener)
    print("Stopped.", flush=True)


def check_data() -> None:
    """Load settings, knowledge and the sentence encoder.

    Raises:
        Stop: saying what is wrong where.
    """
    try:
        settings()
        knowledge()
        default_model()
    except (SettingsError, KnowledgeError, ModelError) as error:
        raise Stop(str(error)) from error


def check_secrets(host: str) -> None:
    """Look at the secrets of the environment; other machines are served only when both are set.

    Args:
        host: where the server will listen.

    Raises:
        Stop: saying which is missing, could be guessed, or is used twice.
    """
    names = settings().rest_token_env, settings().session_secret_env
    try:
        given = [signing_keys.from_environment(name, os.environ) for name in names]
    except signing_keys.WeakKey as error:
        raise Stop(str(error)) from error
    if given[0] and given[0] == given[1]:
        raise Stop(f"{names[0]} and {names[1]} must differ.")
    missing = [name for name, key in zip(names, given, strict=True) if key is None]
    if missing and not is_loopback(host):
        raise Stop(
            f"Other machines can reach {host}: set {' and '.join(missing)} to a random text of at least "
            f"{signing_keys.LEAST_CHARACTERS} characters each (openssl rand -base64 33)."
        )


def check_replicas() -> None:
    """Look at what several replicas share, if this is one of several.

    Raises:
        Stop: saying what is missing or cannot be used.
    """
    if not settings().has_replicas:
        return
    common_key()
    shared, url = link(), settings().redis_url
    if shared is not None and url is not None:
        check(url, shared)


def check_broker() -> None:
    """See whether the broker takes events, if there is one.

    Raises:
        Stop: it does not.
    """
    url = settings().broker_url
    if url:
        try:
            asyncio.run(announcing.check(url, place_of(url)))
        except announcing.BrokerFailed as error:
            raise Stop(str(error)) from None


def channels() -> list[Any]:
    """The channels that the credentials name.

    Raises:
        Stop: when what they say cannot be used.
    """
    from rasa.core import run
    from rasa.shared.exceptions import RasaException

    try:
        return list(run.create_http_input_channels(None, str(_credentials())))
    except RasaException as error:
        raise Stop(str(error)) from error


def _credentials() -> Path:
    return Path(os.environ.get(CREDENTIALS_VARIABLE) or "credentials.yml")


def _endpoints() -> Path:
    return Path(os.environ.get(ENDPOINTS_VARIABLE) or "endpoints.yml")


def _application(model: Path, waiting: Waiting, url: str) -> Any:
    """Rasa's web application with the channels of ``credentials.yml`` and no management API."""
    from rasa.core import run  # slow: not before what can go wrong quickly has been looked at
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog

    from blina.rasa_adapter import announcements, reading_threads, safety_net

    configure_structlog(logging.WARNING)
    named = AvailableEndpoints.read_endpoints(str(_endpoints()))
    app = run.configure_app(channels(), cors=None, enable_api=False, endpoints=named)
    server_errors = logging.getLogger("sanic.error")
    # what fails before the assistant is ready ends in one sentence, not in a trace
    server_errors.disabled = True
    load = partial(run.load_agent_on_start, str(model), named, None)

    async def take_over(app: Any, loop: Any) -> None:
        agent = await load(app, loop)
        if not agent.is_ready():
            raise Stop(f"The model {model.name} cannot be loaded: run `make train`.")
        logs.patients_can_write()
        gc.collect()
        gc.freeze()  # what is loaded now stays: nobody has to look through it for garbage again
        waiting.stop()
        server_errors.disabled = False

    async def announce(*_: Any) -> None:
        print(f"Ready: open {url}/chat (Ctrl-C stops it)", flush=True)

    async def finish_turns(*_: Any) -> None:
        await safety_net.finish()
        if announcer := announcements.announcer():
            await announcer.close()

    collector = settings().traces_url
    provider = traces.to_collector(collector) if collector else None

    async def read_no_more(*_: Any) -> None:
        reading_threads.stop()
        if shared := link():
            await shared.close()
        if provider is not None:
            await asyncio.to_thread(traces.stop, provider)

    app.register_listener(take_over, "before_server_start")
    app.register_listener(announce, "after_server_start")
    app.register_listener(finish_turns, "before_server_stop")
    app.register_listener(read_no_more, "after_server_stop")
    app.register_listener(run.close_resources, "after_server_stop")
    return app
