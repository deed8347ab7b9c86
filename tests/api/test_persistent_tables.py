"""Persistent derived tables: made once, read by everybody, made again when they should be."""

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

from belvedere import clock
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


PLACES: dict[str, type[Place]] = {
    "duckdb": DuckDB,
    "postgres": Postgres,
    "mariadb": MariaDB,
    "sqlite": SQLite,
    "clickhouse": ClickHouse,
    "clickhouse in a folder": ClickHouseFolder,
}


class Sales:
    """A database with the model over it; `run` changes it behind the server's back."""

    def __init__(self, instance: Instance, admin: ApiClient, place: Place) -> None:
        self.instance, self.admin, self.place = instance, admin, place

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


def test_a_table_is_made_once_and_read_by_everybody(sales: Sales) -> None:
    assert sales.rows("by_shop", "shop", "total") == [("north", 5), ("south", 18)]
    sales.run(["INSERT INTO sale VALUES (9, 'west', '2026-02-03', 1)"])
    assert sales.rows("by_shop", "shop", "total") == [("north", 5), ("south", 18)]
    other = sales.instance.as_role("Developer")
    assert sales.rows("by_shop", "shop", client=other) == [("north",), ("south",)]
    assert "LR$" in sales.sql("by_shop", "shop")


def test_tables_are_made_from_tables(sales: Sales) -> None:
    assert sales.rows("best", "shop") == [("south",)]
    assert sales.rows("created", "count") == [(2,)]
    assert sales.rows("processed", "word") == [("one",), ("two",)]
    assert sales.rows("monthly", "month", "total") == [("2026-01", 12), ("2026-02", 11)]


def test_triggers_make_them_again(sales: Sales) -> None:
    sales.trigger()
    before = sales.sql("by_shop", "shop")
    assert sales.rows("by_shop", "shop", "total") == [("north", 5), ("south", 18)]
    assert sales.rows("monthly", "month", "total") == [("2026-01", 12), ("2026-02", 11)]
    sales.run(MORE)
    sales.instance.skip(minutes=6)
    sales.trigger()
    assert sales.rows("by_shop", "shop", "total") == [("north", 1100), ("south", 18)]
    assert sales.rows("monthly", "month", "total") == [("2026-01", 1007), ("2026-02", 111)]
    assert sales.sql("by_shop", "shop") != before


def test_tables_that_grow_keep_what_is_older(sales: Sales) -> None:
    assert sales.rows("growing", "total") == [(23,)]
    assert sales.rows("growing_native", "month", "total") == [("2026-01", 12), ("2026-02", 11)]
    sales.trigger()
    sales.run(MORE)
    sales.instance.skip(minutes=6)
    sales.trigger()
    # The row of January was changed, but only February is read again.
    assert sales.rows("growing", "total") == [(123,)]
    assert sales.rows("growing_native", "month", "total") == [("2026-01", 12), ("2026-02", 111)]
    start = sales.admin.get(
        "/derived_table/sales/growing/start", params={"force_full_incremental": "true"}
    )
    assert finished(sales.admin, start)["status"] == "complete"
    assert sales.rows("growing", "total") == [(1118,)]


def test_persist_for_ends(sales: Sales) -> None:
    assert sales.rows("best", "shop") == [("south",)]
    sales.run(["UPDATE sale SET amount = 500 WHERE shop = 'north'"])
    assert sales.rows("best", "shop") == [("south",)]
    sales.instance.skip(minutes=61)
    rebuilt = sales.admin.get("/derived_table/sales/by_shop/start")
    assert finished(sales.admin, rebuilt)["status"] == "complete"
    assert sales.rows("best", "shop") == [("north",)]


def test_rebuild_and_run(sales: Sales) -> None:
    assert sales.rows("best", "shop") == [("south",)]
    sales.run(["UPDATE sale SET amount = 500 WHERE shop = 'north'"])
    query = {"model": "sales", "view": "best", "fields": ["best.shop"]}
    explorer = sales.instance.as_role("User")
    params = {"rebuild_pdts": "true", "cache": "false"}
    for client, shop in ((explorer, "south"), (sales.admin, "north")):
        answer = client.post("/queries/run/json", query, params=params)
        assert answer.json() == [{"best.shop": shop}]


