"""Pies, and rings side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from belvedere.charts.colours import PAPER, TEXT, colour, readable_on
from belvedere.charts.content import Cell, Content, shown_series
from belvedere.charts.legend import legend
from belvedere.charts.options import Options
from belvedere.charts.palettes import Lookup, distinct
from belvedere.charts.text import fitted
from belvedere.charts.vega import Spec, chart, colour_scale, layer, name_field, note, number_field
from belvedere.results.value_formats import formatter

_MOST = 50
_RING = 84
"""The least width and height of a ring with its name, in pixels."""
_SMALLEST_TOLD = 36
"""Rings with a smaller radius have no room for shares."""
_LABELS_FROM = 0.025
"""Slices smaller than this share carry no label of their own."""


@dataclass(frozen=True, slots=True)
class _Slice:
    names: tuple[str, ...]
    label: str
    cell: Cell
    size: float


def _slices(content: Content) -> list[_Slice]:
    """A slice a row; measures without a dimension are a slice each."""
    shown = shown_series(content)
    if not shown:
        return []
    if content.dimensions:
        cells = shown[0].cells
        found = [
            _Slice((content.label(row), shown[0].names[0]), content.label(row), cell, abs(size))
            for row, cell in enumerate(cells)
            if (size := cell.size)
        ]
    else:
        found = [
            _Slice(item.names, item.label, item.cells[0], abs(size))
            for item in shown
            if (size := item.cells[0].size)
        ]
    if len(found) > _MOST:
        content.notes.append(f"Only the first {_MOST} of {len(found):,} slices are drawn.")
    return [item for item in found[:_MOST] if math.isfinite(item.size)]


def _colours(options: Options, slices: Sequence[tuple[str, ...]], palettes: Lookup) -> list[str]:
    palette = distinct(options, palettes, max(1, len(slices)))
    own = options.mapping("series_colors")
    found = []
    for number, names in enumerate(slices):
        chosen = next((c for name in names if (c := colour(own.get(name)))), None)
        found.append(chosen or palette[number])
    return found


def _text(options: Options, slice_: _Slice, share: float, *, full: bool) -> str:
    kind = options.choice(
        "label_type", ("labPer", "labVal", "lab", "val", "per", "labValPer"), "labPer"
    )
    own = options.text("label_value_format")
    value = formatter(own)(slice_.size) if own is not None else slice_.cell.text
    parts = {"val": value, "per": f"{share:.1%}"}
    wanted = {
        "labPer": ["per"],
        "labVal": ["val"],
        "lab": [],
        "val": ["val"],
        "per": ["per"],
        "labValPer": ["val", "per"],
    }[kind]
    name = [fitted(slice_.label, 11, 150)] if full and kind.startswith("lab") else []
    return "  ".join([*name, *(parts[part] for part in wanted)])


def pie(content: Content, room: tuple[int, int], palettes: Lookup) -> Spec | None:
    slices = _slices(content)
    whole = sum(item.size for item in slices)
    if not whole or not math.isfinite(whole):
        return None
    options = content.options
    inner = options.bounded("inner_radius", 0, 0, 95) / 100
    start = math.radians(options.bounded("start_angle", 0, -360, 360))
    end = math.radians(options.bounded("end_angle", 360, -360, 720))
    if abs(end - start) < 0.01:
        end = start + 2 * math.pi
    colours = _colours(options, [item.names for item in slices], palettes)
    beside = options.choice("value_labels", ("legend", "labels", "inside"), "legend")
    outside = 34 if beside == "labels" else 6
    rows = []
    angle = start
    for number, item in enumerate(slices):
        share = item.size / whole
        until = angle + (end - start) * share
        text = _text(options, item, share, full=beside == "labels")
        small = share < _LABELS_FROM
        rows.append(
            {
                "s": number,
                "a": angle,
                "b": until,
                "m": (angle + until) / 2,
                "t": "" if small else text,
                "c": readable_on(colours[number]),
            }
        )
        angle = until
    radius = f"min(width, height) / 2 - {outside}"
    names = [_named(options, item, item.size / whole, beside) for item in slices]
    found = _pie_legend(names, content, room, shown=beside == "legend")
    ink = name_field("s", scale=colour_scale(colours), legend=found)
    mark: Spec = {"type": "arc", "outerRadius": {"expr": radius}, "stroke": PAPER}
    mark |= {"strokeWidth": 1.5, "innerRadius": {"expr": f"({radius}) * {inner:.3f}"}}
    angles = {"theta": _angle("a"), "theta2": {"field": "b"}}
    layers = [layer(mark, rows, **angles, color=ink)]
    if beside != "legend":
        told = _apart(rows, min(room) / 2 - outside) if beside == "labels" else rows
        layers.append(_pie_labels(told, options, radius, inner, outside=beside == "labels"))
    more: dict[str, Any] = {}
    below = note(content.notes)
    if below is not None:
        more["title"] = below
    return chart(*room, layers, **more)


def _angle(key: str) -> Spec:
    return number_field(key, scale=None, stack=None)


def _named(options: Options, item: _Slice, share: float, beside: str) -> str:
    if beside != "legend":
        return item.label
    text = _text(options, item, share, full=False)
    return f"{fitted(item.label, 11, 130)}  {text}".strip()


def _pie_legend(
    names: list[str], content: Content, room: tuple[int, int], *, shown: bool
) -> Spec | None:
    options = content.options
    if not shown and not options.flag("show_legend"):
        return None
    side = options.choice("legend_position", ("left", "right", "center"), "right")
    values = {"hide_legend": options.get("hide_legend"), "legend_position": side}
    found = legend(names, Options(values), room, symbol="circle", least=1, notes=content.notes)
    return None if found is None else found | {"offset": 24}


def _apart(rows: list[Spec], radius: float) -> list[Spec]:
    """The labels that stand clear of those before them."""
    found: list[Spec] = []
    heights: dict[bool, list[float]] = {True: [], False: []}
    for row in rows:
        side = math.sin(row["m"]) >= 0
        height = -math.cos(row["m"]) * (radius + 14)
        if row["t"] and all(abs(height - other) >= 12 for other in heights[side]):
            heights[side].append(height)
            found.append(row)
    return found


def _pie_labels(
    rows: list[Spec], options: Options, radius: str, inner: float, *, outside: bool
) -> Spec:
    size = options.bounded("font_size", 11, 6, 40)
    place = f"{radius} + 14" if outside else f"({radius}) * {(1 + max(inner, 0.25)) / 2:.3f}"
    mark: Spec = {"type": "text", "fontSize": size, "radius": {"expr": place}}
    encoding: dict[str, Any] = {"theta": _angle("m"), "text": {"field": "t", "type": "nominal"}}
    if outside:
        left = "datum.m % (2 * PI) > PI"
        mark["align"] = {"expr": f"{left} ? 'right' : 'left'"}
        encoding["color"] = {"value": TEXT}
    else:
        encoding["color"] = {"field": "c", "type": "nominal", "scale": None}
    return layer(mark, [row for row in rows if row["t"]], **encoding)


def donuts(content: Content, room: tuple[int, int], palettes: Lookup) -> Spec | None:
    """A ring a row; its slices are the series."""
    shown = shown_series(content)
    if not shown or not content.rows or not any(map(any, (item.sizes for item in shown))):
        return None
    options = content.options
    wide, high = room
    most = _most_rings(room)
    if len(content.rows) > most:
        content.notes.append(f"Only the first {most} of {len(content.rows):,} rows are drawn.")
    count = min(most, len(content.rows))
    across = int(options.bounded("charts_across", 0, 0, 12)) or max(
        1, min(count, round(math.sqrt(count * wide / high)))
    )
    down = math.ceil(count / across)
    colours = _colours(options, [item.names for item in shown], palettes)
    rows: list[Spec] = []
    titles: list[Spec] = []
    cell = (wide - 40) / across
    for row in range(count):
        x, y = (row % across + 0.5) / across, (row // across + 0.5) / down
        titles.append({"x": x, "y": y, "t": fitted(content.label(row), 12, cell - 8)})
        sizes = [abs(item.cells[row].size or 0.0) for item in shown]
        whole = sum(sizes)
        angle = 0.0
        for number, size in enumerate(sizes):
            share = size / whole if whole and math.isfinite(whole) else 0.0
            until = angle + 2 * math.pi * share
            text = f"{share:.0%}" if share >= 0.06 else ""
            middle = (angle + until) / 2
            rows.append(
                {"x": x, "y": y, "s": number, "a": angle, "b": until, "m": middle, "t": text}
                | {"c": readable_on(colours[number])}
            )
            angle = until
    radius = f"min(width / {across}, (height / {down}) - 26) / 2 - 4"
    labels = [item.label for item in shown]
    found = legend(labels, options, room, symbol="circle", notes=content.notes)
    ink = name_field("s", scale=colour_scale(colours), legend=found)
    place = {"x": _share("x"), "y": _share("y", reverse=True)}
    mark: Spec = {"type": "arc", "outerRadius": {"expr": radius}, "stroke": PAPER}
    mark |= {"innerRadius": {"expr": f"({radius}) * 0.58"}, "strokeWidth": 1}
    layers = [
        layer(mark, rows, **place, theta=_angle("a"), theta2={"field": "b"}, color=ink),
        layer(
            {"type": "text", "fontSize": 12, "dy": {"expr": f"({radius}) + 14"}},
            titles,
            **place,
            text={"field": "t", "type": "nominal"},
        ),
    ]
    reach = min(cell, (high - 40) / down - 26) / 2
    if options.flag("show_value_labels", default=reach > _SMALLEST_TOLD):
        size = options.bounded("font_size", 10, 6, 40)
        label: Spec = {"type": "text", "fontSize": size, "radius": {"expr": f"({radius}) * 0.79"}}
        c = {"field": "c", "type": "nominal", "scale": None}
        told = [row for row in rows if row["t"]]
        shares = {"field": "t", "type": "nominal"}
        layers.append(layer(label, told, **place, theta=_angle("m"), text=shares, color=c))
    more: dict[str, Any] = {}
    below = note(content.notes)
    if below is not None:
        more["title"] = below
    return chart(*room, layers, **more)


def _most_rings(room: tuple[int, int]) -> int:
    """As many as have room for a ring that can be told and the name below it."""
    wide, high = room
    across, down = max(1, (wide - 40) // _RING), max(1, (high - 40) // _RING)
    return min(36, across * down)


def _share(key: str, *, reverse: bool = False) -> Spec:
    """A place from 0 to 1 of the whole."""
    scale = {"domain": [0, 1], "nice": False, "zero": False, "reverse": reverse}
    return number_field(key, scale=scale, axis=None)
