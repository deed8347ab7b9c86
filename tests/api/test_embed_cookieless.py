"""Cookieless sessions: four tokens, one browser, and what attackers make of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from tests.api.browser import Browser
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance

from belvedere.accounts.embedding import secrets
from belvedere.accounts.tables import AccessToken, AuditEvent, EmbedSecret, EmbedSession, User

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
OTHER = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0"
ACQUIRE = "/embed/cookieless_session/acquire"
GENERATE = "/embed/cookieless_session/generate_tokens"
KINDS = ("authentication_token", "navigation_token", "api_token", "session_reference_token")
PERSON: dict[str, Any] = {
    "external_user_id": "site-user-1",
    "first_name": "Ada",
    "last_name": "Embedded",
    "permissions": ["access_data", "see_looks", "explore", "develop", "administer"],
    "models": ["thelook"],
    "session_length": 3600,
}
QUERY = {"model": "thelook", "view": "orders", "fields": ["orders.count"]}


def left(seconds: int) -> range:
    """So much is left, give or take how long the calls took."""
    return range(seconds - 5, seconds + 1)


class Site:
    """The server of a site that embeds us, and the browser of one of its people."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.admin = instance.as_role("Admin")
        self.browser = Browser(instance.anonymous)
        self.tokens: dict[str, Any] = {}

    def acquire(self, agent: str = AGENT, **changed: Any) -> Response:
        return self.admin.post(ACQUIRE, PERSON | changed, headers={"user-agent": agent})

    def begin(self, **changed: Any) -> dict[str, Any]:
        found = self.acquire(**changed)
        assert found.status == 200, found.text
        self.tokens = found.json()
        return self.tokens

    def join(self, agent: str = AGENT, **changed: Any) -> Response:
        reference = {"session_reference_token": self.tokens["session_reference_token"]}
        return self.acquire(agent, **(reference | changed))

    def generate(self, agent: str = AGENT, **changed: Any) -> Response:
        names = ("session_reference_token", "navigation_token", "api_token")
        body = {name: self.tokens[name] for name in names} | changed
        return self.admin.put(GENERATE, body, headers={"user-agent": agent})

    def come_in(self, token: str | None = None, agent: str = AGENT) -> Response:
        page = f"/embed/dashboards/1?embed_navigation_token={self.tokens['navigation_token']}"
        chosen = token or self.tokens["authentication_token"]
        address = f"/login/embed/{quote(page, safe='')}?embed_authentication_token={chosen}"
        return self.browser.get(address, **{"user-agent": agent})

    def page(self, token: str | None = None, agent: str = AGENT) -> Response:
        chosen = token or self.tokens["navigation_token"]
        address = f"/embed/dashboards/1?embed_navigation_token={chosen}"
        return self.browser.get(address, **{"user-agent": agent})

    def api(self, token: str | None = None, agent: str = AGENT) -> Browsing:
        return Browsing(
            self.instance.anonymous.with_token(token or self.tokens["api_token"]), agent
        )


