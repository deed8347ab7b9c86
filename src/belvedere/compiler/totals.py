"""The statements beside the main one: totals, row totals, subtotals.

Each aggregates the source's rows anew, without the query's measure filters and limits, so that
it is right for every kind of measure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from belvedere.compiler.compiled import SqlPart, Subtotal, Warn
from belvedere.compiler.measures import NEVER_TOTALLED
from belvedere.compiler.request import Request
from belvedere.compiler.selection import Selection, Selector
from belvedere.lookml.model import Field
from belvedere.lookml.scope import ScopedField

MOST_ROW_TOTALS = 30_000
MOST_SUBTOTALS = 100_000
"""Rows of one level's statement; a level that has more is left out."""

Grouped = Callable[[tuple[ScopedField, ...], int | None], SqlPart | None]


def can_total(field: Field) -> bool:
    return field.type not in NEVER_TOTALLED


@dataclass(frozen=True, slots=True)
class Totals:
    """What one query asks for; `grouped` writes its measures by some dimensions, up to a limit
    of rows, and answers None where none of them can be totalled.
    """

    request: Request
    selection: Selection
    selector: Selector
    grouped: Grouped

    def total(self) -> SqlPart | None:
        return self.grouped(self.selection.pivots, None) if self.request.total else None

    def row_total_side(self) -> str | None:
        side = self.request.row_total
        return side if self.selection.pivots and side in ("left", "right") else None

    def row_total(self) -> SqlPart | None:
        if self.row_total_side() is None:
            return None
        return self.grouped(self.selection.rows, MOST_ROW_TOTALS)

    def grand_total(self) -> SqlPart | None:
        """Where the totals row meets the row totals."""
        if not self.request.total or self.row_total_side() is None:
            return None
        return self.grouped((), None)

    def subtotals(self) -> Iterator[Subtotal]:
        """A level for every named dimension that others follow: it and those before it."""
        rows, most = self._rows(), MOST_SUBTOTALS + 1
        asked = set(self._asked().values())
        for number, last in enumerate(rows[:-1], 1):
            if last.full_name not in asked:
                continue
            group = rows[:number]
            part = self.grouped((*group, *self.selection.pivots), most)
            if part is None:
                return
            whole = self.grouped(group, most) if self.row_total_side() is not None else None
            names = tuple(field.full_name for field in group)
            yield Subtotal(names, part, whole)

    def warnings(self) -> tuple[Warn, ...]:
        """Subtotals that were asked for by something else than a dimension of the rows."""
        rows = {field.full_name for field in self._rows()}
        return tuple(
            Warn(name, f"There are no subtotals by {name}: it is no row dimension of the query.")
            for name, found in self._asked().items()
            if found not in rows
        )

    def _asked(self) -> dict[str, str | None]:
        found = ((name, self.selector.find(name)) for name in self.request.subtotals)
        return {name: field.full_name if field else None for name, field in found}

    def _rows(self) -> tuple[ScopedField, ...]:
        hidden = self.selection.hidden
        return tuple(field for field in self.selection.rows if field.full_name not in hidden)
