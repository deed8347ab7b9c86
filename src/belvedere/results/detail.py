"""json_detail and json_bi: rows with everything that a client needs to draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa

from belvedere.compiler.compiled import Compiled
from belvedere.results.columns import values_of
from belvedere.results.plain_values import dumps, plain
from belvedere.results.presenter import Facts, Presenter
from belvedere.results.shaped import Level, Row, Shaped, outline
from belvedere.results.streams import stream_json
from belvedere.results.value_formats import plain as plain_text

_ROWS_AT_ONCE = 1000


def json_detail(shaped: Shaped, presenter: Presenter, facts: Facts) -> dict[str, Any]:
    """The whole answer; keys that are always empty here are present for readers that look."""
    return {
        "id": facts.id,
        "fields": _fields(shaped, presenter, facts),
        "pivots": _pivots(shaped, presenter),
        "data": [_row(shaped, presenter, row) for row in shaped.rows],
        "has_totals": shaped.totals is not None,
        "has_row_totals": shaped.has_row_totals,
        "totals_data": _totals(shaped, presenter),
        "subtotals_data": _subtotals(shaped, presenter),
        "subtotal_sets": [list(level.dimensions) for level in shaped.subtotals],
        "has_subtotals": bool(shaped.subtotals),
        "columns_truncated": shaped.columns_truncated,
        "max_column_limit_exceeded": shaped.columns_truncated,
        "truncated": shaped.truncated,
        "sql": facts.sql,
        "sql_explain": None,
        "timezone": facts.timezone,
        "query_timezone": facts.timezone,
        "from_cache": facts.from_cache,
        "cached_derived": False,
        "expired": False,
        "ran_at": facts.ran_at,
        "runtime": facts.runtime,
        "errors": [
            {
                "message": message,
                "message_details": None,
                "params": field,
                "error_pos": None,
                "level": "warning",
                "fatal": False,
                "sql_error_loc": None,
            }
            for field, message in (*facts.warnings, *shaped.problems, *presenter.problems())
        ]
        or None,
        "show_sql_warning": False,
        "applied_filters": {
            name: {"value": text, "field": presenter.field_metadata(name)}
            for name, text in facts.filters.items()
        },
        "applied_filter_expression": facts.filter_expression,
        "number_format": facts.number_format,
        "null_sort_treatment": "last",
        "supports_pivot_in_db": True,
        "aggregate_table_used_info": _aggregate_table(facts.aggregate_table),
        "drill_menu_build_time": 0.0,
        "fill_fields": facts.fill_fields,
        "added_params": {},
        "forecast_result": None,
        "server_dynamic_fields": [],
        "is_local": True,
        "table_calcs_complete": True,
        "sorts": [f"{name} desc" if descending else name for name, descending in facts.sorts],
        "status": "complete",
        "timings": {},
        "explore": {"model": facts.model, "name": facts.explore},
        "tracked_attributes": {},
    }


def stream_detail(
    compiled: Compiled,
    batches: Iterable[pa.RecordBatch],
    presenter: Presenter,
    facts: Callable[[], Facts],
) -> Iterator[bytes]:
    """json_detail of a plain result, rows first; `facts` is asked after the last row."""
    head = outline(compiled)
    yield b'{"data":['
    count = 0
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS_AT_ONCE):
            rows = values_of(batch.slice(start, _ROWS_AT_ONCE))
            cells = dumps([_row(head, presenter, row) for row in rows])[1:-1]
            yield ("," + cells if count else cells).encode()
            count += len(rows)
    head.truncated = compiled.limit is not None and 0 < compiled.limit <= count
    answer = json_detail(head, presenter, facts())
    del answer["data"]
    yield f"],{dumps(answer)[1:]}".encode()


def stream_bi(
    compiled: Compiled, batches: Iterable[pa.RecordBatch], presenter: Presenter, facts: Facts
) -> Iterator[bytes]:
    """json_bi of a plain result."""
    head = dumps(json_bi(outline(compiled), presenter, facts, []))
    yield head.removesuffix("[]}").encode()
    yield from stream_json(batches, [column.name for column in compiled.columns])
    yield b"}"


def _aggregate_table(name: str | None) -> dict[str, str] | None:
    """`explore::table`, taken apart."""
    if name is None:
        return None
    explore, table = name.split("::", 1)
    return {"explore_name": explore, "aggregate_table_name": table}


def _fields(shaped: Shaped, presenter: Presenter, facts: Facts) -> dict[str, Any]:
    sorted_by = {
        name: {"sort_index": position, "desc": descending}
        for position, (name, descending) in enumerate(facts.sorts)
    }

    def described(name: str) -> dict[str, Any]:
        metadata = dict(presenter.field_metadata(name))
        metadata["type"] = shaped.effective_types.get(name, metadata.get("type"))
        return metadata | ({"sorted": sorted_by[name]} if name in sorted_by else {})

    def all_of(names: Iterable[str]) -> list[dict[str, Any]]:
        return [described(name) for name in names]

    return {
        "dimensions": all_of(shaped.dimensions),
        "measures": all_of(shaped.measures),
        "table_calculations": all_of(shaped.calculations),
        "pivots": all_of(shaped.pivots),
        "dimension_like": all_of(shaped.dimension_like),
        "measure_like": all_of(shaped.measure_like),
        "supermeasure_like": all_of(shaped.supermeasures),
    }


def _pivots(shaped: Shaped, presenter: Presenter) -> list[dict[str, Any]]:
    found = []
    for column in shaped.columns:
        data = {name: plain(value) for name, value in column.data.items()}
        found.append(
            {
                "key": column.key,
                "is_total": column.is_total,
                "data": data,
                "metadata": {
                    name: _cell(presenter, name, value, {}) for name, value in data.items()
                },
                "sort_values": data,
                "labels": {name: presenter.rendered(name, value) for name, value in data.items()},
            }
        )
    return found


def _row(shaped: Shaped, presenter: Presenter, row: Row) -> dict[str, Any]:
    dimensions = {name: plain(row.get(name)) for name in shaped.dimension_like}
    beside = dimensions | {name: plain(row.get(name)) for name in shaped.hidden}
    if shaped.pivots:
        found = {name: _cell(presenter, name, dimensions[name], beside) for name in dimensions}
        once = {
            name: _cell(presenter, name, plain(row.get(name)), {}) for name in shaped.supermeasures
        }
        return found | _pivoted_cells(shaped, presenter, row, beside) | once
    values = dimensions | {name: plain(row.get(name)) for name in shaped.measure_like}
    return {name: _cell(presenter, name, value, beside | values) for name, value in values.items()}


def _pivoted_cells(
    shaped: Shaped, presenter: Presenter, row: Row, beside: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """By measure and pivot key; a cell's row is what its own pivot column holds."""
    found: dict[str, dict[str, Any]] = {name: {} for name in shaped.measure_like}
    for column in shaped.columns:
        pivoted = {name: plain(value) for name, value in column.data.items()}
        here = {
            name: value.get(column.key) if isinstance(value, dict) else value
            for name, value in beside.items()
        }
        measures = {
            name: plain(row[name].get(column.key))
            for name in shaped.measure_like
            if column.key in (row.get(name) or {})
        }
        for name, value in measures.items():
            values = here | pivoted | measures
            found[name][column.key] = _cell(presenter, name, value, values)
    return found


