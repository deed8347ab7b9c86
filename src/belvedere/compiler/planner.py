"""From a request to SQL: the one way in to the compiler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from belvedere.compiler import aggregates
from belvedere.compiler.aggregates import FlatTree
from belvedere.compiler.calculated import calculations
from belvedere.compiler.compiled import (
    AppliedSort,
    Compiled,
    Earlier,
    OutputColumn,
    PostMeasure,
    Role,
    SqlPart,
)
from belvedere.compiler.conditions import local_bounds
from belvedere.compiler.conditions.periods import moved
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.earlier import Shift, shift_of, times_of
from belvedere.compiler.expressions import custom_filter, written
from belvedere.compiler.fanout import Where
from belvedere.compiler.fragments import Fragment
from belvedere.compiler.joins import JoinTree
from belvedere.compiler.measures import COMPARED, POST_QUERY, Measures
from belvedere.compiler.persistent import ANY_TIME, KeptTable, Making, is_kept, kept_table
from belvedere.compiler.pivots import COLUMN_RANK, ROW_RANK, PivotOrder, PivotShape, pivoted
from belvedere.compiler.request import Request
from belvedere.compiler.resolver import Resolver, is_range_timeframe
from belvedere.compiler.selection import Selection, Selector
from belvedere.compiler.statement import (
    Having,
    Order,
    OutDimension,
    OutMeasure,
    Select,
    StatementWriter,
)
from belvedere.compiler.tables import Inner, qualified
from belvedere.compiler.totals import Totals, can_total
from belvedere.errors import LookmlError, NotFound, QueryError
from belvedere.lookml.model import Category, Field, View
from belvedere.lookml.scope import ScopedField, scope_of

_REPORTED_BY_KEY = {
    "count": "count_distinct",
    "sum": "sum_distinct",
    "average": "average_distinct",
    "median": "median_distinct",
    "percentile": "percentile_distinct",
}


_DEEPEST = 12


def compile_query(request: Request, dialect: Dialect) -> Compiled:
    """The SQL of a request and how to read its result.

    Raises NotFound for an explore that is unknown (or hidden from the viewer), QueryError for
    wrong filters, pivots or an empty selection, LookmlError for a model that cannot answer.
    """
    return _compiled(request, dialect)


def _compiled(request: Request, dialect: Dialect, within: str = "") -> Compiled:
    if request.explore not in request.model.explores:
        raise NotFound
    try:
        planner = _Planner(request, dialect, within=within)
        return _from_aggregate(planner) or planner.compiled()
    except RecursionError:
        raise QueryError("Fields or expressions of the query are nested too deeply") from None


def _from_aggregate(planner: _Planner) -> Compiled | None:
    """The query over an aggregate table, where one gives the same rows."""
    request, dialect, explore = planner.request, planner.dialect, planner.scope.explore
    if request.scratch is None or request.for_everybody or not explore.aggregate_tables:
        return None
    asked = aggregates.Asked(
        request=request,
        selection=planner.selection,
        scope=planner.scope,
        time=planner.resolver.time,
        joins=tuple(planner.tree.emitted),
    )
    notes = []
    for found in aggregates.grouped(request.model, explore):
        try:
            made_with = _Planner(_request_of(request, found), dialect).tree
            flat = aggregates.flat_request(asked, found, made_with, dialect)
        except aggregates.NotSame as reason:
            notes.append(f"-- Did not use {explore.name}::{found.table.name}; {reason}\n")
            continue
        kept = kept_of(replace(request, model=found.model), dialect, found.view)
        if kept is None:
            continue
        table = dialect.scratch_table(request.scratch.schema, kept.name)
        compiled = _Planner(flat, dialect, flat=table).compiled()
        notes.append(f"-- use existing {explore.name}::{found.table.name} in {table}\n")
        return _as_asked(planner, compiled, kept, f"{explore.name}::{found.table.name}", notes)
    planner.notes = notes
    return None


def _request_of(request: Request, found: aggregates.Grouped) -> Request:
    """The query that an aggregate table holds the rows of."""
    fields = (*found.dimensions, *found.measures)
    return replace(
        request,
        model=found.model,
        fields=tuple(field.full_name for field in fields),
        pivots=(),
        fill_fields=(),
        filters={qualified(f.field, request.explore): f.expression for f in found.table.filters},
        filter_expression=None,
        sorts=(),
        unsorted=True,
        limit=None,
        total=False,
        row_total=None,
        subtotals=(),
        dynamic_fields=(),
        for_everybody=True,
    )


def _as_asked(
    planner: _Planner, compiled: Compiled, kept: KeptTable, name: str, notes: list[str]
) -> Compiled:
    """The columns of an aggregate table, told as the fields that they hold."""
    fields = {field.full_name: field.field for field in planner.selection.measures}
    fields |= {field.full_name: field.field for field in planner.selection.dimensions}

    def told(columns: tuple[OutputColumn, ...]) -> tuple[OutputColumn, ...]:
        return tuple(
            replace(column, field=fields[column.name], effective_type=fields[column.name].type)
            if column.name in fields and column.field is not None
            else column
            for column in columns
        )

    told_all = compiled.changed(lambda part: SqlPart(part.sql, told(part.columns)))
    return replace(
        told_all,
        sql="".join(notes) + compiled.sql,
        post_measures=tuple(
            replace(post, field=fields[post.name]) for post in compiled.post_measures
        ),
        filters=tuple((field.full_name, text) for field, text in planner.selection.filters),
        warnings=(*planner.selection.warnings, *planner.totals.warnings()),
        kept=(kept,),
        aggregate_table=name,
    )


def making(request: Request, dialect: Dialect, kept: KeptTable) -> Making:
    """How a persistent table is made at the request's time. Its `explore` does not matter."""
    below: dict[str, KeptTable] = {}

    def nested(inner: Request, within: str) -> Inner:
        compiled = _compiled(inner, dialect, within)
        below.update({found.key: found for found in compiled.kept})
        return _inner(compiled, dialect)

    request = replace(request, model=kept.model)
    scope = scope_of(request.model, request.explore)
    resolver = Resolver(request, scope, dialect, nested).alone(kept.view, request.now)
    return Making(resolver, kept, below)


