"""Credentials of people, through the API: keys, addresses, second factors, other services."""

from __future__ import annotations

import re
import smtplib
from typing import Any, Self

import pytest
from tests.api.browser import Browser, hidden
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance
from tests.api.test_users import me

from belvedere import clock
from belvedere.accounts import mail, passwords, users
from belvedere.accounts.tables import EmbedCredentials, ExternalCredentials
from belvedere.instance import configuration
from belvedere.instance.configuration import Change

PASSWORD = "correct horse battery"
EXTERNAL = {
    "ldap": "ldap_id",
    "google": "google_user_id",
    "saml": "saml_user_id",
    "oidc": "oidc_user_id",
    "looker_openid": "email",
}


def signed_in(client: ApiClient, key: dict[str, Any]) -> ApiClient:
    form = {"client_id": key["client_id"], "client_secret": key["client_secret"]}
    answer = client.post("/login", params=form)
    assert answer.status == 200, answer.text
    return client.with_token(answer.json()["access_token"])


# API keys


def test_a_key_is_made_described_and_deleted(instance: Instance, admin: ApiClient) -> None:
    user = instance.user("Viewer")
    path = f"/users/{user}/credentials_api3"
    key = admin.post(path, {"purpose": "nightly export"}).json()
    secret = key.pop("client_secret")
    assert len(secret) == 32
    one = f"{path}/{key['id']}"
    assert admin.get(path).json() == [key]
    assert admin.get(one).json() == key
    assert key["purpose"] == "nightly export"
    for shown in (admin.get(path), admin.get(one), admin.get(f"/users/{user}")):
        assert secret not in shown.text
    stolen = {"purpose": " weekly ", "is_disabled": True, "client_id": "x", "id": "9"}
    assert admin.patch(one, stolen).json() == key | {"purpose": "weekly"}
    assert admin.patch(one, {"purpose": None}).json()["purpose"] is None
    assert admin.patch(one, {"purpose": "x" * 256}).status == 422
    client = signed_in(instance.anonymous, key | {"client_secret": secret})
    assert client.get("/user").json()["id"] == str(user)
    assert admin.delete(one).status == 204
    assert client.get("/user").status == 401
    assert admin.get(one).status == 404
    assert admin.delete(one).status == 404


def test_deleting_a_key_ends_what_it_began_and_nothing_else(
    instance: Instance, admin: ApiClient
) -> None:
    user = instance.user("Admin")
    path = f"/users/{user}/credentials_api3"
    old, new = admin.post(path).json(), admin.post(path).json()
    by_old, by_new = signed_in(instance.anonymous, old), signed_in(instance.anonymous, new)
    target = instance.user("Viewer")
    acting = by_old.with_token(by_old.post(f"/login/{target}").json()["access_token"])
    assert acting.get("/user").status == 200
    assert admin.delete(f"{path}/{old['id']}").status == 204
    assert by_old.get("/user").status == 401
    assert acting.get("/user").status == 401
    assert by_new.get("/user").status == 200


def test_own_keys_are_managed_by_those_who_are_let(instance: Instance, admin: ApiClient) -> None:
    user = instance.user("Viewer")
    client = instance.client_of(user)
    path = f"/users/{user}/credentials_api3"
    key = admin.post(path).json()
    one = f"{path}/{key['id']}"
    assert client.get(one).json()["client_id"] == key["client_id"]
    for refused in (client.post(path), client.patch(one, {"purpose": "x"}), client.delete(one)):
        assert refused.status == 403
    assert admin.patch(f"/users/{user}", {"can_manage_api3_creds": True}).status == 200
    made = client.post(path).json()
    assert made["client_secret"]
    assert client.patch(one, {"purpose": "mine"}).json()["purpose"] == "mine"
    assert client.delete(f"{path}/{made['id']}").status == 204


