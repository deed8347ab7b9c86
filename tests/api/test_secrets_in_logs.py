"""What lets its bearer in is never written down, however a session goes."""

from __future__ import annotations

import logging

import pytest
from tests.api.browser import Browser
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_oauth import PASSWORD, App


def test_a_whole_session(
    instance: Instance, admin: ApiClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key, secret = instance.api_key()
    given = {"client_id": key, "client_secret": secret}
    token = instance.anonymous.post("/login", params=given).json()["access_token"]
    instance.anonymous.post("/login", params=given | {"client_secret": "wrong secret"})
    client = instance.anonymous.with_token(token)
    client.get("/user")
    client.with_token("no token of ours").get("/user")
    app = App(instance, admin)
    code = app.code()
    grant = app.redeem(code).json()
    app.refreshed(grant)
    app.redeem(code)
    reset = admin.post(f"/users/{app.user}/credentials_email/password_reset").json()
    link = "/" + reset["password_reset_url"].split("/", 3)[3]
    app.browser.get(link)
    Browser(instance.anonymous).sign_in("ada@example.com", "a wrong password")
    query = admin.post("/queries", {"model": "thelook", "view": "orders", "fields": ["orders.id"]})
    look = {"title": "shown", "query_id": query.json()["id"], "folder_id": "1", "public": True}
    public = admin.post("/looks", look).json()["public_slug"]
    assert instance.anonymous.get(f"/looks/{public}.json", outside=True).status == 200
    database = {"name": "d", "dialect_name": "postgres", "host": "127.0.0.1", "port": "1"}
    admin.post("/connections", database | {"username": "u", "password": "word of a database"})
    admin.put("/connections/d/test", params={"tests": "connect"})
    admin.delete("/embed/cookieless_session/eyJhbGci.eyJzdWIi.of-a-session")
    written = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    assert "/api/4.0/login" in written
    secrets = [secret, "wrong secret", token, "no token of ours", PASSWORD, "a wrong password"]
    secrets += [code, app.verifier, grant["access_token"], grant["refresh_token"]]
    secrets += [link.rpartition("/")[2], public, "word of a database", "of-a-session"]
    secrets += [value for value in app.browser.cookies.values() if value]
    assert [item for item in secrets if item in written] == []
