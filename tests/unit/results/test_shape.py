from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from tests.unit.results.cases import compiled, dimension, measure, post, table

from belvedere.compiler.compiled import Role, SqlPart
from belvedere.compiler.dialects.base import Calendar
from belvedere.errors import QueryError
from belvedere.lookml.model import CaseBranch
from belvedere.results.shape import shape
from belvedere.results.shaped import ROW_TOTAL, Tables

STATUS, COUNT = dimension("o.status"), measure("o.count")
DAY = dimension("o.day", type="date_date", timeframe="date")
PIVOTED = ["o.day", "o.status", "o.count", "r", "c"]
CELLS = table(
    PIVOTED,
    ("d2", "new", 5, 1, 2),
    ("d2", "done", 7, 1, 1),
    ("d1", "done", 1, 2, 1),
    ("d1", None, 9, 2, 3),
)


def pivoted(**more):
    return compiled([DAY, STATUS, COUNT], pivots=["o.status"], **more)


def test_rows_without_pivots_keep_their_order():
    query = compiled([STATUS, COUNT], limit=2)
    rows = [("b", 1), ("a", 2)]
    shaped = shape(query, Tables(table(["o.status", "o.count"], *rows)))
    assert [tuple(row.values()) for row in shaped.rows] == rows
    assert shaped.truncated


def test_cells_are_assembled_by_their_ranks():
    shaped = shape(pivoted(), Tables(CELLS))
    assert [column.key for column in shaped.columns] == ["done", "new", "null"]
    assert shaped.rows == [
        {"o.day": "d2", "o.count": {"done": 7, "new": 5, "null": None}},
        {"o.day": "d1", "o.count": {"done": 1, "new": None, "null": 9}},
    ]
    assert not shaped.columns_truncated


def test_column_limit_keeps_the_first_columns_and_says_so():
    shaped = shape(pivoted(column_limit=2), Tables(CELLS))
    assert [column.key for column in shaped.columns] == ["done", "new"]
    assert shaped.columns_truncated


def test_row_limit_counts_pivoted_rows_but_keeps_the_columns():
    shaped = shape(pivoted(limit=1), Tables(CELLS))
    assert [row["o.day"] for row in shaped.rows] == ["d2"]
    assert [column.key for column in shaped.columns] == ["done", "new", "null"]
    assert shaped.truncated


def test_values_that_read_alike_are_different_columns():
    cells = table(PIVOTED, ("d", None, 1, 1, 1), ("d", "null", 2, 1, 2))
    shaped = shape(pivoted(), Tables(cells))
    assert shaped.rows[0]["o.count"] == {"null": 1, "null (2)": 2}


def test_several_pivots_make_one_key():
    query = compiled([DAY, STATUS, COUNT], pivots=["o.day", "o.status"])
    shaped = shape(query, Tables(table(PIVOTED, ("d", "s", 1, 1, 1))))
    assert [column.key for column in shaped.columns] == ["d|FIELD|s"]
    assert shaped.rows == [{"o.count": {"d|FIELD|s": 1}}]


@pytest.mark.parametrize("side", ["left", "right"])
def test_row_totals_stand_on_their_side(side):
    part = SqlPart("", (DAY, COUNT))
    query = pivoted(row_total=part, row_total_side=side)
    totals = table(["o.day", "o.count"], ("d1", 10), ("d2", 12))
    shaped = shape(query, Tables(CELLS, None, totals))
    place = 0 if side == "left" else -1
    assert shaped.columns[place].key == ROW_TOTAL
    assert shaped.columns[place].is_total
    assert [row["o.count"][ROW_TOTAL] for row in shaped.rows] == [12, 10]


def test_totals_are_one_value_a_measure_or_a_column():
    flat = compiled([STATUS, COUNT])
    main = table(["o.status", "o.count"], ("a", 1))
    assert shape(flat, Tables(main, table(["o.count"], (7,)))).totals == {"o.count": 7}
    total = table(["o.status", "o.count"], ("new", 5), ("done", 8), ("other", 1))
    assert shape(pivoted(), Tables(CELLS, total)).totals == {
        "o.count": {"done": 8, "new": 5, "null": None}
    }


# Measures computed afterwards


