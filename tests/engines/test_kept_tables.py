"""What makes derived tables reaches nothing but the database: refusals of each engine's own."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.engines.clickhouse_server import fill

from belvedere.engines.base import ConnectionConfig
from belvedere.engines.clickhouse import ClickHouseEngine
from belvedere.engines.clickhouse_writing import select_of
from belvedere.engines.sqlite import SQLiteEngine
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled


def rows(engine: Any, sql: str) -> list[Any]:
    with engine.execute(sql) as execution:
        return [tuple(row.values()) for batch in execution.batches() for row in batch.to_pylist()]


# SQLite


@pytest.fixture
def sqlite(tmp_path: Path) -> ConnectionConfig:
    path = tmp_path / "data.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE t AS SELECT 1 AS a; CREATE TABLE other (b)")
    return ConnectionConfig("sqlite", str(path), scratch_folder=str(tmp_path / "scratch"))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE u (a)",
        "CREATE TABLE main.u (a)",
        "INSERT INTO t VALUES (2)",
        "UPDATE main.t SET a = 2",
        "DELETE FROM t",
        "DROP TABLE t",
        "ALTER TABLE t RENAME TO u",
        "CREATE INDEX main.i ON t (a)",
        "ATTACH '{folder}/leak.db' AS leak",
        "DETACH belvedere",
        "PRAGMA journal_mode = OFF",
        "VACUUM INTO '{folder}/leak.db'",
        "SELECT load_extension('x')",
        "CREATE VIRTUAL TABLE belvedere.v USING fts5(a)",
        "CREATE TRIGGER belvedere.x AFTER INSERT ON kept BEGIN DELETE FROM kept; END",
        "COMMIT",
    ],
)
def test_sqlite_writes_its_own_file_only(sqlite, tmp_path, statement) -> None:
    engine = SQLiteEngine(sqlite)
    made = "CREATE TABLE belvedere.kept AS SELECT * FROM t"
    with pytest.raises(EngineError):
        engine.build("kept", [made, statement.format(folder=tmp_path)])
    assert not (tmp_path / "leak.db").exists()
    with pytest.raises(EngineError, match="kept"):  # all or none
        rows(engine, "SELECT * FROM belvedere.kept")
    engine.build("kept", [made])
    assert rows(engine, "SELECT * FROM belvedere.kept") == [(1,)]
    assert rows(engine, "SELECT * FROM t") == [(1,)]
    for sql in ("DELETE FROM belvedere.kept", "DROP TABLE belvedere.kept", "DETACH belvedere"):
        with pytest.raises(EngineError):
            rows(engine, sql)
    engine.close()


def test_sqlite_readers_do_not_wait_and_writers_take_turns(sqlite) -> None:
    engine, other = SQLiteEngine(sqlite), SQLiteEngine(sqlite)
    assert rows(engine, "SELECT * FROM t") == [(1,)]  # on a connection without derived tables
    engine.build("one", ["CREATE TABLE belvedere.one AS SELECT 1 AS a"])
    endless = (
        "CREATE TABLE belvedere.two AS WITH RECURSIVE r(n) AS "
        "(SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT COUNT(*) AS n FROM r"
    )
    begun, stop = threading.Event(), []
    ended: list[BaseException] = []

    def build(statement: str) -> None:
        def started(cancel: Any) -> None:
            stop.append(cancel)
            begun.set()

        try:
            other.build("two", [statement], started=started)
        except EngineError as error:
            ended.append(error)

    first = threading.Thread(target=build, args=[endless])
    first.start()
    assert begun.wait(10)
    assert rows(engine, "SELECT * FROM belvedere.one") == [(1,)]
    second = threading.Thread(target=build, args=["CREATE TABLE belvedere.three AS SELECT 3 AS a"])
    second.start()
    second.join(0.3)
    stop[0]()
    for thread in (first, second):
        thread.join(30)
    assert [type(error) for error in ended] == [QueryCancelled]
    assert rows(engine, "SELECT * FROM belvedere.three") == [(3,)]
    engine.drop("three", "DROP TABLE IF EXISTS belvedere.three")
    with pytest.raises(EngineError, match="three"):
        rows(engine, "SELECT * FROM belvedere.three")


def test_sqlite_in_memory_keeps_nothing() -> None:
    engine = SQLiteEngine(ConnectionConfig("sqlite", scratch_folder="/nowhere"))
    with pytest.raises(EngineError, match="in memory keeps no derived tables"):
        engine.build("kept", ["CREATE TABLE belvedere.kept (a)"])


# ClickHouse in a folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("clickhouse") / "data"
    fill(made, "CREATE DATABASE scratch", "CREATE TABLE default.t ENGINE = Log AS SELECT 1 AS a")
    return made


STATEMENTS = [
    "CREATE TABLE scratch.x ENGINE = File(CSV, '{outside}') AS SELECT 1 AS a",
    "CREATE TABLE scratch.x (a String) ENGINE = URL('http://127.0.0.1:1/', CSV)",
    "CREATE TABLE scratch.x (a String DEFAULT file('/etc/passwd')) ENGINE = Memory",
    "CREATE TABLE scratch.x ENGINE = Memory AS SELECT * FROM file('/etc/passwd', LineAsString)",
    "CREATE TABLE scratch.x AS file('/etc/passwd', LineAsString)",
    "CREATE TABLE scratch.x ENGINE = Memory AS SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a Int8')",
    "CREATE TABLE scratch.x ENGINE = Memory AS SELECT (SELECT * FROM remote('127.0.0.1:1', 'a', 'b'))",
    "CREATE TABLE scratch.x AS executable('ls', CSV, 'a String')",
    "CREATE TABLE scratch.x (a Int8) ENGINE = MergeTree ORDER BY a SETTINGS disk = 'x'",
    "CREATE TABLE scratch.x ENGINE = MergeTree ORDER BY a SETTINGS storage_policy = 'x' AS SELECT 1 AS a",
    "CREATE DATABASE other ENGINE = MySQL('127.0.0.1:1', 'a', 'b', 'c')",
    "CREATE DICTIONARY scratch.d (a Int8) PRIMARY KEY a SOURCE(FILE(path '/x' format 'CSV')) LAYOUT(FLAT())",
    "CREATE VIEW scratch.x AS SELECT 1",
    "CREATE FUNCTION f AS x -> x",
    "CREATE USER u",
    "INSERT INTO FUNCTION file('{outside}', CSV, 'a Int8') SELECT 1",
    "INSERT INTO default.t FROM INFILE '/etc/passwd' FORMAT CSV",
    "INSERT INTO default.t SELECT length(file('/etc/passwd'))",
    "INSERT INTO default.t VALUES (length(file('/etc/passwd')))",
    "ALTER TABLE default.t DELETE WHERE 1",
    "TRUNCATE TABLE default.t",
    "DROP DATABASE default",
    "SYSTEM SHUTDOWN",
    "BACKUP TABLE default.t TO File('{outside}')",
    "SELECT 1 INTO OUTFILE '{outside}'",
    "SET readonly = 0",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_clickhouse_in_a_folder_stays_in_it(folder, tmp_path, statement) -> None:
    outside = tmp_path / "outside"
    engine = ClickHouseEngine(ConnectionConfig("clickhouse", str(folder), read_only=False))
    with pytest.raises(EngineError) as refused:
        engine.build("x", [statement.format(outside=outside)])
    assert not isinstance(refused.value, EngineUnavailable)
    assert not outside.exists()
    assert rows(engine, "SELECT * FROM default.t") == [(1,)]
    assert rows(engine, "SELECT count() FROM system.tables WHERE database = 'scratch'") == [(0,)]
    engine.close()


def test_clickhouse_in_a_folder_keeps_tables(folder) -> None:
    engine = ClickHouseEngine(ConnectionConfig("clickhouse", str(folder), read_only=False))
    table = "scratch.`LR$1_a b`"
    engine.build(
        "LR$1_a b",
        [
            f"CREATE TABLE {table} (a Int8, b String DEFAULT 'SETTINGS') ENGINE = MergeTree ORDER BY a",
            f"INSERT INTO {table} (a) SELECT a FROM default.t",
            f"INSERT INTO {table} VALUES (2, ' AS SELECT file(')",
            f"INSERT INTO {table} WITH z AS (SELECT 3 AS n) SELECT n, 'z' FROM z",
        ],
    )
    found = rows(engine, f"SELECT * FROM {table} ORDER BY a")
    assert found == [(1, "SETTINGS"), (2, " AS SELECT file("), (3, "z")]
    engine.drop("LR$1_a b", f"DROP TABLE IF EXISTS {table}")
    with pytest.raises(EngineError):
        engine.build(
            "LR$2_b", ["CREATE TABLE scratch.`LR$2_b` (a Int8) ENGINE = Memory", "nonsense"]
        )
    assert rows(engine, "SELECT count() FROM system.tables WHERE database = 'scratch'") == [(0,)]
    engine.close()
    reader = ClickHouseEngine(ConnectionConfig("clickhouse", str(folder)))
    with pytest.raises(EngineError, match="only reads"):
        reader.build("x", ["CREATE TABLE scratch.x (a Int8) ENGINE = Memory"])
    reader.close()


def test_the_query_of_a_statement_is_found() -> None:
    assert select_of("CREATE TABLE a.b ENGINE = Log AS SELECT 1") == "SELECT 1"
    assert select_of("INSERT INTO b (x, y) WITH c AS (SELECT 1) SELECT * FROM c") == (
        "WITH c AS (SELECT 1) SELECT * FROM c"
    )
    assert select_of("DROP TABLE IF EXISTS a.`b c`") is None
    assert select_of("CREATE TABLE `a` (`x` String DEFAULT ' AS SELECT ') ENGINE = Memory") is None
