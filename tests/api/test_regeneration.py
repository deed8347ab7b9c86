"""When kept tables are made again: triggers, failures, what changes meanwhile."""

from __future__ import annotations

import pytest
from tests.api.conftest import Instance
from tests.api.kept_places import LOOKML, MORE, Sales, clickhouse_server, sales

__all__ = ["clickhouse_server", "sales"]
pytestmark = pytest.mark.parametrize("sales", ["duckdb", "postgres"], indirect=True)


def write(sales: Sales, more: str) -> None:
    folder = sales.instance.services.models.project("sales").root
    (folder / "sales.model.lkml").write_text(LOOKML + more)


def pass_time(sales: Sales) -> None:
    sales.instance.skip(minutes=6)
    sales.trigger()


LOADED = """
view: loaded {
  derived_table: {
    sql_trigger_value: SELECT MAX(id) FROM sale WHERE shop = 'west' ;;
    sql: SELECT COUNT(*) AS n FROM sale ;;
  }
  dimension: n { type: number }
}
explore: loaded {}
"""


def test_a_trigger_that_was_null_fires(sales: Sales) -> None:
    write(sales, LOADED)
    sales.trigger()
    assert sales.rows("loaded", "n") == [(3,)]
    sales.run(["INSERT INTO sale VALUES (9, 'west', '2026-02-03', 1)"])
    pass_time(sales)
    assert sales.rows("loaded", "n") == [(4,)]


def test_what_a_trigger_said_when_somebody_asked_first_is_known(sales: Sales) -> None:
    """The table was made by a query; what came before the first check is not missed."""
    write(sales, LOADED)
    assert sales.rows("loaded", "n") == [(3,)]
    sales.run(["INSERT INTO sale VALUES (9, 'west', '2026-02-03', 1)"])
    pass_time(sales)
    assert sales.rows("loaded", "n") == [(4,)]


def test_the_connection_says_when_triggers_are_checked(sales: Sales) -> None:
    sales.admin.patch("/connections/sales", {"maintenance_cron": "0 0 1 1 *"})
    write(sales, LOADED)
    sales.trigger()
    sales.run(["INSERT INTO sale VALUES (9, 'west', '2026-02-03', 1)"])
    pass_time(sales)
    assert sales.rows("loaded", "n") == [(3,)]
    sales.admin.patch("/connections/sales", {"maintenance_cron": None})
    pass_time(sales)
    assert sales.rows("loaded", "n") == [(4,)]


BAD_TRIGGER = """
view: aaa_first {
  derived_table: { sql_trigger_value: SELECT MAX(id) FROM nowhere ;; sql: SELECT 1 AS n ;; }
  dimension: n { type: number }
}
explore: aaa_first {}
"""


def test_a_trigger_that_fails_stops_no_other(sales: Sales) -> None:
    write(sales, BAD_TRIGGER)
    sales.trigger()
    assert sales.kept()
    graph = sales.admin.get("/derived_table/graph/view/aaa_first").json()["graph_text"]
    assert '"aaa_first" [color="red"]' in graph


FAILING = """
view: failing {
  derived_table: {
    sql_trigger_value: SELECT MAX(id) FROM sale ;;
    sql: SELECT CAST(shop AS INTEGER) AS n FROM sale WHERE shop = 'broken' ;;
  }
  dimension: n { type: number }
}
explore: failing {}
"""


def attempts(sales: Sales, view: str) -> int:
    body = {
        "model": "system__activity",
        "view": "pdt_event_log",
        "fields": ["pdt_event_log.count"],
        "filters": {"pdt_event_log.view_name": view, "pdt_event_log.action": "create error"},
    }
    found = sales.admin.post("/queries/run/json", body, params={"cache": "false"}).json()
    count: int = found[0]["pdt_event_log.count"] if found else 0
    return count


def test_a_build_that_failed_waits_for_the_next_trigger(sales: Sales) -> None:
    write(sales, FAILING)
    sales.trigger()
    assert sales.rows("failing", "n") == []
    sales.run(["INSERT INTO sale VALUES (9, 'broken', '2026-02-03', 1)"])
    pass_time(sales)
    assert attempts(sales, "failing") == 1
    assert sales.rows("failing", "n") == []  # what was made before can still be read
    for _ in range(3):
        pass_time(sales)
    assert attempts(sales, "failing") == 1
    sales.run(["DELETE FROM sale WHERE id = 9", "INSERT INTO sale VALUES (10, 'x', NULL, 1)"])
    before = sales.sql("failing", "n")
    pass_time(sales)
    assert sales.sql("failing", "n") != before


