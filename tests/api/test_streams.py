"""Exports of any length come row by row, in every format, with the same content."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import openpyxl
import pytest

QUERY = {
    "model": "thelook",
    "view": "order_items",
    "fields": ["order_items.id", "order_items.status", "order_items.sale_price", "users.state"],
    "sorts": ["order_items.id"],
}
TIMES = ("ran_at", "runtime", "from_cache", "id", "sql", "truncated", "metadata")


def content(answer: Any, result_format: str) -> Any:
    assert answer.status == 200, answer.text
    if result_format == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        return [list(row) for row in sheet.iter_rows(values_only=True)]
    if result_format == "csv":  # DuckDB itself writes long ones, and 157 as 157.0
        rows = csv.reader(io.StringIO(answer.text))
        return [[cell.removesuffix(".0") for cell in row] for row in rows]
    if not result_format.startswith(("json", "inline")):
        return answer.text
    found = answer.json()
    return found if isinstance(found, list) else {k: v for k, v in found.items() if k not in TIMES}


@pytest.mark.parametrize("formatted", ["true", "false"])
@pytest.mark.parametrize(
    "result_format",
    [
        "json",
        "json_label",
        "inline_json",
        "json_detail",
        "json_bi",
        "csv",
        "txt",
        "md",
        "html",
        "xlsx",
    ],
)
def test_streams_say_what_bounded_answers_say(admin, result_format, formatted) -> None:
    path = f"/queries/run/{result_format}"
    params = {"apply_formatting": formatted, "generate_drill_links": "true"}
    bounded = admin.post(path, QUERY, params=params | {"limit": "40000"})
    streamed = admin.post(path, QUERY, params=params | {"limit": "-1"})
    assert content(streamed, result_format) == content(bounded, result_format)


def sql(client, text, result_format, **params):
    body = {"connection_name": "thelook", "sql": text}
    slug = client.post("/sql_queries", body).json()["slug"]
    return slug, client.post(f"/sql_queries/{slug}/run/{result_format}", params=params)


LONG = "SELECT range AS n, 'text ' || range AS words FROM range(120000)"


@pytest.mark.parametrize("result_format", ["json", "csv", "json_detail", "json_bi", "md"])
def test_long_answers_of_sql_runner(admin, result_format) -> None:
    slug, answer = sql(admin, LONG, result_format, download="true")
    assert answer.headers["content-disposition"] == f'attachment; filename="{slug}.{result_format}"'
    if result_format == "json":
        rows = answer.json()
        assert len(rows) == 120_000
        assert rows[-1] == {"n": 119_999, "words": "text 119999"}
    elif result_format == "json_detail":
        found = answer.json()
        assert [len(found["data"]), found["errors"]] == [120_000, None]
        assert found["data"][7] == {"n": {"value": 7}, "words": {"value": "text 7"}}
    elif result_format == "json_bi":
        assert len(answer.json()["rows"]) == 120_000
    else:
        assert len(answer.text.splitlines()) == 120_000 + (1 if result_format == "csv" else 2)
    stored = admin.get(f"/sql_queries/{slug}").json()
    assert stored["run_count"] == 1
    assert stored["last_runtime"] > 0


LONG_ROWS = {
    "json_label": lambda answer: len(answer.json()),
    "inline_json": lambda answer: len(answer.json()),
    "json_fe": lambda answer: len(answer.json()["data"]),
    "txt": lambda answer: len(answer.text.splitlines()) - 1,
    "html": lambda answer: answer.text.count("<tr>") - 1,
    "xlsx": lambda answer: len(content(answer, "xlsx")) - 1,
}


@pytest.mark.parametrize("result_format", LONG_ROWS)
def test_sql_runner_leaves_no_row_out(admin, result_format) -> None:
    _, answer = sql(admin, LONG, result_format)
    assert LONG_ROWS[result_format](answer) == 120_000


KINDS = (
    "SELECT 1 AS n, 'a \"b\", <c> | d' AS w, DATE '2026-01-02' AS d, 1.5 AS dec, "
    "TIMESTAMP '2026-01-02 03:04:05' AS t, true AS yes, NULL AS nothing, '=1+1' AS formula"
)
TEXTS = {
    "csv": '1,"a ""b"", <c> | d",2026-01-02,1.5,2026-01-02 03:04:05,true,,=1+1',
    "txt": '1\t"a ""b"", <c> | d"\t2026-01-02\t1.5\t2026-01-02 03:04:05\ttrue\t\t=1+1',
    "md": '| 1 | a "b", <c> \\| d | 2026-01-02 | 1.5 | 2026-01-02 03:04:05 | true |  | =1+1 |',
    "html": "<td>a &quot;b&quot;, &lt;c&gt; | d</td>",
    "sql": KINDS,
}


@pytest.mark.parametrize("result_format", TEXTS)
def test_texts_of_sql_runner(admin, result_format) -> None:
    assert TEXTS[result_format] in sql(admin, KINDS, result_format)[1].text


@pytest.mark.parametrize("result_format", ["json_detail", "json_fe", "json_bi"])
def test_sql_runner_tells_kinds_of_columns_and_the_sql(admin, result_format) -> None:
    found = sql(admin, KINDS, result_format)[1].json()
    told = found.get("metadata", found)
    kinds = {field["name"]: field["type"] for field in told["fields"]["dimensions"]}
    assert kinds == {
        "n": "number",
        "w": "string",
        "d": "date",
        "dec": "number",
        "t": "date_time",
        "yes": "yesno",
        "nothing": kinds["nothing"],
        "formula": "string",
    }
    assert told["sql"] == KINDS


def test_sheets_of_sql_runner_hold_values(admin) -> None:
    _, answer = sql(admin, KINDS, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    (_, cells) = book.iter_rows()
    values = [1, 'a "b", <c> | d', "2026-01-02", 1.5, "2026-01-02 03:04:05", True, None, "=1+1"]
    assert [cell.value for cell in cells] == values
    assert cells[-1].data_type != "f"  # a text, not a formula


@pytest.mark.parametrize("result_format", ["json", "json_detail", "csv", "json_bi"])
def test_errors_among_the_first_rows_are_told_in_the_answer(admin, result_format) -> None:
    text = "SELECT CASE WHEN range < 9000 THEN 1 ELSE CAST('boom' AS INTEGER) END AS x FROM range(9999)"
    _, answer = sql(admin, text, result_format)
    assert answer.status == 200
    assert "boom" in answer.text
    if result_format == "json":
        assert list(json.loads(answer.text)[0]) == ["looker_error"]


def test_empty_results_and_repeated_names(admin) -> None:
    _, answer = sql(admin, "SELECT 1 AS a, 2 AS a WHERE false", "json_detail")
    assert [field["name"] for field in answer.json()["fields"]["dimensions"]] == ["a", "a_2"]
    assert sql(admin, "SELECT 1 AS a WHERE false", "json")[1].json() == []


def test_other_peoples_sql_is_for_those_who_reach_its_connection(instance, admin) -> None:
    slug, _ = sql(admin, "SELECT 'private'", "json")
    viewer = instance.as_role("Viewer")
    for answer in (
        viewer.get(f"/sql_queries/{slug}"),
        viewer.post(f"/sql_queries/{slug}/run/json"),
    ):
        assert answer.status in (403, 404)
        assert "private" not in answer.text
