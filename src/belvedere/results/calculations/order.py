"""The order of rows where a query sorts by table calculations, which no database knows."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import Any, Protocol

from belvedere.results.plain_values import plain
from belvedere.results.shaped import Row, Shaped


class ByField(Protocol):
    """One sort; `pivot_column` (from 0) chooses the column of a pivoted measure."""

    @property
    def field(self) -> str: ...
    @property
    def descending(self) -> bool: ...
    @property
    def pivot_column(self) -> int | None: ...


def sort_by_calculations(
    shaped: Shaped, calculated: Collection[str], sorts: Sequence[ByField]
) -> None:
    """Sort rows that are in the order of the other sorts; nulls last either way."""
    last = max((n for n, sort in enumerate(sorts) if sort.field in calculated), default=-1)
    terms = [sort for sort in sorts[: last + 1] if _usable(shaped, calculated, sort)]
    places = _places(shaped, [term for term in terms if term.field not in calculated])
    for term in reversed(terms):
        if term.field in calculated:
            _sort(shaped, term)
        else:
            known = places[term.field]
            shaped.rows.sort(key=lambda row, known=known: known[id(row)])  # type: ignore[misc]


def _usable(shaped: Shaped, calculated: Collection[str], sort: ByField) -> bool:
    if sort.field not in calculated:
        return sort.field in shaped.names and sort.field not in shaped.pivots
    values = [row.get(sort.field) for row in shaped.rows]
    if any(isinstance(value, dict | list) for value in values):
        return False
    return len({isinstance(value, str) for value in values if value is not None}) < 2


def _places(shaped: Shaped, terms: Sequence[ByField]) -> dict[str, dict[int, int]]:
    """By field and row: how far down the row stands by that field and those before it."""
    found: dict[str, dict[int, int]] = {}
    groups: dict[int, tuple[Hashable, ...]] = {id(row): () for row in shaped.rows}
    for term in terms:
        order: dict[tuple[Hashable, ...], int] = {}
        found[term.field] = {}
        for row in shaped.rows:
            group = (*groups[id(row)], _value(shaped, row, term))
            groups[id(row)] = group
            found[term.field][id(row)] = order.setdefault(group, len(order))
    return found


def _value(shaped: Shaped, row: Row, term: ByField) -> Hashable:
    value: Any = row.get(term.field)
    if isinstance(value, dict):
        keys = [column.key for column in shaped.columns if not column.is_total]
        place = term.pivot_column or 0
        value = value.get(keys[place]) if place < len(keys) else None
    found = plain(value)
    return found if isinstance(found, Hashable) else str(found)


def _sort(shaped: Shaped, term: ByField) -> None:
    known = [row for row in shaped.rows if row[term.field] is not None]
    unknown = [row for row in shaped.rows if row[term.field] is None]
    known.sort(key=lambda row: row[term.field], reverse=term.descending)
    shaped.rows = known + unknown