def test_a_build_that_failed_is_tried_again_where_that_is_wanted(sales: Sales) -> None:
    sales.admin.patch("/connections/sales", {"always_retry_failed_builds": True})
    write(sales, FAILING)
    sales.trigger()
    sales.run(["INSERT INTO sale VALUES (9, 'broken', '2026-02-03', 1)"])
    for _ in range(3):
        pass_time(sales)
    assert attempts(sales, "failing") == 3


MINE = """
view: mine_by_day {
  derived_table: {
    datagroup_trigger: daily
    sql: SELECT COUNT(*) AS n FROM sale WHERE '{{ _user_attributes['last_name'] }}' <> '' ;;
  }
  dimension: n { type: number }
}
explore: mine_by_day {}
view: mine_by_value {
  derived_table: {
    sql_trigger_value: SELECT MAX(day) FROM load_day ;;
    sql: SELECT COUNT(*) AS n FROM sale WHERE '{{ _user_attributes['last_name'] }}' <> '' ;;
  }
  dimension: n { type: number }
}
explore: mine_by_value {}
explore: guarded {
  view_name: sale
  access_filter: { field: sale.shop user_attribute: last_name }
}
view: mine_by_filter {
  derived_table: {
    datagroup_trigger: daily
    explore_source: guarded { column: n { field: sale.count } }
  }
  dimension: n { type: number }
}
explore: mine_by_filter {}
"""


@pytest.mark.parametrize(
    ("view", "before"), [("mine_by_day", 3), ("mine_by_value", 3), ("mine_by_filter", 1)]
)
def test_copies_for_some_people_are_made_again_too(sales: Sales, view: str, before: int) -> None:
    write(sales, MINE)
    client = sales.instance.as_role("User", last_name="north")
    sales.trigger()
    assert sales.rows(view, "n", client=client) == [(before,)]
    sales.run(MORE)
    assert sales.rows(view, "n", client=client) == [(before,)]
    pass_time(sales)
    assert sales.rows(view, "n", client=client) == [(before + 1,)]


def test_a_trigger_during_a_build_counts(sales: Sales, monkeypatch) -> None:
    """The datagroup fires while a table is being made: what it read may be older."""
    instance = sales.instance
    sales.trigger()
    builder = instance.services.builder
    real = builder._build

    def slow(kept, order, made):
        physical = real(kept, order, made)
        if kept.view.name == "by_shop":
            sales.run(["INSERT INTO load_day VALUES (DATE '2026-03-09')"])
            instance.skip(minutes=6)
            instance.services.triggers.check_due()
            instance.skip(minutes=1)
        return physical

    monkeypatch.setattr(builder, "_build", slow)
    sales.run(["INSERT INTO load_day VALUES (DATE '2026-03-08')"])
    instance.skip(minutes=6)
    instance.services.triggers.check_due()
    instance.services.regenerator.regenerate()
    monkeypatch.setattr(builder, "_build", real)
    before = sales.sql("by_shop", "shop")
    pass_time(sales)
    assert sales.sql("by_shop", "shop") != before


def test_tables_whose_time_is_over_are_dropped(sales: Sales) -> None:
    write(
        sales,
        """
view: short_by_shop {
  derived_table: { persist_for: "1 hour" sql: SELECT 1 AS n ;; }
  dimension: n { type: number }
}
explore: short_by_shop {}
""",
    )
    sales.rows("short_by_shop", "n")
    assert len(sales.kept()) == 1
    sales.instance.skip(minutes=80)
    sales.instance.services.regenerator.regenerate()
    sales.instance.skip(minutes=20)
    sales.instance.services.regenerator.regenerate()
    assert not [name for name in sales.kept() if "short" in name]
    assert sales.rows("short_by_shop", "n") == [(1,)]


