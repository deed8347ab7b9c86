"""Remembered sessions are never older than what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from belvedere import keys
from belvedere.accounts import founding, tokens, users
from belvedere.api.authentication import Authenticator
from belvedere.errors import Unauthenticated
from belvedere.store import Database, EpochWatch, migrations
from belvedere.vault import Vault


def test_a_token_revoked_while_it_is_looked_up_is_not_remembered(
    tmp_path: Path, held_clock, monkeypatch
) -> None:
    database, vault = (
        Database(f"sqlite:///{tmp_path / 'belvedere.db'}"),
        Vault(keys.of_master(b"k" * 32)),
    )
    migrations.upgrade(database, founding.seed)
    with database.session() as session:
        user = users.create(session, held_clock(), email="ada@example.com")
        revoked = tokens.issue(session, vault, user, held_clock(), 3600).token
        other = tokens.issue(session, vault, user, held_clock(), 3600).token
    watch = EpochWatch(database)
    authenticator = Authenticator(database, vault, watch, held_clock)
    look_up = tokens.find

    def slowly(*given):
        found = look_up(*given)
        monkeypatch.setattr(tokens, "find", look_up)
        with database.session() as session:
            tokens.revoke(session, vault.digest(revoked))
        authenticator.session(f"token {other}")
        return found

    monkeypatch.setattr(tokens, "find", slowly)
    assert authenticator.session(f"token {revoked}") is not None
    with pytest.raises(Unauthenticated):
        authenticator.session(f"token {revoked}")
    watch.close()
    database.close()
