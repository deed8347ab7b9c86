"""Reference lines and trend lines."""

from __future__ import annotations

from collections.abc import Sequence

from belvedere.charts.colours import TEXT, colour
from belvedere.charts.marks import Frame
from belvedere.charts.options import Options, number
from belvedere.charts.plot import Drawn, Plot
from belvedere.charts.statistics import Point, summary, trend
from belvedere.charts.text import clean
from belvedere.charts.vega import Spec, layer, number_field, slot_field
from belvedere.results.value_formats import formatter

_MOST = 20
_SUMMARIES = ("mean", "median", "min", "max", "deviation")


def reference_values(plot: Plot) -> list[float]:
    """The numbers at which reference lines stand, which the axis has to reach."""
    found = []
    for written in plot.options.parts("reference_lines")[:_MOST]:
        found += [value for value in _bounds(plot, written) if value is not None]
    return found


def reference_lines(plot: Plot, frame: Frame) -> list[Spec]:
    found: list[Spec] = []
    for written in plot.options.parts("reference_lines")[:_MOST]:
        line, low, high = _bounds(plot, written)
        ink = colour(written.get("color")) or TEXT
        if low is not None and high is not None:
            found.append(_span(frame, min(low, high), max(low, high), ink))
        if line is not None:
            found += _line(plot, frame, written, line, ink)
        elif low is not None and high is not None:
            found += _named(frame, _label(plot, written, max(low, high), "range"), written, high)
    return found


def _bounds(plot: Plot, written: Options) -> tuple[float | None, float | None, float | None]:
    """Where the line is, and from where to where a range reaches."""
    numbers = _numbers(plot)

    def at(name: str, default: str) -> float | None:
        text = written.text(name) or default
        return summary(text, numbers) if text in _SUMMARIES else number(text)

    kind = written.choice("reference_type", ("line", "range", "margins"), "line")
    if kind == "line":
        return at("line_value", "mean"), None, None
    if kind == "range":
        return None, at("range_start", "min"), at("range_end", "max")
    middle = at("margin_value", "mean")
    above, below = at("margin_top", "deviation"), at("margin_bottom", "deviation")
    if middle is None or above is None or below is None:
        return middle, None, None
    return middle, middle - below, middle + above


def _numbers(plot: Plot) -> list[float]:
    """What the first axis shows: the values, or where stacked columns end."""
    first = [item for item in plot.drawn if item.axis == 0]
    return [mark.end for item in first for mark in item.marks]


def _span(frame: Frame, low: float, high: float, ink: str) -> Spec:
    row = {"b": low, "h": high}
    up = "x" if frame.horizontal else "y"
    mark: Spec = {"type": "rect", "color": ink, "opacity": 0.12}
    encoding = {up: frame.value | {"field": "b"}, f"{up}2": {"field": "h"}}
    return layer(mark, [row], **encoding)


def _line(plot: Plot, frame: Frame, written: Options, value: float, ink: str) -> list[Spec]:
    up = "x" if frame.horizontal else "y"
    mark: Spec = {"type": "rule", "color": ink, "strokeWidth": 1.3, "strokeDash": [5, 4]}
    rule = layer(mark, [{"b": value}], **{up: frame.value | {"field": "b"}})
    name = written.text("line_value") or written.text("margin_value") or "mean"
    return [rule, *_named(frame, _label(plot, written, value, name), written, value, ink)]


def _label(plot: Plot, written: Options, value: float, name: str) -> str:
    own = written.text("label")
    if own is not None:
        return clean(own)
    shown = written.text("value_format")
    if shown is not None:
        text = formatter(shown)(value)
    else:
        first = next((item for item in plot.drawn if item.axis == 0), None)
        tidy = float(f"{value:.6g}")
        text = plot.content.write(first.series.measure, tidy) if first else f"{tidy:g}"
    return clean(f"{name.title()} {text}" if name in _SUMMARIES else text)


def _named(frame: Frame, text: str, written: Options, value: float, ink: str = TEXT) -> list[Spec]:
    side = written.choice("label_position", ("left", "center", "right"), "right")
    up, along = ("x", "y") if frame.horizontal else ("y", "x")
    end = "height" if frame.horizontal else "width"
    places: dict[str, Spec] = {
        "left": {"value": 4},
        "center": {"value": {"expr": f"{end} / 2"}},
        "right": {"value": {"expr": f"{end} - 4"}},
    }
    mark: Spec = {"type": "text", "fontSize": 11, "color": ink}
    if frame.horizontal:
        mark |= {"align": "left", "dx": 5}
    else:
        mark |= {"align": side, "dy": -8}
    row = {"b": value, "t": text}
    encoding = {up: frame.value | {"field": "b"}, along: places[side]}
    return [layer(mark, [row], **encoding, text={"field": "t", "type": "nominal"})]


def trend_lines(plot: Plot, frames: Sequence[Frame]) -> list[tuple[int, Spec]]:
    """Each with the axis that it belongs to."""
    found: list[tuple[int, Spec]] = []
    for written in plot.options.parts("trend_lines")[:_MOST]:
        item = _series_of(plot, written)
        if item is None:
            continue
        points = [(mark.place, mark.end) for mark in item.marks]
        curve = trend(
            written.choice("regression_type", _REGRESSIONS, "linear"),
            points,
            order=int(written.bounded("order", 3, 1, 6)),
            period=int(written.bounded("period", 7, 2, 1000)),
        )
        if curve:
            found += [(item.axis, spec) for spec in _curve(plot, written, item, curve, frames)]
    return found


_REGRESSIONS = (
    "linear",
    "exponential",
    "logarithmic",
    "polynomial",
    "average",
    "moving_average",
)


def _series_of(plot: Plot, written: Options) -> Drawn | None:
    """Series are counted from 1."""
    index = int(written.bounded("series_index", 1, 1, 10_000)) - 1
    return plot.drawn[index] if index < len(plot.drawn) else None


def _curve(
    plot: Plot, written: Options, item: Drawn, curve: Sequence[Point], frames: Sequence[Frame]
) -> list[Spec]:
    frame = frames[item.axis]
    low, high = plot.axes[item.axis].ticks.low, plot.axes[item.axis].ticks.high
    beyond = (high - low) * 5  # what leaves the picture is cut off, but still leads out of it
    rows = [
        {"p": place, "b": value} for place, value in curve if low - beyond <= value <= high + beyond
    ]
    ink = colour(written.get("color")) or TEXT
    mark: Spec = {"type": "line", "color": ink, "strokeWidth": 1.8, "clip": True}
    mark |= {"strokeDash": [2, 3], "strokeCap": "round"}
    order = number_field("p") if plot.across.continuous else slot_field("p")
    found = [layer(mark, rows, **frame.at(order=order))]
    label = written.text("label")
    if written.flag("show_label") and label is not None and rows:
        side = written.choice("label_position", ("left", "center", "right"), "right")
        place = {"left": 0, "center": len(rows) // 2, "right": len(rows) - 1}[side]
        text: Spec = {"type": "text", "color": ink, "fontSize": 11, "dy": -8, "align": side}
        row = rows[place] | {"t": clean(label)}
        found.append(layer(text, [row], **frame.at(text={"field": "t", "type": "nominal"})))
    return found
