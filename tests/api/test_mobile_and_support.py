"""Mobile devices, and letting support in."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance

DEVICE = {"device_token": "token-of-a-phone", "device_type": "ios"}


# Devices


def test_a_device(instance: Instance) -> None:
    viewer = instance.as_role("Viewer")
    made = viewer.post("/mobile/device", DEVICE)
    assert made.status == 200, made.text
    device = made.json()
    assert {name: device[name] for name in DEVICE} == DEVICE
    assert viewer.patch(f"/mobile/device/{device['id']}").json() == device
    assert viewer.post("/mobile/device", DEVICE).status == 409
    assert viewer.delete(f"/mobile/device/{device['id']}").status == 204
    assert viewer.delete(f"/mobile/device/{device['id']}").status == 404


def test_devices_of_others(instance: Instance, admin: ApiClient) -> None:
    device = instance.as_role("Viewer").post("/mobile/device", DEVICE).json()["id"]
    for other in (admin, instance.as_role("Viewer")):
        assert other.patch(f"/mobile/device/{device}").status == 404
        assert other.delete(f"/mobile/device/{device}").status == 404


def test_a_device_that_is_handed_on(instance: Instance) -> None:
    first, second = instance.as_role("Viewer"), instance.as_role("Viewer")
    device = first.post("/mobile/device", DEVICE).json()["id"]
    assert second.post("/mobile/device", DEVICE).status == 200
    assert first.patch(f"/mobile/device/{device}").status == 404


def test_devices_need_the_permission(instance: Instance) -> None:
    nobody = instance.as_role(None)
    assert nobody.post("/mobile/device", DEVICE).status == 404
    assert nobody.get("/mobile/settings").json()["mobile_app_integration"] is False
    settings = instance.as_role("Viewer").get("/mobile/settings").json()
    assert settings["mobile_app_integration"] is True
    assert instance.anonymous.get("/mobile/settings").status == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"device_type": "ios"}, "device_token"),
        ({"device_token": "  ", "device_type": "ios"}, "device_token"),
        ({"device_token": "x" * 4097, "device_type": "ios"}, "device_token"),
        ({"device_token": "a\0b", "device_type": "ios"}, "device_token"),
        ({"device_token": "x"}, "device_type"),
        ({"device_token": "x", "device_type": "windows"}, "device_type"),
    ],
)
def test_devices_that_cannot_be(admin: ApiClient, body: dict[str, Any], field: str) -> None:
    found = admin.post("/mobile/device", body)
    assert found.status == 422
    assert field in [error["field"] for error in found.json()["errors"]]


# Support


def test_support_is_let_in_for_a_while(instance: Instance, admin: ApiClient) -> None:
    closed = {"open": False, "open_until": None}
    assert admin.get("/support_access/status").json() == closed
    opened = admin.put("/support_access/enable", {"duration_in_seconds": 3600}).json()
    assert opened["open"] is True
    assert admin.get("/support_access/status").json() == opened
    instance.skip(61)
    assert admin.get("/support_access/status").json() == closed
    admin.put("/support_access/enable", {"duration_in_seconds": 3600})
    assert admin.put("/support_access/disable").json() == closed
    assert admin.get("/support_access/status").json() == closed


@pytest.mark.parametrize("seconds", [0, -1, None, 31_536_001])
def test_no_other_while(admin: ApiClient, seconds: int | None) -> None:
    found = admin.put("/support_access/enable", {"duration_in_seconds": seconds})
    assert found.status == 422
    assert found.json()["errors"][0]["field"] == "duration_in_seconds"


def test_who_may_be_let_in(admin: ApiClient) -> None:
    body = {"emails": ["Help@example.com", "other@example.com"], "reason": "ticket 5"}
    added = admin.post("/support_access/allowlist", body).json()
    assert [entry["email"] for entry in added] == ["help@example.com", "other@example.com"]
    again = {"emails": ["help@example.com"], "reason": "ticket 6"}
    assert admin.post("/support_access/allowlist", again).json()[0]["id"] == added[0]["id"]
    listed = admin.get("/support_access/allowlist").json()
    assert [entry["reason"] for entry in listed] == ["ticket 6", "ticket 5"]
    narrow = admin.get("/support_access/allowlist", params={"fields": "email"}).json()
    assert narrow == [{"email": entry["email"]} for entry in listed]
    path = f"/support_access/allowlist/{added[0]['id']}"
    assert admin.delete(path).status == 204
    assert admin.delete(path).status == 404
    assert admin.delete("/support_access/allowlist/x").status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "x"}, "emails"),
        ({"emails": [], "reason": "x"}, "emails"),
        ({"emails": ["nobody"], "reason": "x"}, "emails"),
        ({"emails": ["a@b.example"]}, "reason"),
        ({"emails": ["a@b.example"], "reason": "x" * 2001}, "reason"),
    ],
)
def test_entries_that_cannot_be(admin: ApiClient, body: dict[str, Any], field: str) -> None:
    found = admin.post("/support_access/allowlist", body)
    assert found.status == 422
    assert [error["field"] for error in found.json()["errors"]] == [field]
    assert admin.get("/support_access/allowlist").json() == []


def test_support_is_let_in_by_those_who_may(instance: Instance) -> None:
    for role in ("Developer", "Viewer", None):
        client = instance.as_role(role)
        assert client.get("/support_access/status").status == 404
        assert client.get("/support_access/allowlist").status == 404
        assert client.put("/support_access/enable", {"duration_in_seconds": 5}).status == 403
        assert client.put("/support_access/disable").status == 403
        assert client.post("/support_access/allowlist", {}).status == 403
        assert client.delete("/support_access/allowlist/1").status == 403
