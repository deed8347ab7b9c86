"""The SELECTs of one query: its rows, plain or pivoted, and the parts that its totals take."""

from __future__ import annotations

from belvedere.compiler.compiled import OutputColumn, PostMeasure, Role, SqlPart
from belvedere.compiler.joins import JoinTree
from belvedere.compiler.measures import POST_QUERY, Measures
from belvedere.compiler.pivots import COLUMN_RANK, ROW_RANK, PivotOrder, PivotShape, pivoted
from belvedere.compiler.request import Sort
from belvedere.compiler.resolver import Resolver
from belvedere.compiler.restrictions import Restrictions
from belvedere.compiler.selection import Selection
from belvedere.compiler.statement import Order, OutDimension, OutMeasure, Select, StatementWriter
from belvedere.compiler.totals import can_total
from belvedere.lookml.scope import ScopedField

_REPORTED_BY_KEY = {
    "count": "count_distinct",
    "sum": "sum_distinct",
    "average": "average_distinct",
    "median": "median_distinct",
    "percentile": "percentile_distinct",
}


def _source_name(name: str) -> str:
    return f"{name}__source"


class Selects:
    """Writes what the request selects; `out` are its dimensions by full name."""

    def __init__(
        self,
        resolver: Resolver,
        measures: Measures,
        tree: JoinTree,
        selection: Selection,
        restrictions: Restrictions,
        out: dict[str, OutDimension],
    ) -> None:
        self._resolver = resolver
        self._request = resolver.request
        self._tree = tree
        self._selection = selection
        self._restrictions = restrictions
        self._out = out
        self._writer = StatementWriter(resolver, measures, tree)

    @property
    def protected(self) -> bool:
        """Whether measures had to be kept from counting repeated rows."""
        return self._writer.protected

    def rows(self) -> tuple[str, list[OutputColumn]]:
        """The main statement without its common table expressions, and its columns."""
        return self._pivoted() if self._selection.pivots else self._plain()

    def with_clause(self, sql: str) -> str:
        return self._writer.with_clause(sql)

    def _out_measures(self) -> list[OutMeasure]:
        shown = [m for m in self._selection.measures if m.field.type not in POST_QUERY]
        hidden = [m for m in self._selection.measures if m.field.type in POST_QUERY]
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
        if self._tree.repeats(scoped.alias):
            effective = _REPORTED_BY_KEY.get(effective, effective)
        return OutputColumn(measure.name, Role.measure, scoped.field, effective)

    def _select(self, dimensions: tuple[ScopedField, ...], measures: list[OutMeasure]) -> Select:
        return Select(
            dimensions=[self._out[field.full_name] for field in dimensions],
            measures=measures,
            where=self._restrictions.where,
            having=self._restrictions.having,
            grouped=self._grouped(dimensions, measures),
        )

    def _grouped(self, dimensions: tuple[ScopedField, ...], measures: list[OutMeasure]) -> bool:
        """Rows need no grouping where a selected field already makes each of them unique and
        nothing is computed over them, shown or not.
        """
        if measures or self._restrictions.having or self._extra_order():
            return True
        names = {field.full_name for field in dimensions}
        explore = self._resolver.scope.explore
        cancelling = {
            name if "." in name else f"{explore.base}.{name}"
            for name in explore.cancel_grouping_fields
        }
        if names & cancelling:
            return False
        key = self._resolver.scope.aliases[explore.base].primary_key
        unique = key is not None and f"{explore.base}.{key}" in names
        return not unique or self._tree.repeats(explore.base) or self._tree.adds_rows()

    def _plain(self) -> tuple[str, list[OutputColumn]]:
        selection = self._selection
        measures = self._out_measures()
        select = self._select(selection.dimensions, measures)
        select.order = self._order(selection)
        select.extra_order = self._extra_order()
        select.limit = self._request.limit
        columns = self._dimension_columns(selection.dimensions)
        columns += [self._measure_column(measure) for measure in measures]
        return self._writer.write(select), columns

    def _order(self, selection: Selection) -> list[Order]:
        """The sorts asked for; where rows are cut off, dimensions break ties so that the same
        query always keeps the same rows.
        """
        order = [Order(self._sort_name(field), sort.descending) for field, sort in self._ordering()]
        if self._request.limit is None or self._request.unsorted:
            return order
        named = {item.name for item in order}
        rest = (field.full_name for field in selection.dimensions)
        return order + [Order(name, descending=False) for name in rest if name not in named]

    def _ordering(self) -> list[tuple[ScopedField, Sort]]:
        """The sorts, with the fields that they sort by."""
        scope = self._resolver.scope
        return [(scope.ordering(field), sort) for field, sort in self._selection.sorts]

    def _sort_name(self, scoped: ScopedField) -> str:
        name = scoped.full_name
        if scoped.field.type in POST_QUERY and name in self._resolver.selected:
            return _source_name(name)
        return name

    def _extra_order(self) -> dict[str, ScopedField]:
        return {
            field.full_name: field
            for field, _ in self._ordering()
            if field.field.is_measure and field.full_name not in self._resolver.selected
        }

    def _pivoted(self) -> tuple[str, list[OutputColumn]]:
        selection = self._selection
        fields = (*selection.rows, *selection.pivots)
        measures = self._out_measures()
        unseen = [OutMeasure(name, field) for name, field in self._pivoted_order().items()]
        select = self._select(fields, [*measures, *unseen])
        select.companions = True
        shown = [field.full_name for field in fields] + [measure.name for measure in measures]
        shape = PivotShape(
            rows=[field.full_name for field in selection.rows],
            pivots=[field.full_name for field in selection.pivots],
            shown=shown,
            pivot_order=self._pivot_order(),
            row_order=self._row_order(),
            limit=self._request.limit,
            column_limit=self._request.column_limit,
        )
        columns = self._dimension_columns(fields)
        columns += [self._measure_column(measure) for measure in measures]
        columns += [
            OutputColumn(ROW_RANK, Role.row_rank),
            OutputColumn(COLUMN_RANK, Role.column_rank),
        ]
        return pivoted(self._resolver.dialect, self._writer.write(select), shape), columns

    def _pivot_order(self) -> list[PivotOrder]:
        asked = {field.full_name: sort.descending for field, sort in self._selection.sorts}
        return [
            term
            for pivot in self._selection.pivots
            for term in self._terms(pivot, descending=asked.get(pivot.full_name, False))
        ]

    def _row_order(self) -> list[PivotOrder]:
        pivoted_names = {pivot.full_name for pivot in self._selection.pivots}
        unseen = self._pivoted_order()
        terms: list[PivotOrder] = []
        for field, sort in self._ordering():
            if field.full_name in pivoted_names:
                continue
            if not field.field.is_measure:
                terms += self._terms(field, descending=sort.descending)
            elif field.full_name in self._resolver.selected or field.full_name in unseen:
                column = sort.pivot_column or 0
                terms.append(PivotOrder(self._sort_name(field), sort.descending, column))
        return terms

    def _pivoted_order(self) -> dict[str, ScopedField]:
        """Measures that others which are shown sort by, without being shown themselves."""
        shown = self._resolver.selected
        sorted_by = {field.full_name for field, _ in self._selection.sorts}
        extra = self._extra_order().items()
        return {name: field for name, field in extra if name not in sorted_by | set(shown)}

    def _terms(self, scoped: ScopedField, *, descending: bool) -> list[PivotOrder]:
        name = scoped.full_name
        terms = [PivotOrder(name, descending)]
        if self._out[name].companion is not None:
            terms.insert(0, PivotOrder(f"{name}__sort_", descending))
        return terms

    def post_measures(self) -> list[PostMeasure]:
        return [
            PostMeasure(
                name=scoped.full_name,
                kind=scoped.field.type,
                source=_source_name(scoped.full_name),
                direction=scoped.field.direction,
                field=scoped.field,
            )
            for scoped in self._selection.measures
            if scoped.field.type in POST_QUERY
        ]

    def part(self, dimensions: tuple[ScopedField, ...], limit: int | None) -> SqlPart | None:
        measures = [m for m in self._out_measures() if can_total(m.scoped.field)]
        if not measures:
            return None
        select = self._select(dimensions, measures)
        select.having = ()
        select.limit = limit
        columns = self._dimension_columns(dimensions)
        columns += [self._measure_column(measure) for measure in measures]
        sql = self._writer.with_clause(self._writer.write(select))
        return SqlPart(sql, tuple(columns))
