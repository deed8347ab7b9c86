"""What holds for every test: no network but this machine's own, and a clock that stands still."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from tests.engines.mariadb_server import mariadb_server
from tests.engines.postgres_server import postgres_server

__all__ = ["mariadb_server", "postgres_server"]
"""One of each for all tests of a process."""


def _is_here(address: Any) -> bool:
    """Unix sockets and loopback addresses are on this machine."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session", autouse=True)
def _only_this_machine() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        real = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, real: Any = real) -> Any:
            if not _is_here(address):
                raise PermissionError(f"tests reach no other machine, and this is one: {address}")
            return real(self, address)

        patch.setattr(socket.socket, name, guarded)
    yield
    patch.undo()


class HeldClock:
    """Answers the same instant until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def held_clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
