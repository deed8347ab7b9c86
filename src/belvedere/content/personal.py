"""Everybody's own folder: made with the person, named after them, gone with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import Session

from belvedere.accounts import users
from belvedere.accounts.tables import User
from belvedere.content import folders, roots
from belvedere.content.among import among, encoded
from belvedere.content.tables import (
    ContentFavorite,
    ContentMetadata,
    Dashboard,
    Folder,
    Look,
)
from belvedere.errors import NotFound
from belvedere.store import Database

_LONGEST_NAME = 240
"""Leaves room for a number where several people have the same name."""
_NAMED_BY = ("first_name", "last_name", "service_account_name")


def follow(database: Database) -> None:
    """From now on, whoever makes or renames people: their folders follow."""
    database.on_flush(_follow)


def _follow(session: Session) -> None:
    for row in list(session.new):
        if isinstance(row, User):
            _make(session, row)
    for row in list(session.dirty):
        if isinstance(row, User) and _is_renamed(row):
            _rename(session, row)


def _is_renamed(user: User) -> bool:
    state = inspect(user)
    return any(state.attrs[name].history.has_changes() for name in _NAMED_BY)


def _make(session: Session, user: User) -> None:
    """In plain statements: a session adds nothing to itself while it writes."""
    root_id = roots.EMBED_USERS if user.is_embed_user else roots.USERS
    folder, metadata = Folder.__table__, ContentMetadata.__table__
    decider = select(Folder.decider_id).where(Folder.id == root_id)
    connection = session.connection()
    made = connection.scalar(
        folder.insert()  # type: ignore[attr-defined]
        .values(
            name=_free_name(session, root_id, _name(user), None),
            parent_id=root_id,
            root_id=root_id,
            decider_id=decider.scalar_subquery(),
            owner_id=user.id,
            creator_id=user.id,
            is_personal=True,
            created_at=user.created_at,
        )
        .returning(folder.c.id)
    )
    connection.execute(
        metadata.insert().values(  # type: ignore[attr-defined]
            folder_id=made, content_type="folder"
        )
    )


def _rename(session: Session, user: User) -> None:
    own = Folder.owner_id == user.id, Folder.is_personal
    row = session.execute(select(Folder.id, Folder.parent_id, Folder.name).where(*own)).first()
    if row is None:
        return
    name = _free_name(session, row.parent_id, _name(user), row.id)
    if name != row.name:
        session.execute(update(Folder).where(Folder.id == row.id).values(name=name))


def _name(user: User) -> str:
    return (user.display_name or user.email or f"User {user.id}")[:_LONGEST_NAME]


def _free_name(session: Session, parent_id: int, name: str, own_id: int | None) -> str:
    """The name, with a number behind it where somebody else's folder has it."""
    like = Folder.name == name, Folder.name.startswith(f"{name} (", autoescape=True)
    rows = select(Folder.name).where(Folder.parent_id == parent_id, like[0] | like[1])
    taken = set(session.scalars(rows.where(Folder.id != own_id) if own_id else rows))
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name} ({number})"
    return found


def of(session: Session, user_id: int) -> Folder | None:
    own = Folder.owner_id == user_id, Folder.is_personal
    return session.scalar(select(Folder).where(*own))


def provided(session: Session, user_id: int) -> Folder:
    """The person's own folder, made for those whom nobody made one for."""
    found = of(session, user_id)
    if found is None:
        _make(session, users.get(session, user_id))
        found = of(session, user_id)
    if found is None:
        raise NotFound
    return found


def ids_of(session: Session, user_ids: Iterable[int]) -> dict[int, int]:
    """By person."""
    own = among(Folder.owner_id, encoded(user_ids)), Folder.is_personal
    rows = session.execute(select(Folder.owner_id, Folder.id).where(*own))
    return {owner: folder_id for owner, folder_id in rows if owner is not None}


def remove(session: Session, user_id: int, deleter_id: int, now: datetime) -> None:
    """Before the person is deleted: what is in their folders goes to the trash, the folders go,
    and what they liked is liked by one less.
    """
    own = Folder.owner_id == user_id
    for table in (Look, Dashboard):
        live = table.folder_id.in_(select(Folder.id).where(own)), table.deleted_at.is_(None)
        session.execute(
            update(table).where(*live).values(deleted_at=now, deleter_id=deleter_id),
            execution_options={"synchronize_session": False},
        )
    liked = select(ContentFavorite.content_metadata_id).where(ContentFavorite.user_id == user_id)
    session.execute(
        update(ContentMetadata)
        .where(ContentMetadata.id.in_(liked))
        .values(favorite_count=ContentMetadata.favorite_count - 1),
        execution_options={"synchronize_session": False},
    )
    found = of(session, user_id)
    if found is not None:
        folders.remove_tree(session, found)
