"""Spark through Spark Connect, and Databricks through its own connector.

What may run is what Spark itself parses as a query: a statement is first planned as the body of a
common table expression, where nothing but a query can stand.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import re
import secrets
import shutil
import socket
import threading
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote as url_quote

import pyarrow as pa

from belvedere.engines.arrow_types import plain_batch, plain_field
from belvedere.engines.base import (
    ColumnInfo,
    ConnectionConfig,
    Engine,
    Execution,
    SchemaInfo,
    Started,
    TableInfo,
    TextExecution,
    TextFormat,
)
from belvedere.engines.drivers import driver
from belvedere.engines.pool import Pool
from belvedere.engines.spark_tables import place_of, refuse_reaching_out
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled, QueryTimeout

BATCH_ROWS = 10_000
_CONNECT_SECONDS = 10.0
_PORT = 15_002
_LEADING = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*([A-Za-z]+)", re.DOTALL)
_QUERIES = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "FROM"})
_AS_QUERY = "WITH belvedere_query AS (\n{sql}\n) SELECT * FROM belvedere_query"
_REACHES_OUT = re.compile(r"\b(?:ScriptTransformation\b|(?:try_)?reflect\(|java_method\()")
"""Queries, as plans show them, that run programs or call methods of Java."""
_NOISE = re.compile(
    r"\A\s*(?:\([\w.$]+\) )?(?:\[[A-Z_.0-9]+\] )?|"
    r"(?: SQLSTATE: \w+|\s*== SQL|\s*JVM stacktrace:|;? line \d+,? pos \d+).*",
    re.DOTALL,
)
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
_LOCAL_SETTINGS = {
    "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.log.level": "OFF",
    "spark.scheduler.allocation.file": str(Path(__file__).with_name("spark_pools.xml")),
    "spark.scheduler.mode": "FAIR",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.filesourceTableRelationCacheSize": "0",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_FORMATS = {".parquet": "parquet", ".orc": "orc", ".json": "json"}
_NAME = re.compile(r"\w+", re.ASCII)
_LOST_MARKS = ("INVALID_HANDLE", "NO_ACTIVE_SESSION", "Invalid SessionHandle")


def clean(message: str) -> str:
    """The message as one paragraph, without error classes, positions, plans and stack traces."""
    return " ".join(_NOISE.sub("", message).split()).strip(" .") or "The database failed"


def _quoted(*names: str | None) -> str:
    return ".".join(f"`{name.replace('`', '``')}`" for name in names if name)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


class _Session(ABC):
    """A session of the database; it runs one statement at a time."""

    @abstractmethod
    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Run a statement of our own."""

    @abstractmethod
    def plan(self, query: str) -> str:
        """How the query would run, as text."""

    @abstractmethod
    def tables(self, sql: str) -> Iterator[pa.Table]:
        """The rows of a query in pieces; at least one, which may be empty."""

    @abstractmethod
    def interrupt(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def is_own(self, error: BaseException | None) -> bool:
        """Whether the driver raised the error."""

    @abstractmethod
    def is_lost(self, error: BaseException | None) -> bool: ...


class _ConnectSession(_Session):
    def __init__(self, url: str, settings: dict[str, str]) -> None:
        connect = _pyspark("pyspark.sql.connect.session")
        self._error = _pyspark("pyspark.errors").PySparkException
        self._session = connect.SparkSession(url)
        # What cannot be reached is tried once more on a new session, not for ten minutes.
        self._session.client.set_retry_policies([])
        with _unwarned():  # some settings are deprecated, and still there
            for name, value in settings.items():
                self._session.conf.set(name, value)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._session.sql(sql).toArrow().to_pylist()
        return found

    def plan(self, query: str) -> str:
        planned = self._session.sql(query)
        client = self._session.client
        return str(client.explain_string(planned._plan.to_proto(client), "extended"))  # noqa: SLF001

    def tables(self, sql: str) -> Iterator[pa.Table]:
        client = self._session.client
        plan = self._session.sql(sql)._plan.to_proto(client)  # noqa: SLF001
        found = client.to_table_as_iterator(plan, {})
        with contextlib.closing(found):
            for item in found:
                if isinstance(item, pa.Table):
                    yield item

    def interrupt(self) -> None:
        self._session.interruptAll()

    def close(self) -> None:
        self._session.stop()

    def is_own(self, error: BaseException | None) -> bool:
        return isinstance(error, self._error | OSError | pa.ArrowException)

    def is_lost(self, error: BaseException | None) -> bool:
        code = getattr(error, "_grpc_status_code", None)
        lost = code is not None and code.name in ("UNAVAILABLE", "UNAUTHENTICATED")
        return lost or any(mark in str(error) for mark in _LOST_MARKS)


class _DatabricksSession(_Session):
    def __init__(self, config: ConnectionConfig) -> None:
        self._driver = driver("databricks.sql", "Databricks", "databricks")
        self._cursor: Any = None
        host, _, path = (config.host or "").removeprefix("https://").partition("/")
        try:
            self._connection = self._driver.connect(
                server_hostname=host,
                http_path=dict(config.options).get("http_path") or f"/{path}",
                access_token=config.password,
                catalog=config.database,
                schema=config.schema,
                session_configuration={"ANSI_MODE": "true", "TIMEZONE": config.timezone},
                user_agent_entry="belvedere",
                enable_telemetry=False,
                _port=config.port or 443,
            )
        except (self._driver.Error, OSError) as error:
            raise EngineUnavailable(clean(str(error))) from None

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return [row for table in self.tables(sql) for row in table.to_pylist()]

    def plan(self, query: str) -> str:
        return "\n".join(str(row["plan"]) for row in self.rows(f"EXPLAIN EXTENDED {query}"))

    def tables(self, sql: str) -> Iterator[pa.Table]:
        with self._connection.cursor() as cursor:
            self._cursor = cursor
            cursor.execute(sql)
            while True:
                table = cursor.fetchmany_arrow(BATCH_ROWS)
                yield table
                if not table.num_rows:
                    return

    def interrupt(self) -> None:
        if self._cursor is not None:
            self._cursor.cancel()

    def close(self) -> None:
        self._connection.close()

    def is_own(self, error: BaseException | None) -> bool:
        return isinstance(error, self._driver.Error | OSError | pa.ArrowException)

    def is_lost(self, error: BaseException | None) -> bool:
        lost = isinstance(error, self._driver.RequestError)
        return lost or any(mark in str(error) for mark in _LOST_MARKS)


@contextlib.contextmanager
def _unwarned() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _pyspark(module: str) -> Any:
    """Its advice about the version of pandas, which is not used here, is not passed on."""
    with _unwarned():
        found = driver(module, "Spark", "spark")
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    return found


_STARTS = 5
"""How often a port is looked for: starting takes seconds, in which another process can take it."""


class _LocalServer:
    """Spark within this process: there can be one, so it serves one folder."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._url: str | None = None
        self._folder: str | None = None

    def url(self, config: ConnectionConfig) -> str:
        folder = str(Path(config.database).resolve()) if config.database else None
        if folder is not None and not Path(folder).is_dir():
            raise EngineUnavailable(f"There is no folder of tables at {config.database}")
        with self._lock:
            if self._url is None:
                self._url, self._folder = _started(config, folder), folder
            elif folder != self._folder:
                raise EngineUnavailable(
                    f"Spark runs in this server already, for {self._folder or 'no folder'}; "
                    "other folders need a Spark Connect server"
                )
            return self._url


def _started(config: ConnectionConfig, folder: str | None) -> str:
    """Start Spark with a Connect server that only this process has the token of."""
    home = os.environ.get("JAVA_HOME")
    if not (home and Path(home, "bin", "java").exists()) and not shutil.which("java"):
        raise EngineUnavailable("Spark in this server needs Java 17 or later: set JAVA_HOME")
    for attempt in range(_STARTS):
        try:
            return _started_on(_free_port(), config, folder)
        except EngineUnavailable:
            raise
        except Exception as error:
            taken = "BindException" in str(error)  # by somebody who was quicker than Java
            if not taken or attempt == _STARTS - 1:
                message = f"Spark could not be started: {clean(str(error))}"
                raise EngineUnavailable(message) from None
    raise AssertionError


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started_on(port: int, config: ConnectionConfig, folder: str | None) -> str:
    token = secrets.token_hex(16)
    builder = _pyspark("pyspark.sql").SparkSession.builder.master("local[*]").appName("belvedere")
    given = {name: value for name, value in config.options if name.startswith("spark.")}
    own = {
        "spark.connect.authenticate.token": token,
        "spark.connect.grpc.binding.port": str(port),
        **({"spark.sql.warehouse.dir": folder} if folder else {}),
    }
    for name, value in {**given, **_LOCAL_SETTINGS, **own}.items():
        builder = builder.config(name, value)
    atexit.register(builder.getOrCreate().stop)
    return f"sc://localhost:{port}/;token={token}"


_LOCAL = _LocalServer()


class _SparkEngine(Engine):
    """What both have in common: everything but the session."""

    def __init__(self, config: ConnectionConfig) -> None:
        self.config = config
        self._pool: Pool[_Session] = Pool(config.max_connections, self._connect, _end)

    @abstractmethod
    def _connect(self) -> _Session: ...

    def execute(
        self,
        sql: str,
        *,
        timeout: float | None = None,
        started: Started | None = None,
        whole: bool = False,  # noqa: ARG002  rows come in batches either way
    ) -> Execution:
        _refuse_other_than_queries(sql)
        limit = timeout or self.config.timeout
        for attempt in (1, 2):
            session = self._pool.take(self.config.pool_timeout)
            run = _Run(session, self._pool, sql, limit)
            try:
                if started is not None:
                    started(run.cancel)
                run.check_plan()
                return _SparkExecution(run)
            except BaseException as error:
                translated = run.translated(error)
                run.end()
                # A session may have ended while it was idle: once more on a new one.
                if attempt == 1 and run.broken and not run.planned:
                    self._pool.drop_idle()
                    continue
                raise translated from None
        raise EngineUnavailable("The database closed the session")

    def write_text(
        self, sql: str, text_format: TextFormat, *, timeout: float | None = None
    ) -> TextExecution | None:
        """Rows come as Arrow."""
        del sql, text_format, timeout
        return None

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        """The answer to a statement of our own, which need not be a query."""
        return self._with_session(sql, lambda session: session.rows(sql))

    def _with_session(
        self, sql: str, work: Callable[[_Session], list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        for attempt in (1, 2):
            run = _Run(self._pool.take(self.config.pool_timeout), self._pool, sql, None)
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
        where = f" IN {_quoted(database)}" if database else ""
        default = _first(self._rows("SELECT current_schema()")[0])
        names = sorted(str(_first(row)) for row in self._rows(f"SHOW SCHEMAS{where}"))
        return [SchemaInfo(name, name == default) for name in names]

    def tables(self, schema: str | None = None, database: str | None = None) -> list[TableInfo]:
        names = [schema] if schema else [found.name for found in self.schemas(database)]
        return [table for name in names for table in self._tables_in(name, database)]

    def _tables_in(self, schema: str, database: str | None) -> list[TableInfo]:
        where = _quoted(database, schema)
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
        for row in self._rows(f"DESCRIBE TABLE {_quoted(database, table.schema, table.name)}"):
            if not row["col_name"] or row["col_name"].startswith("# "):
                break
            kind, comment = row["data_type"], row["comment"] or None
            columns.append(ColumnInfo(row["col_name"], kind, nullable=True, comment=comment))
        return columns

    def explain(self, sql: str) -> str:
        _refuse_other_than_queries(sql)
        query = _AS_QUERY.format(sql=sql)
        self._with_session(sql, lambda session: [{"plan": session.plan(query)}])
        return str(_first(self._rows(f"EXPLAIN FORMATTED {sql}")[0]))

    def close(self) -> None:
        self._pool.close()


class SparkEngine(_SparkEngine):
    """A Spark Connect server where there is a host: `username` is the user's name there,
    `password` a token, `database` a catalog. Else Spark in this process, over `database`, a folder
    of folders of Parquet, ORC or JSON files: `table` or `schema.db/table`.

    `options` that begin with "spark." are settings of Spark, others headers of every call.
    """

    keeps_tables: ClassVar[bool] = True

    def _connect(self) -> _Session:
        _pyspark("pyspark.sql.connect.session")
        zone = {"spark.sql.session.timeZone": self.config.timezone}
        if not self.config.host:
            settings = {**_SETTINGS, **zone, "spark.sql.runSQLOnFiles": "false"}
            settings["spark.sql.hive.manageFilesourcePartitions"] = "false"
            return self._session(_LOCAL.url(self.config), settings, self._register)
        given = {name: value for name, value in self.config.options if name.startswith("spark.")}
        _reach(self.config.host, self.config.port or _PORT)
        return self._session(_url(self.config), {**given, **_SETTINGS, **zone}, self._use)

    def _session(
        self, url: str, settings: dict[str, str], prepare: Callable[[_Session], None]
    ) -> _Session:
        try:
            session = _ConnectSession(url, settings)
            prepare(session)
        except EngineError:
            raise
        except Exception as error:
            raise EngineUnavailable(clean(str(error))) from None
        return session

    def _use(self, session: _Session) -> None:
        if self.config.database:
            session.rows(f"SET CATALOG {_quoted(self.config.database)}")
        if self.config.schema:
            session.rows(f"USE {_quoted(self.config.schema)}")

    def _register(self, session: _Session) -> None:
        """Make the folder's tables known to the catalog, which is empty when Spark starts."""
        folder = Path(self.config.database or "").resolve()
        for path in sorted(folder.iterdir()) if self.config.database else ():
            if path.suffix != ".db":
                _register_table(session, "default", path)
            elif path.is_dir() and _NAME.fullmatch(path.stem):
                session.rows(f"CREATE DATABASE IF NOT EXISTS {_quoted(path.stem)}")
                for table in sorted(path.iterdir()):
                    _register_table(session, path.stem, table)
        if self.config.schema:
            session.rows(f"USE {_quoted(self.config.schema)}")

    def _tables_in(self, schema: str, database: str | None) -> list[TableInfo]:
        if not self.config.host:
            self._with_session("SHOW TABLES", self._registered)
        return super()._tables_in(schema, database)

    # Derived tables

    def build(
        self,
        name: str,
        statements: Sequence[str],
        *,
        reads: Sequence[str] = (),  # noqa: ARG002  they are there for everybody
        started: Started | None = None,
    ) -> None:
        place = place_of(name, [*statements])
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

    def _write(
        self, statements: Sequence[str], started: Started | None = None, *, checked: bool = False
    ) -> None:
        if self.config.read_only:
            raise EngineError("This connection only reads")
        run = _Run(self._pool.take(self.config.pool_timeout), self._pool, "", None)
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

    def _check_written(self, session: _Session, sql: str) -> None:
        """A server elsewhere has permissions of its own."""
        plan = str(_first(session.rows(f"EXPLAIN EXTENDED {sql}")[0]))
        if not self.config.host:
            refuse_reaching_out(plan, sql)
        if _REACHES_OUT.search(plan):
            raise EngineError("Queries may not run programs or call methods of Java", sql)

    def _registered(self, session: _Session) -> list[dict[str, Any]]:
        self._register(session)
        return []


class DatabricksEngine(_SparkEngine):
    """A SQL warehouse. `password` is an access token, `database` a catalog; the warehouse's path
    is the option http_path, or follows the host: `….databricks.com/sql/1.0/warehouses/…`.
    """

    def _connect(self) -> _Session:
        return _DatabricksSession(self.config)


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


def _register_table(session: _Session, schema: str, path: Path) -> None:
    """What Spark cannot read is no table, and nor is what it cannot name."""
    files = path.rglob("[!._]*.*") if path.is_dir() else iter([path])
    kind = next((_FORMATS[file.suffix] for file in files if file.suffix in _FORMATS), None)
    name = path.name if path.is_dir() else path.stem
    if kind is None or name.startswith("_") or not _NAME.fullmatch(name):
        return
    sql = f"CREATE TABLE IF NOT EXISTS {_quoted(schema, name)} USING {kind}"
    try:
        session.rows(f"{sql} LOCATION {_text(str(path))}")
    except Exception as error:
        if not session.is_own(error) or session.is_lost(error):
            raise


def _first(row: dict[str, Any]) -> Any:
    return next(iter(row.values()))


def _first_word(sql: str) -> str:
    match = _LEADING.match(sql)
    return match.group(1).upper() if match else ""


def _refuse_other_than_queries(sql: str) -> None:
    word = _first_word(sql)
    if word not in _QUERIES:
        raise EngineError(f"Only queries can be run here, not {word or 'this'}", sql)


def _end(session: _Session) -> None:
    with contextlib.suppress(Exception):
        session.close()


@dataclass(eq=False)
class _Run:
    """One statement in one session: its time limit, its cancellation, its end."""

    session: _Session
    pool: Pool[_Session]
    sql: str
    timeout: float | None
    planned: bool = False
    cancelled: bool = False
    timed_out: bool = False
    broken: bool = False
    _ended: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _timer: threading.Timer | None = None

    def __post_init__(self) -> None:
        if self.timeout:
            self._timer = threading.Timer(self.timeout, self._expire)
            self._timer.daemon = True
            self._timer.start()

    def check_plan(self) -> None:
        plan = self.session.plan(_AS_QUERY.format(sql=self.sql))
        self.planned = True
        self.check()
        if _REACHES_OUT.search(plan):
            raise EngineError("Queries may not run programs or call methods of Java", self.sql)

    def _expire(self) -> None:
        self.timed_out = True
        self.interrupt()

    def cancel(self) -> None:
        self.cancelled = True
        self.interrupt()

    def interrupt(self, again: float = 0.1) -> None:
        """Until the statement has ended: one that is only about to start would not notice."""
        with self._lock:
            if self._ended:
                return
            with contextlib.suppress(Exception):
                self.session.interrupt()
        timer = threading.Timer(again, self.interrupt, [min(again * 2, 2.0)])
        timer.daemon = True
        timer.start()

    def check(self) -> None:
        if self.timed_out or self.cancelled:
            raise self.translated(None)

    def translated(self, error: BaseException | None) -> BaseException:
        if self.timed_out:
            return QueryTimeout(f"The query was stopped after {self.timeout:g} seconds", self.sql)
        if self.cancelled:
            return QueryCancelled("The query was stopped", self.sql)
        if not self.session.is_own(error):
            return error or EngineError("The query failed", self.sql)
        if self.session.is_lost(error):
            self.broken = True
            return EngineUnavailable(clean(str(error)), self.sql)
        return EngineError(clean(str(error)), self.sql)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            if self._ended:
                return
            self._ended = True
        if self.broken:
            self.pool.give_up(self.session)
        else:
            self.pool.give_back(self.session)


class _SparkExecution(Execution):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._tables: Any = run.session.tables(run.sql)
        self._first: pa.Table = next(self._tables)
        self._finished = False
        run.check()
        self._schema = pa.schema([_plain(column) for column in self._first.schema])

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        table, self._first = self._first, None
        while table is not None:
            for batch in table.to_batches():
                yield plain_batch(batch, self._schema)
            self._run.check()
            try:
                table = next(self._tables, None)
            except Exception as error:
                self._finished = True
                raise self._run.translated(error) from None
        self._finished = True
        self._run.check()

    def cancel(self) -> None:
        self._run.cancel()

    def close(self) -> None:
        """An unfinished stream is stopped in the server too."""
        if not self._finished:
            with contextlib.suppress(Exception):
                self._run.session.interrupt()
        with contextlib.suppress(Exception):
            self._tables.close()
        self._run.end()


def _plain(column: pa.Field) -> pa.Field:
    if pa.types.is_duration(column.type) or pa.types.is_null(column.type):
        return pa.field(column.name, pa.string(), column.nullable)
    return plain_field(column)
