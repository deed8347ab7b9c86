"""Themes and collections of colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belvedere import clock
from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.appearance import theme_settings
from belvedere.appearance.color_collections import ColorCollection
from belvedere.appearance.tables import Theme

_MANAGE = Permission("manage_themes")


def present_themes(call: Call, rows: Sequence[Theme]) -> list[dict[str, Any]]:
    return [present_theme(call, row) for row in rows]


def present_theme(call: Call, theme: Theme) -> dict[str, Any]:
    may = call.session.permissions.has(_MANAGE)
    return {
        "can": {
            "show": True,
            "index": True,
            "create": may,
            "update": may and not theme.built_in,
            "delete": may and not theme.built_in,
        },
        "id": str(theme.id),
        "name": theme.name,
        "begin_at": clock.iso(theme.begin_at) if theme.begin_at else None,
        "end_at": clock.iso(theme.end_at) if theme.end_at else None,
        "settings": theme_settings.complete(theme.settings),
    }


def present_collections(found: Sequence[ColorCollection]) -> list[dict[str, Any]]:
    return [present_collection(collection) for collection in found]


def present_collection(collection: ColorCollection) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": collection.id, "label": collection.label}
    for kind in ("categorical", "sequential", "diverging"):
        shown[f"{kind}Palettes"] = [
            {
                **palette,
                "id": collection.palette_id(kind, position),
                "label": palette.get("label") or kind.capitalize(),
                "type": kind.capitalize(),
            }
            for position, palette in enumerate(collection.palettes.get(kind, ()))
        ]
    return shown
