"""One query planned: which fields, joins and conditions it takes; then its statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from belvedere.compiler.calculated import calculations
from belvedere.compiler.compiled import AppliedSort, Calculation, Compiled, Earlier, SqlPart
from belvedere.compiler.conditions import local_bounds
from belvedere.compiler.conditions.periods import moved
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.earlier import Shift, shift_of, times_of
from belvedere.compiler.expressions import written
from belvedere.compiler.fanout import Where
from belvedere.compiler.fragments import Fragment
from belvedere.compiler.joins import JoinTree
from belvedere.compiler.measures import COMPARED, Measures
from belvedere.compiler.persistent import ANY_TIME, KeptTable
from belvedere.compiler.request import Request
from belvedere.compiler.resolver import Resolver, is_range_timeframe
from belvedere.compiler.restrictions import Restrictions
from belvedere.compiler.rolled_fields import FlatTree
from belvedere.compiler.selection import Selector
from belvedere.compiler.selects import Selects
from belvedere.compiler.statement import OutDimension
from belvedere.compiler.tables import Inner
from belvedere.compiler.totals import Totals
from belvedere.errors import LookmlError, NotFound
from belvedere.lookml.scope import ScopedField, scope_of

_DEEPEST = 12


class Planner:
    """What a request takes, found in this order: fields, conditions, dimensions, joins."""

    def __init__(
        self,
        request: Request,
        dialect: Dialect,
        depth: int = 0,
        shift: Shift | None = None,
        flat: str | None = None,
        within: str = "",
        asked_by: Planner | None = None,
    ) -> None:
        """`flat` is the one table that all fields of the request are columns of, if it is one.
        Templates are told what `asked_by` selects and filters, if it is given.
        """
        self.notes: list[str] = []
        self._depth = depth
        self._shift = shift
        self._below: dict[str, KeptTable] = {}
        """Persistent tables that the queries of native derived tables read."""
        self.request = request
        self.dialect = dialect
        scope = scope_of(request.model, request.explore)
        self.scope = scope if request.alone is None else scope.alone(request.alone)
        self.selector = Selector(request, self.scope)
        self.selection = self.selector.select()
        self.resolver = Resolver(request, self.scope, dialect, self._nested)
        self.resolver.custom = self._custom
        self.resolver.custom_fields = self.selector.custom.made
        self.resolver.filters = {f.full_name: text for f, text in self.selection.filters}
        chosen = (*self.selection.dimensions, *self.selection.measures)
        self.resolver.selected = frozenset(field.full_name for field in chosen)
        self.resolver.asked_by = asked_by.resolver if asked_by is not None else self.resolver
        self.measures = Measures(self.resolver)
        self.resolver.tables.flat = flat
        self.resolver.tables.within = within
        self.tree = JoinTree(self.resolver) if flat is None else FlatTree(self.resolver)
        self.restrictions = Restrictions(
            self.resolver, self.selector, self.selection, self.measures, shift
        )
        self.out = {field.full_name: self._out(field) for field in self.selection.dimensions}
        self.tree.require(self._needs())
        while self.restrictions.joined(self.tree.emitted):
            self.tree.require(self._needs())
        self.restrictions.where += [Where(fragment) for fragment in self.tree.where]
        self.selects = Selects(
            self.resolver, self.measures, self.tree, self.selection, self.restrictions, self.out
        )
        self.totals = Totals(request, self.selection, self.selector, self.selects.part)

    def _custom(self, scoped: ScopedField) -> Fragment:
        custom = self.selector.custom
        return written(self.resolver, custom.any, custom.expressions[scoped.full_name])[0]

    def _nested(self, request: Request, within: str) -> Inner:
        if request.explore not in request.model.explores:
            raise NotFound
        if self._depth >= _DEEPEST:
            raise LookmlError("Native derived tables are nested too deeply or refer to themselves")
        inner = Planner(request, self.dialect, self._depth + 1, within=within).compiled()
        if request.now != ANY_TIME:  # then only a definition is compared, nothing is read
            self._below |= {kept.key: kept for kept in inner.kept}
        return inner_of(inner, self.dialect)

    def _out(self, scoped: ScopedField) -> OutDimension:
        return OutDimension(
            scoped.full_name,
            scoped,
            self.resolver.output(scoped),
            self.resolver.companion(scoped),
            self.resolver.period(scoped),
        )

    def _needs(self) -> frozenset[str]:
        needs: set[str] = set()
        for out in self.out.values():
            needs |= out.fragment.needs
            if out.companion is not None:
                needs |= out.companion.needs
        for where in self.restrictions.where:
            needs |= where.fragment.needs
        conditions = (having.scoped for having in self.restrictions.having)
        measures = [*self.selection.measures, *conditions]
        ordering = [self.resolver.scope.ordering(field) for field, _ in self.selection.sorts]
        measures += [field for field in ordering if field.field.is_measure]
        for scoped in measures:
            needs |= set() if scoped.custom is not None else {scoped.alias}
            aggregates, raw = self.measures.collect(scoped)
            for aggregate in aggregates:
                needs |= aggregate.needs
            for fragment in raw:
                needs |= fragment.needs
        return frozenset(needs)

    def _kept(self) -> tuple[KeptTable, ...]:
        return tuple({**self._below, **self.resolver.tables.kept}.values())

    # The answer

    def compiled(self) -> Compiled:
        sql, columns = self.selects.rows()
        selection = self.selection
        calculated = calculations(self.selector.custom.calculations)
        return Compiled(
            model=self.request.model.name,
            explore=self.request.explore,
            sql="".join(self.notes) + self.selects.with_clause(sql),
            body=sql,
            expressions=dict(self.resolver.tables.expressions),
            columns=tuple(columns),
            dimensions=self._shown(selection.rows),
            measures=self._shown(selection.measures),
            pivots=tuple(field.full_name for field in selection.pivots),
            post_measures=tuple(self.selects.post_measures()),
            total=self.totals.total(),
            row_total=self.totals.row_total(),
            grand_total=self.totals.grand_total(),
            subtotals=tuple(self.totals.subtotals()),
            earlier=tuple(self._earlier()),
            row_total_side=self.totals.row_total_side(),
            sorts=tuple(self._sorts(calculated)),
            fill_fields=tuple(name for name in self.request.fill_fields if name in self.out),
            fill_bounds=tuple(self._fill_bounds()),
            calendar=self.resolver.time.calendar,
            filters=tuple((field.full_name, text) for field, text in selection.filters),
            filter_expression=self.request.filter_expression or None,
            limit=self.request.limit,
            column_limit=self.request.column_limit,
            timezone=self.request.timezone,
            warnings=(*selection.warnings, *self.totals.warnings()),
            reads_clock=self.resolver.reads_clock,
            kept=self._kept(),
            symmetric=self.selects.protected,
            hidden=tuple(sorted(selection.hidden)),
            calculations=calculated,
            custom=tuple(self.selector.custom.made.values()),
        )

    def _sorts(self, calculated: Iterable[Calculation]) -> Iterator[AppliedSort]:
        """What the SQL sorts by, and calculations where the query names them in between."""
        found = {
            field.full_name: AppliedSort(field.full_name, sort.descending, sort.pivot_column)
            for field, sort in self.selection.sorts
        }
        later = {item.name for item in calculated}
        asked = [(sort, sort.field.removesuffix("__sort_")) for sort in self.request.sorts or ()]
        named = {name for _, name in asked}
        yield from (own for name, own in found.items() if name not in named)
        for sort, name in asked:
            if sort.field in later:
                yield AppliedSort(sort.field, sort.descending)
            elif name in found:
                yield found.pop(name)

    def _shown(self, fields: tuple[ScopedField, ...]) -> tuple[str, ...]:
        names = (field.full_name for field in fields)
        return tuple(name for name in names if name not in self.selection.hidden)

    # Comparison with earlier periods

    def _earlier(self) -> Iterator[Earlier]:
        """One statement for each distance that measures look back."""
        if self._shift is not None:
            return
        by_shift: dict[Shift, list[ScopedField]] = {}
        for scoped in self.selection.measures:
            if scoped.field.type == COMPARED:
                by_shift.setdefault(shift_of(self.resolver, scoped), []).append(scoped)
        for shift, measures in by_shift.items():
            times = times_of(shift, measures[0], self.selection.dimensions)
            for other in measures[1:]:
                times_of(shift, other, self.selection.dimensions)
            yield Earlier(
                part=self._shifted(shift, measures, times[0]),
                unit=shift.unit,
                times=tuple((time.full_name, time.field.timeframe or "") for time in times),
                measures=tuple(measure.full_name for measure in measures),
            )

    def _shifted(self, shift: Shift, measures: list[ScopedField], time: ScopedField) -> SqlPart:
        fields = (*self.selection.dimensions, *measures)
        request = replace(
            self.request,
            fields=tuple(field.full_name for field in fields),
            pivots=(),
            fill_fields=(),
            sorts=(),
            unsorted=True,
            limit=None,
            total=False,
            row_total=None,
            subtotals=(),
        )
        planner = Planner(request, self.dialect, self._depth, shift)
        if shift.to_date:
            until = moved(planner.resolver.time.local_now, -1, shift.unit)
            made = planner.resolver.condition(time, f"before {until:%Y-%m-%d %H:%M:%S}")
            planner.restrictions.where += [] if made is None else [Where(*made)]
        planner.restrictions.having = []
        compiled = planner.compiled()
        return SqlPart(compiled.sql, compiled.columns)

    # Fill

    def _fill_bounds(self) -> Iterator[tuple[str, datetime | None, datetime | None]]:
        """How far filters on a filled field, or on its dimension group, reach."""
        for name in self.request.fill_fields:
            if name not in self.out:
                continue
            filled = self.out[name].scoped
            for scoped, expression in self.selection.filters:
                if _same_dates(filled, scoped):
                    yield (name, *local_bounds(expression, self.resolver.time))


def _same_dates(filled: ScopedField, filtered: ScopedField) -> bool:
    one, other = filled.field, filtered.field
    if filled.alias != filtered.alias or not is_range_timeframe(other.timeframe):
        return False
    grouped = one.dimension_group is not None and one.dimension_group == other.dimension_group
    return is_range_timeframe(one.timeframe) and (grouped or one.name == other.name)


def inner_of(compiled: Compiled, dialect: Dialect) -> Inner:
    columns = frozenset(column.name for column in compiled.columns)
    if dialect.supports_nested_with:
        return Inner(compiled.sql, {}, columns)
    return Inner(compiled.body, compiled.expressions, columns)
