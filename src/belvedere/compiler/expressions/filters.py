"""Custom filters (`filter_expression`): a Looker expression over dimensions, as a condition.

Built: fields, literals, arithmetic, comparison, AND, OR, NOT, and the functions of `_FUNCTIONS`
with matches_filter. Other functions are refused by name. Whatever is computed from null is null,
and a null condition keeps no row.
"""

from __future__ import annotations

from collections.abc import Callable

from belvedere.compiler.expressions import syntax
from belvedere.compiler.fragments import Fragment
from belvedere.compiler.resolver import Resolver
from belvedere.errors import QueryError
from belvedere.lookml.scope import ScopedField

Find = Callable[[str], ScopedField | None]
_FUNCTIONS: dict[str, tuple[int, str]] = {
    "abs": (1, "ABS({0})"),
    "ceiling": (1, "CEIL({0})"),
    "coalesce": (-1, "COALESCE({all})"),
    "concat": (-1, "CONCAT({all})"),
    "floor": (1, "FLOOR({0})"),
    "is_null": (1, "({0} IS NULL)"),
    "length": (1, "LENGTH({0})"),
    "lower": (1, "LOWER({0})"),
    "upper": (1, "UPPER({0})"),
    "if": (3, "CASE WHEN {0} THEN {1} ELSE {2} END"),
    "mod": (2, "MOD({0}, {1})"),
    "power": (2, "POWER({0}, {1})"),
    "replace": (3, "REPLACE({0}, {1}, {2})"),
    "round": (2, "ROUND({0}, {1})"),
    "substring": (3, "SUBSTRING({0}, {1}, {2})"),
}
_CONDITIONS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">=", "AND", "OR"})


def custom_filter(resolver: Resolver, find: Find, text: str) -> Fragment:
    """The condition that the expression states; QueryError for one that is none."""
    tree = syntax.parse(text)
    if not _is_condition(tree):
        raise QueryError("A custom filter must be a condition that is yes or no")
    writer = _Writer(resolver, find)
    sql = writer.sql(tree)
    return Fragment(sql, frozenset(writer.needs), frozenset(writer.mentions))


def _is_condition(tree: syntax.Expression) -> bool:
    if isinstance(tree, syntax.Binary):
        return tree.operator in _CONDITIONS
    if isinstance(tree, syntax.Unary):
        return tree.operator == "NOT"
    return isinstance(tree, syntax.Constant | syntax.Function | syntax.FieldName)


class _Writer:
    def __init__(self, resolver: Resolver, find: Find) -> None:
        self._resolver = resolver
        self._dialect = resolver.dialect
        self._find = find
        self.needs: set[str] = set()
        self.mentions: set[str] = set()

    def sql(self, tree: syntax.Expression) -> str:
        match tree:
            case syntax.Number(text):
                return self._dialect.number(text)
            case syntax.Text(value):
                return self._dialect.string(value)
            case syntax.Constant(word):
                return "NULL" if word == "null" else self._dialect.boolean(word == "yes")
            case syntax.FieldName(name):
                return self._field(name)
            case syntax.Unary("NOT", operand):
                return f"(NOT COALESCE({self.sql(operand)}, {self._dialect.boolean(False)}))"
            case syntax.Unary(operator, operand):
                return f"({operator}{self.sql(operand)})"
            case syntax.Binary(operator, left, right):
                return f"({self.sql(left)} {_OPERATORS.get(operator, operator)} {self.sql(right)})"
            case syntax.Function(name, arguments):
                return self._function(name, arguments)
            case _:
                raise QueryError("A filter in backticks can only stand in matches_filter")

    def _scoped(self, name: str) -> ScopedField:
        found = self._find(name)
        if found is None:
            raise QueryError(f"Unknown field in the custom filter: {name}")
        if not found.field.is_dimension:
            raise QueryError(f"A custom filter can use dimensions only, not {name}")
        return found

    def _field(self, name: str) -> str:
        return self._noted(self._resolver.referenced(self._scoped(name)))

    def _noted(self, fragment: Fragment) -> str:
        self.needs |= fragment.needs
        self.mentions |= fragment.mentions
        return fragment.sql

    def _function(self, name: str, arguments: tuple[syntax.Expression, ...]) -> str:
        if name == "matches_filter":
            return self._matches(arguments)
        if name == "contains":
            return self._contains(arguments)
        if name not in _FUNCTIONS:
            raise QueryError(f"The function {name} is not offered in custom filters yet")
        count, template = _FUNCTIONS[name]
        if (count >= 0 and len(arguments) != count) or not arguments:
            raise QueryError(f"The function {name} takes {max(count, 1)} arguments")
        written = [self.sql(argument) for argument in arguments]
        return template.format(*written, all=", ".join(written))

    def _matches(self, arguments: tuple[syntax.Expression, ...]) -> str:
        match arguments:
            case (syntax.FieldName(name), syntax.Filter(text) | syntax.Text(text)):
                made = self._resolver.condition(self._scoped(name), text)
                return "(1 = 1)" if made is None else f"({self._noted(made[0])})"
        raise QueryError("matches_filter takes a field and a filter in backticks")

    def _contains(self, arguments: tuple[syntax.Expression, ...]) -> str:
        match arguments:
            case (operand, syntax.Text(part)):
                escaped = "".join(f"^{c}" if c in "^%_" else c for c in part)
                sql = self.sql(operand)
                return f"({self._dialect.like(sql, f'%{escaped}%', case_sensitive=True)})"
        raise QueryError("contains takes a text and the part to look for")


_OPERATORS = {"!=": "<>"}
