"""Subtotals are what counting the rows of each group by hand gives, for every kind of measure."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from statistics import mean
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.engines.conftest import Database
from tests.engines.test_query_rows import answer, dimension, measure

from belvedere.compiler import compile_query
from belvedere.compiler.request import Request, Sort
from belvedere.lookml.model import Explore, Model, View
from belvedere.results.shape import Shaped, Tables, shape
from belvedere.results.shaped import ROW_TOTAL

MEASURES = ("t.count", "t.kinds", "t.total", "t.mean", "t.least", "t.share")
DIMENSIONS = ("a", "b", "c")
TEXTS = st.sampled_from([None, "x", "y", "", "O'Brien", "null"])
ROWS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS, st.none() | st.integers(-3, 3)), max_size=14)


def model() -> Model:
    fields = [
        dimension("id", type="number", primary_key=True),
        *(dimension(name, type="string") for name in DIMENSIONS),
        measure("count", "count"),
        measure("kinds", "count_distinct", "${TABLE}.v"),
        measure("total", "sum", "${TABLE}.v"),
        measure("mean", "average", "${TABLE}.v"),
        measure("least", "min", "${TABLE}.v"),
        measure("share", "number", "1.0 * ${total} / NULLIF(${count}, 0)"),
    ]
    view = View(name="t", sql_table_name="s", fields={f.name: f for f in fields}, primary_key="id")
    explore = Explore(name="t", base="t", base_view="t")
    return Model(name="m", project="p", version="s", explores={"t": explore}, views={"t": view})


MODEL = model()


def prepare(database: Database, rows: list[tuple[Any, ...]]) -> None:
    database.run("DROP TABLE IF EXISTS s")
    columns = ", ".join(f"{name} VARCHAR(20)" for name in DIMENSIONS)
    database.run(f"CREATE TABLE s (id INTEGER, {columns}, v INTEGER)")
    for number, (*texts, value) in enumerate(rows):
        written = ["NULL" if text is None else database.dialect.string(text) for text in texts]
        written.append("NULL" if value is None else str(value))
        database.run(f"INSERT INTO s VALUES ({number}, {', '.join(written)})")


def ask(database: Database, fields: tuple[str, ...], **facts: Any) -> Shaped:
    request = Request(MODEL, "t", (*fields, *MEASURES), datetime.now(UTC), **facts)
    compiled = compile_query(request, database.dialect)
    parts = {name: answer(database, part) for name, part in compiled.parts().items()}
    return shape(compiled, Tables.of(parts))


def measured(rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    values = [row[3] for row in rows if row[3] is not None]
    average = mean(values) if values else None
    share = sum(values) / len(rows)
    return len(rows), len(set(values)), sum(values), average, min(values, default=None), share


def close(found: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    plain = tuple(None if value is None else float(value) for value in found)
    assert plain == pytest.approx(expected, abs=1e-4)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=ROWS,
    levels=st.sets(st.sampled_from(DIMENSIONS)),
    limit=st.none() | st.integers(1, 6),
    least=st.none() | st.integers(1, 2),
)
def test_groups_of_the_rows_shown(
    database: Database,
    rows: list[tuple[Any, ...]],
    levels: set[str],
    limit: int | None,
    least: int | None,
) -> None:
    """Row limit and measure filter decide which groups are shown, not what they add up to."""
    prepare(database, rows)
    found = ask(
        database,
        ("t.a", "t.b", "t.c"),
        subtotals=tuple(f"t.{name}" for name in levels),
        sorts=(Sort("t.b", descending=True), Sort("t.a")),
        limit=limit,
        filters={} if least is None else {"t.count": f">={least}"},
    )
    depths = [depth for depth, name in enumerate("ab", 1) if name in levels]
    assert [len(level.dimensions) for level in found.subtotals] == depths
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        for depth in depths:
            groups[row[:depth]].append(row)
    for level in found.subtotals:
        names = level.dimensions
        shown = dict.fromkeys(tuple(row[name] for name in names) for row in found.rows)
        assert [tuple(row[name] for name in names) for row in level.rows] == list(shown)
        for row in level.rows:
            group = tuple(row[name] for name in names)
            close(tuple(row[name] for name in MEASURES), measured(groups[group]))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, limit=st.integers(1, 6), column_limit=st.integers(1, 3), totals=st.booleans())
def test_groups_of_a_pivoted_result(
    database: Database,
    rows: list[tuple[Any, ...]],
    limit: int,
    column_limit: int,
    totals: bool,
) -> None:
    prepare(database, rows)
    found = ask(
        database,
        ("t.a", "t.b", "t.c"),
        pivots=("t.c",),
        subtotals=("t.a",),
        row_total="left" if totals else None,
        limit=limit,
        column_limit=column_limit,
    )
    (level,) = found.subtotals
    assert [row["t.a"] for row in level.rows] == list(
        dict.fromkeys(row["t.a"] for row in found.rows)
    )
    for row in level.rows:
        group = [one for one in rows if one[0] == row["t.a"]]
        for column in found.columns:
            value = tuple(row[name][column.key] for name in MEASURES)
            if column.is_total:
                close(value, measured(group))
                continue
            cell = [one for one in group if one[2] == column.data["t.c"]]
            assert all(item is None for item in value) if not cell else True
            if cell:
                close(value, measured(cell))
        assert (ROW_TOTAL in row["t.count"]) == totals


def test_what_has_no_subtotals(database: Database) -> None:
    """The last row dimension's are the rows themselves; a measure is no dimension."""
    prepare(database, [("x", "y", "x", 1)])
    request = Request(
        MODEL,
        "t",
        ("t.a", "t.b", "t.count"),
        datetime.now(UTC),
        subtotals=("t.b", "t.count", "t.gone"),
    )
    compiled = compile_query(request, database.dialect)
    assert not compiled.subtotals
    assert [warning.field for warning in compiled.warnings] == ["t.count", "t.gone"]
