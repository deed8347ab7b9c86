"""Charts of steps and spreads: waterfalls, funnels, box plots, heat maps, timelines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belvedere.charts import axes, ticks
from belvedere.charts.axes import Across
from belvedere.charts.colours import (
    DOWN,
    GRID,
    PAPER,
    QUIET,
    UP,
    along as along_scale,
    colour,
    mixed,
    readable_on,
)
from belvedere.charts.content import Content, Series, shown_series
from belvedere.charts.legend import legend
from belvedere.charts.palettes import SEQUENTIAL, Lookup, distinct, scale
from belvedere.charts.statistics import quantile
from belvedere.charts.text import clean, fitted, width
from belvedere.charts.ticks import Ticks
from belvedere.charts.vega import (
    Spec,
    chart,
    colour_scale,
    layer,
    lookup,
    name_field,
    note,
    number_field,
    slot_field,
)

_AXIS = 11.0
_TOTAL = "Total"


def _with_note(content: Content) -> dict[str, Any]:
    below = note(content.notes)
    return {} if below is None else {"title": below}


def _slots(labels: Sequence[str], room: float, title: str | None, **more: Any) -> Spec:
    """Categories below a chart."""
    shown = Across(tuple(float(n) for n in range(len(labels))), len(labels), tuple(labels))
    found = axes.labelled(shown, room, _AXIS)
    axis: Spec = {
        "title": title,
        "grid": False,
        "values": list(found.slots),
        "labelExpr": lookup(found.slots, found.texts),
        "labelAngle": found.angle,
        "labelOverlap": False,
        "labelLimit": 260,
        "ticks": False,
    }
    if found.angle:
        axis |= {"labelAlign": "right", "labelBaseline": "middle"}
    band = {"domain": list(range(len(labels))), "type": "band", "paddingInner": 0.25}
    return slot_field("p", scale=band | more, sort=None, axis=axis)


def _values(found: Ticks, title: str | None) -> Spec:
    axis = {
        "title": title,
        "grid": True,
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "values": list(found.values),
        "labelExpr": lookup(found.values, found.texts),
    }
    domain = {"domain": [found.low, found.high], "nice": False, "zero": False}
    return number_field("b", scale=domain, axis=axis)


def _titles(
    content: Content, series: Series, *, grouped: bool = False
) -> tuple[str | None, str | None]:
    """What is written along both axes."""
    options = content.options
    named = content.dimensions[:1] if grouped else content.dimensions
    across = " – ".join(column.label for column in named)
    below = clean(options.text("x_axis_label") or across) or None
    if not options.flag("show_x_axis_label", default=True):
        below = None
    beside = series.measure.label if options.flag("show_y_axis_labels", default=True) else None
    return below, beside


def waterfall(content: Content, room: tuple[int, int], _palettes: Lookup) -> Spec | None:
    """Each value begins where the one before ended; the sum stands at the end."""
    shown = shown_series(content)
    if not shown or not content.rows:
        return None
    options, first = content.options, shown[0]
    if content.dimensions:
        steps = [(content.label(n), cell) for n, cell in enumerate(first.cells)]
    else:
        steps = [(item.label, item.cells[0]) for item in shown]
    rows: list[Spec] = []
    level = 0.0
    known = [(label, cell, cell.size) for label, cell in steps if cell.size is not None]
    for number, (_, cell, size) in enumerate(known):
        rise = size or 0.0
        kind = 0 if rise >= 0 else 1
        rows.append({"p": number, "a": level, "b": level + rise, "s": kind, "t": cell.text})
        level += rise
    text = content.write(first.measure, float(f"{level:.12g}"))
    rows.append({"p": len(rows), "a": 0.0, "b": level, "s": 2, "t": text})
    for shown_row in rows:
        shown_row["m"] = max(shown_row["a"], shown_row["b"])
    reach = [row[key] for row in rows for key in ("a", "b")]
    found = ticks.linear(reach, lambda value: content.write(first.measure, value))
    defaults = {"up_color": UP, "down_color": DOWN, "total_color": "#53616e"}
    inks = [colour(options.get(name)) or default for name, default in defaults.items()]
    names = ["Increase", "Decrease", _TOTAL]
    key = legend(names, options, room, symbol="square")
    ink = name_field("s", scale=colour_scale(inks), legend=key)
    labels = [*(label for label, _, _ in known), _TOTAL]
    below, beside = _titles(content, first)
    place = _slots(labels, room[0] - 90, below)
    value = _values(found, beside)
    bar: Spec = {"type": "bar", "cornerRadius": 1.5}
    layers = [layer(bar, rows, x=place, y=value, y2={"field": "a"}, color=ink)]
    joints = [
        {"p": row["p"], "q": row["p"] + 1, "b": row["b"]} for row in rows[:-1] if len(rows) < 80
    ]
    rule: Spec = {"type": "rule", "color": QUIET, "strokeWidth": 0.8, "strokeDash": [2, 2]}
    layers.append(layer(rule, joints, x=place, x2={"field": "q"}, y=value))
    size = options.bounded("font_size", 10.5, 6, 40)
    slot = (room[0] - 90) / len(rows)
    if max(width(row["t"], size) for row in rows) > slot:
        for row, value_of in zip(rows, [*(size_of for _, _, size_of in known), level], strict=True):
            row["t"] = ticks.short(
                value_of or 0.0, lambda value: content.write(first.measure, value), least=1000.0
            )
    fits = max(width(row["t"], size) for row in rows) <= slot * 1.25
    if options.flag("show_value_labels", default=fits):
        mark: Spec = {"type": "text", "dy": -4, "baseline": "bottom", "fontSize": size}
        text_field = {"field": "t", "type": "nominal"}
        upper = value | {"field": "m"}
        layers.append(layer(mark, rows, x=place, y=upper, text=text_field))
    return chart(*room, layers, **_with_note(content))


def boxplot(content: Content, room: tuple[int, int], palettes: Lookup) -> Spec | None:
    """Five measures are the marks of a box; fewer are values whose spread is drawn."""
    shown = shown_series(content)
    if not shown or not content.rows:
        return None
    boxes = _written_boxes(content, shown) if len(content.measures) >= 5 else _boxes(content, shown)
    if not boxes:
        return None
    first = shown[0]
    found = ticks.linear(
        [value for _, marks in boxes for value in marks],
        lambda value: content.write(first.measure, value),
        zero=False,
    )
    rows = [
        {"p": place, "b": marks[0], "q": marks[1], "m": marks[2], "r": marks[3], "e": marks[4]}
        for place, (_, marks) in enumerate(boxes)
    ]
    below, beside = _titles(content, first, grouped=len(content.measures) < 5)
    if len(content.measures) < 5 and len(content.dimensions) < 2:
        below = None  # the boxes are series, not values of the dimension
    place = _slots([label for label, _ in boxes], room[0] - 90, below, paddingInner=0.45)
    value = _values(found, beside if len(content.measures) < 5 else None)
    ink = distinct(content.options, palettes, 1)[0]
    size = max(4.0, min(60.0, (room[0] - 90) / len(boxes) * 0.5))
    middle = place | {"bandPosition": 0.5}

    def part(mark: Spec, start: str, end: str) -> Spec:
        encoding = {"x": middle, "y": value | {"field": start}, "y2": {"field": end}}
        return layer(mark, rows, **encoding)

    whisker: Spec = {"type": "rule", "color": QUIET, "strokeWidth": 1.2}
    box: Spec = {"type": "bar", "size": size, "color": mixed(PAPER, ink, 0.45)}
    box |= {"stroke": ink, "strokeWidth": 1.2, "cornerRadius": 1}
    tick: Spec = {"type": "tick", "size": size, "thickness": 2.2, "color": ink}
    cap: Spec = {"type": "tick", "size": size * 0.45, "thickness": 1.2, "color": QUIET}
    layers = [
        part(whisker, "b", "e"),
        part(box, "q", "r"),
        *(
            layer(mark, rows, x=middle, y=value | {"field": key})
            for mark, key in ((cap, "b"), (cap, "e"), (tick, "m"))
        ),
    ]
    return chart(*room, layers, **_with_note(content))


def _written_boxes(content: Content, shown: Sequence[Series]) -> list[tuple[str, list[float]]]:
    found = []
    for row in range(len(content.rows)):
        sizes = [item.cells[row].size for item in shown[:5]]
        marks = sorted(size for size in sizes if size is not None)
        if len(marks) == 5:
            found.append((content.label(row), marks))
    return found


def _boxes(content: Content, shown: Sequence[Series]) -> list[tuple[str, list[float]]]:
    """A box a first dimension's value where rows tell more apart; else one a series."""
    groups: dict[str, list[float]] = {}
    many = len(content.dimensions) > 1
    for item in shown:
        for row, size in enumerate(item.sizes):
            if size is not None:
                label = (content.rows[row][0].text or "∅") if many else item.label
                groups.setdefault(label, []).append(size)
    found = []
    for label, sizes in groups.items():
        ordered = sorted(sizes)
        found.append((label, [quantile(ordered, share) for share in (0, 0.25, 0.5, 0.75, 1)]))
    return found


