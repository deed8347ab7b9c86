"""Signed embed addresses: what they give, and what attackers make of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from sqlalchemy import select
from tests.api import embed_signing
from tests.api.browser import Browser
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.accounts import membership, passwords, roles, users
from belvedere.accounts.tables import AuditEvent, Group, PermissionSet, User, WebSession

HOST = "bi.example.com"
PASSWORD = "correct horse battery"
_NONCES = count(1)


class Site:
    """A site that embeds us, and the browser of one of its people."""

    def __init__(self, instance: Instance, algorithm: str = "hmac/sha-1") -> None:
        self.instance, self.algorithm = instance, algorithm
        self.admin = instance.as_role("Admin")
        made = self.admin.post("/embed_config/secrets", {"algorithm": algorithm})
        assert made.status == 200, made.text
        self.secret, self.secret_id = made.json()["secret"], made.json()["id"]
        self.browser = Browser(instance.anonymous)

    def values(self, **changed: Any) -> dict[str, Any]:
        now = (clock.now() + self.instance.skipped).timestamp()
        nonce = changed.pop("nonce", f"nonce-{next(_NONCES)}")
        return embed_signing.parameters(now, nonce, **changed)

    def address(self, *without: str, target: str = "/embed/dashboards/1", **changed: Any) -> str:
        texts = embed_signing.encoded(self.values(**changed), *without)
        return embed_signing.address(
            self.secret, texts, host=HOST, target=target, algorithm=self.algorithm
        )

    def sign_in(self, *without: str, **changed: Any) -> Response:
        found = self.browser.get(self.address(*without, **changed))
        assert found.status == 303, found.text
        return found

    def user(self, external: str = "site-user-1") -> dict[str, Any]:
        found = self.admin.get(f"/users/credential/embed/{external}")
        assert found.status == 200
        return found.json()

    def embedded_as(self) -> str | None:
        """Who the browser is on pages of embedded content."""
        page = self.browser.get("/embed/dashboards/1")
        if page.status == 401:
            return None
        return page.text.partition("signed in as ")[2].partition(".")[0]


@pytest.fixture
def instance(make_instance: Any) -> Instance:
    return make_instance(base_url=f"https://{HOST}")


@pytest.fixture
def site(instance: Instance) -> Site:
    return Site(instance)


def refused(response: Response, text: str) -> None:
    assert response.status == 401, response.headers
    assert "Single sign-on failure" in response.text
    assert text in response.text.replace("&#39;", "'").replace("&#34;", '"'), response.text
    assert "set-cookie" not in response.headers


def in_database(instance: Instance, external: str = "site-user-1") -> tuple[User, Any]:
    with instance.services.database.reading() as session:
        rows = session.scalars(select(User).where(User.is_embed_user)).all()
        user = next(u for u in rows if u.embed_credentials[0].external_user_id == external)
        return user, membership.permissions_of(session, user)


# What an address gives


@pytest.mark.parametrize("algorithm", ["hmac/sha-1", "hmac/sha-256"])
def test_an_address_signs_in(instance: Instance, algorithm: str) -> None:
    site = Site(instance, algorithm)
    found = site.sign_in(target="/embed/dashboards/1?Date=1%20years&embed_domain=https://a.example")
    wanted = "/embed/dashboards/1?Date=1%20years&embed_domain=https://a.example"
    assert found.headers["location"] == wanted
    (line,) = [x for x in found.headers["set-cookie"].splitlines() if "Max-Age=0" not in x]
    assert line.startswith("__Host-belvedere_embed=")
    assert {"Path=/", "HttpOnly", "SameSite=None", "Secure"} <= set(line.split("; "))
    assert site.embedded_as() == "Ada Embedded"
    user = site.user()
    assert (user["is_embed_user"], user["first_name"]) == (True, "Ada")
    (credentials,) = user["credentials_embed"]
    assert credentials["external_user_id"] == "site-user-1"
    assert credentials["logged_in_at"]


def test_only_what_embed_users_can_have(site: Site, instance: Instance) -> None:
    wanted = ["access_data", "explore", "develop", "administer", "sudo", "see_users", "nonsense"]
    site.sign_in(permissions=wanted, models=["thelook", "not there yet"])
    _, allowed = in_database(instance)
    assert allowed.grants[0].permissions == {"access_data", "explore"}
    assert allowed.grants[0].models == {"thelook", "not there yet"}
    (role,) = site.admin.get(f"/users/{site.user()['id']}/roles").json()
    assert role["name"].startswith("Embedded Role")
    assert role["permission_set"]["permissions"] == ["access_data", "explore"]


def test_the_next_sign_in_replaces_what_was_given(site: Site, instance: Instance) -> None:
    group = site.admin.post("/groups", {"name": "Gold"}).json()["id"]
    made = {"name": "region", "label": "Region", "type": "string"}
    region = site.admin.post("/user_attributes", made).json()["id"]
    tier = {"name": "tier", "label": "Tier", "type": "string"}
    tier_id = site.admin.post("/user_attributes", tier).json()["id"]
    site.sign_in(group_ids=[int(group)], external_group_id="acme", user_attributes={"region": "EU"})
    user = site.user()["id"]
    site.admin.patch(f"/users/{user}/attribute_values/{tier_id}", {"value": "gold"})
    names = {g["name"] for g in site.admin.get("/groups").json() if g["user_count"] == 1}
    assert {"Gold", "Embed Shared Group acme"} <= names
    values = site.admin.get(
        f"/users/{user}/attribute_values", params={"user_attribute_ids": region}
    )
    assert values.json()[0]["value"] == "EU"
    site.sign_in(permissions=["access_data"], models=["other"], first_name="Bea")
    assert site.user()["id"] == user
    assert site.user()["first_name"] == "Bea"
    _, allowed = in_database(instance)
    (grant,) = allowed.grants
    assert (grant.permissions, grant.models) == ({"access_data"}, {"other"})
    assert len(site.user()["group_ids"]) == 1, "everybody's group alone"
    chosen = {"user_attribute_ids": f"{region},{tier_id}"}
    values = site.admin.get(f"/users/{user}/attribute_values", params=chosen).json()
    assert {v["name"]: v["value"] for v in values} == {"tier": "gold"}


def test_names_stay_where_none_are_sent(site: Site) -> None:
    site.sign_in()
    site.sign_in("first_name", "last_name")
    assert site.user()["display_name"] == "Ada Embedded"
    site.sign_in("first_name", "last_name", external_user_id="nameless")
    assert site.user("nameless")["display_name"] == "Embed User"


def test_optional_parameters_can_be_missing(site: Site) -> None:
    site.sign_in("group_ids", "external_group_id", "user_attributes", "user_timezone")
    assert site.embedded_as() == "Ada Embedded"


def test_people_of_one_site_group_share_it(site: Site) -> None:
    site.sign_in(external_group_id="acme")
    site.sign_in(external_group_id="acme", external_user_id="second")
    shared = [g for g in site.admin.get("/groups").json() if g["external_group_id"] == "acme"]
    assert [g["user_count"] for g in shared] == [2]
    assert site.user("second")["credentials_embed"][0]["external_group_id"] == "acme"


def test_the_group_of_a_directory_is_never_the_one_that_is_meant(
    site: Site, instance: Instance
) -> None:
    with instance.services.database.session() as session:
        session.add(Group(name="Directory", external_group_id="admins", externally_managed=True))
        session.add(Group(name="Embed Shared Group admins"))
    site.sign_in(external_group_id="admins")
    with instance.services.database.reading() as session:
        user = session.scalars(select(User).where(User.is_embed_user)).one()
        names = [
            g.name
            for g in session.scalars(select(Group))
            if g.id in membership.groups_of(session, user.id) and not g.include_by_default
        ]
    assert len(names) == 1
    assert names[0].startswith("Embed Shared Group admins ")


def test_the_role_is_hidden_and_nobody_elses(site: Site) -> None:
    site.sign_in()
    user = site.user()["id"]
    (role,) = site.admin.get(f"/users/{user}/roles").json()
    assert role["id"] not in [r["id"] for r in site.admin.get("/roles").json()]
    for kind in ("permission_sets", "model_sets"):
        part = role[kind.removesuffix("s")]
        assert part["id"] not in [s["id"] for s in site.admin.get(f"/{kind}").json()]
        assert site.admin.patch(f"/{kind}/{part['id']}", {"name": "x"}).status == 405
    assert site.admin.patch(f"/roles/{role['id']}", {"name": "x"}).status == 405
    assert site.admin.put(f"/roles/{role['id']}/users", [user]).status == 405
    assert site.admin.put(f"/roles/{role['id']}/groups", ["1"]).status == 405
    before = site.admin.get("/permission_sets").json()
    assert site.admin.delete(f"/users/{user}").status == 204
    with site.instance.services.database.reading() as session:
        stored = session.scalars(select(PermissionSet)).all()
    assert len(stored) == len(before), "its sets go with the user"


def test_the_session_ends_when_it_was_said(site: Site) -> None:
    site.sign_in(session_length=900)
    site.instance.skip(14)
    assert site.embedded_as() == "Ada Embedded"
    site.instance.skip(2)
    assert site.embedded_as() is None


def test_earlier_sessions_of_the_user_end(site: Site) -> None:
    site.sign_in()
    first = dict(site.browser.cookies)
    site.sign_in(external_user_id="somebody else")
    site.browser.cookies.clear()
    site.sign_in()
    second = dict(site.browser.cookies)
    site.instance.skip(0.5)
    site.browser.cookies = first
    assert site.embedded_as() is None
    site.browser.cookies = second
    assert site.embedded_as() == "Ada Embedded"


def test_frames_of_one_page_can_sign_in_at_the_same_time(site: Site) -> None:
    site.sign_in()
    first = dict(site.browser.cookies)
    site.browser.cookies.clear()
    site.sign_in()
    site.browser.cookies = first
    assert site.embedded_as() == "Ada Embedded"


def test_sign_ins_are_recorded_without_what_signs_them(site: Site, instance: Instance) -> None:
    site.sign_in()
    site.browser.get(site.address() + "x")
    with instance.services.database.reading() as session:
        rows = session.scalars(select(AuditEvent)).all()
    names = [row.name for row in rows]
    assert "login" in names
    assert "embed_login_failed" in names
    assert site.secret not in str([(row.target, row.attributes) for row in rows])


# What is wrong with an address


SIGNED = {
    "nonce": '"another"',
    "time": "1",
    "session_length": "2592000",
    "external_user_id": '"site-user-2"',
    "permissions": '["access_data", "see_sql"]',
    "models": '["secret"]',
    "group_ids": "[1]",
    "external_group_id": '"rivals"',
    "user_attributes": '{"name": "x"}',
    "access_filters": '{"a": {}}',
    "signature": "AAAA",
}


@pytest.mark.parametrize("name", SIGNED)
def test_signed_parameters_cannot_be_changed(site: Site, name: str) -> None:
    path, _, query = site.address().partition("?")
    values = dict(parse_qsl(query)) | {name: SIGNED[name]}
    refused(site.browser.get(f"{path}?{urlencode(values)}"), "'signature' param failed")


@pytest.mark.parametrize("name", ["group_ids", "external_group_id", "user_attributes"])
def test_signed_parameters_cannot_be_left_out(site: Site, name: str) -> None:
    path, _, query = site.address().partition("?")
    values = {k: v for k, v in parse_qsl(query) if k != name}
    refused(site.browser.get(f"{path}?{urlencode(values)}"), "'signature' param failed")


@pytest.mark.parametrize("name", [*embed_signing.parameters(0, "x"), "signature"])
def test_what_is_required_is_asked_for(site: Site, name: str) -> None:
    optional = {"group_ids", "external_group_id", "user_attributes"}
    optional |= {"first_name", "last_name", "user_timezone"}
    path, _, query = site.address().partition("?")
    values = {k: v for k, v in parse_qsl(query) if k != name}
    found = site.browser.get(f"{path}?{urlencode(values)}")
    if name not in optional:
        refused(found, f"'{name}' param is required")


def test_the_target_cannot_be_changed(site: Site) -> None:
    _, _, query = site.address().partition("?")
    other = "/login/embed/" + quote("/embed/dashboards/2", safe="")
    refused(site.browser.get(f"{other}?{query}"), "'signature' param failed")


def test_unsigned_parameters_give_nothing(site: Site, instance: Instance) -> None:
    path, _, query = site.address().partition("?")
    values = dict(parse_qsl(query)) | {"first_name": '"Root"', "user_timezone": '"Asia/Tokyo"'}
    assert site.browser.get(f"{path}?{urlencode(values)}").status == 303
    user, allowed = in_database(instance)
    assert allowed.grants[0].models == {"thelook"}
    client = instance.client_of(user.id)
    known = instance.services.authenticator.session(f"token {client.token}").known
    assert {"first_name", "last_name", "name", "full_name", "timezone"} <= known.editable


def test_moving_a_value_to_another_parameter(site: Site) -> None:
    """The lines of what is signed have no names: what fits two of them must not be moved."""
    path, _, query = site.address("external_group_id", "user_attributes", group_ids=[]).partition(
        "?"
    )
    values = dict(parse_qsl(query))
    for other in ("external_group_id", "user_attributes"):
        moved = {k: v for k, v in values.items() if k != "group_ids"} | {other: values["group_ids"]}
        refused(site.browser.get(f"{path}?{urlencode(moved)}"), f"'{other}' param")
    joined = dict(values)
    joined["models"] = joined["models"] + "\n" + joined.pop("group_ids")
    refused(site.browser.get(f"{path}?{urlencode(joined)}"), "'models' param")


def test_parameters_that_there_are_not(site: Site) -> None:
    refused(
        site.browser.get(site.address() + "&embed_domain=https%3A%2F%2Fa.example"),
        'This request includes invalid params: ["embed_domain"]',
    )
    twice = site.address()
    client = site.instance.anonymous
    path, _, query = twice.partition("?")
    sent = [*parse_qsl(query), ("models", '["secret"]')]
    found = client.request("GET", path, params=_Pairs(sent), outside=True)
    refused(found, "'models' param was sent twice")


class _Pairs(dict[str, Any]):
    """What is encoded pair by pair, names twice too."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        found: dict[str, list[str]] = {}
        for name, value in pairs:
            found.setdefault(name, []).append(value)
        super().__init__(found)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("nonce", "n" * 255, "'nonce' param must be text"),
        ("nonce", 5, "'nonce' param must be text"),
        ("time", "now", "'time' param must be"),
        ("session_length", -1, "'session_length' param must be between"),
        ("session_length", 2_592_001, "'session_length' param must be between"),
        ("session_length", "900", "'session_length' param must be between"),
        ("external_user_id", {"a": 1}, "'external_user_id' param must be text"),
        ("external_user_id", "", "'external_user_id' param is required"),
        ("external_user_id", "u" * 256, "external_user_id is too long"),
        ("permissions", "access_data", "'permissions' param must be a list"),
        ("models", [1], "'models' param must be a list"),
        ("models", ["a\0b"], "characters that cannot be kept"),
        ("group_ids", {"1": 1}, "'group_ids' param must be a list"),
        ("group_ids", [99], "'group_ids' param names no group: 99"),
        ("group_ids", ["٣"], "'group_ids' param names no group"),
        ("external_group_id", "g" * 82, "'external_group_id' param must be"),
        ("user_attributes", [], "'user_attributes' param must be an object"),
        ("user_attributes", {"unknown": "x"}, "names no user attribute: unknown"),
        ("user_attributes", {"email": "root@example.com"}, "email is told by the user"),
        ("user_attributes", {"id": "1"}, "id is told by the user"),
        ("user_attributes", {"landing_page": "//evil.example"}, "landing_page must be"),
        ("user_attributes", {"locale": ["en"]}, "has values that are not text"),
        ("access_filters", {"thelook": {"orders.id": "1"}}, "use user attributes"),
        ("force_logout_login", "yes", "'force_logout_login' param must be"),
        ("user_timezone", "Nowhere/Land", "'user_timezone' param must be"),
    ],
)
def test_values_that_cannot_be(site: Site, name: str, value: Any, told: str) -> None:
    refused(site.browser.get(site.address(**{name: value})), told)
    with site.instance.services.database.reading() as session:
        assert not session.scalars(select(User).where(User.is_embed_user)).all()


