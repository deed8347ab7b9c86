"""Folders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from belvedere.api.call import Call
from belvedere.api.present.content import text_of
from belvedere.clock import iso
from belvedere.content import folders, roots
from belvedere.content.access import Reach
from belvedere.content.tables import Folder


def present_folder_bases(call: Call, rows: Sequence[Folder]) -> list[dict[str, Any]]:
    """Without what is in them."""
    reach, counts = call.reach, _child_counts(call, rows)
    return [_present(row, reach, counts.get(row.id, 0)) for row in rows]


def folder_bases(call: Call, rows: Iterable[Folder | None]) -> dict[int, dict[str, Any]]:
    """By id, each once: for content that names its folder."""
    if not call.fields.wants("folder"):
        return {}
    reach = call.reach
    distinct = {row.id: row for row in rows if row is not None}
    return {row.id: _present(row, reach, None) for row in distinct.values()}


def _child_counts(call: Call, rows: Sequence[Folder]) -> dict[int, int]:
    if not call.fields.wants("child_count"):
        return {}
    return folders.child_counts(call.db, (row.id for row in rows), call.reach.folders())


def _present(folder: Folder, reach: Reach, children: int | None) -> dict[str, Any]:
    shown = {
        "can": _can(folder, reach),
        "id": folders.public_id(folder.id),
        "name": folder.name,
        "parent_id": folders.public_id(folder.parent_id),
        "content_metadata_id": str(folder.metadata_id),
        "created_at": iso(folder.created_at),
        "creator_id": text_of(folder.creator_id),
        "child_count": children,
        "external_id": folder.external_id,
        "is_embed": folder.root_id in roots.EMBED,
        "is_embed_shared_root": folder.id == roots.EMBED_GROUPS,
        "is_embed_users_root": folder.id == roots.EMBED_USERS,
        "is_personal": folder.is_personal,
        "is_personal_descendant": folder.owner_id is not None and not folder.is_personal,
        "is_shared_root": folder.id == roots.SHARED,
        "is_users_root": folder.id == roots.USERS,
    }
    if children is None:
        del shown["child_count"]
    return shown


def _can(folder: Folder, reach: Reach) -> dict[str, bool]:
    edits = reach.edits_folder(folder)
    manages = edits and reach.manages_folders
    own = manages and not folders.is_special(folder)
    return {
        "index": True,
        "show": True,
        "create": manages,
        "update": own,
        "destroy": own,
        "move_content": edits,
        "edit_content": edits,
        "see_admin_spaces": reach.is_admin,
    }