def test_what_depends_on_the_query_is_not_kept(sales: Sales) -> None:
    assert "LR$" not in sales.sql("asked", "shop")
    found = sales.rows("asked", "shop", filters={"asked.shop": "north"})
    assert found == [("north",)]


def test_each_viewer_has_a_copy_where_attributes_are_read(sales: Sales) -> None:
    one, other = (sales.instance.as_role("User") for _ in range(2))
    seen = [sales.rows("mine", "who", client=client) for client in (one, other, one)]
    assert seen[0] == seen[2] != seen[1]


def test_a_table_that_cannot_be_made_says_why(sales: Sales) -> None:
    query = {"model": "sales", "view": "broken", "fields": ["broken.nothing"]}
    answer = sales.admin.post("/queries/run/json_detail", query).json()
    message = answer["errors"][0]["message_details"] + answer["errors"][0]["message"]
    assert 'view "broken"' in message
    assert "nowhere" in message
    graph = sales.admin.get("/derived_table/graph/view/broken").json()["graph_text"]
    assert '"broken" [color="red"]' in graph


def test_graphs_show_the_state(sales: Sales) -> None:
    sales.rows("best", "shop")
    graph = sales.admin.get("/derived_table/graph/model/sales").json()["graph_text"]
    assert '"best" [color="green"]' in graph
    assert '"by_shop" [color="green"]' in graph
    assert '"monthly" [color="grey"]' in graph
    green = sales.admin.get("/derived_table/graph/model/sales", params={"color": "green"})
    assert "monthly" not in green.json()["graph_text"]


def test_builds_are_started_watched_and_refused(sales: Sales) -> None:
    started = sales.admin.get("/derived_table/sales/by_shop/start")
    assert started.status == 200
    told = finished(sales.admin, started)
    assert (told["status"], told["model"], told["view"]) == ("complete", "sales", "by_shop")
    failed = finished(sales.admin, sales.admin.get("/derived_table/sales/broken/start"))
    assert failed["status"] == "error"
    assert "nowhere" in failed["message"]
    ended = sales.admin.get(f"/derived_table/{started.json()['materialization_id']}/stop")
    assert json.loads(ended.json()["resp_text"])["status"] == "complete"
    assert sales.admin.get("/derived_table/sales/sale/start").status == 404
    assert sales.admin.get("/derived_table/sales/asked/start").status == 400
    assert sales.admin.get("/derived_table/nothing/status").status == 404
    explorer = sales.instance.as_role("User")
    assert explorer.get("/derived_table/sales/by_shop/start").status in (403, 404)
    sales.admin.patch("/connections/sales", {"pdt_api_control_enabled": False})
    refused = sales.admin.get("/derived_table/sales/by_shop/start")
    assert refused.status == 400
    assert "pdt_api_control_enabled" in refused.text


def test_a_build_can_be_stopped(sales: Sales) -> None:
    folder = sales.instance.services.models.project("sales").root
    slow = sales.place.slow.format(sales.place.many)
    text = f'view: slow {{ derived_table: {{ persist_for: "1 hour" sql: {slow} ;; }} dimension: n {{}} }}'
    (folder / "sales.model.lkml").write_text(f"{LOOKML}\n{text}\nexplore: slow {{}}\n")
    started = sales.admin.get("/derived_table/sales/slow/start")
    identifier = started.json()["materialization_id"]
    for _ in range(400):
        graph = sales.admin.get("/derived_table/graph/view/slow").json()["graph_text"]
        if '"slow" [color="yellow"]' in graph:
            break
        time.sleep(0.05)
    assert '"slow" [color="yellow"]' in graph
    assert sales.rows("sale", "count") == [(3,)]  # readers do not wait
    assert sales.admin.get(f"/derived_table/{identifier}/stop").status == 200
    assert finished(sales.admin, started)["status"] == "cancelled"


