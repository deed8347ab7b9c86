"""LookML dashboards in the shape of the dashboards that people make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere.accounts.permissions import Permission
from belvedere.api import lookml_dashboards
from belvedere.api.call import Call
from belvedere.api.fields import ALL, Fields
from belvedere.api.present.content import (
    favorites,
    people,
    present_certification,
    text_of,
    time_of,
)
from belvedere.api.present.dashboard_filters import FilterFields
from belvedere.api.present.elements import abilities
from belvedere.api.present.folders import folder_bases
from belvedere.api.present.queries import present_query
from belvedere.api.present.whole_dashboards import usage_counts
from belvedere.content import dashboard_import, folders, layouts, roots
from belvedere.content.among import among, encoded
from belvedere.content.dashboard_lookml import OPTIONS, SAME
from belvedere.content.tables import ContentMetadata, Folder
from belvedere.errors import Invalid, NotFound
from belvedere.instance import markup
from belvedere.lookml.dashboard_vocabulary import TEXT_TYPES
from belvedere.lookml.dashboard_writing import unpacked
from belvedere.lookml.dashboards import (
    Dashboard,
    DashboardElement,
    DashboardFilter,
    DashboardTab,
    ElementQuery,
)
from belvedere.lookml.field_metadata import lookml_link
from belvedere.lookml.intervals import milliseconds
from belvedere.lookml.labels import model_label
from belvedere.lookml.places import Location
from belvedere.query import stored
from belvedere.query.definition import Definition
from belvedere.query.tables import StoredQuery
from belvedere.query.viewer import viewer_of

_SEE_LOOKML = Permission("see_lookml")
_TEXTS = ("title_text", "subtitle_text", "body_text", "note_text")
_NEVER = "created_at deleted_at deleter_id last_updater_id last_updater_name updated_at user_name"
_OF_SAVED_ONES = (*_NEVER.split(), "lookml_link_id")


def present_lookml_bases(call: Call) -> list[dict[str, Any]]:
    """The properties that lists show, of every one that the caller may see."""
    rows = list(lookml_dashboards.every(call))
    return _bases(call, rows)


def present_lookml(call: Call, row: Dashboard) -> dict[str, Any]:
    """All properties of one."""
    (shown,) = _bases(call, [row])
    style = row.embed_style
    options = {name: row.options.get(name, default) for name, default in OPTIONS.items()}
    filled = {name: value for name, value in options.items() if value is not None}
    parts = _Parts(call, row)
    wanted = {
        "dashboard_elements": parts.elements,
        "dashboard_filters": parts.filters,
        "dashboard_layouts": parts.layouts,
    }
    return (
        dict.fromkeys(_OF_SAVED_ONES)
        | {name: getattr(row, name) for name in SAME}
        | {name: getattr(style, name) for name in style.__struct_fields__}
        | {"appearance": {}, "download_settings": {}}
        | filled
        | shown
        | _counts(lookml_dashboards.remembered(call, [row.id])[row.id])
        | {"folder_id": folders.public_id(roots.LOOKML), "deleted": False}
        | {"url": f"/dashboards/{row.id}", "edit_uri": parts.link(row.location)}
        | {"is_owner_disabled": False}
        | {"usage_count": usage_counts(call, [row.id]).get(row.id, 0)}
        | {name: make() for name, make in wanted.items() if call.fields.wants(name)}
    )


def lookml_parts(call: Call, identifier: str, kind: str) -> list[dict[str, Any]]:
    """Its elements, filters or layouts, for a call that answers those."""
    whole = call.narrowed(Fields({kind: call.fields}))
    found: list[dict[str, Any]] = present_lookml(whole, lookml_dashboards.shown(call, identifier))[
        kind
    ]
    return found


def lookml_part(call: Call, identifier: str, kind: str) -> dict[str, Any]:
    """The one of that id: `model::dashboard::part`."""
    parts = lookml_parts(call, _dashboard_of(identifier), kind)
    return _one(parts, identifier)


def lookml_components(call: Call, layout_id: str) -> list[dict[str, Any]]:
    """Where the elements of a layout stand."""
    whole = call.narrowed(Fields({"id": ALL, "dashboard_layout_components": call.fields}))
    found: list[dict[str, Any]] = lookml_part(whole, layout_id, "dashboard_layouts")[
        "dashboard_layout_components"
    ]
    return found


def lookml_component(call: Call, identifier: str) -> dict[str, Any]:
    """The one of that id: `model::dashboard::layout::element`."""
    dashboard_id = _dashboard_of(identifier)
    layout, _, _ = identifier.removeprefix(f"{dashboard_id}::").partition("::")
    return _one(lookml_components(call, f"{dashboard_id}::{layout}"), identifier)


def _dashboard_of(identifier: str) -> str:
    model, _, rest = identifier.partition("::")
    return f"{model}::{rest.partition('::')[0]}"


def _one(parts: Sequence[dict[str, Any]], identifier: str) -> dict[str, Any]:
    found = next((part for part in parts if part["id"] == identifier), None)
    if found is None:
        raise NotFound
    return found


def _bases(call: Call, rows: Sequence[Dashboard]) -> list[dict[str, Any]]:
    ids = [row.id for row in rows]
    known, liked = lookml_dashboards.remembered(call, ids), favorites(call)
    certifiers = people(call, (meta.certifier_id for meta in known.values()))
    folder = call.db.get(Folder, roots.LOOKML)
    above = folder_bases(call, [folder]) if rows else {}
    labels = _labels(call, rows)
    return [
        {
            "can": {"index": True, "show": True, "run": True, "download": True}
            | dict.fromkeys(("update", "destroy", "move"), False)
            | dict.fromkeys(("copy", "create"), call.reach.saves_dashboards),
            "id": row.id,
            "title": row.title or row.name,
            "description": row.description,
            "hidden": bool(row.options.get("hidden")),
            "query_timezone": row.query_timezone,
            "readonly": True,
            "refresh_interval": row.refresh,
            "refresh_interval_to_i": milliseconds(row.refresh),
            "user_id": None,
            "slug": row.preferred_slug,
            "preferred_viewer": row.preferred_viewer,
            "model": {"id": row.model, "label": labels[row.model]},
            "certification_metadata": present_certification(known[row.id], certifiers),
            "content_metadata_id": str(known[row.id].id),
            "content_favorite_id": text_of(liked.get(known[row.id].id)),
        }
        | ({"folder": above[roots.LOOKML]} if above else {})
        for row in rows
    ]


def _counts(meta: ContentMetadata) -> dict[str, Any]:
    return {
        "favorite_count": meta.favorite_count,
        "view_count": meta.view_count,
        "last_viewed_at": time_of(meta.last_viewed_at),
        "last_accessed_at": time_of(meta.last_accessed_at),
    }


def _labels(call: Call, rows: Sequence[Dashboard]) -> dict[str, str]:
    attributes = viewer_of(call.session).attributes
    names = {row.model for row in rows}
    return {name: model_label(call.services.models.model(name), attributes) for name in names}


class _Parts:
    """What is on one LookML dashboard. Ids are that of the dashboard and a name or number."""

    def __init__(self, call: Call, row: Dashboard) -> None:
        self._call = call
        self._row = row
        self._queries = self._stored() if call.fields.wants("dashboard_elements") else {}
        self._tabs = dashboard_import.numbers_of_tabs(row)

    def link(self, location: Location | None) -> str | None:
        """Where the LookML is, for those who may see it."""
        sees = self._call.session.permissions.has(_SEE_LOOKML, self._row.model)
        model = self._call.services.models.model(self._row.model)
        return lookml_link(model, location) if sees else None

    # Elements

    def _definition(self, item: DashboardElement) -> Definition | None:
        """That of an element with one query, if the caller may see its model."""
        if not self._is_open(item) or item.shape is not None:
            return None
        try:
            return dashboard_import.definition_of(self._row, item)
        except Invalid:
            return None

    def _is_open(self, item: DashboardElement) -> bool:
        sees = self._call.session.permissions.may_see_model
        asked = [query for query in item.queries if query.explore]
        return bool(asked) and all(sees(query.model or self._row.model) for query in asked)

    def _stored(self) -> dict[str, StoredQuery]:
        """The queries of the elements by fingerprint; those that nobody asked before are stored
        now, so that they can be run.
        """
        found = (self._definition(item) for item in self._row.elements)
        wanted = {one.fingerprint(): one for one in found if one is not None}
        if not wanted:
            return {}
        known = among(StoredQuery.fingerprint, encoded(wanted))
        rows = self._call.db.scalars(select(StoredQuery).where(known))
        stored_rows = {row.fingerprint: row for row in rows}
        missing = wanted.keys() - stored_rows.keys()
        if missing:
            stored_rows |= self._in_session(
                lambda session: {
                    key: stored.create(session, wanted[key], self._call.now) for key in missing
                }
            )
        return stored_rows

    def _in_session(self, work: Any) -> Any:
        """Calls that read have a transaction of their own for what they store."""
        if self._call.request.method != "GET":
            return work(self._call.db)
        with self._call.transaction() as session:
            return work(session)

    def elements(self) -> list[dict[str, Any]]:
        return [self._element(item) for item in self._row.elements]

    def _element(self, item: DashboardElement) -> dict[str, Any]:
        is_text = item.type in TEXT_TYPES
        shown: dict[str, Any] = {
            "can": abilities(edits=False),
            "id": f"{self._row.id}::{item.name}",
            "dashboard_id": self._row.id,
            "dashboard_layout_id": self._layout_id(self._number_of_tab(item)),
            "edit_uri": self.link(item.location),
            "lookml_link_id": item.name,
            "type": item.type if is_text else "vis",
            "title": item.title,
            "title_hidden": item.title_hidden,
            "refresh_interval": item.refresh,
            "refresh_interval_to_i": milliseconds(item.refresh),
            "note_state": item.note_state,
            "note_display": item.note_display,
            "rich_content_json": item.rich_content_json,
            "extension_id": item.extension_id,
            "filter_id": item.filter_id,
            "aria_description": item.aria_description,
            "alert_count": 0,
            "look_id": None,
            "query_id": None,
            "merge_result_id": None,
            **{name: getattr(item, name) for name in _TEXTS},
        }
        for name in _TEXTS:
            text = getattr(item, name)
            shown[f"{name}_as_html"] = markup.rendered(text) if text else None
        if item.group:
            shown["group_id"] = f"{self._row.id}::{item.group}"
        return shown | (self._data(item) if self._is_open(item) else {})

    def _data(self, item: DashboardElement) -> dict[str, Any]:
        whole = item.shape or item.queries[0]
        maker: dict[str, Any] = {
            "filterables": [self._filterable(query) for query in item.queries],
            "vis_config": unpacked(item, whole.hidden_fields),
            "sorts": list(whole.sorts),
            "total": whole.total,
        }
        definition = self._definition(item)
        row = self._queries.get(definition.fingerprint()) if definition is not None else None
        if row is not None:
            query = present_query(self._call, row)
            maker |= {"query": query, "query_id": row.slug}
            maker["dynamic_fields"] = query["dynamic_fields"]
            return {"query": query, "query_id": row.slug, "result_maker": maker}
        merge_id = self._merge_id(item)
        return {"merge_result_id": merge_id, "result_maker": maker | {"merge_result_id": merge_id}}

    def _merge_id(self, item: DashboardElement) -> str | None:
        if item.shape is None:
            return None

        def made(session: Session) -> str:
            return dashboard_import.merge_of(session, self._row, item, self._call.now).slug

        try:
            found: str = self._in_session(made)
        except Invalid:
            return None
        return found

    def _filterable(self, query: ElementQuery) -> dict[str, Any]:
        return {
            "model": query.model or self._row.model,
            "view": query.explore,
            "name": query.name,
            "listen": [
                {"dashboard_filter_name": one.filter, "field": one.field} for one in query.listen
            ],
        }

    # Filters

    def filters(self) -> list[dict[str, Any]]:
        fields = FilterFields(self._call.narrowed(self._call.fields.child("dashboard_filters")))
        return [self._filter(number, item, fields) for number, item in enumerate(self._row.filters)]

    def _filter(self, number: int, item: DashboardFilter, fields: FilterFields) -> dict[str, Any]:
        model = item.model or (self._row.model if item.explore else None)
        return {
            "can": abilities(edits=False),
            "id": f"{self._row.id}::{item.name}",
            "dashboard_id": self._row.id,
            "name": item.name,
            "title": item.title or item.name,
            "type": item.type,
            "default_value": item.default_value,
            "model": model,
            "explore": item.explore,
            "dimension": item.field,
            "row": number,
            "listens_to_filters": list(item.listens_to_filters),
            "allow_multiple_values": item.allow_multiple_values,
            "required": item.required,
            "ui_config": item.ui_config,
            "field": fields.of(model, item.explore, item.field),
        }

    # Layouts

    def layouts(self) -> list[dict[str, Any]]:
        tabs = self._row.tabs or (None,)
        return [self._layout(number, tab) for number, tab in enumerate(tabs)]

    def _number_of_tab(self, item: DashboardElement) -> int:
        return self._tabs.get(item.tab_name or "", 0)

    def _layout_id(self, number: int) -> str:
        return f"{self._row.id}::layout{number + 1}"

    def _layout(self, number: int, tab: DashboardTab | None) -> dict[str, Any]:
        places = dashboard_import.places_of(self._row)
        inside = [
            item
            for item in self._row.elements
            if tab is None or self._number_of_tab(item) == number
        ]
        identifier = self._layout_id(number)
        return {
            "can": abilities(edits=False),
            "id": identifier,
            "dashboard_id": self._row.id,
            "type": self._row.layout,
            "active": number == 0,
            "column_width": None,
            "width": self._row.width,
            "deleted": False,
            "dashboard_title": self._row.title or self._row.name,
            "label": (tab.label or tab.name) if tab is not None else None,
            "order": number,
            "dashboard_layout_components": [
                self._component(identifier, item, places) for item in inside
            ],
        }

    def _component(
        self, layout_id: str, item: DashboardElement, places: Mapping[str, Any]
    ) -> dict[str, Any]:
        place = places[item.name]
        config = unpacked(item, ()) if self._is_open(item) else {}
        kind = config.get("type")
        return {
            "can": abilities(edits=False),
            "id": f"{layout_id}::{item.name}",
            "dashboard_layout_id": layout_id,
            "dashboard_element_id": f"{self._row.id}::{item.name}",
            "row": place.row,
            "column": place.col,
            "width": layouts.WIDTH if place.width is None else place.width,
            "height": layouts.HEIGHT if place.height is None else place.height,
            "deleted": False,
            "element_title": item.title,
            "element_title_hidden": item.title_hidden,
            "vis_type": kind if isinstance(kind, str) else item.type,
        }