def test_a_key_belongs_to_the_person_in_its_path(instance: Instance, admin: ApiClient) -> None:
    owner, other = instance.user("Viewer"), instance.user("Viewer")
    key = admin.post(f"/users/{owner}/credentials_api3").json()
    admin.patch(f"/users/{other}", {"can_manage_api3_creds": True})
    client = instance.client_of(other)
    crossed = f"/users/{other}/credentials_api3/{key['id']}"
    for client_of in (client, admin):
        assert client_of.get(crossed).status == 404
        assert client_of.patch(crossed, {"purpose": "x"}).status == 404
        assert client_of.delete(crossed).status == 404
    assert client.get(f"/users/{owner}/credentials_api3").status == 404
    assert client.post(f"/users/{owner}/credentials_api3").status == 403
    assert client.delete(f"/users/{owner}/credentials_api3/{key['id']}").status == 403


# Addresses


def test_an_address_is_given_changed_and_taken(instance: Instance, admin: ApiClient) -> None:
    user = admin.post("/users", {"first_name": "Ada"}).json()["id"]
    path = f"/users/{user}/credentials_email"
    assert admin.get(path).status == 404
    assert admin.patch(path, {"email": "ada@example.com"}).status == 404
    body = {"email": " ada@example.com ", "is_disabled": True, "logged_in_at": "now"}
    made = admin.post(path, body).json()
    assert made["email"] == "ada@example.com"
    assert not made["is_disabled"]
    assert admin.get(f"/users/{user}").json()["email"] == "ada@example.com"
    assert admin.post(path, {"email": "other@example.com"}).status == 409
    changed = admin.patch(
        path, {"email": "Ada@Example.org", "forced_password_reset_at_next_login": True}
    ).json()
    assert changed["email"] == "Ada@Example.org"
    assert changed["forced_password_reset_at_next_login"]
    assert admin.get(path).json() == changed
    assert admin.delete(path).status == 204
    assert admin.delete(path).status == 404
    assert admin.get(f"/users/{user}").json()["email"] is None


@pytest.mark.parametrize(
    ("email", "code"),
    [
        (None, "missing_field"),
        ("", "missing_field"),
        ("nobody", "invalid"),
        ("a b@example.com", "invalid"),
        ("a\0@example.com", "invalid"),
        (f"{'x' * 250}@example.com", "invalid"),
        ("GRACE@example.com", "already_exists"),
    ],
)
def test_an_address_is_one_and_belongs_to_one_person(
    admin: ApiClient, email: str | None, code: str
) -> None:
    admin.post("/users", {"credentials_email": {"email": "grace@example.com"}})
    user = admin.post("/users", {"credentials_email": {"email": "ada@example.com"}}).json()["id"]
    bare = admin.post("/users", {}).json()["id"]
    for refused in (
        admin.patch(f"/users/{user}/credentials_email", {"email": email}),
        admin.post(f"/users/{bare}/credentials_email", {"email": email}),
    ):
        assert refused.status == 422
        assert [problem["code"] for problem in refused.json()["errors"]] == [code]
    assert admin.get(f"/users/{user}").json()["email"] == "ada@example.com"


def test_nobody_moves_their_own_address(instance: Instance) -> None:
    """Rows are shown by it."""
    user = instance.user("Viewer")
    client = instance.client_of(user)
    path = f"/users/{user}/credentials_email"
    before = client.get(path).json()
    assert client.patch(path, {"email": "boss@example.com"}).status == 403
    assert client.delete(path).status == 403
    assert client.post(f"{path}/password_reset").status == 403
    assert client.get(path).json() == before


def test_addresses_are_searched(instance: Instance, admin: ApiClient) -> None:
    for name in ("ada", "grace", "alan"):
        admin.post("/users", {"credentials_email": {"email": f"{name}@lab.example"}})

    def found(**params: object) -> list[str]:
        answer = admin.get("/credentials_email/search", params=params)
        return [item["email"].partition("@")[0] for item in answer.json()]

    assert found(email="A%@LAB.example") == ["ada", "alan"]
    assert found(emails="GRACE@lab.example, ada@lab.example") == ["ada", "grace"]
    assert found(email="a%@lab.example", sorts="email desc", limit=1) == ["alan"]
    own = admin.get("/credentials_email/search", params={"id": me(admin)}).json()
    assert [item["user_id"] for item in own] == [me(admin)]
    assert found(id="x") == []
    viewer = instance.as_role("Viewer")
    assert viewer.get("/credentials_email/search", params={"email": "%"}).status == 404


