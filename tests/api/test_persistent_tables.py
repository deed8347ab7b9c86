"""Persistent derived tables: made once, read by everybody, made again when they should be."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tests.api.kept_places import (
    LOOKML,
    MORE,
    Sales,
    clickhouse_server,
    finished,
    sales,
)

__all__ = ["clickhouse_server", "sales"]


def test_a_table_is_made_once_and_read_by_everybody(sales: Sales) -> None:
    assert sales.rows("by_shop", "shop", "total") == [("north", 5), ("south", 18)]
    sales.run(["INSERT INTO sale VALUES (9, 'west', '2026-02-03', 1)"])
    assert sales.rows("by_shop", "shop", "total") == [("north", 5), ("south", 18)]
    other = sales.instance.as_role("Developer")
    assert sales.rows("by_shop", "shop", client=other) == [("north",), ("south",)]
    assert sales.prefix in sales.sql("by_shop", "shop")


def test_tables_are_made_from_tables(sales: Sales) -> None:
    assert sales.rows("best", "shop") == [("south",)]
    assert sales.rows("created", "count") == [(2,)]
    assert sales.rows("processed", "word") == [("one",), ("two",)]
    assert sales.rows("monthly", "month", "total") == [("2026-01", 12), ("2026-02", 11)]


def test_sql_runner_reads_them_by_their_views(sales: Sales) -> None:
    for view in ("by_shop", "best"):
        sql = f"SELECT MAX(shop) AS shop FROM ${{{view}.SQL_TABLE_NAME}}"
        made = sales.admin.post("/sql_queries", {"model_name": "sales", "sql": sql})
        found = sales.admin.post(f"/sql_queries/{made.json()['slug']}/run/json")
        assert found.json() == [{"shop": "south"}], found.text
    assert len(sales.kept()) == 1


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


@pytest.mark.parametrize("sales", ["duckdb", "postgres"], indirect=True)
def test_one_way_to_keep_a_table_counts(sales: Sales) -> None:
    """The trigger, where persist_for is there too; none, where the database renews no view."""
    text = LOOKML.replace(
        "datagroup_trigger: daily\n", 'datagroup_trigger: daily persist_for: "1 hour"\n'
    )
    text = text.replace(
        "sql_trigger_value: SELECT max(day) FROM load_day ;;\n", "materialized_view: yes\n"
    )
    folder = sales.instance.services.models.project("sales").root
    (folder / "sales.model.lkml").write_text(text)
    sales.trigger()
    sales.run(MORE)
    assert sales.rows("monthly", "month", "total") == [("2026-01", 1007), ("2026-02", 111)]
    assert sales.rows("by_shop", "shop", "total") == [("north", 5), ("south", 18)]
    sales.instance.skip(minutes=61)
    assert sales.rows("by_shop", "shop", "total") == [("north", 5), ("south", 18)]
    sales.trigger()
    assert sales.rows("by_shop", "shop", "total") == [("north", 1100), ("south", 18)]


@pytest.mark.parametrize("sales", ["snowflake", "redshift"], indirect=True)
def test_a_materialized_view_is_made_once_and_published(sales: Sales) -> None:
    """The database renews it: what else is said of when it is made does not count."""
    text = LOOKML.replace(
        """    datagroup_trigger: daily
    indexes: ["shop"]
