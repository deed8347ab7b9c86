"""Dashboards that people made, as LookML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import structs
from sqlalchemy.orm import Session

from belvedere.content import elements
from belvedere.content.tables import (
    Dashboard,
    DashboardElement,
    DashboardFilter,
    DashboardLayout,
    DashboardLayoutComponent,
    Look,
)
from belvedere.lookml import dashboards as lookml
from belvedere.lookml.dashboard_vocabulary import LAYOUTS
from belvedere.lookml.dashboard_writing import is_plain, packed
from belvedere.lookml.model import FilterPair
from belvedere.query import merges, stored
from belvedere.query.definition import Definition
from belvedere.query.tables import StoredQuery

OPTIONS: dict[str, Any] = {
    "alert_sync_with_dashboard_filter_enabled": False,
    "appearance": None,
    "chat_enabled": False,
    "download_settings": None,
    "hidden": False,
    "layout_granularity": None,
    "preserve_desktop_layout": False,
    "style": None,
}
"""Settings that LookML names as they are, and what they are where it does not name them."""
SAME = (
    "crossfilter_enabled",
    "description",
    "enable_viz_full_screen",
    "filters_bar_collapsed",
    "filters_location_top",
    "load_configuration",
    "preferred_viewer",
    "query_timezone",
    "title",
)
_NOT_NAMES = re.compile(r"[^a-z0-9]+")

Sees = Callable[[str], bool]
"""Whether somebody may see the model of that name."""


def lookml_of(session: Session, dashboard: Dashboard, sees: Sees) -> lookml.Dashboard:
    """Queries of models that may not be seen are left out."""
    tabs = [layout for layout in dashboard.layouts if layout.label]
    active = next((one for one in dashboard.layouts if one.active), None)
    shown = tabs or ([active] if active is not None else [])
    places = {
        component.dashboard_element_id: (component, layout)
        for layout in reversed(shown)
        for component in layout.components
        if not component.deleted
    }
    kind = active.type if active is not None else None
    options = {name: getattr(dashboard, name) for name in OPTIONS}
    taken = _Names()
    names = {row.id: taken.free(row) for row in dashboard.elements}
    groups = {str(row.id): names[row.id] for row in dashboard.elements if row.type == "group"}
    return lookml.Dashboard(
        name=_name_of(dashboard.title),
        model="",
        **{name: getattr(dashboard, name) for name in SAME},
        preferred_slug=dashboard.meta.slug,
        layout=kind if kind in LAYOUTS else "newspaper",
        refresh=dashboard.refresh_interval,
        embed_style=lookml.EmbedStyle(
            **{name: getattr(dashboard, name) for name in lookml.EmbedStyle.__struct_fields__}
        ),
        tabs=tuple(lookml.DashboardTab(name=tab.label or "", label=tab.label) for tab in tabs),
        filters=tuple(_filter(row) for row in dashboard.filters),
        elements=tuple(
            structs.replace(
                _element(session, row, names[row.id], places.get(row.id), sees),
                group=groups.get(row.group_id or ""),
            )
            for row in dashboard.elements
        ),
        options={name: value for name, value in options.items() if value and is_plain(value)},
    )


def standing_alone(dashboard: lookml.Dashboard, sees: Sees) -> lookml.Dashboard:
    """A dashboard of a model that says itself which model it asks; queries of models that may
    not be seen are left out.
    """

    def named(query: lookml.ElementQuery) -> lookml.ElementQuery:
        asks = query.explore is not None and query.model is None
        return structs.replace(query, model=dashboard.model) if asks else query

    def heard(item: lookml.DashboardFilter) -> lookml.DashboardFilter:
        asks = item.explore is not None and item.model is None
        return structs.replace(item, model=dashboard.model) if asks else item

    def shown(item: lookml.DashboardElement) -> lookml.DashboardElement:
        queries = tuple(named(query) for query in item.queries)
        if all(sees(query.model) for query in queries if query.model is not None):
            return structs.replace(item, queries=queries)
        return structs.replace(item, type="vis", queries=(), shape=None, vis_config={})

    return structs.replace(
        dashboard,
        filters=tuple(heard(item) for item in dashboard.filters),
        elements=tuple(shown(item) for item in dashboard.elements),
    )


def _name_of(title: str) -> str:
    return _NOT_NAMES.sub("_", title.lower()).strip("_")[:255] or "dashboard"


class _Names:
    """Names of elements: their titles, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, row: DashboardElement) -> str:
        base = (row.title or row.title_text or "").strip() or "Tile"
        found, number = base, 1
        while found in self._taken:
            number += 1
            found = f"{base} ({number})"
        self._taken.add(found)
        return found


