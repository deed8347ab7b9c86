"""One SELECT over an explore's joined rows: dimensions, measures, conditions, order, limit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from belvedere.compiler.conditions import condition
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.fanout import CannotCollapseError, CollapsePlan, Where, collapse_plan
from belvedere.compiler.fragments import Fragment, all_of
from belvedere.compiler.joins import JoinTree
from belvedere.compiler.measures import Aggregate, InlineAggregates, Measures
from belvedere.compiler.names import output_column
from belvedere.compiler.resolver import Resolver
from belvedere.errors import QueryError
from belvedere.lookml.scope import ScopedField

_LITERAL = re.compile(r"\(*(?:N?'(?:[^']|'')*'|[+-]?\d+(?:\.\d*)?|NULL)\)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OutDimension:
    """`companion` is what the dimension sorts by when that is not its own value."""

    name: str
    scoped: ScopedField
    fragment: Fragment
    companion: Fragment | None = None
    period: Fragment | None = None
    """What to group by, where that is cheaper than the value itself."""


@dataclass(frozen=True, slots=True)
class OutMeasure:
    name: str
    scoped: ScopedField
    is_source: bool = False
    """The raw input of a measure that is computed after the query."""


@dataclass(frozen=True, slots=True)
class Order:
    name: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Having:
    scoped: ScopedField
    expression: str | None
    """None: the measure's own SQL is the condition (sql_always_having)."""


@dataclass(slots=True)
class Select:
    """What to select; `order` names dimensions, measures or `extra_order` fields."""

    dimensions: Sequence[OutDimension]
    measures: Sequence[OutMeasure]
    where: Sequence[Where] = ()
    having: Sequence[Having] = ()
    order: Sequence[Order] = ()
    extra_order: dict[str, ScopedField] = field(default_factory=dict)
    limit: int | None = None
    grouped: bool = True
    companions: bool = False
    """Whether companions are selected too, as `<name>__sort_`."""


@dataclass(frozen=True, slots=True)
class _Strategy:
    """How expressions are rendered: over the joined rows, or over rows grouped below joins."""

    dimension: Callable[[Fragment], str]
    aggregate: Callable[[Aggregate], str]
    raw: Callable[[Fragment], str]
    conditions: Callable[[], list[Fragment]]
    from_clause: Callable[[], str]


@dataclass(frozen=True, slots=True)
class _Term:
    """What to sort by; `hidden` where it is none of the columns."""

    sql: str
    descending: bool
    hidden: bool


