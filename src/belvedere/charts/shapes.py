"""Drawings of areas and words: funnels, tree maps, word clouds."""

from __future__ import annotations

import math
from collections.abc import Sequence

from belvedere.charts.colours import PAPER, QUIET, TEXT, colour, mixed, readable_on
from belvedere.charts.content import Cell, Content, shown_series
from belvedere.charts.options import Options
from belvedere.charts.palettes import Lookup, distinct
from belvedere.charts.svg import Canvas
from belvedere.charts.text import fitted, width

_MOST_STEPS = 30
_LEAST_STEP = 16.0
"""The height that a step needs for what is written beside it, in pixels."""
_TOLD_FROM = 6
"""Shorter beginnings of names tell nothing apart."""
_MOST_WORDS = 150
_MOST_TILES = 300
_SMALLEST_TILE = 1e-6
Item = tuple[str, Cell, float]
Box = tuple[float, float, float, float]


def _items(content: Content, most: int, *, measures: bool = False) -> list[Item]:
    """Label, cell and size: a row each, or a measure each where there are no dimensions."""
    shown = shown_series(content)
    if not shown or not content.rows:
        return []
    if measures or not content.dimensions:
        pairs = [(item.label, item.cells[0]) for item in shown]
    else:
        pairs = [(content.label(row), cell) for row, cell in enumerate(shown[0].cells)]
    found = [(label, cell, abs(cell.size)) for label, cell in pairs if cell.size is not None]
    if len(found) > most:
        content.notes.append(f"Only the first {most} of {len(found):,} are drawn.")
    return found[:most]


def _notes(content: Content, canvas: Canvas) -> None:
    if content.notes:
        text = fitted(" ".join(content.notes), 10, canvas.width - 16)
        canvas.text(8, canvas.height - 6, text, 10, fill=QUIET, italic=True)


def _inks(options: Options, items: Sequence[Item], palettes: Lookup) -> list[str]:
    own = options.mapping("series_colors")
    palette = distinct(options, palettes, max(1, len(items)))
    return [colour(own.get(label)) or palette[n] for n, (label, _, _) in enumerate(items)]


def funnel(content: Content, room: tuple[int, int], palettes: Lookup) -> Canvas | None:
    """Steps below one another, as wide as they are large; beside them what is left of the first
    step, or of the one before.
    """
    options = content.options
    in_columns = options.choice("orientation", ("dataInRows", "dataInColumns"), "") == (
        "dataInColumns"
    ) or (len(content.rows) == 1 and len(content.series) > 1)
    most = max(2, min(_MOST_STEPS, int((room[1] - 36) / _LEAST_STEP)))
    items = _items(content, most, measures=in_columns)
    widest = max((size for _, _, size in items), default=0.0)
    if not widest:
        return None
    canvas = Canvas(*room)
    wide, high = room
    written = [item for item in options.items("barColors") if isinstance(item, str)]
    base = next((c for item in written if (c := colour(item))), None)
    first = base or distinct(options, palettes, 1)[0]
    labels = max(width(label, 12) for label, _, _ in items)
    left = min(labels + 28, wide * 0.28)
    right = 74.0
    middle = left + (wide - left - right) / 2
    reach = wide - left - right
    line = (high - 36) / len(items)
    bar = line * (1.0 if options.flag("smoothedBars") else 0.84)
    of_prior = options.choice("percentType", ("total", "prior"), "total") == "prior"
    before = items[0][2]
    for number, (label, cell, size) in enumerate(items):
        y = 16 + number * line
        ink = mixed(first, PAPER, 0.62 * number / max(1, len(items)))
        span = reach * size / widest
        if options.flag("smoothedBars"):
            following = items[number + 1][2] if number + 1 < len(items) else size
            below = reach * following / widest
            canvas.path(
                f"M{middle - span / 2:.1f},{y:.1f}H{middle + span / 2:.1f}"
                f"C{middle + span / 2:.1f},{y + bar / 2:.1f} "
                f"{middle + below / 2:.1f},{y + bar / 2:.1f} "
                f"{middle + below / 2:.1f},{y + bar:.1f}H{middle - below / 2:.1f}"
                f"C{middle - below / 2:.1f},{y + bar / 2:.1f} "
                f"{middle - span / 2:.1f},{y + bar / 2:.1f} {middle - span / 2:.1f},{y:.1f}Z",
                fill=ink,
            )
        else:
            canvas.rect(middle - span / 2, y, span, bar, ink, radius=3)
        text_y = y + bar / 2 + 4.5
        canvas.text(left - 12, text_y, fitted(label, 12, left - 20), 12, anchor="end")
        inside = width(cell.text, 12, bold=True) + 8 < span
        where = middle if inside else middle + span / 2 + 6
        anchor = "middle" if inside else "start"
        over = readable_on(ink) if inside else TEXT
        canvas.text(where, text_y, cell.text, 12, fill=over, anchor=anchor, bold=True)
        base_size = before if of_prior else items[0][2]
        if base_size and (number or not of_prior):
            share = f"{size / base_size:.0%}" if number else "100%"
            canvas.text(wide - 14, text_y, share, 12, fill=QUIET, anchor="end")
        before = size
    _notes(content, canvas)
    return canvas


