"""Logging in, acting as another, rules and apps, called by the official Python SDK."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import looker_sdk
import pytest
from looker_sdk import error, models40 as models
from tests.api.directory_server import PASSWORD, running_directory

from .conftest import Server
from .noting import PARTS_OF_AUTH, Noting, of_auth, published


@pytest.fixture
def sdk(server: Server) -> Iterator[Noting]:
    client = looker_sdk.init40(str(server.ini))
    yield Noting(client)
    client.auth.logout()


@pytest.fixture
def user(sdk: Noting) -> Iterator[str]:
    made = sdk.create_user(models.WriteUser(first_name="Ida", last_name="Rhodes"))
    yield made.id
    sdk.delete_user(made.id)


def whoami(server: Server, token: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.get(f"{server.url}/api/4.0/user", headers=headers)


def test_logging_in_and_acting_as_another(server: Server, sdk: Noting, user: str) -> None:
    token = sdk.login(client_id=server.client_id, client_secret=server.client_secret)
    assert (token.token_type, token.expires_in) == ("Bearer", 3600)
    assert whoami(server, token.access_token).json()["id"] == sdk.me().id
    with pytest.warns(UserWarning, match="login_user behavior changed"):
        acting = sdk.login_user(user).access_token
    assert whoami(server, acting).json()["id"] == user
    me = sdk.me().id
    sdk.auth.login_user(int(user))
    assert sdk.me().id == user
    assert sdk.session().sudo_user_id == me
    with pytest.raises(error.SDKError):
        sdk.create_group(models.WriteGroup(name="not allowed"))
    sdk.auth.logout()
    assert sdk.me().id == me
    assert sdk.update_session(models.WriteApiSession(workspace_id="dev")).workspace_id == "dev"
    sdk.update_session(models.WriteApiSession(workspace_id="production"))
    assert published("Session") - sdk.called == set()
    assert published("ApiAuth") - sdk.called == {"logout"}


def test_logging_out(server: Server) -> None:
    client = looker_sdk.init40(str(server.ini))
    assert client.me().id
    token = client.auth.token.access_token
    assert whoami(server, token).status_code == 200
    client.logout()
    assert whoami(server, token).status_code == 401


def test_rules(sdk: Noting) -> None:
    passwords, sessions = sdk.password_config(), sdk.session_config()
    stricter = models.WritePasswordConfig(min_length=(passwords.min_length or 0) + 5)
    assert sdk.update_password_config(stricter).min_length == stricter.min_length
    assert sdk.password_config().min_length == stricter.min_length
    sdk.update_password_config(models.WritePasswordConfig(min_length=passwords.min_length))
    shorter = models.WriteSessionConfig(session_minutes=90)
    assert sdk.update_session_config(shorter).session_minutes == 90
    assert sdk.session_config().session_minutes == 90
    before = models.WriteSessionConfig(session_minutes=sessions.session_minutes)
    assert sdk.update_session_config(before).session_minutes == sessions.session_minutes
    with pytest.raises(error.SDKError):
        sdk.update_password_config(models.WritePasswordConfig(min_length=-1))
    assert sdk.password_config().min_length == passwords.min_length
    assert of_auth("rules") - of_auth("passwords") <= sdk.called


def test_everybody_chooses_a_new_password(sdk: Noting, user: str) -> None:
    def forced() -> list[str]:
        found = sdk.search_credentials_email(fields="user_id,forced_password_reset_at_next_login")
        return [row.user_id for row in found if row.forced_password_reset_at_next_login]

    sdk.create_user_credentials_email(user, models.WriteCredentialsEmail(email="ida@testfoo.com"))
    assert user not in forced()
    sdk.force_password_reset_at_next_login_for_all_users()
    everybody = forced()
    undo = models.WriteCredentialsEmail(forced_password_reset_at_next_login=False)
    for other in everybody:
        sdk.update_user_credentials_email(other, undo)
    assert {user, sdk.me().id} <= set(everybody)
    assert forced() == []
    assert of_auth("passwords") <= sdk.called


def test_lockouts(server: Server, sdk: Noting, user: str) -> None:
    key = sdk.create_user_credentials_api3(user)
    for _ in range(4):
        with pytest.raises(error.SDKError):
            sdk.login(client_id=key.client_id, client_secret="wrong")
    (locked,) = sdk.search_user_login_lockouts(remote_id=key.client_id)
    assert (locked.auth_type, locked.user_id, locked.fail_count) == ("api", user, 4)
    assert locked.key in {row.key for row in sdk.all_user_login_lockouts()}
    sdk.delete_user_login_lockout(locked.key)
    assert list(sdk.search_user_login_lockouts(remote_id=key.client_id)) == []
    with pytest.raises(error.SDKError, match="Not found"):
        sdk.delete_user_login_lockout(locked.key)
    assert of_auth("lockouts") <= sdk.called


def test_apps(sdk: Noting, user: str) -> None:
    body = models.WriteOauthClientApp(
        redirect_uri="https://app.example/back",
        display_name="Charts",
        description="Draws charts",
        enabled=True,
    )
    assert sdk.register_oauth_client_app("sdk-app", body).client_guid == "sdk-app"
    assert "sdk-app" in {app.client_guid for app in sdk.all_oauth_client_apps()}
    with pytest.raises(error.SDKError):
        sdk.register_oauth_client_app("sdk-app", body)
    body.display_name = "Maps"
    assert sdk.update_oauth_client_app("sdk-app", body).display_name == "Maps"
    sdk.activate_app_user("sdk-app", user)
    assert [item.id for item in sdk.oauth_client_app("sdk-app").activated_users] == [user]
    sdk.deactivate_app_user("sdk-app", user)
    app = sdk.oauth_client_app("sdk-app")
    assert list(app.activated_users) == []
    sdk.invalidate_tokens("sdk-app")
    assert sdk.oauth_client_app("sdk-app").tokens_invalid_before > app.tokens_invalid_before
    sdk.delete_oauth_client_app("sdk-app")
    with pytest.raises(error.SDKError, match="Not found"):
        sdk.oauth_client_app("sdk-app")
    assert of_auth("apps") <= sdk.called


def test_no_part_is_left_out() -> None:
    assert set().union(*map(of_auth, PARTS_OF_AUTH)) == published("Auth")


def test_a_directory_is_tried(sdk: Noting) -> None:
    with running_directory() as directory:
        body = models.WriteLDAPConfig(**directory.config(test_ldap_user="ada"))
        assert sdk.test_ldap_config_connection(body).status == "success"
        assert sdk.test_ldap_config_auth(body).status == "success"
        found = sdk.test_ldap_config_user_info(body)
        assert (found.status, found.user.email) == ("success", "ada@example.com")
        body.test_ldap_password = PASSWORD
        assert sdk.test_ldap_config_user_auth(body).user.first_name == "Ada"
        body.test_ldap_password = "wrong"
        refused = sdk.test_ldap_config_user_auth(body)
        assert (refused.status, refused.user) == ("error", None)
    assert sdk.ldap_config().enabled is False
