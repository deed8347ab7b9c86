"""The page that people come to first."""

from __future__ import annotations

import re
from typing import Any

from belvedere.api.call import Call
from belvedere.api.operation import get
from belvedere.api.present.homepages import present_homepage
from belvedere.content.tables import Board

_BOARD = re.compile(r"/boards/(\d{1,17})/?\Z")


@get("/primary_homepage_sections", requires="authenticated")
def all_primary_homepage_sections(call: Call) -> list[dict[str, Any]]:
    """The sections of the board that is the caller's landing page; none where it is no board."""
    board = _landing_board(call)
    return present_homepage(call, board) if board is not None else []


def _landing_board(call: Call) -> Board | None:
    """None where it may not be seen, too."""
    named = _BOARD.match(call.session.attributes.get("landing_page", ""))
    board = call.db.get(Board, int(named[1])) if named else None
    if board is None or board.deleted_at is not None or not call.reach.sees_board(board):
        return None
    return board
