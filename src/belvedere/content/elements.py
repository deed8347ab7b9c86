"""Elements of dashboards: tiles with a picture of a query, a text or a button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere.content import layouts, properties, result_makers
from belvedere.content.among import among, encoded
from belvedere.content.result_makers import Source
from belvedere.content.tables import (
    Dashboard,
    DashboardElement,
    DashboardFilter,
    Look,
    ResultMaker,
)
from belvedere.errors import NotFound
from belvedere.query.tables import MergeQueryRow, StoredQuery, StoredSqlQuery

_LONG = 200_000
_CHECKS: dict[str, properties.Check] = {
    "type": properties.text(64),
    "title": properties.text(10_000),
    "title_hidden": properties.flag,
    "title_text": properties.text(10_000),
    "subtitle_text": properties.text(10_000),
    "body_text": properties.text(_LONG),
    "note_text": properties.text(_LONG),
    "note_state": properties.text(64),
    "note_display": properties.text(64),
    "rich_content_json": properties.text(1_000_000),
    "aria_description": properties.text(10_000),
    "extension_id": properties.text(255),
    "filter_id": properties.text(255),
    "image_id": properties.text(255),
    "refresh_interval": properties.interval,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an element shows: one of them, or nothing where it is a text."""

    query: StoredQuery | None = None
    look: Look | None = None
    merge: MergeQueryRow | None = None
    sql: StoredSqlQuery | None = None


def get(session: Session, element_id: str) -> DashboardElement:
    known = element_id.isdecimal() and len(element_id) < 10
    found = session.get(DashboardElement, int(element_id)) if known else None
    if found is None:
        raise NotFound
    return found


def create(
    session: Session,
    dashboard: Dashboard,
    values: Mapping[str, Any],
    asked: Asked | None,
    *,
    apply_filters: bool = False,
    number: int | None = None,
) -> DashboardElement:
    """A tile at the bottom of the dashboard. `apply_filters` lets it listen to every filter on a
    field of an explore that it asks; `number` is an id that has become free.
    """
    made = DashboardElement(id=number, dashboard_id=dashboard.id)
    properties.assign(made, values, _CHECKS)
    made.type = made.type or _type_of(made, asked)
    own = {str(layout.id) for layout in dashboard.layouts}
    layout_id = values.get("dashboard_layout_id")
    made.dashboard_layout_id = int(layout_id) if layout_id in own else None
    session.add(made)
    _set_asked(session, made, asked, values.get("result_maker") or {})
    session.flush()
    if apply_filters and made.result_maker is not None:
        result_makers.listen(made.result_maker, _offers(dashboard))
    session.expire(dashboard, ["elements"])
    layouts.place(session, dashboard, made)
    return made


def update(
    session: Session,
    dashboard: Dashboard,
    element: DashboardElement,
    values: Mapping[str, Any],
    asked: Asked | None,
) -> None:
    """`asked` is None where it goes on showing what it shows."""
    properties.assign(element, values, _CHECKS)
    own = {str(layout.id) for layout in dashboard.layouts}
    layout_id = values.get("dashboard_layout_id")
    if layout_id in own:
        element.dashboard_layout_id = int(layout_id or 0)
    if asked is not None or values.get("result_maker"):
        _set_asked(session, element, asked, values.get("result_maker") or {})
    session.flush()


def remove(session: Session, element: DashboardElement) -> None:
    maker = element.result_maker
    session.delete(element)
    session.flush()
    if maker is not None:
        session.delete(maker)
        session.flush()
    session.expire_all()


def _type_of(element: DashboardElement, asked: Asked | None) -> str:
    if asked is None and element.rich_content_json:
        return "button"
    if asked is None and element.extension_id:
        return "extension"
    if asked is None and element.filter_id:
        return "filter"
    if asked is None and element.image_id:
        return "image"
    texts = (element.title_text, element.subtitle_text, element.body_text)
    return "text" if asked is None and any(texts) else "vis"


def _set_asked(
    session: Session,
    element: DashboardElement,
    asked: Asked | None,
    values: Mapping[str, Any],
) -> None:
    """What is asked, and how: `values` are those of the result maker."""
    maker = element.result_maker
    if asked is None and maker is None:
        return
    if maker is None:
        maker = element.result_maker = ResultMaker(total=False)
    if asked is not None:
        element.look_id = asked.look.id if asked.look is not None else None
        element.query_slug = maker.query_slug = asked.query.slug if asked.query else None
        element.merge_slug = maker.merge_slug = asked.merge.slug if asked.merge else None
        maker.sql_slug = asked.sql.slug if asked.sql else None
        for name, value in _OF_FORMER.items():
            setattr(maker, name, value)
    result_makers.set_given(maker, values, sources(session, element))


_OF_FORMER = {"dynamic_fields": None, "sorts": None, "vis_config": None, "total": False}
"""Properties of a result maker that belong to what was asked before."""


def sources(session: Session, element: DashboardElement) -> list[Source]:
    slug = element.query_slug
    if element.look_id is not None:
        look = session.get(Look, element.look_id)
        slug = look.query_slug if look is not None else None
    query = session.get(StoredQuery, slug) if slug else None
    merge = session.get(MergeQueryRow, element.merge_slug) if element.merge_slug else None
    parts = merge.definition["source_queries"] if merge is not None else []
    merged = among(StoredQuery.slug, encoded(part["query_id"] for part in parts))
    rows = session.scalars(select(StoredQuery).where(merged)) if parts else ()
    return result_makers.sources_of(query, merge, {row.slug: row for row in rows})


def _offers(dashboard: Dashboard) -> list[tuple[Source, result_makers.Listen]]:
    return [
        (Source(row.model or "", row.explore or ""), _heard(row))
        for row in dashboard.filters
        if row.type == "field_filter" and row.dimension
    ]


def _heard(row: DashboardFilter) -> result_makers.Listen:
    return {"dashboard_filter_name": row.name, "field": row.dimension or ""}