def treemap(content: Content, room: tuple[int, int], palettes: Lookup) -> Canvas | None:
    items = [item for item in _items(content, _MOST_TILES) if item[2] > 0]
    items.sort(key=lambda item: -item[2])
    whole = sum(size for _, _, size in items)
    if not whole or not math.isfinite(whole):
        return None
    items = [item for item in items if item[2] / whole > _SMALLEST_TILE]
    canvas = Canvas(*room)
    wide, high = room[0] - 16.0, room[1] - (28.0 if content.notes else 16.0)
    groups = {label.split(" – ")[0]: None for label, _, _ in items}
    many = len(content.dimensions) > 1
    inks = _inks(content.options, items, palettes)
    by_group = dict(zip(groups, distinct(content.options, palettes, len(groups)), strict=True))
    boxes = _squarified([size / whole * wide * high for _, _, size in items], (8, 8, wide, high))
    for (label, cell, _), ink, (x, y, w, h) in zip(items, inks, boxes, strict=True):
        fill = by_group[label.split(" – ")[0]] if many else ink
        canvas.rect(x, y, w - 1.5, h - 1.5, fill, radius=2)
        over = readable_on(fill)
        name = fitted(label, 11.5, w - 16)
        if h > 18 and (name == label or len(name) > _TOLD_FROM):
            canvas.text(x + 6, y + 15, name, 11.5, fill=over, bold=True)
        if h > 34 and width(cell.text, 11) <= w - 12:
            canvas.text(x + 6, y + 30, cell.text, 11, fill=over)
    _notes(content, canvas)
    return canvas


def _squarified(areas: Sequence[float], box: Box) -> list[Box]:
    """Boxes of those areas (largest first) that fill the box, as square as may be."""
    found: list[Box] = []
    start = 0
    while start < len(areas):
        x, y, w, h = box
        side = max(1e-3, min(w, h))
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(
            areas[start:end], side
        ):
            end += 1
        row = areas[start:end]
        thick = sum(row) / side
        at = 0.0
        for area in row:
            length = area / thick if thick else 0.0
            found.append((x, y + at, thick, length) if w >= h else (x + at, y, length, thick))
            at += length
        box = (x + thick, y, w - thick, h) if w >= h else (x, y + thick, w, h - thick)
        start = end
    return found


def _worst(row: Sequence[float], side: float) -> float:
    whole = sum(row)
    if not whole or not min(row):
        return math.inf
    return max(side**2 * max(row) / whole**2, whole**2 / (side**2 * min(row)))


def wordcloud(content: Content, room: tuple[int, int], palettes: Lookup) -> Canvas | None:
    """Words from the middle outwards, the largest first."""
    items = _items(content, _MOST_WORDS) or [
        (content.label(row), Cell(None, ""), 1.0) for row in range(len(content.rows[:_MOST_WORDS]))
    ]
    items = sorted((item for item in items if item[0]), key=lambda item: -item[2])
    if not items or not content.dimensions:
        return None
    canvas = Canvas(*room)
    wide, high = room
    inks = _inks(content.options, items, palettes)
    largest, least = items[0][2], items[-1][2]
    biggest = min(high * 0.2, wide * 0.8 / max(0.5, width(items[0][0], 1)))
    taken: list[Box] = []
    rotate = content.options.flag("rotation")
    for number, (label, _, size) in enumerate(items):
        share = (size - least) / (largest - least) if largest > least else 0.5
        letters = max(9.0, biggest * (0.22 + 0.78 * math.sqrt(share)))
        turned = rotate and number % 4 == 3
        box = None
        while box is None and letters >= 7:
            text = fitted(label, letters, (high if turned else wide) * 0.9)
            w, h = width(text, letters) + 6, letters * 1.05
            box = _free(taken, (h, w) if turned else (w, h), room)
            letters *= 1.0 if box else 0.75
        if box is None:
            continue
        taken.append(box)
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        baseline = (x + letters * 0.34, y) if turned else (x, y + letters * 0.34)
        canvas.text(
            *baseline, text, letters, fill=inks[number], anchor="middle", turn=-90 if turned else 0
        )
    _notes(content, canvas)
    return canvas


def _free(taken: Sequence[Box], size: tuple[float, float], room: tuple[int, int]) -> Box | None:
    """The first place along a spiral from the middle where nothing else is."""
    (w, h), (wide, high) = size, room
    for step in range(900):
        angle = step * 0.35
        reach = step * 0.42
        x = wide / 2 + reach * math.cos(angle) * (wide / high) - w / 2
        y = high / 2 + reach * math.sin(angle) - h / 2
        if x < 4 or y < 4 or x + w > wide - 4 or y + h > high - 4:
            continue
        if not any(
            x < bx + bw and bx < x + w and y < by + bh and by < y + h for bx, by, bw, bh in taken
        ):
            return (x, y, w, h)
    return None
