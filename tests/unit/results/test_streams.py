from __future__ import annotations

import csv
import io
import json
import math
from datetime import UTC, date, datetime, time
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from belvedere.errors import EngineError, QueryError
from belvedere.results import encoding, streams, tables
from belvedere.results.encoded import Column, distinct, stream
from belvedere.results.value_formats import formatter, grouped

NASTY = st.text(
    st.one_of(
        st.sampled_from(list("\",\t\n\r\\|<>&'\x00\x1f\x7f\u2028")),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=12,
)
ROWS = st.lists(
    st.tuples(
        st.none() | NASTY,
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(),
        st.none() | st.decimals(-(10**12), 10**12, places=4),
        st.none() | st.booleans(),
    ),
    max_size=6,
)
TYPES = [pa.string(), pa.int64(), pa.float64(), pa.decimal128(38, 4), pa.bool_()]
NAMES = ["v.text", 'v."n"', "v.f", "v.d", "v.b"]


def batches(rows):
    """Every row in a batch of its own, and an empty batch between."""
    for row in rows:
        arrays = [pa.array([value], kind) for value, kind in zip(row, TYPES, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, names=NAMES)
        yield pa.RecordBatch.from_arrays([array.slice(0, 0) for array in arrays], names=NAMES)


def written(chunks):
    return b"".join(chunks).decode()


def finite(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


@settings(deadline=None)
@given(ROWS)
def test_json_reads_back_as_the_rows(rows):
    text = written(streams.stream_json(batches(rows), NAMES))
    found = json.loads(text, parse_float=Decimal)
    assert [list(row) for row in found] == [NAMES for _ in rows]
    assert [list(row.values()) for row in found] == [list(map(_exact, row)) for row in rows]


def _exact(value):
    """The value as a reader of JSON sees it that keeps all digits."""
    value = finite(value)
    return Decimal(repr(value)) if isinstance(value, float) else value


@settings(deadline=None)
@given(ROWS, st.sampled_from([",", "\t"]))
def test_delimited_text_reads_back_as_the_rows(rows, delimiter):
    text = written(streams.stream_csv(batches(rows), NAMES, delimiter))
    head, *body = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert head == NAMES
    assert len(body) == len(rows)
    for (shown, integer, number, decimal, truth), row in zip(body, rows, strict=True):
        assert shown == (row[0] or "")
        assert integer == ("" if row[1] is None else str(row[1]))
        assert number == "" if finite(row[2]) is None else float(number) == row[2]
        assert decimal == "" if row[3] is None else Decimal(decimal) == row[3]
        assert truth == {None: "", True: "true", False: "false"}[row[4]]


def test_json_without_rows_is_an_empty_array():
    assert written(streams.stream_json([], ["a"])) == "[]"
    assert written(streams.stream_csv([], ["A, b", "C"])) == '"A, b",C\n'


def test_every_type_has_a_text():
    batch = pa.RecordBatch.from_pydict(
        {
            "when": pa.array(
                [datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)], pa.timestamp("us", "UTC")
            ),
            "exact": pa.array(
                [datetime(2024, 1, 2, 3, 4, 5, 250000, tzinfo=UTC)], pa.timestamp("us")
            ),
            "day": pa.array([date(2024, 1, 2)]),
            "hour": pa.array([time(3, 4, 5)], pa.time64("us")),
            "list": pa.array([["a", None]]),
            "struct": pa.array([{"x": 1, "y": "é"}]),
            "bytes": pa.array([b"\x01\xff"]),
            "enum": pa.array(["a"]).dictionary_encode(),
            "huge": pa.array([Decimal(2**100)], pa.decimal128(38, 0)),
            "nothing": pa.nulls(1),
        }
    )
    assert json.loads(written(streams.stream_json([batch], batch.schema.names))) == [
        {
            "when": "2024-01-02 03:04:05",
            "exact": "2024-01-02 03:04:05.250000",
            "day": "2024-01-02",
            "hour": "03:04:05",
            "list": ["a", None],
            "struct": {"x": 1, "y": "é"},
            "bytes": "01ff",
            "enum": "a",
            "huge": 2**100,
            "nothing": None,
        }
    ]
    rows = list(csv.reader(io.StringIO(written(streams.stream_csv([batch], ["?"] * 10)))))
    assert rows[1][4:] == ['["a",null]', '{"x":1,"y":"é"}', "01ff", "a", str(2**100), ""]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.5e10, "15000000000"),
        (-1.2345678901234567e15, "-1234567890123456.8"),
        (123456789012.5, "123456789012.5"),
        (1e15, "1000000000000000"),
        (1e22, "1e+22"),
        (0.1, "0.1"),
        (1e-7, "1e-7"),
    ],
)
def test_large_floats_are_written_without_exponent(number, text):
    assert written(streams.stream_csv(_one(number), ["n"])) == f"n\n{text}\n"


def _one(value):
    return [pa.RecordBatch.from_pydict({"n": [value]})]


COLUMNS = [
    Column("v.name", "V Name"),
    Column("v.total", "V Total", formatter("$#,##0.00"), "$#,##0.00"),
    Column("v.count", "V Count", grouped),
]
TABLE = pa.table({"n": ["a|b", "<i>", None], "t": [1234.5, None, -1.0], "c": [1_234_567, 999, 0]})


