from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from tests.unit.results.cases import FACTS, PlainPresenter, compiled, dimension, measure, table

from belvedere.compiler.compiled import SqlPart
from belvedere.results import encoding
from belvedere.results.encoded import stream_query
from belvedere.results.shape import Tables, shape
from belvedere.results.shaped import ROW_TOTAL

STATUS, WEEK = dimension("o.status"), dimension("o.week", timeframe="week")
COUNT, TOTAL = measure("o.count"), measure("o.total")
FLAT = compiled([STATUS, COUNT, TOTAL], limit=2)
FLAT_ROWS = table(
    ["o.status", "o.count", "o.total"],
    ("new & <old>", 2, Decimal("1234.50")),
    (None, None, None),
)
PIVOTED = compiled(
    [WEEK, STATUS, COUNT, TOTAL],
    pivots=["o.status"],
    row_total=SqlPart("", ()),
    row_total_side="right",
)
CELLS = table(
    ["o.week", "o.status", "o.count", "o.total", "r", "c"],
    ("2024-01-01", "done", 5, 1.5, 1, 1),
    ("2024-01-01", "new", 6, 2.5, 1, 2),
    ("2024-01-08", "new", 7, None, 2, 2),
)
ROW_TOTALS = table(["o.week", "o.count"], ("2024-01-01", 11), ("2024-01-08", 7))
TOTALS = table(["o.status", "o.count"], ("done", 5), ("new", 13))


def flat(result_format, *, formatted=False):
    shaped = shape(FLAT, Tables(FLAT_ROWS))
    return encoding.encode(result_format, shaped, PlainPresenter(), FACTS, formatted=formatted)


def pivoted(result_format, presenter=None, *, formatted=False):
    shaped = shape(PIVOTED, Tables(CELLS, TOTALS, ROW_TOTALS))
    presenter = presenter or PlainPresenter()
    return encoding.encode(result_format, shaped, presenter, FACTS, formatted=formatted)


def test_json_rows():
    assert json.loads(flat("json")) == [
        {"o.status": "new & <old>", "o.count": 2, "o.total": 1234.5},
        {"o.status": None, "o.count": None, "o.total": None},
    ]
    assert json.loads(flat("json", formatted=True))[0]["o.total"] == "$1,234.50"
    assert list(json.loads(flat("json_label"))[0]) == ["O Status", "O Count", "O Total"]


def test_pivoted_json_nests_by_pivot_field_and_value():
    first, _ = json.loads(pivoted("json"))
    assert first == {
        "o.week": "2024-01-01",
        "o.count": {"o.status": {"done": 5, "new": 6}, ROW_TOTAL: 11},
        "o.total": {"o.status": {"done": 1.5, "new": 2.5}, ROW_TOTAL: None},
    }


def test_pivoted_csv_has_a_line_of_pivot_values_and_unlabelled_totals():
    rows = list(csv.reader(io.StringIO(pivoted("csv").decode())))
    assert rows == [
        ["O Status", "done", "done", "new", "new", "Row Total", "Row Total"],
        ["O Week", "O Count", "O Total", "O Count", "O Total", "O Count", "O Total"],
        ["2024-01-01", "5", "1.5", "6", "2.5", "11", ""],
        ["2024-01-08", "", "", "7", "", "7", ""],
        ["", "5", "", "13", "", "", ""],
    ]


def test_pivoted_html_merges_equal_headers():
    text = pivoted("html").decode()
    assert '<th colspan="2">done</th><th colspan="2">new</th>' in text
    assert "<td>$1.50</td>" in text


def test_pivoted_markdown_puts_pivot_values_before_labels():
    head, rule, *rows = pivoted("md").decode().splitlines()
    assert head.startswith("| O Status O Week | done O Count |")
    assert rule == "|" + " --- |" * 7
    assert len(rows) == 3


def test_pivoted_xlsx():
    sheet = openpyxl.load_workbook(io.BytesIO(pivoted("xlsx", formatted=True))).active
    assert [cell.value for cell in sheet[3]] == ["2024-01-01", 5, 1.5, 6, 2.5, 11, None]
    assert sheet["C3"].number_format == "$#,##0.00"


def test_json_detail_cells():
    answer = json.loads(flat("json_detail"))
    assert answer["data"] == [
        {
            "o.status": {"value": "new & <old>", "html": "<b>new & <old></b>"},
            "o.count": {"value": 2, "links": [{"label": "all", "url": "/x"}]},
            "o.total": {"value": 1234.5, "rendered": "$1,234.50"},
        },
        {"o.status": {"value": None}, "o.count": {"value": None}, "o.total": {"value": None}},
    ]
    assert answer["truncated"]
    assert answer["pivots"] == []
    assert not answer["has_totals"]


