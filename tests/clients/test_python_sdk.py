"""The unmodified official Python SDK against a running server."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import looker_sdk
import pytest
from looker_sdk import error, models40 as models
from looker_sdk.sdk.api40.methods import Looker40SDK

from .conftest import Server


@pytest.fixture(scope="module")
def sdk(server: Server) -> Iterator[Looker40SDK]:
    client = looker_sdk.init40(str(server.ini))
    yield client
    client.auth.logout()


def states(**options: object) -> models.WriteQuery:
    return models.WriteQuery(
        model="thelook",
        view="order_items",
        fields=["users.state", "order_items.count", "order_items.total_sale_price"],
        sorts=["order_items.count desc"],
        **options,
    )


def test_me_is_the_owner_of_the_key(sdk: Looker40SDK) -> None:
    user = sdk.me()
    assert user.id
    assert user.email
    assert user.first_name
    assert user.last_name
    assert user.credentials_api3
    assert sdk.me(fields="id,first_name").email is None


def test_rows_of_an_inline_query(sdk: Looker40SDK) -> None:
    rows = json.loads(sdk.run_inline_query("json", states(limit="10")))
    assert len(rows) == 10
    counts = [row["order_items.count"] for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert all(isinstance(row["order_items.total_sale_price"], (int, float)) for row in rows)


def test_a_query_is_created_found_and_run(sdk: Looker40SDK) -> None:
    query = sdk.create_query(states(limit="7"))
    assert query.id
    assert query.client_id
    assert len(query.client_id) == 22
    assert query.share_url
    assert query.expanded_share_url
    assert sdk.create_query(states(limit="7")).id == query.id
    assert sdk.query(query.id).fields == query.fields
    assert sdk.query_for_slug(query.client_id).id == query.id
    assert len(json.loads(sdk.run_query(query.id, "json"))) == 7
    assert len(json.loads(sdk.run_query(query.id, "json", limit=3))) == 3


def test_csv_has_labels_and_one_line_a_row(sdk: Looker40SDK) -> None:
    text = sdk.run_inline_query("csv", states(limit="5"))
    assert text.count("\n") == 6
    assert next(csv.reader(io.StringIO(text)))[0] == "Users State"


@pytest.mark.parametrize(
    ("result_format", "start"),
    [
        ("json_detail", "{"),
        ("json_bi", "{"),
        ("txt", "Users State"),
        ("md", "|"),
        ("html", "<"),
        ("sql", "SELECT"),
    ],
)
def test_text_formats(sdk: Looker40SDK, result_format: str, start: str) -> None:
    text = sdk.run_inline_query(result_format, states(limit="5"))
    assert isinstance(text, str)
    assert text.lstrip().startswith(start)


def test_xlsx_arrives_as_bytes(sdk: Looker40SDK) -> None:
    data = sdk.run_inline_query("xlsx", states(limit="5"))
    assert isinstance(data, bytes)
    assert data.startswith(b"PK")


def test_a_query_task_runs_to_its_result(sdk: Looker40SDK) -> None:
    query = sdk.create_query(states(limit="4"))
    task = sdk.create_query_task(
        models.WriteCreateQueryTask(query_id=query.id, result_format=models.ResultFormat.json)
    )
    assert task.id
    for _ in range(200):
        results = sdk.query_task_multi_results([task.id])
        if results[task.id]["status"] not in ("added", "running"):
            break
    assert results[task.id]["status"] == "complete"
    assert len(results[task.id]["data"]) == 4
    assert len(json.loads(sdk.query_task_results(task.id))) == 4
    assert sdk.query_task(task.id).status == "complete"


def test_sql_runner(sdk: Looker40SDK) -> None:
    query = sdk.create_sql_query(
        models.SqlQueryCreate(connection_name="thelook", sql="SELECT 1 AS one, 'x' AS two")
    )
    assert sdk.sql_query(query.slug).sql == query.sql
    assert json.loads(sdk.run_sql_query(query.slug, "json")) == [{"one": 1, "two": "x"}]


def test_models_and_explores_describe_themselves(sdk: Looker40SDK) -> None:
    found = {model.name: model for model in sdk.all_lookml_models()}
    assert "order_items" in {explore.name for explore in found["thelook"].explores}
    explore = sdk.lookml_model_explore("thelook", "order_items")
    assert explore.id == "thelook::order_items"
    fields = {field.name: field for field in explore.fields.dimensions}
    assert fields["users.state"].label == "Users State"
    assert fields["users.state"].type == "string"
    narrow = sdk.lookml_model_explore("thelook", "order_items", fields="id,fields(measures(name))")
    assert narrow.joins is None
    assert narrow.fields.dimensions is None
    assert narrow.fields.measures[0].label is None


def test_connections_and_what_is_in_them(sdk: Looker40SDK) -> None:
    connection = sdk.connection("thelook")
    assert connection.dialect_name == "duckdb"
    assert connection.password is None
    tables = [table.name for schema in sdk.connection_tables("thelook") for table in schema.tables]
    assert "order_items" in tables
    results = sdk.test_connection("thelook")
    assert all(result.status == "success" for result in results)


def test_suggestions(sdk: Looker40SDK) -> None:
    found = sdk.model_fieldname_suggestions("thelook", "order_items", "users.state", term="Cal")
    assert found.suggestions == ["California"]


def test_errors_arrive_as_the_sdk_raises_them(sdk: Looker40SDK) -> None:
    with pytest.raises(error.SDKError, match="Not found"):
        sdk.query("there-is-no-such-query")
    with pytest.raises(error.SDKError) as caught:
        sdk.create_query(models.WriteQuery(model="", view=""))
    assert {problem.field for problem in caught.value.errors} == {"model", "view"}
    with pytest.raises(error.SDKError, match="Must query at least one dimension or measure"):
        sdk.run_inline_query("json", models.WriteQuery(model="thelook", view="order_items"))


def test_what_is_not_built_says_so(sdk: Looker40SDK) -> None:
    with pytest.raises(error.SDKError, match="all_scheduled_plans"):
        sdk.all_scheduled_plans()


def test_the_workspace_belongs_to_the_token(sdk: Looker40SDK) -> None:
    assert sdk.session().workspace_id == "production"
    assert sdk.update_session(models.WriteApiSession(workspace_id="dev")).workspace_id == "dev"
    assert sdk.update_session(models.WriteApiSession(workspace_id="production"))


def test_logging_out_ends_the_token(server: Server) -> None:
    client = looker_sdk.init40(str(server.ini))
    client.me()
    token = client.auth.token.access_token
    client.auth.logout()
    assert client.auth.token.access_token != token
