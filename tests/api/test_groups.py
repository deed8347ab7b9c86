"""Groups of people and of groups, through the API."""

from __future__ import annotations

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance


def made(admin: ApiClient, name: str, **values: object) -> str:
    answer = admin.post("/groups", {"name": name, **values})
    assert answer.status == 200, answer.text
    identifier: str = answer.json()["id"]
    return identifier


def test_groups_are_made_changed_found_and_deleted(admin: ApiClient) -> None:
    answer = admin.post("/groups", {"name": "Sales", "can_add_to_content_metadata": False})
    group = answer.json()
    assert group["can_add_to_content_metadata"] is False
    assert group["user_count"] == 0
    renamed = admin.patch(f"/groups/{group['id']}", {"name": "Selling", "id": "77"}).json()
    assert (renamed["id"], renamed["name"]) == (group["id"], "Selling")
    assert [item["name"] for item in admin.get("/groups").json()] == ["All Users", "Selling"]
    assert admin.delete(f"/groups/{group['id']}").status == 204
    assert admin.get(f"/groups/{group['id']}").status == 404


def test_names_are_there_and_belong_to_one_group(admin: ApiClient) -> None:
    made(admin, "Sales")
    for body, code in (({"name": "sales"}, "already_exists"), ({"name": " "}, "missing_field")):
        refused = admin.post("/groups", body)
        assert refused.status == 422
        assert [problem["code"] for problem in refused.json()["errors"]] == [code]
    assert len(admin.get("/groups").json()) == 2


def test_everybody_is_in_the_group_of_all(instance: Instance, admin: ApiClient) -> None:
    user = instance.user("Viewer")
    everybody = admin.get("/groups/1").json()
    assert everybody["include_by_default"]
    assert everybody["contains_current_user"]
    assert everybody["user_count"] == 2
    listed = admin.get("/groups/1/users", params={"sorts": "id desc", "limit": 1})
    assert [item["id"] for item in listed.json()] == [str(user)]
    assert listed.headers["x-total-count"] == "2"
    assert admin.delete("/groups/1").status == 403
    assert admin.post("/groups/1/users", {"user_id": str(user)}).status == 403


def test_people_and_groups_are_put_in_and_taken_out(instance: Instance, admin: ApiClient) -> None:
    outer, inner, user = made(admin, "outer"), made(admin, "inner"), str(instance.user("Viewer"))
    added = admin.post(f"/groups/{inner}/users", {"user_id": user})
    assert added.json()["id"] == user
    assert added.json()["group_ids"] == ["1", inner]
    assert admin.post(f"/groups/{outer}/groups", {"group_id": inner}).json()["id"] == inner
    assert [item["id"] for item in admin.get(f"/groups/{outer}/groups").json()] == [inner]
    assert [item["id"] for item in admin.get(f"/groups/{inner}/users").json()] == [user]
    assert admin.get(f"/groups/{outer}/users").json() == []
    circle = admin.post(f"/groups/{inner}/groups", {"group_id": outer})
    assert circle.status == 400
    assert admin.delete(f"/groups/{outer}/groups/{inner}").status == 204
    assert admin.delete(f"/groups/{inner}/users/{user}").status == 204
    assert admin.delete(f"/groups/{inner}/users/{user}").status == 404
    assert admin.post(f"/groups/{inner}/users", {"user_id": "999"}).status == 404
    assert admin.post(f"/groups/{inner}/users", {}).status == 400


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"name": "SALES%"}, ["Sales EU", "Sales US"]),
        ({"name": "sales eu"}, ["Sales EU"]),
        ({"name": "sales"}, []),
        ({"name": "%_U_"}, ["Sales US"]),
        ({"name": "%_u"}, ["Sales EU"]),
        ({"name": "x", "id": "1", "filter_or": "true"}, ["All Users"]),
        ({"name": "x", "id": "1"}, []),
        ({"external_group_id": "NOT NULL"}, []),
        ({"id": "1,2", "sorts": "name desc"}, ["Sales EU", "All Users"]),
        ({"externally_managed": "false", "limit": "1", "offset": "1"}, ["Sales EU"]),
        ({"name": "100\\%"}, []),
    ],
)
def test_groups_are_searched(admin: ApiClient, params: dict[str, str], names: list[str]) -> None:
    made(admin, "Sales EU")
    made(admin, "Sales US")
    for path in ("/groups/search", "/groups/search/with_roles", "/groups/search/with_hierarchy"):
        assert [item["name"] for item in admin.get(path, params=params).json()] == names


def test_searches_tell_what_cannot_be_sorted_by(admin: ApiClient) -> None:
    refused = admin.get("/groups/search", params={"sorts": "password"})
    assert refused.status == 400
    assert "external_group_id" in refused.text


def test_who_may_not_see_people_sees_their_own_groups(instance: Instance, admin: ApiClient) -> None:
    mine, other = made(admin, "mine"), made(admin, "other")
    user = instance.user("Viewer")
    admin.post(f"/groups/{mine}/users", {"user_id": str(user)})
    viewer = instance.client_of(user)
    assert [item["id"] for item in viewer.get("/groups").json()] == ["1", mine]
    assert viewer.get(f"/groups/{other}").status == 404
    assert viewer.get(f"/groups/{other}/users").status == 404
    assert viewer.post("/groups", {"name": "new"}).status == 404
    assert viewer.patch(f"/groups/{mine}", {"name": "new"}).status == 403
    assert viewer.delete(f"/groups/{mine}").status == 403
    assert viewer.post(f"/groups/{mine}/users", {"user_id": str(user)}).status == 403


def test_names_of_any_alphabet_are_taken_once(admin: ApiClient) -> None:
    """SQLite folds the letters of ASCII alone."""
    assert admin.post("/groups", {"name": "ÉQUIPE"}).status == 200
    assert admin.post("/groups", {"name": "ÉQUIPE"}).status == 422
    assert [g["name"] for g in admin.get("/groups/search", params={"name": "ÉQ%"}).json()] == [
        "ÉQUIPE"
    ]


def test_groups_that_may_see_content(instance: Instance, admin: ApiClient) -> None:
    folder = admin.post("/folders", {"name": "F", "parent_id": "1"}).json()
    group = admin.post("/groups", {"name": "Readers"}).json()["id"]
    meta = folder["content_metadata_id"]
    admin.patch(f"/content_metadata/{meta}", {"inherits": False})
    grant = {"content_metadata_id": meta, "permission_type": "view", "group_id": group}
    assert admin.post("/content_metadata_access", grant).status == 200

    def found(client: ApiClient, identifier: str) -> list[str]:
        rows = client.get("/groups", params={"content_metadata_id": identifier}).json()
        return [row["name"] for row in rows]

    assert "Readers" in found(admin, meta)
    assert "Readers" not in found(admin, admin.get("/folders/1").json()["content_metadata_id"])
    assert found(admin, "999999") == []
    assert found(instance.as_role("Viewer"), meta) == ["All Users"]
