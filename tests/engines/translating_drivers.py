"""Drivers of databases that are not at hand: what they are told is read by the database's grammar
and run in DuckDB. They stand where the real ones are imported from.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

GRAMMARS = {
    "trino": "trino",
    "snowflake": "snowflake",
    "redshift": "redshift",
    "mssql": "tsql",
    "oracle": "oracle",
}
MODULES = {
    "trino": "trino",
    "snowflake": "snowflake.connector",
    "redshift": "redshift_connector",
    "mssql": "pytds",
    "oracle": "oracledb",
}
_UNITS = {"MM": "month", "DD": "day", "YYYY": "year"}
_SETTINGS = re.compile(
    r"(?:SET (?:timezone|search_path|LOCK_TIMEOUT|statement_timeout)|ALTER SESSION SET)\b"
)
_DEFINITIONS = (
    "SELECT COALESCE(v.sql, '') AS text FROM information_schema.tables t LEFT JOIN duckdb_views() v "
    "ON v.schema_name = t.table_schema AND v.view_name = t.table_name "
    "WHERE LOWER(t.table_schema) = LOWER('{0}') AND LOWER(t.table_name) = LOWER('{1}')"
)
_RELATIONS = {
    "snowflake": r"INFORMATION_SCHEMA\.TABLES t .*table_schema = '([\w$]+)' AND .* = '([\w$]+)'",
    "redshift": r"pg_get_viewdef.*nspname\) = '([\w$]+)' AND .* = '([\w$]+)'",
    "oracle": r"v\.text_vc .*owner = '([\w$]+)' AND .* = '([\w$]+)'",
    "mssql": r"sys\.sql_modules.*s\.name = N'([\w$]+)' AND .* = N'([\w$]+)'",
}


def _plainer(node: exp.Expression) -> exp.Expression:
    """What the translation leaves as it is, or makes wrong."""
    if isinstance(node, exp.Convert):
        (length,) = node.this.expressions
        shown = exp.func("STRFTIME", node.expression, exp.Literal.string("%Y-%m-%d %H:%M:%S"))
        return exp.func("SUBSTRING", shown, exp.Literal.number(1), length.this)
    if isinstance(node, exp.StrToTime) and node.this.is_string:
        return exp.cast(node.this, "TIMESTAMP")
    if isinstance(node, exp.DateTrunc) and node.unit.name in _UNITS:
        node.set("unit", exp.Literal.string(_UNITS[node.unit.name]))
    if isinstance(node, exp.Ordered) and node.find_ancestor(exp.Index):
        return node.this
    return node


class Driver:
    """`log` tells what was run, in the database's own words."""

    class InterfaceError(Exception):
        """A connection that is lost."""

    def __init__(self, name: str, database: duckdb.DuckDBPyConnection) -> None:
        self.name, self.database = name, database
        self.dbapi = self.defaults = self
        self.log: list[str] = []
        self.connections: list[Connection] = []
        self.renewed: set[str] = set()

    def connect(self, **arguments: Any) -> Connection:
        del arguments
        made = Connection(self, len(self.connections))
        self.connections.append(made)
        return made

    def translated(self, sql: str) -> str | None:
        if _SETTINGS.match(sql):
            return None
        relation = re.search(_RELATIONS.get(self.name, r"\Z."), sql)
        if relation is not None:
            return _DEFINITIONS.format(*relation.groups())
        shown = re.fullmatch(r"SHOW CREATE VIEW (\w+)\.([\w$]+)", sql)
        if shown is not None:
            return _DEFINITIONS.format(*shown.groups())
        found = re.match(r"(CREATE|DROP) (TABLE|MATERIALIZED VIEW) (?:IF EXISTS )?(\S+)", sql)
        if found is not None:
            self._renew(*found.groups())
            sql = sql.replace("MATERIALIZED VIEW", "TABLE", 1)
        dropped = re.search(r"EXECUTE IMMEDIATE 'DROP (TABLE|VIEW) (\S+?)(?: PURGE)?'", sql)
        if dropped is not None:
            return f"DROP {dropped[1]} IF EXISTS {dropped[2]}"
        sql = sql.replace("INTERLEAVED SORTKEY", "SORTKEY").removesuffix(" PURGE")
        sql = sql.replace("NVARCHAR(MAX)", "TEXT")
        tree = sqlglot.parse_one(sql, read=GRAMMARS[self.name])
        if isinstance(tree, exp.Create):
            tree.set("properties", None)
        if isinstance(tree, exp.Create) and tree.kind == "INDEX":  # named within its table
            tree.this.set("this", exp.to_identifier(f"i{len(self.log)}"))
        return tree.transform(_plainer).sql(dialect="duckdb")

    def _renew(self, action: str, kind: str, name: str) -> None:
        """Materialized views are tables here, and dropped by their own name only."""
        if action == "CREATE" and kind != "TABLE":
            self.renewed.add(name)
        elif action == "DROP" and (kind == "TABLE") == (name in self.renewed):
            raise RuntimeError(f"{name} is no {kind}")


