"""The roles of one person, service accounts and embed users."""

from __future__ import annotations

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_credentials import signed_in
from tests.api.test_users import me, with_permissions

from belvedere.accounts.tables import Role

MANAGER = ("see_users", "manage_groups", "manage_roles")


def test_roles_are_set_and_read(instance: Instance, admin: ApiClient) -> None:
    user = instance.user(None)
    path = f"/users/{user}/roles"
    assert admin.get(path).json() == []
    given = admin.put(path, ["4", "2", "4"]).json()
    assert [role["name"] for role in given] == ["Developer", "Viewer"]
    assert admin.put(path, ["3"]).json() == admin.get(path).json()
    group = admin.post("/groups", {"name": "viewers"}).json()["id"]
    admin.put("/roles/4/groups", [group])
    admin.post(f"/groups/{group}/users", {"user_id": str(user)})
    assert [role["name"] for role in admin.get(path).json()] == ["User", "Viewer"]
    direct = admin.get(path, params={"direct_association_only": "true", "fields": "name"})
    assert direct.json() == [{"name": "User"}]
    assert admin.get(f"/users/{user}").json()["role_ids"] == ["3", "4"]
    assert admin.get("/users/999999/roles").status == 404
    assert admin.put("/users/999999/roles", []).status == 404


def test_rights_change_at_once(instance: Instance, admin: ApiClient) -> None:
    user = instance.user(None)
    client = instance.client_of(user)
    query = {"model": "thelook", "view": "users", "fields": ["users.count"]}
    assert client.post("/queries/run/json", query).status == 403
    admin.put(f"/users/{user}/roles", ["3"])
    assert client.post("/queries/run/json", query).status == 200
    admin.put(f"/users/{user}/roles", [])
    assert client.post("/queries/run/json", query).status == 403


def test_roles_have_to_be_there(instance: Instance, admin: ApiClient) -> None:
    path = f"/users/{instance.user('Viewer')}/roles"
    refused = admin.put(path, ["3", "77", "x"])
    assert refused.status == 422
    assert "77, x" in refused.text
    assert admin.put(path, {"roles": []}).status == 422
    assert [role["id"] for role in admin.get(path).json()] == ["4"]


def test_only_administrators_make_and_unmake_administrators(
    instance: Instance, admin: ApiClient
) -> None:
    manager = with_permissions(instance, admin, *MANAGER)
    own, chief = f"/users/{me(manager)}/roles", f"/users/{me(admin)}/roles"
    before = manager.get(own).json()
    assert manager.put(own, ["1"]).status == 403
    assert manager.put(f"/users/{instance.user(None)}/roles", ["1", "4"]).status == 403
    assert manager.put(chief, []).status == 403
    assert manager.put(chief, ["1", "4"]).status == 200
    assert manager.get(own).json() == before
    ordinary = f"/users/{instance.user(None)}/roles"
    assert [role["id"] for role in manager.put(ordinary, ["3"]).json()] == ["3"]
    assert admin.put(ordinary, ["1"]).status == 200


def test_who_reads_and_sets_roles(instance: Instance, admin: ApiClient) -> None:
    someone = f"/users/{me(admin)}/roles"
    for role in ("Developer", "User", "Viewer"):
        client = instance.as_role(role)
        own = f"/users/{me(client)}/roles"
        assert [item["name"] for item in client.get(own).json()] == [role]
        assert client.get(someone).status == 404
        assert client.get("/users/999999/roles").status == 404
        assert client.put(own, ["1"]).status == 403
        assert client.put(someone, []).status == 403
    assert instance.anonymous.get(someone).status == 401
    assert instance.anonymous.put(someone, []).status == 401
    assert with_permissions(instance, admin, "see_users").get(someone).status == 200


def test_a_role_made_for_one_embed_user_is_theirs(instance: Instance, admin: ApiClient) -> None:
    owner = admin.post("/users/embed_user", {"external_user_id": "e-1"}).json()["id"]
    with instance.services.database.session() as session:
        viewer = session.get(Role, 4)
        assert viewer is not None
        sets = {"permission_set_id": viewer.permission_set_id, "model_set_id": viewer.model_set_id}
        made = Role(name="of e-1", embed_user_id=int(owner), **sets)
        session.add(made)
        session.flush()
        role = str(made.id)
    assert admin.put(f"/users/{instance.user(None)}/roles", [role]).status == 422
    assert admin.put(f"/users/{owner}/roles", [role]).status == 200


# Service accounts


