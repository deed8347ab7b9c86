"""ClickHouse: a server over HTTP where the connection has a host, else a folder, embedded."""

from __future__ import annotations

import contextlib
import re
import threading
import uuid
from collections.abc import Iterator, Sequence
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
from belvedere.engines.clickhouse_process import IN_MEMORY, EmbeddedServer
from belvedere.engines.clickhouse_sessions import (
    SETTINGS,
    Answer,
    EmbeddedSession,
    Failure,
    ServerSession,
    Session,
    folders,
    require_driver,
)
from belvedere.engines.clickhouse_types import Column, columns_of, doubtful
from belvedere.engines.pool import Pool
from belvedere.engines.runs import Run
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled, QueryTimeout

_OWN_SCHEMAS = "('system', 'INFORMATION_SCHEMA', 'information_schema')"
_LEADING = re.compile(
    r"(?:\s|\(|--[^\n]*(?:\n|\Z)|#[ !][^\n]*(?:\n|\Z)|/\*.*?\*/)*([A-Za-z]+)", re.DOTALL
)
_READING = frozenset({"SELECT", "WITH", "FROM", "DESC", "DESCRIBE", "EXISTS", "EXPLAIN", "SHOW"})
_SELECTING = frozenset({"SELECT", "WITH", "FROM"})
_NOISE = re.compile(
    r"Streaming query failed: |Received ClickHouse exception, code: \d+, server response: |"
    r"Code: \d+\. ?|DB::(?:\w*Exception): |"
    r":? ?\(in query: .*|:? ?\b(?:In scope|[Ww]hile executing|[Ww]hile processing) .*|"
    r" ?\(version [^()]*(?:\([^()]*\))?[^()]*\)|\(for url .*|"
    r"\r?\n?\d+ \w+\r?\n__exception__.*|"
    r"\([A-Z][A-Z0-9_]+\)(?=\s*(?:\(version |\(for url |\Z))",
    re.DOTALL,
)
_TIMEOUT_CODES = frozenset({159, 209})
_STOPPED_CODES = frozenset({394})
_UNAVAILABLE_CODES = frozenset({81, 192, 193, 194, 202, 210, 516})
_READONLY = 164
_WRITES = "Cannot execute query in readonly mode"


def clean(message: str) -> str:
    """ClickHouse's message as one paragraph, without the query that it repeats."""
    text = _NOISE.sub("", message)
    return " ".join(text.split()).strip(" .:") or "The database failed"


