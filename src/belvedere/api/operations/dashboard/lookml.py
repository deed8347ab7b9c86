"""Dashboards as LookML, and LookML dashboards as dashboards."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import select

from belvedere.accounts.permissions import Permission
from belvedere.api import lookml_dashboards, paging, search
from belvedere.api.call import Call
from belvedere.api.dashboards import changeable, folder_to_save_in, is_lookml, visible
from belvedere.api.operation import get, operation, patch, post
from belvedere.api.present.lookml_dashboards import present_lookml, present_lookml_bases
from belvedere.api.present.whole_dashboards import present_dashboards
from belvedere.content import (
    certification,
    dashboard_import,
    dashboard_lookml as lookml_content,
    folders,
    personal,
    roots,
)
from belvedere.content.tables import Dashboard
from belvedere.errors import Invalid, Problem
from belvedere.lookml.aggregate_writing import aggregate_tables
from belvedere.lookml.dashboard_writing import written
from belvedere.lookml.model import Model

_DEVELOP = Permission("develop")
_SORTS = ("title", "id", "folder_id", "content_favorite_id", "content_metadata_id")


@get("/dashboards/lookml/search", requires="authenticated")
def search_lookml_dashboards(call: Call) -> list[dict[str, Any]]:
    """LookML dashboards of production by their properties."""
    rows = [row for row in present_lookml_bases(call) if _matches(call, row)]
    rows = _sorted(call, rows)
    page = paging.page_from(call.parameters)
    address = f"{call.services.settings.public_url}{call.request.path}"
    call.response_headers |= paging.headers(page, len(rows), address, call.parameters)
    return list(paging.sliced(rows, page))


def _matches(call: Call, row: dict[str, Any]) -> bool:
    """Found by the title that is shown, and by the name that it has in LookML."""
    parameters = call.parameters
    title, folder = parameters.get("title"), parameters.get("folder_id")
    favorite = parameters.get("content_favorite_id")
    name = row["id"].partition("::")[2]
    return (
        (not title or search.is_like(row["title"], title) or search.is_like(name, title))
        and (not folder or folders.number_of(folder) == roots.LOOKML)
        and (not favorite or row["content_favorite_id"] in favorite.split(","))
    )


def _sorted(call: Call, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for term in reversed([part for part in call.parameters.get("sorts", "").split(",") if part]):
        name, _, way = term.strip().partition(" ")
        if name not in (*_SORTS, "certification_status"):
            message = f"Cannot sort by {name}; known: {', '.join(_SORTS)}, certification_status"
            raise Invalid(Problem("sorts", "invalid", message))
        rows = sorted(rows, key=partial(_key, name), reverse=way.strip() == "desc")
    return rows


def _key(name: str, row: dict[str, Any]) -> tuple[bool, Any]:
    value = row.get(name)
    if name == "certification_status":
        value = row["certification_metadata"]["certification_status"]
    elif name == "folder_id":
        value = None
    if value is not None and name.startswith("content_"):
        value = int(value)
    return value is not None, value


@get("/dashboards/lookml/{dashboard_id}", requires="authenticated")
def dashboard_lookml(call: Call, dashboard_id: str) -> dict[str, Any]:
    """A dashboard as LookML; without the queries of models that the caller may not see."""
    sees = call.session.permissions.may_see_model
    if is_lookml(dashboard_id):
        source = lookml_content.standing_alone(lookml_dashboards.found(call, dashboard_id)[1], sees)
        return _text(dashboard_id, written(source), folders.public_id(roots.LOOKML))
    found = visible(call, dashboard_id)
    text = written(lookml_content.lookml_of(call.db, found, sees))
    return _text(str(found.id), text, folders.public_id(found.folder_id))


@get("/dashboards/aggregate_table_lookml/{dashboard_id}", requires=Permission("see_lookml"))
def dashboard_aggregate_table_lookml(call: Call, dashboard_id: str) -> dict[str, Any]:
    """Aggregate tables that would answer the dashboard's queries, of models whose LookML the
    caller may see.
    """
    permissions, models = call.session.permissions, call.services.models

    def find(name: str) -> Model | None:
        served = models.find(name) if permissions.has(Permission("see_lookml"), name) else None
        return served.model if served is not None else None

    if is_lookml(dashboard_id):
        source = lookml_dashboards.found(call, dashboard_id)[1]
    else:
        source = lookml_content.lookml_of(
            call.db, visible(call, dashboard_id), permissions.may_see_model
        )
    text = aggregate_tables(source, find)
    return {"dashboard_id": dashboard_id, "aggregate_table_lookml": text}


def _text(identifier: str, text: str, folder_id: str | None) -> dict[str, Any]:
    return {"dashboard_id": identifier, "folder_id": folder_id, "lookml": text}


@post("/dashboards/lookml", requires="authenticated")
def import_dashboard_from_lookml(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Make a dashboard of LookML, in place of the one that has its slug."""
    return _made_of(call, body)


