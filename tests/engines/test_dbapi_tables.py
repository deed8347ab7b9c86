"""Derived tables in databases that are reached through a driver of Python's database interface."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from tests.engines.test_dbapi import SLOW, SQLITE, rows
from tests.unit.compiler.test_dialect_text import GRAMMARS

from belvedere.compiler import dialects
from belvedere.engines import dbapi
from belvedere.engines.base import ConnectionConfig
from belvedere.engines.connectors import CONNECTORS
from belvedere.engines.dbapi import DbApiEngine
from belvedere.engines.writing import place_of
from belvedere.errors import EngineError, QueryCancelled

WRITER = ConnectionConfig("imaginary", max_connections=2, pool_timeout=0.2, read_only=False)


# Over SQLite, with and without transactions


@pytest.fixture(params=["transactions", "no transactions"])
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DbApiEngine]:
    transactional = request.param == "transactions"

    def connect(module: Any, config: ConnectionConfig) -> Any:
        del config
        level = "IMMEDIATE" if transactional else None
        path = tmp_path / "data.sqlite"
        return module.connect(path, isolation_level=level, check_same_thread=False)

    connector = replace(
        SQLITE, connect=connect, setup=lambda _: (), number=None, transactional=transactional
    )
    made = DbApiEngine(WRITER, connector)
    yield made
    made.close()


def test_tables_are_built_published_and_dropped(writer: DbApiEngine) -> None:
    assert writer.relation("main", "kept") is None
    writer.build(
        "kept",
        [
            "CREATE TABLE main.kept AS SELECT 1 AS a",
            "CREATE TEMPORARY TABLE passing AS SELECT 2 AS a",
            "INSERT INTO main.kept SELECT a FROM passing",
            "SELECT a FROM main.kept",
        ],
    )
    assert rows(writer, "SELECT a FROM main.kept ORDER BY a") == [{"a": 1}, {"a": 2}]
    assert writer.relation("main", "kept") == ""
    with pytest.raises(EngineError, match="passing"):  # gone with the build's session
        rows(writer, "SELECT * FROM passing")
    writer.publish("main", "v", "kept", ["CREATE VIEW main.v AS SELECT * FROM kept"])
    assert "kept" in (writer.relation("main", "v") or "")
    assert rows(writer, "SELECT COUNT(*) AS n FROM v") == [{"n": 2}]
    writer.unpublish("main", "v", "DROP VIEW IF EXISTS main.v")
    assert writer.relation("main", "v") is None
    writer.drop("kept", "DROP TABLE IF EXISTS main.kept")
    assert writer.relation("main", "kept") is None


def test_a_build_that_fails_leaves_nothing(writer: DbApiEngine) -> None:
    made = 'CREATE TABLE main."kept" AS SELECT 1 AS a'
    with pytest.raises(EngineError, match="nonsense") as caught:
        writer.build("kept", [made, "nonsense", "CREATE TABLE other (a)"])
    assert caught.value.sql == "nonsense"
    for name in ("kept", "other"):
        assert writer.relation("main", name) is None
    writer.build("kept", [made])
    assert rows(writer, "SELECT a FROM kept") == [{"a": 1}]


def test_a_build_that_is_stopped_leaves_nothing(writer: DbApiEngine) -> None:
    begun: list[Any] = []

    def started(stop: Any) -> None:
        begun.append(stop)
        timer = threading.Timer(0.3, stop)
        timer.daemon = True
        timer.start()

    with pytest.raises(QueryCancelled):
        writer.build(
            "kept",
            ["CREATE TABLE kept AS SELECT 1 AS a", f"INSERT INTO kept {SLOW}"],
            started=started,
        )
    assert begun
    assert writer.relation("main", "kept") is None
    with pytest.raises(QueryCancelled):
        writer.build("kept", ["CREATE TABLE kept (a)"], started=lambda stop: stop())
    assert writer.relation("main", "kept") is None


def test_what_reads_does_not_write(writer: DbApiEngine, tmp_path: Path) -> None:
    reader = DbApiEngine(replace(WRITER, read_only=True), writer._connector)
    for write in (
        lambda: reader.build("kept", ["CREATE TABLE kept (a)"]),
        lambda: reader.drop("kept", "DROP TABLE kept"),
        lambda: reader.publish("main", "v", "kept", ["CREATE VIEW v AS SELECT 1"]),
        lambda: reader.unpublish("main", "v", "DROP VIEW v"),
    ):
        with pytest.raises(EngineError, match="This connection only reads"):
            write()
    with closing(sqlite3.connect(tmp_path / "data.sqlite")) as connection:
        assert connection.execute("SELECT * FROM sqlite_schema").fetchall() == []
    reader.close()


# What each driver is told


class Driver:
    """Stands for every driver: `log` tells what it was asked, in order."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.arguments: list[dict[str, Any]] = []
        self.stopped = threading.Event()
        self.defaults = self.dbapi = self

    def connect(self, **arguments: Any) -> Connection:
        self.arguments.append(arguments)
        self.log.append("connect")
        return Connection(self)

    Client = connect

    def QueryJobConfig(self, **settings: Any) -> dict[str, Any]:  # noqa: N802
        return settings

    def ConnectionProperty(self, key: str, value: str) -> tuple[str, str]:  # noqa: N802
        return key, value

    def run(self, sql: str) -> None:
        self.log.append(sql)
        if "pg_cancel_backend" in sql:
            self.stopped.set()
        if "endless" in sql:
            assert self.stopped.wait(20)
        if "endless" in sql or "broken" in sql:
            raise RuntimeError(f"{sql} failed")


