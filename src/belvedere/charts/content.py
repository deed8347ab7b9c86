"""A shaped result as charts see it: what goes along the axis, and the series that are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from belvedere.charts.options import Options, number
from belvedere.charts.text import clean, without_tags
from belvedere.results.plain_values import plain
from belvedere.results.presenter import Presenter
from belvedere.results.shaped import ROW_TOTAL, PivotColumn, Row, Shaped
from belvedere.results.visible import Visible, VisiblePresenter

MOST_MARKS = 12_000
"""Rows times series; rows behind that are left out, and the picture says so."""
MOST_SERIES = 120


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` as JSON holds it, `text` as it is shown; `size` is the value as a number."""

    value: Any
    text: str

    @property
    def size(self) -> float | None:
        return number(self.value) if not isinstance(self.value, str) else None


EMPTY = Cell(None, "")


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the result. `type` and `layer` are those of its description."""

    name: str
    label: str
    type: str = "string"
    numeric: bool = False
    layer: str | None = None

    @property
    def is_time(self) -> bool:
        return self.type.startswith("date")


@dataclass(frozen=True, slots=True)
class Series:
    """A measure, or one pivot column of it. `names` are those by which a vis_config may call it,
    the most particular one first; `cells` has one a row.
    """

    names: tuple[str, ...]
    label: str
    measure: Column
    cells: tuple[Cell, ...]
    pivot: str | None = None
    total: Cell = EMPTY

    @property
    def sizes(self) -> list[float | None]:
        return [cell.size for cell in self.cells]

    def of(self, settings: Mapping[str, Any]) -> Any:
        """The series' own entry among settings by name; None where there is none."""
        return next((settings[name] for name in self.names if name in settings), None)


@dataclass(slots=True)
class Content:
    """`rows` are the dimensions' cells; `measures` every measure, also where it is pivoted."""

    dimensions: list[Column]
    measures: list[Column]
    rows: list[list[Cell]]
    series: list[Series]
    options: Options
    shaped: Shaped
    presenter: Presenter
    notes: list[str] = field(default_factory=list)

    def label(self, row: int) -> str:
        """What a row is called on an axis."""
        return " – ".join(cell.text or "∅" for cell in self.rows[row])

    def write(self, measure: Column, value: float) -> str:
        """A number that no row holds, as the measure writes its own."""
        whole = int(value) if value.is_integer() and abs(value) < 1e15 else value
        return clean(self.presenter.rendered(measure.name, whole))


def content_of(shaped: Shaped, presenter: Presenter, config: object) -> Content:
    """What a vis_config leaves of a result. Changes `shaped`: what is hidden is taken out."""
    options = Options(config)
    values = dict(config) if isinstance(config, dict) else {}
    values.setdefault("show_view_names", False)
    hidden = set(options.names("hidden_fields"))
    visible = Visible.of(values)
    visible.apply(shaped)
    shown = VisiblePresenter(presenter, visible)
    labels = _labels(shaped, shown, presenter)
    dimensions = [_column(name, labels, shown) for name in shaped.dimension_like]
    measures = [_column(name, labels, shown) for name in shaped.measure_like]
    extra = [_column(name, labels, shown) for name in shaped.supermeasures]
    found = Content(
        dimensions=[item for item in dimensions if item.name not in hidden],
        measures=[*measures, *extra],
        rows=[],
        series=[],
        options=options,
        shaped=shaped,
        presenter=shown,
    )
    _fill(found, measures, extra)
    return found


def _labels(shaped: Shaped, shown: Presenter, full: Presenter) -> dict[str, str]:
    """Short labels, except where two fields would be called the same."""
    names = (*shaped.names, *shaped.pivots)
    short = {name: clean(shown.label(name)) for name in names}
    twice = {label for label in short.values() if list(short.values()).count(label) > 1}
    return {
        name: clean(full.label(name)) if label in twice else label for name, label in short.items()
    }


def _column(name: str, labels: Mapping[str, str], presenter: Presenter) -> Column:
    known = presenter.field_metadata(name)
    layer = known.get("map_layer")
    named = layer.get("name") if isinstance(layer, dict) else None
    return Column(
        name=name,
        label=labels[name],
        type=str(known.get("type") or "string"),
        numeric=bool(known.get("is_numeric")),
        layer=named if isinstance(named, str) else None,
    )


