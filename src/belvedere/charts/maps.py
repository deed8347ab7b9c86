"""Maps without a network: points and regions over the borders that travel with the program."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from belvedere.charts.colours import PAPER, along, colour
from belvedere.charts.content import Cell, Content, Series, shown_series
from belvedere.charts.options import Options, number
from belvedere.charts.palettes import SEQUENTIAL, Lookup, distinct, scale
from belvedere.charts.ticks import short
from belvedere.charts.vega import Spec, chart, layer, note, number_field

_LAND = "#e4e8eb"
_STRIP = 52
"""The room of the scale of colours below a map."""
_LAYERS = {
    "us_states": "us_states",
    "states": "us_states",
    "countries": "countries",
    "world": "countries",
}
_ALIASES = {
    "usa": "us",
    "u.s.": "us",
    "u.s.a.": "us",
    "america": "us",
    "uk": "gb",
    "great britain": "gb",
    "england": "gb",
    "south korea": "kr",
    "north korea": "kp",
    "russia": "ru",
    "brasil": "br",
    "españa": "es",
    "deutschland": "de",
    "czech republic": "cz",
    "turkey": "tr",
    "ivory coast": "ci",
    "swaziland": "sz",
    "burma": "mm",
    "holland": "nl",
    "vietnam": "vn",
    "laos": "la",
    "syria": "sy",
}


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    shape: Spec


@cache
def regions(layer_name: str) -> list[Region]:
    """The borders of a layer of ours."""
    text = resources.files("belvedere.charts").joinpath("geometry", f"{layer_name}.json")
    return [
        Region(
            item["name"],
            {
                "type": "Feature",
                "properties": {},
                "geometry": {"type": "MultiPolygon", "coordinates": item["polygons"]},
            },
        )
        for item in json.loads(text.read_text("utf-8"))
    ]


@cache
def _names(layer_name: str) -> dict[str, int]:
    """Regions by every name they are known by, in small letters."""
    text = resources.files("belvedere.charts").joinpath("geometry", f"{layer_name}.json")
    found: dict[str, int] = {}
    for place, item in enumerate(json.loads(text.read_text("utf-8"))):
        for name in (*item["codes"], item["name"]):
            found[name.lower()] = place
    return found


def _find(layer_name: str, text: str) -> int | None:
    name = text.strip().lower()
    names = _names(layer_name)
    alias = _ALIASES.get(name) if layer_name == "countries" else None
    return names.get(name, names.get(alias or ""))


def map_chart(content: Content, room: tuple[int, int], palettes: Lookup) -> Spec | None:
    """Points where a dimension holds places, regions where it names some; None otherwise."""
    places = _places(content)
    if places:
        return _points(content, places, room, palettes)
    layer_name = _layer(content)
    return _regions(content, *layer_name, room, palettes) if layer_name else None


# Regions


def _layer(content: Content) -> tuple[str, int] | None:
    """The layer, and the dimension whose values are its regions."""
    wanted = _LAYERS.get((content.options.text("map") or "").lower().replace(" ", "_"))
    for number_, column in enumerate(content.dimensions):
        known = _LAYERS.get(column.layer or "")
        if known is not None:
            return known, number_
    candidates = [wanted] if wanted else ["us_states", "countries"]
    best: tuple[int, str, int] | None = None
    for number_, _ in enumerate(content.dimensions):
        values = {str(row[number_].value) for row in content.rows if row[number_].value}
        for name in candidates:
            count = sum(_find(name, value) is not None for value in values)
            if count * 2 > len(values) and (best is None or count > best[0]):
                best = (count, name, number_)
    return None if best is None else (best[1], best[2])


def _regions(
    content: Content, name: str, column: int, room: tuple[int, int], palettes: Lookup
) -> Spec | None:
    shown = shown_series(content)
    sizes = _region_sizes(content, name, column, shown[0] if shown else None)
    if not sizes:
        return None
    low, high = min(sizes.values()), max(sizes.values())
    stops = _stops(content.options, palettes)
    steps = 5 if content.options.flag("quantize_map_value_colors") else 0
    shapes = []
    for place, region in enumerate(regions(name)):
        fill = _LAND
        if place in sizes:
            share = (sizes[place] - low) / (high - low) if high > low else 1.0
            if steps:
                share = min(steps - 1, int(share * steps)) / (steps - 1)
            fill = along(stops, share)
        shapes.append(region.shape | {"f": fill})
    layers = [_land(shapes)]
    keyed = bool(shown) and high > low and room[1] > 200
    if keyed:
        measure = shown[0].measure

        def write(value: float) -> str:
            return content.write(measure, float(f"{value:.6g}"))

        layers += _key(stops, [short(low, write), short(high, write)], measure.label, room)
    projection = {"type": "albersUsa" if name == "us_states" else "naturalEarth1"}
    return _map(content, layers, projection, room, keyed=keyed)


def _region_sizes(
    content: Content, name: str, column: int, series: Series | None
) -> dict[int, float]:
    """What the rows of each region come to; without a measure, 1."""
    sizes: dict[int, float] = {}
    lost = 0
    for row, cells in enumerate(content.rows):
        value = cells[column].value
        found = _find(name, str(value)) if value is not None else None
        size = series.cells[row].size if series is not None else 1.0
        if found is None:
            lost += 1
        elif size is not None:
            sizes[found] = sizes.get(found, 0.0) + size
    if lost and sizes:
        content.notes.append(f"{lost:,} rows are nowhere on the map.")
    return {place: size for place, size in sizes.items() if math.isfinite(size)}


def _stops(options: Options, palettes: Lookup) -> tuple[str, ...]:
    own = [c for item in options.items("map_value_colors") if (c := colour(item))]
    if len(own) == 1:
        own = ["#f3f5f7", own[0]]
    stops = scale(options.part("color_application"), palettes, own or SEQUENTIAL)
    return tuple(reversed(stops)) if options.flag("reverse_map_value_colors") else stops


def _land(shapes: list[Spec]) -> Spec:
    mark: Spec = {"type": "geoshape", "stroke": PAPER, "strokeWidth": 0.7}
    ink = {"field": "f", "type": "nominal", "scale": None}
    return layer(mark, shapes, color=ink)


def _key(stops: tuple[str, ...], ends: list[str], title: str, room: tuple[int, int]) -> list[Spec]:
    """What the colours mean: a small scale in the corner."""
    cells, size = 40, 4.0
    left, top = 8.0, room[1] - 32.0 - _STRIP + 26.0
    bar = [
        {"x": left + n * size, "y": top, "x2": left + (n + 1) * size, "f": along(stops, n / 39)}
        for n in range(cells)
    ]
    ink = {"field": "f", "type": "nominal", "scale": None}
    right = left + cells * size
    texts = [
        {"x": left, "y": top + 14, "t": ends[0]},
        {"x": left, "y": top - 14, "t": title},
    ]
    last = [{"x": right, "y": top + 14, "t": ends[1]}]
    label = {"field": "t", "type": "nominal"}

    def words(rows: list[Spec], align: str) -> Spec:
        mark: Spec = {"type": "text", "align": align, "fontSize": 11}
        return layer(mark, rows, x=_px("x"), y=_px("y"), text=label)

    block: Spec = {"type": "rect", "height": 9}
    return [
        layer(block, bar, x=_px("x"), x2={"field": "x2"}, y=_px("y"), color=ink),
        words(texts, "left"),
        words(last, "right"),
    ]


def _px(key: str) -> Spec:
    return number_field(key, scale=None, axis=None)


# Points


def _places(content: Content) -> list[tuple[int, float, float]]:
    """Row, longitude, latitude."""
    options = content.options
    names = [column.name for column in content.dimensions]
    pair = [options.text("map_latitude"), options.text("map_longitude")]
    for number_, column in enumerate(content.dimensions):
        if column.type == "location":
            return _parsed(content, number_)
    columns = [names.index(name) if name in names else None for name in pair]
    if None in columns:
        columns = [_called(names, ("latitude", "lat")), _called(names, ("longitude", "lng", "lon"))]
    north, east = columns
    if north is None or east is None:
        return []
    found = []
    for row, cells in enumerate(content.rows):
        lat, lon = number(cells[north].value), number(cells[east].value)
        if lat is not None and lon is not None and _on_earth(lat, lon):
            found.append((row, lon, lat))
    return found


def _called(names: list[str], endings: tuple[str, ...]) -> int | None:
    for place, name in enumerate(names):
        if name.lower().rsplit(".", 1)[-1].endswith(endings):
            return place
    return None


def _parsed(content: Content, column: int) -> list[tuple[int, float, float]]:
    found = []
    for row, cells in enumerate(content.rows):
        parts = str(cells[column].value or "").split(",")
        if len(parts) != 2:
            continue
        lat, lon = number(parts[0]), number(parts[1])
        if lat is not None and lon is not None and _on_earth(lat, lon):
            found.append((row, lon, lat))
    return found


def _on_earth(lat: float, lon: float) -> bool:
    return abs(lat) <= 90 and abs(lon) <= 180


def _points(
    content: Content, places: list[tuple[int, float, float]], room: tuple[int, int], pal: Lookup
) -> Spec:
    shown = shown_series(content)
    options = content.options
    own = [c for item in options.items("map_value_colors") if (c := colour(item))]
    own += [c for c in [colour(options.get("map_marker_color"))] if c]
    cells: list[Cell] = list(shown[0].cells) if shown else []
    sizes = [abs(cells[row].size or 0.0) if cells else 1.0 for row, _, _ in places]
    largest = max(sizes) or 1.0
    ink = own[-1] if own else distinct(options, pal, 1)[0]
    rows = [
        {"lon": lon, "lat": lat, "z": size / largest, "f": ink}
        for (_, lon, lat), size in zip(places, sizes, strict=True)
    ]
    rows.sort(key=lambda row: -float(str(row["z"])))
    projection, name = _view(places, room)
    shapes = [region.shape | {"f": _LAND} for region in regions(name)]
    least, most = 14.0, max(40.0, min(520.0, 40_000 / len(rows)))
    if not shown or min(sizes) == largest:
        least = most = 26.0
    size = number_field("z", scale={"domain": [0, 1], "range": [least, most]}, legend=None)
    mark: Spec = {"type": "circle", "opacity": 0.68, "stroke": PAPER, "strokeWidth": 0.6}
    east = {"field": "lon", "type": "quantitative"}
    north = {"field": "lat", "type": "quantitative"}
    fill = {"field": "f", "type": "nominal", "scale": None}
    points = layer(mark, rows, longitude=east, latitude=north, size=size, color=fill)
    return _map(content, [_land(shapes), points], projection, room)


def _view(places: list[tuple[int, float, float]], room: tuple[int, int]) -> tuple[Spec, str]:
    """The projection that shows the places, and the borders behind them."""
    east = [lon for _, lon, _ in places]
    north = [lat for _, _, lat in places]
    west, right, south, top = min(east), max(east), min(north), max(north)
    american = west > -125.5 and right < -66 and south > 24 and top < 50
    name = "us_states" if american else "countries"
    if american and right - west > 14:
        return {"type": "albersUsa"}, name
    if right - west > 90 or top - south > 60:
        return {"type": "naturalEarth1"}, name
    wide, high = room[0] - 32.0, room[1] - 32.0
    span = max(right - west, 1.5) * math.pi / 180 * 1.25
    tall = max(_mercator(top) - _mercator(south), 0.02) * 1.25
    zoom = min(wide / span, high / tall)
    centre_y = (_mercator(top) + _mercator(south)) / 2
    latitude = math.degrees(2 * math.atan(math.exp(centre_y)) - math.pi / 2)
    return {
        "type": "mercator",
        "scale": zoom,
        "center": [(west + right) / 2, latitude],
        "translate": [wide / 2, high / 2],
    }, name


def _mercator(latitude: float) -> float:
    held = max(-85.0, min(85.0, latitude))
    return math.log(math.tan(math.pi / 4 + math.radians(held) / 2))


def _map(
    content: Content,
    layers: list[Spec],
    projection: Spec,
    room: tuple[int, int],
    *,
    keyed: bool = False,
) -> Spec:
    more: dict[str, Any] = {"projection": projection}
    below = note(content.notes)
    if below is not None:
        more["title"] = below
    strip = _STRIP if keyed else 0
    found = chart(room[0] - 32, max(20, room[1] - 32 - strip), layers, **more)
    found["autosize"] = {"type": "none", "contains": "content"}
    found["padding"] = {"left": 16, "right": 16, "top": 16, "bottom": 16 + strip}
    for item in found["layer"]:
        if item["mark"]["type"] in ("geoshape", "circle"):
            item["mark"]["clip"] = True
    return found
