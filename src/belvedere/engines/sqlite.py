"""SQLite files through the standard library: opened to be read, and nothing but reading allowed.

A value has its type, a column has none that holds: the types of a result are those of its first
rows.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from belvedere.engines.base import (
    ColumnInfo,
    ConnectionConfig,
    Engine,
    Execution,
    SchemaInfo,
    Started,
    TableInfo,
)
from belvedere.engines.pool import Pool
from belvedere.engines.runs import Run
from belvedere.engines.sqlite_functions import register
from belvedere.engines.sqlite_tables import REFUSED_FUNCTIONS, KeptTables
from belvedere.errors import EngineError, EngineUnavailable

BATCH_ROWS = 8_192
_WHOLE_ROWS = 131_072
"""How many rows decide about the types of a result that is kept whole."""
_SCHEMA = "main"
_READING = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_FUNCTION}
)
_READING_PRAGMAS = frozenset({"table_list", "table_xinfo", "data_version", "page_size"})
"""The first two for introspection; full-text tables ask for the others themselves."""
_OWN_ERRORS = (sqlite3.Error, sqlite3.Warning, pa.ArrowException, ValueError)
_LOST = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOTADB,
    }
)
_NUMBERS = frozenset({int, float})


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() not in REFUSED_FUNCTIONS
    elif action == sqlite3.SQLITE_PRAGMA:
        allowed = first in _READING_PRAGMAS
    elif action == sqlite3.SQLITE_UPDATE:
        # How virtual tables say what columns they have. The file itself is not writable.
        allowed = first == "sqlite_master"
    else:
        allowed = action in _READING
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


class _Connection(sqlite3.Connection):
    reads_kept = False
    """Whether the file of derived tables is attached."""


class SQLiteEngine(Engine):
    keeps_tables: ClassVar[bool] = True

    def __init__(self, config: ConnectionConfig) -> None:
        self.config = config
        self._kept = KeptTables(config)
        self._pool: Pool[_Connection] = Pool(config.max_connections, self._connect, _end)

    def _connect(self) -> _Connection:
        path = self.config.database or ":memory:"
        where = path
        if path != ":memory:":
            if not Path(path).is_file():
                raise EngineUnavailable(f"There is no SQLite database at {path}")
            where = f"{Path(path).resolve().as_uri()}?mode=ro"
        try:
            connection = sqlite3.connect(
                where,
                uri=where != path,
                check_same_thread=False,
                isolation_level=None,
                factory=_Connection,
            )
        except sqlite3.Error as error:
            raise EngineUnavailable(str(error)) from None
        try:
            connection.execute("PRAGMA query_only = ON")
            _meet_virtual_tables(connection)
            register(connection, self.config.timezone)
            self._lock(connection)
        except sqlite3.Error as error:
            _end(connection)
            raise EngineUnavailable(str(error)) from None
        return connection

    def _lock(self, connection: _Connection) -> None:
        """From here on statements reach what is attached already, and only read."""
        connection.reads_kept = self._kept.attach(connection)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.set_authorizer(_authorize)

    def _taken(self) -> _Connection:
        """A connection that reads derived tables, also if the first was made after it."""
        connection = self._pool.take(self.config.pool_timeout)
        if connection.reads_kept or not self._kept.exist():
            return connection
        try:
            connection.set_authorizer(None)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 1)
            self._lock(connection)
        except sqlite3.Error as error:
            self._pool.give_up(connection)
            raise EngineUnavailable(str(error)) from None
        return connection

    def execute(
        self,
        sql: str,
        *,
        timeout: float | None = None,
        started: Started | None = None,
        whole: bool = False,
    ) -> Execution:
        connection = self._taken()
        run = _Run(connection, self._pool, sql, timeout or self.config.timeout)
        try:
            if started is not None:
                started(run.cancel)
            return _SQLiteExecution(run, whole=whole)
        except BaseException as error:
            translated = run.translated(error)
            run.end()
            raise translated from None

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        with self.execute(sql, whole=True) as execution:
            return [row for batch in execution.batches() for row in batch.to_pylist()]

    def ping(self) -> str:
        return str(self._rows("SELECT sqlite_version() AS version")[0]["version"])

    def databases(self) -> list[str]:
        return [self.config.database or ":memory:"]

    def _same(self, schema: str | None, database: str | None) -> bool:
        """Whether the schema is the one there is."""
        if database and database not in self.databases():
            raise EngineError("The connection is to one database file only")
        return schema is None or schema == _SCHEMA

    def schemas(self, database: str | None = None) -> list[SchemaInfo]:
        self._same(None, database)
        return [SchemaInfo(_SCHEMA, is_default=True)]

    def tables(self, schema: str | None = None, database: str | None = None) -> list[TableInfo]:
        if not self._same(schema, database):
            return []
        found = self._rows(
            "SELECT name, type FROM pragma_table_list WHERE schema = 'main' "
            "AND type <> 'shadow' AND name NOT GLOB 'sqlite_*' ORDER BY name"
        )
        return [TableInfo(_SCHEMA, row["name"], row["type"] == "view") for row in found]

    def columns(
        self, schema: str | None = None, database: str | None = None
    ) -> dict[tuple[str, str], list[ColumnInfo]]:
        """Views that cannot be read, because what they read is gone, have none."""
        found = {}
        for table in self.tables(schema, database):
            escaped = table.name.replace("'", "''")
            with contextlib.suppress(EngineError):
                found[_SCHEMA, table.name] = [
                    ColumnInfo(row["name"], row["type"], not (row["required"] or row["pk"]))
                    for row in self._rows(
                        'SELECT name, type, "notnull" AS required, pk '
                        f"FROM pragma_table_xinfo('{escaped}') WHERE hidden <> 1 ORDER BY cid"
                    )
                ]
        return found

    def explain(self, sql: str) -> str:
        depths = {0: 0}
        lines = []
        for row in self._rows(f"EXPLAIN QUERY PLAN {sql}"):
            depth = depths[row["id"]] = depths.get(row["parent"], 0) + 1
            lines.append("  " * (depth - 1) + row["detail"])
        return "\n".join(lines)

    # Derived tables

    def build(
        self,
        name: str,  # noqa: ARG002  the statements name it
        statements: Sequence[str],
        *,
        reads: Sequence[str] = (),  # noqa: ARG002  they are in the same file
        started: Started | None = None,
    ) -> None:
        self._kept.build(statements, started)

    def drop(self, name: str, statement: str) -> None:  # noqa: ARG002  the statement names it
        self._kept.build([statement])

    def relation(self, schema: str, name: str) -> str | None:
        del schema
        if not self._kept.exist():
            return None
        escaped = name.replace("'", "''")
        found = self._rows(
            "SELECT CASE type WHEN 'view' THEN sql ELSE '' END AS text "
            f"FROM belvedere.sqlite_schema WHERE lower(name) = lower('{escaped}')"
        )
        return str(found[0]["text"]) if found else None

    def publish(self, schema: str, name: str, table: str, statements: Sequence[str]) -> None:
        del schema, name, table
        self._kept.publish(statements)

    def unpublish(self, schema: str, name: str, statement: str) -> None:
        del schema, name
        self._kept.publish([statement])

    def close(self) -> None:
        self._pool.close()


def _meet_virtual_tables(connection: sqlite3.Connection) -> None:
    """Some prepare what they would write when they are first met, which is not allowed later."""
    found = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%'"
    )
    for (name,) in found.fetchall():
        escaped = name.replace('"', '""')
        with contextlib.suppress(sqlite3.Error):  # the module that it needs may be missing
            connection.execute(f'SELECT 1 FROM "{escaped}" LIMIT 0').close()


def _end(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        connection.close()


class _Run(Run[_Connection]):
    def _stop(self) -> None:
        self.session.interrupt()

    def _failure(self, error: BaseException) -> BaseException:
        if not isinstance(error, _OWN_ERRORS):
            return error
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_AUTH:
            return EngineError("Only queries can be run here", self.sql)
        if code in _LOST:
            self.broken = True
            return EngineUnavailable(str(error), self.sql)
        return EngineError(str(error), self.sql)


class _SQLiteExecution(Execution):
    def __init__(self, run: _Run, *, whole: bool) -> None:
        self._run = run
        self._cursor = run.session.cursor()
        try:
            self._cursor.execute(run.sql)
            self._names = _names(self._cursor, run.sql)
            self._first = self._cursor.fetchmany(_WHOLE_ROWS if whole else BATCH_ROWS)
            run.check()
        except BaseException:
            self._cursor.close()
            raise
        columns = _turned(self._first, len(self._names))
        self._schema = pa.schema(
            [
                pa.field(name, _type(values))
                for name, values in zip(self._names, columns, strict=True)
            ]
        )

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        rows, self._first = self._first, []
        try:
            while rows:
                yield self._batch(rows)
                self._run.check()
                rows = self._cursor.fetchmany(BATCH_ROWS)
            self._run.check()
        except _OWN_ERRORS as error:
            raise self._run.translated(error) from None

    def _batch(self, rows: Sequence[tuple[Any, ...]]) -> pa.RecordBatch:
        columns = _turned(rows, len(self._names))
        return pa.RecordBatch.from_arrays(
            [_array(values, column) for values, column in zip(columns, self._schema, strict=True)],
            schema=self._schema,
        )

    def cancel(self) -> None:
        self._run.cancel()

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._cursor.close()
        self._run.end()


def _names(cursor: sqlite3.Cursor, sql: str) -> list[str]:
    if cursor.description is None:
        raise EngineError("The statement returns no rows", sql)
    return [str(column[0]) for column in cursor.description]


def _turned(rows: Sequence[tuple[Any, ...]], width: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _kinds(values: Sequence[Any]) -> set[type]:
    return set(map(type, values)) - {type(None)}


def _type(values: Sequence[Any]) -> pa.DataType:
    kinds = _kinds(values)
    if not kinds or not kinds <= _NUMBERS:
        return pa.string()
    return pa.float64() if float in kinds else pa.int64()


def _array(values: Sequence[Any], column: pa.Field) -> pa.Array:
    own, convert = _PYTHON[column.type]
    kinds = _kinds(values)
    if kinds <= {own}:
        return pa.array(values, column.type)
    if own is not str and not kinds <= _NUMBERS:
        raise _mixed(column)
    try:
        return pa.array([None if v is None else convert(v) for v in values], column.type)
    except ValueError:
        raise _mixed(column) from None


def _mixed(column: pa.Field) -> EngineError:
    return EngineError(
        f"The column {column.name} begins with {_SAID[column.type]} and goes on with other values: "
        "cast it to one type"
    )


def _whole(value: float) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(value)
    return int(value)


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


_PYTHON: dict[pa.DataType, tuple[type, Callable[[Any], Any]]] = {
    pa.int64(): (int, _whole),
    pa.float64(): (float, float),
    pa.string(): (str, _text),
}
_SAID = {pa.int64(): "whole numbers", pa.float64(): "numbers"}
