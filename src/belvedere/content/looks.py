"""Looks: made, changed, copied, put into the trash and taken out of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.content import certification, folders, saved, titles
from belvedere.content.tables import ContentMetadata, Folder, Look
from belvedere.errors import NotFound
from belvedere.query.tables import StoredQuery


def get(session: Session, look_id: str | int) -> Look:
    text = str(look_id)
    known = text.isdecimal() and len(text) < 10
    found = session.get(Look, int(text)) if known else None
    if found is None:
        raise NotFound
    return found


def create(
    session: Session,
    folder: Folder,
    query: StoredQuery,
    values: Mapping[str, Any],
    user_id: int,
    now: datetime,
) -> Look:
    """A Look of the query in the folder. Conflict where the folder has one of that title."""
    folders.check_open(folder)
    title = titles.checked(values.get("title"))
    titles.check_new(session, Look, folder, title)
    made = Look(
        title=title,
        query_slug=query.slug,
        folder=folder,
        user_id=user_id,
        last_updater_id=user_id,
        created_at=now,
        updated_at=now,
        meta=ContentMetadata(content_type="look"),
    )
    _set_plain(made, values)
    session.add(made)
    session.flush()
    return made


def update(
    session: Session,
    look: Look,
    values: Mapping[str, Any],
    *,
    folder: Folder | None,
    query: StoredQuery | None,
    user_id: int,
    now: datetime,
) -> None:
    """Set what is given; `folder` and `query` are those that the values name, where they name
    others than before. Invalid for a title that the folder has already.
    """
    _set_plain(look, values)
    saved.place(session, look, values, folder, user_id)
    if query is not None and query.slug != look.query_slug:
        look.query_slug = query.slug
        certification.revoke(look.meta, user_id, now)
    if "deleted" in values:
        saved.set_deleted(look, bool(values["deleted"]), user_id, now)
    saved.touched(session, look, user_id, now)


def _set_plain(look: Look, values: Mapping[str, Any]) -> None:
    saved.set_description(look, values)
    if values.get("is_run_on_load") is not None:
        look.is_run_on_load = values["is_run_on_load"]
    if values.get("public") is not None:
        look.public = values["public"]
        if look.public and look.public_slug is None:
            look.public_slug = ids.slug()


def copy(session: Session, look: Look, folder: Folder, user_id: int, now: datetime) -> Look:
    """A Look of the same query, that nobody has certified or shown to everybody."""
    saved.check_elsewhere(look, folder)
    folders.check_open(folder)
    made = Look(
        title=titles.of_copy(session, Look, folder, look.title),
        description=look.description,
        query_slug=look.query_slug,
        folder=folder,
        user_id=user_id,
        last_updater_id=user_id,
        is_run_on_load=look.is_run_on_load,
        created_at=now,
        updated_at=now,
        meta=ContentMetadata(content_type="look"),
    )
    session.add(made)
    session.flush()
    return made