def _fill(content: Content, measures: Sequence[Column], extra: Sequence[Column]) -> None:
    shaped = content.shaped
    columns = [column for column in shaped.columns if not column.is_total]
    width = max(1, len(measures) * max(1, len(columns)) + len(extra))
    if width > MOST_SERIES:
        content.notes.append(f"Only the first {MOST_SERIES} of {width} series are drawn.")
    most = max(1, MOST_MARKS // min(width, MOST_SERIES))
    rows = shaped.rows[:most]
    if len(rows) < len(shaped.rows):
        content.notes.append(f"Only the first {most:,} of {len(shaped.rows):,} rows are drawn.")
    names = [column.name for column in content.dimensions]
    presenter = content.presenter
    content.rows = [[cell_of(presenter, name, row.get(name)) for name in names] for row in rows]
    totals = shaped.totals or {}
    if shaped.pivots:
        for measure in measures:
            found = (_pivoted(content, measure, column, rows, totals) for column in columns)
            content.series.extend(found)
    else:
        content.series.extend(_plain(content, measure, rows, totals) for measure in measures)
    content.series.extend(_plain(content, measure, rows, totals) for measure in extra)
    content.series = content.series[:MOST_SERIES]


def cell_of(presenter: Presenter, name: str, value: Any) -> Cell:
    held = plain(value)
    return EMPTY if held is None else Cell(held, clean(presenter.rendered(name, held)))


def page_cell(presenter: Presenter, name: str, value: Any, row: dict[str, Any]) -> Cell:
    """A cell whose text is what a reader sees of its HTML, where the field has some."""
    cell = cell_of(presenter, name, value)
    if cell.value is None:
        return cell
    page = presenter.html(name, cell.value, row)
    text = clean(without_tags(page)) if page is not None else ""
    return Cell(cell.value, text) if text else cell


def plain_row(row: Row) -> dict[str, Any]:
    """A row for the templates of its cells."""
    return {name: plain(value) for name, value in row.items() if not isinstance(value, dict)}


def _plain(content: Content, measure: Column, rows: Iterable[Row], totals: Row) -> Series:
    presenter = content.presenter
    return Series(
        names=(measure.name,),
        label=measure.label,
        measure=measure,
        cells=tuple(cell_of(presenter, measure.name, row.get(measure.name)) for row in rows),
        total=cell_of(presenter, measure.name, totals.get(measure.name)),
    )


def _pivoted(
    content: Content, measure: Column, column: PivotColumn, rows: Iterable[Row], totals: Row
) -> Series:
    presenter = content.presenter
    texts = [cell_of(presenter, name, value).text or "∅" for name, value in column.data.items()]
    pivot = " - ".join(texts)
    written = " - ".join("null" if value is None else str(value) for value in column.data.values())
    many = len(content.shaped.measure_like) > 1
    label = f"{pivot} - {measure.label}" if many else pivot

    def at(row: Row) -> Cell:
        values = row.get(measure.name)
        value = values.get(column.key) if isinstance(values, dict) else None
        return cell_of(presenter, measure.name, value)

    names = (
        f"{pivot} - {measure.name}",
        f"{written} - {measure.name}",
        f"{column.key} - {measure.name}",
        column.key,
        pivot,
        written,
        measure.name,
    )
    own = Options(content.options.mapping("series_labels"))
    named = next((text for name in names[:6] if (text := own.text(name))), None)
    return Series(
        names=names,
        label=clean(named or label),
        measure=measure,
        cells=tuple(at(row) for row in rows),
        pivot=pivot,
        total=at(totals),
    )


def row_total(content: Content, measure: Column, row: int) -> Cell:
    values = content.shaped.rows[row].get(measure.name)
    value = values.get(ROW_TOTAL) if isinstance(values, dict) else None
    return cell_of(content.presenter, measure.name, value)


def shown_series(content: Content) -> list[Series]:
    """The series that are neither hidden nor without any number."""
    hidden = set(content.options.names("hidden_series"))
    return [
        series
        for series in content.series
        if not hidden.intersection(series.names) and any(size is not None for size in series.sizes)
    ]
