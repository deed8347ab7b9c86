"""A shop that every database can make for itself, small enough for the slowest of them.

Customers have orders and orders have items: `FAN_OUT` asks for measures of both ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import duckdb
import psycopg
import pyarrow.parquet as pq
from tests.engines.clickhouse_server import fill
from tests.engines.java import make_java_home
from tests.engines.mariadb_server import running_mariadb
from tests.engines.postgres_server import running_postgres

from belvedere.engines.base import ConnectionConfig

USERS, ORDERS, ITEMS = 20_000, 60_000, 200_000
LOOKML = """
connection: "shop"
view: users {
  dimension: id { primary_key: yes type: number }
  dimension: state {}
  measure: count { type: count }
  measure: average_age { type: average sql: ${TABLE}.age ;; }
}
view: orders {
  dimension: id { primary_key: yes type: number }
  dimension: user_id { type: number }
}
view: items {
  dimension: id { primary_key: yes type: number }
  dimension: order_id { type: number }
  measure: count { type: count }
  measure: total_price { type: sum sql: ${TABLE}.price ;; }
}
explore: users {
  join: orders { relationship: one_to_many sql_on: ${users.id} = ${orders.user_id} ;; }
  join: items { relationship: one_to_many sql_on: ${orders.id} = ${items.order_id} ;; }
}
"""
FAN_OUT = (
    "users.state",
    "users.count",
    "users.average_age",
    "items.total_price",
    "items.count",
)
BEST = """
WITH bought AS (
  SELECT o.user_id AS buyer, SUM(i.price) AS total, COUNT(*) AS items
  FROM orders o JOIN items i ON i.order_id = o.id GROUP BY o.user_id
)
SELECT u.state, COUNT(*), AVG(u.age), COALESCE(SUM(b.total), 0), COALESCE(SUM(b.items), 0)
FROM users u LEFT JOIN bought b ON b.buyer = u.id GROUP BY u.state ORDER BY u.state
"""
_COLUMNS = {
    "users": (USERS, "n AS id, n % 50 AS state, 18 + n % 60 AS age"),
    "orders": (ORDERS, f"n AS id, n * 7 % {USERS} AS user_id"),
    "items": (ITEMS, f"n AS id, n * 13 % {ORDERS} AS order_id, n % 1000 AS price"),
}
_RECURSIVE = (
    "(WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r LIMIT {rows}) SELECT n FROM r)"
)
_NUMBERS = {
    "clickhouse": "(SELECT CAST(number AS Int64) AS n FROM numbers({rows}))",
    "duckdb": "(SELECT range AS n FROM range({rows}))",
    "mariadb": "(SELECT seq - 1 AS n FROM seq_1_to_{rows})",
    "postgres": "(SELECT n FROM generate_series(0, {rows} - 1) AS s(n))",
    "sqlite": _RECURSIVE,
}


def _tables(dialect: str) -> Iterator[str]:
    engine = " ENGINE = MergeTree ORDER BY id" if dialect == "clickhouse" else ""
    for name, (rows, columns) in _COLUMNS.items():
        numbers = _NUMBERS[dialect].format(rows=rows)
        yield f"CREATE TABLE {name}{engine} AS SELECT {columns} FROM {numbers} AS numbered"


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, ConnectionConfig]]:
    """Every kind of database that is run in tests, with the shop in it."""
    with ExitStack() as stack:
        yield {
            "DuckDB": _duckdb(folder / "shop.duckdb"),
            "PostgreSQL": stack.enter_context(_postgres()),
            "MariaDB": stack.enter_context(_mariadb()),
            "SQLite": _sqlite(folder / "shop.sqlite"),
            "ClickHouse": _clickhouse(folder / "clickhouse"),
            "Spark": _spark(folder / "spark", folder / "shop.duckdb"),
        }


def java(folder: Path) -> Path:
    """A JAVA_HOME for Spark."""
    folder.mkdir()
    return make_java_home(folder)


def _duckdb(path: Path) -> ConnectionConfig:
    with duckdb.connect(str(path)) as connection:
        for statement in _tables("duckdb"):
            connection.execute(statement)
    return ConnectionConfig("duckdb", str(path))


def _sqlite(path: Path) -> ConnectionConfig:
    with closing(sqlite3.connect(path)) as connection:
        for statement in _tables("sqlite"):
            connection.execute(statement)
        connection.execute("CREATE INDEX items_order ON items (order_id)")
        connection.execute("CREATE INDEX orders_user ON orders (user_id)")
        connection.commit()
    return ConnectionConfig("sqlite", str(path))


@contextmanager
def _postgres() -> Iterator[ConnectionConfig]:
    with running_postgres() as server:
        name = server.create_database()
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            for statement in (*_tables("postgres"), "VACUUM ANALYZE"):
                connection.execute(statement.encode())
        yield ConnectionConfig(
            "postgres", name, server.host, server.port, server.user, server.password
        )


@contextmanager
def _mariadb() -> Iterator[ConnectionConfig]:
    with running_mariadb() as server:
        name = server.create_database()
        indexes = (
            "ALTER TABLE users ADD PRIMARY KEY (id)",
            "ALTER TABLE orders ADD PRIMARY KEY (id), ADD KEY (user_id)",
            "ALTER TABLE items ADD PRIMARY KEY (id), ADD KEY (order_id)",
        )
        for statement in (*_tables("mariadb"), *indexes):
            server.run(statement, name)
        yield ConnectionConfig(
            "mariadb", name, server.host, server.port, server.user, server.password
        )


def _clickhouse(folder: Path) -> ConnectionConfig:
    fill(folder, *_tables("clickhouse"))
    return ConnectionConfig("clickhouse", str(folder))


def _spark(folder: Path, source: Path) -> ConnectionConfig:
    with duckdb.connect(str(source), read_only=True) as connection:
        for name in _COLUMNS:
            (folder / name).mkdir(parents=True)
            table = connection.sql(f"SELECT * FROM {name}").to_arrow_table()
            pq.write_table(table, folder / name / "part-0.parquet")
    options = (("spark.sql.shuffle.partitions", "2"),)
    return ConnectionConfig("spark", str(folder), options=options)