def test_all_addresses_of_a_disabled_person_are_overwritten(
    instance: Instance, admin: ApiClient
) -> None:
    user = instance.user("Viewer")
    external(instance, user, "saml")
    path = f"/users/{user}/update_emails"
    assert admin.post(path, {"email": "gone@example.com"}).status == 400
    admin.patch(f"/users/{user}", {"is_disabled": True})
    reset = admin.post(f"/users/{user}/credentials_email/password_reset").json()
    assert reset["account_setup_url"]
    assert admin.post(path, {}).status == 422
    taken = admin.get("/user").json()["email"].upper()
    assert admin.post(path, {"email": taken}).status == 422
    changed = admin.post(path, {"email": "gone@example.com"}).json()
    assert changed["email"] == "gone@example.com"
    assert changed["credentials_email"]["email"] == "gone@example.com"
    assert changed["credentials_email"]["account_setup_url"] is None
    assert changed["credentials_saml"]["email"] == "gone@example.com"
    assert changed["is_disabled"]


# Links that set a password


def link(shown: dict[str, Any]) -> str:
    address: str = shown["password_reset_url"] or shown["account_setup_url"]
    return address.partition("//")[2].partition("/")[2].join(("/", ""))


def opened(instance: Instance, address: str) -> Response:
    return Browser(instance.anonymous).get(address)


def with_password(instance: Instance) -> int:
    with instance.services.database.session() as session:
        hashed = passwords.hashed(PASSWORD)
        made = users.create(session, clock.now(), email="ada@example.com", password_hash=hashed)
        return made.id


def test_a_new_link_ends_the_one_before(instance: Instance, admin: ApiClient) -> None:
    path = f"/users/{with_password(instance)}/credentials_email"
    first = link(admin.post(f"{path}/password_reset").json())
    second = link(admin.post(f"{path}/password_reset").json())
    assert opened(instance, first).status == 404
    assert opened(instance, second).status == 200
    instance.skip(minutes=59)
    assert opened(instance, second).status == 200
    instance.skip(minutes=2)
    assert opened(instance, second).status == 404
    shown = admin.get(path).json()
    assert shown["password_reset_url"] is None
    assert shown["password_reset_url_expired"]


def test_a_link_need_not_expire(instance: Instance, admin: ApiClient) -> None:
    path = f"/users/{with_password(instance)}/credentials_email/password_reset"
    lasting = link(admin.post(path, params={"expires": "false"}).json())
    instance.skip(minutes=700)
    assert opened(instance, lasting).status == 200


def test_a_link_to_an_address_that_was_left_means_nothing(
    instance: Instance, admin: ApiClient
) -> None:
    path = f"/users/{with_password(instance)}/credentials_email"
    sent = link(admin.post(f"{path}/password_reset").json())
    assert admin.patch(path, {"email": "ada@example.org"}).status == 200
    assert opened(instance, sent).status == 404


def test_only_administrators_read_links(instance: Instance, admin: ApiClient) -> None:
    user = with_password(instance)
    path = f"/users/{user}/credentials_email"
    token = link(admin.post(f"{path}/password_reset").json()).rpartition("/")[2]
    client = instance.client_of(user)
    for shown in (client.get(path), client.get("/user"), instance.as_role("User").get("/users")):
        assert token not in shown.text


def test_without_a_mail_server_nothing_is_sent_and_that_is_said(
    instance: Instance, admin: ApiClient
) -> None:
    path = f"/users/{with_password(instance)}/credentials_email"
    refused = admin.post(f"{path}/send_password_reset")
    assert refused.status == 400
    assert "set_smtp_settings" in refused.text
    assert admin.get(path).json()["password_reset_url"] is None


