"""SQLite: what is its own, in the dialect and in the engine."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.engines.conftest import SQLITE_CASTS, Database, SQLiteDatabase
from tests.engines.test_condition_rows import chosen, field
from tests.engines.test_dialect_time import MOMENTS, ZONES, instants, naive

from belvedere.compiler.conditions import TimeContext, condition
from belvedere.compiler.dialects import Calendar
from belvedere.compiler.dialects.functions import COMMON
from belvedere.compiler.dialects.sqlite import SQLite
from belvedere.engines.base import ConnectionConfig
from belvedere.engines.sqlite import BATCH_ROWS, SQLiteEngine
from belvedere.engines.sqlite_functions import register
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled, QueryTimeout


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        made = SQLiteDatabase(SQLite(), connection, SQLITE_CASTS)
        made.set_timezone("UTC")
        yield made


# Values


def test_numbers_and_booleans(database) -> None:
    written = ["5", "-1.5", "0.000001", ".5", "1e6", "9223372036854775807"]
    (row,) = database.run(f"SELECT {', '.join(map(database.dialect.number, written))}")
    assert [Decimal(str(value)) for value in row] == [Decimal(text) for text in written]
    assert database.run(f"SELECT {database.dialect.boolean(True)}, NOT TRUE") == [(1, 0)]


def test_every_keyword_can_be_a_name(database) -> None:
    for word in sorted(SQLite.reserved_words):
        # SQLite itself renames columns of subqueries that are called true and false.
        name, column = database.dialect.identifier(word), database.dialect.quote(f"{word} ")
        sql = f"SELECT {name}.{column} FROM (SELECT 7 AS {column}) AS {name}"
        assert database.run(sql) == [(7,)]


def test_words_that_are_not_reserved_need_no_quotes(database) -> None:
    for word in ("users", "date", "timestamp", "coalesce", "array", "user", "lateral", "rank"):
        name = database.dialect.identifier(word)
        assert name == word
        assert database.run(f"SELECT {name}.x FROM (SELECT 7 AS x) AS {name}") == [(7,)]


@pytest.mark.parametrize("text", ["*", "a*c", "?", "[a]", "[", "]", "a[^b]c", "x-z"])
def test_what_glob_takes_for_a_wildcard_is_plain(database, text) -> None:
    escaped = text.replace("^", "^^")
    like = database.dialect.like("x", f"%{escaped}%", case_sensitive=True)
    rows = [[database.dialect.string(value)] for value in (f"1{text}2", "abc", "a", "b", "xyz")]
    assert database.column(like, rows, "x") == [1, 0, 0, 0, 0]


def test_casts(database) -> None:
    cast = database.dialect.cast
    moment = "'2018-05-18T18:30:02.5Z'"
    columns = [
        *(cast("7", "string"), cast("'7'", "number"), cast("'7.5'", "number")),
        *(cast("'Yes'", "boolean"), cast("'no'", "boolean"), cast("2", "boolean")),
        *(cast(moment, "date"), cast(moment, "datetime"), cast("'2018-05-18'", "datetime")),
        *(cast("NULL", kind) for kind in ("string", "number", "boolean", "date", "datetime")),
        database.dialect.text("7.5"),
    ]
    assert database.run(f"SELECT {', '.join(columns)}") == [
        (
            *("7", 7, 7.5, 1, 0, 1),
            *("2018-05-18", "2018-05-18 18:30:02.500000", "2018-05-18 00:00:00"),
            *(None,) * 5,
            "7.5",
        )
    ]


FUNCTIONS = [
    ("abs", ["-3"], 3),
    ("ceiling", ["2.1"], 3),
    ("exp", ["0"], 1),
    ("floor", ["-2.1"], -3),
    ("ln", ["exp(2)"], 2),
    ("ln", ["-1"], None),
    ("log", ["1000"], 3),
    ("mod", ["7", "3"], 1),
    ("mod", ["-7", "3"], -1),
    ("mod", ["7.5", "2"], 1.5),
    ("mod", ["7", "0"], None),
    ("power", ["2", "10"], 1024),
    ("round", ["2.345", "1"], 2.3),
    ("round", ["-2.5", "0"], -3),
    ("round", ["1251", "-2"], 1300),
    ("sqrt", ["49"], 7),
    ("divide", ["1", "4"], 0.25),
    ("divide", ["1", "0"], None),
    ("concat", ["'a'", "1"], "a1"),
    ("contains", ["'abc'", "'B'"], 0),
    ("contains", ["'abc'", "'b'"], 1),
    ("length", ["'éa'"], 2),
    ("lower", ["'ÀB'"], "àb"),
    ("lower", ["NULL"], None),
    ("upper", ["'àb'"], "ÀB"),
    ("position", ["'éca'", "'a'"], 3),
    ("position", ["'abc'", "'x'"], 0),
    ("replace", ["'aXa'", "'a'", "'b'"], "bXb"),
    ("substring", ["'abcdef'", "2", "3"], "bcd"),
    ("coalesce", ["NULL"], None),
    ("coalesce", ["NULL", "2"], 2),
    ("is_null", ["NULL"], 1),
    ("if", ["NULL", "1", "2"], 2),
    ("add_seconds", ["51", "'2020-02-29 13:05:09'"], "2020-02-29 13:06:00"),
    ("add_seconds", ["0.5", "'2020-02-29 13:05:09'"], "2020-02-29 13:05:09.500000"),
    ("add_minutes", ["-6", "'2020-03-01 00:05:09.25'"], "2020-02-29 23:59:09.250000"),
    ("add_hours", ["25", "'2020-02-29'"], "2020-03-01 01:00:00"),
    ("add_days", ["1", "'2020-02-28'"], "2020-02-29 00:00:00"),
    ("add_months", ["-1", "'2020-03-31'"], "2020-02-29 00:00:00"),
    ("add_months", ["11", "'2020-03-31'"], "2021-02-28 00:00:00"),
    ("add_years", ["1", "'2020-02-29 01:02:03'"], "2021-02-28 01:02:03"),
    ("add_years", ["9000", "'2020-02-29'"], None),
    ("add_days", ["1", "NULL"], None),
    ("extract_seconds", ["'2016-02-29 23:59:59.999999'"], 59),
    ("extract_minutes", ["'2016-02-29 23:59:59.999999'"], 59),
    ("extract_hours", ["'2016-02-29 23:59:59.999999'"], 23),
    ("extract_hours", ["'2016-02-29'"], 0),
    ("extract_days", ["'2016-02-29 23:59:59.999999'"], 29),
    ("extract_months", ["'2016-02-29'"], 2),
    ("extract_years", ["'2016-12-31 23:59:59.999999'"], 2016),
    ("trunc_minutes", ["'2016-12-31 23:59:59.999999'"], "2016-12-31 23:59:00"),
    ("trunc_hours", ["'2016-12-31 23:59:59.999999'"], "2016-12-31 23:00:00"),
    ("trunc_days", ["'2016-12-31 23:59:59.999999'"], "2016-12-31 00:00:00"),
    ("trunc_months", ["'2016-12-31 23:59:59.999999'"], "2016-12-01 00:00:00"),
    ("trunc_years", ["'2016-12-31'"], "2016-01-01 00:00:00"),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), FUNCTIONS)
def test_each_function(database, name, arguments, expected) -> None:
    ((found,),) = database.run(f"SELECT {database.dialect.function(name, arguments)}")
    assert found == (pytest.approx(expected) if isinstance(expected, int | float) else expected)


def test_no_function_was_forgotten(database) -> None:
    assert {name for name, *_ in FUNCTIONS} | {"rand"} == set(COMMON)
    rows = database.column(database.dialect.function("rand", []), [["1"]] * 1000, "x")
    assert all(0 <= value < 1 for value in rows)
    assert len(set(rows)) == 1000


# Time


@pytest.mark.parametrize("zone", ZONES)
def test_a_naive_column_moves_to_the_query_time_zone(database, zone) -> None:
    dialect = database.dialect
    sql = dialect.convert_timezone(dialect.as_timestamp("x", "datetime"), "UTC", zone)
    found = database.timestamps(sql, [naive(instant, "UTC") for instant in instants()])
    assert found == [naive(instant, zone).isoformat(" ") for instant in instants()]


@pytest.mark.parametrize("session", ["UTC", "Asia/Kolkata"])
@pytest.mark.parametrize(
    "form", ["%s", "Z", "+00:00", " +00:00", "+0000", " UTC", "T+05:30", "T-08:00"]
)
def test_instants_of_any_form_are_read_in_the_zone_of_the_database(database, session, form) -> None:
    database.set_timezone(session)
    separator = "T" if form.startswith("T") else " "
    offset = form.removeprefix("T")
    rows = []
    for at in instants():
        if form == "%s":
            rows.append([str(int(at.timestamp()))])
        else:
            hours = {"+05:30": 5.5, "-08:00": -8}.get(offset, 0)
            there = (at + timedelta(hours=hours)).replace(tzinfo=None)
            rows.append([f"'{there.isoformat(separator)}{offset}'"])
    sql = database.dialect.as_timestamp("x", "epoch" if form == "%s" else "datetime")
    expected = [naive(instant, session).isoformat(" ") for instant in instants()]
    assert database.column(sql, rows, "x") == expected


@pytest.mark.parametrize(
    ("datatype", "stored", "read"),
    [
        ("datetime", "'2018-05-18 18:30:02'", "2018-05-18 18:30:02"),
        ("datetime", "'2018-05-18 18:30:02.123456'", "2018-05-18 18:30:02.123456"),
        ("datetime", "'2018-05-18 18:30:02.5'", "2018-05-18 18:30:02.500000"),
        ("datetime", "'2018-05-18 18:30:02.123456789'", "2018-05-18 18:30:02.123456"),
        ("datetime", "'2018-05-18 18:30'", "2018-05-18 18:30:00"),
        ("datetime", "'2018-05-18T18:30:02.123Z'", "2018-05-18 18:30:02.123000"),
        ("datetime", "'2018-05-18'", "2018-05-18"),
        ("datetime", "'soon'", None),
        ("datetime", "7", None),
        ("datetime", "NULL", None),
        ("date", "'2018-05-18 18:30:02'", "2018-05-18"),
        ("date", "'2018-05-18'", "2018-05-18"),
        ("yyyymmdd", "20180518", "2018-05-18"),
        ("yyyymmdd", "'20180518'", "2018-05-18"),
        ("yyyymmdd", "NULL", None),
        ("epoch", "1526668202.5", "2018-05-18 18:30:02.500000"),
        ("epoch", "'1526668202'", "2018-05-18 18:30:02"),
        ("epoch", "-1", "1969-12-31 23:59:59"),
        ("epoch", "1e300", None),
        ("epoch", "'soon'", None),
        ("epoch", "NULL", None),
    ],
)
def test_stored_forms(database, datatype, stored, read) -> None:
    sql = database.dialect.as_timestamp("x", datatype)
    assert database.column(sql, [[stored]], "x") == [read]


@pytest.mark.parametrize("datatype", ["date", "yyyymmdd", "datetime"])
def test_a_day_alone_is_its_midnight(database, datatype) -> None:
    dialect = database.dialect
    stored = "20180518" if datatype == "yyyymmdd" else "'2018-05-18'"
    read = dialect.as_timestamp("x", datatype)
    for timeframe, shown in {
        "time": "2018-05-18 00:00:00",
        "microsecond": "2018-05-18 00:00:00.000000",
        "minute15": "2018-05-18 00:00:00",
        "hour": "2018-05-18 00",
        "time_of_day": "00:00",
        "hour_of_day": 0,
        "week": "2018-05-14",
    }.items():
        sql = dialect.timeframe(read, timeframe, Calendar())
        assert database.column(sql, [[stored]], "x") == [shown]
    sql = dialect.duration("second", read, dialect.timestamp(datetime(2018, 5, 18, 0, 1)))
    assert database.column(sql, [[stored]], "x") == [60]


def test_literals_of_time_read_back(database) -> None:
    dialect = database.dialect
    found = database.run(
        f"SELECT {dialect.timestamp(MOMENTS[1])}, {dialect.timestamp(datetime(999, 1, 2, 3))}, "
        f"{dialect.date(date(2016, 2, 29))}, {dialect.epoch(datetime(2018, 5, 18, 18, 30, 2))}"
    )
    assert found == [
        ("2016-02-29 23:59:59.999999", "0999-01-02 03:00:00", "2016-02-29", 1_526_668_202)
    ]


def test_ranges_hold_for_days_and_times_alike(database) -> None:
    now = TimeContext(datetime(2018, 5, 18, 18, 30, 2, tzinfo=UTC))
    made = condition(
        database.dialect, field("date", timeframe="date"), "x", "2018/05/18", now,
        case_sensitive=True,
    )  # fmt: skip
    stored = {
        "2018-05-17": False,
        "2018-05-17 23:59:59.999999": False,
        "2018-05-18": True,
        "2018-05-18 00:00:00": True,
        "2018-05-18T00:00:00Z": True,
        "2018-05-18 23:59:59": True,
        "2018-05-19": False,
        "2018-05-19 00:00:00": False,
    }
    literals = [database.dialect.string(text) for text in stored]
    assert chosen(database, literals, made) == list(stored.values())


# Aggregates


@pytest.mark.parametrize("kind", ["integer", "float", "text key", "blob key"])
def test_sums_count_each_key_once_and_lose_nothing(database, kind) -> None:
    dice = random.Random(kind)
    values = {key: key * 10**14 + 7 for key in range(40)}
    if kind == "float":
        values = {key: dice.choice([0.1, 1e15, -1e15, 1e-9]) for key in range(40)}
    keys = {"text key": "'key {}'", "blob key": "CAST('{}' AS BLOB)"}.get(kind, "{}")
    rows = [(key % 4, key) for key in values for _ in range(dice.randrange(1, 5))]
    dice.shuffle(rows)
    written = [f"({group}, {keys.format(key)}, {values[key]!r})" for group, key in rows]
    written += ["(0, NULL, 5)", "(1, 41, NULL)", "(8, NULL, 5)"]
    total, average = (
        make("v", "k") for make in (database.dialect.sum_by_key, database.dialect.average_by_key)
    )
    found = database.run(
        f"SELECT g, {total}, {average} FROM {database.values(', '.join(written), 'g, k, v')} "
        "GROUP BY 1 ORDER BY 1"
    )
    assert found[-1] == (8, None, None)
    for group, summed, mean in found[:-1]:
        own = [Decimal(value) for key, value in values.items() if key % 4 == group]
        assert summed == pytest.approx(float(sum(own)), rel=1e-15, abs=1e-12)
        assert mean == pytest.approx(float(sum(own) / len(own)), rel=1e-15, abs=1e-12)
        assert isinstance(summed, float if kind == "float" else int)


def test_sums_beyond_integers_are_doubles(database) -> None:
    total = database.dialect.sum_by_key("v", "v")
    source = database.values("(9223372036854775807), (9223372036854775806)", "v")
    assert database.run(f"SELECT {total} FROM {source}") == [(float(2**64 - 3),)]


def test_a_build_without_mathematics_has_the_functions_all_the_same() -> None:
    class Lacking(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if "pragma_function_list" in sql:
                return super().execute("SELECT 'lower' AS name")
            return super().execute(sql, *rest)

    with closing(sqlite3.connect(":memory:", factory=Lacking)) as connection:
        register(connection, "UTC")
        sql = "SELECT ln(-1), ln(1), power(2, 10), sqrt(NULL), sqrt(49), exp(1e9), ceil(2.1)"
        assert connection.execute(sql).fetchall() == [(None, 0, 1024, None, 7, None, 3)]


# The engine

MANY = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r"
SLOW = f"SELECT count(*) FROM ({MANY})"


@pytest.fixture
def path(tmp_path) -> Path:
    made = tmp_path / "a #?%20b.db"
    with closing(sqlite3.connect(made)) as connection:
        connection.executescript(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price DECIMAL(10, 2));
            WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 999)
            INSERT INTO t SELECT n, 'x' || n, n / 4.0 FROM r;
            CREATE TABLE "it's" ("a b" TEXT, made INT GENERATED ALWAYS AS (1) VIRTUAL);
            CREATE VIEW v AS SELECT id FROM t;
            CREATE VIEW broken AS SELECT * FROM gone;
            CREATE VIRTUAL TABLE words USING fts5(word);
            INSERT INTO words VALUES ('hello world');
            CREATE VIRTUAL TABLE boxes USING rtree(id, low, high);
            INSERT INTO boxes VALUES (1, 2, 3);
            """
        )
    return made


