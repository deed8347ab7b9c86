"""Boards, with the sections and items that the caller may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from belvedere.accounts.tables import User
from belvedere.api.call import Call
from belvedere.api.present.content import favorites, people, text_of, time_of
from belvedere.clock import iso
from belvedere.content import boards
from belvedere.content.among import among, encoded
from belvedere.content.tables import (
    Board,
    BoardItem,
    BoardSection,
    ContentMetadata,
    Dashboard,
    Look,
)
from belvedere.instance import pictures


@dataclass(frozen=True, slots=True)
class _Target:
    """What an item leads to."""

    title: str | None
    description: str | None
    url: str
    image_url: str
    location: str | None = None
    created_by: str | None = None
    updated_at: str | None = None
    meta: ContentMetadata | None = None


class _Targets:
    """The content of items, each kind read once; what the caller may not see is not there."""

    def __init__(self, call: Call, items: Iterable[BoardItem]) -> None:
        self._call = call
        rows = list(items)
        self._looks = {look.id: look for look in self._read(Look, rows)}
        self._dashboards = {one.id: one for one in self._read(Dashboard, rows)}
        self._lookml = self._read_lookml(rows)
        every = [*self._looks.values(), *self._dashboards.values()]
        self._people: dict[int | None, User] = people(call, (row.user_id for row in every))

    def _read(self, kind: type[Any], items: Iterable[BoardItem]) -> Sequence[Any]:
        name = "look_id" if kind is Look else "dashboard_id"
        ids = {getattr(item, name) for item in items} - {None}
        if not ids:
            return ()
        reach = self._call.reach
        seen = reach.looks() if kind is Look else reach.dashboards()
        wanted = select(kind).where(among(kind.id, encoded(ids)), kind.deleted_at.is_(None), seen)
        return self._call.db.scalars(wanted).all()

    def _read_lookml(self, items: Iterable[BoardItem]) -> dict[str, ContentMetadata | None]:
        ids = {item.lookml_dashboard_id for item in items if item.lookml_dashboard_id}
        seen = {one for one in ids if self._call.reach.sees_lookml_dashboard(one)}
        if not seen:
            return {}
        remembered = among(ContentMetadata.lookml_dashboard_id, encoded(seen))
        rows = self._call.db.scalars(select(ContentMetadata).where(remembered))
        return dict.fromkeys(seen) | {str(row.lookml_dashboard_id): row for row in rows}

    def sees(self, item: BoardItem) -> bool:
        return self._is_own(item) or self.of(item) is not None

    @staticmethod
    def _is_own(item: BoardItem) -> bool:
        return not (item.look_id or item.dashboard_id or item.lookml_dashboard_id)

    def of(self, item: BoardItem) -> _Target | None:
        if item.look_id is not None:
            look = self._looks.get(item.look_id)
            return None if look is None else self._target(look, "look", f"/looks/{look.id}")
        if item.dashboard_id is not None:
            found = self._dashboards.get(item.dashboard_id)
            if found is None:
                return None
            return self._target(found, "dashboard", f"/dashboards/{found.id}")
        if item.lookml_dashboard_id in self._lookml:
            return self._lookml_target(item.lookml_dashboard_id)
        return None

    def _target(self, row: Look | Dashboard, kind: str, url: str) -> _Target:
        owner = self._people.get(row.user_id)
        return _Target(
            title=row.title,
            description=row.description,
            url=url,
            image_url=f"/api/4.0/content_thumbnail/{kind}/{row.id}",
            location=row.folder.name if row.folder is not None else None,
            created_by=owner.display_name if owner is not None else None,
            updated_at=iso(row.updated_at),
            meta=row.meta,
        )

    def _lookml_target(self, identifier: str) -> _Target:
        model, _, name = identifier.partition("::")
        served = self._call.services.models.find(model)
        lookml = served.model if served is not None else None
        found = lookml.dashboards.get(name) if lookml is not None else None
        return _Target(
            title=found.title if found is not None else name,
            description=found.description if found is not None else None,
            url=f"/dashboards/{identifier}",
            image_url=f"/api/4.0/content_thumbnail/dashboard/{identifier}",
            location="LookML Dashboards",
            meta=self._lookml[identifier],
        )


def present_boards(call: Call, rows: Sequence[Board]) -> list[dict[str, Any]]:
    """With their sections and items."""
    wants = call.fields.wants("board_sections")
    sections = {row.id: _living(row.sections) for row in rows} if wants else {}
    targets = _Targets(call, (i for s in sections.values() for one in s for i in one.items))
    liked = favorites(call)
    return [
        _present_board(call, row)
        | {
            "board_sections": [
                _present_section(section, targets, liked, edits=call.reach.edits_board(row))
                for section in boards.ordered(sections.get(row.id, ()), row.section_order)
            ]
        }
        for row in rows
    ]


def present_sections(call: Call, rows: Sequence[BoardSection]) -> list[dict[str, Any]]:
    targets, liked = _Targets(call, (item for row in rows for item in row.items)), favorites(call)
    known = {row.board_id: boards.board_of(call.db, row) for row in rows}
    reach = call.reach
    return [
        _present_section(row, targets, liked, edits=reach.edits_board(known[row.board_id]))
        for row in rows
    ]


def present_items(call: Call, rows: Sequence[BoardItem]) -> list[dict[str, Any]]:
    """Those that the caller may see."""
    targets, liked = _Targets(call, rows), favorites(call)
    reach = call.reach
    known = {row.id: reach.edits_board(boards.board_of(call.db, row)) for row in rows}
    return [
        _present_item(row, targets, liked, edits=known[row.id]) for row in rows if targets.sees(row)
    ]


def _living(rows: Iterable[BoardSection]) -> list[BoardSection]:
    return [row for row in rows if row.deleted_at is None]


def _present_board(call: Call, row: Board) -> dict[str, Any]:
    edits = call.reach.edits_board(row)
    return {
        "can": {"show": True, "index": True, "update": edits, "destroy": edits, "create": True},
        "id": str(row.id),
        "content_metadata_id": str(row.meta.id),
        "title": row.title,
        "description": row.description,
        "user_id": text_of(row.user_id),
        "section_order": _order(_living(row.sections), row.section_order),
        "primary_homepage": row.primary_homepage,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
        "deleted_at": time_of(row.deleted_at),
    }


def _order(rows: Iterable[Any], order: Iterable[str] | None) -> list[str]:
    return [str(row.id) for row in boards.ordered(rows, order)]


def _present_section(
    row: BoardSection, targets: _Targets, liked: dict[int, int], *, edits: bool
) -> dict[str, Any]:
    visible = [item for item in boards.ordered(row.items, row.item_order) if targets.sees(item)]
    return {
        "can": {"show": True, "update": edits, "destroy": edits},
        "id": str(row.id),
        "board_id": str(row.board_id),
        "title": row.title,
        "description": row.description,
        "item_order": _order(row.items, row.item_order),
        "visible_item_order": [str(item.id) for item in visible],
        "board_items": [_present_item(item, targets, liked, edits=edits) for item in visible],
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
        "deleted_at": time_of(row.deleted_at),
    }


def _present_item(
    row: BoardItem, targets: _Targets, liked: dict[int, int], *, edits: bool
) -> dict[str, Any]:
    target = targets.of(row) or _Target(row.custom_title, row.custom_description, "", "")
    meta = target.meta
    own_title = row.custom_title is not None and row.use_custom_title
    own_text = row.custom_description is not None and row.use_custom_description
    own_url = bool(row.custom_url) and (row.use_custom_url or not target.url)
    kind = pictures.media_type_of(row.custom_image or "")
    image = f"data:{kind};base64,{row.custom_image}" if kind else None
    return {
        "can": {"show": True, "update": edits, "destroy": edits},
        "id": str(row.id),
        "board_section_id": str(row.board_section_id),
        "look_id": text_of(row.look_id),
        "dashboard_id": text_of(row.dashboard_id),
        "lookml_dashboard_id": row.lookml_dashboard_id,
        "order": row.order,
        "title": row.custom_title if own_title else target.title,
        "description": row.custom_description if own_text else target.description,
        "url": row.custom_url if own_url else target.url,
        "image_url": target.image_url or None,
        "location": target.location,
        "custom_title": row.custom_title,
        "custom_description": row.custom_description,
        "custom_url": row.custom_url,
        "custom_image_data_base64": row.custom_image,
        "custom_image_url": image,
        "use_custom_title": row.use_custom_title,
        "use_custom_description": row.use_custom_description,
        "use_custom_url": row.use_custom_url,
        "use_custom_image": row.use_custom_image,
        "content_created_by": target.created_by,
        "content_updated_at": target.updated_at,
        "content_metadata_id": str(meta.id) if meta is not None else None,
        "content_favorite_id": text_of(liked.get(meta.id)) if meta is not None else None,
        "favorite_count": meta.favorite_count if meta is not None else 0,
        "view_count": meta.view_count if meta is not None else 0,
    }
