"""Results are read by position: no database's limit on names mixes columns up."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.small import duckdb_facts, postgres_facts, serve

LONG = "a_name_that_is_so_long_that_postgresql_keeps_only_its_beginning_"
LOOKML = f"""
view: t {{
  dimension: id {{ primary_key: yes type: number }}
  dimension: {LONG}one {{ sql: ${{TABLE}}.one ;; }}
  dimension: {LONG}two {{ sql: ${{TABLE}}.two ;; }}
  dimension: {LONG}rank {{
    case: {{ when: {{ label: "z first" sql: ${{TABLE}}.n = 1 ;; }} else: "a last" }}
  }}
  measure: {LONG}least {{ type: min sql: ${{TABLE}}.n ;; }}
  measure: {LONG}most {{ type: max sql: ${{TABLE}}.n ;; }}
}}
view: native {{
  derived_table: {{
    explore_source: t {{ column: one {{ field: t.{LONG}one }} column: two {{ field: t.{LONG}two }} }}
  }}
  dimension: one {{}}
  dimension: two {{}}
}}
explore: t {{}}
explore: native {{}}
"""
ONE, TWO, RANK = f"t.{LONG}one", f"t.{LONG}two", f"t.{LONG}rank"
LEAST, MOST = f"t.{LONG}least", f"t.{LONG}most"
STATEMENTS = [
    "CREATE TABLE t (id INTEGER, one VARCHAR(9), two VARCHAR(9), n INTEGER)",
    "INSERT INTO t VALUES (1, 'a', 'x', 1), (2, 'a', 'x', 5), (3, 'b', 'y', 2)",
]


@pytest.fixture(params=["duckdb", "postgres"])
def client(request: pytest.FixtureRequest, instance, tmp_path) -> Any:
    assert len(ONE) > 63
    if request.param == "duckdb":
        facts = duckdb_facts(tmp_path, "long", STATEMENTS)
    else:
        facts = postgres_facts(request.getfixturevalue("postgres_server"), STATEMENTS)
    serve(instance, tmp_path, "long", LOOKML, facts)
    return instance.as_role("Admin")


def run(client: Any, result_format: str, view: str = "t", **body: Any) -> Any:
    query = {"model": "long", "view": view, **body}
    answer = client.post(f"/queries/run/{result_format}", query)
    assert answer.status == 200, answer.text
    return answer.json() if result_format.startswith("json") else answer.text


def test_plain_rows_in_every_way(client) -> None:
    body = {"fields": [ONE, TWO, LEAST, MOST], "sorts": [f"{MOST} desc"]}
    expected = [
        {ONE: "a", TWO: "x", LEAST: 1, MOST: 5},
        {ONE: "b", TWO: "y", LEAST: 2, MOST: 2},
    ]
    assert run(client, "json", **body) == expected
    assert run(client, "json", **body) == expected, "from the cache"
    assert run(client, "json", **body, limit="-1") == expected, "streamed"
    detail = run(client, "json_detail", **body, total=True)
    assert [
        {name: cell["value"] for name, cell in row.items()} for row in detail["data"]
    ] == expected
    assert {name: cell["value"] for name, cell in detail["totals_data"].items()} == {
        LEAST: 1,
        MOST: 5,
    }
    assert run(client, "csv", **body).splitlines()[1:] == ["a,x,1,5", "b,y,2,2"]


def test_pivots_refer_to_columns_by_name(client) -> None:
    detail = run(
        client,
        "json_detail",
        fields=[ONE, RANK, TWO, LEAST, MOST],
        pivots=[TWO],
        sorts=[TWO, RANK, ONE],
        row_total="right",
    )
    assert [pivot["key"] for pivot in detail["pivots"]] == ["x", "y", "$$$_row_total_$$$"]
    shown = [(row[ONE]["value"], row[RANK]["value"]) for row in detail["data"]]
    assert shown == [("a", "z first"), ("a", "a last"), ("b", "a last")]
    assert [row[MOST]["x"]["value"] for row in detail["data"]] == [1, 5, None]
    assert [row[LEAST]["$$$_row_total_$$$"]["value"] for row in detail["data"]] == [1, 5, 2]


def test_native_derived_tables_refer_to_them_too(client) -> None:
    rows = run(client, "json", "native", fields=["native.one", "native.two"])
    assert rows == [
        {"native.one": "a", "native.two": "x"},
        {"native.one": "b", "native.two": "y"},
    ]
