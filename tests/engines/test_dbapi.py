"""The engine that all drivers of Python's database interface share, over SQLite's."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from belvedere.engines import connectors, dbapi, open_engine
from belvedere.engines.arrow_types import WIDE_DECIMAL
from belvedere.engines.base import ConnectionConfig
from belvedere.engines.connectors import CONNECTORS, Connector, information_schema
from belvedere.engines.dbapi import DbApiEngine
from belvedere.engines.reading import BIGQUERY, DESCRIBING, SQL_SERVER
from belvedere.engines.row_types import array_of, type_of
from belvedere.engines.writing import Writing
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled, QueryTimeout

MANY = (
    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {0}) "
    "SELECT n, 'x' || n AS x FROM n"
)
SLOW = (
    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000000000) "
    "SELECT COUNT(*) AS c FROM n"
)
CATALOG = """
ATTACH ':memory:' AS information_schema;
CREATE TABLE information_schema.schemata (schema_name);
INSERT INTO information_schema.schemata VALUES ('public'), ('other');
CREATE TABLE information_schema.tables (table_schema, table_name, table_type);
INSERT INTO information_schema.tables VALUES
  ('public', 'orders', 'BASE TABLE'), ('public', 'v', 'VIEW'), ('other', 't', 'TABLE'),
  ('information_schema', 'tables', 'VIEW');
CREATE TABLE information_schema.columns (
  table_schema, table_name, column_name, data_type, is_nullable, ordinal_position
);
INSERT INTO information_schema.columns VALUES
  ('public', 'orders', 'note', 'text', 'YES', 2), ('public', 'orders', 'id', 'integer', 'NO', 1),
  ('o''ther', 't', 'x', 'date', 'Y', 1);
