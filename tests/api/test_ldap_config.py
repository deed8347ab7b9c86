"""Configuring the directory that people sign in with, and trying that out against a real slapd."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.browser import Browser
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.directory_server import (
    ACCOUNT,
    PASSWORD,
    DirectoryServer,
    person_dn,
    running_directory,
)

from belvedere.instance.tables import Configuration


@pytest.fixture(scope="module")
def directory() -> Iterator[DirectoryServer]:
    with running_directory() as server:
        yield server


@pytest.fixture
def browser(instance: Instance) -> Browser:
    return Browser(instance.anonymous)


def _enable(admin: ApiClient, directory: DirectoryServer) -> dict[str, Any]:
    answer = admin.patch("/ldap_config", {**directory.config(), "enabled": True})
    assert answer.status == 200, answer.text
    return answer.json()


def _test(admin: ApiClient, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = admin.put(f"/ldap_config/test_{kind}", body)
    assert answer.status == 200, answer.text
    return answer.json()


def test_the_password_is_kept_and_never_shown(
    instance: Instance, admin: ApiClient, directory: DirectoryServer
) -> None:
    assert admin.get("/ldap_config").json()["has_auth_password"] is False
    shown = _enable(admin, directory)
    assert shown["has_auth_password"] is True
    assert "auth_password" not in shown
    assert "the account's own" not in admin.get("/ldap_config").text
    moved = admin.patch("/ldap_config", {"connection_host": "ldap.evil.example"})
    assert moved.status == 422
    assert moved.json()["errors"][0]["field"] == "auth_password"
    body = {"connection_host": "localhost", "connection_port": str(directory.port)}
    body["auth_username"] = ACCOUNT
    assert admin.put("/ldap_config/test_auth", body).status == 422
    with instance.services.database.reading() as session:
        row = session.get(Configuration, "ldap_config")
        assert "the account's own" not in f"{row.value} {row.secrets}"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"enabled": True}, "connection_host"),
        ({"connection_port": "70000"}, "connection_port"),
        ({"connection_host": "a b"}, "connection_host"),
        ({"user_custom_filter": "(uid=*"}, "user_custom_filter"),
        ({"user_custom_filter": "(&(a=b)(c=d)))"}, "user_custom_filter"),
        ({"groups_finder_type": "telepathy"}, "groups_finder_type"),
        ({"default_new_user_role_ids": ["999"]}, "default_new_user_role_ids"),
        ({"groups_with_role_ids": [{"role_ids": []}]}, "groups_with_role_ids[0].name"),
        (
            {"groups_with_role_ids": [{"name": "a", "role_ids": ["x"]}]},
            "groups_with_role_ids[0].role_ids",
        ),
        ({"groups_with_role_ids": [{"name": "a"}, {"name": "A"}]}, "groups_with_role_ids[1]"),
        (
            {"groups_with_role_ids": [{"name": "a", "looker_group_name": "All Users"}]},
            "groups_with_role_ids[0].looker_group_name",
        ),
        (
            {"user_attributes_with_ids": [{"name": "a", "user_attribute_ids": ["999"]}]},
            "user_attributes_with_ids[0].user_attribute_ids",
        ),
        ({"auth_username": "a\0b"}, "auth_username"),
    ],
)
def test_bad_configurations_change_nothing(
    admin: ApiClient, body: dict[str, Any], field: str
) -> None:
    before = admin.get("/ldap_config").json()
    groups = admin.get("/groups").json()
    answer = admin.patch("/ldap_config", body)
    assert answer.status == 422
    assert field in [item["field"] for item in answer.json()["errors"]]
    assert admin.get("/ldap_config").json() == before
    assert admin.get("/groups").json() == groups


def test_only_administrators(instance: Instance) -> None:
    other = instance.as_role("Developer")
    assert other.get("/ldap_config").status == 404
    assert other.patch("/ldap_config", {"enabled": False}).status == 403
    for kind in ("connection", "auth", "user_info", "user_auth"):
        assert other.put(f"/ldap_config/test_{kind}", {}).status == 403


def test_trials_ask_the_directory(admin: ApiClient, directory: DirectoryServer) -> None:
    before = admin.get("/ldap_config").json()
    place = {"connection_host": "127.0.0.1", "connection_port": str(directory.port)}
    found = _test(admin, "connection", place)
    assert found["status"] == "success"
    assert [item["severity"] for item in found["issues"]] == ["Warning"]
    account = place | {"auth_username": ACCOUNT, "auth_password": "the account's own"}
    assert _test(admin, "auth", account)["status"] == "success"
    wrong = _test(admin, "auth", account | {"auth_password": "no"})
    assert wrong["status"] == "error"
    assert "invalid credentials" in wrong["details"]
    whole = directory.config(test_ldap_user="ada")
    info = _test(admin, "user_info", whole)
    assert info["user"]["ldap_dn"] == person_dn("ada")
    assert info["user"]["email"] == "ada@example.com"
    assert "admins" in info["user"]["groups"]
    assert PASSWORD not in str(info)
    assert _test(admin, "user_info", whole | {"test_ldap_user": "nobody"})["status"] == "error"
    signed = _test(admin, "user_auth", whole | {"test_ldap_password": PASSWORD})
    assert signed["status"] == "success"
    refused = _test(admin, "user_auth", whole | {"test_ldap_password": "no"})
    assert (refused["status"], "user" in refused) == ("error", False)
    assert admin.put("/ldap_config/test_user_auth", whole).status == 422
    assert admin.get("/ldap_config").json() == before


def test_a_custom_filter_narrows(admin: ApiClient, directory: DirectoryServer) -> None:
    for clause, status in (
        ("(|(departmentNumber=7)(!(mail=*)))", "success"),
        ("departmentNumber=8", "error"),
        (
            "(&(uid=a*a)(createTimestamp>=20000101000000Z)(sn~=Lovelace)(cn:caseIgnoreMatch:=ada lovelace))",
            "success",
        ),
        (r"(cn=Ada\20Lovelace)", "success"),
    ):
        body = directory.config(user_custom_filter=clause, test_ldap_user="ada")
        assert _test(admin, "user_info", body)["status"] == status, clause


def test_tls_is_checked(
    admin: ApiClient, directory: DirectoryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = {"connection_host": "127.0.0.1", "connection_port": str(directory.tls_port)}
    place |= {"connection_tls": True}
    unknown = _test(admin, "connection", place)
    assert unknown["status"] == "error"
    assert "certificate" in unknown["details"]
    unchecked = _test(admin, "connection", place | {"connection_tls_no_verify": True})
    assert (unchecked["status"], len(unchecked["issues"])) == ("success", 1)
    monkeypatch.setenv("SSL_CERT_FILE", str(directory.certificate))
    trusted = _test(admin, "connection", place)
    assert (trusted["status"], trusted["issues"]) == ("success", [])
    plain = place | {"connection_port": str(directory.port)}
    assert _test(admin, "connection", plain)["status"] == "error"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x80" + b"x" * 50,
        b"\x30\x03\x02\x01\x01",
    ],
)
def test_what_speaks_no_ldap(admin: ApiClient, browser: Browser, said: bytes) -> None:
    with Speaking(said) as port:
        place = {"connection_host": "127.0.0.1", "connection_port": str(port)}
        found = _test(admin, "connection", place)
    assert found["status"] == "error"
    assert "HTTP" not in str(found)


def test_a_directory_that_is_away_locks_nobody_out(
    admin: ApiClient, browser: Browser, directory: DirectoryServer, free_port: int
) -> None:
    _enable(admin, directory)
    admin.patch("/ldap_config", {"connection_port": str(free_port)})
    for _ in range(5):
        assert browser.sign_in("ada", PASSWORD).status == 502
    admin.patch("/ldap_config", {"connection_port": str(directory.port)})
    assert browser.sign_in("ada", PASSWORD).status == 303


class Speaking:
    """A port where something says the same to everybody."""

    def __init__(self, said: bytes) -> None:
        self._said = said
        self._server = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return int(self._server.getsockname()[1])

    def _serve(self) -> None:
        while True:
            try:
                other, _ = self._server.accept()
            except OSError:
                return
            with other:
                other.recv(1000)
                other.sendall(self._said)

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