def test_a_service_account_lives_by_its_key(instance: Instance, admin: ApiClient) -> None:
    body = {"service_account_name": " nightly ", "id": "1", "role_ids": ["1"]}
    account = admin.post("/users/service_accounts", body).json()
    assert (account["service_account_name"], account["role_ids"]) == ("nightly", [])
    assert account["is_service_account"]
    path = f"/users/service_accounts/{account['id']}"
    key = admin.post(f"/users/{account['id']}/credentials_api3").json()
    admin.put(f"/users/{account['id']}/roles", ["4"])
    client = signed_in(instance.anonymous, key)
    assert client.get("/user").json()["display_name"] == "nightly"
    changed = admin.patch(path, {"service_account_name": "hourly", "is_disabled": True}).json()
    assert (changed["service_account_name"], changed["is_disabled"]) == ("hourly", True)
    assert [item["client_id"] for item in changed["credentials_api3"]] == [key["client_id"]]
    assert client.get("/user").status == 401
    few = admin.patch(path, {"is_disabled": False}, params={"fields": "id,role_ids"}).json()
    assert few == {"id": account["id"], "role_ids": ["4"]}
    address = f"/users/{account['id']}/credentials_email"
    assert admin.post(address, {"email": "robot@example.com"}).status == 403
    assert admin.post(f"/users/{account['id']}/credentials_totp").status == 403
    assert admin.delete(path).status == 204
    assert admin.delete(path).status == 404


@pytest.mark.parametrize("name", [None, " ", "x" * 256, "a\0b"])
def test_a_service_account_has_a_name(admin: ApiClient, name: str | None) -> None:
    answer = admin.post("/users/service_accounts", {"service_account_name": name})
    assert answer.status == 422
    account = admin.post("/users/service_accounts", {"service_account_name": "robot"}).json()
    path = f"/users/service_accounts/{account['id']}"
    assert admin.patch(path, {"service_account_name": name}).status == 422
    assert admin.get(f"/users/{account['id']}").json()["service_account_name"] == "robot"


def test_people_are_no_service_accounts(instance: Instance, admin: ApiClient) -> None:
    path = f"/users/service_accounts/{instance.user('Viewer')}"
    assert admin.patch(path, {"service_account_name": "robot"}).status == 404
    assert admin.delete(path).status == 404


def test_a_service_account_keeps_itself(instance: Instance, admin: ApiClient) -> None:
    account = admin.post("/users/service_accounts", {"service_account_name": "robot"}).json()
    admin.put(f"/users/{account['id']}/roles", ["1"])
    key = admin.post(f"/users/{account['id']}/credentials_api3").json()
    client = signed_in(instance.anonymous, key)
    path = f"/users/service_accounts/{account['id']}"
    assert client.delete(path).status == 400
    assert client.patch(path, {"is_disabled": True}).status == 400
    assert client.delete(f"/users/{account['id']}").status == 400


@pytest.mark.parametrize("role", ["Developer", "User", "Viewer", None])
def test_only_administrators_make_accounts(
    instance: Instance, admin: ApiClient, role: str | None
) -> None:
    account = admin.post("/users/service_accounts", {"service_account_name": "robot"}).json()
    path = f"/users/service_accounts/{account['id']}"
    for client, status in ((instance.as_role(role), 403), (instance.anonymous, 401)):
        for answer in (
            client.post("/users/service_accounts", {"service_account_name": "x"}),
            client.patch(path, {"service_account_name": "x"}),
            client.delete(path),
            client.post("/users/embed_user", {"external_user_id": "e"}),
        ):
            assert answer.status == status


# Embed users


def test_an_embed_user_is_made_once(admin: ApiClient) -> None:
    first = admin.post("/users/embed_user", {"external_user_id": "e-1"}).json()
    assert first["is_embed_user"]
    assert first["display_name"] == "Embed User"
    assert admin.post("/users/embed_user", {"external_user_id": "e-1"}).json() == first
    spaced = admin.post("/users/embed_user", {"external_user_id": "e-1 "}).json()
    assert spaced["id"] != first["id"]
    found = admin.get("/users/search", params={"embed_user": "true", "fields": "id"}).json()
    assert found == [{"id": first["id"]}, {"id": spaced["id"]}]


@pytest.mark.parametrize("given", [None, "", "  ", "x" * 256, "a\0b", "\ud800", ["e"]])
def test_an_external_id_is_a_text(admin: ApiClient, given: object) -> None:
    assert admin.post("/users/embed_user", {"external_user_id": given}).status == 400
    assert len(admin.get("/users").json()) == 1
