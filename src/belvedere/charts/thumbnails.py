"""Thumbnails: what kind of chart something is, or what stands where on a dashboard; no data."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from belvedere.charts.colours import mixed
from belvedere.charts.drawn import Drawing
from belvedere.charts.svg import Canvas

DEFAULT_SIZE = (320, 200)
THEMES = ("light", "dark")
_COLUMNS = 24
_DEFAULT_WIDTH, _DEFAULT_HEIGHT = 8, 6
_MOST_TILES = 100


@dataclass(frozen=True, slots=True)
class Tile:
    """What stands on a dashboard of 24 columns: a visualization's type, `text` or `button`.
    Without a place, it stands below the others.
    """

    kind: str
    column: int | None = None
    row: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    ground: str
    tile: str
    quiet: str
    inks: tuple[str, str, str]


_LOOKS = {
    "light": _Look("#f1f3f6", "#ffffff", "#d5dbe1", ("#3370c7", "#ea8a2f", "#7a8fa6")),
    "dark": _Look("#171b20", "#252b33", "#454f5a", ("#6a9fee", "#f0a35c", "#93a5b8")),
}


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws within a box; places in it run from 0 to 1."""

    canvas: Canvas
    look: _Look
    x: float
    y: float
    width: float
    height: float

    def bar(self, left: float, top: float, right: float, bottom: float, ink: int = 0) -> None:
        colour = self.look.quiet if ink < 0 else self.look.inks[ink]
        self.canvas.rect(
            self.x + left * self.width,
            self.y + top * self.height,
            (right - left) * self.width,
            (bottom - top) * self.height,
            colour,
            radius=min(2.0, self.height / 20),
        )

    def dot(self, left: float, top: float, size: float, ink: int = 0) -> None:
        radius = size * min(self.width, self.height)
        x, y = self.x + left * self.width, self.y + top * self.height
        self.canvas.circle(x, y, radius, self.look.inks[ink])

    def line(self, heights: Sequence[float], ink: int = 0) -> None:
        self.canvas.polyline(self._points(heights), self.look.inks[ink], max(1.2, self.height / 40))

    def area(self, heights: Sequence[float], ink: int = 0) -> None:
        top = "L".join(f"{x:.1f},{y:.1f}" for x, y in self._points(heights))
        floor = self.y + self.height
        steps = f"M{self.x:.1f},{floor:.1f}L{top}L{self.x + self.width:.1f},{floor:.1f}Z"
        self.canvas.path(steps, fill=self.look.inks[ink])

    def wedge(self, start: float, end: float, fill: str, hole: float = 0.0) -> None:
        """A slice of a circle in the middle; from and to in turns."""
        radius = min(self.width, self.height) / 2
        x, y = self.x + self.width / 2, self.y + self.height / 2

        def at(turn: float, reach: float) -> str:
            angle = turn * 2 * math.pi
            return f"{x + reach * math.sin(angle):.1f},{y - reach * math.cos(angle):.1f}"

        large = int(end - start > 0.5)
        inner = radius * hole
        outer = f"A{radius:.1f},{radius:.1f} 0 {large} 1 {at(end, radius)}"
        back = f"L{at(end, inner)}A{inner:.1f},{inner:.1f} 0 {large} 0 {at(start, inner)}Z"
        self.canvas.path(f"M{at(start, radius)}{outer}{back}", fill=fill)

    def _points(self, heights: Sequence[float]) -> list[tuple[float, float]]:
        last = len(heights) - 1
        return [
            (self.x + self.width * n / last, self.y + self.height * (1 - value))
            for n, value in enumerate(heights)
        ]


_HEIGHTS = (0.35, 0.55, 0.45, 0.8, 0.65, 0.95)


def _columns(pen: _Pen) -> None:
    for n, height in enumerate(_HEIGHTS):
        pen.bar(n / 6 + 0.02, 1 - height, n / 6 + 0.135, 1)


def _bars(pen: _Pen) -> None:
    for n, length in enumerate((0.95, 0.75, 0.6, 0.4, 0.25)):
        pen.bar(0, n / 5 + 0.03, length, n / 5 + 0.16)


def _lines(pen: _Pen) -> None:
    pen.line((0.15, 0.3, 0.22, 0.35, 0.3, 0.42), 1)
    pen.line((0.4, 0.62, 0.5, 0.75, 0.7, 0.95))


