"""Subtotals: the rows of a level's statement, as far as their groups are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from belvedere.compiler.compiled import Compiled, Subtotal
from belvedere.compiler.totals import MOST_SUBTOTALS
from belvedere.results.columns import values_of
from belvedere.results.pivots import key_text
from belvedere.results.shaped import ROW_TOTAL, Level, Row, Shaped, Tables

Group = tuple[str | None, ...]


def add_subtotals(shaped: Shaped, compiled: Compiled, tables: Tables) -> None:
    """Add every level whose groups are few enough to be known all."""
    for subtotal, (groups, row_totals) in zip(compiled.subtotals, tables.subtotals, strict=True):
        if groups.num_rows > MOST_SUBTOTALS:
            last = subtotal.dimensions[-1]
            shaped.problems.append(
                (last, f"There are no subtotals by {last}: it has more than {MOST_SUBTOTALS:,}.")
            )
            continue
        shaped.subtotals.append(_level(shaped, subtotal, groups, row_totals))


def _level(
    shaped: Shaped, subtotal: Subtotal, groups: pa.Table, row_totals: pa.Table | None
) -> Level:
    names = subtotal.dimensions
    measures = [name for name in shaped.measures if name in groups.column_names]
    found = values_of(groups)
    shown = {_group(row, names): row for row in reversed(shaped.rows)}
    rows: dict[Group, Row] = {}
    for group in dict.fromkeys(_group(row, names) for row in shaped.rows):
        rows[group] = {name: shown[group][name] for name in names}
    if shaped.pivots:
        _across(shaped, rows, names, measures, found)
        if row_totals is not None:
            _row_totals(rows, names, measures, values_of(row_totals))
        return Level(names, list(rows.values()))
    known = {_group(row, names): row for row in found}
    # Rows that dimension fill added are groups that the database knows nothing of.
    here = [(group, row) for group, row in rows.items() if group in known]
    return Level(names, [row | _picked(known[group], measures) for group, row in here])


def _group(row: Row, names: Iterable[str]) -> Group:
    return tuple(None if row[name] is None else key_text(row[name]) for name in names)


def _picked(row: Row, names: Iterable[str]) -> Row:
    return {name: row[name] for name in names}


def _across(
    shaped: Shaped,
    rows: dict[Group, Row],
    names: Sequence[str],
    measures: Sequence[str],
    found: Iterable[Row],
) -> None:
    """The measures of every group, by pivot column; groups that nothing was found of go."""
    keys = {_group(c.data, shaped.pivots): c.key for c in shaped.columns if not c.is_total}
    blank = [column.key for column in shaped.columns]
    known: set[Group] = set()
    for cell in found:
        group = _group(cell, names)
        row = rows.get(group)
        if row is None:
            continue
        known.add(group)
        key = keys.get(_group(cell, shaped.pivots))
        for name in measures:
            values: dict[str, Any] = row.setdefault(name, dict.fromkeys(blank))
            if key is not None:
                values[key] = cell[name]
    for group in [group for group in rows if group not in known]:
        del rows[group]


def _row_totals(
    rows: dict[Group, Row], names: Sequence[str], measures: Sequence[str], found: Iterable[Row]
) -> None:
    for total in found:
        row = rows.get(_group(total, names))
        for name in measures if row is not None else ():
            rows[_group(total, names)][name][ROW_TOTAL] = total[name]
