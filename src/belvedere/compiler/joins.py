"""Which joins a query needs, in which order, and which of them repeat whose rows."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from belvedere.compiler.fragments import Fragment
from belvedere.errors import LookmlError
from belvedere.lookml.model import Join

if TYPE_CHECKING:
    from belvedere.compiler.resolver import Resolver

_WORDS = {
    "left_outer": "LEFT JOIN",
    "inner": "INNER JOIN",
    "full_outer": "FULL OUTER JOIN",
    "cross": "CROSS JOIN",
}
_PARENT_REPEATS = frozenset({"one_to_many", "many_to_many"})
_CHILD_REPEATS = frozenset({"many_to_one", "many_to_many"})
_EQUALITY = re.compile(r"\s*\(?\s*\$\{\s*([\w.]+)\s*\}\s*=\s*\$\{\s*([\w.]+)\s*\}\s*\)?\s*\Z")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EmittedJoin:
    """A join of this query. `on` is None for cross and raw joins, whose text is `raw`.

    `parents` are the aliases that its condition reads besides its own.
    """

    join: Join
    on: Fragment | None
    raw: Fragment | None
    parents: frozenset[str]

    @property
    def alias(self) -> str:
        return self.join.name

    def sql(self, source: str, word: str | None = None) -> str:
        if self.raw is not None:
            return self.raw.sql
        keyword = word or _WORDS[self.join.type]
        return f"{keyword} {source} ON {self.on.sql}" if self.on else f"{keyword} {source}"


class JoinTree:
    """The joins that a set of needed aliases takes; `emitted` is in the order of the SQL."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._scope = resolver.scope
        self.base = self._scope.explore.base
        self._made: dict[str, EmittedJoin] = {}
        self.emitted: list[EmittedJoin] = []
        self.where: list[Fragment] = []
        self._edges: dict[str, list[tuple[str, bool]]] = {}

    def require(self, aliases: Iterable[str]) -> None:
        """Settle on the joins that `aliases`, always_join and their own needs take."""
        wanted: set[str] = set()
        for alias in (*aliases, *self._scope.explore.always_join):
            self._want(alias, wanted, ())
        placed: set[str] = {self.base}
        self.emitted = []
        for name in self._scope.joins:
            if name in wanted:
                self._place(name, placed)
        self._edges = self._connect()

    def _want(self, alias: str, wanted: set[str], trail: tuple[str, ...]) -> None:
        if alias == self.base or alias in wanted:
            return
        join = self._scope.joins.get(alias)
        if join is None:
            raise LookmlError(f'Unknown view "{alias}" in explore "{self._scope.explore.name}"')
        wanted.add(alias)
        made = self._make(join)
        for needed in (*sorted(made.parents), *join.required_joins, *self._where_needs(join)):
            self._want(needed, wanted, (*trail, alias))

    def _where_needs(self, join: Join) -> frozenset[str]:
        if not join.sql_where:
            return frozenset()
        fragment = self._resolver.fragment(join.sql_where, join.name)
        if fragment not in self.where:
            self.where.append(fragment)
        return fragment.needs - {join.name}

    def _make(self, join: Join) -> EmittedJoin:
        if join.name not in self._made:
            self._made[join.name] = self._read(join)
        return self._made[join.name]

    def _read(self, join: Join) -> EmittedJoin:
        resolver = self._resolver
        if join.type == "full_outer" and not resolver.dialect.supports_full_outer_join:
            raise LookmlError(
                f'Join "{join.name}" is full_outer, which {resolver.dialect.label} does not have',
                str(join.location) if join.location else None,
            )
        own = frozenset({join.name})
        if join.sql is not None:
            raw = resolver.fragment(join.sql, join.name)
            self._define_named(join, raw.sql)
            return EmittedJoin(join, None, raw, raw.needs - own or frozenset({self.base}))
        if join.type == "cross" and not join.sql_on:
            return EmittedJoin(join, None, None, frozenset({self.base}))
        on = self._condition(join)
        return EmittedJoin(join, on, None, on.needs - own or frozenset({self.base}))

    def _define_named(self, join: Join, sql: str) -> None:
        """A derived table that a raw join reads by the name of its view has to be there."""
        view = self._scope.aliases[join.name]
        if view.derived_table is not None and re.search(rf"\b{re.escape(view.name)}\b", sql):
            self._resolver.tables.name_of(view.name)

    def _condition(self, join: Join) -> Fragment:
        if join.sql_on is not None:
            return self._resolver.fragment(join.sql_on, join.name)
        text = self.foreign_key_condition(join)
        if text is None:
            where = str(join.location) if join.location else None
            raise LookmlError(f'Join "{join.name}" has neither sql_on nor foreign_key', where)
        return self._resolver.fragment(text, join.name)

    def foreign_key_condition(self, join: Join) -> str | None:
        """`foreign_key` (or sql_foreign_key) spelled out as an equality with the primary key."""
        if join.foreign_key is None and join.sql_foreign_key is None:
            return None
        key = self._scope.aliases[join.name].primary_key
        if key is None:
            raise LookmlError(
                f'Join "{join.name}" uses foreign_key, but its view has no primary_key',
                str(join.location) if join.location else None,
            )
        if join.foreign_key is None:
            return f"{join.sql_foreign_key} = ${{{join.name}.{key}}}"
        foreign = join.foreign_key
        qualified = foreign if "." in foreign else f"{self.base}.{foreign}"
        return f"${{{qualified}}} = ${{{join.name}.{key}}}"

    def _place(self, alias: str, placed: set[str]) -> None:
        """Dependencies first; a circle of joins keeps the order of declaration."""
        if alias in placed:
            return
        placed.add(alias)
        made = self._made[alias]
        for needed in (*sorted(made.parents), *made.join.required_joins):
            if needed in self._scope.joins:
                self._place(needed, placed)
        self.emitted.append(made)

    # Repetition of rows

    def _connect(self) -> dict[str, list[tuple[str, bool]]]:
        edges: dict[str, list[tuple[str, bool]]] = {self.base: []}
        for made in self.emitted:
            edges.setdefault(made.alias, [])
        for made in self.emitted:
            relationship = made.join.relationship
            for parent in made.parents:
                edges.setdefault(parent, []).append((made.alias, relationship in _PARENT_REPEATS))
                edges[made.alias].append((parent, relationship in _CHILD_REPEATS))
        return edges

    @property
    def edges(self) -> dict[str, list[tuple[str, bool]]]:
        """Alias → [(neighbour, whether one row meets many there)]."""
        return self._edges

    def repeats(self, alias: str, within: frozenset[str] | None = None) -> bool:
        """Whether rows of `alias` can occur more than once in the joined rows."""
        if not self._scope.explore.symmetric_aggregates:
            return False
        seen = {alias}
        queue = deque([alias])
        while queue:
            for neighbour, many in self._edges.get(queue.popleft(), ()):
                if neighbour in seen or (within is not None and neighbour not in within):
                    continue
                if many:
                    return True
                seen.add(neighbour)
                queue.append(neighbour)
        return False

    def leads_to_one(self, alias: str, other: str, within: frozenset[str]) -> bool:
        """Whether a row of `alias` meets at most one row of `other`, by the joins within."""
        seen = {alias}
        queue = deque([alias])
        while queue:
            for neighbour, many in self._edges.get(queue.popleft(), ()):
                if not many and neighbour in within and neighbour not in seen:
                    seen.add(neighbour)
                    queue.append(neighbour)
        return other in seen

    def adds_rows(self) -> bool:
        """Whether some join keeps rows that have no row of the base view."""
        return any(made.join.type == "full_outer" for made in self.emitted)

    def equalities(self, made: EmittedJoin) -> list[tuple[str, str]] | None:
        """The join's condition as pairs of field names that must be equal; None if it is more."""
        text = made.join.sql_on or self.foreign_key_condition(made.join)
        if text is None or made.join.sql is not None or "{%" in text or "{{" in text:
            return None
        pairs = []
        for part in _AND.split(text.strip()):
            match = _EQUALITY.match(part)
            if match is None or part.count("(") != part.count(")"):
                return None
            pairs.append((match.group(1), match.group(2)))
        return pairs