@pytest.fixture
def engine(path) -> Iterator[SQLiteEngine]:
    made = SQLiteEngine(ConnectionConfig("sqlite", str(path), max_connections=2, pool_timeout=0.2))
    yield made
    made.close()


def rows(engine: SQLiteEngine, sql: str, **how: Any) -> list[dict[str, Any]]:
    with engine.execute(sql, **how) as execution:
        return [row for batch in execution.batches() for row in batch.to_pylist()]


def types(engine: SQLiteEngine, sql: str) -> list[pa.DataType]:
    with engine.execute(sql) as execution:
        return execution.schema.types


def test_types_are_those_of_the_values(engine) -> None:
    sql = (
        "SELECT column1 AS i, column2 AS f, column3 AS t, column4 AS n, column5 AS m, "
        "column6 AS x, column7 AS b FROM (VALUES (1, 1.5, 'a', NULL, 1, 1, x'00ff'), "
        "(NULL, NULL, NULL, NULL, 2.5, 'b', NULL), "
        "(9223372036854775807, 2.0, '', NULL, 9007199254740993, 2.5, 'c'))"
    )
    assert types(engine, sql) == [
        pa.int64(), pa.float64(), pa.string(), pa.string(), pa.float64(), pa.string(), pa.string(),
    ]  # fmt: skip
    assert [list(row.values()) for row in rows(engine, sql)] == [
        [1, 1.5, "a", None, 1.0, "1", "00ff"],
        [None, None, None, None, 2.5, "b", None],
        [2**63 - 1, 2.0, "", None, 9007199254740992.0, "2.5", "c"],
    ]


