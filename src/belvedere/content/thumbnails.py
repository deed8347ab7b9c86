"""What the thumbnails of Looks and dashboards show: types of charts, and where tiles stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere.charts.thumbnails import Tile
from belvedere.content.among import among, encoded
from belvedere.content.tables import (
    Dashboard,
    DashboardElement,
    DashboardLayoutComponent,
    Look,
    ResultMaker,
)
from belvedere.lookml.dashboards import Dashboard as LookmlDashboard, Placement
from belvedere.query.tables import MergeQueryRow, StoredQuery, StoredSqlQuery

_TABLE = "table"
_COLUMNS = 24
_ROW_PIXELS = 50


def chart_of(session: Session, look: Look) -> str:
    """The type of a Look's visualization."""
    return _types(session, [look.query_slug]).get(look.query_slug, _TABLE)


def tiles_of(session: Session, dashboard: Dashboard) -> list[Tile]:
    """The tiles of a dashboard's first layout; those that it does not place come last."""
    elements = [element for element in dashboard.elements if element.type != "group"]
    kinds = _kinds(session, elements)
    places = _places(dashboard)
    found = []
    for element in elements:
        place = places.get(element.id)
        kind = kinds[element.id]
        found.append(
            Tile(kind)
            if place is None
            else Tile(kind, place.column, place.row, place.width, place.height)
        )
    return found


def _places(dashboard: Dashboard) -> dict[int, DashboardLayoutComponent]:
    layouts = sorted(
        dashboard.layouts, key=lambda layout: (not layout.active, layout.order or 0, layout.id)
    )
    components = layouts[0].components if layouts else []
    return {item.dashboard_element_id: item for item in components if not item.deleted}


def _kinds(session: Session, elements: Iterable[DashboardElement]) -> dict[int, str]:
    """The type of what each element shows."""
    listed = list(elements)
    looks = _look_queries(session, listed)
    slugs = {element.id: _slug(element, looks) for element in listed}
    types = _types(session, [slug for slug in slugs.values() if slug is not None])
    found = {}
    for element in listed:
        kind = element.type if element.type in ("text", "button") else None
        own = _type_of(element.result_maker.vis_config) if element.result_maker else None
        found[element.id] = kind or own or types.get(slugs[element.id] or "", _TABLE)
    return found


def _look_queries(session: Session, elements: Iterable[DashboardElement]) -> dict[int, str]:
    ids = {element.look_id for element in elements if element.look_id is not None}
    if not ids:
        return {}
    chosen = select(Look.id, Look.query_slug).where(among(Look.id, encoded(ids)))
    return {number: slug for number, slug in session.execute(chosen)}  # noqa: C416


def _slug(element: DashboardElement, looks: Mapping[int, str]) -> str | None:
    maker: ResultMaker | None = element.result_maker
    made = (maker.query_slug or maker.merge_slug or maker.sql_slug) if maker else None
    return element.query_slug or element.merge_slug or looks.get(element.look_id or 0) or made


def _types(session: Session, slugs: Iterable[str]) -> dict[str, str]:
    """Types by the slug of the query, merge query or SQL query."""
    wanted = encoded(slugs)
    found: dict[str, str] = {}
    columns = (
        (StoredQuery.slug, StoredQuery.definition),
        (MergeQueryRow.slug, MergeQueryRow.definition),
        (StoredSqlQuery.slug, StoredSqlQuery.vis_config),
    )
    for slug, told in columns:
        for name, value in session.execute(select(slug, told).where(among(slug, wanted))):
            config = value.get("vis_config", value) if isinstance(value, dict) else None
            kind = _type_of(config)
            if kind is not None:
                found[name] = kind
    return found


def _type_of(config: Any) -> str | None:
    kind = config.get("type") if isinstance(config, dict) else None
    return kind if isinstance(kind, str) else None


def lookml_tiles(dashboard: LookmlDashboard) -> list[Tile]:
    """The tiles of a LookML dashboard, in columns of a 24th of its width."""
    if dashboard.layout == "grid" and dashboard.rows:
        return _grid_tiles(dashboard)
    if dashboard.layout in ("static", "tile"):
        return [_pixel_tile(item.type, item.placement, dashboard) for item in dashboard.elements]
    return [_tile(element.type, element.placement) for element in dashboard.elements]


def _tile(kind: str, place: Placement) -> Tile:
    return Tile(kind, place.col, place.row, place.width, place.height)


def _pixel_tile(kind: str, place: Placement, dashboard: LookmlDashboard) -> Tile:
    """`left` and `top` are pixels, sizes count tiles."""
    column = max(1, dashboard.width) / _COLUMNS
    tile = dashboard.tile_size

    def across(pixels: int | None) -> int | None:
        return None if pixels is None else round(pixels / column)

    width = None if place.width is None else place.width * tile
    height = None if place.height is None else place.height * tile
    return Tile(kind, across(place.left), across(place.top), across(width), across(height))


def _grid_tiles(dashboard: LookmlDashboard) -> list[Tile]:
    """Rows whose elements share the width."""
    kinds = {element.name: element.type for element in dashboard.elements}
    found, top = [], 0
    for row in dashboard.rows:
        names = [name for name in row.elements if name in kinds][:_COLUMNS]
        wide = _COLUMNS // max(1, len(names))
        high = max(1, round((row.height or 300) / _ROW_PIXELS))
        found += [Tile(kinds[name], n * wide, top, wide, high) for n, name in enumerate(names)]
        top += high
    return found
