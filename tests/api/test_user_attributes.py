"""User attributes: their definitions, and what groups make of them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from tests.api.client import ApiClient
from tests.api.conftest import Instance


def made(admin: ApiClient, name: str, **values: Any) -> dict[str, Any]:
    body = {"name": name, "label": name.title(), "type": "string", **values}
    answer = admin.post("/user_attributes", body)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_every_instance_has(admin: ApiClient) -> None:
    names = [
        item["name"] for item in admin.get("/user_attributes", params={"sorts": "name"}).json()
    ]
    assert names == sorted(names)
    assert {"email", "first_name", "last_name", "name", "id", "locale", "timezone"} <= set(names)
    locale = next(i for i in admin.get("/user_attributes").json() if i["name"] == "locale")
    assert locale["is_system"]
    assert locale["default_value"] == "en"
    assert admin.patch(f"/user_attributes/{locale['id']}", {"label": "x"}).status == 400
    assert admin.delete(f"/user_attributes/{locale['id']}").status == 400


def test_they_are_made_changed_and_deleted(admin: ApiClient) -> None:
    found = made(admin, "region", default_value="EU", is_system=True)
    assert (found["default_value"], found["is_system"]) == ("EU", False)
    path = f"/user_attributes/{found['id']}"
    changed = admin.patch(path, {"label": "Area", "user_can_edit": True, "default_value": None})
    assert changed.json()["label"] == "Area"
    assert changed.json()["default_value"] is None
    assert admin.get(path).json() == changed.json()
    assert admin.delete(path).status == 204
    assert admin.get(path).status == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name", "label", "type"]),
        ({"name": "Region", "label": "x", "type": "string"}, ["name"]),
        ({"name": "email", "label": "EMAIL", "type": "string"}, ["name", "label"]),
        ({"name": "x", "label": "x", "type": "colour"}, ["type"]),
        (
            {"name": "x", "label": "x", "type": "string", "value_is_hidden": True},
            ["hidden_value_domain_whitelist"],
        ),
        ({"name": "x", "label": "x", "type": "number", "default_value": "ten"}, ["value"]),
    ],
)
def test_every_mistake_is_told(admin: ApiClient, body: dict[str, Any], fields: list[str]) -> None:
    refused = admin.post("/user_attributes", body)
    assert refused.status == 422
    assert [problem["field"] for problem in refused.json()["errors"]] == fields


def test_groups_give_values_in_their_order(admin: ApiClient) -> None:
    region = made(admin, "region")["id"]
    groups = [admin.post("/groups", {"name": name}).json()["id"] for name in ("a", "b", "c")]
    path = f"/user_attributes/{region}/group_values"
    body = [{"group_id": group, "value": f"value {group}"} for group in groups[:2]]
    given = admin.post(path, body).json()
    assert [(item["group_id"], item["rank"]) for item in given] == [(groups[0], 1), (groups[1], 2)]
    ranked = [body[0] | {"rank": 9}, body[1] | {"rank": 3}]
    assert [item["group_id"] for item in admin.post(path, ranked).json()] == groups[1::-1]
    assert admin.post(path, [body[0], ranked[1]]).status == 422
    assert [item["group_id"] for item in admin.get(path).json()] == groups[1::-1]
    last = admin.patch(f"/groups/{groups[2]}/attribute_values/{region}", {"value": "last"})
    assert (last.json()["value"], last.json()["rank"]) == ("last", 3)
    assert admin.delete(f"/groups/{groups[1]}/attribute_values/{region}").status == 204
    assert admin.delete(f"/groups/{groups[1]}/attribute_values/{region}").status == 404
    assert [item["group_id"] for item in admin.get(path).json()] == [groups[0], groups[2]]
    twice = admin.post(path, [body[0], body[0]])
    assert twice.status == 422
    assert len(admin.get(path).json()) == 2
    assert admin.post(path, [{"group_id": "99", "value": "x"}]).status == 404


def test_hidden_values_are_neither_shown_nor_stored_plainly(
    instance: Instance, admin: ApiClient
) -> None:
    secret = "correct horse battery"
    found = made(admin, "token", default_value=secret)
    group = admin.post("/groups", {"name": "a"}).json()["id"]
    path = f"/user_attributes/{found['id']}"
    admin.post(f"{path}/group_values", [{"group_id": group, "value": secret}])
    refused = admin.patch(path, {"value_is_hidden": True})
    assert refused.status == 422
    hidden = {"value_is_hidden": True, "hidden_value_domain_whitelist": "https://a.example/*"}
    assert admin.patch(path, hidden).json()["default_value"] is None
    assert admin.get(f"{path}/group_values").json()[0]["value"] is None
    with instance.services.database.reading() as session:
        rows = session.execute(text("SELECT default_value FROM user_attribute")).all()
        rows += session.execute(text("SELECT value FROM user_attribute_group_value")).all()
    assert secret not in str(rows)
    assert admin.patch(path, {"value_is_hidden": False}).status == 422
    wider = {"hidden_value_domain_whitelist": "https://a.example/*,https://b.example/*"}
    assert admin.patch(path, wider).status == 422


def test_who_may_do_what(instance: Instance, admin: ApiClient) -> None:
    shown, unseen = made(admin, "shown"), made(admin, "unseen", user_can_view=False)
    viewer = instance.as_role("Viewer")
    names = {item["name"] for item in viewer.get("/user_attributes").json()}
    assert "shown" in names
    assert "unseen" not in names
    assert viewer.get(f"/user_attributes/{unseen['id']}").status == 404
    assert viewer.get(f"/user_attributes/{shown['id']}/group_values").status == 404
    assert viewer.post("/user_attributes", {"name": "x"}).status == 404
    assert viewer.patch(f"/user_attributes/{shown['id']}", {"label": "x"}).status == 404
    assert viewer.delete(f"/user_attributes/{shown['id']}").status == 404
    assert instance.anonymous.get("/user_attributes").status == 401
