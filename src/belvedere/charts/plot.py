"""A chart with two directions, worked out before it is drawn: which series are drawn how, from
where to where, and along which axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from belvedere.charts import ticks
from belvedere.charts.axes import Across
from belvedere.charts.colours import colour
from belvedere.charts.content import Content, Series
from belvedere.charts.options import Options
from belvedere.charts.palettes import Lookup, distinct
from belvedere.charts.text import clean
from belvedere.charts.ticks import Ticks
from belvedere.results.value_formats import formatter

KINDS = {
    "looker_column": "column",
    "looker_bar": "column",
    "looker_line": "line",
    "looker_area": "area",
    "looker_scatter": "scatter",
}
_TYPES = (
    KINDS
    | {"column": "column", "bar": "column", "line": "line", "area": "area"}
    | {"scatter": "scatter"}
)
_MOST_AXES = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A value to be drawn: of which row, at which place, from where to where."""

    row: int
    place: float
    start: float
    end: float
    text: str


@dataclass(slots=True)
class Drawn:
    """A series as it is drawn; `number` is its place in the legend."""

    series: Series
    number: int
    kind: str
    colour: str
    axis: int
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """An axis of values: what it says, and its scale."""

    ticks: Ticks
    title: str
    values: bool
    opposite: bool


@dataclass(slots=True)
class Plot:
    """`room` is the size of the picture in pixels."""

    content: Content
    across: Across
    drawn: list[Drawn]
    axes: list[ValueAxis]
    stacking: str
    horizontal: bool
    room: tuple[int, int]

    @property
    def options(self) -> Options:
        return self.content.options

    def of_kind(self, kind: str, axis: int) -> list[Drawn]:
        return [item for item in self.drawn if item.kind == kind and item.axis == axis]


def plot_of(
    content: Content,
    vis_type: str,
    shown: Sequence[Series],
    across: Across,
    room: tuple[int, int],
    lookup: Lookup,
) -> Plot:
    drawn = _drawn(content, vis_type, shown, lookup)
    written = _written_axes(content, drawn)
    for item in drawn:
        item.axis = _axis_of(item.series, written)
    stacking = content.options.choice(
        "stacking", ("", "normal", "percent"), "normal" if vis_type == "looker_area" else ""
    )
    _place(drawn, across, stacking, content.options)
    axes = [_axis(content, drawn, n, options, stacking) for n, options in enumerate(written)]
    return Plot(content, across, drawn, axes, stacking, vis_type == "looker_bar", room)


def _drawn(content: Content, vis_type: str, shown: Sequence[Series], lookup: Lookup) -> list[Drawn]:
    options = content.options
    palette = distinct(options, lookup, max(1, len(content.series)))
    colours, types = options.mapping("series_colors"), options.mapping("series_types")
    places = {series.names: number for number, series in enumerate(content.series)}
    found = []
    for number, series in enumerate(shown):
        own = series.of(types)
        kind = _TYPES.get(own, "") if isinstance(own, str) else ""
        found.append(
            Drawn(
                series=series,
                number=number,
                kind=kind or KINDS[vis_type],
                colour=colour(_own_colour(series, colours)) or palette[places[series.names]],
                axis=0,
            )
        )
    return found


def _own_colour(series: Series, colours: object) -> object:
    """A measure's colour is not that of all its pivot columns."""
    if not isinstance(colours, dict):
        return None
    names = series.names if series.pivot is None else series.names[:-1]
    return next((colours[name] for name in names if name in colours), None)


def _written_axes(content: Content, drawn: Sequence[Drawn]) -> list[Options]:
    """What is written of the axes; at least one."""
    options = content.options
    written = [axis for axis in options.parts("y_axes") if axis.items("series")]
    if written:
        return written[:_MOST_AXES]
    measures = list(dict.fromkeys(item.series.measure.name for item in drawn))
    own = [options.items(f"y_axis_{name}") for name in ("labels", "min", "max")]

    def legacy(number: int, names: Sequence[str]) -> Options:
        label, low, high = (items[number] if number < len(items) else None for items in own)
        orientations = options.items("y_axis_orientation")
        side = orientations[number] if number < len(orientations) else None
        return Options(
            {
                "label": label,
                "minValue": low,
                "maxValue": high,
                "orientation": side or ("left" if number == 0 else "right"),
                "series": [{"axisId": name} for name in names],
                "valueFormat": options.text("y_axis_value_format"),
                "unpinAxis": options.flag("y_axis_unpinned"),
                "type": options.text("y_axis_scale_mode"),
                "tickDensity": options.text("y_axis_tick_density"),
                "tickDensityCustom": options.number("y_axis_tick_density_custom"),
            }
        )

    if options.flag("y_axis_combined", default=True) or len(measures) > _MOST_AXES:
        return [legacy(0, measures)]
    return [legacy(number, [name]) for number, name in enumerate(measures)]


