"""Nothing about a conversation leaves this machine: Rasa's telemetry and error reports stay off."""

from __future__ import annotations

import os
import sys


def enforce() -> None:
    """Turn off telemetry and error reporting, also where Rasa has already turned them on.

    Rasa decides on telemetry each time it would send, so the variable is enough whenever
    this runs. Error reporting starts before any code of the project is loaded (plain
    ``rasa run``): a client that has started is replaced by one without an address.
    """
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.pop("SENTRY_DSN", None)
    sentry = sys.modules.get("sentry_sdk")
    if sentry is not None and sentry.Hub.current.client is not None:
        sentry.init(dsn="", default_integrations=False)
