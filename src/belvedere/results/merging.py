"""Merged results: rows of several results joined onto those of the first, in memory.

Every further source is joined to the first one: a row of the first is kept whether it meets
something or not, and repeated where it meets several rows. Values meet where they are written
alike, so that a number of one database finds the text of another; nulls meet nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from belvedere.compiler.request import Sort
from belvedere.errors import QueryError
from belvedere.lookml.model import Field
from belvedere.results.pivots import key_text, keyed
from belvedere.results.plain_values import plain
from belvedere.results.shaped import PivotColumn, Row, Shaped

MOST_SOURCE_ROWS = 5_000
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Source:
    """A result without pivots. `pairs` are (field of the first source, field here);
    `calculated` are the fields of its table calculations by name.
    """

    shaped: Shaped
    pairs: tuple[tuple[str, str], ...] = ()
    calculated: Mapping[str, Field] = field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Table calculations are values like any other here."""
        return (*self.shaped.dimensions, *self.shaped.calculations)


@dataclass(frozen=True, slots=True)
class Merged:
    """`names` are for each source the names of its fields in the merged result."""

    shaped: Shaped
    names: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What a merge query does with the joined rows; `sorts` None keeps the first source's order."""

    pivots: tuple[str, ...] = ()
    sorts: tuple[Sort, ...] | None = None
    limit: int | None = None
    column_limit: int = 50


def merged(sources: Sequence[Source], arrangement: Arrangement) -> Merged:
    """QueryError for more rows than fit, for pivots that are no dimension."""
    names = _names(sources)
    rows: list[Row] = [dict(row) for row in sources[0].shaped.rows]
    for source, called in zip(sources[1:], names[1:], strict=True):
        rows = _joined(rows, source, called)
    shaped = Shaped(
        dimensions=_all(sources, names, lambda source: source.dimensions),
        measures=_all(sources, names, lambda source: source.shaped.measures),
        pivots=(),
        fields={
            called[name]: found
            for source, called in reversed(list(zip(sources, names, strict=True)))
            for name, found in {**source.shaped.fields, **source.calculated}.items()
            if name in called
        },
        rows=rows,
        truncated=any(source.shaped.truncated for source in sources),
    )
    _arrange(shaped, arrangement)
    if not arrangement.pivots:
        shaped.totals = _totals(sources, names)
    return Merged(shaped, names)


def _names(sources: Sequence[Source]) -> tuple[Mapping[str, str], ...]:
    """A field that is matched has the first source's name; a name that is taken gets the number
    of its source in front.
    """
    found: list[dict[str, str]] = []
    taken: set[str] = set()
    for number, source in enumerate(sources):
        called = {own: first for first, own in source.pairs}
        for name in (*source.dimensions, *source.shaped.measures):
            if name in called:
                continue
            unique = name
            while unique in taken:
                unique = f"q{number}_{unique}"
            called[name] = unique
            taken.add(unique)
        found.append(called)
    return tuple(found)


def _all(sources: Sequence[Source], names: Sequence[Mapping[str, str]], of: Any) -> tuple[str, ...]:
    listed = (
        called[name]
        for source, called in zip(sources, names, strict=True)
        for name in of(source)
        if source is sources[0] or name not in {own for _, own in source.pairs}
    )
    return tuple(dict.fromkeys(listed))


def _joined(rows: Sequence[Row], source: Source, called: Mapping[str, str]) -> list[Row]:
    matched = {own for _, own in source.pairs}
    added = [name for name in (*source.dimensions, *source.shaped.measures) if name not in matched]
    known: dict[tuple[str, ...], list[Row]] = {}
    for row in source.shaped.rows:
        key = _key(row, [own for _, own in source.pairs])
        if key:
            known.setdefault(key, []).append({called[name]: row.get(name) for name in added})
    nothing = [dict.fromkeys(called[name] for name in added)]
    firsts = [first for first, _ in source.pairs]
    found: list[Row] = []
    for row in rows:
        found += [row | more for more in known.get(_key(row, firsts) or (), nothing)]
        if len(found) > MOST_ROWS:
            raise QueryError(
                f"The merged result has more than {MOST_ROWS:,} rows; merge by fields that "
                "find fewer rows of the other query, or filter the queries"
            )
    return found


