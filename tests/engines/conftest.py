"""Real databases for the tests of what we send to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import psycopg
import pytest
from tests.engines.postgres_server import PostgresServer, postgres_server

from belvedere.compiler import dialects

__all__ = ["Database", "postgres_server"]


@dataclass(frozen=True, slots=True)
class Database:
    """An empty database that is really there, and the dialect it is spoken to in."""

    dialect: dialects.Dialect
    connection: Any

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []

    def column(self, expression: str, rows: list[list[str]], names: str) -> list[Any]:
        """The expression for each row of literals, in order; `names` are the columns'."""
        values = ", ".join(f"({n}, {', '.join(row)})" for n, row in enumerate(rows))
        sql = (
            f"SELECT {expression} FROM (VALUES {values}) AS t(position, {names}) ORDER BY position"
        )
        return [row[0] for row in self.run(sql)]

    def timestamps(self, expression: str, moments: list[Any]) -> list[Any]:
        rows = [[self.dialect.timestamp(moment)] for moment in moments]
        return self.column(expression, rows, "x")

    def set_timezone(self, name: str) -> None:
        self.connection.execute(f"SET TimeZone = '{name}'")


@pytest.fixture(scope="session")
def _duckdb() -> Database:
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return Database(dialects.get("duckdb"), duckdb.connect(config=config))


@pytest.fixture(scope="session")
def _postgres(postgres_server: PostgresServer) -> Iterator[Database]:
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        yield Database(dialects.get("postgres"), connection)


@pytest.fixture(params=["duckdb", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each of the databases in turn, its session in UTC."""
    found: Database = request.getfixturevalue(f"_{request.param}")
    found.set_timezone("UTC")
    return found
