"""Items of boards: links to content and to other addresses."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select

from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.present.boards import present_items
from belvedere.content import boards
from belvedere.content.tables import Board, BoardItem, BoardSection, Dashboard, Look
from belvedere.errors import Invalid, NotFound, Problem

_SORTS = {
    "id": BoardItem.id,
    "order": BoardItem.order,
    "board_section_id": BoardItem.board_section_id,
    "created_at": BoardItem.created_at,
}
T = TypeVar("T", Look, Dashboard)
_TARGETS = ("look_id", "dashboard_id", "lookml_dashboard_id")


@get("/board_items", requires="authenticated")
def all_board_items(call: Call, board_section_id: str | None) -> list[dict[str, Any]]:
    """The items of every board that the caller may see, or of one section."""
    chosen = (
        select(BoardItem)
        .join(BoardSection, BoardSection.id == BoardItem.board_section_id)
        .join(Board, Board.id == BoardSection.board_id)
        .where(BoardSection.deleted_at.is_(None), Board.deleted_at.is_(None), call.reach.boards())
        .order_by(*search.order(call, _SORTS, BoardItem.id))
    )
    if board_section_id is not None:
        chosen = chosen.where(search.ids(BoardItem.board_section_id)(board_section_id))
    return present_items(call, call.db.scalars(chosen).all())


@post("/board_items", requires="authenticated")
def create_board_item(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """An item at the end of a section."""
    if not body.get("board_section_id"):
        message = "board_section_id is required"
        raise Invalid(Problem("board_section_id", "missing_field", message))
    section = _editable_section(call, str(body["board_section_id"]))
    who = call.session.user_id
    made = boards.add_item(call.db, section, _target(call, body), body, who, call.now)
    return present_items(call, [made])[0]


@get("/board_items/{board_item_id}", requires="authenticated")
def board_item(call: Call, board_item_id: str) -> dict[str, Any]:
    """One item."""
    return _shown(call, _visible(call, board_item_id))


@patch("/board_items/{board_item_id}", requires="authenticated")
def update_board_item(call: Call, board_item_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change an item, or move it to another section."""
    found = _editable(call, board_item_id)
    boards.update_item(call.db, found, _target(call, body, found), body)
    section = str(body.get("board_section_id") or found.board_section_id)
    if section != str(found.board_section_id):
        boards.move_item(call.db, found, _editable_section(call, section))
    return _shown(call, found)


@delete("/board_items/{board_item_id}", requires="authenticated")
def delete_board_item(call: Call, board_item_id: str) -> None:
    """Take an item off its board."""
    boards.remove(call.db, _editable(call, board_item_id))


def _shown(call: Call, found: BoardItem) -> dict[str, Any]:
    """NotFound where the content may not be seen."""
    shown = present_items(call, [found])
    if not shown:
        raise NotFound
    return shown[0]


def _target(
    call: Call, body: dict[str, Any], item: BoardItem | None = None
) -> dict[str, int | str]:
    """The content that the item is to lead to, where that changes; NotFound for what the caller
    may not see.
    """
    given = {name: str(body[name]) for name in _TARGETS if body.get(name)}
    if item is not None and given == _leads_to(item):
        return {}
    if len(given) > 1:
        names = " and ".join(given)
        raise Invalid(Problem("dashboard_id", "invalid", f"An item leads to one thing: {names}"))
    reach = call.reach
    for name, identifier in given.items():
        if name == "lookml_dashboard_id" or "::" in identifier:
            reach.require(sees=reach.sees_lookml_dashboard(identifier))
            if not _is_there(call, identifier):
                raise NotFound
            return {"lookml_dashboard_id": identifier}
        if name == "look_id":
            look = _content(call, Look, identifier)
            reach.require(sees=reach.sees_look(look))
            return {name: look.id}
        found = _content(call, Dashboard, identifier)
        reach.require(sees=reach.sees_dashboard(found))
        return {name: found.id}
    return {}


def _leads_to(item: BoardItem) -> dict[str, str]:
    targets = {name: getattr(item, name) for name in _TARGETS}
    return {name: str(value) for name, value in targets.items() if value is not None}


def _is_there(call: Call, lookml_dashboard_id: str) -> bool:
    model, _, name = lookml_dashboard_id.partition("::")
    served = call.services.models.find(model)
    return served is not None and served.model is not None and name in served.model.dashboards


def _content(call: Call, kind: type[T], identifier: str) -> T:
    known = identifier.isdecimal() and len(identifier) < 10
    found = call.db.get(kind, int(identifier)) if known else None
    if found is None:
        raise NotFound
    return found


def _visible(call: Call, board_item_id: str) -> BoardItem:
    found = boards.get(call.db, BoardItem, board_item_id)
    call.reach.require(sees=call.reach.sees_board(boards.board_of(call.db, found)))
    return found


def _editable(call: Call, board_item_id: str) -> BoardItem:
    found = _visible(call, board_item_id)
    _edits(call, boards.board_of(call.db, found))
    return found


def _editable_section(call: Call, section_id: str) -> BoardSection:
    section = boards.get(call.db, BoardSection, section_id)
    _edits(call, boards.board_of(call.db, section))
    return section


def _edits(call: Call, board: Board) -> None:
    reach = call.reach
    reach.require(sees=reach.sees_board(board), edits=reach.edits_board(board), what="this board")