def kept_of(request: Request, dialect: Dialect, view: View) -> KeptTable | None:
    """The persistent table behind a view, for this viewer; None where it is none."""
    if request.scratch is None or view.derived_table is None or not is_kept(view.derived_table):
        return None

    def nested(inner: Request, within: str) -> Inner:
        return _inner(_compiled(inner, dialect, within), dialect)

    scope = scope_of(request.model, request.explore)
    alone = Resolver(request, scope, dialect, nested).alone(view, ANY_TIME, [view.name])
    return kept_table(alone, view, request.scratch)


def _inner(compiled: Compiled, dialect: Dialect) -> Inner:
    if dialect.supports_nested_with:
        return Inner(compiled.sql, {})
    return Inner(compiled.body, compiled.expressions)


def _source_name(name: str) -> str:
    return f"{name}__source"


class _Planner:
    def __init__(
        self,
        request: Request,
        dialect: Dialect,
        depth: int = 0,
        shift: Shift | None = None,
        flat: str | None = None,
        within: str = "",
    ) -> None:
        """`flat` is the one table that all fields of the request are columns of, if it is one."""
        self.notes: list[str] = []
        self._depth = depth
        self._shift = shift
        self._below: dict[str, KeptTable] = {}
        """Persistent tables that the queries of native derived tables read."""
        self.request = request
        self.dialect = dialect
        self.scope = scope_of(request.model, request.explore)
        self.selector = Selector(request, self.scope)
        self.selection = self.selector.select()
        self.resolver = Resolver(request, self.scope, dialect, self._nested)
        self.resolver.custom = self._custom
        self.resolver.custom_fields = self.selector.custom.made
        self.resolver.filters = {f.full_name: text for f, text in self.selection.filters}
        chosen = (*self.selection.dimensions, *self.selection.measures)
        self.resolver.selected = frozenset(field.full_name for field in chosen)
        self.measures = Measures(self.resolver)
        self.resolver.tables.flat = flat
        self.resolver.tables.within = within
        self.tree = JoinTree(self.resolver) if flat is None else FlatTree(self.resolver)
        self.where: list[Where] = []
        self.having: list[Having] = []
        self._conditions()
        self.out = {field.full_name: self._out(field) for field in self.selection.dimensions}
        self.tree.require(self._needs())
        self.where += [Where(fragment) for fragment in self.tree.where]
        self.writer = StatementWriter(self.resolver, self.measures, self.tree)
        self.totals = Totals(request, self.selection, self.selector, self._part)

    def _custom(self, scoped: ScopedField) -> Fragment:
        custom = self.selector.custom
        return written(self.resolver, custom.any, custom.expressions[scoped.full_name])[0]

    def _nested(self, request: Request, within: str) -> Inner:
        if request.explore not in request.model.explores:
            raise NotFound
        if self._depth >= _DEEPEST:
            raise LookmlError("Native derived tables are nested too deeply or refer to themselves")
        inner = _Planner(request, self.dialect, self._depth + 1, within=within).compiled()
        if request.now != ANY_TIME:  # then only a definition is compared, nothing is read
            self._below |= {kept.key: kept for kept in inner.kept}
        return _inner(inner, self.dialect)

    # Reading the request

    def _out(self, scoped: ScopedField) -> OutDimension:
        return OutDimension(
            scoped.full_name,
            scoped,
            self.resolver.output(scoped),
            self.resolver.companion(scoped),
            self.resolver.period(scoped),
        )

    def _conditions(self) -> None:
        for scoped, expression in self.selection.filters:
            self._filter(scoped, expression)
        custom = self.request.filter_expression
        if custom and custom.strip():
            self.where.append(Where(custom_filter(self.resolver, self.selector.find, custom)))
        explore, base = self.scope.explore, self.scope.explore.base
        if explore.sql_always_where:
            self.where.append(Where(self.resolver.fragment(explore.sql_always_where, base)))
        if explore.sql_always_having:
            field = Field(
                name="sql_always_having",
                view=base,
                category=Category.measure,
                type="number",
                sql=explore.sql_always_having,
            )
            self.having.append(Having(ScopedField(base, field), None))
        for access_filter in () if self.request.for_everybody else explore.access_filters:
            self.where.append(self._access(access_filter.field, access_filter.user_attribute))

    def _filter(self, scoped: ScopedField, expression: str) -> None:
        field = scoped.field
        if field.category is Category.parameter:
            return
        if field.category is Category.filter:
            if field.sql and expression.strip():
                text = self.resolver.fragment(field.sql, scoped.alias, scoped.full_name)
                self.where.append(Where(text))
            return
        if field.is_measure:
            if field.type in POST_QUERY:
                raise QueryError(
                    f"Invalid filter: {scoped.full_name} is computed after the query and cannot "
                    "be filtered"
                )
            if expression.strip():
                self.having.append(Having(scoped, expression))
            return
        shift = self._shift
        back = shift.unit if shift is not None and shift.concerns(scoped) else None
        made = self.resolver.condition(scoped, expression, back)
        if made is not None:
            self.where.append(Where(*made))

    def _access(self, name: str, attribute: str) -> Where:
        """An access filter: rows of the viewer's values only; QueryError where there is none."""
        scoped = self.resolver.lookup(name, self.scope.explore.base)
        viewer = self.request.viewer
        if attribute in viewer.editable_attributes:
            raise QueryError(
                f"Cannot use {attribute} as access filter since any user can edit their own value"
            )
        value = viewer.attributes.get(attribute)
        if value is None or not value.strip():
            raise QueryError(
                f"The explore {self.scope.explore.name} is filtered by your user attribute "
                f"{attribute}, which has no value"
            )
        if attribute in viewer.literal_attributes and not is_range_timeframe(
            scoped.field.timeframe
        ):
            operand = self.resolver.operand(scoped)
            text = self.dialect.text(operand.sql)
            sql = f"{text} = {self.dialect.string(value)}"
            return Where(Fragment(sql, operand.needs, operand.mentions), accepts_null=False)
        made = self.resolver.condition(scoped, value)
        return Where(Fragment("1=0")) if made is None else Where(*made)

    def _needs(self) -> frozenset[str]:
        needs: set[str] = set()
        for out in self.out.values():
            needs |= out.fragment.needs
            if out.companion is not None:
                needs |= out.companion.needs
        for where in self.where:
            needs |= where.fragment.needs
        measures = [*self.selection.measures, *(having.scoped for having in self.having)]
        measures += [field for field, _ in self.selection.sorts if field.field.is_measure]
        for scoped in measures:
            needs |= set() if scoped.custom is not None else {scoped.alias}
            aggregates, raw = self.measures.collect(scoped)
            for aggregate in aggregates:
                needs |= aggregate.needs
            for fragment in raw:
                needs |= fragment.needs
        return frozenset(needs)

    # Columns

    def _out_measures(self) -> list[OutMeasure]:
        shown = [m for m in self.selection.measures if m.field.type not in POST_QUERY]
        hidden = [m for m in self.selection.measures if m.field.type in POST_QUERY]
        return [OutMeasure(m.full_name, m) for m in shown] + [
            OutMeasure(_source_name(m.full_name), m, is_source=True) for m in hidden
        ]

    def _dimension_columns(self, fields: tuple[ScopedField, ...]) -> list[OutputColumn]:
        return [OutputColumn(f.full_name, Role.dimension, f.field) for f in fields]

    def _measure_column(self, measure: OutMeasure) -> OutputColumn:
        scoped = measure.scoped
        if measure.is_source:
            return OutputColumn(measure.name, Role.hidden)
        effective = scoped.field.type
        if self.tree.repeats(scoped.alias):
            effective = _REPORTED_BY_KEY.get(effective, effective)
        return OutputColumn(measure.name, Role.measure, scoped.field, effective)

    def _kept(self) -> tuple[KeptTable, ...]:
        return tuple({**self._below, **self.resolver.tables.kept}.values())

    # The answer

    def compiled(self) -> Compiled:
        sql, columns = self._pivoted() if self.selection.pivots else self._plain()
        selection = self.selection
        return Compiled(
            model=self.request.model.name,
            explore=self.request.explore,
            sql="".join(self.notes) + self.writer.with_clause(sql),
            body=sql,
            expressions=dict(self.resolver.tables.expressions),
            columns=tuple(columns),
            dimensions=self._shown(selection.rows),
            measures=self._shown(selection.measures),
            pivots=tuple(field.full_name for field in selection.pivots),
            post_measures=tuple(self._post_measures()),
            total=self.totals.total(),
            row_total=self.totals.row_total(),
            grand_total=self.totals.grand_total(),
            subtotals=tuple(self.totals.subtotals()),
            earlier=tuple(self._earlier()),
            row_total_side=self.totals.row_total_side(),
            sorts=tuple(
                AppliedSort(field.full_name, sort.descending, sort.pivot_column)
                for field, sort in selection.sorts
            ),
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
            symmetric=self.writer.protected,
            hidden=tuple(sorted(selection.hidden)),
            calculations=calculations(self.selector.custom.calculations, self.request.sorts or ()),
            custom=tuple(self.selector.custom.made.values()),
        )

    def _shown(self, fields: tuple[ScopedField, ...]) -> tuple[str, ...]:
        names = (field.full_name for field in fields)
        return tuple(name for name in names if name not in self.selection.hidden)

    def _select(self, dimensions: tuple[ScopedField, ...], measures: list[OutMeasure]) -> Select:
        return Select(
            dimensions=[self.out[field.full_name] for field in dimensions],
            measures=measures,
            where=self.where,
            having=self.having,
            grouped=self._grouped(dimensions, measures),
        )

    def _grouped(self, dimensions: tuple[ScopedField, ...], measures: list[OutMeasure]) -> bool:
        """Rows need no grouping where a selected field already makes each of them unique."""
        if measures:
            return True
        names = {field.full_name for field in dimensions}
        explore = self.scope.explore
        cancelling = {
            name if "." in name else f"{explore.base}.{name}"
            for name in explore.cancel_grouping_fields
        }
        if names & cancelling:
            return False
        key = self.scope.aliases[explore.base].primary_key
        unique = key is not None and f"{explore.base}.{key}" in names
        return not unique or self.tree.repeats(explore.base) or self.tree.adds_rows()

    def _plain(self) -> tuple[str, list[OutputColumn]]:
        selection = self.selection
        measures = self._out_measures()
        select = self._select(selection.dimensions, measures)
        select.order = self._order(selection)
        select.extra_order = self._extra_order(selection)
        select.limit = self.request.limit
        columns = self._dimension_columns(selection.dimensions)
        columns += [self._measure_column(measure) for measure in measures]
        return self.writer.write(select), columns

    def _order(self, selection: Selection) -> list[Order]:
        """The sorts asked for; where rows are cut off, dimensions break ties so that the same
        query always keeps the same rows.
        """
        order = [Order(self._sort_name(field), sort.descending) for field, sort in selection.sorts]
        if self.request.limit is None or self.request.unsorted:
            return order
        named = {item.name for item in order}
        rest = (field.full_name for field in selection.dimensions)
        return order + [Order(name, descending=False) for name in rest if name not in named]

    def _sort_name(self, scoped: ScopedField) -> str:
        name = scoped.full_name
        if scoped.field.type in POST_QUERY and name in self.resolver.selected:
            return _source_name(name)
        return name

    def _extra_order(self, selection: Selection) -> dict[str, ScopedField]:
        return {
            field.full_name: field
            for field, _ in selection.sorts
            if field.field.is_measure and field.full_name not in self.resolver.selected
        }

    def _pivoted(self) -> tuple[str, list[OutputColumn]]:
        selection = self.selection
        fields = (*selection.rows, *selection.pivots)
        measures = self._out_measures()
        select = self._select(fields, measures)
        select.companions = True
        shown = [field.full_name for field in fields] + [measure.name for measure in measures]
        shape = PivotShape(
            rows=[field.full_name for field in selection.rows],
            pivots=[field.full_name for field in selection.pivots],
            shown=shown,
            pivot_order=self._pivot_order(),
            row_order=self._row_order(),
            limit=self.request.limit,
            column_limit=self.request.column_limit,
        )
        columns = self._dimension_columns(fields)
        columns += [self._measure_column(measure) for measure in measures]
        columns += [
            OutputColumn(ROW_RANK, Role.row_rank),
            OutputColumn(COLUMN_RANK, Role.column_rank),
        ]
        return pivoted(self.dialect, self.writer.write(select), shape), columns

    def _pivot_order(self) -> list[PivotOrder]:
        asked = {field.full_name: sort.descending for field, sort in self.selection.sorts}
        return [
            term
            for pivot in self.selection.pivots
            for term in self._terms(pivot, descending=asked.get(pivot.full_name, False))
        ]

    def _row_order(self) -> list[PivotOrder]:
        pivoted_names = {pivot.full_name for pivot in self.selection.pivots}
        terms: list[PivotOrder] = []
        for field, sort in self.selection.sorts:
            if field.full_name in pivoted_names:
                continue
            if not field.field.is_measure:
                terms += self._terms(field, descending=sort.descending)
            elif field.full_name in self.resolver.selected:
                column = sort.pivot_column or 0
                terms.append(PivotOrder(self._sort_name(field), sort.descending, column))
        return terms

    def _terms(self, scoped: ScopedField, *, descending: bool) -> list[PivotOrder]:
        name = scoped.full_name
        terms = [PivotOrder(name, descending)]
        if self.out[name].companion is not None:
            terms.insert(0, PivotOrder(f"{name}__sort_", descending))
        return terms

    def _post_measures(self) -> list[PostMeasure]:
        return [
            PostMeasure(
                name=scoped.full_name,
                kind=scoped.field.type,
                source=_source_name(scoped.full_name),
                direction=scoped.field.direction,
                field=scoped.field,
            )
            for scoped in self.selection.measures
            if scoped.field.type in POST_QUERY
        ]

    # Totals

    def _part(self, dimensions: tuple[ScopedField, ...], limit: int | None) -> SqlPart | None:
        measures = [m for m in self._out_measures() if can_total(m.scoped.field)]
        if not measures:
            return None
        select = self._select(dimensions, measures)
        select.having = ()
        select.limit = limit
        columns = self._dimension_columns(dimensions)
        columns += [self._measure_column(measure) for measure in measures]
        sql = self.writer.with_clause(self.writer.write(select))
        return SqlPart(sql, tuple(columns))

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
        planner = _Planner(request, self.dialect, self._depth, shift)
        if shift.to_date:
            until = moved(planner.resolver.time.local_now, -1, shift.unit)
            made = planner.resolver.condition(time, f"before {until:%Y-%m-%d %H:%M:%S}")
            planner.where += [] if made is None else [Where(*made)]
        planner.having = []
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
