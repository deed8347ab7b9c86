"""Derived tables beside a SQLite file: all of them in one file of this server's own.

The database itself is only read. The file is kept in a form in which readers and the one who
writes do not wait for each other; those who write take turns.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from belvedere.engines.base import ConnectionConfig, Started
from belvedere.engines.sqlite_functions import register
from belvedere.errors import EngineError, QueryCancelled

ALIAS = "belvedere"
"""What the file is attached as; the dialect's names of kept tables begin with it."""

_FILE = "derived.sqlite"
_TURN_SECONDS = 1.0
_STEPS = 10_000
"""After how many steps of a statement it is asked whether it should stop."""
_READING = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_FUNCTION}
)
_WRITING = frozenset(
    {
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_ANALYZE,
        sqlite3.SQLITE_CREATE_INDEX,
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_TEMP_TABLE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TEMP_TABLE,
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_REINDEX,
        sqlite3.SQLITE_UPDATE,
    }
)
_OURS = frozenset({ALIAS, "temp"})
REFUSED_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer"})


_PUBLISHING = frozenset({sqlite3.SQLITE_CREATE_VIEW, sqlite3.SQLITE_DROP_VIEW})


def _authorize(action: int, first: str | None, second: str | None, *where: str | None) -> int:
    """Statements that make a table read everything and write to the file only."""
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() not in REFUSED_FUNCTIONS
    elif action == sqlite3.SQLITE_ALTER_TABLE:
        allowed = first in _OURS
    elif action in _WRITING:
        allowed = where[0] in _OURS
    else:
        allowed = action in _READING
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _authorize_views(action: int, first: str | None, second: str | None, *where: str | None) -> int:
    if action in _PUBLISHING:
        return sqlite3.SQLITE_OK if where[0] == ALIAS else sqlite3.SQLITE_DENY
    return _authorize(action, first, second, *where)


class KeptTables:
    """The tables of one database. Thread-safe."""

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config
        in_memory = config.database in (None, "", ":memory:")
        folder = None if in_memory else config.scratch_folder
        self._file = Path(folder) / _FILE if folder else None

    def exist(self) -> bool:
        """Whether any was ever made."""
        return self._file is not None and self._file.exists()

    def attach(self, connection: sqlite3.Connection) -> bool:
        """Let the connection read the tables; whether there are any."""
        if self._file is None or not self._file.exists():
            return False
        connection.execute("ATTACH $1 AS belvedere", [f"{self._file.resolve().as_uri()}?mode=ro"])
        return True

    def publish(self, statements: Sequence[str]) -> None:
        """Run statements of our own, which make and drop views, as one transaction."""
        self._run(statements, None, _authorize_views)

    def build(self, statements: Sequence[str], started: Started | None = None) -> None:
        """Run the statements as one transaction."""
        self._run(statements, started, _authorize)

    def _run(
        self, statements: Sequence[str], started: Started | None, authorize: Callable[..., int]
    ) -> None:
        stopped = threading.Event()
        with contextlib.closing(self._opened()) as connection:
            if started is not None:
                started(stopped.set)
            sql = ""
            try:
                connection.set_progress_handler(stopped.is_set, _STEPS)
                _begin(connection, stopped)
                connection.set_authorizer(authorize)
                for sql in statements:
                    connection.execute(sql).close()
                connection.set_authorizer(None)
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                if stopped.is_set():
                    raise QueryCancelled("The build was stopped", sql) from None
                raise EngineError(_message(error), sql) from None

    def _opened(self) -> sqlite3.Connection:
        if self._file is None:
            raise EngineError("A database in memory keeps no derived tables")
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        source = Path(self._config.database or "").resolve()
        try:
            connection = sqlite3.connect(
                f"{source.as_uri()}?mode=ro",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                timeout=_TURN_SECONDS,
            )
            connection.execute("ATTACH $1 AS belvedere", [self._file.resolve().as_uri()])
            connection.execute("PRAGMA belvedere.journal_mode = WAL")
            connection.execute("PRAGMA belvedere.synchronous = NORMAL")
            register(connection, self._config.timezone)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        except sqlite3.Error as error:
            raise EngineError(str(error)) from None
        return connection


def _begin(connection: sqlite3.Connection, stopped: threading.Event) -> None:
    """Wait for whoever writes now."""
    while True:
        if stopped.is_set():
            raise QueryCancelled("The build was stopped")
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)  # others want to be the next, too


def _message(error: sqlite3.Error) -> str:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_AUTH:
        return "What makes a derived table may read the database and write that table, no more"
    return str(error)