def test_an_address_is_used_once(site: Site) -> None:
    address = site.address()
    assert site.browser.get(address).status == 303
    refused(site.browser.get(address), "'nonce' param already used this hour")
    again = site.address(nonce="one and the same")
    assert site.browser.get(again).status == 303
    site.instance.skip(59)
    refused(site.browser.get(site.address(nonce="one and the same")), "already used this hour")
    site.instance.skip(2)
    assert site.browser.get(site.address(nonce="one and the same")).status == 303


def test_many_at_once_use_an_address_once(site: Site) -> None:
    address = site.address()
    browsers = [Browser(site.instance.anonymous) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda browser: browser.get(address).status, browsers))
    assert sorted(found) == [303] + [401] * 7


def test_looking_at_an_address_does_not_use_it(site: Site) -> None:
    address = site.address()
    path, _, query = address.partition("?")
    headers = {"user-agent": "preview"}
    found = site.instance.anonymous.request(
        "HEAD", path, params=dict(parse_qsl(query)), headers=headers, outside=True
    )
    assert found.status == 404
    assert site.browser.get(address).status == 303


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_address_has_its_time(site: Site, minutes: int) -> None:
    now = (clock.now() + site.instance.skipped).timestamp()
    late = site.address(time=int(now + 60 * minutes))
    refused(site.browser.get(late), "'time' param is more than five minutes off")
    assert site.browser.get(site.address(time=int(now + minutes * 40))).status == 303


