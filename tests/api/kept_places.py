"""Databases that derived tables are kept in, and a model over them."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import chdb
import duckdb
import psycopg
import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.engines.clickhouse_server import ClickHouseServer, clickhouse_server, fill
from tests.engines.mariadb_server import MariaDBServer
from tests.engines.postgres_server import PostgresServer
from tests.engines.translating_drivers import install

from belvedere import clock
from belvedere.compiler import dialects
from belvedere.projects import models

__all__ = ["clickhouse_server"]

LOOKML = """
connection: "sales"
datagroup: daily { sql_trigger: SELECT max(day) FROM load_day ;; max_cache_age: "24 hours" }
view: sale {
  sql_table_name: sale ;;
  dimension: id { primary_key: yes type: number }
  dimension: shop {}
  dimension_group: sold { type: time timeframes: [raw, date, month] sql: ${TABLE}.sold_at ;; }
  measure: total { type: sum sql: ${TABLE}.amount ;; }
  measure: count { type: count }
}
explore: sale {}
view: by_shop {
  derived_table: {
    datagroup_trigger: daily
    indexes: ["shop"]
    sql: SELECT shop, SUM(amount) AS total FROM ${sale.SQL_TABLE_NAME} GROUP BY 1 ;;
  }
  dimension: shop { primary_key: yes }
  measure: total { type: sum sql: ${TABLE}.total ;; }
}
explore: by_shop {}
view: best {
  derived_table: {
    persist_for: "1 hour"
    sql: SELECT shop FROM ${by_shop.SQL_TABLE_NAME} ORDER BY total DESC LIMIT 1 ;;
  }
  dimension: shop {}
}
explore: best {}
view: monthly {
  derived_table: {
    sql_trigger_value: SELECT max(day) FROM load_day ;;
    explore_source: sale {
      column: month { field: sale.sold_month }
      column: total { field: sale.total }
    }
  }
  dimension: month {}
  measure: total { type: sum sql: ${TABLE}.total ;; }
}
explore: monthly {}
view: created {
  derived_table: {
    interval_trigger: "6 hours"
    sql_create: CREATE TABLE ${SQL_TABLE_NAME} AS SELECT shop FROM ${by_shop.SQL_TABLE_NAME} ;;
  }
  dimension: shop {}
  measure: count { type: count }
}
explore: created {}
view: processed {
  derived_table: {
    datagroup_trigger: daily
    create_process: {
      sql_step: CREATE TABLE ${SQL_TABLE_NAME} (word VARCHAR(20)) ;;
      sql_step: INSERT INTO ${SQL_TABLE_NAME} VALUES ('one'), ('two') ;;
    }
  }
  dimension: word {}
}
explore: processed {}
view: growing {
  derived_table: {
    datagroup_trigger: daily
    increment_key: "sold_date"
    increment_offset: 1
    sql: SELECT sold_at, amount FROM sale
         WHERE {% incrementcondition sold_date %} sold_at {% endincrementcondition %} ;;
  }
  dimension_group: sold { type: time timeframes: [date] sql: ${TABLE}.sold_at ;; }
  measure: total { type: sum sql: ${TABLE}.amount ;; }
}
explore: growing {}
view: growing_native {
  derived_table: {
    datagroup_trigger: daily
    increment_key: "month"
    explore_source: sale {
      column: month { field: sale.sold_month }
      column: total { field: sale.total }
    }
  }
  dimension: month {}
  measure: total { type: sum sql: ${TABLE}.total ;; }
}
explore: growing_native {}
view: asked {
  derived_table: {
    persist_for: "1 hour"
    sql: SELECT shop FROM sale WHERE {% condition shop %} shop {% endcondition %} ;;
  }
  dimension: shop {}
}
explore: asked {}
view: mine {
  derived_table: {
    persist_for: "1 hour"
    sql: SELECT '{{ _user_attributes['email'] }}' AS who ;;
  }
  dimension: who {}
}
explore: mine {}
view: broken {
  derived_table: { datagroup_trigger: daily sql: SELECT missing FROM nowhere ;; }
  dimension: nothing {}
}
explore: broken {}
"""
TABLES = [
    "CREATE TABLE load_day (day DATE)",
    "INSERT INTO load_day VALUES (DATE '2026-03-01')",
    "CREATE TABLE sale (id INTEGER, shop VARCHAR(20), sold_at TIMESTAMP, amount INTEGER)",
    (
        "INSERT INTO sale VALUES (1, 'north', '2026-01-10 10:00:00', 5), "
        "(2, 'south', '2026-01-20 10:00:00', 7), (3, 'south', '2026-02-01 09:00:00', 11)"
    ),
]
MORE = [
    "INSERT INTO load_day VALUES (DATE '2026-03-02')",
    "INSERT INTO sale VALUES (4, 'north', '2026-02-02 08:00:00', 100)",
    "UPDATE sale SET amount = 1000 WHERE id = 1",
]


class Place(ABC):
    """A database that tables are kept in."""

    definition: dict[str, Any]
    """What a connection to it says."""
    beside = False
    """Whether derived tables are files of the server's own."""
    one_process = False
    """Whether nobody else can open it meanwhile."""
    slow = "SELECT COUNT(*) AS n FROM {0} a CROSS JOIN {0} b CROSS JOIN {0} c"
    many: str

    @abstractmethod
    def run(self, statements: Iterable[str]) -> None: ...

    @abstractmethod
    def kept(self, folder: str | None) -> set[str]:
        """Names of tables; `folder` is where those are that are files."""


