"""Sessions on the application database."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from belvedere.errors import BadRequest, BelvedereError, Conflict

_PATIENCE_SECONDS = 15
_PRAGMAS = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {_PATIENCE_SECONDS * 1000}",
)

BUMPED = "belvedere_bumped"
_READING = "belvedere_reading"
_COUNT = text(
    "INSERT INTO epoch (topic, value) VALUES (:topic, 1) "
    "ON CONFLICT (topic) DO UPDATE SET value = epoch.value + 1"
)
_LOST = frozenset({"40001", "40P01"})
"""PostgreSQL's words for transactions that could not go on beside others."""


def is_reading(session: Session) -> bool:
    """Whether the transaction writes nothing, so that all it sees has been committed."""
    return bool(session.connection().get_execution_options().get(_READING))


class DatabaseError(BelvedereError):
    """The application database cannot be used."""


class Database:
    """One application database; open it once per process.

    `changes` counts this process' own commits that told of a change (see `epochs.bump`).
    """

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
        except ArgumentError:
            raise DatabaseError("The database URL cannot be read") from None
        backend = self.url.get_backend_name()
        if backend in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        elif backend != "sqlite" or self.url.database in (None, "", ":memory:"):
            raise DatabaseError(
                "The application database is a SQLite file or PostgreSQL: "
                "sqlite:///path/to/file or postgresql://user:password@host/name"
            )
        self.is_sqlite = backend == "sqlite"
        self.engine = self._engine()
        event.listen(self.engine, "handle_error", _explain)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._lock = threading.Lock()
        self.changes = 0
        event.listen(self._sessions, "before_commit", _count)
        event.listen(self._sessions, "after_commit", self._committed)

    def _engine(self) -> Engine:
        if not self.is_sqlite:
            return create_engine(self.url, pool_size=10, max_overflow=40, pool_pre_ping=True)
        _make_private(Path(str(self.url.database)))
        engine = create_engine(
            self.url,
            connect_args={"check_same_thread": False},
            pool_size=10,
            max_overflow=60,
        )
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: committed at the end of the block, rolled back on an exception."""
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads; SQLite then never waits for a writer."""
        with self._sessions() as session:
            session.connection(execution_options={_READING: True})
            yield session

    def _committed(self, session: Session) -> None:
        if session.info.pop(BUMPED, None):
            with self._lock:
                self.changes += 1

    def on_flush(self, listener: Callable[[Session], None]) -> None:
        """Call the listener in every transaction after new and changed rows were written, while
        the session still tells them apart (`new`, `dirty`).
        """
        event.listen(self._sessions, "after_flush", lambda session, _: listener(session))

    def close(self) -> None:
        self.engine.dispose()


def _count(session: Session) -> None:
    """Write down what changed, the last thing in the transaction, always in the same order."""
    if session.in_nested_transaction():
        return
    session.flush()
    for topic in sorted(session.info.get(BUMPED, ())):
        session.execute(_COUNT, {"topic": topic})


def conflict(error: BaseException) -> Conflict | None:
    """The error as one that says that somebody else was faster; None for any other."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if isinstance(error, IntegrityError | StaleDataError) or state in _LOST:
        return Conflict("Somebody else changed the same at the same time; please try again")
    return None


def _explain(context: ExceptionContext) -> None:
    """A value that the database cannot take came from whoever asked: it is no failure of ours."""
    error = context.original_exception
    refused = isinstance(context.sqlalchemy_exception, DataError)
    if refused or isinstance(error, UnicodeEncodeError | OverflowError):
        message = "The request holds a value that cannot be kept: a number that is too large, a "
        raise BadRequest(f"{message}text that is too long, or a character that is none")


def _make_private(path: Path) -> None:
    """SQLite would let everybody read the file; what stands beside it takes over its mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _configure(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Several processes that open a new file disturb one another here, busy timeout or not."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    """A writer takes its lock at once: one that upgrades later can fail in the middle."""
    reading = connection.get_execution_options().get(_READING)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
