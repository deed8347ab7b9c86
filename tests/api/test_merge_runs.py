"""Merge queries, run by their id."""

from __future__ import annotations

import json
import time
from typing import Any

import duckdb
import pytest

SALES = {
    "model": "thelook",
    "view": "order_items",
    "fields": ["products.category", "order_items.total_sale_price"],
    "sorts": ["products.category"],
}
STOCK = {
    "model": "thelook",
    "view": "order_items",
    "fields": ["products.category", "order_items.count"],
    "filters": {"order_items.status": "Complete"},
}


@pytest.fixture
def rows(shop):
    def fetch(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(shop), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return fetch


def source(client, query, *pairs) -> dict[str, Any]:
    made = client.post("/queries", query)
    assert made.status == 200, made.text
    fields = [{"field_name": one, "source_field_name": other} for one, other in pairs]
    return {"query_id": made.json()["id"], "name": "s", "merge_fields": fields}


def merge(client, *sources, **body) -> str:
    made = client.post("/merge_queries", {"source_queries": list(sources), **body})
    assert made.status == 200, made.text
    slug: str = made.json()["id"]
    return slug


def run(client, slug, result_format="json", **params):
    answer = client.get(f"/queries/{slug}/run/{result_format}", params=params)
    assert answer.status == 200, answer.text
    return answer.json() if result_format.startswith("json") else answer.text


KEY = ("products.category", "products.category")


def test_two_queries_side_by_side(admin, rows) -> None:
    slug = merge(
        admin,
        source(admin, SALES),
        source(admin, STOCK, KEY),
        dynamic_fields=json.dumps(
            [
                {
                    "table_calculation": "share",
                    "label": "Share",
                    "expression": "${order_items.count} / ${order_items.count:total}",
                    "value_format_name": "percent_1",
                }
            ]
        ),
        total=True,
    )
    expected = rows(
        "SELECT p.category, sum(sale_price), count(*) FILTER (status = 'Complete') "
        "FROM order_items i LEFT JOIN products p ON p.id = i.product_id GROUP BY 1 ORDER BY 1"
    )
    found = run(admin, slug)
    names = ["products.category", "order_items.total_sale_price", "order_items.count"]
    assert [list(row) for row in found] == [names] * len(expected)
    for row, (category, price, count) in zip(found, expected, strict=True):
        assert row["products.category"] == category
        assert row["order_items.total_sale_price"] == pytest.approx(float(price))
        assert (row["order_items.count"] or 0) == count
    detail = run(admin, slug, "json_detail")
    total = sum(count for _, _, count in expected)
    assert detail["totals_data"]["order_items.count"]["value"] == total
    shares = [row["share"] for row in detail["data"] if row["share"]["value"] is not None]
    assert sum(cell["value"] for cell in shares) == pytest.approx(1)
    assert shares[0]["rendered"].endswith("%")
    assert [field["name"] for field in detail["fields"]["measures"]] == names[1:]
    assert run(admin, slug, "csv").splitlines()[0].startswith("Products Category,")


def test_pictures_of_merges_keep_their_options_as_they_are(admin) -> None:
    """Tools send a merge query that they have read to another instance."""
    options = {"type": "looker_bar", "show_legend": True, "width": 3, "series": {"a": [1, None]}}
    sources = [source(admin, SALES)]
    made = admin.post("/merge_queries", {"source_queries": sources, "vis_config": options}).json()
    assert made["vis_config"] == options
    assert admin.post("/merge_queries", made).json()["vis_config"] == options


def test_fields_may_be_named_either_way_round(admin) -> None:
    users = {"model": "thelook", "view": "users", "fields": ["users.state", "users.count"]}
    orders = {
        "model": "thelook",
        "view": "order_items",
        "fields": ["users.state", "order_items.count"],
        "dynamic_fields": None,
    }
    found = [
        run(admin, merge(admin, source(admin, users), source(admin, orders, pair)))
        for pair in [("users.state", "users.state")]
    ]
    assert all(set(row) == {"users.state", "users.count", "order_items.count"} for row in found[0])
    brands = {
        "model": "thelook",
        "view": "products",
        "fields": ["products.category", "products.count"],
    }
    custom = {"dimension": "kind", "expression": "${products.category}", "_type_hint": "string"}
    other = SALES | {
        "fields": ["kind", "order_items.count"],
        "dynamic_fields": json.dumps([custom]),
        "sorts": None,
    }
    turned = [
        run(admin, merge(admin, source(admin, brands), source(admin, other, pair)))
        for pair in [("products.category", "kind"), ("kind", "products.category")]
    ]
    assert turned[0] == turned[1]
    assert any(row["order_items.count"] for row in turned[0])


def test_pivots_sorts_and_limits(admin, rows) -> None:
    first = SALES | {
        "fields": ["products.category", "order_items.status", "order_items.count"],
        "limit": "-1",
    }
    slug = merge(
        admin,
        source(admin, first),
        pivots=["order_items.status"],
        sorts=["order_items.status", "order_items.count desc 1"],
        column_limit="2",
        limit="3",
    )
    detail = run(admin, slug, "json_detail")
    statuses = [status for (status,) in rows("SELECT DISTINCT status FROM order_items ORDER BY 1")]
    assert [pivot["key"] for pivot in detail["pivots"]] == statuses[:2]
    shown = [row["order_items.count"][statuses[1]]["value"] for row in detail["data"]]
    expected = rows(
        f"SELECT count(*) FROM order_items i JOIN products p ON p.id = i.product_id "
        f"WHERE status = '{statuses[1]}' GROUP BY category ORDER BY 1 DESC LIMIT 3"
    )
    assert shown == [count for (count,) in expected]
    assert (detail["truncated"], detail["columns_truncated"]) == (True, True)


def test_drills_and_links_are_those_of_the_source(admin) -> None:
    sales = source(admin, SALES | {"fields": ["products.category", "order_items.count"]})
    slug = merge(admin, sales, source(admin, STOCK, KEY))
    row = run(admin, slug, "json_detail", generate_drill_links="true")["data"][0]
    category = row["products.category"]["value"]
    (plain,) = row["order_items.count"]["links"]
    (filtered,) = row["q1_order_items.count"]["links"]
    assert f"f[products.category]={category.split()[0]}" in plain["url"]
    assert "f[order_items.status]=Complete" in filtered["url"]
    assert "f[order_items.status]" not in plain["url"]


def test_what_cannot_be_run(instance, admin) -> None:
    first = source(admin, SALES)
    for body, words in [
        ({"source_queries": []}, "no source"),
        ({"source_queries": [first, source(admin, STOCK)]}, "no fields to merge by"),
        (
            {"source_queries": [first], "pivots": ["order_items.total_sale_price"]},
            "must be a dimension",
        ),
        (
            {"source_queries": [first], "dynamic_fields": '[{"measure": "m", "based_on": "x"}]'},
            "Only table calculations",
        ),
    ]:
        slug = admin.post("/merge_queries", body).json()["id"]
        answer = admin.get(f"/queries/{slug}/run/json")
        assert answer.status == 400, answer.text
        assert words in answer.json()["message"]
    nobody = instance.as_role(None)
    assert nobody.get(f"/queries/{slug}/run/json").status in (403, 404)


def test_a_merge_by_a_field_that_is_not_there_keeps_the_first_rows(admin) -> None:
    slug = merge(
        admin, source(admin, SALES), source(admin, STOCK, ("products.category", "no.such"))
    )
    detail = run(admin, slug, "json_detail")
    assert detail["data"]
    assert all(row["order_items.count"]["value"] is None for row in detail["data"])
    assert "no.such" in detail["errors"][0]["message"]


def finished(client, task) -> str:
    for _ in range(400):
        state: str = client.get(f"/query_tasks/{task}").json()["status"]
        if state not in ("added", "running"):
            return state
        time.sleep(0.02)
    raise AssertionError("the task did not end")


def test_merges_as_tasks(admin) -> None:
    slug = merge(admin, source(admin, SALES), source(admin, STOCK, KEY))
    body = {"query_id": slug, "result_format": "json"}
    task = admin.post("/query_tasks", body)
    assert task.status == 200, task.text
    assert task.json()["query_id"] == slug
    name = task.json()["id"]
    assert finished(admin, name) == "complete"
    assert admin.get(f"/query_tasks/{name}/results").json() == run(admin, slug)
    many = admin.get("/query_tasks/multi_results", params={"query_task_ids": name}).json()
    assert many[name]["data"] == run(admin, slug)
