"""Location filters, on a latitude and a longitude."""

from __future__ import annotations

from belvedere.compiler.conditions.outcome import Condition
from belvedere.compiler.dialects.base import Dialect
from belvedere.lookml.filters import AnyPlace, Box, Circle, PlaceNull, Spot, parse_location


def place_condition(
    dialect: Dialect, latitude: str, longitude: str, expression: str
) -> Condition | None:
    match parse_location(expression):
        case AnyPlace():
            return None
        case PlaceNull(negated=True):
            return Condition(f"({latitude} IS NOT NULL AND {longitude} IS NOT NULL)")
        case PlaceNull():
            sql = f"({latitude} IS NULL OR {longitude} IS NULL)"
            return Condition(sql, accepts_null=True)
        case Spot() as spot:
            at = f"{latitude} = {spot.latitude!r} AND {longitude} = {spot.longitude!r}"
            return Condition(f"({at})")
        case Circle(kilometres, centre):
            distance = dialect.distance(
                repr(centre.latitude), repr(centre.longitude), latitude, longitude
            )
            return Condition(f"{distance} <= {kilometres!r}")
        case Box() as box:
            return Condition(_within(latitude, longitude, box))


def _within(latitude: str, longitude: str, box: Box) -> str:
    joined = "AND" if box.west <= box.east else "OR"
    return (
        f"({latitude} >= {box.south!r} AND {latitude} <= {box.north!r} AND "
        f"({longitude} >= {box.west!r} {joined} {longitude} <= {box.east!r}))"
    )
