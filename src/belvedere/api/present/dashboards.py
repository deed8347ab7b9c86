"""Dashboards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belvedere.accounts.tables import User
from belvedere.api.call import Call
from belvedere.api.present.content import (
    favorites,
    people,
    present_certification,
    text_of,
    time_of,
)
from belvedere.api.present.folders import folder_bases
from belvedere.clock import iso
from belvedere.content import folders
from belvedere.content.access import Reach
from belvedere.content.intervals import milliseconds
from belvedere.content.tables import Dashboard

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


def present_bases(call: Call, rows: Sequence[Dashboard]) -> list[dict[str, Any]]:
    """The properties that lists show, without the folder."""
    reach, liked = call.reach, favorites(call)
    certifiers = people(call, (row.meta.certifier_id for row in rows))
    return [
        {
            "can": dashboard_abilities(reach, row),
            "id": str(row.id),
            "content_favorite_id": text_of(liked.get(row.meta.id)),
            "content_metadata_id": str(row.meta.id),
            "title": row.title,
            "description": row.description,
            "hidden": row.hidden,
            "query_timezone": row.query_timezone,
            "readonly": False,
            "refresh_interval": row.refresh_interval,
            "refresh_interval_to_i": milliseconds(row.refresh_interval),
            "user_id": text_of(row.user_id),
            "slug": row.meta.slug,
            "preferred_viewer": row.preferred_viewer,
            "certification_metadata": present_certification(row.meta, certifiers),
        }
        for row in rows
    ]


def present_dashboards(call: Call, rows: Sequence[Dashboard]) -> list[dict[str, Any]]:
    """All properties, with the folder."""
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
    return {name: getattr(row, name) for name in PLAIN} | {
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


def dashboard_abilities(reach: Reach, row: Dashboard) -> dict[str, bool]:
    edits = reach.edits_dashboard(row)
    return {
        "index": True,
        "show": True,
        "run": True,
        "download": True,
        "copy": reach.saves_dashboards,
        "create": reach.saves_dashboards,
        "update": edits,
        "destroy": edits,
        "move": edits,
        "recover": edits,
        "schedule": True,
    }
