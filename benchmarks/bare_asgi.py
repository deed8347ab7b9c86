"""An ASGI application that sends one file, served with the same settings as the real server.

`python -m benchmarks.bare_asgi PORT FILE`
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

from benchmarks.load import HOST

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


def sender(body: bytes) -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """An application that reads the whole request and answers `body`."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]

    async def application(_scope: dict[str, Any], receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


if __name__ == "__main__":
    uvicorn.run(
        sender(Path(sys.argv[2]).read_bytes()),
        host=HOST,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )
