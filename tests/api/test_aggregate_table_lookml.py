"""Aggregate tables for a dashboard, written as LookML that a model takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import PROJECT, Instance

from belvedere.lookml.project import open_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT, tmp_path / "thelook"))


@pytest.fixture
def admin(make_instance: Callable[..., Instance], project: Path) -> ApiClient:
    return make_instance(project).as_role("Admin")


def dashboard(client: ApiClient, *queries: dict[str, Any]) -> str:
    made = client.post("/dashboards", {"title": "Sales", "folder_id": "1"}).json()["id"]
    body = {
        "dashboard_id": made,
        "name": "State",
        "title": "State",
        "type": "field_filter",
        "model": "thelook",
        "explore": "order_items",
        "dimension": "users.state",
    }
    assert client.post("/dashboard_filters", body).status == 200
    for query in queries:
        stored = client.post("/queries", {"model": "thelook", "view": "order_items", **query})
        tile = {"dashboard_id": made, "type": "vis", "query_id": stored.json()["id"]}
        added = client.post("/dashboard_elements", tile, params={"apply_filters": "true"})
        assert added.status == 200, added.text
    return str(made)


def test_the_model_takes_what_is_written(admin: ApiClient, project: Path) -> None:
    by_month = {
        "fields": ["order_items.created_month", "order_items.total_sale_price"],
        "filters": {"order_items.status": 'Complete,"odd"'},
    }
    by_status = {
        "fields": ["order_items.status", "order_items.count"],
        "pivots": ["order_items.status"],
    }
    no_measure = {"fields": ["users.state"]}
    made = dashboard(admin, by_month, by_status, by_month, no_measure)
    answer = admin.get(f"/dashboards/aggregate_table_lookml/{made}")
    assert answer.status == 200, answer.text
    text = answer.json()["aggregate_table_lookml"]
    assert text.startswith("# Place in `thelook` model\nexplore: +order_items {")
    assert text.count("aggregate_table:") == 2
    model = next(project.glob("*.model.lkml"), None) or next(project.rglob("*.model.lkml"))
    with model.open("a") as file:
        file.write(text)
    opened = open_project(project, "thelook")
    assert not opened.errors
    tables = opened.models["thelook"].explores["order_items"].aggregate_tables
    assert len(tables) == 2
    by_name = {t.dimensions: (t.measures, dict(_pairs(t.filters))) for t in _each(tables)}
    assert by_name[("order_items.created_month", "users.state")] == (
        ("order_items.total_sale_price",),
        {"order_items.status": 'Complete,"odd"'},
    )
    assert by_name[("order_items.status", "users.state")] == (("order_items.count",), {})


def _each(tables: Any) -> list[Any]:
    return list(tables.values() if isinstance(tables, dict) else tables)


def _pairs(filters: Any) -> list[tuple[str, str]]:
    return [(pair.field, pair.expression) for pair in filters]


def test_who_may_not_see_lookml_gets_none(
    make_instance: Callable[..., Instance], project: Path
) -> None:
    instance = make_instance(project)
    made = dashboard(instance.as_role("Admin"), {"fields": ["order_items.count"]})
    path = f"/dashboards/aggregate_table_lookml/{made}"
    assert instance.as_role("Viewer").get(path).status == 404
    assert instance.as_role("Developer").get(path).status == 200
    assert instance.as_role("Developer").get(f"{path}9").status == 404
