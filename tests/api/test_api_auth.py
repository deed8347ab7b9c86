"""Logging in, tokens, logging out."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

FORM = {"content-type": "application/x-www-form-urlencoded"}


def login(instance, client_id, secret):
    body = urlencode({"client_id": client_id, "client_secret": secret}).encode()
    return instance.anonymous.post("/login", content=body, headers=FORM)


def test_the_reply_has_exactly_what_clients_build_from(instance) -> None:
    reply = login(instance, *instance.api_key())
    assert reply.status == 200
    assert reply.json().keys() == {"access_token", "token_type", "expires_in"}
    assert reply.json()["token_type"] == "Bearer"
    assert reply.json()["expires_in"] == 3600


def test_login_takes_form_query_string_and_json(instance) -> None:
    client_id, secret = instance.api_key()
    given = {"client_id": client_id, "client_secret": secret}
    assert login(instance, client_id, secret).status == 200
    assert instance.anonymous.post("/login", params=given).status == 200
    assert instance.anonymous.post("/login", given).status == 200
    form = urlencode(given | {"grant_type": "client_credentials"}).encode()
    assert instance.anonymous.post("/login", content=form, headers=FORM).status == 200


@pytest.mark.parametrize("scheme", ["token", "Bearer", "TOKEN", "bearer"])
def test_both_schemes_in_any_case(instance, scheme) -> None:
    token = login(instance, *instance.api_key()).json()["access_token"]
    answer = instance.anonymous.get("/user", headers={"authorization": f"{scheme} {token}"})
    assert answer.status == 200


def test_wrong_credentials_are_not_found_whatever_is_wrong(instance) -> None:
    client_id, secret = instance.api_key()
    wrong = login(instance, client_id, "x" + secret)
    unknown = login(instance, "x" * 20, secret)
    assert wrong.status == unknown.status == 404
    assert wrong.json() == unknown.json()
    assert login(instance, "", "").status == 400


def test_failed_logins_are_throttled_and_others_are_not(make_instance) -> None:
    instance = make_instance(login_attempts=3)
    client_id, _secret = instance.api_key()
    for _ in range(3):
        assert login(instance, client_id, "wrong").status == 404
    refused = login(instance, client_id, "wrong")
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0
    assert login(instance, *instance.api_key()).status == 200


def test_failing_with_a_client_locks_it_out(instance, admin) -> None:
    client_id, secret = instance.api_key()
    for _ in range(4):
        assert login(instance, client_id, "wrong").status == 404
    assert login(instance, client_id, secret).status == 429
    (locked,) = admin.get("/user_login_lockouts").json()
    assert (locked["auth_type"], locked["remote_id"]) == ("api", client_id)
    assert locked["full_name"]
    assert admin.delete(f"/user_login_lockout/{locked['key']}").status == 204
    instance.skip(minutes=1.1)
    assert login(instance, client_id, secret).status == 200
    assert admin.get("/user_login_lockouts").json() == []


def test_a_logged_out_token_is_dead(instance, admin) -> None:
    assert admin.get("/user").status == 200
    assert admin.delete("/logout").status == 204
    assert admin.get("/user").status == 401


def test_logging_out_without_a_version_and_with_doubled_slashes(instance) -> None:
    for path in ("/api/logout", "/api/4.0//logout"):
        client = instance.as_role("Admin")
        assert client.delete(path, outside=True).status == 204
        assert client.get("/user").status == 401


def test_no_token_a_bad_one_and_an_expired_one(make_instance) -> None:
    instance = make_instance(token_lifetime=-1)
    expired = login(instance, *instance.api_key()).json()["access_token"]
    for client in (
        instance.anonymous,
        instance.anonymous.with_token("nonsense"),
        instance.anonymous.with_token(expired),
    ):
        answer = client.get("/user")
        assert answer.status == 401
        assert answer.json()["message"] == "Requires authentication."


def test_secrets_are_not_in_the_database(instance) -> None:
    client_id, secret = instance.api_key()
    token = login(instance, client_id, secret).json()["access_token"]
    data = b"".join(path.read_bytes() for path in instance.settings.home.glob("belvedere.db*"))
    assert client_id.encode() in data
    assert secret.encode() not in data
    assert token.encode() not in data


def test_me_and_the_session(admin) -> None:
    me = admin.get("/user").json()
    assert me["first_name"] == "Test"
    assert "credentials_google" not in me
    assert admin.get("/user", params={"fields": "id,email"}).json().keys() == {"id", "email"}
    assert admin.get("/session").json()["workspace_id"] == "production"
    assert admin.patch("/session", {"workspace_id": "dev"}).json()["workspace_id"] == "dev"
    assert admin.get("/session").json()["workspace_id"] == "dev"
    assert admin.patch("/session", {"workspace_id": "moon"}).status == 422


def test_the_development_workspace_is_for_developers(instance) -> None:
    assert instance.as_role("Viewer").patch("/session", {"workspace_id": "dev"}).status == 404
    assert instance.as_role("Developer").patch("/session", {"workspace_id": "dev"}).status == 200
