"""A result as a grid of header lines and cells, for formats that are tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from belvedere.results.plain_values import plain
from belvedere.results.presenter import Presenter
from belvedere.results.shaped import Row, Shaped
from belvedere.results.value_formats import plain as plain_text

_TOTAL_LABEL = "Row Total"


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the grid; `pivot` is the pivot key for a measure's pivoted column."""

    name: str
    pivot: str | None = None


def columns_of(shaped: Shaped) -> list[Line]:
    if not shaped.pivots:
        return [Line(name) for name in shaped.names]
    across = [Line(n, column.key) for column in shaped.columns for n in shaped.measure_like]
    return [
        *(Line(name) for name in shaped.dimension_like),
        *across,
        *(Line(name) for name in shaped.supermeasures),
    ]


def headers(shaped: Shaped, presenter: Presenter) -> list[list[str]]:
    """One line of labels; before it, one line a pivot dimension."""
    lines = columns_of(shaped)
    by_key = {column.key: column for column in shaped.columns}
    found = []
    for pivot in shaped.pivots:
        beside = len(shaped.dimension_like)
        line = [""] * max(0, beside - 1)
        if beside:
            line.append(presenter.label(pivot))
        for item in lines[beside:]:
            if item.pivot is None:
                line.append("")
                continue
            column = by_key[item.pivot]
            shown = _TOTAL_LABEL if column.is_total else column.data.get(pivot)
            line.append("" if shown is None else str(shown))
        found.append(line)
    found.append([presenter.label(item.name) for item in lines])
    return found


def value_at(row: Row, line: Line) -> Any:
    value = row.get(line.name)
    return value.get(line.pivot) if line.pivot is not None and isinstance(value, dict) else value


def body(shaped: Shaped) -> Iterator[list[Any]]:
    """Rows of plain values; the totals row last, its dimensions empty."""
    lines = columns_of(shaped)
    for row in shaped.rows:
        yield [plain(value_at(row, line)) for line in lines]
    if shaped.totals is not None:
        yield [plain(value_at(shaped.totals, line)) for line in lines]


def texts(shaped: Shaped, presenter: Presenter, *, formatted: bool) -> Iterator[list[str]]:
    """The body as text, in value formats if `formatted`."""
    lines = columns_of(shaped)
    for values in body(shaped):
        yield [
            ""
            if value is None
            else presenter.rendered(line.name, value)
            if formatted
            else plain_text(value)
            for line, value in zip(lines, values, strict=True)
        ]
