"""Spark through Spark Connect, and Databricks through its own connector."""

from __future__ import annotations

import contextlib
import re
import socket
from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote as url_quote

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
from belvedere.engines.spark_local import LOCAL, register_folder
from belvedere.engines.spark_runs import (
    SparkExecution,
    SparkRun,
    as_query,
    refuse_other_than_queries,
    refuse_programs,
)
from belvedere.engines.spark_sessions import (
    BATCH_ROWS,
    ConnectSession,
    DatabricksSession,
    Session,
    clean,
    pyspark,
    quoted,
)
from belvedere.engines.spark_tables import refuse_reaching_out
from belvedere.engines.writing import place_of
from belvedere.errors import EngineError, EngineUnavailable

_OF_MATERIALIZED_VIEWS = re.compile(r"(?:CREATE|DROP) MATERIALIZED VIEW\b")
_CONNECT_SECONDS = 10.0
_PORT = 15_002
_SETTINGS = {
    # Overflow, division by zero and texts that are no numbers are errors, as in other databases,
    # not nulls or wrong numbers.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.groupByOrdinal": "true",
    "spark.sql.orderByOrdinal": "true",
    # ${env:…} would read the environment of the server, even within a text.
    "spark.sql.variable.substitute": "false",
    "spark.sql.connect.serverStacktrace.enabled": "false",
    "spark.sql.pyspark.jvmStacktrace.enabled": "false",
    # Plans are searched: nothing may be left out of them.
    "spark.sql.debug.maxToStringFields": "2147483647",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS),
}


