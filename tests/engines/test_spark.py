"""Spark: the tests of all dialects on it, what is its own, and the engines of Spark and Databricks.

Spark runs in this process.
"""

# ruff: noqa: F401  imported tests run here

from __future__ import annotations

import re
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.api.client import Loop
from tests.api.conftest import Instance
from tests.engines.conftest import Database
from tests.engines.java import make_java_home
from tests.engines.test_condition_rows import (
    test_circles_and_boxes,
    test_date_conditions_agree_with_a_plain_reading,
    test_dates_without_time_are_not_moved,
    test_hostile_values_are_found_inside_others,
    test_hostile_values_match_themselves_only,
    test_no_answer_is_a_no,
    test_number_conditions_agree_with_a_plain_reading,
    test_string_conditions_agree_with_a_plain_reading,
)
from tests.engines.test_dialect_aggregates import (
    test_a_constant_counts_once_for_each_key,
    test_averages_count_each_key_once,
    test_by_key_aggregates_stand_inside_larger_expressions,
    test_columns_may_have_any_name,
    test_counting_distinct_values,
    test_lists_are_distinct_sorted_and_without_nulls,
    test_nothing_to_aggregate_is_null,
    test_percentiles_follow_the_documented_definition,
    test_percentiles_of_decimals_and_doubles,
    test_sums_count_each_key_once_and_lose_nothing,
    test_sums_of_integers_are_integers,
)
from tests.engines.test_dialect_time import (
    MOMENTS,
    TIMEFRAMES,
    expected,
    test_a_naive_column_moves_to_the_query_time_zone,
    test_a_period_stands_for_the_value_of_its_timeframe,
    test_a_timeframe_has_the_documented_value,
    test_a_timeframe_that_is_not_documented_is_refused,
    test_an_unknown_duration_is_refused,
    test_columns_with_a_zone_and_epochs_read_as_database_time,
    test_dates_without_time_start_at_midnight,
    test_durations_count_whole_units,
    test_fiscal_years_start_when_the_model_says,
    test_literals_of_time_read_back,
    test_raw_and_yesno_and_nulls,
    test_timeframes_are_those_of_the_query_time_zone,
    test_weeks_start_when_the_model_says,
)
from tests.engines.test_dialect_values import (
    test_a_hostile_string_reads_back_as_it_is,
    test_any_strings_read_back_as_they_are,
    test_casts,
    test_distances_are_great_circles,
    test_equality_ignoring_case_and_length,
    test_names_are_names,
    test_nulls_sort_last_both_ways,
    test_numbers_and_booleans,
    test_patterns,
    test_plain_names_stay_bare,
)
from tests.engines.test_expressions import test_functions
from tests.engines.test_measure_rows import (
    model,
    shop,
    test_distinct_sums_count_their_key_once,
    test_tiers_hold_measures_that_count_every_order_once,
    test_weeks_begin_on_the_day_of_the_model,
)
from tests.engines.test_query_rows import (
    READ,
    ROWS,
    ZONES as QUERY_ZONES,
    test_days_are_sorted_where_groups_are_filtered,
    test_filters_by_local_dates as many_filters_by_local_dates,
    test_measures_that_are_not_shown_count_beside_the_primary_key,
    test_pivots_and_totals as many_pivots_and_totals,
)

from belvedere import clock
from belvedere.compiler.dialects import Calendar
from belvedere.compiler.dialects.functions import COMMON
from belvedere.compiler.dialects.spark import Databricks, Spark
from belvedere.engines import open_engine, spark_local
from belvedere.engines.base import ConnectionConfig
from belvedere.engines.spark import DatabricksEngine, SparkEngine
from belvedere.engines.spark_sessions import BATCH_ROWS
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled, QueryTimeout
from belvedere.lookml.model import Persistence
from belvedere.projects import models
from belvedere.settings import load

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("spark")]


