"""Table calculations: computed over the rows that came back, after everything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from belvedere.compiler.compiled import Calculation
from belvedere.compiler.expressions import syntax
from belvedere.errors import QueryError
from belvedere.results.calculations.evaluate import Column, Evaluator, Key, is_pivoted
from belvedere.results.calculations.order import ByField, sort_by_calculations
from belvedere.results.plain_values import plain
from belvedere.results.shaped import ROW_TOTAL, Row, Shaped

__all__ = ["compute"]


def compute(
    shaped: Shaped, calculations: Sequence[Calculation], sorts: Sequence[ByField], now: datetime
) -> None:
    """Add the calculations to the rows and to the totals, and sort the rows where the sorts name
    them; the rows come in the order of the other sorts.

    One that cannot be computed is null everywhere; `shaped.problems` says why.
    """
    work = _Work(shaped, {item.name: item for item in calculations}, now)
    for item in calculations:
        try:
            work.add(item)
        except QueryError as error:
            work.add_nothing(item, str(error))
        except RecursionError:
            work.add_nothing(item, "The calculation is nested too deeply")
    for level in shaped.subtotals:
        for row in level.rows:
            _add_to_subtotal(shaped, row, calculations, now)
    sort_by_calculations(shaped, [item.name for item in calculations], sorts)


def _add_to_subtotal(
    shaped: Shaped, row: Row, calculations: Sequence[Calculation], now: datetime
) -> None:
    """A subtotal has a calculation where a total has one: made of measures, from that row alone."""
    alone = replace(shaped, rows=[], totals=row)
    work = _Work(alone, {item.name: item for item in calculations}, now)
    for item in calculations:
        try:
            work.add_total(item)
        except (QueryError, RecursionError):
            row[item.name] = None


class _Work:
    def __init__(self, shaped: Shaped, items: dict[str, Calculation], now: datetime) -> None:
        self._shaped = shaped
        self._items = items
        self._keys = [column.key for column in shaped.columns if not column.is_total]
        self._data: dict[Key, dict[str, Any]] = {c.key: c.data for c in shaped.columns}
        self._pivoted: dict[str, bool] = {}
        self._open: list[str] = []
        totals = [shaped.totals] if shaped.totals is not None else []
        self._rows = Evaluator(len(shaped.rows), self._keys, self._source(shaped.rows), now)
        self._totals = Evaluator(len(totals), self._keys, self._source(totals), now)

    # Fields

    def _source(self, rows: Sequence[Row]) -> Any:
        known: dict[tuple[str, Key], Column | None] = {}

        def values(name: str, key: Key) -> Column | None:
            if (name, key) not in known:
                known[name, key] = self._values(rows, name, key)
            return known[name, key]

        return values

    def _values(self, rows: Sequence[Row], name: str, key: Key) -> Column | None:
        item = self._items.get(name)
        if item is not None:
            evaluator = self._rows if rows is self._shaped.rows else self._totals
            return self._calculated(evaluator, item, key)
        field, _, suffix = name.partition(":")
        if field in self._shaped.pivots:
            return [self._read(field, self._data.get(key, {}).get(field), None)] * len(rows)
        if field not in self._shaped.names:
            return None
        if suffix == "row_total":
            return [self._read(field, row.get(field), ROW_TOTAL) for row in rows]
        if suffix == "total":
            total = (self._shaped.totals or {}).get(field)
            return [self._read(field, total, key)] * len(rows)
        return [self._read(field, row.get(field), key) for row in rows]

    def _read(self, name: str, value: Any, key: Key) -> Any:
        if isinstance(value, dict) and name in self._shaped.measures:
            value = value.get(key)
        found = plain(value)
        if self._shaped.fields[name].type == "yesno" and found in ("Yes", "No"):
            return found == "Yes"
        return float(found) if type(found).__name__ == "Decimal" else found

    def _calculated(self, evaluator: Evaluator, item: Calculation, key: Key) -> Column:
        if item.name in self._open:
            raise QueryError(f"Table calculations refer to one another in a circle: {item.name}")
        self._open.append(item.name)
        try:
            return evaluator.column(_tree(item), key if self._is_pivoted(item.name) else None)
        finally:
            self._open.pop()

    def _is_pivoted(self, name: str) -> bool:
        """Whether the field or calculation has a value for each pivot column."""
        item = self._items.get(name)
        if item is None:
            field, _, suffix = name.partition(":")
            across = (*self._shaped.measures, *self._shaped.pivots)
            return bool(self._shaped.pivots) and suffix != "row_total" and field in across
        if name not in self._pivoted:
            self._pivoted[name] = False  # what refers to itself is told when it is computed
            found = item.tree is not None and is_pivoted(item.tree, self._is_pivoted)
            self._pivoted[name] = bool(self._shaped.pivots) and found
        return self._pivoted[name]

    # Writing

    def add(self, item: Calculation) -> None:
        values = self._all(self._rows, item)
        self.add_total(item)
        self._place(item)
        for number, row in enumerate(self._shaped.rows):
            row[item.name] = self._cell(values, number)

    def add_total(self, item: Calculation) -> None:
        totals = self._shaped.totals
        if totals is not None and self._is_measure(item):
            totals[item.name] = self._cell(self._all(self._totals, item), 0)

    def add_nothing(self, item: Calculation, problem: str) -> None:
        self._shaped.problems.append((item.name, problem))
        self._pivoted[item.name] = False
        self._shaped.calculations[item.name] = "supermeasure" if self._shaped.pivots else "measure"
        for row in self._shaped.rows:
            row[item.name] = None

    def _all(self, evaluator: Evaluator, item: Calculation) -> dict[Key, Column]:
        keys: Sequence[Key] = self._keys if self._is_pivoted(item.name) else [None]
        return {key: evaluator.column(_tree(item), key) for key in keys}

    @staticmethod
    def _cell(values: dict[Key, Column], number: int) -> Any:
        if None in values:
            return _shown(values[None][number])
        return {key: _shown(column[number]) for key, column in values.items()}

    def _is_measure(self, item: Calculation) -> bool:
        """Whether the calculation is made of measures alone: only then it has a total."""
        read = set(self._read_by(item.name, set()))
        return bool(read) and read <= set(self._shaped.measures)

    def _place(self, item: Calculation) -> None:
        read = set(self._read_by(item.name, set()))
        if read and not read & {*self._shaped.measures, *self._shaped.pivots}:
            kind = "dimension"
        elif self._is_pivoted(item.name) or not self._shaped.pivots:
            kind = "measure"
        else:
            kind = "supermeasure"
        self._shaped.calculations[item.name] = kind

    def _read_by(self, name: str, seen: set[str]) -> Iterator[str]:
        """The fields that a calculation reads, itself or through others."""
        item = self._items.get(name)
        if item is None:
            yield name.partition(":")[0]
        elif item.tree is not None and name not in seen:
            seen.add(name)
            for read in syntax.names(item.tree):
                yield from self._read_by(read, seen)


def _tree(item: Calculation) -> syntax.Expression:
    if item.tree is None:
        raise QueryError(item.problem or "The calculation has no expression")
    return item.tree


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else value