class ClickHouseEngine(Engine):
    """A schema is what ClickHouse calls a database."""

    keeps_tables: ClassVar[bool] = True

    def __init__(self, config: ConnectionConfig) -> None:
        self.config = config
        self._settings = {**SETTINGS, "session_timezone": config.timezone}
        self._pool: Pool[Session] = Pool(config.max_connections, self._connect, Session.close)
        self._server: EmbeddedServer | None = None
        self._lock = threading.Lock()

    @property
    def _path(self) -> str:
        path = self.config.database or IN_MEMORY
        return path if path == IN_MEMORY else str(Path(path).resolve())

    def _connect(self) -> Session:
        require_driver(embedded=not self.config.host)
        try:
            if self.config.host:
                return ServerSession(self.config, self._settings)
            return EmbeddedSession(self._embedded(), self.config.schema, self._settings)
        except Failure as failure:
            raise EngineUnavailable(clean(str(failure))) from None

    def _embedded(self) -> EmbeddedServer:
        with self._lock:
            if self._server is not None and not self._server.alive:
                folders.release(self._path, self._server)
                self._server = None
            if self._server is None:
                self._server = folders.acquire(self._path)
            return self._server

    def _session(self) -> Session:
        while True:
            session = self._pool.take(self.config.pool_timeout)
            if session.alive:
                return session
            self._pool.give_up(session)

    def execute(
        self,
        sql: str,
        *,
        timeout: float | None = None,
        started: Started | None = None,
        whole: bool = False,  # noqa: ARG002  rows come in batches either way
    ) -> Execution:
        _check_reads(sql)
        run = _Run(self._session(), self._pool, sql, timeout or self.config.timeout)
        try:
            if started is not None:
                started(run.cancel)
            return _ClickHouseExecution(run, self.config.timezone)
        except BaseException as error:
            translated = run.translated(error)
            run.end()
            raise translated from None

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        with self.execute(sql) as execution:
            return [row for batch in execution.batches() for row in batch.to_pylist()]

    # What there is

    def ping(self) -> str:
        return str(self._rows("SELECT version() AS version")[0]["version"])

    def databases(self) -> list[str]:
        return [schema.name for schema in self.schemas()]

    def schemas(self, database: str | None = None) -> list[SchemaInfo]:
        found = self._rows(
            "SELECT name, name = currentDatabase() AS is_default FROM system.databases "
            f"WHERE {self._within('name', None, database)} ORDER BY name"
        )
        return [SchemaInfo(row["name"], bool(row["is_default"])) for row in found]

    def _within(self, column: str, schema: str | None, database: str | None) -> str:
        """The folder that is open is no database in it."""
        if not self.config.host and database == self.config.database:
            database = None
        wanted = schema or database
        if wanted is None:
            return f"{column} NOT IN {_OWN_SCHEMAS}"
        return f"{column} = {_text(wanted)}"

    def tables(self, schema: str | None = None, database: str | None = None) -> list[TableInfo]:
        found = self._rows(
            "SELECT database AS schema, name, endsWith(engine, 'View') AS is_view, "
            "nullIf(comment, '') AS comment, total_rows AS rows FROM system.tables "
            f"WHERE {self._within('database', schema, database)} AND NOT is_temporary "
            "AND NOT startsWith(name, '.inner') ORDER BY database, name"
        )
        return [TableInfo(**{**row, "is_view": bool(row["is_view"])}) for row in found]

    def columns(
        self, schema: str | None = None, database: str | None = None
    ) -> dict[tuple[str, str], list[ColumnInfo]]:
        found = self._rows(
            "SELECT database AS schema, table AS relation, name, type, "
            "nullIf(comment, '') AS comment FROM system.columns "
            f"WHERE {self._within('database', schema, database)} "
            "AND NOT startsWith(table, '.inner') ORDER BY database, table, position"
        )
        columns: dict[tuple[str, str], list[ColumnInfo]] = {}
        for row in found:
            nullable = row["type"].removeprefix("LowCardinality(").startswith("Nullable(")
            info = ColumnInfo(row["name"], row["type"], nullable, row["comment"])
            columns.setdefault((row["schema"], row["relation"]), []).append(info)
        return columns

    def explain(self, sql: str) -> str:
        return "\n".join(str(next(iter(row.values()))) for row in self._rows(f"EXPLAIN {sql}"))

    # Derived tables

    def build(
        self,
        name: str,
        statements: Sequence[str],
        *,
        reads: Sequence[str] = (),  # noqa: ARG002  they are there for everybody
        started: Started | None = None,
    ) -> None:
        try:
            self._write(statements, started)
        except BaseException:
            with contextlib.suppress(EngineError):
                self._write(self._droppings(name))
            raise

    def drop(self, name: str, statement: str) -> None:  # noqa: ARG002  the statement names it
        self._write([statement])

    def relation(self, schema: str, name: str) -> str | None:
        found = self._rows(
            "SELECT if(engine = 'View', create_table_query, '') AS text FROM system.tables "
            f"WHERE {self._within('database', schema, None)} AND name = {_text(name)}"
        )
        return str(found[0]["text"]) if found else None

    def publish(self, schema: str, name: str, table: str, statements: Sequence[str]) -> None:
        del schema, name, table
        self._write(statements)

    def unpublish(self, schema: str, name: str, statement: str) -> None:
        del schema, name
        self._write([statement])

    def _droppings(self, name: str) -> list[str]:
        """What drops the table wherever it is: there are no transactions."""
        found = self._rows(f"SELECT database, name FROM system.tables WHERE name = {_text(name)}")
        return [f"DROP TABLE {_quoted(row['database'])}.{_quoted(row['name'])}" for row in found]

    def _write(self, statements: Sequence[str], started: Started | None = None) -> None:
        if self.config.read_only:
            raise EngineError("This connection only reads")
        session = self._session()
        run = _Run(session, self._pool, "", None)
        try:
            if started is not None:
                started(run.cancel)
            for run.sql in statements:
                run.check()
                session.write(run.sql, run.name)
        except BaseException as error:
            raise run.translated(error) from None
        finally:
            run.end()

    def close(self) -> None:
        self._pool.close()
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            folders.release(self._path, server)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


