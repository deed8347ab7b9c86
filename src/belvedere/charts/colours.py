"""Colours: read from people's settings, mixed, and set against one another."""

from __future__ import annotations

import re
from collections.abc import Sequence

TEXT = "#2b3238"
QUIET = "#6b757d"
RULE = "#c3c9ce"
GRID = "#e6e9ec"
PAPER = "#ffffff"
UP = "#17894a"
DOWN = "#c5362b"

_HEX = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,[^)]*)?\)")
_NAMED = {
    "black": "#000000",
    "white": "#ffffff",
    "red": "#ff0000",
    "green": "#008000",
    "blue": "#0000ff",
    "yellow": "#ffff00",
    "orange": "#ffa500",
    "purple": "#800080",
    "pink": "#ffc0cb",
    "brown": "#a52a2a",
    "grey": "#808080",
    "gray": "#808080",
    "silver": "#c0c0c0",
    "maroon": "#800000",
    "navy": "#000080",
    "teal": "#008080",
    "olive": "#808000",
    "lime": "#00ff00",
    "aqua": "#00ffff",
    "cyan": "#00ffff",
    "magenta": "#ff00ff",
    "fuchsia": "#ff00ff",
    "gold": "#ffd700",
    "indigo": "#4b0082",
    "violet": "#ee82ee",
    "coral": "#ff7f50",
    "salmon": "#fa8072",
    "tomato": "#ff6347",
    "crimson": "#dc143c",
    "turquoise": "#40e0d0",
    "khaki": "#f0e68c",
    "tan": "#d2b48c",
    "beige": "#f5f5dc",
    "lightgrey": "#d3d3d3",
    "lightgray": "#d3d3d3",
    "darkgrey": "#a9a9a9",
    "darkgray": "#a9a9a9",
    "lightblue": "#add8e6",
    "darkblue": "#00008b",
    "lightgreen": "#90ee90",
    "darkgreen": "#006400",
    "darkred": "#8b0000",
    "darkorange": "#ff8c00",
    "steelblue": "#4682b4",
    "skyblue": "#87ceeb",
    "royalblue": "#4169e1",
    "dodgerblue": "#1e90ff",
    "slategray": "#708090",
}


def colour(value: object) -> str | None:
    """As #rrggbb; None for what is no colour."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    found = _HEX.fullmatch(text)
    if found:
        digits = found[1]
        if len(digits) == 3:
            digits = "".join(digit * 2 for digit in digits)
        return f"#{digits[:6].lower()}"
    found = _RGB.fullmatch(text)
    if found:
        return _hex([min(255, int(part)) for part in found.groups()])
    return _NAMED.get(text.lower())


def _channels(text: str) -> list[int]:
    return [int(text[place : place + 2], 16) for place in (1, 3, 5)]


def _hex(channels: Sequence[float]) -> str:
    return "#" + "".join(f"{round(channel):02x}" for channel in channels)


def mixed(first: str, second: str, share: float) -> str:
    """`share` (0 to 1) of the second colour in the first."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return _hex([a + (b - a) * share for a, b in pairs])


def along(stops: Sequence[str], place: float) -> str:
    """The colour at `place` (0 to 1) of a scale."""
    if len(stops) == 1:
        return stops[0]
    position = min(1.0, max(0.0, place)) * (len(stops) - 1)
    step = min(int(position), len(stops) - 2)
    return mixed(stops[step], stops[step + 1], position - step)


def _luminance(text: str) -> float:
    def linear(channel: float) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in _channels(text))
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def contrast(first: str, second: str) -> float:
    """1 (equal) to 21 (black on white)."""
    one, other = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (one + 0.05) / (other + 0.05)


def readable_on(ground: str) -> str:
    """Dark or white text, whichever stands out more."""
    return max((TEXT, PAPER), key=lambda ink: contrast(ink, ground))
