"""What all descriptions are made with: where something stands, and a filter on a field."""

from __future__ import annotations

import msgspec


class Location(msgspec.Struct, frozen=True):
    """Where something is written: path within the project, line and column from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class FilterPair(msgspec.Struct, frozen=True):
    """A field and the filter expression put on it, as written (`field` may lack its view)."""

    field: str
    expression: str
