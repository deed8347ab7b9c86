"""Who may see and change folders and boards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from belvedere.accounts import groups, users
from belvedere.api.call import Call
from belvedere.api.operation import RawBody, delete, get, patch, post, put
from belvedere.api.present.metadata import present_grant, present_metadatas
from belvedere.content import grants, metadata
from belvedere.content.tables import ContentGrant, ContentMetadata, Dashboard, Folder, Look
from belvedere.errors import Invalid, NotFound, Problem


@get("/content_metadata", requires="authenticated")
def all_content_metadatas(call: Call, parent_id: str) -> list[dict[str, Any]]:
    """What is in a folder, by the id of the folder's metadata."""
    parent = metadata.seen(call.db, call.reach, parent_id)
    if parent.folder_id is None:
        return []
    return present_metadatas(call, _within(call, parent.folder_id))


@get("/content_metadata/{content_metadata_id}", requires="authenticated")
def content_metadata(call: Call, content_metadata_id: str) -> dict[str, Any]:
    """What a piece of content is, and where its access comes from."""
    return present_metadatas(call, [metadata.seen(call.db, call.reach, content_metadata_id)])[0]


@patch("/content_metadata/{content_metadata_id}", requires="authenticated")
def update_content_metadata(
    call: Call, content_metadata_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Let a folder inherit, or begin an access list of its own."""
    found = _editable(call, content_metadata_id)
    if body.get("inherits") is not None:
        grants.set_inherits(call.db, found, body["inherits"])
    return present_metadatas(call, [found])[0]


@get("/content_metadata_access", requires="authenticated")
def all_content_metadata_accesses(call: Call, content_metadata_id: str) -> list[dict[str, Any]]:
    """The access list of a folder or board; empty while it inherits."""
    meta = _editable(call, content_metadata_id)
    return [present_grant(row) for row in grants.of(call.db, meta.id)]


@post("/content_metadata_access", requires="authenticated")
def create_content_metadata_access(call: Call, body: RawBody) -> dict[str, Any]:
    """Put a group or a person on an access list."""
    permission = _permission(body)
    group_id, user_id = _text(body, "group_id"), _text(body, "user_id")
    if bool(group_id) == bool(user_id):
        raise Invalid(Problem("group_id", "invalid", "Either group_id or user_id is required"))
    meta = _editable(call, _text(body, "content_metadata_id"))
    try:
        group = groups.get(call.db, group_id) if group_id else None
        user = users.get(call.db, user_id) if user_id else None
    except NotFound:
        name = "group_id" if group_id else "user_id"
        raise Invalid(Problem(name, "invalid", f"{name} names nobody")) from None
    return present_grant(grants.add(call.db, meta, permission, group=group, user=user))


@put("/content_metadata_access/{content_metadata_access_id}", requires="authenticated")
def update_content_metadata_access(
    call: Call, content_metadata_access_id: str, body: RawBody
) -> dict[str, Any]:
    """Change what an entry of an access list allows."""
    found = _entry(call, content_metadata_access_id)
    grants.change(call.db, found, _permission(body))
    return present_grant(found)


@delete("/content_metadata_access/{content_metadata_access_id}", requires="authenticated")
def delete_content_metadata_access(call: Call, content_metadata_access_id: str) -> None:
    """Take a group or a person off an access list."""
    grants.remove(call.db, _entry(call, content_metadata_access_id))


def _within(call: Call, folder_id: int) -> list[ContentMetadata]:
    reach = call.reach
    found: list[ContentMetadata] = []
    for chosen in (
        select(Folder).where(Folder.parent_id == folder_id, reach.folders()).order_by(Folder.id),
        select(Look)
        .where(Look.folder_id == folder_id, Look.deleted_at.is_(None), reach.looks())
        .order_by(Look.id),
        select(Dashboard)
        .where(Dashboard.folder_id == folder_id, Dashboard.deleted_at.is_(None), reach.dashboards())
        .order_by(Dashboard.id),
    ):
        found += [row.meta for row in call.db.scalars(chosen)]
    return found


def _editable(call: Call, metadata_id: str) -> ContentMetadata:
    reach = call.reach
    found = metadata.get(call.db, metadata_id)
    content = metadata.content_of(call.db, found)
    may = metadata.edits(reach, content)
    reach.require(sees=metadata.sees(reach, content), edits=may, what="who has access to this")
    return found


def _entry(call: Call, grant_id: str) -> ContentGrant:
    found = grants.get(call.db, grant_id)
    _editable(call, str(found.content_metadata_id))
    return found


def _text(body: RawBody, name: str) -> str:
    """The published type marks all of these as read only, although nothing else names them."""
    given = body.get(name)
    return str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""


def _permission(body: RawBody) -> str:
    given = body.get("permission_type")
    if given not in grants.PERMISSIONS:
        code = "missing_field" if given is None else "invalid"
        raise Invalid(Problem("permission_type", code, "permission_type must be view or edit"))
    return str(given)
