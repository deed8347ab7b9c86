"""Tables, drawn: headers over merged pivots, totals, conditional formatting, bars in cells."""

from __future__ import annotations

from dataclasses import dataclass

from belvedere.charts.colours import GRID, PAPER, QUIET, RULE, TEXT, colour
from belvedere.charts.conditional import Style
from belvedere.charts.content import EMPTY, Content
from belvedere.charts.options import Options
from belvedere.charts.palettes import Lookup
from belvedere.charts.svg import Canvas
from belvedere.charts.tabular import TableColumn, columns_of
from belvedere.charts.text import fitted, width, wrapped

_SIZE = 12.0
_PAD = 9.0
_LEAST, _WIDEST = 46.0, 320.0
_NARROW = 92.0
"""Columns that want more than this are not made narrower; others go instead."""
_SAMPLED = 200


@dataclass(frozen=True, slots=True)
class _Look:
    head: float
    rows: float
    head_fill: str
    head_ink: str
    align: str
    stripes: bool
    rules: bool

    @property
    def line(self) -> float:
        return self.rows * 2.15

    @property
    def head_line(self) -> float:
        return self.head * 2.25


def table(content: Content, room: tuple[int, int], palettes: Lookup) -> Canvas:
    """As much of the table as the picture has room for, and how much that is."""
    options = content.options
    look = _look(options)
    return _Drawing(content, columns_of(content, palettes), look, room).drawn()


def _look(options: Options) -> _Look:
    theme = options.choice(
        "table_theme", ("white", "gray", "editable", "transparent", "unstyled"), "white"
    )
    fills = {"gray": "#e9ecef", "editable": "#f1f4f8", "white": "#f7f8fa"}
    return _Look(
        head=options.bounded("header_font_size", _SIZE, 7, 40),
        rows=options.bounded("rows_font_size", _SIZE, 7, 40),
        head_fill=colour(options.get("header_background_color")) or fills.get(theme, PAPER),
        head_ink=colour(options.get("header_font_color")) or TEXT,
        align=options.choice("header_text_alignment", ("left", "center", "right"), ""),
        stripes=theme == "gray",
        rules=theme != "unstyled",
    )


