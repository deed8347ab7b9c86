"""Embed users among others: one site's people are known to nobody whom they do not concern."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance

ACQUIRE = "/embed/cookieless_session/acquire"
AGENT = {"user-agent": "A browser/1.0"}


class Browsing:
    """An embed user's calls."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client

    def get(self, path: str, **params: Any) -> Any:
        return self._client.get(path, params=params, headers=AGENT)

    def names(self, path: str, **params: Any) -> set[str]:
        found = self.get(path, **params)
        assert found.status == 200, found.text
        return {user["first_name"] for user in found.json()}


@pytest.fixture
def people(instance: Instance, admin: ApiClient) -> dict[str, Browsing]:
    """Two of the site acme, one of rivals, one of no group."""
    found = {}
    for name, site in (("Ada", "acme"), ("Bea", "acme"), ("Eve", "rivals"), ("Lone", None)):
        body = {"external_user_id": name, "first_name": name, "external_group_id": site}
        made = admin.post(
            ACQUIRE, body | {"permissions": ["access_data"], "models": ["thelook"]}, headers=AGENT
        )
        assert made.status == 200, made.text
        found[name] = Browsing(instance.anonymous.with_token(made.json()["api_token"]))
    return found


LISTS = ("/users", "/users/search", "/users/search/names/%25", "/groups/1/users")


@pytest.mark.parametrize("path", LISTS)
def test_sites_do_not_see_one_another(people: dict[str, Browsing], path: str) -> None:
    assert people["Ada"].names(path) == people["Bea"].names(path) == {"Ada", "Bea"}
    assert people["Eve"].names(path) == {"Eve"}
    assert people["Lone"].names(path) == {"Lone"}


@pytest.mark.parametrize("path", LISTS)
def test_others_do_not_see_them(
    instance: Instance, admin: ApiClient, people: dict[str, Browsing], path: str
) -> None:
    sites = {"Ada", "Bea", "Eve", "Lone"}
    ordinary = instance.as_role("User").get(path)
    assert not sites & {user["first_name"] for user in ordinary.json()}
    assert sites <= {user["first_name"] for user in admin.get(path).json()}


def test_searching_finds_no_more(people: dict[str, Browsing]) -> None:
    for criteria in ({"embed_user": "true"}, {"first_name": "Eve"}, {"group_id": "1"}):
        found = people["Ada"].names("/users/search", **criteria, filter_or="true")
        assert not found & {"Eve", "Lone", "Test"}


def test_by_id_neither(instance: Instance, people: dict[str, Browsing]) -> None:
    ids = {name: person.get("/user").json()["id"] for name, person in people.items()}
    assert people["Ada"].get(f"/users/{ids['Bea']}").json()["first_name"] == "Bea"
    for other in ("Eve", "Lone"):
        assert people["Ada"].get(f"/users/{ids[other]}").status == 404
    assert people["Ada"].get(f"/users/{instance.user('Viewer')}").status == 404
    assert instance.as_role("User").get(f"/users/{ids['Ada']}").status == 404
    for path in ("roles", "attribute_values", "sessions", "credentials_embed"):
        assert people["Ada"].get(f"/users/{ids['Bea']}/{path}").status == 404


def test_their_groups_neither(instance: Instance, people: dict[str, Browsing]) -> None:
    def groups(path: str) -> set[str]:
        return {group["name"] for group in people["Ada"].get(path).json()}

    assert groups("/groups") == {"All Users", "Embed Shared Group acme"}
    assert groups("/groups/search") == groups("/groups/search/with_roles") == groups("/groups")
    ordinary = instance.as_role("User").get("/groups").json()
    assert {group["name"] for group in ordinary} == {"All Users"}


def test_groups_within_a_group(instance: Instance, admin: ApiClient) -> None:
    outer, inner = (admin.post("/groups", {"name": n}).json()["id"] for n in ("Outer", "Inner"))
    admin.post(f"/groups/{outer}/groups", {"group_id": inner})
    user = instance.user("User")
    admin.post(f"/groups/{outer}/users", {"user_id": str(user)})
    client = instance.client_of(user)
    assert client.get(f"/groups/{outer}/groups").json() == []
    assert [g["name"] for g in admin.get(f"/groups/{outer}/groups").json()] == ["Inner"]
    assert client.get(f"/groups/{outer}/users", params={"sorts": "email"}).status == 400
    assert admin.get(f"/groups/{outer}/users", params={"sorts": "email"}).status == 200


def test_what_pages_remember_is_bounded(instance: Instance) -> None:
    user = instance.user("User")
    client = instance.client_of(user)
    assert client.patch(f"/users/{user}", {"ui_state": {"a": "b" * 60_000}}).status == 200
    found = client.patch(f"/users/{user}", {"ui_state": {"a": "b" * 66_000}})
    assert found.json()["errors"][0]["field"] == "ui_state"
