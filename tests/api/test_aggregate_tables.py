"""Aggregate awareness: answers come from an aggregate table exactly where it gives the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.engines.postgres_server import PostgresServer

from belvedere import clock
from belvedere.projects import models

LOOKML = """
connection: "{connection}"
access_grant: finance {{ user_attribute: last_name allowed_values: ["finance"] }}
view: sale {{
  sql_table_name: sale ;;
  dimension: id {{ primary_key: yes type: number }}
  dimension: shop {{}}
  dimension: big {{ type: yesno sql: ${{TABLE}}.amount > 10 ;; }}
  dimension: size {{
    type: tier
    tiers: [5, 50]
    sql: ${{TABLE}}.amount ;;
  }}
  dimension: shop_number {{ type: number sql: ${{TABLE}}.shop_id ;; }}
  dimension_group: sold {{
    type: time
    timeframes: [raw, time, hour, date, week, month, quarter, year, month_name, day_of_week]
    sql: ${{TABLE}}.sold_at ;;
  }}
  filter: wanted {{ type: string }}
  measure: total {{ type: sum sql: ${{TABLE}}.amount ;; }}
  measure: big_total {{ type: sum sql: ${{TABLE}}.amount ;; filters: [big: "yes"] }}
  measure: mean {{ type: average sql: ${{TABLE}}.amount ;; }}
  measure: big_mean {{ type: average sql: ${{TABLE}}.amount ;; filters: [big: "yes"] }}
  measure: count {{ type: count }}
  measure: least {{ type: min sql: ${{TABLE}}.amount ;; }}
  measure: most {{ type: max sql: ${{TABLE}}.amount ;; }}
  measure: customers {{ type: count_distinct sql: ${{TABLE}}.customer ;; }}
  measure: middle {{ type: median sql: ${{TABLE}}.amount ;; }}
  measure: share {{ type: number sql: 1.0 * ${{total}} / NULLIF(${{count}}, 0) ;; }}
  measure: raw {{ type: number sql: SUM(${{TABLE}}.amount) ;; }}
  measure: secret {{ type: sum sql: ${{TABLE}}.amount ;; required_access_grants: [finance] }}
}}
view: shop {{
  sql_table_name: shop ;;
  dimension: id {{ primary_key: yes type: number }}
  dimension: city {{}}
  measure: count {{ type: count }}
  measure: area {{ type: sum sql: ${{TABLE}}.area ;; }}
}}
explore: sale {{
  join: shop {{ sql_on: ${{shop.id}} = ${{sale.shop_number}} ;; relationship: many_to_one }}
  aggregate_table: by_day {{
    query: {{
      dimensions: [shop, sold_date, big, size, shop.city]
      measures: [total, big_total, mean, big_mean, count, least, most, customers, middle, raw]
    }}
    materialization: {{ persist_for: "24 hours" }}
  }}
  aggregate_table: big_by_month {{
    query: {{
      dimensions: [sold_month]
      measures: [total]
      filters: [sale.big: "yes", sale.sold_date: "2026"]
      timezone: "UTC"
    }}
    materialization: {{ persist_for: "24 hours" }}
  }}
  aggregate_table: by_city {{
    query: {{ dimensions: [shop.city] measures: [count, shop.area, shop.count, secret] }}
    materialization: {{ persist_for: "24 hours" }}
  }}
}}
explore: guarded {{
  description: "sales of one shop"
  access_filter: {{ field: guarded.shop user_attribute: last_name }}
  from: sale
  aggregate_table: by_shop {{
    query: {{ dimensions: [guarded.shop] measures: [guarded.total] }}
    materialization: {{ persist_for: "24 hours" }}
  }}
  aggregate_table: by_year {{
    query: {{ dimensions: [guarded.sold_year] measures: [guarded.total, guarded.count] }}
    materialization: {{ persist_for: "24 hours" }}
  }}
}}
"""
TABLES = [
    "CREATE TABLE shop (id INTEGER, city VARCHAR(20), area INTEGER)",
    "INSERT INTO shop VALUES (1, 'Rome', 10), (2, 'Oslo', 20), (3, 'Oslo', 30)",
    (
        "CREATE TABLE sale (id INTEGER, shop VARCHAR(20), shop_id INTEGER, sold_at TIMESTAMP, "
        "amount INTEGER, customer INTEGER)"
    ),
    "INSERT INTO sale VALUES "
    + ", ".join(
        f"({n}, {'NULL' if n % 11 == 0 else repr(f'shop {n % 3}')}, {n % 3 + 1}, "
        f"TIMESTAMP '2026-0{n % 6 + 1}-{n % 27 + 1:02d} {n % 24:02d}:15:00', "
        f"{'NULL' if n % 7 == 0 else n % 60}, {n % 5})"
        for n in range(200)
    ),
]


class Shops:
    """The same tables and model behind a connection that keeps tables and one that does not."""

    def __init__(self, instance: Instance, admin: ApiClient) -> None:
        self.instance, self.admin = instance, admin

    def detail(self, query: dict[str, Any], model: str, client: ApiClient | None = None) -> Any:
        body = {"view": "sale", "limit": "500", **query, "model": model}
        found = (client or self.admin).post(
            "/queries/run/json_detail", body, params={"cache": "false"}
        )
        assert found.status == 200, found.text
        assert not found.json()["errors"], found.text
        return found.json()

    def both(self, query: dict[str, Any], client: ApiClient | None = None) -> str:
        """The SQL over the kept tables, once its rows are those of the tables themselves."""
        kept = self.detail(query, "kept", client)
        computed = self.detail(query, "computed", client)
        for part in ("data", "totals_data", "pivots"):
            assert plain(kept[part]) == plain(computed[part])
        assert "LR$" not in computed["sql"]
        text: str = kept["sql"]
        return text


def plain(found: Any) -> Any:
    """Values alone; links hold the model's name."""
    if isinstance(found, dict):
        return {name: plain(item) for name, item in found.items() if name != "links"}
    if isinstance(found, list):
        return [plain(item) for item in found]
    return round(found, 9) if isinstance(found, float) else found


