"""A single value, and a single record: numbers large enough to be read across the room."""

from __future__ import annotations

from dataclasses import replace

from belvedere.charts.colours import (
    DOWN,
    GRID,
    PAPER,
    QUIET,
    TEXT,
    UP,
    colour,
    contrast,
    mixed,
    readable_on,
)
from belvedere.charts.conditional import rules_of, style_of
from belvedere.charts.content import Cell, Column, Content, page_cell, plain_row
from belvedere.charts.palettes import Lookup, distinct
from belvedere.charts.svg import Canvas
from belvedere.charts.text import clean, fitted, width, wrapped
from belvedere.results.value_formats import formatter

_LARGEST, _LEAST = 120.0, 12.0


def _cells(content: Content) -> list[tuple[Column, Cell]]:
    """The first row's cells, measures first; of a pivoted measure every column."""
    if not content.rows:
        return []
    row = content.shaped.rows[0]
    beside = plain_row(row)
    found: list[tuple[Column, Cell]] = []
    for series in content.series:
        if series.pivot is None:
            name = series.measure.name
            cell = page_cell(content.presenter, name, row.get(name), beside)
            found.append((series.measure, cell))
        else:
            found.append((series.measure, series.cells[0]))
    for column in content.dimensions:
        cell = page_cell(content.presenter, column.name, row.get(column.name), beside)
        found.append((column, cell))
    return found


def single_value(content: Content, room: tuple[int, int], palettes: Lookup) -> Canvas | None:
    """None where there is no value."""
    cells = _cells(content)
    if not cells:
        return None
    options = content.options
    column, cell = cells[0]
    text = _formatted(options.text("value_format"), cell)
    rules = rules_of(options, {column.name: [cell]}, {column.name}, palettes)
    style = style_of(rules, column.name, cell, numeric=True)
    ground = style.fill or PAPER
    custom = colour(options.get("custom_color"))
    if not options.flag("custom_color_enabled", default=custom is not None):
        custom = None
    themed = distinct(options, palettes, 1)[0] if options.mapping("color_application") else TEXT
    ink = style.ink or custom or themed
    if contrast(ink, ground) < 1.6:
        ink = readable_on(ground)
    return _Value(content, room, ground, ink).drawn(column, text, cells)


def _formatted(value_format: str | None, cell: Cell) -> str:
    if cell.value is None:
        return "∅"
    if value_format is not None and cell.size is not None:
        return clean(formatter(value_format)(cell.value))
    return cell.text


class _Value:
    def __init__(self, content: Content, room: tuple[int, int], ground: str, ink: str) -> None:
        self._options = content.options
        self._wide, self._high = room
        self._canvas = Canvas(*room, ground)
        self._ground = ground
        self._ink = ink
        self._quiet = QUIET if ground == PAPER else mixed(ground, readable_on(ground), 0.8)

    def drawn(self, column: Column, text: str, cells: list[tuple[Column, Cell]]) -> Canvas:
        options = self._options
        compared = options.flag("show_comparison") and len(cells) > 1
        titled = options.flag("show_single_value_title", default=True)
        room = self._wide * 0.9
        share = 0.3 if compared else 0.36
        size = min(_LARGEST, self._high * share)
        size = max(_LEAST, min(size, size * room / max(1.0, width(text, size))))
        small = max(11.0, min(22.0, size * 0.32, self._high * 0.1))
        shown = fitted(text, size, self._wide - 8)
        height = size + (small * 1.7 if titled else 0) + (small * 2.6 if compared else 0)
        top = (self._high - height) / 2
        middle = self._wide / 2
        self._canvas.text(middle, top + size * 0.86, shown, size, fill=self._ink, anchor="middle")
        y = top + size + small
        if titled:
            title = clean(options.text("single_value_title") or column.label)
            line = fitted(title, small, room)
            self._canvas.text(middle, y, line, small, fill=self._quiet, anchor="middle")
            y += small * 1.7
        if compared:
            self._comparison(cells[0][1], *cells[1], y + small * 0.3, small)
        return self._canvas

    def _comparison(self, cell: Cell, column: Column, other: Cell, y: float, small: float) -> None:
        options = self._options
        kind = options.choice(
            "comparison_type", ("value", "change", "progress", "progress_percentage"), "value"
        )
        name = ""
        if options.flag("show_comparison_label", default=True):
            name = clean(options.text("comparison_label") or column.label)
        text = other.text or "∅"
        ink = self._quiet
        arrow = ""
        if kind == "change" and other.size is not None:
            reverse = options.flag("comparison_reverse_colors")
            good = (other.size >= 0) != reverse
            ink = self._quiet if other.size == 0 else UP if good else DOWN
            if contrast(ink, self._ground) < 2.5:
                ink = readable_on(self._ground)
            arrow = "▲ " if other.size > 0 else "▼ " if other.size < 0 else ""
            text = text.removeprefix("-")
        elif kind.startswith("progress"):
            self._progress(cell, other, y - small * 1.0)
            y += small * 0.9
            reached = _share(cell, other)
            if kind == "progress_percentage" and reached is not None:
                text = f"{reached:.0%} of {text}"
            else:
                text = f"of {text}"
        line = fitted(f"{arrow}{text} {name}".strip(), small, self._wide * 0.94)
        self._canvas.text(self._wide / 2, y, line, small, fill=ink, anchor="middle")

    def _progress(self, cell: Cell, goal: Cell, y: float) -> None:
        wide = self._wide * 0.6
        left = (self._wide - wide) / 2
        share = _share(cell, goal)
        rail = GRID if self._ground == PAPER else mixed(self._ground, self._ink, 0.25)
        self._canvas.rect(left, y, wide, 8, rail, radius=4)
        if share is not None:
            reached = wide * min(1.0, max(0.0, share))
            fill = self._ink if self._ink != TEXT else UP
            self._canvas.rect(left, y, reached, 8, fill, radius=4)


def _share(cell: Cell, goal: Cell) -> float | None:
    size, whole = cell.size, goal.size
    return size / whole if size is not None and whole else None


def single_record(content: Content, room: tuple[int, int]) -> Canvas | None:
    """One row, a field a line."""
    if not content.rows:
        return None
    found = _cells(content)
    pivots = [series.pivot for series in content.series]
    for number, pivot in enumerate(pivots):
        if pivot is not None:
            column, cell = found[number]
            found[number] = (replace(column, label=f"{pivot} - {column.label}"), cell)
    measures = {column.name for column in content.measures}
    ordered = [item for item in found if item[0].name not in measures]
    ordered += [item for item in found if item[0].name in measures]
    wide, high = room
    canvas = Canvas(*room)
    size = max(10.0, min(15.0, (high - 24) / max(1, len(ordered)) / 2.0))
    line = size * 2.1
    labels = max((width(column.label, size) for column, _ in ordered), default=0.0)
    left = min(labels + 44, wide * 0.42)
    lines = max(1, int((high - 24) // line))
    for number, (column, cell) in enumerate(ordered[:lines]):
        y = 12 + number * line
        label = fitted(column.label, size, left - 32)
        canvas.text(18, y + line * 0.62, label, size, fill=QUIET)
        text = cell.text if cell.value is not None else "∅"
        shown = wrapped(text, size, wide - left - 18, 1)[0]
        canvas.text(left, y + line * 0.62, shown, size, fill=TEXT)
        canvas.line((12, y + line), (wide - 12, y + line), GRID)
    return canvas
