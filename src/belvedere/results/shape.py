"""Bounded results in the shape of their answer: pivots assembled, totals beside, measures that
are computed after the query filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from belvedere.compiler.compiled import Compiled, PostMeasure, Role
from belvedere.lookml.model import Field
from belvedere.results.columns import values_of
from belvedere.results.fill import filled

ROW_TOTAL = "$$$_row_total_$$$"
KEY_SEPARATOR = "|FIELD|"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PivotColumn:
    """`data` holds the pivot fields' values; a total column has none."""

    key: str
    data: dict[str, Any]
    is_total: bool = False


@dataclass(slots=True)
class Shaped:
    """`rows` are by field name; in a pivoted result a measure's value is a dict by pivot key."""

    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    pivots: tuple[str, ...]
    fields: dict[str, Field]
    rows: list[Row]
    columns: list[PivotColumn] = field(default_factory=list)
    totals: Row | None = None
    has_row_totals: bool = False
    row_total_side: str | None = None
    columns_truncated: bool = False
    truncated: bool = False
    effective_types: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.dimensions, *self.measures)


def shape(
    compiled: Compiled, main: pa.Table, total: pa.Table | None, row_total: pa.Table | None
) -> Shaped:
    """Everything of a result that fits in memory; see Compiled for what the tables hold."""
    shaped = _pivoted(compiled, main) if compiled.pivots else _plain(compiled, main)
    if compiled.pivots and row_total is not None:
        _add_row_totals(shaped, compiled, row_total)
    if total is not None:
        shaped.totals = _totals(shaped, compiled, total)
    for post in compiled.post_measures:
        _compute(shaped, post)
    if compiled.fill_fields:
        shaped.rows = filled(shaped.rows, shaped.fields, compiled.fill_fields, shaped.names)
    return shaped


def outline(compiled: Compiled) -> Shaped:
    """What is known of the result before its rows."""
    fields = {c.name: c.field for c in compiled.columns if c.field is not None}
    fields |= {post.name: post.field for post in compiled.post_measures}
    return Shaped(
        dimensions=compiled.dimensions,
        measures=compiled.measures,
        pivots=compiled.pivots,
        fields=fields,
        rows=[],
        effective_types={
            c.name: c.effective_type for c in compiled.columns if c.effective_type is not None
        },
    )


def _plain(compiled: Compiled, main: pa.Table) -> Shaped:
    shaped = outline(compiled)
    shaped.rows = values_of(main)
    shaped.truncated = compiled.limit is not None and 0 < compiled.limit <= len(shaped.rows)
    return shaped


# Pivots


def key_text(value: Any) -> str:
    return "null" if value is None else str(value)


def _pivoted(compiled: Compiled, main: pa.Table) -> Shaped:
    shaped = outline(compiled)
    row_rank = next(c.name for c in compiled.columns if c.role is Role.row_rank)
    column_rank = next(c.name for c in compiled.columns if c.role is Role.column_rank)
    values = [c.name for c in compiled.columns if c.role in (Role.measure, Role.hidden)]
    columns: dict[int, PivotColumn] = {}
    rows: dict[int, Row] = {}
    highest = 0
    for cell in values_of(main):
        number, position = cell[column_rank], cell[row_rank]
        highest = max(highest, number)
        if number <= compiled.column_limit and number not in columns:
            data = {name: cell[name] for name in compiled.pivots}
            key = KEY_SEPARATOR.join(key_text(value) for value in data.values())
            columns[number] = PivotColumn(key, data)
        if compiled.limit is not None and position > compiled.limit:
            continue
        row = rows.get(position)
        if row is None:
            row = rows[position] = {name: cell[name] for name in compiled.dimensions}
            row |= {name: {} for name in values}
        if number <= compiled.column_limit:
            for name in values:
                row[name][columns[number].key] = cell[name]
    shaped.columns = [columns[number] for number in sorted(columns)]
    keys = [column.key for column in shaped.columns]
    for position in sorted(rows):
        row = rows[position]
        for name in values:
            row[name] = {key: row[name].get(key) for key in keys}
        shaped.rows.append(row)
    shaped.columns_truncated = highest > compiled.column_limit
    shaped.truncated = compiled.limit is not None and 0 < compiled.limit <= len(shaped.rows)
    return shaped


def _add_row_totals(shaped: Shaped, compiled: Compiled, table: pa.Table) -> None:
    by_row = {tuple(row[name] for name in compiled.dimensions): row for row in values_of(table)}
    totalled = [name for name in shaped.measures if name in table.column_names]
    for row in shaped.rows:
        total = by_row.get(tuple(row[name] for name in compiled.dimensions), {})
        for name in totalled:
            row[name][ROW_TOTAL] = total.get(name)
    shaped.has_row_totals = True
    shaped.row_total_side = compiled.row_total_side
    column = PivotColumn(ROW_TOTAL, {}, is_total=True)
    if compiled.row_total_side == "left":
        shaped.columns.insert(0, column)
    else:
        shaped.columns.append(column)


def _totals(shaped: Shaped, compiled: Compiled, table: pa.Table) -> Row:
    rows = values_of(table)
    measures = [name for name in shaped.measures if name in table.column_names]
    if not compiled.pivots:
        first = rows[0] if rows else {}
        return {name: first.get(name) for name in measures}
    by_key = {
        KEY_SEPARATOR.join(key_text(row[name]) for name in compiled.pivots): row for row in rows
    }
    keys = [column.key for column in shaped.columns if not column.is_total]
    return {name: {key: by_key.get(key, {}).get(name) for key in keys} for name in measures}


# Measures computed on the rows that came back


def _compute(shaped: Shaped, post: PostMeasure) -> None:
    for line in _lines(shaped, post):
        for holder, key, value in _computed(post.kind, line):
            holder[key] = value
    for row in shaped.rows:
        row.pop(post.source, None)


Cell = tuple[dict[str, Any], str, Any]


def _lines(shaped: Shaped, post: PostMeasure) -> Iterator[list[Cell]]:
    """The sequences of cells along which the measure runs: each (where to write, key, input)."""
    if not shaped.pivots:
        yield [(row, post.name, row.get(post.source)) for row in shaped.rows]
        return
    keys = [column.key for column in shaped.columns if not column.is_total]
    for row in shaped.rows:
        row[post.name] = dict.fromkeys(keys)
    across = post.kind == "percent_of_previous" or post.direction != "column"
    if across:
        for row in shaped.rows:
            yield [(row[post.name], key, row[post.source].get(key)) for key in keys]
    else:
        for key in keys:
            yield [(row[post.name], key, row[post.source].get(key)) for row in shaped.rows]


def _computed(kind: str, line: list[Cell]) -> Iterator[Cell]:
    compute: Callable[[list[Any]], list[Any]] = _KINDS[kind]
    values = compute([_number(value) for _, _, value in line])
    for (holder, key, _), value in zip(line, values, strict=True):
        yield holder, key, value


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _running_total(values: list[Any]) -> list[Any]:
    total: Any = 0
    found = []
    for value in values:
        total = total if value is None else total + value
        found.append(total)
    return found


def _percent_of_total(values: list[Any]) -> list[Any]:
    total = sum(value for value in values if value is not None)
    return [None if value is None or not total else value / total * 100 for value in values]


def _percent_of_previous(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for before, value in zip([None, *values], values, strict=False):
        usable = before not in (None, 0) and value is not None
        found.append((value - before) / before * 100 if usable else None)
    return found


_KINDS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "running_total": _running_total,
    "percent_of_total": _percent_of_total,
    "percent_of_previous": _percent_of_previous,
}
