"""Sections of boards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.present.boards import present_sections
from belvedere.content import boards
from belvedere.content.tables import Board, BoardSection
from belvedere.errors import Invalid, Problem

_SORTS = {
    "id": BoardSection.id,
    "title": BoardSection.title,
    "created_at": BoardSection.created_at,
    "updated_at": BoardSection.updated_at,
}


@get("/board_sections", requires="authenticated")
def all_board_sections(call: Call) -> list[dict[str, Any]]:
    """The sections of every board that the caller may see."""
    chosen = (
        select(BoardSection)
        .join(Board, Board.id == BoardSection.board_id)
        .where(BoardSection.deleted_at.is_(None), Board.deleted_at.is_(None), call.reach.boards())
        .order_by(*search.order(call, _SORTS, BoardSection.id))
    )
    return present_sections(call, call.db.scalars(chosen).all())


@post("/board_sections", requires="authenticated")
def create_board_section(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A section at the end of a board."""
    if not body.get("board_id"):
        raise Invalid(Problem("board_id", "missing_field", "board_id is required"))
    board = _editable(call, boards.get(call.db, Board, str(body["board_id"])))
    return present_sections(call, [boards.add_section(call.db, board, body, call.now)])[0]


@get("/board_sections/{board_section_id}", requires="authenticated")
def board_section(call: Call, board_section_id: str) -> dict[str, Any]:
    """One section, with the items that the caller may see."""
    found = boards.get(call.db, BoardSection, board_section_id)
    call.reach.require(sees=call.reach.sees_board(boards.board_of(call.db, found)))
    return present_sections(call, [found])[0]


@patch("/board_sections/{board_section_id}", requires="authenticated")
def update_board_section(call: Call, board_section_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change a section or the order of its items, or move it to another board."""
    found = boards.get(call.db, BoardSection, board_section_id)
    board = _editable(call, boards.board_of(call.db, found))
    target = str(body.get("board_id") or board.id)
    if target != str(board.id):
        boards.move_section(call.db, found, _editable(call, boards.get(call.db, Board, target)))
    boards.update_section(call.db, found, body, call.now)
    return present_sections(call, [found])[0]


@delete("/board_sections/{board_section_id}", requires="authenticated")
def delete_board_section(call: Call, board_section_id: str) -> None:
    """Delete a section with its items."""
    found = boards.get(call.db, BoardSection, board_section_id)
    _editable(call, boards.board_of(call.db, found))
    boards.remove(call.db, found)


def _editable(call: Call, board: Board) -> Board:
    reach = call.reach
    reach.require(sees=reach.sees_board(board), edits=reach.edits_board(board), what="this board")
    return board
