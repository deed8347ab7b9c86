"""Results to bytes: which formats there are, and one function for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from belvedere.errors import QueryError
from belvedere.results import detail, grid, tables
from belvedere.results.columns import values_of
from belvedere.results.encoded import Column, distinct, stream
from belvedere.results.formats import FORMATS, MEDIA_TYPES
from belvedere.results.pivots import key_text
from belvedere.results.plain_values import dumps, plain
from belvedere.results.presenter import Facts, Presenter
from belvedere.results.shaped import PivotColumn, Shaped
from belvedere.results.streams import Batches, stream_json

__all__ = ["FORMATS", "MEDIA_TYPES", "encode", "encode_error", "encode_failure", "stream_rows"]

_DETAILED = frozenset({"json_detail", "json_fe"})
_ROWS_AT_ONCE = 1000


def encode(
    result_format: str, shaped: Shaped, presenter: Presenter, facts: Facts, *, formatted: bool
) -> bytes:
    """The bytes of a bounded result. `formatted`: values in their value formats, as text."""
    if result_format in _DETAILED:
        return dumps(detail.json_detail(shaped, presenter, facts)).encode()
    if result_format == "json_bi":
        rows = _objects(shaped, presenter, lambda name: name, formatted=formatted)
        return dumps(detail.json_bi(shaped, presenter, facts, rows)).encode()
    if result_format in ("json", "inline_json"):
        rows = _objects(shaped, presenter, lambda name: name, formatted=formatted)
        return dumps(rows).encode()
    if result_format == "json_label":
        rows = _objects(shaped, presenter, presenter.label, formatted=formatted)
        return dumps(rows).encode()
    return _table(result_format, shaped, presenter, facts, formatted=formatted)


def _objects(
    shaped: Shaped, presenter: Presenter, key: Callable[[str], str], *, formatted: bool
) -> list[dict[str, Any]]:
    def shown(name: str, value: Any) -> Any:
        if formatted and value is not None:
            return presenter.rendered(name, plain(value))
        return plain(value)

    keys = dict(zip(shaped.names, distinct([key(name) for name in shaped.names]), strict=True))
    paths = [(column.key, _path(column, key)) for column in shaped.columns]
    rows = []
    for row in shaped.rows:
        found: dict[str, Any] = {}
        for name, shown_as in keys.items():
            value = row.get(name)
            if shaped.pivots and isinstance(value, dict):
                found[shown_as] = _nested(paths, name, value, shown)
            else:
                found[shown_as] = shown(name, value)
        rows.append(found)
    return rows


def _path(column: PivotColumn, key: Callable[[str], str]) -> list[str]:
    """Where a pivot column's values stand: each pivot dimension and its value, in turn."""
    if column.is_total:
        return [column.key]
    return [step for pivot, value in column.data.items() for step in (key(pivot), key_text(value))]


def _nested(
    paths: Sequence[tuple[str, list[str]]],
    name: str,
    values: dict[str, Any],
    shown: Callable[[str, Any], Any],
) -> dict[str, Any]:
    """A pivoted measure: nested by pivot dimension, then by its value."""
    found: dict[str, Any] = {}
    for column, (*outer, last) in paths:
        level = found
        for step in outer:
            level = level.setdefault(step, {})
        level[last] = shown(name, values.get(column))
    return found


def _table(
    result_format: str, shaped: Shaped, presenter: Presenter, facts: Facts, *, formatted: bool
) -> bytes:
    header = grid.headers(shaped, presenter)
    if result_format == "xlsx":
        formats = [
            None if not formatted else _number_format(presenter, line.name)
            for line in grid.columns_of(shaped)
        ]
        return tables.workbook(header, grid.body(shaped), formats, facts.explore)
    rows = grid.texts(shaped, presenter, formatted=formatted or result_format == "html")
    return _written(result_format, header, rows, facts.explore)


def _number_format(presenter: Presenter, name: str) -> str | None:
    found = presenter.field_metadata(name).get("value_format")
    return str(found) if found else None


def _written(result_format: str, header: Sequence[Sequence[str]], rows: Any, title: str) -> bytes:
    if result_format == "csv":
        return tables.delimited(header, rows, ",")
    if result_format == "txt":
        return tables.delimited(header, rows, "\t")
    if result_format == "md":
        return tables.markdown(header, rows)
    if result_format == "html":
        return tables.page(header, rows, title)
    raise QueryError(f"Unknown result format: {result_format}")


