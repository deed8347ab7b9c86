"""What drawing comes to, before it is a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DEFAULT_SIZE = (800, 500)
LEAST_SIDE, LARGEST_SIDE = 40, 4000


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn at `width` by `height` pixels: a Vega-Lite specification, or SVG text."""

    width: int
    height: int
    specification: dict[str, Any] | None = None
    svg: str | None = None
