"""One dialect per kind of database; `get` finds it by the name that connections use."""

from __future__ import annotations

from belvedere.compiler.dialects.base import Calendar, Dialect
from belvedere.compiler.dialects.duckdb import DuckDB
from belvedere.compiler.dialects.postgres import Postgres

__all__ = ["Calendar", "Dialect", "get", "names"]

_DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (DuckDB(), Postgres())}


def get(name: str) -> Dialect:
    """Raises KeyError for a name that is not in `names()`."""
    return _DIALECTS[name]


def names() -> tuple[str, ...]:
    return tuple(_DIALECTS)
