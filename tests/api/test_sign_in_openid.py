"""Signing in with an OpenID provider from a package, and with the workforce's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select
from tests.api.browser import Browser
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance
from tests.api.openid_servers import HonestProvider, honest_provider
from tests.api.people import made, user_of

from belvedere.accounts.tables import AuditEvent, WebSession
from belvedere.instance.tables import Configuration

ADA = {"email": "ada@example.com", "given_name": "Ada", "family_name": "Lovelace"}


@pytest.fixture(scope="module")
def provider() -> Iterator[HonestProvider]:
    with honest_provider() as running:
        yield running


@pytest.fixture
def instance(make_instance: Callable[..., Instance]) -> Instance:
    return make_instance(identity_networks="127.0.0.0/8")


@pytest.fixture
def browser(instance: Instance) -> Browser:
    return Browser(instance.anonymous)


def _callback(instance: Instance, path: str = "/openidconnect") -> str:
    return f"{instance.settings.public_url}{path}"


def _enable(
    instance: Instance, admin: ApiClient, provider: HonestProvider, **more: Any
) -> dict[str, Any]:
    body = {**provider.config(_callback(instance)), **more, "enabled": True}
    answer = admin.patch("/oidc_config", body)
    assert answer.status == 200, answer.text
    return answer.json()


def _sign_in(
    browser: Browser, provider: HonestProvider, subject: str | None, begin: str = "/login/oidc"
) -> Response:
    """Through the provider and back."""
    away = browser.get(begin)
    assert away.status == 303, away.text
    return browser.get(provider.authorize(away.headers["location"], subject))


def _events(instance: Instance, name: str) -> list[dict[str, Any]]:
    with instance.services.database.reading() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.name == name))
        return [dict(row.attributes or {}) for row in rows]


def test_a_person_comes_in(
    instance: Instance, admin: ApiClient, browser: Browser, provider: HonestProvider
) -> None:
    viewer = made(admin, "role", "Viewer")
    provider.person("ada-1", **ADA)
    _enable(instance, admin, provider, default_new_user_role_ids=[viewer])
    page = browser.get("/login?return_to=%2Faccount")
    assert "Sign in with OpenID Connect" in page.text
    assert "password" not in page.text
    away = browser.get("/login/oidc?return_to=%2Faccount")
    asked = dict(parse_qsl(urlsplit(away.headers["location"]).query))
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid profile email"
    before = dict(browser.cookies)
    back = browser.get(provider.authorize(away.headers["location"], "ada-1"))
    assert (back.status, back.headers["location"]) == (303, "/account")
    assert "belvedere_openid" in before
    assert "belvedere_openid" not in browser.cookies
    assert "ada@example.com" in browser.get("/account").text
    ada = user_of(admin, "ada@example.com")
    assert (ada["first_name"], ada["last_name"], ada["role_ids"]) == ("Ada", "Lovelace", [viewer])
    held = admin.get(f"/users/{ada['id']}/credentials_oidc").json()
    assert (held["oidc_user_id"], held["email"]) == ("ada-1", "ada@example.com")
    found = admin.get("/users/credential/oidc/ada-1").json()
    assert found["id"] == ada["id"]
    with instance.services.database.reading() as session:
        kinds = list(session.scalars(select(WebSession.credentials_type)))
    assert kinds == ["oidc"]
    provider.person("ada-1", **ADA | {"family_name": "King", "email": "king@example.com"})
    _sign_in(Browser(instance.anonymous), provider, "ada-1")
    again = user_of(admin, "king@example.com")
    assert (again["id"], again["last_name"]) == (ada["id"], "King")
    assert admin.delete(f"/users/{ada['id']}/credentials_oidc").status == 204
    assert browser.get("/account").status == 303


def test_who_says_no_is_not_in(
    instance: Instance, admin: ApiClient, browser: Browser, provider: HonestProvider
) -> None:
    _enable(instance, admin, provider)
    assert _sign_in(browser, provider, None).status == 401
    assert browser.get("/account").status == 303
    assert "access_denied" in str(_events(instance, "login_failed"))


def test_groups_and_attributes(
    instance: Instance, admin: ApiClient, browser: Browser, provider: HonestProvider
) -> None:
    developer = made(admin, "role", "Developer")
    body = {"name": "regions", "label": "Regions", "type": "advanced_filter_string"}
    regions = admin.post("/user_attributes", body).json()["id"]
    _enable(
        instance,
        admin,
        provider,
        set_roles_from_groups=True,
        auth_requires_role=True,
        groups_attribute="teams",
        groups_with_role_ids=[{"name": "Data", "role_ids": [developer]}],
        user_attributes_with_ids=[
            {"name": "regions", "required": True, "user_attribute_ids": [regions]}
        ],
    )
    facts = ADA | {"teams": ["Data", "Other"], "regions": ["north", "south"]}
    provider.person("a", **facts)
    assert _sign_in(browser, provider, "a").status == 303
    ada = user_of(admin, "ada@example.com")
    assert ada["role_ids"] == [developer]
    values = admin.get(f"/users/{ada['id']}/attribute_values").json()
    assert {row["name"]: row["value"] for row in values}["regions"] == "north,south"
    for less in ({"teams": ["data"]}, {"teams": None}, {"regions": []}):
        provider.person("a", **facts | less)
        assert _sign_in(Browser(instance.anonymous), provider, "a").status == 401, less


def test_an_address_is_taken_over_only_where_that_is_wanted(
    instance: Instance, admin: ApiClient, provider: HonestProvider
) -> None:
    here = admin.post("/users", {"first_name": "Here"}).json()["id"]
    admin.post(f"/users/{here}/credentials_email", {"email": "ada@example.com"})
    provider.person("a", **ADA)
    provider.person("unverified", **ADA, email_verified=False)
    provider.person("second", **ADA)
    _enable(instance, admin, provider, new_user_migration_types="ldap, saml")

    def status(subject: str) -> int:
        return _sign_in(Browser(instance.anonymous), provider, subject).status

    assert status("a") == 401
    admin.patch("/oidc_config", {"new_user_migration_types": "email,ldap"})
    assert status("unverified") == 401
    assert status("a") == 303
    assert admin.get(f"/users/{here}").json()["credentials_oidc"]["oidc_user_id"] == "a"
    assert status("second") == 401
    robot = admin.post("/users/service_accounts", {"service_account_name": "robot"})
    assert robot.status == 200
    reasons = [item["reason"] for item in _events(instance, "login_failed")]
    assert reasons == ["email_taken"] * 3


def test_only_the_browser_that_left_comes_back(
    instance: Instance, admin: ApiClient, browser: Browser, provider: HonestProvider
) -> None:
    provider.person("a", **ADA)
    _enable(instance, admin, provider)
    away = browser.get("/login/oidc")
    back = provider.authorize(away.headers["location"], "a")
    assert Browser(instance.anonymous).get(back).status == 400
    other = Browser(instance.anonymous)
    other.get("/login/oidc")
    assert other.get(back).status == 400
    cookies = dict(browser.cookies)
    assert browser.get(back).status == 303
    replay = Browser(instance.anonymous)
    replay.cookies = cookies
    assert replay.get(back).status == 401
    late = Browser(instance.anonymous)
    address = provider.authorize(late.get("/login/oidc").headers["location"], "a")
    instance.skip(minutes=11)
    assert late.get(address).status == 400


def test_a_sign_in_begins_a_new_session(
    instance: Instance, admin: ApiClient, browser: Browser, provider: HonestProvider
) -> None:
    provider.person("a", **ADA)
    _enable(instance, admin, provider)
    browser.cookies["belvedere_session"] = "a" * 40
    _sign_in(browser, provider, "a")
    first = browser.cookies["belvedere_session"]
    assert first != "a" * 40
    _sign_in(browser, provider, "a")
    assert browser.cookies["belvedere_session"] != first


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere(
    instance: Instance,
    admin: ApiClient,
    browser: Browser,
    provider: HonestProvider,
    address: str,
) -> None:
    provider.person("a", **ADA)
    _enable(instance, admin, provider)
    back = _sign_in(browser, provider, "a", f"/login/oidc?return_to={address}")
    assert back.headers["location"] == "/"


def test_switched_off(instance: Instance, admin: ApiClient, browser: Browser) -> None:
    assert browser.get("/login/oidc").status == 404
    assert browser.get("/login/oidc?test=nothing").status == 404
    assert browser.get("/openidconnect?state=x&code=y").status == 400
    assert browser.get("/login/workforce").status == 404


# Configuration and trials


def test_the_secret_is_kept_and_never_shown(
    instance: Instance, admin: ApiClient, provider: HonestProvider
) -> None:
    config = provider.config(_callback(instance))
    shown = _enable(instance, admin, provider, **config)
    assert "secret" not in shown
    assert shown["scopes"] == ["openid", "profile", "email"]
    assert config["secret"] not in admin.get("/oidc_config").text
    moved = admin.patch("/oidc_config", {"token_endpoint": "https://evil.example/token"})
    assert moved.status == 422
    assert moved.json()["errors"][0]["field"] == "secret"
    with instance.services.database.reading() as session:
        row = session.get(Configuration, "oidc_config")
        assert config["secret"] not in f"{row.value} {row.secrets}"
    read_only = admin.patch("/oidc_config", {"test_slug": "x", "modified_by": "77"}).json()
    assert read_only.get("test_slug") is None
    assert read_only["modified_by"] != "77"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"enabled": True}, "identifier"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
        ({"token_endpoint": "file:///etc/passwd"}, "token_endpoint"),
        ({"issuer": "https://user:word@example.com"}, "issuer"),
        ({"issuer": "https://example.com:99999"}, "issuer"),
        ({"scopes": ["openid", 'a"b']}, "scopes"),
        ({"new_user_migration_types": "email,telepathy"}, "new_user_migration_types"),
    ],
)
def test_bad_configurations_change_nothing(
    admin: ApiClient, body: dict[str, Any], field: str
) -> None:
    before = admin.get("/oidc_config").json()
    answer = admin.patch("/oidc_config", body)
    assert answer.status == 422
    assert field in [item["field"] for item in answer.json()["errors"]]
    assert admin.get("/oidc_config").json() == before


def test_only_administrators(instance: Instance) -> None:
    other = instance.as_role("Developer")
    for kind in ("oidc", "workforce"):
        assert other.get(f"/{kind}_config").status == 404
        assert other.patch(f"/{kind}_config", {}).status == 403
        assert other.post(f"/{kind}_test_configs", {}).status == 403
        assert other.get(f"/{kind}_test_configs/x").status == 404
        assert other.delete(f"/{kind}_test_configs/x").status == 403


def test_a_configuration_can_be_tried(
    instance: Instance, admin: ApiClient, browser: Browser, provider: HonestProvider
) -> None:
    provider.person("a", **ADA, groups=["Data"])
    viewer = made(admin, "role", "Viewer")
    body = provider.config(_callback(instance)) | {
        "set_roles_from_groups": True,
        "groups_with_role_ids": [{"name": "Data", "role_ids": [viewer]}],
    }
    made_trial = admin.post("/oidc_test_configs", body).json()
    slug = made_trial["test_slug"]
    assert (made_trial["enabled"], "secret" in made_trial) == (False, False)
    assert admin.get(f"/oidc_test_configs/{slug}").json()["test_slug"] == slug
    assert admin.get("/oidc_config").json()["identifier"] is None
    assert admin.get("/groups/search", params={"name": "Data"}).json() == []
    tried = _sign_in(browser, provider, "a", f"/login/oidc?test={slug}")
    assert tried.status == 200
    for text in ("would be made", "ada@example.com", "Viewer", "Data"):
        assert text in tried.text
    assert user_of(admin, "ada@example.com") is None
    assert browser.get("/account").status == 303
    assert admin.delete(f"/oidc_test_configs/{slug}").status == 204
    assert admin.get(f"/oidc_test_configs/{slug}").status == 404
    assert admin.delete(f"/oidc_test_configs/{slug}").status == 404
    assert browser.get(f"/login/oidc?test={slug}").status == 404
    old = admin.post("/oidc_test_configs", body).json()["test_slug"]
    instance.skip(minutes=24 * 60 + 1)
    assert browser.get(f"/login/oidc?test={old}").status == 404


# The workforce's provider


def test_the_workforce_comes_in(
    make_instance: Callable[..., Instance], provider: HonestProvider
) -> None:
    plain = make_instance()
    client_id, secret = provider.register(_callback(plain, "/openidconnect/workforce"))
    refused = plain.as_role("Admin").patch("/workforce_config", {"enabled": True})
    assert refused.status == 422
    instance = make_instance(
        identity_networks="127.0.0.0/8",
        workforce_issuer=provider.url,
        workforce_client_id=client_id,
        workforce_client_secret=secret,
    )
    admin, browser = instance.as_role("Admin"), Browser(instance.anonymous)
    viewer = made(admin, "role", "Viewer")
    body = {
        "enabled": True,
        "set_roles_from_groups": True,
        "groups_with_role_ids": [{"name": "Data", "role_ids": [viewer]}],
    }
    shown = admin.patch("/workforce_config", body).json()
    assert shown["groups"][0]["roles"][0]["name"] == "Viewer"
    provider.person("w", **ADA, groups=["Data"])
    assert "Sign in with Workforce" in browser.get("/login").text
    assert _sign_in(browser, provider, "w", "/login/workforce").status == 303
    ada = user_of(admin, "ada@example.com")
    assert (ada["first_name"], ada["role_ids"]) == ("Ada", [viewer])
    assert ada["credentials_workforce"]["workforce_user_id"] == "w"
    admin.patch("/workforce_config", {"bypass_login_page": True})
    at_once = Browser(instance.anonymous).get("/login?return_to=%2Faccount")
    assert at_once.headers["location"] == "/login/workforce?return_to=%2Faccount"
    slug = admin.post("/workforce_test_configs", {}).json()["test_slug"]
    assert admin.get(f"/workforce_test_configs/{slug}").status == 200
    tried = _sign_in(Browser(instance.anonymous), provider, "w", f"/login/workforce?test={slug}")
    assert "is known" in tried.text
    assert admin.delete(f"/workforce_test_configs/{slug}").status == 200
