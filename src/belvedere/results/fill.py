"""Dimension fill: rows for values between those that came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from belvedere.errors import QueryError
from belvedere.lookml.model import Field
from belvedere.lookml.tiers import tier_labels

MOST_ROWS = 20_000
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_ENUMERATED: dict[str, list[Any]] = {
    "day_of_week": list(_DAYS),
    "day_of_week_index": list(range(7)),
    "month_name": list(_MONTHS),
    "month_num": list(range(1, 13)),
    "fiscal_month_num": list(range(1, 13)),
    "quarter_of_year": ["Q1", "Q2", "Q3", "Q4"],
    "hour_of_day": list(range(24)),
    "day_of_month": list(range(1, 32)),
}


def filled(
    rows: list[dict[str, Any]],
    fields: dict[str, Field],
    wanted: tuple[str, ...],
    names: tuple[str, ...],
) -> list[dict[str, Any]]:
    """The rows with missing values of the `wanted` dimensions added, measures null.

    Added rows keep the direction in which the rows were sorted by the first wanted field.
    QueryError when there would be too many.
    """
    usable = [name for name in wanted if name in fields and fields[name].allow_fill]
    usable = [name for name in usable if not fields[name].order_by_field]
    if not usable or not rows:
        return rows
    domains = [_domain(fields[name], [row.get(name) for row in rows]) for name in usable]
    size = 1
    for domain in domains:
        size *= max(1, len(domain))
    if size > MOST_ROWS + len(rows):
        raise QueryError(
            "Missing values were not filled because too many fill rows would be generated. "
            "Try filtering to reduce the size of the result."
        )
    present = {tuple(row.get(name) for name in usable) for row in rows}
    added = [
        {**dict.fromkeys(names), **dict(zip(usable, values, strict=True))}
        for values in product(*domains)
        if values not in present
    ]
    return _placed(rows, added, usable[0], domains[0])


def _placed(
    rows: list[dict[str, Any]], added: list[dict[str, Any]], first: str, domain: list[Any]
) -> list[dict[str, Any]]:
    order = {value: position for position, value in enumerate(domain)}
    positions = [order[row[first]] for row in rows if row[first] in order]
    ascending = positions == sorted(positions)
    descending = positions == sorted(positions, reverse=True)
    if not (ascending or descending):
        return rows + added
    last = len(domain)
    return sorted(
        rows + added,
        key=lambda row: order.get(row[first], last if ascending else -1),
        reverse=not ascending,
    )


def _domain(field: Field, values: Iterable[Any]) -> list[Any]:
    known = [value for value in dict.fromkeys(values) if value is not None]
    if field.type == "yesno":
        return ["Yes", "No"]
    if field.tiers:
        return [*tier_labels(field)]
    if field.cases:
        labels = [branch.label for branch in field.cases]
        return labels + ([field.case_else] if field.case_else is not None else [])
    timeframe = field.timeframe or ""
    if timeframe in _ENUMERATED:
        return _ENUMERATED[timeframe]
    step = _STEPS.get(timeframe)
    if step is None or not known:
        return sorted(known, key=str)
    return step(min(known), max(known))


def _days(low: str, high: str, step: int = 1) -> list[str]:
    start, end = date.fromisoformat(low), date.fromisoformat(high)
    count = (end - start).days // step + 1
    _refuse_more(count)
    return [(start + timedelta(days=step * n)).isoformat() for n in range(count)]


def _weeks(low: str, high: str) -> list[str]:
    return _days(low, high, 7)


def _months(low: str, high: str) -> list[str]:
    first, last = (int(text[:4]) * 12 + int(text[5:7]) - 1 for text in (low, high))
    _refuse_more(last - first)
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(first, last + 1)]


def _quarters(low: str, high: str) -> list[str]:
    first, last = (int(text[:4]) * 4 + int(text[-1]) - 1 for text in (low, high))
    _refuse_more(last - first)
    return [f"{n // 4:04d}-Q{n % 4 + 1}" for n in range(first, last + 1)]


def _years(low: int, high: int) -> list[int]:
    _refuse_more(high - low)
    return list(range(low, high + 1))


def _hours(low: str, high: str) -> list[str]:
    start, end = (datetime.strptime(text, "%Y-%m-%d %H") for text in (low, high))  # noqa: DTZ007
    count = int((end - start).total_seconds() // 3600) + 1
    _refuse_more(count)
    return [(start + timedelta(hours=n)).strftime("%Y-%m-%d %H") for n in range(count)]


def _refuse_more(count: int) -> None:
    if count > MOST_ROWS:
        raise QueryError(
            "Missing values were not filled because too many fill rows would be generated. "
            "Try filtering to reduce the size of the result."
        )


_STEPS: dict[str, Callable[[Any, Any], list[Any]]] = {
    "date": _days,
    "week": _weeks,
    "month": _months,
    "quarter": _quarters,
    "fiscal_quarter": _quarters,
    "year": _years,
    "hour": _hours,
}
