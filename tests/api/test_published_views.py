"""Database views that stand for kept tables under a name that stays."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import Any

import pytest
from sqlalchemy import select
from tests.api.kept_places import (
    MORE,
    DuckDB,
    MariaDB,
    Sales,
    SQLite,
    clickhouse_server,
    finished,
    sales,
)

from belvedere.query.tables import PublishedViewRow

__all__ = ["clickhouse_server", "sales"]

MODEL = """
connection: "sales"
datagroup: daily {{ sql_trigger: SELECT max(day) FROM load_day ;; max_cache_age: "24 hours" }}
view: sale {{
  dimension: shop {{}}
  measure: total {{ type: sum sql: ${{TABLE}}.amount ;; }}
}}
explore: sale {{
  aggregate_table: rolled {{
    query: {{ dimensions: [shop] measures: [total] }}
    materialization: {{ datagroup_trigger: daily publish_as_db_view: yes }}
  }}
}}
view: by_shop {{
  derived_table: {{
    {how}
    sql: SELECT {columns} FROM sale GROUP BY shop ;;
  }}
  dimension: shop {{}}
}}
explore: by_shop {{}}
view: mine {{
  derived_table: {{
    datagroup_trigger: daily
    publish_as_db_view: yes
    sql: SELECT '{{{{ _user_attributes['email'] }}}}' AS who ;;
  }}
  dimension: who {{}}
}}
explore: mine {{}}
"""
PUBLISHED = "datagroup_trigger: daily publish_as_db_view: yes"
COLUMNS = "shop, SUM(amount) AS total"


class Publisher:
    """The sales, with tables that are published."""

    def __init__(self, sales: Sales) -> None:
        self.sales, self.admin = sales, sales.admin
        self.rolled = f"sales_sale{'$' if '$' in sales.prefix else '_'}rolled"
        self.schema = sales.place.definition.get("tmp_db_name", "scratch")
        if sales.place.definition["dialect_name"] == "sqlite":
            self.schema = "belvedere"
        self.write()

    def write(self, how: str = PUBLISHED, columns: str = COLUMNS) -> None:
        self.deploy(MODEL.format(how=how, columns=columns))

    def deploy(self, text: str) -> None:
        """Files are not looked at all the time."""
        models = self.sales.instance.services.models
        before = models.project("sales")
        (before.root / "sales.model.lkml").write_text(text)
        for _ in range(400):
            if models.project("sales") is not before:
                return
            time.sleep(0.02)
        raise AssertionError("the project is not read again")

    def read(self, name: str = "sales_by_shop", order: int = 1) -> Any:
        """What SQL Runner shows; None where there is no such view."""
        quote = '"' if not isinstance(self.sales.place, MariaDB) else "`"
        sql = f"SELECT * FROM {self.schema}.{quote}{name}{quote} ORDER BY {order}"
        made = self.admin.post("/sql_queries", {"connection_name": "sales", "sql": sql})
        answer = self.admin.post(f"/sql_queries/{made.json()['slug']}/run/json?cache=false")
        found = answer.json()
        if found and "looker_error" in found[0]:
            return None
        return [tuple(row.values()) for row in found]

    def build(self, view: str = "by_shop") -> dict[str, Any]:
        started = self.admin.get(f"/derived_table/sales/{view}/start")
        assert started.status == 200, started.text
        return finished(self.admin, started)

    def occupy(self) -> None:
        """Something of the view's name is there already."""
        table = f"{self.schema}.sales_by_shop"
        made = [f"CREATE TABLE {table} (a INTEGER)", f"INSERT INTO {table} VALUES (42)"]
        if isinstance(self.sales.place, DuckDB):
            made.insert(0, f"CREATE SCHEMA {self.schema}")
        if not isinstance(self.sales.place, SQLite):
            self.sales.run(made)
            return
        self.build("mine")
        folder = self.sales.instance.services.engines.open("sales").config.scratch_folder
        with contextlib.closing(sqlite3.connect(f"{folder}/derived.sqlite")) as connection:
            for statement in made:
                connection.execute(statement.replace("belvedere.", ""))
            connection.commit()

    def log(self, action: str) -> Any:
        """(name, how often) of the actions on by_shop."""
        query = {
            "model": "system__activity",
            "view": "pdt_event_log",
            "fields": ["pdt_event_log.table_name", "pdt_event_log.count"],
            "filters": {"pdt_event_log.action": action, "pdt_event_log.view_name": "by_shop"},
        }
        found = self.admin.post("/queries/run/json", query).json()
        return [tuple(row.values()) for row in found]

    def rows(self) -> dict[str, PublishedViewRow]:
        with self.sales.instance.services.database.reading() as session:
            return {row.view_name: row for row in session.scalars(select(PublishedViewRow))}


