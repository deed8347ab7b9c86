"""Content by words; favourites; how often it is looked at."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import PROJECT, Instance
from tests.api.test_content_access import closed, grant, shared_closed

from belvedere.content import metadata
from belvedere.content.tables import ContentMetadata

__all__ = ["shared_closed"]
QUERY = {"model": "thelook", "view": "users", "fields": ["users.state", "users.count"]}


def look(client: ApiClient, title: str, description: str = "", folder: str = "1") -> dict[str, Any]:
    query = client.post("/queries", QUERY).json()["id"]
    body = {"title": title, "description": description, "query_id": query, "folder_id": folder}
    answer = client.post("/looks", body)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def found(client: ApiClient, terms: str, **params: str) -> list[str]:
    answer = client.get(f"/content/{terms}", params=params)
    assert answer.status == 200, answer.text
    return [row["title"] for row in answer.json()]


def test_every_word_must_stand_somewhere(admin: ApiClient) -> None:
    look(admin, "Orders by month")
    look(admin, "Month of orders", "the best ones")
    look(admin, "Users", "orders, by the month")
    look(admin, "Users by 100%")
    assert found(admin, "month%20orders", types="look") == [
        "Month of orders",
        "Orders by month",
        "Users",
    ]
    assert found(admin, "orders%20by", types="look")[0] == "Orders by month"
    assert found(admin, "users", types="look") == ["Users", "Users by 100%"]
    assert found(admin, "0%25", types="look") == ["Users by 100%"]
    assert found(admin, "best%20users", types="look") == []
    assert found(admin, "orders", types="dashboard") == []
    assert found(admin, "orders", limit="1", types="look") == ["Orders by month"]
    assert found(admin, "orders", limit="1", offset="1", types="look") == ["Month of orders"]
    assert admin.get("/content/x", params={"types": "looks"}).status == 400


def test_what_one_may_not_see_is_not_found(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    folder, _ = closed(admin, "secret")
    secret = look(admin, "Salaries", folder=folder)
    user = instance.as_role("User")
    assert found(admin, "salaries") == ["Salaries"]
    assert found(user, "salaries") == []
    assert admin.patch(f"/looks/{secret['id']}", {"deleted": True}).status == 200
    assert found(admin, "salaries") == []


def test_dashboards_of_lookml_are_found_too(
    make_instance: Callable[..., Instance], tmp_path: Path
) -> None:
    project = Path(shutil.copytree(PROJECT, tmp_path / "thelook"))
    text = "- dashboard: sales\n  title: Overview of sales\n  description: By month\n"
    (project / "sales.dashboard.lookml").write_text(text)
    (model,) = project.rglob("*.model.lkml")
    model.write_text(f'include: "/sales.dashboard.lookml"\n{model.read_text()}')
    instance = make_instance(project)
    (row,) = instance.as_role("Viewer").get("/content/month%20overview").json()
    assert (row["type"], row["content_id"]) == ("lookml_dashboard", "thelook::sales")
    assert (row["folder_id"], row["model"], row["title"]) == (
        "lookml",
        "thelook",
        "Overview of sales",
    )
    assert instance.as_role(None).get("/content/month%20overview").json() == []


def test_a_favourite_shows_nothing_that_was_closed(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    user = instance.as_role("User")
    one = look(admin, "Plans")
    body = {"content_metadata_id": one["content_metadata_id"]}
    favorite = user.post("/content_favorite", body).json()
    folder, metadata_id = closed(admin, "secret")
    liked = user.post("/content_favorite", {"content_metadata_id": shared_closed}).json()
    assert admin.patch(f"/looks/{one['id']}", {"folder_id": folder}).status == 200
    assert user.get(f"/content_favorite/{favorite['id']}").status == 404
    assert user.get("/content_favorite/search").json() == [liked]
    grant(admin, metadata_id, "view", group_id="1")
    assert user.get(f"/content_favorite/{favorite['id']}").json()["look"]["title"] == "Plans"


def test_what_a_group_looks_at_is_for_those_in_it(instance: Instance, admin: ApiClient) -> None:
    one = look(admin, "One")
    member, other = instance.as_role("User"), instance.as_role("User")
    view(instance, member, one, 3)
    group = admin.post("/groups", {"name": "Readers"}).json()["id"]
    user_id = member.get("/user").json()["id"]
    assert admin.post(f"/groups/{group}/users", {"user_id": user_id}).status == 200
    params = {"target_group_id": group}
    for client in (admin, member):
        (row,) = client.get("/content_summary", params=params).json()
        assert row["group_weighted_score"] == 3.0
    assert other.get("/content_summary", params=params).status == 404
    assert other.get("/content_summary", params={"target_group_id": "1"}).status == 200


def test_a_favourite_is_ones_own(instance: Instance, admin: ApiClient) -> None:
    one = look(admin, "Liked")
    user = instance.as_role("User")
    body = {"content_metadata_id": one["content_metadata_id"]}
    made = user.post("/content_favorite", body)
    assert made.status == 200, made.text
    favorite = made.json()
    assert favorite["look"]["title"] == "Liked"
    assert user.post("/content_favorite", body).status == 409
    assert user.get(f"/looks/{one['id']}").json()["favorite_count"] == 1
    assert user.get(f"/looks/{one['id']}").json()["content_favorite_id"] == favorite["id"]
    path = f"/content_favorite/{favorite['id']}"
    assert user.get(path).json() == favorite
    for other in (admin, instance.as_role("User")):
        assert other.get(path).status == 404
        assert other.delete(path).status == 404
        assert other.get("/content_favorite/search").json() == []
    mine = {"user_id": favorite["user_id"]}
    assert len(admin.get("/content_favorite/search", params=mine).json()) == 1
    assert instance.as_role("User").get("/content_favorite/search", params=mine).json() == []
    assert user.get("/content_favorite/search", params={"look_id": one["id"]}).json() == [favorite]
    assert user.delete(path).status == 204
    assert user.get(f"/looks/{one['id']}").json()["favorite_count"] == 0
    theirs = admin.post("/content_favorite", {**body, "user_id": favorite["user_id"]})
    assert theirs.status == 404
    assert user.post("/content_favorite", {"content_metadata_id": "99999"}).status == 404
    assert user.post("/content_favorite", {}).status == 422


def test_favourites_among_what_is_on_a_board(admin: ApiClient) -> None:
    on_it, beside = look(admin, "On it"), look(admin, "Beside")
    board = admin.post("/boards", {"title": "Wall"}).json()
    section = admin.post("/board_sections", {"board_id": board["id"], "title": "Row"}).json()
    item = {"board_section_id": section["id"], "look_id": on_it["id"]}
    assert admin.post("/board_items", item).status == 200
    for one in (on_it, beside, board):
        body = {"content_metadata_id": one["content_metadata_id"]}
        assert admin.post("/content_favorite", body).status == 200

    def found(**params: str) -> list[tuple[str | None, str | None]]:
        listed = admin.get("/content_favorite/search", params={"board_id": board["id"], **params})
        return [(favorite["board_id"], favorite["look_id"]) for favorite in listed.json()]

    assert found() == found(include_board_items="false") == [(board["id"], None)]
    assert found(include_board_items="true") == [(None, on_it["id"])]
    assert found(include_board_items="true", look_id=beside["id"]) == []
    admin.delete(f"/boards/{board['id']}")
    assert found(include_board_items="true") == []


def view(
    instance: Instance, client: ApiClient, content: dict[str, Any], times: int, weeks_ago: int = 0
) -> None:
    now = instance.services.clock() - timedelta(weeks=weeks_ago)
    user_id = int(client.get("/user").json()["id"])
    for _ in range(times):
        with instance.services.database.session() as session:
            meta = session.get_one(ContentMetadata, int(content["content_metadata_id"]))
            metadata.viewed(session, user_id, meta, now)


def test_views_by_week_and_over_all(instance: Instance, admin: ApiClient) -> None:
    one, two = look(admin, "One"), look(admin, "Two")
    user = instance.as_role("User")
    view(instance, user, one, 2, weeks_ago=2)
    view(instance, admin, two, 1, weeks_ago=2)
    view(instance, user, one, 3)
    weekly = user.get("/content_view/search", params={"sorts": "view_count desc"}).json()
    assert [(row["title"], row["view_count"]) for row in weekly] == [("One", 3), ("One", 2)]
    assert [row["view_count"] for row in admin.get("/content_view/search").json()] == [2, 1, 3]
    params = {"all_time": "true", "sorts": "view_count desc"}
    total = admin.get("/content_view/search", params=params).json()
    assert [(row["title"], row["view_count"]) for row in total] == [("One", 5), ("Two", 1)]
    week = weekly[0]["start_of_week_date"]
    only = admin.get("/content_view/search", params={"start_of_week_date": week}).json()
    assert [row["view_count"] for row in only] == [3]
    assert admin.get("/content_view/search", params={"group_id": "1"}).json()
    bad = admin.get("/content_view/search", params={"start_of_week_date": "monday"})
    assert bad.status == 400


def test_what_matters_to_somebody(instance: Instance, admin: ApiClient) -> None:
    one, two = look(admin, "One"), look(admin, "Two")
    look(admin, "Nobody looks at this")
    user = instance.as_role("User")
    view(instance, user, one, 2)
    view(instance, admin, two, 9)
    assert (
        user.post("/content_favorite", {"content_metadata_id": one["content_metadata_id"]}).status
        == 200
    )
    rows = user.get("/content_summary").json()
    assert [row["title"] for row in rows] == ["One", "Two"]
    assert (rows[0]["weighted_score"], rows[1]["weighted_score"]) == (12.0, 0.0)
    assert rows[1]["group_weighted_score"] == 9.0
    by_group = user.get("/content_summary", params={"sorts": "group_weighted_score desc"})
    assert [row["title"] for row in by_group.json()] == ["Two", "One"]
    own = user.get("/user").json()["id"]
    theirs = admin.get("/content_summary", params={"target_user_id": own, "limit": "1"}).json()
    assert [row["title"] for row in theirs] == ["One"]
    refused = user.get("/content_summary", params={"target_user_id": "1"})
    assert refused.status == 404
    assert user.get("/content_summary", params={"target_content_type": "dashboard"}).json() == []


@pytest.mark.parametrize("sorts", ["nonsense", "title sideways"])
def test_sorts_are_checked(admin: ApiClient, sorts: str) -> None:
    assert admin.get("/content_summary", params={"sorts": sorts}).status == 422


def test_words_of_any_alphabet(admin: ApiClient) -> None:
    look(admin, "ÉQUIPE_1 \\ x")
    for terms in ("%C3%89QUIPE", "_1", "%5C", "%C3%89quipe_1"):
        assert found(admin, terms, types="look") == ["ÉQUIPE_1 \\ x"], terms
    assert found(admin, "EQUIPE", types="look") == []
