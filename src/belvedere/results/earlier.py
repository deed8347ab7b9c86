"""Measures that compare each row with the one a period before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from belvedere.compiler.compiled import Compiled, Earlier, PostMeasure
from belvedere.compiler.conditions.periods import moved
from belvedere.compiler.dialects.reading import week_start
from belvedere.results.columns import values_of
from belvedere.results.periods import Periods, periods_of
from belvedere.results.shaped import Row, Shaped

Key = tuple[Any, ...]


def add_earlier(shaped: Shaped, compiled: Compiled, earlier: Earlier, table: pa.Table) -> None:
    """Write the measures that `earlier` is for into the rows."""
    names = [*compiled.dimensions, *compiled.pivots]
    before = _Before(compiled, earlier, names, values_of(table))
    posts = [post for post in compiled.post_measures if post.name in earlier.measures]
    columns = [column for column in shaped.columns if not column.is_total]
    for row in shaped.rows:
        for post in posts:
            if not shaped.pivots:
                row[post.name] = before.value(post, row, row.get(post.source))
                continue
            now = row[post.source]
            row[post.name] = {
                column.key: before.value(post, row | column.data, now.get(column.key))
                for column in columns
            }


class _Before:
    def __init__(
        self, compiled: Compiled, earlier: Earlier, names: Sequence[str], rows: list[Row]
    ) -> None:
        self._names = names
        self._unit = earlier.unit
        weeks = week_start(compiled.calendar)
        self._periods: dict[str, Periods] = {}
        for name, timeframe in earlier.times:
            found = periods_of(timeframe, weeks)
            if found is not None:
                self._periods[name] = found
        self._finest = earlier.times[0][0]
        self._rows = {self._key(row): row for row in rows}

    def _key(self, row: Row) -> Key:
        return tuple(str(row[name]) if row[name] is not None else None for name in self._names)

    def value(self, post: PostMeasure, row: Row, now: Any) -> Any:
        found = self._rows.get(self._back(row))
        before = None if found is None else found.get(post.source)
        return _KINDS[post.field.kind or "previous"](now, before)

    def _back(self, row: Row) -> Key:
        """The key of the row one period before."""
        moment = self._moment(row[self._finest])
        shifted = dict(row)
        for name, periods in self._periods.items():
            known = moment is not None and row[name] is not None
            shifted[name] = periods.write(periods.floor(moment)) if known and moment else None
        return self._key(shifted)

    def _moment(self, value: Any) -> datetime | None:
        if value is None:
            return None
        return moved(self._periods[self._finest].read(value), -1, self._unit)


def _difference(now: Any, before: Any) -> Any:
    return None if now is None or before is None else now - before


def _relative(now: Any, before: Any) -> float | None:
    if now is None or not before:
        return None
    return float(now - before) / float(before)


_KINDS: dict[str, Callable[[Any, Any], Any]] = {
    "previous": lambda _, before: before,
    "difference": _difference,
    "relative_change": _relative,
}
