"""Signing in with a password: pages, sessions, lockouts, second factors, new passwords."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import select
from tests.api.browser import Browser, hidden
from tests.api.client import ApiClient
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.accounts import passwords, signing_in, totp, users
from belvedere.accounts.tables import AuditEvent, User, WebSession

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(instance: Instance) -> int:
    with instance.services.database.session() as session:
        user = users.create(
            session,
            clock.now(),
            email="ada@example.com",
            first_name="Ada",
            password_hash=passwords.hashed(PASSWORD),
        )
        return user.id


@pytest.fixture
def browser(instance: Instance) -> Browser:
    return Browser(instance.anonymous)


def test_in_and_out(browser: Browser, ada: int) -> None:
    assert browser.get("/account").headers["location"].startswith("/login")
    inside = browser.sign_in("ADA@example.com", PASSWORD, "/account")
    assert (inside.status, inside.headers["location"]) == (303, "/account")
    lines = inside.headers["set-cookie"].splitlines()
    assert all("HttpOnly" in line and "SameSite=Lax" in line for line in lines)
    page = browser.get("/account")
    assert "ada@example.com" in page.text
    assert page.headers["x-frame-options"] == "DENY"
    cookies = dict(browser.cookies)
    assert browser.post("/logout", hidden(page)).status == 303
    browser.cookies = cookies
    assert browser.get("/account").status == 303


def test_what_is_wrong_is_not_told(browser: Browser, ada: int) -> None:
    pages = [
        browser.sign_in(email, password)
        for email, password in (("ada@example.com", "wrong"), ("nobody@example.com", PASSWORD))
    ]
    assert [page.status for page in pages] == [401, 401]
    told = {page.text[page.text.index('role="alert"') :][:90] for page in pages}
    assert len(told) == 1
    assert PASSWORD not in pages[1].text


def test_whoever_it_is_a_password_is_checked(
    instance: Instance, browser: Browser, ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That takes long: whoever measures it must not learn who is here, or has no password."""
    checked: list[str] = []
    real = passwords.matches

    def matches(password: str, stored: str) -> bool:
        checked.append(stored)
        return real(password, stored)

    monkeypatch.setattr(passwords, "matches", matches)
    instance.user("Viewer", "Invited")
    with instance.services.database.reading() as session:
        invited = session.scalar(select(User.email).where(User.last_name == "Invited"))
    for email in ("ada@example.com", "nobody@example.com", str(invited)):
        assert browser.sign_in(email, "wrong").status == 401
    assert len(checked) == len(set(checked)) + 1 == 3  # one and the same for both that have none


def test_forms_come_from_our_own_pages(browser: Browser, ada: int) -> None:
    form = {"email": "ada@example.com", "password": PASSWORD}
    assert browser.post("/login", form).status == 403
    page = hidden(browser.get("/login"))
    assert browser.post("/login", page | form, origin="https://evil.example").status == 403
    assert browser.post("/login", page | form | {"csrf": "x" * 40}).status == 403
    assert browser.get("/account").status == 303


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere(browser: Browser, ada: int, address: str) -> None:
    assert browser.sign_in("ada@example.com", PASSWORD, address).headers["location"] == "/"


def test_a_session_of_before_means_nothing_after(
    instance: Instance, browser: Browser, ada: int
) -> None:
    browser.cookies["belvedere_session"] = "a" * 40
    browser.sign_in("ada@example.com", PASSWORD)
    assert browser.cookies["belvedere_session"] != "a" * 40
    first = browser.cookies["belvedere_session"]
    page = browser.get("/account")
    browser.post("/login", hidden(page) | {"email": "ada@example.com", "password": PASSWORD})
    assert browser.cookies["belvedere_session"] != first
    old = Browser(instance.anonymous)
    old.cookies["belvedere_session"] = first
    assert old.get("/account").status == 303


def test_four_failures_lock_out_for_five_minutes(
    instance: Instance, admin: ApiClient, browser: Browser, ada: int
) -> None:
    for _ in range(4):
        assert browser.sign_in("ada@example.com", "wrong").status == 401
    assert browser.sign_in("ada@example.com", PASSWORD).status == 429
    locked = admin.get("/user_login_lockouts").json()
    assert [(row["auth_type"], row["email"], row["fail_count"]) for row in locked] == [
        ("email", "ada@example.com", 4)
    ]
    assert admin.get("/user_login_lockouts/search", params={"email": "ADA%"}).json() == locked
    assert admin.delete(f"/user_login_lockout/{locked[0]['key']}").status == 204
    assert admin.delete(f"/user_login_lockout/{locked[0]['key']}").status == 404
    assert browser.sign_in("ada@example.com", PASSWORD).status == 303
    for _ in range(4):
        Browser(instance.anonymous).sign_in("ada@example.com", "wrong")
    instance.skip(minutes=5.1)
    assert Browser(instance.anonymous).sign_in("ada@example.com", PASSWORD).status == 303


