"""Engines on real databases: rows, errors, cancellation, time limits, pools, what is refused."""

from __future__ import annotations

import csv
import io
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pytest
from tests.engines.clickhouse_server import ClickHouseServer
from tests.engines.mariadb_server import MariaDBServer
from tests.engines.postgres_server import PostgresServer

from belvedere.engines import open_engine
from belvedere.engines.base import ConnectionConfig, Engine
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled, QueryTimeout
from belvedere.results.streams import stream_csv

_COUNTING = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r"
MANY = {
    "duckdb": "SELECT a.range AS n FROM range(100000) a, range(100000) b",
    "postgres": "SELECT a.n FROM generate_series(1, 100000) a(n), generate_series(1, 100000) b(m)",
    "sqlite": _COUNTING,
    "mariadb": "SELECT a.seq AS n FROM seq_1_to_100000 a, seq_1_to_100000 b",
    "clickhouse": "SELECT number AS n FROM numbers(10000000000)",
}
SLOW = {
    "duckdb": "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range % 7 = b.range",
    "postgres": "SELECT pg_sleep(60)",
    "sqlite": f"SELECT count(*) FROM ({_COUNTING})",
    "mariadb": "SELECT count(*) FROM seq_1_to_100000000 a, seq_1_to_100000 b WHERE a.seq % 7 = b.seq",
    "clickhouse": "SELECT count(*) FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
}


def duckdb_config(path: Path) -> ConnectionConfig:
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT range AS id, 'x' || range AS name FROM range(1000)"
        )
    return ConnectionConfig("duckdb", str(path), max_connections=2, pool_timeout=0.2)


def sqlite_config(path: Path) -> ConnectionConfig:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE t AS WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r "
            "WHERE n < 999) SELECT n AS id, 'x' || n AS name FROM r"
        )
    return ConnectionConfig("sqlite", str(path), max_connections=2, pool_timeout=0.2)


def clickhouse_config(kind: str, request: pytest.FixtureRequest) -> ConnectionConfig:
    """A server, or a folder; the way in differs, the database is the same."""
    limits = {"max_connections": 2, "pool_timeout": 0.2}
    if kind == "clickhouse in a folder":
        folder: Path = request.getfixturevalue("clickhouse_folder")
        return ConnectionConfig("clickhouse", str(folder), **limits)
    server: ClickHouseServer = request.getfixturevalue("clickhouse_server")
    login = (server.host, server.port, server.user, server.password)
    return ConnectionConfig("clickhouse", server.create_database(), *login, **limits)


def config(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> ConnectionConfig:
    if kind == "duckdb":
        return duckdb_config(tmp_path / "data.duckdb")
    if kind == "sqlite":
        return sqlite_config(tmp_path / "data.sqlite")
    if kind.startswith("clickhouse"):
        return clickhouse_config(kind, request)
    server: PostgresServer | MariaDBServer = request.getfixturevalue(f"{kind}_server")
    name = server.create_database()
    if isinstance(server, PostgresServer):
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE t AS SELECT n AS id, 'x' || n AS name "
                "FROM generate_series(0, 999) s(n)"
            )
    else:
        server.run(
            "CREATE TABLE t AS SELECT seq AS id, CONCAT('x', seq) AS name FROM seq_0_to_999", name
        )
    return ConnectionConfig(
        kind,
        name,
        server.host,
        server.port,
        server.user,
        server.password,
        max_connections=2,
        pool_timeout=0.2,
    )


def end_connections(server: PostgresServer | MariaDBServer, database: str | None) -> None:
    if isinstance(server, PostgresServer):
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'belvedere'"
            )
        return
    found = server.run(f"SELECT id FROM information_schema.processlist WHERE db = '{database}'")
    for (number,) in found:
        server.run(f"KILL {number}")


KINDS = ["duckdb", "postgres", "sqlite", "mariadb", "clickhouse", "clickhouse in a folder"]


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(config(request.param, request, tmp_path))
    yield made
    made.close()


def rows(engine: Engine, sql: str) -> list[dict]:
    with engine.execute(sql) as execution:
        return [row for batch in execution.batches() for row in batch.to_pylist()]


