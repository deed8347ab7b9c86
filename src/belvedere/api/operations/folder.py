"""The folder tree."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from belvedere.api import lookml_dashboards, search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.present.filled_folders import present_folder, present_folders
from belvedere.api.present.folders import present_folder_bases
from belvedere.api.present.lookml_dashboards import present_lookml
from belvedere.api.present.looks import present_looks_with_queries
from belvedere.api.present.whole_dashboards import present_dashboards
from belvedere.content import folders, roots
from belvedere.content.tables import Dashboard, Folder, Look
from belvedere.errors import Invalid, NotFound, Problem

_SORTS = {
    "id": Folder.id,
    "name": Folder.name,
    "parent_id": Folder.parent_id,
    "creator_id": Folder.creator_id,
    "created_at": Folder.created_at,
    "external_id": Folder.external_id,
}


def _folder_ids(column: search.Column) -> search.Criterion:
    """Whole numbers and `lookml`."""

    def matches(value: str) -> ColumnElement[bool]:
        parts = [str(folders.number_of(part) or part) for part in value.split(",")]
        return search.ids(column)(",".join(parts))

    return matches


def _root(folder_id: int) -> search.Criterion:
    """Whether it is the folder with that id."""
    return search.flag(Folder.id == folder_id)


_CRITERIA = {
    "name": search.text(Folder.name),
    "id": _folder_ids(Folder.id),
    "parent_id": _folder_ids(Folder.parent_id),
    "creator_id": search.ids(Folder.creator_id),
    "is_shared_root": _root(roots.SHARED),
    "is_users_root": _root(roots.USERS),
}


@get("/folders/search", requires="authenticated")
def search_folders(call: Call) -> list[dict[str, Any]]:
    """Folders by their properties."""
    return _page(call, search.criteria(call, _CRITERIA))


@get("/folders", requires="authenticated")
def all_folders(call: Call) -> list[dict[str, Any]]:
    """Every folder that the caller may see, personal ones too."""
    chosen = select(Folder).where(call.reach.folders()).order_by(Folder.id)
    return present_folder_bases(call, call.db.scalars(chosen).all())


@get("/folders/{folder_id}", requires="authenticated")
def folder(call: Call, folder_id: str) -> dict[str, Any]:
    """One folder, with what is in it."""
    return present_folder(call, _visible(call, folder_id))


@post("/folders", requires="authenticated")
def create_folder(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A folder in another one, that inherits from it who may see and change it."""
    problems = [
        Problem(name, "missing_field", f"{name} is required")
        for name in ("name", "parent_id")
        if not body.get(name)
    ]
    if problems:
        raise Invalid(*problems)
    parent = _manageable(call, body["parent_id"])
    made = folders.create(call.db, parent, body["name"], call.session.user_id, call.now)
    return present_folder(call, made)


@patch("/folders/{folder_id}", requires="authenticated")
def update_folder(call: Call, folder_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Rename a folder, or move it into another one."""
    found = _manageable(call, folder_id)
    target = body.get("parent_id")
    parent = _manageable(call, target) if target and _is_elsewhere(found, target) else None
    folders.update_folder(call.db, found, body, parent)
    return present_folder(call, found)


@delete("/folders/{folder_id}", requires="authenticated")
def delete_folder(call: Call, folder_id: str) -> None:
    """Delete a folder, those below it, and what is in them."""
    folders.remove(call.db, _manageable(call, folder_id))


@get("/folders/{folder_id}/children", requires="authenticated")
def folder_children(call: Call, folder_id: str) -> list[dict[str, Any]]:
    """The folders in a folder."""
    return _page(call, Folder.parent_id == _visible(call, folder_id).id)


@get("/folders/{folder_id}/children/search", requires="authenticated")
def folder_children_search(call: Call, folder_id: str) -> list[dict[str, Any]]:
    """The folders in a folder, by name."""
    within = Folder.parent_id == _visible(call, folder_id).id
    return _page(call, within, search.criteria(call, {"name": search.text(Folder.name)}))


@get("/folders/{folder_id}/parent", requires="authenticated")
def folder_parent(call: Call, folder_id: str) -> dict[str, Any]:
    """The folder that a folder is in."""
    found = _visible(call, folder_id)
    if found.parent_id is None:
        raise NotFound(f"The folder {found.name} is in no other one")
    return present_folder(call, _visible(call, str(found.parent_id)))


@get("/folders/{folder_id}/ancestors", requires="authenticated")
def folder_ancestors(call: Call, folder_id: str) -> list[dict[str, Any]]:
    """The folders above a folder that the caller may see, from the top down."""
    above = folders.ancestors(call.db, _visible(call, folder_id))
    reach = call.reach
    return present_folders(call, [row for row in above if reach.sees_folder(row)])


@get("/folders/{folder_id}/looks", requires="authenticated")
def folder_looks(call: Call, folder_id: str) -> list[dict[str, Any]]:
    """The Looks in a folder, with their queries."""
    within = Look.folder_id == _visible(call, folder_id).id, Look.deleted_at.is_(None)
    chosen = select(Look).where(*within, call.reach.looks()).order_by(Look.title, Look.id)
    return present_looks_with_queries(call, call.db.scalars(chosen).all())


@get("/folders/{folder_id}/dashboards", requires="authenticated")
def folder_dashboards(call: Call, folder_id: str) -> list[dict[str, Any]]:
    """The dashboards in a folder."""
    folder = _visible(call, folder_id)
    if folder.id == roots.LOOKML:
        return [present_lookml(call, row) for row in lookml_dashboards.every(call)]
    within = Dashboard.folder_id == folder.id, Dashboard.deleted_at.is_(None)
    chosen = select(Dashboard).where(*within, call.reach.dashboards())
    rows = call.db.scalars(chosen.order_by(Dashboard.title, Dashboard.id)).all()
    return present_dashboards(call, rows)


def _page(call: Call, *wanted: ColumnElement[bool]) -> list[dict[str, Any]]:
    ordered = select(Folder).where(call.reach.folders(), *wanted)
    ordered = ordered.order_by(*search.order(call, _SORTS, Folder.id))
    return present_folders(call, search.page_of(call, ordered))


def _is_elsewhere(found: Folder, parent_id: str) -> bool:
    return folders.number_of(parent_id) != found.parent_id


def _visible(call: Call, folder_id: str) -> Folder:
    found = folders.get(call.db, folder_id)
    call.reach.require(sees=call.reach.sees_folder(found))
    return found


def _manageable(call: Call, folder_id: str) -> Folder:
    found = folders.get(call.db, folder_id)
    reach = call.reach
    may = reach.manages_folder(found)
    reach.require(sees=reach.sees_folder(found), edits=may, what="this folder")
    return found