@pytest.fixture(scope="session")
def _java(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("JAVA_HOME", str(make_java_home(tmp_path_factory.mktemp("java"))))
    yield
    patch.undo()


# The database


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tables in two schemas."""
    folder = tmp_path_factory.mktemp("warehouse")
    things = pa.table({"id": list(range(1000)), "name": [f"x{n}" for n in range(1000)]})
    (folder / "t").mkdir()
    pq.write_table(things, folder / "t" / "part-0.parquet")
    for year in (2019, 2020):
        place = folder / "other.db" / "yearly" / f"year={year}"
        place.mkdir(parents=True)
        pq.write_table(things.slice(year - 2019, 3), place / "part-0.parquet")
    (folder / "other.db" / "notes.json").write_text('{"note": "a"}\n{"note": null}\n')
    (folder / "not a name").mkdir()
    pq.write_table(things, folder / "not a name" / "part-0.parquet")
    (folder / "broken.parquet").write_text("no Parquet")
    (folder / "read.me").write_text("not a table")
    return folder


_SMALL = {
    # Compiling what is run once takes longer than running it.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
}


@pytest.fixture(scope="session")
def _config(warehouse: Path, _java: None) -> ConnectionConfig:
    return ConnectionConfig(
        "spark",
        str(warehouse),
        max_connections=2,
        pool_timeout=0.2,
        options=tuple(_SMALL.items()),
    )


_TABLE = re.compile(r"CREATE TABLE (\w+) \((.*)\)", re.DOTALL)
_LONG = 10_000
"""How many characters of rows are better not read twice."""
_ROWS = re.compile(r"INSERT INTO (\w+) VALUES (.*)", re.DOTALL)
_CASTS = {
    "DOUBLE PRECISION": "DOUBLE",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "VARCHAR(8)": "STRING",
    "VARCHAR(200)": "STRING",
}
_COLUMNS = {"TIMESTAMP": "TIMESTAMP_NTZ", "TIMESTAMPTZ": "TIMESTAMP"}


@dataclass(frozen=True, slots=True)
class SparkDatabase(Database):
    """Small tables are views: writing one to disk takes as long as a hundred queries."""

    tables: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        made, filled = _TABLE.fullmatch(sql), _ROWS.fullmatch(sql)
        if made:
            self.tables[made[1]] = (made[2].replace("VARCHAR(20)", "STRING"), [])
            self.changed.add(made[1])
        elif filled:
            self.tables[filled[1]][1].append(filled[2])
            self.changed.add(filled[1])
        elif sql.startswith("DROP TABLE"):
            self.tables.pop(sql.rsplit(maxsplit=1)[-1], None)
        else:
            return self._answer(sql.replace(" AS UUID)", " AS STRING)"))
        return []

    def _answer(self, sql: str) -> list[tuple[Any, ...]]:
        for name in self.changed & set(self.tables):
            columns, rows = self.tables[name]
            kinds = [column.split() for column in columns.split(", ")]
            cast = ", ".join(f"CAST({column} AS {kind}) AS {column}" for column, kind in kinds)
            names = ", ".join(column for column, _ in kinds)
            listed = ", ".join(rows) or f"({', '.join(['NULL'] * len(kinds))})"
            where = "" if rows else " WHERE FALSE"
            view = f"SELECT {cast} FROM (VALUES {listed}) AS v({names}){where}"
            self.connection.sql(f"CREATE OR REPLACE TEMPORARY VIEW {name} AS {view}")
            if len(listed) > _LONG:  # it would be read again by every query
                self.connection.sql(f"CACHE TABLE {name}")
        self.changed.clear()
        table = self.connection.sql(sql).toArrow()
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def examples(self, most: int) -> int:
        """A statement takes it a hundred times as long as the others, whatever there is to do."""
        return max(most // 8, 8)

    def instant(self, at: datetime) -> str:
        return f"TIMESTAMP '{at.isoformat()}'"

    def set_timezone(self, name: str) -> None:
        self.connection.conf.set("spark.sql.session.timeZone", name)


@pytest.fixture(scope="session")
def _spark(_config: ConnectionConfig) -> Iterator[SparkDatabase]:
    """In a session as the engine makes them."""
    session: Any = SparkEngine(_config)._connect()
    yield SparkDatabase(Spark(), session._session, _CASTS, _COLUMNS)
    session.close()


@pytest.fixture
def database(_spark: SparkDatabase) -> SparkDatabase:
    _spark.set_timezone("UTC")
    return _spark


@pytest.fixture
def typed_database(database: SparkDatabase) -> SparkDatabase:
    return database


_FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
test_filters_by_local_dates = _FEW(
    given(rows=ROWS, zone=st.sampled_from(QUERY_ZONES), data=st.data())(
        many_filters_by_local_dates.hypothesis.inner_test
    )
)
test_pivots_and_totals = _FEW(
    given(
        rows=ROWS,
        timeframe=st.sampled_from(sorted(READ)),
        zone=st.sampled_from(QUERY_ZONES),
        descending=st.booleans(),
        limit=st.integers(1, 4),
        column_limit=st.integers(1, 4),
    )(many_pivots_and_totals.hypothesis.inner_test)
)


# What is its own


def test_reserved_words_are_those_of_the_database(database) -> None:
    words = {row[0].lower() for row in database.run("SELECT keyword FROM sql_keywords()")}
    setting = "spark.sql.ansi.enforceReservedKeywords"
    database.connection.conf.set(setting, "true")
    reserved = database.run("SELECT keyword FROM sql_keywords() WHERE reserved")
    database.connection.conf.set(setting, "false")
    assert {row[0].lower() for row in reserved} <= Spark.reserved_words
    ordered = sorted(words | Spark.reserved_words)
    names = [database.dialect.identifier(word) for word in ordered]
    each = [f"SELECT {name}.x FROM (SELECT {n} AS x) AS {name}" for n, name in enumerate(names)]
    for start in range(0, len(each), 30):
        found = database.run(" UNION ALL ".join(each[start : start + 30]))
        assert sorted(found) == [(n,) for n in range(len(each))][start : start + 30]


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Pacific/Apia", "Europe/Berlin"])
def test_the_clock_of_the_session_does_not_matter(database, zone) -> None:
    """It leapt over some of these times in each of these zones."""
    moments = [
        *MOMENTS[:8],
        datetime(2018, 11, 4, 0, 30, 15, 123_456),
        datetime(2011, 12, 30, 13, 7, 8),
        datetime(2018, 3, 25, 2, 59, 59, 999_999),
    ]
    database.set_timezone(zone)
    dialect, calendar = database.dialect, Calendar("sunday", 3)
    values = [dialect.timeframe("x", timeframe, calendar) for timeframe in TIMEFRAMES]
    for timeframe in TIMEFRAMES:
        start = dialect.period_start(
            dialect.period("x", timeframe, calendar) or "x", timeframe, calendar
        )
        values.append(dialect.timeframe(start, timeframe, calendar))
    found = database.timestamps(f"array({', '.join(map(dialect.text, values))})", moments)
    for moment, texts in zip(moments, found, strict=True):
        wanted = [str(expected(moment, timeframe, calendar)) for timeframe in TIMEFRAMES]
        assert texts == [*wanted, *wanted]


def test_numbers_of_any_length(database) -> None:
    number = database.dialect.number
    written = [
        "1" * 38,
        "1" * 39,
        "0." + "0" * 40 + "1",
        "-" + "9" * 60,
        "+7",
        "0" * 50 + "7",
        "5.",
    ]
    ((*found,),) = database.run(f"SELECT {', '.join(map(number, written))}")
    assert found[0] == Decimal("1" * 38)
    assert [float(value) for value in found] == [float(text) for text in written]


def test_variables_are_not_put_into_texts(database) -> None:
    """Not even where a server does that."""
    setting = "spark.sql.variable.substitute"
    text = "${env:HOME} ${spark.app.name} $${x}"
    for value in ("true", "false"):
        database.connection.conf.set(setting, value)
        assert database.run(f"SELECT {database.dialect.string(text)}") == [(text,)]


FUNCTIONS = [
    ("abs", ["-3"], 3),
    ("ceiling", ["2.1"], 3),
    ("exp", ["0"], 1),
    ("floor", ["-2.1"], -3),
    ("ln", ["exp(2)"], 2),
    ("log", ["1000"], 3),
    ("mod", ["-7", "3"], -1),
    ("mod", ["7", "0"], None),
    ("power", ["2", "10"], 1024),
    ("round", ["2.345", "1"], 2.3),
    ("round", ["1251", "-2"], 1300),
    ("sqrt", ["49"], 7),
    ("divide", ["1", "4"], 0.25),
    ("divide", ["1", "0"], None),
    ("concat", ["'a'", "1"], "a1"),
    ("contains", ["'abc'", "'B'"], False),
    ("contains", ["'abc'", "'b'"], True),
    ("length", ["'éa'"], 2),
    ("lower", ["'ÀB'"], "àb"),
    ("upper", ["'àb'"], "ÀB"),
    ("position", ["'éca'", "'a'"], 3),
    ("replace", ["'aXa'", "'a'", "'b'"], "bXb"),
    ("substring", ["'abcdef'", "2", "3"], "bcd"),
    ("coalesce", ["NULL", "2"], 2),
    ("is_null", ["NULL"], True),
    ("if", ["CAST(NULL AS BOOLEAN)", "1", "2"], 2),
    ("add_seconds", ["0.5", "DATE '2020-02-29'"], datetime(2020, 2, 29, 0, 0, 0, 500_000)),
    ("add_minutes", ["-6", "DATE '2020-03-01'"], datetime(2020, 2, 29, 23, 54)),
    ("add_hours", ["25", "DATE '2020-02-29'"], datetime(2020, 3, 1, 1)),
    ("add_days", ["1", "DATE '2020-02-28'"], datetime(2020, 2, 29)),
    ("add_months", ["-1", "DATE '2020-03-31'"], datetime(2020, 2, 29)),
    ("add_years", ["1", "DATE '2020-02-29'"], datetime(2021, 2, 28)),
    ("extract_seconds", ["{}"], 59),
    ("extract_minutes", ["{}"], 58),
    ("extract_hours", ["{}"], 23),
    ("extract_days", ["{}"], 29),
    ("extract_months", ["{}"], 2),
    ("extract_years", ["{}"], 2016),
    ("trunc_minutes", ["{}"], datetime(2016, 2, 29, 23, 58)),
    ("trunc_hours", ["{}"], datetime(2016, 2, 29, 23)),
    ("trunc_days", ["{}"], datetime(2016, 2, 29)),
    ("trunc_months", ["{}"], datetime(2016, 2, 1)),
    ("trunc_years", ["DATE '2016-02-29'"], datetime(2016, 1, 1)),
]


def test_each_function(database) -> None:
    moment = database.dialect.timestamp(datetime(2016, 2, 29, 23, 58, 59, 999_999))
    written = [
        database.dialect.function(name, [argument.format(moment) for argument in arguments])
        for name, arguments, _ in FUNCTIONS
    ]
    (found,) = database.run(f"SELECT {', '.join(written)}")
    for (name, _, wanted), value in zip(FUNCTIONS, found, strict=True):
        same = pytest.approx(wanted) if isinstance(wanted, int | float) else wanted
        assert (float(value) if isinstance(value, Decimal) else value) == same, name
    assert {name for name, *_ in FUNCTIONS} | {"rand"} == set(COMMON)
    rows = database.run(f"SELECT {database.dialect.function('rand', [])} FROM range(100)")
    assert len({value for (value,) in rows if 0 <= value < 1}) == 100


# Databricks


def _texts(dialect: Spark) -> Iterator[str]:
    calendar = Calendar("sunday", 3)
    yield dialect.string("a'b\\n${env:HOME}\n")
    yield dialect.timestamp(MOMENTS[1])
    yield dialect.like("x", "a^%%", case_sensitive=False)
    yield dialect.as_timestamp("x", "epoch")
    yield dialect.convert_timezone("x", "UTC", "Europe/Berlin")
    for timeframe in TIMEFRAMES:
        yield dialect.timeframe("x", timeframe, calendar)
        yield dialect.period("x", timeframe, calendar) or "x"
    for unit in ("second", "week", "month", "year"):
        yield dialect.duration(unit, "x", "y")
    yield dialect.sum_by_key("x", "y")
    yield dialect.average_by_key("x", "y")
    yield dialect.percentile("x", 57)
    yield dialect.percentile_by_key("x", 57, "y")
    yield dialect.list_distinct("x")
    yield dialect.distance("a", "b", "c", "d")
    for name in COMMON:
        yield dialect.function(name, ["1", "x", "y"])


def test_what_is_written_for_databricks_is_its_grammar() -> None:
    for text in _texts(Databricks()):
        sql = f"SELECT {text} AS `a.b` FROM `t` ORDER BY {Databricks().order('1', descending=True)}"
        assert sqlglot.parse_one(sql, read="databricks").sql(dialect="databricks"), sql
    assert list(_texts(Databricks())) == list(_texts(Spark()))


@pytest.mark.parametrize(
    ("kind", "module", "sentence"),
    [
        (
            "spark",
            "pyspark.sql.connect.session",
            "Spark is not installed: pip install 'belv.*spark",
        ),
        ("databricks", "databricks.sql", "Databricks is not .*: pip install 'belvedere.databricks"),
    ],
)
def test_a_missing_driver_is_named(monkeypatch, kind, module, sentence) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(EngineUnavailable, match=sentence):
        open_engine(ConnectionConfig(kind, host="127.0.0.1")).ping()


class _Connector:
    """The driver's interface over Spark."""

    class Error(Exception):
        pass

    class RequestError(Error):
        pass

    def __init__(self, session: Any) -> None:
        self.session = session
        self.asked: list[dict[str, Any]] = []
        self.cancelled: list[bool] = []
        self.gone = 0

    def connect(self, **how: Any) -> Any:
        self.asked.append(how)
        return SimpleNamespace(cursor=lambda: _Cursor(self), close=lambda: None)


class _Cursor:
    def __init__(self, driver: _Connector) -> None:
        self.driver = driver

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.table = None

    def execute(self, sql: str) -> None:
        if self.driver.gone:
            self.driver.gone -= 1
            raise self.driver.RequestError("the session has expired")
        try:
            self.table = self.driver.session.sql(sql).toArrow()
        except Exception as error:
            raise self.driver.Error(str(error)) from None

    def fetchmany_arrow(self, size: int) -> pa.Table:
        part, self.table = self.table.slice(0, size), self.table.slice(size)
        return part

    def cancel(self) -> None:
        self.driver.cancelled.append(True)


@pytest.fixture
def connector(database, monkeypatch) -> _Connector:
    made = _Connector(database.connection)
    monkeypatch.setitem(sys.modules, "databricks", SimpleNamespace(sql=made))
    monkeypatch.setitem(sys.modules, "databricks.sql", made)
    return made


def test_databricks_is_asked_through_its_connector(connector) -> None:
    config = ConnectionConfig(
        "databricks", "main", "https://a.cloud.databricks.com/sql/1.0/warehouses/b", password="c",
        schema="s", timezone="Europe/Berlin",
    )  # fmt: skip
    engine = DatabricksEngine(config)
    found = rows(engine, f"SELECT id FROM range({2 * BATCH_ROWS + 1}) ORDER BY id")
    assert [row["id"] for row in found] == list(range(2 * BATCH_ROWS + 1))
    (asked,) = connector.asked
    assert asked["server_hostname"] == "a.cloud.databricks.com"
    assert asked["http_path"] == "/sql/1.0/warehouses/b"
    assert (asked["access_token"], asked["catalog"], asked["schema"]) == ("c", "main", "s")
    assert asked["session_configuration"] == {"ANSI_MODE": "true", "TIMEZONE": "Europe/Berlin"}
    assert engine.ping().startswith("4.")
    assert [schema.name for schema in engine.schemas()] == ["default", "other"]
    for sql in (
        "DROP TABLE t",
        "SELECT 1; SELECT 2",
        "SELECT reflect('a', 'b')",
        "SELECT * FROM no",
    ):
        with pytest.raises(EngineError):
            rows(engine, sql)
    connector.gone = 1
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]
    with engine.execute("SELECT 1 AS a") as execution:
        execution.cancel()
        with pytest.raises(QueryCancelled):
            list(execution.batches())
    assert connector.cancelled
    engine.close()


