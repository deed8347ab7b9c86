"""What is written down of every query."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_content_access import closed, shared_closed

from belvedere.query.tables import HistoryRow

__all__ = ["shared_closed"]
QUERY = {"model": "thelook", "view": "users", "fields": ["users.state", "users.count"]}


def rows(instance: Instance) -> list[HistoryRow]:
    instance.services.runner.history.flush()
    with instance.services.database.reading() as session:
        found = select(HistoryRow).order_by(HistoryRow.created_at, HistoryRow.completed_at)
        return list(session.scalars(found))


def test_a_query_and_its_answer_from_the_cache(instance: Instance, admin: ApiClient) -> None:
    for _ in range(3):
        assert admin.post("/queries/run/json", QUERY).status == 200
    found = rows(instance)
    assert [row.result_source for row in found] == ["query", "cache", "cache"]
    assert {row.status for row in found} == {"complete"}
    first = found[0]
    assert (first.model, first.explore, first.connection_name) == ("thelook", "users", "thelook")
    assert first.runtime > 0
    assert first.completed_at >= first.created_at
    assert str(first.user_id) == admin.get("/user").json()["id"]
    (slug,) = {row.query_slug for row in found}
    assert admin.get(f"/queries/{slug}").json()["fields"] == QUERY["fields"]


def test_a_stored_query_keeps_its_slug(instance: Instance, admin: ApiClient) -> None:
    made = admin.post("/queries", QUERY).json()
    assert admin.get(f"/queries/{made['id']}/run/csv").status == 200
    (row,) = rows(instance)
    assert row.query_slug == made["slug"]


def test_a_stream_is_noted_when_it_ends(instance: Instance, admin: ApiClient) -> None:
    answer = admin.post("/queries/run/csv", {**QUERY, "limit": "-1"})
    assert answer.status == 200
    (row,) = rows(instance)
    assert (row.status, row.result_source) == ("complete", "query")
    assert row.runtime > 0


def test_a_failure_is_noted_with_its_message(instance: Instance, admin: ApiClient) -> None:
    made = admin.post("/sql_queries", {"connection_name": "thelook", "sql": "SELECT nothing"})
    answer = admin.post(f"/sql_queries/{made.json()['slug']}/run/json")
    assert "nothing" in answer.text
    (row,) = rows(instance)
    assert (row.status, row.source, row.query_slug) == ("error", "sqlrunner", None)
    assert row.sql_query_slug == made.json()["slug"]
    assert "nothing" in (row.message or "")


def test_nothing_is_lost_while_the_database_is_away(
    instance: Instance, admin: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = instance.services.runner.history
    away = threading.Event()

    def gone(*_: Any) -> None:
        away.set()
        raise OperationalError("INSERT", {}, Exception("away"))

    with monkeypatch.context() as patched:
        patched.setattr(history, "_write", gone)
        assert admin.post("/queries/run/json", QUERY).status == 200
        assert away.wait(20)
    assert [row.status for row in rows(instance)] == ["complete"]


def test_what_is_refused_is_no_query(instance: Instance, admin: ApiClient) -> None:
    for body in ({**QUERY, "fields": ["users.nope"]}, {**QUERY, "model": "nope"}):
        assert admin.post("/queries/run/json", body).status >= 400
    assert rows(instance) == []


def test_the_sources_of_a_merge(instance: Instance, admin: ApiClient) -> None:
    other: dict[str, Any] = {**QUERY, "fields": ["users.state", "users.average_age"]}
    made = [admin.post("/queries", body).json()["id"] for body in (QUERY, other)]
    fields = {"field_name": "users.state", "source_field_name": "users.state"}
    merge = {
        "source_queries": [
            {"name": "a", "query_id": made[0]},
            {"name": "b", "query_id": made[1], "merge_fields": [fields]},
        ]
    }
    merged = admin.post("/merge_queries", merge)
    assert merged.status == 200, merged.text
    assert admin.get(f"/queries/{merged.json()['id']}/run/json").status == 200
    found = rows(instance)
    assert [row.query_slug for row in found] == made
    assert {row.merge_query_slug for row in found} == {merged.json()["id"]}


@pytest.mark.parametrize(("days", "kept"), [(89, 1), (91, 0)])
def test_history_is_kept_for_ninety_days(instance: Instance, days: int, kept: int) -> None:
    client = instance.as_role("Admin")
    assert client.post("/queries/run/json", QUERY).status == 200
    assert len(rows(instance)) == 1
    instance.skip(minutes=days * 24 * 60)
    instance.services.runner.history._purge()
    assert len(rows(instance)) == kept


# For which content


def finished(client: ApiClient, **body: object) -> dict[str, Any]:
    made = client.post("/query_tasks", {"result_format": "json", **body})
    assert made.status == 200, made.text
    task: dict[str, Any] = made.json()
    deadline = time.monotonic() + 30
    while client.get(f"/query_tasks/{task['id']}").json()["status"] in ("added", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return task


def test_a_task_says_for_which_content_it_runs(instance: Instance, admin: ApiClient) -> None:
    query = admin.post("/queries", QUERY).json()["id"]
    dashboard = admin.post("/dashboards", {"title": "x", "folder_id": "1"}).json()
    look = admin.post("/looks", {"title": "x", "folder_id": "1", "query_id": query}).json()
    assert (dashboard["usage_count"], dashboard["last_accessed_at"]) == (0, None)
    task = finished(admin, query_id=query, dashboard_id=dashboard["slug"])
    assert (task["dashboard_id"], task["look_id"]) == (dashboard["id"], None)
    merge = admin.post(
        "/merge_queries", {"source_queries": [{"query_id": query, "name": "a"}]}
    ).json()["id"]
    finished(admin, query_id=merge, dashboard_id=dashboard["id"])
    assert finished(admin, query_id=query, look_id=look["id"])["look_id"] == look["id"]
    assert [(row.dashboard_id, row.look_id) for row in rows(instance)] == [
        (dashboard["id"], None),
        (dashboard["id"], None),
        (None, look["id"]),
    ]
    for path, count in ((f"/dashboards/{dashboard['id']}", 2), (f"/looks/{look['id']}", 1)):
        shown = admin.get(path).json()
        assert shown["usage_count"] == count
        assert shown["last_accessed_at"] is not None
        assert (shown["view_count"], shown["last_viewed_at"]) == (0, None)


def test_content_that_one_may_not_see_is_no_context(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    user = instance.as_role("User")
    mine = {"folder_id": closed(admin, "hidden")[0], "title": "x"}
    query = admin.post("/queries", QUERY).json()["id"]
    hidden = admin.post("/dashboards", mine).json()["id"]
    look = admin.post("/looks", {**mine, "query_id": query}).json()["id"]
    wanted: list[tuple[str, str]] = [
        *(("dashboard_id", name) for name in (hidden, "999", "none", "thelook::none", "no::x")),
        *(("look_id", name) for name in (look, "999", "x")),
    ]
    for field, name in wanted:
        body = {"query_id": query, "result_format": "json", field: name}
        answer = user.post("/query_tasks", body)
        assert answer.status == 422, name
        assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert rows(instance) == []
