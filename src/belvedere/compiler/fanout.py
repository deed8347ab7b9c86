"""Grouping rows below a join, so that nothing above it is repeated.

When `order_items` (many) meets `users` (one) and both are measured, rows of users repeat.
Aggregating order_items by its foreign key first leaves each user at most once in every group
of the answer; everything above can then be aggregated plainly. That is exact, and on DuckDB
several times cheaper than aggregating by distinct keys over the joined rows. Where the
query does not allow it, `collapse_plan` answers None and the caller aggregates by key.

Why it is exact. Let R be the view to protect. Each part beyond a to-many step is grouped by
its join columns and by every dimension that it contributes. The step's other side is
equated through its primary key, so a grouped row meets at most one row there; and within one
group of the answer all contributed dimensions are fixed, so each row of R meets at most
one grouped row of each part. Sums, counts, minima and maxima of partial results are
those of the rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from belvedere.compiler.fragments import Fragment, all_of
from belvedere.compiler.joins import EmittedJoin, JoinTree
from belvedere.compiler.measures import Aggregate, InlineAggregates
from belvedere.compiler.resolver import Resolver

_DECOMPOSABLE = frozenset({"count", "sum", "average", "min", "max"})


class CannotCollapseError(Exception):
    """Grouping below the join would not be exact here; never leaves this package."""


@dataclass(frozen=True, slots=True)
class Where:
    """A condition of the query; `accepts_null` is True where it is not known."""

    fragment: Fragment
    accepts_null: bool = True


@dataclass(slots=True)
class Part:
    """A subtree beyond a to-many step: grouped on its own, then joined as `alias`."""

    alias: str
    outer: str
    members: frozenset[str]
    keys: tuple[str, ...]
    holds_base: bool
    optional: bool
    columns: dict[str, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    conditions: list[Fragment] = field(default_factory=list)
    filtered: bool = False

    def column(self, sql: str, *, group: bool) -> str:
        """The name of the grouped part's column that holds `sql`."""
        name = self.columns.get(sql)
        if name is None:
            name = self.columns[sql] = f"c{len(self.columns)}"
            if group:
                self.groups.append(sql)
        return name


def collapse_plan(
    resolver: Resolver,
    tree: JoinTree,
    aggregates: Iterable[Aggregate],
    where: list[Where],
) -> CollapsePlan | None:
    """A plan under which no aggregate needs protection; None where there is none."""
    found = list(aggregates)
    repeated = [a for a in found if a.moved_by_repetition and tree.repeats(a.alias)]
    if not repeated or tree.adds_rows() or any(a.by_key for a in found):
        return None
    for root in dict.fromkeys(aggregate.alias for aggregate in repeated):
        try:
            return CollapsePlan(resolver, tree, root, found, where)
        except CannotCollapseError:
            continue
    return None


