"""DuckDB in this process: one open database for everybody, cursors kept warm.

Queries cannot reach the machine: the file is opened read-only, external access, extensions and
configuration are locked. The exceptions are a private folder in which named pipes stand for
the length of one export, under names that nobody can guess, and the folder of the derived tables
that are kept for this database.
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from belvedere.engines.base import (
    ColumnInfo,
    ConnectionConfig,
    Engine,
    Execution,
    SchemaInfo,
    Started,
    TableInfo,
    TextExecution,
)
from belvedere.engines.duckdb_runs import (
    DuckDBCsv,
    DuckDBExecution,
    DuckDBRun,
    clean,
    csv_columns,
    refuse_other_than_reading,
)
from belvedere.engines.duckdb_tables import KeptFiles
from belvedere.engines.pool import Pool
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled

_LOCKS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET allowed_directories = [{folders}]",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
_TUNABLE = frozenset({"threads", "memory_limit", "temp_directory"})


@dataclass(eq=False)
class _Database:
    """An open file, shared by all engines on it."""

    root: duckdb.DuckDBPyConnection
    tables: KeptFiles
    users: int = 0


_open: dict[tuple[str, bool], _Database] = {}
_open_lock = threading.Lock()


def _acquire(config: ConnectionConfig) -> tuple[tuple[str, bool], _Database]:
    path = config.database or ":memory:"
    in_memory = path == ":memory:"
    key = (path if in_memory else str(Path(path).resolve()), config.read_only)
    with _open_lock:
        found = None if in_memory else _open.get(key)
        if found is None:
            found = _connect(path, config, in_memory=in_memory)
            if not in_memory:
                _open[key] = found
        found.users += 1
    return key, found


@lru_cache(maxsize=1)
def _pipes() -> Path:
    """The one folder that databases of this process may write to."""
    folder = Path(tempfile.mkdtemp(prefix="belvedere-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _connect(path: str, config: ConnectionConfig, *, in_memory: bool) -> _Database:
    if not in_memory and not Path(path).exists():
        raise EngineUnavailable(f"There is no DuckDB database at {path}")
    try:
        root = duckdb.connect(path, read_only=config.read_only and not in_memory)
        _secure(root, config)
    except duckdb.Error as error:
        raise EngineUnavailable(clean(str(error))) from None
    return _Database(root, KeptFiles(config))


def _secure(root: duckdb.DuckDBPyConnection, config: ConnectionConfig) -> None:
    """Set the time zone and lock everything; a file that is open already is locked already."""
    locked = root.execute("SELECT current_setting('lock_configuration')").fetchall()[0][0]
    if not locked:
        for name, value in config.options:
            if name in _TUNABLE:
                root.execute(f"SET {name} = '{value.replace(chr(39), chr(39) * 2)}'")
        root.execute("SET TimeZone = $1", [config.timezone])
        for setting in _LOCKS:
            root.execute(setting.format(folders=_folders(config)))
        return
    zone = root.execute("SELECT current_setting('TimeZone')").fetchall()[0][0]
    if zone != config.timezone:
        root.close()
        raise EngineUnavailable(
            f"The file is open already with the time zone {zone}; "
            "one DuckDB file is read in one time zone"
        )


def _folders(config: ConnectionConfig) -> str:
    found = [str(_pipes()), *([config.scratch_folder] if config.scratch_folder else [])]
    return ", ".join("'" + folder.replace("'", "''") + "'" for folder in found)


def _release(key: tuple[str, bool], database: _Database) -> None:
    with _open_lock:
        database.users -= 1
        if database.users:
            return
        if _open.get(key) is database:
            del _open[key]
        if not _open:
            shutil.rmtree(_pipes(), ignore_errors=True)
    database.root.close()


class DuckDBEngine(Engine):
    keeps_tables: ClassVar[bool] = True

    def __init__(self, config: ConnectionConfig) -> None:
        self.config = config
        self._lock = threading.Lock()
        self._key: tuple[str, bool] | None = None
        self._database: _Database | None = None
        self._pool: Pool[duckdb.DuckDBPyConnection] = Pool(
            config.max_connections, self._cursor, _end
        )

    def _opened(self) -> _Database:
        with self._lock:
            if self._database is None:
                self._key, self._database = _acquire(self.config)
            return self._database

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._opened().root.cursor()

    def _taken(self) -> duckdb.DuckDBPyConnection:
        """A connection that knows the views of derived tables as they are published now."""
        cursor = self._pool.take(self.config.pool_timeout)
        try:
            opened = self._opened()
            opened.tables.look(opened.root)
        except duckdb.Error as error:
            self._pool.give_back(cursor)
            raise EngineError(clean(str(error))) from None
        return cursor

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._taken()
        try:
            yield cursor
        finally:
            self._pool.give_back(cursor)

    def execute(
        self,
        sql: str,
        *,
        timeout: float | None = None,
        started: Started | None = None,
        whole: bool = False,
    ) -> Execution:
        cursor = self._taken()
        run = DuckDBRun(cursor, self._pool, sql, timeout or self.config.timeout)
        try:
            refuse_other_than_reading(cursor, sql)
            if started is not None:
                started(run.cancel)
            return DuckDBExecution(run, whole=whole)
        except BaseException as error:
            run.end()
            raise run.translated(error) from None

    def write_csv(self, sql: str, *, timeout: float | None = None) -> TextExecution | None:
        cursor = self._taken()
        run = DuckDBRun(cursor, self._pool, sql, timeout or self.config.timeout)
        try:
            refuse_other_than_reading(cursor, sql)
            columns = csv_columns(cursor, sql)
            if columns is not None:
                return DuckDBCsv(run, _pipes(), columns)
        except BaseException as error:
            run.end()
            raise run.translated(error) from None
        run.end()
        return None

    def _rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with self._borrowed() as cursor:
            try:
                return cursor.execute(sql, parameters or []).fetchall()
            except duckdb.Error as error:
                raise EngineError(clean(str(error)), sql) from None

    def ping(self) -> str:
        return str(self._rows("SELECT version()")[0][0])

    def databases(self) -> list[str]:
        found = self._rows("SELECT database_name FROM duckdb_databases() WHERE NOT internal")
        return sorted(str(name) for (name,) in found)

    def schemas(self, database: str | None = None) -> list[SchemaInfo]:
        found = self._rows(
            "SELECT DISTINCT schema_name FROM duckdb_schemas() "
            "WHERE (NOT internal OR schema_name = 'main') "
            "AND database_name = coalesce($1, current_database()) ORDER BY 1",
            [database],
        )
        return [SchemaInfo(str(name), name == "main") for (name,) in found]

    def tables(self, schema: str | None = None, database: str | None = None) -> list[TableInfo]:
        found = self._rows(
            "SELECT schema_name, table_name, false, comment, estimated_size FROM duckdb_tables() "
            "WHERE NOT internal AND database_name = coalesce($1, current_database()) "
            "AND schema_name = coalesce($2, schema_name) "
            "UNION ALL SELECT schema_name, view_name, true, comment, NULL FROM duckdb_views() "
            "WHERE NOT internal AND database_name = coalesce($1, current_database()) "
            "AND schema_name = coalesce($2, schema_name) ORDER BY 1, 2",
            [database, schema],
        )
        return [TableInfo(*row) for row in found]

    def columns(
        self, schema: str | None = None, database: str | None = None
    ) -> dict[tuple[str, str], list[ColumnInfo]]:
        found = self._rows(
            "SELECT schema_name, table_name, column_name, data_type, is_nullable, comment "
            "FROM duckdb_columns() WHERE NOT internal "
            "AND database_name = coalesce($1, current_database()) "
            "AND schema_name = coalesce($2, schema_name) ORDER BY 1, 2, column_index",
            [database, schema],
        )
        columns: dict[tuple[str, str], list[ColumnInfo]] = {}
        for owner, table, *rest in found:
            columns.setdefault((owner, table), []).append(ColumnInfo(*rest))
        return columns

    def explain(self, sql: str) -> str:
        with self._borrowed() as cursor:
            refuse_other_than_reading(cursor, sql)
            try:
                return "\n".join(str(row[1]) for row in cursor.execute(f"EXPLAIN {sql}").fetchall())
            except duckdb.Error as error:
                raise EngineError(clean(str(error)), sql) from None

    def build(
        self,
        name: str,
        statements: Sequence[str],
        *,
        reads: Sequence[str] = (),
        started: Started | None = None,
    ) -> None:
        try:
            self._opened().tables.build(name, statements, reads, started)
        except duckdb.InterruptException:
            raise QueryCancelled("The build was stopped") from None
        except duckdb.Error as error:
            raise EngineError(clean(str(error)), ";\n".join(statements)) from None

    def provide(self, names: Sequence[str]) -> None:
        opened = self._opened()
        try:
            opened.tables.provide(opened.root, names)
        except duckdb.Error as error:
            raise EngineError(clean(str(error))) from None

    def drop(self, name: str, statement: str) -> None:
        del statement
        opened = self._opened()
        opened.tables.drop(opened.root, name)

    def relation(self, schema: str, name: str) -> str | None:
        return self._opened().tables.published(schema, name)

    def publish(self, schema: str, name: str, table: str, statements: Sequence[str]) -> None:
        del statements
        opened = self._opened()
        opened.tables.publish(opened.root, schema, name, table)

    def unpublish(self, schema: str, name: str, statement: str) -> None:
        del statement
        self._opened().tables.unpublish(schema, name)

    def close(self) -> None:
        self._pool.close()
        with self._lock:
            if self._database is not None and self._key is not None:
                _release(self._key, self._database)
                self._database = None


def _end(cursor: duckdb.DuckDBPyConnection) -> None:
    with contextlib.suppress(duckdb.Error):
        cursor.close()
