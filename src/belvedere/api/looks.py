"""What the operations on Looks ask before they do anything, and how a Look is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Select

from belvedere.accounts.permissions import Permission
from belvedere.api import saved, search
from belvedere.api.call import Call, Stream, Text
from belvedere.api.present.outcomes import answer_of
from belvedere.content import folders, looks
from belvedere.content.tables import Folder, Look
from belvedere.errors import BadRequest, Invalid, NotFound, Problem
from belvedere.query import stored
from belvedere.query.definition import definition_from
from belvedere.query.options import RunOptions
from belvedere.query.running import Context, Running
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


def check_public(
    call: Call, body: Mapping[str, Any], found: Look | None, query: StoredQuery | None
) -> None:
    """Showing a query to everybody needs a permission for its model, and since it runs as its
    owner, nobody else but administrators decides so; `query` is the new one.
    """
    before = found is not None and found.public
    after = before if body.get("public") is None else body["public"]
    if not after or (before and query is None):
        return
    asked = query or stored.get(call.db, found.query_slug if found is not None else "")
    if not call.session.permissions.has(_MAKE_PUBLIC, stored.definition_of(asked).model):
        message = "Showing Looks of this model to everybody needs create_public_looks"
        raise Invalid(Problem("public", "invalid", message))
    own = found is None or found.user_id == call.session.user_id
    if not own and not call.session.permissions.is_admin:
        message = "What a Look shows to everybody is decided by whose Look it is"
        raise Invalid(Problem("public", "invalid", message))


def searched(call: Call, *, most: bool = False, ordered: bool = True) -> Select[Any]:
    """The Looks that the parameters ask for; the trash only where they ask for it. `most` is for
    when most Looks have to be looked at.
    """
    return saved.searched(
        call,
        Look,
        call.reach.looks(most=most),
        {"query_id": search.words(Look.query_slug)},
        {"query_id": Look.query_slug},
        most=most,
        ordered=ordered,
    )


def run(call: Call, found: Look, options: RunOptions) -> Text | Stream:
    """The answer is not kept in memory: it would outlive a change of the Look, and of who may
    see it.
    """
    row = stored.get(call.db, found.query_slug)

    def watch(running: Running) -> None:
        running.context = Context(look_id=str(found.id))
        call.on_disconnect(running.stop)

    try:
        outcome = call.services.runner.run(
            stored.definition_of(row), options, call.session, slug=row.slug, on_start=watch
        )
    except NotFound:
        raise BadRequest("View Not Found") from None
    answer = answer_of(outcome)
    saved.note_access(call, found)
    return replace(answer, freshness=None) if isinstance(answer, Text) else answer
