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
those of the rows, as long as a row that is counted in a part counts for one row of R only: it
leads to one row where the part meets the rest, and from there to one row of R.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from belvedere.compiler.fragments import Fragment, all_of
from belvedere.compiler.joins import EmittedJoin, JoinTree
from belvedere.compiler.measures import Aggregate, InlineAggregates
from belvedere.compiler.resolver import Resolver

_DECOMPOSABLE = frozenset({"count", "sum", "average", "min", "max", "values"})


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
    start: str
    optional: bool
    columns: dict[str, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    conditions: list[Where] = field(default_factory=list)
    aggregates: list[Aggregate] = field(default_factory=list)
    filtered: bool = False
    """Whether rows outside that meet no row of the part are not wanted."""
    shown: bool = False
    """Whether the answer shows a dimension of the part."""
    inner: CollapsePlan | None = None
    """How the part itself is grouped below its joins, where it measures repeated rows."""

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
    if tree.adds_rows() or any(a.by_key for a in found):
        return None
    return _plan_within(resolver, tree, frozenset(tree.edges), tree.base, found, where)


def _plan_within(
    resolver: Resolver,
    tree: JoinTree,
    members: frozenset[str],
    start: str,
    aggregates: list[Aggregate],
    where: list[Where],
) -> CollapsePlan | None:
    """A plan for the part of the tree that `members` make, read FROM `start`."""
    repeated = _repeated(tree, members, aggregates)
    if not repeated:
        return None
    for root in dict.fromkeys([*repeated, *_forks(tree, members)]):
        try:
            return CollapsePlan(resolver, tree, members, start, root, aggregates, where)
        except CannotCollapseError:
            continue
    return None


def _repeated(
    tree: JoinTree, members: frozenset[str], aggregates: Iterable[Aggregate]
) -> list[str]:
    """The views whose repeated rows would change one of the aggregates."""
    return [
        aggregate.alias
        for aggregate in aggregates
        if aggregate.moved_by_repetition and tree.repeats(aggregate.alias, within=members)
    ]


def _forks(tree: JoinTree, members: frozenset[str]) -> list[str]:
    """The views of which one row meets many in several directions: what is measured there can be
    grouped apart, though nothing of the view itself is measured.
    """
    return [
        alias
        for alias in tree.edges
        if alias in members
        and sum(many and neighbour in members for neighbour, many in tree.edges[alias]) > 1
    ]


class CollapsePlan:
    """Renders dimensions, aggregates, conditions and FROM of one collapsed statement."""

    def __init__(
        self,
        resolver: Resolver,
        tree: JoinTree,
        members: frozenset[str],
        start: str,
        root: str,
        aggregates: list[Aggregate],
        where: list[Where],
    ) -> None:
        self._resolver = resolver
        self._dialect = resolver.dialect
        self._tree = tree
        self._start = start
        self._emitted = [m for m in tree.emitted if m.alias in members and m.alias != start]
        self._joins = {made.alias: made for made in self._emitted}
        self._edges = {
            alias: [edge for edge in tree.edges[alias] if edge[0] in members] for alias in members
        }
        self.parts: list[Part] = []
        self._part_by_member: dict[str, Part] = {}
        self._outside = self._explore(root)
        self._check(root, aggregates)
        for part in self.parts:
            self._require(part)
        self._inline = InlineAggregates(resolver, lambda _: False, self._counts_rows)
        self.conditions = self._distribute(where)
        for part in self.parts:
            part.inner = self._nested(part, aggregates)

    # Cutting the tree

    def _explore(self, root: str) -> frozenset[str]:
        outside = {root}
        queue = deque([root])
        while queue:
            here = queue.popleft()
            for neighbour, many in self._edges[here]:
                part = self._part_of(neighbour)
                if part is not None and (part.alias, part.outer) != (neighbour, here):
                    raise CannotCollapseError
                if neighbour in outside or part is not None:
                    continue
                if many:
                    cut = self._cut(here, neighbour, outside)
                    self.parts.append(cut)
                    self._part_by_member |= dict.fromkeys(cut.members, cut)
                else:
                    outside.add(neighbour)
                    queue.append(neighbour)
        everything = outside.union(*(part.members for part in self.parts))
        if len(everything) != len(outside) + sum(len(part.members) for part in self.parts):
            raise CannotCollapseError
        return frozenset(outside)

    def _part_of(self, alias: str) -> Part | None:
        return self._part_by_member.get(alias)

    def _cut(self, here: str, beyond: str, outside: set[str]) -> Part:
        members = {beyond}
        queue = deque([beyond])
        while queue:
            current = queue.popleft()
            for neighbour, _ in self._edges[current]:
                if neighbour in members or (current == beyond and neighbour == here):
                    continue
                if neighbour in outside or self._part_of(neighbour):
                    raise CannotCollapseError
                members.add(neighbour)
                queue.append(neighbour)
        link = self._link(here, beyond)
        keys = self._key_columns(link, here, beyond)
        holds_start = self._start in members
        optional = not holds_start and link.join.type != "inner"
        start = self._start if holds_start else beyond
        return Part(beyond, here, frozenset(members), keys, start, optional)

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
                aggregate.moved_by_repetition and not self._counts_once(aggregate, part, root)
            ):
                raise CannotCollapseError

    def _counts_once(self, aggregate: Aggregate, part: Part, root: str) -> bool:
        """Whether a row of the part counts for one row of the root only."""
        return self._tree.leads_to_one(
            aggregate.alias, part.alias, part.members
        ) and self._tree.leads_to_one(part.outer, root, self._outside)

    def _nested(self, part: Part, aggregates: list[Aggregate]) -> CollapsePlan | None:
        within = [a for a in aggregates if self._home(a.mentions) is part]
        if not _repeated(self._tree, part.members, within):
            return None
        plan = _plan_within(
            self._resolver, self._tree, part.members, part.start, within, part.conditions
        )
        if plan is None:
            raise CannotCollapseError
        return plan

    def _require(self, part: Part) -> None:
        """An inner join inside a part also drops the rows outside that meet nothing there."""
        if not part.optional:
            return
        for made in self._emitted:
            if made.alias not in part.members or made.alias == part.alias:
                continue
            if made.join.type == "left_outer" and made.raw is None:
                continue
            if made.join.type != "inner" or self._tree.equalities(made) is None:
                raise CannotCollapseError
            part.filtered = True

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
        return alias == self._start and alias in self._outside

    def dimension(self, fragment: Fragment) -> str:
        part = self._home(fragment.mentions)
        if part is None:
            return fragment.sql
        part.shown = True
        return self._grouped_by(part, fragment)

    def _grouped_by(self, part: Part, fragment: Fragment) -> str:
        sql = part.inner.dimension(fragment) if part.inner else fragment.sql
        return self._outer(part, part.column(sql, group=True))

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
        part.aggregates.append(aggregate)
        if aggregate.kind == "average":
            return self._average(part, aggregate)
        column = self._outer(part, part.column(self._partial(part, aggregate), group=False))
        if aggregate.kind in ("count", "sum", "values"):
            return f"COALESCE({self._dialect.sum(column)}, 0)"
        return f"{aggregate.kind.upper()}({column})"

    def _partial(self, part: Part, aggregate: Aggregate) -> str:
        if part.inner is not None:
            return part.inner.aggregate(aggregate)
        starts = InlineAggregates(self._resolver, lambda _: False, lambda a: a == part.start)
        return starts(aggregate)

    def _average(self, part: Part, aggregate: Aggregate) -> str:
        total, count = (
            self._outer(part, part.column(self._partial(part, made), group=False))
            for made in (replace(aggregate, kind="sum"), replace(aggregate, kind="values"))
        )
        return self._dialect.quotient(self._dialect.sum(total), self._dialect.sum(count))

    def _distribute(self, where: list[Where]) -> list[Fragment]:
        outside = []
        for condition in where:
            part = self._home(condition.fragment.mentions)
            if part is None:
                outside.append(condition.fragment)
            elif part.optional and condition.accepts_null:
                raise CannotCollapseError
            else:
                part.conditions.append(condition)
                part.filtered = True
        return outside

    def from_clause(self, source: Callable[[str], str]) -> str:
        """FROM and JOINs; `source` gives the table of an alias. Call it after everything else
        was rendered: parts compute what was asked of them.
        """
        base_part = self._part_of(self._start)
        first = self._grouped(base_part, source) if base_part else source(self._start)
        lines = [f"FROM {first}"]
        for made in self._emitted:
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
        return self._grouped_by(part, fragment)

    def _may_be_inner(self, part: Part, made: EmittedJoin) -> bool:
        """Whether rows without a partner in this join add nothing to the part; databases find
        better plans for inner joins. Groups that vanish with them count as nothing outside.
        """
        if part.filtered or part.shown or not part.optional:
            return False
        if made.join.type != "left_outer" or self._tree.equalities(made) is None:
            return False
        beyond = self._beyond(made, part.members)
        return all(
            aggregate.vanishes_with_its_row and aggregate.mentions <= beyond
            for aggregate in part.aggregates
        )

    def _beyond(self, made: EmittedJoin, members: frozenset[str]) -> frozenset[str]:
        """The views of a part whose rows are reached only through this join."""
        found = {made.alias}
        for other in self._emitted:
            if other.alias in members and other.parents <= found:
                found.add(other.alias)
        return frozenset(found)

    def _grouped(self, part: Part, source: Callable[[str], str]) -> str:
        for key in part.keys:
            self._key(f"{part.alias}.{key}", part.alias)
        lines, conditions = self._part_rows(part, source)
        if conditions:
            lines.append(f"WHERE {all_of([condition.sql for condition in conditions])}")
        columns = ", ".join(f"{sql} AS {name}" for sql, name in part.columns.items())
        group = ", ".join(part.groups)
        body = "\n".join(lines)
        return self._dialect.aliased(f"(SELECT {columns}\n{body}\nGROUP BY {group})", part.alias)

    def _part_rows(
        self, part: Part, source: Callable[[str], str]
    ) -> tuple[list[str], list[Fragment]]:
        """The part's FROM and joins, and what its rows must fulfil."""
        if part.inner is not None:
            return [part.inner.from_clause(source)], part.inner.conditions
        lines = [f"FROM {source(part.start)}"]
        for made in self._emitted:
            if made.alias in part.members and made.alias != part.start:
                self._keep_together(made, part.members)
                word = "INNER JOIN" if self._may_be_inner(part, made) else None
                lines.append(made.sql(source(made.alias), word))
        return lines, [where.fragment for where in part.conditions]
