"""Metadata of content, and entries of access lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belvedere.api.call import Call
from belvedere.api.present.content import text_of
from belvedere.content import folders, metadata, roots
from belvedere.content.metadata import Content
from belvedere.content.tables import Board, ContentGrant, ContentMetadata, Dashboard, Folder, Look


def present_metadatas(call: Call, rows: Sequence[ContentMetadata]) -> list[dict[str, Any]]:
    return [_present(call, row, metadata.content_of(call.db, row)) for row in rows]


def _present(call: Call, meta: ContentMetadata, content: Content) -> dict[str, Any]:
    edits = metadata.edits(call.reach, content)
    above = _above(call, content)
    return {
        "can": {"show": True, "index": True, "update": edits, "index_accesses": edits},
        "id": str(meta.id),
        "name": _name(content),
        "parent_id": text_of(above.metadata_id) if above is not None else None,
        "content_type": meta.content_type,
        "folder_id": folders.public_id(meta.folder_id),
        "look_id": text_of(meta.look_id),
        "dashboard_id": meta.lookml_dashboard_id or text_of(meta.dashboard_id),
        "homepage_id": text_of(meta.board_id),
        "agent_id": None,
        "inherits": meta.inherits,
        "inheriting_id": text_of(_decider(content, above)) if meta.inherits else None,
        "slug": meta.slug,
    }


def _above(call: Call, content: Content) -> Folder | None:
    """The folder that it is in."""
    if isinstance(content, Look | Dashboard):
        return content.folder
    if isinstance(content, Folder):
        parent = content.parent_id
        return None if parent is None else folders.get(call.db, parent)
    return None if isinstance(content, Board) else folders.get(call.db, roots.LOOKML)


def _decider(content: Content, above: Folder | None) -> int | None:
    if isinstance(content, Folder):
        return content.decider_id
    return above.decider_id if above is not None else None


def _name(content: Content) -> str | None:
    if isinstance(content, str):
        return content
    return content.name if isinstance(content, Folder) else content.title


def present_grant(grant: ContentGrant) -> dict[str, Any]:
    """Only those see it who may change it."""
    return {
        "can": dict.fromkeys(("index", "show", "create", "update", "destroy"), True),
        "id": str(grant.id),
        "content_metadata_id": str(grant.content_metadata_id),
        "permission_type": grant.permission_type,
        "group_id": text_of(grant.group_id),
        "user_id": text_of(grant.user_id),
    }
