"""No way of asking gives a viewer a value or a name that the model keeps from them.

Every value that is kept from the viewer contains TOPSECRET, every name `zz`. An answer may hold
such a name only where the request itself did.
"""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.api.small import duckdb_facts, serve

from belvedere.accounts.permissions import DEFAULT_SETS
from belvedere.accounts.tables import ModelSet, PermissionSet, Role

LOOKML = """
access_grant: hr { user_attribute: last_name allowed_values: ["Boss"] }
view: staff {
  drill_fields: [id, zz_wage, name]
  set: all_of_it { fields: [id, zz_wage] }
  dimension: id { primary_key: yes type: number }
  dimension: name { drill_fields: [zz_wage, dept] link: { label: "l{{ staff.zz_wage._value }}" url: "/x?{{ staff.zz_wage._value }}" } }
  dimension: dept { html: {{ staff.zz_wage._value }}{{ zz_hush.word._value }}<b>{{ value }}</b> ;; }
  dimension: owner {}
  dimension: zz_wage { required_access_grants: [hr] description: "zz description" }
  dimension: zz_rank { type: number required_access_grants: [hr] sql: ${id} ;; }
  dimension: hinted { suggest_dimension: zz_wage sql: ${dept} ;; }
  dimension: hinted_away { suggest_explore: locked suggest_dimension: locked.zz_wage sql: ${dept} ;; }
  dimension: ordered { order_by_field: zz_wage sql: ${dept} ;; }
  dimension: needy { required_fields: [zz_wage] sql: ${dept} ;; }
  dimension: hidden_one { hidden: yes sql: ${name} ;; }
  dimension_group: at { type: time timeframes: [date, month, year] sql: ${TABLE}.happened ;; }
  filter: zz_chosen { type: string required_access_grants: [hr] }
  parameter: zz_which { type: unquoted required_access_grants: [hr] allowed_value: { value: "zzvalue" } }
  measure: count { type: count drill_fields: [all_of_it*, name] }
  measure: rich { type: count filters: [zz_wage: "%"] }
  measure: names { type: list list_field: name }
  measure: zz_wages { type: list list_field: zz_wage required_access_grants: [hr] }
  measure: zz_sum { type: sum sql: ${id} ;; required_access_grants: [hr] drill_fields: [zz_wage] }
}
view: zz_hush {
  sql_table_name: staff ;;
  required_access_grants: [hr]
  dimension: id { primary_key: yes type: number }
  dimension: word { sql: ${TABLE}.zz_wage ;; }
  measure: zz_count { type: count }
}
explore: staff {
  always_filter: { filters: [zz_rank: ">=0"] }
  join: zz_hush { sql_on: ${staff.id} = ${zz_hush.id} ;; relationship: one_to_one }
  aggregate_table: zz_rollup { query: { dimensions: [zz_wage, dept] measures: [count] } materialization: { persist_for: "1 hour" } }
}
explore: valueless {
  from: staff
  view_name: staff
  access_filter: { field: staff.zz_wage user_attribute: no_such_attribute }
}
explore: locked { from: staff view_name: locked required_access_grants: [hr] }
explore: mine {
  from: staff
  view_name: staff
  access_filter: { field: staff.owner user_attribute: last_name }
}
"""
OWNED = 6
STATEMENTS = [
    "CREATE TABLE staff (id INTEGER, name TEXT, dept TEXT, owner TEXT, zz_wage TEXT, happened TIMESTAMP)",
    *(
        f"INSERT INTO staff VALUES ({n}, '{'ann' if n % 3 == 0 else 'OTHERS'}{n}', 'd{n % 2}', "
        f"'{'Ann' if n % 3 == 0 else 'Bob'}', 'TOPSECRET{n}', "
        f"TIMESTAMP '2024-0{n % 9 + 1}-03 10:00:00')"
        for n in range(OWNED * 3)
    ),
]
FORMATS = (
    "json",
    "json_detail",
    "json_bi",
    "json_label",
    "inline_json",
    "csv",
    "txt",
    "html",
    "md",
)


@pytest.fixture
def served(instance, tmp_path):
    serve(instance, tmp_path, "office", LOOKML, duckdb_facts(tmp_path, "office", STATEMENTS))
    return instance


@pytest.fixture
def ann(served):
    return served.as_role("Viewer", "Ann")


@pytest.fixture
def boss(served):
    return served.as_role("Admin", "Boss")


