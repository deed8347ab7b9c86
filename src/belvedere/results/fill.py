"""Dimension fill: values that nobody asked the database for, between those that came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field as default
from datetime import datetime, timedelta
from itertools import islice, product
from math import prod
from typing import Any

from belvedere.errors import QueryError
from belvedere.lookml.model import Field
from belvedere.lookml.tiers import tier_labels
from belvedere.results.periods import Periods, months_later, periods_of

MOST_ROWS = 20_000
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_FIXED: dict[str, Sequence[Any]] = {
    "day_of_week_index": range(7),
    "month_name": _MONTHS,
    "month_num": range(1, 13),
    "fiscal_month_num": range(1, 13),
    "quarter_of_year": ("Q1", "Q2", "Q3", "Q4"),
    "hour_of_day": range(24),
    "day_of_month": range(1, 32),
    "day_of_year": range(1, 367),
    "week_of_year": range(1, 54),
}
_INSTANT = timedelta(microseconds=1)
Bounds = tuple[datetime | None, datetime | None]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FillRange:
    """What decides how far a field is filled, beside the values that came back.

    `bounds` are those of the query's filters by field name: naive, in the query's time zone,
    the end exclusive, None where open. `week_start` counts from Monday as 0.
    """

    bounds: Mapping[str, Bounds] = default(default_factory=dict)
    week_start: int = 0
    fiscal_month_offset: int = 0


def obstacle(field: Field, *, filtered: bool) -> str | None:
    """Why the field cannot be filled; None where it can. One with a fixed set of values cannot
    where a filter picks from them.
    """
    if not field.allow_fill:
        return "The field says allow_fill: no."
    if field.order_by_field:
        return "It is sorted by another field (order_by_field)."
    if _fixed(field, 0) is not None:
        return "A filter on the field picks from its values." if filtered else None
    if periods_of(field.timeframe or "", 0) is None:
        return "It is not known which values there are."
    return None


def domain(name: str, field: Field, values: Iterable[Any], reach: FillRange) -> list[Any]:
    """All values of the field in order: the fixed ones, else every period within the bounds,
    else only those that came back. QueryError when they are too many.
    """
    fixed = _fixed(field, reach.week_start)
    if fixed is not None:
        return list(fixed)
    known = [value for value in dict.fromkeys(values) if value is not None]
    periods = periods_of(field.timeframe or "", reach.week_start)
    if periods is None:
        return known
    try:
        ends = _ends(periods, known, _moments(name, field, reach))
    except ValueError:  # a column that holds something else than its timeframe's texts
        return known
    found = list(islice(periods.between(*ends), MOST_ROWS + 1)) if ends else []
    _refuse_more(len(found))
    return found


def returned_part(values: Sequence[Any], returned: Iterable[Any], *, descending: bool) -> list[Any]:
    """Of all values, in order, those that rows beyond a row limit cannot have."""
    order = {value: position for position, value in enumerate(values)}
    found = [order[value] for value in returned if value in order]
    if not found:
        return []
    return list(values[min(found) :] if descending else values[: max(found) + 1])


def _fixed(field: Field, week_start: int) -> Sequence[Any] | None:
    if field.type == "yesno":
        return ("No", "Yes")
    if field.tiers:
        return tier_labels(field)
    if field.cases:
        written = [branch.label for branch in field.cases]
        labels = dict.fromkeys([*written, *([] if field.case_else is None else [field.case_else])])
        return sorted(labels) if field.alpha_sort else list(labels)
    if field.timeframe == "day_of_week":
        return _DAYS[week_start:] + _DAYS[:week_start]
    return _FIXED.get(field.timeframe or "")


def _moments(name: str, field: Field, reach: FillRange) -> Bounds:
    """The first and the last moment that the filters allow."""
    start, end = reach.bounds.get(name, (None, None))
    last = end - _INSTANT if end is not None else None
    offset = reach.fiscal_month_offset
    if not offset or not (field.timeframe or "").startswith("fiscal_"):
        return start, last
    return (start and months_later(start, -offset), last and months_later(last, -offset))


def _ends(
    periods: Periods, known: Sequence[Any], moments: Bounds
) -> tuple[datetime, datetime] | None:
    """From where to where: the filters' bounds, on open sides the outermost values."""
    read = sorted(periods.read(value) for value in known)
    first = moments[0] or (read[0] if read else None)
    last = moments[1] or (read[-1] if read else None)
    if first is None or last is None:
        return None
    return min([first, *read[:1]]), max([last, *read[-1:]])


def _refuse_more(count: int) -> None:
    if count > MOST_ROWS:
        raise QueryError(
            "Missing values were not filled because too many fill rows would be generated. "
            "Try filtering to reduce the size of the result."
        )


def with_missing(
    rows: list[Row],
    domains: Mapping[str, Sequence[Any]],
    blank: Row,
    sorts: Sequence[tuple[str, bool]],
) -> list[Row]:
    """The rows and one copy of `blank` for every combination of the domains that has none.

    `sorts` are the query's (field, descending): added rows go where these put them as far as
    they name filled fields, else to the end.
    """
    _refuse_more(prod(len(values) for values in domains.values()))
    present = {tuple(row.get(name) for name in domains) for row in rows}
    added = [
        blank | dict(zip(domains, values, strict=True))
        for values in product(*domains.values())
        if values not in present
    ]
    return _in_order(rows + [_own_cells(row) for row in added], domains, sorts)


def _own_cells(row: Row) -> Row:
    """Pivoted cells of one row are a dict of their own."""
    return {key: dict(value) if isinstance(value, dict) else value for key, value in row.items()}


def _in_order(
    rows: list[Row], domains: Mapping[str, Sequence[Any]], sorts: Sequence[tuple[str, bool]]
) -> list[Row]:
    leading = []
    for name, descending in sorts:
        if name not in domains:
            break
        leading.append((name, descending))
    for name, descending in reversed(leading):
        order = {value: position for position, value in enumerate(domains[name])}
        unknown = -1 if descending else len(order)  # nulls and the like stay last
        rows = sorted(
            rows,
            key=lambda row: order.get(row[name], unknown),
            reverse=descending,
        )
    return rows
