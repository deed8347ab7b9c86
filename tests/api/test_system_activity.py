"""System Activity: the instance's own use, asked like any other model."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_history import finished

from belvedere import activity
from belvedere.lookml.project import open_project

MODEL = "system__activity"
QUERY = {"model": "thelook", "view": "users", "fields": ["users.state", "users.count"]}


def ask(client: ApiClient, view: str, fields: list[str], **more: Any) -> list[dict[str, Any]]:
    body = {"model": MODEL, "view": view, "fields": fields, "limit": "500", **more}
    answer = client.post("/queries/run/json", body)
    assert answer.status == 200, answer.text
    found = answer.json()
    assert not any("looker_error" in row for row in found), found
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("is_sqlite", [True, False])
def test_its_lookml_is_without_fault(is_sqlite: bool) -> None:
    folder = activity.project_folder(is_sqlite=is_sqlite)
    assert not open_project(folder, MODEL, activity.imported).diagnostics


def test_every_field_of_every_explore_can_be_asked(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    query = admin.post("/queries", QUERY).json()
    assert admin.get(f"/queries/{query['id']}/run/json").status == 200
    model = admin.get(f"/lookml_models/{MODEL}").json()
    assert {"history", "user", "event"} <= {explore["name"] for explore in model["explores"]}
    for explore in model["explores"]:
        name = explore["name"]
        fields = admin.get(f"/lookml_models/{MODEL}/explores/{name}").json()["fields"]
        for kind in ("dimensions", "measures"):
            of_view: dict[str, list[str]] = {}
            for field in fields[kind]:
                of_view.setdefault(field["view"], []).append(field["name"])
            for names in of_view.values():
                ask(admin, name, names, limit="1")


def test_who_asked_what_how_often(kept: Instance) -> None:
    admin, ada = kept.as_role("Admin"), kept.as_role("User", "Lovelace")
    for _ in range(2):
        assert ada.post("/queries/run/json", QUERY).status == 200
    assert admin.post("/queries/run/json", QUERY).status == 200
    found = ask(
        admin,
        "history",
        ["user.last_name", "query.model", "query.view", "history.query_run_count"],
        filters={"query.model": "thelook"},
        sorts=["history.query_run_count desc"],
    )
    assert [tuple(row.values()) for row in found] == [
        ("Lovelace", "thelook", "users", 2),
        ("Admin", "thelook", "users", 1),
    ]
    used = ask(admin, "field_usage", ["used_field.field", "history.query_run_count"])
    assert {row["used_field.field"]: row["history.query_run_count"] for row in used}[
        "users.state"
    ] == 3
    recent = {"history.created_date": "today", "query.model": "thelook"}
    assert ask(admin, "history", ["history.query_run_count"], filters=recent) == [
        {"history.query_run_count": 3}
    ]
    before = {"history.created_date": "before 1 day ago"}
    assert ask(admin, "history", ["history.query_run_count"], filters=before) == [
        {"history.query_run_count": 0}
    ]


def test_which_looks_are_run_and_liked(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    query = admin.post("/queries", QUERY).json()["id"]
    body = {"title": "By state", "query_id": query, "folder_id": "1"}
    look = admin.post("/looks", body).json()
    for _ in range(2):
        assert admin.get(f"/looks/{look['id']}/run/json").status == 200
    liked = {"content_metadata_id": look["content_metadata_id"]}
    assert admin.post("/content_favorite", liked).status == 200
    ran = ask(
        admin,
        "history",
        ["look.title", "history.query_run_count"],
        filters={"look.id": "NOT NULL"},
    )
    assert ran == [{"look.title": "By state", "history.query_run_count": 2}]
    fields = ["content_usage.content_title", "content_usage.favorites_total"]
    used = ask(admin, "content_usage", fields, filters={"content_usage.content_type": "look"})
    assert used == [{fields[0]: "By state", fields[1]: 1}]


def test_which_dashboards_are_run(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    query = admin.post("/queries", QUERY).json()["id"]
    dashboard = admin.post("/dashboards", {"title": "Sales", "folder_id": "1"}).json()["id"]
    for _ in range(3):
        finished(admin, query_id=query, dashboard_id=dashboard)
    finished(admin, query_id=query)
    fields = ["dashboard.title", "history.dashboard_user", "history.query_run_count"]
    ran = {"history.real_dash_id": "-NULL"}
    assert ask(admin, "history", fields, filters=ran) == [
        {"dashboard.title": "Sales", fields[1]: 1, fields[2]: 3}
    ]
    (runs,) = ask(admin, "history", ["history.dashboard_run_count"])
    assert 1 <= runs["history.dashboard_run_count"] <= 2  # a minute may end in between


def test_it_is_listed_for_whoever_asks_for_it_and_may_see_it(
    instance: Instance, admin: ApiClient
) -> None:
    def names(client: ApiClient, **params: str) -> set[str]:
        return {model["name"] for model in client.get("/lookml_models", params=params).json()}

    assert MODEL not in names(admin)
    assert MODEL in names(admin, include_internal="true")
    developer = instance.as_role("Developer")
    assert MODEL not in names(developer, include_internal="true")
    assert developer.get(f"/lookml_models/{MODEL}").status == 404
    body = {"model": MODEL, "view": "user", "fields": ["user.email"]}
    refused = developer.post("/queries/run/json", body)
    assert refused.status in (400, 404)
    assert "example.com" not in refused.text
    suggestions = f"/models/{MODEL}/views/user/fields/user.email/suggestions"
    assert developer.get(suggestions).status == 404


def test_no_other_model_reaches_the_application_database(make_instance: Any, tmp_path: Any) -> None:
    folder = tmp_path / "sly"
    folder.mkdir()
    (folder / "sly.model.lkml").write_text(
        'connection: "looker"\n'
        'explore: user { sql_table_name: "user" ;; }\n'
        'view: user { sql_table_name: "user" ;; dimension: email {} }\n'
    )
    instance = make_instance()
    admin = instance.as_role("Admin")
    with instance.services.database.session() as session:
        from belvedere import clock
        from belvedere.projects import models

        models.add_project(session, "sly", folder, clock.now())
        models.register(session, "sly", "sly", "looker", clock.now())
    answer = admin.post(
        "/queries/run/json", {"model": "sly", "view": "user", "fields": ["user.email"]}
    )
    assert answer.status == 400
    assert "does not exist" in answer.text
    sql = {"sql": 'SELECT * FROM "user"'}
    for target in ({"connection_name": "looker"}, {"model_name": MODEL}):
        assert admin.post("/sql_queries", {**sql, **target}).status == 422
    taken = admin.post("/lookml_models", {"name": MODEL, "project_name": "sly"})
    assert taken.status == 422


def test_no_secret_has_a_field(admin: ApiClient) -> None:
    model = admin.get(f"/lookml_models/{MODEL}").json()
    for explore in model["explores"]:
        found = admin.get(f"/lookml_models/{MODEL}/explores/{explore['name']}").json()
        for kind in ("dimensions", "measures"):
            for field in found["fields"][kind]:
                sql = (field["sql"] or "").lower()
                assert not any(word in sql for word in ("sealed", "secret", "hash", "digest"))
