"""Charts: a shaped result and its vis_config become a Vega-Lite specification or a drawing of our
own, and that a picture. Nothing in a vis_config is run, and nothing is loaded from anywhere.
"""

from __future__ import annotations

from belvedere.charts.drawing import (
    DEFAULT_SIZE,
    LARGEST_SIDE,
    LEAST_SIDE,
    Drawing,
    drawing,
    message,
)
from belvedere.charts.painter import MEDIA_TYPES, NotDrawn, Painter

__all__ = [
    "DEFAULT_SIZE",
    "LARGEST_SIDE",
    "LEAST_SIDE",
    "MEDIA_TYPES",
    "Drawing",
    "NotDrawn",
    "Painter",
    "drawing",
    "message",
]
