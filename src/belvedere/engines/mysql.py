"""MySQL and MariaDB through PyMySQL: read-only sessions, streams, statements that really stop."""

from __future__ import annotations

import contextlib
import re
import ssl
import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import available_timezones

from belvedere.engines.base import (
    ColumnInfo,
    ConnectionConfig,
    Engine,
    Execution,
    SchemaInfo,
    Started,
    TableInfo,
)
from belvedere.engines.drivers import driver
from belvedere.engines.mysql_runs import (
    MySQLExecution,
    MySQLRun,
    Session,
    code_of,
    is_lost,
    message_of,
)
from belvedere.engines.mysql_statements import check_reads
from belvedere.engines.pool import Pool
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled

_CONNECT_SECONDS = 10
_UTC = frozenset({"UTC", "Etc/UTC"})
_SETTINGS = (
    "SET sql_mode = '', group_concat_max_len = 4294967295, div_precision_increment = 12, "
    "time_zone = {zone}"
)
_PATIENCE = "SET SESSION lock_wait_timeout = 10"
"""Those who want to read would wait behind a change that waits for those who read."""
_OWN_SCHEMAS = "('information_schema', 'mysql', 'performance_schema', 'sys')"
_UNKNOWN_ZONE = 1298
_ZONES = re.compile(r",\s*'([\w+:/-]+)',\s*'([\w+:/-]+)'\)")
_LOAD_ZONES = (
    "its time zone tables are empty or old. Load them (mysql_tzinfo_to_sql /usr/share/zoneinfo | "
    "mysql mysql), or have the times in the database and of queries in UTC"
)