@pytest.fixture
def outbox(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Recipients and texts of what the configured mail server was given."""
    sent: list[tuple[str, str]] = []

    class Server:
        def __init__(self, *_: object, **__: object) -> None: ...

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def send_message(self, message: Any) -> None:
            if "refused" in message["To"]:
                raise smtplib.SMTPRecipientsRefused({})
            sent.append((message["To"], message.get_content()))

    monkeypatch.setattr(smtplib, "SMTP", Server)
    with instance.services.database.session() as session:
        values = {"address": "mail.example.com", "port": 25, "from": "us@example.com"}
        change = Change(clock.now(), None)
        configuration.write(session, instance.services.vault, mail.SUBJECT, values, change)
    return sent


def test_links_are_sent(
    instance: Instance, admin: ApiClient, outbox: list[tuple[str, str]]
) -> None:
    user = with_password(instance)
    path = f"/users/{user}/credentials_email"
    shown = admin.post(f"{path}/send_password_reset").json()
    assert [recipient for recipient, _ in outbox] == ["ada@example.com"]
    assert shown["password_reset_url"] in outbox[0][1]
    instance.skip(minutes=30)
    again = admin.post(f"{path}/send_password_reset").json()
    assert again["password_reset_url"] == shown["password_reset_url"]
    instance.skip(minutes=50)
    assert opened(instance, link(again)).status == 200
    instance.skip(minutes=20)
    anew = admin.post(f"{path}/send_password_reset").json()
    assert anew["password_reset_url"] != shown["password_reset_url"]


def test_invitations_are_sent_and_do_not_expire(
    instance: Instance, admin: ApiClient, outbox: list[tuple[str, str]]
) -> None:
    user = instance.user("Viewer")
    shown = admin.post(f"/users/{user}/credentials_email/send_password_reset").json()
    assert shown["account_setup_url"] in outbox[0][1]
    assert shown["password_reset_url"] == shown["account_setup_url"]
    instance.skip(minutes=700)
    assert opened(instance, link(shown)).status == 200


def test_people_ask_for_their_own_link_and_nobody_else_s(
    instance: Instance, admin: ApiClient, outbox: list[tuple[str, str]]
) -> None:
    user = instance.user("Viewer")
    client = instance.client_of(user)
    own = client.post(f"/users/{user}/credentials_email/send_password_reset")
    assert own.status == 200
    assert own.json()["account_setup_url"] is None
    told = {
        client.post(f"/users/{other}/credentials_email/send_password_reset").text
        for other in (me(admin), "999999")
    }
    assert len(told) == 1
    assert len(outbox) == 1


def test_nobody_ends_an_invitation_from_outside(
    instance: Instance, admin: ApiClient, outbox: list[tuple[str, str]]
) -> None:
    user = instance.user("Viewer")
    email = admin.get(f"/users/{user}").json()["email"]
    shown = admin.post(f"/users/{user}/credentials_email/send_password_reset").json()
    browser = Browser(instance.anonymous)
    form = hidden(browser.get("/password/forgot")) | {"email": email}
    assert browser.post("/password/forgot", form).status == 200
    instance.services.password_mail._pool.shutdown()
    assert len(outbox) == 1
    assert opened(instance, link(shown)).status == 200


def test_asking_again_and_again_sends_one_message_a_minute(
    instance: Instance, admin: ApiClient, outbox: list[tuple[str, str]]
) -> None:
    """Else anybody fills a mailbox, and ends the link of the message before."""
    user = with_password(instance)
    email = admin.get(f"/users/{user}").json()["email"]
    browser = Browser(instance.anonymous)
    form = hidden(browser.get("/password/forgot")) | {"email": email}

    def ask() -> None:
        elsewhere = {"host": "evil.example", "x-forwarded-host": "evil.example"}
        assert browser.post("/password/forgot", form, **elsewhere).status == 200
        instance.services.password_mail._pool.submit(lambda: None).result()

    for _ in range(3):
        ask()
    assert [address for address, _ in outbox] == [email]
    assert f"{instance.settings.public_url}/password/reset/" in outbox[0][1]
    assert "evil.example" not in outbox[0][1]
    instance.skip(minutes=1.1)
    ask()
    assert len(outbox) == 2


def test_an_overwritten_address_is_proven(
    instance: Instance, admin: ApiClient, outbox: list[tuple[str, str]]
) -> None:
    user = with_password(instance)
    path = f"/users/{user}"
    browser = Browser(instance.anonymous)

    def asked() -> str:
        answer = admin.post(f"{path}/update_emails", {"email": "new@example.com"})
        assert (answer.status, answer.json()["is_disabled"]) == (200, True)
        recipient, text = outbox[-1]
        assert recipient == "new@example.com"
        found = re.search(r"http://[^/]+(/account/verify/\w+)", text)
        assert found is not None
        return found[1]

    admin.patch(path, {"is_disabled": True})
    first, second = asked(), asked()
    assert browser.get(first).status == 404
    page = browser.get(second)
    assert page.status == 200
    assert admin.get(path).json()["is_disabled"] is True
    assert browser.post(second, {"csrf": "forged"}).status == 403
    assert browser.post(second, hidden(page)).status == 200
    assert admin.get(path).json()["is_disabled"] is False
    assert browser.sign_in("new@example.com", PASSWORD).status == 303

    admin.patch(path, {"is_disabled": True})
    third = asked()
    admin.patch(path, {"is_disabled": False})
    admin.patch(path, {"is_disabled": True})
    for used in (second, third):
        assert Browser(instance.anonymous).get(used).status == 404


def test_a_mail_server_that_refuses_is_told(
    instance: Instance, admin: ApiClient, outbox: list[tuple[str, str]]
) -> None:
    user = admin.post("/users", {"credentials_email": {"email": "refused@example.com"}}).json()
    answer = admin.post(f"/users/{user['id']}/credentials_email/send_password_reset")
    assert answer.status == 400
    assert "mail.example.com" in answer.text
    assert outbox == []


# Second factors


def test_a_second_factor_is_asked_for_and_dropped(instance: Instance, admin: ApiClient) -> None:
    user = with_password(instance)
    path = f"/users/{user}/credentials_totp"
    assert admin.get(path).status == 404
    client = instance.client_of(user)
    made = client.post(path, {"verified": True}).json()
    assert not made["verified"]
    assert "secret" not in str(made).lower()
    assert client.get(path).json() == made
    assert admin.post(path).status == 409
    page = Browser(instance.anonymous).sign_in("ada@example.com", PASSWORD)
    assert page.status == 200
    assert 'name="code"' in page.text
    assert client.delete(path).status == 403
    assert admin.delete(path).status == 204
    assert admin.delete(path).status == 404
    inside = Browser(instance.anonymous).sign_in("ada@example.com", PASSWORD)
    assert inside.status == 303


# Other services


def external(instance: Instance, user: int, kind: str) -> None:
    with instance.services.database.session() as session:
        session.add(
            ExternalCredentials(
                user_id=user,
                kind=kind,
                external_id=f"{kind}-id",
                email=f"{kind}@example.com",
                created_at=clock.now(),
            )
        )


@pytest.mark.parametrize(("kind", "name"), EXTERNAL.items())
def test_who_a_person_is_elsewhere(
    instance: Instance, admin: ApiClient, kind: str, name: str
) -> None:
    user = instance.user("Viewer")
    client = instance.client_of(user)
    path = f"/users/{user}/credentials_{kind}"
    assert admin.get(path).status == 404
    external(instance, user, kind)
    shown = admin.get(path).json()
    known = f"{kind}-id" if name != "email" else f"{kind}@example.com"
    assert (shown["type"], shown[name]) == (kind, known)
    assert client.get(path).json() == shown
    assert admin.get(f"/users/{user}").json()[f"credentials_{kind}"] == shown
    identifier = f"{kind}@example.com" if kind == "looker_openid" else f"{kind}-id"
    found = admin.get(f"/users/credential/{kind}/{identifier}")
    assert found.json()["id"] == str(user)
    assert instance.as_role("Developer").get(path).status == 404
    assert client.delete(path).status == 403
    assert admin.delete(path).status == 204
    assert admin.delete(path).status == 404


def test_who_a_person_is_to_sites_that_embed(instance: Instance, admin: ApiClient) -> None:
    user = int(admin.post("/users/embed_user", {"external_user_id": "e-1"}).json()["id"])
    path = f"/users/{user}/credentials_embed"
    with instance.services.database.session() as session:
        values = {"user_id": user, "created_at": clock.now()}
        session.add(EmbedCredentials(external_user_id="e-2", **values))
    rows = admin.get(path).json()
    assert [row["external_user_id"] for row in rows] == ["e-1", "e-2"]
    one = f"{path}/{rows[0]['id']}"
    assert admin.get(one).json() == rows[0]
    assert admin.get(f"/users/{me(admin)}/credentials_embed/{rows[0]['id']}").status == 404
    assert admin.get(f"/users/{me(admin)}/credentials_embed").json() == []
    viewer = instance.as_role("Viewer")
    assert viewer.get(path).status == 404
    assert viewer.delete(one).status == 403
    assert admin.delete(one).status == 204
    assert admin.get(one).status == 404
    assert [row["external_user_id"] for row in admin.get(path).json()] == ["e-2"]


# Browsers


def test_browsers_are_listed_and_signed_out(instance: Instance, admin: ApiClient) -> None:
    user = with_password(instance)
    browser = Browser(instance.anonymous)
    browser.sign_in("ada@example.com", PASSWORD)
    client = instance.client_of(user)
    path = f"/users/{user}/sessions"
    (row,) = client.get(path).json()
    assert row["credentials_type"] == "email"
    one = f"{path}/{row['id']}"
    assert admin.get(one).json() == row
    assert admin.get(f"/users/{me(admin)}/sessions/{row['id']}").status == 404
    other = instance.as_role("Developer")
    assert other.get(path).status == 404
    assert other.get(one).status == 404
    assert other.delete(one).status == 403
    assert browser.get("/account").status == 200
    assert client.delete(one).status == 204
    assert browser.get("/account").status == 303
    assert client.delete(one).status == 404
    assert client.get(path).json() == []


def test_taking_the_address_signs_its_browsers_out(instance: Instance, admin: ApiClient) -> None:
    user = with_password(instance)
    browser = Browser(instance.anonymous)
    browser.sign_in("ada@example.com", PASSWORD)
    assert browser.get("/account").status == 200
    assert admin.delete(f"/users/{user}/credentials_email").status == 204
    assert browser.get("/account").status == 303


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "credentials_email"),
        ("POST", "credentials_email/password_reset"),
        ("POST", "credentials_email/send_password_reset"),
        ("GET", "credentials_api3"),
        ("POST", "credentials_api3"),
        ("GET", "credentials_totp"),
        ("POST", "credentials_totp"),
        ("DELETE", "credentials_totp"),
        ("GET", "credentials_embed"),
        ("GET", "sessions"),
        *(("GET", f"credentials_{kind}") for kind in EXTERNAL),
        *(("DELETE", f"credentials_{kind}") for kind in EXTERNAL),
    ],
)
def test_others_learn_nothing(instance: Instance, admin: ApiClient, method: str, path: str) -> None:
    """Not even who there is: the answer is the same for nobody's number."""
    client = instance.as_role("Developer")
    answers = [
        client.request(method, f"/users/{user}/{path}") for user in (me(admin), "999999", "x")
    ]
    assert {answer.status for answer in answers} == {404 if method == "GET" else 403}
    assert len({answer.text for answer in answers}) == 1
    assert instance.anonymous.request(method, f"/users/{me(admin)}/{path}").status == 401