@pytest.fixture(params=["duckdb", "postgres"])
def shops(request: pytest.FixtureRequest, instance: Instance, tmp_path: Path) -> Shops:
    admin = instance.as_role("Admin")
    body: dict[str, Any] = {"dialect_name": request.param}
    if request.param == "duckdb":
        place = str(tmp_path / "shops.duckdb")
        with duckdb.connect(place) as made:
            for statement in TABLES:
                made.execute(statement)
        body["database"] = place
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        database = server.create_database()
        with psycopg.connect(server.url(database), autocommit=True) as connection:
            for statement in ["CREATE SCHEMA scratch", *TABLES]:
                connection.execute(statement.encode())
        body |= {"host": server.host, "port": str(server.port), "database": database}
        body |= {"username": server.user, "password": server.password}
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("kept", "computed"):
        more = {"tmp_db_name": "scratch"} if name == "kept" else {}
        answer = admin.post("/connections", body | {"name": name} | more)
        assert answer.status == 200, answer.text
        (folder / f"{name}.model.lkml").write_text(LOOKML.format(connection=name))
    with instance.services.database.session() as session:
        models.add_project(session, "shops", folder, clock.now())
        for name in ("kept", "computed"):
            models.register(session, name, "shops", name, clock.now())
    return Shops(instance, admin)


