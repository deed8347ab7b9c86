"""What the compiler answers: SQL, and how its columns are to be read and shaped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from belvedere.compiler.dialects.base import Calendar
from belvedere.compiler.expressions.syntax import Expression
from belvedere.compiler.persistent import KeptTable, named
from belvedere.lookml.model import Field
from belvedere.lookml.scope import ScopedField


class Role(StrEnum):
    """Why a column is in the SELECT list."""

    dimension = "dimension"
    measure = "measure"
    hidden = "hidden"
    """Only there to order by, or as the input of a measure computed after the query."""
    row_rank = "row_rank"
    """Pivoted queries: which row (from 1) this cell belongs to."""
    column_rank = "column_rank"
    """Pivoted queries: which pivot column (from 1) this cell belongs to."""


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One column of the SQL result; `name` is its alias there.

    `field` is None for ranks and for companions that stand for no field. `effective_type` is the
    type after fan-out planning (a `count` computed as distinct count reports `count_distinct`).
    """

    name: str
    role: Role
    field: Field | None = None
    effective_type: str | None = None


@dataclass(frozen=True, slots=True)
class PostMeasure:
    """A measure computed on the rows that came back: running_total, percent_of_total, ….

    `source` is the name of the (possibly hidden) column it is computed from; `direction`
    is "row" or "column" and matters only in a pivoted query.
    """

    name: str
    kind: str
    source: str
    direction: str | None
    field: Field


@dataclass(frozen=True, slots=True)
class SqlPart:
    """A further statement of the same query and the columns it returns."""

    sql: str
    columns: tuple[OutputColumn, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The rows that measures of type period_over_period compare with.

    `times` are (name, timeframe) of the selected dimensions that count, the finest first; a row
    is compared with the one whose time is one `unit` (day, week, month, quarter, year) before.
    The part's columns are the query's dimensions and each measure's source.
    """

    part: SqlPart
    unit: str
    times: tuple[tuple[str, str], ...]
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subtotal:
    """The rows grouped by the first of the query's dimensions only, by `dimensions`.

    `part` returns one row per group, in a pivoted query one per group and pivot column;
    `row_total` (where the query has row totals) one row per group.
    """

    dimensions: tuple[str, ...]
    part: SqlPart
    row_total: SqlPart | None = None


@dataclass(frozen=True, slots=True)
class Warn:
    """Something that was left out; shown to the caller in json_detail's `errors`."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class AppliedSort:
    field: str
    descending: bool
    pivot_column: int | None = None


@dataclass(frozen=True, slots=True)
class Calculation:
    """A table calculation. `tree` is None where `problem` says why it cannot be read."""

    name: str
    tree: Expression | None
    field: Field
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled query.

    `dimensions` and `measures` are full field names in the query's order, pivots excluded from
    `dimensions`; `measures` includes post-query measures. Without pivots the rows of `sql`
    are the answer's rows, in order. With pivots each row is one cell: `columns` holds one
    row_rank and one column_rank column, and `dimensions` + `pivots` + measures otherwise.
    `total` returns one row without pivots, else one row per pivot column (pivot fields first).
    `row_total` returns one row per combination of `dimensions`, `grand_total` (where there are
    both) a single row. `subtotals` go from few dimensions to many. `fill_bounds` are (field,
    start, exclusive end) on the query's clock. `sorts` name calculations too, which the SQL does
    not sort by. `filters` are those in force, defaults of the
    explore included. Timezone names are IANA's.
    """

    model: str
    explore: str
    sql: str
    columns: tuple[OutputColumn, ...]
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    pivots: tuple[str, ...] = ()
    post_measures: tuple[PostMeasure, ...] = ()
    total: SqlPart | None = None
    row_total: SqlPart | None = None
    grand_total: SqlPart | None = None
    subtotals: tuple[Subtotal, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    row_total_side: str | None = None
    sorts: tuple[AppliedSort, ...] = ()
    fill_fields: tuple[str, ...] = ()
    fill_bounds: tuple[tuple[str, datetime | None, datetime | None], ...] = ()
    calendar: Calendar = field(default_factory=Calendar)
    filters: tuple[tuple[str, str], ...] = ()
    filter_expression: str | None = None
    limit: int | None = 500
    column_limit: int = 50
    timezone: str = "UTC"
    warnings: tuple[Warn, ...] = ()
    reads_clock: bool = False
    """Whether a template may have read the clock: the SQL is then good for now only."""
    hidden: tuple[str, ...] = ()
    """Fields of `columns` that only html and links of other fields show."""
    calculations: tuple[Calculation, ...] = ()
    custom: tuple[ScopedField, ...] = ()
    """The fields that the query defined itself."""
    kept: tuple[KeptTable, ...] = ()
    """The persistent derived tables that the statements read."""
    aggregate_table: str | None = None
    """The aggregate table (`explore::table`) that answers, if one does."""
    body: str = ""
    expressions: Mapping[str, str] = field(default_factory=dict)
    """`sql` without its common table expressions, and these by name."""
    symmetric: bool = False
    """Whether some measure had to be protected against repeated rows."""

    def parts(self) -> dict[str, SqlPart]:
        """Every statement of the query by what it answers: `main` first, then the totals."""
        return {name: part for name, part in self._parts() if part is not None}

    def _parts(self) -> Iterator[tuple[str, SqlPart | None]]:
        yield "main", SqlPart(self.sql, self.columns)
        yield "total", self.total
        yield "row_total", self.row_total
        yield "grand_total", self.grand_total
        for number, level in enumerate(self.subtotals):
            yield f"subtotal {number}", level.part
            yield f"subtotal {number} row_total", level.row_total
        for number, found in enumerate(self.earlier):
            yield f"earlier {number}", found.part

    def changed(self, change: Callable[[SqlPart], SqlPart]) -> Compiled:
        """The same with every statement changed."""

        def maybe(part: SqlPart | None) -> SqlPart | None:
            return None if part is None else change(part)

        main = change(SqlPart(self.sql, self.columns))
        return replace(
            self,
            sql=main.sql,
            columns=main.columns,
            total=maybe(self.total),
            row_total=maybe(self.row_total),
            grand_total=maybe(self.grand_total),
            subtotals=tuple(
                replace(level, part=change(level.part), row_total=maybe(level.row_total))
                for level in self.subtotals
            ),
            earlier=tuple(replace(found, part=change(found.part)) for found in self.earlier),
        )

    def reading(self, tables: Sequence[tuple[KeptTable, str]]) -> Compiled:
        """The same with the physical tables in the place of persistent ones."""
        return self.changed(lambda part: SqlPart(named(part.sql, tables), part.columns))

    @property
    def plain(self) -> bool:
        """Whether the rows can be streamed exactly as the database returns them."""
        return not (
            self.pivots
            or self.post_measures
            or self.total
            or self.row_total
            or self.subtotals
            or self.fill_fields
            or self.hidden
            or any(
                column.role is not Role.dimension and column.role is not Role.measure
                for column in self.columns
            )
        )
