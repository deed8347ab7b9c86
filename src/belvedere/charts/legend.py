"""Legends: where they stand, in which order, and when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belvedere.charts.options import Options
from belvedere.charts.text import fitted, width
from belvedere.charts.vega import literal

_SIZE = 11
_WIDEST = 180.0
_MOST_BELOW = 24
_MOST_BESIDE = 60


def legend(
    labels: Sequence[str],
    options: Options,
    room: tuple[int, int],
    *,
    symbol: str = "square",
    least: int = 2,
    notes: list[str] | None = None,
) -> dict[str, Any] | None:
    """For series that are numbered; None where there are fewer than `least` to tell apart. What
    it has no room for is told in `notes`.
    """
    if len(labels) < least or options.flag("hide_legend"):
        return None
    wide, high = room
    side = options.choice("legend_position", ("left", "right", "center"), "center")
    texts = [fitted(label, _SIZE, _WIDEST) for label in labels]
    size = options.bounded("legend_font_size", _SIZE, 6, 40)
    shown: dict[str, Any] = {
        "title": None,
        "labelExpr": f"[{','.join(literal(text) for text in texts)}][datum.value]",
        "symbolType": symbol,
        "symbolStrokeWidth": 0 if symbol != "stroke" else 2,
        "labelFontSize": size,
    }
    if side != "center" or len(texts) > _MOST_BELOW:
        most = min(_MOST_BESIDE, max(2, int((high - 40) / (size + 6))))
        shown |= {
            "orient": "left" if side == "left" else "right",
            "values": _first(texts, most, notes),
        }
        return shown
    widest = max(width(text, size) for text in texts) + 34
    columns = max(1, min(len(texts), int((wide - 40) / widest)))
    rows = max(1, int(high * 0.3 / (size + 8)))
    shown |= {
        "orient": "bottom",
        "direction": "horizontal",
        "columns": columns,
        "values": _first(texts, columns * rows, notes),
    }
    return shown


def _first(texts: Sequence[str], most: int, notes: list[str] | None) -> list[int]:
    if len(texts) > most and notes is not None:
        told = f"The legend has room for {most} of {len(texts)}."
        if told not in notes:
            notes.append(told)
    return list(range(min(len(texts), most)))