class Connection:
    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self._autocommit = False

    @property
    def autocommit(self) -> bool:
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self._autocommit = value
        self.driver.log.append("each alone" if value else "all or none")

    def cursor(self) -> Cursor:
        return Cursor(self)

    def query(self, sql: str) -> Cursor:
        job = Cursor(self)
        job.sql = sql
        return job

    def commit(self) -> None:
        self.driver.log.append("commit")

    def rollback(self) -> None:
        self.driver.log.append("rollback")

    def close(self) -> None:
        self.driver.log.append("close")

    def cancel(self) -> None:
        self.driver.stopped.set()

    def is_still_running(self, status: str) -> bool:
        return status == "running"

    def get_query_status_throw_if_error(self, sql: str) -> str:
        """A statement has run, runs or has failed."""
        if "endless" in sql and not self.driver.stopped.is_set():
            return "running"
        if "endless" in sql or "broken" in sql:
            raise RuntimeError(f"{sql} failed")
        return "done"


class Cursor:
    """Also a job of BigQuery, and what it answers."""

    sql = sfqid = ""
    schema: Sequence[Any] = ()

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._session = self
        self.description: list[Any] | None = None

    def execute(self, sql: str) -> None:
        self.description = [("n", None)] if sql.startswith("SELECT") else None
        self._left = [(42,)]
        self.connection.driver.run(sql)

    def execute_async(self, sql: str) -> None:
        self.sfqid = sql
        self.connection.driver.log.append(sql)

    def get_results_from_sfqid(self, sql: str) -> None:
        """A definition answers one row."""
        self.description, self._left = [("status", None)], [(f"{sql} done",)]

    def result(self, page_size: int) -> Any:
        assert page_size
        self.connection.driver.run(self.sql)
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def fetchmany(self, size: int) -> list[Any]:
        found, self._left = self._left[:size], self._left[size:]
        return found

    def cancel(self) -> None:
        self.connection.driver.stopped.set()

    def put_cancel(self) -> None:
        self.connection.driver.stopped.set()

    def abort_query(self, sql: str) -> None:
        assert sql
        self.connection.driver.stopped.set()

    def close(self) -> None:
        pass


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Driver:
    made = Driver()
    monkeypatch.setattr(dbapi, "driver", lambda *_: made)
    return made