class Connection:
    autocommit = False

    def __init__(self, driver: Driver, number: int) -> None:
        self.driver, self.number = driver, number
        self.database = driver.database.cursor()
        self.database.execute("SET TimeZone = 'UTC'")
        self.is_open = False

    def cursor(self) -> Cursor:
        return Cursor(self)

    def begin(self) -> None:
        transactional = self.driver.name in ("redshift", "mssql") and not self.autocommit
        if transactional and not self.is_open:
            self.database.begin()
            self.is_open = True

    def commit(self) -> None:
        if self.is_open:
            self.is_open = False
            self.database.commit()

    def rollback(self) -> None:
        if self.is_open:
            self.is_open = False
            self.database.rollback()

    def cancel(self) -> None:
        self.database.interrupt()

    def close(self) -> None:
        self.database.close()

    def is_still_running(self, worker: Worker) -> bool:
        return worker.is_alive()

    def get_query_status_throw_if_error(self, worker: Worker) -> Worker:
        if not worker.is_alive() and worker.error is not None:
            raise worker.error
        return worker


class Worker(threading.Thread):
    def __init__(self, cursor: Cursor, sql: str) -> None:
        super().__init__(daemon=True)
        self.cursor, self.sql, self.error = cursor, sql, None

    def run(self) -> None:
        try:
            self.cursor.execute(self.sql)
        except Exception as error:
            self.error = error


class Cursor:
    sfqid: Worker | None = None

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.database = connection.database
        self.description: list[Any] | None = None
        self._session = SimpleNamespace(put_cancel=self.cancel)

    def execute(self, sql: str) -> None:
        driver = self.connection.driver
        driver.log.append(sql)
        if "pg_backend_pid" in sql:
            sql = f"SELECT {self.connection.number}"
        stop = re.fullmatch(r"SELECT pg_cancel_backend\((\d+)\)", sql)
        if stop is not None:
            driver.connections[int(stop[1])].database.interrupt()
            return
        translated = driver.translated(sql)
        if translated is not None:
            self.connection.begin()
            self.database.execute(translated)
            self.description = self.database.description

    def execute_async(self, sql: str) -> None:
        self.sfqid = Worker(self, sql)
        self.sfqid.start()

    def get_results_from_sfqid(self, worker: Worker) -> None:
        worker.join()

    def abort_query(self, worker: Worker) -> None:
        worker.cursor.cancel()

    def fetchmany(self, size: int) -> list[Any]:
        return self.database.fetchmany(size)

    def cancel(self) -> None:
        self.database.interrupt()

    def close(self) -> None:
        pass


def install(
    monkeypatch: pytest.MonkeyPatch, name: str, database: duckdb.DuckDBPyConnection
) -> Driver:
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    database.execute("CREATE MACRO current_timezone() AS 'UTC'")
    driver = Driver(name, database)
    monkeypatch.setitem(sys.modules, MODULES[name], driver)
    return driver
