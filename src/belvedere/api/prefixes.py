"""What SQLite is told beside LIKE, so that an index on the text can answer it."""

from __future__ import annotations

import re
from typing import Any, Self

from sqlalchemy import Boolean, ColumnElement, String, literal, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_PREFIX = re.compile(r"[\x01-\x24\x26-\x5e\x60-\x7f]+")
"""Neither a wildcard nor a letter that SQLite folds in another way than Python."""


class _Between(FunctionElement[bool]):
    type = Boolean()
    name = "begins_between"
    inherit_cache = True

    def self_group(self, against: Any = None) -> Self:
        """As it is: compared with 1, as other functions are, it would use no index."""
        del against
        return self


@compiles(_Between, "sqlite")
def _on_sqlite(element: _Between, compiler: Any, **options: Any) -> str:
    text, low, high = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({text} >= {low} AND {text} < {high})"


@compiles(_Between)
def _elsewhere(element: _Between, compiler: Any, **options: Any) -> str:
    """Other databases order text by language, where a prefix is no range."""
    del element
    return str(compiler.process(true(), **options))


def beginning(folded: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """True of all texts in lower case that begin as the pattern does, and perhaps of others:
    LIKE decides.
    """
    found = _PREFIX.match(pattern)
    if found is None:
        return true()
    prefix = found[0].lower()
    behind = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return _Between(folded, literal(prefix, String()), literal(behind, String()))
