"""Dashboards as lists show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belvedere.api.call import Call
from belvedere.api.present.content import (
    favorites,
    people,
    present_certification,
    text_of,
)
from belvedere.api.present.folders import folder_bases
from belvedere.content.access import Reach
from belvedere.content.tables import (
    Dashboard,
)
from belvedere.lookml.intervals import milliseconds


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


def present_bases_in_folders(call: Call, rows: Sequence[Dashboard]) -> list[dict[str, Any]]:
    """The properties that lists show, with the folder."""
    above = folder_bases(call, (row.folder for row in rows))
    return [
        shown | ({"folder": above[row.folder_id]} if row.folder_id in above else {})
        for row, shown in zip(rows, present_bases(call, rows), strict=True)
    ]


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