class Browsing:
    """Calls of the API from a browser."""

    def __init__(self, client: ApiClient, agent: str) -> None:
        self._client, self._headers = client, {"user-agent": agent}

    def get(self, path: str, **headers: str) -> Response:
        return self._client.get(path, headers=self._headers | headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Response:
        return self._client.post(path, body, headers=self._headers | headers)


@pytest.fixture
def site(instance: Instance) -> Site:
    return Site(instance)


def claims(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    parts = [base64.urlsafe_b64decode(part + "==") for part in token.split(".")[:2]]
    return json.loads(parts[0]), json.loads(parts[1])


def refused(response: Response, text: str) -> None:
    assert (response.status, "Single sign-on failure" in response.text) == (401, True)
    assert text in response.text.replace("&#39;", "'")


def bad(response: Response) -> None:
    assert response.status == 400, response.text
    assert response.json()["message"] == "Invalid input tokens provided"


# What it gives


def test_four_tokens(site: Site) -> None:
    found = site.begin()
    assert [found[f"{kind}_ttl"] for kind in KINDS] == [30, 600, 600, 3600]
    assert len({found[kind] for kind in KINDS}) == 4
    for kind in KINDS:
        header, payload = claims(found[kind])
        assert (header["alg"], header["typ"]) == ("HS256", "JWT")
        assert payload.keys() == {"iss", "sub", "exp", "token_type", "randomizer"}
        assert payload["token_type"] == kind
    assert site.acquire(external_user_id="other", session_length=20).json()["api_token_ttl"] == 20


def test_a_frame_from_sign_in_to_data(site: Site) -> None:
    site.begin()
    inside = site.come_in()
    assert inside.status == 303, inside.text
    assert inside.headers["location"].startswith("/embed/dashboards/1?embed_navigation_token=ey")
    assert "set-cookie" not in inside.headers
    page = site.browser.get(inside.headers["location"], **{"user-agent": AGENT})
    assert page.status == 200
    assert "You are signed in as Ada Embedded." in page.text
    api = site.api()
    me = api.get("/user").json()
    assert (me["is_embed_user"], me["display_name"]) == (True, "Ada Embedded")
    assert api.post("/queries/run/json", QUERY).json()[0]["orders.count"] > 0


def test_exactly_the_rights_of_the_embed_user(site: Site) -> None:
    site.begin(models=["other"])
    api = site.api()
    assert api.post("/queries/run/json", QUERY).status == 404
    assert api.get("/connections").json() == []
    for path in ("/password_config", "/credentials_email/search"):
        assert api.get(path).status == 404
    assert api.post("/users", {"first_name": "x"}).status == 404
    assert api.post(ACQUIRE, PERSON).status == 403
    assert api.post("/login/1").status == 403
    own = {"target_url": f"{site.instance.settings.public_url}/embed/x", "session_length": 2592000}
    assert api.post("/embed/token_url/me", own).status == 403
    me = api.get("/user").json()["id"]
    assert api.post(f"/users/{me}/credentials_api3").status == 403
    assert api.post(f"/users/{me}/credentials_email", {"email": "a@b.example"}).status == 403


def test_calls_from_the_pages_of_the_site(site: Site) -> None:
    allowed = {"embed_config": {"domain_allowlist": ["https://app.example"]}}
    assert site.admin.patch("/setting", allowed).status == 200
    site.begin()
    found = site.api().get("/user", origin="https://app.example")
    assert found.headers["access-control-allow-origin"] == "https://app.example"
    other = site.api().get("/user", origin="https://evil.example")
    assert "access-control-allow-origin" not in other.headers


def test_a_domain_of_the_session_alone(site: Site) -> None:
    site.begin(embed_domain="https://one.example/")
    assert site.admin.get("/setting").json()["embed_config"]["domain_allowlist"] == []
    policy = site.page().headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://one.example")
    site.begin(external_user_id="other")
    assert site.page().headers["content-security-policy"].endswith("frame-ancestors 'self'")
    for wrong in ("https://*.example", "app.example", "https://a.example; script-src *"):
        found = site.acquire(embed_domain=wrong)
        assert found.json()["errors"][0]["field"] == "embed_domain"


def test_more_frames_join(site: Site) -> None:
    first = site.begin()
    site.instance.skip(10)
    second = site.join(first_name="Bea", permissions=[], session_length=99_999).json()
    assert second["session_reference_token"] == first["session_reference_token"]
    assert second["session_reference_token_ttl"] in left(3000)
    assert second["authentication_token"] != first["authentication_token"]
    site.tokens = second
    assert site.come_in().status == 303
    assert site.api().get("/user").json()["first_name"] == "Ada", "the user stays as it was"
    assert site.api().post("/queries/run/json", QUERY).status == 200


def test_only_the_same_user_and_browser_join(site: Site) -> None:
    site.begin()
    assert site.join(agent=OTHER).status == 404
    assert site.join(external_user_id="other").status == 404
    assert site.join(external_user_id=None).status == 200


def test_after_the_end_a_new_session_begins(site: Site) -> None:
    first = site.begin()
    site.instance.skip(61)
    second = site.join(first_name="Bea").json()
    assert second["session_reference_token"] != first["session_reference_token"]
    assert second["session_reference_token_ttl"] == 3600
    site.tokens = second
    assert site.api().get("/user").json()["first_name"] == "Bea"


def test_new_tokens(site: Site) -> None:
    first = site.begin()
    site.instance.skip(11)
    assert site.api().get("/user").status == 401
    refused(site.page(), "expired")
    second = site.generate().json()
    assert second.keys() == {f"{k}{t}" for k in KINDS[1:] for t in ("", "_ttl")}
    assert second["session_reference_token_ttl"] in left(3600 - 660)
    assert second["session_reference_token"] == first["session_reference_token"]
    site.tokens |= second
    assert site.api().get("/user").status == 200
    assert site.page().status == 200
    only = site.admin.put(
        GENERATE,
        {"session_reference_token": first["session_reference_token"]},
        headers={"user-agent": AGENT},
    )
    assert only.status == 200


def test_tokens_never_outlive_the_session(site: Site) -> None:
    site.begin(session_length=700)
    site.instance.skip(5)
    made = site.generate().json()
    assert made["api_token_ttl"] in left(400)
    assert made["navigation_token_ttl"] in left(400)


def test_the_end_of_a_session_is_no_error(site: Site) -> None:
    site.begin()
    site.instance.skip(61)
    over = site.generate()
    assert over.status == 200
    assert over.json()["session_reference_token_ttl"] == 0
    assert over.json()["api_token"] is None
    refused(site.come_in(), "expired")


def test_a_session_can_be_ended(site: Site, instance: Instance) -> None:
    site.begin()
    reference = site.tokens["session_reference_token"]
    assert site.admin.delete(f"/embed/cookieless_session/{reference}").status == 204
    assert site.api().get("/user").status == 401
    refused(site.page(), "expired")
    refused(site.come_in(), "expired")
    assert site.generate().json()["session_reference_token_ttl"] == 0
    assert site.admin.delete(f"/embed/cookieless_session/{reference}").status == 404
    with instance.services.database.reading() as session:
        events = session.scalars(select(AuditEvent)).all()
        assert reference not in str([(event.target, event.attributes) for event in events])
        assert not session.scalars(select(EmbedSession)).all()
        assert not session.scalars(select(AccessToken).where(AccessToken.source == "embed")).all()


def test_a_new_session_ends_the_one_before(site: Site) -> None:
    first = site.begin()
    site.begin()
    assert site.api(first["api_token"]).get("/user").status == 401
    refused(site.page(first["navigation_token"]), "expired")
    assert site.api().get("/user").status == 200


def test_logging_out_ends_the_token(site: Site) -> None:
    site.begin()
    headers = {"user-agent": AGENT}
    client = site.instance.anonymous.with_token(site.tokens["api_token"])
    assert client.delete("/logout", headers=headers).status == 204
    assert site.api().get("/user").status == 401


# Attacks


def test_an_authentication_token_is_used_once(site: Site) -> None:
    site.begin()
    assert site.come_in().status == 303
    refused(site.come_in(), "used already")


def test_an_authentication_token_has_thirty_seconds(site: Site) -> None:
    site.begin()
    site.instance.skip(25 / 60)
    assert site.come_in().status == 303
    site.tokens = site.join().json()
    site.instance.skip(32 / 60)
    refused(site.come_in(), "expired")


def test_another_browser(site: Site) -> None:
    site.begin()
    refused(site.come_in(agent=OTHER), "belongs to another browser")
    refused(site.page(agent=OTHER), "belongs to another browser")
    assert site.api(agent=OTHER).get("/user").status == 401
    assert site.api().get("/user").status == 200
    assert site.api(agent=OTHER).get("/user").status == 401, "also after it was seen"
    bad(site.generate(agent=OTHER))
    assert site.come_in().status == 303, "who was refused has used nothing up"


def test_kept_answers_are_for_the_same_browser(site: Site) -> None:
    site.begin()
    assert site.api().post("/queries/run/json", QUERY).status == 200
    assert site.api().post("/queries/run/json", QUERY).status == 200
    assert site.api(agent=OTHER).post("/queries/run/json", QUERY).status == 401


@pytest.mark.parametrize("given", KINDS)
@pytest.mark.parametrize("place", KINDS)
def test_each_token_has_its_place(site: Site, given: str, place: str) -> None:
    site.begin()
    if given == place:
        return
    token = site.tokens[given]
    if place == "authentication_token":
        refused(site.come_in(token), "The token is no authentication_token")
    if place == "navigation_token":
        refused(site.page(token), "The token is no navigation_token")
        bad(site.generate(navigation_token=token))
    if place == "api_token":
        assert site.api(token).get("/user").status == 401
        bad(site.generate(api_token=token))
    if place == "session_reference_token":
        bad(site.acquire(session_reference_token=token))
        bad(site.generate(session_reference_token=token))
        bad(site.admin.delete(f"/embed/cookieless_session/{token}"))


def test_tokens_of_two_sessions_do_not_mix(site: Site) -> None:
    first = site.begin()
    site.begin(external_user_id="other")
    bad(site.generate(api_token=first["api_token"]))
    bad(site.generate(navigation_token=first["navigation_token"]))
    assert site.generate().status == 200


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def forged(header: dict[str, Any], payload: dict[str, Any], key: bytes = b"") -> str:
    text = ".".join(encoded(json.dumps(part).encode()) for part in (header, payload))
    return f"{text}.{encoded(hmac.digest(key, text.encode(), 'sha256')) if key else ''}"


def test_forged_tokens(site: Site, instance: Instance) -> None:
    site.begin()
    header, payload = claims(site.tokens["navigation_token"])
    with instance.services.database.reading() as session:
        row = session.scalars(select(EmbedSecret)).one()
        key = secrets.opened(instance.services.vault, row).encode()
    right = site.tokens["navigation_token"].split(".")
    other = encoded(json.dumps(payload | {"sub": "x"}).encode())
    wrong = [
        forged(header | {"alg": "none"}, payload),
        forged(header | {"alg": "none"}, payload, key),
        forged(header | {"alg": "HS512"}, payload, key),
        forged(header | {"alg": "RS256"}, payload, key),
        forged(header | {"jwk": {"k": "x"}}, payload, b"x"),
        forged(header, payload, b"guessed"),
        forged(header | {"kid": "../../dev/null"}, payload, b""),
        ".".join([right[0], other, right[2]]),
        ".".join([right[0], right[1], ""]),
        ".".join([right[0], right[1], right[2][:-4] + "AAAA"]),
        "ey.ey.ey",
        "x",
        "a" * 5000,
        "é.é.é",
    ]
    for token in wrong:
        assert site.page(quote(token)).status == 401, token
        bad(site.generate(navigation_token=token))
        bad(site.generate(session_reference_token=token))
        header_safe = token.encode("ascii", "ignore").decode()
        assert site.api(header_safe).get("/user").status == 401
    assert site.page().status == 200
    digest = hashlib.sha256(site.tokens["api_token"].encode()).hexdigest()
    assert site.api(digest).get("/user").status == 401


def test_a_secret_that_is_deleted_ends_all(site: Site, instance: Instance) -> None:
    made = site.admin.post("/embed_config/secrets", {"secret_type": "JWT"}).json()
    site.begin()
    before = claims(site.tokens["api_token"])[0]["kid"]
    assert site.admin.delete(f"/embed_config/secrets/{made['id']}").status == 204
    assert site.api().get("/user").status == 401
    assert site.page().status == 401
    assert site.generate().json()["session_reference_token_ttl"] == 0
    again = site.admin.post("/embed_config/secrets", {"secret_type": "JWT"}).json()
    assert again["id"]
    assert site.generate().json()["session_reference_token_ttl"] == 0
    renewed = site.join()
    assert renewed.status == 200, "the site begins anew"
    assert claims(renewed.json()["api_token"])[0]["kid"] != before


def test_a_secret_for_signing_addresses_makes_no_tokens(site: Site) -> None:
    signing = site.admin.post("/embed_config/secrets", {}).json()
    site.begin()
    header, payload = claims(site.tokens["navigation_token"])
    made = forged(header, payload, signing["secret"].encode())
    assert site.page(made).status == 401


def test_people_who_are_disabled_meanwhile(site: Site) -> None:
    site.begin()
    me = site.api().get("/user").json()["id"]
    assert site.admin.patch(f"/users/{me}", {"is_disabled": True}).status == 200
    assert site.api().get("/user").status == 401
    assert site.page().status == 401
    assert site.come_in().status == 401
    assert site.generate().json()["session_reference_token_ttl"] == 0
    assert site.acquire().status == 403
    site.admin.patch(f"/users/{me}", {"is_disabled": False})
    assert site.api().get("/user").status == 401, "what ended stays so"


def test_credentials_that_are_deleted_meanwhile(site: Site) -> None:
    site.begin()
    me = site.api().get("/user").json()
    number = me["credentials_embed"][0]["id"]
    path = f"/users/{me['id']}/credentials_embed/{number}"
    assert site.admin.delete(path).status == 204
    assert site.api().get("/user").status == 401
    assert site.page().status == 401


def test_it_can_be_switched_off(site: Site) -> None:
    site.begin()
    for off in ("embed_cookieless_v2", "sso_auth_enabled"):
        assert site.admin.patch("/setting", {"embed_config": {off: False}}).status == 200
        assert site.acquire().status == 403
        assert site.generate().status == 403
        refused(site.come_in(), "switched off")
        refused(site.page(), "switched off")
        site.admin.patch("/setting", {"embed_config": {off: True}})
    assert site.page().status == 200
    site.admin.patch("/setting", {"embed_cookieless_v2": False})
    assert site.admin.get("/setting").json()["embed_config"]["embed_cookieless_v2"] is False
    assert site.acquire().status == 403


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"external_user_id": None}, "external_user_id"),
        ({"external_user_id": "x" * 256}, "external_user_id"),
        ({"session_length": -1}, "session_length"),
        ({"session_length": 2_592_001}, "session_length"),
        ({"group_ids": ["999"]}, "group_ids"),
        ({"external_group_id": "g" * 82}, "external_group_id"),
        ({"user_attributes": {"nothing": "x"}}, "user_attributes"),
        ({"user_attributes": {"locale": {"a": 1}}}, "user_attributes"),
        ({"user_timezone": "Nowhere"}, "user_timezone"),
        ({"first_name": "x" * 256}, "first_name"),
    ],
)
def test_people_who_cannot_be(
    site: Site, instance: Instance, changed: dict[str, Any], field: str
) -> None:
    found = site.acquire(**changed)
    assert found.status == 422, found.text
    assert [error["field"] for error in found.json()["errors"]] == [field]
    with instance.services.database.reading() as session:
        assert not session.scalars(select(User).where(User.is_embed_user)).all()


def test_attributes_and_groups(site: Site) -> None:
    group = site.admin.post("/groups", {"name": "Gold"}).json()["id"]
    attribute = {"name": "region", "label": "Region", "type": "string"}
    site.admin.post("/user_attributes", attribute)
    site.begin(group_ids=[group], external_group_id="acme", user_attributes={"region": "EU"})
    me = site.api().get("/user").json()
    assert group in me["group_ids"]
    values = site.api().get(f"/users/{me['id']}/attribute_values").json()
    assert ("region", "EU") in [(value["name"], value["value"]) for value in values]


def test_equal_sign_ins_disturb_nobody(site: Site, instance: Instance) -> None:
    """Others' sessions are not looked up again because somebody came back."""
    site.begin()
    site.begin(external_user_id="other")
    site.admin.delete(
        f"/embed/cookieless_session/{site.tokens['session_reference_token']}",
        headers={"user-agent": AGENT},
    )
    before = instance.services.watch.current("accounts")
    site.begin(external_user_id="other")
    assert instance.services.watch.current("accounts") == before
