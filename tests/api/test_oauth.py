"""OAuth for programs without a secret: PKCE, consent, rotation, and what attackers try."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.api.browser import Browser, hidden
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.accounts import passwords, roles, users

PASSWORD = "correct horse battery"
BACK = "https://app.example/back"
APP: dict[str, Any] = {
    "redirect_uri": BACK,
    "display_name": "Charts",
    "description": "Draws <charts>",
}


class App:
    """A program in a browser."""

    def __init__(self, instance: Instance, admin: ApiClient) -> None:
        with instance.services.database.session() as session:
            user = users.create(
                session,
                clock.now(),
                email="ada@example.com",
                password_hash=passwords.hashed(PASSWORD),
            )
            roles.give(session, user, "User")
            self.user = user.id
        self.instance, self.admin = instance, admin
        registered = admin.post("/oauth_client_apps/charts", APP)
        assert registered.status == 200, registered.text
        self.browser = Browser(instance.anonymous)
        self.verifier = secrets.token_hex(33)

    def asked(self, **changed: str | None) -> str:
        digest = sha256(self.verifier.encode()).digest()
        values = {
            "response_type": "code",
            "client_id": "charts",
            "redirect_uri": BACK,
            "scope": "cors_api",
            "state": "s t&te",
            "code_challenge_method": "S256",
            "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
        }
        return "/auth?" + urlencode({k: v for k, v in (values | changed).items() if v is not None})

    def consent(self) -> Response:
        """The page that asks, after signing in."""
        sent = self.browser.get(self.asked())
        assert sent.headers["location"].startswith("/login?return_to=")
        to = parse_qs(urlsplit(sent.headers["location"]).query)["return_to"][0]
        arrived = self.browser.sign_in("ada@example.com", PASSWORD, to)
        return self.browser.get(arrived.headers["location"])

    def code(self) -> str:
        page = self.consent()
        return code_in(self.browser.post("/auth", hidden(page) | {"decision": "allow"}))

    def token(self, **given: str) -> Response:
        body = json.dumps({"client_id": "charts", "redirect_uri": BACK, **given})
        return self.instance.anonymous.request(
            "POST",
            "/api/token",
            content=body.encode(),
            headers={"content-type": "application/json"},
            outside=True,
        )

    def redeem(self, issued: str, **given: str) -> Response:
        values = {"grant_type": "authorization_code", "code": issued}
        return self.token(**(values | {"code_verifier": self.verifier} | given))

    def client(self, grant: dict[str, Any]) -> ApiClient:
        return self.instance.anonymous.with_token(grant["access_token"])

    def refreshed(self, grant: dict[str, Any]) -> Response:
        return self.token(grant_type="refresh_token", refresh_token=grant["refresh_token"])


def code_in(sent: Response) -> str:
    assert sent.status == 303, sent.text
    parts = urlsplit(sent.headers["location"])
    assert sent.headers["location"].startswith(BACK)
    values = parse_qs(parts.query)
    assert values["state"] == ["s t&te"]
    return values["code"][0]


@pytest.fixture
def app(instance: Instance, admin: ApiClient) -> App:
    return App(instance, admin)


def test_from_the_first_page_to_the_last_token(app: App) -> None:
    page = app.consent()
    assert "Draws &lt;charts&gt;" in page.text
    code = code_in(app.browser.post("/auth", hidden(page) | {"decision": "allow"}))
    grant = app.redeem(code).json()
    assert grant["token_type"] == "Bearer"
    assert app.client(grant).get("/user").json()["id"] == str(app.user)
    at_once = app.browser.get(app.asked())
    assert code_in(at_once) != code
    following = app.refreshed(grant).json()
    assert following["refresh_token"] != grant["refresh_token"]
    assert app.client(grant).get("/user").status == 401
    assert app.client(following).get("/user").status == 200
    gone = app.client(following).request("DELETE", "/api/logout", outside=True)
    assert gone.status == 204
    assert app.client(following).get("/user").status == 401
    assert app.refreshed(following).json()["error"] == "invalid_grant"


def test_who_does_not_allow_it_is_sent_back(app: App) -> None:
    page = app.consent()
    sent = app.browser.post("/auth", hidden(page) | {"decision": "deny"})
    assert parse_qs(urlsplit(sent.headers["location"]).query)["error"] == ["access_denied"]
    assert app.browser.get(app.asked()).status == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "other"},
        {"redirect_uri": "https://evil.example/back"},
        {"redirect_uri": f"{BACK}/../evil"},
        {"redirect_uri": f"{BACK}?x=1"},
        {"redirect_uri": None},
    ],
)
def test_forged_requests_lead_nowhere(app: App, changed: dict[str, str | None]) -> None:
    refused = app.browser.get(app.asked(**changed))
    assert refused.status == 400
    assert "location" not in refused.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
def test_there_is_no_way_round_pkce(app: App, changed: dict[str, str | None], error: str) -> None:
    sent = app.browser.get(app.asked(**changed))
    values = parse_qs(urlsplit(sent.headers["location"]).query)
    assert values["error"] == [error]
    assert values["state"] == ["s t&te"]


@pytest.mark.parametrize(
    "given",
    [
        {"code_verifier": "x" * 43},
        {"code_verifier": ""},
        {"redirect_uri": "https://evil.example/back"},
        {"client_id": "other"},
        {"code": "x" * 40},
    ],
)
def test_a_code_is_for_whoever_asked_for_it(app: App, given: dict[str, str]) -> None:
    refused = app.redeem(app.code(), **given)
    assert (refused.status, refused.json()["error"]) == (400, "invalid_grant")


def test_a_code_is_used_once_and_a_second_use_ends_everything(app: App) -> None:
    code = app.code()
    grant = app.redeem(code).json()
    assert app.redeem(code).json()["error"] == "invalid_grant"
    assert app.client(grant).get("/user").status == 401
    assert app.refreshed(grant).status == 400


def test_of_many_at_once_one_is_given_something(app: App) -> None:
    """And as others held the same, what it was given ends."""
    with ThreadPoolExecutor(10) as pool:
        code = app.code()
        found = list(pool.map(lambda _: app.redeem(code), range(10)))
        assert sorted(answer.status for answer in found) == [200, *[400] * 9]
        grant = app.redeem(code_in(app.browser.get(app.asked()))).json()
        found += pool.map(lambda _: app.refreshed(grant), range(10))
    given = [answer.json() for answer in found if answer.status == 200]
    assert len(given) == 2
    assert {app.client(item).get("/user").status for item in given} == {401}


def test_codes_live_a_minute(app: App) -> None:
    code = app.code()
    app.instance.skip(minutes=1.1)
    assert app.redeem(code).json()["error"] == "invalid_grant"


def test_a_stolen_refresh_token_ends_the_family(app: App) -> None:
    grant = app.redeem(app.code()).json()
    following = app.refreshed(grant).json()
    assert app.refreshed(grant).status == 400
    assert app.client(following).get("/user").status == 401
    assert app.refreshed(following).status == 400


def test_administrators_end_tokens(app: App) -> None:
    for end in (
        lambda: app.admin.delete("/oauth_client_apps/charts/tokens"),
        lambda: app.admin.delete(f"/oauth_client_apps/charts/users/{app.user}"),
        lambda: app.admin.patch("/oauth_client_apps/charts", {"enabled": False}),
    ):
        app.browser = Browser(app.instance.anonymous)
        page = app.consent()
        sent = (
            page
            if page.status == 303
            else app.browser.post("/auth", hidden(page) | {"decision": "allow"})
        )
        grant = app.redeem(code_in(sent)).json()
        assert end().status in (200, 204)
        assert app.client(grant).get("/user").status == 401
        assert app.refreshed(grant).status == 400
    assert app.browser.get(app.asked()).status == 400


def test_a_new_password_ends_what_apps_have(app: App) -> None:
    page = app.consent()
    kept = code_in(app.browser.post("/auth", hidden(page) | {"decision": "allow"}))
    grant = app.redeem(kept).json()
    unused = code_in(app.browser.get(app.asked()))
    path = f"/users/{app.user}/credentials_email/password_reset"
    link = urlsplit(app.admin.post(path).json()["password_reset_url"]).path
    form = {"password": "Another-word-4711", "again": "Another-word-4711"}
    assert app.browser.post(link, hidden(app.browser.get(link)) | form).status == 200
    assert app.client(grant).get("/user").status == 401
    assert app.refreshed(grant).status == 400
    assert app.redeem(unused).status == 400


def test_apps_for_a_group(app: App) -> None:
    group = app.admin.post("/groups", {"name": "allowed"}).json()["id"]
    app.admin.patch("/oauth_client_apps/charts", {"group_id": group})
    refused = app.consent()
    assert parse_qs(urlsplit(refused.headers["location"]).query)["error"] == ["access_denied"]
    app.admin.post(f"/groups/{group}/users", {"user_id": str(app.user)})
    grant = app.redeem(
        code_in(
            app.browser.post("/auth", hidden(app.browser.get(app.asked())) | {"decision": "allow"})
        )
    ).json()
    assert app.client(grant).get("/user").status == 200
    app.admin.delete(f"/groups/{group}")
    assert app.refreshed(grant).status == 400
    assert "error=access_denied" in app.browser.get(app.asked()).headers["location"]


def test_apps_are_registered_listed_and_deleted(app: App) -> None:
    assert app.admin.post("/oauth_client_apps/charts", APP).status == 409
    listed = app.admin.get("/oauth_client_apps").json()
    assert [item["client_guid"] for item in listed] == ["charts"]
    found = app.admin.get("/oauth_client_apps/charts").json()
    assert (found["redirect_uri"], found["enabled"]) == (BACK, True)
    assert app.admin.post(f"/oauth_client_apps/charts/users/{app.user}").status in (200, 204)
    activated = app.admin.get("/oauth_client_apps/charts").json()["activated_users"]
    assert [item["id"] for item in activated] == [str(app.user)]
    viewer = app.instance.as_role("Viewer")
    assert viewer.post("/oauth_client_apps/mine", APP).status == 404
    assert viewer.post(f"/oauth_client_apps/charts/users/{app.user}").status == 404
    assert app.admin.delete("/oauth_client_apps/charts").status == 204
    assert app.admin.delete("/oauth_client_apps/charts").status == 204
    assert app.admin.get("/oauth_client_apps/charts").status == 404


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://app.example/back",
        "https://app.example/back#fragment",
        "https://user:word@app.example/",
        "/back",
        "",
    ],
)
def test_nobody_is_sent_to_such_places(app: App, uri: str) -> None:
    refused = app.admin.post("/oauth_client_apps/bad", APP | {"redirect_uri": uri})
    assert refused.status == 422
    assert refused.json()["errors"][0]["field"] == "redirect_uri"


@pytest.mark.parametrize(
    ("registered", "asked", "fits"),
    [
        ("com.example.app:/back", "com.example.app:/back", True),
        ("com.example.app:/back", "com.example.app:/other", False),
        ("http://127.0.0.1/back", "http://127.0.0.1:51234/back", True),
        ("http://127.0.0.1/back", "http://127.0.0.1:51234/other", False),
        ("http://localhost:8080/back", "http://localhost:8081/back", False),
    ],
)
def test_native_apps(app: App, registered: str, asked: str, fits: bool) -> None:
    app.admin.patch("/oauth_client_apps/charts", {"redirect_uri": registered})
    sent = app.browser.get(app.asked(redirect_uri=asked))
    assert (sent.status == 303) is fits


def test_other_origins_call_with_tokens_and_never_sign_in(app: App) -> None:
    origin = {"origin": "https://a.b.example"}
    preflight = {**origin, "access-control-request-method": "GET"}
    grant = app.redeem(app.code()).json()

    def allowed(path: str) -> str | None:
        found = app.client(grant).request("OPTIONS", path, headers=preflight, outside=True)
        return found.headers.get("access-control-allow-origin")

    assert allowed("/api/4.0/user") is None
    setting = {"embed_config": {"domain_allowlist": ["https://*.b.example"]}}
    assert app.admin.patch("/setting", setting).status == 200
    assert allowed("/api/4.0/user") == "https://a.b.example"
    assert allowed("/api/token") == "https://a.b.example"
    assert allowed("/api/4.0/login") is None
    found = app.client(grant).get("/user", headers=origin)
    assert found.headers["access-control-allow-origin"] == "https://a.b.example"
    evil = app.client(grant).get("/user", headers={"origin": "https://b.example.evil.com"})
    assert "access-control-allow-origin" not in evil.headers
    refused = app.admin.patch("/setting", {"embed_config": {"domain_allowlist": ["*"]}})
    assert refused.status == 422