def test_no_rows_are_texts(engine) -> None:
    sql = "SELECT id, name FROM t WHERE id < 0"
    assert types(engine, sql) == [pa.string(), pa.string()]
    assert rows(engine, sql) == []


def later(value: str, first: str) -> str:
    return (
        f"WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n <= {BATCH_ROWS}) "
        f"SELECT CASE WHEN n <= {BATCH_ROWS} THEN {first} ELSE {value} END AS x FROM r"
    )


def test_the_first_rows_decide_about_types(engine) -> None:
    assert rows(engine, later("2.0", "1"))[-1] == {"x": 2}
    assert rows(engine, later("2", "1.5"))[-1] == {"x": 2.0}
    assert rows(engine, later("2", "'a'"))[-1] == {"x": "2"}
    for value, first in (
        ("2.5", "1"),
        ("'2'", "1"),
        ("'a'", "1.5"),
        ("x'00'", "1.5"),
        ("9e999", "1"),
    ):
        with pytest.raises(EngineError, match=r"The column x begins with .*numbers"):
            rows(engine, later(value, first))
    assert rows(engine, later("2.5", "1"), whole=True)[-1] == {"x": 2.5}


def test_rows_come_in_batches(engine) -> None:
    with engine.execute(f"{MANY} LIMIT 20000") as execution:
        sizes = [batch.num_rows for batch in execution.batches()]
    assert sizes == [BATCH_ROWS, BATCH_ROWS, 20_000 - 2 * BATCH_ROWS]