def test_replaced_tables_are_dropped(sales: Sales) -> None:
    sales.rows("by_shop", "shop")
    first = sales.kept()
    assert finished(sales.admin, sales.admin.get("/derived_table/sales/by_shop/start"))
    assert len(sales.kept()) == 2
    sales.instance.skip(minutes=11)
    sales.instance.services.regenerator.regenerate()
    assert not first & sales.kept()
    assert sales.rows("by_shop", "shop") == [("north",), ("south",)]


def test_what_happened_to_tables_is_written_down(sales: Sales) -> None:
    sales.rows("by_shop", "total")
    query = {"model": "sales", "view": "broken", "fields": ["broken.nothing"]}
    assert sales.admin.post("/queries/run/json_detail", query).status == 200
    names = ("view_name", "model_name", "connection", "action", "status_code", "count")
    body = {
        "model": "system__activity",
        "view": "pdt_event_log",
        "fields": [f"pdt_event_log.{name}" for name in names],
        "filters": {"pdt_event_log.created_date": "1 day"},
        "sorts": ["pdt_event_log.view_name"],
    }
    log = sales.admin.post("/queries/run/json", body).json()
    assert [tuple(row.values()) for row in log] == [
        ("broken", "sales", "sales", "create error", "error", 1),
        ("by_shop", "sales", "sales", "create complete", "success", 1),
    ]
    fields = ["message", "runtime", "successful_pdt_builds", "pdt_create_failures"]
    body |= {"fields": [f"pdt_event_log.{name}" for name in fields]}
    body |= {"filters": {"pdt_event_log.action": "%error%"}, "sorts": []}
    ((message, *rest),) = (
        row.values() for row in sales.admin.post("/queries/run/json", body).json()
    )
    assert "nowhere" in message
    assert rest == [None, 0, 1]


def test_without_a_place_tables_are_computed(sales: Sales) -> None:
    sales.admin.patch("/connections/sales", {"tmp_db_name": None})
    assert "LR$" not in sales.sql("by_shop", "shop")
    assert sales.rows("best", "shop") == [("south",)]
    query = {"model": "sales", "view": "processed", "fields": ["processed.word"]}
    refused = sales.admin.post("/queries/run/json", query)
    assert refused.status == 400
    assert "tmp_db_name" in refused.text


def finished(client: ApiClient, started: Any) -> dict[str, Any]:
    identifier = started.json()["materialization_id"]
    for _ in range(400):
        answer = client.get(f"/derived_table/{identifier}/status").json()
        told: dict[str, Any] = json.loads(answer["resp_text"])
        if told["status"] in ("complete", "error", "cancelled"):
            return told
        time.sleep(0.05)
    raise AssertionError(told)


@pytest.mark.parametrize(
    "statement",
    ["COPY sale TO '{file}'", "ATTACH '{file}' AS other", "SET enable_external_access = true"],
)
@pytest.mark.parametrize("sales", ["duckdb"], indirect=True)  # others have permissions of their own
def test_steps_reach_nothing_but_the_database(sales: Sales, tmp_path: Path, statement: str) -> None:
    file = tmp_path / "outside.txt"
    step = statement.format(file=file)
    folder = sales.instance.services.models.project("sales").root
    text = (
        'view: out { derived_table: { persist_for: "1 hour" create_process: { sql_step: '
        f"CREATE TABLE ${{SQL_TABLE_NAME}} AS SELECT 1 AS n ;; sql_step: {step} ;; }} }} "
        "dimension: n {} }"
    )
    (folder / "sales.model.lkml").write_text(f"{LOOKML}\n{text}\nexplore: out {{}}\n")
    failed = finished(sales.admin, sales.admin.get("/derived_table/sales/out/start"))
    assert failed["status"] == "error"
    assert not file.exists()