def _cell(presenter: Presenter, name: str, value: Any, row: dict[str, Any]) -> dict[str, Any]:
    cell = _shown(presenter, name, value)
    if value is None:
        return cell
    page = presenter.html(name, value, row)
    if page is not None:
        cell["html"] = page
    filterable = presenter.filterable(name, value)
    if filterable is not None:
        cell["filterable_value"] = filterable
    links = presenter.links(name, value, row)
    if links:
        cell["links"] = links
    return cell


def _shown(presenter: Presenter, name: str, value: Any) -> dict[str, Any]:
    """The value, and how it is written where that differs."""
    if value is None:
        return {"value": None}
    rendered = presenter.rendered(name, value)
    return {"value": value} | ({} if rendered == plain_text(value) else {"rendered": rendered})


def _totals(shaped: Shaped, presenter: Presenter) -> dict[str, Any] | None:
    """Totals stand for no row that one could drill into."""
    if shaped.totals is None:
        return None
    found: dict[str, Any] = {}
    for name, value in shaped.totals.items():
        if isinstance(value, dict):
            found[name] = {key: _shown(presenter, name, plain(item)) for key, item in value.items()}
        else:
            found[name] = _shown(presenter, name, plain(value))
    return found


def _subtotals(shaped: Shaped, presenter: Presenter) -> dict[str, list[dict[str, Any]]]:
    """Rows by how many dimensions they are grouped by."""
    return {
        str(len(level.dimensions)): [_subtotal(shaped, presenter, level, row) for row in level.rows]
        for level in shaped.subtotals
    }


def _subtotal(shaped: Shaped, presenter: Presenter, level: Level, row: Row) -> dict[str, Any]:
    """Dimensions that the group spans are there and empty."""
    group = {name: plain(row[name]) for name in level.dimensions}
    found: dict[str, Any] = {
        name: _cell(presenter, name, group[name], group)
        if name in group
        else {"value": None, "filterable_value": "EMPTY"}
        for name in shaped.dimension_like
    }
    if shaped.pivots:
        found |= _pivoted_cells(shaped, presenter, row, group)
    else:
        measures = {name: plain(row.get(name)) for name in shaped.measure_like}
        values = group | measures
        found |= {name: _cell(presenter, name, value, values) for name, value in measures.items()}
    for name in shaped.supermeasures:
        found[name] = _cell(presenter, name, plain(row.get(name)), {})
    return found | {"$$$__grouping__$$$": list(level.dimensions)}


_BI_FIELD = (
    "name",
    "label",
    "type",
    "category",
    "view",
    "view_label",
    "description",
    "hidden",
    "dimension_group",
    "field_group_label",
    "field_group_variant",
    "sql",
)


def json_bi(
    shaped: Shaped, presenter: Presenter, facts: Facts, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    def described(name: str) -> dict[str, Any]:
        metadata = presenter.field_metadata(name)
        return {key: metadata.get(key) for key in _BI_FIELD}

    metadata = {
        "fields": {
            "dimensions": [described(name) for name in shaped.dimensions],
            "measures": [described(name) for name in shaped.measures],
            "pivots": [described(name) for name in shaped.pivots],
            "table_calculations": [described(name) for name in shaped.calculations],
        },
        "pivots": [
            {
                "key": column.key,
                "data": {n: plain(v) for n, v in column.data.items()},
                "sort_values": {n: plain(v) for n, v in column.data.items()},
                "is_total": column.is_total,
            }
            for column in shaped.columns
        ],
        "has_totals": shaped.totals is not None,
        "has_subtotals": bool(shaped.subtotals),
        "columns_truncated": str(shaped.columns_truncated).lower(),
        "filter_expression": facts.filter_expression,
        "filters": facts.filters,
        "sql": facts.sql,
        "big_query_metadata": None,
    }
    return {"metadata": metadata, "rows": rows}