def _filter(row: DashboardFilter) -> lookml.DashboardFilter:
    return lookml.DashboardFilter(
        name=row.name,
        title=row.title,
        type=row.type,
        default_value=row.default_value,
        allow_multiple_values=row.allow_multiple_values,
        required=row.required,
        ui_config=row.ui_config,
        model=row.model,
        explore=row.explore,
        field=row.dimension,
        listens_to_filters=tuple(row.listens_to_filters or ()),
    )


def _element(
    session: Session,
    row: DashboardElement,
    name: str,
    place: tuple[DashboardLayoutComponent, DashboardLayout] | None,
    sees: Sees,
) -> lookml.DashboardElement:
    component, layout = place or (None, None)
    placement = lookml.Placement()
    if component is not None:
        placement = lookml.Placement(
            row=component.row,
            col=component.column,
            width=component.width,
            height=component.height,
        )
    data = _data(session, row, sees)
    return lookml.DashboardElement(
        name=name,
        **({"type": row.type or "vis"} | data),
        **{own: getattr(row, own) for own in ELEMENT_SAME},
        refresh=row.refresh_interval,
        placement=placement,
        tab_name=layout.label if layout is not None else None,
    )


ELEMENT_SAME = (
    "title",
    "title_hidden",
    "title_text",
    "subtitle_text",
    "body_text",
    "note_text",
    "note_state",
    "note_display",
    "rich_content_json",
    "extension_id",
    "filter_id",
    "aria_description",
)


def _data(session: Session, row: DashboardElement, sees: Sees) -> dict[str, Any]:
    """What it shows: `type`, `queries`, `shape` and `vis_config`."""
    sources = elements.sources(session, row)
    if not sources or not all(sees(source.model) for source in sources):
        return {}
    listens = [_listens(part) for part in (row.result_maker and row.result_maker.filterables) or ()]
    listens += [()] * len(sources)
    if row.merge_slug is not None:
        return _merged(session, row, listens)
    definition = stored.definition_of(_query_of(session, row))
    config = row.result_maker.vis_config if row.result_maker is not None else None
    kind, hidden, rest = packed(definition.vis_config or {} if config is None else config)
    query = _query(definition, hidden_fields=hidden, listen=listens[0])
    return {"type": kind, "queries": (query,), "vis_config": rest}


def _query_of(session: Session, row: DashboardElement) -> StoredQuery:
    if row.look_id is None:
        return stored.get(session, row.query_slug or "")
    return stored.get(session, session.get_one(Look, row.look_id).query_slug)


def _merged(session: Session, row: DashboardElement, listens: list[Any]) -> dict[str, Any]:
    merge = merges.get(session, row.merge_slug or "")
    whole = merges.merge_of(session, merge)
    config = row.result_maker.vis_config if row.result_maker is not None else None
    kind, hidden, rest = packed(whole.shape.vis_config or {} if config is None else config)
    queries = tuple(
        _query(
            source.definition,
            name=part.get("name"),
            listen=listen,
            join_fields=tuple(lookml.JoinField(*pair) for pair in source.pairs),
        )
        for source, part, listen in zip(
            whole.sources, merge.definition["source_queries"], listens, strict=False
        )
    )
    shape = _query(whole.shape, hidden_fields=hidden, model=None, explore=None)
    return {"type": kind, "queries": queries, "shape": shape, "vis_config": rest}


def _listens(part: dict[str, Any]) -> tuple[lookml.Listen, ...]:
    return tuple(
        lookml.Listen(one["dashboard_filter_name"], one["field"]) for one in part["listen"]
    )


def _query(definition: Definition, **further: Any) -> lookml.ElementQuery:
    values: dict[str, Any] = {
        "model": definition.model,
        "explore": definition.view,
        "filters": tuple(FilterPair(*pair) for pair in (definition.filters or {}).items()),
        "filter_expression": definition.filter_expression,
        "limit": _number(definition.limit),
        "column_limit": _number(definition.column_limit),
        "total": bool(definition.total),
        "row_total": definition.row_total,
        "query_timezone": definition.query_timezone,
        "dynamic_fields": definition.dynamic_items(),
    }
    lists = ("fields", "pivots", "fill_fields", "sorts", "subtotals")
    values |= {name: _listed(getattr(definition, name)) for name in lists}
    return lookml.ElementQuery(**(values | further))


def _listed(values: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(values or ())


def _number(text: str | None) -> int | None:
    return int(text) if text else None
