"""What people's user attributes are, and who decides it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_users import me, with_permissions

from belvedere.accounts.tables import UserAttributeUserValue

SYSTEM = {"email", "first_name", "full_name", "id", "last_name", "name"}


def defined(admin: ApiClient, name: str, kind: str = "string", **values: object) -> str:
    body = {"name": name, "label": name.title(), "type": kind, **values}
    answer = admin.post("/user_attributes", body)
    assert answer.status == 200, answer.text
    identifier: str = answer.json()["id"]
    return identifier


def system(admin: ApiClient, name: str) -> str:
    rows = admin.get("/user_attributes").json()
    return next(str(row["id"]) for row in rows if row["name"] == name)


def values_of(client: ApiClient, user: object, **params: object) -> list[dict[str, Any]]:
    answer = client.get(f"/users/{user}/attribute_values", params=params)
    assert answer.status == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()
    return rows


def test_own_then_group_then_default(instance: Instance, admin: ApiClient) -> None:
    region = defined(admin, "region", default_value="all")
    user = instance.user("Viewer")
    low, high = (admin.post("/groups", {"name": name}).json()["id"] for name in ("low", "high"))
    for group in (low, high):
        admin.post(f"/groups/{group}/users", {"user_id": str(user)})
    path = f"/users/{user}/attribute_values/{region}"

    def told() -> list[tuple[str, str, int | None]]:
        rows = values_of(admin, user, user_attribute_ids=region)
        return [(row["value"], row["source"], row["rank"]) for row in rows]

    assert told() == [("all", "Default", None)]
    ranked = [{"group_id": low, "value": "south"}, {"group_id": high, "value": "north"}]
    admin.post(f"/user_attributes/{region}/group_values", ranked)
    assert told() == [("south", f"Group {low}", 1)]
    set_ = admin.patch(path, {"value": "west", "source": "x", "user_id": "1"}).json()
    assert (set_["value"], set_["source"], set_["user_id"]) == ("west", "User", str(user))
    everything = values_of(admin, user, user_attribute_ids=region, all_values="true")
    assert [row["value"] for row in everything] == ["west", "south", "north", "all"]
    assert [row["rank"] for row in everything] == [None, 1, 2, None]
    assert admin.delete(path).status == 204
    assert admin.delete(path).status == 404
    assert told() == [("south", f"Group {low}", 1)]
    admin.patch(path, {"value": "west"})
    assert admin.patch(path, {"value": None}).json()["value"] == "south"


def test_those_without_a_value_are_listed_on_request(instance: Instance, admin: ApiClient) -> None:
    region = defined(admin, "region")
    user = instance.user("Viewer")
    assert values_of(admin, user, user_attribute_ids=region) == []
    (row,) = values_of(admin, user, user_attribute_ids=region, include_unset="true")
    assert (row["value"], row["source"], row["user_attribute_id"]) == (None, None, region)
    (row,) = values_of(
        admin, user, user_attribute_ids=region, include_unset="true", all_values="true"
    )
    assert row["value"] is None
    assert values_of(admin, user, user_attribute_ids="x,999999", include_unset="true") == []
    names = [row["name"] for row in values_of(admin, user)]
    assert names == sorted(names)
    assert set(names) >= SYSTEM - {"region"}


def test_a_value_counts_at_once(instance: Instance, admin: ApiClient) -> None:
    """For the token that is there already."""
    user = instance.user("Viewer")
    client = instance.client_of(user)
    assert client.get("/user").json()["locale"] == "en"
    locale = system(admin, "locale")
    assert admin.patch(f"/users/{user}/attribute_values/{locale}", {"value": "fr"}).status == 200
    assert client.get("/user").json()["locale"] == "fr"
    assert instance.services.authenticator.session(f"token {client.token}").locale == "fr"
    assert client.patch(f"/users/{user}", {"locale": "de"}).status == 200
    (row,) = values_of(client, user, user_attribute_ids=locale)
    assert (row["value"], row["source"]) == ("de", "User")


def test_hidden_values_are_sealed_and_never_shown(instance: Instance, admin: ApiClient) -> None:
    key = defined(
        admin,
        "warehouse_key",
        value_is_hidden=True,
        user_can_edit=True,
        hidden_value_domain_whitelist="warehouse.example.com",
        default_value="default secret",
    )
    user = instance.user("Viewer")
    client = instance.client_of(user)
    path = f"/users/{user}/attribute_values/{key}"
    for caller in (admin, client):
        answer = caller.patch(path, {"value": "own secret"})
        assert answer.json()["value"] is None
        assert answer.json()["value_is_hidden"]
        for params in ({}, {"all_values": "true"}, {"include_unset": "true"}):
            shown = caller.get(f"/users/{user}/attribute_values", params=params)
            assert "secret" not in shown.text
            rows = [row for row in shown.json() if row["user_attribute_id"] == key]
            assert rows
            assert all(row["value"] is None for row in rows)
    with instance.services.database.reading() as session:
        chosen = select(UserAttributeUserValue.value).where(
            UserAttributeUserValue.user_attribute_id == int(key)
        )
        (stored,) = session.scalars(chosen)
    assert stored is not None
    assert "secret" not in stored
    found = instance.services.authenticator.session(f"token {client.token}")
    assert found.attributes["warehouse_key"] == "own secret"


@pytest.mark.parametrize("name", sorted(SYSTEM))
def test_what_the_user_tells_cannot_be_set(instance: Instance, admin: ApiClient, name: str) -> None:
    user = instance.user("Viewer")
    path = f"/users/{user}/attribute_values/{system(admin, name)}"
    for caller in (admin, instance.client_of(user)):
        assert caller.patch(path, {"value": "7"}).status == 403
        assert caller.delete(path).status in (403, 404)
    (row,) = values_of(admin, user, user_attribute_ids=system(admin, name))
    assert row["source"] == "Built-in"
    assert not row["can"]["update"]


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("number", "-1.5", "many"),
        ("yesno", "Yes", "perhaps"),
        ("datetime", "2026-01-31 08:30", "soon"),
        ("relative_url", "/dashboards/1", "https://evil.example"),
        ("relative_url", "/", "//evil.example"),
        ("relative_url", "/", "/\\evil.example"),
        ("string", "a%_,^b", "x" * 10_001),
        ("zipcode", "01234", "a\0b"),
        ("string", "ä", "\ud800"),
        ("advanced_filter_number", "[1,5)", "x" * 10_001),
    ],
)
def test_values_are_of_their_type(admin: ApiClient, kind: str, right: str, wrong: str) -> None:
    path = f"/users/{me(admin)}/attribute_values/{defined(admin, 'checked', kind)}"
    refused = admin.patch(path, {"value": wrong})
    assert refused.status == 422
    assert [problem["field"] for problem in refused.json()["errors"]] == ["value"]
    assert admin.delete(path).status == 404
    assert admin.patch(path, {"value": right}).json()["value"] == right


def test_a_value_has_to_be_there(admin: ApiClient) -> None:
    path = f"/users/{me(admin)}/attribute_values/{defined(admin, 'region')}"
    assert admin.patch(path, {}).status == 422
    assert admin.patch(path, {"value": ["a"]}).status == 422
    assert admin.patch(path, {"value": 5}).json()["value"] == "5"
    assert admin.patch(f"/users/{me(admin)}/attribute_values/999", {"value": "a"}).status == 404
    assert admin.patch("/users/999999/attribute_values/1", {"value": "a"}).status == 404


def test_of_oneself_only_what_may_be_edited(instance: Instance, admin: ApiClient) -> None:
    fixed = defined(admin, "fixed", default_value="eu")
    own = defined(admin, "own", user_can_edit=True)
    secret = defined(admin, "secret", user_can_view=False, default_value="classified")
    user = instance.user("Viewer")
    client = instance.client_of(user)
    base = f"/users/{user}/attribute_values"
    assert client.patch(f"{base}/{own}", {"value": "mine"}).json()["value"] == "mine"
    assert client.delete(f"{base}/{own}").status == 204
    refused = client.patch(f"{base}/{fixed}", {"value": "%"})
    assert refused.status == 403
    assert "set by administrators" in refused.text
    assert client.delete(f"{base}/{fixed}").status == 403
    assert client.patch(f"{base}/{secret}", {"value": "x"}).status == 404
    for params in ({}, {"user_attribute_ids": secret}, {"all_values": "true"}):
        shown = client.get(base, params=params)
        assert "classified" not in shown.text
    assert "classified" in admin.get(base).text
    told = {row["name"]: row["value"] for row in values_of(client, user)}
    assert told["fixed"] == "eu"


def test_of_others_only_for_those_who_manage_attributes(
    instance: Instance, admin: ApiClient
) -> None:
    own = defined(admin, "own", user_can_edit=True)
    someone = instance.user("Viewer")
    base = f"/users/{someone}/attribute_values"
    for client in (
        instance.as_role("Developer"),
        instance.as_role("Viewer"),
        with_permissions(instance, admin, "see_users"),
    ):
        assert client.get(base).status == 404
        assert client.get("/users/999999/attribute_values").status == 404
        assert client.patch(f"{base}/{own}", {"value": "x"}).status == 403
        assert client.delete(f"{base}/{own}").status == 403
    assert instance.anonymous.get(base).status == 401
    manager = with_permissions(instance, admin, "see_users", "manage_user_attributes")
    assert manager.patch(f"{base}/{own}", {"value": "x"}).json()["value"] == "x"
    assert manager.get(base).status == 200
    assert manager.delete(f"{base}/{own}").status == 204
