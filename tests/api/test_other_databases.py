"""Connections to databases whose driver is not installed, or that have no engine yet."""

from __future__ import annotations

from typing import Any

import pytest

from belvedere.compiler import dialects

QUERY: dict[str, Any] = {
    "model": "thelook",
    "view": "order_items",
    "fields": ["users.state", "orders.created_month", "order_items.count"],
    "pivots": ["orders.created_month"],
    "filters": {"users.state": "-EMPTY"},
    "limit": 7,
}
ELSEWHERE = (
    *("snowflake", "redshift", "bigquery_standard_sql", "trino", "presto", "athena"),
    *("mssql", "oracle", "mysql", "mariadb", "clickhouse", "spark", "databricks"),
)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_their_queries_are_compiled_and_not_run(admin, name: str, monkeypatch) -> None:
    def missing(module: str) -> Any:
        raise ImportError(module)

    monkeypatch.setattr("belvedere.engines.drivers.import_module", missing)
    changed = admin.patch(
        "/connections/thelook",
        {
            "dialect_name": name,
            "host": "db.example.com",
            "jdbc_additional_params": "warehouse=big&role=reader",
        },
    )
    assert changed.status == 200
    assert changed.json()["dialect"]["label"] == dialects.get(name).label
    sql = admin.post("/queries/run/sql", QUERY)
    assert sql.status == 200
    assert "z___pivot_row_rank" in sql.text
    run = admin.post("/queries/run/json", QUERY)
    said = "has no engine for it yet" if name == "presto" else "is not installed: pip install"
    assert said in run.text
    results = admin.put("/connections/thelook/test").json()
    assert all(found["status"] == "error" for found in results if found["name"] == "connect")


def test_dialects_tell_what_they_take(admin) -> None:
    found = {info["name"]: info for info in admin.get("/dialect_info").json()}
    assert found["oracle"]["default_port"] == "1521"
    assert found["snowflake"]["supported_options"]["additional_params"]
    tables = {name for name, info in found.items() if info["supported_options"]["tmp_table"]}
    assert found.keys() - tables == {"presto"}


def test_additional_parameters_reach_the_driver(instance, admin) -> None:
    given = {"dialect_name": "snowflake", "jdbc_additional_params": "warehouse=big&role=a%20b"}
    admin.patch("/connections/thelook", given)
    config = instance.services.engines.open("thelook").config
    assert config.options == (("warehouse", "big"), ("role", "a b"))
    admin.patch("/connections/thelook", {"dialect_name": "duckdb"})
    assert instance.services.engines.open("thelook").config.options == ()