def computed(kind, values, *, visible=True):
    source = measure("o.count", Role.measure if visible else Role.hidden)
    query = compiled([STATUS, source], post=[post("o.post", kind, "o.count")])
    rows = [(str(n), value) for n, value in enumerate(values)]
    return shape(query, Tables(table(["o.status", "o.count"], *rows))).rows


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("running_total", [1, None, 2], [1, 1, 3]),
        ("running_total", [Decimal("0.1"), Decimal("0.2")], [Decimal("0.1"), Decimal("0.3")]),
        ("percent_of_total", [1, 3, None], [25.0, 75.0, None]),
        ("percent_of_total", [0, 0], [None, None]),
        ("percent_of_previous", [4, 5, None, 2], [None, 25.0, None, None]),
        ("percent_of_previous", [0, 5], [None, None]),
        ("percent_of_previous", [Decimal(4), Decimal(3)], [None, -25.0]),
    ],
)
def test_measures_over_the_rows(kind, values, expected):
    assert [row["o.post"] for row in computed(kind, values)] == expected


def test_inputs_stay_only_where_they_were_asked_for():
    assert computed("running_total", [1])[0] == {"o.status": "0", "o.count": 1, "o.post": 1}
    assert computed("running_total", [1], visible=False)[0] == {"o.status": "0", "o.post": 1}


def test_two_measures_may_share_a_hidden_input():
    source = measure("o.count", Role.hidden)
    posts = [post("o.a", "running_total", "o.count"), post("o.b", "percent_of_total", "o.count")]
    query = compiled([STATUS, source], post=posts)
    rows = shape(query, Tables(table(["o.status", "o.count"], ("x", 2)))).rows
    assert rows == [{"o.status": "x", "o.a": 2, "o.b": 100.0}]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("row", [{"done": 7, "new": 12, "null": 12}, {"done": 1, "new": 1, "null": 10}]),
        ("column", [{"done": 7, "new": 5, "null": 0}, {"done": 8, "new": 5, "null": 9}]),
    ],
)
def test_pivoted_running_totals_go_across_or_down(direction, expected):
    query = pivoted(post=[post("o.post", "running_total", "o.count", direction)])
    assert [row["o.post"] for row in shape(query, Tables(CELLS)).rows] == expected


# Fill


def fill(
    name, values, *, timeframe=None, descending=False, bounds=(), calendar=None, filters=(), **more
):
    query = compiled(
        [dimension(name, timeframe=timeframe, **more), COUNT],
        sorts=[(name, descending)],
        fill_fields=(name,),
        fill_bounds=bounds,
        calendar=calendar or Calendar(),
        filters=filters,
    )
    main = table([name, "o.count"], *[(value, n) for n, value in enumerate(values)])
    shaped = shape(query, Tables(main))
    assert sum(row["o.count"] is not None for row in shaped.rows) == len(values)
    return [row[name] for row in shaped.rows]