SAME = {
    "as it is": {
        "fields": ["sale.sold_date", "sale.shop", "sale.total"],
    },
    "coarser": {
        "fields": ["sale.sold_month", "sale.total", "sale.count", "sale.mean"],
        "sorts": ["sale.sold_month"],
    },
    "names of periods": {
        "fields": ["sale.sold_month_name", "sale.sold_day_of_week", "sale.count"],
    },
    "no dimension": {
        "fields": ["sale.least", "sale.most", "sale.big_total", "sale.big_mean"],
    },
    "quarters and years": {
        "fields": ["sale.sold_quarter", "sale.sold_year", "sale.sold_week", "sale.total"],
    },
    "numbers of measures": {
        "fields": ["shop.city", "sale.share"],
        "sorts": ["sale.share desc"],
    },
    "tiers and yesno": {
        "fields": ["sale.size", "sale.big", "sale.count"],
        "sorts": ["sale.size", "sale.big"],
    },
    "whole periods": {
        "fields": ["sale.sold_month", "sale.total"],
        "filters": {"sale.sold_date": "2026-02-03 to 2026-04-10", "sale.shop": "-shop 1"},
    },
    "filters of dimensions": {
        "fields": ["sale.sold_quarter", "sale.total"],
        "filters": {"sale.big": "yes", "sale.size": "5 to 49", "shop.city": "Oslo,NULL"},
    },
    "filters of measures": {
        "fields": ["sale.shop", "sale.total"],
        "filters": {"sale.count": ">20"},
    },
    "pivots and totals": {
        "fields": ["sale.sold_month", "shop.city", "sale.total", "sale.mean"],
        "pivots": ["shop.city"],
        "total": True,
        "row_total": "right",
        "sorts": ["sale.sold_month", "shop.city"],
    },
    "exactly the table's dimensions": {
        "fields": [
            *("sale.shop", "sale.sold_date", "sale.big", "sale.size", "shop.city"),
            *("sale.customers", "sale.middle", "sale.raw"),
        ],
        "sorts": ["sale.sold_date", "sale.shop"],
    },
    "calculations": {
        "fields": ["sale.sold_month", "sale.total"],
        "dynamic_fields": '[{"table_calculation": "twice", "expression": "${sale.total} * 2"}]',
    },
}


@pytest.mark.parametrize("query", SAME.values(), ids=SAME)
def test_the_table_answers(shops: Shops, query: dict[str, Any]) -> None:
    sql = shops.both({"sorts": query["fields"][:1], **query})
    assert "-- use existing sale::by_day in " in sql
    assert "LR$" in sql


DIFFERENT = {
    "distinct values of fewer groups": (
        {"fields": ["sale.sold_month", "sale.customers"]},
        "sale.customers cannot be computed from groups of other dimensions",
    ),
    "medians of fewer groups": (
        {"fields": ["sale.shop", "sale.middle"]},
        "sale.middle cannot be computed",
    ),
    "raw SQL of fewer groups": (
        {"fields": ["sale.shop", "sale.raw"]},
        "sale.raw is not made of measures alone",
    ),
    "a finer time": (
        {"fields": ["sale.sold_hour", "sale.total"]},
        "it does not include sale.sold_hour",
    ),
    "a field that is not there": (
        {"fields": ["sale.shop_number", "sale.total"]},
        "it does not include sale.shop_number",
    ),
    "a filter that is not there": (
        {"fields": ["sale.shop", "sale.total"], "filters": {"sale.shop_number": "2"}},
        "it does not include sale.shop_number",
    ),
    "hours of a day": (
        {
            "fields": ["sale.sold_month", "sale.total"],
            "filters": {"sale.sold_date": "2026-02-03 10:00 to 2026-02-20 11:30"},
        },
        "cuts through its periods",
    ),
    "another time zone": (
        {"fields": ["sale.sold_date", "sale.total"], "query_timezone": "America/New_York"},
        "its time zone is UTC",
    ),
    "custom fields": (
        {
            "fields": ["sale.shop", "mine"],
            "dynamic_fields": '[{"measure": "mine", "based_on": "sale.total", "type": "sum"}]',
        },
        "custom",
    ),
    "custom filters": (
        {"fields": ["sale.shop", "sale.total"], "filter_expression": '${sale.shop} = "shop 1"'},
        "custom filter",
    ),
}


