"""Who may see a piece of content, as people rather than as one person's reach."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from belvedere.accounts import membership
from belvedere.accounts.tables import Group, PermissionSet, Role, User
from belvedere.content import folders, grants
from belvedere.content.among import among, encoded
from belvedere.content.metadata import Content
from belvedere.content.tables import Board, ContentGrant, Dashboard, Folder, Look


def holders(session: Session, content: Content) -> ColumnElement[bool]:
    """A condition on User: administrators, the owner of the folder, and whom the access lists
    name that decide about the content. Of a LookML dashboard none: models have a say about it.
    """
    if isinstance(content, str):
        return false()
    entries = _entries(session, content)
    group_ids = {entry.group_id for entry in entries if entry.group_id is not None}
    everybody = select(Group.id).where(Group.include_by_default, Group.id.in_(group_ids))
    if session.scalar(everybody.limit(1)) is not None:
        return true()
    found = {entry.user_id for entry in entries if entry.user_id is not None}
    for group_id in group_ids:
        found.update(session.scalars(select(User.id).where(membership.members(group_id))))
    folder = _folder(content)
    if folder is not None and folder.owner_id is not None:
        found.add(folder.owner_id)
    return among(User.id, encoded(found | _administrators(session)))


def groups(session: Session, content: Content) -> set[int]:
    """The groups that the access lists name which decide about the content."""
    entries = [] if isinstance(content, str) else _entries(session, content)
    return {entry.group_id for entry in entries if entry.group_id is not None}


def _entries(session: Session, content: Content) -> list[ContentGrant]:
    """Those of the list that decides, and those above it that let people edit."""
    if isinstance(content, Board):
        return grants.of(session, content.meta.id)
    folder = _folder(content)
    if folder is None:
        return []
    above = {row.decider_id for row in folders.ancestors(session, folder)} - {folder.decider_id}
    found = grants.of(session, folder.decider_id)
    for decider_id in above:
        found += [row for row in grants.of(session, decider_id) if row.permission_type == "edit"]
    return found


def _folder(content: Content) -> Folder | None:
    if isinstance(content, Folder):
        return content
    return content.folder if isinstance(content, Look | Dashboard) else None


def _administrators(session: Session) -> set[int]:
    chosen = select(Role.id).join(PermissionSet, PermissionSet.id == Role.permission_set_id)
    found: set[int] = set()
    for role_id in session.scalars(chosen.where(PermissionSet.all_access)).all():
        held = membership.holders(role_id, direct=False)
        found.update(session.scalars(select(User.id).where(held)))
    return found