def test_json_detail_tells_of_the_run():
    answer = json.loads(flat("json_detail"))
    assert answer["id"] == "abc"
    assert answer["runtime"] == 0.25
    assert answer["sql"] == "SELECT 1"
    assert answer["errors"][0]["message"] == "o.gone no longer exists"
    assert answer["errors"][0]["level"] == "warning"
    assert answer["applied_filters"]["o.status"]["value"] == "-NULL"
    count, total = answer["fields"]["measures"]
    assert count["sorted"] == {"sort_index": 0, "desc": True}
    assert "sorted" not in total
    assert answer["fields"]["measure_like"] == [count, total]


def test_pivoted_json_detail():
    answer = json.loads(pivoted("json_detail"))
    assert [(p["key"], p["is_total"], p["data"]) for p in answer["pivots"]] == [
        ("done", False, {"o.status": "done"}),
        ("new", False, {"o.status": "new"}),
        (ROW_TOTAL, True, {}),
    ]
    second = answer["data"][1]
    assert second["o.week"] == {"value": "2024-01-08", "filterable_value": "2024-01-08 for 7 days"}
    assert second["o.count"]["done"] == {"value": None}
    assert second["o.count"]["new"]["value"] == 7
    assert second["o.count"][ROW_TOTAL]["value"] == 7
    assert answer["has_row_totals"]


def test_cells_of_totals_have_no_links():
    answer = json.loads(pivoted("json_detail"))
    assert answer["totals_data"] == {"o.count": {"done": {"value": 5}, "new": {"value": 13}}}


def test_a_pivoted_cell_is_presented_with_its_pivot_value():
    presenter = PlainPresenter()
    pivoted("json_detail", presenter)
    (row,) = [row for name, value, row in presenter.seen if (name, value) == ("o.count", 6)]
    assert row == {"o.week": "2024-01-01", "o.status": "new", "o.count": 6, "o.total": 2.5}


def test_json_bi():
    answer = json.loads(flat("json_bi"))
    assert answer["rows"][0]["o.count"] == 2
    assert answer["metadata"]["sql"] == "SELECT 1"
    assert [f["name"] for f in answer["metadata"]["fields"]["measures"]] == ["o.count", "o.total"]
    assert [p["key"] for p in json.loads(pivoted("json_bi"))["metadata"]["pivots"]] == [
        "done",
        "new",
        ROW_TOTAL,
    ]


@pytest.mark.parametrize("formatted", [False, True])
@pytest.mark.parametrize("result_format", sorted(encoding.FORMATS - {"sql", "xlsx"}))
def test_streamed_answers_equal_bounded_ones(result_format, formatted):
    streamed = stream_query(
        result_format,
        FLAT,
        FLAT_ROWS.to_batches(max_chunksize=1),
        PlainPresenter(),
        lambda: FACTS,
        formatted=formatted,
    )
    assert streamed.media_type == encoding.MEDIA_TYPES[result_format]
    body, whole = b"".join(streamed.chunks), flat(result_format, formatted=formatted)
    if "json" in result_format:
        assert json.loads(body) == json.loads(whole)
    else:
        assert body == whole


@pytest.mark.parametrize("result_format", sorted(encoding.FORMATS - {"sql", "xlsx"}))
def test_no_rows(result_format):
    empty = FLAT_ROWS.slice(0, 0)
    streamed = stream_query(
        result_format, FLAT, empty.to_batches(), PlainPresenter(), lambda: FACTS
    )
    body = b"".join(streamed.chunks)
    shaped = shape(FLAT, Tables(empty))
    whole = encoding.encode(result_format, shaped, PlainPresenter(), FACTS, formatted=False)
    assert (json.loads(body) == json.loads(whole)) if "json" in result_format else body == whole


def test_the_facts_are_asked_after_the_last_row():
    asked = []

    def batches():
        yield from FLAT_ROWS.to_batches()
        asked.append("rows")

    def facts():
        asked.append("facts")
        return FACTS

    list(stream_query("json_detail", FLAT, batches(), PlainPresenter(), facts).chunks)
    assert asked == ["rows", "facts"]


def test_decimals_and_dates_in_every_json():
    exact = Decimal("12345678901234567890.123456789")
    query = compiled([dimension("o.day"), measure("o.sum")])
    rows = table(["o.day", "o.sum"], (date(2024, 1, 2), exact))
    shaped = shape(query, Tables(rows))
    body = encoding.encode("json", shaped, PlainPresenter(), FACTS, formatted=False)
    assert json.loads(body, parse_float=Decimal) == [{"o.day": "2024-01-02", "o.sum": exact}]


def test_sheets_round_decimals_rather_than_spell_them():
    table_of = table(["n"], (Decimal("1234567890.12345678901"),))
    sheet = openpyxl.load_workbook(
        io.BytesIO(b"".join(encoding.stream_rows("xlsx", table_of.schema, table_of.to_batches())))
    ).active
    assert sheet["A2"].value == pytest.approx(1234567890.1234568)