"""


def connect(module: Any, config: ConnectionConfig) -> Any:
    del config
    connection = module.connect(":memory:", check_same_thread=False)
    connection.executescript(CATALOG)
    return connection


SQLITE = Connector(
    label="Imaginary",
    extra="imaginary",
    module="sqlite3",
    connect=connect,
    catalog=information_schema(None, "SELECT 'public'"),
    version="SELECT 'Imaginary 1.0'",
    reading=DESCRIBING,
    writing=Writing(
        lambda _, name: (
            f"SELECT COALESCE(CASE WHEN type = 'view' THEN sql END, '') FROM sqlite_schema "
            f"WHERE name = '{name}'"
        ),
        patience="SELECT 'patience'",
    ),
    explain="EXPLAIN QUERY PLAN ",
    setup=lambda config: [f"CREATE TABLE setup AS SELECT '{config.timezone}' AS zone"],
    number="SELECT 42",
    cancel=lambda session, _: session.connection.interrupt(),
    transactional=True,
)
CONFIG = ConnectionConfig("imaginary", database="d", max_connections=2, pool_timeout=0.2)


@pytest.fixture
def engine() -> Iterator[DbApiEngine]:
    made = DbApiEngine(CONFIG, SQLITE)
    yield made
    made.close()


def rows(engine: DbApiEngine, sql: str, **options: Any) -> list[dict[str, Any]]:
    with engine.execute(sql, **options) as execution:
        return [row for batch in execution.batches() for row in batch.to_pylist()]


def test_rows_and_types(engine: DbApiEngine) -> None:
    sql = "SELECT 1 AS a, 1.5 AS b, 'x' AS c, NULL AS d, x'ff00' AS e"
    with engine.execute(sql) as execution:
        kinds = [pa.int64(), pa.float64(), pa.string(), pa.string(), pa.string()]
        assert execution.schema.types == kinds
        assert execution.schema.names == list("abcde")
        assert [batch.to_pylist() for batch in execution.batches()] == [
            [{"a": 1, "b": 1.5, "c": "x", "d": None, "e": "ff00"}]
        ]


def test_no_rows_have_a_schema(engine: DbApiEngine) -> None:
    with engine.execute("SELECT 1 AS a WHERE 1 = 0") as execution:
        assert execution.schema.names == ["a"]
        assert list(execution.batches()) == []


@pytest.mark.parametrize("whole", [False, True])
def test_many_rows_stream_in_batches(engine: DbApiEngine, whole: bool) -> None:
    with engine.execute(MANY.format(20_000), whole=whole) as execution:
        sizes = [batch.num_rows for batch in execution.batches()]
    assert sum(sizes) == 20_000
    assert sizes == ([20_000] if whole else [8192, 8192, 3616])


def test_sessions_are_set_up_and_known_by_number(engine: DbApiEngine) -> None:
    assert rows(engine, "SELECT zone FROM setup") == [{"zone": "UTC"}]
    session = engine._taken()
    assert session.number == 42
    engine._pool.give_back(session)


@pytest.mark.parametrize("sql", ["INSERT INTO setup VALUES (1)", "", "-- SELECT\nDROP TABLE setup"])
def test_only_queries_are_run(engine: DbApiEngine, sql: str) -> None:
    with pytest.raises(EngineError, match="Only queries can be run here"):
        engine.execute(sql)
    with pytest.raises(EngineError, match="Only queries can be run here"):
        engine.explain(sql)


def test_what_a_statement_did_is_rolled_back(engine: DbApiEngine) -> None:
    with engine._execute("INSERT INTO setup VALUES ('changed') RETURNING zone") as execution:
        assert [batch.to_pylist() for batch in execution.batches()] == [[{"zone": "changed"}]]
    assert rows(engine, "SELECT zone FROM setup") == [{"zone": "UTC"}]


def test_errors_carry_the_statement_and_leave_the_pool_whole(engine: DbApiEngine) -> None:
    for _ in range(3):
        with pytest.raises(EngineError, match="no such table: missing") as caught:
            rows(engine, "SELECT * FROM missing")
        assert caught.value.sql == "SELECT * FROM missing"
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_a_statement_without_rows_is_an_error(engine: DbApiEngine) -> None:
    with pytest.raises(EngineError, match="returns no rows"):
        engine._execute("CREATE TABLE x (a)")


def test_cancelling_from_another_thread(engine: DbApiEngine) -> None:
    stops: list[Any] = []
    thread = threading.Thread(target=lambda: (time.sleep(0.3), stops[0](), stops[0]()))
    thread.start()
    with pytest.raises(QueryCancelled):
        rows(engine, SLOW, started=stops.append)
    thread.join()
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_cancelling_before_it_starts(engine: DbApiEngine) -> None:
    with pytest.raises(QueryCancelled):
        rows(engine, SLOW, started=lambda stop: stop())


def test_the_time_limit(engine: DbApiEngine) -> None:
    with pytest.raises(QueryTimeout, match=r"0\.2 seconds"):
        rows(engine, SLOW, timeout=0.2)
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_leaving_early_frees_the_connection(engine: DbApiEngine) -> None:
    for _ in range(5):
        with engine.execute(MANY.format(1_000_000)) as execution:
            next(execution.batches())
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_cancelling_a_stream(engine: DbApiEngine) -> None:
    with engine.execute(MANY.format(1_000_000)) as execution:
        batches = execution.batches()
        next(batches)
        execution.cancel()
        with pytest.raises(QueryCancelled):
            list(batches)


def test_a_full_pool_says_so(engine: DbApiEngine) -> None:
    with (
        engine.execute("SELECT 1"),
        engine.execute("SELECT 1"),
        pytest.raises(EngineUnavailable, match="All 2 connections are in use"),
    ):
        engine.execute("SELECT 1")


def test_a_connection_that_died_while_idle_is_replaced(
    engine: DbApiEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = engine._taken()
    engine._pool.give_back(session)
    session.connection.close()
    monkeypatch.setattr(dbapi, "_IDLE_SECONDS", 0.0)
    monkeypatch.setattr(dbapi.time, "monotonic", lambda: session.used_at + 1)
    assert engine._taken() is not session


def test_what_there_is(engine: DbApiEngine) -> None:
    assert engine.ping() == "Imaginary 1.0"
    assert engine.databases() == ["d"]
    assert [(found.name, found.is_default) for found in engine.schemas()] == [
        ("other", False),
        ("public", True),
    ]
    assert [(found.schema, found.name, found.is_view) for found in engine.tables()] == [
        ("other", "t", False),
        ("public", "orders", False),
        ("public", "v", True),
    ]
    assert [found.name for found in engine.tables("other")] == ["t"]
    columns = engine.columns()
    assert [(c.name, c.data_type, c.nullable) for c in columns["public", "orders"]] == [
        ("id", "integer", False),
        ("note", "text", True),
    ]
    assert list(engine.columns("o'ther")) == [("o'ther", "t")]
    assert engine.columns("x' OR 'a' = 'a") == {}
    with pytest.raises(EngineError, match="The connection is to d only"):
        engine.tables(database="e")
    assert engine.explain("SELECT 1") != ""
    assert engine.write_csv("SELECT 1") is None


def test_plans_are_not_shown_everywhere() -> None:
    engine = DbApiEngine(CONFIG, replace(SQLITE, explain=None))
    with pytest.raises(EngineError, match="Imaginary cannot show the plan"):
        engine.explain("SELECT 1")


def test_a_database_that_cannot_be_reached() -> None:
    def refuse(module: Any, config: ConnectionConfig) -> Any:
        raise module.OperationalError("no\nroute")

    engine = DbApiEngine(CONFIG, replace(SQLITE, connect=refuse))
    with pytest.raises(EngineUnavailable, match="no route"):
        engine.ping()
    engine = DbApiEngine(CONFIG, replace(SQLITE, setup=lambda _: ["SELECT * FROM missing"]))
    with pytest.raises(EngineUnavailable, match="no such table"):
        engine.ping()


@pytest.mark.parametrize("name", CONNECTORS)
def test_a_missing_driver_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connector = CONNECTORS[name]

    def missing(module: str) -> Any:
        raise ImportError(module)

    monkeypatch.setattr("belvedere.engines.drivers.import_module", missing)
    engine = open_engine(ConnectionConfig(name, "d", "127.0.0.1"))
    with pytest.raises(EngineUnavailable) as caught:
        engine.ping()
    assert str(caught.value) == (
        f"The driver for {connector.label} is not installed: "
        f"pip install 'belvedere[{connector.extra}]'"
    )


def test_databases_without_an_engine() -> None:
    engine = open_engine(ConnectionConfig("presto"))
    calls = (
        lambda: engine.execute("SELECT 1"),
        engine.ping,
        engine.databases,
        engine.schemas,
        engine.tables,
        engine.columns,
        lambda: engine.explain("SELECT 1"),
    )
    for call in calls:
        with pytest.raises(EngineUnavailable) as caught:
            call()
        assert str(caught.value) == (
            "Belvedere compiles SQL for Presto, but has no engine for it yet: "
            "queries cannot be run on this connection"
        )
    engine.close()


# What the drivers are called with


class Module:
    """Stands for a driver: notes how it was called."""

    def __init__(self) -> None:
        self.called: dict[str, Any] = {}
        self.defaults = self.dbapi = self.auth = self

    def connect(self, **arguments: Any) -> Module:
        self.called = arguments
        return self

    def BasicAuthentication(self, user: str, password: str) -> tuple[str, str]:  # noqa: N802
        return user, password


@pytest.mark.parametrize("name", sorted(CONNECTORS.keys() - {"bigquery_standard_sql"}))
def test_connections_are_given_what_the_definition_says(name: str) -> None:
    module = Module()
    config = ConnectionConfig(
        name,
        "db",
        "host",
        99,
        "me",
        "secret",
        "s",
        ssl=True,
        verify_ssl=True,
        timezone="Asia/Tokyo",
    )
    CONNECTORS[name].connect(module, config)
    given = str(module.called)
    for value in ("db", "host", "me", "secret"):
        assert f"'{value}'" in given
    statements = [*CONNECTORS[name].setup(config), given]
    if name not in ("athena", "mssql"):  # they know no time zone of the session
        assert any("Asia/Tokyo" in text for text in statements)


class Job:
    def __init__(self) -> None:
        self.cancelled = False

    def result(self, page_size: int) -> Any:
        assert page_size

        class Column:
            name, field_type = "a", "INTEGER"

        class Row:
            def __init__(self, *values: int) -> None:
                self._values = values

            def values(self) -> tuple[int, ...]:
                return self._values

        class Rows(list[Row]):
            schema = (Column,)

        return Rows(Row(n) for n in range(5))

    def cancel(self) -> None:
        self.cancelled = True


class BigQuery:
    """Stands for google.cloud.bigquery."""

    def __init__(self) -> None:
        self.job, self.arguments, self.closed = Job(), {}, False

    def QueryJobConfig(self, **settings: Any) -> dict[str, Any]:  # noqa: N802
        return settings

    def ConnectionProperty(self, key: str, value: str) -> tuple[str, str]:  # noqa: N802
        return key, value

    def Client(self, **arguments: Any) -> BigQuery:  # noqa: N802
        self.arguments = arguments
        return self

    def query(self, sql: str) -> Job:
        assert sql
        return self.job

    def close(self) -> None:
        self.closed = True


def test_bigquery_jobs_are_read_and_cancelled() -> None:
    module = BigQuery()
    connector = CONNECTORS["bigquery_standard_sql"]
    config = ConnectionConfig("bigquery_standard_sql", "set", "project", timezone="Asia/Tokyo")
    connection = connector.connect(module, config)
    settings = module.arguments["default_query_job_config"]
    assert module.arguments["project"] == "project"
    assert settings["connection_properties"] == [("time_zone", "Asia/Tokyo")]
    assert settings["default_dataset"] == "project.set"
    cursor = connection.cursor()
    cursor.cancel()
    connector.execute(cursor, "SELECT 1", lambda: False)
    assert cursor.description == [("a", "INTEGER")]
    assert cursor.fetchmany(3) == [(0,), (1,), (2,)]
    assert cursor.fetchmany(3) == [(3,), (4,)]
    assert cursor.fetchmany(3) == []
    connector.cancel(connectors.Session(module, config, connection), cursor)
    assert module.job.cancelled
    cursor.close()
    connection.close()
    assert module.closed


class Snowflake:
    """Stands for a connection and its cursors at once."""

    def __init__(self, polls: int) -> None:
        self.polls, self.sfqid, self.calls = polls, "", []
        self.connection = self

    def cursor(self) -> Snowflake:
        return self

    def execute_async(self, sql: str) -> None:
        self.sfqid = "id"
        self.calls.append(sql)

    def get_query_status_throw_if_error(self, sfqid: str) -> str:
        return sfqid

    def is_still_running(self, status: str) -> bool:
        self.polls -= 1
        return status == "id" and self.polls >= 0

    def get_results_from_sfqid(self, sfqid: str) -> None:
        self.calls.append(f"results of {sfqid}")

    def abort_query(self, sfqid: str) -> None:
        self.calls.append(f"abort {sfqid}")

    def close(self) -> None:
        self.calls.append("close")


def test_snowflake_statements_are_known_while_they_run() -> None:
    connector, cursor = CONNECTORS["snowflake"], Snowflake(3)
    session = connectors.Session(None, CONFIG, cursor)
    connector.cancel(session, cursor)
    connector.execute(cursor, "SELECT 1", lambda: False)
    assert cursor.calls == ["SELECT 1", "results of id"]
    connector.cancel(session, cursor)
    assert cursor.calls[2:] == ["abort id", "close"]
    endless = Snowflake(10**9)
    connector.execute(endless, "SELECT 1", lambda: True)
    assert endless.calls == ["SELECT 1"]


# Which statements only read


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "select [drop] from t where a = N'DELETE; -- x' -- COMMIT\n;",
        "WITH a AS (SELECT 1 AS b) SELECT b FROM a /* UPDATE */ ORDER BY b OFFSET 0 ROWS",
        'SELECT "a;b" FROM t;  ',
        "SELECT 'a\rb'",
    ],
)
def test_queries_of_sql_server(sql: str) -> None:
    assert SQL_SERVER.refusal(sql) is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 DROP TABLE t",
        "SELECT 1; SELECT 2",
        "SELECT * INTO n FROM t",
        "WITH a AS (SELECT 1 AS b) DELETE FROM a",
        "/* /* */ ' */ DROP TABLE t --'",
        "SELECT 1 /* /* */ ' */ DROP TABLE t --'",
        "SELECT 1 -- \r DROP TABLE t\n",
        "SELECT 'a' EXEC xp_cmdshell 'x'",
        "SELECT 'open",
        "SELECT [open",
        "EXEC p",
    ],
)
def test_what_is_no_query_of_sql_server(sql: str) -> None:
    assert SQL_SERVER.refusal(sql) is not None


@pytest.mark.parametrize(
    "sql",
    [
        r"SELECT 'it\'s; x'",
        "SELECT '''a;'b''', \"x;\", `p-1.d;t` FROM t # ; \n",
        "WITH a AS (SELECT 1) SELECT * FROM a;",
    ],
)
def test_queries_of_bigquery(sql: str) -> None:
    assert BIGQUERY.refusal(sql) is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; DROP TABLE t",
        r"SELECT 'a\\'; DROP TABLE t; --'",
        "SELECT '''a'''; DROP TABLE t",
        "BEGIN SELECT 1; END",
        "SELECT '''open",
        "# SELECT\nDROP TABLE t",
    ],
)
def test_what_is_no_query_of_bigquery(sql: str) -> None:
    assert BIGQUERY.refusal(sql) is not None


def test_other_databases_take_one_statement_anyway() -> None:
    assert DESCRIBING.refusal("SHOW TABLES") is None
    assert DESCRIBING.refusal("EXPLAIN ANALYZE INSERT INTO t SELECT 1") is not None


# Values


AT = datetime(2020, 1, 2, 3, 4, 5)
DAY = date(2020, 1, 2)


@pytest.mark.parametrize(
    ("first", "kind", "later", "found"),
    [
        ([True, None], pa.bool_(), [1, 0], [True, False]),
        ([1, None], pa.int64(), [Decimal("2.0"), True], [2, 1]),
        ([1, 2.5], pa.float64(), [Decimal("1.5")], [1.5]),
        ([2**70], WIDE_DECIMAL, [1], [Decimal(1)]),
        ([Decimal("1.5"), 2], WIDE_DECIMAL, [float("nan"), 0.25], [None, Decimal("0.25")]),
        ([DAY], pa.date32(), [AT], [DAY]),
        ([AT, DAY], pa.timestamp("us"), [DAY], [datetime(2020, 1, 2)]),
        (
            [AT.replace(tzinfo=timezone(timedelta(hours=2)))],
            pa.timestamp("us"),
            [AT.replace(tzinfo=UTC)],
            [AT],
        ),
        (["a", 1], pa.string(), [b"\x01", AT, 2.5], ["01", "2020-01-02 03:04:05", "2.5"]),
        ([None], pa.string(), [1], ["1"]),
    ],
)
def test_types_follow_the_first_values(
    first: list[Any], kind: pa.DataType, later: list[Any], found: list[Any]
) -> None:
    assert type_of(first, pa.string()) == kind
    assert array_of(later, pa.field("a", kind)).to_pylist() == found


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.int64(), 1.5),
        (pa.int64(), "x"),
        (pa.int64(), 2**70),
        (pa.float64(), "x"),
        (WIDE_DECIMAL, "x"),
        (WIDE_DECIMAL, Decimal(10) ** 60),
        (pa.bool_(), 2),
        (pa.date32(), "x"),
    ],
)
def test_values_of_another_type_are_an_error(kind: pa.DataType, value: Any) -> None:
    with pytest.raises(EngineError, match="The column a begins with values of the type"):
        array_of([value], pa.field("a", kind))


def test_a_column_without_values_is_what_the_driver_says() -> None:
    class Typed:
        NUMBER, DATETIME = 1, 2

    class Reader:
        _run = type("Run", (), {"session": type("S", (), {"module": Typed})})

    declared = dbapi._DbApiExecution._declared
    assert declared(Reader(), 1) == WIDE_DECIMAL
    assert declared(Reader(), 2) == pa.timestamp("us")
    assert declared(Reader(), 3) == pa.string()
    assert declared(Reader(), None) == pa.string()