def test_secrets_that_do_not_count(site: Site, instance: Instance) -> None:
    real = site.secret
    site.secret = "0" * 64
    refused(site.browser.get(site.address()), "'signature' param failed")
    site.secret = ""
    refused(site.browser.get(site.address()), "'signature' param failed")
    site.secret, site.algorithm = real, "hmac/sha-256"
    refused(site.browser.get(site.address()), "'signature' param failed")
    site.algorithm = "hmac/sha-1"
    off = site.admin.post("/embed_config/secrets", {"enabled": False}).json()
    site.secret, site.algorithm = off["secret"], off["algorithm"]
    refused(site.browser.get(site.address()), "'signature' param failed")
    site.secret, site.algorithm = real, "hmac/sha-1"
    site.sign_in()
    assert site.admin.delete(f"/embed_config/secrets/{site.secret_id}").status == 204
    refused(site.browser.get(site.address()), "'signature' param failed")


def test_another_servers_address(site: Site) -> None:
    texts = embed_signing.encoded(site.values())
    other = embed_signing.address(site.secret, texts, host="other.example.com")
    refused(site.browser.get(other), "'signature' param failed")


def test_a_browser_may_use_another_name_of_the_server(site: Site) -> None:
    texts = embed_signing.encoded(site.values())
    named = embed_signing.address(site.secret, texts, host="alias.example.com:9999")
    assert site.browser.get(named, host="alias.example.com:9999").status == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/embed/x",
        "//evil.example/embed/x",
        "/embed//evil.example",
        "/embed/../account",
        "/embed/%2e%2e/account",
        "/embed/x\\..\\..",
        "/account",
        "/embedded/x",
        "/embed/x\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_anywhere_else(site: Site, target: str) -> None:
    refused(site.browser.get(site.address(target=target)), "does not lead to embedded content")


