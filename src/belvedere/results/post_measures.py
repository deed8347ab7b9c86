"""Measures computed on the rows that came back: running totals, percentages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from belvedere.compiler.compiled import PostMeasure

Row = dict[str, Any]
Cell = tuple[dict[str, Any], str, Any]


def compute(rows: Sequence[Row], keys: Sequence[str] | None, post: PostMeasure) -> None:
    """Add the measure to the rows. `keys` are a pivoted result's columns, None without pivots."""
    for line in _lines(rows, keys, post):
        values = _KINDS[post.kind]([value for _, _, value in line])
        for (holder, key, _), value in zip(line, values, strict=True):
            holder[key] = value


def _lines(
    rows: Sequence[Row], keys: Sequence[str] | None, post: PostMeasure
) -> Iterator[list[Cell]]:
    """The sequences of cells along which the measure runs: each (where to write, key, input)."""
    if keys is None:
        yield [(row, post.name, row.get(post.source)) for row in rows]
        return
    for row in rows:
        row[post.name] = dict.fromkeys(keys)
    across = post.kind == "percent_of_previous" or post.direction != "column"
    if across:
        for row in rows:
            yield [(row[post.name], key, row[post.source].get(key)) for key in keys]
    else:
        for key in keys:
            yield [(row[post.name], key, row[post.source].get(key)) for row in rows]


def _running_total(values: list[Any]) -> list[Any]:
    total: Any = 0
    found = []
    for value in values:
        total = total if value is None else total + value
        found.append(total)
    return found


def _percent_of_total(values: list[Any]) -> list[Any]:
    total = sum(float(value) for value in values if value is not None)
    return [None if value is None or not total else float(value) / total * 100 for value in values]


def _percent_of_previous(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for before, value in zip([None, *values], values, strict=False):
        usable = before not in (None, 0) and value is not None
        found.append(float(value - before) / float(before) * 100 if usable else None)
    return found


_KINDS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "running_total": _running_total,
    "percent_of_total": _percent_of_total,
    "percent_of_previous": _percent_of_previous,
}
