"""System Activity tells what was done: the fields that programs ask for hold the right values."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_system_activity import MODEL, ask

from belvedere import clock
from belvedere.accounts.tables import EmailCredentials
from belvedere.content.tables import ContentMetadata

QUERY = {"model": "thelook", "view": "users", "fields": ["users.state", "users.count"]}


def query_id(client: ApiClient, **more: Any) -> str:
    return str(client.post("/queries", {**QUERY, **more}).json()["id"])


def run_task(client: ApiClient, **body: Any) -> dict[str, Any]:
    made = client.post("/query_tasks", {"result_format": "json", **body})
    assert made.status == 200, made.text
    task: dict[str, Any] = made.json()
    for _ in range(200):
        if client.get(f"/query_tasks/{task['id']}").json()["status"] == "complete":
            return task
        time.sleep(0.02)
    raise AssertionError("the task never ended")


@pytest.fixture
def dashboard(admin: ApiClient) -> str:
    return str(admin.post("/dashboards", {"title": "Sales", "folder_id": "1"}).json()["id"])


def test_what_ran_for_a_dashboard_is_known(
    instance: Instance, admin: ApiClient, dashboard: str
) -> None:
    task = run_task(admin, query_id=query_id(admin), dashboard_id=dashboard, source="dashboard")
    assert task["dashboard_id"] == dashboard
    assert admin.get(f"/query_tasks/{task['id']}").json()["dashboard_id"] == dashboard
    for limit in ("3", "4"):
        asked = query_id(admin, limit=limit)
        run_task(instance.as_role("User"), query_id=asked, dashboard_id=dashboard)
    admin.post("/queries/run/csv", QUERY)
    names = ("real_dash_id", "dashboard_run_count", "dashboard_user", "query_run_count")
    (found,) = ask(
        admin,
        "history",
        ["dashboard.title", *(f"history.{name}" for name in names)],
        filters={"history.dashboard_session": "-NULL"},
    )
    assert found.pop("history.dashboard_run_count") in (3, 4)  # by the minute
    assert list(found.values()) == ["Sales", dashboard, 3, 3]
    by_source = ask(
        admin,
        "history",
        ["history.source", "history.issuer_source", "history.result_format", "history.count"],
        filters={"query.model": "thelook"},
        sorts=["history.source", "history.result_format"],
    )
    assert [tuple(row.values()) for row in by_source] == [
        ("api4", "API", "csv", 1),
        ("api4", "API", "json", 2),
        ("dashboard", "User", "json", 1),
    ]


def test_a_task_for_a_look_says_so(admin: ApiClient) -> None:
    body = {"title": "By state", "query_id": query_id(admin), "folder_id": "1"}
    look = admin.post("/looks", body).json()
    task = run_task(admin, query_id=look["query_id"], look_id=look["id"])
    assert task["look_id"] == look["id"]
    found = ask(admin, "history", ["look.title", "history.count"], filters={"look.id": "NOT NULL"})
    assert found == [{"look.title": "By state", "history.count": 1}]


def test_runs_of_the_development_workspace_are_told_apart(admin: ApiClient) -> None:
    admin.post("/queries/run/json", QUERY)
    assert admin.patch("/session", {"workspace_id": "dev"}).status == 200
    admin.post("/queries/run/json", {**QUERY, "limit": "7"})
    fields = ["history.workspace_id", "history.query_run_count"]
    found = ask(admin, "history", fields, filters={"query.model": "thelook"}, sorts=fields[:1])
    assert [tuple(row.values()) for row in found] == [("dev", 1), ("production", 1)]
    production = {"history.workspace_id": "production", "user.dev_branch_name": "NULL"}
    filters = {**production, "query.model": "-NULL, -system^_^_activity"}
    found = ask(admin, "history", ["query.formatted_fields", "query.filters"], filters=filters)
    assert found == [
        {"query.formatted_fields": '["users.state","users.count"]', "query.filters": None}
    ]


def test_limits_and_totals_of_queries_are_numbers_and_flags(admin: ApiClient) -> None:
    asked: list[dict[str, Any]] = [
        {"limit": "10000"},
        {"limit": "-1", "total": True},
        {"column_limit": "5", "row_total": "right"},
    ]
    for more in asked:
        assert admin.post("/queries/run/json", {**QUERY, **more}).status == 200
    names = ("limit", "column_limit", "total", "row_totals")
    found = ask(
        admin,
        "history",
        [f"query.{name}" for name in names],
        filters={"query.model": "thelook"},
        sorts=["query.limit"],
    )
    assert [tuple(row.values()) for row in found] == [
        (-1, None, "Yes", "No"),
        (500, 5, "No", "Yes"),
        (10000, None, "No", "No"),
    ]
    large = ask(admin, "history", ["history.count"], filters={"query.limit": ">5000"})
    assert large == [{"history.count": 1}]


def test_the_name_of_before_is_the_same_model(instance: Instance, admin: ApiClient) -> None:
    body = {"model": "i__looker", "view": "user", "fields": ["user.count"]}
    assert admin.post("/queries/run/json", body).json() == [{"user.count": 1}]
    of_ours = {**body, "filters": {"user.is_looker": "No"}}
    assert admin.post("/queries/run/json", of_ours).json() == [{"user.count": 1}]
    assert admin.get("/lookml_models/i__looker/explores/user").status == 200
    assert instance.as_role("Developer").post("/queries/run/json", body).status == 404
    taken = admin.post("/lookml_models", {"name": "i__looker", "project_name": "thelook"})
    assert taken.status == 422


def test_what_changed_is_seen_at_once(admin: ApiClient, dashboard: str) -> None:
    body = {"model": MODEL, "view": "dashboard", "fields": ["dashboard.count"]}
    assert admin.post("/queries/run/json", body).json() == [{"dashboard.count": 1}]
    admin.post("/dashboards", {"title": "More", "folder_id": "1"})
    assert admin.post("/queries/run/json", body).json() == [{"dashboard.count": 2}]
    admin.patch(f"/dashboards/{dashboard}", {"deleted": True})
    trash = ["dashboard.title", "dashboard.moved_to_trash"]
    found = ask(admin, "dashboard", trash, sorts=["dashboard.title desc"])
    assert [row["dashboard.moved_to_trash"] for row in found] == ["Yes", "No"]
    kept = {"dashboard.deleted_date": "NULL", "dashboard.moved_to_trash": "No"}
    assert ask(admin, "dashboard", ["dashboard.title"], filters=kept) == [
        {"dashboard.title": "More"}
    ]


def test_tiles_are_counted_by_their_kind(admin: ApiClient, dashboard: str) -> None:
    asked = query_id(admin)
    look = admin.post("/looks", {"title": "L", "query_id": query_id(admin), "folder_id": "1"})
    merged = {
        "source_queries": [{"query_id": asked, "name": "one", "merge_fields": []}],
    }
    merge = admin.post("/merge_queries", merged).json()
    tiles: list[dict[str, Any]] = [
        {"type": "text", "body_text": "Hello"},
        {"type": "vis", "query_id": asked},
        {"type": "vis", "query_id": query_id(admin, limit="9")},
        {"type": "vis", "look_id": look.json()["id"]},
        {"type": "vis", "merge_result_id": merge["id"]},
    ]
    for tile in tiles:
        made = admin.post("/dashboard_elements", {"dashboard_id": dashboard, **tile})
        assert made.status == 200, made.text
    gone = admin.post("/dashboard_elements", {"dashboard_id": dashboard, "type": "text"}).json()
    assert admin.delete(f"/dashboard_elements/{gone['id']}").status == 204
    counts = ("count", "count_text", "count_look", "count_lookless", "count_merge_query")
    fields = ["dashboard.id", *(f"dashboard_element.{name}" for name in counts), "query.count"]
    (found,) = ask(admin, "dashboard", fields)
    assert list(found.values()) == [int(dashboard), 5, 1, 1, 2, 1, 2]
    merged_only = {"result_maker.is_merge_query": "Yes"}
    tiles_found = ask(admin, "dashboard", ["dashboard_element.count"], filters=merged_only)
    assert tiles_found == [{"dashboard_element.count": 1}]
    of_looks = ask(
        admin,
        "dashboard",
        ["look.id", "query.view", "query.formatted_fields"],
        filters={"dashboard_element.result_source": "Look"},
    )
    fields_used = '["users.state","users.count"]'
    assert [tuple(row.values()) for row in of_looks] == [
        (int(look.json()["id"]), "users", fields_used)
    ]


def test_unused_content_is_found(instance: Instance, admin: ApiClient, dashboard: str) -> None:
    asked = query_id(admin)
    looks = [
        admin.post("/looks", {"title": title, "query_id": asked, "folder_id": "1"}).json()
        for title in ("Old", "Older, on a dashboard", "New")
    ]
    tile = {"dashboard_id": dashboard, "type": "vis", "look_id": looks[1]["id"]}
    admin.post("/dashboard_elements", tile)
    for look in looks:
        admin.get(f"/looks/{look['id']}/run/json")
    with instance.services.database.session() as session:
        for days, look in zip((100, 200), looks, strict=False):
            meta = session.get(ContentMetadata, int(look["content_metadata_id"]))
            assert meta is not None
            meta.last_accessed_at = clock.now() - timedelta(days=days, minutes=1)
    fields = ["content_title", "days_since_last_accessed", "api_count"]
    found = ask(
        admin,
        "content_usage",
        [*(f"content_usage.{name}" for name in fields), "look.id"],
        filters={
            "content_usage.days_since_last_accessed": ">90",
            "content_usage.content_type": "dashboard,look",
            "_dashboard_linked_looks.is_used_on_dashboard": "No",
            "look.public": "No",
        },
        filter_expression="if(is_null(${dashboard.deleted_date}) = no"
        " OR is_null(${look.deleted_date}) = no, no, yes)",
    )
    assert [tuple(row.values()) for row in found] == [("Old", 100, 1, int(looks[0]["id"]))]
    kinds = ask(admin, "content_usage", ["content_usage.content_type", "content_usage.count"])
    assert {tuple(row.values()) for row in kinds} == {("look", 3), ("dashboard", 1)}


def test_people_have_the_roles_and_groups_that_others_give_them(
    instance: Instance, admin: ApiClient
) -> None:
    ada = instance.user(None, "Lovelace")
    inner, outer = (admin.post("/groups", {"name": name}).json()["id"] for name in ("In", "Out"))
    admin.post(f"/groups/{outer}/groups", {"group_id": inner})
    admin.post(f"/groups/{inner}/users", {"user_id": str(ada)})
    roles = {role["name"]: role["id"] for role in admin.get("/roles").json()}
    assert admin.put(f"/roles/{roles['Viewer']}/groups", [outer]).status == 200
    of_ada = {"user.id": str(ada)}
    held = ask(admin, "user", ["role.name"], filters=of_ada)
    assert held == [{"role.name": role["name"]} for role in admin.get(f"/users/{ada}/roles").json()]
    assert held == [{"role.name": "Viewer"}]
    belongs = ask(admin, "user", ["group.name"], filters=of_ada, sorts=["group.name"])
    assert [row["group.name"] for row in belongs] == ["All Users", "In", "Out"]
    counted = ask(admin, "group", ["group.name", "user.count"], sorts=["group.name"])
    assert [tuple(row.values()) for row in counted] == [("All Users", 2), ("In", 1), ("Out", 1)]


def test_who_did_not_sign_in_for_long_is_found(instance: Instance, admin: ApiClient) -> None:
    ada = instance.user("User", "Lovelace")
    instance.user("User", "Bobson")
    with instance.services.database.session() as session:
        credentials = session.get(EmailCredentials, ada)
        assert credentials is not None
        credentials.logged_in_at = clock.now() - timedelta(days=100)
    instance.client_of(ada).post("/queries/run/json", QUERY)
    names = ("last_ui_login_credential_type", "lifetime_queries")
    fields = ["user.last_name", *(f"user_facts.{name}" for name in names)]
    long_ago = {"user_facts.last_ui_login_date": "before 90 days ago"}
    found = ask(admin, "user", fields, filters=long_ago)
    assert [tuple(row.values()) for row in found] == [("Lovelace", "email", 1)]
    never = ask(admin, "user", fields, filters={"user_facts.last_ui_login_date": "NULL"})
    assert ("Bobson", None, 0) in [tuple(row.values()) for row in never]


def test_events_name_what_was_acted_on(admin: ApiClient, dashboard: str) -> None:
    admin.patch(f"/dashboards/{dashboard}", {"title": "Sales of today"})
    names = ("name", "object_type", "object_id")
    found = ask(admin, "event", [f"event.{name}" for name in names], sorts=["event.id"])
    assert [tuple(row.values()) for row in found] == [
        ("create_dashboard", "dashboards", None),
        ("update_dashboard", "dashboards", dashboard),
    ]


def test_nothing_is_planned_and_nothing_failed(admin: ApiClient) -> None:
    fields = ["scheduled_job.name", "scheduled_job.count"]
    wanted = {"scheduled_job.created_date": "7 days", "scheduled_job.status": "failure"}
    assert ask(admin, "scheduled_plan", fields, filters=wanted) == []
    assert ask(admin, "scheduled_plan", ["scheduled_plan.count"]) == [{"scheduled_plan.count": 0}]
