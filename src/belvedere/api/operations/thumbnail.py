"""Thumbnails of content: drawings of what it is made of, without its data."""

from __future__ import annotations

from belvedere.api.call import Call, Text
from belvedere.api.looks import visible
from belvedere.api.operation import get
from belvedere.charts.drawn import LARGEST_SIDE, LEAST_SIDE, Drawing
from belvedere.charts.thumbnails import (
    DEFAULT_SIZE,
    THEMES,
    chart_thumbnail,
    dashboard_thumbnail,
)
from belvedere.content.tables import Dashboard
from belvedere.content.thumbnails import chart_of, lookml_tiles, tiles_of
from belvedere.errors import Invalid, NotFound, Problem

_FORMATS = {"svg": "image/svg+xml", "png": "image/png"}


@get("/content_thumbnail/{type}/{resource_id}", requires="authenticated")
def content_thumbnail(
    call: Call,
    type: str,
    resource_id: str,
    theme: str | None,
    format: str | None,
    width: int | None,
    height: int | None,
) -> Text:
    """A picture of a Look's or dashboard's kind, as svg or png."""
    chosen = (theme or "light", format or "svg")
    room = (width or DEFAULT_SIZE[0], height or DEFAULT_SIZE[1])
    _check(*chosen, room)
    return _picture(call, _drawing(call, type, resource_id, chosen[0], room), chosen[1])


@get("/vector_thumbnail/{type}/{resource_id}", requires="authenticated")
def vector_thumbnail(call: Call, type: str, resource_id: str) -> Text:
    """The same as svg."""
    return _picture(call, _drawing(call, type, resource_id, "light", DEFAULT_SIZE), "svg")


def _check(theme: str, picture_format: str, room: tuple[int, int]) -> None:
    problems = []
    if theme not in THEMES:
        message = f"theme must be {' or '.join(THEMES)}, not {theme}"
        problems.append(Problem("theme", "invalid", message))
    if picture_format not in _FORMATS:
        message = f"format must be {' or '.join(_FORMATS)}, not {picture_format}"
        problems.append(Problem("format", "invalid", message))
    for name, side in zip(("width", "height"), room, strict=True):
        if not LEAST_SIDE <= side <= LARGEST_SIDE:
            message = f"{name} must be between {LEAST_SIDE} and {LARGEST_SIDE} pixels, not {side}"
            problems.append(Problem(name, "invalid", message))
    if problems:
        raise Invalid(*problems)


def _drawing(call: Call, kind: str, resource_id: str, theme: str, room: tuple[int, int]) -> Drawing:
    if kind == "look":
        return chart_thumbnail(chart_of(call.db, visible(call, resource_id)), theme, room)
    if kind != "dashboard":
        message = f"type must be look or dashboard, not {kind}"
        raise Invalid(Problem("type", "invalid", message))
    if "::" in resource_id:
        return _lookml_drawing(call, resource_id, theme, room)
    known = resource_id.isdecimal() and len(resource_id) < 10
    found = call.db.get(Dashboard, int(resource_id)) if known else None
    if found is None:
        raise NotFound
    call.reach.require(sees=call.reach.sees_dashboard(found))
    return dashboard_thumbnail(tiles_of(call.db, found), theme, room)


def _lookml_drawing(call: Call, dashboard_id: str, theme: str, room: tuple[int, int]) -> Drawing:
    call.reach.require(sees=call.reach.sees_lookml_dashboard(dashboard_id))
    model_name, _, name = dashboard_id.partition("::")
    found = call.services.models.model(model_name).dashboards.get(name)
    if found is None:
        raise NotFound
    return dashboard_thumbnail(lookml_tiles(found), theme, room)


def _picture(call: Call, drawing: Drawing, picture_format: str) -> Text:
    body = call.services.runner.pictures.painted(drawing, picture_format)
    return Text(_FORMATS[picture_format], body)
