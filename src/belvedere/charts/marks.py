"""The layers of a chart with two directions: columns, areas, lines, points and their labels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from belvedere.charts.colours import PAPER, TEXT, colour, readable_on
from belvedere.charts.content import Column
from belvedere.charts.options import Options
from belvedere.charts.plot import Drawn, Mark, Plot
from belvedere.charts.text import width
from belvedere.charts.ticks import short
from belvedere.charts.vega import Spec, layer, name_field, number_field, slot_field
from belvedere.results.value_formats import formatter

_LABEL = 10.5
_CURVES = {
    "linear": "linear",
    "monotone": "monotone",
    "step": "step",
    "step-before": "step-before",
    "step-after": "step-after",
}
_MOST_LABELS = 400


@dataclass(frozen=True, slots=True)
class Frame:
    """The encodings that all layers of one value axis share. `step` is the room of a slot in
    pixels, `length` that of the values.
    """

    place: Spec
    value: Spec
    colour: Spec
    horizontal: bool
    step: float
    length: float

    def at(self, value: str = "b", **more: Any) -> Spec:
        """A place and a value, along whichever direction each runs."""
        along, up = ("y", "x") if self.horizontal else ("x", "y")
        found = {along: self.place, up: self.value | {"field": value}}
        for name, encoding in more.items():
            found[{"start": f"{up}2", "offset": f"{along}Offset"}.get(name, name)] = encoding
        return found


def layers_of(plot: Plot, axis: int, frame: Frame) -> list[Spec]:
    """Everything of one axis, from the back to the front."""
    found = [
        *_areas(plot, plot.of_kind("area", axis), frame),
        *_columns(plot, plot.of_kind("column", axis), frame),
        *_lines(plot, plot.of_kind("line", axis), frame),
        *_points(plot, plot.of_kind("scatter", axis), frame),
    ]
    labels = _labels(plot, axis, frame)
    return [*found, *labels, *_totals(plot, plot.of_kind("column", axis), frame)]


def _row(item: Drawn, mark: Mark, **more: object) -> Spec:
    return {"p": mark.place, "s": item.number, "a": mark.start, "b": mark.end, **more}


# Columns


def _spacing(options: Options, name: str, default: float) -> float:
    return options.bounded(name, default, 0.0, 0.95)


def _columns(plot: Plot, group: Sequence[Drawn], frame: Frame) -> list[Spec]:
    if not group:
        return []
    mark: Spec = {"type": "bar", "clip": True}
    if not plot.stacking:
        mark["cornerRadiusEnd"] = 2 if frame.step / len(group) > 6 else 0
    elif frame.step > 12:
        mark |= {"stroke": PAPER, "strokeWidth": 0.6}
    if plot.across.continuous:
        return [_thin_columns(plot, group, frame, mark)]
    rows = [_row(item, m) for item in group for m in item.marks]
    more: dict[str, Any] = {"start": {"field": "a"}, "color": frame.colour}
    if not plot.stacking:
        more["offset"] = _offset(plot, group)
    return [layer(mark, rows, **frame.at(**more))]


def _offset(plot: Plot, group: Sequence[Drawn]) -> Spec:
    """Series side by side within their slot."""
    inner = _spacing(plot.options, "column_spacing_ratio", 0.08 if len(group) > 1 else 0.0)
    scale = {"domain": [item.number for item in group], "paddingInner": inner}
    return slot_field("s", scale=scale)


def _thin_columns(plot: Plot, group: Sequence[Drawn], frame: Frame, mark: Spec) -> Spec:
    """Columns on a scale of numbers: as wide as the nearest two are apart."""
    places = sorted({m.place for item in group for m in item.marks})
    gaps = [b - a for a, b in pairwise(places)]
    span = (places[-1] - places[0]) if len(places) > 1 else 1.0
    gap = min(gaps, default=1.0)
    beside = 1 if plot.stacking else len(group)
    room = frame.step * plot.across.count if plot.across.count else frame.step
    size = max(1.0, min(60.0, room * gap / (span + gap) * 0.8 / beside))
    rows = []
    for index, item in enumerate(group):
        shift = 0.0 if plot.stacking else (index - (beside - 1) / 2) * gap * 0.8 / beside
        rows += [_row(item, m) | {"p": m.place + shift} for m in item.marks]
    encoding = frame.at(start={"field": "a"}, color=frame.colour)
    return layer(mark | {"size": size}, rows, **encoding)


# Lines and areas


def _segments(plot: Plot, item: Drawn, *, stacked: bool) -> list[list[Mark]]:
    """The marks without the gaps between them; where nulls are passed over, one segment."""
    options = plot.options
    broken = options.flag("show_null_points", default=True)
    if options.flag("discontinuous_nulls"):
        broken = True
    if not broken or not item.marks or stacked:
        return [item.marks] if item.marks else []
    present = {mark.row: mark for mark in item.marks}
    found: list[list[Mark]] = [[]]
    for row in plot.across.order:
        if row in present:
            found[-1].append(present[row])
        elif found[-1]:
            found.append([])
    return [segment for segment in found if segment]


def _curve(plot: Plot) -> str:
    return _CURVES[plot.options.choice("interpolation", tuple(_CURVES), "linear")]


def _areas(plot: Plot, group: Sequence[Drawn], frame: Frame) -> list[Spec]:
    rows, alone = [], []
    for item in group:
        for number, segment in enumerate(_segments(plot, item, stacked=bool(plot.stacking))):
            rows += [_row(item, mark, g=number) for mark in segment]
            if len(segment) == 1:
                alone += [_row(item, segment[0])]
    if not rows:
        return []
    opacity = 0.85 if plot.stacking else 0.35
    mark: Spec = {"type": "area", "interpolate": _curve(plot), "opacity": opacity, "clip": True}
    if not plot.stacking:
        mark |= {"line": {"strokeWidth": 2, "opacity": 1}}
    encoding = frame.at(start={"field": "a"}, color=frame.colour, detail=name_field("g"))
    found = [layer(mark, rows, **encoding)]
    return found + _dots(plot, alone, frame, styled=[i for i in group if _style(plot, i)])


def _lines(plot: Plot, group: Sequence[Drawn], frame: Frame) -> list[Spec]:
    rows, alone = [], []
    for item in group:
        for number, segment in enumerate(_segments(plot, item, stacked=False)):
            rows += [_row(item, mark, g=number) for mark in segment]
            if len(segment) == 1:
                alone += [_row(item, segment[0])]
    if not rows:
        return []
    wide = plot.options.bounded("series_line_width", 2.2, 0.5, 10)
    mark: Spec = {"type": "line", "interpolate": _curve(plot), "strokeWidth": wide, "clip": True}
    mark |= {"strokeJoin": "round", "strokeCap": "round"}
    order = slot_field("p") if not plot.across.continuous else number_field("p")
    encoding = frame.at(color=frame.colour, detail=name_field("g"), order=order)
    found = [layer(mark, rows, **encoding)]
    return found + _dots(plot, alone, frame, styled=[i for i in group if _style(plot, i)])


def _style(plot: Plot, item: Drawn) -> str:
    """circle, circle_outline, or "" for none."""
    own = item.series.of(plot.options.mapping("series_point_styles"))
    style = own if isinstance(own, str) else plot.options.text("point_style")
    if style in ("circle_outline", "outline"):
        return "circle_outline"
    return "" if style in (None, "none") else "circle"


def _dots(plot: Plot, alone: list[Spec], frame: Frame, *, styled: Sequence[Drawn]) -> list[Spec]:
    """Points on lines, and those that no line leads to."""
    found = []
    rows = alone + [_row(i, m) for i in styled if _style(plot, i) == "circle" for m in i.marks]
    if rows:
        mark = {"type": "point", "filled": True, "size": 34, "opacity": 1}
        found.append(layer(mark, rows, **frame.at(color=frame.colour)))
    rows = [_row(i, m) for i in styled if _style(plot, i) == "circle_outline" for m in i.marks]
    if rows:
        mark = {"type": "point", "fill": PAPER, "size": 36, "opacity": 1, "strokeWidth": 1.8}
        found.append(layer(mark, rows, **frame.at(color=frame.colour)))
    return found


def _points(plot: Plot, group: Sequence[Drawn], frame: Frame) -> list[Spec]:
    """A scatter; points are as large as the measure that `size_by_field` names is."""
    if not group:
        return []
    sizes = _sizes(plot)
    rows = [
        _row(item, mark) | ({"z": sizes[mark.row]} if sizes else {})
        for item in group
        if sizes is None or item.series.measure.name != plot.options.text("size_by_field")
        for mark in item.marks
    ]
    mark: Spec = {"type": "point", "filled": True, "opacity": 0.75, "size": 55}
    outline = any(_style(plot, item) == "circle_outline" for item in group)
    if outline:
        mark |= {"filled": False, "strokeWidth": 1.8}
    more: dict[str, Any] = {"color": frame.colour}
    if sizes:
        scale = {"range": [25, 900], "zero": True}
        more["size"] = number_field("z", scale=scale, legend=None)
    return [layer(mark, rows, **frame.at(**more))]


def _sizes(plot: Plot) -> list[float] | None:
    wanted = plot.options.text("size_by_field")
    found = next((s for s in plot.content.series if wanted in s.names), None)
    if found is None or not (plot.options.flag("plot_size_by_field", default=True)):
        return None
    return [abs(size or 0.0) for size in found.sizes]


# Labels


def _labels(plot: Plot, axis: int, frame: Frame) -> list[Spec]:
    found = []
    for kind in ("column", "area", "line", "scatter"):
        group = plot.of_kind(kind, axis)
        wanted = [item for item in group if _labelled(plot, item)]
        if not wanted:
            continue
        if kind == "column":
            found += _column_labels(plot, group, wanted, frame)
        else:
            rows = [row for item in wanted for row in _sparse(plot, item, frame)]
            mark = {"type": "text", "dy": -9, "fontSize": _size(plot)}
            found.append(layer(mark, rows, **frame.at(**_text())))
    return found


def _labelled(plot: Plot, item: Drawn) -> bool:
    own = item.series.of(plot.options.mapping("series_labels_shown"))
    return own if isinstance(own, bool) else plot.options.flag("show_value_labels")


def _size(plot: Plot) -> float:
    return plot.options.bounded("font_size", _LABEL, 6, 40)


def _text() -> dict[str, Any]:
    return {"text": {"field": "t", "type": "nominal"}, "color": {"value": TEXT}}


def _shown(plot: Plot, item: Drawn, mark: Mark) -> str:
    """The label of a value, in the format that is wanted for labels."""
    own = plot.options.text("label_value_format")
    size = item.series.cells[mark.row].size
    if own is None or size is None or plot.stacking == "percent":
        return mark.text
    return formatter(own)(size)


def _sparse(plot: Plot, item: Drawn, frame: Frame) -> list[Spec]:
    """Labels along a line, as many as do not cover one another."""
    density = plot.options.bounded("label_density", 25, 0, 100)
    if density == 0:
        return []
    places = [mark.place for mark in item.marks]
    span = max(places) - min(places) if len(places) > 1 else 1.0
    whole = frame.step * max(1, plot.across.count)
    apart = frame.step if not plot.across.continuous else whole / (span or 1.0)
    rows, free = [], float("-inf")
    for mark in item.marks:
        text = _shown(plot, item, mark)
        need = width(text, _size(plot)) + 6
        centre = mark.place * apart
        if centre - need / 2 < free:
            continue
        rows.append(_row(item, mark, t=text))
        free = centre + need / 2
    return rows[:_MOST_LABELS]


def _column_labels(
    plot: Plot, group: Sequence[Drawn], wanted: Sequence[Drawn], frame: Frame
) -> list[Spec]:
    """In the middle of stacked columns where they fit, else at their ends."""
    size = _size(plot)
    beside = 1 if plot.stacking else len(group)
    room = frame.step * 0.8 / beside
    own = plot.options.text("label_value_format") is not None
    shortened = not (frame.horizontal or own or plot.stacking == "percent")
    rows = []
    for item in wanted:
        ink = colour(plot.options.get("label_color")) or readable_on(item.colour)
        for mark in item.marks:
            text = _shown(plot, item, mark)
            if shortened:
                value = item.series.cells[mark.row].size or 0.0
                text = _narrow(plot, item.series.measure, value, text, room)
            need = size + 2 if frame.horizontal else width(text, size)
            if need > max(room, 14.0) * (1.0 if plot.stacking else 1.35):
                continue
            if plot.stacking and not _fits(plot, mark, text, frame, size):
                continue
            shown = {"t": text, "c": ink, "m": (mark.start + mark.end) / 2}
            rows.append(_row(item, mark, **shown))
    rows = rows[:_MOST_LABELS]
    if not rows:
        return []
    if plot.stacking:
        mark_spec = {"type": "text", "fontSize": size, "clip": True}
        own_ink = {"field": "c", "type": "nominal", "scale": None}
        return [layer(mark_spec, rows, **frame.at("m", **_text() | {"color": own_ink}))]
    offset = _offset(plot, group)
    return [
        layer(_end(frame, size, up=up), part, **frame.at(**_text(), offset=offset))
        for up, part in _by_sign(rows)
        if part
    ]


def _by_sign(rows: Iterable[Spec]) -> list[tuple[bool, list[Spec]]]:
    held = list(rows)
    return [
        (True, [row for row in held if row["b"] >= 0]),
        (False, [row for row in held if row["b"] < 0]),
    ]


def _end(frame: Frame, size: float, *, up: bool) -> Spec:
    """A text that stands behind the end of its column."""
    mark: Spec = {"type": "text", "fontSize": size}
    if frame.horizontal:
        return mark | {"align": "left" if up else "right", "dx": 4 if up else -4}
    return mark | {"baseline": "bottom" if up else "top", "dy": -3 if up else 3}


def _fits(plot: Plot, mark: Mark, text: str, frame: Frame, size: float) -> bool:
    axis = plot.axes[0].ticks
    span = (axis.high - axis.low) or 1.0
    room = abs(mark.end - mark.start) / span * frame.length
    return room >= (width(text, size) + 4 if frame.horizontal else size + 3)


def _narrow(plot: Plot, measure: Column, size: float, text: str, room: float) -> str:
    """The number, in thousands or millions where it has no room in full."""

    def write(value: float) -> str:
        return plot.content.write(measure, value)

    for digits in (3, 2):
        if width(text, _size(plot)) <= room:
            return text
        text = short(size, write, least=1000, digits=digits)
    return text


def _totals(plot: Plot, group: Sequence[Drawn], frame: Frame) -> list[Spec]:
    """What stacked columns come to, at their ends."""
    if not plot.options.flag("show_totals_labels") or plot.stacking != "normal" or not group:
        return []
    tops: dict[float, float] = {}
    sums: dict[float, float] = {}
    for item in group:
        for mark in item.marks:
            tops[mark.place] = max(tops.get(mark.place, 0.0), mark.end)
            sums[mark.place] = sums.get(mark.place, 0.0) + mark.end - mark.start
    measure = group[0].series.measure
    rows = []
    room = math.inf if frame.horizontal else frame.step * 0.94
    for place, top in tops.items():
        size = float(f"{sums[place]:.12g}")
        text = plot.content.write(measure, size)
        rows.append({"p": place, "b": top, "t": _narrow(plot, measure, size, text, room)})
    ink = colour(plot.options.get("totals_color")) or TEXT
    mark_spec = _end(frame, _size(plot), up=True) | {"fontWeight": "bold"}
    encoding = frame.at(**_text() | {"color": {"value": ink}})
    return [layer(mark_spec, rows[:_MOST_LABELS], **encoding)]