def test_rows_and_types(engine) -> None:
    found = rows(engine, "SELECT 1 AS a, 'x' AS b, NULL AS c, CAST(1.50 AS DECIMAL(10,2)) AS d")
    assert found == [{"a": 1, "b": "x", "c": None, "d": Decimal("1.50")}]
    assert len(rows(engine, "SELECT * FROM t")) == 1000
    assert rows(engine, "SELECT * FROM t WHERE id < 0") == []


def test_introspection(engine) -> None:
    assert engine.ping()
    (schema,) = [schema for schema in engine.schemas() if schema.is_default]
    (table,) = engine.tables(schema.name)
    assert table.name == "t"
    columns = engine.columns(schema.name)[schema.name, "t"]
    assert [column.name for column in columns] == ["id", "name"]
    assert engine.explain("SELECT * FROM t")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2",
        "CREATE TABLE u (a INT)",
        "DROP TABLE t",
        "DELETE FROM t",
        "INSERT INTO t VALUES (1, 'a')",
        "UPDATE t SET id = 1",
        "COPY t TO '/tmp/leak.csv'",
        "/* SELECT */ DROP TABLE t",
        "-- SELECT\nDROP TABLE t",
        "",
        "nonsense",
        "SELECT * FROM no",
        "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
    ],
)
def test_what_does_not_read_is_refused(engine, sql) -> None:
    with pytest.raises(EngineError):
        rows(engine, sql)
    assert rows(engine, "SELECT count(*) AS n FROM t") == [{"n": 1000}]


def test_a_person_cannot_make_a_session_write(engine) -> None:
    if engine.config.dialect == "postgres":
        rows(engine, "SELECT set_config('default_transaction_read_only', 'off', false)")
    with pytest.raises(EngineError):
        rows(engine, "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d")


def test_stopping_before_the_first_row(engine) -> None:
    cancels = []

    def started(cancel) -> None:
        cancels.append(cancel)
        threading.Timer(0.2, cancel).start()

    with (
        pytest.raises(QueryCancelled),
        engine.execute(SLOW[engine.config.dialect], started=started) as execution,
    ):
        list(execution.batches())
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_stopping_in_the_middle(engine) -> None:
    with engine.execute(MANY[engine.config.dialect]) as execution:
        batches = execution.batches()
        next(batches)
        execution.cancel()
        with pytest.raises(QueryCancelled):
            for _ in batches:
                pass
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_leaving_early_frees_the_connection(engine) -> None:
    for _ in range(5):
        with engine.execute(MANY[engine.config.dialect]) as execution:
            next(execution.batches())
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_the_time_limit(engine) -> None:
    with (
        pytest.raises(QueryTimeout, match=r"0\.2 seconds"),
        engine.execute(SLOW[engine.config.dialect], timeout=0.2) as execution,
    ):
        list(execution.batches())


def test_a_full_pool_says_so(engine) -> None:
    many = MANY[engine.config.dialect]
    with (
        engine.execute(many),
        engine.execute(many),
        pytest.raises(EngineUnavailable, match="All 2 connections are in use"),
    ):
        rows(engine, "SELECT 1 AS a")
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_a_connection_that_died_in_the_pool_is_replaced(kind, request, tmp_path) -> None:
    engine = open_engine(config(kind, request, tmp_path))
    rows(engine, "SELECT 1 AS a")
    end_connections(request.getfixturevalue(f"{kind}_server"), engine.config.database)
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]
    engine.close()


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_a_server_that_dies_mid_stream_is_an_error(kind, request, tmp_path) -> None:
    engine = open_engine(config(kind, request, tmp_path))
    with engine.execute(MANY[kind]) as execution:
        batches = execution.batches()
        next(batches)
        end_connections(request.getfixturevalue(f"{kind}_server"), engine.config.database)
        with pytest.raises(EngineError):
            list(batches)
    engine.close()


def test_databases_that_cannot_be_reached(tmp_path) -> None:
    with pytest.raises(EngineUnavailable, match="no DuckDB database"):
        open_engine(ConnectionConfig("duckdb", str(tmp_path / "none"))).ping()
    (tmp_path / "text").write_text("not a database, just some text that is long enough" * 100)
    with pytest.raises(EngineUnavailable):
        open_engine(ConnectionConfig("duckdb", str(tmp_path / "text"))).ping()
    with pytest.raises(EngineUnavailable, match="refused"):
        open_engine(ConnectionConfig("postgres", "d", "127.0.0.1", 1, "u", "secret")).ping()
    with pytest.raises(EngineUnavailable, match="refused"):
        open_engine(ConnectionConfig("mysql", "d", "127.0.0.1", 1, "u", "secret")).ping()
    with pytest.raises(EngineUnavailable, match="no SQLite database"):
        open_engine(ConnectionConfig("sqlite", str(tmp_path / "none"))).ping()
    with pytest.raises(EngineUnavailable, match="no engine for access"):
        open_engine(ConnectionConfig("access"))


