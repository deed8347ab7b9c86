"""Signing in with other services, with PostgreSQL as the application database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.api.browser import Browser
from tests.api.conftest import Instance
from tests.api.directory_server import PASSWORD, running_directory
from tests.api.people import made, user_of
from tests.api.saml_idp import Forge, Told, asked, identity_provider
from tests.engines.postgres_server import PostgresServer

from belvedere.accounts.federation import arrival


@pytest.fixture
def instance(make_instance: Callable[..., Instance], postgres_server: PostgresServer) -> Instance:
    return make_instance(database=postgres_server.url(postgres_server.create_database()))


def _mirrored(viewer: str, name: str) -> dict[str, Any]:
    return {
        "enabled": True,
        "set_roles_from_groups": True,
        "allow_roles_from_normal_groups": False,
        "groups_with_role_ids": [{"name": name, "role_ids": [viewer]}],
    }


def test_the_directory(instance: Instance) -> None:
    admin = instance.as_role("Admin")
    viewer, developer = made(admin, "role", "Viewer"), made(admin, "role", "Developer")
    with running_directory() as directory:
        answer = admin.patch("/ldap_config", directory.config(**_mirrored(viewer, "analysts")))
        assert answer.status == 200, answer.text
        for name in ("ada\0x", "ada\ud7ff", "x" * 3000, "' OR 1=1 --"):
            assert Browser(instance.anonymous).sign_in(name, PASSWORD).status == 401
        browser = Browser(instance.anonymous)
        assert browser.sign_in("ada", PASSWORD).status == 303
        ada = user_of(admin, "ada@example.com")
        own = admin.post("/groups", {"name": "By hand"}).json()["id"]
        admin.post(f"/groups/{own}/users", {"user_id": ada["id"]})
        admin.put(f"/roles/{developer}/groups", [own])
        assert user_of(admin, "ada@example.com")["role_ids"] == [viewer]
        assert [row["name"] for row in admin.get(f"/users/{ada['id']}/roles").json()] == ["Viewer"]
        assert admin.get(f"/roles/{developer}/users").json() == []
        assert admin.patch(f"/users/{ada['id']}", {"is_disabled": True}).status == 200
        assert browser.sign_in("ada", PASSWORD).status == 401


def test_saml(instance: Instance) -> None:
    admin = instance.as_role("Admin")
    viewer = made(admin, "role", "Viewer")
    with identity_provider() as provider:
        answer = admin.patch("/saml_config", provider.config(**_mirrored(viewer, "data")))
        assert answer.status == 200, answer.text
        browser = Browser(instance.anonymous)
        told = Told(
            asked(browser.get("/login/saml").headers["location"]),
            extra='<saml:Attribute Name="groups"><saml:AttributeValue>data</saml:AttributeValue>'
            "</saml:Attribute>",
        )
        forge = Forge(provider.key, provider.certificate)
        form = forge.form(told)
        cookies, browser.cookies = browser.cookies, {}
        posted = browser.post("/samlcallback", form)
        assert browser.post("/samlcallback", form).status == 401
        longer = forge.form(replace(told, assertion_id="_b", subject="x" * 300))
        other = browser.post("/samlcallback", longer)
        browser.cookies = dict(cookies)
        assert browser.get(other.headers["location"]).status == 401
        browser.cookies = dict(cookies)
        assert browser.get(posted.headers["location"]).status == 303
        assert user_of(admin, "ada@example.com")["role_ids"] == [viewer]
        browser.cookies = dict(cookies)
        assert browser.get(posted.headers["location"]).status == 400
        for gone in ("a%00b", "%27", "%C3%A4", "x" * 500):
            assert admin.get(f"/saml_test_configs/{gone}").status == 404
            assert browser.get(f"/login/saml?test={gone}").status == 404
            assert browser.get(f"/samlcallback?ticket={gone}").status == 400


def test_somebody_new_in_two_windows_at_once(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = instance.as_role("Admin")
    usual = arrival.carry_out

    def second(session: Session, *rest: Any) -> Any:
        """The other window is a moment faster."""
        monkeypatch.setattr(arrival, "carry_out", usual)
        with instance.services.database.session() as other:
            usual(other, *rest)
        return usual(session, *rest)

    with running_directory() as directory:
        admin.patch("/ldap_config", directory.config(enabled=True))
        monkeypatch.setattr(arrival, "carry_out", second)
        browser = Browser(instance.anonymous)
        assert browser.sign_in("ada", PASSWORD).status == 409
        assert browser.sign_in("ada", PASSWORD).status == 303
    found = admin.get("/users/search", params={"last_name": "Lovelace"}).json()
    assert len(found) == 1