def test_disabled_people_stay_out(site: Site) -> None:
    site.sign_in()
    user = site.user()["id"]
    assert site.admin.patch(f"/users/{user}", {"is_disabled": True}).status == 200
    assert site.embedded_as() is None
    refused(site.browser.get(site.address()), "The embed user is disabled")
    site.admin.patch(f"/users/{user}", {"is_disabled": False})
    site.sign_in()
    assert site.embedded_as() == "Ada Embedded"


def test_signed_embedding_can_be_switched_off(site: Site) -> None:
    address = site.address()
    off = {"embed_config": {"sso_auth_enabled": False}}
    assert site.admin.patch("/setting", off).status == 200
    refused(site.browser.get(address), "Signed embedding is switched off")
    body = {"target_url": f"https://{HOST}/dashboards/1", "external_user_id": "x"}
    assert site.admin.post("/embed/sso_url", body).status == 403


def test_groups_give_no_more_than_embed_users_can_have(site: Site, instance: Instance) -> None:
    admins = site.admin.post("/groups", {"name": "Root"}).json()["id"]
    role = next(r for r in site.admin.get("/roles").json() if r["name"] == "Admin")
    assert site.admin.put(f"/roles/{role['id']}/groups", [admins]).status == 200
    site.sign_in(group_ids=[admins], permissions=[], models=[])
    user, allowed = in_database(instance)
    assert not allowed.is_admin
    client = instance.client_of(user.id)
    assert client.get("/password_config").status == 404
    assert client.post("/users", {"first_name": "x"}).status == 404
    assert client.post("/embed_config/secrets", {}).status == 403
    # nor are they the administrator who remains
    everybody = site.admin.get("/users").json()
    others = [
        u["id"] for u in everybody if u["id"] not in (site.admin.get("/user").json()["id"], user.id)
    ]
    for other in others:
        site.admin.delete(f"/users/{other}")
    assert (
        site.admin.patch(
            f"/users/{site.admin.get('/user').json()['id']}", {"is_disabled": True}
        ).status
        == 400
    )


