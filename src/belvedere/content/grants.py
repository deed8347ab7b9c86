"""Access lists: begun, filled, given up again."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere.accounts.tables import Group, User
from belvedere.content import access, folders
from belvedere.content.tables import ContentGrant, ContentMetadata, Folder
from belvedere.errors import Conflict, Invalid, NotFound, Problem

PERMISSIONS = ("view", "edit")


def get(session: Session, grant_id: str) -> ContentGrant:
    known = grant_id.isdecimal() and len(grant_id) < 10
    found = session.get(ContentGrant, int(grant_id)) if known else None
    if found is None:
        raise NotFound
    return found


def of(session: Session, metadata_id: int) -> list[ContentGrant]:
    own = select(ContentGrant).where(ContentGrant.content_metadata_id == metadata_id)
    return list(session.scalars(own.order_by(ContentGrant.id)))


# Inheriting


def set_inherits(session: Session, meta: ContentMetadata, inherits: bool) -> None:
    """A list of its own begins as what was inherited until then, so that by itself it changes
    nothing; inheriting again drops the list. Invalid for what has no list of its own.
    """
    if inherits == meta.inherits:
        return
    folder = session.get(Folder, meta.folder_id) if meta.folder_id is not None else None
    if folder is None or folder.parent_id is None:
        raise Invalid(Problem("inherits", "invalid", _reason(meta, folder)))
    folders.hold(session, exclusive=True)
    session.refresh(folder)
    if inherits:
        session.execute(delete(ContentGrant).where(ContentGrant.content_metadata_id == meta.id))
        parent = folders.get(session, folder.parent_id)
        meta.inherits = True
        session.flush()
        folders.redirect(session, folder, parent.decider_id)
    else:
        _copy(session, folder.decider_id, meta.id)
        meta.inherits = False
        session.flush()
        folders.redirect(session, folder, meta.id)
    access.changed(session)


def _reason(meta: ContentMetadata, folder: Folder | None) -> str:
    if folder is not None or meta.board_id is not None:
        return "There is nothing above it that it could inherit from"
    return "Only folders and boards have access lists of their own"


def _copy(session: Session, from_id: int, to_id: int) -> None:
    rows = select(ContentGrant).where(ContentGrant.content_metadata_id == from_id)
    session.add_all(
        ContentGrant(
            content_metadata_id=to_id,
            permission_type=row.permission_type,
            group_id=row.group_id,
            user_id=row.user_id,
        )
        for row in session.scalars(rows.order_by(ContentGrant.id)).all()
    )


# Entries


def add(
    session: Session,
    meta: ContentMetadata,
    permission: str,
    *,
    group: Group | None = None,
    user: User | None = None,
) -> ContentGrant:
    """An entry for a group or for a person. Conflict where there is one already."""
    if meta.inherits:
        message = "Nobody can be added while it inherits: set inherits to false first"
        raise Invalid(Problem("content_metadata_id", "invalid", message))
    if group is not None and not group.can_add_to_content_metadata:
        message = f"The group {group.name} cannot be given access to content"
        raise Invalid(Problem("group_id", "invalid", message))
    made = ContentGrant(
        content_metadata_id=meta.id,
        permission_type=permission,
        group_id=group.id if group is not None else None,
        user_id=user.id if user is not None else None,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        raise Conflict("The access list has an entry for them already") from None
    access.changed(session)
    return made


def change(session: Session, grant: ContentGrant, permission: str) -> None:
    grant.permission_type = permission
    session.flush()
    access.changed(session)


def remove(session: Session, grant: ContentGrant) -> None:
    session.delete(grant)
    session.flush()
    access.changed(session)
