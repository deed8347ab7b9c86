"""Whole queries, pivots, totals and time zones included, give what counting by hand gives."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.engines.conftest import Database

from belvedere.compiler import compile_query
from belvedere.compiler.compiled import SqlPart
from belvedere.compiler.request import Request, Sort
from belvedere.lookml.model import Category, Explore, Field, Model, View
from belvedere.results.shape import Tables, shape
from belvedere.results.shaped import ROW_TOTAL

ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Europe/Berlin")
READ = {
    "date": lambda at: f"{at:%Y-%m-%d}",
    "week": lambda at: f"{at - timedelta(days=at.weekday()):%Y-%m-%d}",
    "month": lambda at: f"{at:%Y-%m}",
    "quarter": lambda at: f"{at:%Y}-Q{(at.month + 2) // 3}",
    "year": lambda at: at.year,
    "hour": lambda at: f"{at:%Y-%m-%d %H}",
    "hour_of_day": lambda at: at.hour,
    "day_of_week": lambda at: f"{at:%A}",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ROWS = st.lists(
    st.tuples(
        st.none()
        | st.datetimes(datetime(2019, 10, 25), datetime(2021, 4, 5)).map(
            lambda at: at.replace(microsecond=0)
        ),
        st.sampled_from([None, "b", "a", "", "O'Brien", "null"]),
        st.none() | st.integers(-3, 3),
    ),
    max_size=12,
)


def dimension(name: str, **facts: Any) -> Field:
    return Field(name=name, view="t", category=Category.dimension, **facts)


def measure(name: str, kind: str, sql: str | None = None) -> Field:
    return Field(name=name, view="t", category=Category.measure, type=kind, sql=sql)


def model() -> Model:
    fields = [
        dimension("id", type="number", primary_key=True),
        dimension("g", type="string"),
        *(
            dimension(
                f"at_{timeframe}",
                type=f"date_{timeframe}",
                timeframe=timeframe,
                dimension_group="at",
                sql="${TABLE}.happened",
            )
            for timeframe in READ
        ),
        measure("count", "count"),
        measure("total", "sum", "${TABLE}.v"),
        measure("least", "min", "${TABLE}.v"),
    ]
    view = View(name="t", sql_table_name="t", fields={f.name: f for f in fields}, primary_key="id")
    explore = Explore(name="t", base="t", base_view="t")
    return Model(name="m", project="p", version="1", explores={"t": explore}, views={"t": view})


MODEL = model()
MEASURES = ("t.count", "t.total", "t.least")


def prepare(database: Database, rows: list[tuple[Any, ...]]) -> None:
    dialect = database.dialect
    database.run("DROP TABLE IF EXISTS t")
    happened = database.column_type("TIMESTAMP")
    database.run(f"CREATE TABLE t (id INTEGER, happened {happened}, g VARCHAR(20), v INTEGER)")
    for number, (at, group, value) in enumerate(rows):
        literals = (
            "NULL" if at is None else dialect.timestamp(at),
            "NULL" if group is None else dialect.string(group),
            "NULL" if value is None else str(value),
        )
        database.run(f"INSERT INTO t VALUES ({number}, {', '.join(literals)})")


def answer(database: Database, part: SqlPart) -> pa.Table:
    rows = database.run(part.sql)
    names = [column.name for column in part.columns]
    return pa.table({name: [row[n] for row in rows] for n, name in enumerate(names)})


def measured(rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    values = [value for _, _, value in rows if value is not None]
    return len(rows), sum(values), min(values, default=None)


def in_order(values: Any, *, descending: bool = False) -> list[Any]:
    """Nulls last either way; days of the week by their place in it."""
    known = [value for value in values if value is not None]
    place = DAYS.index if known and known[0] in DAYS else lambda value: value
    return sorted(known, key=place, reverse=descending) + [None] * (None in values)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=ROWS,
    timeframe=st.sampled_from(sorted(READ)),
    zone=st.sampled_from(ZONES),
    descending=st.booleans(),
    limit=st.integers(1, 4),
    column_limit=st.integers(1, 4),
)
@pytest.mark.parametrize("pivoted_time", [False, True])
def test_pivots_and_totals(
    database: Database,
    rows: list[tuple[Any, ...]],
    timeframe: str,
    zone: str,
    descending: bool,
    limit: int,
    column_limit: int,
    pivoted_time: bool,
) -> None:
    prepare(database, rows)
    time = f"t.at_{timeframe}"
    down, across = ("t.g", time) if pivoted_time else (time, "t.g")
    request = Request(
        MODEL,
        "t",
        (down, across, *MEASURES),
        datetime.now(UTC),
        pivots=(across,),
        sorts=(Sort(across), Sort(down, descending)),
        limit=limit,
        column_limit=column_limit,
        total=True,
        row_total="right",
        timezone=zone,
        database_timezone="UTC",
    )
    compiled = compile_query(request, database.dialect)
    found = shape(
        compiled,
        Tables.of({name: answer(database, part) for name, part in compiled.parts().items()}),
    )

    def key(row: tuple[Any, ...]) -> tuple[Any, Any]:
        at, group, _ = row
        if at is not None:
            local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
            at = READ[timeframe](local)
        return (group, at) if pivoted_time else (at, group)

    cells: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        row_key, column_key = key(row)
        for place in ((row_key, column_key), (row_key,), (None, column_key, "total"), ()):
            cells[place].append(row)
    columns = in_order({place[1] for place in cells if len(place) == 2})
    names = in_order({place[0] for place in cells if len(place) == 2}, descending=descending)

    shown = [column for column in found.columns if not column.is_total]
    assert [column.data[across] for column in shown] == columns[:column_limit]
    assert [row[down] for row in found.rows] == names[:limit]
    for row in found.rows:
        for column in shown:
            place = (row[down], column.data[across])
            expected = measured(cells[place]) if place in cells else (None,) * 3
            assert tuple(row[name][column.key] for name in MEASURES) == expected
        whole = tuple(row[name][ROW_TOTAL] for name in MEASURES)
        assert whole == measured(cells[(row[down],)])
    assert found.totals is not None
    for column in shown:
        total = tuple(found.totals[name][column.key] for name in MEASURES)
        assert total == measured(cells[(None, column.data[across], "total")])
    assert tuple(found.totals[name][ROW_TOTAL] for name in MEASURES) == measured(cells[()])


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, zone=st.sampled_from(ZONES), data=st.data())
def test_filters_by_local_dates(
    database: Database, rows: list[tuple[Any, ...]], zone: str, data: st.DataObject
) -> None:
    prepare(database, rows)
    first = data.draw(st.dates(datetime(2019, 10, 20).date(), datetime(2021, 4, 5).date()))
    days = data.draw(st.integers(1, 200))
    request = Request(
        MODEL,
        "t",
        ("t.at_date", "t.count"),
        datetime.now(UTC),
        filters={"t.at_date": f"{first} for {days} days"},
        timezone=zone,
        database_timezone="UTC",
        limit=None,
    )
    found = database.run(compile_query(request, database.dialect).sql)
    expected: dict[str, int] = defaultdict(int)
    for at, _, _ in rows:
        if at is None:
            continue
        local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
        if first <= local < first + timedelta(days=days):
            expected[local.isoformat()] += 1
    assert dict(found) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"filters": {"t.count": ">0"}}, [0, 1, 2]),
        ({"filters": {"t.total": ">=2"}}, [1, 2]),
        ({"sorts": (Sort("t.total", descending=True),)}, [2, 1, 0]),
    ],
)
def test_measures_that_are_not_shown_count_beside_the_primary_key(
    database: Database, asked: dict[str, Any], expected: list[int]
) -> None:
    prepare(database, [(None, "a", 1), (None, "a", 2), (None, "b", 3)])
    request = Request(MODEL, "t", ("t.id",), datetime.now(UTC), **asked)
    found = database.run(compile_query(request, database.dialect).sql)
    assert [row[0] for row in found] == expected


def test_days_are_sorted_where_groups_are_filtered(database: Database) -> None:
    """By what is not selected, as is the measure that decides."""
    days = [datetime(2021, 3, day, 12) for day in range(1, 8)]
    prepare(database, [(day, None, day.day - 2) for day in reversed(days)])
    request = Request(
        MODEL,
        "t",
        ("t.at_day_of_week", "t.count"),
        datetime.now(UTC),
        sorts=(Sort("t.at_day_of_week", descending=True),),
        filters={"t.least": ">=0"},
        limit=3,
    )
    found = database.run(compile_query(request, database.dialect).sql)
    assert found == [("Sunday", 1), ("Saturday", 1), ("Friday", 1)]
    plain = replace(request, sorts=(Sort("t.at_day_of_week"),))
    found = database.run(compile_query(plain, database.dialect).sql)
    assert found == [("Tuesday", 1), ("Wednesday", 1), ("Thursday", 1)]
