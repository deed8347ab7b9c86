"""Values that themes and palettes may hold: the harmless part of what style sheets know.

They end up in style sheets, so nothing that could begin another declaration gets through.
"""

from __future__ import annotations

import re

_NAMES = """
aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet
brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan
darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta
darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue
darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey
dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray
green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush
lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray
lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray
lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon
mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin
navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen
paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple
rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna
silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle
tomato transparent turquoise violet wheat white whitesmoke yellow yellowgreen
"""
_NAMED = frozenset(_NAMES.split())
_LONGEST = 2000
_COLOR = re.compile(
    r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})"
    r"|(?:rgb|hsl)a?\([0-9.,%/ ]{1,30}(?:deg)?[0-9.,%/ ]{1,60}\)",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"\d{1,4}(?:\.\d{1,3})?(?:px|em|rem|pt|%|vw|vh)?")
_FONT = r"""(?:[\w \-.]+|'[\w \-.]+'|"[\w \-.]+")"""
_FONTS = re.compile(rf" *{_FONT} *(?:, *{_FONT} *)*")
_SHADOW = re.compile(r"[\w#,. \-]*")
"""Without the colours that are written as functions."""
_ADDRESS = re.compile(r"https?://[^\s\"'<>()\\{}]+")


def is_color(text: str) -> bool:
    return _COLOR.fullmatch(text.strip()) is not None or text.strip().lower() in _NAMED


def is_length(text: str) -> bool:
    return _LENGTH.fullmatch(text.strip()) is not None


def is_font_family(text: str) -> bool:
    return len(text) <= _LONGEST and _FONTS.fullmatch(text) is not None


def is_shadow(text: str) -> bool:
    return len(text) <= _LONGEST and _SHADOW.fullmatch(_COLOR.sub("", text)) is not None


def is_address(text: str) -> bool:
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None
