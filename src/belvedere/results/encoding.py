"""Results to bytes: which formats there are, and one function for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

__all__ = ["FORMATS", "MEDIA_TYPES", "encode", "encode_error", "encode_rows"]

_DETAILED = frozenset({"json_detail", "json_fe"})


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

    keys = {name: key(name) for name in shaped.names}
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


def encode_rows(result_format: str, names: Sequence[str], table: pa.Table) -> bytes:
    """Plain columns, as SQL Runner queries have them; a repeated name gets a number."""
    unique = distinct(names)
    if result_format in _DETAILED or result_format == "json_bi":
        rows = values_of(table.rename_columns(unique))
        values = [[plain(value) for value in row.values()] for row in rows]
        return dumps(_detailed_rows(result_format, unique, values)).encode()
    columns = [Column(name, name) for name in unique]
    return b"".join(stream(result_format, columns, table.to_batches()).chunks)


def _detailed_rows(
    result_format: str, names: Sequence[str], rows: list[list[Any]]
) -> dict[str, Any]:
    fields = [
        {"name": name, "label": name, "type": "string", "category": "dimension"} for name in names
    ]
    groups = {"dimensions": fields, "measures": [], "table_calculations": [], "pivots": []}
    if result_format == "json_bi":
        plain_rows = [dict(zip(names, row, strict=True)) for row in rows]
        return {"metadata": {"fields": groups, "sql": None}, "rows": plain_rows}
    data = [
        {name: {"value": value} for name, value in zip(names, row, strict=True)} for row in rows
    ]
    return {"fields": groups, "data": data, "errors": None}


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
                "errors": [
                    {
                        "message": "The database reported an error",
                        "message_details": message,
                        "params": None,
                        "error_pos": None,
                        "level": "error",
                        "fatal": True,
                        "sql_error_loc": {"line": None, "column": None, "character": None},
                    }
                ],
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