def heatmap(content: Content, room: tuple[int, int], palettes: Lookup) -> Spec | None:
    """Pivot columns (or a second dimension) across, rows down, the value as colour."""
    shown = shown_series(content)
    if not shown or not content.rows:
        return None
    columns, lines, cells = _grid(content, shown)
    known = [size for _, _, cell in cells if (size := cell.size) is not None]
    if not known:
        return None
    stops = scale(content.options.part("color_application"), palettes, SEQUENTIAL)
    low, high = min(known), max(known)
    rows = []
    wide = (room[0] - 140) / max(1, len(columns))
    for column, line, cell in cells:
        if cell.size is None:
            continue
        place = (cell.size - low) / (high - low) if high > low else 0.5
        ground = along_scale(stops, place)
        text = cell.text if width(cell.text, 10.5) < wide - 4 else ""
        rows.append({"p": column, "l": line, "f": ground, "t": text, "c": readable_on(ground)})
    if len(lines) * 14 > room[1] - 80 or not content.options.flag(
        "show_value_labels", default=True
    ):
        rows = [row | {"t": ""} for row in rows]
    beside = Across(tuple(float(n) for n in range(len(lines))), len(lines), tuple(lines))
    names = axes.listed(beside, room[1] - 80, _AXIS, room[0] * 0.28)
    y = slot_field(
        "l",
        sort=None,
        scale={"domain": list(range(len(lines))), "type": "band", "paddingInner": 0.04},
        axis={
            "title": content.dimensions[0].label if content.dimensions else None,
            "values": list(names.slots),
            "labelExpr": lookup(names.slots, names.texts),
            "ticks": False,
            "domain": False,
        },
    )
    x = _slots(columns, room[0] - 140, None, paddingInner=0.03)
    fill = {"field": "f", "type": "nominal", "scale": None}
    ink = {"field": "c", "type": "nominal", "scale": None}
    text_field = {"field": "t", "type": "nominal"}
    layers = [
        layer({"type": "rect"}, rows, x=x, y=y, color=fill),
        layer({"type": "text", "fontSize": 10.5}, rows, x=x, y=y, text=text_field, color=ink),
    ]
    return chart(*room, layers, **_with_note(content))