def stream_rows(
    result_format: str, schema: pa.Schema, batches: Batches, sql: str | None = None
) -> Iterator[bytes]:
    """Plain columns, as SQL Runner queries have them; a repeated name gets a number."""
    unique = distinct(schema.names)
    if result_format in _DETAILED or result_format == "json_bi":
        kinds = {name: _kind(of) for name, of in zip(unique, schema.types, strict=True)}
        if result_format == "json_bi":
            return _stream_bi(kinds, batches, sql)
        return _stream_cells(kinds, batches, sql)
    return stream(result_format, [Column(name, name) for name in unique], batches).chunks


def _kind(data_type: pa.DataType) -> str:
    """The type of dimension whose values are like that."""
    if pa.types.is_boolean(data_type):
        return "yesno"
    if pa.types.is_date(data_type):
        return "date"
    if pa.types.is_timestamp(data_type):
        return "date_time"
    is_number = pa.types.is_integer(data_type) or pa.types.is_floating(data_type)
    return "number" if is_number or pa.types.is_decimal(data_type) else "string"


def _described(kinds: Mapping[str, str]) -> dict[str, Any]:
    fields = [
        {
            "name": name,
            "label": name,
            "type": kind,
            "is_numeric": kind == "number",
            "category": "dimension",
        }
        for name, kind in kinds.items()
    ]
    return {"dimensions": fields, "measures": [], "table_calculations": [], "pivots": []}


def _stream_cells(kinds: Mapping[str, str], batches: Batches, sql: str | None) -> Iterator[bytes]:
    names = list(kinds)
    yield f'{{"fields":{dumps(_described(kinds))},"sql":{dumps(sql)},"data":['.encode()
    between = ""
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS_AT_ONCE):
            rows = values_of(batch.slice(start, _ROWS_AT_ONCE).rename_columns(names))
            cells = [{name: {"value": plain(row[name])} for name in names} for row in rows]
            yield (between + dumps(cells)[1:-1]).encode()
            between = ","
    yield b'],"errors":null}'


def _stream_bi(kinds: Mapping[str, str], batches: Batches, sql: str | None) -> Iterator[bytes]:
    metadata = {"fields": _described(kinds), "sql": sql}
    yield f'{{"metadata":{dumps(metadata)},"rows":'.encode()
    yield from stream_json(batches, list(kinds))
    yield b"}"


def encode_failure(
    result_format: str, shaped: Shaped, presenter: Presenter, facts: Facts, message: str
) -> bytes:
    """The same as a result without rows, where the format tells more than rows."""
    if result_format == "json_bi":
        rows = [{"looker_error": message}]
        return dumps(detail.json_bi(shaped, presenter, facts, rows)).encode()
    if result_format not in _DETAILED:
        return encode_error(result_format, message, facts.sql)
    answer = detail.json_detail(shaped, presenter, facts)
    answer["errors"] = [_database_error(message), *(answer["errors"] or [])]
    answer["status"] = "error"
    return dumps(answer).encode()


def _database_error(message: str) -> dict[str, Any]:
    return {
        "message": "The database reported an error",
        "message_details": message,
        "params": None,
        "error_pos": None,
        "level": "error",
        "fatal": True,
        "sql_error_loc": {"line": None, "column": None, "character": None},
    }


def encode_error(result_format: str, message: str, sql: str | None) -> bytes:
    """A failed query in the result's own format; `sql` is None for those who may not see it."""
    if result_format in _DETAILED:
        return dumps(
            {
                "data": [],
                "fields": {
                    "dimensions": [],
                    "measures": [],
                    "table_calculations": [],
                    "pivots": [],
                },
                "sql": sql,
                "errors": [_database_error(message)],
            }
        ).encode()
    if result_format == "json_bi":
        return dumps(
            {
                "metadata": {
                    "fields": {
                        "dimensions": [],
                        "measures": [],
                        "pivots": [],
                        "table_calculations": [],
                    },
                    "sql": sql,
                },
                "rows": [{"looker_error": message}],
            }
        ).encode()
    if result_format.startswith("json") or result_format == "inline_json":
        return dumps([{"looker_error": message}]).encode()
    if result_format == "xlsx":
        return tables.workbook([["Error"]], [[message]], [None], "Error")
    return _written(result_format, [["Error"]], [[message]], "Error")
