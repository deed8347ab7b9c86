"""Folders with what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from belvedere.api.call import Call
from belvedere.api.present.dashboards import present_bases
from belvedere.api.present.folders import present_folder_bases
from belvedere.api.present.lookml_dashboards import present_lookml_bases
from belvedere.api.present.looks import present_looks_with_dashboards
from belvedere.content import roots
from belvedere.content.among import among, encoded
from belvedere.content.tables import Dashboard, Folder, Look


def present_folders(call: Call, rows: Sequence[Folder]) -> list[dict[str, Any]]:
    """With the Looks and dashboards in them that may be seen."""
    ids = [row.id for row in rows]
    looks, dashboards = _looks(call, ids), _dashboards(call, ids)
    return [
        shown | {"looks": looks.get(row.id, []), "dashboards": dashboards.get(row.id, [])}
        for row, shown in zip(rows, present_folder_bases(call, rows), strict=True)
    ]


def present_folder(call: Call, folder: Folder) -> dict[str, Any]:
    return present_folders(call, [folder])[0]


def _looks(call: Call, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    if not call.fields.wants("looks"):
        return {}
    within = among(Look.folder_id, encoded(ids)), Look.deleted_at.is_(None)
    chosen = select(Look).where(*within, call.reach.looks()).order_by(Look.title, Look.id)
    rows = call.db.scalars(chosen).all()
    return _by_folder(rows, present_looks_with_dashboards(call, rows))


def _dashboards(call: Call, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    if not call.fields.wants("dashboards"):
        return {}
    within = among(Dashboard.folder_id, encoded(ids)), Dashboard.deleted_at.is_(None)
    chosen = select(Dashboard).where(*within, call.reach.dashboards())
    rows = call.db.scalars(chosen.order_by(Dashboard.title, Dashboard.id)).all()
    found = _by_folder(rows, present_bases(call, rows))
    if roots.LOOKML in ids:
        nested = call.narrowed(call.fields.child("dashboards"))
        found[roots.LOOKML] = present_lookml_bases(nested)
    return found


def _by_folder(
    rows: Sequence[Look | Dashboard], shown: list[dict[str, Any]]
) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row, item in zip(rows, shown, strict=True):
        found.setdefault(row.folder_id or 0, []).append(item)
    return found