def _grid(content: Content, shown: Sequence[Series]) -> tuple[list[str], list[str], list[Any]]:
    if len(content.dimensions) < 2 or len(shown) > 1:
        lines = [content.label(row) for row in range(len(content.rows))]
        cells = [(n, r, item.cells[r]) for n, item in enumerate(shown) for r in range(len(lines))]
        return [item.label for item in shown], lines, cells
    found = [(row[1].text or "∅", row[0].text or "∅") for row in content.rows]
    columns = list(dict.fromkeys(column for column, _ in found))
    lines = list(dict.fromkeys(line for _, line in found))
    cells = [
        (columns.index(column), lines.index(line), cell)
        for (column, line), cell in zip(found, shown[0].cells, strict=True)
    ]
    return columns, lines, cells


def timeline(content: Content, room: tuple[int, int], palettes: Lookup) -> Spec | None:
    """Bars from a start to an end: the last two columns that are times or numbers."""
    found = _spans(content)
    if not found:
        return None
    lanes = list(dict.fromkeys(label for label, _, _, _ in found))
    grouped = content.options.flag("groupBars", default=True) and len(lanes) < len(found)
    order = {lane: number for number, lane in enumerate(lanes)}
    most = max(1, int((room[1] - 70) / 14))
    rows = []
    for number, (label, start, end, _) in enumerate(found):
        line = order[label] if grouped else number
        if line < most:
            rows.append({"l": line, "b": start, "e": end, "s": order[label] % 12})
    labels = lanes if grouped else [label for label, _, _, _ in found]
    if len(labels) > most:
        content.notes.append(f"Only the first {most} of {len(labels):,} bars are drawn.")
    labels = labels[:most]
    time = found[0][3]
    low = min(row["b"] for row in rows)
    high = max(row["e"] for row in rows)
    margin = (high - low or abs(high) or 1.0) * 0.02
    domain = [low - margin, high + margin]
    beside = Across(tuple(float(n) for n in range(len(labels))), len(labels), tuple(labels))
    names = axes.listed(beside, room[1] - 60, _AXIS, room[0] * 0.3)
    y = slot_field(
        "l",
        sort=None,
        scale={"domain": list(range(len(labels))), "type": "band", "padding": 0.28},
        axis={
            "title": None,
            "values": list(names.slots),
            "labelExpr": lookup(names.slots, names.texts),
            "ticks": False,
            "domain": False,
        },
    )
    inks = distinct(content.options, palettes, 12)
    ink = name_field("s", scale=colour_scale(inks), legend=None)
    x: Spec = {"field": "b", "axis": {"title": None, "grid": True, "domain": False, "tickCount": 8}}
    x |= (
        {"type": "temporal", "scale": {"type": "utc", "domain": domain}}
        if time
        else {
            "type": "quantitative",
            "scale": {"domain": domain, "nice": False, "zero": False},
        }
    )
    bar: Spec = {"type": "bar", "cornerRadius": 3, "opacity": 0.9, "minBandSize": 3}
    layers = [layer(bar, rows, x=x, x2={"field": "e"}, y=y, color=ink)]
    return chart(*room, layers, **_with_note(content))


def _spans(content: Content) -> list[tuple[str, float, float, bool]]:
    """Label, start, end, and whether these are times."""
    columns: list[tuple[bool, list[float | None]]] = []
    labels: list[int] = []
    for number, column in enumerate(content.dimensions):
        cells = [row[number] for row in content.rows]
        moments = [None if c.value is None else axes.moment(str(c.value)) for c in cells]
        if column.is_time and any(place is not None for place in moments):
            columns.append((True, moments))
        elif column.numeric and len(content.dimensions) > 1:
            columns.append((False, [cell.size for cell in cells]))
        else:
            labels.append(number)
    columns += [(False, item.sizes) for item in content.series]
    times = [places for time, places in columns if time]
    time = len(times) >= 2
    chosen = times[:2] if time else [places for kind, places in columns if not kind][:2]
    if len(chosen) < 2:
        return []
    found = []
    for row, (start, end) in enumerate(zip(*chosen, strict=True)):
        if start is None or end is None:
            continue
        texts = [content.rows[row][n].text or "∅" for n in labels] if content.rows else []
        low, high = sorted((start, end))
        found.append((fitted(" – ".join(texts), _AXIS, 240), low, high, time))
    return found
