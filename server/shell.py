"""Talking to the assistant in the terminal: `rasa shell` without its warnings."""

from __future__ import annotations

import os
import sys

from server.model_file import newest_model
from server.port import listen
from server.serve import ROOT, check_data

LOG = ROOT / "var" / "shell.log"


def shell() -> None:
    """Run `rasa shell` on a free port of this machine; warnings go to ``var/shell.log``.

    Raises:
        Stop: when something that is needed is missing or broken.
    """
    os.chdir(ROOT)
    check_data()
    model = newest_model()
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    LOG.parent.mkdir(exist_ok=True)
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    print(f"Starting: this takes some seconds. Type /stop to end. Warnings go to {LOG.name}.", flush=True)
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
