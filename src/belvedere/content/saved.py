"""What Looks and dashboards have in common: the trash, folders, who changed them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from belvedere.accounts import texts
from belvedere.content import folders, personal, titles
from belvedere.content.tables import Dashboard, Folder, Look
from belvedere.errors import Invalid, Problem

LONGEST_DESCRIPTION = 10_000
_KINDS = {Look: "Look", Dashboard: "dashboard"}


def touched(session: Session, row: Look | Dashboard, user_id: int, now: datetime) -> None:
    """Somebody has changed it."""
    row.updated_at, row.last_updater_id = now, user_id
    session.flush()


def place(
    session: Session,
    row: Look | Dashboard,
    values: Mapping[str, Any],
    folder: Folder | None,
    user_id: int,
) -> None:
    """Set title and folder; `folder` is the one that the values name, where it is another one
    than before. What comes back from the trash and has no folder any more goes to the person's
    own. Invalid for a title that the folder has already.
    """
    given = values.get("title")
    title = titles.checked(given) if given is not None else row.title
    restored = values.get("deleted") is False and row.deleted_at is not None
    target = folder or row.folder
    if target is None and restored:
        target = personal.provided(session, user_id)
    if folder is not None:
        folders.check_open(folder)
    stays_deleted = row.deleted_at is not None and not restored
    if target is not None and not stays_deleted:
        titles.check_changed(session, row, target, title)
    row.title, row.folder = title, target


def set_description(row: Look | Dashboard, values: Mapping[str, Any]) -> None:
    problems: list[Problem] = []
    if "description" in values:
        text = texts.checked(values, "description", problems, LONGEST_DESCRIPTION)
        row.description = text or None
    if problems:
        raise Invalid(*problems)


def set_deleted(row: Look | Dashboard, deleted: bool, user_id: int, now: datetime) -> None:
    """Into the trash, or out of it; what is where it is wanted stays as it is."""
    if deleted and row.deleted_at is None:
        row.deleted_at, row.deleter_id = now, user_id
    elif not deleted:
        row.deleted_at = row.deleter_id = None


def move(
    session: Session, row: Look | Dashboard, folder: Folder, user_id: int, now: datetime
) -> None:
    """Invalid for the folder that it is in, and for one that has one of that title."""
    check_elsewhere(row, folder)
    folders.check_open(folder)
    if row.deleted_at is None:
        titles.check_changed(session, row, folder, row.title)
    row.folder = folder
    touched(session, row, user_id, now)


def check_elsewhere(row: Look | Dashboard, folder: Folder) -> None:
    if folder.id == row.folder_id:
        kind = _KINDS[type(row)]
        message = f"The {kind} is in {folder.name} already: folder_id must name another folder"
        raise Invalid(Problem("folder_id", "invalid", message))
