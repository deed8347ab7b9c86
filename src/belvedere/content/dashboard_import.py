"""LookML dashboards made into dashboards that people can change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import structs
from sqlalchemy.orm import Session

from belvedere.content import dashboards, elements, filters, layouts, titles
from belvedere.content.dashboard_lookml import ELEMENT_SAME, OPTIONS, SAME, Sees
from belvedere.content.elements import Asked
from belvedere.content.tables import (
    Dashboard,
    DashboardElement,
    DashboardLayout,
    DashboardLayoutComponent,
    Folder,
)
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.lookml import dashboards as lookml
from belvedere.lookml.dashboard_files import read_file
from belvedere.lookml.dashboard_writing import unpacked
from belvedere.lookml.diagnostics import Severity
from belvedere.lookml.resolve_dashboards import resolve_dashboards
from belvedere.query import merges, stored
from belvedere.query.definition import Definition, definition_from
from belvedere.query.tables import MergeQueryRow

_FIELD = "lookml"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Ids of elements and filters that are made again, by their names in LookML."""

    elements: Mapping[str, int] = field(default_factory=dict)
    filters: Mapping[str, int] = field(default_factory=dict)


_NEW = Numbers()
_ROW = 50
"""Pixels of a row in newspapers; grids state their heights in pixels."""


def read_lookml(text: str) -> lookml.Dashboard:
    """The one dashboard of a text. Invalid names what cannot be read, with its place."""
    file = read_file(text, "lookml")
    found, problems = resolve_dashboards("", file.dashboards)
    wrong = [one for one in (*file.problems, *problems) if one.severity is Severity.error]
    if wrong:
        raise Invalid(*(Problem(_FIELD, "invalid", f"{w.message} ({w.location})") for w in wrong))
    if len(found) != 1:
        message = f"The text holds {len(found)} dashboards: one is needed"
        raise Invalid(Problem(_FIELD, "invalid", message))
    return next(iter(found.values()))


def find_by_slug(session: Session, slug: str | None) -> Dashboard | None:
    try:
        return dashboards.get(session, slug) if slug and not slug.isdecimal() else None
    except NotFound:
        return None


def create(
    session: Session,
    folder: Folder,
    source: lookml.Dashboard,
    user_id: int,
    now: datetime,
    *,
    title: str | None = None,
    link: bool = False,
    sees: Sees = lambda _: True,
) -> Dashboard:
    """A dashboard as the LookML says. `link` remembers where it came from; `sees` decides which
    models it may ask.
    """
    values = _values(source) | {"title": title or source.title or source.name}
    if link:
        values["lookml_link_id"] = source.id
    elif source.preferred_slug:
        values["slug"] = source.preferred_slug
    made = dashboards.create(session, folder, values, user_id, now)
    fill(session, made, source, now, sees)
    return made


def overwrite(
    session: Session,
    dashboard: Dashboard,
    source: lookml.Dashboard,
    folder: Folder | None,
    user_id: int,
    now: datetime,
    sees: Sees = lambda _: True,
    *,
    title: str | None = None,
    numbers: Numbers = _NEW,
) -> None:
    """Everything on it goes, and comes anew as the LookML says; out of the trash, if it is there.
    `folder` is another one to move it to.
    """
    title = title or source.title or dashboard.title
    values = _values(source) | {"title": title, "deleted": False}
    for name, default in OPTIONS.items():
        setattr(dashboard, name, default)
    dashboards.update(session, dashboard, values, folder=folder, user_id=user_id, now=now)
    clear(session, dashboard)
    fill(session, dashboard, source, now, sees, numbers)
    dashboards.changed(session, dashboard, user_id, now)


def follow(
    session: Session, dashboard: Dashboard, source: lookml.Dashboard, user_id: int, now: datetime
) -> None:
    """What is made of the LookML dashboard becomes as that is now. Elements and filters of the
    same names keep their ids, and the dashboard its title where the folder has another of the
    one in LookML.
    """
    title = source.title or source.name
    folder_id = dashboard.folder_id
    free = folder_id and titles.is_free(session, Dashboard, folder_id, title, dashboard.id)
    numbers = Numbers(
        {row.lookml_link_id: row.id for row in dashboard.elements if row.lookml_link_id},
        {row.name: row.id for row in dashboard.filters},
    )
    title = title if free else dashboard.title
    overwrite(session, dashboard, source, None, user_id, now, title=title, numbers=numbers)


def clear(session: Session, dashboard: Dashboard) -> None:
    for element in list(dashboard.elements):
        elements.remove(session, element)
    for row in [*dashboard.filters, *dashboard.layouts]:
        session.delete(row)
    session.flush()
    session.expire_all()
    layouts.create_first(session, dashboard)