# The engine

MANY = "SELECT id FROM range(0, 1000000000, 1, 100000)"
SLOW = "SELECT count(*) AS n FROM range(100000000) a, range(100000) b WHERE a.id % 7 = b.id"


@pytest.fixture
def engine(_config) -> Iterator[SparkEngine]:
    made = SparkEngine(_config)
    yield made
    made.close()


def rows(engine: Any, sql: str, **how: Any) -> list[dict[str, Any]]:
    with engine.execute(sql, **how) as execution:
        return [row for batch in execution.batches() for row in batch.to_pylist()]


def test_rows_and_types(engine) -> None:
    sql = (
        "SELECT 1 AS a, 'x' AS b, NULL AS c, CAST(1.50 AS DECIMAL(10, 2)) AS d, DATE '2020-01-02' AS e, "
        "TIMESTAMP_NTZ '2020-01-02 03:04:05' AS f, TIMESTAMP '2020-01-02 03:04:05Z' AS g, X'00ff' AS h, "
        "INTERVAL '1 02:00:00' DAY TO SECOND AS i, array(1, 2) AS j, CAST(1 AS DOUBLE) AS k, TRUE AS l"
    )
    with engine.execute(sql) as execution:
        kinds = execution.schema.types
        (row,) = [row for batch in execution.batches() for row in batch.to_pylist()]
    assert [str(kind) for kind in kinds] == [
        *("int32", "string", "string", "decimal128(10, 2)", "date32[day]", "timestamp[us]"),
        *("timestamp[us, tz=UTC]", "string", "string", "list<element: int32 not null>"),
        *("double", "bool"),
    ]
    assert row.pop("g").isoformat() == "2020-01-02T03:04:05+00:00"
    assert list(row.values()) == [
        *(1, "x", None, Decimal("1.50"), date(2020, 1, 2), datetime(2020, 1, 2, 3, 4, 5)),
        *("00ff", "1 day, 2:00:00", [1, 2], 1.0, True),
    ]
    assert len(rows(engine, "SELECT * FROM t")) == 1000
    assert rows(engine, "SELECT * FROM t WHERE id < 0") == []
    assert rows(engine, "SELECT id FROM t ORDER BY id DESC LIMIT 2") == [{"id": 999}, {"id": 998}]