def _first_word(sql: str) -> str:
    match = _LEADING.match(sql)
    return match[1].upper() if match else ""


def _check_reads(sql: str) -> None:
    word = _first_word(sql)
    if word not in _READING:
        raise EngineError(f"Only queries can be run here, not {word or 'this'}", sql)
    if "\0" in sql or (not sql.isascii() and not _encodable(sql)):
        raise EngineError("The query is not valid Unicode text", sql)


def _encodable(sql: str) -> bool:
    try:
        sql.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Run(Run[Session]):
    answer: Answer | None = None

    def __init__(
        self, session: Session, pool: Pool[Session], sql: str, timeout: float | None
    ) -> None:
        self.name = uuid.uuid4().hex
        super().__init__(session, pool, sql, timeout)

    def begin(self) -> Answer:
        self.answer = self.session.start(self.sql, self.name, self.timeout)
        return self.answer

    def _stop(self) -> None:
        self.session.kill(self.name)

    def translated(self, error: BaseException | None) -> BaseException:
        if isinstance(error, Failure) and error.lost:
            self.broken = True
        return super().translated(error)

    def _failure(self, error: BaseException) -> BaseException:
        if not isinstance(error, Failure):
            self.broken = True
            return error
        return _error_of(error, self.sql)

    def _tidy(self) -> None:
        if self.answer is not None:
            self.answer.close()


def _error_of(failure: Failure, sql: str) -> EngineError:
    message = clean(str(failure))
    if failure.code in _TIMEOUT_CODES:
        return QueryTimeout(message, sql)
    if failure.code in _STOPPED_CODES:
        return QueryCancelled("The query was stopped in the database", sql)
    if failure.lost or failure.code in _UNAVAILABLE_CODES:
        return EngineUnavailable(message, sql)
    if failure.code == _READONLY and _WRITES in message:
        return EngineError("Only queries can be run here", sql)
    return EngineError(message, sql)


class _ClickHouseExecution(Execution):
    def __init__(self, run: _Run, timezone: str) -> None:
        self._run = run
        self._finished = False
        self._answer = run.begin()
        self._columns = self._read_as(self._answer.schema, timezone)
        self._schema = pa.schema([column.field for column in self._columns])

    def _read_as(self, schema: pa.Schema, timezone: str) -> list[Column]:
        session, sql = self._run.session, self._run.sql
        doubt = any(doubtful(kind, dates_are_numbers=session.old_dates) for kind in schema.types)
        asked = doubt and _first_word(sql) in _SELECTING
        return columns_of(schema, session.types(sql) if asked else None, timezone)

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        while True:
            self._run.check()
            try:
                batch = self._answer.next()
            except Failure as failure:
                self._finished = True
                raise self._run.translated(failure) from None
            if batch is None:
                self._finished = True
                self._run.check()
                return
            yield self._plain(batch)

    def _plain(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        arrays = [
            column.convert(array)
            for column, array in zip(self._columns, batch.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def cancel(self) -> None:
        self._run.cancel()

    def close(self) -> None:
        """An unfinished statement is stopped first, or its rows would have to be read."""
        if not self._finished:
            self._run.session.kill(self._run.name)
        self._run.end()
