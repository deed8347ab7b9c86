"""Pivoted queries in SQL: which cells belong to which row and column, and which are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.names import output_column

ROW_RANK = "z___pivot_row_rank"
COLUMN_RANK = "z__pivot_col_rank"
MOST_COLUMNS = 16384


@dataclass(frozen=True, slots=True)
class PivotOrder:
    """One ORDER BY term over the inner query's columns (`column` is its unquoted name)."""

    column: str
    descending: bool
    pivot_column: int | None = None
    """Set for measures: the pivot column (from 0) whose values decide."""


@dataclass(frozen=True, slots=True)
class PivotShape:
    """Columns of the inner query by what they are, and the limits of the answer."""

    rows: Sequence[str]
    pivots: Sequence[str]
    shown: Sequence[str]
    pivot_order: Sequence[PivotOrder]
    row_order: Sequence[PivotOrder]
    limit: int | None
    column_limit: int


def pivoted(dialect: Dialect, inner: str, shape: PivotShape) -> str:
    """One row per cell, ranked by row and by pivot column.

    Cells beyond `limit` rows stay where they are the first of their pivot column, so that
    every column is known; cells beyond `column_limit` stay where they are the first of
    their row, so that every row is known, and those of one more column, which tells that
    there is one.
    """
    if shape.rows and all(order.column in shape.rows for order in shape.row_order):
        return _by_rows(dialect, inner, shape)
    by_pivot = ", ".join(_plain(dialect, order) for order in shape.pivot_order)
    by_row = ", ".join(_row_terms(dialect, shape))
    rows = ", ".join(output_column(dialect, name) for name in shape.rows)
    partition = f"PARTITION BY {rows}" if rows else ""
    every = dialect.every_column
    shown = ", ".join(output_column(dialect, name) for name in shape.shown)
    return f"""SELECT {shown}, {ROW_RANK}, {COLUMN_RANK} FROM (
SELECT {every("xx")},
  DENSE_RANK() OVER (ORDER BY z___min_rank) AS {ROW_RANK},
  RANK() OVER (PARTITION BY {COLUMN_RANK} ORDER BY z___min_rank) AS z__pivot_col_ordering,
  CASE WHEN z___min_rank = z___rank THEN 1 ELSE 0 END AS z__is_highest_ranked_cell
FROM (
SELECT {every("aa")}, MIN(z___rank) OVER ({partition}) AS z___min_rank FROM (
SELECT {every("bb")}, RANK() OVER (ORDER BY {by_row}) AS z___rank FROM (
SELECT {every("ww")}, DENSE_RANK() OVER (ORDER BY {by_pivot}) AS {COLUMN_RANK} FROM (
{inner}
) ww
) bb WHERE {COLUMN_RANK} <= {MOST_COLUMNS}
) aa
) xx
) zz
WHERE {_kept(shape)}
ORDER BY {ROW_RANK}, {COLUMN_RANK}"""


def _by_rows(dialect: Dialect, inner: str, shape: PivotShape) -> str:
    """The same where rows are ordered by their own values alone: two rankings are enough."""
    shown = ", ".join(output_column(dialect, name) for name in shape.shown)
    by_pivot = ", ".join(_plain(dialect, order) for order in shape.pivot_order)
    by_row = ", ".join(_own_terms(dialect, shape))
    kept = f"({COLUMN_RANK} <= {shape.column_limit + 1} OR {COLUMN_RANK} = z__first_column)"
    if shape.limit is not None:
        kept += f" AND ({ROW_RANK} <= {shape.limit} OR {ROW_RANK} = z__first_row)"
    return f"""SELECT {shown}, {ROW_RANK}, {COLUMN_RANK} FROM (
SELECT {dialect.every_column("bb")},
  MIN({ROW_RANK}) OVER (PARTITION BY {COLUMN_RANK}) AS z__first_row,
  MIN({COLUMN_RANK}) OVER (PARTITION BY {ROW_RANK}) AS z__first_column
FROM (
SELECT {dialect.every_column("ww")},
  DENSE_RANK() OVER (ORDER BY {by_row}) AS {ROW_RANK},
  DENSE_RANK() OVER (ORDER BY {by_pivot}) AS {COLUMN_RANK}
FROM (
{inner}
) ww
) bb
) zz
WHERE {kept}
ORDER BY {ROW_RANK}, {COLUMN_RANK}"""


def _kept(shape: PivotShape) -> str:
    columns = f"({COLUMN_RANK} <= {shape.column_limit + 1} OR z__is_highest_ranked_cell = 1)"
    if shape.limit is None:
        return columns
    return f"{columns} AND ({ROW_RANK} <= {shape.limit} OR z__pivot_col_ordering = 1)"


def _plain(dialect: Dialect, order: PivotOrder) -> str:
    return dialect.order(output_column(dialect, order.column), descending=order.descending)


def _row_terms(dialect: Dialect, shape: PivotShape) -> list[str]:
    terms: list[str] = []
    named = set()
    for order in shape.row_order:
        if order.pivot_column is None:
            terms.append(_plain(dialect, order))
            named.add(order.column)
            continue
        column = output_column(dialect, order.column)
        here = f"{COLUMN_RANK} = {order.pivot_column + 1}"
        present = f"CASE WHEN {column} IS NOT NULL THEN 0 ELSE 1 END"
        terms.append(f"CASE WHEN {here} THEN {present} ELSE 2 END")
        value = f"CASE WHEN {here} THEN {column} ELSE NULL END"
        terms.append(dialect.order(value, descending=order.descending))
    rest = [name for name in shape.rows if name not in named]
    terms += [dialect.order(output_column(dialect, name), descending=False) for name in rest]
    return [*terms, COLUMN_RANK]


def _own_terms(dialect: Dialect, shape: PivotShape) -> list[str]:
    """Every row column once: as the query sorts by it, else ascending behind those."""
    named = [order.column for order in shape.row_order]
    rest = [PivotOrder(name, descending=False) for name in shape.rows if name not in named]
    return [_plain(dialect, order) for order in (*shape.row_order, *rest)]