# Sessions


def ordinary(instance: Instance) -> Browser:
    with instance.services.database.session() as session:
        user = users.create(
            session,
            clock.now(),
            email="bea@example.com",
            first_name="Bea",
            password_hash=passwords.hashed(PASSWORD),
        )
        roles.give(session, user, "User")
    browser = Browser(instance.anonymous)
    assert browser.sign_in("bea@example.com", PASSWORD).status == 303
    return browser


def test_an_embedded_session_opens_nothing_else(site: Site) -> None:
    site.sign_in()
    assert site.browser.get("/account").headers["location"].startswith("/login")
    cookie = site.browser.cookies["__Host-belvedere_embed"]
    site.browser.cookies = {"__Host-belvedere_session": cookie}
    assert site.browser.get("/account").headers["location"].startswith("/login")


def test_no_session_can_be_put_upon_somebody(site: Site, instance: Instance) -> None:
    planted = "planted" * 6
    site.browser.cookies["__Host-belvedere_embed"] = planted
    site.sign_in()
    assert site.browser.cookies["__Host-belvedere_embed"] != planted
    mine = dict(site.browser.cookies)
    site.sign_in(external_user_id="second", first_name="Second")
    site.browser.cookies = mine
    assert site.embedded_as() is None, "the browser's session before is over"


def test_who_is_signed_in_is_signed_out(site: Site, instance: Instance) -> None:
    site.browser = ordinary(instance)
    assert site.embedded_as() == "Bea"
    before = dict(site.browser.cookies)
    site.sign_in(force_logout_login=True)
    assert site.embedded_as() == "Ada Embedded"
    site.browser.cookies = before
    assert site.browser.get("/account").status == 303, "that session is over"


def test_who_is_signed_in_can_stay_so(site: Site, instance: Instance) -> None:
    site.browser = ordinary(instance)
    site.sign_in(force_logout_login=False)
    assert site.embedded_as() == "Bea"
    assert site.browser.get("/account").status == 200
    fresh = Site.__new__(Site)
    fresh.__dict__ |= site.__dict__ | {"browser": Browser(instance.anonymous)}
    fresh.sign_in(force_logout_login=False)
    assert fresh.embedded_as() == "Ada Embedded"


def test_an_ordinary_sign_in_ends_an_embedded_session(site: Site, instance: Instance) -> None:
    known = ordinary(instance)
    site.sign_in()
    embedded = dict(site.browser.cookies)
    assert site.browser.sign_in("bea@example.com", PASSWORD).status == 303
    assert site.embedded_as() == "Bea"
    site.browser.cookies = embedded
    assert site.embedded_as() is None
    assert known.get("/account").status == 200


