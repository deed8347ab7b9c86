"""Any tree of joins gives the numbers that counting by hand gives."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from random import Random
from statistics import median

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from belvedere.compiler import compile_query
from belvedere.compiler.dialects import get
from belvedere.compiler.request import Request
from belvedere.lookml.model import Category, Explore, Field, Join, Model, View

ALIASES = ("a", "b", "c", "d")
TYPES = ("count", "sum", "average", "min", "max", "count_distinct", "median")
DATABASE = duckdb.connect(config={"threads": 1})


def view(name: str) -> View:
    def dimension(field: str, **options: object) -> Field:
        return Field(name=field, view=name, category=Category.dimension, type="number", **options)

    def measure(kind: str) -> Field:
        sql = None if kind == "count" else "${v}"
        return Field(name=f"m_{kind}", view=name, category=Category.measure, type=kind, sql=sql)

    fields = [
        dimension("id", primary_key=True),
        dimension("g"),
        dimension("v"),
        *(dimension(f"{other}_id") for other in ALIASES),
        *(measure(kind) for kind in TYPES),
    ]
    return View(
        name=name,
        sql_table_name=f"t_{name}",
        fields={field.name: field for field in fields},
        primary_key="id",
    )


@st.composite
def cases(draw: st.DrawFn):
    size = draw(st.integers(2, 4))
    aliases = ALIASES[:size]
    small = st.one_of(st.none(), st.integers(0, 2))
    rows = {}
    for alias in aliases:
        ids = range(1, draw(st.integers(0 if alias != "a" else 1, 5)) + 1)
        rows[alias] = [{"id": i, "g": draw(small), "v": draw(small)} for i in ids]
    joins = []
    for position, alias in enumerate(aliases[1:], 1):
        parent = aliases[draw(st.integers(0, position - 1))]
        kind = draw(st.sampled_from(["many_to_one", "one_to_many", "one_to_one"]))
        if kind == "one_to_one":
            on = ("id", "id")
        else:
            holder, target = (parent, alias) if kind == "many_to_one" else (alias, parent)
            choices = [None, 99, *(row["id"] for row in rows[target])]
            for row in rows[holder]:
                row[f"{target}_id"] = draw(st.sampled_from(choices))
            on = (f"{alias}_id", "id") if kind == "many_to_one" else ("id", f"{parent}_id")
        joins.append((alias, parent, kind, on, draw(st.sampled_from(["left_outer", "inner"]))))
    dimensions = [f"{alias}.g" for alias in aliases if draw(st.booleans())]
    measures = draw(
        st.lists(
            st.tuples(st.sampled_from(aliases), st.sampled_from(TYPES)),
            min_size=1,
            max_size=5,
            unique=True,
        )
    )
    filters = {
        f"{alias}.g": draw(st.sampled_from(["1", "NULL", "NOT NULL", "NOT 1", ">0"]))
        for alias in aliases
        if draw(st.integers(0, 3)) == 0
    }
    return aliases, rows, joins, dimensions, measures, filters


TESTS = {
    "1": lambda g: g == 1,
    "NULL": lambda g: g is None,
    "NOT NULL": lambda g: g is not None,
    "NOT 1": lambda g: g != 1,
    ">0": lambda g: g is not None and g > 0,
}


def joined(rows, joins):
    combined = [{"a": row} for row in rows["a"]]
    for alias, parent, _, (left, right), kind in joins:
        widened = []
        for row in combined:
            value = (row[parent] or {}).get(left)
            found = [r for r in rows[alias] if value is not None and r.get(right) == value]
            if not found and kind == "left_outer":
                found = [None]
            widened += [{**row, alias: match} for match in found]
        combined = widened
    return combined


def measured(kind: str, rows: list[dict]) -> object:
    values = [row["v"] for row in rows if row["v"] is not None]
    if kind == "count":
        return len(rows)
    if kind == "sum":
        return sum(values)
    if kind == "count_distinct":
        return len(set(values))
    if not values:
        return None
    return {"average": lambda v: sum(v) / len(v), "min": min, "max": max, "median": median}[kind](
        values
    )


def by_hand(rows, joins, dimensions, measures, filters):
    def value(row, name):
        alias = name.partition(".")[0]
        return (row[alias] or {}).get("g")

    groups: dict[tuple, list] = {}
    for row in joined(rows, joins):
        if all(TESTS[text](value(row, name)) for name, text in filters.items()):
            groups.setdefault(tuple(value(row, name) for name in dimensions), []).append(row)
    if not dimensions:
        groups.setdefault((), [])
    answer = {}
    for key, members in groups.items():
        cells = []
        for alias, kind in measures:
            distinct = {row[alias]["id"]: row[alias] for row in members if row[alias]}
            cells.append(measured(kind, list(distinct.values())))
        answer[key] = cells
    return answer


def run(aliases, rows, joins, dimensions, measures, filters):
    for alias in aliases:
        columns = ["id", "g", "v", *(f"{other}_id" for other in ALIASES)]
        typed = ", ".join(f"{column} INTEGER" for column in columns)
        DATABASE.execute(f"CREATE OR REPLACE TABLE t_{alias} ({typed})")
        if rows[alias]:
            one = f"({', '.join('?' * len(columns))})"
            values = [row.get(column) for row in rows[alias] for column in columns]
            every = ", ".join([one] * len(rows[alias]))
            DATABASE.execute(f"INSERT INTO t_{alias} VALUES {every}", values)
    explore = Explore(
        name="a",
        base="a",
        base_view="a",
        joins=tuple(
            Join(
                name=alias,
                view=alias,
                type=kind,
                relationship=relationship,
                sql_on=f"${{{parent}.{left}}} = ${{{alias}.{right}}}",
            )
            for alias, parent, relationship, (left, right), kind in joins
        ),
    )
    model = Model(
        name="m",
        project="p",
        version=repr(joins),
        explores={"a": explore},
        views={alias: view(alias) for alias in aliases},
    )
    fields = (*dimensions, *(f"{alias}.m_{kind}" for alias, kind in measures))
    request = Request(
        model, "a", fields, datetime.now(UTC), filters=filters, limit=None, unsorted=True
    )
    compiled = compile_query(request, get("duckdb"))
    found = DATABASE.execute(compiled.sql).fetchall()
    width = len(dimensions)
    return compiled, {tuple(row[:width]): list(row[width:]) for row in found}


def same(left: object, right: object) -> bool:
    if left is None or right is None:
        return left is right
    return math.isclose(float(left), float(right), rel_tol=1e-9)


def likely_case(seed: int):
    """A query as people ask them: several views measured, rows that do meet one another. What
    hypothesis draws is small and mostly has none of that.
    """
    dice = Random(seed)
    aliases = ALIASES[: dice.choice([2, 3, 3, 4, 4, 4])]
    rows = {
        alias: [
            {"id": i, "g": dice.choice([None, 0, 1, 2]), "v": dice.choice([None, 1, 2, 5])}
            for i in range(1, dice.choice([3, 4, 6] if alias == "a" else range(7)) + 1)
        ]
        for alias in aliases
    }
    joins = []
    for position, alias in enumerate(aliases[1:]):
        parent = aliases[dice.randint(0, position)]
        kind = dice.choice([*["many_to_one", "one_to_many"] * 3, "one_to_one"])
        on = ("id", "id")
        if kind != "one_to_one":
            holder, target = (parent, alias) if kind == "many_to_one" else (alias, parent)
            choices = [None, 99, *[row["id"] for row in rows[target]] * 3]
            for row in rows[holder]:
                row[f"{target}_id"] = dice.choice(choices)
            on = (f"{alias}_id", "id") if kind == "many_to_one" else ("id", f"{parent}_id")
        joins.append((alias, parent, kind, on, dice.choice([*["left_outer"] * 3, "inner"])))
    dimensions = [f"{alias}.g" for alias in aliases if dice.random() < 0.25]
    measures = {
        (alias, dice.choice(TYPES if dice.random() < 0.3 else ["count", "sum"]))
        for alias in dice.choices(aliases, k=dice.randint(1, 4))
    }
    filters = {f"{alias}.g": dice.choice([*TESTS]) for alias in aliases if dice.random() < 0.1}
    return aliases, rows, joins, dimensions, sorted(measures), filters


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_any_join_tree_agrees_with_counting_by_hand(case) -> None:
    check(case)


@pytest.mark.parametrize("hundred", range(8))
def test_queries_over_rows_that_meet_agree_with_counting_by_hand(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        check(likely_case(seed))


def check(case) -> None:
    aliases, rows, joins, dimensions, measures, filters = case
    used = {name.partition(".")[0] for name in (*dimensions, *filters)} | {
        alias for alias, _ in measures
    }
    joins = _needed(joins, used)
    compiled, found = run(aliases, rows, joins, dimensions, measures, filters)
    expected = by_hand(rows, joins, dimensions, measures, filters)
    assert found.keys() == expected.keys(), (compiled.sql, case)
    for key, cells in expected.items():
        for left, right in zip(cells, found[key], strict=True):
            assert same(left, right), (key, cells, found[key], compiled.sql, case)


def _needed(joins, used):
    """Only joins that the query needs are emitted; unneeded inner joins do not filter."""
    wanted = set(used)
    for alias, parent, *_ in reversed(joins):
        if alias in wanted:
            wanted.add(parent)
    return [join for join in joins if join[0] in wanted]


def test_an_inner_join_beyond_a_fan_out_drops_rows_that_meet_nothing_there() -> None:
    rows = {
        "a": [{"id": 1, "g": None, "v": 2}, {"id": 2, "g": None, "v": 3}],
        "b": [{"id": 1, "g": 5, "v": 1, "a_id": 1, "d_id": 1}],
        "c": [],
        "d": [{"id": 1, "g": 7, "v": 1}],
    }
    joins = [
        ("b", "a", "one_to_many", ("id", "a_id"), "left_outer"),
        ("d", "b", "many_to_one", ("d_id", "id"), "inner"),
    ]
    compiled, found = run(ALIASES, rows, joins, ["d.g"], [("a", "sum")], {})
    assert found == {(7,): [2]}, compiled.sql


def numbered(count: int, **keys) -> list[dict]:
    return [
        {"id": i, "g": None, "v": i, **{name: key(i) for name, key in keys.items()}}
        for i in range(1, count + 1)
    ]


def test_views_that_are_reached_from_the_same_rows_are_counted_once_each() -> None:
    """Items with their customers and their products: neither of the two repeats."""
    rows = {
        "a": numbered(6, b_id=lambda i: i % 3 + 1, c_id=lambda i: i % 2 + 1),
        "b": numbered(3),
        "c": numbered(2),
    }
    joins = [
        ("b", "a", "many_to_one", ("b_id", "id"), "left_outer"),
        ("c", "a", "many_to_one", ("c_id", "id"), "left_outer"),
    ]
    measures = [("b", "count"), ("c", "count"), ("b", "sum"), ("c", "average")]
    compiled, found = run(ALIASES[:3], rows, joins, [], measures, {})
    assert found == {(): [3, 2, 6, 1.5]}, compiled.sql


def test_rows_that_share_only_what_they_belong_to_are_counted_once_each() -> None:
    """Orders of customers beside the visits of customers, which nothing else ties together."""
    rows = {
        "a": numbered(6, b_id=lambda i: i % 2 + 1),
        "b": numbered(2),
        "c": numbered(6, b_id=lambda i: i % 3 + 1),
    }
    joins = [
        ("b", "a", "many_to_one", ("b_id", "id"), "left_outer"),
        ("c", "b", "one_to_many", ("id", "b_id"), "left_outer"),
    ]
    compiled, found = run(ALIASES[:3], rows, joins, [], [("a", "count"), ("c", "count")], {})
    assert found == {(): [6, 4]}
    assert compiled.sql.count("GROUP BY") == 2, compiled.sql


def test_measures_of_three_levels_are_each_grouped_below_their_join() -> None:
    rows = {
        "a": [{"id": 1, "g": 1, "v": 10}, {"id": 2, "g": 1, "v": 20}],
        "b": [{"id": i, "g": 0, "v": i, "a_id": 1} for i in (1, 2)],
        "c": [{"id": i, "g": 0, "v": 1, "b_id": 1} for i in (1, 2, 3)],
        "d": [],
    }
    joins = [
        ("b", "a", "one_to_many", ("id", "a_id"), "left_outer"),
        ("c", "b", "one_to_many", ("id", "b_id"), "left_outer"),
    ]
    measures = [("a", "sum"), ("b", "sum"), ("b", "average"), ("c", "count")]
    compiled, found = run(ALIASES, rows, joins, ["a.g"], measures, {})
    assert found == {(1,): [30, 3, 1.5, 3]}
    assert "DISTINCT" not in compiled.sql
