"""What dialects without a database at hand write, translated to DuckDB and run there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest
import sqlglot
from tests.engines.test_dialect_time import MOMENTS, TIMEFRAMES, elapsed, expected, pairs
from tests.unit.compiler.text_model import UNITS

from belvedere.compiler import dialects
from belvedere.compiler.dialects import Calendar
from belvedere.compiler.dialects.templated import hashed_sum, keys

GRAMMARS = {
    "bigquery_standard_sql": "bigquery",
    "snowflake": "snowflake",
    "redshift": "redshift",
    "trino": "trino",
    "presto": "presto",
    "mssql": "tsql",
}
CALENDAR = Calendar("sunday", 3)
PORTABLE = [
    *("week", "day_of_week_index", "year", "hour_of_day", "day_of_year", "month", "quarter"),
    "fiscal_year",
]
"""Timeframes whose SQL the translation knows everywhere."""


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE moments (place INTEGER, x TIMESTAMP)")
        connection.executemany("INSERT INTO moments VALUES (?, ?)", [*enumerate(MOMENTS)])
        connection.execute("CREATE TABLE pairs (place INTEGER, s TIMESTAMP, e TIMESTAMP)")
        rows = [(place, *pair) for place, pair in enumerate(pairs())]
        connection.executemany("INSERT INTO pairs VALUES (?, ?, ?)", rows)
        yield connection


def values(database: duckdb.DuckDBPyConnection, name: str, sql: str, table: str) -> list[Any]:
    statement = f"SELECT {sql} AS v FROM {table} ORDER BY place"
    (translated,) = sqlglot.transpile(statement, read=GRAMMARS[name], write="duckdb")
    return [row[0] for row in database.execute(translated).fetchall()]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", GRAMMARS)
def test_durations_count_whole_units(
    database: duckdb.DuckDBPyConnection, name: str, unit: str
) -> None:
    found = values(database, name, dialects.get(name).duration(unit, "s", "e"), "pairs")
    # The translation does not know that numbers are whole, which then divide to whole ones.
    assert [int(value) for value in found] == [elapsed(unit, *pair) for pair in pairs()]


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_timeframes_of_presto(database: duckdb.DuckDBPyConnection, timeframe: str) -> None:
    dialect = dialects.get("presto")
    period = dialect.period("x", timeframe, CALENDAR)
    for sql in ("x", *([dialect.period_start(period, timeframe, CALENDAR)] if period else [])):
        shown = dialect.timeframe(sql, timeframe, CALENDAR)
        found = values(database, "presto", shown, "moments")
        assert found == [expected(moment, timeframe, CALENDAR) for moment in MOMENTS]


@pytest.mark.parametrize("name", ["redshift", "trino"])
@pytest.mark.parametrize("timeframe", PORTABLE)
def test_timeframes_of_others(
    database: duckdb.DuckDBPyConnection, name: str, timeframe: str
) -> None:
    found = values(
        database, name, dialects.get(name).timeframe("x", timeframe, CALENDAR), "moments"
    )
    assert found == [expected(moment, timeframe, CALENDAR) for moment in MOMENTS]


def test_sums_by_hash_count_each_key_once() -> None:
    rows = (
        "(1, 1, 2.5), (1, 1, 2.5), (1, 2, 2.5), (1, 3, NULL), (2, NULL, 9), (3, 4, NULL), (3, 4, 7)"
    )
    total = hashed_sum("v", "k", "CAST(hash(k) % 1000000007 AS DECIMAL(28, 9))", "v")
    found = duckdb.sql(
        f"SELECT g, {total}, {keys('v', 'k')} FROM (VALUES {rows}) AS t(g, k, v) "
        "GROUP BY g ORDER BY g"
    ).fetchall()
    assert found == [(1, Decimal(5), 2), (2, None, 0), (3, Decimal(7), 1)]