def _areas(pen: _Pen) -> None:
    pen.area((0.5, 0.72, 0.6, 0.85, 0.78, 0.95))
    pen.area((0.25, 0.38, 0.3, 0.42, 0.36, 0.48), 1)


def _points(pen: _Pen) -> None:
    spots = ((0.1, 0.8), (0.22, 0.62), (0.3, 0.75), (0.42, 0.5), (0.55, 0.58), (0.6, 0.35))
    for n, (left, top) in enumerate((*spots, (0.72, 0.42), (0.8, 0.2), (0.92, 0.28))):
        pen.dot(left, top, 0.045, n % 2)


def _pie(pen: _Pen, hole: float = 0.0) -> None:
    turns = (0.0, 0.45, 0.75, 1.0)
    for n, ink in enumerate(pen.look.inks):
        pen.wedge(turns[n], turns[n + 1], ink, hole)


def _ring(pen: _Pen) -> None:
    _pie(pen, 0.58)


def _funnel(pen: _Pen) -> None:
    for n, wide in enumerate((1.0, 0.7, 0.45, 0.25)):
        pen.bar(0.5 - wide / 2, n / 4 + 0.02, 0.5 + wide / 2, n / 4 + 0.22)


def _table(pen: _Pen) -> None:
    pen.bar(0, 0, 1, 0.13)
    for n in range(1, 6):
        top = n / 6 + 0.05
        pen.bar(0, top, 0.4, top + 0.06, -1)
        pen.bar(0.55, top, 0.7, top + 0.06, -1)
        pen.bar(0.85, top, 1, top + 0.06, -1)


def _value(pen: _Pen) -> None:
    pen.bar(0.2, 0.3, 0.8, 0.58)
    pen.bar(0.35, 0.7, 0.65, 0.78, -1)


def _record(pen: _Pen) -> None:
    for n in range(5):
        pen.bar(0, n / 5 + 0.05, 0.3, n / 5 + 0.13, -1)
        pen.bar(0.4, n / 5 + 0.05, 0.9 - n % 3 * 0.12, n / 5 + 0.13)


def _text(pen: _Pen) -> None:
    pen.bar(0, 0.1, 0.45, 0.24)
    for n, right in enumerate((1.0, 0.92, 0.97, 0.6)):
        pen.bar(0, 0.4 + n * 0.15, right, 0.46 + n * 0.15, -1)


def _button(pen: _Pen) -> None:
    pen.bar(0.25, 0.35, 0.75, 0.65)


def _waterfall(pen: _Pen) -> None:
    steps = ((0.5, 1.0, 0), (0.25, 0.5, 0), (0.1, 0.25, 0), (0.1, 0.35, 1), (0.35, 0.5, 1))
    for n, (top, bottom, ink) in enumerate((*steps, (0.5, 1.0, 2))):
        pen.bar(n / 6 + 0.02, top, n / 6 + 0.14, bottom, ink)


def _boxes(pen: _Pen) -> None:
    for n, (top, bottom) in enumerate(((0.3, 0.6), (0.2, 0.55), (0.4, 0.75), (0.15, 0.45))):
        middle = n / 4 + 0.12
        pen.bar(middle - 0.008, top - 0.14, middle + 0.008, bottom + 0.16, -1)
        pen.bar(middle - 0.07, top, middle + 0.07, bottom)


def _timeline(pen: _Pen) -> None:
    for n, (left, right) in enumerate(((0, 0.35), (0.2, 0.6), (0.5, 0.75), (0.65, 1))):
        pen.bar(left, n / 4 + 0.04, right, n / 4 + 0.19, n % 3)


def _cells(pen: _Pen) -> None:
    for row in range(4):
        for column in range(7):
            share = 0.15 + 0.85 * math.exp(-((column - 3.5) ** 2 + (row - 1.5) ** 2) / 6)
            fill = mixed(pen.look.tile, pen.look.inks[0], share)
            x, y = pen.x + column * pen.width / 7, pen.y + row * pen.height / 4
            pen.canvas.rect(x, y, pen.width / 7 - 1.5, pen.height / 4 - 1.5, fill)


def _map(pen: _Pen) -> None:
    """Meridians, parallels, and places."""
    for n in range(1, 4):
        pen.bar(0, n / 4 - 0.006, 1, n / 4 + 0.006, -1)
        pen.bar(n / 4 - 0.004, 0, n / 4 + 0.004, 1, -1)
    for left, top, size in (
        (0.22, 0.35, 0.1),
        (0.5, 0.3, 0.07),
        (0.62, 0.62, 0.05),
        (0.83, 0.7, 0.08),
    ):
        pen.dot(left, top, size)


