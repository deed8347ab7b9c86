"""Pieces of Vega-Lite. Texts of people and names of fields never become names or expressions in
a specification: rows have short keys of our own, labels are string literals found by number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from belvedere.charts.colours import GRID, PAPER, QUIET, RULE, TEXT
from belvedere.charts.text import FONT

Spec = dict[str, Any]
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


def chart(width: int, height: int, layers: Sequence[Spec], **more: Any) -> Spec:
    """A whole chart of exactly that size."""
    return {
        "$schema": _SCHEMA,
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding", "resize": False},
        "padding": {"left": 14, "right": 18, "top": 16, "bottom": 12},
        "background": PAPER,
        "config": _config(),
        "layer": list(layers),
        **more,
    }


def _config() -> Spec:
    return {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": QUIET,
            "titleColor": TEXT,
            "titleFontWeight": "normal",
            "labelFontSize": 11,
            "titleFontSize": 12,
            "titlePadding": 8,
            "labelPadding": 5,
            "domainColor": RULE,
            "tickColor": RULE,
            "gridColor": GRID,
            "labelLimit": 220,
        },
        "legend": {
            "labelColor": TEXT,
            "labelFontSize": 11,
            "titleColor": QUIET,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "symbolSize": 90,
            "rowPadding": 4,
            "columnPadding": 16,
            "labelLimit": 200,
        },
        "text": {"color": TEXT, "fontSize": 11},
        "title": {"color": TEXT, "fontWeight": "normal", "fontSize": 13},
    }


def layer(mark: Spec, rows: Sequence[Spec], **encoding: Any) -> Spec:
    shown = {channel: value for channel, value in encoding.items() if value is not None}
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": shown}


def number_field(key: str, **more: Any) -> Spec:
    return {"field": key, "type": "quantitative", **more}


def slot_field(key: str, **more: Any) -> Spec:
    return {"field": key, "type": "ordinal", **more}


def name_field(key: str, **more: Any) -> Spec:
    return {"field": key, "type": "nominal", **more}


def pixels(key: str) -> Spec:
    """A position that is counted in pixels already."""
    return number_field(key, scale=None, axis=None)


def literal(text: str | Sequence[str]) -> str:
    """A text (or lines of it) as a literal of Vega's expressions."""
    return json.dumps(text if isinstance(text, str) else list(text), ensure_ascii=True)


def lookup(values: Sequence[float], texts: Sequence[str | Sequence[str]]) -> str:
    """The expression that finds the label of a value by its place in a list."""
    places = json.dumps([_key(value) for value in values])
    found = ",".join(literal(text) for text in texts)
    return f"[{found}][indexof({places}, toNumber(datum.value))]"


def _key(value: float) -> float:
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value)


def colour_scale(colours: Sequence[str]) -> Spec:
    """Colours by a series' number."""
    return {"domain": list(range(len(colours))), "range": list(colours)}


def note(texts: Sequence[str]) -> Spec | None:
    """What the picture has to say about itself, small, below it."""
    if not texts:
        return None
    return {
        "text": " ".join(texts),
        "orient": "bottom",
        "anchor": "start",
        "fontSize": 10,
        "color": QUIET,
        "fontStyle": "italic",
        "offset": 8,
    }