PLAIN = ("staff.id", "staff.dept", "staff.owner", "staff.at_month", "staff.count", "staff.rich")
CELLS = ("staff.ordered", "staff.needy", "staff.hinted")
KEPT = (
    *("staff.zz_wage", "staff.zz_rank", "staff.zz_wages", "staff.zz_sum", "staff.zz_which"),
    *("zz_hush.word", "zz_hush.zz_count", "staff.all_of_it*", "staff.zz_gone"),
)
FIELDS = st.sampled_from([*PLAIN, *CELLS, *KEPT])
EXPRESSIONS = FIELDS.flatmap(
    lambda name: st.sampled_from(
        [
            f"${{{name}}}",
            f'concat(${{{name}}}, "")',
            f'contains(${{{name}}}, "SECRET")',
            f"is_null(${{{name}}})",
            f"matches_filter(${{{name}}}, `%`)",
            f"list(${{{name}}})",
            f"${{{name}:total}}",
            f'lookup("d0", ${{staff.dept}}, ${{{name}}})',
        ]
    )
)
DYNAMIC = st.one_of(
    EXPRESSIONS.map(lambda text: {"table_calculation": "made", "expression": text}),
    EXPRESSIONS.map(lambda text: {"dimension": "made", "expression": text}),
    st.tuples(FIELDS, st.sampled_from(["list", "max", "count_distinct", "sum"])).map(
        lambda pair: {"measure": "made", "based_on": pair[0], "type": pair[1]}
    ),
    FIELDS.map(lambda name: {"measure": "made", "based_on": "staff.count", "filters": {name: "%"}}),
    EXPRESSIONS.map(
        lambda text: {"measure": "made", "based_on": "staff.count", "filter_expression": text}
    ),
    FIELDS.map(
        lambda name: {
            "dimension": "made",
            "calculation_type": "group_by",
            "args": [name, [{"label": "hit", "filter": "TOP%"}], None],
        }
    ),
    FIELDS.map(
        lambda name: {
            "dimension": "made",
            "calculation_type": "bin",
            "args": [name, "10", "0", "100", None, "classic"],
        }
    ),
)
LISTS = st.lists(FIELDS, max_size=3)
BODIES = st.fixed_dictionaries(
    {"fields": st.lists(FIELDS | st.just("made"), min_size=1, max_size=4)},
    optional={
        "filters": st.dictionaries(
            FIELDS | st.sampled_from(["made", "staff.zz_chosen", "staff.zz_which"]),
            st.sampled_from(
                ["%", "TOP%", "NULL", "-NULL", ">5", "{{ _user_attributes['email'] }}"]
            ),
            max_size=2,
        ),
        "sorts": st.lists(FIELDS.map(lambda name: f"{name} desc"), max_size=2),
        "pivots": st.lists(FIELDS, max_size=1),
        "subtotals": LISTS,
        "fill_fields": LISTS,
        "total": st.just(True),
        "row_total": st.just("right"),
        "filter_expression": EXPRESSIONS,
        "dynamic_fields": st.lists(DYNAMIC, max_size=2).map(json.dumps),
        "vis_config": FIELDS.map(lambda name: {"series_labels": {name: "x"}}),
    },
)
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "generate_drill_links": st.just("true"),
        "apply_formatting": st.just("true"),
        "apply_vis": st.just("true"),
        "server_table_calcs": st.just("true"),
        "limit": st.sampled_from(["-1", "3"]),
        "cache": st.just("false"),
    },
)


def finished(client: Any, task: str) -> dict[str, Any]:
    """The result of a task, once it is there."""
    while True:
        found = client.get("/query_tasks/multi_results", params={"query_task_ids": task}).json()[
            task
        ]
        if found["status"] not in ("added", "running"):
            result: dict[str, Any] = found
            return result
        time.sleep(0.02)


def refuse_leaks(answer: Any, asked: str) -> None:
    assert answer.status < 500
    text = answer.text
    assert "TOPSECRET" not in text.replace(asked, ""), text
    for name in ("zz_wage", "zz_rank", "zz_sum", "zz_hush", "zz_count", "zz_which", "zz_roll"):
        if name not in asked:
            assert name not in text, (name, text)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES, params=PARAMS, result_format=st.sampled_from(FORMATS))
