"""Dashboards with all that is on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import func, select

from belvedere.accounts.tables import User
from belvedere.api.call import Call
from belvedere.api.present.content import people, text_of, time_of
from belvedere.api.present.dashboard_filters import present_filters
from belvedere.api.present.dashboards import present_bases
from belvedere.api.present.elements import present_elements
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
    usage = _usage(call, rows)
    parts = _parts(call, rows)
    return [
        shown | parts[row.id] | {"usage_count": usage.get(str(row.id), 0)}
        for row, shown in zip(rows, _present_wholes(call, rows), strict=True)
    ]


def _parts(call: Call, rows: Sequence[Dashboard]) -> dict[int, dict[str, Any]]:
    """By id: the parts that are wanted, each kind read at once for all dashboards."""
    found: dict[int, dict[str, Any]] = {row.id: {} for row in rows}
    for name, table, present in _PARTS:
        if not rows or not call.fields.wants(name):
            continue
        of = cast("Any", table).dashboard_id
        chosen = select(table).where(among(of, encoded(found))).order_by(*_order(table))
        parts = call.db.scalars(chosen).all()
        nested = call.narrowed(call.fields.child(name))
        for shown in found.values():
            shown[name] = []
        for part, one in zip(parts, present(nested, rows, parts), strict=True):
            found[part.dashboard_id][name].append(one)
    return found


def _order(table: Any) -> tuple[Any, ...]:
    return (table.row, table.id) if table is DashboardFilter else (table.id,)


_PARTS: tuple[tuple[str, Any, Any], ...] = (
    ("dashboard_elements", DashboardElement, lambda call, _, rows: present_elements(call, rows)),
    ("dashboard_filters", DashboardFilter, lambda call, _, rows: present_filters(call, rows)),
    ("dashboard_layouts", DashboardLayout, present_layouts),
)


def _usage(call: Call, rows: Sequence[Dashboard]) -> dict[str, int]:
    """By id: how many queries were run for it in the time that the history reaches back."""
    if not call.fields.wants("usage_count"):
        return {}
    ids = among(HistoryRow.dashboard_id, encoded(str(row.id) for row in rows))
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
