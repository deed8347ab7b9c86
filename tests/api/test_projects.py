"""Projects: files, validation, data tests."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.projects import models

MODEL = """
connection: "thelook"
include: "/views/*.view"
include: "//library/shared.view"
explore: orders {}
test: there_are_orders {
  explore_source: orders { column: count { field: orders.count } }
  assert: some { expression: ${orders.count} > 0 ;; }
  assert: many { expression: ${orders.count} > 1000000000 ;; }
}
test: every_status_is_known {
  explore_source: orders { column: status { field: orders.status } filters: [orders.status: "-NULL"] }
  assert: written { expression: NOT is_null(${orders.status}) AND length(${orders.status}) > 2 ;; }
}
explore: renamed { view_name: orders fields: [orders*] }
test: bare_names_are_of_the_base_view {
  explore_source: renamed { column: id {} column: status {} filters: [id: ">0"] sorts: [id: desc] }
  assert: no_more { expression: row() <= 5000 AND ${orders.id} > 0 ;; }
  assert: more_than_the_usual_limit { expression: count(${orders.id}) > 500 ;; }
}
test: broken { explore_source: nothing { column: a {} } assert: yes { expression: yes ;; } }
"""
VIEW = """
view: orders {
  sql_table_name: orders ;;
  dimension: id { primary_key: yes type: number }
  dimension: status {}
  dimension: wrong { sql: ${missing} ;; }
  measure: count { type: count }
}
"""


@pytest.fixture
def admin(instance: Instance, tmp_path):
    folder, library = tmp_path / "shop", tmp_path / "library"
    for path, text in {
        folder / "shop.model.lkml": MODEL,
        folder / "views/orders.view.lkml": VIEW,
        folder / "manifest.lkml": 'project_name: "shop"',
        library / "shared.view.lkml": "view: shared {",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with instance.services.database.session() as session:
        models.add_project(session, "library", library, clock.now())
        models.add_project(session, "shop", folder, clock.now())
        models.register(session, "shop", "shop", "thelook", clock.now())
    return instance.as_role("Admin")


def test_projects_are_listed_and_found(admin) -> None:
    names = [project["id"] for project in admin.get("/projects").json()]
    assert names == ["library", "shop", "thelook"]
    assert admin.get("/projects/shop").json()["name"] == "shop"
    assert admin.get("/projects/nothing").status == 404
    manifest = admin.get("/projects/shop/manifest").json()
    assert [item["name"] for item in manifest["imports"]] == ["library"]


def test_files(admin) -> None:
    files = admin.get("/projects/shop/files").json()
    assert [(file["id"], file["type"]) for file in files] == [
        ("manifest.lkml", "manifest"),
        ("shop.model.lkml", "model"),
        ("views/orders.view.lkml", "view"),
    ]
    found = admin.get("/projects/shop/files/file", params={"file_id": "shop.model.lkml"})
    assert found.json()["title"] == "shop.model.lkml"
    for wrong in ("../thelook/x", "//library/shared.view.lkml", "/etc/passwd"):
        assert admin.get("/projects/shop/files/file", params={"file_id": wrong}).status == 404


def test_validation_tells_what_is_wrong_and_where(admin) -> None:
    result = admin.post("/projects/shop/validate").json()
    by_line = {(e["file_path"], e["line_number"]): e for e in result["errors"]}
    reference = by_line["shop/views/orders.view.lkml", 6]
    assert reference["severity"] == "error"
    assert "missing" in reference["message"]
    assert (reference["model_id"], reference["field_name"]) == ("shop", "orders.wrong")
    assert ("library/shared.view.lkml", 1) in by_line
    again = admin.get("/projects/shop/validate").json()
    assert again["stale"] is False
    assert again["errors"] == result["errors"]


def run(admin, **params: str) -> dict[str, dict[str, Any]]:
    answer = admin.get("/projects/shop/lookml_tests/run", params=params)
    assert answer.status == 200, answer.text
    return {item["test_name"]: item for item in answer.json()}


def test_data_tests(admin) -> None:
    listed = admin.get("/projects/shop/lookml_tests").json()
    assert [(item["name"], item["file"]) for item in listed] == [
        ("there_are_orders", "shop/shop.model.lkml"),
        ("every_status_is_known", "shop/shop.model.lkml"),
        ("bare_names_are_of_the_base_view", "shop/shop.model.lkml"),
        ("broken", "shop/shop.model.lkml"),
    ]
    assert listed[2]["query_url_params"] == "fields=orders.id%2Corders.status&f%5Borders.id%5D=%3E0"
    found = run(admin)
    orders = found["there_are_orders"]
    assert (orders["assertions_count"], orders["assertions_failed"]) == (2, 1)
    assert "many does not hold in row 1" in orders["errors"][0]["message"]
    assert not orders["success"]
    assert found["every_status_is_known"]["success"]
    assert found["bare_names_are_of_the_base_view"]["errors"] == []
    assert found["broken"]["assertions_failed"] == 1
    assert "nothing" in found["broken"]["errors"][0]["message"]


def test_some_of_the_data_tests(admin) -> None:
    assert list(run(admin, test="broken")) == ["broken"]
    assert list(run(admin, model="other")) == []
    assert len(run(admin, file_id="shop/shop.model.lkml")) == 4
    assert list(run(admin, file_id="views/orders.view.lkml")) == []


def test_only_for_those_who_develop(admin, instance: Instance) -> None:
    viewer = instance.as_role("Viewer")
    for answer in (
        viewer.get("/projects"),
        viewer.post("/projects/shop/validate"),
        viewer.get("/projects/shop/lookml_tests/run"),
    ):
        assert answer.status in (403, 404)


def test_others_projects_are_not_there(admin, instance: Instance) -> None:
    names = {"name": "shop developers", "models": ["shop"]}
    models_of_shop = admin.post("/model_sets", names).json()["id"]
    developing = admin.get("/permission_sets/search", params={"name": "Developer"}).json()[0]["id"]
    body = {"name": "shop", "permission_set_id": developing, "model_set_id": models_of_shop}
    role = admin.post("/roles", body).json()["id"]
    user = instance.user(None)
    admin.put(f"/users/{user}/roles", [role])
    developer = instance.client_of(user)
    assert [item["id"] for item in developer.get("/projects").json()] == ["shop"]
    parts = ("", "/manifest", "/files", "/files/file?file_id=manifest.lkml", "/validate")
    for part in (*parts, "/lookml_tests", "/lookml_tests/run"):
        assert developer.get(f"/projects/thelook{part}").status == 404, part
        assert instance.as_role("Developer").get(f"/projects/thelook{part}").status == 200, part
    assert developer.post("/projects/thelook/validate").status == 404
    for part in ("", "/manifest", "/files", "/validate", "/lookml_tests"):
        assert developer.get(f"/projects/shop{part}").status == 200, part
