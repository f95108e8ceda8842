"""Serves the nurses' page alone, behind the real door and with the real stores: `python team_server.py PORT`.

Nothing of what reads and answers patients is loaded, so it starts in seconds.
"""

from __future__ import annotations

import sys
from types import SimpleNamespace

from blina.server import environment

environment.prepare()  # before Rasa: it loads TensorFlow otherwise

from rasa.shared.core.domain import Domain  # noqa: E402
from sanic import Sanic  # noqa: E402

from blina.channels.team.channel import PREFIX, TeamChannel  # noqa: E402
from blina.http_server import door  # noqa: E402
from blina.http_server.port import listen  # noqa: E402
from blina.rasa_adapter.tracker_store import ConversationStore  # noqa: E402
from blina.server import logs  # noqa: E402


async def nobody(_: object) -> None:
    """Takes no message."""


def main(port: int) -> None:
    """Serve until it is stopped.

    Args:
        port: on this machine.
    """
    logs.configure()
    app = Sanic("team", configure_logging=False)
    app.ctx.agent = SimpleNamespace(tracker_store=ConversationStore(Domain.empty()))
    app.blueprint(TeamChannel().blueprint(nobody), url_prefix=PREFIX)
    door.serve(app, listen("127.0.0.1", port))


if __name__ == "__main__":
    main(int(sys.argv[1]))