def _values(source: lookml.Dashboard) -> dict[str, Any]:
    """What `dashboards.create` and `update` take."""
    found = {name: getattr(source, name) for name in SAME}
    style = source.embed_style
    found |= {name: getattr(style, name) for name in style.__struct_fields__}
    found |= {name: value for name, value in source.options.items() if name in OPTIONS}
    found["refresh_interval"] = source.refresh
    return found


def fill(
    session: Session,
    dashboard: Dashboard,
    source: lookml.Dashboard,
    now: datetime,
    sees: Sees,
    numbers: Numbers = _NEW,
) -> None:
    """Put everything that the LookML names on a dashboard that has one empty layout. Invalid for
    layouts that cannot be converted.
    """
    if source.layout in ("static", "tile"):
        message = f"A dashboard whose layout is {source.layout} cannot be converted"
        raise Invalid(Problem("layout", "invalid", message))
    for number, heard in enumerate(source.filters):
        values = _filter(source, heard) | {"row": number}
        with _named("Filter", heard.name):
            filters.create(session, dashboard, values, number=numbers.filters.get(heard.name))
    tabs = _make_tabs(session, dashboard, source)
    places = places_of(source)
    for item in source.elements:
        tab = tabs.get(item.tab_name or "")
        with _named("Element", item.name):
            asked, values = _shown(session, source, item, tab, now, sees)
            made = elements.create(
                session, dashboard, values, asked, number=numbers.elements.get(item.name)
            )
            made.lookml_link_id = item.name
            _place(session, dashboard, made, places[item.name])
    _group(dashboard, {item.name: item.group for item in source.elements if item.group})
    session.flush()


@contextmanager
def _named(kind: str, name: str) -> Iterator[None]:
    """What is wrong within is said to be so there."""
    try:
        yield
    except Invalid as wrong:
        told = (Problem(p.field, p.code, f'{kind} "{name}": {p.message}') for p in wrong.problems)
        raise Invalid(*told) from None


def _shown(
    session: Session,
    source: lookml.Dashboard,
    item: lookml.DashboardElement,
    tab: DashboardLayout | None,
    now: datetime,
    sees: Sees,
) -> tuple[Asked | None, dict[str, Any]]:
    """What `elements.create` takes."""
    asked, maker = _asked(session, source, item, now, sees)
    values = {name: getattr(item, name) for name in ELEMENT_SAME}
    values |= {"refresh_interval": item.refresh, "result_maker": maker}
    if asked is None:
        values["type"] = item.type
    if tab is not None:
        values["dashboard_layout_id"] = str(tab.id)
    return asked, values


def _filter(source: lookml.Dashboard, item: lookml.DashboardFilter) -> dict[str, Any]:
    return {
        "name": item.name,
        "title": item.title or item.name,
        "type": item.type,
        "default_value": item.default_value,
        "allow_multiple_values": item.allow_multiple_values,
        "required": item.required,
        "ui_config": item.ui_config,
        "model": item.model or (source.model or None if item.explore else None),
        "explore": item.explore,
        "dimension": item.field,
        "listens_to_filters": list(item.listens_to_filters) or None,
    }


# Where tiles stand


def _make_tabs(
    session: Session, dashboard: Dashboard, source: lookml.Dashboard
) -> dict[str, DashboardLayout]:
    """By name or label; the first is the layout that the dashboard has."""
    (first,) = dashboard.layouts
    made: list[DashboardLayout] = []
    for number, tab in enumerate(source.tabs):
        values = {"label": tab.label or tab.name or f"Tab {number + 1}", "order": number}
        if not made:
            layouts.update(session, dashboard, first, values)
        made.append(layouts.create(session, dashboard, values) if made else first)
    return {name: made[number] for name, number in numbers_of_tabs(source).items()}


def numbers_of_tabs(source: lookml.Dashboard) -> dict[str, int]:
    """By what elements may call a tab: its name, or its label where no other has that name."""
    labels = {tab.label: number for number, tab in enumerate(source.tabs) if tab.label}
    return labels | {tab.name: number for number, tab in enumerate(source.tabs)}


