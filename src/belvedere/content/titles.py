"""Titles of Looks and dashboards: unique among what is in a folder, the trash aside."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere.accounts import texts
from belvedere.content.tables import Dashboard, Folder, Look
from belvedere.errors import Conflict, Invalid, Problem

Table = type[Look | Dashboard]


def checked(given: object) -> str:
    problems: list[Problem] = []
    title = texts.checked({"title": given}, "title", problems)
    if not title and not problems:
        problems.append(Problem("title", "missing_field", "title is required"))
    if problems:
        raise Invalid(*problems)
    return title


def is_free(
    session: Session, table: Table, folder_id: int, title: str, own_id: int | None = None
) -> bool:
    """Whoever else gives a title in this folder waits until this transaction has ended."""
    session.execute(select(Folder.id).where(Folder.id == folder_id).with_for_update(key_share=True))
    wanted = table.folder_id == folder_id, table.title == title, table.deleted_at.is_(None)
    found = select(table.id).where(*wanted, table.id != own_id)
    return session.scalar(found.limit(1)) is None


def check_new(session: Session, table: Table, folder: Folder, title: str) -> None:
    """Conflict where the folder holds one of that title."""
    if not is_free(session, table, folder.id, title):
        raise Conflict(f"There is {title} in {folder.name} already")


def check_changed(session: Session, row: Look | Dashboard, folder: Folder, title: str) -> None:
    """Invalid where the folder holds another one of that title."""
    if not is_free(session, type(row), folder.id, title, row.id):
        message = f"There is {title} in {folder.name} already: give it another title"
        raise Invalid(Problem("title", "already_exists", message))


def of_copy(session: Session, table: Table, folder: Folder, title: str) -> str:
    """The title, or the first of `title (copy)`, `title (copy 2)`, … that the folder lacks."""
    found, number = title, 0
    while not is_free(session, table, folder.id, found):
        number += 1
        ending = " (copy)" if number == 1 else f" (copy {number})"
        found = title[: texts.LONGEST - len(ending)] + ending
    return found
