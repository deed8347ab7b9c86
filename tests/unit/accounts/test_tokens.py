"""Access tokens."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from belvedere.accounts import roles, tokens
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import AccessToken


@pytest.fixture
def issue(session, vault, ada, held_clock):
    def issued() -> str:
        return tokens.issue(session, vault, ada, held_clock(), 3600).token

    return issued


@pytest.fixture
def found(session, vault, held_clock):
    return lambda token: tokens.find(session, vault, vault.digest(token), held_clock())


def test_a_token_stands_for_a_person_as_they_are_now(session, ada, issue, found) -> None:
    token = issue()
    assert not found(token).permissions.has(Permission.access_data)
    roles.give(session, ada, "Viewer")
    session.flush()
    assert found(token).user_id == ada.id
    assert found(token).permissions.has(Permission.access_data)
    assert found(token).attributes["first_name"] == "Ada"


def test_a_token_dies_on_the_second(issue, found, held_clock) -> None:
    token = issue()
    held_clock.advance(3599)
    assert found(token) is not None
    held_clock.advance(1)
    assert found(token) is None


def test_a_revoked_token_is_dead_and_others_live(session, vault, issue, found) -> None:
    token, other = issue(), issue()
    assert tokens.revoke(session, vault.digest(token))
    session.flush()
    assert found(token) is None
    assert found(other) is not None
    assert not tokens.revoke(session, vault.digest(token))


def test_the_token_of_a_disabled_person_is_dead(ada, issue, found) -> None:
    token = issue()
    ada.is_disabled = True
    assert found(token) is None


def test_the_workspace_belongs_to_the_token(session, vault, issue, found) -> None:
    token, other = issue(), issue()
    tokens.set_workspace(session, vault.digest(token), "dev")
    assert found(token).workspace_id == "dev"
    assert found(other).workspace_id == "production"


def test_logging_in_sweeps_out_what_expired(session, vault, issue, held_clock) -> None:
    issue()
    held_clock.advance(1800)
    young = issue()
    held_clock.advance(1800)
    newest = issue()
    kept = set(session.scalars(select(AccessToken.digest)))
    assert kept == {vault.digest(young), vault.digest(newest)}


def test_the_token_is_not_kept(session, issue) -> None:
    token = issue()
    assert token not in repr([vars(row) for row in session.scalars(select(AccessToken))])