def test_without_a_session_there_is_no_content(site: Site) -> None:
    assert site.browser.get("/embed/dashboards/1").status == 401
    asked = site.browser.get("/embed/dashboards/1?allow_login_screen=true")
    assert asked.status == 303
    assert asked.headers["location"].startswith("/login?return_to=%2Fembed%2Fdashboards%2F1")


def test_which_pages_may_show_ours(site: Site) -> None:
    allowed = ["https://*.app.example", "https://one.example:8443"]
    site.admin.patch("/setting", {"embed_config": {"domain_allowlist": allowed}})
    site.sign_in()
    page = site.browser.get("/embed/dashboards/1")
    policy = page.headers["content-security-policy"]
    wanted = "frame-ancestors 'self' https://*.app.example https://one.example:8443"
    assert policy.endswith(wanted)
    assert "x-frame-options" not in page.headers
    login = site.browser.get("/login?return_to=%2Fembed%2Fdashboards%2F1")
    assert login.headers["content-security-policy"].endswith(wanted)
    assert site.browser.get("/login").headers["x-frame-options"] == "DENY"
    site.admin.patch("/setting", {"embed_config": {"strict_sameorigin_for_login": True}})
    login = site.browser.get("/login?return_to=%2Fembed%2Fdashboards%2F1")
    assert login.headers["x-frame-options"] == "DENY"


def test_a_policy_for_people_does_not_end_embedded_sessions(site: Site) -> None:
    policy = {"use_inactivity_based_logout": True, "unlimited_sessions_per_user": False}
    assert site.admin.patch("/session_config", policy).status == 200
    site.sign_in(session_length=7200)
    site.instance.skip(60)
    assert site.embedded_as() == "Ada Embedded"


def test_a_cookie_over_plain_http(make_instance: Any) -> None:
    plain = make_instance(base_url="http://localhost:9999")
    site = Site(plain)
    texts = embed_signing.encoded(site.values())
    address = embed_signing.address(site.secret, texts, host="localhost:9999")
    found = site.browser.get(address)
    assert found.status == 303
    lines = found.headers["set-cookie"].splitlines()
    assert all("SameSite=Lax" in line and "Secure" not in line for line in lines)


# Operations


def test_made_addresses_sign_in(site: Site) -> None:
    body = {
        "target_url": f"https://{HOST}/dashboards/1?Date=1%20years",
        "external_user_id": "made",
        "permissions": ["access_data"],
        "models": ["thelook"],
        "first_name": "Made",
        "user_attributes": {"locale": "fr_FR"},
        "external_group_id": "acme",
        "embed_domain": "https://app.example/",
        "session_length": 60,
    }
    made = site.admin.post("/embed/sso_url", body)
    assert made.status == 200, made.text
    url = made.json()["url"]
    assert url.startswith(f"https://{HOST}/login/embed/%2Fembed%2Fdashboards%2F1%3FDate")
    assert site.admin.get("/embed/sso/validate", params={"url": url}).json() == {"url": url}
    found = site.browser.get(url)
    assert found.headers["location"] == "/embed/dashboards/1?Date=1%20years"
    assert site.embedded_as() == "Made User"
    allowed = site.admin.get("/setting").json()["embed_config"]["domain_allowlist"]
    assert allowed == ["https://app.example"]
    again = site.admin.get("/embed/sso/validate", params={"url": url})
    assert again.status == 422
    assert again.json()["errors"][0]["message"] == "'nonce' param already used this hour"


def test_the_newest_secret_signs(site: Site, instance: Instance) -> None:
    body = {"target_url": f"https://{HOST}/looks/1", "external_user_id": "x"}
    newest = site.admin.post("/embed_config/secrets", {}).json()
    assert newest["algorithm"] == "hmac/sha-256"
    url = site.admin.post("/embed/sso_url", body).json()["url"]
    chosen = site.admin.post("/embed/sso_url", body | {"secret_id": site.secret_id}).json()["url"]
    site.admin.delete(f"/embed_config/secrets/{newest['id']}")
    refused(site.browser.get(url), "'signature' param failed")
    assert site.browser.get(chosen).status == 303
    site.admin.delete(f"/embed_config/secrets/{site.secret_id}")
    wrong = site.admin.post("/embed/sso_url", body | {"secret_id": site.secret_id})
    assert wrong.json()["errors"][0]["field"] == "secret_id"
    made = site.admin.post("/embed/sso_url", body)
    assert site.browser.get(made.json()["url"]).status == 303, (
        "a secret is made where there is none"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target_url", "https://evil.example/dashboards/1"),
        ("target_url", f"https://{HOST}@evil.example/dashboards/1"),
        ("target_url", f"javascript://{HOST}/%0aalert(1)"),
        ("target_url", f"https://{HOST}/../account"),
        ("target_url", "https://[bad"),
        ("target_url", "/dashboards/1"),
        ("session_length", 2_592_001),
        ("external_user_id", None),
        ("embed_domain", "https://*.example"),
        ("embed_domain", "not an origin"),
        ("secret_id", "99"),
    ],
)
def test_addresses_that_are_not_made(site: Site, name: str, value: Any) -> None:
    body = {"target_url": f"https://{HOST}/dashboards/1", "external_user_id": "x", name: value}
    found = site.admin.post("/embed/sso_url", body)
    assert found.status == 422, found.text
    assert found.json()["errors"][0]["field"] == name
    assert site.admin.get("/setting").json()["embed_config"]["domain_allowlist"] == []