""",
        "    datagroup_trigger: daily materialized_view: yes\n",
    )
    folder = sales.instance.services.models.project("sales").root
    (folder / "sales.model.lkml").write_text(text)
    sales.trigger()
    before = sales.sql("by_shop", "shop")
    assert sales.rows("by_shop", "shop", "total") == [("north", 5), ("south", 18)]
    sales.run(MORE)
    sales.instance.skip(minutes=6)
    sales.trigger()
    assert sales.sql("by_shop", "shop") == before
    made = [sql for sql in sales.place.driver.log if "CREATE MATERIALIZED VIEW" in sql]
    assert len(made) == 1
    sql = "SELECT MAX(total) AS most FROM scratch.sales_by_shop"
    runner = sales.admin.post("/sql_queries", {"connection_name": "sales", "sql": sql}).json()
    found = sales.admin.post(f"/sql_queries/{runner['slug']}/run/json")
    assert found.json() == [{"most": 18}], found.text
    (folder / "sales.model.lkml").write_text(LOOKML.replace("SUM(amount)", "SUM(amount + 0)"))
    sales.trigger()
    sales.instance.skip(minutes=2 * 24 * 60)
    sales.trigger()
    sales.admin = sales.instance.as_role("Admin")
    assert sales.rows("by_shop", "shop", "total") == [("north", 1100), ("south", 18)]
    assert any("DROP MATERIALIZED VIEW" in sql for sql in sales.place.driver.log)
    assert len(sales.kept()) == 1


@pytest.mark.parametrize("sales", ["duckdb", "snowflake"], indirect=True)
def test_validation_tells_what_the_database_does_not_have(sales: Sales) -> None:
    found = sales.admin.post("/projects/sales/validate").json()["errors"]
    told = [(error["message"].split(":")[0], error["severity"]) for error in found]
    is_told = ('indexes of derived table "by_shop" has no effect', "info") in told
    assert is_told == (sales.place.definition["dialect_name"] == "snowflake")


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
    assert sales.prefix not in sales.sql("asked", "shop")
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


def test_every_build_counts(sales: Sales) -> None:
    sales.rows("by_shop", "shop")
    again = sales.admin.get("/derived_table/sales/by_shop/start")
    assert finished(sales.admin, again)["status"] == "complete"
    query = {"model": "sales", "view": "broken", "fields": ["broken.nothing"]}
    assert sales.admin.post("/queries/run/json_detail", query).status == 200
    names = ("view_name", "build_result", "count", "successful_build_count")
    body = {
        "model": "system__activity",
        "view": "pdt_builds",
        "fields": [f"pdt_builds.{name}" for name in names],
        "sorts": ["pdt_builds.view_name"],
    }
    builds = sales.admin.post("/queries/run/json", body).json()
    assert [tuple(row.values()) for row in builds] == [
        ("broken", "Failed Build", 1, 0),
        ("by_shop", "Successful Build", 2, 2),
    ]
    of_events = {
        **body,
        "view": "pdt_event_log",
        "fields": ["pdt_event_log.view_name", "pdt_builds.count"],
        "sorts": ["pdt_event_log.view_name"],
    }
    logged = sales.admin.post("/queries/run/json", of_events).json()
    assert [tuple(row.values()) for row in logged] == [("broken", 1), ("by_shop", 2)]


def test_waiting_for_tables_is_a_part_of_the_run(sales: Sales) -> None:
    sales.rows("by_shop", "shop")
    body = {
        "model": "system__activity",
        "view": "query_metrics",
        "fields": ["query_metrics.pdt", "query_metrics.async_processing"],
        "filters": {"query.view": "by_shop"},
    }
    ((waited, whole),) = (
        row.values() for row in sales.admin.post("/queries/run/json", body).json()
    )
    assert 0 < waited < whole


def test_without_a_place_tables_are_computed(sales: Sales) -> None:
    sales.admin.patch("/connections/sales", {"tmp_db_name": None})
    assert sales.prefix not in sales.sql("by_shop", "shop")
    assert sales.rows("best", "shop") == [("south",)]
    query = {"model": "sales", "view": "processed", "fields": ["processed.word"]}
    refused = sales.admin.post("/queries/run/json", query)
    assert refused.status == 400
    assert "tmp_db_name" in refused.text


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


def test_an_aggregate_table_grows(sales: Sales) -> None:
    """Its increment key and its indexes name fields, not columns."""
    folder = sales.instance.services.models.project("sales").root
    refined = """
explore: +sale {
  aggregate_table: daily_rolled {
    query: { dimensions: [sold_date, shop] measures: [total] }
    materialization: {
      datagroup_trigger: daily
      increment_key: "sold_date"
      increment_offset: 1
      indexes: ["shop"]
    }
  }
}
"""
    (folder / "sales.model.lkml").write_text(LOOKML + refined)
    sales.trigger()
    assert "daily_rolled" in sales.sql("sale", "total")
    sales.run(MORE)
    sales.instance.skip(minutes=6)
    sales.trigger()
    # The row of January was changed, but only the last days are read again.
    assert sales.rows("sale", "sold_month", "total") == [("2026-01", 12), ("2026-02", 111)]
    assert sales.rows("sale", "shop", "total") == [("north", 105), ("south", 18)]
