"""Embedding where several processes share an application database on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.api.browser import Browser
from tests.api.client import Loop
from tests.api.conftest import Instance
from tests.api.test_embed_signed import HOST, Site
from tests.engines.postgres_server import PostgresServer

AGENT = {"user-agent": "A browser/1.0"}
ACQUIRE = "/embed/cookieless_session/acquire"
PERSON: dict[str, Any] = {
    "external_user_id": "x",
    "permissions": ["access_data"],
    "models": ["thelook"],
    "external_group_id": "acme",
    "user_attributes": {"locale": "fr_FR"},
}


@pytest.fixture
def first(make_instance: Any, postgres_server: PostgresServer) -> Instance:
    url = postgres_server.url(postgres_server.create_database())
    return make_instance(base_url=f"https://{HOST}", database=url)


@pytest.fixture
def second(first: Instance, loop: Loop) -> Iterator[Instance]:
    made = Instance(first.settings, loop)
    yield made
    made.close()


def test_an_address_is_used_once_wherever(first: Instance, second: Instance) -> None:
    site = Site(first)
    address = site.address(external_group_id="acme", user_attributes={"locale": "fr_FR"})
    browsers = [Browser(place.anonymous) for place in (first, second) * 4]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda browser: browser.get(address).status, browsers))
    assert sorted(found) == [303] + [401] * 7
    (inside,) = [browser for browser in browsers if browser.cookies]
    for place in (first, second):
        browser = Browser(place.anonymous)
        browser.cookies = inside.cookies
        assert browser.get("/embed/looks/1").status == 200


def test_one_user_however_many_sign_in_at_once(first: Instance, second: Instance) -> None:
    site = Site(first)
    addresses = [site.address(external_group_id="acme") for _ in range(8)]
    browsers = [Browser(place.anonymous) for place in (first, second) * 4]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda b, a: b.get(a).status, browsers, addresses))
    assert found == [303] * 8
    embedded = site.admin.get("/users/search", params={"embed_user": "true"}).json()
    assert len(embedded) == 1
    groups = [g for g in site.admin.get("/groups").json() if g["external_group_id"] == "acme"]
    assert [group["user_count"] for group in groups] == [1]


def test_what_is_given_changes_for_many_at_once(first: Instance, second: Instance) -> None:
    site = Site(first)
    site.sign_in()
    group = site.admin.post("/groups", {"name": "Gold"}).json()["id"]
    given = {
        "permissions": ["access_data"],
        "group_ids": [group],
        "user_attributes": {"locale": "fr_FR", "number_format": "1.234,56"},
    }
    people = ["site-user-1"] * 6 + [f"new-{number}" for number in range(6)]
    addresses = [
        site.address(external_user_id=name, external_group_id="fresh", **given) for name in people
    ]
    browsers = [Browser(place.anonymous) for place in (first, second) * 6]
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda b, a: b.get(a).status, browsers, addresses))
    assert found == [303] * 12
    counts = {g["name"]: g["user_count"] for g in site.admin.get("/groups").json()}
    assert (counts["Gold"], counts["Embed Shared Group fresh"]) == (7, 7)


def test_tokens_are_good_and_end_everywhere(first: Instance, second: Instance) -> None:
    admin = first.as_role("Admin")
    made = admin.post(ACQUIRE, PERSON, headers=AGENT)
    assert made.status == 200, made.text
    tokens = made.json()
    elsewhere = second.anonymous.with_token(tokens["api_token"])
    assert elsewhere.get("/user", headers=AGENT).status == 200
    assert elsewhere.get("/user", headers={"user-agent": "other"}).status == 401
    reference = tokens["session_reference_token"]
    assert admin.delete(f"/embed/cookieless_session/{reference}").status == 204
    assert first.anonymous.with_token(tokens["api_token"]).get("/user", headers=AGENT).status == 401
    for _ in range(100):
        if elsewhere.get("/user", headers=AGENT).status == 401:
            break
    assert elsewhere.get("/user", headers=AGENT).status == 401