@pytest.fixture
def publisher(sales: Sales) -> Publisher:
    return Publisher(sales)


def test_a_view_reads_the_table_that_was_made_last(publisher: Publisher) -> None:
    assert publisher.read() is None
    assert publisher.build()["status"] == "complete"
    assert publisher.read() == [("north", 5), ("south", 18)]
    publisher.sales.trigger()
    publisher.sales.run(MORE)
    publisher.sales.instance.skip(minutes=6)
    publisher.sales.trigger()
    assert publisher.read() == [("north", 1100), ("south", 18)]
    publisher.sales.instance.skip(minutes=11)
    publisher.sales.trigger()
    assert publisher.read() == [("north", 1100), ("south", 18)]  # the former table is dropped


def test_the_view_changes_with_the_columns(publisher: Publisher) -> None:
    publisher.sales.trigger()
    assert publisher.read() == [("north", 5), ("south", 18)]
    publisher.write(columns="COUNT(*) AS many")
    publisher.sales.trigger()
    assert publisher.read() == [(1,), (2,)]


def test_tables_that_are_there_already_are_published_too(publisher: Publisher) -> None:
    publisher.write(how="datagroup_trigger: daily")
    publisher.sales.trigger()
    before = publisher.sales.kept()
    assert publisher.read() is None
    publisher.write()
    publisher.sales.trigger()
    assert publisher.read() == [("north", 5), ("south", 18)]
    assert {name for name in publisher.sales.kept() if name.startswith("LR")} == before


def test_a_view_goes_when_nobody_asks_for_it(publisher: Publisher) -> None:
    publisher.sales.trigger()
    publisher.write(how="datagroup_trigger: daily")
    publisher.sales.trigger()
    assert publisher.read() is None
    assert "by_shop" not in publisher.rows()
    assert publisher.log("publish task complete") == publisher.log("drop view")
    assert publisher.log("drop view") == [("sales_by_shop", 1)]
    assert publisher.read(publisher.rolled) is not None
    publisher.write(how='persist_for: "1 hour" publish_as_db_view: yes')
    publisher.build()
    publisher.sales.trigger()
    assert publisher.read() is None


def test_a_view_whose_definition_is_gone_goes_with_its_table(publisher: Publisher) -> None:
    publisher.sales.trigger()
    publisher.deploy('connection: "sales"\nview: {{{ broken')
    publisher.sales.trigger()
    assert publisher.read() == [("north", 5), ("south", 18)]
    publisher.sales.instance.skip(minutes=25 * 60)
    publisher.sales.trigger()
    publisher.sales.admin = publisher.admin = publisher.sales.instance.as_role("Admin")
    assert publisher.read() is None
    assert publisher.rows() == {}
    assert publisher.sales.kept() == set()


def test_aggregate_tables_are_published(publisher: Publisher) -> None:
    publisher.sales.trigger()
    assert publisher.read(publisher.rolled) == [("north", 5), ("south", 18)]


def test_what_is_made_for_one_person_is_not_published(publisher: Publisher) -> None:
    query = {"model": "sales", "view": "mine", "fields": ["mine.who"]}
    answer = publisher.admin.post("/queries/run/json", query)
    assert answer.status == 200
    assert publisher.read("sales_mine") is None
    publisher.sales.trigger()
    assert publisher.read("sales_mine") == [("",)]
    publisher.admin.post("/queries/run/json", query, params={"rebuild_pdts": "true"})
    assert publisher.read("sales_mine") == [("",)]


def test_what_is_not_ours_stays_as_it_is(publisher: Publisher) -> None:
    publisher.occupy()
    told = publisher.build()
    assert told["status"] == "complete"
    assert "not published" in told["message"]
    assert publisher.schema in told["message"]
    assert publisher.read() == [(42,)]
    publisher.sales.instance.skip(minutes=6)
    publisher.sales.trigger()
    assert publisher.read() == [(42,)]
    assert publisher.sales.rows("by_shop", "shop") == [("north",), ("south",)]
    assert publisher.log("publish task error") == [(publisher.rows()["by_shop"].name, 1)]
    assert publisher.rows()["by_shop"].error in told["message"]
