"""Bounded results in the shape of their answer: pivots assembled, totals beside, missing values
filled in, measures that are computed after the query added.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa

from belvedere.compiler.compiled import Compiled
from belvedere.compiler.dialects.reading import week_start
from belvedere.lookml.field_traits import is_range
from belvedere.results import pivots
from belvedere.results.columns import values_of
from belvedere.results.earlier import add_earlier
from belvedere.results.fill import (
    Bounds,
    FillRange,
    domain,
    obstacle,
    returned_part,
    with_missing,
)
from belvedere.results.post_measures import compute
from belvedere.results.shaped import PivotColumn, Row, Shaped, Tables, outline
from belvedere.results.subtotals import add_subtotals

__all__ = ["PivotColumn", "Row", "Shaped", "Tables", "outline", "shape"]


def shape(compiled: Compiled, tables: Tables, now: datetime | None = None) -> Shaped:
    """Everything of a result that fits in memory; see Compiled for what the tables hold.

    Table calculations are computed where `now` is given: the local time that they may ask for.
    QueryError when dimension fill would add too many rows.
    """
    main = tables.main
    shaped = pivots.assembled(compiled, main) if compiled.pivots else _plain(compiled, main)
    shaped.truncated = compiled.limit is not None and 0 < compiled.limit <= len(shaped.rows)
    if compiled.pivots and tables.row_total is not None:
        pivots.add_row_totals(shaped, compiled, tables.row_total)
    if tables.total is not None:
        shaped.totals = _totals(shaped, compiled, tables.total)
        if tables.grand_total is not None:
            pivots.add_grand_total(shaped.totals, tables.grand_total)
    for earlier, table in zip(compiled.earlier, tables.earlier, strict=True):
        add_earlier(shaped, compiled, earlier, table)
    _add_post_measures(shaped, compiled)
    if compiled.fill_fields:
        _filled(shaped, compiled, _reach(compiled))
    add_subtotals(shaped, compiled, tables)
    if now is not None and compiled.calculations:
        # Its libraries take a tenth of a second to import, which the start can spare.
        from belvedere.results.calculations import compute  # noqa: PLC0415

        compute(shaped, compiled.calculations, compiled.sorts, now)
    return shaped


def _reach(compiled: Compiled) -> FillRange:
    bounds: dict[str, Bounds] = {}
    for name, start, end in compiled.fill_bounds:
        first, last = bounds.get(name, (None, None))
        bounds[name] = (
            max((moment for moment in (first, start) if moment is not None), default=None),
            min((moment for moment in (last, end) if moment is not None), default=None),
        )
    calendar = compiled.calendar
    return FillRange(bounds, week_start(calendar), calendar.fiscal_month_offset)


def _plain(compiled: Compiled, main: pa.Table) -> Shaped:
    shaped = outline(compiled)
    shaped.rows = values_of(main)
    return shaped


def _totals(shaped: Shaped, compiled: Compiled, table: pa.Table) -> Row:
    rows = values_of(table)
    measures = [name for name in shaped.measures if name in table.column_names]
    if compiled.pivots:
        return pivots.totals(shaped, rows, measures)
    first = rows[0] if rows else {}
    return {name: first.get(name) for name in measures}


def _add_post_measures(shaped: Shaped, compiled: Compiled) -> None:
    keys = [column.key for column in shaped.columns if not column.is_total]
    compared = {name for earlier in compiled.earlier for name in earlier.measures}
    for post in compiled.post_measures:
        if post.name in compared:
            continue
        compute(shaped.rows, keys if shaped.pivots else None, post)
    hidden = {post.source for post in compiled.post_measures} - set(shaped.names)
    for row in shaped.rows:
        for name in hidden:
            row.pop(name, None)


def _filled(shaped: Shaped, compiled: Compiled, reach: FillRange) -> None:
    wanted = _wanted(shaped, compiled)
    sorts = [(s.field, s.descending) for s in compiled.sorts if s.field not in compiled.pivots]
    if any(name in shaped.pivots for name in wanted):
        pivots.fill_columns(shaped, wanted, compiled, reach)
    domains = {
        name: domain(name, shaped.fields[name], [row[name] for row in shaped.rows], reach)
        for name in wanted
        if name in shaped.dimensions
    }
    if shaped.truncated and domains:
        domains = _within_limit(shaped, domains, sorts)
    if domains:
        blank: Row = dict.fromkeys(shaped.names)
        if shaped.pivots:
            keys = [column.key for column in shaped.columns]
            blank |= {name: dict.fromkeys(keys) for name in shaped.measures}
        shaped.rows = with_missing(shaped.rows, domains, blank, sorts)


def _wanted(shaped: Shaped, compiled: Compiled) -> list[str]:
    """The fields to fill; of those that cannot be, the result tells."""
    filtered = {name for name, text in compiled.filters if text.strip()}
    wanted = []
    for name in compiled.fill_fields:
        reason = obstacle(shaped.fields[name], filtered=name in filtered)
        if reason is None:
            wanted.append(name)
        else:
            _tell_unfilled(shaped, name, reason)
    return wanted


def _within_limit(
    shaped: Shaped, domains: dict[str, list[Any]], sorts: list[tuple[str, bool]]
) -> dict[str, list[Any]]:
    """What is missing for certain though the row limit left rows out: values before the last one
    that came back, where the rows are sorted by nothing but the filled field.
    """
    ((name, values), *others) = domains.items()
    if others or shaped.dimensions != (name,) or [field for field, _ in sorts[:1]] != [name]:
        for each in domains:
            _tell_unfilled(shaped, each, "The row limit left rows out.")
        return {}
    returned = [row[name] for row in shaped.rows]
    return {name: returned_part(values, returned, descending=sorts[0][1])}


def _tell_unfilled(shaped: Shaped, name: str, reason: str) -> None:
    kind = "dates" if is_range(shaped.fields[name]) else "values"
    shaped.problems.append((name, f"Missing {kind} for {name} were not filled. {reason}"))