class MySQLEngine(Engine):
    """A schema is what the server calls a database; the connection's is the default one."""

    keeps_tables: ClassVar[bool] = True

    def __init__(self, config: ConnectionConfig) -> None:
        self.config = config
        self._pool: Pool[Session] = Pool(config.max_connections, self._connect, Session.close)
        self._tls = _tls(config)
        self._known_zones: set[str] = set()

    @cached_property
    def _driver(self) -> Any:
        label = "MariaDB" if self.config.dialect == "mariadb" else "MySQL"
        return driver("pymysql", label, "mysql")

    # Connections

    def _opened(self) -> Any:
        config = self.config
        return self._driver.connect(
            host=config.host or "127.0.0.1",
            port=config.port or 3306,
            user=config.username or "",
            password=(config.password or "").encode(),
            database=config.database or config.schema,
            charset="utf8mb4",
            use_unicode=False,
            conv={},
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
            program_name="belvedere",
            ssl=self._tls,
            ssl_disabled=self._tls is None,
        )

    def _connect(self) -> Session:
        """A session as the dialect's SQL needs it; one that reads cannot write."""
        zone = "+00:00" if self.config.timezone in _UTC else self.config.timezone
        if self.config.read_only:
            access = "SET SESSION TRANSACTION READ ONLY"
        else:  # what is read for a table that is made stays free for those who write it
            access = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
        connection = None
        try:
            connection = self._opened()
            for statement in (_SETTINGS.format(zone=_literal(zone)), access):
                connection.query(statement)
            with connection.cursor() as cursor:
                cursor.execute("SELECT CONNECTION_ID()")
                number = int(cursor.fetchone()[0])
        except (self._driver.err.Error, OSError, ValueError) as error:
            if connection is not None:
                connection.close()
            if code_of(error) == _UNKNOWN_ZONE:
                raise EngineUnavailable(_without_zone(zone)) from None
            raise EngineUnavailable(message_of(error)) from None
        return Session(connection, number, self._kill)

    def _kill(self, number: int) -> None:
        with contextlib.suppress(self._driver.err.Error, OSError):
            connection = self._opened()
            try:
                connection.query(f"KILL {number}")
            finally:
                connection.close()

    # Queries

    def execute(
        self,
        sql: str,
        *,
        timeout: float | None = None,
        started: Started | None = None,
        whole: bool = False,  # noqa: ARG002  rows come in batches either way
    ) -> Execution:
        check_reads(sql)
        limit = timeout or self.config.timeout
        for attempt in (1, 2):
            session = self._pool.take(self.config.pool_timeout)
            run = MySQLRun(session, self._pool, sql, limit, self._driver.err.Error)
            try:
                if started is not None:
                    started(run.cancel)
                run.begin()
                self._check_zones(run)
                return MySQLExecution(run, self._driver.cursors.SSCursor)
            except BaseException as error:
                translated = run.translated(error)
                run.end()
                # A pooled connection may have died while it was idle: once more on a new one.
                if attempt == 1 and run.stale and isinstance(translated, EngineUnavailable):
                    self._pool.drop_idle()
                    continue
                raise translated from None
        raise EngineUnavailable("The database closed the connection")

    def _check_zones(self, run: MySQLRun) -> None:
        """To a server that does not know a time zone, all times there are null."""
        if "CONVERT_TZ(" not in run.sql:
            return
        for name in sorted(_zones(run.sql) - self._known_zones):
            with run.session.connection.cursor() as cursor:
                cursor.execute(_CONVERTED.format(zone=_literal(name)))
                if cursor.fetchone()[0] is None:
                    raise EngineError(_without_zone(name), run.sql)
            self._known_zones.add(name)

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        with self.execute(sql) as execution:
            return [row for batch in execution.batches() for row in batch.to_pylist()]

    # What there is

    def ping(self) -> str:
        converted = _CONVERTED.format(zone="'Europe/Berlin'").removeprefix("SELECT ")
        (row,) = self._rows(f"SELECT VERSION() AS version, {converted} AS converted")
        version = str(row["version"])
        return version if row["converted"] else f"{version}; {_LOAD_ZONES}"

    def databases(self) -> list[str]:
        return [schema.name for schema in self.schemas()]

    def schemas(self, database: str | None = None) -> list[SchemaInfo]:
        found = self._rows(
            "SELECT SCHEMA_NAME AS name, SCHEMA_NAME <=> DATABASE() AS is_default "
            "FROM information_schema.SCHEMATA "
            f"WHERE {_in_schema('SCHEMA_NAME', database)} ORDER BY SCHEMA_NAME"
        )
        return [SchemaInfo(row["name"], bool(row["is_default"])) for row in found]

    def tables(self, schema: str | None = None, database: str | None = None) -> list[TableInfo]:
        found = self._rows(
            "SELECT TABLE_SCHEMA AS `schema`, TABLE_NAME AS name, "
            "TABLE_TYPE LIKE '%VIEW' AS is_view, TABLE_COMMENT AS comment, TABLE_ROWS AS `rows` "
            "FROM information_schema.TABLES "
            f"WHERE {_in_schema('TABLE_SCHEMA', schema or database)} ORDER BY 1, 2"
        )
        return [_table(**row) for row in found]

    def columns(
        self, schema: str | None = None, database: str | None = None
    ) -> dict[tuple[str, str], list[ColumnInfo]]:
        found = self._rows(
            "SELECT TABLE_SCHEMA AS `schema`, TABLE_NAME AS relation, COLUMN_NAME AS name, "
            "COLUMN_TYPE AS data_type, IS_NULLABLE = 'YES' AS nullable, COLUMN_COMMENT AS comment "
            "FROM information_schema.COLUMNS "
            f"WHERE {_in_schema('TABLE_SCHEMA', schema or database)} "
            "ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION"
        )
        columns: dict[tuple[str, str], list[ColumnInfo]] = {}
        for row in found:
            info = ColumnInfo(
                row["name"], row["data_type"], bool(row["nullable"]), row["comment"] or None
            )
            columns.setdefault((row["schema"], row["relation"]), []).append(info)
        return columns

    def explain(self, sql: str) -> str:
        """A table of steps, or on newer servers a text."""
        lines = []
        for row in self._rows(f"EXPLAIN {sql}"):
            known = {name: value for name, value in row.items() if value is not None}
            named = (f"{name}: {value}" for name, value in known.items())
            lines.append(", ".join(named) if len(row) > 1 else "".join(map(str, known.values())))
        return "\n".join(lines).strip()

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
        self._write([_PATIENCE, statement])

    def relation(self, schema: str, name: str) -> str | None:
        """The text of a view of others may be hidden."""
        found = self._rows(
            "SELECT COALESCE(v.VIEW_DEFINITION, '') AS text FROM information_schema.TABLES t "
            "LEFT JOIN information_schema.VIEWS v "
            "ON v.TABLE_SCHEMA = t.TABLE_SCHEMA AND v.TABLE_NAME = t.TABLE_NAME "
            f"WHERE t.TABLE_SCHEMA = {_literal(schema)} AND t.TABLE_NAME = {_literal(name)}"
        )
        return str(found[0]["text"]) if found else None

    def publish(self, schema: str, name: str, table: str, statements: Sequence[str]) -> None:
        del schema, name, table
        self._write([_PATIENCE, *statements])

    def unpublish(self, schema: str, name: str, statement: str) -> None:
        del schema, name
        self._write([_PATIENCE, statement])

    def _droppings(self, name: str) -> list[str]:
        """What drops the table wherever it is: definitions are not undone with a transaction."""
        found = self._rows(
            "SELECT TABLE_SCHEMA AS place, TABLE_NAME AS name FROM information_schema.TABLES "
            f"WHERE TABLE_NAME = {_literal(name)} AND TABLE_TYPE = 'BASE TABLE'"
        )
        return [f"DROP TABLE {_quoted(row['place'])}.{_quoted(row['name'])}" for row in found]

    def _write(self, statements: Iterable[str], started: Started | None = None) -> None:
        if self.config.read_only:
            raise EngineError("This connection only reads")
        session = self._connect()
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            session.stop()

        sql = ""
        try:
            if started is not None:
                started(stop)
            for sql in statements:
                session.connection.query(sql)
        except (self._driver.err.Error, OSError) as error:
            if stopped.is_set():
                raise QueryCancelled("The build was stopped", sql) from None
            kind = EngineUnavailable if is_lost(error) else EngineError
            raise kind(message_of(error), sql) from None
        finally:
            session.close()

    def close(self) -> None:
        self._pool.close()


_CONVERTED = "SELECT CONVERT_TZ('2000-01-01 00:00:00', '+00:00', {zone})"


def _tls(config: ConnectionConfig) -> ssl.SSLContext | None:
    if not config.ssl:
        return None
    context = ssl.create_default_context()
    if not config.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _literal(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _quoted(name: str) -> str:
    escaped = name.replace("`", "``")
    return f"`{escaped}`"


def _in_schema(column_name: str, schema: str | None) -> str:
    if schema is None:
        return f"{column_name} NOT IN {_OWN_SCHEMAS}"
    return f"{column_name} = {_literal(schema)}"


def _table(
    schema: str, name: str, is_view: int, comment: str | None, rows: int | None
) -> TableInfo:
    """A view's comment is only the word VIEW."""
    return TableInfo(schema, name, bool(is_view), None if is_view else comment or None, rows)


def _zones(sql: str) -> set[str]:
    """The time zones that CONVERT_TZ is asked for by name: it ends with two of them."""
    known = available_timezones()
    return {name for pair in _ZONES.findall(sql) for name in pair if name in known}


def _without_zone(name: str) -> str:
    return f"The server does not know the time zone {name}: {_LOAD_ZONES}"
