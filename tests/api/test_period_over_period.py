"""Measures that compare with the period before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from belvedere import clock
from belvedere.projects import models

LOOKML = """
connection: "sales"
view: sales {
  dimension: id { primary_key: yes type: number }
  dimension: shop {}
  dimension_group: at { type: time timeframes: [raw, time, date, week, month, quarter, year, day_of_week]
    sql: ${TABLE}.happened ;; }
  measure: total { type: sum sql: ${TABLE}.amount ;; }
  measure: last_year { type: period_over_period based_on: total based_on_time: at_year period: year }
  measure: last_month { type: period_over_period based_on: total based_on_time: at_date period: month }
  measure: growth { type: period_over_period based_on: total based_on_time: at_year period: year
    kind: relative_change value_format_name: percent_0 }
  measure: change { type: period_over_period based_on: total based_on_time: at_year period: year
    kind: difference }
  measure: to_date { type: period_over_period based_on: total based_on_time: at_year period: year
    value_to_date: yes }
}
explore: sales {}
"""
TODAY = datetime.now(UTC).date()
ROWS: list[tuple[str, date, int]] = [
    ("a", date(2023, 1, 10), 5),
    ("a", date(2023, 2, 10), 10),
    ("b", date(2023, 2, 20), 20),
    ("a", date(2024, 1, 5), 8),
    ("a", date(2024, 2, 29), 40),
    ("b", date(2024, 3, 31), 7),
    ("a", TODAY, 100),
    ("a", TODAY.replace(day=1) - timedelta(days=365 * 1), 30),
]


@pytest.fixture
def client(instance, tmp_path):
    path = tmp_path / "sales.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE sales (id INTEGER, shop TEXT, happened DATE, amount INTEGER)"
        )
        rows = [(number, *row) for number, row in enumerate(ROWS)]
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", rows)
    admin = instance.as_role("Admin")
    body = {"name": "sales", "dialect_name": "duckdb", "database": str(path)}
    assert admin.post("/connections", body).status == 200
    folder = tmp_path / "sales"
    folder.mkdir()
    (folder / "sales.model.lkml").write_text(LOOKML)
    with instance.services.database.session() as session:
        models.add_project(session, "sales", folder, clock.now())
        models.register(session, "sales", "sales", "sales", clock.now())
    return admin


def run(client, *fields: str, result_format: str = "json", **body: Any) -> Any:
    query = {
        "model": "sales",
        "view": "sales",
        "fields": [f"sales.{field}" for field in fields],
        **body,
    }
    answer = client.post(f"/queries/run/{result_format}", query)
    assert answer.status == 200, answer.text
    return answer.json()


EARLY = {"sales.at_date": "before 2025"}


def test_months_beside_those_of_the_year_before(client) -> None:
    found = run(client, "at_month", "total", "last_year", filters=EARLY, sorts=["sales.at_month"])
    assert [tuple(row.values()) for row in found] == [
        ("2023-01", 5, None),
        ("2023-02", 30, None),
        ("2024-01", 8, 5),
        ("2024-02", 40, 30),
        ("2024-03", 7, None),
    ]


def test_the_period_before_is_read_even_where_a_filter_leaves_it_out(client) -> None:
    found = run(
        client, "at_month", "last_year", filters={"sales.at_date": "2024"}, sorts=["sales.at_month"]
    )
    assert [row["sales.last_year"] for row in found] == [5, 30, None]


def test_limits_do_not_reach_the_period_before(client) -> None:
    found = run(
        client,
        "at_month",
        "last_year",
        filters=EARLY,
        sorts=["sales.at_month desc"],
        limit="2",
    )
    assert [tuple(row.values()) for row in found] == [("2024-03", None), ("2024-02", 30)]


def test_differences_and_changes(client) -> None:
    found = run(
        client,
        "at_year",
        "total",
        "change",
        "growth",
        filters=EARLY,
        sorts=["sales.at_year"],
    )
    assert [tuple(row.values()) for row in found] == [
        (2023, 35, None, None),
        (2024, 55, 20, pytest.approx(20 / 35)),
    ]


def test_by_other_dimensions_and_in_pivots(client) -> None:
    rows = run(
        client, "at_year", "shop", "last_year", filters=EARLY, sorts=["sales.at_year", "sales.shop"]
    )
    assert [row["sales.last_year"] for row in rows] == [None, None, 15, 20]
    pivoted = run(
        client,
        "at_year",
        "shop",
        "last_year",
        filters=EARLY,
        pivots=["sales.shop"],
        sorts=["sales.shop", "sales.at_year"],
    )
    assert [row["sales.last_year"]["sales.shop"] for row in pivoted] == [
        {"a": None, "b": None},
        {"a": 15, "b": 20},
    ]


def test_several_timeframes_and_days_that_months_do_not_have(client) -> None:
    found = run(
        client,
        "at_month",
        "at_date",
        "last_month",
        filters={"sales.at_date": "2024-03-31"},
    )
    assert found == [
        {"sales.at_month": "2024-03", "sales.at_date": "2024-03-31", "sales.last_month": 40}
    ]


def test_to_date_leaves_out_what_is_later_in_its_period(client) -> None:
    found = run(client, "at_year", "last_year", "to_date", filters={"sales.at_year": "this year"})
    whole = sum(amount for _, at, amount in ROWS if at.year == TODAY.year - 1)
    until = TODAY.replace(year=TODAY.year - 1) if (TODAY.month, TODAY.day) != (2, 29) else None
    so_far = sum(
        amount for _, at, amount in ROWS if until and at.year == until.year and at <= until
    )
    assert found[0]["sales.last_year"] == (whole or None)
    if until:
        assert found[0]["sales.to_date"] == (so_far or None)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (["shop", "last_year"], "needs a timeframe of sales.at"),
        (["at_year", "last_month"], "longer"),
        (["at_week", "last_year"], "weeks do not fit"),
        (["at_day_of_week", "last_year"], "cannot be shown by"),
        (["at_time", "last_year"], "cannot be shown by"),
    ],
)
def test_comparisons_without_meaning_are_told(client, fields: list[str], message: str) -> None:
    query = {"model": "sales", "view": "sales", "fields": [f"sales.{name}" for name in fields]}
    answer = client.post("/queries/run/json", query)
    assert answer.status == 400
    assert message in answer.json()["message"]


def test_they_cannot_be_filtered(client) -> None:
    query = {
        "model": "sales",
        "view": "sales",
        "fields": ["sales.at_year", "sales.last_year"],
        "filters": {"sales.last_year": ">0"},
    }
    assert client.post("/queries/run/json", query).status == 400
