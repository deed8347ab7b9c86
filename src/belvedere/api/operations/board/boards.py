"""Boards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, select

from belvedere.accounts.tables import User
from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.present.boards import present_boards
from belvedere.content import boards
from belvedere.content.tables import Board, ContentFavorite, ContentMetadata

_SORTS = {
    "id": Board.id,
    "title": Board.title,
    "created_at": Board.created_at,
    "updated_at": Board.updated_at,
}


@get("/boards", requires="authenticated")
def all_boards(call: Call) -> list[dict[str, Any]]:
    """Every board that the caller may see."""
    chosen = select(Board).where(Board.deleted_at.is_(None), call.reach.boards())
    return present_boards(call, call.db.scalars(chosen.order_by(Board.id)).all())


@post("/boards", requires="authenticated")
def create_board(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A board that only its maker (and administrators) may see, until others are let in."""
    made = boards.create(call.db, body, call.session.user_id, call.now)
    return present_boards(call, [made])[0]


@get("/boards/search", requires="authenticated")
def search_boards(call: Call) -> list[dict[str, Any]]:
    """Boards by their properties and their makers'."""
    criteria = {
        "title": search.text(Board.title),
        "created_at": search.at("created_at", Board.created_at),
        "first_name": _made_by(search.text(User.first_name)),
        "last_name": _made_by(search.text(User.last_name)),
        "creator_id": search.ids(Board.user_id),
        "favorited": _favorited(call),
    }
    chosen = select(Board).where(
        Board.deleted_at.is_(None),
        call.reach.boards(),
        _permitted(call),
        search.criteria(call, criteria),
    )
    chosen = chosen.order_by(*search.order(call, _SORTS, Board.id))
    return present_boards(call, search.page_of(call, chosen))


@get("/boards/{board_id}", requires="authenticated")
def board(call: Call, board_id: str) -> dict[str, Any]:
    """One board, with the items that the caller may see."""
    found = boards.get(call.db, Board, board_id)
    call.reach.require(sees=call.reach.sees_board(found))
    return present_boards(call, [found])[0]


@patch("/boards/{board_id}", requires="authenticated")
def update_board(call: Call, board_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change a board, or the order of its sections; with deleted_at put it away."""
    found = _editable(call, board_id)
    boards.update(call.db, found, body, call.now)
    return present_boards(call, [found])[0]


@delete("/boards/{board_id}", requires="authenticated")
def delete_board(call: Call, board_id: str) -> None:
    """Delete a board for good; the content that it leads to stays."""
    boards.remove(call.db, _editable(call, board_id))


def _editable(call: Call, board_id: str) -> Board:
    found = boards.get(call.db, Board, board_id)
    reach = call.reach
    reach.require(sees=reach.sees_board(found), edits=reach.edits_board(found), what="this board")
    return found


def _made_by(criterion: search.Criterion) -> search.Criterion:
    def matches(value: str) -> ColumnElement[bool]:
        return Board.user_id.in_(select(User.id).where(criterion(value)))

    return matches


def _favorited(call: Call) -> search.Criterion:
    own = select(ContentMetadata.board_id).join(
        ContentFavorite, ContentFavorite.content_metadata_id == ContentMetadata.id
    )
    own = own.where(
        ContentFavorite.user_id == call.session.user_id, ContentMetadata.board_id.is_not(None)
    )
    return search.flag(Board.id.in_(own))


def _permitted(call: Call) -> ColumnElement[bool]:
    """`permission=update` asks for those that may be changed; any other word for none."""
    asked = call.parameters.get("permission", "").strip().lower()
    if asked in ("", "show"):
        return call.reach.boards()
    return call.reach.edited_boards() if asked == "update" else false()
