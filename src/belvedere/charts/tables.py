"""Tables, drawn: headers over merged pivots, totals, conditional formatting, bars in cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from belvedere.charts.colours import GRID, PAPER, QUIET, RULE, TEXT, colour, mixed
from belvedere.charts.conditional import Style, rules_of, style_of
from belvedere.charts.content import EMPTY, Cell, Content, cell_of, page_cell, plain_row
from belvedere.charts.options import Options
from belvedere.charts.palettes import Lookup, distinct
from belvedere.charts.svg import Canvas
from belvedere.charts.text import clean, fitted, width
from belvedere.results import grid
from belvedere.results.grid import Line, value_at

_SIZE = 12.0
_PAD = 9.0
_LEAST, _WIDEST = 46.0, 320.0
_SAMPLED = 200
_MOST_ROWS = 600
_MOST_COLUMNS = 120


@dataclass(slots=True)
class _Column:
    """`heads` has one text a header line; `cells` one a row, `styles` likewise."""

    name: str
    heads: list[str]
    numeric: bool
    measure: bool
    cells: list[Cell] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    total: Cell | None = None
    bars: str | None = None
    """The colour of bars behind its numbers."""
    width: float = 0.0


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
    columns = _columns(content)
    if options.flag("transpose"):
        columns = _transposed(columns)
    else:
        _styled(content, columns, palettes)
    return _Drawing(content, columns, look, room).drawn()


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


def _columns(content: Content) -> list[_Column]:
    shaped, presenter = content.shaped, content.presenter
    lines = _in_order(content, grid.columns_of(shaped))[:_MOST_COLUMNS]
    heads = {
        line: [clean(text) for text in texts]
        for line, texts in zip(
            grid.columns_of(shaped),
            zip(*grid.headers(shaped, presenter), strict=True),
            strict=True,
        )
    }
    known = {column.name: column for column in (*content.dimensions, *content.measures)}
    measures = {column.name for column in content.measures}
    hidden = set(content.options.names("hidden_fields"))
    found = []
    for line in lines:
        if line.name in hidden:
            continue
        column = known.get(line.name)
        head = heads[line]
        head[-1] = column.label if column is not None else head[-1]
        numeric = column is not None and (column.numeric or line.name in measures)
        found.append(_Column(line.name, head, numeric, line.name in measures))
        for row in shaped.rows[:_MOST_ROWS]:
            value = value_at(row, line)
            if line.pivot is None:
                cell = page_cell(presenter, line.name, value, plain_row(row))
            else:
                cell = cell_of(presenter, line.name, value)
            found[-1].cells.append(cell)
        if shaped.totals is not None:
            total = value_at(shaped.totals, line) if line.name in shaped.totals else None
            found[-1].total = cell_of(presenter, line.name, total)
        if any(isinstance(cell.value, str) for cell in found[-1].cells):
            found[-1].numeric = False
    return found


def _in_order(content: Content, lines: Sequence[Line]) -> list[Line]:
    """`column_order` names columns that come first."""
    wanted = [
        name for name in content.options.names("column_order") if name != "$$$_row_numbers_$$$"
    ]
    places = {name: number for number, name in enumerate(wanted)}
    if content.shaped.pivots:
        return list(lines)
    return sorted(lines, key=lambda line: places.get(line.name, len(places)))


def _styled(content: Content, columns: list[_Column], palettes: Lookup) -> None:
    options = content.options
    cells: dict[str, list[Cell]] = {}
    for column in columns:
        cells.setdefault(column.name, []).extend(column.cells)
        if options.flag("conditional_formatting_include_totals") and column.total is not None:
            cells[column.name].append(column.total)
    numeric = {column.name for column in columns if column.measure and column.numeric}
    rules = rules_of(options, cells, numeric, palettes)
    written = options.part("series_text_format")
    bars = options.part("series_cell_visualizations")
    default = distinct(options, palettes, 1)[0]
    for column in columns:
        own = _own_style(written.part(column.name))
        column.styles = [
            _over(style_of(rules, column.name, cell, numeric=column.name in numeric), own)
            for cell in column.cells
        ]
        wanted = bars.part(column.name)
        if wanted.flag("is_active") and column.numeric:
            column.bars = mixed(PAPER, _bar_colour(wanted, palettes) or default, 0.45)


def _own_style(written: Options) -> Style:
    return Style(
        fill=colour(written.get("bg_color")),
        ink=colour(written.get("fg_color")),
        bold=written.flag("bold"),
        italic=written.flag("italic"),
    )


def _over(style: Style, own: Style) -> Style:
    return Style(
        fill=style.fill or own.fill,
        ink=style.ink or own.ink,
        bold=style.bold or own.bold,
        italic=style.italic or own.italic,
        strike=style.strike,
    )


def _bar_colour(wanted: Options, palettes: Lookup) -> str | None:
    palette = wanted.part("palette")
    if not palette:
        return None
    return distinct(Options({"color_application": wanted.get("palette")}), palettes, 1)[0]


def _transposed(columns: Sequence[_Column]) -> list[_Column]:
    """Rows as columns: the first dimension's values become the headers."""
    first, *rest = columns or [_Column("", [""], numeric=False, measure=False)]
    names = _Column("", [first.heads[-1]], numeric=False, measure=False)
    names.cells = [Cell(" ".join(c.heads).strip(), " ".join(c.heads).strip()) for c in rest]
    found = [names]
    for row, head in enumerate(first.cells[:_MOST_COLUMNS]):
        column = _Column("", [head.text], numeric=True, measure=True)
        column.cells = [item.cells[row] if row < len(item.cells) else EMPTY for item in rest]
        found.append(column)
    for column in found:
        column.styles = [Style() for _ in column.cells]
    return found


class _Drawing:
    def __init__(
        self, content: Content, columns: list[_Column], look: _Look, room: tuple[int, int]
    ) -> None:
        self._options = content.options
        self._notes = list(content.notes)
        self._look = look
        self._columns = columns
        self._wide, self._high = room
        self._canvas = Canvas(*room)
        self._rows = max((len(column.cells) for column in columns), default=0)
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
        least = sum(min(column.width, 70.0) for column in self._columns)
        gone = 0
        while len(self._columns) > 1 and least > room:
            least -= min(self._columns.pop().width, 70.0)
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
        height = lines * look.head_line
        canvas.rect(0, 0, self._wide, height, look.head_fill)
        for line in range(lines):
            self._head_line(line, last=line == lines - 1)
        if look.rules:
            canvas.line((0, height - 0.5), (self._wide, height - 0.5), RULE)
        return height

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
            text = column.heads[line] if line < len(column.heads) else ""
            merged = not last and column.measure
            align = "center" if merged else look.align or ("right" if column.numeric else "left")
            self._put(
                text,
                x,
                y,
                span,
                look.head_line,
                look.head,
                align,
                Style(look.head_fill, look.head_ink, bold=True),
            )
            if merged and look.rules:
                self._canvas.line(
                    (x + 4, y + look.head_line - 1), (x + span - 4, y + look.head_line - 1), GRID
                )
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

    def _cell(self, column: _Column, row: int, x: float, y: float) -> None:
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
