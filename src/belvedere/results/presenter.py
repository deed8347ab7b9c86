"""What encoders ask about fields and cells; the query package knows the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from belvedere.results.separators import DEFAULT_NUMBER_FORMAT


class Presenter(Protocol):
    """`name` is a field's full name; `row` the plain values of the row by field name."""

    def label(self, name: str) -> str: ...

    def rendered(self, name: str, value: Any) -> str:
        """The value in its value format."""

    def html(self, name: str, value: Any, row: dict[str, Any]) -> str | None: ...

    def links(self, name: str, value: Any, row: dict[str, Any]) -> list[dict[str, Any]]: ...

    def filterable(self, name: str, value: Any) -> str | None:
        """The filter expression that selects the value, where it is not the value itself."""

    def field_metadata(self, name: str) -> dict[str, Any]: ...

    def problems(self) -> list[tuple[str, str]]:
        """What could not be shown so far: the field, and what happened."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What json_detail and json_bi tell beside the rows; `sql` is None for those who may not
    see it. Times are ISO 8601, durations in seconds.
    """

    id: str
    sql: str | None
    runtime: float
    ran_at: str
    from_cache: bool
    timezone: str
    filters: dict[str, str]
    sorts: list[tuple[str, bool]]
    warnings: list[tuple[str, str]]
    model: str
    explore: str
    fill_fields: list[str]
    aggregate_table: str | None = None
    filter_expression: str | None = None
    number_format: str = DEFAULT_NUMBER_FORMAT