@pytest.mark.parametrize(
    "url",
    ["", "https://[bad", "https://evil.example/login/embed/x", f"https://{HOST}/dashboards/1"],
)
def test_addresses_that_cannot_be_checked(site: Site, url: str) -> None:
    found = site.admin.get("/embed/sso/validate", params={"url": url})
    assert found.status == 422
    assert found.json()["errors"][0]["field"] == "url"


def test_what_is_wrong_with_an_address_is_told_to_administrators(site: Site) -> None:
    wrong = f"https://{HOST}{site.address(group_ids=[77])}"
    found = site.admin.get("/embed/sso/validate", params={"url": wrong})
    assert [e["message"] for e in found.json()["errors"]] == [
        "'group_ids' param names no group: 77"
    ]


def test_an_address_that_is_checked_without_being_encoded(site: Site) -> None:
    url = f"https://{HOST}{site.address()}"
    found = site.admin.get(f"/embed/sso/validate?url={url}")
    assert found.json() == {"url": url}


def test_secrets(site: Site) -> None:
    made = site.admin.post("/embed_config/secrets", {"secret_type": "JWT"}).json()
    assert (made["secret"], made["secret_type"], made["enabled"]) == (None, "JWT", True)
    for body in ({"algorithm": "none"}, {"algorithm": "hmac/sha-1", "secret_type": "JWT"}):
        assert site.admin.post("/embed_config/secrets", body).status == 422
    given = site.admin.post("/embed_config/secrets", {"secret": "mine", "user_id": "77"}).json()
    assert given["secret"] != "mine"
    assert given["user_id"] == site.admin.get("/user").json()["id"]
    assert site.admin.delete("/embed_config/secrets/99").status == 404


@pytest.mark.parametrize("role", ["Developer", "User", "Viewer", None])
def test_administrators_alone(site: Site, role: str | None) -> None:
    other = site.instance.as_role(role)
    target = {"target_url": f"https://{HOST}/dashboards/1", "external_user_id": "x"}
    assert other.post("/embed_config/secrets", {}).status == 403
    assert other.delete(f"/embed_config/secrets/{site.secret_id}").status == 403
    assert other.post("/embed/sso_url", target).status == 403
    assert other.get("/embed/sso/validate", params={"url": "x"}).status == 404
    assert other.post("/embed/cookieless_session/acquire", {}).status == 403
    body = {"session_reference_token": "x"}
    assert other.put("/embed/cookieless_session/generate_tokens", body).status == 403
    assert other.delete("/embed/cookieless_session/x").status == 403


# As oneself


def own_url(client: ApiClient, **changed: Any) -> Response:
    body = {"target_url": f"https://{HOST}/embed/dashboards/1?a=b c"} | changed
    return client.post("/embed/token_url/me", body)


def test_an_address_for_oneself(site: Site, instance: Instance) -> None:
    user = instance.user("Viewer", "Own")
    made = own_url(instance.client_of(user))
    assert made.status == 200, made.text
    url = made.json()["url"]
    found = site.browser.get(url)
    assert found.headers["location"] == "/embed/dashboards/1?a=b%20c"
    assert site.embedded_as() == "Test Own"
    assert site.browser.get("/account").status == 303, "content only"
    refused(site.browser.get(url), "was used already")
    with instance.services.database.reading() as session:
        (row,) = session.scalars(select(WebSession).where(WebSession.user_id == user))
        assert (row.is_embed, row.credentials_type) == (True, "embed")


def test_an_address_for_oneself_cannot_be_bent(site: Site, instance: Instance) -> None:
    user = instance.user("Viewer")
    client = instance.client_of(user)
    url = own_url(client).json()["url"]
    path, _, query = url.removeprefix(f"https://{HOST}").partition("?")
    other = "/login/embed/" + quote("/embed/dashboards/2", safe="")
    refused(site.browser.get(f"{other}?{query}"), "made for another page")
    refused(site.browser.get(f"{path}?t={query[2:-6]}AAAAAA"), "not one that was made here")
    late = own_url(client).json()["url"]
    instance.skip(5.1)
    refused(site.browser.get(late), "has expired")
    gone = own_url(client).json()["url"]
    site.admin.patch(f"/users/{user}", {"is_disabled": True})
    refused(site.browser.get(gone), "is disabled")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target_url", "https://evil.example/embed/x"),
        ("target_url", f"https://{HOST}/dashboards/1"),
        ("target_url", f"https://{HOST}/embed/../account"),
        ("session_length", -5),
    ],
)
def test_no_address_for_oneself_to_anywhere(site: Site, name: str, value: Any) -> None:
    found = own_url(site.admin, **{name: value})
    assert found.status == 422
    assert found.json()["errors"][0]["field"] == name


