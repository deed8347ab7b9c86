"""Expressions that each database is told in its own words, so that it finds the fast way."""

from __future__ import annotations

import re
from typing import Any, Self

from sqlalchemy import Boolean, ColumnElement, String, and_, func, literal, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

Column = InstrumentedAttribute[Any] | ColumnElement[Any]
_PREFIX = re.compile(r"[\x01-\x24\x26-\x5b\x5d\x5e\x60-\x7f]+")
"""No wildcard, no backslash, and no letter that SQLite folds in another way than Python."""


class Plain(FunctionElement[Any]):
    def self_group(self, against: Any = None) -> Self:
        """As it is: compared with 1, as other functions are, it would use no index."""
        del against
        return self


# Texts


def like(text: Column, pattern: str) -> ColumnElement[bool]:
    """Without regard to case, as far as the database knows the letters: it folds both sides.
    % and _ are wildcards that a backslash takes their meaning from.
    """
    found = _PREFIX.match(pattern)
    if found is None:
        return matches(text, pattern)
    prefix = found[0].lower()
    behind = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    between = _Between(func.lower(text), literal(prefix, String()), literal(behind, String()))
    return and_(between, matches(text, pattern))


def matches(text: Column, pattern: str) -> ColumnElement[bool]:
    """The same, for rows that are looked at anyway."""
    return _Like(text, literal(pattern, String()))


class _Like(Plain):
    inherit_cache = True
    type = Boolean()
    name = "like_folded"


@compiles(_Like, "sqlite")
def _like_on_sqlite(element: _Like, compiler: Any, **options: Any) -> str:
    """Its LIKE folds the same letters as its lower(), and is three times as fast without it."""
    text, pattern = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({text} LIKE {pattern} ESCAPE '\\')"


@compiles(_Like)
def _like_elsewhere(element: _Like, compiler: Any, **options: Any) -> str:
    text, pattern = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(lower({text}) LIKE lower({pattern}) ESCAPE '\\')"


class _Between(Plain):
    """True of all texts in lower case that begin as a pattern does, and perhaps of others."""

    inherit_cache = True
    type = Boolean()
    name = "begins_between"


@compiles(_Between, "sqlite")
def _between_on_sqlite(element: _Between, compiler: Any, **options: Any) -> str:
    """Beside LIKE, so that an index on the text can answer it."""
    text, low, high = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({text} >= {low} AND {text} < {high})"


@compiles(_Between)
def _between_elsewhere(element: _Between, compiler: Any, **options: Any) -> str:
    """Other databases order text by language, where a prefix is no range."""
    del element
    return str(compiler.process(true(), **options))


def folded(text: Column) -> ColumnElement[Any]:
    """To be ordered by without regard to case."""
    return _Folded(text)


class _Folded(Plain):
    inherit_cache = True
    type = String()
    name = "folded"


@compiles(_Folded, "sqlite")
def _folded_on_sqlite(element: _Folded, compiler: Any, **options: Any) -> str:
    """Compares the letters that lower() changes, and makes no new text of each."""
    (text,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{text} COLLATE NOCASE"


@compiles(_Folded)
def _folded_elsewhere(element: _Folded, compiler: Any, **options: Any) -> str:
    (text,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"lower({text})"


# Ways to the rows


def unindexed(column: Column) -> ColumnElement[Any]:
    """The column, in a condition that most rows meet: SQLite takes no index on it as the way to
    them.
    """
    return _Unindexed(column, type_=column.type)


class _Unindexed(Plain):
    inherit_cache = True
    name = "unindexed"

    def __init__(self, column: Column, type_: Any) -> None:
        super().__init__(column)
        self.type = type_


@compiles(_Unindexed, "sqlite")
def _unindexed_on_sqlite(element: _Unindexed, compiler: Any, **options: Any) -> str:
    (column,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"+{column}"


@compiles(_Unindexed)
def _as_it_is(element: _Unindexed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))