@post("/dashboards/from_lookml", requires="authenticated")
def create_dashboard_from_lookml(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The older name of it."""
    return _made_of(call, body)


def _made_of(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    source = lookml_dashboards.read_body(body)
    sees = call.session.permissions.may_see_model
    row = lookml_dashboards.to_overwrite(call, source.preferred_slug)
    target = body.get("folder_id")
    by, now = call.session.user_id, call.now
    if row is None:
        folder = folder_to_save_in(call, target or _own_folder(call))
        made = dashboard_import.create(call.db, folder, source, by, now, sees=sees)
        return _presented(call, made)
    elsewhere = target and target != folders.public_id(row.folder_id)
    moved = folder_to_save_in(call, target) if target and elsewhere else None
    dashboard_import.overwrite(call.db, row, source, moved, by, now, sees)
    row.lookml_link_id = None
    return _presented(call, row)


def _own_folder(call: Call) -> str:
    found = personal.of(call.db, call.session.user_id)
    if found is None:
        raise Invalid(Problem("folder_id", "missing_field", "folder_id is required"))
    return str(found.id)


@operation(
    "POST",
    "/dashboards/{lookml_dashboard_id}/import/{space_id}",
    requires="authenticated",
    status=201,
)
def import_lookml_dashboard(
    call: Call,
    lookml_dashboard_id: str,
    space_id: str,
    raw_locale: bool | None,
    body: dict[str, Any],
) -> dict[str, Any]:
    """Make a dashboard of a LookML dashboard, that can follow its changes."""
    source = lookml_dashboards.to_import(call, lookml_dashboard_id, raw=bool(raw_locale))
    folder = folder_to_save_in(call, space_id)
    title, by = body.get("title"), call.session.user_id
    made = dashboard_import.create(call.db, folder, source, by, call.now, title=title, link=True)
    return _presented(call, made)


@patch("/dashboards/{lookml_dashboard_id}/sync", requires="authenticated")
def sync_lookml_dashboard(
    call: Call,
    lookml_dashboard_id: str,
    raw_locale: bool | None,
    dashboard_ids: list[str] | None,
) -> list[int]:
    """Bring the dashboards that follow a LookML dashboard, and that the caller may change, up to
    date.
    """
    source = lookml_dashboards.to_import(call, lookml_dashboard_id, raw=bool(raw_locale))
    linked = select(Dashboard).where(
        Dashboard.lookml_link_id == lookml_dashboard_id, Dashboard.deleted_at.is_(None)
    )
    by, done = call.session.user_id, []
    for row in call.db.scalars(linked.order_by(Dashboard.id)).all():
        wanted = not dashboard_ids or str(row.id) in dashboard_ids
        if wanted and call.reach.edits_dashboard(row):
            changed = changeable(call, row.id)
            dashboard_import.follow(call.db, changed, source, by, call.now)
            done.append(row.id)
    return done


@patch("/dashboards/lookml/{dashboard_id}/certification", requires="authenticated")
def update_lookml_certification(
    call: Call, dashboard_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Vouch for a LookML dashboard, or no longer; developers of its model do."""
    lookml_dashboards.found(call, dashboard_id)
    may = call.session.permissions.has(_DEVELOP, dashboard_id.partition("::")[0])
    call.reach.require(sees=True, edits=may, what="this dashboard")
    meta = lookml_dashboards.remembered(call, [dashboard_id])[dashboard_id]
    certification.certify(meta, body, call.session.user_id, call.now)
    call.db.flush()
    return present_lookml(call, lookml_dashboards.shown(call, dashboard_id))


def _presented(call: Call, found: Dashboard) -> dict[str, Any]:
    return present_dashboards(call, [found])[0]