def _key(row: Row, names: Sequence[str]) -> tuple[str, ...] | None:
    values = [row.get(name) for name in names]
    return None if any(value is None for value in values) else tuple(map(key_text, values))


def _totals(sources: Sequence[Source], names: Sequence[Mapping[str, str]]) -> Row | None:
    """Those of the sources: a total of the merged rows would count repeated ones again."""
    if all(source.shaped.totals is None for source in sources):
        return None
    return {
        called[name]: (source.shaped.totals or {}).get(name)
        for source, called in zip(sources, names, strict=True)
        for name in source.shaped.measures
    }


# Order, pivots and limits


def _arrange(shaped: Shaped, arrangement: Arrangement) -> None:
    sorts = [sort for sort in arrangement.sorts or () if sort.field in shaped.names]
    for sort in reversed(sorts):
        if sort.field not in arrangement.pivots:
            _sort(shaped.rows, sort.descending, lambda row, name=sort.field: row[name])
    if arrangement.pivots:
        _pivot(shaped, arrangement, {sort.field: sort.descending for sort in sorts})
        for sort in reversed(sorts):
            if sort.field in shaped.measures and shaped.columns:
                column = shaped.columns[min(sort.pivot_column or 0, len(shaped.columns) - 1)].key
                _sort(
                    shaped.rows,
                    sort.descending,
                    lambda row, name=sort.field, key=column: row[name].get(key),
                )
    if arrangement.limit is not None:
        shaped.truncated |= len(shaped.rows) > arrangement.limit
        del shaped.rows[arrangement.limit :]


def _sort(rows: list[Any], descending: bool, value: Any) -> None:
    """In place and stable; numbers before texts, nulls last either way."""

    def place(row: Any) -> tuple[bool, Any]:
        found = plain(value(row))
        return (True, found) if isinstance(found, str) else (False, found)

    known = [row for row in rows if value(row) is not None]
    known.sort(key=place, reverse=descending)
    rows[:] = known + [row for row in rows if value(row) is None]


def _pivot(shaped: Shaped, arrangement: Arrangement, directions: Mapping[str, bool]) -> None:
    wrong = [name for name in arrangement.pivots if name not in shaped.dimensions]
    if wrong:
        raise QueryError(f"The pivoted field {wrong[0]} must be a dimension of the merged result")
    if not shaped.measures:
        raise QueryError("A pivoted merge needs at least one measure")
    shaped.pivots = arrangement.pivots
    shaped.dimensions = tuple(name for name in shaped.dimensions if name not in shaped.pivots)
    found = {_cell(row, shaped.pivots): row for row in reversed(shaped.rows)}
    values = [{name: row[name] for name in shaped.pivots} for row in found.values()]
    for name in reversed(shaped.pivots):
        _sort(values, directions.get(name, False), lambda data, name=name: data[name])
    shaped.columns_truncated = len(values) > arrangement.column_limit
    ranks = list(range(1, len(values) + 1))
    columns = keyed(values, ranks)[: arrangement.column_limit]
    shaped.columns = columns
    shaped.rows = _assembled(shaped, columns)


def _cell(row: Row, names: Sequence[str]) -> tuple[str | None, ...]:
    return tuple(None if row[name] is None else key_text(row[name]) for name in names)


def _assembled(shaped: Shaped, columns: Sequence[PivotColumn]) -> list[Row]:
    """One row for equal dimensions; where several rows have the same cell, as many rows."""
    keys = {_cell(column.data, shaped.pivots): column.key for column in columns}
    placed: dict[tuple[Any, ...], Row] = {}
    seen: dict[tuple[Any, ...], int] = {}
    for row in shaped.rows:
        own, across = _cell(row, shaped.dimensions), _cell(row, shaped.pivots)
        number = seen[own, across] = seen.get((own, across), 0) + 1
        blank = {name: dict.fromkeys(keys.values()) for name in shaped.measures}
        beside: Row = {name: row[name] for name in shaped.dimensions}
        target = placed.setdefault((own, number), beside | blank)
        if across in keys:
            for name in shaped.measures:
                target[name][keys[across]] = row[name]
    return list(placed.values())
