"""A bounded result, in the shape of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from belvedere.compiler.compiled import Compiled
from belvedere.lookml.model import Field

ROW_TOTAL = "$$$_row_total_$$$"
KEY_SEPARATOR = "|FIELD|"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PivotColumn:
    """`data` holds the pivot fields' values; a total column has none, one that was filled in
    no `rank`.
    """

    key: str
    data: dict[str, Any]
    is_total: bool = False
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of a compiled query's statements, named as `Compiled.parts` names them."""

    main: pa.Table
    total: pa.Table | None = None
    row_total: pa.Table | None = None
    grand_total: pa.Table | None = None
    subtotals: tuple[tuple[pa.Table, pa.Table | None], ...] = ()
    """A level's groups, and its row totals."""
    earlier: tuple[pa.Table, ...] = ()

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> Tables:
        """From the tables by the names of `Compiled.parts`."""
        named = {name: table for name, table in tables.items() if " " not in name}
        earlier = tuple(table for name, table in tables.items() if name.startswith("earlier "))
        levels = [
            name for name in tables if name.startswith("subtotal ") and not name.endswith("_total")
        ]
        subtotals = tuple((tables[name], tables.get(f"{name} row_total")) for name in levels)
        return cls(**named, subtotals=subtotals, earlier=earlier)


@dataclass(frozen=True, slots=True)
class Level:
    """Subtotals of the groups by `dimensions`, in the order in which the rows show them. A row
    holds its group's values and the measures, these as the rows of the result hold them.
    """

    dimensions: tuple[str, ...]
    rows: list[Row]


@dataclass(slots=True)
class Shaped:
    """`rows` are by field name; in a pivoted result a measure's value is a dict by pivot key."""

    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    pivots: tuple[str, ...]
    fields: dict[str, Field]
    rows: list[Row]
    columns: list[PivotColumn] = field(default_factory=list)
    totals: Row | None = None
    subtotals: list[Level] = field(default_factory=list)
    has_row_totals: bool = False
    row_total_side: str | None = None
    columns_truncated: bool = False
    truncated: bool = False
    effective_types: dict[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    """What rows hold only for the templates of other cells."""
    calculations: dict[str, str] = field(default_factory=dict)
    """Table calculations by name: dimension, measure (pivoted like one) or supermeasure (shown
    once, behind the pivot columns)."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Calculations and subtotals that could not be computed, and why."""

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that a row holds, in the order in which it is shown."""
        return (*self.dimension_like, *self.measure_like, *self.supermeasures)

    @property
    def dimension_like(self) -> tuple[str, ...]:
        return (*self.dimensions, *self._calculated("dimension"))

    @property
    def measure_like(self) -> tuple[str, ...]:
        """What is pivoted where the result is."""
        return (*self.measures, *self._calculated("measure"))

    @property
    def supermeasures(self) -> tuple[str, ...]:
        return self._calculated("supermeasure")

    def _calculated(self, kind: str) -> tuple[str, ...]:
        return tuple(name for name, found in self.calculations.items() if found == kind)


def outline(compiled: Compiled) -> Shaped:
    """What is known of the result before its rows."""
    fields = {c.name: c.field for c in compiled.columns if c.field is not None}
    fields |= {post.name: post.field for post in compiled.post_measures}
    return Shaped(
        dimensions=compiled.dimensions,
        measures=compiled.measures,
        pivots=compiled.pivots,
        fields=fields,
        rows=[],
        hidden=compiled.hidden,
        effective_types={
            c.name: c.effective_type for c in compiled.columns if c.effective_type is not None
        },
    )