def test_queries(ann, body, params, result_format) -> None:
    query = {"model": "office", "view": "staff", **body}
    answer = ann.post(f"/queries/run/{result_format}", query, params=params)
    refuse_leaks(answer, json.dumps(query))
    assert "TOPSECRET" not in answer.text
    if answer.status == 200 and result_format == "json":
        own = {"staff.id", "staff.count", "staff.rich", "staff.dept", "staff.owner", "made"}
        own |= {"staff.at_month", *CELLS, "staff.name", "staff.names"}
        assert all(set(row) <= own or "looker_error" in row for row in answer.json())


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES, params=PARAMS, result_format=st.sampled_from(FORMATS))
def test_rows_of_others(ann, body, params, result_format) -> None:
    """The names in others' rows begin with OTHERS: they are kept from the viewer by an access filter."""
    body = body | {"fields": [*body["fields"], "staff.name", "staff.names", "staff.hidden_one"]}
    query = {"model": "office", "view": "mine", **body}
    answer = ann.post(f"/queries/run/{result_format}", query, params=params)
    refuse_leaks(answer, json.dumps(query))
    assert "OTHERS" not in answer.text
    assert "Bob" not in answer.text


def test_counts_totals_and_subtotals_are_of_ones_own_rows(ann) -> None:
    query = {
        "model": "office",
        "view": "mine",
        "fields": ["staff.dept", "staff.owner", "staff.at_month", "staff.count"],
        "pivots": ["staff.at_month"],
        "total": True,
        "row_total": "right",
        "subtotals": ["staff.dept"],
    }
    found = ann.post("/queries/run/json_detail", query).json()
    whole = "$$$_row_total_$$$"
    assert found["totals_data"]["staff.count"][whole]["value"] == OWNED
    levels = found["subtotals_data"]["1"]
    assert sum(row["staff.count"][whole]["value"] for row in levels) == OWNED


def test_what_is_cached_for_one_is_not_given_to_another(ann, boss, served) -> None:
    query = {"model": "office", "view": "mine", "fields": ["staff.name", "staff.id"], "limit": "-1"}
    bob = served.as_role("Viewer", "Bob")
    for result_format in FORMATS:
        path = f"/queries/run/{result_format}"
        assert "OTHERS" in bob.post(path, query).text
        for params in ({}, {"cache_only": "true"}):
            assert "OTHERS" not in ann.post(path, query, params=params).text
    secret = {"model": "office", "view": "staff", "fields": ["staff.zz_wage", "staff.id"]}
    assert "TOPSECRET" in boss.post("/queries/run/json", secret).text
    assert (
        "TOPSECRET" not in ann.post("/queries/run/json", secret, params={"cache_only": "true"}).text
    )


def test_stored_queries_merges_and_tasks_of_others(ann, boss) -> None:
    secret = {
        "model": "office",
        "view": "staff",
        "fields": ["staff.zz_wage", "staff.id", "staff.dept"],
    }
    locked = {"model": "office", "view": "locked", "fields": ["locked.zz_wage"]}
    slugs = [boss.post("/queries", body).json()["id"] for body in (secret, locked)]
    for slug in slugs:
        for result_format in FORMATS:
            answer = ann.get(f"/queries/{slug}/run/{result_format}")
            assert "TOPSECRET" not in answer.text
    pair = {"field_name": "staff.zz_wage", "source_field_name": "staff.zz_wage"}
    for first, second in [(slugs[0], slugs[0]), (slugs[0], slugs[1]), (slugs[1], slugs[0])]:
        body = {
            "source_queries": [
                {"query_id": first, "name": "a"},
                {"query_id": second, "name": "b", "merge_fields": [pair]},
            ],
            "dynamic_fields": json.dumps(
                [{"table_calculation": "made", "expression": "${staff.zz_wage}"}]
            ),
            "pivots": [],
        }
        merge = boss.post("/merge_queries", body).json()["id"]
        assert "TOPSECRET" in boss.get(f"/queries/{merge}/run/json").text or first == slugs[1]
        for result_format in FORMATS:
            answer = ann.get(
                f"/queries/{merge}/run/{result_format}", params={"server_table_calcs": "true"}
            )
            assert "TOPSECRET" not in answer.text
    task = boss.post("/query_tasks", {"query_id": slugs[0], "result_format": "json"}).json()["id"]
    assert ann.get(f"/query_tasks/{task}").status == 404
    assert ann.get(f"/query_tasks/{task}/results").status == 404
    assert finished(ann, task) == {"status": "missing"}
    assert "TOPSECRET" in json.dumps(finished(boss, task))


def test_sql_and_sql_runner_are_for_those_who_may(ann, boss) -> None:
    query = {"model": "office", "view": "staff", "fields": ["staff.id"]}
    assert ann.post("/queries/run/sql", query).status == 403
    sql = {"connection_name": "office", "sql": "SELECT zz_wage FROM staff"}
    assert ann.post("/sql_queries", sql).status in (403, 404)
    slug = boss.post("/sql_queries", sql).json()["slug"]
    for method, path in [
        ("GET", f"/sql_queries/{slug}"),
        ("POST", f"/sql_queries/{slug}/run/json"),
    ]:
        answer = ann.request(method, path)
        assert answer.status in (403, 404)
        refuse_leaks(answer, "")