def test_instants_are_shown_in_the_time_zone_of_the_connection(warehouse, _java) -> None:
    config = ConnectionConfig("spark", str(warehouse), timezone="America/New_York")
    made = SparkEngine(config)
    sql = f"SELECT {Spark().as_timestamp('1526668202', 'epoch')} AS at"
    assert rows(made, sql) == [{"at": datetime(2018, 5, 18, 14, 30, 2)}]
    made.close()


def test_rows_come_in_batches(engine) -> None:
    with engine.execute(f"SELECT id FROM range(0, {BATCH_ROWS * 3}, 1, 1)") as execution:
        sizes = [batch.num_rows for batch in execution.batches()]
    assert sizes == [BATCH_ROWS] * 3


def test_introspection(engine, warehouse) -> None:
    assert engine.ping().startswith("4.")
    assert engine.databases() == ["spark_catalog"]
    schemas = [(schema.name, schema.is_default) for schema in engine.schemas()]
    assert schemas == [("default", True), ("other", False)]
    tables = [(table.schema, table.name, table.is_view) for table in engine.tables()]
    assert tables == [
        ("default", "t", False),
        ("other", "notes", False),
        ("other", "yearly", False),
    ]
    columns = engine.columns("other", "spark_catalog")["other", "yearly"]
    assert [(column.name, column.data_type) for column in columns] == [
        ("id", "bigint"), ("name", "string"), ("year", "int"),
    ]  # fmt: skip
    sql = "SELECT year, count(*) AS n FROM other.yearly GROUP BY year ORDER BY year"
    assert rows(engine, sql) == [{"year": 2019, "n": 3}, {"year": 2020, "n": 3}]
    assert rows(engine, "SELECT count(note) AS n FROM other.notes") == [{"n": 1}]
    assert "Scan parquet" in engine.explain("SELECT * FROM t WHERE id = 1")
    with pytest.raises(EngineError):
        engine.explain("DROP TABLE t")
    with pytest.raises(EngineError):
        engine.tables("nowhere")