class _Drawing:
    def __init__(
        self, content: Content, columns: list[TableColumn], look: _Look, room: tuple[int, int]
    ) -> None:
        self._options = content.options
        self._notes = list(content.notes)
        self._look = look
        self._columns = columns
        self._wide, self._high = room
        self._canvas = Canvas(*room)
        self._rows = max((len(column.cells) for column in columns), default=0)
        self._last_head = look.head_line
        self._whole = len(content.shaped.rows)
        if content.options.flag("transpose"):
            self._whole = self._rows
        self._totals = any(column.total is not None for column in columns)
        self._numbers = (
            width(str(self._rows), look.rows) + 2 * _PAD
            if self._options.flag("show_row_numbers", default=True) and self._rows > 1
            else 0.0
        )

    def drawn(self) -> Canvas:
        lines = len(self._columns[0].heads) if self._columns else 1
        self._lay_out()
        top = self._heads(lines)
        left = self._high - top - (self._look.line if self._totals else 0)
        shown = min(self._rows, max(0, int(left // self._look.line)))
        if shown < self._whole:
            shown = min(shown, max(0, int((left - 18) // self._look.line)))
            self._notes.insert(0, f"{shown:,} of {self._whole:,} rows are shown.")
        for row in range(shown):
            self._row(row, top + row * self._look.line)
        bottom = top + shown * self._look.line
        if self._totals:
            self._total(bottom)
        if self._notes:
            text = fitted(" ".join(self._notes), 10, self._wide - 16)
            self._canvas.text(8, self._high - 6, text, 10, fill=QUIET, italic=True)
        return self._canvas

    def _lay_out(self) -> None:
        """Widths by what columns hold; all that fit, stretched to the whole width."""
        own = self._options.part("series_column_widths")
        for column in self._columns:
            wanted = max(
                (width(cell.text, self._look.rows) for cell in column.cells[:_SAMPLED]), default=0.0
            )
            if column.total is not None:
                wanted = max(wanted, width(column.total.text, self._look.rows, bold=True))
            head = width(column.heads[-1], self._look.head, bold=True)
            natural = min(_WIDEST, max(_LEAST, wanted + 2 * _PAD, min(head + 2 * _PAD, 180)))
            column.width = own.bounded(column.name, natural, 20, 1000)
        room = self._wide - self._numbers
        least = sum(min(column.width, _NARROW) for column in self._columns)
        gone = 0
        while len(self._columns) > 1 and least > room:
            least -= min(self._columns.pop().width, _NARROW)
            gone += 1
        if gone:
            self._notes.append(f"{gone:,} more columns have no room.")
        whole = sum(column.width for column in self._columns)
        if whole and (whole > room or self._options.flag("size_to_fit", default=True)):
            self._squeeze(room, whole)

    def _squeeze(self, room: float, whole: float) -> None:
        """Columns give and take in proportion; narrow ones keep what they need."""
        if whole <= room:
            for column in self._columns:
                column.width *= room / whole
            return
        fixed = [column for column in self._columns if column.width <= 90]
        rest = [column for column in self._columns if column.width > 90]
        taken = sum(column.width for column in fixed)
        wide = sum(column.width for column in rest)
        if rest and room - taken > 60 * len(rest):
            for column in rest:
                column.width *= (room - taken) / wide
        else:
            for column in self._columns:
                column.width *= room / whole

    # Lines

    def _heads(self, lines: int) -> float:
        look, canvas = self._look, self._canvas
        folded = any(len(self._folded(column)) > 1 for column in self._columns)
        self._last_head = look.head_line + (look.head * 1.2 if folded else 0.0)
        height = (lines - 1) * look.head_line + self._last_head
        canvas.rect(0, 0, self._wide, height, look.head_fill)
        for line in range(lines):
            self._head_line(line, last=line == lines - 1)
        if look.rules:
            canvas.line((0, height - 0.5), (self._wide, height - 0.5), RULE)
        return height

    def _folded(self, column: TableColumn) -> list[str]:
        """The column's own head in at most two lines."""
        size = self._look.head
        room = column.width - 2 * _PAD + 2
        return wrapped(column.heads[-1], size * 1.06, room, 2)

    def _head_line(self, line: int, *, last: bool) -> None:
        look = self._look
        y = line * look.head_line
        x = self._numbers
        place = 0
        while place < len(self._columns):
            column = self._columns[place]
            span = column.width
            end = place + 1
            while not last and column.measure and end < len(self._columns):
                beside = self._columns[end]
                if beside.heads[: line + 1] != column.heads[: line + 1] or not beside.measure:
                    break
                span += beside.width
                end += 1
            merged = not last and column.measure
            align = "center" if merged else look.align or ("right" if column.numeric else "left")
            style = Style(look.head_fill, look.head_ink, bold=True)
            texts = self._folded(column) if last else [column.heads[line]]
            height = (self._last_head if last else look.head_line) / len(texts)
            gap = (height - look.head * 1.22) / 2 if len(texts) > 1 else 0.0
            for number, text in enumerate(texts):
                shift = gap - 2 * gap * number
                at = y + number * height + shift
                self._put(text, x, at, span, height, look.head, align, style)
            if merged and look.rules:
                below = y + look.head_line - 1
                self._canvas.line((x + 4, below), (x + span - 4, below), GRID)
            x += span
            place = end

    def _row(self, row: int, y: float) -> None:
        look, canvas = self._look, self._canvas
        if look.stripes and row % 2:
            canvas.rect(0, y, self._wide, look.line, "#f5f6f8")
        if self._numbers:
            style = Style(ink=QUIET)
            self._put(str(row + 1), 0, y, self._numbers, look.line, look.rows, "right", style)
        x = self._numbers
        for column in self._columns:
            if row < len(column.cells):
                self._cell(column, row, x, y)
            x += column.width
        if look.rules:
            canvas.line((0, y + look.line - 0.5), (self._wide, y + look.line - 0.5), GRID)

    def _cell(self, column: TableColumn, row: int, x: float, y: float) -> None:
        look, cell, style = self._look, column.cells[row], column.styles[row]
        if style.fill is not None:
            self._canvas.rect(x, y, column.width, look.line, style.fill)
        if column.bars is not None and cell.size is not None:
            reach = max((abs(c.size) for c in column.cells if c.size is not None), default=0.0)
            length = abs(cell.size) / reach * (column.width - 8) if reach else 0.0
            self._canvas.rect(x + 4, y + 4, length, look.line - 8, column.bars, radius=2)
        text, ink = (cell.text, style.ink) if cell.value is not None else ("∅", "#a9b1b7")
        shown = Style(style.fill, ink, bold=style.bold, italic=style.italic, strike=style.strike)
        align = "right" if column.numeric else "left"
        self._put(text, x, y, column.width, look.line, look.rows, align, shown)

    def _total(self, y: float) -> None:
        look, canvas = self._look, self._canvas
        canvas.rect(0, y, self._wide, look.line, look.head_fill)
        canvas.line((0, y + 0.5), (self._wide, y + 0.5), RULE, width=1.4)
        x = self._numbers
        for number, column in enumerate(self._columns):
            cell = column.total or EMPTY
            text = cell.text or ("Total" if number == 0 and not column.measure else "")
            align = "right" if column.numeric else "left"
            self._put(text, x, y, column.width, look.line, look.rows, align, Style(bold=True))
            x += column.width

    def _put(
        self,
        text: str,
        x: float,
        y: float,
        room: float,
        height: float,
        size: float,
        align: str,
        style: Style,
    ) -> None:
        shown = fitted(text, size, room - 2 * _PAD + 2, bold=style.bold)
        places = {"left": x + _PAD, "center": x + room / 2, "right": x + room - _PAD}
        anchors = {"left": "start", "center": "middle", "right": "end"}
        self._canvas.text(
            places[align],
            y + height / 2 + size * 0.36,
            shown,
            size,
            fill=style.ink or TEXT,
            anchor=anchors[align],
            bold=style.bold,
            italic=style.italic,
            strike=style.strike,
        )