class StatementWriter:
    """Writes SELECTs of one compilation; `protected` tells afterwards what needed protection."""

    def __init__(self, resolver: Resolver, measures: Measures, tree: JoinTree) -> None:
        self._resolver = resolver
        self._dialect: Dialect = resolver.dialect
        self._measures = measures
        self._tree = tree
        self.protected = False

    def write(self, select: Select) -> str:
        """The SELECT without its common table expressions (see `with_clause`)."""
        aggregates = self._aggregates(select)
        plan = collapse_plan(self._resolver, self._tree, aggregates, list(select.where))
        self.protected = self.protected or any(
            aggregate.moved_by_repetition and self._tree.repeats(aggregate.alias)
            for aggregate in aggregates
        )
        if plan is not None:
            try:
                return self._render(select, self._collapsed(plan))
            except CannotCollapseError:
                pass
        return self._render(select, self._inline(select))

    def with_clause(self, sql: str) -> str:
        """The statement with every common table expression that it uses in front."""
        expressions = self._resolver.tables.expressions
        if not expressions:
            return sql
        tables = ",\n".join(f"{name} AS (\n{body}\n)" for name, body in expressions.items())
        return f"WITH {tables}\n{sql}"

    def _aggregates(self, select: Select) -> list[Aggregate]:
        fields = [measure.scoped for measure in select.measures]
        fields += [having.scoped for having in select.having]
        fields += select.extra_order.values()
        return [found for scoped in fields for found in self._measures.collect(scoped)[0]]

    # Strategies

    def _inline(self, select: Select) -> _Strategy:
        tree = self._tree
        render = InlineAggregates(
            self._resolver,
            tree.repeats,
            lambda alias: alias == tree.base and not tree.adds_rows(),
        )
        return _Strategy(
            dimension=lambda fragment: fragment.sql,
            aggregate=render,
            raw=render.raw,
            conditions=lambda: [where.fragment for where in select.where],
            from_clause=self._from_clause,
        )

    def _collapsed(self, plan: CollapsePlan) -> _Strategy:
        return _Strategy(
            dimension=plan.dimension,
            aggregate=plan.aggregate,
            raw=plan.raw,
            conditions=lambda: plan.conditions,
            from_clause=lambda: plan.from_clause(self._source),
        )

    def _source(self, alias: str) -> str:
        scope = self._resolver.scope
        join = scope.joins.get(alias)
        stated = join.sql_table_name if join else scope.explore.sql_table_name
        return self._resolver.tables.source(alias, scope.aliases[alias], stated)

    def _from_clause(self) -> str:
        lines = [f"FROM {self._source(self._tree.base)}"]
        for made in self._tree.emitted:
            source = "" if made.raw is not None else self._source(made.alias)
            lines.append(made.sql(source))
        return "\n".join(filter(None, lines))  # a raw join may be empty: fields without a table

    # Text

    def _render(self, select: Select, strategy: _Strategy) -> str:
        columns = self._columns(select, strategy)
        having = [self._having(item, strategy) for item in select.having]
        order = self._order(select, strategy, dict(columns))
        from_clause = strategy.from_clause()
        listed = ",\n  ".join(
            f"{sql} AS {output_column(self._dialect, name)}" for name, sql in columns
        )
        lines = [f"SELECT\n  {listed}", from_clause]
        conditions = strategy.conditions()
        if conditions:
            lines.append(f"WHERE {all_of([condition.sql for condition in conditions])}")
        if select.grouped and select.dimensions:
            lines.append(f"GROUP BY {', '.join(self._groups(select, strategy)) or '()'}")
        kept = [sql for sql in having if sql is not None]
        if kept:
            lines.append(f"HAVING {all_of(kept)}")
            if any(term.hidden for term in order) and not self._dialect.supports_hidden_order:
                lines, order = self._around(lines, [name for name, _ in columns], order)
        return "\n".join([*lines, *self._end(select, order)])

    def _end(self, select: Select, order: list[_Term]) -> Iterator[str]:
        if order:
            terms = [self._dialect.order(term.sql, descending=term.descending) for term in order]
            yield f"ORDER BY {', '.join(terms)}"
        if select.limit is not None:
            yield self._dialect.limit(select.limit, ordered=bool(order))

    def _around(
        self, lines: list[str], names: list[str], order: list[_Term]
    ) -> tuple[list[str], list[_Term]]:
        """The statement within one that has the hidden terms as columns, and can sort by them."""
        added, terms = [], []
        for number, term in enumerate(order, 1):
            if term.hidden:
                column = output_column(self._dialect, f"z___order_{number}")
                added.append(f"{term.sql} AS {column}")
                terms.append(replace(term, sql=column))
            else:
                terms.append(term)
        listed = ",\n  ".join(output_column(self._dialect, name) for name in names)
        inner = "\n".join([",\n  ".join([lines[0], *added]), *lines[1:]])
        source = self._dialect.aliased(f"(\n{inner}\n)", "z___ordered")
        return [f"SELECT\n  {listed}", f"FROM {source}"], terms

    def _columns(self, select: Select, strategy: _Strategy) -> list[tuple[str, str]]:
        columns = [(item.name, self._shown(item, strategy)) for item in select.dimensions]
        if select.companions:
            columns += [
                (f"{item.name}__sort_", self._least(item.companion, strategy))
                for item in select.dimensions
                if item.companion is not None
            ]
        for measure in select.measures:
            write = self._measures.sql if measure.is_source else self._measures.output
            columns.append((measure.name, write(measure.scoped, strategy.aggregate, strategy.raw)))
        return columns

    def _shown(self, item: OutDimension, strategy: _Strategy) -> str:
        if item.period is None:
            return strategy.dimension(item.fragment)
        return self._resolver.period_text(item.scoped, strategy.dimension(item.period))

    def _groups(self, select: Select, strategy: _Strategy) -> list[str]:
        """The expression itself where the value is made from it, else the column's position."""
        groups = []
        for position, item in enumerate(select.dimensions, 1):
            if not self._dialect.supports_group_by_constant and _is_constant(item):
                continue
            if item.period is not None:
                groups.append(strategy.dimension(item.period))
            elif self._dialect.supports_group_by_ordinal:
                groups.append(str(position))
            else:
                groups.append(strategy.dimension(item.fragment))
        return groups

    def _least(self, fragment: Fragment, strategy: _Strategy) -> str:
        """The companion's value within a group, without grouping by it."""
        return strategy.aggregate(
            Aggregate("min", next(iter(fragment.needs), self._tree.base), "", fragment, (), None)
        )

    def _having(self, having: Having, strategy: _Strategy) -> str | None:
        sql = self._measures.sql(having.scoped, strategy.aggregate, strategy.raw)
        if having.expression is None:
            return sql
        resolver = self._resolver
        made = condition(
            self._dialect,
            having.scoped.field,
            sql,
            having.expression,
            resolver.time,
            resolver.case_sensitive(having.scoped.field),
        )
        return None if made is None else made.sql

    def _order(self, select: Select, strategy: _Strategy, columns: dict[str, str]) -> list[_Term]:
        companions = {item.name: item.companion for item in select.dimensions}
        constant: set[str] = set()
        if not self._dialect.supports_group_by_constant:
            constant = {item.name for item in select.dimensions if _is_constant(item)}
        if self._dialect.supports_group_by_ordinal:
            columns = {name: str(position) for position, name in enumerate(columns, 1)}
        terms = []
        for order in select.order:
            if order.name in constant:
                continue
            companion = companions.get(order.name)
            if companion is not None:
                sql = self._least(companion, strategy) if select.grouped else companion.sql
                terms.append(_Term(sql, order.descending, hidden=True))
            if order.name in columns:
                sql = columns[order.name]
            elif order.name in select.extra_order:
                scoped = select.extra_order[order.name]
                sql = self._measures.sql(scoped, strategy.aggregate, strategy.raw)
            else:
                raise QueryError(f"Cannot sort by {order.name}")
            terms.append(_Term(sql, order.descending, hidden=order.name not in columns))
        return terms


def _is_constant(item: OutDimension) -> bool:
    """Whether the dimension certainly reads no column: a literal, or made of nothing else."""
    if _LITERAL.fullmatch(item.fragment.sql) is not None:
        return True
    return item.scoped.custom is not None and not item.fragment.mentions
