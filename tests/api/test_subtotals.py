"""Subtotals in json_detail."""

from __future__ import annotations

import json

import duckdb


def test_levels_in_their_shape(admin, shop) -> None:
    query = {
        "model": "thelook",
        "view": "order_items",
        "fields": ["products.category", "order_items.status", "users.count", "order_items.average_sale_price"],
        "subtotals": ["products.category"],
        "sorts": ["products.category", "order_items.status"],
        "limit": "12",
        "dynamic_fields": json.dumps(
            [{"table_calculation": "twice", "expression": "${users.count} * 2"}]
        ),
    }  # fmt: skip
    found = admin.post("/queries/run/json_detail", query).json()
    assert found["has_subtotals"]
    assert found["subtotal_sets"] == [["products.category"]]
    assert list(found["subtotals_data"]) == ["1"]
    with duckdb.connect(str(shop), read_only=True) as connection:
        counted = connection.execute(
            "SELECT p.category, count(DISTINCT i.user_id) FROM order_items i "
            "LEFT JOIN products p ON p.id = i.product_id GROUP BY 1"
        ).fetchall()
    expected = dict(counted)
    rows = found["subtotals_data"]["1"]
    shown = dict.fromkeys(row["products.category"]["value"] for row in found["data"])
    assert [row["products.category"]["value"] for row in rows] == list(shown)
    for row in rows:
        assert row["users.count"]["value"] == expected[row["products.category"]["value"]]
        assert row["twice"]["value"] == 2 * row["users.count"]["value"]
        assert row["order_items.status"] == {"value": None, "filterable_value": "EMPTY"}
        assert row["$$$__grouping__$$$"] == ["products.category"]
    explore = admin.get(
        "/lookml_models/thelook/explores/order_items", params={"fields": "can_subtotal"}
    ).json()
    assert explore["can_subtotal"]


def test_without_subtotals_the_keys_are_there_and_empty(admin) -> None:
    query = {"model": "thelook", "view": "users", "fields": ["users.count"]}
    found = admin.post("/queries/run/json_detail", query).json()
    assert (found["has_subtotals"], found["subtotals_data"], found["subtotal_sets"]) == (
        False,
        {},
        [],
    )
