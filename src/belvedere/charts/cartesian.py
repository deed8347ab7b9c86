"""Column, bar, line, area and scatter charts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from belvedere.charts import axes, overlays, ticks
from belvedere.charts.colours import GRID
from belvedere.charts.content import Content, Series, shown_series
from belvedere.charts.legend import legend
from belvedere.charts.marks import Frame, layers_of
from belvedere.charts.palettes import Lookup
from belvedere.charts.plot import Plot, ValueAxis, plot_of
from belvedere.charts.text import clean, width
from belvedere.charts.vega import (
    Spec,
    chart,
    colour_scale,
    lookup,
    name_field,
    note,
    number_field,
    slot_field,
)

_AXIS = 11.0
_MINUTE = 60_000
_DAY = 1440 * _MINUTE
_YEAR = 365 * _DAY


def cartesian(
    content: Content, vis_type: str, room: tuple[int, int], palettes: Lookup
) -> Spec | None:
    """A Vega-Lite chart; None where there is nothing that could be drawn so."""
    shown = shown_series(content)
    content, shown = _measure_across(content, vis_type, shown)
    if not shown or not content.rows:
        return None
    numbers = vis_type in ("looker_scatter", "looker_line", "looker_area")
    across = axes.across(content, numbers=numbers)
    plot = plot_of(content, vis_type, shown, across, room, palettes)
    _reach_references(plot)
    frames = [_frame(plot, number) for number in range(len(plot.axes))]
    groups = [layers_of(plot, number, frame) for number, frame in enumerate(frames)]
    groups[0] += overlays.reference_lines(plot, frames[0])
    for axis, spec in overlays.trend_lines(plot, frames):
        groups[axis].append(spec)
    groups = [group for group in groups if group]
    more: dict[str, Any] = {}
    if len(groups) > 1:
        layers: list[Spec] = [{"layer": group} for group in groups]
        value = "x" if plot.horizontal else "y"
        more["resolve"] = {"scale": {value: "independent"}}
    else:
        layers = groups[0] if groups else []
    below = note(content.notes)
    if below is not None:
        more["title"] = below
    return chart(*room, layers, **more)


def _measure_across(
    content: Content, vis_type: str, shown: list[Series]
) -> tuple[Content, list[Series]]:
    """A scatter of measures alone has its first measure across."""
    if vis_type != "looker_scatter" or content.dimensions or len(shown) < 2:
        return content, shown
    first, *rest = shown
    column = replace(first.measure, numeric=True, type="number")
    rows = [[cell] for cell in first.cells]
    return replace(content, dimensions=[column], rows=rows), rest


def _reach_references(plot: Plot) -> None:
    """The first axis reaches its reference lines, unless somebody bounded it."""
    values = overlays.reference_values(plot)
    first = plot.axes[0]
    held = first.ticks
    if not values or held.log or (min(values) >= held.low and max(values) <= held.high):
        return
    drawn = next((item for item in plot.drawn if item.axis == 0), None)
    if drawn is None or plot.stacking == "percent":
        return
    measure = drawn.series.measure
    wider = ticks.linear(
        [held.low, held.high, *values], lambda value: plot.content.write(measure, value), zero=False
    )
    plot.axes[0] = replace(first, ticks=wider)


def _frame(plot: Plot, number: int) -> Frame:
    wide, high = plot.room
    inner = (max(20, wide - 90), max(20, high - 80))
    along, length = (inner[1], inner[0]) if plot.horizontal else inner
    symbol = "stroke" if all(item.kind == "line" for item in plot.drawn) else "circle"
    labels = [item.series.label for item in plot.drawn]
    scale = colour_scale([item.colour for item in plot.drawn])
    shown = legend(labels, plot.options, plot.room, symbol=symbol, notes=plot.content.notes)
    return Frame(
        place=_place(plot, along),
        value=_value(plot, number),
        colour=name_field("s", scale=scale, legend=shown),
        horizontal=plot.horizontal,
        step=along / plot.across.count if plot.across.count else float(along),
        length=float(length),
    )


# The axis of dimensions


def _place(plot: Plot, along: int) -> Spec:
    options, across = plot.options, plot.across
    axis: Spec = {"title": _place_title(plot), "grid": options.flag("x_axis_gridlines")}
    if not options.flag("show_x_axis_ticks", default=True):
        axis |= {"labels": False, "ticks": False}
    size = options.bounded("x_axis_label_font_size", _AXIS, 6, 40)
    axis["labelFontSize"] = size
    if across.continuous:
        return _continuous(plot, axis)
    scale: Spec = {"domain": list(range(across.count))}
    banded = any(item.kind == "column" for item in plot.drawn)
    if banded:
        inner = options.bounded("column_group_spacing_ratio", 0.24, 0.0, 0.95)
        scale |= {"type": "band", "paddingInner": inner, "paddingOuter": inner / 2}
    else:
        tight = all(item.kind == "area" for item in plot.drawn)
        scale |= {"type": "point", "padding": 0.05 if tight else 0.4}
    if options.flag("x_axis_reversed"):
        scale["reverse"] = True
    return slot_field("p", scale=scale, sort=None, axis=axis | _slot_labels(plot, along, size))


def _slot_labels(plot: Plot, along: int, size: float) -> Spec:
    across = plot.across
    if plot.horizontal:
        found = axes.listed(across, along, size, plot.room[0] * 0.3)
    else:
        rotation = plot.options.number("x_axis_label_rotation")
        turn = None if rotation is None else max(-90.0, min(90.0, rotation))
        found = axes.labelled(across, along, size, turn)
    shown: Spec = {
        "values": list(found.slots),
        "labelExpr": lookup(found.slots, found.texts),
        "labelAngle": found.angle,
        "labelOverlap": False,
        "labelLimit": 260,
        "tickSize": 4,
        "ticks": plot.options.flag("show_x_axis_ticks", default=True) and across.count <= 60,
    }
    if found.angle:
        shown |= {"labelAlign": "right" if found.angle < 0 else "left", "labelBaseline": "middle"}
    return shown


def _place_title(plot: Plot) -> str | None:
    options = plot.options
    if not options.flag("show_x_axis_label", default=True):
        return None
    own = options.text("x_axis_label")
    if own is not None:
        return clean(own)
    return clean(" – ".join(column.label for column in plot.content.dimensions)) or None


def _continuous(plot: Plot, axis: Spec) -> Spec:
    down = plot.horizontal  # what comes first stands above, as rows of tables do
    reverse = plot.options.flag("x_axis_reversed") != down
    places = [place for place in plot.across.places if place is not None]
    low, high = min(places), max(places)
    margin = (high - low or abs(high) or 1.0) * 0.03
    if plot.across.time:
        scale = {"type": "utc", "domain": [low - margin, high + margin], "reverse": reverse}
        axis["tickCount"] = max(2, plot.room[0] // 110)
        axis["labelExpr"] = _moment(high - low)
        return {"field": "p", "type": "temporal", "scale": scale, "axis": axis}
    content = plot.content
    column = content.dimensions[0]
    found = ticks.linear(places, lambda value: content.write(column, value), zero=False, count=7)
    bounds = [low - margin, high + margin]
    scale = {"domain": bounds, "nice": False, "zero": False, "reverse": reverse}
    values = [value for value in found.values if bounds[0] <= value <= bounds[1]]
    texts = found.texts[found.values.index(values[0]) :] if values else ()
    shown = axis | {"values": values, "labelExpr": lookup(values, texts[: len(values)])}
    return number_field("p", scale=scale, axis=shown)


def _moment(span: float) -> str:
    """How moments are written on an axis that is so many milliseconds long."""
    if span > 8 * _YEAR:
        return "utcFormat(datum.value, '%Y')"
    if span > 300 * _DAY:
        return "utcFormat(datum.value, '%b %Y')"
    hour = "%H:%M:%S" if span < 10 * _MINUTE else "%H:%M"
    midnight = f"datum.value % {_DAY} == 0"
    return f"utcFormat(datum.value, {midnight} ? '%b %-d' : '{hour}')"


# Axes of values


def _value(plot: Plot, number: int) -> Spec:
    held = plot.axes[number]
    scale: Spec = {"domain": [held.ticks.low, held.ticks.high], "nice": False, "zero": False}
    if held.ticks.log:
        scale["type"] = "log"
    if plot.options.flag("y_axis_reversed"):
        scale["reverse"] = True
    return number_field("b", scale=scale, axis=_value_axis(plot, held, number))


def _value_axis(plot: Plot, held: ValueAxis, number: int) -> Spec | None:
    options = plot.options
    if not held.values and not held.title and not options.flag("y_axis_gridlines", default=True):
        return None
    sides = ("top", "bottom") if plot.horizontal else ("right", "left")
    opposite = held.opposite or (number > 0 and not any(a.opposite for a in plot.axes))
    side = sides[0] if opposite else sides[1]
    same = [n for n in range(number) if plot.axes[n].opposite == held.opposite]
    widest = max((width(text, _AXIS) for text in held.ticks.texts), default=0.0)
    return {
        "title": held.title or None,
        "orient": side,
        "offset": len(same) * (widest + 36),
        "grid": number == 0 and options.flag("y_axis_gridlines", default=True),
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labels": held.values,
        "values": list(held.ticks.values),
        "labelExpr": lookup(held.ticks.values, held.ticks.texts),
        "labelOverlap": False,
        "labelFlush": False,
    }
