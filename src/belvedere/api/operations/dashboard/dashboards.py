"""Dashboards as wholes."""

from __future__ import annotations

from typing import Any

from msgspec import structs
from sqlalchemy import select

from belvedere.accounts.permissions import Permission
from belvedere.api import lookml_dashboards, saved as saved_content, search
from belvedere.api.call import Call
from belvedere.api.dashboards import changeable, folder_to_save_in, is_lookml, searched, visible
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.present.dashboards import present_bases_in_folders
from belvedere.api.present.lookml_dashboards import present_lookml, present_lookml_bases
from belvedere.api.present.whole_dashboards import present_dashboards
from belvedere.content import (
    certification,
    dashboard_copies,
    dashboard_import,
    dashboards,
    folders,
    titles,
)
from belvedere.content.tables import Dashboard
from belvedere.errors import Invalid, NotFound, Problem

_DEVELOP = Permission("develop")


@get("/dashboards", requires="authenticated")
def all_dashboards(call: Call) -> list[dict[str, Any]]:
    """Every dashboard that the caller may see; those in the trash are left out. LookML
    dashboards come last.
    """
    chosen = select(Dashboard).where(Dashboard.deleted_at.is_(None), call.reach.dashboards())
    own = present_bases_in_folders(call, call.db.scalars(chosen.order_by(Dashboard.id)).all())
    return own + present_lookml_bases(call)


@post("/dashboards", requires="authenticated")
def create_dashboard(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Make a dashboard without tiles in a folder."""
    problems = [
        Problem(name, "missing_field", f"{name} is required")
        for name in ("title", "folder_id")
        if not body.get(name)
    ]
    if problems:
        raise Invalid(*problems)
    folder = folder_to_save_in(call, body["folder_id"])
    made = dashboards.create(call.db, folder, body, call.session.user_id, call.now)
    made.user_id = saved_content.owner_of(call, body, None)
    return _presented(call, made)


@get("/dashboards/search", requires="authenticated")
def search_dashboards(call: Call) -> list[dict[str, Any]]:
    """Dashboards by their properties."""
    rows = search.page_of(
        call, searched(call), lambda ordered: searched(call, most=True, ordered=ordered)
    )
    return present_dashboards(call, rows)


@get("/dashboards/{dashboard_id}", requires="authenticated")
def dashboard(call: Call, dashboard_id: str) -> dict[str, Any]:
    """One dashboard with its elements, filters and layouts."""
    if is_lookml(dashboard_id):
        return present_lookml(call, lookml_dashboards.shown(call, dashboard_id))
    try:
        return _presented(call, visible(call, dashboard_id))
    except NotFound:
        return present_lookml(call, lookml_dashboards.of_slug(call, dashboard_id))


@patch("/dashboards/{dashboard_id}", requires="authenticated")
def update_dashboard(call: Call, dashboard_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change a dashboard; `deleted` puts it into the trash, and takes it out again."""
    found = changeable(call, dashboard_id)
    target = body.get("folder_id")
    elsewhere = target is not None and target != folders.public_id(found.folder_id)
    folder = folder_to_save_in(call, target) if target and elsewhere else None
    found.user_id = saved_content.owner_of(call, body, found)
    by = call.session.user_id
    former = found.folder_id
    dashboards.update(call.db, found, body, folder=folder, user_id=by, now=call.now)
    if folder is not None:
        dashboard_copies.take_looks_along(call.db, call.reach, found, former, call.now)
    return _presented(call, found)


@delete("/dashboards/{dashboard_id}", requires="authenticated")
def delete_dashboard(call: Call, dashboard_id: str) -> None:
    """Delete a dashboard for good."""
    dashboards.remove(call.db, changeable(call, dashboard_id))


@post("/dashboards/{dashboard_id}/copy", requires="authenticated")
def copy_dashboard(call: Call, dashboard_id: str, folder_id: str | None) -> dict[str, Any]:
    """Copy a dashboard with all that is on it; into its own folder where none is named."""
    if is_lookml(dashboard_id):
        return _copied_from_lookml(call, dashboard_id, folder_id)
    found = visible(call, dashboard_id)
    target = folder_to_save_in(call, folder_id or folders.public_id(found.folder_id) or "")
    copied = dashboard_copies.copied(call.db, call.reach, found, target, call.now)
    return _presented(call, copied)


def _copied_from_lookml(call: Call, identifier: str, folder_id: str | None) -> dict[str, Any]:
    """It does not follow the LookML."""
    if not folder_id:
        raise Invalid(Problem("folder_id", "missing_field", "folder_id is required"))
    source = lookml_dashboards.to_import(call, identifier, raw=False)
    target = folder_to_save_in(call, folder_id)
    title = titles.of_copy(call.db, Dashboard, target, source.title or source.name)
    unnamed = structs.replace(source, preferred_slug=None)
    by = call.session.user_id
    made = dashboard_import.create(call.db, target, unnamed, by, call.now, title=title)
    return _presented(call, made)


@patch("/dashboards/{dashboard_id}/move", requires="authenticated")
def move_dashboard(call: Call, dashboard_id: str, folder_id: str | None) -> dict[str, Any]:
    """Move a dashboard into another folder."""
    found = changeable(call, dashboard_id)
    if not folder_id:
        raise Invalid(Problem("folder_id", "missing_field", "folder_id is required"))
    target = folder_to_save_in(call, folder_id)
    dashboard_copies.move(call.db, call.reach, found, target, call.now)
    return _presented(call, found)


@patch("/dashboards/{dashboard_id}/certification", requires="authenticated")
def update_dashboard_certification(
    call: Call, dashboard_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Vouch for a dashboard, or no longer; developers and administrators do."""
    found = changeable(call, dashboard_id)
    may = call.session.permissions.has(_DEVELOP)
    call.reach.require(sees=True, edits=may, what="this dashboard")
    certification.certify(found.meta, body, call.session.user_id, call.now)
    call.db.flush()
    return _presented(call, found)


def _presented(call: Call, found: Dashboard) -> dict[str, Any]:
    return present_dashboards(call, [found])[0]
