"""Looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from belvedere.api.call import Call
from belvedere.api.present.content import (
    favorites,
    people,
    present_certification,
    text_of,
    time_of,
)
from belvedere.api.present.dashboards import present_bases
from belvedere.api.present.folders import folder_bases
from belvedere.api.present.queries import present_query
from belvedere.clock import iso
from belvedere.content import folders
from belvedere.content.access import Reach
from belvedere.content.among import among, encoded
from belvedere.content.tables import Dashboard, DashboardElement, Look
from belvedere.query import stored
from belvedere.query.tables import HistoryRow, StoredQuery


def present_looks(call: Call, rows: Sequence[Look]) -> list[dict[str, Any]]:
    """Without the folder and the query."""
    reach, liked = call.reach, favorites(call)
    known = people(
        call, (user_id for row in rows for user_id in (row.user_id, row.meta.certifier_id))
    )
    models, usage = _models(call, rows), _usage(call, rows)
    shown = []
    for row in rows:
        owner = known.get(row.user_id)
        shown.append(
            _present(call, reach, row, liked.get(row.meta.id))
            | _present_model(call, models.get(row.query_slug))
            | {
                "user_name": owner.display_name if owner is not None else None,
                "is_owner_disabled": owner is not None and owner.is_disabled,
                "certification_metadata": present_certification(row.meta, known),
                "usage_count": usage.get(str(row.id), 0),
            }
        )
    return shown


def present_looks_in_folders(call: Call, rows: Sequence[Look]) -> list[dict[str, Any]]:
    """With their folder."""
    above = folder_bases(call, (row.folder for row in rows))
    return [
        shown | ({"folder": above[row.folder_id]} if row.folder_id in above else {})
        for row, shown in zip(rows, present_looks(call, rows), strict=True)
    ]


def present_looks_with_queries(call: Call, rows: Sequence[Look]) -> list[dict[str, Any]]:
    """With their folder, and the query where the caller may see its model."""
    wanted = call.fields.wants("query")
    slugs = {row.query_slug for row in rows} if wanted else set()
    queries = {row.slug: row for row in _queries(call, slugs)}
    sees = call.session.permissions.may_see_model
    shown = []
    for row, known in zip(rows, present_looks_in_folders(call, rows), strict=True):
        known["url"] = f"/looks/{row.id}"
        query = queries.get(row.query_slug)
        if query is not None and sees(stored.definition_of(query).model):
            known["query"] = present_query(call, query)
        shown.append(known)
    return shown


def present_looks_with_dashboards(call: Call, rows: Sequence[Look]) -> list[dict[str, Any]]:
    """With the dashboards that show them, of those that the caller may see."""
    if not call.fields.wants("looks") or not call.fields.child("looks").wants("dashboards"):
        return present_looks(call, rows)
    on: dict[int, set[int]] = {}
    used = (
        select(DashboardElement.look_id, Dashboard)
        .join(Dashboard, Dashboard.id == DashboardElement.dashboard_id)
        .where(
            among(DashboardElement.look_id, encoded(row.id for row in rows)),
            Dashboard.deleted_at.is_(None),
            call.reach.dashboards(),
        )
        .order_by(Dashboard.id)
    )
    found: dict[int, Dashboard] = {}
    for look_id, dashboard in call.db.execute(used):
        on.setdefault(look_id or 0, set()).add(dashboard.id)
        found[dashboard.id] = dashboard
    bases = dict(zip(found, present_bases(call, list(found.values())), strict=True))
    return [
        shown | {"dashboards": [bases[key] for key in sorted(on.get(row.id, ()))]}
        for row, shown in zip(rows, present_looks(call, rows), strict=True)
    ]


def _queries(call: Call, slugs: set[str]) -> Sequence[StoredQuery]:
    if not slugs:
        return ()
    return call.db.scalars(select(StoredQuery).where(among(StoredQuery.slug, encoded(slugs)))).all()


def _models(call: Call, rows: Sequence[Look]) -> dict[str, str]:
    """The models of the queries, by their slugs: those that the caller may see."""
    if not call.fields.wants("model"):
        return {}
    slugs = {row.query_slug for row in rows}
    models = {row.slug: stored.definition_of(row).model for row in _queries(call, slugs)}
    sees = call.session.permissions.may_see_model
    return {slug: model for slug, model in models.items() if sees(model)}


def _usage(call: Call, rows: Sequence[Look]) -> dict[str, int]:
    """By id: how often its query was run in the time that the history reaches back."""
    if not call.fields.wants("usage_count"):
        return {}
    ids = among(HistoryRow.look_id, encoded(str(row.id) for row in rows))
    counted = select(HistoryRow.look_id, func.count()).where(ids).group_by(HistoryRow.look_id)
    return {look_id: count for look_id, count in call.db.execute(counted) if look_id}


def _present_model(call: Call, name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    found = call.services.models.find(name)
    label = found.model.label if found is not None and found.model is not None else name
    return {"model": {"id": name, "label": label}}


def _present(call: Call, reach: Reach, row: Look, favorite_id: int | None) -> dict[str, Any]:
    return {
        "can": look_abilities(reach, row),
        "id": str(row.id),
        "content_favorite_id": text_of(favorite_id),
        "content_metadata_id": str(row.meta.id),
        "title": row.title,
        "description": row.description,
        "query_id": row.query_slug,
        "folder_id": folders.public_id(row.folder_id),
        "user_id": text_of(row.user_id),
        "is_run_on_load": row.is_run_on_load,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
        "last_updater_id": text_of(row.last_updater_id),
        "deleted": row.deleted_at is not None,
        "deleted_at": time_of(row.deleted_at),
        "deleter_id": text_of(row.deleter_id),
        "favorite_count": row.meta.favorite_count,
        "view_count": row.meta.view_count,
        "last_viewed_at": time_of(row.meta.last_viewed_at),
        "last_accessed_at": time_of(row.meta.last_accessed_at),
        "short_url": f"/looks/{row.id}",
        **_addresses(call, row),
    }


def _addresses(call: Call, row: Look) -> dict[str, Any]:
    """Where everybody can see a public Look without signing in."""
    base = call.services.settings.public_url
    shown: dict[str, Any] = {"public": row.public, "public_slug": row.public_slug}
    shown["embed_url"] = f"{base}/embed/looks/{row.id}"
    if not row.public or row.public_slug is None:
        names = ("public_url", "image_embed_url", "excel_file_url", "google_spreadsheet_formula")
        return shown | dict.fromkeys(names)
    public = f"{base}/looks/{row.public_slug}"
    return shown | {
        "public_url": public,
        "image_embed_url": f"{public}.png",
        "excel_file_url": f"{public}.xlsx",
        "google_spreadsheet_formula": f'=ImportXML("{public}.html?gid=1", "//tr")',
    }


def look_abilities(reach: Reach, row: Look) -> dict[str, bool]:
    edits = reach.edits_look(row)
    return {
        "index": True,
        "show": True,
        "run": True,
        "download": True,
        "copy": reach.saves_looks,
        "create": reach.saves_looks,
        "update": edits,
        "destroy": edits,
        "move": edits,
        "recover": edits,
        "schedule": True,
        "make_public": edits and reach.makes_public,
    }
