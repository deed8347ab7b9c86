"""Transactions on the application database."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, registry

from belvedere.store import Database, UtcDateTime
from belvedere.store.database import DatabaseError

_TABLES = registry()


@_TABLES.mapped
class Note:
    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    moment: Mapped[datetime | None] = mapped_column(UtcDateTime)


@pytest.fixture
def database(opener) -> Database:
    opened = opener()
    _TABLES.metadata.create_all(opened.engine)
    return opened


def test_a_block_that_ends_well_is_committed_and_one_that_fails_is_not(database) -> None:
    with database.session() as session:
        session.add(Note(id=1))

    def fail() -> None:
        with database.session() as session:
            session.add(Note(id=2))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert session.scalars(select(Note.id)).all() == [1]


def test_rows_stay_readable_after_their_session(database) -> None:
    with database.session() as session:
        note = Note(id=1, count=7)
        session.add(note)
    assert note.count == 7


def test_instants_come_back_in_utc(database) -> None:
    given = datetime(2026, 1, 1, 0, 30, 0, 123456, timezone(timedelta(hours=2)))
    with database.session() as session:
        session.add(Note(id=1, moment=given))
        session.add(Note(id=2))
    with database.reading() as session:
        found = session.get_one(Note, 1).moment
        assert session.get_one(Note, 2).moment is None
    assert found == given
    assert found.tzinfo is UTC


def test_readers_do_not_wait_for_a_writer(database) -> None:
    with database.session() as writing:
        writing.add(Note(id=1))
        writing.flush()
        with database.reading() as session:
            assert session.scalars(select(Note.id)).all() == []


def test_writers_that_read_first_lose_nothing(sqlite) -> None:
    database = sqlite()
    _TABLES.metadata.create_all(database.engine)
    with database.session() as session:
        session.add(Note(id=1))

    def count(_: int) -> None:
        with database.session() as session:
            note = session.get_one(Note, 1)
            note.count += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(40)))
    with database.reading() as session:
        assert session.get_one(Note, 1).count == 40


def test_sqlite_keeps_references_whole(sqlite) -> None:
    with sqlite().session() as session:
        session.execute(text("CREATE TABLE a (id INTEGER PRIMARY KEY)"))
        session.execute(text("CREATE TABLE b (a INTEGER REFERENCES a (id))"))
        with pytest.raises(IntegrityError):
            session.execute(text("INSERT INTO b VALUES (1)"))


def test_the_file_and_what_stands_beside_it_are_private(sqlite, tmp_path: Path) -> None:
    with sqlite().session() as session:
        session.execute(text("CREATE TABLE a (id INTEGER)"))
    files = list(tmp_path.glob("belvedere.db*"))
    assert len(files) > 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a' / 'b' / 'c.db'}")
    with database.session() as session:
        assert session.scalar(text("SELECT 1")) == 1
    database.close()


def test_sqlite_writes_ahead(sqlite) -> None:
    with sqlite().reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"


@pytest.mark.parametrize(
    "url", ["mysql://h/d", "nonsense://x", "nonsense", "", "sqlite://", "sqlite:///:memory:"]
)
def test_other_databases_are_refused_in_one_sentence(url) -> None:
    with pytest.raises(DatabaseError, match=r"^The (application )?database"):
        Database(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_uses_the_same_driver(scheme) -> None:
    database = Database(f"{scheme}://user:password@host/name")
    assert database.engine.driver == create_engine("postgresql+psycopg://").driver == "psycopg"
    assert not database.is_sqlite