def test_files_that_come_later_are_read(engine, warehouse) -> None:
    place = warehouse / "grows"
    place.mkdir()
    pq.write_table(pa.table({"n": [1]}), place / "a.parquet")
    assert "grows" in {table.name for table in engine.tables("default")}
    assert rows(engine, "SELECT sum(n) AS n FROM grows") == [{"n": 1}]
    pq.write_table(pa.table({"n": [2]}), place / "b.parquet")
    assert rows(engine, "SELECT sum(n) AS n FROM grows") == [{"n": 3}]
    engine._rows("DROP TABLE grows")
    shutil.rmtree(place)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2",
        "CREATE TABLE u (a INT) USING parquet",
        "CREATE TEMPORARY VIEW u AS SELECT 1",
        "DROP TABLE t",
        "DELETE FROM t",
        "INSERT INTO t VALUES (1, 'a')",
        "FROM t INSERT INTO t SELECT id, name",
        "WITH d AS (SELECT 1L, 'a') INSERT INTO t SELECT * FROM d",
        "INSERT OVERWRITE DIRECTORY '{folder}/leak' USING parquet SELECT 1",
        "UPDATE t SET id = 1",
        "TRUNCATE TABLE t",
        "/* SELECT */ DROP TABLE t",
        "-- SELECT\nDROP TABLE t",
        "SELECT 1) SELECT * FROM (SELECT 2",
        "SELECT 1 /* open",
        "BEGIN SELECT 1; END",
        "EXECUTE IMMEDIATE 'DROP TABLE t'",
        "SET spark.sql.ansi.enabled = false",
        "RESET",
        "USE other",
        "CACHE TABLE t",
        "REFRESH TABLE t",
        "ADD JAR '{folder}/a.jar'",
        "EXPLAIN DROP TABLE t",
        "SHOW TABLES",
        "",
        "nonsense",
        "SELECT * FROM no",
        "SELECT 1 / 0",
        "SELECT CAST('a' AS INT)",
        "SELECT TRANSFORM(id) USING 'cat' AS (x) FROM t",
        "FROM (SELECT 1 AS a) MAP a USING 'cat'",
        "SELECT * FROM (SELECT TRANSFORM(id) USING 'touch {folder}/leak' AS (x) FROM t) AS s",
        "SELECT reflect('java.lang.System', 'getenv', 'HOME')",
        "SELECT try_reflect('java.lang.System', 'getenv', 'HOME')",
        "SELECT IDENTIFIER('java_' || 'method')('java.lang.System', 'getenv', 'HOME')",
        "SELECT `reflect` ('java.lang.System', 'getenv', 'HOME')",
        "SELECT * FROM t WHERE name = system.builtin.reflect('java.lang.System', 'getenv', 'HOME')",
        "SELECT * FROM csv.`/etc/passwd`",
        "SELECT * FROM parquet.`{warehouse}/t`",
    ],
)
def test_what_does_not_read_is_refused(engine, warehouse, tmp_path, sql) -> None:
    with pytest.raises(EngineError):
        rows(engine, sql.format(folder=tmp_path, warehouse=warehouse))
    assert rows(engine, "SELECT count(*) AS n FROM t") == [{"n": 1000}]
    assert list(tmp_path.iterdir()) == []


