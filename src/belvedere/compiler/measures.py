"""Measures: which aggregates one is made of, and its SQL once it is known how to render them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from belvedere.compiler.fragments import NOTHING, Fragment, parenthesized, split
from belvedere.compiler.personal import personal
from belvedere.compiler.resolver import Resolver, yes_or_no
from belvedere.errors import LookmlError, QueryError
from belvedere.lookml.scope import ScopedField

AGGREGATES = frozenset(
    [
        "count",
        "count_distinct",
        "sum",
        "average",
        "min",
        "max",
        "median",
        "percentile",
        "list",
        "sum_distinct",
        "average_distinct",
        "median_distinct",
        "percentile_distinct",
    ]
)
COMPARED = "period_over_period"
POST_QUERY = frozenset({"running_total", "percent_of_total", "percent_of_previous", COMPARED})
NEVER_TOTALLED = frozenset({"list", "string"}) | POST_QUERY
_STRICT = re.compile(r"""["`]?\w+["`]?\.["`]?\w+["`]?(\s*[-+*]\s*["`]?\w+["`]?\.["`]?\w+["`]?)*""")
_MOVED_BY_REPETITION = frozenset({"count", "sum", "average", "median", "percentile"})


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate over the rows of the view joined as `alias`.

    `kind` is a type without `_distinct`, or `values` for how many values an average has; `key`
    the key by which repeated rows count once (the primary key, or sql_distinct_key); `by_key`
    says to use it in any case.
    """

    kind: str
    alias: str
    owner: str
    operand: Fragment | None
    conditions: tuple[Fragment, ...]
    key: Fragment | None
    by_key: bool = False
    percent: float = 50.0
    approximate: bool = False

    @property
    def fragments(self) -> tuple[Fragment, ...]:
        parts = [*self.conditions]
        if self.operand is not None:
            parts.append(self.operand)
        if self.key is not None and (self.by_key or self.kind == "count"):
            parts.append(self.key)
        return tuple(parts)

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({self.alias}).union(*(part.needs for part in self.fragments))

    @property
    def mentions(self) -> frozenset[str]:
        return frozenset({self.alias}).union(*(part.mentions for part in self.fragments))

    @property
    def moved_by_repetition(self) -> bool:
        """Whether repeated rows would change the value."""
        return self.kind in _MOVED_BY_REPETITION

    @property
    def vanishes_with_its_row(self) -> bool:
        """Whether a row that an outer join filled with nulls certainly adds nothing.

        Only plain columns and arithmetic are trusted to be null where their columns are.
        """
        counted = self.key if self.operand is None else self.operand
        if counted is None or self.kind not in ("count", "sum"):
            return False
        return _STRICT.fullmatch(counted.sql) is not None

    def guarded(self, sql: str) -> str:
        """The operand where the measure's own filters hold, else null."""
        if not self.conditions:
            return sql
        tests = " AND ".join(f"({condition.sql})" for condition in self.conditions)
        return f"CASE WHEN {tests} THEN {sql} END"


RenderAggregate = Callable[[Aggregate], str]
RenderRaw = Callable[[Fragment], str]


class Measures:
    """Reads measures of one request into aggregates and expressions over them."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._aggregates: dict[str, Aggregate] = {}
        self._open: list[str] = []
        self.conditions: dict[str, Callable[[RenderAggregate, RenderRaw], str]] = {}
        """What writes the conditions on groups that the query states itself."""
        self._collected: dict[str, tuple[list[Aggregate], list[Fragment]]] = {}

    def sql(self, scoped: ScopedField, aggregate: RenderAggregate, raw: RenderRaw) -> str:
        """The measure's expression; `aggregate` renders each aggregate, `raw` what a measure
        of type number and its like reads directly from rows.
        """
        if scoped.field.type in AGGREGATES:
            return aggregate(self.aggregate(scoped))
        return self._composed(scoped, aggregate, raw)

    def output(self, scoped: ScopedField, aggregate: RenderAggregate, raw: RenderRaw) -> str:
        """The SELECT expression: yes/no and dates in the form they are shown in."""
        sql = self.sql(scoped, aggregate, raw)
        if scoped.field.type == "yesno":
            return yes_or_no(sql)
        timeframe = scoped.field.measured_timeframe
        if timeframe in (None, "raw"):
            return sql
        local = self._resolver.local_time(sql, scoped.field)
        return self._resolver.dialect.timeframe(local, timeframe, self._resolver.time.calendar)

    def _composed(self, scoped: ScopedField, aggregate: RenderAggregate, raw: RenderRaw) -> str:
        field = scoped.field
        if scoped.full_name in self.conditions:
            return self.conditions[scoped.full_name](aggregate, raw)
        if field.type == COMPARED:
            based_on = self._resolver.lookup(field.based_on or "", scoped.alias, scoped.full_name)
            return self.sql(based_on, aggregate, raw)
        if field.sql is None:
            raise LookmlError(
                f"The measure {scoped.full_name} has no sql",
                str(field.location) if field.location else None,
            )
        if scoped.full_name in self._open:
            cycle = " → ".join([*self._open, scoped.full_name])
            raise LookmlError(f"Measures refer to one another in a circle: {cycle}")
        self._open.append(scoped.full_name)
        try:
            return self._substituted(scoped, field.sql, aggregate, raw)
        finally:
            self._open.pop()

    def _substituted(
        self, scoped: ScopedField, text: str, aggregate: RenderAggregate, raw: RenderRaw
    ) -> str:
        resolver = self._resolver
        words: list[str] = []
        for part in split(resolver.rendered(text, scoped.alias, scoped.full_name)):
            if isinstance(part, str):
                words.append(raw(Fragment(part, NOTHING, frozenset(resolver.mentions(part)))))
                continue
            if part.is_table or part.is_table_name:
                cut = resolver.fragment("${" + part.name + "}", scoped.alias, scoped.full_name)
                words.append(raw(cut))
                continue
            found = resolver.lookup(part.name, scoped.alias, scoped.full_name)
            if found.field.is_measure:
                words.append(f"({self.sql(found, aggregate, raw)})")
            else:
                words.append(raw(resolver.substituted(found, part.cast)))
        return "".join(words).strip()

    # Aggregates

    def aggregate(self, scoped: ScopedField) -> Aggregate:
        found = self._aggregates.get(scoped.full_name)
        if found is None:
            found = self._aggregates[scoped.full_name] = self._read(scoped)
        return found

    def _read(self, scoped: ScopedField) -> Aggregate:
        field = scoped.field
        by_key = field.type.endswith("_distinct") and field.type != "count_distinct"
        kind = field.type.removesuffix("_distinct") if by_key else field.type
        return Aggregate(
            kind=kind,
            alias=scoped.alias,
            owner=scoped.full_name,
            operand=None if kind == "count" else self._operand(scoped),
            conditions=self._conditions(scoped),
            key=self._key(scoped),
            by_key=by_key,
            percent=50.0 if kind == "median" else field.percentile or 50.0,
            approximate=field.approximate,
        )

    def _operand(self, scoped: ScopedField) -> Fragment:
        field, resolver = scoped.field, self._resolver
        if field.type == "list" and field.list_field:
            listed = resolver.lookup(field.list_field, scoped.alias, scoped.full_name)
            return resolver.output(listed)
        if field.sql is not None:
            return resolver.counted(field.sql, scoped.alias, scoped.full_name)
        here = frozenset({scoped.alias})
        dialect = resolver.dialect
        column = f"{dialect.identifier(scoped.alias)}.{dialect.identifier(field.name)}"
        return Fragment(column, here, here)

    def _conditions(self, scoped: ScopedField) -> tuple[Fragment, ...]:
        conditions = []
        for pair in scoped.field.filters:
            filtered = self._resolver.lookup(pair.field, scoped.alias, scoped.full_name)
            text = personal(filtered, pair.expression, self._resolver.request.viewer)
            made = self._resolver.condition(filtered, text)
            if made is not None:
                conditions.append(made[0])
        return tuple(conditions)

    def _key(self, scoped: ScopedField) -> Fragment | None:
        resolver = self._resolver
        if scoped.field.sql_distinct_key:
            return resolver.fragment(scoped.field.sql_distinct_key, scoped.alias, scoped.full_name)
        name = resolver.scope.aliases[scoped.alias].primary_key
        if name is None:
            return None
        key = resolver.scope.find_unrestricted(f"{scoped.alias}.{name}")
        return resolver.expression(key) if key else None

    def collect(self, scoped: ScopedField) -> tuple[list[Aggregate], list[Fragment]]:
        """Every aggregate of the measure, and every fragment that it reads directly."""
        if scoped.full_name in self._collected:
            return self._collected[scoped.full_name]
        aggregates: list[Aggregate] = []
        raw: list[Fragment] = []

        def note_aggregate(aggregate: Aggregate) -> str:
            aggregates.append(aggregate)
            return ""

        def note_raw(fragment: Fragment) -> str:
            raw.append(fragment)
            return ""

        self.sql(scoped, note_aggregate, note_raw)
        self._collected[scoped.full_name] = aggregates, raw
        return aggregates, raw


_PLAIN = {
    "min": "MIN({})",
    "max": "MAX({})",
    "values": "COUNT({})",
}


class InlineAggregates:
    """Renders aggregates over the joined rows, by key where their rows are repeated."""

    def __init__(
        self, resolver: Resolver, repeated: Callable[[str], bool], count_rows: Callable[[str], bool]
    ) -> None:
        self._dialect = resolver.dialect
        self._repeated = repeated
        self._count_rows = count_rows

    def raw(self, fragment: Fragment) -> str:
        return fragment.sql

    def __call__(self, aggregate: Aggregate) -> str:
        protect = aggregate.by_key or (
            aggregate.moved_by_repetition and self._repeated(aggregate.alias)
        )
        return self._by_key(aggregate) if protect else self._plain(aggregate)

    def _plain(self, aggregate: Aggregate) -> str:
        if aggregate.operand is None:
            return self._count(aggregate)
        operand = aggregate.guarded(aggregate.operand.sql)
        if aggregate.kind == "count_distinct":
            return self._dialect.count_distinct(operand, approximate=aggregate.approximate)
        if aggregate.kind in ("median", "percentile"):
            return self._dialect.percentile(operand, aggregate.percent)
        if aggregate.kind == "list":
            return self._dialect.list_distinct(operand)
        if aggregate.kind == "sum":
            return f"COALESCE({self._dialect.sum(operand)}, 0)"
        if aggregate.kind == "average":
            return self._dialect.average(operand)
        return _PLAIN[aggregate.kind].format(operand)

    def _count(self, aggregate: Aggregate) -> str:
        if self._count_rows(aggregate.alias) or aggregate.key is None:
            return f"COUNT({aggregate.guarded('1')})" if aggregate.conditions else "COUNT(*)"
        return f"COUNT({aggregate.guarded(aggregate.key.sql)})"

    def _by_key(self, aggregate: Aggregate) -> str:
        key = aggregate.key
        if key is None:
            view = aggregate.alias
            raise LookmlError(
                f"{aggregate.owner} cannot be computed: a join of this query repeats the rows of "
                f'"{view}", and its view has no primary_key to count each row once'
            )
        if aggregate.operand is None:
            return self._dialect.count_distinct(aggregate.guarded(parenthesized(key.sql)))
        operand = aggregate.guarded(aggregate.operand.sql)
        if aggregate.kind == "sum":
            return f"COALESCE({self._dialect.sum_by_key(operand, key.sql)}, 0)"
        if aggregate.kind == "average":
            return self._dialect.average_by_key(operand, key.sql)
        sql = self._dialect.percentile_by_key(operand, aggregate.percent, key.sql)
        if sql is None:
            raise QueryError(
                f"{aggregate.owner}: SQL dialect does not support symmetric aggregates with "
                "percentiles"
            )
        return sql
