"""Signing in with SAML, against pysaml2's identity provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from tests.api.browser import Browser, hidden
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance
from tests.api.people import made, user_of
from tests.api.saml_idp import ISSUER, SIGN_IN, IdentityProvider, asked, identity_provider

from belvedere.accounts.tables import AuditEvent

ADA = {"email": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace"}


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as running:
        yield running


@pytest.fixture
def browser(instance: Instance) -> Browser:
    return Browser(instance.anonymous)


def _enable(admin: ApiClient, provider: IdentityProvider, **more: Any) -> dict[str, Any]:
    answer = admin.patch("/saml_config", {**provider.config(), **more, "enabled": True})
    assert answer.status == 200, answer.text
    return answer.json()


def _sign_in(
    browser: Browser,
    provider: IdentityProvider,
    identity: dict[str, Any],
    begin: str = "/login/saml",
    **how: Any,
) -> Response:
    """Through the provider and back, as a browser goes: the post comes without its cookies."""
    away = browser.get(begin)
    assert away.status == 303, away.text
    ours = browser.get("/saml/metadata").text
    subject = identity.get("subject", "ada@example.com")
    told = {name: value for name, value in identity.items() if name != "subject"}
    form = provider.respond(ours, away.headers["location"], subject, told, **how)
    posted = _posted(browser, form)
    return browser.get(posted.headers["location"]) if posted.status == 303 else posted


def _posted(browser: Browser, form: dict[str, str]) -> Response:
    cookies, browser.cookies = browser.cookies, {}
    try:
        return browser.post("/samlcallback", form, origin="https://idp.example.com")
    finally:
        browser.cookies = cookies | browser.cookies


@pytest.mark.parametrize(
    ("assertion", "response"), [(True, False), (False, True), (True, True)], ids=str
)
def test_a_person_comes_in(
    admin: ApiClient,
    browser: Browser,
    provider: IdentityProvider,
    assertion: bool,
    response: bool,
) -> None:
    viewer = made(admin, "role", "Viewer")
    _enable(admin, provider, default_new_user_role_ids=[viewer])
    assert "Sign in with SAML" in browser.get("/login").text
    inside = _sign_in(
        browser,
        provider,
        ADA,
        "/login/saml?return_to=%2Faccount",
        sign_assertion=assertion,
        sign_response=response,
    )
    assert (inside.status, inside.headers["location"]) == (303, "/account")
    assert "ada@example.com" in browser.get("/account").text
    ada = user_of(admin, "ada@example.com")
    assert (ada["first_name"], ada["last_name"], ada["role_ids"]) == ("Ada", "Lovelace", [viewer])
    held = admin.get(f"/users/{ada['id']}/credentials_saml").json()
    assert held["saml_user_id"] == "ada@example.com"


def test_nobody_who_did_not_sign_is_believed(
    admin: ApiClient, browser: Browser, provider: IdentityProvider
) -> None:
    _enable(admin, provider)
    refused = _sign_in(browser, provider, ADA, sign_assertion=False)
    assert refused.status == 401
    assert user_of(admin, "ada@example.com") is None


@pytest.mark.parametrize("finder", ["grouped_attribute_values", "individual_attributes"])
def test_groups_and_attributes(
    admin: ApiClient, browser: Browser, provider: IdentityProvider, finder: str
) -> None:
    developer = made(admin, "role", "Developer")
    body = {"name": "region", "label": "Region", "type": "string"}
    region = admin.post("/user_attributes", body).json()["id"]
    _enable(
        admin,
        provider,
        set_roles_from_groups=True,
        auth_requires_role=True,
        groups_finder_type=finder,
        groups_member_value="member",
        groups_with_role_ids=[{"name": "data", "role_ids": [developer]}],
        user_attributes_with_ids=[
            {"name": "region", "required": True, "user_attribute_ids": [region]}
        ],
    )
    facts = ADA | {"groups": ["data", "other"], "data": "member", "region": "north"}
    assert _sign_in(browser, provider, facts).status == 303
    ada = user_of(admin, "ada@example.com")
    assert ada["role_ids"] == [developer]
    values = admin.get(f"/users/{ada['id']}/attribute_values").json()
    assert {row["name"]: row["value"] for row in values}["region"] == "north"
    for less in ({"groups": ["other"], "data": "no"}, {"region": ""}):
        assert _sign_in(browser, provider, facts | less).status == 401


def test_an_address_is_taken_over_only_where_that_is_wanted(
    instance: Instance, admin: ApiClient, browser: Browser, provider: IdentityProvider
) -> None:
    here = admin.post("/users", {"first_name": "Here"}).json()["id"]
    admin.post(f"/users/{here}/credentials_email", {"email": "ada@example.com"})
    _enable(admin, provider)
    assert _sign_in(browser, provider, ADA).status == 401
    admin.patch("/saml_config", {"new_user_migration_types": "email"})
    assert _sign_in(browser, provider, ADA).status == 303
    assert admin.get(f"/users/{here}").json()["credentials_saml"]["email"] == "ada@example.com"
    with instance.services.database.reading() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.name == "login_failed"))
        assert [row.attributes["reason"] for row in rows] == ["email_taken"]


def test_only_the_browser_that_left_comes_back(
    instance: Instance, admin: ApiClient, browser: Browser, provider: IdentityProvider
) -> None:
    _enable(admin, provider)
    away = browser.get("/login/saml").headers["location"]
    ours = browser.get("/saml/metadata").text
    form = provider.respond(ours, away, "ada@example.com", ADA)
    fetched = _posted(browser, form).headers["location"]
    victim = Browser(instance.anonymous)
    assert victim.get(fetched).status == 400
    assert browser.get(fetched).status == 400
    form = provider.respond(ours, browser.get("/login/saml").headers["location"], "ada", ADA)
    fetched = _posted(browser, form).headers["location"]
    cookies = dict(browser.cookies)
    assert browser.get(fetched).status == 303
    browser.cookies = cookies
    assert browser.get(fetched).status == 400
    assert _posted(browser, form).status == 401
    late = browser.get("/login/saml").headers["location"]
    form = provider.respond(ours, late, "ada", ADA)
    fetched = _posted(browser, form).headers["location"]
    instance.skip(minutes=3)
    assert browser.get(fetched).status == 400


def test_the_login_page_can_be_passed_by(
    admin: ApiClient, browser: Browser, provider: IdentityProvider
) -> None:
    _enable(admin, provider, bypass_login_page=True)
    at_once = browser.get("/login?return_to=%2Faccount").headers["location"]
    assert at_once == "/login/saml?return_to=%2Faccount"
    away = browser.get(at_once).headers["location"]
    assert away.startswith(f"{SIGN_IN}?SAMLRequest=")
    request = asked(away)
    assert request.callback.endswith("/samlcallback")
    assert request.callback == f"{request.issuer}/samlcallback"
    assert _sign_in(browser, provider, ADA).status == 303
    out = browser.post("/logout", hidden(browser.get("/account")))
    assert (out.status, "signed out" in out.text) == (200, True)
    assert browser.get("/account").status == 303


def test_a_configuration_can_be_tried(
    admin: ApiClient, browser: Browser, provider: IdentityProvider
) -> None:
    slug = admin.post("/saml_test_configs", provider.config()).json()["test_slug"]
    assert admin.get(f"/saml_test_configs/{slug}").json()["idp_issuer"] == ISSUER
    assert admin.get("/saml_config").json()["idp_issuer"] is None
    tried = _sign_in(browser, provider, ADA, f"/login/saml?test={slug}")
    assert "would be made" in tried.text
    assert "ada@example.com" in tried.text
    assert browser.get("/account").status == 303
    assert user_of(admin, "ada@example.com") is None
    assert admin.delete(f"/saml_test_configs/{slug}").status == 204
    assert browser.get(f"/login/saml?test={slug}").status == 404
    for gone in (slug, "a%00b", "%27", "x" * 500):
        assert admin.get(f"/saml_test_configs/{gone}").status == 404
        assert admin.delete(f"/saml_test_configs/{gone}").status == 404
        assert browser.get(f"/login/saml?test={gone}").status == 404


def test_only_administrators(instance: Instance) -> None:
    other = instance.as_role("Developer")
    assert other.get("/saml_config").status == 404
    assert other.patch("/saml_config", {}).status == 403
    assert other.post("/saml_test_configs", {}).status == 403
    assert other.post("/parse_saml_idp_metadata", "x").status == 403
    assert other.post("/fetch_and_parse_saml_idp_metadata", "x").status == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"enabled": True}, "idp_cert"),
        ({"idp_url": "javascript:alert(1)"}, "idp_url"),
        ({"idp_cert": "no certificate"}, "idp_cert"),
        ({"idp_cert_multi": {"signing": ["AAAA"]}}, "idp_cert_multi.signing"),
        ({"allowed_clock_drift": -1}, "allowed_clock_drift"),
        ({"allowed_clock_drift": 100000}, "allowed_clock_drift"),
        ({"groups_finder_type": "telepathy"}, "groups_finder_type"),
        (
            {"groups_finder_type": "individual_attributes", "set_roles_from_groups": True},
            "groups_member_value",
        ),
    ],
)
def test_bad_configurations_change_nothing(
    admin: ApiClient, body: dict[str, Any], field: str
) -> None:
    before = admin.get("/saml_config").json()
    answer = admin.patch("/saml_config", body)
    assert answer.status == 422
    assert field in [item["field"] for item in answer.json()["errors"]]
    assert admin.get("/saml_config").json() == before


def test_several_certificates(
    admin: ApiClient, browser: Browser, provider: IdentityProvider
) -> None:
    with identity_provider() as other:
        several = {"signing": [other.certificate, provider.certificate]}
        _enable(admin, other, multi_certs_supported=True, idp_cert_multi=several)
        assert _sign_in(browser, provider, ADA).status == 303
        admin.patch("/saml_config", {"multi_certs_supported": False})
        assert _sign_in(browser, provider, ADA).status == 401