def test_introspection(engine, path) -> None:
    assert engine.ping() == sqlite3.sqlite_version
    assert engine.databases() == [str(path)]
    assert [(schema.name, schema.is_default) for schema in engine.schemas()] == [("main", True)]
    tables = {table.name: table.is_view for table in engine.tables("main", str(path))}
    assert tables == {
        "boxes": False,
        "broken": True,
        "it's": False,
        "t": False,
        "v": True,
        "words": False,
    }
    assert engine.tables("other") == []
    columns = engine.columns()
    assert ("main", "broken") not in columns
    assert [(c.name, c.data_type, c.nullable) for c in columns["main", "t"]] == [
        ("id", "INTEGER", False), ("name", "TEXT", False), ("price", "DECIMAL(10, 2)", True),
    ]  # fmt: skip
    assert [c.name for c in columns["main", "it's"]] == ["a b", "made"]
    assert [c.name for c in columns["main", "v"]] == ["id"]
    with pytest.raises(EngineError, match="one database file only"):
        engine.tables(database="other")
    plan = engine.explain("SELECT * FROM t JOIN v ON v.id = t.id ORDER BY t.price")
    assert "USE TEMP B-TREE FOR ORDER BY" in plan


def test_virtual_tables_can_be_read(engine) -> None:
    assert rows(engine, "SELECT id FROM boxes WHERE high > 2") == [{"id": 1}]
    assert rows(engine, "SELECT sum(value) AS n FROM json_each('[1, 2]')") == [{"n": 3}]
    found = rows(engine, "SELECT word FROM words WHERE words MATCH 'world'")
    assert found == [{"word": "hello world"}]


