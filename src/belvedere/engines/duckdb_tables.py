"""Derived tables beside a DuckDB file: each is a file of its own.

The database itself is only read. A table is made by a second instance in this process, so that
readers wait for nothing, and is there for all of them once its file has its name.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from pathlib import Path

import duckdb

from belvedere.engines.base import ConnectionConfig, Started
from belvedere.errors import EngineError

_LOCKS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class KeptFiles:
    """The tables of one database, as one open instance of it sees them. Thread-safe."""

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config
        self._folder = Path(config.scratch_folder) if config.scratch_folder else None
        self._attached: set[str] = set()
        self._lock = threading.Lock()

    def _file(self, name: str) -> Path:
        if self._folder is None or self._config.database in (None, "", ":memory:"):
            raise EngineError("A database in memory keeps no derived tables")
        if not name.replace("$", "").replace("_", "").isalnum():
            raise EngineError(f"{name} is no name of a derived table")
        return self._folder / f"{name}.duckdb"

    def build(
        self, name: str, statements: Sequence[str], reads: Sequence[str], started: Started | None
    ) -> None:
        path = self._file(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        try:
            with duckdb.connect(":memory:") as workshop:
                if started is not None:
                    started(workshop.interrupt)
                self._furnish(workshop, name, unfinished, reads)
                for statement in statements:
                    workshop.execute(statement)
                workshop.execute("USE memory")
                workshop.execute(f"DETACH {_quoted(name)}")
            unfinished.rename(path)
        finally:
            for left in (unfinished, unfinished.with_name(f"{unfinished.name}.wal")):
                left.unlink(missing_ok=True)

    def _furnish(
        self,
        workshop: duckdb.DuckDBPyConnection,
        name: str,
        made: Path,
        reads: Sequence[str],
    ) -> None:
        """Attach the database and what is read; after that the machine is out of reach."""
        database = Path(self._config.database or "").resolve()
        alias = _quoted(database.stem)
        workshop.execute("SET TimeZone = $1", [self._config.timezone])
        workshop.execute(f"ATTACH {_literal(database)} AS {alias} (READ_ONLY)")
        workshop.execute(f"ATTACH {_literal(made)} AS {_quoted(name)}")
        for read in reads:
            path = self._file(read)
            workshop.execute(f"ATTACH {_literal(path)} AS {_quoted(read)} (READ_ONLY)")
        for lock in _LOCKS:
            workshop.execute(lock)
        workshop.execute(f"USE {alias}")

    def provide(self, root: duckdb.DuckDBPyConnection, names: Sequence[str]) -> None:
        if self._attached.issuperset(names):
            return
        with self._lock, root.cursor() as cursor:
            self._forget_dropped(cursor)
            for name in names:
                if name not in self._attached:
                    path = self._file(name)
                    cursor.execute(
                        f"ATTACH IF NOT EXISTS {_literal(path)} AS {_quoted(name)} (READ_ONLY)"
                    )
                    self._attached.add(name)

    def _forget_dropped(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Let go of tables that another process has dropped."""
        for name in [name for name in self._attached if not self._file(name).exists()]:
            with contextlib.suppress(duckdb.Error):
                cursor.execute(f"DETACH {_quoted(name)}")
            self._attached.discard(name)

    def drop(self, root: duckdb.DuckDBPyConnection, name: str) -> None:
        self._file(name).unlink(missing_ok=True)
        with self._lock, root.cursor() as cursor:
            self._forget_dropped(cursor)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