def test_wide_plans_hide_nothing(engine) -> None:
    columns = ", ".join(f"{n} AS c{n}" for n in range(200))
    sql = f"SELECT {columns}, reflect('java.lang.System', 'getenv', 'HOME') AS x"
    with pytest.raises(EngineError, match="methods of Java"):
        rows(engine, sql)


def test_variables_do_not_reach_the_machine(engine) -> None:
    assert rows(engine, "SELECT '${env:HOME}' AS a") == [{"a": "${env:HOME}"}]


@pytest.mark.parametrize(
    "sql",
    [
        "(SELECT 1 AS a)",
        "WITH belvedere_query AS (SELECT 1 AS a) SELECT * FROM belvedere_query",
        "VALUES (1) AS v(a)",
        "FROM VALUES (1) AS v(a)",
        "SELECT 1 AS a -- a comment",
        "/* a comment */ SELECT transform(array(1), x -> x)[0] AS a",
    ],
)
def test_queries_of_any_form_run(engine, sql) -> None:
    assert rows(engine, sql) == [{"a": 1}]


def test_names_may_repeat(engine) -> None:
    with engine.execute("SELECT 1 AS a, 2 AS a") as execution:
        (batch,) = execution.batches()
    assert [column.to_pylist() for column in batch.columns] == [[1], [2]]


def test_messages_say_what_is_wrong(engine) -> None:
    with pytest.raises(EngineError) as caught:
        rows(engine, "SELECT nome FROM t")
    assert str(caught.value).startswith(
        "A column, variable, or function parameter with name `nome`"
    )
    assert "\n" not in str(caught.value)
    assert "Project" not in str(caught.value)
    assert caught.value.sql == "SELECT nome FROM t"
    with pytest.raises(EngineError, match=r"^Only queries can be run here, not DROP$"):
        rows(engine, "DROP TABLE t")
    with pytest.raises(EngineError, match=r"^Syntax error at or near '\w+'$"):
        rows(engine, "SELECT 1 FORM t x")
    with pytest.raises(EngineError, match=r"^Division by zero"):
        rows(engine, "SELECT id / 0 FROM t")


def test_a_failure_in_the_middle_is_an_error(engine) -> None:
    sql = (
        "SELECT CASE WHEN id = 500000 THEN raise_error('boom') ELSE id END AS x "
        "FROM range(0, 1000000, 1, 100)"
    )
    with engine.execute(sql) as execution, pytest.raises(EngineError, match="boom"):
        for _ in execution.batches():
            pass
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_stopping_before_the_first_row(engine) -> None:
    def started(cancel: Any) -> None:
        threading.Timer(1.0, cancel).start()

    with pytest.raises(QueryCancelled):
        rows(engine, SLOW, started=started)
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_stopping_what_is_about_to_start(engine) -> None:
    with pytest.raises(QueryCancelled):
        rows(engine, SLOW, started=lambda cancel: cancel())
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def _running() -> int:
    """How many jobs Spark itself has to do."""
    from pyspark import SparkContext

    return len(SparkContext._active_spark_context.statusTracker().getActiveJobsIds())


def _until_nothing_runs() -> None:
    for _ in range(600):
        if not _running():
            return
        threading.Event().wait(0.05)
    raise AssertionError("Spark still runs what was stopped")


def test_stopping_in_the_middle(engine) -> None:
    with engine.execute(MANY) as execution:
        batches = execution.batches()
        next(batches)
        assert _running()
        execution.cancel()
        execution.cancel()
        with pytest.raises(QueryCancelled):
            for _ in batches:
                pass
    _until_nothing_runs()
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_leaving_early_frees_the_session(engine) -> None:
    for _ in range(5):
        with engine.execute(MANY) as execution:
            next(execution.batches())
    _until_nothing_runs()
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_the_time_limit(engine) -> None:
    rows(engine, "SELECT 1 AS a")
    with pytest.raises(QueryTimeout, match=r"0\.7 seconds"):
        rows(engine, SLOW, timeout=0.7)
    _until_nothing_runs()


