"""PostgreSQL through its Arrow driver: read-only sessions, streams, real cancellation."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import psycopg
import pyarrow as pa
from adbc_driver_manager import Error as DriverError
from adbc_driver_postgresql import dbapi

from belvedere.engines.arrow_types import plain_batch, plain_field
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
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled

_CONNECT_SECONDS = 10
_NOISE = re.compile(
    r"^[A-Z_]+: |\[libpq\] |\[PGRES_\w+\]:? ?|Failed to (?:prepare|execute) query(?: '.*?')?: |"
    r"Execution error |could not begin COPY: |\. SQLSTATE: \w+\s*$|\s*Query was:.*",
    re.DOTALL,
)
_DRAWING = re.compile(r"LINE \d+:.*?(?=\n[A-Z]+:|\Z)", re.DOTALL)
_LOST = ("server closed the connection", "terminating connection", "connection to server", "SSL ")
_LEADING = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*([A-Za-z]+)", re.DOTALL)
_QUERIES = frozenset({"SELECT", "WITH", "VALUES", "TABLE"})
_READING = _QUERIES | {"EXPLAIN", "SHOW"}
_NO_COPY = {"adbc.postgresql.use_copy": "false"}
_PATIENCE = "SET LOCAL lock_timeout = '10s'"
"""Those who want to read would wait behind a change that waits for those who read."""


def clean(message: str) -> str:
    """The server's message as one paragraph, without the driver's wrapping."""
    text = _DRAWING.sub("", _NOISE.sub("", message))
    return " ".join(text.replace("ERROR: ", "").split()).strip(" .") or "The database failed"


def _uri(config: ConnectionConfig) -> str:
    login = quote(config.username or "", safe="")
    if config.password:
        login += f":{quote(config.password, safe='')}"
    settings = {
        "default_transaction_read_only": "on" if config.read_only else "off",
        "timezone": config.timezone,
        "application_name": "belvedere",
        "standard_conforming_strings": "on",
    }
    if config.schema:
        settings["search_path"] = config.schema
    words = " ".join(
        f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in settings.items()
    )
    options = {"options": words, "connect_timeout": str(_CONNECT_SECONDS)}
    if config.ssl:
        options["sslmode"] = "verify-full" if config.verify_ssl else "require"
    host = f"{config.host or '127.0.0.1'}:{config.port or 5432}"
    database = quote(config.database or "", safe="")
    return f"postgresql://{login}@{host}/{database}?{urlencode(options, quote_via=quote)}"


class PostgresEngine(Engine):
    keeps_tables: ClassVar[bool] = True

    def __init__(self, config: ConnectionConfig) -> None:
        self.config = config
        self._pool: Pool[Any] = Pool(config.max_connections, self._connect, _end)

    def _connect(self) -> Any:
        try:
            return dbapi.connect(_uri(self.config), autocommit=True)
        except DriverError as error:
            raise EngineUnavailable(clean(str(error))) from None

    def execute(
        self,
        sql: str,
        *,
        timeout: float | None = None,
        started: Started | None = None,
        whole: bool = False,  # noqa: ARG002  rows come in batches either way
    ) -> Execution:
        word = _first_word(sql)
        if word not in _READING:
            raise EngineError(f"Only queries can be run here, not {word or 'this'}", sql)
        limit = timeout or self.config.timeout
        for attempt in (1, 2):
            connection = self._pool.take(self.config.pool_timeout)
            run = _Run(connection, self._pool, sql, limit)
            try:
                if started is not None:
                    started(run.cancel)
                return _PostgresExecution(run)
            except BaseException as error:
                translated = run.translated(error)
                run.end()
                # A pooled connection may have died while it was idle: once more on a new one.
                if attempt == 1 and run.stale and isinstance(translated, EngineUnavailable):
                    self._pool.drop_idle()
                    continue
                raise translated from None
        raise EngineUnavailable("The database closed the connection")

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        with self.execute(sql) as execution:
            return [row for batch in execution.batches() for row in batch.to_pylist()]

    def ping(self) -> str:
        return str(self._rows("SELECT version() AS version")[0]["version"])

    def databases(self) -> list[str]:
        found = self._rows(
            "SELECT datname::text AS name FROM pg_database "
            "WHERE datallowconn AND NOT datistemplate ORDER BY 1"
        )
        return [row["name"] for row in found]

    def schemas(self, database: str | None = None) -> list[SchemaInfo]:
        self._same_database(database)
        found = self._rows(
            "SELECT nspname::text AS name, nspname = current_schema() AS is_default "
            "FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' "
            "AND nspname <> 'information_schema' ORDER BY 1"
        )
        return [SchemaInfo(row["name"], bool(row["is_default"])) for row in found]

    def _same_database(self, database: str | None) -> None:
        if database and database != self.config.database:
            raise EngineError(f"The connection is to the database {self.config.database} only")

    def tables(self, schema: str | None = None, database: str | None = None) -> list[TableInfo]:
        self._same_database(database)
        found = self._rows(
            "SELECT n.nspname::text AS schema, c.relname::text AS name, "
            "c.relkind IN ('v', 'm') AS is_view, obj_description(c.oid) AS comment, "
            "CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END AS rows "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            f"WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_in_schema(schema)} ORDER BY 1, 2"
        )
        return [TableInfo(**row) for row in found]

    def columns(
        self, schema: str | None = None, database: str | None = None
    ) -> dict[tuple[str, str], list[ColumnInfo]]:
        self._same_database(database)
        found = self._rows(
            "SELECT n.nspname::text AS schema, c.relname::text AS relation, "
            "a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS data_type, "
            "NOT a.attnotnull AS nullable, col_description(c.oid, a.attnum) AS comment "
            "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
            f"AND {_in_schema(schema)} ORDER BY 1, 2, a.attnum"
        )
        columns: dict[tuple[str, str], list[ColumnInfo]] = {}
        for row in found:
            key = (row.pop("schema"), row.pop("relation"))
            columns.setdefault(key, []).append(ColumnInfo(**row))
        return columns

    def explain(self, sql: str) -> str:
        with self.execute(f"EXPLAIN {sql}") as execution:
            lines = [row for batch in execution.batches() for row in batch.to_pylist()]
        return "\n".join(str(next(iter(line.values()))) for line in lines)

    def build(
        self,
        name: str,  # noqa: ARG002  the statements name it
        statements: Sequence[str],
        *,
        reads: Sequence[str] = (),  # noqa: ARG002  they are there for everybody
        started: Started | None = None,
    ) -> None:
        if self.config.read_only:
            raise EngineError("This connection only reads")
        try:
            with psycopg.connect(_uri(self.config)) as connection:
                if started is not None:
                    started(connection.cancel)
                for statement in statements:
                    connection.execute(statement.encode())
        except psycopg.errors.QueryCanceled:
            raise QueryCancelled("The build was stopped") from None
        except psycopg.Error as error:
            raise EngineError(clean(str(error)), ";\n".join(statements)) from None

    def drop(self, name: str, statement: str) -> None:
        self.build(name, [_PATIENCE, statement])

    def relation(self, schema: str, name: str) -> str | None:
        found = self._rows(
            "SELECT CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) ELSE '' END AS text "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            f"WHERE {_in_schema(schema.rpartition('.')[2])} AND c.relname = {_text(name)}"
        )
        return str(found[0]["text"]) if found else None

    def publish(self, schema: str, name: str, table: str, statements: Sequence[str]) -> None:
        del schema, name, table
        self.build("", [_PATIENCE, *statements])

    def unpublish(self, schema: str, name: str, statement: str) -> None:
        del schema, name
        self.build("", [_PATIENCE, statement])

    def close(self) -> None:
        self._pool.close()


def _in_schema(schema: str | None) -> str:
    if schema is None:
        return "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
    return f"n.nspname = {_text(schema)}"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"


def _end(connection: Any) -> None:
    with contextlib.suppress(Exception):
        connection.close()


class _Run(Run[Any]):
    stops_again = (0.1, 2.0)
    cursor: Any = None
    stale = False

    def start(self) -> None:
        """Undo whatever an earlier statement may have set, then run this one."""
        self.cursor = self.session.cursor()
        try:
            self.cursor.adbc_statement.set_options(**_NO_COPY)
            self.cursor.execute("RESET ALL")
        except DriverError:
            self.stale = True
            raise
        self.cursor.close()
        self.cursor = self.session.cursor()
        if not _copyable(self.sql):
            self.cursor.adbc_statement.set_options(**_NO_COPY)
        self.check()
        self.cursor.execute(self.sql)

    def _stop(self) -> None:
        if self.cursor is not None:
            self.cursor.adbc_cancel()

    def _failure(self, error: BaseException) -> BaseException:
        if not isinstance(error, DriverError | OSError | pa.ArrowException):
            return error
        message = str(error)
        if self.stale or any(mark in message for mark in _LOST):
            self.broken = True
            return EngineUnavailable(clean(message), self.sql)
        return EngineError(clean(message), self.sql)

    def _tidy(self) -> None:
        with contextlib.suppress(Exception):
            self.cursor.close()


def _first_word(sql: str) -> str:
    match = _LEADING.match(sql)
    return match.group(1).upper() if match else ""


def _copyable(sql: str) -> bool:
    """COPY takes queries only; what else may run (EXPLAIN, SHOW) goes without it."""
    return _first_word(sql) in _QUERIES


class _PostgresExecution(Execution):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._finished = False
        run.start()
        self._reader = run.cursor.fetch_record_batch()
        self._schema = pa.schema([plain_field(column) for column in self._reader.schema])

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        while True:
            self._run.check()
            try:
                batch = self._reader.read_next_batch()
            except StopIteration:
                self._finished = True
                self._run.check()
                return
            except (DriverError, OSError, pa.ArrowException) as error:
                self._finished = True
                raise self._run.translated(error) from None
            yield plain_batch(batch, self._schema)

    def cancel(self) -> None:
        self._run.cancel()

    def close(self) -> None:
        """An unfinished stream is stopped in the server first, or closing would read it out."""
        if not self._finished:
            with contextlib.suppress(Exception):
                self._run.cursor.adbc_cancel()
            with contextlib.suppress(Exception):
                while True:
                    self._reader.read_next_batch()
        with contextlib.suppress(Exception):
            self._reader.close()
        self._run.end()
