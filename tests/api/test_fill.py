"""Dimension fill: rows for values that the data lacks, and only for those."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.small import duckdb_facts, serve

RANGES = (
    *("date", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"),
    *("hour", "hour2", "hour6", "minute", "minute15", "minute30"),
)
FIXED = (
    *("day_of_week", "day_of_week_index", "hour_of_day", "month_name", "month_num"),
    *("quarter_of_year", "fiscal_month_num", "day_of_month", "day_of_year", "week_of_year"),
)
UNFILLED = ("time", "second", "time_of_day", "millisecond500", "fiscal_quarter_of_year")
VIEW = """
  dimension_group: at {{ type: time timeframes: [{timeframes}] sql: ${{TABLE}}.moment ;; }}
  dimension_group: never {{ type: time timeframes: [date] allow_fill: no sql: ${{TABLE}}.moment ;; }}
  dimension: size {{ type: tier tiers: [10, 20] style: integer sql: ${{TABLE}}.n ;; }}
  dimension: big {{ type: yesno sql: ${{TABLE}}.n > 100 ;; }}
  dimension: word {{ case: {{
    when: {{ sql: ${{TABLE}}.n < 0 ;; label: "less" }} when: {{ sql: ${{TABLE}}.n < 5 ;; label: "few" }} else: "many"
  }} }}
  dimension: kind {{ }}
  measure: count {{ type: count }}
