"""Looks: saved queries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from belvedere.accounts.permissions import Permission
from belvedere.api import search
from belvedere.api.call import Call, Stream, Text
from belvedere.api.looks import (
    changeable,
    check_public,
    folder_to_save_in,
    query_to_save,
    run,
    searched,
    visible,
)
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.present.looks import present_looks_in_folders, present_looks_with_queries
from belvedere.api.run_options import run_options
from belvedere.api.saved import owner_of
from belvedere.content import certification, folders, looks, saved
from belvedere.content.tables import Look
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.query import stored

_DEVELOP = Permission("develop")


@get("/looks", requires="authenticated")
def all_looks(call: Call) -> list[dict[str, Any]]:
    """Every Look that the caller may see; those in the trash are left out."""
    chosen = select(Look).where(Look.deleted_at.is_(None), call.reach.looks()).order_by(Look.id)
    return present_looks_in_folders(call, call.db.scalars(chosen).all())


@post("/looks", requires="authenticated")
def create_look(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Save a query as a Look in a folder."""
    problems = [
        Problem(name, "missing_field", f"{name} is required")
        for name in ("title", "folder_id")
        if not body.get(name)
    ]
    if not body.get("query_id") and not body.get("query"):
        problems.append(Problem("query_id", "missing_field", "query_id is required"))
    if problems:
        raise Invalid(*problems)
    folder = folder_to_save_in(call, body["folder_id"])
    query = query_to_save(call, body)
    check_public(call, body, None, query)
    made = looks.create(call.db, folder, query, body, call.session.user_id, call.now)
    made.user_id = owner_of(call, body, None)
    return _presented(call, made)


@get("/looks/search", requires="authenticated")
def search_looks(call: Call) -> list[dict[str, Any]]:
    """Looks by their properties."""
    rows = search.page_of(
        call, searched(call), lambda ordered: searched(call, most=True, ordered=ordered)
    )
    return present_looks_in_folders(call, rows)


@get("/looks/{look_id}", requires="authenticated")
def look(call: Call, look_id: str) -> dict[str, Any]:
    """One Look with its query."""
    return _presented(call, visible(call, look_id))


@patch("/looks/{look_id}", requires="authenticated")
def update_look(call: Call, look_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change a Look; `deleted` puts it into the trash, and takes it out again."""
    found = changeable(call, look_id)
    target = body.get("folder_id")
    elsewhere = target is not None and target != folders.public_id(found.folder_id)
    folder = folder_to_save_in(call, target) if target and elsewhere else None
    named = body.get("query_id") is not None or body.get("query") is not None
    changes = named and body.get("query_id") != found.query_slug
    query = query_to_save(call, body) if changes else None
    check_public(call, body, found, query)
    found.user_id = owner_of(call, body, found)
    by = call.session.user_id
    looks.update(call.db, found, body, folder=folder, query=query, user_id=by, now=call.now)
    return _presented(call, found)


@delete("/looks/{look_id}", requires="authenticated")
def delete_look(call: Call, look_id: str) -> None:
    """Delete a Look for good."""
    call.db.delete(changeable(call, look_id))


@get("/looks/{look_id}/run/{result_format}", requires=Permission("access_data"))
def run_look(call: Call, look_id: str, result_format: str) -> Text | Stream:
    """Run a Look's query."""
    found = visible(call, look_id)
    if found.deleted_at is not None:
        raise NotFound("This Look is in the trash")
    return run(call, found, run_options(call, result_format))


@post("/looks/{look_id}/copy", requires="authenticated")
def copy_look(call: Call, look_id: str, folder_id: str | None) -> dict[str, Any]:
    """Copy a Look into another folder."""
    found = visible(call, look_id)
    target = folder_to_save_in(call, _required(folder_id))
    made = looks.copy(call.db, found, target, call.session.user_id, call.now)
    return _presented(call, made)


@patch("/looks/{look_id}/move", requires="authenticated")
def move_look(call: Call, look_id: str, folder_id: str | None) -> dict[str, Any]:
    """Move a Look into another folder."""
    found = changeable(call, look_id)
    target = folder_to_save_in(call, _required(folder_id))
    saved.move(call.db, found, target, call.session.user_id, call.now)
    return _presented(call, found)


@patch("/looks/{look_id}/certification", requires="authenticated")
def update_look_certification(call: Call, look_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Vouch for a Look, or no longer; developers of its model and administrators do."""
    found = changeable(call, look_id)
    model = stored.definition_of(stored.get(call.db, found.query_slug)).model
    may = call.session.permissions.has(_DEVELOP, model)
    call.reach.require(sees=True, edits=may, what="this Look")
    certification.certify(found.meta, body, call.session.user_id, call.now)
    call.db.flush()
    return present_looks_in_folders(call, [found])[0]


def _presented(call: Call, found: Look) -> dict[str, Any]:
    return present_looks_with_queries(call, [found])[0]


def _required(folder_id: str | None) -> str:
    if not folder_id:
        raise Invalid(Problem("folder_id", "missing_field", "folder_id is required"))
    return folder_id
