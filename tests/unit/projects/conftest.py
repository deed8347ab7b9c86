from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from belvedere.store import Base, Database, EpochWatch


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'belvedere.db'}")
    Base.metadata.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def watch(database: Database) -> Iterator[EpochWatch]:
    made = EpochWatch(database)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the models `shop` and `other`."""
    root = tmp_path / "lookml"
    root.mkdir()
    (root / "shop.model.lkml").write_text(
        'connection: "c" include: "orders.view" explore: orders {}'
    )
    (root / "other.model.lkml").write_text('connection: "c" explore: alone {} view: alone {}')
    (root / "orders.view.lkml").write_text("view: orders { dimension: id {} }")
    return root
