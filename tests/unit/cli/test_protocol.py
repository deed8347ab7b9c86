"""Connections that never come to the point are hung up on; others are left alone."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from belvedere.cli import protocol

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def _application(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        _application, http=protocol.GuardedHttp, lifespan="off", log_level="critical"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()
    finally:
        server.should_exit = True
        thread.join()


def _rest(connection: socket.socket) -> bytes:
    """What comes until the server hangs up; fails where it never does."""
    connection.settimeout(20)
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost:", b"\r\n", REQUEST + b"\r\n"])
def test_whoever_says_nothing_more_is_hung_up_on(place: tuple[str, int], said: bytes) -> None:
    with socket.create_connection(place) as connection:
        connection.sendall(said)
        _rest(connection)


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"GET /", b"x" * 10_000),
        (b"GET / HTTP/1.1\r\nX: ", b"x" * 10_000),
        (b"GET / HTTP/1.1\r\n", b"X: x\r\n" * 2_000),
    ],
)
def test_heads_without_an_end(place: tuple[str, int], start: bytes, more: bytes) -> None:
    with socket.create_connection(place) as connection:
        connection.sendall(start)
        with pytest.raises(ConnectionError):
            connection.sendall(more * 1000)


def test_answers_may_take_their_time(place: tuple[str, int]) -> None:
    with socket.create_connection(place) as connection:
        connection.settimeout(20)
        for path in (b"/slow", b"/"):
            connection.sendall(REQUEST.replace(b" / ", b" " + path + b" "))
            assert connection.recv(65536).startswith(b"HTTP/1.1 204")


def test_long_bodies_are_no_long_heads(place: tuple[str, int]) -> None:
    body = b"x" * 3_000_000
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    with socket.create_connection(place) as connection:
        connection.settimeout(20)
        for _ in range(2):
            connection.sendall(head + body)
            assert connection.recv(65536).startswith(b"HTTP/1.1 204")
