"""Sections of the page that people come to first: those of a board, under names of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from belvedere.api.call import Call
from belvedere.api.present.boards import present_sections
from belvedere.content import boards
from belvedere.content.tables import Board

_SECTION = {"board_id": "homepage_id"}
_ITEM = {"board_section_id": "homepage_section_id"}


def present_homepage(call: Call, board: Board) -> list[dict[str, Any]]:
    """In the board's order."""
    living = [section for section in board.sections if section.deleted_at is None]
    ordered = boards.ordered(living, board.section_order)
    return [_section(shown) for shown in present_sections(call, ordered)]


def _section(shown: dict[str, Any]) -> dict[str, Any]:
    items = [_renamed(item, _ITEM) for item in shown.pop("board_items")]
    return {
        **_renamed(shown, _SECTION),
        "detail_url": None,
        "is_header": False,
        "homepage_items": items,
    }


def _renamed(shown: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in shown.items()}