class CollapsePlan:
    """Renders dimensions, aggregates, conditions and FROM of one collapsed statement."""

    def __init__(
        self,
        resolver: Resolver,
        tree: JoinTree,
        root: str,
        aggregates: list[Aggregate],
        where: list[Where],
    ) -> None:
        self._resolver = resolver
        self._dialect = resolver.dialect
        self._tree = tree
        self._joins = {made.alias: made for made in tree.emitted}
        self.parts: list[Part] = []
        self._outside = self._explore(root)
        self._check(root, aggregates)
        self._inline = InlineAggregates(resolver, lambda _: False, self._counts_rows)
        self._inner = InlineAggregates(resolver, lambda _: False, lambda alias: alias == tree.base)
        self.conditions = self._distribute(where)

    # Cutting the tree

    def _explore(self, root: str) -> frozenset[str]:
        outside = {root}
        queue = deque([root])
        while queue:
            here = queue.popleft()
            for neighbour, many in self._tree.edges[here]:
                part = self._part_of(neighbour)
                if part is not None and (part.alias, part.outer) != (neighbour, here):
                    raise CannotCollapseError
                if neighbour in outside or part is not None:
                    continue
                if many:
                    self.parts.append(self._cut(here, neighbour, outside))
                else:
                    outside.add(neighbour)
                    queue.append(neighbour)
        everything = outside.union(*(part.members for part in self.parts))
        if len(everything) != len(outside) + sum(len(part.members) for part in self.parts):
            raise CannotCollapseError
        return frozenset(outside)

    def _part_of(self, alias: str) -> Part | None:
        return next((part for part in self.parts if alias in part.members), None)

    def _cut(self, here: str, beyond: str, outside: set[str]) -> Part:
        members = {beyond}
        queue = deque([beyond])
        while queue:
            current = queue.popleft()
            for neighbour, _ in self._tree.edges[current]:
                if neighbour in members or (current == beyond and neighbour == here):
                    continue
                if neighbour in outside or self._part_of(neighbour):
                    raise CannotCollapseError
                members.add(neighbour)
                queue.append(neighbour)
        link = self._link(here, beyond)
        keys = self._key_columns(link, here, beyond)
        holds_base = self._tree.base in members
        optional = not holds_base and link.join.type != "inner"
        return Part(beyond, here, frozenset(members), keys, holds_base, optional)

    def _link(self, here: str, beyond: str) -> EmittedJoin:
        """The one join between the two sides, with no third view in its condition."""
        for child, parent in ((beyond, here), (here, beyond)):
            made = self._joins.get(child)
            if made is not None and made.parents == {parent}:
                return made
        raise CannotCollapseError

    def _key_columns(self, link: EmittedJoin, here: str, beyond: str) -> tuple[str, ...]:
        pairs = self._tree.equalities(link)
        if pairs is None or link.join.type not in ("left_outer", "inner"):
            raise CannotCollapseError
        keys = []
        primary = self._resolver.scope.aliases[here].primary_key
        unique = False
        for pair in pairs:
            sides = dict(self._side(name, link.alias) for name in pair)
            if set(sides) != {here, beyond}:
                raise CannotCollapseError
            keys.append(sides[beyond])
            unique = unique or sides[here] == primary
        if not unique:
            raise CannotCollapseError
        return tuple(keys)

    def _side(self, name: str, alias: str) -> tuple[str, str]:
        found = self._resolver.lookup(name, alias)
        return found.alias, found.field.name

    def _check(self, root: str, aggregates: list[Aggregate]) -> None:
        """Every aggregate must be computable on its side without protection."""
        for aggregate in aggregates:
            part = self._home(aggregate.mentions)
            if part is None:
                if aggregate.moved_by_repetition and not self._once_per_root(aggregate.alias, root):
                    raise CannotCollapseError
            elif aggregate.kind not in _DECOMPOSABLE or (
                aggregate.moved_by_repetition
                and self._tree.repeats(aggregate.alias, within=part.members)
            ):
                raise CannotCollapseError

    def _once_per_root(self, alias: str, root: str) -> bool:
        """Whether the view outside the parts has no row repeated by those of the others."""
        return alias == root or not self._tree.repeats(alias, within=self._outside)

    def _home(self, mentions: frozenset[str]) -> Part | None:
        """The part that all of `mentions` belong to, None for outside; neither is an error."""
        if mentions <= self._outside:
            return None
        for part in self.parts:
            if mentions <= part.members:
                return part
        raise CannotCollapseError

    # Rendering

    def _counts_rows(self, alias: str) -> bool:
        return alias == self._tree.base and alias in self._outside

    def dimension(self, fragment: Fragment) -> str:
        part = self._home(fragment.mentions)
        if part is None:
            return fragment.sql
        return self._outer(part, part.column(fragment.sql, group=True))

    def _outer(self, part: Part, column: str) -> str:
        return f"{self._dialect.identifier(part.alias)}.{column}"

    def raw(self, fragment: Fragment) -> str:
        if fragment.mentions:
            raise CannotCollapseError
        return fragment.sql

    def aggregate(self, aggregate: Aggregate) -> str:
        part = self._home(aggregate.mentions)
        if part is None:
            return self._inline(aggregate)
        if aggregate.kind == "average":
            return self._average(part, aggregate)
        column = self._outer(part, part.column(self._inner(aggregate), group=False))
        if aggregate.kind in ("count", "sum"):
            return f"COALESCE(SUM({column}), 0)"
        return f"{aggregate.kind.upper()}({column})"

    def _average(self, part: Part, aggregate: Aggregate) -> str:
        assert aggregate.operand is not None  # noqa: S101  averages have one
        operand = aggregate.guarded(aggregate.operand.sql)
        total = self._outer(part, part.column(f"SUM({operand})", group=False))
        count = self._outer(part, part.column(f"COUNT({operand})", group=False))
        return f"SUM({total}) / NULLIF(SUM({count}), 0)"

    def _distribute(self, where: list[Where]) -> list[Fragment]:
        outside = []
        for condition in where:
            part = self._home(condition.fragment.mentions)
            if part is None:
                outside.append(condition.fragment)
            elif part.optional and condition.accepts_null:
                raise CannotCollapseError
            else:
                part.conditions.append(condition.fragment)
                part.filtered = True
        return outside

    def from_clause(self, source: Callable[[str], str]) -> str:
        """FROM and JOINs; `source` gives the table of an alias. Call it after everything else
        was rendered: parts compute what was asked of them.
        """
        base_part = self._part_of(self._tree.base)
        first = self._grouped(base_part, source) if base_part else source(self._tree.base)
        lines = [f"FROM {first}"]
        for made in self._tree.emitted:
            part = self._part_of(made.alias)
            if part is None:
                lines.append(self._joined(made, source(made.alias)))
            elif part is not base_part and made.alias == part.alias:
                word = "INNER JOIN" if part.filtered else None
                lines.append(self._joined(made, self._grouped(part, source), word))
        return "\n".join(lines)

    def _joined(self, made: EmittedJoin, item: str, word: str | None = None) -> str:
        pairs = self._tree.equalities(made)
        touched = {self._side(name, made.alias)[0] for pair in pairs or () for name in pair}
        if not any(self._part_of(alias) for alias in touched):
            self._keep_together(made, self._outside)
            return made.sql(item, word)
        on = " AND ".join(
            " = ".join(self._key(name, made.alias) for name in pair) for pair in pairs or ()
        )
        keyword = word or ("INNER JOIN" if made.join.type == "inner" else "LEFT JOIN")
        return f"{keyword} {item} ON {on}"

    @staticmethod
    def _keep_together(made: EmittedJoin, members: frozenset[str]) -> None:
        """A join written into one side may not name views of another."""
        condition = made.on or made.raw
        if condition is not None and not condition.mentions <= members:
            raise CannotCollapseError

    def _key(self, name: str, alias: str) -> str:
        found = self._resolver.lookup(name, alias)
        part = self._part_of(found.alias)
        fragment = self._resolver.referenced(found)
        if part is None:
            return fragment.sql
        return self._outer(part, part.column(fragment.sql, group=True))

    def _grouped(self, part: Part, source: Callable[[str], str]) -> str:
        for key in part.keys:
            self._key(f"{part.alias}.{key}", part.alias)
        start = self._tree.base if part.holds_base else part.alias
        lines = [f"FROM {source(start)}"]
        for made in self._tree.emitted:
            if made.alias in part.members and made.alias != start:
                self._keep_together(made, part.members)
                lines.append(made.sql(source(made.alias)))
        if part.conditions:
            lines.append(f"WHERE {all_of([condition.sql for condition in part.conditions])}")
        columns = ", ".join(f"{sql} AS {name}" for sql, name in part.columns.items())
        group = ", ".join(part.groups)
        body = "\n".join(lines)
        alias = self._dialect.identifier(part.alias)
        return f"(SELECT {columns}\n{body}\nGROUP BY {group}) AS {alias}"