def test_a_full_pool_says_so(engine) -> None:
    with (
        engine.execute(MANY),
        engine.execute(MANY),
        pytest.raises(EngineUnavailable, match="All 2 connections are in use"),
    ):
        rows(engine, "SELECT 1 AS a")
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_many_threads_share_the_sessions(warehouse, _java) -> None:
    made = SparkEngine(ConnectionConfig("spark", str(warehouse), max_connections=3))
    found: list[Any] = []

    def ask() -> None:
        for _ in range(3):
            found.extend(rows(made, "SELECT sum(id) AS n FROM t"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.close()
    assert found == [{"n": 499_500}] * 18


def test_a_session_that_ended_in_the_pool_is_replaced(engine) -> None:
    rows(engine, "SELECT 1 AS a")
    session: Any = engine._pool.take(1)
    session._session.client.release_session()
    engine._pool.give_back(session)
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]
    session = engine._pool.take(1)
    session._session.client.release_session()
    engine._pool.give_back(session)
    assert engine.ping()


def test_a_server_elsewhere(_config, _spark) -> None:
    """With a host it is a client only; here of the server in this process, through its port."""
    address = re.fullmatch(r"sc://localhost:(\d+)/;token=(\w+)", spark_local.LOCAL.url(_config))
    assert address is not None
    how = {"host": "localhost", "port": int(address[1]), "username": "somebody"}
    made = SparkEngine(
        ConnectionConfig(
            "spark", "spark_catalog", password=address[2], schema="other",
            options=(("spark.sql.shuffle.partitions", "3"),), **how,
        )
    )  # fmt: skip
    assert rows(made, "SELECT count(*) AS n FROM notes") == [{"n": 2}]
    assert rows(made, "SELECT current_user() AS name") is not None
    assert [schema.name for schema in made.schemas("spark_catalog")] == ["default", "other"]
    made.close()
    made = SparkEngine(ConnectionConfig("spark", password="wrong", **how))
    with pytest.raises(EngineUnavailable):
        made.ping()


class _Builder:
    """Starts on a port that somebody has taken, as often as it is told."""

    def __init__(self, taken: int) -> None:
        self.taken, self.ports = taken, []

    def __getattr__(self, _: str) -> Any:
        return lambda *_: self

    def config(self, name: str, value: str) -> _Builder:
        if name == "spark.connect.grpc.binding.port":
            self.ports.append(value)
        return self

    def getOrCreate(self) -> Any:  # noqa: N802  as Spark calls it
        if len(self.ports) <= self.taken:
            raise RuntimeError("java.net.BindException: Failed to bind to address")
        return SimpleNamespace(stop=lambda: None)


@pytest.mark.parametrize(("taken", "starts"), [(0, True), (2, True), (9, False)])
def test_a_port_that_was_taken_meanwhile(monkeypatch, _java, taken, starts) -> None:
    builder = _Builder(taken)
    session = SimpleNamespace(SparkSession=SimpleNamespace(builder=builder))
    monkeypatch.setattr(spark_local, "pyspark", lambda _: session)
    if starts:
        url = spark_local._started(ConnectionConfig("spark"), None)
        assert url.startswith(f"sc://localhost:{builder.ports[taken]}/")
    else:
        with pytest.raises(EngineUnavailable, match=r"could not be started: .*BindException"):
            spark_local._started(ConnectionConfig("spark"), None)


def test_what_cannot_be_reached(_config, _spark, tmp_path, free_port) -> None:
    with pytest.raises(EngineUnavailable, match="no folder of tables"):
        SparkEngine(ConnectionConfig("spark", str(tmp_path / "none"))).ping()
    with pytest.raises(EngineUnavailable, match="other folders need a Spark Connect server"):
        SparkEngine(ConnectionConfig("spark", str(tmp_path))).ping()
    with pytest.raises(EngineUnavailable, match=r"cannot be reached: .*refused"):
        SparkEngine(ConnectionConfig("spark", host="127.0.0.1", port=free_port)).ping()


def test_without_java_it_says_so(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="needs Java 17 or later: set JAVA_HOME"):
        spark_local._started(ConnectionConfig("spark"), None)


# Derived tables


@pytest.fixture
def writer(_config) -> Iterator[SparkEngine]:
    made = SparkEngine(replace(_config, read_only=False))
    yield made
    made.close()


def test_derived_tables_are_kept(engine, writer, warehouse) -> None:
    dialect, layout = Spark(), Persistence(persist_for="1 hour", partition_keys=("part",))
    first, second = (dialect.scratch_table("scratch", f"LR_{n}_t") for n in "12")
    select = "SELECT id, id % 2 AS part FROM t WHERE id < 4"
    writer.build("LR_1_t", [dialect.create_table_as(first, select, layout)])
    assert rows(engine, f"SELECT sum(id) AS n FROM {first}") == [{"n": 6}]
    grown = dialect.create_table_as(second, f"SELECT * FROM {first} WHERE id < 3", layout)
    more = dialect.insert(second, "WITH more AS (SELECT 10L AS a, 0L AS b) SELECT * FROM more")
    writer.build("LR_2_t", [grown, more], reads=["LR_1_t"])
    assert rows(engine, f"SELECT sum(id) AS n FROM {second} WHERE part = 0") == [{"n": 12}]
    assert (warehouse / "scratch.db" / "lr_2_t").is_dir()  # where another start finds it
    writer.drop("LR_1_t", dialect.drop_table(first))
    with pytest.raises(EngineError):
        rows(engine, f"SELECT * FROM {first}")
    with pytest.raises(EngineError, match="only reads"):
        engine.build(
            "LR_3_t", [f"CREATE TABLE {dialect.scratch_table('scratch', 'LR_3_t')} (a INT)"]
        )
    writer.drop("LR_2_t", dialect.drop_table(second))
    writer._write(["DROP DATABASE scratch"], checked=True)


def test_a_build_that_fails_or_is_stopped_leaves_nothing(engine, writer) -> None:
    table = Spark().scratch_table("scratch", "LR_4_t")
    for last, kind in (("INSERT INTO nowhere VALUES (1)", EngineError), ("", QueryCancelled)):
        statements = [f"CREATE TABLE {table} (a BIGINT)", last or f"INSERT INTO {table} {SLOW}"]

        def started(cancel: Any) -> None:
            if not last:  # noqa: B023  called at once
                threading.Timer(2.0, cancel).start()

        with pytest.raises(kind):
            writer.build("LR_4_t", statements, started=started)
        assert engine.tables("scratch") == []
    writer._write(["DROP DATABASE scratch"], checked=True)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE scratch.LR_5_t USING csv OPTIONS (path '/etc/passwd')",
        "CREATE TABLE scratch.LR_5_t USING parquet LOCATION '{folder}/x' AS SELECT 1 AS a",
        "CREATE TABLE scratch.LR_5_t (a STRING COMMENT 'unresolvedtablespec(None, optionlist(), None, ') LOCATION '{folder}/x'",
        "CREATE TABLE scratch.LR_5_t USING jdbc OPTIONS (url 'jdbc:x')",
        "CREATE TABLE scratch.LR_5_t LIKE t LOCATION '{folder}/x'",
        "CREATE TABLE scratch.LR_5_t AS SELECT reflect('java.lang.System', 'getenv', 'HOME') AS a",
        "INSERT OVERWRITE DIRECTORY '{folder}/x' USING parquet SELECT 'scratch.LR_5_t'",
        "LOAD DATA INPATH '/etc/passwd' INTO TABLE scratch.LR_5_t",
        "CREATE FUNCTION LR_5_t AS 'a.b'",
        "ADD JAR '{folder}/LR_5_t.jar'",
        "SET spark.sql.ansi.enabled = false -- LR_5_t",
        "DROP DATABASE other CASCADE -- LR_5_t",
        "TRUNCATE TABLE t -- LR_5_t",
    ],
)
def test_what_makes_a_table_stays_in_the_folder(engine, writer, tmp_path, statement) -> None:
    with pytest.raises(EngineError):
        writer.build("LR_5_t", [statement.format(folder=tmp_path)])
    assert list(tmp_path.iterdir()) == []
    assert rows(engine, "SELECT count(*) AS n FROM t") == [{"n": 1000}]
    writer._write(["DROP DATABASE IF EXISTS scratch"], checked=True)
    assert [schema.name for schema in engine.schemas()] == ["default", "other"]


