"""Behind proxies: whose word counts on where a request comes from."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.browser import Browser
from tests.api.conftest import Instance

from belvedere.api.proxies import Caller, Proxies
from belvedere.settings import SettingsError

LOOPBACK = "127.0.0.0/8,::1"
INSIDE = f"{LOOPBACK},10.0.0.0/8"


def _caller(trusted: str, client: str | None, *told: str, scheme: str = "http", **more: str) -> Any:
    headers = [(b"x-forwarded-for", text.encode()) for text in told]
    headers += [(f"x-{k.replace('_', '-')}".encode(), v.encode()) for k, v in more.items()]
    place = (client, 1) if client is not None else None
    return Proxies(trusted).caller({"client": place, "scheme": scheme, "headers": headers})


@pytest.mark.parametrize(
    ("trusted", "client", "told", "found"),
    [
        (LOOPBACK, "127.0.0.1", (), "127.0.0.1"),
        (LOOPBACK, "127.0.0.1", ("192.0.2.7",), "192.0.2.7"),
        (LOOPBACK, "127.0.0.1", ("1.1.1.1, 192.0.2.7",), "192.0.2.7"),
        (LOOPBACK, "127.0.0.1", ("1.1.1.1", "192.0.2.7"), "192.0.2.7"),
        (LOOPBACK, "192.0.2.9", ("1.1.1.1",), "192.0.2.9"),
        ("", "127.0.0.1", ("1.1.1.1",), "127.0.0.1"),
        (LOOPBACK, "127.0.0.1", ("1.1.1.1, 10.0.0.5",), "10.0.0.5"),
        (INSIDE, "127.0.0.1", ("9.9.9.9, 1.1.1.1, 10.0.0.5, 10.0.0.6",), "1.1.1.1"),
        (INSIDE, "10.0.0.6", ("10.0.0.4, 10.0.0.5",), "10.0.0.4"),
        (INSIDE, "::ffff:10.0.0.6", ("1.1.1.1",), "1.1.1.1"),
        (INSIDE, "10.0.0.6", ("1.1.1.1, ::ffff:10.0.0.5",), "1.1.1.1"),
        (LOOPBACK, "::1", ("1.1.1.1, [2001:db8::7]:4711",), "2001:db8::7"),
        (LOOPBACK, "127.0.0.1", ("1.1.1.1, 192.0.2.7:4711",), "192.0.2.7"),
        (LOOPBACK, "127.0.0.1", ("1.1.1.1, unknown",), "127.0.0.1"),
        (LOOPBACK, "127.0.0.1", ("1.1.1.1, 127.0.0.1.evil.example",), "127.0.0.1"),
        (LOOPBACK, "127.0.0.1", (" , ",), "127.0.0.1"),
        (LOOPBACK, None, ("1.1.1.1",), ""),
    ],
)
def test_the_rightmost_address_that_is_no_proxy(
    trusted: str, client: str | None, told: tuple[str, ...], found: str
) -> None:
    assert _caller(trusted, client, *told) == Caller(found, is_secure=False)


@pytest.mark.parametrize(
    ("client", "scheme", "told", "secure"),
    [
        ("127.0.0.1", "http", "https", True),
        ("127.0.0.1", "https", "http", False),
        ("127.0.0.1", "http", "HTTPS, http", True),
        ("192.0.2.9", "http", "https", False),
        ("192.0.2.9", "https", "http", True),
    ],
)
def test_whether_it_was_encrypted(client: str, scheme: str, told: str, secure: bool) -> None:
    assert _caller(LOOPBACK, client, scheme=scheme, forwarded_proto=told).is_secure is secure


@pytest.mark.parametrize("text", ["nonsense", "10.0.0.0/99", "10.0.0.1/8", "*"])
def test_networks_that_are_none(make_instance: Any, text: str) -> None:
    with pytest.raises(SettingsError, match="trusted_proxies"):
        make_instance(trusted_proxies=text)


def _guess(instance: Instance, **headers: str) -> int:
    key, given = instance.api_key()[0], headers
    content = f"client_id={key}&client_secret=wrong".encode()
    statuses = [
        instance.anonymous.request(
            "POST",
            "/login",
            content=content,
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "x-forwarded-for": f"9.9.9.{number}, {given['via']}",
            },
        ).status
        for number in range(5)
    ]
    assert statuses[:4] == [404] * 4
    return statuses[4]


def test_invented_addresses_do_not_help_who_guesses(make_instance: Any) -> None:
    instance = make_instance()
    assert _guess(instance, via="192.0.2.7") == 429
    found = instance.as_role("Admin").get("/user_login_lockouts/search").json()
    assert [row["ip"] for row in found] == ["192.0.2.7"]


def test_proxies_can_be_named(make_instance: Any) -> None:
    instance = make_instance(trusted_proxies=INSIDE)
    assert _guess(instance, via="192.0.2.7, 10.1.2.3") == 429
    found = instance.as_role("Admin").get("/user_login_lockouts/search").json()
    assert [row["ip"] for row in found] == ["192.0.2.7"]


def test_cookies_and_forms_where_a_proxy_encrypts(instance: Instance) -> None:
    browser = Browser(instance.anonymous)
    secure = {"x-forwarded-proto": "https", "host": "bi.example"}
    page = browser.get("/login", **secure)
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "; Secure" in cookie
    form = {"csrf": next(iter(browser.cookies.values())), "email": "a@b.c", "password": "x"}
    assert browser.post("/login", form, **secure, origin="https://bi.example").status == 401
    assert browser.post("/login", form, **secure, origin="http://bi.example").status == 403