def _words(pen: _Pen) -> None:
    words = ((0.2, 0.38, 0.8, 0.6, 0), (0.1, 0.18, 0.42, 0.3, 1), (0.5, 0.16, 0.92, 0.3, 2))
    for left, top, right, bottom, ink in (
        *words,
        (0.3, 0.7, 0.62, 0.8, 1),
        (0.68, 0.68, 0.9, 0.78, 2),
    ):
        pen.bar(left, top, right, bottom, ink)


def _tiles(pen: _Pen) -> None:
    pen.bar(0, 0, 0.55, 1)
    pen.bar(0.57, 0, 1, 0.6, 1)
    pen.bar(0.57, 0.62, 0.82, 1, 2)
    pen.bar(0.84, 0.62, 1, 1, -1)


_PICTURES: dict[str, Callable[[_Pen], None]] = {
    "looker_column": _columns,
    "looker_bar": _bars,
    "looker_line": _lines,
    "looker_area": _areas,
    "looker_scatter": _points,
    "looker_pie": _pie,
    "looker_donut_multiples": _ring,
    "looker_funnel": _funnel,
    "looker_grid": _table,
    "looker_table": _table,
    "table": _table,
    "single_value": _value,
    "looker_single_record": _record,
    "text": _text,
    "button": _button,
    "looker_waterfall": _waterfall,
    "looker_boxplot": _boxes,
    "looker_timeline": _timeline,
    "looker_heatmap": _cells,
    "heatmap": _cells,
    "looker_map": _map,
    "looker_google_map": _map,
    "looker_geo_coordinates": _map,
    "looker_geo_choropleth": _map,
    "looker_wordcloud": _words,
    "looker_treemap": _tiles,
    "treemap": _tiles,
}


def chart_thumbnail(
    kind: str, theme: str = "light", room: tuple[int, int] = DEFAULT_SIZE
) -> Drawing:
    """A chart of that type; one of a type that is not known looks like columns."""
    look = _LOOKS[theme]
    canvas = Canvas(*room, look.tile)
    edge = min(room) * 0.14
    pen = _Pen(canvas, look, edge, edge, room[0] - 2 * edge, room[1] - 2 * edge)
    _PICTURES.get(kind, _columns)(pen)
    return Drawing(*room, svg=canvas.written())


def dashboard_thumbnail(
    tiles: Sequence[Tile], theme: str = "light", room: tuple[int, int] = DEFAULT_SIZE
) -> Drawing:
    """The upper part of a dashboard: its tiles where they stand, as wide as the picture."""
    look = _LOOKS[theme]
    canvas = Canvas(*room, look.ground)
    unit = room[0] / _COLUMNS
    gap = max(1.0, unit * 0.16)
    for tile, (column, row, width, height) in _placed(tiles[:_MOST_TILES]):
        x, y = column * unit + gap, row * unit + gap
        wide, high = width * unit - 2 * gap, height * unit - 2 * gap
        if y >= room[1] or x >= room[0] or wide <= 1 or high <= 1:
            continue
        if tile.kind != "text":
            canvas.rect(x, y, wide, high, look.tile, radius=2)
        edge = min(wide, high) * 0.16
        pen = _Pen(canvas, look, x + edge, y + edge, wide - 2 * edge, high - 2 * edge)
        _PICTURES.get(tile.kind, _columns)(pen)
    return Drawing(*room, svg=canvas.written())


def _placed(tiles: Sequence[Tile]) -> list[tuple[Tile, tuple[int, int, int, int]]]:
    """Column, row, width and height of every tile."""
    found = []
    below = max((tile.row + _high(tile) for tile in tiles if tile.row is not None), default=0)
    beside = 0
    for tile in tiles:
        width, height = _wide(tile), _high(tile)
        if tile.row is not None:
            column = min(_COLUMNS - 1, max(0, tile.column or 0))
            found.append((tile, (column, max(0, tile.row), min(width, _COLUMNS - column), height)))
            continue
        if beside + width > _COLUMNS:
            below, beside = below + _DEFAULT_HEIGHT, 0
        found.append((tile, (beside, below, width, height)))
        beside += width
    return found


def _wide(tile: Tile) -> int:
    return max(1, min(_COLUMNS, tile.width or _DEFAULT_WIDTH))


def _high(tile: Tile) -> int:
    return max(1, min(200, tile.height or _DEFAULT_HEIGHT))
