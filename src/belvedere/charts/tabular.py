"""The columns of a table: heads, cells, totals, and how each cell is styled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from belvedere.charts.colours import PAPER, colour, mixed
from belvedere.charts.conditional import Style, rules_of, style_of
from belvedere.charts.content import EMPTY, Cell, Content, cell_of, page_cell, plain_row
from belvedere.charts.options import Options
from belvedere.charts.palettes import Lookup, distinct
from belvedere.charts.text import clean
from belvedere.results import grid
from belvedere.results.grid import Line, value_at

_MOST_ROWS = 600
_MOST_COLUMNS = 120


@dataclass(slots=True)
class TableColumn:
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


def columns_of(content: Content, palettes: Lookup) -> list[TableColumn]:
    """In the order in which they are shown; rows as columns where that is wanted."""
    columns = _columns(content)
    if content.options.flag("transpose"):
        return _transposed(columns)
    _styled(content, columns, palettes)
    return columns


def _columns(content: Content) -> list[TableColumn]:
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
        found.append(TableColumn(line.name, head, numeric, line.name in measures))
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


def _styled(content: Content, columns: list[TableColumn], palettes: Lookup) -> None:
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


def _transposed(columns: Sequence[TableColumn]) -> list[TableColumn]:
    """Rows as columns: the first dimension's values become the headers."""
    first, *rest = columns or [TableColumn("", [""], numeric=False, measure=False)]
    names = TableColumn("", [first.heads[-1]], numeric=False, measure=False)
    names.cells = [Cell(" ".join(c.heads).strip(), " ".join(c.heads).strip()) for c in rest]
    found = [names]
    for row, head in enumerate(first.cells[:_MOST_COLUMNS]):
        column = TableColumn("", [head.text], numeric=True, measure=True)
        column.cells = [item.cells[row] if row < len(item.cells) else EMPTY for item in rest]
        found.append(column)
    for column in found:
        column.styles = [Style() for _ in column.cells]
    return found