def answer(result_format, *, formatted=False):
    return written(stream(result_format, COLUMNS, TABLE.to_batches(), formatted=formatted).chunks)


def test_json_label_is_keyed_by_labels():
    assert json.loads(answer("json_label"))[0] == {
        "V Name": "a|b",
        "V Total": 1234.5,
        "V Count": 1234567,
    }


def test_formatted_json_holds_texts_and_nulls():
    assert json.loads(answer("json", formatted=True)) == [
        {"v.name": "a|b", "v.total": "$1,234.50", "v.count": "1,234,567"},
        {"v.name": "<i>", "v.total": None, "v.count": "999"},
        {"v.name": None, "v.total": "-$1.00", "v.count": "0"},
    ]


def test_formatted_csv_and_tabs():
    assert answer("csv", formatted=True) == (
        'V Name,V Total,V Count\na|b,"$1,234.50","1,234,567"\n<i>,,999\n,-$1.00,0\n'
    )
    assert answer("txt") == "V Name\tV Total\tV Count\na|b\t1234.5\t1234567\n<i>\t\t999\n\t-1\t0\n"


def test_markdown_escapes_what_would_end_a_cell():
    assert answer("md") == (
        "| V Name | V Total | V Count |\n| --- | --- | --- |\n"
        "| a\\|b | 1234.5 | 1234567 |\n| <i> |  | 999 |\n|  | -1 | 0 |\n"
    )


def test_html_escapes_everything_and_shows_formats():
    text = answer("html")
    assert "<tr><td>&lt;i&gt;</td><td></td><td>999</td></tr>" in text
    assert "<td>$1,234.50</td>" in text
    assert text.startswith("<!DOCTYPE html>")
    assert text.endswith("</table></body></html>\n")


def test_xlsx_keeps_numbers_and_their_formats():
    made = stream("xlsx", COLUMNS, TABLE.to_batches(), formatted=True, title="Or/ders")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(made.chunks))).active
    assert made.media_type.endswith("spreadsheetml.sheet")
    assert sheet.title == "Or ders"
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["V Name", "V Total", "V Count"],
        ["a|b", 1234.5, 1234567],
        ["<i>", None, 999],
        [None, -1, 0],
    ]
    assert sheet["B2"].number_format == "$#,##0.00"


def test_xlsx_runs_no_formula_and_rounds_no_integer():
    table = pa.table({"a": ["=1+1", "http://x.test"], "b": [2**62, 10**15]})
    made = stream("xlsx", [Column("a", "a"), Column("b", "b")], table.to_batches())
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(made.chunks))).active
    assert [cell.value for cell in sheet["A"]] == ["a", "=1+1", "http://x.test"]
    assert sheet["A2"].data_type == "s"
    assert [cell.value for cell in sheet["B"]] == ["b", str(2**62), 10**15]


def test_a_sheet_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "_MOST_ROWS", 3)
    with pytest.raises(QueryError, match="at most 3 rows"):
        list(stream("xlsx", COLUMNS, TABLE.to_batches()).chunks)


@pytest.mark.parametrize("result_format", ["json", "csv", "txt", "md", "html", "xlsx"])
def test_a_failure_midway_is_raised(result_format):
    def failing():
        yield from TABLE.to_batches()
        raise EngineError("gone")

    chunks = stream(result_format, COLUMNS, failing()).chunks
    seen = []
    with pytest.raises(EngineError, match="gone"):
        seen.extend(chunks)
    assert not b"".join(seen).endswith((b"]", b"</html>\n"))


def test_unknown_formats_are_refused():
    with pytest.raises(QueryError, match="pdf"):
        stream("pdf", COLUMNS, [])


def test_repeated_column_names_get_numbers():
    assert distinct(["a", "a", "a_2", "a"]) == ["a", "a_2", "a_2_2", "a_3"]
    table = pa.table([pa.array([1]), pa.array([2])], names=["x", "x"])
    assert json.loads(b"".join(encoding.stream_rows("json", table.schema, table.to_batches()))) == [{"x": 1, "x_2": 2}]  # fmt: skip
    detailed = json.loads(
        b"".join(encoding.stream_rows("json_detail", table.schema, table.to_batches()))
    )
    assert detailed["data"] == [{"x": {"value": 1}, "x_2": {"value": 2}}]


@pytest.mark.parametrize("result_format", sorted(encoding.FORMATS - {"sql"}))
def test_failed_queries_say_so_in_their_format(result_format):
    body = encoding.encode_error(result_format, 'no "such" table | x', "SELECT 1")
    if result_format in ("json_detail", "json_fe"):
        answer = json.loads(body)
        assert answer["data"] == []
        assert answer["errors"][0]["message_details"] == 'no "such" table | x'
    elif result_format == "json_bi":
        assert json.loads(body)["rows"] == [{"looker_error": 'no "such" table | x'}]
    elif "json" in result_format:
        assert json.loads(body) == [{"looker_error": 'no "such" table | x'}]
    elif result_format == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(body)).active
        assert sheet["A2"].value == 'no "such" table | x'
    else:
        assert len(body.decode().strip().splitlines()) >= 2
        assert b"such" in body
