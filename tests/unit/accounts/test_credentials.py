"""API credentials."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from belvedere import keys
from belvedere.accounts import credentials
from belvedere.accounts.tables import ApiCredentials
from belvedere.vault import Vault


@pytest.fixture
def issued(session, vault, ada, held_clock) -> credentials.IssuedSecret:
    return credentials.create_api3(session, vault, ada, held_clock())


def verified(session, vault, issued, **changed):
    given = {"client_id": issued.client_id, "client_secret": issued.client_secret} | changed
    return credentials.verify_api_client(session, vault, **given)


def test_the_pair_stands_for_its_owner(session, vault, ada, issued) -> None:
    assert verified(session, vault, issued) is ada


def test_half_of_the_pair_stands_for_nobody(session, vault, issued) -> None:
    for wrong in ("", "x", issued.client_secret.swapcase(), issued.client_secret[:-1], "ä\x00"):
        assert verified(session, vault, issued, client_secret=wrong) is None
        assert verified(session, vault, issued, client_id=wrong) is None


def test_a_pair_is_worth_nothing_under_another_key(session, issued) -> None:
    assert verified(session, Vault(keys.of_master(b"x" * 32)), issued) is None


def test_every_pair_of_a_person_works_on_its_own(session, vault, ada, issued, held_clock) -> None:
    second = credentials.create_api3(session, vault, ada, held_clock())
    assert verified(session, vault, second) is ada
    assert verified(session, vault, issued, client_secret=second.client_secret) is None


def test_disabled_credentials_and_disabled_people(session, vault, ada, issued) -> None:
    row = session.scalars(select(ApiCredentials)).one()
    row.is_disabled = True
    assert verified(session, vault, issued) is None
    row.is_disabled, ada.is_disabled = False, True
    assert verified(session, vault, issued) is None


def test_the_secret_is_not_kept(session, issued) -> None:
    row = session.scalars(select(ApiCredentials)).one()
    assert issued.client_secret not in repr(vars(row))
    assert len(issued.client_id) == 20
    assert len(issued.client_secret) >= 24