def test_epochs_are_read_in_the_time_zone_of_the_connection(path) -> None:
    made = SQLiteEngine(ConnectionConfig("sqlite", str(path), timezone="America/New_York"))
    sql = f"SELECT {SQLite().as_timestamp('1526668202', 'epoch')} AS at"
    assert rows(made, sql) == [{"at": "2018-05-18 14:30:02"}]
    made.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2",
        "CREATE TABLE u (a INT)",
        "CREATE TEMP TABLE u AS SELECT 1 AS a",
        "DROP TABLE t",
        "DELETE FROM t",
        "INSERT INTO t VALUES (5000, 'a', 1)",
        "INSERT INTO t VALUES (5000, 'a', 1) RETURNING id",
        "WITH d AS (SELECT 1) DELETE FROM t RETURNING *",
        "UPDATE t SET id = 1",
        "REPLACE INTO t VALUES (1, 'a', 1)",
        "EXPLAIN DELETE FROM t",
        "ALTER TABLE t RENAME TO u",
        "BEGIN",
        "SAVEPOINT s",
        "VACUUM",
        "VACUUM INTO '{folder}/leak.db'",
        "ATTACH '{folder}/leak.db' AS x",
        "ATTACH ':memory:' AS x",
        "DETACH main",
        "ANALYZE",
        "REINDEX",
        "UPDATE sqlite_master SET sql = ''",
        "INSERT INTO words VALUES ('more')",
        "INSERT INTO boxes VALUES (2, 3, 4)",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA database_list",
        "SELECT * FROM pragma_database_list",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('simple')",
        "",
        "-- nothing",
        "nonsense",
        "SELECT * FROM no",
        "SELECT ?",
        "SELECT '\0'",
        "SELECT '\ud800'",
        "SELECT abs(-9223372036854775807 - 1)",
    ],
)
def test_what_does_not_read_is_refused(engine, tmp_path, sql) -> None:
    with pytest.raises(EngineError):
        rows(engine, sql.format(folder=tmp_path))
    assert rows(engine, "SELECT count(*) AS n FROM t") == [{"n": 1000}]
    assert not (tmp_path / "leak.db").exists()


