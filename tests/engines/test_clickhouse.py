"""ClickHouse: what is its own. What it shares with others is tested with them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.engines.clickhouse_server import ClickHouseServer, fill, running, thousand_rows
from tests.engines.conftest import ClickHouseDatabase
from tests.engines.test_dialect_time import TIMEFRAMES, elapsed, expected
from tests.engines.test_engines import clickhouse_config, rows

from belvedere.compiler.conditions import TimeContext, condition
from belvedere.compiler.dialects import Calendar
from belvedere.compiler.dialects.clickhouse import ClickHouse
from belvedere.compiler.dialects.functions import COMMON
from belvedere.engines.base import ConnectionConfig
from belvedere.engines.clickhouse import ClickHouseEngine, clean
from belvedere.engines.clickhouse_types import columns_of, doubtful
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled, QueryTimeout
from belvedere.lookml.model import Category, Field

SLOW = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1"
MANY = "SELECT number FROM numbers(1000000000000)"


@pytest.fixture
def database(_clickhouse: ClickHouseDatabase) -> ClickHouseDatabase:
    _clickhouse.set_timezone("UTC")
    return _clickhouse


# The dialect


@pytest.mark.parametrize("name", ["a\\b", "\\", 'a\\"b', "`", "a'b", "\\n"])
def test_backslashes_in_names_are_backslashes(database, name) -> None:
    column = database.dialect.quote(name)
    assert database.run(f"SELECT t.{column} FROM (SELECT 7 AS {column}) AS t") == [(7,)]
    database.run(f"CREATE OR REPLACE TABLE named ({column} Int8) ENGINE = Memory")
    assert database.run("SELECT name FROM system.columns WHERE table = 'named'") == [(name,)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("5", "UInt8"),
        ("+5", "UInt8"),
        ("-.5", "Float64"),
        ("999999999999999", "UInt64"),
        ("1234567890123456", "Decimal(76, 0)"),
        ("-0.1234567890123456", "Decimal(76, 16)"),
        ("1e-7", "Float64"),
    ],
)
def test_numbers_keep_their_digits(database, text, kind) -> None:
    literal = database.dialect.number(text)
    ((value, type_name),) = database.run(f"SELECT {literal}, toTypeName({literal})")
    assert Decimal(str(value)) == Decimal(text)
    assert type_name == kind


FUNCTIONS = [
    ("abs", ["-3"], 3),
    ("ceiling", ["2.1"], 3),
    ("exp", ["0"], 1),
    ("floor", ["-2.1"], -3),
    ("ln", ["exp(2)"], 2),
    ("log", ["1000"], 3),
    ("mod", ["7", "3"], 1),
    ("mod", ["-7", "3"], -1),
    ("mod", ["7.5", "2"], 1.5),
    ("mod", ["7", "0"], None),
    ("power", ["2", "10"], 1024),
    ("round", ["2.345", "1"], 2.3),
    ("round", ["2.5", "0"], 3),
    ("round", ["-2.5", "0"], -3),
    ("round", ["1251", "-2"], 1300),
    ("round", ["NULL", "1"], None),
    ("sqrt", ["49"], 7),
    ("divide", ["1", "4"], 0.25),
    ("divide", ["1", "0"], None),
    ("concat", ["'a'", "'1'"], "a1"),
    ("contains", ["'abc'", "'B'"], 0),
    ("contains", ["'abc'", "'b'"], 1),
    ("length", ["'éa'"], 2),
    ("lower", ["'ÀB'"], "àb"),
    ("upper", ["'àb'"], "ÀB"),
    ("position", ["'éca'", "'a'"], 3),
    ("position", ["'abc'", "'x'"], 0),
    ("replace", ["'aXa'", "'a'", "'b'"], "bXb"),
    ("substring", ["'éabcdef'", "2", "3"], "abc"),
    ("coalesce", ["NULL"], None),
    ("coalesce", ["NULL", "2"], 2),
    ("is_null", ["NULL"], 1),
    ("if", ["NULL", "1", "2"], 2),
    ("add_seconds", ["0.5", "'2020-02-29 13:05:09'"], datetime(2020, 2, 29, 13, 5, 9, 500_000)),
    ("add_minutes", ["-6", "toDate32('2020-03-01')"], datetime(2020, 2, 29, 23, 54)),
    ("add_hours", ["25", "'2020-02-29'"], datetime(2020, 3, 1, 1)),
    ("add_days", ["1", "'2020-02-28'"], datetime(2020, 2, 29)),
    ("add_months", ["-1", "'2020-03-31'"], datetime(2020, 2, 29)),
    ("add_years", ["1", "'2020-02-29 01:02:03'"], datetime(2021, 2, 28, 1, 2, 3)),
    ("add_days", ["1", "NULL"], None),
    ("extract_seconds", ["'2016-02-29 23:59:59.999999'"], 59),
    ("extract_minutes", ["'2016-02-29 23:59:59.999999'"], 59),
    ("extract_hours", ["'2016-02-29'"], 0),
    ("extract_days", ["'1900-02-28 23:59:59.999999'"], 28),
    ("extract_months", ["'2016-02-29'"], 2),
    ("extract_years", ["'9998-12-31 23:59:59.999999'"], 9998),
    ("trunc_minutes", ["'2016-12-31 23:59:59.999999'"], datetime(2016, 12, 31, 23, 59)),
    ("trunc_hours", ["'1900-12-31 23:59:59.999999'"], datetime(1900, 12, 31, 23)),
    ("trunc_days", ["'9998-12-31 23:59:59.999999'"], datetime(9998, 12, 31)),
    ("trunc_months", ["'2016-12-31 23:59:59.999999'"], datetime(2016, 12, 1)),
    ("trunc_years", ["'2016-12-31'"], datetime(2016, 1, 1)),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), FUNCTIONS)
def test_each_function(database, name, arguments, expected) -> None:
    ((found,),) = database.run(f"SELECT {database.dialect.function(name, arguments)}")
    assert found == (pytest.approx(expected) if isinstance(expected, int | float) else expected)


def test_no_function_was_forgotten(database) -> None:
    assert {name for name, *_ in FUNCTIONS} | {"rand"} == set(COMMON)
    rand = database.dialect.function("rand", [])
    found = [value for (value,) in database.run(f"SELECT {rand} FROM numbers(1000)")]
    assert all(0 <= value < 1 for value in found)
    assert len(set(found)) == 1000


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_fractions_before_1970_are_in_the_period_they_are_in(database, timeframe) -> None:
    calendar = Calendar("sunday", 3)
    moments = [
        datetime(1969, 12, 31, 23, 59, 59, 999_999),
        datetime(1900, 12, 31, 22, 59, 59, 500_000),
        datetime(1965, 6, 30, 11, 29, 59, 1),
    ]
    wanted = [expected(moment, timeframe, calendar) for moment in moments]
    x = database.dialect.as_timestamp("x", "datetime")
    assert (
        database.timestamps(database.dialect.timeframe(x, timeframe, calendar), moments) == wanted
    )
    period = database.dialect.period(x, timeframe, calendar)
    if period is not None:
        start = database.dialect.period_start(period, timeframe, calendar)
        shown = database.dialect.timeframe(start, timeframe, calendar)
        assert database.timestamps(shown, moments) == wanted


@pytest.mark.parametrize("unit", ["second", "minute", "hour", "day", "week", "month", "year"])
def test_durations_from_before_1970(database, unit) -> None:
    first = datetime(1969, 12, 31, 23, 59, 59, 999_999)
    moments = [
        first,
        datetime(1960, 3, 31, 10, 0, 0, 1),
        datetime(1971, 1, 31, 23, 59, 59, 999_998),
    ]
    pairs = [(one, other) for one in moments for other in moments]
    literals = [[*map(database.dialect.timestamp, pair)] for pair in pairs]
    found = database.column(database.dialect.duration(unit, "s", "e"), literals, "s, e")
    assert found == [elapsed(unit, *pair) for pair in pairs]


@pytest.mark.parametrize("session", ["UTC", "Asia/Kolkata", "America/New_York"])
@pytest.mark.parametrize("kind", ["DateTime('{}')", "DateTime64(3, '{}')"])
def test_instants_of_any_zone_are_read_on_the_clock_of_the_database(
    database, session, kind
) -> None:
    database.set_timezone(session)
    moment = f"toDateTime64('2018-05-18 12:00:00', 3, 'UTC')::{kind.format('Australia/Eucla')}"
    shown = {
        "UTC": "2018-05-18 12:00:00",
        "Asia/Kolkata": "2018-05-18 17:30:00",
        "America/New_York": "2018-05-18 08:00:00",
    }[session]
    read = database.dialect.as_timestamp(moment, "datetime")
    assert database.run(f"SELECT toString({read})") == [(f"{shown}.000000",)]
    berlin = database.dialect.convert_timezone(read, session, "Europe/Berlin")
    assert database.run(f"SELECT toString({berlin})") == [("2018-05-18 14:00:00.000000",)]
    utc = database.dialect.convert_timezone(read, session, "UTC")
    assert database.run(f"SELECT toString({utc})") == [("2018-05-18 12:00:00.000000",)]


@pytest.mark.parametrize("kind", ["Date", "Date32", "DateTime", "DateTime64(6)"])
def test_conditions_on_times_use_the_primary_key(database, kind) -> None:
    database.run(f"CREATE OR REPLACE TABLE times (x {kind} NOT NULL) ORDER BY x")
    database.run(
        "INSERT INTO times SELECT toDate('2018-01-01') + number % 365 FROM numbers(365000)"
    )
    now = TimeContext(datetime(2018, 5, 18, tzinfo=UTC))
    field = Field(
        name="f", view="v", category=Category.dimension, type="date",
        datatype="date" if kind.startswith("Date3") else "datetime",
    )  # fmt: skip
    made = condition(database.dialect, field, "x", "2018/03/05 for 2 days", now, True)
    sql = f"SELECT count() FROM times WHERE {made.sql}"
    assert database.run(sql) == [(2000,)]
    plan = "\n".join(line for (line,) in database.run(f"EXPLAIN indexes = 1 {sql}"))
    read, all_granules = plan.split("Granules: ")[-1].split()[0].split("/")
    assert int(read) < int(all_granules) / 5


@pytest.mark.parametrize(
    ("kind", "text", "matches"),
    [
        ("LowCardinality(Nullable(String))", "É%", True),
        ("FixedString(4)", "é%", True),
        ("Enum8('été' = 1)", "%É", True),
        ("Enum8('été' = 1)", "x%", False),
    ],
)
def test_patterns_on_texts_of_other_types(database, kind, text, matches) -> None:
    like = database.dialect.like("x", text, case_sensitive=False)
    value = "'éa\0'" if kind.startswith("Fixed") else "'été'"
    sql = f"SELECT {like} FROM (SELECT CAST({value} AS {kind}) AS x)"
    assert database.run(sql) == [(matches,)]


def test_sums_by_key_keep_all_digits(database) -> None:
    total = database.dialect.sum_by_key("toDecimal128(v, 8)", "k")
    rows = database.values(
        "(1, '9999999999.99999999'), (1, '9999999999.99999999'), (2, '0.00000001')", "k, v"
    )
    assert database.run(f"SELECT {total} FROM {rows}") == [(Decimal(10_000_000_000),)]


def test_casts_of_nulls_and_words(database) -> None:
    cast = database.dialect.cast
    kinds = ("string", "number", "date", "datetime", "boolean")
    columns = [*(cast("NULL", kind) for kind in kinds), cast("'no'", "boolean")]
    assert database.run(f"SELECT {', '.join(columns)}") == [(*(None,) * 5, False)]


# Types of columns


def read(schema: pa.Schema, types: list[str] | None, *columns: list[Any]) -> list[list[Any]]:
    arrays = [pa.array(values, kind) for values, kind in zip(columns, schema.types, strict=True)]
    made = columns_of(schema, types, "Asia/Kolkata")
    found = [column.convert(array) for column, array in zip(made, arrays, strict=True)]
    assert [array.type for array in found] == [column.field.type for column in made]
    return [array.to_pylist() for array in found]


def test_dates_of_older_servers_are_numbers() -> None:
    assert doubtful(pa.uint16(), dates_are_numbers=True)
    assert not doubtful(pa.uint16(), dates_are_numbers=False)
    schema = pa.schema([("d", pa.uint16()), ("n", pa.uint16())])
    found = read(schema, ["Nullable(Date)", "UInt16"], [17669, None, 65535], [1, None, 65535])
    assert found == [[date(2018, 5, 18), None, date(2149, 6, 6)], [1, None, 65535]]


def test_names_of_enumerations_are_unescaped() -> None:
    name = r"Enum8('it\'s' = -1, 'a\\b' = 2, 'x\ny' = 3, ' = 4' = 4, 'é' = 127)"
    found = read(pa.schema([("e", pa.int8())]), [name], [-1, 2, 3, 4, 127, None])
    assert found == [["it's", "a\\b", "x\ny", " = 4", "é", None]]


def test_lists_keep_their_nulls() -> None:
    schema = pa.schema([("l", pa.list_(pa.uint32())), ("m", pa.list_(pa.list_(pa.int8())))])
    types = ["Array(Nullable(DateTime))", "Array(Array(Enum8('a' = 1)))"]
    found = read(schema, types, [[0, None], None, [], [86_400]], [[[1], []], [], None, [[1, 1]]])
    assert found == [
        [[datetime(1970, 1, 1, 5, 30), None], None, [], [datetime(1970, 1, 2, 5, 30)]],
        [[["a"], []], [], None, [["a", "a"]]],
    ]


def test_numbers_that_are_too_long_are_an_error() -> None:
    schema = pa.schema([("n", pa.binary(32))])
    longest = (10**76 - 1).to_bytes(32, "little")
    assert read(schema, ["UInt256"], [longest]) == [[Decimal(10**76 - 1)]]
    with pytest.raises(EngineError, match="more than 76 digits"):
        read(schema, ["UInt256"], [(10**76).to_bytes(32, "little")])


# The engine


@pytest.fixture(params=["clickhouse", "clickhouse in a folder"])
def engine(request: pytest.FixtureRequest) -> Iterator[ClickHouseEngine]:
    made = ClickHouseEngine(clickhouse_config(request.param, request))
    yield made
    made.close()


@pytest.fixture
def local(request: pytest.FixtureRequest) -> Iterator[ClickHouseEngine]:
    made = ClickHouseEngine(clickhouse_config("clickhouse in a folder", request))
    yield made
    made.close()


@pytest.fixture
def remote(request: pytest.FixtureRequest) -> Iterator[ClickHouseEngine]:
    made = ClickHouseEngine(clickhouse_config("clickhouse", request))
    yield made
    made.close()


VALUES = {
    "toDate('2018-05-18')": (pa.date32(), date(2018, 5, 18)),
    "toDate32('1900-01-01')": (pa.date32(), date(1900, 1, 1)),
    "toDateTime('2018-05-18 18:30:02')": (pa.timestamp("us"), datetime(2018, 5, 18, 18, 30, 2)),
    "toDateTime('2018-05-18 18:30:02', 'Asia/Tokyo')": (
        pa.timestamp("us"), datetime(2018, 5, 18, 18, 30, 2),
    ),
    "toDateTime64('2018-05-18 18:30:02.123456789', 9)": (
        pa.timestamp("us"), datetime(2018, 5, 18, 18, 30, 2, 123_456),
    ),
    "toDateTime64('1000-01-01 00:00:00.5', 6)": (
        pa.timestamp("us"), datetime(1000, 1, 1, 0, 0, 0, 500_000),
    ),
    "toDateTime64('2018-05-18 18:30:02.123', 3, 'Asia/Tokyo')": (
        pa.timestamp("us"), datetime(2018, 5, 18, 18, 30, 2, 123_000),
    ),
    "true": (pa.bool_(), True),
    "toUInt32(7)": (pa.uint32(), 7),
    "toInt8(-7)": (pa.int8(), -7),
    "toUUID('00000000-0000-0001-0000-00000000000a')": (
        pa.string(), "00000000-0000-0001-0000-00000000000a",
    ),
    "toIPv4('1.2.3.4')": (pa.string(), "1.2.3.4"),
    "toIPv6('2001:db8::1')": (pa.string(), "2001:db8::1"),
    r"CAST('it\'s' AS Nullable(Enum8('it\'s' = -3)))": (pa.string(), "it's"),
    "CAST('a' AS Enum16('a' = 1000))": (pa.string(), "a"),
    "toInt128('-170141183460469231731687303715884105728')": (
        pa.decimal256(76, 0), Decimal(-(2**127)),
    ),
    "toUInt256(5)": (pa.decimal256(76, 0), Decimal(5)),
    "toDecimal64('1.50', 2)": (pa.decimal128(18, 2), Decimal("1.50")),
    "toFixedString('ab', 4)": (pa.string(), "ab"),
    "toLowCardinality('x')": (pa.string(), "x"),
    r"'a\xffb'": (pa.string(), "a\N{REPLACEMENT CHARACTER}b"),
    "toBFloat16(1.5)": (pa.float32(), 1.5),
    "[1, 2]": (pa.list_(pa.field("item", pa.uint8(), nullable=False)), [1, 2]),
    "[toDateTime('2018-05-18 18:30:02')]": (
        pa.list_(pa.timestamp("us")), [datetime(2018, 5, 18, 18, 30, 2)],
    ),
    """CAST('{"a":1}' AS JSON)""": (pa.string(), '{"a":1}'),
    "1::Variant(Int64, String)": (pa.string(), "1"),
    "NULL": (pa.null(), None),
}  # fmt: skip


@pytest.mark.parametrize("expression", VALUES)
def test_values_are_what_they_are(engine, expression) -> None:
    kind, value = VALUES[expression]
    with engine.execute(f"SELECT {expression} AS x") as execution:
        assert execution.schema.field("x").type == kind
        (row,) = [row for batch in execution.batches() for row in batch.to_pylist()]
    assert row == {"x": value}


def test_no_rows_have_types_too(engine) -> None:
    sql = "SELECT toDateTime('2018-05-18 18:30:02') AS d, toIPv4('1.2.3.4') AS i WHERE 0;"
    with engine.execute(sql) as execution:
        assert execution.schema.types == [pa.timestamp("us"), pa.string()]
        assert [batch.num_rows for batch in execution.batches() if batch.num_rows] == []


def test_times_are_those_of_the_connection(request) -> None:
    for kind in ("clickhouse", "clickhouse in a folder"):
        config = replace(clickhouse_config(kind, request), timezone="America/New_York")
        made = ClickHouseEngine(config)
        sql = f"SELECT {ClickHouse().as_timestamp('1526668202', 'epoch')} AS at, toDateTime(0) AS d"
        assert rows(made, sql) == [
            {"at": datetime(2018, 5, 18, 14, 30, 2), "d": datetime(1969, 12, 31, 19)}
        ]
        made.close()


def test_statements_have_the_settings_of_the_dialect(engine) -> None:
    sql = (
        "SELECT b.y AS y, sum(b.y) AS s FROM (SELECT 1 AS x) AS a LEFT JOIN "
        "(SELECT 2 AS x, 3 AS y) AS b ON a.x = b.x GROUP BY 1 UNION SELECT NULL, NULL"
    )
    assert rows(engine, sql) == [{"y": None, "s": None}]


def test_what_there_is(remote, clickhouse_server) -> None:
    name = remote.config.database
    for statement in (
        f"CREATE VIEW {name}.v AS SELECT id FROM {name}.t",
        (
            f"CREATE TABLE {name}.`it's \\\\ \"x\"` (`a b` Nullable(Int8) COMMENT 'of \\'it\\'', "
            "c LowCardinality(Nullable(String))) ENGINE = Memory COMMENT 'mine'"
        ),
        f"CREATE MATERIALIZED VIEW {name}.m ENGINE = MergeTree ORDER BY id AS SELECT id FROM {name}.t",
    ):
        clickhouse_server.run(statement)
    tables = {table.name: table for table in remote.tables(name)}
    assert sorted(tables) == ['it\'s \\ "x"', "m", "t", "v"]
    assert (tables["v"].is_view, tables["m"].is_view, tables["t"].is_view) == (True, True, False)
    assert (tables["t"].rows, tables['it\'s \\ "x"'].comment, tables["t"].comment) == (
        1000,
        "mine",
        None,
    )
    columns = remote.columns(name)[name, 'it\'s \\ "x"']
    assert [(c.name, c.data_type, c.nullable, c.comment) for c in columns] == [
        ("a b", "Nullable(Int8)", True, "of 'it'"),
        ("c", "LowCardinality(Nullable(String))", True, None),
    ]
    assert [c.nullable for c in remote.columns()[name, "t"]] == [False, False]
    assert {name, "default"} <= set(remote.databases())
    assert [schema.name for schema in remote.schemas(name)] == [name]
    assert remote.tables("no") == []
    assert remote.tables(database="no' OR '1' = '1") == []


def test_what_there_is_in_a_folder(local) -> None:
    assert local.databases() == ["default"]
    assert [schema.name for schema in local.schemas(local.config.database)] == ["default"]
    assert [table.name for table in local.tables(database=local.config.database)] == ["t"]
    assert "ReadFromMergeTree" in local.explain("SELECT * FROM t")


def test_messages_say_what_is_wrong(engine) -> None:
    for sql, message in {
        "SELECT nome FROM t": "Unknown expression identifier `nome`",
        "SELECT * FROM nope": "Unknown table expression identifier 'nope'",
        "SELECT intDiv(1, 0)": "Division by zero",
        "SELECT throwIf(number = 3000000, 'too far') FROM numbers(10000000)": "too far",
        "DROP TABLE t": "Only queries can be run here, not DROP",
        "": "Only queries can be run here, not this",
        "SELECT '\0'": "not valid Unicode",
        "SELECT '\ud800'": "not valid Unicode",
    }.items():
        with pytest.raises(EngineError) as caught:
            rows(engine, sql)
        assert str(caught.value).startswith(message) or message in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "DB::" not in str(caught.value)
        assert caught.value.sql == sql
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_messages_without_words() -> None:
    assert clean("Code: 49. DB::Exception:  (LOGICAL_ERROR)") == "The database failed"
    said = "Code: 60. DB::Exception: Table x. (UNKNOWN_TABLE) (version 24.8.1 (official build))"
    assert clean(said) == "Table x"


REFUSED = [
    "GRANT SELECT ON t TO x",
    "USE system",
    "SET max_threads = 1",
    "KILL QUERY WHERE 1",
    "SYSTEM SHUTDOWN",
    "ATTACH TABLE x FROM '/etc' (a Int8) ENGINE = TinyLog",
    "CREATE TEMPORARY TABLE u AS SELECT 1",
    "OPTIMIZE TABLE t",
    "ALTER TABLE t DELETE WHERE 1",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1 FORMAT CSV",
    "SELECT 1 FORMAT Null SETTINGS max_threads = 1",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_changes_anything_is_refused(engine, sql) -> None:
    with pytest.raises(EngineError):
        rows(engine, sql)
    assert rows(engine, "SELECT count() AS n, getSetting('readonly') > 0 AS r FROM t") == [
        {"n": 1000, "r": 1}
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT file('/etc/hostname')",
        "SELECT `file`('/etc/hostname')",
        "SELECT \"fi\\x6ce\"('/etc/hostname')",
        "SELECT/**/file /* x */ ('/etc/hostname')",
        "SELECT arrayMap(file, ['/etc/hostname'])",
        "SELECT * APPLY(file) FROM (SELECT '/etc/hostname')",
        "SELECT * APPLY file FROM (SELECT '/etc/hostname')",
        "WITH file AS f SELECT f('/etc/hostname')",
        "EXPLAIN SELECT file('/etc/hostname')",
        "SELECT * FROM view(SELECT file('/etc/hostname'))",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM `/etc/passwd`",
        'SELECT * FROM default."/etc/passwd"',
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "SELECT * FROM remote('127.0.0.1:1', 'system', 'one')",
        "SELECT * FROM executable('ls', 'TSV', 'a String')",
        "SELECT * FROM eval('SELECT 1')",
        "SELECT * FROM Python(os)",
        "SELECT * FROM python(os)",
        "SELECT aiGenerate('x')",
        "SELECT 1 INTO OUTFILE '{leak}'",
        "SELECT 1 INTO/**/OUTFILE '{leak}'",
        "EXPLAIN SELECT 1 INTO OUTFILE '{leak}'",
        "SHOW TABLES INTO OUTFILE '{leak}'",
        "SELECT 1; SELECT 2 INTO OUTFILE '{leak}'",
        "SELECT ''' INTO OUTFILE ' INTO OUTFILE '{leak}' -- '",
    ],
)
def test_queries_do_not_reach_the_machine(local, tmp_path, sql) -> None:
    leak = tmp_path / "leak"
    with pytest.raises(EngineError):
        rows(local, sql.format(leak=leak))
    assert not leak.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'file(' AS a, 'INTO OUTFILE' AS b, ' FORMAT x' AS c",
        "SELECT files.file AS a FROM (SELECT 'x' AS file, 1 AS eval) AS files",
        "SELECT t.name AS file FROM t LIMIT 1",
        "SELECT file.id FROM t AS file LIMIT 1",
        "(SELECT 1 AS a) UNION ALL (SELECT 2)",
        "FROM t SELECT id LIMIT 1",
        "/* a */ -- b\n# c\nWITH 1 AS one SELECT one",
        "SHOW TABLES",
        "DESCRIBE TABLE t",
        "EXISTS TABLE t",
        "EXPLAIN PIPELINE SELECT 1",
    ],
)
def test_queries_that_only_look_like_it_run(local, sql) -> None:
    assert rows(local, sql)


def test_the_process_knows_no_secrets(local, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("BELVEDERE_TEST_SECRET", "hunter2")
    fill(tmp_path / "d", *thousand_rows("default"))
    made = ClickHouseEngine(ConnectionConfig("clickhouse", str(tmp_path / "d")))
    made.ping()
    process = made._server._process
    known = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"hunter2" not in known
    assert b"PATH=" in known
    made.close()
    assert process.returncode == 0


@pytest.mark.parametrize("sql", [SLOW, MANY, f"SELECT * FROM ({MANY}) ORDER BY sipHash64(number)"])
def test_the_time_limit_stops_the_query_in_the_database(engine, sql) -> None:
    with (
        pytest.raises(QueryTimeout, match=r"0\.3 seconds"),
        engine.execute(sql, timeout=0.3) as execution,
    ):
        for _ in execution.batches():
            pass
    running_ = "SELECT count() AS n FROM system.processes WHERE query LIKE '%000000000%'"
    for _ in range(100):
        if rows(engine, f"{running_} AND query NOT LIKE '%processes%'") == [{"n": 0}]:
            return
        threading.Event().wait(0.05)
    pytest.fail("the query still runs")


def test_the_limit_of_the_database_is_a_timeout_too(remote) -> None:
    with pytest.raises(QueryTimeout, match=r"(?i)timeout exceeded"):
        rows(remote, f"{SLOW} SETTINGS max_execution_time = 0.1")


def test_stopping_what_is_about_to_start(engine) -> None:
    with pytest.raises(QueryCancelled), engine.execute(SLOW, started=lambda cancel: cancel()):
        pass
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_a_query_that_somebody_else_stopped(request) -> None:
    for kind in ("clickhouse", "clickhouse in a folder"):
        made = ClickHouseEngine(clickhouse_config(kind, request))
        with made.execute(MANY) as execution:
            batches = execution.batches()
            next(batches)
            execution._run.session.kill(execution._run.name)
            with pytest.raises(QueryCancelled, match="stopped in the database"):
                list(batches)
        made.close()


def test_nothing_is_left_for_the_next_statement(engine) -> None:
    for stop in (0, 0.05, 0.1):
        with (
            pytest.raises(QueryCancelled),
            engine.execute(
                SLOW, started=lambda cancel, stop=stop: threading.Timer(stop, cancel).start()
            ) as execution,
        ):
            list(execution.batches())
        assert rows(engine, f"SELECT {stop} AS a, 'x' AS b") == [{"a": stop, "b": "x"}]
        with engine.execute(MANY) as execution:
            next(execution.batches())
        assert rows(engine, "SELECT 'y' AS c") == [{"c": "y"}]


def test_rows_come_in_bounded_parts(engine) -> None:
    with engine.execute("SELECT number, toString(number) AS s FROM numbers(3000000)") as execution:
        sizes = [batch.num_rows for batch in execution.batches()]
    assert sum(sizes) == 3_000_000
    assert max(sizes) < 200_000


def test_many_threads_share_the_connections(engine) -> None:
    found: list[Any] = []

    def ask(number: int) -> None:
        for _ in range(5):
            sql = f"SELECT {number} AS k, sum(id) AS n FROM t"
            found.append(rows(shared, sql) == [{"k": number, "n": 499_500}])

    shared = ClickHouseEngine(replace(engine.config, max_connections=3, pool_timeout=30.0))
    threads = [threading.Thread(target=ask, args=[number]) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared.close()
    assert found == [True] * 40


def test_a_schema_can_be_chosen(tmp_path) -> None:
    fill(tmp_path / "d", "CREATE DATABASE `a\\`b`", *thousand_rows("`a\\`b`"))
    made = ClickHouseEngine(ConnectionConfig("clickhouse", str(tmp_path / "d"), schema="a`b"))
    assert rows(made, "SELECT count() AS n FROM t") == [{"n": 1000}]
    assert [schema.name for schema in made.schemas() if schema.is_default] == ["a`b"]
    made.close()
    missing = ClickHouseEngine(ConnectionConfig("clickhouse", str(tmp_path / "d"), schema="no"))
    with pytest.raises(EngineUnavailable, match="Database no does not exist"):
        missing.ping()
    missing.close()


def test_memory_is_a_database_of_its_own() -> None:
    made = ClickHouseEngine(ConnectionConfig("clickhouse"))
    assert rows(made, "SELECT sum(number) AS n FROM numbers(10)") == [{"n": 45}]
    assert made.tables() == []
    made.close()


def test_a_process_that_died_is_replaced(tmp_path) -> None:
    fill(tmp_path / "d", *thousand_rows("default"))
    made = ClickHouseEngine(ConnectionConfig("clickhouse", str(tmp_path / "d")))
    other = ClickHouseEngine(made.config)
    with made.execute(MANY) as execution:
        batches = execution.batches()
        next(batches)
        assert rows(other, "SELECT 1 AS a") == [{"a": 1}]
        process = made._server._process
        assert other._server._process is process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with pytest.raises(EngineUnavailable, match="has ended"):
            list(batches)
    for engine in (made, other):
        assert rows(engine, "SELECT count() AS n FROM t") == [{"n": 1000}]
    assert made._server is other._server
    again = made._server._process
    made.close()
    assert rows(other, "SELECT count() AS n FROM t") == [{"n": 1000}]
    other.close()
    assert again.returncode == 0


def test_folders_that_are_no_databases(tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    for name in ("none", "file", "empty"):
        made = ClickHouseEngine(ConnectionConfig("clickhouse", str(tmp_path / name)))
        with pytest.raises(EngineUnavailable, match=f"no ClickHouse database at .*{name}"):
            made.ping()
        made.close()
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_folder_that_another_process_has_open(clickhouse_folder, tmp_path) -> None:
    code = (
        "import sys; from belvedere.engines.clickhouse import ClickHouseEngine as E; "
        "from belvedere.engines.base import ConnectionConfig as C; "
        "E(C('clickhouse', sys.argv[1])).ping()"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(clickhouse_folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is in use by another process" in found.stderr


# The server


def login(server: ClickHouseServer, **changes: Any) -> ConnectionConfig:
    given: dict[str, Any] = {
        "host": server.host, "port": server.port, "username": server.user,
        "password": server.password, **changes,
    }  # fmt: skip
    return ConnectionConfig("clickhouse", **given)


def test_servers_that_cannot_be_used(clickhouse_server) -> None:
    for changes, message in (
        ({"password": "wrong"}, "Authentication failed"),
        ({"port": 1}, "127.0.0.1 cannot be reached: Connection refused"),
        ({"database": "nope"}, "Database nope does not exist"),
        ({"ssl": True}, "127.0.0.1 cannot be reached: .*SSL"),
    ):
        made = ClickHouseEngine(login(clickhouse_server, **changes))
        with pytest.raises(EngineUnavailable, match=message) as caught:
            made.ping()
        assert clickhouse_server.password not in str(caught.value)
        made.close()


def test_a_time_zone_that_is_not_known(request) -> None:
    for kind in ("clickhouse", "clickhouse in a folder"):
        config = replace(clickhouse_config(kind, request), timezone="Mars/Phobos")
        made = ClickHouseEngine(config)
        with pytest.raises(EngineError, match="Invalid time zone: Mars/Phobos"):
            made.ping()
        made.close()


def test_statements_are_sent_to_read_only(remote, clickhouse_server) -> None:
    clickhouse_server.settings.clear()
    with remote.execute("SELECT 1 AS a", timeout=2.5) as execution:
        list(execution.batches())
    (sent,) = [given for given in clickhouse_server.settings if "query_id" in given]
    assert (sent["readonly"], sent["max_execution_time"]) == ("2", "3")
    assert (sent["join_use_nulls"], sent["session_timezone"]) == ("1", "UTC")


def test_a_user_who_may_change_nothing_is_told_so() -> None:
    with running() as server:
        server.profile["readonly"] = "1"
        made = ClickHouseEngine(login(server))
        with pytest.raises(EngineUnavailable, match="readonly = 2 instead of 1"):
            made.ping()
        made.close()


def test_an_answer_that_breaks_off(remote, clickhouse_server) -> None:
    clickhouse_server.breaks_off = True
    try:
        with pytest.raises(EngineUnavailable, match="was lost"):
            rows(remote, "SELECT number FROM numbers(1000000)")
    finally:
        clickhouse_server.breaks_off = False
    assert rows(remote, "SELECT 1 AS a") == [{"a": 1}]


def test_rows_that_look_like_errors_are_rows(engine) -> None:
    text = "Code: 1. DB::Exception: no"
    assert rows(engine, f"SELECT '{text}' AS a") == [{"a": text}]


@pytest.mark.parametrize(
    ("module", "config", "label"),
    [
        ("clickhouse_connect", ConnectionConfig("clickhouse", host="127.0.0.1"), "ClickHouse"),
        ("chdb", ConnectionConfig("clickhouse"), "embedded ClickHouse"),
    ],
)
def test_a_driver_that_is_missing(monkeypatch, module, config, label) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    message = rf"The driver for {label} is not installed: pip install 'belvedere\[clickhouse\]'"
    with pytest.raises(EngineUnavailable, match=message):
        ClickHouseEngine(config).ping()


def test_it_writes_no_text_and_closes(engine) -> None:
    assert engine.write_csv("SELECT 1") is None
    rows(engine, "SELECT 1 AS a")
    engine.close()
    with pytest.raises(EngineUnavailable, match="closed"):
        rows(engine, "SELECT 1 AS a")