class DuckDB(Place):
    beside = one_process = True
    many = "range(4000)"

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self.path = str(folder / "sales.duckdb")
        self.definition = {"dialect_name": "duckdb", "database": self.path}

    def run(self, statements: Iterable[str]) -> None:
        with duckdb.connect(self.path) as connection:
            for statement in statements:
                connection.execute(statement)

    def kept(self, folder: str | None) -> set[str]:
        return {path.stem for path in Path(folder or "").glob("*.duckdb")}


class SQLite(Place):
    beside = True
    many = "(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 4000) SELECT n FROM r)"

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self.path = str(folder / "sales.sqlite")
        self.definition = {"dialect_name": "sqlite", "database": self.path}

    def run(self, statements: Iterable[str]) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            for statement in statements:
                connection.execute(re.sub(r"\bDATE (?=')", "", statement))
            connection.commit()

    def kept(self, folder: str | None) -> set[str]:
        with contextlib.closing(sqlite3.connect(f"{folder}/derived.sqlite")) as connection:
            found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            return {name for (name,) in found.fetchall()}


class Postgres(Place):
    many = "generate_series(1, 4000)"

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        database = server.create_database()
        self.url = server.url(database)
        self.definition = {"dialect_name": "postgres", "database": database}
        self.definition |= {"host": server.host, "port": str(server.port)}
        self.definition |= {"username": server.user, "password": server.password}
        self.run(["CREATE SCHEMA scratch"])

    def run(self, statements: Iterable[str]) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def kept(self, folder: str | None) -> set[str]:
        with psycopg.connect(self.url) as connection:
            found = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'scratch'"
            )
            return {name for (name,) in found}