@pytest.mark.parametrize(("query", "reason"), DIFFERENT.values(), ids=DIFFERENT)
def test_the_tables_themselves_answer(shops: Shops, query: dict[str, Any], reason: str) -> None:
    sql = shops.both({"sorts": query["fields"][:1], **query})
    assert "LR$" not in sql
    notes = [line for line in sql.splitlines() if line.startswith("-- Did not use sale::by_day; ")]
    assert any(reason in note for note in notes), sql


def test_filters_of_the_table_must_be_those_of_the_query(shops: Shops) -> None:
    query = {"fields": ["sale.sold_month", "sale.total"], "sorts": ["sale.sold_month"]}
    same = {"sale.big": "yes", "sale.sold_date": "2026"}
    assert "use existing sale::big_by_month" in shops.both({**query, "filters": same})
    other = shops.both({**query, "filters": {"sale.big": "yes"}})
    assert "Did not use sale::big_by_month; it contains filters that are not in the query" in other


def test_measures_that_joins_repeat_are_not_added_up(shops: Shops) -> None:
    exact = {"fields": ["shop.city", "shop.area", "shop.count"], "sorts": ["shop.city"]}
    assert "use existing sale::by_city" in shops.both(exact)
    rolled_up = {"fields": ["shop.area", "shop.count"]}
    assert "LR$" not in shops.both(rolled_up)


def test_what_was_used_is_reported(shops: Shops) -> None:
    query = {"fields": ["sale.shop", "sale.total"], "sorts": ["sale.shop"]}
    used = shops.detail(query, "kept")["aggregate_table_used_info"]
    assert used == {"explore_name": "sale", "aggregate_table_name": "by_day"}
    assert shops.detail(query, "computed")["aggregate_table_used_info"] is None


def test_rows_are_those_that_the_viewer_may_see(shops: Shops) -> None:
    query = {
        "view": "guarded",
        "fields": ["guarded.shop", "guarded.total"],
        "sorts": ["guarded.shop"],
    }
    by_year = {"view": "guarded", "fields": ["guarded.sold_year", "guarded.count"]}
    for name in ("shop 1", "shop 2"):
        client = shops.instance.as_role("User", last_name=name)
        assert "use existing guarded::by_shop" in shops.both(query, client)
        rows = shops.detail(query, "kept", client)["data"]
        assert {row["guarded.shop"]["value"] for row in rows} == {name}
        assert "LR$" not in shops.both(by_year, client)


def test_grants_hold_for_what_is_kept(shops: Shops) -> None:
    query = {"fields": ["shop.city", "sale.secret"], "sorts": ["shop.city"]}
    finance = shops.instance.as_role("User", last_name="finance")
    assert "use existing sale::by_city" in shops.both(query, finance)
    body = {"model": "kept", "view": "sale", **query}
    others = shops.instance.as_role("User").post("/queries/run/json", body)
    assert others.json() == [{"shop.city": "Oslo"}, {"shop.city": "Rome"}]


def test_aggregate_tables_are_made_by_their_triggers(shops: Shops) -> None:
    folder = shops.instance.services.models.project("shops").root
    text = LOOKML.format(connection="kept").replace(
        'persist_for: "24 hours"', "sql_trigger_value: SELECT 1 ;;"
    )
    (folder / "kept.model.lkml").write_text(text)
    before = shops.detail({"fields": ["sale.shop", "sale.total"]}, "kept")["sql"]
    shops.instance.services.triggers.check_due()
    shops.instance.services.regenerator.regenerate()
    after = shops.detail({"fields": ["sale.shop", "sale.total"]}, "kept")["sql"]
    assert "use existing sale::by_day" in before
    assert "use existing sale::by_day" in after
    shops.both({"fields": ["sale.shop", "sale.total"], "sorts": ["sale.shop"]})


def test_aggregate_tables_can_be_made_by_hand(shops: Shops) -> None:
    shops.admin.patch("/connections/kept", {"pdt_api_control_enabled": True})
    started = shops.admin.get("/derived_table/kept/sale::by_day/start")
    assert started.status == 200, started.text
    assert shops.admin.get("/derived_table/kept/sale::nothing/start").status == 404
