"""Every process learns that something changed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from belvedere.store import Base, Database, EpochWatch, bump


@pytest.fixture
def database(opener) -> Database:
    opened = opener()
    Base.metadata.create_all(opened.engine)
    return opened


@pytest.fixture
def watch(database) -> Iterator[EpochWatch]:
    made = EpochWatch(database)
    yield made
    made.close()


def change(database: Database, *topics: str) -> None:
    with database.session() as session:
        for topic in topics:
            bump(session, topic)


def test_a_change_by_this_process_is_seen_at_once(database, watch) -> None:
    assert watch.current("accounts") == 0
    for count in range(1, 20):
        change(database, "accounts")
        assert watch.current("accounts") == count


def test_a_change_by_another_process_is_seen(opener, watch) -> None:
    assert watch.current("accounts") == 0
    change(opener(), "accounts")
    deadline = time.monotonic() + 10
    while watch.current("accounts") == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert watch.current("accounts") == 1


def test_sqlite_tells_of_another_process_at_once(sqlite) -> None:
    Base.metadata.create_all(sqlite().engine)
    watch, other = EpochWatch(sqlite()), sqlite()
    for count in range(1, 20):
        change(other, "accounts")
        assert watch.current("accounts") == count
    watch.close()


def test_topics_are_apart_and_a_snapshot_has_their_order(database, watch) -> None:
    change(database, "a", "b")
    change(database, "b")
    assert watch.snapshot("b", "nothing", "a") == (2, 0, 1)


def test_a_change_that_is_rolled_back_did_not_happen(database, watch) -> None:
    def fail() -> None:
        with database.session() as session:
            bump(session, "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert watch.current("a") == 0
    assert database.changes == 0


def test_nothing_is_read_while_nothing_changes(sqlite) -> None:
    database = sqlite()
    Base.metadata.create_all(database.engine)
    watch = EpochWatch(database)
    watch.current("a")
    read: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: read.append(given[2]))
    for _ in range(100):
        watch.snapshot("a", "b")
    assert read == []
    watch.close()
