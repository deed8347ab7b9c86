"""What the operations on Looks ask before they do anything, and how a Look is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import contains_eager

from belvedere.accounts import users
from belvedere.accounts.permissions import Permission
from belvedere.api import search
from belvedere.api.call import Call, Stream, Text
from belvedere.api.operation import read_parameter
from belvedere.api.present.outcomes import answer_of
from belvedere.content import folders, looks, metadata
from belvedere.content.tables import ContentFavorite, ContentMetadata, Folder, Look
from belvedere.errors import BadRequest, Invalid, NotFound, Problem
from belvedere.query import stored
from belvedere.query.definition import definition_from
from belvedere.query.options import RunOptions
from belvedere.query.running import Running
from belvedere.query.tables import StoredQuery

_MAKE_PUBLIC = Permission("create_public_looks")
_ACCESS_COUNTED = timedelta(minutes=1)
"""When a Look was last accessed is known to the minute: not every run has to be written down."""


def visible(call: Call, look_id: str) -> Look:
    """One in the trash too."""
    found = looks.get(call.db, look_id)
    call.reach.require(sees=call.reach.sees_look(found))
    return found


def changeable(call: Call, look_id: str) -> Look:
    found = looks.get(call.db, look_id)
    reach = call.reach
    may = reach.edits_look(found)
    reach.require(sees=reach.sees_look(found), edits=may, what="this Look")
    return found


def folder_to_save_in(call: Call, folder_id: str) -> Folder:
    """NotFound for a folder in which the caller saves no Looks."""
    found = folders.get(call.db, folder_id)
    reach = call.reach
    may = reach.saves_looks and reach.edits_folder(found)
    reach.require(sees=reach.sees_folder(found), edits=may, what="this folder")
    return found


def query_to_save(call: Call, body: Mapping[str, Any]) -> StoredQuery:
    """The query that the body names or holds; Invalid for one of a model that the caller may not
    see.
    """
    named = body.get("query_id")
    try:
        if named:
            found = stored.get(call.db, named)
        else:
            found = stored.create(call.db, definition_from(body.get("query") or {}), call.now)
    except NotFound:
        raise _no_query(named) from None
    if not call.session.permissions.may_see_model(stored.definition_of(found).model):
        raise _no_query(named)
    return found


def _no_query(name: str | None) -> Invalid:
    return Invalid(Problem("query_id", "invalid", f"There is no query {name or 'of that model'}"))


def owner_of(call: Call, body: Mapping[str, Any], found: Look | None) -> int | None:
    """Whose Look it is to be: administrators decide, else it is the caller's or stays whose it
    is.
    """
    own = found.user_id if found is not None else call.session.user_id
    given = body.get("user_id")
    if given is None or given == str(own):
        return own
    if not call.session.permissions.is_admin:
        message = "Only administrators decide whose a Look is"
        raise Invalid(Problem("user_id", "invalid", message))
    try:
        return users.get(call.db, given).id
    except NotFound:
        raise Invalid(Problem("user_id", "invalid", f"There is no user {given}")) from None


def check_public(
    call: Call, body: Mapping[str, Any], found: Look | None, query: StoredQuery | None
) -> None:
    """Showing a query to everybody needs a permission for its model; `query` is the new one."""
    before = found is not None and found.public
    after = before if body.get("public") is None else body["public"]
    if not after or (before and query is None):
        return
    asked = query or stored.get(call.db, found.query_slug if found is not None else "")
    if not call.session.permissions.has(_MAKE_PUBLIC, stored.definition_of(asked).model):
        message = "Showing Looks of this model to everybody needs create_public_looks"
        raise Invalid(Problem("public", "invalid", message))


# Searching


def searched(call: Call) -> Select[Look]:
    """The Looks that the parameters ask for; the trash only where they ask for it."""
    favorite = _favorite(call)
    wanted = search.criteria(call, _criteria(favorite))
    chosen = select(Look).join(Look.meta).options(contains_eager(Look.meta))
    chosen = chosen.where(call.reach.looks(), wanted, _in_trash(call), _curated(call))
    return chosen.order_by(*search.order(call, _sorts(favorite), Look.id))


def _favorite(call: Call) -> ColumnElement[Any]:
    """The id of the caller's favourite."""
    own = ContentFavorite.user_id == call.session.user_id
    found = select(ContentFavorite.id).where(
        ContentFavorite.content_metadata_id == ContentMetadata.id, own
    )
    return found.correlate(ContentMetadata).scalar_subquery()


def _in_trash(call: Call) -> ColumnElement[bool]:
    deleted = read_parameter("deleted", "bool", call)
    return Look.deleted_at.is_not(None) if deleted else Look.deleted_at.is_(None)


def _curated(call: Call) -> ColumnElement[bool]:
    """Without what is in the personal folders of others."""
    if not read_parameter("curate", "bool", call):
        return true()
    others = Folder.owner_id.is_not(None) & (Folder.owner_id != call.session.user_id)
    return or_(Look.folder_id.is_(None), Look.folder_id.not_in(select(Folder.id).where(others)))


def _criteria(favorite: ColumnElement[Any]) -> dict[str, search.Criterion]:
    viewed = ContentMetadata.last_viewed_at
    return {
        "id": search.ids(Look.id),
        "title": search.text(Look.title),
        "description": search.text(Look.description),
        "content_favorite_id": search.ids(favorite),
        "folder_id": search.ids(Look.folder_id),
        "user_id": search.ids(Look.user_id),
        "view_count": search.ids(ContentMetadata.view_count),
        "query_id": search.words(Look.query_slug),
        "last_viewed_at": search.moment("last_viewed_at", viewed, lambda since: viewed >= since),
    }


def _sorts(favorite: ColumnElement[Any]) -> dict[str, search.Column]:
    plain = ("id", "title", "description", "user_id", "folder_id", "created_at", "updated_at")
    found: dict[str, search.Column] = {
        name: getattr(Look, name) for name in (*plain, "last_updater_id", "deleted_at")
    }
    counted = ("view_count", "favorite_count", "last_viewed_at", "last_accessed_at")
    found |= {name: getattr(ContentMetadata, name) for name in counted}
    return found | {
        "space_id": Look.folder_id,
        "query_id": Look.query_slug,
        "deleted": Look.deleted_at.is_not(None),
        "content_metadata_id": ContentMetadata.id,
        "content_favorite_id": favorite,
        "certification_status": ContentMetadata.certification_status,
    }


# Running


def run(call: Call, found: Look, options: RunOptions) -> Text | Stream:
    """The answer is not kept in memory: it would outlive a change of the Look, and of who may
    see it.
    """
    row = stored.get(call.db, found.query_slug)

    def watch(running: Running) -> None:
        running.look_id = str(found.id)
        call.on_disconnect(running.stop)

    try:
        outcome = call.services.runner.run(
            stored.definition_of(row), options, call.session, slug=row.slug, on_start=watch
        )
    except NotFound:
        raise BadRequest("View Not Found") from None
    answer = answer_of(outcome)
    _note_access(call, found)
    return replace(answer, freshness=None) if isinstance(answer, Text) else answer


def _note_access(call: Call, found: Look) -> None:
    last = found.meta.last_accessed_at
    if last is None or call.now - last >= _ACCESS_COUNTED:
        with call.transaction() as session:
            metadata.accessed(session, found.meta, call.now)
