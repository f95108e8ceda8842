"""A server that answers at once with what it was sent, behind the front door or, to compare, Sanic's own."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse


def main(serves: str) -> None:
    """Serve on a free port, and print the address.

    Args:
        serves: ``door``, or ``sanic`` for Sanic's own server.
    """
    from blina.http_server import access, door
    from blina.http_server.port import listen, url_of

    app = Sanic("small")

    @app.post("/webhooks/rest/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        await asyncio.sleep(0.002)
        return response.json([{"recipient_id": request.json["sender"]}])

    @app.get("/health")
    async def health(_: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    access.protect(app)
    listener = listen("127.0.0.1", 0)

    async def announce(*_: Any) -> None:
        sys.stdout.write(f"{url_of(listener)}\n")
        sys.stdout.flush()

    app.register_listener(announce, "after_server_start")
    if serves == "door":
        door.serve(app, listener)
    else:
        app.run(sock=listener, access_log=False, motd=False)


if __name__ == "__main__":
    main(sys.argv[1])
