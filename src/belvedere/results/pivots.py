"""Pivoted results: cells come one a row, each with the ranks of its row and its column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from belvedere.compiler.compiled import Compiled, Role
from belvedere.results.columns import values_of
from belvedere.results.fill import FillRange, domain, with_missing
from belvedere.results.plain_values import plain
from belvedere.results.shaped import KEY_SEPARATOR, ROW_TOTAL, PivotColumn, Row, Shaped, outline
from belvedere.results.value_formats import plain as plain_text


def assembled(compiled: Compiled, main: pa.Table) -> Shaped:
    """The first column_limit columns and limit rows; a cell that did not come is null."""
    shaped = outline(compiled)
    row_rank, column_rank = _named(compiled, Role.row_rank), _named(compiled, Role.column_rank)
    cells = sorted(values_of(main), key=itemgetter(row_rank))
    shaped.columns = _columns(compiled, cells, column_rank)
    highest = max((cell[column_rank] for cell in cells), default=0)
    shaped.columns_truncated = highest > compiled.column_limit
    measures = [c.name for c in compiled.columns if c.role in (Role.measure, Role.hidden)]
    for position, row_cells in groupby(cells, key=itemgetter(row_rank)):
        if compiled.limit is None or position <= compiled.limit:
            by_column = {cell[column_rank]: cell for cell in row_cells}
            shaped.rows.append(_row(compiled, shaped.columns, by_column, measures))
    return shaped


def _named(compiled: Compiled, role: Role) -> str:
    return next(column.name for column in compiled.columns if column.role is role)


def _columns(compiled: Compiled, cells: Iterable[Row], rank: str) -> list[PivotColumn]:
    by_rank = {cell[rank]: cell for cell in cells if cell[rank] <= compiled.column_limit}
    values = [{name: by_rank[n][name] for name in compiled.pivots} for n in sorted(by_rank)]
    return keyed(values, sorted(by_rank))


def keyed(values: Sequence[dict[str, Any]], ranks: Sequence[int | None]) -> list[PivotColumn]:
    """Columns with a key each: their values, and a number where two values read alike."""
    columns: list[PivotColumn] = []
    taken: set[str] = set()
    for data, rank in zip(values, ranks, strict=True):
        text = KEY_SEPARATOR.join(key_text(value) for value in data.values())
        key, number = text, 1
        while key in taken:
            number += 1
            key = f"{text} ({number})"
        taken.add(key)
        columns.append(PivotColumn(key, data, rank=rank))
    return columns


def key_text(value: Any) -> str:
    return "null" if value is None else plain_text(plain(value))


def _row(
    compiled: Compiled,
    columns: Sequence[PivotColumn],
    by_rank: Mapping[int | None, Row],
    measures: Sequence[str],
) -> Row:
    any_cell = next(iter(by_rank.values()))
    beside = (name for name in compiled.hidden if name not in measures)
    row: Row = {name: any_cell[name] for name in (*compiled.dimensions, *beside)}
    for name in measures:
        row[name] = {column.key: by_rank.get(column.rank, {}).get(name) for column in columns}
    return row


def add_row_totals(shaped: Shaped, compiled: Compiled, table: pa.Table) -> None:
    beside = [
        n for n in compiled.hidden if n in table.column_names and not _is_measure(compiled, n)
    ]
    keys = (*compiled.dimensions, *beside)

    def identity(row: Row) -> tuple[Any, ...]:
        return tuple(None if row[name] is None else key_text(row[name]) for name in keys)

    by_row = {identity(row): row for row in values_of(table)}
    totalled = [name for name in shaped.measures if name in table.column_names]
    for row in shaped.rows:
        total = by_row.get(identity(row), {})
        for name in totalled:
            row[name][ROW_TOTAL] = total.get(name)
    shaped.has_row_totals = True
    shaped.row_total_side = compiled.row_total_side
    column = PivotColumn(ROW_TOTAL, {}, is_total=True)
    shaped.columns.insert(0 if compiled.row_total_side == "left" else len(shaped.columns), column)


def _is_measure(compiled: Compiled, name: str) -> bool:
    return any(c.name == name and c.role is Role.measure for c in compiled.columns)


def add_grand_total(total: Row, table: pa.Table) -> None:
    """What the totals row says under the row totals."""
    found = next(iter(values_of(table)), {})
    for name, by_column in total.items():
        by_column[ROW_TOTAL] = found.get(name)


def totals(shaped: Shaped, rows: Iterable[Row], measures: Iterable[str]) -> Row:
    """The totals row: one value a pivot column and measure."""
    by_values = {tuple(row[name] for name in shaped.pivots): row for row in rows}
    columns = [column for column in shaped.columns if not column.is_total]
    return {
        name: {
            column.key: by_values.get(tuple(column.data.values()), {}).get(name)
            for column in columns
        }
        for name in measures
    }


def fill_columns(
    shaped: Shaped, wanted: Sequence[str], compiled: Compiled, reach: FillRange
) -> None:
    """Columns for missing values of the wanted pivots, as far as the column limit goes."""
    shown = [column for column in shaped.columns if not column.is_total]
    domains = {name: _domain(shaped, name, name in wanted, reach) for name in shaped.pivots}
    directions = {sort.field: sort.descending for sort in compiled.sorts}
    sorts = [(name, directions.get(name, False)) for name in shaped.pivots]
    values = with_missing([column.data for column in shown], domains, {}, sorts)
    ranks = {tuple(column.data.values()): column.rank for column in shown}
    known = {tuple(column.data.values()): column for column in shown}
    fresh = keyed(values, [ranks.get(tuple(data.values())) for data in values])
    columns = [known.get(tuple(column.data.values()), column) for column in fresh]
    kept = columns[: compiled.column_limit]
    shaped.columns_truncated |= len(columns) > len(kept)
    _place(shaped, kept)


def _domain(shaped: Shaped, name: str, wanted: bool, reach: FillRange) -> list[Any]:
    values = [column.data[name] for column in shaped.columns if not column.is_total]
    if not wanted:
        return list(dict.fromkeys(values))
    return domain(name, shaped.fields[name], values, reach)


def _place(shaped: Shaped, columns: list[PivotColumn]) -> None:
    """Show these columns, and the row totals where they were."""
    total = [column for column in shaped.columns if column.is_total]
    left = bool(total) and shaped.row_total_side == "left"
    shaped.columns = total + columns if left else columns + total
    keys = [column.key for column in shaped.columns]
    for row in [*shaped.rows, *([shaped.totals] if shaped.totals is not None else [])]:
        for name in shaped.measures:
            if isinstance(row.get(name), dict):
                row[name] = {key: row[name].get(key) for key in keys}
