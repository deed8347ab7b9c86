"""Every operation on people, called by the unmodified official Python SDK."""

from __future__ import annotations

from collections.abc import Iterator

import looker_sdk
import pytest
from looker_sdk import error, models40 as models

from .conftest import Server
from .noting import Noting, published
from .rows import KINDS, ways_in


@pytest.fixture
def sdk(server: Server) -> Iterator[Noting]:
    client = looker_sdk.init40(str(server.ini))
    yield Noting(client)
    client.auth.logout()


@pytest.fixture
def user(sdk: Noting) -> Iterator[models.User]:
    body = models.WriteUser(first_name="Amanda", last_name="Aardvark", locale="fr")
    made = sdk.create_user(body)
    yield made
    sdk.delete_user(made.id)


def test_every_operation(server: Server, sdk: Noting, user: models.User) -> None:
    assert user.id
    for walk in (people, addresses, keys, second_factor, roles, attribute_values):
        walk(sdk, user.id)
    ways_in(server, user.id)
    elsewhere(sdk, user.id)
    browsers(sdk, user.id)
    accounts(sdk)
    sdk.delete_user(sdk.create_user(models.WriteUser(first_name="Gone")).id)
    assert published("User") - sdk.called == set()


def people(sdk: Noting, user: str) -> None:
    changed = sdk.update_user(user, models.WriteUser(last_name="Zoomify", ui_state={"a": "b"}))
    assert (changed.display_name, changed.locale) == ("Amanda Zoomify", "fr")
    assert sdk.user(user, fields="id,last_name").last_name == "Zoomify"
    assert sdk.me().id != user
    ids = models.DelimSequence([user, sdk.me().id])
    assert len(sdk.all_users(ids=ids)) == 2
    (found,) = sdk.search_users(first_name="AMAN%", is_disabled=False, sorts="last_name desc")
    assert found.id == user
    (found,) = sdk.search_users_names("zoom%", sorts="last_name,first_name")
    assert found.id == user
    with pytest.raises(error.SDKError) as raised:
        sdk.update_user(user, models.WriteUser(locale="../x"))
    assert raised.value.errors[0].field == "locale"


def addresses(sdk: Noting, user: str) -> None:
    body = models.WriteCredentialsEmail(email="amanda@testfoo.com")
    assert sdk.create_user_credentials_email(user, body).email == "amanda@testfoo.com"
    assert sdk.user(user).email == "amanda@testfoo.com"
    with pytest.raises(error.SDKError):
        sdk.create_user_credentials_email(user, body)
    body = models.WriteCredentialsEmail(forced_password_reset_at_next_login=True)
    assert sdk.update_user_credentials_email(user, body).forced_password_reset_at_next_login
    assert sdk.user_credentials_email(user).user_id == user
    (found,) = sdk.search_credentials_email(email="%@TESTFOO.com")
    assert found.user_id == user
    assert sdk.user_for_credential("email", "amanda@testfoo.com").id == user
    reset = sdk.create_user_credentials_email_password_reset(user, expires=False)
    assert "/password/reset/" in reset.account_setup_url
    with pytest.raises(error.SDKError, match="No mail server"):
        sdk.send_user_credentials_email_password_reset(user)
    sdk.update_user(user, models.WriteUser(is_disabled=True))
    gone = sdk.wipeout_user_emails(user, models.UserEmailOnly(email="gone@testfoo.com"))
    assert gone.credentials_email.email == "gone@testfoo.com"
    sdk.update_user(user, models.WriteUser(is_disabled=False))
    sdk.delete_user_credentials_email(user)
    assert sdk.user(user).email is None


def keys(sdk: Noting, user: str) -> None:
    key = sdk.create_user_credentials_api3(user)
    assert key.client_secret
    body = models.WriteCredentialsApi3(purpose="export")
    assert sdk.update_user_credentials_api3(user, key.id, body).purpose == "export"
    assert sdk.user_credentials_api3(user, key.id).client_id == key.client_id
    assert [item.id for item in sdk.all_user_credentials_api3s(user)] == [key.id]
    sdk.delete_user_credentials_api3(user, key.id)
    assert list(sdk.all_user_credentials_api3s(user)) == []


def second_factor(sdk: Noting, user: str) -> None:
    assert sdk.create_user_credentials_totp(user).verified is False
    assert sdk.user_credentials_totp(user).type == "totp"
    sdk.delete_user_credentials_totp(user)
    with pytest.raises(error.SDKError):
        sdk.user_credentials_totp(user)


def roles(sdk: Noting, user: str) -> None:
    given = sdk.set_user_roles(user, ["4"])
    assert [role.name for role in given] == ["Viewer"]
    assert [role.id for role in sdk.user_roles(user, direct_association_only=True)] == ["4"]


def attribute_values(sdk: Noting, user: str) -> None:
    timezone = next(item for item in sdk.all_user_attributes() if item.name == "timezone")
    body = models.WriteUserAttributeWithValue(value="Europe/Rome")
    assert sdk.set_user_attribute_user_value(user, timezone.id, body).source == "User"
    ids = models.DelimSequence([timezone.id])
    (known,) = sdk.user_attribute_user_values(user, user_attribute_ids=ids, all_values=True)
    assert known.value == "Europe/Rome"
    sdk.delete_user_attribute_user_value(user, timezone.id)
    (known,) = sdk.user_attribute_user_values(user, user_attribute_ids=ids, include_unset=True)
    assert known.value is None


def elsewhere(sdk: Noting, user: str) -> None:
    for kind in KINDS:
        assert getattr(sdk, f"user_credentials_{kind}")(user).type == kind
        getattr(sdk, f"delete_user_credentials_{kind}")(user)
        with pytest.raises(error.SDKError):
            getattr(sdk, f"user_credentials_{kind}")(user)


def browsers(sdk: Noting, user: str) -> None:
    (row,) = sdk.all_user_sessions(user)
    assert sdk.user_session(user, row.id).browser == "Firefox"
    sdk.delete_user_session(user, row.id)
    assert list(sdk.all_user_sessions(user)) == []


def accounts(sdk: Noting) -> None:
    body = models.WriteServiceAccount(service_account_name="nightly")
    account = sdk.create_service_account(body)
    assert account.is_service_account
    body = models.WriteServiceAccount(service_account_name="hourly")
    assert sdk.update_service_account(account.id, body).service_account_name == "hourly"
    sdk.delete_service_account(account.id)
    request = models.CreateEmbedUserRequest(external_user_id="site-1")
    embedded = sdk.create_embed_user(request)
    assert sdk.create_embed_user(request).id == embedded.id
    (row,) = sdk.all_user_credentials_embeds(embedded.id)
    assert sdk.user_credentials_embed(embedded.id, row.id).external_user_id == "site-1"
    sdk.delete_user_credentials_embed(embedded.id, row.id)
    sdk.delete_user(embedded.id)