def test_every_drill_and_link_ends_where_queries_end(ann) -> None:
    query = {
        "model": "office",
        "view": "staff",
        "fields": ["staff.dept", "staff.at_month", "staff.count", "staff.rich"],
        "subtotals": ["staff.dept"],
    }
    found = ann.post("/queries/run/json_detail", query, params={"generate_drill_links": "true"})
    refuse_leaks(found, json.dumps(query))
    row = found.json()["data"][0]
    for link in row["staff.count"]["links"] + row["staff.at_month"]["links"]:
        parameters = dict(parse_qsl(urlsplit(link["url"]).query))
        answer = ann.get("/queries/models/office/views/staff/run/json", params=parameters)
        assert answer.status == 200
        refuse_leaks(answer, "")


def test_descriptions(ann) -> None:
    explores = ann.get("/lookml_models/office").json()["explores"]
    assert [explore["name"] for explore in explores] == ["staff", "valueless", "mine"]
    for name in ("staff", "mine"):
        answer = ann.get(f"/lookml_models/office/explores/{name}")
        refuse_leaks(answer, "")
    assert ann.get("/lookml_models/office/explores/locked").status == 404
    refuse_leaks(ann.get("/models/office"), "")


def test_without_a_value_for_an_access_filter_there_is_nothing(ann, boss) -> None:
    query = {"model": "office", "view": "valueless", "fields": ["staff.id"]}
    for client in (ann, boss):
        answer = client.post("/queries/run/json", query)
        assert answer.status == 400 or answer.json() == []
    refuse_leaks(ann.post("/queries/run/json", query), "")
    found = ann.get("/models/office/views/valueless/fields/staff.dept/suggestions")
    assert found.status == 400 or found.json()["suggestions"] == []
    refuse_leaks(found, "")


@pytest.mark.parametrize("change", ["broken", "value"])
def test_errors_of_the_database_quote_nothing(ann, served, tmp_path, change) -> None:
    lookml = """
    view: t {
      sql_table_name: staff ;;
      dimension: id {}
      dimension: broken { sql: zz_no_such_function(${TABLE}.zz_wage) ;; }
      dimension: value { sql: CAST(${TABLE}.zz_wage AS INTEGER) ;; }
    }
    explore: t {}
    """
    serve(served, tmp_path, "faulty", lookml, duckdb_facts(tmp_path, "faulty", STATEMENTS))
    query = {"model": "faulty", "view": "t", "fields": [f"t.{change}"]}
    for result_format in FORMATS:
        for limit in ("10", "-1"):
            answer = ann.post(f"/queries/run/{result_format}", query | {"limit": limit})
            assert "zz_" not in answer.text
            assert "TOPSECRET" not in answer.text
            assert "failed in the database" in answer.text
    slug = ann.post("/queries", query).json()["id"]
    task = ann.post("/query_tasks", {"query_id": slug, "result_format": "json"}).json()["id"]
    assert finished(ann, task)["data"]["error"] == "The query failed in the database"
    refuse_leaks(ann.get(f"/query_tasks/{task}"), "")


def test_stored_queries_of_models_that_one_may_not_see(served, boss) -> None:
    query = {"model": "office", "view": "staff", "fields": ["staff.zz_wage"]}
    slug = boss.post("/queries", query).json()["id"]
    merge = boss.post("/merge_queries", {"source_queries": [{"query_id": slug, "name": "a"}]})
    with served.services.database.session() as session:
        elsewhere = ModelSet(name="elsewhere", models=["thelook"])
        sets = PermissionSet(name="most", permissions=sorted(DEFAULT_SETS["Developer"]))
        session.add_all([elsewhere, sets])
        session.flush()
        session.add(Role(name="Outsider", permission_set_id=sets.id, model_set_id=elsewhere.id))
    outsider = served.as_role("Outsider")
    paths = [
        *(f"/queries/{slug}", f"/queries/slug/{slug}", f"/queries/{slug}/run/json"),
        *(f"/merge_queries/{merge.json()['id']}", f"/queries/{merge.json()['id']}/run/json"),
    ]
    for path in paths:
        answer = outsider.get(path)
        assert answer.status in (400, 404), path
        refuse_leaks(answer, "")
