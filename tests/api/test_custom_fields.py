"""Fields that a query defines itself give what SQL written by hand gives."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest


@pytest.fixture
def rows(shop):
    def fetch(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(shop), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return fetch


def run(client, fields, *dynamic, result_format="json", **body):
    query = {
        "model": "thelook",
        "view": "order_items",
        "fields": fields,
        "limit": "-1",
        "dynamic_fields": json.dumps(dynamic),
        **body,
    }
    return client.post(f"/queries/run/{result_format}", query)


def cells(answer):
    assert answer.status == 200, answer.text
    return [tuple(row.values()) for row in answer.json()]


def close(found, expected):
    assert len(found) == len(expected)
    for left, right in zip(found, expected, strict=True):
        for one, other in zip(left, right, strict=True):
            assert one == pytest.approx(other) if isinstance(other, float) else one == other


FROM = (
    "FROM order_items i LEFT JOIN users u ON u.id = i.user_id "
    "LEFT JOIN products p ON p.id = i.product_id"
)


@pytest.mark.parametrize(
    ("expression", "sql"),
    [
        ("${users.age} * 2 - 1", "u.age * 2 - 1"),
        ("${users.age} / 4", "u.age / 4.0"),
        ("floor(${users.age} / 10)", "floor(u.age / 10)"),
        ("round(${users.age} / 7, 2)", "round(u.age / 7.0, 2)"),
        ("mod(${users.age}, 7)", "u.age % 7"),
        ("ceiling(sqrt(abs(-${users.age})))", "ceil(sqrt(u.age))"),
        ('concat(${users.state}, "-", ${users.age})', "u.state || '-' || u.age"),
        ("upper(substring(${users.state}, 1, 3))", "upper(u.state[:3])"),
        ('position(${users.state}, "a")', "strpos(u.state, 'a')"),
        ('replace(lower(${users.state}), "a", "")', "replace(lower(u.state), 'a', '')"),
        ("length(${users.state})", "length(u.state)"),
        ('if(${users.age} > 40, "old", "young")', "if(u.age > 40, 'old', 'young')"),
        (
            'case(when(${users.age} < 20, "a"), when(${users.age} < 30, "b"), "c")',
            "CASE WHEN u.age < 20 THEN 'a' WHEN u.age < 30 THEN 'b' ELSE 'c' END",
        ),
        ("coalesce(null, ${users.age}, 3)", "coalesce(u.age, 3)"),
        ("extract_years(${order_items.created_date})", "year(i.created_at)"),
        ("extract_months(${order_items.created_time})", "month(i.created_at)"),
        ("diff_days(date(2020, 1, 1), ${order_items.created_date})",
         "date_diff('day', DATE '2020-01-01', i.created_at::DATE)"),
        ("add_days(3, ${order_items.created_date})", "(i.created_at::DATE + 3)::VARCHAR"),
        ("trunc_months(${order_items.created_date})", "date_trunc('month', i.created_at)::DATE::VARCHAR"),
        ("add_hours(5, date(2020, 1, 1))", "'2020-01-01 05:00:00'"),
        ("date(2020, 2, 30)", "NULL"),
        ('NOT ${users.age} > 40 OR ${users.state} = "x"', "if(u.age > 40, 'No', 'Yes')"),
        ("is_null(${order_items.returned_date})", "if(i.returned_at IS NULL, 'Yes', 'No')"),
        ("1 / 0", "NULL"),
    ],
)  # fmt: skip
def test_dimensions(admin, rows, expression: str, sql: str) -> None:
    custom = {"category": "dimension", "dimension": "mine", "expression": expression}
    answer = run(admin, ["mine", "order_items.count"], custom, sorts=["mine", "order_items.count"])
    expected = rows(f"SELECT {sql} AS mine, count(*) {FROM} GROUP BY 1 ORDER BY 1 NULLS LAST, 2")
    close(cells(answer), expected)


@pytest.mark.parametrize(
    ("item", "sql"),
    [
        ({"based_on": "users.age", "type": "max"}, "max(u.age)"),
        ({"based_on": "users.age", "type": "count_distinct"}, "count(DISTINCT u.age)"),
        ({"based_on": "order_items.sale_price", "type": "sum"}, "sum(i.sale_price)"),
        (
            {
                "based_on": "order_items.sale_price",
                "type": "sum",
                "filters": {"users.age": ">40", "order_items.status": "Complete,Shipped"},
            },
            "coalesce(sum(i.sale_price) FILTER (u.age > 40 AND i.status IN ('Complete', 'Shipped')), 0)",
        ),
        (
            {"based_on": "order_items.count", "filters": {"users.age": "[20, 30)"}},
            "count(*) FILTER (u.age >= 20 AND u.age < 30)",
        ),
        (
            {"based_on": "order_items.count", "filter_expression": "${users.age} > 40 AND NOT is_null(${users.state})"},
            "count(*) FILTER (u.age > 40 AND u.state IS NOT NULL)",
        ),
        ({"based_on": "order_items.sale_price", "type": "average"}, "avg(i.sale_price)"),
        ({"based_on": "order_items.sale_price", "type": "median"}, "median(i.sale_price)"),
    ],
)  # fmt: skip
def test_measures(admin, rows, item: dict[str, Any], sql: str) -> None:
    custom = {"category": "measure", "measure": "mine", "expression": "", **item}
    answer = run(admin, ["products.category", "mine"], custom, sorts=["products.category"])
    expected = rows(f"SELECT p.category, {sql} {FROM} GROUP BY 1 ORDER BY 1 NULLS LAST")
    close(cells(answer), expected)


def test_a_measure_of_a_repeated_view_counts_each_row_once(admin, rows) -> None:
    custom = {"measure": "ages", "based_on": "users.age", "type": "sum"}
    answer = run(admin, ["ages", "order_items.count"], custom)
    expected = rows(
        "SELECT (SELECT sum(age) FROM users WHERE id IN (SELECT user_id FROM order_items)), "
        "(SELECT count(*) FROM order_items)"
    )
    close(cells(answer), expected)


def test_fields_can_be_made_of_custom_fields(admin, rows) -> None:
    dynamic = [
        {"measure": "tenths", "based_on": "decade", "type": "sum", "filters": {"decade": ">2"}},
        {"dimension": "half", "expression": "${decade} / 2"},
        {"dimension": "decade", "expression": "floor(${users.age} / 10)"},
    ]
    answer = run(admin, ["half", "tenths"], *dynamic, sorts=["half"], view="users")
    expected = rows(
        "SELECT floor(age / 10) / 2.0, coalesce(sum(floor(age / 10)) FILTER (age >= 30), 0) "
        "FROM users GROUP BY 1 ORDER BY 1 NULLS LAST"
    )
    close(cells(answer), expected)


def test_groups_and_bins(admin, rows) -> None:
    group = {
        "dimension": "kind",
        "calculation_type": "group_by",
        "args": [
            "order_items.status",
            [
                {"label": "Going", "filter": "Processing,Shipped"},
                {"label": "Done", "filter": "Complete"},
            ],
            "Other",
        ],
    }
    answer = run(admin, ["kind", "order_items.count"], group, sorts=["kind"])
    expected = rows(
        "SELECT CASE WHEN status IN ('Processing', 'Shipped') THEN 'Going' "
        "WHEN status = 'Complete' THEN 'Done' ELSE 'Other' END, count(*) "
        "FROM order_items GROUP BY 1 ORDER BY 1"
    )
    assert cells(answer) == expected
    bins = {
        "dimension": "ages",
        "calculation_type": "bin",
        "args": ["users.age", "20", "20", "60", None, "classic"],
    }
    answer = run(admin, ["ages", "users.count"], bins, view="users", sorts=["ages"])
    expected = rows(
        "SELECT CASE WHEN age < 20 THEN 'T00 (-inf,20.0)' WHEN age < 40 THEN 'T01 [20.0,40.0)' "
        "WHEN age < 60 THEN 'T02 [40.0,60.0)' WHEN age >= 60 THEN 'T03 [60.0,inf)' "
        "ELSE 'TXX Undefined' END, count(*) FROM users GROUP BY 1 ORDER BY 1"
    )
    assert cells(answer) == expected


def test_custom_fields_can_be_filtered_sorted_and_pivoted(admin, rows) -> None:
    dynamic = [
        {"dimension": "old", "expression": "${users.age} >= 40"},
        {"measure": "money", "based_on": "order_items.sale_price", "type": "sum"},
    ]
    answer = run(
        admin,
        ["order_items.status", "old", "money"],
        *dynamic,
        pivots=["old"],
        sorts=["order_items.status"],
        filters={"old": "Yes", "money": ">0"},
    )
    expected = rows(
        f"SELECT i.status, sum(i.sale_price) {FROM} WHERE u.age >= 40 GROUP BY 1 ORDER BY 1"
    )
    found = [(row["order_items.status"], row["money"]["old"]["Yes"]) for row in answer.json()]
    close(found, expected)


def test_they_are_described_like_fields(admin) -> None:
    custom = {
        "dimension": "decade",
        "label": "By decade",
        "expression": "floor(${users.age} / 10)",
        "value_format": "0.0",
    }
    detail = run(admin, ["decade"], custom, view="users", result_format="json_detail").json()
    (described,) = detail["fields"]["dimensions"]
    assert (described["name"], described["label"]) == ("decade", "By decade")
    assert (described["type"], described["dynamic"]) == ("number", True)
    assert "rendered" in detail["data"][0]["decade"]
    header = run(admin, ["decade"], custom, view="users", result_format="csv").text
    assert header.splitlines()[0] == "By decade"


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"dimension": "a", "expression": "${users.nothing}"}, "Unknown field"),
        ({"dimension": "a", "expression": "1 +"}, "cannot be read"),
        ({"dimension": "a", "expression": "sum(${users.age})"}, "cannot be used"),
        ({"dimension": "a", "expression": "${a} + 1"}, "circle"),
        ({"dimension": "a", "expression": "${users.count}"}, "dimensions only"),
        ({"dimension": "a", "expression": "${users.state} + 1"}, "number is needed"),
        ({"dimension": "a", "expression": "${users.state} = 1"}, "cannot be compared"),
        ({"dimension": "a", "expression": 'if(yes, 1, "x")'}, "different kinds"),
        ({"dimension": "a", "calculation_type": "magic"}, "no known calculation"),
        ({"dimension": "a", "calculation_type": "bin", "args": ["users.age", "0", "1", "9"]}, "empty"),
        ({"measure": "a", "based_on": "users.nothing", "type": "sum"}, "unknown field"),
        ({"measure": "a", "based_on": "users.age", "type": "mode"}, "type mode"),
        ({"measure": "a", "based_on": "users.age", "type": "sum", "filters": {"x.y": "1"}}, "Invalid filter: x.y"),
        ({"measure": "a", "based_on": "users.age", "type": "sum", "filter_expression": '"yes"'}, "yes or no"),
    ],
)  # fmt: skip
def test_wrong_definitions_are_told(admin, item: dict[str, Any], message: str) -> None:
    answer = run(admin, ["a", "users.id"], item, view="users")
    assert answer.status == 400
    assert message in answer.json()["message"]


def test_a_custom_field_does_not_stand_in_for_fields_of_the_model(admin, rows) -> None:
    """`${id}` in a view's SQL is the view's, whatever a query calls its fields."""
    dynamic = [{"dimension": name, "expression": "0"} for name in ("id", "age", "sale_price")]
    answer = run(admin, ["id", "order_items.total_sale_price"], *dynamic)
    ((_, total),) = cells(answer)
    assert total == pytest.approx(rows("SELECT sum(sale_price) FROM order_items")[0][0])
