"""Tables that nobody has: made empty in a real DuckDB, column by column, as statements ask for them.

A column is made only where the project itself writes its name, so that a column that our own
compiler invented is told and not made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

TYPES = ("DOUBLE", "VARCHAR", "TIMESTAMP", "DATE", "BOOLEAN", "BIGINT", "JSON", "VARCHAR[]")
_NO_TABLE = re.compile(r'Table with name "?(?P<name>[^"]+?)"? does not exist')
_NO_COLUMN = re.compile(
    r'(?:"(?P<alias>[^"]+)" does not have a column named "(?P<column>[^"]+)"'
    r'|Referenced column "(?P<bare>[^"]+)" not found'
    r"|Referenced column (?P<dotted>\w+\.\w+) not found"
    r'|Column "(?P<later>[^"]+)" referenced that exists in the SELECT clause)'
)
_NO_ALIAS = re.compile(r'Referenced table "(?P<alias>[^"]+)" not found')
_ITSELF = re.compile(r'Circular reference to CTE "(?P<name>[^"]+)"')
_TOO_FEW = re.compile(r"term out of range - should be between 1 and \d+")
_NO_LIST = re.compile(r"UNNEST requires|UNNEST\(\) can only|Cannot unnest")
_MEMBER = re.compile(r'Cannot extract field .* from expression "(?P<column>[^"]+)"')
_TYPES_DIFFER = re.compile(
    r"No function matches|Cannot (?:compare|mix|cast|deduce)|Could not (?:convert|choose)"
    r"|Unimplemented type for cast|can only be applied|must be of type|Cannot unnest"
    r"|UNNEST requires|does not support|Conversion Error|Failed to cast|Cannot extract field|Invalid type"
)
_EXCERPT = re.compile(r"^LINE (\d+): (.*)\n(\s*)(\^+)", re.MULTILINE)
_WORD = re.compile(r"\w+")
_MOST_ROUNDS = 400
_MOST_FLIPS = 12
_MOST_COUNTED = 40
_DONE = 5


@dataclass
class Seeds:
    """What a project says of its tables: votes for columns' types, and the names it writes."""

    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Types by column by lower-case table name."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Types by column, whatever the table."""
    may_have: Callable[[str, str], bool] = lambda _table, _column: True
    """Whether the project writes this column's name where the table can be meant."""