# DuckDB's own text


@pytest.fixture
def local(request, tmp_path) -> Iterator[Engine]:
    made = open_engine(config("duckdb", request, tmp_path))
    yield made
    made.close()


def test_text_in_order_and_quoted(local) -> None:
    sql = "SELECT id, CASE WHEN id = 1 THEN 'a,\"b\"' END AS q FROM t ORDER BY id DESC"
    with local.write_csv(sql) as text:
        table = list(csv.reader(io.StringIO(b"".join(text.chunks()).decode())))
    assert [int(row[0]) for row in table] == list(range(999, -1, -1))
    assert table[-2] == ["1", 'a,"b"']
    assert table[0][1] == ""


def test_text_is_what_is_written_from_rows(local) -> None:
    columns = (
        "id, id::HUGEINT * 1000000000000 AS h, ((id - 500) * 0.125)::DECIMAL(12, 3) AS q, "
        "(id % 3)::DECIMAL(9, 2) AS d, ((id - 500) * 0.0125)::DECIMAL(6, 4) AS p, "
        "((id - 500) * 0.0000125)::DECIMAL(20, 9) AS r, "
        "(repeat('9', 36) || '.' || lpad(id::VARCHAR, 2, '9'))::DECIMAL(38, 2) AS x, id::DECIMAL(9, 0) AS w, id % 2 = 0 AS b, "
        "(id - 500) * pow(10.0, id % 31 - 12) / 3 AS f, (id - 500)::DOUBLE AS whole, "
        "pow(10.0, id % 24 - 8) AS ten, CAST(['-0.0', '-1.5e-6', 'nan', 'inf'][1 + id % 4] AS DOUBLE) AS odd, "
        "DATE '2024-02-28' + id::INT AS day, "
        "TIMESTAMP '2024-02-28 23:59:59' + INTERVAL (id * 250) MILLISECOND AS at, "
        "[NULL, '', 'a,\"b\"', E'two\nlines', 'ä', '-3.00'][1 + id % 6] AS s"
    )
    sql = f"SELECT {columns} FROM t ORDER BY id DESC"
    with local.write_csv(sql) as text:
        written = b"".join(text.chunks()).decode()
    with local.execute(sql) as execution:
        names = execution.schema.names
        streamed = b"".join(stream_csv(execution.batches(), names)).decode()
    header, *lines = csv.reader(io.StringIO(streamed, newline=""))
    assert header == names
    assert list(csv.reader(io.StringIO(written, newline=""))) == lines


def test_text_that_would_be_another_is_left_alone(local) -> None:
    for value in (
        "0.1::FLOAT",
        "TIME '12:00'",
        "[1]",
        "now()",
        "'\\xAA'::BLOB",
        "0.5::DECIMAL(4, 4)",
    ):
        assert local.write_csv(f"SELECT {value} AS a") is None
    assert rows(local, "SELECT 1 AS a") == [{"a": 1}]


def test_text_that_fails_half_way_raises(local) -> None:
    sql = "SELECT CASE WHEN a.range = 500000 THEN error('boom') ELSE 'x' END FROM range(1000000) a"
    with local.write_csv(sql) as text, pytest.raises(EngineError, match="boom"):
        for _ in text.chunks():
            pass
    assert rows(local, "SELECT 1 AS a") == [{"a": 1}]


def test_text_that_nobody_reads_to_the_end(local) -> None:
    with local.write_csv("SELECT * FROM t, range(2000)") as text:
        next(text.chunks())
    assert rows(local, "SELECT 1 AS a") == [{"a": 1}]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('https://example.com/x.parquet')",
    ],
)
def test_queries_do_not_reach_the_machine(local, sql) -> None:
    with pytest.raises(EngineError):
        rows(local, sql)