def test_acting_as_another_is_remembered(site: Site, instance: Instance) -> None:
    user = instance.user("Viewer", "Target")
    sudo = site.admin.post(f"/login/{user}").json()["access_token"]
    url = own_url(instance.anonymous.with_token(sudo)).json()["url"]
    assert site.browser.get(url).status == 303
    assert site.embedded_as() == "Test Target"
    (session,) = site.admin.get(f"/users/{user}/sessions").json()
    admin = site.admin.get("/user").json()["id"]
    assert session["sudo_user_id"] == admin
    with instance.services.database.reading() as database:
        events = database.scalars(select(AuditEvent).where(AuditEvent.category == "web")).all()
    assert [(e.user_id, e.sudo_user_id) for e in events] == [(user, int(admin))]


def test_acting_as_another_lasts_no_longer_than_the_token(site: Site, instance: Instance) -> None:
    user = instance.user("Viewer", "Target")
    sudo = site.admin.post(f"/login/{user}").json()["access_token"]
    client = instance.anonymous.with_token(sudo)
    assert site.browser.get(own_url(client, session_length=2_000_000).json()["url"]).status == 303
    instance.skip(61)
    assert site.embedded_as() is None


def test_what_a_cookie_never_becomes(site: Site, instance: Instance) -> None:
    """The cookie of an embedded session is no API token."""
    site.sign_in()
    cookie = site.browser.cookies["__Host-belvedere_embed"]
    assert instance.anonymous.with_token(cookie).get("/user").status == 401
    with instance.services.database.reading() as session:
        user = session.scalars(select(User).where(User.is_embed_user)).one()
        assert user.display_name == "Ada Embedded"


def test_opening_content_counts_as_a_view(site: Site) -> None:
    admin = site.admin
    query = {"model": "thelook", "view": "users", "fields": ["users.count"]}
    slug = admin.post("/queries", query).json()["id"]
    look = admin.post("/looks", {"title": "x", "folder_id": "1", "query_id": slug}).json()
    dashboard = admin.post("/dashboards", {"title": "x", "folder_id": "1"}).json()
    site.sign_in(permissions=["access_data", "see_looks", "see_user_dashboards"])
    user = site.user()["id"]
    addresses = (f"dashboards/{dashboard['id']}", f"dashboards/{dashboard['slug']}?State=x")
    for address in (*addresses, f"looks/{look['id']}", "looks/999", "dashboards/x::y", "explore"):
        assert site.browser.get(f"/embed/{address}").status == 200
    shown = admin.get(f"/dashboards/{dashboard['id']}").json()
    assert shown["view_count"] == 2
    assert shown["last_viewed_at"] is not None
    assert admin.get(f"/looks/{look['id']}").json()["view_count"] == 1
    views = admin.get("/content_view/search", params={"user_id": user}).json()
    counted = [(view["dashboard_id"], view["look_id"], view["view_count"]) for view in views]
    assert counted == [(dashboard["id"], None, 2), (None, look["id"], 1)]


def test_what_one_may_not_see_is_not_viewed(site: Site) -> None:
    dashboard = site.admin.post("/dashboards", {"title": "x", "folder_id": "1"}).json()["id"]
    site.sign_in(permissions=["access_data", "see_looks"])
    assert site.browser.get(f"/embed/dashboards/{dashboard}").status == 200
    assert site.admin.get(f"/dashboards/{dashboard}").json()["view_count"] == 0


def test_who_made_content_is_told_to_those_who_may_know_them(site: Site) -> None:
    admin = site.admin
    query = {"model": "thelook", "view": "users", "fields": ["users.count"]}
    slug = admin.post("/queries", query).json()["id"]
    look = admin.post("/looks", {"title": "x", "folder_id": "1", "query_id": slug}).json()
    dashboard = admin.post("/dashboards", {"title": "x", "folder_id": "1"}).json()
    site.sign_in(permissions=["access_data", "see_looks", "see_user_dashboards"])
    guest = site.instance.client_of(int(site.user()["id"]))
    colleague = site.instance.as_role("Viewer")
    for path in (f"/looks/{look['id']}", f"/dashboards/{dashboard['id']}"):
        assert colleague.get(path).json()["user_name"] == look["user_name"]
        shown = guest.get(path)
        assert shown.status == 200
        assert shown.json()["user_name"] is None