class MariaDB(Place):
    """All databases of the server are next to each other: each test has a scratch of its own."""

    many = "seq_1_to_4000"

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self.server: MariaDBServer = request.getfixturevalue("mariadb_server")
        self.database = self.server.create_database()
        self.scratch = self.server.create_database()
        self.definition = {"dialect_name": "mariadb", "database": self.database}
        self.definition |= {"host": self.server.host, "port": str(self.server.port)}
        self.definition |= {"username": self.server.user, "password": self.server.password}
        self.definition["tmp_db_name"] = self.scratch

    def run(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self.server.run(statement.replace("TIMESTAMP", "DATETIME"), self.database)

    def kept(self, folder: str | None) -> set[str]:
        return {name for (name,) in self.server.run("SHOW TABLES", self.scratch)}


def for_clickhouse(statement: str) -> str:
    if statement.startswith("UPDATE"):
        found = re.fullmatch(r"UPDATE (\w+) SET (.*) WHERE (.*)", statement)
        assert found
        return (
            f"ALTER TABLE {found[1]} UPDATE {found[2]} WHERE {found[3]} SETTINGS mutations_sync = 2"
        )
    if statement.startswith("CREATE TABLE"):
        statement = statement.replace("TIMESTAMP", "DateTime64(6)")
        return f"{statement} ENGINE = MergeTree ORDER BY tuple()"
    return statement


class ClickHouse(Place):
    many = "numbers(4000)"
    slow = "SELECT COUNT(*) AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1"

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        server: ClickHouseServer = request.getfixturevalue("clickhouse_server")
        self.server, self.database = server, server.create_database()
        self.scratch = server.create_database()
        self.definition = {"dialect_name": "clickhouse", "database": self.database}
        self.definition |= {"host": server.host, "port": str(server.port)}
        self.definition |= {"username": server.user, "password": server.password}
        self.definition["tmp_db_name"] = self.scratch

    def run(self, statements: Iterable[str]) -> None:
        with contextlib.closing(chdb.connect(":memory:")) as connection:
            connection.query(f"USE {self.database}")
            for statement in statements:
                connection.query(for_clickhouse(statement))

    def kept(self, folder: str | None) -> set[str]:
        with contextlib.closing(chdb.connect(":memory:")) as connection:
            found = connection.query(f"SHOW TABLES FROM {self.scratch}", "TSV").bytes().decode()
        return set(found.split())


class ClickHouseFolder(Place):
    one_process = True
    many = ClickHouse.many
    slow = ClickHouse.slow

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self.path = folder / "clickhouse"
        self.definition = {"dialect_name": "clickhouse", "database": str(self.path)}
        self.run(["CREATE DATABASE scratch"])

    def run(self, statements: Iterable[str]) -> None:
        fill(self.path, *map(for_clickhouse, statements))

    def kept(self, folder: str | None) -> set[str]:
        told = self.path.parent / "told"
        fill(
            self.path,
            f"SELECT name FROM system.tables WHERE database = 'scratch' INTO OUTFILE '{told}' FORMAT TSV",
        )
        found = set(told.read_text().split())
        told.unlink()
        return found


class Translated(Place):
    """A database that is not at hand, behind its driver."""

    many = "range(4000)"
    name: str

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self.database = duckdb.connect(folder / "sales.duckdb")
        request.addfinalizer(self.database.close)
        self.driver = install(request.getfixturevalue("monkeypatch"), self.name, self.database)
        self.definition = {"dialect_name": self.name, "host": "db.example.com"}
        self.run(["CREATE SCHEMA scratch"])

    def run(self, statements: Iterable[str]) -> None:
        with self.database.cursor() as connection:
            for statement in statements:
                connection.execute(statement)

    def kept(self, folder: str | None) -> set[str]:
        with self.database.cursor() as connection:
            found = connection.execute("SELECT table_name FROM duckdb_tables()")
            return {name for (name,) in found.fetchall()}


class Trino(Translated):
    name = "trino"


class Snowflake(Translated):
    name = "snowflake"


class Redshift(Translated):
    name = "redshift"


class SQLServer(Translated):
    name = "mssql"


class Oracle(Translated):
    name = "oracle"


PLACES: dict[str, type[Place]] = {
    "duckdb": DuckDB,
    "postgres": Postgres,
    "mariadb": MariaDB,
    "sqlite": SQLite,
    "clickhouse": ClickHouse,
    "clickhouse in a folder": ClickHouseFolder,
    "trino": Trino,
    "snowflake": Snowflake,
    "redshift": Redshift,
    "mssql": SQLServer,
    "oracle": Oracle,
}


class Sales:
    """A database with the model over it; `run` changes it behind the server's back."""

    def __init__(self, instance: Instance, admin: ApiClient, place: Place) -> None:
        self.instance, self.admin, self.place = instance, admin, place
        self.prefix = dialects.get(place.definition["dialect_name"]).kept_prefix

    def run(self, statements: list[str]) -> None:
        if self.place.one_process:
            self.let_go()
        self.place.run(statements)

    def let_go(self) -> None:
        """Close the database; it is opened again for the next query."""
        self.instance.services.engines.open("sales").close()
        self.admin.patch("/connections/sales", {"pool_timeout": 100})

    def kept(self) -> set[str]:
        """The tables of by_shop."""
        folder = self.instance.services.engines.open("sales").config.scratch_folder
        if self.place.one_process:
            self.let_go()
        return {name for name in self.place.kept(folder) if name.lower().endswith("_by_shop")}

    def rows(self, view: str, *fields: str, client: ApiClient | None = None, **more: Any) -> Any:
        query = {"model": "sales", "view": view, "fields": [f"{view}.{name}" for name in fields]}
        query |= {"sorts": [query["fields"][0]], **more}
        found = (client or self.admin).post("/queries/run/json", query, params={"cache": "false"})
        assert found.status == 200, found.text
        return [tuple(row.values()) for row in found.json()]

    def sql(self, view: str, field: str) -> str:
        query = {"model": "sales", "view": view, "fields": [f"{view}.{field}"]}
        detail = self.admin.post("/queries/run/json_detail", query).json()
        text: str = detail["sql"]
        return text

    def trigger(self) -> None:
        """Time passes until the triggers are looked at again."""
        self.instance.services.triggers.check_due()
        self.instance.services.regenerator.regenerate()


@pytest.fixture(params=PLACES)
def sales(request: pytest.FixtureRequest, instance: Instance, tmp_path: Path) -> Sales:
    admin = instance.as_role("Admin")
    place = PLACES[request.param](request, tmp_path)
    place.run(TABLES)
    body = {"name": "sales", "tmp_db_name": "scratch", **place.definition}
    answer = admin.post("/connections", body | {"pdt_api_control_enabled": True})
    assert answer.status == 200, answer.text
    assert answer.json()["pdts_enabled"]
    folder = tmp_path / "sales"
    folder.mkdir()
    (folder / "sales.model.lkml").write_text(LOOKML)
    with instance.services.database.session() as session:
        models.add_project(session, "sales", folder, clock.now())
        models.register(session, "sales", "sales", "sales", clock.now())
    return Sales(instance, admin, place)


def finished(client: ApiClient, started: Any) -> dict[str, Any]:
    identifier = started.json()["materialization_id"]
    for _ in range(400):
        answer = client.get(f"/derived_table/{identifier}/status").json()
        told: dict[str, Any] = json.loads(answer["resp_text"])
        if told["status"] in ("complete", "error", "cancelled"):
            return told
        time.sleep(0.05)
    raise AssertionError(told)