def test_rows_without_an_increment_key_stay(sales: Sales) -> None:
    sales.run(["INSERT INTO sale VALUES (20, 'north', NULL, 1000)"])
    sales.trigger()
    assert sales.rows("growing", "total") == [(1023,)]
    assert (None, 1000) in sales.rows("growing_native", "month", "total")
    sales.run(MORE)
    pass_time(sales)
    assert sales.rows("growing", "total") == [(1123,)]
    assert (None, 1000) in sales.rows("growing_native", "month", "total")


ROLLED = """
view: +sale { dimension: wrong { sql: nothing_like_it(${TABLE}.shop) ;; } }
explore: rolled {
  view_name: sale
  aggregate_table: wrong {
    query: { dimensions: [sale.shop, sale.wrong] measures: [sale.total] }
    materialization: { persist_for: "1 hour" }
  }
}
"""


def test_an_aggregate_table_that_cannot_be_made_is_in_nobodys_way(sales: Sales) -> None:
    write(sales, ROLLED)
    query = {"model": "sales", "view": "rolled", "fields": ["sale.shop", "sale.total"]}
    query |= {"sorts": ["sale.shop"]}
    for _ in range(2):
        found = sales.admin.post("/queries/run/json", query, params={"cache": "false"})
        assert [tuple(row.values()) for row in found.json()] == [("north", 5), ("south", 18)]
    assert attempts(sales, "rolled$wrong") == 1


def test_two_processes_make_a_table_once(sales: Sales, monkeypatch) -> None:
    """The other one makes everything between this one's look at a table and its build."""
    sales.trigger()
    sales.run(MORE)
    other = Instance(sales.instance.settings, sales.instance.loop)
    regenerator = sales.instance.services.regenerator
    real = regenerator._make

    def late(*args) -> None:
        other.services.regenerator.regenerate()
        real(*args)

    monkeypatch.setattr(regenerator, "_make", late)
    for instance in (sales.instance, other):
        instance.skip(minutes=6)
    sales.trigger()
    body = {"model": "system__activity", "view": "pdt_event_log"}
    body |= {"fields": ["pdt_event_log.view_name", "pdt_event_log.count"]}
    body |= {"filters": {"pdt_event_log.action": "create complete"}}
    made = {tuple(row.values()) for row in sales.admin.post("/queries/run/json", body).json()}
    other.close()
    assert {("monthly", 2), ("by_shop", 2), ("growing", 2)} <= made


CASCADE = """
view: middle { sql_table_name: ${by_shop.SQL_TABLE_NAME} ;; dimension: shop {}
  measure: sum { type: sum sql: ${TABLE}.total ;; } }
explore: middle {}
view: aaa_through {
  derived_table: {
    datagroup_trigger: daily
    explore_source: middle { column: sum {} }
  }
  measure: total { type: sum sql: ${TABLE}.sum ;; }
}
explore: aaa_through {}
explore: summed {
  view_name: sale
  aggregate_table: zzz_rolled {
    query: { dimensions: [sale.shop] measures: [sale.total] }
    materialization: { datagroup_trigger: daily }
  }
}
view: aaa_rolled {
  derived_table: {
    datagroup_trigger: daily
    explore_source: summed { column: total {} }
  }
  measure: total { type: sum sql: ${TABLE}.total ;; }
}
explore: aaa_rolled {}
"""


@pytest.mark.parametrize("view", ["aaa_through", "aaa_rolled"])
def test_what_a_table_is_made_from_is_made_first(sales: Sales, view: str) -> None:
    write(sales, CASCADE)
    sales.trigger()
    assert sales.rows(view, "total") == [(23,)]
    sales.run(MORE)
    pass_time(sales)
    assert sales.rows(view, "total") == [(1118,)]


def test_a_changed_definition_is_another_table(sales: Sales) -> None:
    sales.trigger()
    (first,) = sales.kept()
    folder = sales.instance.services.models.project("sales").root
    (folder / "sales.model.lkml").write_text(LOOKML.replace("SUM(amount)", "2 * SUM(amount)"))
    assert sales.rows("by_shop", "shop", "total") == [("north", 10), ("south", 36)]
    assert len(sales.kept()) == 2
    for _ in range(2):
        sales.instance.skip(minutes=25 * 60)
        sales.instance.services.regenerator.regenerate()
    sales.admin = sales.instance.as_role("Admin")
    assert first not in sales.kept()
    assert sales.rows("by_shop", "shop", "total") == [("north", 10), ("south", 36)]