class Invented:
    """`prepare` answers None where the engine takes a statement, else why not."""

    def __init__(self, seeds: Seeds) -> None:
        self._seeds = seeds
        self._connection = duckdb.connect(config={"threads": "1"})
        self._connection.execute("PRAGMA disable_optimizer")
        self._connection.execute("CREATE SCHEMA IF NOT EXISTS scratch")
        self._columns: dict[str, dict[str, str]] = {}
        self._known: dict[str, str | None] = {}
        self._read: set[str] = set()

    def prepare(self, sql: str) -> str | None:
        if sql not in self._known:
            self._known[sql] = self._prepared(sql)
        return self._known[sql]

    def _prepared(self, sql: str) -> str | None:
        before: dict[tuple[str, str], str] = {}
        problem = None
        for _ in range(_MOST_ROUNDS):
            problem = self._explain(sql)
            if problem is None:
                return None
            if self._learned(sql, problem):
                continue
            if len(before) > _MOST_FLIPS or not self._retyped(sql, problem, before):
                break
        for (table, column), kind in before.items():
            self._flip(table, column, kind)
        return problem

    def _explain(self, sql: str) -> str | None:
        try:
            self._connection.execute(f"EXPLAIN {sql}")
        except duckdb.Error as error:
            return f"{type(error).__name__}: {error}"
        return None

    # What is missing

    def _learned(self, sql: str, problem: str) -> bool:
        for pattern, learn in (
            (_NO_TABLE, self._tables_missing),
            (_ITSELF, self._table_missing),
            (_TOO_FEW, self._widen),
            (_NO_ALIAS, self._alias_missing),
            (_MEMBER, self._member_missing),
            (_NO_COLUMN, self._column_missing),
        ):
            found = pattern.search(problem)
            if found:
                return learn(sql, found)
        return False

    def _tables_missing(self, sql: str, found: re.Match[str]) -> bool:
        made = [self._make(name) for name in self._tables(sql, found["name"])]
        return any(made)

    def _table_missing(self, _: str, found: re.Match[str]) -> bool:
        return self._make(found["name"].lower())

    def _column_missing(self, sql: str, found: re.Match[str]) -> bool:
        alias, column = found["alias"], found["column"] or found["bare"] or found["later"]
        if found["dotted"]:
            alias, column = found["dotted"].split(".")
        if sql not in self._read:
            self._read.add(sql)
            if self._learned_all(sql):
                return True
        return any(
            self._seeds.may_have(table, column) and self._add(table, column)
            for table in dict.fromkeys(self._owners(sql, column, alias))
        )

    def _learned_all(self, sql: str) -> bool:
        """Every column that the statement names together with its table."""
        found: dict[str, set[str]] = {}
        for scope in _scopes(sql):
            for column in scope.columns:
                parts = [part.name.lower() for part in column.parts]
                source = scope.sources.get(column.parts[0].name)
                if len(parts) > 1 and isinstance(source, exp.Table):
                    found.setdefault(table_name(source), set()).add(parts[1])
        changed = False
        for table, names in found.items():
            columns = self._columns.get(table)
            new = set() if columns is None else names - columns.keys()
            for name in sorted(new):
                if columns is not None and self._seeds.may_have(table, name):
                    columns[name] = self._type_of(name)
                    changed = True
            if new:
                self._create(table)
        return changed

    def _type_of(self, column: str) -> str:
        return self._seeds.types.get(column, "VARCHAR")

    def _tables(self, sql: str, named: str) -> list[str]:
        try:
            parsed = sqlglot.parse_one(sql, read="duckdb")
        except SqlglotError:
            return [named]
        within = {cte.alias.lower() for cte in parsed.find_all(exp.CTE)} - {named.lower()}
        names = dict.fromkeys(table_name(table) for table in parsed.find_all(exp.Table))
        return [name for name in names if name not in within]

    def _make(self, name: str) -> bool:
        if name in self._columns or not name:
            return False
        seeded = self._seeds.tables.get(name, {})
        self._columns[name] = dict(seeded) or {"_": "VARCHAR"}
        self._create(name)
        return True

    def _create(self, name: str) -> None:
        *above, _ = name.split("/")
        for catalog in above[:-1]:
            self._connection.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {_quoted(catalog)}")
        if above:
            schema = ".".join(_quoted(part) for part in above)
            self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        columns = ", ".join(f"{_quoted(c)} {kind}" for c, kind in self._columns[name].items())
        target = ".".join(_quoted(part) for part in name.split("/"))
        self._connection.execute(f"CREATE OR REPLACE TABLE {target} ({columns})")

    def _add(self, table: str, column: str) -> bool:
        columns = self._columns.get(table)
        if columns is None or column.lower() in columns:
            return False
        columns[column.lower()] = self._type_of(column.lower())
        self._create(table)
        return True

    def _widen(self, sql: str, _: re.Match[str]) -> bool:
        """More columns for `SELECT *` to stand for, where a statement counts them."""
        narrow = [name for name in self._named(sql) if len(self._columns[name]) < _MOST_COUNTED]
        for name in narrow:
            for number in range(_MOST_COUNTED):
                self._columns[name].setdefault(f"column_{number}", "VARCHAR")
            self._create(name)
        return bool(narrow)

    def _alias_missing(self, sql: str, found: re.Match[str]) -> bool:
        """In a correlated query the engine misses the table where a column is missing."""
        alias = found["alias"]
        try:
            parsed = sqlglot.parse_one(sql, read="duckdb")
        except SqlglotError:
            return False
        columns = {c.name for c in parsed.find_all(exp.Column) if c.table.lower() == alias.lower()}
        added = [
            self._seeds.may_have(table, column) and self._add(table, column)
            for column in columns
            for table in dict.fromkeys(self._owners(sql, column, alias))
        ]
        return any(added)

    def _owners(self, sql: str, column: str, alias: str | None) -> Iterator[str]:
        """Invented tables that the column can be of, by following the statement's scopes."""
        for scope in _scopes(sql):
            for found in scope.columns:
                parts = [part.name.lower() for part in found.parts]
                if column.lower() not in parts:
                    continue
                above = parts[: parts.index(column.lower())]
                if not above or (alias or "").lower() == above[-1]:
                    yield from self._of_scope(scope, above[-1] if above else None)

    def _of_scope(self, scope: Scope, alias: str | None) -> Iterator[str]:
        for name, source in scope.sources.items():
            if alias is not None and name.lower() != alias.lower():
                continue
            if isinstance(source, exp.Table):
                yield table_name(source)
            elif isinstance(source, Scope):
                for part in source.set_operation_scopes or [source]:
                    if part.expression.is_star:
                        yield from self._of_scope(part, None)

    # What has another type

    def _member_missing(self, sql: str, found: re.Match[str]) -> bool:
        column = found["column"]
        flipped = [
            self._flip(table, column.lower(), "JSON")
            for table in self._named(sql)
            if self._columns[table].get(column.lower()) not in (None, "JSON")
        ]
        return any(flipped)

    def _named(self, sql: str) -> list[str]:
        lower = sql.lower()
        return [name for name in self._columns if name.rsplit("/", 1)[-1] in lower]

    def _flip(self, table: str, column: str, kind: str) -> bool:
        self._columns[table][column] = kind
        self._create(table)
        return True

    def _retyped(self, sql: str, problem: str, before: dict[tuple[str, str], str]) -> bool:
        """Whether another type for a column that stands in the refused place gets further;
        `before` keeps the types of those that were changed.
        """
        if not _TYPES_DIFFER.search(problem):
            return False
        types = ("JSON[]", *TYPES) if _NO_LIST.search(problem) else TYPES
        near = _words(_excerpt(problem) or "")
        return self._retyped_of(near, sql, problem, types, before) or self._retyped_of(
            _words(sql) - near, sql, problem, types, before
        )

    def _retyped_of(
        self,
        words: set[str],
        sql: str,
        problem: str,
        types: tuple[str, ...],
        before: dict[tuple[str, str], str],
    ) -> bool:
        for table in self._named(sql):
            for column in [c for c in self._columns[table] if c in words]:
                old = self._columns[table][column]
                if (table, column) in before:
                    continue
                best = self._best(sql, problem, (table, column), types)
                self._flip(table, column, best or old)
                if best is not None:
                    before[table, column] = old
                    return True
        return False

    def _best(
        self, sql: str, problem: str, column: tuple[str, str], types: tuple[str, ...]
    ) -> str | None:
        """The type of the column that gets furthest; None where none gets any further."""
        ranks: dict[str, int] = {}
        for kind in types:
            if kind == self._columns[column[0]][column[1]]:
                continue
            self._flip(*column, kind)
            ranks[kind] = _progress(problem, self._explain(sql))
            if ranks[kind] == _DONE:
                return kind
            if ranks[kind] and kind in problem:
                ranks[kind] += 1
        best = max(ranks, key=ranks.__getitem__)
        return best if ranks[best] else None


@lru_cache(maxsize=8)
def _scopes(sql: str) -> list[Scope]:
    try:
        return traverse_scope(sqlglot.parse_one(sql, read="duckdb"))
    except SqlglotError:
        return []


def table_name(table: exp.Table) -> str:
    """Lower-case parts joined by slashes; empty for what is no table (a function, an UNNEST)."""
    if not isinstance(table.this, exp.Identifier):
        return ""
    return "/".join(part.name.lower() for part in table.parts)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _excerpt(problem: str) -> str | None:
    found = _EXCERPT.search(problem)
    if found is None:
        return None
    start = len(found[3]) - len(f"LINE {found[1]}: ")
    return found[2][max(start, 0) : max(start, 0) + len(found[4])]


def _progress(before: str, after: str | None) -> int:
    """How much better a statement stands: 0 for not at all."""
    if after is None:
        return _DONE
    if not _TYPES_DIFFER.search(after):
        return 3
    return int(_place(after) != _place(before))


def _place(problem: str) -> str:
    found = _EXCERPT.search(problem)
    return found[0] if found else ""
