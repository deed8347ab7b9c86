"""How every process learns that something changed: a counter per topic, bumped with the change.

Whatever is kept in memory remembers the counter it was read under and is read again when the
counter has moved. Asking is cheap enough to be done for every request.
"""

from __future__ import annotations

import threading
import time

from sqlalchemy import Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from belvedere.store.base import Base
from belvedere.store.database import BUMPED, Database

_POLL_SECONDS = 0.05


class Epoch(Base):
    __tablename__ = "epoch"

    topic: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int] = mapped_column(Integer)


def bump(session: Session, topic: str) -> None:
    """Say, in the transaction of the change itself, that `topic` changed. It is counted when the
    transaction commits: a counter that was locked before other rows would make those wait for one
    another who change things at the same time.
    """
    session.info.setdefault(BUMPED, set()).add(topic)


def is_bumped(session: Session, topic: str) -> bool:
    """Whether the topic changed in this transaction."""
    return topic in session.info.get(BUMPED, ())


class EpochWatch:
    """The counters as this process last saw them, checked against the database.

    SQLite tells in microseconds whether anybody committed (`PRAGMA data_version`); elsewhere
    the counters are read again after a change by this process, and when they are older than a
    twentieth of a second.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._values: dict[str, int] = {}
        self._stamp: tuple[float, int] | None = None
        self._probe = None
        if database.is_sqlite:
            self._probe = database.engine.raw_connection()
            self._probe.detach()

    def current(self, topic: str) -> int:
        return self.snapshot(topic)[0]

    def snapshot(self, *topics: str) -> tuple[int, ...]:
        """The counters of the topics, all as of one moment."""
        with self._lock:
            stamp = self._now()
            if stamp != self._stamp:
                self._values = self._read()
                self._stamp = stamp
            return tuple([self._values.get(topic, 0) for topic in topics])

    def _now(self) -> tuple[float, int]:
        """What stays the same while nobody can have changed anything, this process least of all."""
        if self._probe is None:
            return time.monotonic() // _POLL_SECONDS, self._database.changes
        cursor = self._probe.cursor()
        try:
            return cursor.execute("PRAGMA data_version").fetchone()[0], 0
        finally:
            cursor.close()

    def _read(self) -> dict[str, int]:
        with self._database.reading() as session:
            rows = session.execute(select(Epoch.topic, Epoch.value)).all()
        return dict(rows)

    def close(self) -> None:
        if self._probe is not None:
            self._probe.close()