def engine_of(name: str, **more: Any) -> DbApiEngine:
    return DbApiEngine(ConnectionConfig(name, "db", "host", schema="s", read_only=False, **more))


def writing(log: list[str]) -> list[str]:
    """What follows on the setting up of the sessions."""
    own = ("connect", "close", "rollback")
    settings = ("ALTER SESSION SET ", "SET search_path", "SET timezone", "SELECT pg_backend_pid")
    kept = [sql for sql in log if not sql.startswith(settings) or "DDL_LOCK" in sql]
    return [sql for sql in kept if sql not in own]


TRANSACTIONAL = ("redshift", "mssql", "oracle")
DROPPED = {"oracle": 'DROP TABLE s."kept" PURGE'}


@pytest.mark.parametrize("name", CONNECTORS)
def test_statements_of_a_build_share_one_session(told: Driver, name: str) -> None:
    statements = ['CREATE TABLE s."kept" AS 1', 'INSERT INTO s."kept" 2']
    engine_of(name).build("kept", statements)
    before = ["all or none"] if name == "redshift" else []
    after = ["commit"] if name in TRANSACTIONAL else []
    assert writing(told.log) == [*before, *statements, *after]
    assert told.log[0] == "connect"
    assert told.log.count("connect") == told.log.count("close") == 1
    assert told.log[-1] == "close"  # uncommitted work and settings end with it
    assert not told.arguments[0].get("readonly")


@pytest.mark.parametrize("name", CONNECTORS)
def test_what_was_made_before_an_error_is_dropped(told: Driver, name: str) -> None:
    engine = engine_of(name)
    statements = ['CREATE TABLE s."kept" AS 1', "broken", "never"]
    with pytest.raises(EngineError, match="broken failed") as caught:
        engine.build("kept", statements)
    assert caught.value.sql == "broken"
    dropped = DROPPED.get(name, 'DROP TABLE IF EXISTS s."kept"')
    log = [sql for sql in writing(told.log) if sql not in ("all or none", "each alone", "commit")]
    assert log == [*statements[:2], dropped]
    failed, again = told.log.index("broken"), told.log.index(dropped)
    assert "commit" not in told.log[:again]
    assert told.log[failed + 1] == "close"
    assert told.log.count("connect") == told.log.count("close") == 2


@pytest.mark.parametrize("name", CONNECTORS)
def test_builds_are_stopped_in_the_database(told: Driver, name: str) -> None:
    engine = engine_of(name)

    def started(stop: Any) -> None:
        timer = threading.Timer(0.2, stop)
        timer.daemon = True
        timer.start()

    with pytest.raises(QueryCancelled):
        engine.build("kept", ['CREATE TABLE s."kept" AS endless'], started=started)
    assert told.stopped.is_set()
    assert "commit" not in told.log[: told.log.index("close")]


@pytest.mark.parametrize("name", CONNECTORS)
def test_what_may_wait_for_readers_waits_a_short_time(told: Driver, name: str) -> None:
    engine = engine_of(name)
    engine.publish("s", "v", "kept", ["DROP VIEW s.v", "CREATE VIEW s.v AS 1"])
    patience = {
        "redshift": ["all or none", "SET statement_timeout TO 10000"],
        "mssql": ["SET LOCK_TIMEOUT 10000"],
        "oracle": ["ALTER SESSION SET DDL_LOCK_TIMEOUT = 10"],
    }.get(name, [])
    log = writing(told.log)
    assert log[: len(patience)] == patience
    assert log[len(patience) :][:2] == ["DROP VIEW s.v", "CREATE VIEW s.v AS 1"]
    told.log.clear()
    engine.drop("kept", "DROP TABLE s.kept")
    assert "DROP TABLE s.kept" in told.log
    assert ("each alone" in told.log) == (name == "redshift")


