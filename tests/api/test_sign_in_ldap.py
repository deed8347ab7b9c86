"""Signing in with an LDAP directory, against a real slapd."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from tests.api.browser import Browser
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.directory_server import (
    BASE,
    PASSWORD,
    DirectoryServer,
    group_dn,
    person_dn,
    running_directory,
)
from tests.api.people import made, user_of

from belvedere.accounts.tables import AuditEvent, User


@pytest.fixture(scope="module")
def directory() -> Iterator[DirectoryServer]:
    with running_directory() as server:
        yield server


@pytest.fixture
def browser(instance: Instance) -> Browser:
    return Browser(instance.anonymous)


def _enable(admin: ApiClient, directory: DirectoryServer, **more: Any) -> dict[str, Any]:
    answer = admin.patch("/ldap_config", {**directory.config(**more), "enabled": True})
    assert answer.status == 200, answer.text
    return answer.json()


def _test(admin: ApiClient, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = admin.put(f"/ldap_config/test_{kind}", body)
    assert answer.status == 200, answer.text
    return answer.json()


def test_a_person_comes_in_and_is_brought_up_to_date(
    admin: ApiClient, browser: Browser, directory: DirectoryServer
) -> None:
    role = made(admin, "role", "User")
    group = admin.post("/groups", {"name": "Newcomers"}).json()["id"]
    _enable(admin, directory, default_new_user_role_ids=[role], default_new_user_group_ids=[group])
    page = browser.get("/login")
    assert 'type="text"' in page.text
    assert "Forgot" not in page.text
    inside = browser.sign_in("ada", PASSWORD, "/account")
    assert (inside.status, inside.headers["location"]) == (303, "/account")
    assert "ada@example.com" in browser.get("/account").text
    ada = user_of(admin, "ada@example.com")
    assert (ada["first_name"], ada["last_name"]) == ("Ada", "Lovelace")
    assert ada["role_ids"] == [role]
    assert group in ada["group_ids"]
    held = admin.get(f"/users/{ada['id']}/credentials_ldap").json()
    assert held["ldap_dn"] == person_dn("ada")
    assert len(held["ldap_id"]) == 36
    admin.patch(f"/users/{ada['id']}", {"first_name": "Somebody"})
    admin.put(f"/users/{ada['id']}/roles", [])
    assert Browser(admin).sign_in("ADA@example.com", PASSWORD).status == 303
    again = user_of(admin, "ada@example.com")
    assert (again["id"], again["first_name"], again["role_ids"]) == (ada["id"], "Ada", [])


def test_what_is_wrong_is_not_told(
    instance: Instance, admin: ApiClient, directory: DirectoryServer
) -> None:
    _enable(admin, directory)
    tries = [
        ("ada", "wrong"),
        ("nobody", PASSWORD),
        ("ada", ""),
        ("", PASSWORD),
        ("*", PASSWORD),
        ("twin", PASSWORD),
        ("ada)(uid=*", PASSWORD),
        ("ada\0x", PASSWORD),
        (person_dn("ada"), PASSWORD),
        ("lookup", "the account's own"),
        ("x" * 5000, PASSWORD),
    ]
    told = set()
    for login, password in tries:
        page = Browser(instance.anonymous).sign_in(login, password)
        assert page.status == 401, login
        told.add(page.text[page.text.index('role="alert"') :][:60])
    assert len(told) == 1
    assert Browser(instance.anonymous).sign_in("star*", PASSWORD).status == 303
    assert len(admin.get("/users").json()) == 2


def test_four_failures_lock_out(
    instance: Instance, admin: ApiClient, browser: Browser, directory: DirectoryServer
) -> None:
    _enable(admin, directory)
    for spelling in ("ada", "Ada", "\uff41da", "a\u00adda"):  # a directory takes them for the same
        assert browser.sign_in(spelling, "wrong").status == 401
    assert browser.sign_in("ada", PASSWORD).status == 429
    locked = admin.get("/user_login_lockouts").json()
    assert [(row["auth_type"], row["remote_id"]) for row in locked] == [("ldap", "ada")]
    assert browser.sign_in("bob", PASSWORD).status == 303
    instance.skip(minutes=5.1)
    assert Browser(instance.anonymous).sign_in("ada", PASSWORD).status == 303


@pytest.mark.parametrize("finder", ["groups_have_users", "users_have_groups"])
def test_groups_give_roles(
    admin: ApiClient, browser: Browser, directory: DirectoryServer, finder: str
) -> None:
    developer, viewer = made(admin, "role", "Developer"), made(admin, "role", "Viewer")
    config = _enable(
        admin,
        directory,
        set_roles_from_groups=True,
        groups_finder_type=finder,
        groups_with_role_ids=[
            {
                "name": group_dn("analysts").upper().replace(",", ", "),
                "looker_group_name": "LDAP analysts",
                "role_ids": [developer],
            },
            {"name": "admins", "role_ids": [viewer]},
            {"name": "chess club", "role_ids": []},
        ],
    )
    groups = {row["name"]: row["looker_group_id"] for row in config["groups"]}
    assert config["groups"][0]["roles"][0]["name"] == "Developer"
    assert admin.get(f"/groups/{groups['admins']}").json()["externally_managed"] is True
    assert admin.post(f"/groups/{groups['admins']}/users", {"user_id": "1"}).status == 403
    browser.sign_in("ada", PASSWORD)
    ada = user_of(admin, "ada@example.com")
    assert sorted(ada["role_ids"]) == sorted([developer, viewer])
    assert set(groups.values()) & set(ada["group_ids"]) == {
        groups["admins"],
        config["groups"][0]["looker_group_id"],
    }
    Browser(admin).sign_in("bob", PASSWORD)
    assert user_of(admin, "bob@example.com")["role_ids"] == [developer]
    Browser(admin).sign_in("eve", PASSWORD)
    assert user_of(admin, "eve@example.com")["role_ids"] == []
    less = admin.patch("/ldap_config", {"groups_with_role_ids": [{"name": "admins"}]}).json()
    assert less["groups"][0]["looker_group_id"] == groups["admins"]
    assert less["groups_with_role_ids"][0]["role_ids"] == [viewer]
    assert user_of(admin, "bob@example.com")["role_ids"] == []
    kept = admin.get("/groups/search", params={"name": "LDAP analysts"}).json()
    assert [row["externally_managed"] for row in kept] == [False]


def test_a_role_can_be_required(
    admin: ApiClient, browser: Browser, directory: DirectoryServer
) -> None:
    viewer = made(admin, "role", "Viewer")
    _enable(
        admin,
        directory,
        set_roles_from_groups=True,
        auth_requires_role=True,
        groups_with_role_ids=[
            {"name": "analysts", "role_ids": [viewer]},
            {"name": "chess club", "role_ids": []},
        ],
    )
    refused = Browser(admin).sign_in("eve", PASSWORD)
    assert refused.status == 401
    assert "role" in refused.text
    assert user_of(admin, "eve@example.com") is None
    assert browser.sign_in("bob", PASSWORD).status == 303


def test_many_groups_come_in_pages(admin: ApiClient, directory: DirectoryServer) -> None:
    base = {"groups_base_dn": f"ou=many,{BASE}", "test_ldap_user": "eve"}
    found = _test(admin, "user_info", directory.config(**base))
    assert found["status"] == "success", found
    assert len([name for name in found["user"]["groups"] if name.startswith("cn=")]) == 700


def test_what_is_not_mirrored_can_be_taken_away(
    instance: Instance, admin: ApiClient, browser: Browser, directory: DirectoryServer
) -> None:
    viewer, developer = made(admin, "role", "Viewer"), made(admin, "role", "Developer")
    mapping = [{"name": "analysts", "role_ids": [viewer]}]
    _enable(admin, directory, set_roles_from_groups=True, groups_with_role_ids=mapping)
    browser.sign_in("ada", PASSWORD)
    ada = user_of(admin, "ada@example.com")["id"]
    own = admin.post("/groups", {"name": "By hand"}).json()["id"]
    admin.post(f"/groups/{own}/users", {"user_id": ada})
    admin.post(f"/groups/{own}/roles", [developer])
    admin.put(f"/roles/{developer}/groups", [own])
    admin.put(f"/users/{ada}/roles", [made(admin, "role", "User")])
    browser.sign_in("ada", PASSWORD)
    assert len(user_of(admin, "ada@example.com")["role_ids"]) == 3

    free = user_of(admin, "ada@example.com")
    assert (free["roles_externally_managed"], free["allow_direct_roles"]) == (True, True)
    admin.patch("/ldap_config", {"allow_direct_roles": False})
    assert set(user_of(admin, "ada@example.com")["role_ids"]) == {viewer, developer}
    direct = made(admin, "role", "User")
    assert admin.put(f"/users/{ada}/roles", [direct]).status == 403
    refused = admin.put(f"/roles/{direct}/users", [ada])
    assert refused.status == 403
    assert "groups of LDAP alone" in refused.text
    assert admin.put(f"/users/{ada}/roles", []).status == 200
    assert user_of(admin, "ada@example.com")["allow_direct_roles"] is False
    Browser(admin).sign_in("ada", PASSWORD)
    assert set(user_of(admin, "ada@example.com")["role_ids"]) == {viewer, developer}

    admin.patch("/ldap_config", {"allow_roles_from_normal_groups": False})
    Browser(admin).sign_in("ada", PASSWORD)
    now = user_of(admin, "ada@example.com")
    assert now["role_ids"] == [viewer]
    assert own in now["group_ids"]
    assert [row["name"] for row in admin.get(f"/users/{ada}/roles").json()] == ["Viewer"]
    assert admin.get(f"/roles/{developer}/users").json() == []
    assert [row["id"] for row in admin.get(f"/roles/{viewer}/users").json()] == [ada]
    client = instance.client_of(int(ada))
    assert client.get("/lookml_models").status == 200
    assert client.patch("/session", {"workspace_id": "dev"}).status != 200

    admin.patch("/ldap_config", {"allow_normal_group_membership": False})
    Browser(admin).sign_in("ada", PASSWORD)
    assert own not in user_of(admin, "ada@example.com")["group_ids"]
    assert admin.post(f"/groups/{own}/users", {"user_id": ada}).status == 403


def test_attributes_are_taken_over_and_let_go(
    instance: Instance, admin: ApiClient, browser: Browser, directory: DirectoryServer
) -> None:
    numbers = {"name": "department", "label": "Department", "type": "number"}
    department = admin.post("/user_attributes", numbers).json()["id"]
    region = admin.post("/user_attributes", {"name": "region", "label": "R", "type": "string"})
    region_id = region.json()["id"]
    _enable(
        admin,
        directory,
        user_attributes_with_ids=[
            {"name": "departmentNumber", "user_attribute_ids": [department]},
            {"name": "employeeType", "user_attribute_ids": [region_id]},
        ],
    )
    browser.sign_in("ada", PASSWORD)
    ada = user_of(admin, "ada@example.com")["id"]

    def values(user_id: str) -> dict[str, Any]:
        rows = admin.get(f"/users/{user_id}/attribute_values").json()
        return {row["name"]: row["value"] for row in rows}

    assert (values(ada)["department"], values(ada)["region"]) == ("7", "north")
    Browser(admin).sign_in("bob", PASSWORD)
    bob = user_of(admin, "bob@example.com")["id"]
    assert "department" not in values(bob)
    admin.patch(f"/users/{bob}/attribute_values/{region_id}", {"value": "south"})
    Browser(admin).sign_in("bob", PASSWORD)
    assert "region" not in values(bob)
    admin.patch(
        "/ldap_config",
        {
            "user_attributes_with_ids": [
                {"name": "employeeType", "required": True, "user_attribute_ids": [region_id]}
            ]
        },
    )
    assert Browser(admin).sign_in("bob", PASSWORD).status == 401
    assert Browser(admin).sign_in("ada", PASSWORD).status == 303


def test_an_address_is_taken_over_only_where_that_is_wanted(
    instance: Instance, admin: ApiClient, browser: Browser, directory: DirectoryServer
) -> None:
    here = admin.post("/users", {"first_name": "Here"}).json()["id"]
    admin.post(f"/users/{here}/credentials_email", {"email": "Ada@example.com"})
    _enable(admin, directory)
    assert browser.sign_in("ada", PASSWORD).status == 401
    admin.patch("/ldap_config", {"merge_new_users_by_email": True})
    assert browser.sign_in("ada", PASSWORD).status == 303
    merged = admin.get(f"/users/{here}").json()
    assert merged["credentials_ldap"]["ldap_dn"] == person_dn("ada")
    assert merged["credentials_email"]["email"] == "Ada@example.com"
    with instance.services.database.reading() as session:
        names = list(session.scalars(select(AuditEvent.name)))
    assert "credentials_merged" in names


def test_who_is_disabled_stays_out(
    instance: Instance, admin: ApiClient, browser: Browser, directory: DirectoryServer
) -> None:
    _enable(admin, directory)
    browser.sign_in("ada", PASSWORD)
    ada = user_of(admin, "ada@example.com")["id"]
    admin.patch(f"/users/{ada}", {"is_disabled": True})
    assert browser.get("/account").status == 303
    assert browser.sign_in("ada", PASSWORD).status == 401


def test_passwords_are_for_few_while_there_is_a_directory(
    instance: Instance, admin: ApiClient, directory: DirectoryServer
) -> None:
    people = {role: _with_password(instance, role) for role in ("Admin", "Viewer")}
    _enable(admin, directory)
    assert Browser(instance.anonymous).get("/login/email").status == 303
    for email in people.values():
        assert Browser(instance.anonymous).sign_in(email, PASSWORD).status == 401
        assert _by_email(instance, email).status == 403
    admin.patch("/ldap_config", {"alternate_email_login_allowed": True})
    assert "/login/email" in Browser(instance.anonymous).get("/login").text
    assert _by_email(instance, people["Admin"]).status == 303
    assert _by_email(instance, people["Viewer"]).status == 403
    admin.patch("/ldap_config", {"enabled": False})
    assert _by_email(instance, people["Viewer"]).status == 303


def _with_password(instance: Instance, role: str) -> str:
    from belvedere.accounts import passwords

    user_id = instance.user(role)
    with instance.services.database.session() as session:
        user = session.get(User, user_id)
        user.email_credentials.password_hash = passwords.hashed(PASSWORD)
        return str(user.email)


def _by_email(instance: Instance, email: str) -> Any:
    from tests.api.browser import hidden

    browser = Browser(instance.anonymous)
    page = browser.get("/login/email")
    form = hidden(page) if page.status == 200 else hidden(browser.get("/login"))
    return browser.post("/login/email", form | {"email": email, "password": PASSWORD})