def test_messages_say_what_is_wrong(engine) -> None:
    with pytest.raises(EngineError, match="no such column: nome"):
        rows(engine, "SELECT nome FROM t")
    with pytest.raises(EngineError, match="Only queries can be run here"):
        rows(engine, "DROP TABLE t")
    with pytest.raises(EngineError, match="The statement returns no rows"):
        rows(engine, "")


def test_stopping_what_is_about_to_start(engine) -> None:
    with pytest.raises(QueryCancelled):
        rows(engine, SLOW, started=lambda cancel: cancel())
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_stopping_in_the_middle(engine) -> None:
    with engine.execute(MANY) as execution:
        batches = execution.batches()
        next(batches)
        execution.cancel()
        execution.cancel()
        with pytest.raises(QueryCancelled):
            list(batches)
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


@pytest.mark.parametrize("sql", [SLOW, f"{MANY} WHERE n < 0"])
def test_the_time_limit(engine, sql) -> None:
    begun = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"0\.2 seconds"):
        rows(engine, sql, timeout=0.2)
    assert time.monotonic() - begun < 5
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_many_threads_share_the_connections(path) -> None:
    made = SQLiteEngine(ConnectionConfig("sqlite", str(path), max_connections=3))
    found: list[Any] = []

    def ask() -> None:
        for _ in range(10):
            found.extend(rows(made, "SELECT sum(id) AS n FROM t"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.close()
    assert found == [{"n": 499_500}] * 80


def test_what_others_write_is_read(engine, path) -> None:
    assert rows(engine, "SELECT count(*) AS n FROM t") == [{"n": 1000}]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO t VALUES (1000, 'new', 1)")
    assert rows(engine, "SELECT count(*) AS n FROM t") == [{"n": 1001}]


def test_files_that_are_no_databases(tmp_path) -> None:
    with pytest.raises(EngineUnavailable, match="no SQLite database"):
        SQLiteEngine(ConnectionConfig("sqlite", str(tmp_path / "none"))).ping()
    with pytest.raises(EngineUnavailable, match="no SQLite database"):
        SQLiteEngine(ConnectionConfig("sqlite", str(tmp_path))).ping()
    (tmp_path / "text").write_text("not a database, just some text that is long enough" * 100)
    with pytest.raises(EngineUnavailable, match="not a database"):
        SQLiteEngine(ConnectionConfig("sqlite", str(tmp_path / "text"))).ping()
    assert not (tmp_path / "none").exists()


def test_it_writes_no_text_and_closes(engine) -> None:
    assert engine.write_csv("SELECT 1") is None
    rows(engine, "SELECT 1 AS a")
    engine.close()
    with pytest.raises(EngineUnavailable, match="closed"):
        rows(engine, "SELECT 1 AS a")