def test_readers_stay_readers(told: Driver) -> None:
    config = ConnectionConfig("mssql", "db", "host")
    engine = DbApiEngine(config)
    assert rows(engine, "SELECT 42 AS n") == [{"n": 42}]
    assert told.arguments[0]["readonly"]
    assert "rollback" in told.log
    assert "commit" not in told.log


# What is there under a name


@pytest.mark.parametrize("name", CONNECTORS)
@pytest.mark.parametrize("schema", ["scratch", "db.Scr'atch"])
def test_asking_what_is_there_is_the_grammar_of_the_database(name: str, schema: str) -> None:
    told = CONNECTORS[name].writing
    sql = told.relation(schema, "shop_daily")
    (tree,) = sqlglot.parse(sql, read=GRAMMARS[name])
    assert isinstance(tree, sqlglot.exp.Select)
    texts = {literal.name for literal in tree.find_all(sqlglot.exp.Literal, sqlglot.exp.National)}
    table = "SHOP_DAILY" if name in ("snowflake", "oracle") else "shop_daily"
    assert table in texts
    if schema == "scratch":
        assert ("SCRATCH" if name in ("snowflake", "oracle") else "scratch") in texts
    elif name != "oracle":
        assert texts & {"Scr'atch", "scr'atch"}


@pytest.mark.parametrize(
    ("name", "schema", "view", "texts"),
    [
        ("snowflake", "_s", "Shop_daily", {"_S", "Shop_daily"}),
        ("oracle", "_s", "shop_daily", {"_s", "SHOP_DAILY"}),
        ("redshift", "S", "Shop_daily", {"s", "shop_daily"}),
        ("trino", "c.S", "Shop_daily", {"s", "shop_daily"}),
        ("bigquery_standard_sql", "S", "Shop_daily", {"S", "Shop_daily"}),
    ],
)
def test_names_are_looked_for_as_the_database_keeps_them(
    name: str, schema: str, view: str, texts: set[str]
) -> None:
    tree = sqlglot.parse_one(CONNECTORS[name].writing.relation(schema, view), read=GRAMMARS[name])
    assert texts <= {literal.name for literal in tree.find_all(sqlglot.exp.Literal)}


def test_views_that_are_shown_by_a_statement(told: Driver, monkeypatch: Any) -> None:
    engine = engine_of("trino")
    answers = {"SELECT": [["VIEW"]], "SHOW CREATE VIEW db.s.v": [["CREATE VIEW v AS SELECT 1"]]}
    asked: list[str] = []

    def answered(sql: str) -> list[list[Any]]:
        asked.append(sql)
        return answers.get(sql) or answers["SELECT"]

    monkeypatch.setattr(engine, "_rows", answered)
    assert engine.relation("db.s", "v") == "CREATE VIEW v AS SELECT 1"
    assert asked[1] == "SHOW CREATE VIEW db.s.v"
    answers["SELECT"] = [["BASE TABLE"]]
    assert engine.relation("db.s", "v") == ""
    answers["SELECT"] = []
    assert engine.relation("db.s", "v") is None
    assert told.log == []


@pytest.mark.parametrize("name", [*CONNECTORS, "databricks"])
def test_the_place_of_a_table_is_found_in_its_statements(name: str) -> None:
    dialect = dialects.get(name)
    physical = f"{dialect.kept_prefix}KEY_v"
    for schema in ("scratch", "a-b.scratch", "a.B.c"):
        target = dialect.scratch_table(schema, physical)
        found = place_of(physical, ["SELECT 1", f"CREATE TABLE {target} AS\nSELECT 1"])
        assert found is not None
        assert found[1] == target
        assert found[0] == target[: -len(target.rpartition(".")[2]) - 1]
    assert place_of(physical, ["CREATE TABLE other AS SELECT 1"]) is None
    assert place_of("kept", ["CREATE TABLE kept (a)"]) == (None, "kept")
