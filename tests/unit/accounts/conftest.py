from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from belvedere import keys
from belvedere.accounts import founding, users
from belvedere.accounts.tables import User
from belvedere.store import Database, migrations
from belvedere.vault import Vault


@pytest.fixture
def vault() -> Vault:
    return Vault(keys.of_master(b"k" * 32))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{tmp_path / 'belvedere.db'}")
    migrations.upgrade(database, founding.seed)
    with database.session() as opened:
        yield opened
    database.close()


@pytest.fixture
def ada(session, held_clock) -> User:
    return users.create(
        session, held_clock(), email="Ada@Example.com", first_name="Ada", last_name="Lovelace"
    )
