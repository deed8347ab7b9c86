"""Pieces of SQL text together with the views they read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fragment:
    """`needs` are the aliases that must be joined for this text; `mentions` adds the aliases
    that the modeller wrote out by name (`users.id` instead of `${users.id}`), which pull no
    join but decide where the text can stand.
    """

    sql: str
    needs: frozenset[str] = NOTHING
    mentions: frozenset[str] = NOTHING


@dataclass(frozen=True, slots=True)
class Reference:
    """`${TABLE}`, `${view.SQL_TABLE_NAME}`, `${field}` or `${view.field::cast}`."""

    name: str
    cast: str | None = None

    @property
    def is_table(self) -> bool:
        return self.name == "TABLE"

    @property
    def is_table_name(self) -> bool:
        return self.name == "SQL_TABLE_NAME" or self.name.endswith(".SQL_TABLE_NAME")


_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_OPENING = re.compile(r"\$(?=\{)|\A(?=\{)")
_BARE_COLUMN = re.compile(r"""(?:[\w$]+|"[^"]+"|`[^`]+`)(?:\.(?:[\w$]+|"[^"]+"|`[^`]+`))*\Z""")


def shielded(text: str) -> str:
    """Text from outside, so that a `${…}` in it is no reference once it stands in a template's
    result; `split` gives it back as it was. Null characters occur in no SQL otherwise.
    """
    return _OPENING.sub("\\g<0>\0", text)


def unshielded(text: str) -> str:
    return text.replace("\0", "")


@lru_cache(maxsize=65536)
def split(text: str) -> tuple[str | Reference, ...]:
    """The text cut at its `${…}` references, in order."""
    parts: list[str | Reference] = []
    end = 0
    for match in _REFERENCE.finditer(text):
        if match.start() > end:
            parts.append(unshielded(text[end : match.start()]))
        name, _, cast = match.group(1).partition("::")
        parts.append(Reference(name.strip(), cast.strip() or None))
        end = match.end()
    if end < len(text):
        parts.append(unshielded(text[end:]))
    return tuple(parts)


def parenthesized(sql: str) -> str:
    """In parentheses, unless it is a bare column (so that `${struct}.member` keeps working)."""
    return sql if _BARE_COLUMN.match(sql) else f"({sql})"


def all_of(conditions: list[str]) -> str:
    return " AND ".join(f"({condition})" for condition in conditions)
