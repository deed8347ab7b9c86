"""Values written as filter expressions, and read back."""

from __future__ import annotations

import re

_NEEDS_QUOTES = frozenset("'\",%_^\\")
_ESCAPED = re.compile(r"""\^([\^_%,"' -])""")


def quote(value: str) -> str:
    """The string expression that matches exactly `value`."""
    plain = not _NEEDS_QUOTES.intersection(value) and not value.startswith("-")
    if plain and value.strip() == value != "" and value.lower() not in ("null", "empty"):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def unescape(text: str) -> str:
    """A parameter's value, which is written into filters with caret escapes."""
    return _ESCAPED.sub(r"\1", text)
