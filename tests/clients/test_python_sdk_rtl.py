"""What the Python SDK does beside calling operations: what it sends and how it reads answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import looker_sdk
import pytest
from looker_sdk import error, models40 as models
from looker_sdk.rtl.model import EXPLICIT_NULL

from .conftest import Server


@pytest.fixture
def sdk(server: Server) -> Iterator[Any]:
    client = looker_sdk.init40(str(server.ini))
    yield client
    client.auth.logout()


@pytest.fixture
def user(sdk: Any) -> Iterator[models.User]:
    body = models.WriteUser(first_name="Rita", last_name="Levi", locale="fr", home_folder_id="1")
    made = sdk.create_user(body)
    yield made
    sdk.delete_user(made.id)


def test_what_is_left_out_stays_and_what_is_null_goes(sdk: Any, user: models.User) -> None:
    kept = sdk.update_user(user.id, models.WriteUser(first_name="Rosa", last_name=None))
    assert (kept.first_name, kept.last_name, kept.locale) == ("Rosa", "Levi", "fr")
    gone = sdk.update_user(user.id, models.WriteUser(last_name=EXPLICIT_NULL))
    assert (gone.first_name, gone.last_name) == ("Rosa", "")
    plain = sdk.update_user(user.id, {"first_name": None})
    assert (plain.first_name, plain.last_name) == ("", "")


def test_times_travel_there_and_back(sdk: Any) -> None:
    begin = datetime(2041, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)
    theme = sdk.create_theme(models.WriteTheme(name="Rtl_Times", begin_at=begin))
    assert sdk.theme(theme.id).begin_at == begin
    minute = begin.replace(minute=6)  # in an address the SDK leaves out the seconds
    assert sdk.theme_or_default("Rtl_Times", ts=minute).id == theme.id
    cleared = sdk.update_theme(theme.id, {"begin_at": None})
    assert cleared.begin_at is None
    sdk.delete_theme(theme.id)


def test_lists_in_addresses(sdk: Any, user: models.User) -> None:
    ids = models.DelimSequence([user.id, sdk.me().id])
    assert {found.id for found in sdk.all_users(ids=ids)} == set(ids)
    found = sdk.search_users(first_name="Rita", fields="id,last_name", limit=1, offset=0)
    assert [(one.id, one.last_name, one.first_name) for one in found] == [(user.id, "Levi", None)]
    assert sdk.search_users(id=f"{user.id},{user.id}", is_disabled=False)[0].id == user.id


def test_names_that_addresses_have_to_encode(sdk: Any) -> None:
    group = sdk.create_group(models.WriteGroup(name="A/b c?&%ü"))
    assert [found.id for found in sdk.search_groups(name="a/b c?&%ü")] == [group.id]
    sdk.delete_group(group.id)
    with pytest.raises(error.SDKError, match="Not found"):
        sdk.lookml_model_explore("the/look", "no such?")


def test_words_that_python_keeps_for_itself(sdk: Any) -> None:
    explore = sdk.lookml_model_explore("thelook", "order_items", fields="joins")
    joins = {join.name: join for join in explore.joins}
    assert joins["users"].relationship == "many_to_one"
    assert all(hasattr(join, "from_") for join in joins.values())


def test_refusals_tell_all_and_ask_nobody_else(sdk: Any) -> None:
    with pytest.raises(error.SDKError) as raised:
        sdk.create_user_attribute(models.WriteUserAttribute(name="a b", label="", type="shape"))
    refusal = raised.value
    assert {problem.field for problem in refusal.errors} >= {"name", "label", "type"}
    for told in (refusal, *refusal.errors):
        assert told.message
        assert told.documentation_url.startswith("http")
        assert (told.error_doc_url, told.error_doc) == ("", "")


def test_a_session_by_the_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch, sdk: Any
) -> None:
    values = {"BASE_URL": server.url, "CLIENT_ID": server.client_id, "VERIFY_SSL": "false"}
    values |= {"CLIENT_SECRET": server.client_secret, "TIMEOUT": "60"}
    for name, value in values.items():
        monkeypatch.setenv(f"LOOKERSDK_{name}", value)
    client = looker_sdk.init40()
    assert client.me().id == sdk.me().id
    options = {"timeout": 30, "headers": {"x-looker-appid": "our program"}}
    assert client.me(transport_options=options).id == sdk.me().id
    assert client.auth.is_authenticated
    client.auth.logout()
    assert not client.auth.is_authenticated