@pytest.mark.parametrize(
    ("timeframe", "values", "expected"),
    [
        ("date", ["2024-02-28", "2024-03-01"], ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("week", ["2024-01-01", "2024-01-15"], ["2024-01-01", "2024-01-08", "2024-01-15"]),
        ("month", ["2023-12", "2024-02"], ["2023-12", "2024-01", "2024-02"]),
        ("quarter", ["2023-Q4", "2024-Q2"], ["2023-Q4", "2024-Q1", "2024-Q2"]),
        ("fiscal_quarter", ["2023-Q4", "2024-Q2"], ["2023-Q4", "2024-Q1", "2024-Q2"]),
        ("year", [2021, 2023], [2021, 2022, 2023]),
        ("fiscal_year", ["FY2021", "FY2023"], ["FY2021", "FY2022", "FY2023"]),
        ("hour", ["2024-01-01 23", "2024-01-02 01"], ["2024-01-01 23", "2024-01-02 00", "2024-01-02 01"]),
        ("minute", ["2024-01-01 00:59", "2024-01-01 01:01"], ["2024-01-01 00:59", "2024-01-01 01:00", "2024-01-01 01:01"]),
        ("hour6", ["2024-01-01 12:00:00", "2024-01-02 00:00:00"], ["2024-01-01 12:00:00", "2024-01-01 18:00:00", "2024-01-02 00:00:00"]),
        ("minute15", ["2024-01-01 00:30:00", "2024-01-01 01:00:00"], ["2024-01-01 00:30:00", "2024-01-01 00:45:00", "2024-01-01 01:00:00"]),
        ("date", ["9999-12-30", "9999-12-31"], ["9999-12-30", "9999-12-31"]),
        ("date", [None, "2024-01-01"], ["2024-01-01", None]),
        ("date", ["soon", "later"], ["soon", "later"]),
    ],
)  # fmt: skip
def test_ranges_run_from_the_smallest_to_the_largest_value(timeframe, values, expected):
    assert fill("o.day", values, timeframe=timeframe) == expected


def test_added_rows_follow_the_sort():
    found = fill("o.day", ["2024-03", "2024-01"], timeframe="month", descending=True)
    assert found == ["2024-03", "2024-02", "2024-01"]


@pytest.mark.parametrize(
    ("timeframe", "expected"),
    [
        ("date", ["2024-01-03", "2024-01-04", "2024-01-05"]),
        ("week", ["2023-12-31"]),
        ("month", ["2024-01"]),
        ("fiscal_quarter", ["2023-Q4"]),
        ("fiscal_year", ["FY2023"]),
    ],
)
def test_filters_bound_the_range_even_without_rows(timeframe, expected):
    bounds = [("o.day", datetime(2024, 1, 3), datetime(2024, 1, 6))]
    calendar = Calendar("sunday", 1)
    assert fill("o.day", [], timeframe=timeframe, bounds=bounds, calendar=calendar) == expected


def test_an_open_bound_ends_at_the_values():
    bounds = [("o.day", datetime(2024, 1, 1), None)]
    found = fill("o.day", ["2024-01-03"], timeframe="date", bounds=bounds)
    assert found == ["2024-01-01", "2024-01-02", "2024-01-03"]


def test_fixed_sets_are_filled_in_their_order():
    assert fill("o.paid", ["Yes"], type="yesno") == ["No", "Yes"]
    assert fill("o.hour", [5], timeframe="hour_of_day") == list(range(24))
    assert fill("o.tier", ["T01 [10.0,20.0)"], type="tier", tiers=(10.0, 20.0)) == [
        "T00 (-inf,10.0)",
        "T01 [10.0,20.0)",
        "T02 [20.0,inf)",
    ]
    cases = (CaseBranch("1", "Small"), CaseBranch("2", "Large"))
    assert fill("o.size", ["Large"], cases=cases, case_else="?") == ["Small", "Large", "?"]
    assert fill("o.size", ["Large"], cases=cases, alpha_sort=True) == ["Large", "Small"]


def test_weeks_of_days_start_with_the_models_day():
    found = fill("o.dow", ["Monday"], timeframe="day_of_week", calendar=Calendar("sunday"))
    assert found[:2] == ["Sunday", "Monday"]
    assert len(found) == 7


def test_fixed_sets_are_not_filled_where_they_are_filtered():
    assert fill("o.paid", ["Yes"], type="yesno", filters=(("o.paid", "Yes"),)) == ["Yes"]


@pytest.mark.parametrize("more", [{"allow_fill": False}, {"order_by_field": "x"}])
def test_fields_that_refuse_are_not_filled(more):
    values = ["2024-01-01", "2024-01-03"]
    assert fill("o.day", values, timeframe="date", **more) == values


def test_too_many_rows_are_an_error():
    with pytest.raises(QueryError, match="too many fill rows would be generated"):
        fill("o.day", ["1900-01-01", "2024-01-01"], timeframe="date")


def test_several_fields_are_filled_together():
    paid = dimension("o.paid", type="yesno")
    query = compiled([DAY, paid, COUNT], fill_fields=("o.day", "o.paid"), sorts=[("o.day", False)])
    main = table(["o.day", "o.paid", "o.count"], ("2024-01-01", "No", 1), ("2024-01-02", "Yes", 2))
    rows = shape(query, Tables(main)).rows
    assert [tuple(row.values()) for row in rows] == [
        ("2024-01-01", "No", 1),
        ("2024-01-01", "Yes", None),
        ("2024-01-02", "Yes", 2),
        ("2024-01-02", "No", None),
    ]


def test_pivots_and_rows_of_a_pivoted_result_are_filled():
    paid = dimension("o.paid", type="yesno")
    query = compiled(
        [DAY, paid, COUNT],
        pivots=["o.paid"],
        fill_fields=("o.day", "o.paid"),
        sorts=[("o.paid", False), ("o.day", False)],
        row_total=SqlPart("", ()),
        row_total_side="right",
    )
    main = table(
        ["o.day", "o.paid", "o.count", "r", "c"],
        ("2024-01-01", "No", 1, 1, 1),
        ("2024-01-03", "No", 3, 2, 1),
    )
    totals = table(["o.day", "o.count"], ("2024-01-01", 1), ("2024-01-03", 3))
    shaped = shape(query, Tables(main, None, totals))
    assert [column.key for column in shaped.columns] == ["No", "Yes", ROW_TOTAL]
    assert [row["o.count"] for row in shaped.rows] == [
        {"No": 1, "Yes": None, ROW_TOTAL: 1},
        {"No": None, "Yes": None, ROW_TOTAL: None},
        {"No": 3, "Yes": None, ROW_TOTAL: 3},
    ]