def _axis_of(series: Series, written: Sequence[Options]) -> int:
    """The axis that names the series; one that names its measure otherwise; else the first."""
    for key, names in (("id", series.names[:-1] or series.names), ("axisId", series.names)):
        for number, axis in enumerate(written):
            if any(item.get(key) in names for item in axis.parts("series")):
                return number
    return 0


def _place(drawn: Sequence[Drawn], across: Across, stacking: str, options: Options) -> None:
    ordering = options.choice("ordering", ("none", "asc", "desc"), "none")
    for axis in {item.axis for item in drawn}:
        for kind in ("column", "area", "line", "scatter"):
            group = [item for item in drawn if item.axis == axis and item.kind == kind]
            if stacking and kind in ("column", "area"):
                _stack(_in_order(group, ordering), across, percent=stacking == "percent")
            else:
                for item in group:
                    item.marks = _standing(item.series, across)


def _in_order(group: list[Drawn], ordering: str) -> list[Drawn]:
    if ordering == "none":
        return group
    return sorted(
        group,
        key=lambda item: sum(size or 0.0 for size in item.series.sizes),
        reverse=ordering == "desc",
    )


def _standing(series: Series, across: Across) -> list[Mark]:
    found = []
    for row in across.order:
        size, place = series.cells[row].size, across.places[row]
        if size is not None and place is not None:
            found.append(Mark(row, place, 0.0, size, series.cells[row].text))
    return found


def _stacked_size(item: Drawn, row: int) -> float | None:
    """An area that is missing somewhere is nothing there: it would cut through the others."""
    size = item.series.cells[row].size
    return 0.0 if size is None and item.kind == "area" else size


def _stack(group: Sequence[Drawn], across: Across, *, percent: bool) -> None:
    """One on the other: what is positive upwards, what is negative downwards."""
    for row in across.order:
        place = across.places[row]
        sizes = [_stacked_size(item, row) for item in group]
        whole = sum(abs(size) for size in sizes if size is not None)
        up = down = 0.0
        for item, size in zip(group, sizes, strict=True):
            if size is None or place is None:
                continue
            shown = (size / whole if whole else 0.0) if percent else size
            start = up if shown >= 0 else down
            if shown >= 0:
                up += shown
            else:
                down += shown
            text = f"{shown:.1%}" if percent else item.series.cells[row].text
            item.marks.append(Mark(row, place, start, start + shown, text))


def _axis(
    content: Content, drawn: Sequence[Drawn], number: int, written: Options, stacking: str
) -> ValueAxis:
    here = [item for item in drawn if item.axis == number]
    options = content.options
    reach = [end for item in here for mark in item.marks for end in (mark.start, mark.end)]
    standing = [mark.end for item in here for mark in item.marks]
    grounded = any(item.kind in ("column", "area") for item in here)
    unpinned = written.flag("unpinAxis") and not grounded
    write, exact = _writer(content, here, written, percent=stacking == "percent" and grounded)
    found: Ticks | None = None
    if written.text("type") == "log" or options.text("y_axis_scale_mode") == "log":
        found = ticks.logarithmic(standing, write)
    if found is None:
        found = ticks.linear(
            standing if unpinned else reach,
            write,
            zero=not unpinned,
            low=written.number("minValue"),
            high=1.0 if stacking == "percent" and grounded else written.number("maxValue"),
            count=_density(written),
            exact=exact,
        )
    measures = list(dict.fromkeys(item.series.measure.label for item in here))
    title = written.text("label") or (measures[0] if len(measures) == 1 else "")
    labels = written.flag("showLabels", default=options.flag("show_y_axis_labels", default=True))
    ticked = options.flag("show_y_axis_ticks", default=True)
    return ValueAxis(
        ticks=found,
        title=clean(title) if labels else "",
        values=written.flag("showValues", default=True) and ticked,
        opposite=written.text("orientation") in ("right", "top"),
    )


def _density(written: Options) -> int:
    if written.text("tickDensity") != "custom":
        return 5
    return 1 + round(written.bounded("tickDensityCustom", 25, 0, 100) / 6)


def _writer(
    content: Content, here: Sequence[Drawn], written: Options, *, percent: bool
) -> tuple[ticks.Write, bool]:
    """How the axis writes its numbers, and whether that is how somebody wants it."""
    if percent:
        return (lambda value: f"{value:.0%}"), True
    own = written.text("valueFormat")
    if own is not None:
        write = formatter(own)
        return (lambda value: clean(write(value))), True
    if not here:
        return (lambda value: f"{value:g}"), True
    measure = here[0].series.measure
    return (lambda value: content.write(measure, value)), False
