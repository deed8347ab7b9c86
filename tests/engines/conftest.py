"""Real databases for the tests of what we send to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import psycopg
import pytest
from tests.engines.postgres_server import PostgresServer, postgres_server

__all__ = ["postgres_server"]

Run = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def run_duckdb() -> Run:
    """Runs one statement in an empty DuckDB that may not fetch extensions."""
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    connection = duckdb.connect(config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def run_postgres(postgres_server: PostgresServer) -> Any:
    """Runs one statement in an empty PostgreSQL database."""
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()
