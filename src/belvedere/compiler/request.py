"""What is asked of the compiler: a query as one person runs it, with every default applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from belvedere.lookml.model import Model


@dataclass(frozen=True, slots=True)
class Sort:
    """`pivot_column` (from 0) chooses the pivot column that a pivoted measure is sorted by."""

    field: str
    descending: bool = False
    pivot_column: int | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, as far as the answer depends on it. Attribute values are filter-expression text."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    literal_attributes: frozenset[str] = frozenset()
    """Attributes whose value is plain text, never a filter expression."""
    editable_attributes: frozenset[str] = frozenset()
    """Attributes whose value the viewer can change: access filters and grants refuse them."""
    hidden_attributes: frozenset[str] = frozenset()
    """Attributes whose value is never shown to anybody."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """Where persistent derived tables are kept; `identity` changes with the database behind it."""

    schema: str
    identity: str


@dataclass(frozen=True, slots=True)
class Request:
    """One query. `sorts` None asks for the default order, `()` with `unsorted` for none.

    `limit` None means no limit. `timezone` is the query's, `database_timezone` the connection's,
    both IANA names. `now` is an aware instant. Unknown names in `fields` and `sorts` are left out
    with a warning; unknown names in `filters` are an error.
    """

    model: Model
    explore: str
    fields: tuple[str, ...]
    now: datetime
    pivots: tuple[str, ...] = ()
    fill_fields: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    filter_expression: str | None = None
    sorts: tuple[Sort, ...] | None = None
    unsorted: bool = False
    limit: int | None = 500
    column_limit: int = 50
    total: bool = False
    row_total: str | None = None
    subtotals: tuple[str, ...] = ()
    dynamic_fields: tuple[Mapping[str, object], ...] = ()
    timezone: str = "UTC"
    database_timezone: str = "UTC"
    viewer: Viewer = field(default_factory=Viewer)
    development: bool = False
    for_everybody: bool = False
    """Rows and fields that are kept for all viewers; whoever reads them is restricted there."""
    defining: frozenset[str] = frozenset()
    """Views that are being defined by this query: default filters on them cannot hold in it."""
    modelled: Mapping[str, str] = field(default_factory=dict)
    """Filters that the model itself writes into the query: a parameter's may leave its list."""
    alone: str | None = None
    """The alias of the one view that is read, without the explore's joins and conditions."""
    from_source: bool = False
    """Aggregate tables are not read."""
    scratch: Scratch | None = None
    """None where the connection keeps no derived tables: they are computed with the query."""
