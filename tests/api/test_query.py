"""Queries: stored, run in every format, as tasks, through SQL Runner."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from contextlib import contextmanager
from typing import Any

import duckdb
import openpyxl
import pytest
from tests.api.conftest import Instance

BY_STATE = {
    "model": "thelook",
    "view": "order_items",
    "fields": ["users.state", "order_items.count"],
    "sorts": ["order_items.count desc", "users.state"],
    "limit": "5",
}


@pytest.fixture
def rows(shop):
    """Rows straight from the database."""

    def fetch(sql: str):
        with duckdb.connect(str(shop), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return fetch


def run(client, body, result_format="json", **params):
    return client.post(f"/queries/run/{result_format}", body, params=params)


def test_json_rows_are_those_of_the_database(admin, rows) -> None:
    answer = run(admin, BY_STATE).json()
    expected = rows(
        "SELECT u.state, count(*) FROM order_items o LEFT JOIN users u ON u.id = o.user_id "
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5"
    )
    assert [(r["users.state"], r["order_items.count"]) for r in answer] == expected


def test_both_sides_of_a_fan_out_are_right_together(admin, rows) -> None:
    body = {
        "model": "thelook",
        "view": "order_items",
        "fields": ["users.state", "users.count", "users.average_age", "order_items.count"],
        "sorts": ["users.state"],
        "limit": "-1",
    }
    expected = rows(
        "SELECT u.state, count(DISTINCT u.id), sum(i.n) FROM users u JOIN "
        "(SELECT user_id, count(*) n FROM order_items GROUP BY 1) i ON i.user_id = u.id "
        "GROUP BY 1 ORDER BY 1"
    )
    found = [
        (r["users.state"], r["users.count"], r["order_items.count"])
        for r in run(admin, body).json()
    ]
    assert found == expected


def test_a_query_is_stored_once_and_found_by_each_of_its_names(admin) -> None:
    first = admin.post("/queries", BY_STATE).json()
    again = admin.post("/queries", {**BY_STATE, "limit": 5}).json()
    assert first["id"] == again["id"] == first["slug"]
    assert len(first["client_id"]) == 22
    assert first["share_url"].endswith(f"/x/{first['slug']}")
    assert admin.get(f"/queries/{first['id']}").json() == first
    assert admin.get(f"/queries/slug/{first['client_id']}").json() == first
    assert admin.get("/queries/nothing").status == 404
    assert len(admin.get(f"/queries/{first['id']}/run/json").json()) == 5
    assert len(admin.get(f"/queries/{first['id']}/run/json", params={"limit": 2}).json()) == 2


def test_a_client_id_names_one_query(admin) -> None:
    mine = "a" * 22
    stored = admin.post("/queries", {**BY_STATE, "client_id": mine}).json()
    assert stored["client_id"] == mine
    assert admin.get(f"/queries/slug/{mine}").json()["id"] == stored["id"]
    assert admin.post("/queries", {**BY_STATE, "client_id": mine}).json()["id"] == stored["id"]
    other = {**BY_STATE, "limit": "6", "client_id": mine}
    assert admin.post("/queries", other).json()["errors"][0]["field"] == "client_id"


def test_csv_and_txt(admin) -> None:
    text = run(admin, BY_STATE, "csv").text
    assert text.count("\n") == 6
    table = list(csv.reader(io.StringIO(text)))
    assert table[0] == ["Users State", "Order Items Count"]
    assert table[1][0] == run(admin, BY_STATE).json()[0]["users.state"]
    assert run(admin, BY_STATE, "txt").text.startswith("Users State\tOrder Items Count\n")


def test_json_detail_has_cells_fields_and_facts(admin) -> None:
    body = {**BY_STATE, "fields": [*BY_STATE["fields"], "order_items.total_sale_price"]}
    detail = run(admin, body, "json_detail").json()
    cell = detail["data"][0]["order_items.total_sale_price"]
    assert isinstance(cell["value"], (int, float))
    assert cell["rendered"].startswith("$")
    assert [f["name"] for f in detail["fields"]["dimensions"]] == ["users.state"]
    assert detail["fields"]["measures"][0]["sorted"] == {"sort_index": 0, "desc": True}
    assert detail["sql"].startswith("SELECT")
    assert detail["errors"] is None
    assert detail["truncated"] is True


def test_json_bi_html_md_xlsx_and_sql(admin) -> None:
    bi = run(admin, BY_STATE, "json_bi").json()
    assert bi["metadata"]["fields"]["dimensions"][0]["name"] == "users.state"
    assert len(bi["rows"]) == 5
    assert "<th>Users State</th>" in run(admin, BY_STATE, "html").text
    assert run(admin, BY_STATE, "md").text.startswith("| Users State")
    sheet = openpyxl.load_workbook(io.BytesIO(run(admin, BY_STATE, "xlsx").content)).active
    assert [cell.value for cell in sheet[1]] == ["Users State", "Order Items Count"]
    assert sheet.max_row == 6
    assert run(admin, BY_STATE, "sql").text.startswith("SELECT")
    assert run(admin, BY_STATE, "yaml").status == 400


def test_formatting_is_applied_when_asked_for(admin) -> None:
    body = {**BY_STATE, "fields": ["order_items.total_sale_price"], "sorts": []}
    assert isinstance(run(admin, body).json()[0]["order_items.total_sale_price"], (int, float))
    formatted = run(admin, body, apply_formatting="true").json()[0]
    assert formatted["order_items.total_sale_price"].startswith("$")


@pytest.mark.parametrize("limit", ["10", "-1"])
def test_fields_of_one_label_are_told_apart(admin, limit) -> None:
    dynamic = [
        {"dimension": name, "label": "Same", "expression": value}
        for name, value in (("one", "1"), ("two", "2"))
    ]
    query = {
        "model": "thelook",
        "view": "order_items",
        "fields": ["one", "two"],
        "dynamic_fields": json.dumps(dynamic),
        "limit": limit,
    }
    assert run(admin, query, "json_label").json()[0] == {"Same": 1, "Same_2": 2}


def test_pivots_with_totals(admin, rows) -> None:
    body = {
        "model": "thelook",
        "view": "order_items",
        "fields": ["users.gender", "order_items.status", "order_items.count"],
        "pivots": ["order_items.status"],
        "sorts": ["order_items.status", "users.gender"],
        "total": True,
        "row_total": "right",
    }
    detail = run(admin, body, "json_detail").json()
    cells = {
        (gender, status): n
        for gender, status, n in rows(
            "SELECT u.gender, o.status, count(*) FROM order_items o "
            "JOIN users u ON u.id = o.user_id GROUP BY ALL"
        )
    }
    keys = [pivot["key"] for pivot in detail["pivots"] if not pivot["is_total"]]
    assert keys == sorted({status for _, status in cells})
    for row in detail["data"]:
        gender = row["users.gender"]["value"]
        counts = row["order_items.count"]
        for key in keys:
            assert counts[key]["value"] == cells.get((gender, key))
        whole = sum(n for (g, _), n in cells.items() if g == gender)
        assert counts["$$$_row_total_$$$"]["value"] == whole
    totals = detail["totals_data"]["order_items.count"]
    for key in keys:
        assert totals[key]["value"] == sum(n for (_, s), n in cells.items() if s == key)
    nested = run(admin, body).json()[0]["order_items.count"]["order_items.status"]
    assert set(nested) == set(keys)


@pytest.mark.parametrize("sorts", [["users.gender"], ["order_items.count desc"]])
@pytest.mark.parametrize(("limit", "truncated"), [("1", True), ("4", True), ("5", False)])
def test_columns_beyond_the_limit_are_told(admin, sorts, limit, truncated) -> None:
    query = {
        "model": "thelook",
        "view": "order_items",
        "fields": ["users.gender", "order_items.status", "order_items.count"],
        "pivots": ["order_items.status"],
        "sorts": sorts,
        "column_limit": limit,
    }
    detail = run(admin, query, "json_detail").json()
    assert len(detail["pivots"]) == int(limit)
    assert all(len(row["order_items.count"]) == int(limit) for row in detail["data"])
    assert detail["columns_truncated"] is detail["max_column_limit_exceeded"] is truncated
    told = run(admin, query, "json_bi").json()["metadata"]["columns_truncated"]
    assert told == str(truncated).lower()


def test_the_url_encoded_form(admin) -> None:
    params = {
        "fields": "users.state,order_items.count",
        "f[users.country]": "USA",
        "sorts": "order_items.count desc",
        "limit": "3",
    }
    answer = admin.get("/queries/models/thelook/views/order_items/run/json", params=params)
    assert len(answer.json()) == 3


def test_the_url_encoded_form_is_run_as_asked(admin) -> None:
    dynamic = json.dumps([{"table_calculation": "one", "expression": "1"}])
    params = {
        "fields": "order_items.total_sale_price",
        "dynamic_fields": dynamic,
        "limit": "",
        "apply_formatting": "true",
        "server_table_calcs": "true",
    }
    path = "/queries/models/thelook/views/order_items/run/json"
    ((row,),) = [admin.get(path, params=params).json()]
    assert row["one"] == "1"
    assert row["order_items.total_sale_price"].startswith("$")


def test_exports_of_any_length_stream(admin, rows) -> None:
    body = {
        "model": "thelook",
        "view": "order_items",
        "fields": ["order_items.id", "order_items.status", "order_items.sale_price"],
        "limit": "-1",
    }
    (expected,) = rows("SELECT count(*), round(sum(sale_price), 2) FROM order_items")
    answer = run(admin, body).json()
    total = round(sum(row["order_items.sale_price"] for row in answer), 2)
    assert (len(answer), total) == expected
    assert run(admin, body, "csv").text.count("\n") == expected[0] + 1


def test_an_identical_request_is_answered_from_memory_and_an_edit_is_seen(
    make_instance, tmp_path
) -> None:
    import shutil

    from .conftest import PROJECT

    project = tmp_path / "project"
    shutil.copytree(PROJECT, project)
    client = make_instance(project=project).as_role("Admin")
    assert run(client, BY_STATE).content == run(client, BY_STATE).content
    assert run(client, BY_STATE, "json_detail").json()["from_cache"] is True
    view = next(project.glob("**/order_items.view.lkml"))
    extra = "view: +order_items { dimension: one { type: number sql: 1 ;; } }"
    view.write_text(f"{view.read_text()}\n{extra}\n")
    body = {**BY_STATE, "fields": ["order_items.one"], "sorts": []}
    assert run(client, body).json() == [{"order_items.one": 1}]


# Errors


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"model": "nothing"}, 404, "Not found"),
        ({"view": "nothing"}, 404, "Not found"),
        ({"fields": []}, 400, "Must query at least one dimension or measure"),
        ({"fields": ["users.nothing"]}, 400, "Must query at least one dimension or measure"),
        ({"filters": {"users.nothing": "x"}}, 400, "Invalid filter: users.nothing"),
        ({"filters": {"users.age": "many"}}, 400, "Invalid filter"),
        ({"filters": {"order_items.created_date": "sometime"}}, 400, "Invalid filter"),
        ({"pivots": ["order_items.count"]}, 400, "measure"),
        ({"pivots": ["users.gender"]}, 400, "must be one of the query's fields"),
        ({"query_timezone": "Mars/Olympus"}, 400, "not a time zone"),
        ({"filter_expression": "${users.age} >"}, 400, "cannot be read"),
        ({"filter_expression": "${users.age} + 1"}, 400, "must be a condition"),
        ({"filter_expression": "${users.nothing} = 1"}, 400, "Unknown field"),
        (
            {"filter_expression": "${order_items.count} > 1 OR ${users.age} > 1"},
            400,
            "stands beside a measure",
        ),
        ({"filter_expression": "median(${users.age}) > 1"}, 400, "median cannot be used"),
    ],
)
def test_queries_that_cannot_be_answered(admin, change, status, words) -> None:
    answer = run(admin, {**BY_STATE, **change})
    assert answer.status == status
    assert words in answer.json()["message"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"model": None}, "model"),
        ({"view": 5}, "view"),
        ({"fields": "a", "limit": "many"}, "limit"),
        ({"limit": "-5"}, "limit"),
        ({"limit": -2}, "limit"),
        ({"limit": "1.5"}, "limit"),
        ({"column_limit": "-2"}, "column_limit"),
        ({"fields": {"a": 1}}, "fields"),
        ({"filters": "x"}, "filters"),
        ({"filters": {"a": ["b"]}}, "filters"),
        ({"sorts": [1]}, "sorts"),
        ({"dynamic_fields": "{"}, "dynamic_fields"),
        ({"total": "perhaps"}, "total"),
        ({"row_total": "above"}, "row_total"),
        ({"limit": True}, "limit"),
    ],
)
def test_bodies_that_are_wrong_name_the_property(admin, change, field) -> None:
    answer = run(admin, {**BY_STATE, **change})
    assert answer.status == 422
    assert [problem["field"] for problem in answer.json()["errors"]] == [field]


def test_no_limit_is_minus_one_and_no_other_number_below_zero(admin) -> None:
    body = {**BY_STATE, "limit": "-5"}
    assert admin.post("/queries", body).status == 422
    query = admin.post("/queries", BY_STATE).json()["id"]
    refused = admin.get(f"/queries/{query}/run/json", params={"limit": -5})
    assert refused.status == 422
    assert "-1 (no limit)" in refused.json()["errors"][0]["message"]
    merge = {"source_queries": [{"query_id": query, "merge_fields": []}], "limit": "-5"}
    assert admin.post("/merge_queries", merge).status == 422
    everything = admin.get(f"/queries/{query}/run/json", params={"limit": -1}).json()
    assert len(everything) > int(BY_STATE["limit"])


def test_a_field_that_is_gone_is_left_out_with_a_warning(admin) -> None:
    body = {**BY_STATE, "fields": [*BY_STATE["fields"], "users.gone"]}
    detail = run(admin, body, "json_detail").json()
    assert "users.gone no longer exists" in detail["errors"][0]["message"]
    assert len(detail["data"]) == 5


def test_an_unknown_sort_is_ignored(admin) -> None:
    assert run(admin, {**BY_STATE, "sorts": ["order_items.kount desc"]}).status == 200


def test_a_failing_statement_is_told_in_each_format(make_instance, tmp_path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/thelook.model.lkml").write_text(
        'connection: "thelook"\n'
        "explore: order_items {}\n"
        "view: order_items { dimension: x { sql: no_such_column ;; } dimension: y { sql: 1 ;; } }\n"
    )
    client = make_instance(project=tmp_path / "bad").as_role("Admin")
    body = {"model": "thelook", "view": "order_items", "fields": ["order_items.x"]}
    assert "no_such_column" in run(client, body).json()[0]["looker_error"]
    detail = run(client, body, "json_detail").json()
    assert detail["data"] == []
    assert "no_such_column" in detail["errors"][0]["message_details"]
    assert detail["errors"][0]["fatal"]
    assert detail["status"] == "error"
    works = run(client, {**body, "limit": "0", "fields": ["order_items.y"]}, "json_detail").json()
    assert detail.keys() == works.keys()
    assert [field["name"] for field in detail["fields"]["dimensions"]] == ["order_items.x"]
    told = run(client, body, "json_bi").json()
    assert "looker_error" in told["rows"][0]
    assert told["metadata"]["has_totals"] is False
    assert "no_such_column" in run(client, body, "csv").text
    viewer = client.with_token(None)
    assert viewer.post("/queries/run/json", body).status == 401


def test_sql_tells_which_rows_it_does_not_give(admin) -> None:
    query = {
        "model": "thelook",
        "view": "order_items",
        "fields": ["order_items.created_month", "order_items.count"],
        "fill_fields": ["order_items.created_month"],
        "total": True,
    }
    note = "-- raw sql results do not include filled-in values for 'order_items.created_month'\n"
    text = run(admin, query, "sql").text
    assert text.startswith(f"{note}SELECT")
    assert text.count("SELECT") == 2
    assert run(admin, query, "json_detail").json()["sql"].startswith(note)


def test_sql_is_only_for_those_who_may_see_it(instance) -> None:
    viewer = instance.as_role("Viewer")
    assert run(viewer, BY_STATE).status == 200
    assert run(viewer, BY_STATE, "sql").status == 403
    assert run(viewer, BY_STATE, "json_detail").json()["sql"] is None
    detail = run(viewer, BY_STATE, "json_detail").json()
    assert detail["fields"]["dimensions"][0]["sql"] is None
    assert "LIMIT" not in json.dumps(detail)
    nobody = instance.as_role(None)
    assert run(nobody, BY_STATE).status == 403
    assert nobody.get("/lookml_models").status == 404


def test_a_validator_asks_for_no_rows_of_every_dimension(admin) -> None:
    explore = admin.get("/lookml_models/thelook/explores/order_items").json()
    names = [field["name"] for field in explore["fields"]["dimensions"]]
    body = {
        "model": "thelook",
        "view": "order_items",
        "fields": names,
        "limit": 0,
        "filter_expression": "1=2",
    }
    assert run(admin, body).json() == []


@pytest.mark.parametrize(
    ("expression", "condition"),
    [
        ('${users.age} > 30 AND ${users.gender} = "Female"', "u.age > 30 AND gender = 'Female'"),
        ("NOT ${users.age} > 30", "NOT coalesce(u.age > 30, false)"),
        ("${users.age} * 2 - 1 >= 61 OR is_null(${users.age})", "u.age*2-1 >= 61 OR age IS NULL"),
        ("matches_filter(${users.state}, `New%`)", "u.state LIKE 'New%'"),
        ('contains(lower(${users.city}), "o") # a remark', "lower(u.city) LIKE '%o%'"),
    ],
)
def test_custom_filters(admin, rows, expression, condition) -> None:
    body = {
        "model": "thelook",
        "view": "users",
        "fields": ["users.count"],
        "filter_expression": expression,
    }
    expected = rows(f"SELECT count(*) FROM users u WHERE {condition}")
    assert run(admin, body).json() == [{"users.count": expected[0][0]}]


# Tasks and running queries


def finished(client, task_id):
    for _ in range(200):
        state = client.get(f"/query_tasks/{task_id}").json()["status"]
        if state not in ("added", "running"):
            return state
        time.sleep(0.02)
    raise AssertionError("the task did not end")


def test_tasks(admin) -> None:
    query = admin.post("/queries", BY_STATE).json()
    body = {"query_id": query["id"], "result_format": "json"}
    task = admin.post("/query_tasks", body).json()
    assert finished(admin, task["id"]) == "complete"
    assert len(admin.get(f"/query_tasks/{task['id']}/results").json()) == 5
    many = admin.get(
        "/query_tasks/multi_results", params={"query_task_ids": f"{task['id']},nothing"}
    ).json()
    assert many[task["id"]]["status"] == "complete"
    assert len(many[task["id"]]["data"]) == 5
    assert many["nothing"] == {"status": "missing"}
    assert admin.post("/query_tasks", {"result_format": "json"}).status == 422
    unknown = {"query_id": "nothing", "result_format": "json"}
    assert admin.post("/query_tasks", unknown).status == 404


def test_a_failed_task_tells_why(admin) -> None:
    query = admin.post("/queries", {**BY_STATE, "filters": {"users.age": "many"}}).json()
    task = admin.post("/query_tasks", {"query_id": query["id"], "result_format": "csv"}).json()
    assert finished(admin, task["id"]) == "error"
    answer = admin.get(f"/query_tasks/{task['id']}/results")
    assert answer.status == 400
    assert "Invalid filter" in answer.json()["message"]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("advanced_filter_string", "Cali%,Texas", {"California", "Texas"}),
        ("string", "California", {"California"}),
        ("string", "Cali%", set()),
        ("string", "California,Texas", set()),
        ("string", "NULL", set()),
    ],
)
def test_a_filter_takes_the_askers_user_attribute(admin, kind, value, expected) -> None:
    definition = {"name": "mine", "label": "Mine", "type": kind}
    attribute = admin.post("/user_attributes", definition).json()
    me = admin.get("/user").json()["id"]
    path = f"/users/{me}/attribute_values/{attribute['id']}"
    assert admin.patch(path, {"value": value}).status == 200
    query = {**BY_STATE, "filters": {"users.state": "{{ _user_attributes['mine'] }}"}}
    assert {row["users.state"] for row in run(admin, query).json()} == expected


def test_a_filter_shows_no_hidden_user_attribute(admin) -> None:
    definition = {
        "name": "key",
        "label": "Key",
        "type": "string",
        "value_is_hidden": True,
        "hidden_value_domain_whitelist": "example.com",
        "default_value": "s3cret",
    }
    assert admin.post("/user_attributes", definition).status == 200
    query = {**BY_STATE, "filters": {"users.state": "-{{ _user_attributes['key'] }}"}}
    answer = run(admin, query, "json_detail")
    assert answer.status == 400
    assert "s3cret" not in answer.text


def test_no_task_is_made_for_an_unknown_format(admin) -> None:
    query = admin.post("/queries", BY_STATE).json()
    answer = admin.post("/query_tasks", {"query_id": query["id"], "result_format": "pdf"})
    assert answer.status == 400
    assert "Unknown result format pdf" in answer.json()["message"]


def test_tasks_of_others_are_not_there(instance) -> None:
    owner, other = instance.as_role("User"), instance.as_role("User")
    query = owner.post("/queries", BY_STATE).json()
    task = owner.post("/query_tasks", {"query_id": query["id"], "result_format": "json"}).json()
    assert other.get(f"/query_tasks/{task['id']}").status == 404
    assert finished(owner, task["id"]) == "complete"


SLOW = "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range % 7 = b.range % 5"


@contextmanager
def slow_query(client):
    """Somebody asks what takes very long; gives the list that the answer will be in."""
    stored = client.post("/sql_queries", {"connection_name": "thelook", "sql": SLOW}).json()
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(client.post(f"/sql_queries/{stored['slug']}/run/json"))
    )
    thread.start()
    yield answers
    thread.join(timeout=30)


def listed(client, sql=SLOW):
    for _ in range(200):
        found = [q for q in client.get("/running_queries").json() if q["sql"] == sql]
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("The query is not listed")


def test_a_query_of_another_process_is_listed_and_killed(instance, admin, loop) -> None:
    other = Instance(instance.settings, loop)
    elsewhere = other.as_role("Admin")
    stranger = other.as_role("User")
    with slow_query(admin) as answers:
        found = listed(elsewhere)
        assert stranger.get("/running_queries").json() == []
        assert stranger.delete(f"/running_queries/{found[0]['id']}").status == 404
        assert elsewhere.delete(f"/running_queries/{found[0]['id']}").status == 204
    assert "stopped" in answers[0].json()[0]["looker_error"]
    for _ in range(200):
        if elsewhere.get("/running_queries").json() == []:
            break
        time.sleep(0.02)
    else:
        raise AssertionError("The query is still listed")
    other.close()


def test_a_running_query_is_listed_and_killed(admin) -> None:
    with slow_query(admin) as answers:
        found = listed(admin)
        assert admin.delete(f"/running_queries/{found[0]['query_task_id']}").status == 204
    assert "stopped" in answers[0].json()[0]["looker_error"]
    assert admin.get("/running_queries").json() == []
    assert admin.delete("/running_queries/nothing").status == 404


# SQL Runner


def test_sql_runner(admin) -> None:
    body = {"connection_name": "thelook", "sql": "SELECT 1 AS one, 'a,b' AS two, NULL AS three"}
    query = admin.post("/sql_queries", body).json()
    assert admin.post("/sql_queries", body).json()["slug"] == query["slug"]
    ran = admin.post(f"/sql_queries/{query['slug']}/run/json")
    assert ran.json() == [{"one": 1, "two": "a,b", "three": None}]
    assert admin.post(f"/sql_queries/{query['slug']}/run/csv").text == 'one,two,three\n1,"a,b",\n'
    assert admin.get(f"/sql_queries/{query['slug']}").json()["run_count"] == 2
    by_model = {"model_name": "thelook", "sql": "SELECT 2 AS two"}
    assert admin.post("/sql_queries", by_model).json()["connection"]["name"] == "thelook"


def test_sql_runner_over_a_model(admin) -> None:
    def run(sql: str, **target: str) -> Any:
        body = {"model_name": "thelook", "sql": sql} if not target else {**target, "sql": sql}
        slug = admin.post("/sql_queries", body).json()["slug"]
        return admin.post(f"/sql_queries/{slug}/run/json").json()

    (counted,) = run(
        "SELECT COUNT(*) AS n, COUNT(DISTINCT ${user_order_facts.user_id}) AS users "
        "FROM ${user_order_facts.SQL_TABLE_NAME} AS user_order_facts"
    )
    (direct,) = run("SELECT COUNT(DISTINCT user_id) AS users FROM order_items")
    assert counted == {"n": direct["users"], "users": direct["users"]}
    tables = "FROM ${users.SQL_TABLE_NAME} AS users WHERE ${users.id} = 1"
    assert run(f"SELECT ${{users.id}} AS id {tables}") == [{"id": 1}]
    for wrong in ("${userz.SQL_TABLE_NAME}", "${users.nothing}", "${users.count}", "${id}"):
        slug = admin.post(
            "/sql_queries", {"model_name": "thelook", "sql": f"SELECT 1 FROM {wrong}"}
        ).json()["slug"]
        answer = admin.post(f"/sql_queries/{slug}/run/json")
        assert answer.status == 400
        assert wrong.strip("${}").rpartition(".")[2] in answer.json()["message"]
    slug = admin.post(
        "/sql_queries", {"model_name": "thelook", "sql": f"SELECT 1 {tables}"}
    ).json()["slug"]
    admin.patch("/lookml_models/thelook", {"unlimited_db_connections": False})
    try:
        admin.patch("/lookml_models/thelook", {"allowed_db_connection_names": []})
        refused = admin.post(f"/sql_queries/{slug}/run/json")
        assert (refused.status, "not configured" in refused.text) == (400, True)
    finally:
        admin.patch("/lookml_models/thelook", {"unlimited_db_connections": True})
    assert run("SELECT '${users.id}' AS text", connection_name="thelook") == [
        {"text": "${users.id}"}
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2",
        "CREATE TABLE t (a INT)",
        "DELETE FROM users",
        "ATTACH 'x.db'",
        "COPY (SELECT 1) TO '/tmp/leak.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "nonsense",
    ],
)
def test_sql_runner_reads_and_nothing_else(admin, sql) -> None:
    query = admin.post("/sql_queries", {"connection_name": "thelook", "sql": sql}).json()
    answer = admin.post(f"/sql_queries/{query['slug']}/run/json")
    assert answer.status == 200
    assert list(answer.json()[0]) == ["looker_error"]


def test_sql_runner_writes_intervals_as_text(admin) -> None:
    parts = ("INTERVAL '1 year 2 days'", "INTERVAL '-90 seconds'", "CAST(NULL AS INTERVAL)")
    sql = f"SELECT {', '.join(f'{part} AS c{n}' for n, part in enumerate(parts))}"
    query = admin.post("/sql_queries", {"connection_name": "thelook", "sql": sql}).json()
    (row,) = admin.post(f"/sql_queries/{query['slug']}/run/json").json()
    assert row == {"c0": "12 months 2 days", "c1": "-00:01:30", "c2": None}
    text = admin.post(f"/sql_queries/{query['slug']}/run/csv").text
    assert text == "c0,c1,c2\n12 months 2 days,-00:01:30,\n"


def test_sql_runner_needs_its_permission(instance) -> None:
    body = {"connection_name": "thelook", "sql": "SELECT 1"}
    assert instance.as_role("Viewer").post("/sql_queries", body).status == 404
    assert instance.as_role("Developer").post("/sql_queries", body).status == 200
    admin = instance.as_role("Admin")
    assert admin.post("/sql_queries", {"connection_name": "x", "sql": "SELECT 1"}).status == 422
    assert admin.post("/sql_queries", {"connection_name": "thelook"}).status == 422


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE users; --", '"', "\\", "%_^", "a\nb", "{{ 1 }}", "${TABLE}", "é'é"]
)
def test_hostile_strings_stay_values(admin, text) -> None:
    quoted = json.dumps(text, ensure_ascii=False)
    for field in ("users.state", "users.email"):
        answer = run(admin, {**BY_STATE, "filters": {field: quoted}})
        assert answer.status == 200
        assert answer.json() == []