def test_it_writes_no_text_and_closes(engine) -> None:
    assert engine.write_csv("SELECT 1") is None
    rows(engine, "SELECT 1 AS a")
    engine.close()
    with pytest.raises(EngineUnavailable, match="closed"):
        rows(engine, "SELECT 1 AS a")


# Through the API

FRONT_DOOR = """
connection: "spark"
datagroup: daily { sql_trigger: SELECT max(id) FROM t ;; }
view: kept {
  derived_table: {
    datagroup_trigger: daily
    publish_as_db_view: yes
    sql: SELECT id % 2 AS part, count(*) AS many FROM t GROUP BY 1 ;;
  }
  dimension: part { type: number }
  measure: many { type: sum sql: ${TABLE}.many ;; }
}
explore: kept {}
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Instance]:
    loop = Loop()
    made = Instance(load(tmp_path / "home", {}), loop)
    yield made
    made.close()
    loop.close()


def test_tables_are_kept_and_published_through_the_api(_config, writer, served, tmp_path) -> None:
    admin = served.as_role("Admin")
    body = {"name": "spark", "dialect_name": "spark", "database": _config.database}
    body |= {"tmp_db_name": "scratch", "max_connections": 2, "pool_timeout": 20}
    assert admin.post("/connections", body).status == 200
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "kept.model.lkml").write_text(FRONT_DOOR)
    with served.services.database.session() as session:
        models.add_project(session, "kept", folder, clock.now())
        models.register(session, "kept", "kept", "spark", clock.now())
    query = {"model": "kept", "view": "kept", "fields": ["kept.part", "kept.many"]}
    query["sorts"] = ["kept.part"]
    detail = admin.post("/queries/run/json_detail", query).json()
    assert "scratch.`LR_" in detail["sql"]
    expected = [{"part": 0, "many": 500}, {"part": 1, "many": 500}]
    assert [row["kept.many"]["value"] for row in detail["data"]] == [500, 500]
    for _ in range(2):  # made, then made again by Spark's own statement
        served.skip(minutes=6)
        served.services.regenerator.regenerate()
        sql = "SELECT part, many FROM scratch.kept_kept ORDER BY part"
        slug = admin.post("/sql_queries", {"connection_name": "spark", "sql": sql}).json()["slug"]
        assert admin.post(f"/sql_queries/{slug}/run/json?cache=false").json() == expected
        assert admin.post("/queries/run/json?rebuild_pdts=true&cache=false", query).status == 200
    (folder / "kept.model.lkml").write_text(FRONT_DOOR.replace("publish_as_db_view: yes", ""))
    served.services.models.project("kept")
    served.skip(minutes=25 * 60)
    served.services.regenerator.regenerate()
    assert writer.relation("scratch", "kept_kept") is None
    writer._write(["DROP DATABASE scratch CASCADE"], checked=True)