""".format(timeframes=", ".join([*RANGES, *FIXED, *UNFILLED]))  # fmt: skip
LOOKML = f"""
fiscal_month_offset: 3
week_start_day: sunday
view: sparse {{ sql_table_name: sparse ;; {VIEW} }}
view: hours {{ sql_table_name: hours ;; {VIEW} }}
view: minutes {{ sql_table_name: minutes ;; {VIEW} }}
explore: sparse {{}}
explore: hours {{}}
explore: minutes {{}}
"""
_SERIES = "SELECT moment, 1 AS n, 'a' AS kind FROM (SELECT UNNEST(GENERATE_SERIES({})) AS moment)"
_HOURS = _SERIES.format("TIMESTAMP '2019-01-01', '2021-01-01 23:00', INTERVAL 1 HOUR")
_MINUTES = _SERIES.format("TIMESTAMP '2020-02-28 22:10', '2020-03-01 01:20', INTERVAL 1 MINUTE")
_SPARSE = "moment IN ('2019-01-01', '2020-02-29 06:00', '2021-01-01 23:00')"
_FEW = "moment IN ('2020-02-28 22:10', '2020-02-29 12:00', '2020-03-01 01:20')"
STATEMENTS = (
    f"CREATE TABLE hours AS {_HOURS}",
    f"CREATE TABLE minutes AS {_MINUTES}",
    f"CREATE TABLE sparse AS SELECT * FROM hours WHERE {_SPARSE}",
    f"CREATE TABLE few AS SELECT * FROM minutes WHERE {_FEW}",
)


@pytest.fixture
def admin(instance: Instance, tmp_path: Path) -> ApiClient:
    facts = duckdb_facts(tmp_path, "gaps", STATEMENTS)
    few = f"view: few {{ sql_table_name: few ;; {VIEW} }} explore: few {{}}"
    serve(instance, tmp_path, "gaps", LOOKML + few, facts)
    return instance.as_role("Admin")


def run(admin: ApiClient, view: str, *fields: str, **more: Any) -> Any:
    names = [f"{view}.{field}" for field in fields]
    body = {"model": "gaps", "view": view, "fields": names, "limit": "-1", **more}
    answer = admin.post("/queries/run/json_detail", body)
    assert answer.status == 200, answer.text
    return answer.json()


def column(detail: Any, name: str) -> list[Any]:
    return [row[name]["value"] for row in detail["data"]]


@pytest.mark.parametrize("direction", ["", " desc"])
def test_gaps_are_filled_with_the_values_that_data_without_gaps_has(admin, direction) -> None:
    for timeframe in (*RANGES, *FIXED):
        gaps, dense = "sparse", "hours"
        if timeframe.startswith(("minute", "hour")) and timeframe != "hour_of_day":
            gaps, dense = "few", "minutes"
        name = f"at_{timeframe}"
        expected = column(
            run(admin, dense, name, sorts=[f"{dense}.{name}{direction}"]), f"{dense}.{name}"
        )
        more = {"sorts": [f"{gaps}.{name}{direction}"], "fill_fields": [f"{gaps}.{name}"]}
        found = run(admin, gaps, name, "count", **more)
        assert not found["errors"], timeframe
        assert column(found, f"{gaps}.{name}") == expected, timeframe
        assert sum(value or 0 for value in column(found, f"{gaps}.count")) == 3, timeframe


def test_both_axes_of_a_pivot_are_filled_and_totals_stay(admin) -> None:
    detail = run(
        admin,
        "sparse",
        *("at_quarter", "size", "count"),
        pivots=["sparse.size"],
        fill_fields=["sparse.at_quarter", "sparse.size"],
        sorts=["sparse.at_quarter desc"],
        total=True,
        row_total="right",
    )
    assert [pivot["key"] for pivot in detail["pivots"]] == [
        *("Below 10", "10 to 19", "20 or Above", "$$$_row_total_$$$")
    ]
    assert column(detail, "sparse.at_quarter") == [
        *("2021-Q1", "2020-Q4", "2020-Q3", "2020-Q2", "2020-Q1"),
        *("2019-Q4", "2019-Q3", "2019-Q2", "2019-Q1"),
    ]
    cells = [row["sparse.count"]["Below 10"]["value"] for row in detail["data"]]
    assert cells == [1, None, None, None, 1, None, None, None, 1]
    assert detail["totals_data"]["sparse.count"]["Below 10"]["value"] == 3
    assert detail["totals_data"]["sparse.count"]["20 or Above"]["value"] is None


@pytest.mark.parametrize(
    ("field", "values"),
    [("big", ["No", "Yes"]), ("word", ["less", "few", "many"])],
)
def test_all_values_of_a_choice(admin, field, values) -> None:
    name = f"sparse.{field}"
    detail = run(admin, "sparse", field, "count", fill_fields=[name], sorts=[name])
    assert column(detail, name) == values
    blank = run(admin, "sparse", field, "count", fill_fields=[name], filters={name: ""})
    assert sorted(column(blank, name)) == sorted(values)


@pytest.mark.parametrize(
    ("field", "more", "words"),
    [
        *((f"at_{timeframe}", {}, "It is not known which values") for timeframe in UNFILLED),
        ("never_date", {}, "allow_fill: no"),
        ("kind", {}, "Missing values for sparse.kind were not filled"),
        ("big", {"filters": {"sparse.big": "No"}}, "A filter on the field"),
        ("at_date", {"limit": "2", "sorts": ["sparse.count"]}, "The row limit"),
    ],
)
def test_what_cannot_be_filled_is_told(admin, field, more, words) -> None:
    name = f"sparse.{field}"
    plain = run(admin, "sparse", field, "count", **more)
    asked = run(admin, "sparse", field, "count", fill_fields=[name], **more)
    assert asked["data"] == plain["data"]
    assert not plain["errors"]
    (told,) = asked["errors"]
    assert words in told["message"]
    assert f"for {name} were not filled" in told["message"]


@pytest.mark.parametrize(
    ("direction", "first", "last"),
    [("", "2018-12", "2020-02"), (" desc", "2021-03", "2020-02")],
)
def test_nothing_is_filled_beyond_the_row_limit(admin, direction, first, last) -> None:
    detail = run(
        admin,
        "sparse",
        *("at_month", "count"),
        limit="2",
        filters={"sparse.at_date": "2018-12-01 to 2021-04-01"},
        fill_fields=["sparse.at_month"],
        sorts=[f"sparse.at_month{direction}"],
    )
    months = column(detail, "sparse.at_month")
    assert (months[0], months[-1]) == (first, last)
    assert not detail["errors"]


def test_all_hours_are_there_only_where_no_hour_was_cut_off(admin) -> None:
    name = "hours.at_hour_of_day"
    more = {"fill_fields": [name], "sorts": [name], "limit": "5"}
    assert column(run(admin, "hours", "at_hour_of_day", "count", **more), name) == [0, 1, 2, 3, 4]