class _SparkEngine(Engine):
    """What both have in common: everything but the session."""

    keeps_tables: ClassVar[bool] = True

    def __init__(self, config: ConnectionConfig) -> None:
        self.config = config
        self._pool: Pool[Session] = Pool(config.max_connections, self._connect, _end)

    @abstractmethod
    def _connect(self) -> Session: ...

    def execute(
        self,
        sql: str,
        *,
        timeout: float | None = None,
        started: Started | None = None,
        whole: bool = False,  # noqa: ARG002  rows come in batches either way
    ) -> Execution:
        refuse_other_than_queries(sql)
        limit = timeout or self.config.timeout
        for attempt in (1, 2):
            session = self._pool.take(self.config.pool_timeout)
            run = SparkRun(session, self._pool, sql, limit)
            try:
                if started is not None:
                    started(run.cancel)
                run.check_plan()
                return SparkExecution(run)
            except BaseException as error:
                translated = run.translated(error)
                run.end()
                # A session may have ended while it was idle: once more on a new one.
                if attempt == 1 and run.broken and not run.planned:
                    self._pool.drop_idle()
                    continue
                raise translated from None
        raise EngineUnavailable("The database closed the session")

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        """The answer to a statement of our own, which need not be a query."""
        return self._with_session(sql, lambda session: session.rows(sql))

    def _with_session(
        self, sql: str, work: Callable[[Session], list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        for attempt in (1, 2):
            run = SparkRun(self._pool.take(self.config.pool_timeout), self._pool, sql, None)
            try:
                return work(run.session)
            except BaseException as error:
                translated = run.translated(error)
                if attempt == 1 and run.broken:
                    continue
                raise translated from None
            finally:
                run.end()
        raise EngineUnavailable("The database closed the session")

    def ping(self) -> str:
        return str(_first(self._rows("SELECT version()")[0]))

    def databases(self) -> list[str]:
        return sorted(str(_first(row)) for row in self._rows("SHOW CATALOGS"))

    def schemas(self, database: str | None = None) -> list[SchemaInfo]:
        where = f" IN {quoted(database)}" if database else ""
        default = _first(self._rows("SELECT current_schema()")[0])
        names = sorted(str(_first(row)) for row in self._rows(f"SHOW SCHEMAS{where}"))
        return [SchemaInfo(name, name == default) for name in names]

    def tables(self, schema: str | None = None, database: str | None = None) -> list[TableInfo]:
        names = [schema] if schema else [found.name for found in self.schemas(database)]
        return [table for name in names for table in self._tables_in(name, database)]

    def _tables_in(self, schema: str, database: str | None) -> list[TableInfo]:
        where = quoted(database, schema)
        views = {row["viewName"] for row in self._rows(f"SHOW VIEWS IN {where}")}
        found = self._rows(f"SHOW TABLES IN {where}")
        names = sorted(row["tableName"] for row in found if not row["isTemporary"])
        return [TableInfo(schema, name, name in views) for name in names]

    def columns(
        self, schema: str | None = None, database: str | None = None
    ) -> dict[tuple[str, str], list[ColumnInfo]]:
        """Views that cannot be read, because what they read is gone, have none."""
        columns = {}
        for table in self.tables(schema, database):
            with contextlib.suppress(EngineError):
                columns[table.schema, table.name] = self._columns_of(table, database)
        return columns

    def _columns_of(self, table: TableInfo, database: str | None) -> list[ColumnInfo]:
        """The columns come first; partitions and other details follow after an empty name."""
        columns = []
        for row in self._rows(f"DESCRIBE TABLE {quoted(database, table.schema, table.name)}"):
            if not row["col_name"] or row["col_name"].startswith("# "):
                break
            kind, comment = row["data_type"], row["comment"] or None
            columns.append(ColumnInfo(row["col_name"], kind, nullable=True, comment=comment))
        return columns

    def explain(self, sql: str) -> str:
        refuse_other_than_queries(sql)
        query = as_query(sql)
        self._with_session(sql, lambda session: [{"plan": session.plan(query)}])
        return str(_first(self._rows(f"EXPLAIN FORMATTED {sql}")[0]))

    # Derived tables

    def build(
        self,
        name: str,
        statements: Sequence[str],
        *,
        reads: Sequence[str] = (),  # noqa: ARG002  they are there for everybody
        started: Started | None = None,
    ) -> None:
        place = place_of(name, statements)
        if place is None:
            raise EngineError(f"The statements make no table {name}")
        schema, table = place
        make_schema = schema is not None and not self.config.host
        try:
            if make_schema:
                self._write([f"CREATE DATABASE IF NOT EXISTS {schema}"], checked=True)
            self._write(statements, started)
        except BaseException:
            with contextlib.suppress(EngineError):
                self._write([f"DROP TABLE IF EXISTS {table}"], checked=True)
            raise

    def drop(self, name: str, statement: str) -> None:  # noqa: ARG002  the statement names it
        self._write([statement])

    def relation(self, schema: str, name: str) -> str | None:
        where = f"IN {quoted(*schema.split('.'))} LIKE '{name}'"
        if not self._rows(f"SHOW VIEWS {where}"):
            return "" if self._rows(f"SHOW TABLES {where}") else None
        named = quoted(*schema.split("."), name)
        return str(_first(self._rows(f"SHOW CREATE TABLE {named}")[0]))

    def publish(self, schema: str, name: str, table: str, statements: Sequence[str]) -> None:
        del schema, name, table
        self._write(statements, checked=True)

    def unpublish(self, schema: str, name: str, statement: str) -> None:
        del schema, name
        self._write([statement], checked=True)

    def _write(
        self, statements: Sequence[str], started: Started | None = None, *, checked: bool = False
    ) -> None:
        if self.config.read_only:
            raise EngineError("This connection only reads")
        run = SparkRun(self._pool.take(self.config.pool_timeout), self._pool, "", None)
        try:
            if started is not None:
                started(run.cancel)
            for run.sql in statements:
                run.check()
                if not checked:
                    self._check_written(run.session, run.sql)
                run.session.rows(run.sql)
            run.check()
        except BaseException as error:
            raise run.translated(error) from None
        finally:
            run.end()

    def _check_written(self, session: Session, sql: str) -> None:
        """A server elsewhere has permissions of its own."""
        plan = str(_first(session.rows(f"EXPLAIN EXTENDED {sql}")[0]))
        if not self.config.host:
            refuse_reaching_out(plan, sql)
        refuse_programs(plan, sql)

    def close(self) -> None:
        self._pool.close()


class SparkEngine(_SparkEngine):
    """A Spark Connect server where there is a host: `username` is the user's name there,
    `password` a token, `database` a catalog. Else Spark in this process, over `database`, a folder
    of folders of Parquet, ORC or JSON files: `table` or `schema.db/table`.

    `options` that begin with "spark." are settings of Spark, others headers of every call.
    """

    def _connect(self) -> Session:
        pyspark("pyspark.sql.connect.session")
        zone = {"spark.sql.session.timeZone": self.config.timezone}
        if not self.config.host:
            settings = {**_SETTINGS, **zone, "spark.sql.runSQLOnFiles": "false"}
            settings["spark.sql.hive.manageFilesourcePartitions"] = "false"
            return self._session(LOCAL.url(self.config), settings, self._register)
        given = {name: value for name, value in self.config.options if name.startswith("spark.")}
        _reach(self.config.host, self.config.port or _PORT)
        return self._session(_url(self.config), {**given, **_SETTINGS, **zone}, self._use)

    def _session(
        self, url: str, settings: dict[str, str], prepare: Callable[[Session], None]
    ) -> Session:
        try:
            session = ConnectSession(url, settings)
            prepare(session)
        except EngineError:
            raise
        except Exception as error:
            raise EngineUnavailable(clean(str(error))) from None
        return session

    def _use(self, session: Session) -> None:
        if self.config.database:
            session.rows(f"SET CATALOG {quoted(self.config.database)}")
        if self.config.schema:
            session.rows(f"USE {quoted(self.config.schema)}")

    def _register(self, session: Session) -> None:
        if self.config.database:
            register_folder(session, Path(self.config.database).resolve())
        if self.config.schema:
            session.rows(f"USE {quoted(self.config.schema)}")

    def _tables_in(self, schema: str, database: str | None) -> list[TableInfo]:
        if not self.config.host:
            self._with_session("SHOW TABLES", self._registered)
        return super()._tables_in(schema, database)

    def _registered(self, session: Session) -> list[dict[str, Any]]:
        self._register(session)
        return []


class DatabricksEngine(_SparkEngine):
    """A SQL warehouse. `password` is an access token, `database` a catalog; the warehouse's path
    is the option http_path, or follows the host: `….databricks.com/sql/1.0/warehouses/…`.
    """

    def _connect(self) -> Session:
        return DatabricksSession(self.config)

    def _check_written(self, session: Session, sql: str) -> None:
        """How a materialized view is made cannot be explained."""
        if not _OF_MATERIALIZED_VIEWS.match(sql):
            super()._check_written(session, sql)


def _url(config: ConnectionConfig) -> str:
    given = dict(config.options)
    parameters = {name: value for name, value in given.items() if not name.startswith("spark.")}
    if config.username:
        parameters["user_id"] = config.username
    if config.password:
        parameters["token"] = config.password
    if config.ssl:
        parameters["use_ssl"] = "true"
    listed = "".join(f";{name}={url_quote(value, safe='')}" for name, value in parameters.items())
    return f"sc://{config.host}:{config.port or _PORT}/{listed}"


def _reach(host: str, port: int) -> None:
    """The driver would wait for a server that is not there."""
    try:
        socket.create_connection((host, port), _CONNECT_SECONDS).close()
    except OSError as error:
        raise EngineUnavailable(f"{host}:{port} cannot be reached: {error}") from None


def _first(row: dict[str, Any]) -> Any:
    return next(iter(row.values()))


def _end(session: Session) -> None:
    with contextlib.suppress(Exception):
        session.close()
