"""Empty application databases: the tests of the store run on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.engines.postgres_server import PostgresServer

from belvedere.store import Database

Opener = Callable[[], Database]


def _opener(url: str) -> Iterator[Opener]:
    opened: list[Database] = []

    def opening() -> Database:
        opened.append(Database(url))
        return opened[-1]

    yield opening
    for database in opened:
        database.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Opener]:
    yield from _opener(f"sqlite:///{tmp_path / 'belvedere.db'}")


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[Opener]:
    yield from _opener(postgres_server.url(postgres_server.create_database()))


@pytest.fixture(params=["sqlite", "postgres"])
def opener(request: pytest.FixtureRequest) -> Opener:
    """Opens the same empty database again with every call, as another process would."""
    found: Opener = request.getfixturevalue(request.param)
    return found
