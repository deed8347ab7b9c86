"""Graphs of derived tables."""

from __future__ import annotations

import pytest
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.projects import models

LOOKML = """
connection: "thelook"
view: plain { dimension: id {} }
view: a { derived_table: { sql: SELECT 1 AS id ;; } dimension: id {} }
view: b { derived_table: { sql: SELECT * FROM ${a.SQL_TABLE_NAME} JOIN ${plain.SQL_TABLE_NAME} ;; } }
view: c {
  derived_table: { explore_source: joined { column: id { field: plain.id } } }
  dimension: id {}
}
view: d { derived_table: { sql: SELECT * FROM ${c.SQL_TABLE_NAME} ;; } }
explore: joined { from: plain join: b { relationship: one_to_one sql_on: 1=1 ;; } }
"""


@pytest.fixture
def admin(instance: Instance, tmp_path):
    folder = tmp_path / "chain"
    folder.mkdir()
    (folder / "chain.model.lkml").write_text(LOOKML)
    with instance.services.database.session() as session:
        models.add_project(session, "chain", folder, clock.now())
        models.register(session, "chain", "chain", "thelook", clock.now())
    return instance.as_role("Admin")


def edges(answer) -> set[str]:
    lines = answer.json()["graph_text"].splitlines()
    return {line.strip(" ;").replace('"', "") for line in lines if "->" in line}


def test_a_model(admin) -> None:
    answer = admin.get("/derived_table/graph/model/chain")
    assert edges(answer) == {"b -> a", "c -> b", "d -> c"}
    assert '"a" [color="grey"]' in answer.json()["graph_text"]
    none = admin.get("/derived_table/graph/model/chain", params={"color": "green"})
    assert none.json()["graph_text"] == "digraph {\n}"


def test_a_view_and_what_it_needs(admin) -> None:
    assert edges(admin.get("/derived_table/graph/view/c")) == {"b -> a", "c -> b"}
    named = admin.get("/derived_table/graph/view/b", params={"models": "chain"})
    assert edges(named) == {"b -> a"}
    assert admin.get("/derived_table/graph/view/b", params={"models": "thelook"}).status == 404


def test_what_is_not_there(admin, instance: Instance) -> None:
    assert admin.get("/derived_table/graph/model/nothing").status == 404
    assert admin.get("/derived_table/graph/view/plain").status == 404
    assert admin.get("/derived_table/graph/model/chain", params={"format": "png"}).status == 400
    assert instance.as_role("Viewer").get("/derived_table/graph/model/chain").status in (403, 404)
