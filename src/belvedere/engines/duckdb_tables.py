"""Derived tables beside a DuckDB file: each is a file of its own.

The database itself is only read. A table is made by a second instance in this process, so that
readers wait for nothing, and is there for all of them once its file has its name. A published view
is a link to the file, in a folder that has the name of the schema; whoever reads the database sees
it as a view in a database in memory of that name.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from belvedere import ids
from belvedere.engines.base import ConnectionConfig, Started
from belvedere.errors import EngineError

_LOCKS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


_READABLE = "CREATE OR REPLACE VIEW {name}.main.kept AS SELECT * FROM {name}.main.{name}"
"""The rows under a name that is the same in every file, for those who open a link."""
_SCHEMA = re.compile(r"\w[\w $-]*")
_TAKEN = (
    "SELECT 1 FROM duckdb_schemas() "
    "WHERE database_name = current_database() AND lower(schema_name) = lower($1) "
    "UNION ALL SELECT 1 FROM duckdb_databases() WHERE lower(database_name) = lower($1) "
    "AND (internal OR path IS NOT NULL OR database_name = current_database())"
)


class KeptFiles:
    """The tables of one database, as one open instance of it sees them. Thread-safe."""

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config
        self._folder = Path(config.scratch_folder) if config.scratch_folder else None
        self._attached: set[str] = set()
        self._lock = threading.RLock()
        self._seen = 0
        self._views: dict[tuple[str, str], str] = {}

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
                workshop.execute(_READABLE.format(name=_quoted(name)))
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

    # Published views

    def _link(self, schema: str, name: str) -> Path:
        if not _SCHEMA.fullmatch(schema):
            raise EngineError(
                f"{schema} cannot be the schema of views: tmp_db_name is no plain name"
            )
        return self._file(name).parent / schema / f"{name}.duckdb"

    def published(self, schema: str, name: str) -> str | None:
        """The table that the view reads; "" where something else has its place."""
        link = self._link(schema, name)
        if link.is_symlink():
            return link.readlink().stem
        return "" if link.exists() else None

    def publish(self, root: duckdb.DuckDBPyConnection, schema: str, name: str, table: str) -> None:
        link = self._link(schema, name)
        with root.cursor() as cursor:
            if cursor.execute(_TAKEN, [schema]).fetchall():
                raise EngineError(
                    f"{schema} is the name of a schema of the database: views are published where "
                    "tmp_db_name is another name"
                )
        link.parent.mkdir(exist_ok=True, mode=0o700)
        unfinished = link.with_suffix(f".{ids.slug()}")
        unfinished.symlink_to(Path("..") / self._file(table).name)
        unfinished.rename(link)
        self._changed()

    def unpublish(self, schema: str, name: str) -> None:
        self._link(schema, name).unlink(missing_ok=True)
        self._changed()

    def _changed(self) -> None:
        """Let all processes look again."""
        if self._folder is not None:
            now = time.time_ns()
            os.utime(self._folder, ns=(now, now))

    def look(self, root: duckdb.DuckDBPyConnection) -> None:
        """Let statements read the views that are published now."""
        try:
            changed_at = self._folder.stat().st_mtime_ns if self._folder is not None else 0
        except FileNotFoundError:
            return
        if changed_at == self._seen or self._config.database in (None, "", ":memory:"):
            return
        with self._lock, root.cursor() as cursor:
            found = dict(self._links())
            changed = [view for view in found if self._views.get(view) != found[view]]
            for view in changed:
                try:
                    self._show(root, cursor, view, found[view])
                except duckdb.Error:  # other statements do not need it
                    del found[view]
            for schema, name in self._views.keys() - found.keys():
                cursor.execute(f"DROP VIEW IF EXISTS {_quoted(schema)}.main.{_quoted(name)}")
            self._views = found
            self._seen = changed_at

    def _links(self) -> Iterator[tuple[tuple[str, str], str]]:
        folder = self._folder or Path()
        for link in folder.glob("*/*.duckdb"):
            with contextlib.suppress(OSError):  # it may have just gone
                table = link.readlink().stem
                if link.exists():
                    yield (link.parent.name, link.stem), table

    def _show(
        self,
        root: duckdb.DuckDBPyConnection,
        cursor: duckdb.DuckDBPyConnection,
        view: tuple[str, str],
        table: str,
    ) -> None:
        schema, name = view
        if cursor.execute(_TAKEN, [schema]).fetchall():
            return
        self.provide(root, [table])
        cursor.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {_quoted(schema)} (READ_WRITE)")
        cursor.execute(
            f"CREATE OR REPLACE VIEW {_quoted(schema)}.main.{_quoted(name)} AS "
            f"SELECT * FROM {_quoted(table)}.main.{_quoted(table)}"
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
