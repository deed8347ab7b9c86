"""Roles, and the sets of permissions and of models that they are made of."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.people import made

from belvedere.accounts import membership, permissions
from belvedere.accounts.permissions import Permission


class Workshop:
    """Makes sets and roles."""

    def __init__(self, admin: ApiClient) -> None:
        self.admin = admin

    def permission_set(self, name: str, *permissions: str) -> dict[str, Any]:
        return self._made("/permission_sets", {"name": name, "permissions": list(permissions)})

    def model_set(self, name: str, *models: str) -> dict[str, Any]:
        return self._made("/model_sets", {"name": name, "models": list(models)})

    def role(self, name: str, permissions: list[str], models: list[str]) -> dict[str, Any]:
        body = {
            "name": name,
            "permission_set_id": self.permission_set(name, *permissions)["id"],
            "model_set_id": self.model_set(name, *models)["id"],
        }
        return self._made("/roles", body)

    def _made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.admin.post(path, body)
        assert answer.status == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made


@pytest.fixture
def workshop(admin: ApiClient) -> Workshop:
    return Workshop(admin)


def test_what_every_instance_has(admin: ApiClient) -> None:
    names = [role["name"] for role in admin.get("/roles").json()]
    assert names == ["Admin", "Developer", "User", "Viewer"]
    chief = admin.get("/roles/1").json()
    assert chief["permission_set"]["all_access"]
    assert chief["permission_set"]["built_in"]
    assert "administer" in chief["permission_set"]["permissions"]
    assert chief["model_set"] == admin.get("/model_sets/1").json()
    assert chief["model_set"]["models"] == ["thelook"]
    assert admin.get("/roles", params={"ids": "3,1"}).json()[1]["id"] == "3"
    listed = {item["permission"]: item["parent"] for item in admin.get("/permissions").json()}
    assert listed["access_data"] is None
    assert listed["explore"] == "see_looks"


def test_a_role_gives_what_its_sets_say(
    instance: Instance, admin: ApiClient, workshop: Workshop
) -> None:
    role = workshop.role("analyst", ["access_data", "see_looks", "explore"], ["thelook"])
    user = instance.user(None)
    client = instance.client_of(user)
    query = {"model": "thelook", "view": "users", "fields": ["users.count"]}
    assert client.post("/queries/run/json", query).status == 403
    answer = admin.put(f"/roles/{role['id']}/users", [str(user)])
    assert [item["id"] for item in answer.json()] == [str(user)]
    assert client.post("/queries/run/json", query).status == 200
    models = role["model_set"]["id"]
    admin.patch(f"/model_sets/{models}", {"models": ["other"]})
    assert client.post("/queries/run/json", query).status == 404
    admin.patch(f"/model_sets/{models}", {"models": ["thelook", "other"]})
    assert client.post("/queries/run/json", query).status == 200
    assert admin.put(f"/roles/{role['id']}/users", []).json() == []
    assert client.post("/queries/run/json", query).status == 403


def test_groups_give_roles(instance: Instance, admin: ApiClient, workshop: Workshop) -> None:
    role = workshop.role("analyst", ["access_data", "see_looks"], ["thelook"])
    outer, inner = (
        admin.post("/groups", {"name": name}).json()["id"] for name in ("outer", "inner")
    )
    user = instance.user(None)
    admin.post(f"/groups/{outer}/groups", {"group_id": inner})
    admin.post(f"/groups/{inner}/users", {"user_id": str(user)})
    given = admin.put(f"/roles/{role['id']}/groups", [outer])
    assert [item["id"] for item in given.json()] == [outer]
    assert [item["id"] for item in admin.get(f"/roles/{role['id']}/groups").json()] == [outer]
    path = f"/roles/{role['id']}/users"
    assert [item["id"] for item in admin.get(path).json()] == [str(user)]
    assert admin.get(path, params={"direct_association_only": "true"}).json() == []
    counted = admin.get("/roles/search/with_user_count", params={"name": "analyst"}).json()
    assert [item["user_count"] for item in counted] == [1]
    told = admin.get("/groups/search/with_hierarchy", params={"name": "%er"}).json()
    assert [(item["parent_group_ids"], item["role_ids"]) for item in told] == [
        ([], [role["id"]]),
        ([outer], []),
    ]
    named = admin.get("/groups/search/with_roles", params={"name": "outer"}).json()
    assert [item["name"] for item in named[0]["roles"]] == ["analyst"]
    assert instance.client_of(user).get("/lookml_models").json()


def test_what_is_built_in_does_not_change(admin: ApiClient) -> None:
    assert admin.patch("/roles/1", {"name": "Boss"}).status == 405
    assert admin.delete("/roles/1").status == 405
    assert admin.patch("/permission_sets/1", {"permissions": []}).status == 405
    assert admin.delete("/permission_sets/1").status == 405
    assert admin.patch("/model_sets/1", {"models": []}).status == 405
    assert admin.delete("/model_sets/1").status == 405
    body = {"name": "second", "permission_set_id": "1", "model_set_id": "1"}
    assert admin.post("/roles", body).status == 422


def test_sets_in_use_stay(admin: ApiClient, workshop: Workshop) -> None:
    role = workshop.role("analyst", ["access_data"], [])
    path = f"/permission_sets/{role['permission_set']['id']}"
    refused = admin.delete(path)
    assert refused.status == 400
    assert "analyst" in refused.text
    assert admin.delete(f"/roles/{role['id']}").status == 204
    assert admin.delete(path).status == 204
    assert admin.get(path).status == 404


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/permission_sets", {}, ["name"]),
        ("/permission_sets", {"name": "x", "permissions": ["fly"]}, ["permissions"]),
        ("/permission_sets", {"name": "admin"}, ["name"]),
        ("/model_sets", {"name": " ", "models": []}, ["name"]),
        ("/roles", {"name": ""}, ["permission_set_id", "model_set_id", "name"]),
        (
            "/roles",
            {"name": "x", "permission_set_id": "99", "model_set_id": "x"},
            ["permission_set_id", "model_set_id"],
        ),
        ("/roles", {"name": "viewer", "permission_set_id": "2", "model_set_id": "1"}, ["name"]),
    ],
)
def test_every_mistake_is_told(
    admin: ApiClient, path: str, body: dict[str, Any], fields: list[str]
) -> None:
    refused = admin.post(path, body)
    assert refused.status == 422
    assert [problem["field"] for problem in refused.json()["errors"]] == fields


@pytest.mark.parametrize(
    ("path", "params", "names"),
    [
        ("/roles/search", {"name": "%er"}, ["Developer", "User", "Viewer"]),
        ("/roles/search", {"built_in": "true"}, ["Admin"]),
        ("/roles/search", {"built_in": "false", "sorts": "name desc", "limit": "1"}, ["Viewer"]),
        ("/roles/search", {"permission_set_ids": "1,2"}, ["Admin", "Developer"]),
        ("/roles/search", {"model_set_ids": "7"}, []),
        ("/permission_sets/search", {"permissions": "develop,deploy"}, ["Admin", "Developer"]),
        ("/permission_sets/search", {"all_access": "true"}, ["Admin"]),
        ("/model_sets/search", {"built_in": "true"}, ["All"]),
        ("/model_sets/search", {"models": "sales"}, ["some"]),
        ("/model_sets/search", {"models": "sale"}, []),
    ],
)
def test_searches(
    admin: ApiClient, workshop: Workshop, path: str, params: dict[str, str], names: list[str]
) -> None:
    workshop.model_set("some", "sales", "people")
    assert [item["name"] for item in admin.get(path, params=params).json()] == names


def test_saving_content_alone_is_saving_everything(
    instance: Instance, admin: ApiClient, workshop: Workshop
) -> None:
    role = workshop.role("saver", ["access_data", "see_looks", "save_content"], ["thelook"])
    user = instance.user(None)
    admin.put(f"/roles/{role['id']}/users", [str(user)])
    with instance.services.database.reading() as session:
        allowed = permissions.of(membership.roles_of(session, user))
    assert allowed.has(Permission("save_looks"))
    assert allowed.has(Permission("save_dashboards"))


def test_who_may_not_see_people_knows_their_own_roles(instance: Instance) -> None:
    viewer = instance.as_role("Viewer")
    assert [role["name"] for role in viewer.get("/roles").json()] == ["Viewer"]
    assert viewer.get("/roles/1").status == 404
    assert viewer.get("/roles/4").status == 200
    assert len(viewer.get("/permission_sets").json()) == 1
    assert viewer.get("/permission_sets/1").status == 404
    assert viewer.get("/roles/4/users").status == 404
    for path, body in (("/roles", {}), ("/permission_sets", {}), ("/model_sets", {})):
        assert viewer.post(path, body).status == 404
    assert viewer.put("/roles/1/users", []).status == 403


def test_only_administrators_make_administrators(
    instance: Instance, admin: ApiClient, workshop: Workshop
) -> None:
    role = workshop.role("people", ["see_users", "manage_groups", "manage_roles"], [])
    user = instance.user(None)
    admin.put(f"/roles/{role['id']}/users", [str(user)])
    client = instance.client_of(user)
    assert client.get("/roles/1").status == 200
    assert client.put("/roles/1/users", [str(user)]).status == 403
    group = client.post("/groups", {"name": "mine"}).json()["id"]
    assert client.put("/roles/1/groups", [group]).status == 403
    assert admin.put("/roles/1/groups", [group]).status == 200
    assert client.post(f"/groups/{group}/users", {"user_id": str(user)}).status == 403
    below = client.post("/groups", {"name": "below"}).json()["id"]
    assert client.post(f"/groups/{group}/groups", {"group_id": below}).status == 403
    admin.post(f"/groups/{group}/groups", {"group_id": below})
    assert client.post(f"/groups/{below}/users", {"user_id": str(user)}).status == 403
    assert client.patch("/permission_sets/2", {"permissions": ["sudo"]}).status == 404


def test_nobody_takes_the_admin_role_from_themselves(admin: ApiClient) -> None:
    assert admin.put("/roles/1/users", []).status == 400
    assert admin.get("/roles/1").status == 200


def test_groups_leave_an_administrator(instance: Instance, admin: ApiClient) -> None:
    role = made(admin, "role", "Admin")
    outer, inner = (admin.post("/groups", {"name": name}).json()["id"] for name in "oi")
    other = instance.as_role(None)
    own, theirs = (client.get("/user").json()["id"] for client in (admin, other))
    admin.post(f"/groups/{outer}/groups", {"group_id": inner})
    admin.post(f"/groups/{inner}/users", {"user_id": theirs})
    assert admin.put(f"/roles/{role}/groups", [outer]).status == 200
    assert other.put(f"/users/{own}/roles", []).status == 200
    ways = [
        other.put(f"/roles/{role}/groups", []),
        other.delete(f"/groups/{outer}"),
        other.delete(f"/groups/{inner}"),
        other.delete(f"/groups/{outer}/groups/{inner}"),
        other.delete(f"/groups/{inner}/users/{theirs}"),
    ]
    assert [answer.status for answer in ways] == [400] * len(ways)
    assert ways[0].json()["message"] == "Nobody would be an administrator any more"
    assert other.get("/password_config").status == 200
