"""Texts with HTML or Markdown that people write for others to read: made harmless, and plain."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

import nh3
from markdown_it import MarkdownIt

_LINE_ENDS = re.compile(r"<br\s*/?>|</(?:p|div|li|h[1-6]|tr|ul|ol|table|blockquote)>")
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_GAPS = re.compile(r"\n{3,}")


def cleaned(html: str) -> str:
    """Without scripts, styles, forms and anything else that does more than show text."""
    return nh3.clean(html.encode("utf-8", "replace").decode())  # JSON holds halves of characters


@lru_cache(maxsize=1024)
def rendered(markdown: str) -> str:
    """Markdown, which may hold HTML, as clean HTML."""
    return cleaned(_MARKDOWN.render(markdown)).strip()


@lru_cache(maxsize=1024)
def rendered_line(markdown: str) -> str:
    """The same for a heading: no paragraphs."""
    return cleaned(_MARKDOWN.renderInline(markdown)).strip()


def plain(html: str) -> str:
    broken = _LINE_ENDS.sub("\n", cleaned(html))
    return _GAPS.sub("\n\n", unescape(nh3.clean(broken, tags=set()))).strip()
