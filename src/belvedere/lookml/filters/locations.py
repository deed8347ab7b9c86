"""The location grammar: a spot, a circle, a box."""

from __future__ import annotations

import re
from dataclasses import dataclass

from belvedere.lookml.filters.syntax import FilterSyntaxError, remembered, shown


@dataclass(frozen=True, slots=True)
class AnyPlace:
    pass


@dataclass(frozen=True, slots=True)
class PlaceNull:
    """Latitude or longitude is null; `negated`: neither is."""

    negated: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Circle:
    kilometres: float
    centre: Spot


@dataclass(frozen=True, slots=True)
class Box:
    """`west` may be greater than `east`: then the box crosses the antimeridian."""

    north: float
    west: float
    south: float
    east: float


LocationFilter = AnyPlace | PlaceNull | Spot | Circle | Box

_KILOMETRES = {"meters": 0.001, "feet": 0.000_304_8, "kilometers": 1.0, "miles": 1.609_344}
_NUMBER = r"([-+]?(?:\d{1,20}(?:\.\d{0,40})?|\.\d{1,40}))"
_SPOT = rf"{_NUMBER}\s*,\s*{_NUMBER}"
_SPOT_ALONE = re.compile(rf"{_SPOT}\Z", re.ASCII)
_CIRCLE = re.compile(
    rf"(?:within\s+)?{_NUMBER}\s*(meters|feet|kilometers|miles)\s+(?:from|of)\s+{_SPOT}\Z",
    re.ASCII | re.IGNORECASE,
)
_BOX = re.compile(rf"inside\s+box\s+from\s+{_SPOT}\s+to\s+{_SPOT}\Z", re.ASCII | re.IGNORECASE)
_KEYWORDS: dict[str, LocationFilter] = {
    "": AnyPlace(),
    '""': AnyPlace(),
    "anywhere": AnyPlace(),
    "null": PlaceNull(),
    "not null": PlaceNull(negated=True),
    "-null": PlaceNull(negated=True),
}


@remembered
def parse_location(text: str) -> LocationFilter:
    written = text.strip()
    keyword = _KEYWORDS.get(" ".join(written.lower().split())) if len(written) < 20 else None
    if keyword is not None:
        return keyword
    if spot := _SPOT_ALONE.match(written):
        return _spot(spot[1], spot[2])
    if circle := _CIRCLE.match(written):
        distance = float(circle[1])
        if distance < 0:
            raise FilterSyntaxError(f"A distance cannot be negative: {shown(written)}")
        return Circle(distance * _KILOMETRES[circle[2].lower()], _spot(circle[3], circle[4]))
    if box := _BOX.match(written):
        return _box(*map(float, box.groups()))
    raise FilterSyntaxError(
        f'{shown(written)} is not a location filter such as "36.97, -122.03", '
        '"40 miles from 36.97, -122.03" or "inside box from 72.33, -173.14 to 14.39, -61.70"'
    )


def _spot(latitude: str, longitude: str) -> Spot:
    spot = Spot(_latitude(float(latitude)), float(longitude))
    if abs(spot.longitude) > 180:
        raise FilterSyntaxError(f"A longitude lies between -180 and 180, not at {longitude}")
    return spot


def _latitude(degrees: float) -> float:
    if abs(degrees) > 90:
        raise FilterSyntaxError(f"A latitude lies between -90 and 90, not at {degrees:g}")
    return degrees


def _box(north: float, west: float, south: float, east: float) -> Box:
    """Maps that are moved round the world write longitudes beyond 180 degrees."""
    if east - west >= 360:
        west, east = -180.0, 180.0
    return Box(_latitude(north), _on_globe(west), _latitude(south), _on_globe(east))


def _on_globe(longitude: float) -> float:
    if abs(longitude) <= 180:
        return longitude
    return (longitude + 180) % 360 - 180