def places_of(source: lookml.Dashboard) -> dict[str, lookml.Placement]:
    """Of the elements by name. The rows of a grid share the columns evenly; what names no row
    stands below all that does.
    """
    found = {item.name: item.placement for item in source.elements}
    top = 0
    for row in source.rows if source.layout == "grid" else ():
        height = -(-row.height // _ROW) if row.height else layouts.HEIGHT
        width = layouts.COLUMNS // max(len(row.elements), 1) or 1
        for number, name in enumerate(row.elements):
            place = lookml.Placement(row=top, col=number * width, width=width, height=height)
            found[name] = place
        top += height
    if source.layout in ("newspaper", "grid"):
        _stack(source, found)
    return found


def _stack(source: lookml.Dashboard, places: dict[str, lookml.Placement]) -> None:
    """Give rows to the elements that have none, tab by tab."""
    numbers = numbers_of_tabs(source)
    tabs = {item.name: numbers.get(item.tab_name or "", 0) for item in source.elements}
    bottoms: dict[int, int] = {}
    for below in (False, True):
        for name, tab in tabs.items():
            place, bottom = places[name], bottoms.get(tab, 0)
            if (place.row is None) is not below:
                continue
            height = layouts.HEIGHT if place.height is None else place.height
            row = bottom if place.row is None else place.row
            places[name] = structs.replace(place, row=row, col=place.col or 0)
            bottoms[tab] = max(bottom, row + height)


def _place(
    session: Session, dashboard: Dashboard, element: DashboardElement, place: lookml.Placement
) -> None:
    given = {"row": place.row, "column": place.col, "width": place.width, "height": place.height}
    given = {name: value for name, value in given.items() if value is not None}
    component: DashboardLayoutComponent
    for layout in dashboard.layouts:
        for component in layout.components:
            if component.dashboard_element_id == element.id and given:
                layouts.update_component(session, dashboard.layouts, component, given)


def _group(dashboard: Dashboard, groups: Mapping[str, str]) -> None:
    """Put elements under those of their groups; both are named as in the LookML."""
    ids = {element.lookml_link_id: element.id for element in dashboard.elements}
    of = {ids[name]: str(ids[group]) for name, group in groups.items() if group in ids}
    for element in dashboard.elements:
        element.group_id = of.get(element.id)
    for layout in dashboard.layouts:
        for component in layout.components:
            component.group_id = of.get(component.dashboard_element_id)


# What tiles show


def _asked(
    session: Session,
    source: lookml.Dashboard,
    item: lookml.DashboardElement,
    now: datetime,
    sees: Sees,
) -> tuple[Asked | None, dict[str, Any]]:
    """What the element shows, and its result maker."""
    queries = [query for query in item.queries if query.explore]
    if not queries:
        return None, {}
    for query in queries:
        if not sees(query.model or source.model):
            message = f"There is no model {query.model or source.model}"
            raise Invalid(Problem(_FIELD, "invalid", message))
    heard = [
        {"listen": [{"dashboard_filter_name": one.filter, "field": one.field} for one in q.listen]}
        for q in queries
    ]
    if item.shape is None:
        row = stored.create(session, definition_of(source, item), now)
        return Asked(query=row), {"filterables": heard}
    return Asked(merge=merge_of(session, source, item, now)), {"filterables": heard}


def merge_of(
    session: Session,
    source: lookml.Dashboard,
    item: lookml.DashboardElement,
    now: datetime,
) -> MergeQueryRow:
    """The merge query of an element that merges several."""
    whole = item.shape or lookml.ElementQuery()
    parts = []
    for query in item.queries:
        row = stored.create(session, definition_from(_body(source, query, None)), now)
        pairs = [
            {"field_name": join.field_name, "source_field_name": join.source_field_name}
            for join in query.join_fields
        ]
        parts.append({"query_id": row.slug, "name": query.name, "merge_fields": pairs})
    shape = _body(source, whole, unpacked(item, whole.hidden_fields))
    fields = shape.get("dynamic_fields")
    shape["dynamic_fields"] = json.dumps(fields) if fields else None
    return merges.create(session, shape | {"source_queries": parts}, now)


def definition_of(source: lookml.Dashboard, item: lookml.DashboardElement) -> Definition:
    """The query of an element that asks one."""
    query = item.queries[0]
    return definition_from(_body(source, query, unpacked(item, query.hidden_fields)))


def _body(
    source: lookml.Dashboard, query: lookml.ElementQuery, config: Mapping[str, Any] | None
) -> dict[str, Any]:
    lists = ("fields", "pivots", "fill_fields", "sorts", "subtotals", "dynamic_fields")
    found: dict[str, Any] = {name: list(getattr(query, name)) or None for name in lists}
    plain = ("filter_expression", "row_total", "query_timezone")
    found |= {name: getattr(query, name) for name in plain}
    for name in ("limit", "column_limit"):
        number = getattr(query, name)
        found[name] = None if number is None else str(number)
    return found | {
        "model": query.model or source.model,
        "view": query.explore,
        "filters": {pair.field: pair.expression for pair in query.filters} or None,
        "total": query.total or None,
        "vis_config": dict(config) if config else None,
    }
