"""Drawings of our own: shapes and texts, written as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from belvedere.charts.colours import PAPER, TEXT
from belvedere.charts.text import FONT, clean


class Canvas:
    """Coordinates are in pixels from the upper left. Texts are escaped here; colours and numbers
    are ours already.
    """

    def __init__(self, width: int, height: int, ground: str = PAPER) -> None:
        self.width = width
        self.height = height
        self._parts: list[str] = []
        self.rect(0, 0, width, height, ground)

    def _put(self, tag: str, content: str | None = None, **attributes: object) -> None:
        written = " ".join(
            f"{name.rstrip('_').replace('_', '-')}={quoteattr(_attribute(value))}"
            for name, value in attributes.items()
            if value is not None
        )
        end = f">{content}</{tag}>" if content is not None else "/>"
        self._parts.append(f"<{tag} {written}{end}")

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        radius: float | None = None,
        opacity: float | None = None,
        stroke: str | None = None,
    ) -> None:
        self._put(
            "rect",
            x=x,
            y=y,
            width=max(0.0, width),
            height=max(0.0, height),
            fill=fill,
            rx=radius,
            fill_opacity=opacity,
            stroke=stroke,
        )

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        stroke: str,
        *,
        width: float = 1,
    ) -> None:
        (x1, y1), (x2, y2) = start, end
        self._put("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width)

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        self._put("circle", cx=x, cy=y, r=max(0.0, radius), fill=fill)

    def path(
        self,
        steps: str,
        *,
        fill: str = "none",
        stroke: str | None = None,
        width: float | None = None,
        opacity: float | None = None,
    ) -> None:
        """`steps` is a path of ours, never somebody's text."""
        self._put(
            "path", d=steps, fill=fill, stroke=stroke, stroke_width=width, fill_opacity=opacity
        )

    def polyline(self, points: Sequence[tuple[float, float]], stroke: str, width: float) -> None:
        self.path("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points), stroke=stroke, width=width)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        fill: str = TEXT,
        anchor: str = "start",
        bold: bool = False,
        italic: bool = False,
        strike: bool = False,
        turn: int = 0,
    ) -> None:
        """`y` is where the letters stand; `anchor` is start, middle or end."""
        if not text:
            return
        self._put(
            "text",
            escape(clean(text)),
            x=x,
            y=y,
            font_family=FONT,
            font_size=size,
            fill=fill,
            text_anchor=None if anchor == "start" else anchor,
            font_weight="bold" if bold else None,
            font_style="italic" if italic else None,
            text_decoration="line-through" if strike else None,
            transform=f"rotate({turn} {x:.1f} {y:.1f})" if turn else None,
        )

    def written(self) -> str:
        size = f'width="{self.width}" height="{self.height}"'
        box = f'viewBox="0 0 {self.width} {self.height}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box}>'
        return f"<?xml version='1.0' encoding='UTF-8'?>\n{head}{''.join(self._parts)}</svg>"


def _attribute(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)
