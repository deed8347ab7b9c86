"""Which statements only read, as far as their text tells; the session refuses what writes."""

from __future__ import annotations

import re

from belvedere.errors import EngineError

_LEXED = re.compile(
    r"""(?P<refused>/\*(?:M?!|\+(?![^'"`]*?\*/)))"""
    r"""|(?P<skipped>/\*.*?(?:\*/|\Z)|--(?=[\x00-\x20\x7f]|\Z)[^\n]*|\#[^\n]*)"""
    r"""|'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`""",
    re.DOTALL,
)
_FIRST = re.compile(r"[\s(]*([A-Za-z]+)")
_ALLOWED = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "EXPLAIN", "SHOW", "DESCRIBE", "DESC"})
_FILES = re.compile(r"\b(?:OUTFILE|DUMPFILE)\b", re.IGNORECASE)


def check_reads(sql: str) -> None:
    """EngineError for what is no query, or writes files where the server is."""
    code = _LEXED.sub(_emptied, sql)
    if "\0" in code:
        raise EngineError("Comments that are carried out cannot be run here", sql)
    first = _FIRST.match(code)
    word = first[1].upper() if first else ""
    if word not in _ALLOWED:
        raise EngineError(f"Only queries can be run here, not {word or 'this'}", sql)
    if _FILES.search(code):
        raise EngineError("Queries that write files cannot be run here", sql)


def _emptied(found: re.Match[str]) -> str:
    """Comments become a space, strings and quoted names empty quotes."""
    if found["refused"]:
        return "\0"
    return " " if found["skipped"] else "''"
