"""Real databases for the tests of what we send to them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.engines.clickhouse_server import (
    clickhouse_folder,
    clickhouse_server,
    connect as connect_clickhouse,
)
from tests.engines.mariadb_server import MariaDBServer
from tests.engines.postgres_server import PostgresServer

from belvedere.compiler import dialects
from belvedere.engines.clickhouse_sessions import SETTINGS as CLICKHOUSE_SETTINGS
from belvedere.engines.sqlite_functions import register

__all__ = [
    "SQLITE_CASTS",
    "Database",
    "SQLiteDatabase",
    "clickhouse_folder",
    "clickhouse_server",
]


@dataclass(frozen=True, slots=True)
class Database:
    """An empty database that is really there, and the dialect it is spoken to in.

    `casts` and `columns` say what it calls the types of standard SQL there, where it calls them
    otherwise.
    """

    dialect: dialects.Dialect
    connection: Any
    casts: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []

    def cast(self, operand: str, kind: str) -> str:
        return f"CAST({operand} AS {self.casts.get(kind, kind)})"

    def column_type(self, kind: str) -> str:
        return self.columns.get(kind, kind)

    def values(self, rows: str, names: str) -> str:
        """The rows, such as (1, 'a'), (2, 'b'), as a FROM item t with columns of these names."""
        return f"(VALUES {rows}) AS t({names})"

    def column(self, expression: str, rows: list[list[str]], names: str) -> list[Any]:
        """The expression for each row of literals, in order; `names` are the columns'."""
        listed = ", ".join(f"({n}, {', '.join(row)})" for n, row in enumerate(rows))
        source = self.values(listed, f"position, {names}")
        return [row[0] for row in self.run(f"SELECT {expression} FROM {source} ORDER BY position")]

    def timestamps(self, expression: str, moments: list[Any]) -> list[Any]:
        rows = [[self.dialect.timestamp(moment)] for moment in moments]
        return self.column(expression, rows, "x")

    def instant(self, at: datetime) -> str:
        """A value that is shown in the time zone of the session."""
        return f"CAST('{at.isoformat()}' AS TIMESTAMPTZ)"

    def set_timezone(self, name: str) -> None:
        self.connection.execute(f"SET TimeZone = '{name}'")

    def examples(self, most: int) -> int:
        """How many a property test should try here."""
        return most


class _WithoutNames(Database):
    """VALUES has no names for columns; a common table expression has."""

    def values(self, rows: str, names: str) -> str:
        return f"(WITH v({names}) AS (VALUES {rows}) SELECT * FROM v) AS t"


class SQLiteDatabase(_WithoutNames):
    _TYPED = re.compile(r"\b(?:TIMESTAMP|DATE) (?=')")

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Literals of time are texts."""
        return super().run(self._TYPED.sub("", sql))

    def set_timezone(self, name: str) -> None:
        register(self.connection, name)


class MariaDBDatabase(_WithoutNames):
    def run(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []

    def instant(self, at: datetime) -> str:
        return f"FROM_UNIXTIME({at.timestamp():.6f})"

    def set_timezone(self, name: str) -> None:
        self.run(f"SET time_zone = '{name}'")


class ClickHouseDatabase(Database):
    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Times as they are shown, on the clock of their time zone."""
        data = self.connection.query(sql, "ArrowStream").bytes()
        if not data:
            return []
        columns = [
            pc.local_timestamp(column) if pa.types.is_timestamp(column.type) else column
            for column in pa.ipc.open_stream(data).read_all().columns
        ]
        return list(zip(*(column.to_pylist() for column in columns), strict=True))

    def instant(self, at: datetime) -> str:
        return f"toDateTime64({at.timestamp():.0f}, 6)"

    def set_timezone(self, name: str) -> None:
        self.connection.query(f"SET session_timezone = '{name}'")


SQLITE_CASTS = {"TIMESTAMP": "TEXT", "DATE": "TEXT", "VARCHAR(8)": "TEXT"}
_MARIADB_CASTS = {
    "BIGINT": "SIGNED",
    "BOOLEAN": "UNSIGNED",
    "DOUBLE PRECISION": "DOUBLE",
    "INTEGER": "SIGNED",
    "TIMESTAMP": "DATETIME(6)",
    "VARCHAR(8)": "CHAR(8)",
    "VARCHAR(200)": "CHAR(200)",
}
_MARIADB_COLUMNS = {"TIMESTAMP": "DATETIME(6)", "TIMESTAMPTZ": "TIMESTAMP NULL"}
_CLICKHOUSE_TYPES = {"TIMESTAMP": "DateTime64(6)", "TIMESTAMPTZ": "DateTime64(6)"}


@pytest.fixture(scope="session")
def _duckdb() -> Database:
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return Database(dialects.get("duckdb"), duckdb.connect(config=config))


@pytest.fixture(scope="session")
def _postgres(postgres_server: PostgresServer) -> Iterator[Database]:
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        yield Database(dialects.get("postgres"), connection)


@pytest.fixture(scope="session")
def _sqlite() -> Iterator[Database]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield SQLiteDatabase(dialects.get("sqlite"), connection, SQLITE_CASTS)


@pytest.fixture(scope="session")
def _mariadb(mariadb_server: MariaDBServer) -> Iterator[Database]:
    """Texts are equal only where they are the same, as in the other databases."""
    collation = "utf8mb4_nopad_bin"
    name = mariadb_server.create_database(collation=collation)
    with mariadb_server.connect(name) as connection:
        dialect = dialects.get("mariadb")
        database = MariaDBDatabase(dialect, connection, _MARIADB_CASTS, _MARIADB_COLUMNS)
        database.run(f"SET NAMES utf8mb4 COLLATE {collation}")
        yield database


@pytest.fixture(scope="session")
def _clickhouse() -> Iterator[Database]:
    """Columns hold nulls unless it is said otherwise, as in the other databases."""
    settings = {**CLICKHOUSE_SETTINGS, "data_type_default_nullable": 1}
    with closing(connect_clickhouse()) as connection:
        listed = ", ".join(f"{name} = '{value}'" for name, value in settings.items())
        connection.query(f"SET {listed}")
        types = _CLICKHOUSE_TYPES
        yield ClickHouseDatabase(dialects.get("clickhouse"), connection, types, types)


_CLICKHOUSE = pytest.param("clickhouse", marks=pytest.mark.slow)


@pytest.fixture(params=["duckdb", "postgres", "sqlite", "mariadb", _CLICKHOUSE])
def database(request: pytest.FixtureRequest) -> Database:
    """Each of the databases in turn, its session in UTC."""
    found: Database = request.getfixturevalue(f"_{request.param}")
    found.set_timezone("UTC")
    return found


@pytest.fixture(params=["duckdb", "postgres", "mariadb", _CLICKHOUSE])
def typed_database(request: pytest.FixtureRequest) -> Database:
    """Those whose values have the types of standard SQL, times and decimals among them."""
    found: Database = request.getfixturevalue(f"_{request.param}")
    found.set_timezone("UTC")
    return found
