"""Looks, through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_content_access import closed, grant
from tests.api.test_folders import codes, made as made_folder, personal

from belvedere.api import search
from belvedere.content import metadata
from belvedere.content.tables import ContentMetadata, ContentView, Look

QUERY = {
    "model": "thelook",
    "view": "users",
    "fields": ["users.state", "users.count"],
    "limit": "3",
}


def queried(client: ApiClient, **changes: object) -> str:
    answer = client.post("/queries", QUERY | changes)
    assert answer.status == 200, answer.text
    identifier: str = answer.json()["id"]
    return identifier


def made(client: ApiClient, title: str, folder: str = "1", **values: object) -> dict[str, Any]:
    body = {"title": title, "folder_id": folder, "query_id": queried(client), **values}
    answer = client.post("/looks", body)
    assert answer.status == 200, answer.text
    look: dict[str, Any] = answer.json()
    return look


def titles(client: ApiClient, path: str = "/looks", **params: str) -> list[str]:
    return [item["title"] for item in client.get(path, params=params).json()]


# Made and changed


def test_looks_are_made_changed_and_deleted(admin: ApiClient) -> None:
    me = admin.get("/user").json()
    look = made(admin, " Users by state ", description="Where they live")
    assert (look["title"], look["description"]) == ("Users by state", "Where they live")
    assert (look["folder_id"], look["folder"]["name"]) == ("1", "Shared")
    assert (look["user_id"], look["user_name"]) == (me["id"], me["display_name"])
    assert look["query"]["fields"] == QUERY["fields"]
    assert look["query"]["id"] == look["query_id"]
    assert look["model"] == {"id": "thelook", "label": "The Look"}
    assert (look["public"], look["deleted"], look["is_run_on_load"]) == (False, False, True)
    path = f"/looks/{look['id']}"
    other = queried(admin, limit="5")
    body = {"title": "By state", "query_id": other, "description": None, "is_run_on_load": False}
    changed = admin.patch(path, body).json()
    assert {name: changed[name] for name in body} == body
    assert changed["created_at"] == look["created_at"]
    assert admin.get(path).json() == changed
    assert admin.delete(path).status == 204
    assert admin.get(path).status == 404
    assert int(made(admin, "again")["id"]) > int(look["id"])


def test_a_look_may_bring_its_query(admin: ApiClient) -> None:
    answer = admin.post("/looks", {"title": "x", "folder_id": "1", "query": QUERY})
    assert answer.json()["query_id"] == queried(admin)
    path = f"/looks/{answer.json()['id']}"
    again = admin.patch(path, answer.json())
    assert again.status == 200, again.text
    assert again.json()["query_id"] == answer.json()["query_id"]
    changed = admin.patch(path, {"query": QUERY | {"limit": "7"}})
    assert changed.json()["query"]["limit"] == "7"


def test_what_a_look_needs(instance: Instance, admin: ApiClient) -> None:
    assert codes(admin.post("/looks", {})) == [
        ("title", "missing_field"),
        ("folder_id", "missing_field"),
        ("query_id", "missing_field"),
    ]
    body = {"title": "x", "folder_id": "1", "query_id": queried(admin)}
    refused: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"title": "  "}, ("title", "missing_field")),
        ({"title": "x" * 256}, ("title", "invalid")),
        ({"title": "\0"}, ("title", "invalid")),
        ({"description": "\ud800"}, ("description", "invalid")),
        ({"query_id": "nothing"}, ("query_id", "invalid")),
        ({"query_id": None, "query": {"model": "thelook"}}, ("view", "missing_field")),
        ({"folder_id": "2"}, ("folder_id", "invalid")),
        ({"folder_id": "lookml"}, ("folder_id", "invalid")),
        ({"user_id": "99"}, ("user_id", "invalid")),
    ]
    for change, problem in refused:
        assert codes(admin.post("/looks", body | change)) == [problem]
    assert admin.post("/looks", body | {"folder_id": "99"}).status == 404
    assert titles(admin) == []


def test_titles_are_unique_in_a_folder(admin: ApiClient) -> None:
    made(admin, "Sales")
    other = made(admin, "Other")
    folder = made_folder(admin, "inner")
    elsewhere = made(admin, "Sales", folder)
    body = {"title": "Sales", "folder_id": "1", "query_id": queried(admin)}
    assert admin.post("/looks", body).status == 409
    taken = [("title", "already_exists")]
    assert codes(admin.patch(f"/looks/{other['id']}", {"title": "Sales"})) == taken
    assert codes(admin.patch(f"/looks/{elsewhere['id']}", {"folder_id": "1"})) == taken
    moved = admin.patch(f"/looks/{elsewhere['id']}/move", params={"folder_id": "1"})
    assert codes(moved) == taken
    both = admin.patch(f"/looks/{elsewhere['id']}", {"folder_id": "1", "title": "Free"}).json()
    assert (both["title"], both["folder_id"]) == ("Free", "1")


def test_looks_are_copied_and_moved(admin: ApiClient) -> None:
    folder = made_folder(admin, "inner")
    look = made(admin, "Sales", description="d", public=True)
    path = f"/looks/{look['id']}"
    copies = [admin.post(f"{path}/copy", params={"folder_id": folder}).json() for _ in range(3)]
    assert [copy["title"] for copy in copies] == ["Sales", "Sales (copy)", "Sales (copy 2)"]
    assert {copy["description"] for copy in copies} == {"d"}
    assert {copy["query_id"] for copy in copies} == {look["query_id"]}
    assert {copy["public"] for copy in copies} == {False}
    for call in (admin.post, admin.patch):
        verb = "copy" if call == admin.post else "move"
        here = call(f"{path}/{verb}", params={"folder_id": "1"})
        assert codes(here) == [("folder_id", "invalid")]
        assert codes(call(f"{path}/{verb}")) == [("folder_id", "missing_field")]
        assert call(f"{path}/{verb}", params={"folder_id": "99"}).status == 404
    own = personal(admin)
    moved = admin.patch(f"{path}/move", params={"folder_id": own}).json()
    assert (moved["id"], moved["folder_id"], moved["folder"]["id"]) == (look["id"], own, own)
    assert titles(admin, f"/folders/{folder}/looks") == ["Sales", "Sales (copy 2)", "Sales (copy)"]
    assert titles(admin, "/folders/1/looks") == []


def test_administrators_decide_whose_a_look_is(instance: Instance, admin: ApiClient) -> None:
    user_id = str(instance.user("User"))
    look = made(admin, "x", user_id=user_id)
    assert look["user_id"] == user_id
    user = instance.client_of(int(user_id))
    other = str(instance.user("User"))
    refused = user.patch(f"/looks/{look['id']}", {"user_id": other})
    assert codes(refused) == [("user_id", "invalid")]
    assert user.patch(f"/looks/{look['id']}", {"user_id": user_id}).status == 200
    assert admin.patch(f"/looks/{look['id']}", {"user_id": other}).json()["user_id"] == other


# The trash


def test_the_trash_gives_back_what_it_took(admin: ApiClient) -> None:
    look = made(admin, "Sales", description="d")
    path = f"/looks/{look['id']}"
    deleted = admin.patch(path, {"deleted": True}).json()
    assert deleted["deleted"]
    assert deleted["deleter_id"] == admin.get("/user").json()["id"]
    assert deleted["deleted_at"] is not None
    assert (
        titles(admin) == titles(admin, "/folders/1/looks") == titles(admin, "/looks/search") == []
    )
    assert titles(admin, "/looks/search", deleted="true") == ["Sales"]
    assert admin.get(f"{path}/run/json").status == 404
    assert admin.get("/folders/1").json()["looks"] == []
    back = admin.patch(path, {"deleted": False}).json()
    changed = {"updated_at", "usage_count"}
    assert {k: v for k, v in back.items() if k not in changed} == {
        k: v for k, v in look.items() if k not in changed
    }
    assert titles(admin) == ["Sales"]


def test_a_title_in_the_trash_is_free(admin: ApiClient) -> None:
    old = made(admin, "Sales")
    admin.patch(f"/looks/{old['id']}", {"deleted": True})
    made(admin, "Sales")
    path = f"/looks/{old['id']}"
    assert codes(admin.patch(path, {"deleted": False})) == [("title", "already_exists")]
    assert admin.get(path).json()["deleted"]
    back = admin.patch(path, {"deleted": False, "title": "Old sales"}).json()
    assert (back["deleted"], back["title"]) == (False, "Old sales")


def test_a_folder_takes_its_looks_with_it_and_leaves_the_trash(
    instance: Instance, admin: ApiClient
) -> None:
    outer = made_folder(admin, "outer")
    folder = made_folder(admin, "inner", outer)
    user_id = instance.user("User")
    user = instance.client_of(user_id)
    live, trashed = made(user, "live", folder), made(user, "trashed", folder)
    user.patch(f"/looks/{trashed['id']}", {"deleted": True})
    assert admin.delete(f"/folders/{outer}").status == 204
    assert admin.get(f"/looks/{live['id']}").status == 404
    left = user.get(f"/looks/{trashed['id']}").json()
    assert (left["deleted"], left["folder_id"], "folder" in left) == (True, None, False)
    other = instance.as_role("User")
    assert other.get(f"/looks/{trashed['id']}").status == 404
    assert titles(other, "/looks/search", deleted="true") == []
    assert titles(user, "/looks/search", deleted="true") == ["trashed"]
    back = user.patch(f"/looks/{trashed['id']}", {"deleted": False}).json()
    assert (back["deleted"], back["folder_id"]) == (False, personal(user))


def test_what_somebody_leaves_behind_is_in_the_trash(instance: Instance, admin: ApiClient) -> None:
    user_id = instance.user("User")
    user = instance.client_of(user_id)
    look = made(user, "mine", personal(user))
    kept = made(user, "shared")
    assert admin.delete(f"/users/{user_id}").status == 204
    found = admin.get(f"/looks/{look['id']}").json()
    assert (found["deleted"], found["user_id"], found["folder_id"]) == (True, None, None)
    back = admin.patch(f"/looks/{look['id']}", {"deleted": False}).json()
    assert back["folder_id"] == personal(admin)
    still = admin.get(f"/looks/{kept['id']}").json()
    assert (still["deleted"], still["user_id"], still["user_name"]) == (False, None, None)


# Who may


def test_looks_are_seen_and_changed_as_their_folder_is(
    instance: Instance, admin: ApiClient
) -> None:
    shared = admin.get("/folders/1").json()["content_metadata_id"]
    params = {"content_metadata_id": shared}
    (entry,) = admin.get("/content_metadata_access", params=params).json()
    admin.put(f"/content_metadata_access/{entry['id']}", {"permission_type": "view"})
    folder, access = closed(admin, "secret")
    hidden, open_ = made(admin, "hidden", folder), made(admin, "open")
    user_id = instance.user("User")
    user = instance.client_of(user_id)
    assert titles(user) == titles(user, "/looks/search") == ["open"]
    path = f"/looks/{hidden['id']}"
    for answer in (
        user.get(path),
        user.get(f"{path}/run/json"),
        user.patch(path, {"title": "x"}),
        user.delete(path),
        user.post(f"{path}/copy", params={"folder_id": personal(user)}),
        user.patch(f"{path}/move", params={"folder_id": personal(user)}),
        user.patch(f"{path}/certification", {"certification_status": "certified"}),
    ):
        assert answer.status == 404
        assert answer.json()["message"] == "Not found"
    meta = hidden["content_metadata_id"]
    assert user.get(f"/content_metadata/{meta}").status == 404
    open_path = f"/looks/{open_['id']}"
    assert not user.get(open_path).json()["can"]["update"]
    for answer in (
        user.patch(open_path, {"title": "x"}),
        user.patch(open_path, {"deleted": True}),
        user.delete(open_path),
        user.patch(f"{open_path}/move", params={"folder_id": personal(user)}),
        user.post("/looks", {"title": "x", "folder_id": "1", "query_id": open_["query_id"]}),
    ):
        assert answer.status == 404
        assert "not change it" in answer.json()["message"]
    copied = user.post(f"{open_path}/copy", params={"folder_id": personal(user)}).json()
    assert copied["user_id"] == str(user_id)
    refused = user.patch(f"/looks/{copied['id']}/move", params={"folder_id": "1"})
    assert refused.status == 404
    grant(admin, access, "edit", user_id=str(user_id))
    assert user.patch(path, {"title": "x"}).json()["title"] == "x"


def test_saving_needs_its_permission(instance: Instance, admin: ApiClient) -> None:
    look = made(admin, "x")
    path = f"/looks/{look['id']}"
    viewer = instance.as_role("Viewer")
    assert viewer.get(path).status == 200
    body = {"title": "y", "folder_id": "1", "query_id": look["query_id"]}
    for answer in (
        viewer.post("/looks", body),
        viewer.patch(path, {"title": "y"}),
        viewer.delete(path),
        viewer.post(f"{path}/copy", params={"folder_id": personal(viewer)}),
    ):
        assert answer.status == 404
    nobody = instance.as_role(None)
    assert titles(nobody) == []
    assert nobody.get(path).status == 404
    assert instance.anonymous.get("/looks").status == 401


def limited(instance: Instance, admin: ApiClient, models: list[str]) -> ApiClient:
    """Somebody who saves Looks, with these models."""
    sets = {
        "permission_set_id": admin.post(
            "/permission_sets",
            {
                "name": "saver",
                "permissions": [
                    "access_data",
                    "see_looks",
                    "save_content",
                    "save_looks",
                    "create_public_looks",
                ],
            },
        ).json()["id"],
        "model_set_id": admin.post("/model_sets", {"name": "few", "models": models}).json()["id"],
    }
    role = admin.post("/roles", {"name": "saver", **sets}).json()["id"]
    user_id = instance.user(None)
    admin.put(f"/users/{user_id}/roles", [role])
    return instance.client_of(user_id)


def test_a_look_of_a_model_one_may_not_see(instance: Instance, admin: ApiClient) -> None:
    look = made(admin, "x")
    other = limited(instance, admin, ["another"])
    found = other.get(f"/looks/{look['id']}").json()
    assert found["title"] == "x"
    assert "query" not in found
    assert "model" not in found
    assert other.get(f"/looks/{look['id']}/run/json").status == 400
    assert other.get(f"/looks/{look['id']}/run/sql").status == 400
    body = {"title": "y", "folder_id": "1", "query_id": look["query_id"]}
    assert codes(other.post("/looks", body)) == [("query_id", "invalid")]
    assert codes(other.post("/looks", {"title": "y", "folder_id": "1", "query": QUERY})) == [
        ("query_id", "invalid")
    ]


# Searched


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"title": "SALES%"}, ["Sales EU", "Sales US"]),
        ({"title": "sales eu"}, ["Sales EU"]),
        ({"description": "NOT NULL"}, ["Sales US"]),
        ({"description": "d%", "title": "Sales EU", "filter_or": "true"}, ["Sales EU", "Sales US"]),
        ({"folder_id": "1"}, ["Sales EU", "Sales US"]),
        ({"folder_id": "2,3"}, []),
        ({"user_id": "IS NULL"}, []),
        ({"view_count": "0", "limit": "1", "sorts": "title desc"}, ["Sales US"]),
        ({"sorts": "favorite_count desc,title desc"}, ["Sales US", "Sales EU"]),
        ({"content_favorite_id": "IS NULL"}, ["Sales EU"]),
        ({"content_favorite_id": "NOT NULL"}, ["Sales US"]),
        ({"last_viewed_at": "NOT NULL"}, []),
        ({"last_viewed_at": "2020-01-01"}, []),
        ({"query_id": "nothing"}, []),
        ({"deleted": "true"}, ["Gone"]),
        ({"curate": "true"}, ["Sales EU", "Sales US"]),
    ],
)
def test_looks_are_searched(
    instance: Instance, admin: ApiClient, params: dict[str, str], found: list[str]
) -> None:
    made(admin, "Sales EU")
    look = made(admin, "Sales US", description="dollars")
    gone = made(admin, "Gone", description="dust")
    admin.patch(f"/looks/{gone['id']}", {"deleted": True})
    me = int(admin.get("/user").json()["id"])
    with instance.services.database.session() as session:
        metadata.favor(
            session, me, session.get_one(ContentMetadata, int(look["content_metadata_id"]))
        )
    assert titles(admin, "/looks/search", **params) == found


def test_curated_searches_leave_out_the_folders_of_others(
    instance: Instance, admin: ApiClient
) -> None:
    user = instance.as_role("User")
    made(user, "theirs", personal(user))
    made(admin, "mine", personal(admin))
    assert titles(admin, "/looks/search", sorts="title") == ["mine", "theirs"]
    assert titles(admin, "/looks/search", curate="true") == ["mine"]


def test_searches_come_page_by_page(admin: ApiClient) -> None:
    for number in range(5):
        made(admin, f"l{number}")
    for params in (
        {"limit": "2", "offset": "2", "sorts": "title desc"},
        {"page": "2", "per_page": "2", "sorts": "title desc"},
    ):
        answer = admin.get("/looks/search", params=params)
        assert [item["title"] for item in answer.json()] == ["l2", "l1"]
        assert answer.headers["x-total-count"] == "5"
    refused = admin.get("/looks/search", params={"sorts": "password"})
    assert (refused.status, "Cannot sort by" in refused.text) == (400, True)
    fields = admin.get("/looks/search", params={"fields": "id,title,folder(name)", "limit": "1"})
    assert fields.json()[0].keys() == {"id", "title", "folder"}
    assert fields.json()[0]["folder"] == {"name": "Shared"}


@pytest.mark.parametrize("sorts", ["", "title desc", "view_count desc", "folder_id,title"])
@pytest.mark.parametrize("title", ["", "l_", "%L%"])
def test_pages_of_many_hold_and_count_what_may_be_seen(
    instance: Instance,
    admin: ApiClient,
    monkeypatch: pytest.MonkeyPatch,
    sorts: str,
    title: str,
) -> None:
    """As if few were many: there, the rows of a page are found in another way."""
    monkeypatch.setattr(search, "_AHEAD", 1)
    monkeypatch.setattr(search, "_FAR", 3)
    shared = admin.get("/folders/1").json()["content_metadata_id"]
    (entry,) = admin.get(f"/content_metadata_access?content_metadata_id={shared}").json()
    admin.put(f"/content_metadata_access/{entry['id']}", {"permission_type": "view"})
    secret, _ = closed(admin, "secret")
    for number in range(4):
        made(admin, f"h{number}", secret)
        made(admin, f"l{number}", secret)
    user = instance.as_role("User")
    own = personal(user)
    seen = {f"l{number}" for number in range(4, 11)}
    for one in sorted(seen):
        mine = one in ("l5", "l7")
        made(user if mine else admin, one, own if mine else "1")
    found: list[str] = []
    for offset in range(0, 8, 2):
        params = {"limit": "2", "offset": str(offset), "sorts": sorts, "title": title}
        answer = user.get("/looks/search", params=params)
        wanted = seen - {"l10"} if title == "l_" else seen
        assert answer.headers["x-total-count"] == str(len(wanted))
        found += [item["title"] for item in answer.json()]
    assert sorted(found) == sorted(wanted)


# Run


@pytest.mark.parametrize(
    "result_format", ["json", "csv", "txt", "html", "md", "json_detail", "sql"]
)
def test_a_look_answers_as_its_query_does(admin: ApiClient, result_format: str) -> None:
    look = made(admin, "x")
    asked = admin.get(f"/queries/{look['query_id']}/run/{result_format}")
    found = admin.get(f"/looks/{look['id']}/run/{result_format}")
    assert found.status == 200
    assert found.headers["content-type"] == asked.headers["content-type"]
    if result_format != "json_detail":
        assert found.text == asked.text
    else:
        assert found.json()["data"] == asked.json()["data"]


def test_a_look_takes_the_options_of_queries(admin: ApiClient) -> None:
    look = made(admin, "x")
    path = f"/looks/{look['id']}/run"
    assert len(admin.get(f"{path}/json").json()) == 3
    assert len(admin.get(f"{path}/json", params={"limit": "1"}).json()) == 1
    assert admin.get(f"{path}/xlsx").content.startswith(b"PK")
    assert admin.get(f"{path}/nothing").status == 400
    assert codes(admin.get(f"{path}/json", params={"limit": "x"})) == [("limit", "invalid")]


@pytest.mark.parametrize(
    ("result_format", "start"), [("png", b"\x89PNG"), ("jpg", b"\xff\xd8\xff")]
)
def test_a_look_is_drawn(admin: ApiClient, result_format: str, start: bytes) -> None:
    look = made(admin, "x", public=True)
    size = {"image_width": "300", "image_height": "200"}
    picture = admin.get(f"/looks/{look['id']}/run/{result_format}", params=size)
    assert picture.content.startswith(start)
    public = admin.get(f"/looks/{look['public_slug']}.{result_format}", outside=True)
    assert public.content.startswith(start)
    assert public.headers["content-security-policy"].startswith("sandbox ")


def test_a_changed_look_answers_anew(instance: Instance, admin: ApiClient) -> None:
    look = made(admin, "x")
    path = f"/looks/{look['id']}"
    assert len(admin.get(f"{path}/run/json").json()) == 3
    admin.patch(path, {"query_id": queried(admin, limit="1")})
    assert len(admin.get(f"{path}/run/json").json()) == 1
    folder, _ = closed(admin, "secret")
    user = instance.as_role("Viewer")
    assert user.get(f"{path}/run/json").status == 200
    closed_inner, _ = closed(admin, "inner", folder)
    shared = admin.get("/folders/1").json()["content_metadata_id"]
    params = {"content_metadata_id": shared}
    (entry,) = admin.get("/content_metadata_access", params=params).json()
    admin.put(f"/content_metadata_access/{entry['id']}", {"permission_type": "view"})
    admin.patch(f"{path}/move", params={"folder_id": closed_inner})
    assert user.get(f"{path}/run/json").status == 404


def test_runs_of_a_look_are_counted(instance: Instance, admin: ApiClient) -> None:
    look = made(admin, "x")
    path = f"/looks/{look['id']}"
    assert (look["usage_count"], look["last_accessed_at"]) == (0, None)
    for _ in range(2):
        admin.get(f"{path}/run/json")
    instance.services.runner.history.flush()
    found = admin.get(path).json()
    assert found["usage_count"] == 2
    assert found["last_accessed_at"] is not None
    assert (found["view_count"], found["last_viewed_at"]) == (0, None)
    instance.skip(minutes=2)
    admin.get(f"{path}/run/json")
    assert admin.get(path).json()["last_accessed_at"] > found["last_accessed_at"]


def test_views_are_counted_by_week(instance: Instance, admin: ApiClient) -> None:
    look = made(admin, "x")
    me = int(admin.get("/user").json()["id"])
    for days in (0, 0, 7):
        moment = instance.services.clock() + timedelta(days=days)
        with instance.services.database.session() as session:
            meta = session.get_one(Look, int(look["id"])).meta
            metadata.viewed(session, me, meta, moment)
    assert admin.get(f"/looks/{look['id']}").json()["view_count"] == 3
    with instance.services.database.session() as session:
        views = session.query(ContentView).order_by(ContentView.start_of_week).all()
        assert [view.view_count for view in views] == [2, 1]
        assert {view.start_of_week.weekday() for view in views} == {0}


# Public


def test_public_looks_are_there_for_everybody(instance: Instance, admin: ApiClient) -> None:
    look = made(admin, "x", public=True)
    slug = look["public_slug"]
    assert look["public_url"].endswith(f"/looks/{slug}")
    assert look["excel_file_url"].endswith(f"/looks/{slug}.xlsx")
    rows = admin.get(f"/looks/{look['id']}/run/json").json()
    everybody = instance.anonymous
    assert everybody.get(f"/looks/{slug}.json", outside=True).json() == rows
    assert everybody.get(f"/looks/{slug}.xlsx", outside=True).content.startswith(b"PK")
    page = everybody.get(f"/looks/{slug}", outside=True)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-store"
    assert everybody.get(f"/looks/{slug}.sql", outside=True).status == 404
    assert everybody.get("/looks/abcdefghijklmnopqrstuv.json", outside=True).status == 404
    path = f"/looks/{look['id']}"
    admin.patch(path, {"public": False})
    assert everybody.get(f"/looks/{slug}.json", outside=True).status == 404
    again = admin.patch(path, {"public": True}).json()
    assert again["public_slug"] == slug
    admin.patch(path, {"deleted": True})
    assert everybody.get(f"/looks/{slug}.json", outside=True).status == 404


def test_a_public_look_ends_with_what_its_owner_may(instance: Instance, admin: ApiClient) -> None:
    saver = limited(instance, admin, ["thelook"])
    look = made(saver, "x", public=True)
    address = f"/looks/{look['public_slug']}.json"
    assert instance.anonymous.get(address, outside=True).status == 200
    owner = look["user_id"]
    admin.patch(f"/users/{owner}", {"is_disabled": True})
    assert instance.anonymous.get(address, outside=True).status == 404
    admin.patch(f"/users/{owner}", {"is_disabled": False})
    assert instance.anonymous.get(address, outside=True).status == 200
    admin.put(f"/users/{owner}/roles", [])
    assert instance.anonymous.get(address, outside=True).status == 404


def test_showing_to_everybody_needs_a_permission(instance: Instance, admin: ApiClient) -> None:
    user = instance.as_role("User")
    body = {"title": "x", "folder_id": "1", "query_id": queried(user), "public": True}
    assert codes(user.post("/looks", body)) == [("public", "invalid")]
    look = made(admin, "x", public=True)
    path = f"/looks/{look['id']}"
    assert user.patch(path, {"title": "y", "public": True}).status == 200
    other = queried(user, limit="9")
    assert codes(user.patch(path, {"query_id": other})) == [("public", "invalid")]
    assert user.patch(path, {"public": False}).status == 200
    assert codes(user.patch(path, {"public": True})) == [("public", "invalid")]


def test_nobody_shows_what_another_sees(instance: Instance, admin: ApiClient) -> None:
    """A public Look runs as its owner, who may see rows that others do not."""
    saver = limited(instance, admin, ["thelook"])
    private, public = made(admin, "private"), made(admin, "public", public=True)
    other = queried(saver, limit="9")
    assert codes(saver.patch(f"/looks/{private['id']}", {"public": True})) == [
        ("public", "invalid")
    ]
    path = f"/looks/{public['id']}"
    for body in ({"query_id": other}, {"query": QUERY | {"limit": "8"}}):
        assert codes(saver.patch(path, body)) == [("public", "invalid")]
    assert admin.get(path).json()["query_id"] == public["query_id"]
    assert saver.patch(path, {"public": False, "query_id": other}).status == 200
    assert codes(saver.patch(path, {"public": True})) == [("public", "invalid")]
    own = made(saver, "own", public=True)
    assert saver.patch(f"/looks/{own['id']}", {"query_id": other}).json()["public"]
    assert admin.patch(path, {"public": True}).json()["public"]


# Certification


def test_looks_are_certified(instance: Instance, admin: ApiClient) -> None:
    look = made(admin, "x")
    path = f"/looks/{look['id']}"
    assert look["certification_metadata"]["certification_status"] is None
    body = {"certification_status": "certified", "notes": "Checked"}
    found = admin.patch(f"{path}/certification", body).json()["certification_metadata"]
    assert (found["certification_status"], found["notes"]) == ("certified", "Checked")
    assert found["user_name"] == admin.get("/user").json()["display_name"]
    assert found["updated_at"] is not None
    renamed = admin.patch(path, {"title": "y"}).json()
    assert renamed["certification_metadata"] == found
    changed = admin.patch(path, {"query_id": queried(admin, limit="9")}).json()
    assert changed["certification_metadata"]["certification_status"] == "revoked"
    taken = admin.patch(f"{path}/certification", {"certification_status": None}).json()
    assert taken["certification_metadata"]["notes"] is None
    bad = admin.patch(f"{path}/certification", {"certification_status": "perhaps"})
    assert bad.status == 422
    assert instance.as_role("Developer").patch(f"{path}/certification", body).status == 200
    assert instance.as_role("User").patch(f"{path}/certification", body).status == 404
