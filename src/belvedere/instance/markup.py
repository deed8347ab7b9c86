"""HTML that people write for others to read: made harmless, and as plain text."""

from __future__ import annotations

import re
from html import unescape

import nh3

_LINE_ENDS = re.compile(r"<br\s*/?>|</(?:p|div|li|h[1-6]|tr|ul|ol|table|blockquote)>")
_GAPS = re.compile(r"\n{3,}")


def cleaned(html: str) -> str:
    """Without scripts, styles, forms and anything else that does more than show text."""
    return nh3.clean(html)


def plain(html: str) -> str:
    broken = _LINE_ENDS.sub("\n", cleaned(html))
    return _GAPS.sub("\n\n", unescape(nh3.clean(broken, tags=set()))).strip()
