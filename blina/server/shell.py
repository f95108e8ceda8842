"""Talking to the assistant in the terminal: `rasa shell` without its warnings."""

from __future__ import annotations

import os
import sys

from blina.assistant import knowledge, settings
from blina.http_server.port import listen
from blina.knowledge.settings import variable
from blina.server import endpoints
from blina.server.model_file import check_drug, newest_model
from blina.server.serve import ROOT, check_data
from blina.storage.sqlite import IN_MEMORY

LOG = "shell.log"  # in the data folder


def shell() -> None:
    """Run `rasa shell` on a free port of this machine; warnings go to ``shell.log`` in the data folder.

    Raises:
        Stop: when something that is needed is missing or broken.
    """
    os.chdir(ROOT)
    for shared in ("database_url", "broker_url"):  # what replicas share holds patients' conversations
        os.environ[variable(shared)] = ""
    check_data()
    endpoints.check(ROOT / "endpoints.yml")
    from blina.storage.opening import DATABASE_VARIABLE  # slow: loads Rasa

    # nothing of it is kept, and a server that runs beside it has its database to itself
    os.environ.setdefault(DATABASE_VARIABLE, IN_MEMORY)
    model = newest_model()
    check_drug(model, knowledge().symptoms)
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    path = ROOT / settings().data_folder / LOG
    path.parent.mkdir(parents=True, exist_ok=True)
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    print("Starting: this takes some seconds. Type /stop or press Ctrl-D to end.", flush=True)
    print(f"Warnings go to {LOG}.", flush=True)
    os.dup2(log, sys.stderr.fileno())  # also what libraries written in C say
    from rasa.__main__ import main

    sys.argv = [
        "rasa",
        "shell",
        "--quiet",
        "--model",
        str(model),
        "--interface",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    main()
