"""Dashboards with all that is on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from belvedere.accounts.tables import User
from belvedere.api.call import Call
from belvedere.api.present.content import people, text_of, time_of
from belvedere.api.present.dashboard_filters import present_filters
from belvedere.api.present.dashboards import present_bases
from belvedere.api.present.elements import Presenter
from belvedere.api.present.folders import folder_bases
from belvedere.api.present.layouts import present_layouts
from belvedere.clock import iso
from belvedere.content import folders
from belvedere.content.among import among, encoded
from belvedere.content.tables import (
    Dashboard,
    DashboardElement,
    DashboardFilter,
    DashboardLayout,
)
from belvedere.query.tables import HistoryRow

PLAIN = (
    "alert_sync_with_dashboard_filter_enabled",
    "background_color",
    "chat_enabled",
    "crossfilter_enabled",
    "enable_viz_full_screen",
    "filters_bar_collapsed",
    "filters_location_top",
    "load_configuration",
    "lookml_link_id",
    "preserve_desktop_layout",
    "show_filters_bar",
    "show_title",
    "text_tile_text_color",
    "tile_background_color",
    "tile_text_color",
    "title_color",
)
"""Properties that are shown as they are stored."""


def present_dashboards(call: Call, rows: Sequence[Dashboard]) -> list[dict[str, Any]]:
    """All properties, with the folder, elements, filters and layouts."""
    usage = usage_counts(call, (str(row.id) for row in rows))
    parts = _parts(call, rows)
    return [
        shown | parts[row.id] | {"usage_count": usage.get(str(row.id), 0)}
        for row, shown in zip(rows, _present_wholes(call, rows), strict=True)
    ]


def _parts(call: Call, rows: Sequence[Dashboard]) -> dict[int, dict[str, Any]]:
    """By id: the parts that are wanted, each kind read at once for all dashboards."""
    found: dict[int, dict[str, Any]] = {row.id: {} for row in rows}
    wanted = [name for name in _PARTS if rows and call.fields.wants(name)]
    ids = encoded(found)
    presenter = None
    if "dashboard_elements" in wanted:
        presenter = Presenter(_nested(call, "dashboard_elements"), _elements(call, ids))
        _spread(found, "dashboard_elements", presenter.rows, presenter.present_all())
    if "dashboard_filters" in wanted:
        filters = _filters(call, ids)
        nested = _nested(call, "dashboard_filters")
        _spread(found, "dashboard_filters", filters, present_filters(nested, filters))
    if "dashboard_layouts" in wanted:
        layouts = _layouts(call, ids)
        nested = _nested(call, "dashboard_layouts")
        shown = present_layouts(nested, rows, layouts, presenter)
        _spread(found, "dashboard_layouts", layouts, shown)
    return found


_PARTS = ("dashboard_elements", "dashboard_filters", "dashboard_layouts")


def _nested(call: Call, name: str) -> Call:
    return call.narrowed(call.fields.child(name))


def _elements(call: Call, ids: str) -> Sequence[DashboardElement]:
    element = DashboardElement
    chosen = select(element).where(among(element.dashboard_id, ids)).order_by(element.id)
    return call.db.scalars(chosen).all()


def _filters(call: Call, ids: str) -> Sequence[DashboardFilter]:
    one = DashboardFilter
    chosen = select(one).where(among(one.dashboard_id, ids)).order_by(one.row, one.id)
    return call.db.scalars(chosen).all()


def _layouts(call: Call, ids: str) -> Sequence[DashboardLayout]:
    layout = DashboardLayout
    chosen = select(layout).where(among(layout.dashboard_id, ids)).order_by(layout.id)
    return call.db.scalars(chosen).all()


def _spread(
    found: dict[int, dict[str, Any]],
    name: str,
    rows: Sequence[Any],
    shown: Sequence[dict[str, Any]],
) -> None:
    for whole in found.values():
        whole[name] = []
    for row, one in zip(rows, shown, strict=True):
        found[row.dashboard_id][name].append(one)


def usage_counts(call: Call, identifiers: Iterable[str]) -> dict[str, int]:
    """By id: how many queries were run for it in the time that the history reaches back."""
    if not call.fields.wants("usage_count"):
        return {}
    ids = among(HistoryRow.dashboard_id, encoded(identifiers))
    counted = select(HistoryRow.dashboard_id, func.count()).where(ids)
    counts = call.db.execute(counted.group_by(HistoryRow.dashboard_id))
    return {identifier: count for identifier, count in counts if identifier}


def _present_wholes(call: Call, rows: Sequence[Dashboard]) -> list[dict[str, Any]]:
    above = folder_bases(call, (row.folder for row in rows))
    known = people(call, (who for row in rows for who in (row.user_id, row.last_updater_id)))
    return [
        shown
        | _present_rest(row, known)
        | ({"folder": above[row.folder_id]} if row.folder_id in above else {})
        for row, shown in zip(rows, present_bases(call, rows), strict=True)
    ]


def _present_rest(row: Dashboard, known: dict[int | None, User]) -> dict[str, Any]:
    owner, updater = known.get(row.user_id), known.get(row.last_updater_id)
    optional = ("layout_granularity", "style")
    shown = {name: getattr(row, name) for name in optional if getattr(row, name) is not None}
    return (
        shown
        | {name: getattr(row, name) for name in PLAIN}
        | {
            "folder_id": folders.public_id(row.folder_id),
            "appearance": row.appearance or {},
            "download_settings": row.download_settings or {},
            "created_at": iso(row.created_at),
            "updated_at": iso(row.updated_at),
            "last_updater_id": text_of(row.last_updater_id),
            "last_updater_name": updater.display_name if updater is not None else None,
            "user_name": owner.display_name if owner is not None else None,
            "is_owner_disabled": owner is not None and owner.is_disabled,
            "deleted": row.deleted_at is not None,
            "deleted_at": time_of(row.deleted_at),
            "deleter_id": text_of(row.deleter_id),
            "favorite_count": row.meta.favorite_count,
            "view_count": row.meta.view_count,
            "last_viewed_at": time_of(row.meta.last_viewed_at),
            "last_accessed_at": time_of(row.meta.last_accessed_at),
            "edit_uri": None,
            "url": f"/dashboards/{row.id}",
        }
    )
