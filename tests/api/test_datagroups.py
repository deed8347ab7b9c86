"""Datagroups decide which cached results count, by their triggers and by hand."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.projects import models

LOOKML = """
connection: "news"
persist_with: daily
datagroup: daily { sql_trigger: SELECT max(id) FROM news ;; max_cache_age: "24 hours" }
datagroup: broken { sql_trigger: SELECT nothing FROM nowhere ;; }
datagroup: hourly { interval_trigger: "1 hour" }
datagroup: plain { max_cache_age: "1 hour" }
view: news { dimension: id { primary_key: yes type: number } measure: count { type: count } }
explore: news {}
explore: lasting { from: news persist_with: hourly }
explore: failing { from: news persist_with: broken }
explore: other { from: news persist_for: "1 hour" }
"""


@pytest.fixture
def news(instance: Instance, tmp_path):
    path = tmp_path / "news.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE news (id INTEGER)")
        connection.execute("INSERT INTO news VALUES (1)")
    admin = instance.as_role("Admin")
    body = {"name": "news", "dialect_name": "duckdb", "database": str(path)}
    assert admin.post("/connections", body).status == 200
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "news.model.lkml").write_text(LOOKML)
    with instance.services.database.session() as session:
        models.add_project(session, "news", folder, clock.now())
        models.register(session, "news", "news", "news", clock.now())
    return admin


def by_name(client) -> dict[str, dict[str, Any]]:
    listed = client.get("/datagroups").json()
    return {item["name"]: item for item in listed if item["model_name"] == "news"}


def from_cache(client, view: str = "news") -> bool:
    query = {"model": "news", "view": view, "fields": [f"{view}.count"]}
    found: bool = client.post("/queries/run/json_detail", query).json()["from_cache"]
    return found


def test_every_datagroup_is_listed_and_found(news) -> None:
    found = by_name(news)
    assert list(found) == ["broken", "daily", "hourly", "plain"]
    daily = found["daily"]
    assert daily["model_name"] == "news"
    assert daily["triggered_at"] is None
    assert news.get(f"/datagroups/{daily['id']}").json() == daily
    assert news.get("/datagroups/999").status == 404
    assert news.get("/datagroups/x").status == 404


def test_triggers_fire_when_their_value_changes(news, instance: Instance) -> None:
    instance.services.triggers.check_due()
    found = by_name(news)
    assert found["daily"]["trigger_value"] == "1"
    assert found["daily"]["triggered_at"] <= time.time()
    assert "nowhere" in found["broken"]["trigger_error"]
    assert found["broken"]["triggered_at"] is None
    assert found["hourly"]["triggered_at"] is not None
    assert found["plain"]["trigger_check_at"] is None
    before = found["daily"]["trigger_check_at"]
    instance.services.triggers.check_due()
    assert by_name(news)["daily"]["trigger_check_at"] == before


def test_the_connection_says_how_often_triggers_are_checked(news, instance: Instance) -> None:
    def check(schedule: str) -> float:
        news.patch("/connections/news", {"maintenance_cron": schedule})
        instance.skip(minutes=6)
        instance.services.triggers.check_due()
        checked: float = by_name(news)["daily"]["trigger_check_at"]
        return checked

    wrong = news.patch("/connections/news", {"maintenance_cron": "now and then"})
    assert wrong.status == 422
    assert wrong.json()["errors"][0]["field"] == "maintenance_cron"
    first = check("0 0 29 2 *")
    assert check("0 0 29 2 *") == first
    assert check("* * * * *") > first


def test_results_of_before_a_trigger_do_not_count(news) -> None:
    assert not from_cache(news)
    assert from_cache(news)
    daily = by_name(news)["daily"]
    now = int(time.time()) + 1
    answer = news.patch(f"/datagroups/{daily['id']}", {"stale_before": now})
    assert answer.json()["stale_before"] == now
    assert not from_cache(news)


@pytest.mark.parametrize("name", ["stale_before", "triggered_at"])
def test_the_second_of_the_call_means_now(news, name: str) -> None:
    daily = by_name(news)["daily"]
    for _ in range(3):
        assert not from_cache(news)
        assert from_cache(news)
        now = int(time.time())
        assert news.patch(f"/datagroups/{daily['id']}", {name: now}).json()[name] == now


def test_without_an_age_only_a_working_trigger_counts(
    news, instance: Instance, monkeypatch
) -> None:
    instance.services.triggers.check_due()
    assert not from_cache(news, "lasting")
    assert not from_cache(news, "failing")
    later = SimpleNamespace(time=lambda: time.time() + 7200)
    monkeypatch.setattr("belvedere.query.cache.time", later)
    assert from_cache(news, "lasting")
    assert not from_cache(news, "failing")
    hourly = by_name(news)["hourly"]
    news.patch(f"/datagroups/{hourly['id']}", {"triggered_at": int(time.time()) + 1})
    assert not from_cache(news, "lasting")


def test_what_does_not_depend_on_it_stays(news) -> None:
    assert not from_cache(news, "other")
    daily = by_name(news)["daily"]
    news.patch(f"/datagroups/{daily['id']}", {"triggered_at": int(time.time())})
    assert from_cache(news, "other")


def test_answers_in_memory_are_dropped_too(news) -> None:
    query = {"model": "news", "view": "news", "fields": ["news.count"]}
    first = [news.post("/queries/run/json", query) for _ in range(3)][-1]
    assert first.status == 200
    daily = by_name(news)["daily"]
    news.patch(f"/datagroups/{daily['id']}", {"triggered_at": int(time.time()) + 1})
    assert not from_cache(news)


@pytest.mark.parametrize("body", [{"stale_before": 99999999999}, {"triggered_at": -1}])
def test_moments_that_make_no_sense(news, body: dict[str, int]) -> None:
    identifier = by_name(news)["daily"]["id"]
    assert news.patch(f"/datagroups/{identifier}", body).status == 422
    assert by_name(news)["daily"]["stale_before"] is None


def test_only_for_those_who_may(news, instance: Instance) -> None:
    viewer = instance.as_role("Viewer")
    identifier = by_name(news)["daily"]["id"]
    assert viewer.patch(f"/datagroups/{identifier}", {"stale_before": 1}).status in (403, 404)


# Merge queries


def test_merge_queries_are_stored_once(news) -> None:
    source = news.post("/queries", {"model": "news", "view": "news", "fields": ["news.id"]}).json()
    body = {
        "source_queries": [
            {"query_id": source["id"], "name": "a"},
            {
                "query_slug": source["slug"],
                "merge_fields": [{"field_name": "news.id", "source_field_name": "news.id"}],
            },
        ],
        "sorts": ["news.id desc"],
        "limit": "10",
    }
    made = news.post("/merge_queries", body).json()
    assert made["source_queries"][1]["query_id"] == source["id"]
    assert news.post("/merge_queries", body).json()["id"] == made["id"]
    assert news.get(f"/merge_queries/{made['id']}").json() == made
    assert news.get("/merge_queries/nothing").status == 404
    wrong = news.post("/merge_queries", {"source_queries": [{"query_id": "nothing"}]})
    assert wrong.status == 422
    assert wrong.json()["errors"][0]["field"] == "source_queries[0].query_id"


def test_rights_count_for_the_models_of_their_role(news: Any, instance: Instance) -> None:
    """Seeing a model's data, and triggering another one's datagroups, is not triggering its own."""

    def role(name: str, permissions: list[str], models: list[str]) -> str:
        sets = (
            ("permission_sets", {"permissions": permissions}),
            ("model_sets", {"models": models}),
        )
        made = [news.post(f"/{kind}", {"name": name, **body}).json()["id"] for kind, body in sets]
        body = {"name": name, "permission_set_id": made[0], "model_set_id": made[1]}
        return str(news.post("/roles", body).json()["id"])

    sees, triggers = ["access_data", "see_datagroups"], ["access_data", "update_datagroups"]
    user = instance.user(None)
    elsewhere = role("elsewhere", [*sees, *triggers], ["thelook"])
    daily = by_name(news)["daily"]["id"]
    for number, (given, read, changed) in enumerate(
        [(["access_data"], 404, 404), (sees, 200, 404), ([*sees, *triggers], 200, 200)]
    ):
        news.put(f"/users/{user}/roles", [elsewhere, role(f"here {number}", given, ["news"])])
        client = instance.client_of(user)
        assert client.get(f"/datagroups/{daily}").status == read
        assert ("daily" in by_name(client)) is (read == 200)
        assert client.patch(f"/datagroups/{daily}", {"triggered_at": 1}).status == changed