def test_a_second_factor(instance: Instance, browser: Browser, ada: int) -> None:
    vault = instance.services.vault
    with instance.services.database.session() as session:
        row = totp.enrolled(vault, ada, clock.now())
        session.add(row)
        secret = vault.decrypt(row.sealed_secret, totp.CONTEXT)
    page = browser.sign_in("ada@example.com", PASSWORD)
    assert secret in page.text
    assert browser.get("/account").status == 303
    code = pyotp.TOTP(secret).at(clock.now())
    wrong = browser.post("/login/totp", hidden(page) | {"code": "000000"})
    assert wrong.status == 401
    recovery = browser.post("/login/totp", hidden(wrong) | {"code": code})
    assert recovery.status == 200
    assert browser.get("/account").status == 200
    spare = recovery.text.split("<code>")[1].split("</code>")[0]
    other = Browser(instance.anonymous)
    again = other.sign_in("ada@example.com", PASSWORD)
    assert secret not in again.text
    assert other.post("/login/totp", hidden(again) | {"code": code}).status == 401
    assert other.post("/login/totp", hidden(again) | {"code": spare}).status == 303
    third = Browser(instance.anonymous)
    page = third.sign_in("ada@example.com", PASSWORD)
    assert third.post("/login/totp", hidden(page) | {"code": spare}).status == 401


def test_new_passwords_end_what_the_old_one_began(
    instance: Instance, admin: ApiClient, browser: Browser, ada: int
) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    with instance.services.database.session() as session:
        row = users.get(session, ada).email_credentials
        assert row is not None
        token = signing_in.begin_reset(instance.services.vault, row, clock.now())
    other = Browser(instance.anonymous)
    page = other.get(f"/password/reset/{token}")
    assert "at least 10 characters" in page.text
    for first, second in (("short", "short"), ("long enough now", "other words here")):
        refused = other.post(
            f"/password/reset/{token}", hidden(page) | {"password": first, "again": second}
        )
        assert refused.status == 422
    form = hidden(page) | {"password": "another long one", "again": "another long one"}
    assert other.post(f"/password/reset/{token}", form).status == 200
    assert other.get(f"/password/reset/{token}").status == 404
    assert browser.get("/account").status == 303
    assert browser.sign_in("ada@example.com", PASSWORD).status == 401
    assert browser.sign_in("ada@example.com", "another long one").status == 303


def test_links_for_new_passwords_grow_old(instance: Instance, browser: Browser, ada: int) -> None:
    with instance.services.database.session() as session:
        row = users.get(session, ada).email_credentials
        assert row is not None
        token = signing_in.begin_reset(instance.services.vault, row, clock.now())
    instance.skip(minutes=61)
    assert browser.get(f"/password/reset/{token}").status == 404


def test_everybody_can_be_made_to_choose_anew(admin: ApiClient, browser: Browser, ada: int) -> None:
    path = "/password_config/force_password_reset_at_next_login_for_all_users"
    assert admin.put(path).status == 200
    page = browser.sign_in("ada@example.com", PASSWORD, "/account")
    assert page.status == 200
    assert browser.get("/account").status == 303
    form = {"password": "another long one", "again": "another long one"}
    arrived = browser.post("/login/password", hidden(page) | form)
    assert (arrived.status, arrived.headers["location"]) == (303, "/account")
    assert browser.get("/account").status == 200


def test_rules_for_passwords_and_sessions(instance: Instance, admin: ApiClient) -> None:
    assert admin.get("/password_config").json()["min_length"] == 10
    assert admin.patch("/password_config", {"min_length": 5}).status == 422
    changed = admin.patch("/password_config", {"min_length": 12, "require_numeric": True}).json()
    assert (changed["min_length"], changed["require_numeric"]) == (12, True)
    assert changed["policy_enabled_at"]
    assert admin.patch("/session_config", {"session_minutes": 1}).status == 422
    idle = admin.patch(
        "/session_config", {"use_inactivity_based_logout": True, "session_minutes": 40_000}
    )
    assert idle.json()["allow_persistent_sessions"] is False
    assert idle.json()["session_minutes"] == 1440
    viewer = instance.as_role("Viewer")
    assert viewer.get("/password_config").status == 404
    assert viewer.patch("/session_config", {}).status == 404


def test_sessions_end(instance: Instance, admin: ApiClient, browser: Browser, ada: int) -> None:
    admin.patch("/session_config", {"use_inactivity_based_logout": True, "session_minutes": 60})
    browser.sign_in("ada@example.com", PASSWORD)
    instance.skip(minutes=14)
    assert browser.get("/account").status == 200
    instance.skip(minutes=14)
    assert browser.get("/account").status == 200
    instance.skip(minutes=16)
    assert browser.get("/account").status == 303


def test_sign_ins_are_recorded_and_cookies_are_not_stored(
    instance: Instance, browser: Browser, ada: int
) -> None:
    browser.sign_in("ada@example.com", "wrong")
    browser.sign_in("ada@example.com", PASSWORD)
    with instance.services.database.reading() as session:
        events = [event.name for event in session.scalars(select(AuditEvent))]
        stored = session.scalars(select(WebSession)).one()
    assert events[-2:] == ["login_failed", "login"]
    assert stored.digest != browser.cookies["belvedere_session"]
