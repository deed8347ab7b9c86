"""Boards: sections of links to content, each in the order that people gave them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from belvedere.content import access
from belvedere.content.tables import Board, BoardItem, BoardSection, ContentGrant, ContentMetadata
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.instance import pictures
from belvedere.store import rows

T = TypeVar("T", Board, BoardSection, BoardItem)
_LONGEST_TITLE = 255
_LARGEST_IMAGE = 1_000_000
_ADDRESSES = ("http://", "https://", "/")
_PLAIN = (
    "custom_title",
    "custom_description",
    "custom_url",
    "use_custom_title",
    "use_custom_description",
    "use_custom_url",
    "use_custom_image",
)
_FLAGS = frozenset(name for name in _PLAIN if name.startswith("use_"))


def get(session: Session, kind: type[T], given: str) -> T:
    found = rows.find(session, kind, given)
    if found is None:
        raise NotFound
    return found


def board_of(session: Session, row: BoardSection | BoardItem) -> Board:
    section = row if isinstance(row, BoardSection) else section_of(session, row)
    return session.get_one(Board, section.board_id)


def section_of(session: Session, item: BoardItem) -> BoardSection:
    return session.get_one(BoardSection, item.board_section_id)


def ordered(rows: Iterable[T], order: Iterable[str] | None) -> list[T]:
    """As the ids in `order` say; what these do not name comes last."""
    places = {identifier: place for place, identifier in enumerate(order or ())}
    return sorted(rows, key=lambda row: (places.get(str(row.id), len(places)), row.id))


# Boards


def create(session: Session, values: Mapping[str, Any], user_id: int, now: datetime) -> Board:
    """Whoever makes a board is the first who may see and change it."""
    made = Board(
        title=_title(values, required=True),
        description=values.get("description"),
        user_id=user_id,
        created_at=now,
        updated_at=now,
        meta=ContentMetadata(content_type="board", inherits=False),
    )
    session.add(made)
    session.flush()
    session.add(
        ContentGrant(content_metadata_id=made.meta.id, user_id=user_id, permission_type="edit")
    )
    session.flush()
    access.changed(session)
    return made


def update(session: Session, board: Board, values: Mapping[str, Any], now: datetime) -> None:
    _set_texts(board, values)
    if "section_order" in values:
        own = {str(section.id) for section in board.sections}
        board.section_order = _order("section_order", values["section_order"], own)
    if "deleted_at" in values:
        board.deleted_at = now if values["deleted_at"] else None
    board.updated_at = now
    session.flush()


def remove(session: Session, row: Board | BoardSection | BoardItem) -> None:
    session.delete(row)
    session.flush()
    if isinstance(row, Board):
        access.changed(session)


# Sections


def add_section(
    session: Session, board: Board, values: Mapping[str, Any], now: datetime
) -> BoardSection:
    made = BoardSection(
        board_id=board.id,
        title=_title(values, required=False),
        description=values.get("description"),
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    board.section_order = [*(board.section_order or ()), str(made.id)]
    board.updated_at = now
    session.flush()
    session.expire(board, ["sections"])
    return made


def update_section(
    session: Session, section: BoardSection, values: Mapping[str, Any], now: datetime
) -> None:
    _set_texts(section, values)
    if "item_order" in values:
        own = {str(item.id) for item in section.items}
        section.item_order = _order("item_order", values["item_order"], own)
    if "deleted_at" in values:
        section.deleted_at = now if values["deleted_at"] else None
    section.updated_at = now
    session.flush()


def move_section(session: Session, section: BoardSection, board: Board) -> None:
    section.board_id = board.id
    board.section_order = [*(board.section_order or ()), str(section.id)]
    session.flush()


# Items


def add_item(
    session: Session,
    section: BoardSection,
    target: Mapping[str, int | str],
    values: Mapping[str, Any],
    user_id: int,
    now: datetime,
) -> BoardItem:
    """`target` is the content that it leads to: one of look_id, dashboard_id and
    lookml_dashboard_id; none for an item with an address of its own.
    """
    if not target and not values.get("custom_url"):
        message = "Name a Look, a dashboard, or a custom_url"
        raise Invalid(Problem("dashboard_id", "missing_field", message))
    made = BoardItem(board_section_id=section.id, created_by=user_id, created_at=now, **target)
    _set_item(made, values)
    session.add(made)
    session.flush()
    section.item_order = [*(section.item_order or ()), str(made.id)]
    session.flush()
    session.expire(section, ["items"])
    return made


def update_item(
    session: Session,
    item: BoardItem,
    target: Mapping[str, int | str],
    values: Mapping[str, Any],
) -> None:
    if target:
        item.look_id = item.dashboard_id = item.lookml_dashboard_id = None
        for name, identifier in target.items():
            setattr(item, name, identifier)
    _set_item(item, values)
    session.flush()


def move_item(session: Session, item: BoardItem, section: BoardSection) -> None:
    item.board_section_id = section.id
    section.item_order = [*(section.item_order or ()), str(item.id)]
    session.flush()


def _set_item(item: BoardItem, values: Mapping[str, Any]) -> None:
    problems = list(_item_problems(values))
    if problems:
        raise Invalid(*problems)
    for name in _PLAIN:
        if name in values:
            setattr(item, name, bool(values[name]) if name in _FLAGS else values[name])
    if "custom_image_data_base64" in values:
        item.custom_image = _plain_base64(values["custom_image_data_base64"])
    if "order" in values:
        item.order = values["order"]


def _item_problems(values: Mapping[str, Any]) -> Iterable[Problem]:
    title = values.get("custom_title")
    if title is not None and len(title) > _LONGEST_TITLE:
        yield Problem("custom_title", "invalid", f"At most {_LONGEST_TITLE} characters")
    address = values.get("custom_url")
    if address and not address.lower().startswith(_ADDRESSES):
        yield Problem("custom_url", "invalid", "custom_url must begin with https://, http:// or /")
    image = values.get("custom_image_data_base64")
    if image:
        try:
            pictures.read("custom_image_data_base64", image, _LARGEST_IMAGE)
        except Invalid as error:
            yield from error.problems


def _plain_base64(text: str | None) -> str | None:
    """Without the head of a data address, in one line."""
    return "".join((text or "").rpartition("base64,")[2].split()) or None


# Values


def _set_texts(row: Board | BoardSection, values: Mapping[str, Any]) -> None:
    if "title" in values:
        row.title = _title(values, required=isinstance(row, Board))
    if "description" in values:
        row.description = values["description"]


def _title(values: Mapping[str, Any], *, required: bool) -> str | None:
    title = str(values.get("title") or "").strip()
    if not title and required:
        raise Invalid(Problem("title", "missing_field", "A board needs a title"))
    if len(title) > _LONGEST_TITLE:
        message = f"A title has {_LONGEST_TITLE} characters at most"
        raise Invalid(Problem("title", "invalid", message))
    return title or None


def _order(name: str, given: Iterable[str] | None, own: set[str]) -> list[str] | None:
    """Ids each once. Invalid names those that do not belong there."""
    if given is None:
        return None
    wanted = list(dict.fromkeys(given))
    foreign = [identifier for identifier in wanted if identifier not in own]
    if foreign:
        raise Invalid(Problem(name, "invalid", f"{name} names what is not there: {foreign[0]}"))
    return wanted
