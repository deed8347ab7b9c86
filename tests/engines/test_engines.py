"""Engines on real databases: rows, errors, cancellation, time limits, pools, what is refused."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pytest
from tests.engines.postgres_server import PostgresServer

from belvedere.engines import open_engine
from belvedere.engines.base import ConnectionConfig, Engine
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled, QueryTimeout

MANY = {
    "duckdb": "SELECT a.range AS n FROM range(100000) a, range(100000) b",
    "postgres": "SELECT a.n FROM generate_series(1, 100000) a(n), generate_series(1, 100000) b(m)",
}
SLOW = {
    "duckdb": "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range % 7 = b.range",
    "postgres": "SELECT pg_sleep(60)",
}


def config(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> ConnectionConfig:
    if kind == "duckdb":
        path = tmp_path / "data.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                "CREATE TABLE t AS SELECT range AS id, 'x' || range AS name FROM range(1000)"
            )
        return ConnectionConfig("duckdb", str(path), max_connections=2, pool_timeout=0.2)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database()
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT n AS id, 'x' || n AS name FROM generate_series(0, 999) s(n)"
        )
    return ConnectionConfig(
        "postgres",
        name,
        server.host,
        server.port,
        server.user,
        server.password,
        max_connections=2,
        pool_timeout=0.2,
    )


@pytest.fixture(params=["duckdb", "postgres"])
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


def test_a_connection_that_died_in_the_pool_is_replaced(request, tmp_path) -> None:
    engine = open_engine(config("postgres", request, tmp_path))
    server: PostgresServer = request.getfixturevalue("postgres_server")
    rows(engine, "SELECT 1 AS a")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'belvedere'"
        )
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]
    engine.close()


def test_a_server_that_dies_mid_stream_is_an_error(request, tmp_path) -> None:
    engine = open_engine(config("postgres", request, tmp_path))
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with engine.execute(MANY["postgres"]) as execution:
        batches = execution.batches()
        next(batches)
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'belvedere'"
            )
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
    with pytest.raises(EngineUnavailable, match="no engine for oracle"):
        open_engine(ConnectionConfig("oracle"))


# DuckDB's own text


@pytest.fixture
def local(request, tmp_path) -> Iterator[Engine]:
    made = open_engine(config("duckdb", request, tmp_path))
    yield made
    made.close()


def test_text_in_order_and_quoted(local) -> None:
    sql = "SELECT id, CASE WHEN id = 1 THEN 'a,\"b\"' END AS q FROM t ORDER BY id DESC"
    with local.write_text(sql, "csv") as text:
        table = list(csv.reader(io.StringIO(b"".join(text.chunks()).decode())))
    assert [int(row[0]) for row in table] == list(range(999, -1, -1))
    assert table[-2] == ["1", 'a,"b"']
    assert table[0][1] == ""


def test_text_that_fails_half_way_raises(local) -> None:
    sql = "SELECT CASE WHEN a.range = 500000 THEN error('boom') ELSE 'x' END FROM range(1000000) a"
    with local.write_text(sql, "csv") as text, pytest.raises(EngineError, match="boom"):
        for _ in text.chunks():
            pass
    assert rows(local, "SELECT 1 AS a") == [{"a": 1}]


def test_text_that_nobody_reads_to_the_end(local) -> None:
    with local.write_text("SELECT * FROM t, range(2000)", "csv") as text:
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
