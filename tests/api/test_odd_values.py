"""Values that no database can keep are refused on either of them, and never a failure of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.engines.postgres_server import PostgresServer

LARGE = ("2147483648", "9" * 17, "9" * 20, "9" * 5000)


@pytest.fixture(params=["sqlite", "postgres"])
def instance(request: pytest.FixtureRequest, make_instance: Callable[..., Instance]) -> Instance:
    if request.param == "sqlite":
        return make_instance()
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return make_instance(database=server.url(server.create_database()))


def test_numbers_that_no_row_has(instance: Instance) -> None:
    admin = instance.as_role("Admin")
    kinds = ("users", "groups", "roles", "permission_sets", "model_sets", "user_attributes")
    for number in LARGE:
        for kind in kinds:
            assert admin.get(f"/{kind}/{number}").status == 404, (kind, number)
        for kind in kinds[:-1]:
            assert admin.get(f"/{kind}/search", params={"id": number}).json() == []
        assert admin.get("/users", params={"ids": number}).json() == []
        assert admin.delete(f"/oauth_client_apps/x/users/{number}").status == 204
        assert admin.post("/groups/1/groups", {"group_id": number}).status == 404
        body = {"name": "Odd", "permission_set_id": number, "model_set_id": "1"}
        assert admin.post("/roles", body).status == 422
        for name in ("limit", "offset", "page", "per_page"):
            assert admin.get("/users", params={name: number}).status == 400
        answer = admin.patch("/session_config", {"session_minutes": number})
        assert [item["field"] for item in answer.json()["errors"]] == ["session_minutes"]


def _make(admin: ApiClient, path: str, name: str, value: object) -> int:
    whole: dict[str, dict[str, Any]] = {
        "/groups": {},
        "/permission_sets": {"permissions": []},
        "/model_sets": {"name": "Odd", "models": []},
        "/user_attributes": {"name": "odd", "label": "Odd", "type": "string"},
        "/oauth_client_apps/odd": {
            "redirect_uri": "https://odd.example/back",
            "display_name": "Odd",
            "description": "Odd",
        },
        "/support_access/allowlist": {"emails": ["a@example.com"], "reason": "Odd"},
    }
    return admin.post(path, whole[path] | {name: value}).status


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/groups", "name"),
        ("/permission_sets", "name"),
        ("/model_sets", "name"),
        ("/model_sets", "models"),
        ("/user_attributes", "label"),
        ("/user_attributes", "default_value"),
        ("/oauth_client_apps/odd", "display_name"),
        ("/oauth_client_apps/odd", "description"),
        ("/support_access/allowlist", "reason"),
    ],
)
def test_texts_that_cannot_be_kept(instance: Instance, path: str, name: str) -> None:
    admin = instance.as_role("Admin")
    for text in ("a\0b", "\ud800", "x" * 100_000):
        assert _make(admin, path, name, [text] if name == "models" else text) == 422, text[:9]


def test_what_is_searched_or_proven_with_such_texts(instance: Instance) -> None:
    admin, anonymous = instance.as_role("Admin"), instance.anonymous
    for path in (
        "/users/search?email=%00",
        "/groups/search?name=a%00%25",
        "/roles/search?name=%00",
    ):
        assert admin.get(path).status in (200, 400)
    assert admin.get("/oauth_client_apps/a%00b").status in (400, 404)
    for text in ("\0", "\ud800"):
        for body in (
            {"client_id": text, "client_secret": "x"},
            {"client_id": "x", "client_secret": text},
        ):
            assert anonymous.post("/login", body).status in (400, 404)
        for kind, name in (("authorization_code", "code"), ("refresh_token", "refresh_token")):
            asked = {"grant_type": kind, name: text, "client_id": text, "redirect_uri": text}
            answer = anonymous.request("POST", "/api/token", body=asked, outside=True)
            assert (answer.status, answer.json()["error"]) == (400, "invalid_grant")
        assert admin.patch("/custom_welcome_email", {"content": f"a{text}b"}).status in (200, 400)
