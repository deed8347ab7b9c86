"""The folders at the top of the tree, by their ids."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere.accounts.tables import Group
from belvedere.content.tables import ContentGrant, ContentMetadata, Folder
from belvedere.store import bump

SHARED = 1
USERS = 2
EMBED_USERS = 3
EMBED_GROUPS = 4
LOOKML = 5
EMBED = frozenset({EMBED_USERS, EMBED_GROUPS})

_NAMES = {
    SHARED: "Shared",
    USERS: "Users",
    EMBED_USERS: "Embed Users",
    EMBED_GROUPS: "Embed Groups",
    LOOKML: "LookML Dashboards",
}
_EVERYBODY = {SHARED: "edit", USERS: "view"}
"""What the group of everybody may do where nobody has decided otherwise."""


def seed(session: Session, now: datetime) -> None:
    everybody = session.scalars(select(Group.id).where(Group.include_by_default)).all()
    for folder_id, name in _NAMES.items():
        meta = ContentMetadata(content_type="folder", inherits=False)
        folder = Folder(name=name, root_id=folder_id, created_at=now, meta=meta)
        session.add(folder)
        session.flush()  # in this order the database gives them these ids, and goes on from there
        folder.decider_id = meta.id
        permission = _EVERYBODY.get(folder_id)
        if permission is None:
            continue
        session.add_all(
            ContentGrant(content_metadata_id=meta.id, permission_type=permission, group_id=group_id)
            for group_id in everybody
        )
    session.flush()
    bump(session, "access")
