"""Looker expressions over dimensions as SQL: custom filters, custom dimensions.

Whatever is computed from null is null, and a null condition counts as no.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from belvedere.compiler.expressions import syntax
from belvedere.compiler.expressions.kinds import FINE_UNITS, SIGNATURES, Kind, common
from belvedere.compiler.fragments import Fragment
from belvedere.compiler.resolver import Resolver
from belvedere.errors import QueryError
from belvedere.lookml.model import Field
from belvedere.lookml.scope import ScopedField

Find = Callable[[str], ScopedField | None]
_COMPARISONS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_NUMBER_TIMEFRAMES = frozenset(
    {
        *("year", "month_num", "hour_of_day", "day_of_month", "day_of_year", "week_of_year"),
        *("day_of_week_index", "fiscal_month_num"),
    }
)
_DATE_TIMEFRAMES = frozenset({"date", "week"})


@dataclass(frozen=True, slots=True)
class Typed:
    sql: str
    kind: Kind


def custom_filter(resolver: Resolver, find: Find, text: str) -> Fragment:
    """The condition that the expression states; QueryError for one that is none."""
    fragment, kind = written(resolver, find, syntax.parse(text))
    if kind is not Kind.yesno:
        raise QueryError("A custom filter must be a condition that is yes or no")
    return fragment


def written(resolver: Resolver, find: Find, tree: syntax.Expression) -> tuple[Fragment, Kind]:
    """The SQL of an expression and the kind of its value."""
    writer = _Writer(resolver, find)
    found = writer.typed(tree)
    return Fragment(found.sql, frozenset(writer.needs), frozenset(writer.mentions)), found.kind


def kind_of(field: Field) -> Kind:
    """What a dimension is in an expression."""
    if field.type == "yesno":
        return Kind.yesno
    if field.timeframe is not None:
        if field.timeframe in _DATE_TIMEFRAMES:
            return Kind.date
        if field.timeframe in _NUMBER_TIMEFRAMES:
            return Kind.number
        clock = field.timeframe in ("raw", "time", "second", "minute", "hour", "millisecond")
        return Kind.datetime if clock else Kind.string
    if field.interval is not None or field.type in ("number", "int", "distance"):
        return Kind.number
    return Kind.string


class _Writer:
    def __init__(self, resolver: Resolver, find: Find) -> None:
        self._resolver = resolver
        self._dialect = resolver.dialect
        self._find = find
        self.needs: set[str] = set()
        self.mentions: set[str] = set()

    def typed(self, tree: syntax.Expression) -> Typed:
        match tree:
            case syntax.Number(text):
                return Typed(self._dialect.number(text), Kind.number)
            case syntax.Text(value):
                return Typed(self._dialect.string(value), Kind.string)
            case syntax.Constant("null"):
                return Typed("NULL", Kind.nothing)
            case syntax.Constant(word):
                literal = self._dialect.boolean(word == "yes")
                return Typed(self._dialect.is_true(literal), Kind.yesno)
            case syntax.FieldName(name):
                return self._field(name)
            case syntax.Unary("NOT", operand):
                return Typed(f"(NOT {self._condition(operand)})", Kind.yesno)
            case syntax.Unary(operator, operand):
                return Typed(f"({operator}{self._number(operand)})", Kind.number)
            case syntax.Binary(operator, left, right):
                return self._binary(operator, left, right)
            case syntax.Function(name, arguments):
                return self._function(name, arguments)
            case _:
                raise QueryError("A filter in backticks can only stand in matches_filter")

    # Fields

    def _scoped(self, name: str) -> ScopedField:
        found = self._find(name)
        if found is None:
            raise QueryError(f"Unknown field in the expression: {name}")
        if not found.field.is_dimension:
            raise QueryError(f"A custom field or filter is made of dimensions only, not {name}")
        return found

    def _field(self, name: str) -> Typed:
        scoped = self._scoped(name)
        kind = kind_of(scoped.field)
        if kind is Kind.date:
            instant = self._noted(self._resolver.instant(scoped))
            return Typed(self._dialect.cast(instant, "date"), kind)
        if kind is Kind.datetime:
            return Typed(self._noted(self._resolver.instant(scoped)), kind)
        return Typed(self._noted(self._resolver.referenced(scoped)), kind)

    def _noted(self, fragment: Fragment) -> str:
        self.needs |= fragment.needs
        self.mentions |= fragment.mentions
        return fragment.sql

    # Operators

    def _condition(self, tree: syntax.Expression) -> str:
        """A yes or no, where null is no."""
        found = self.typed(tree)
        if found.kind not in (Kind.yesno, Kind.nothing):
            raise QueryError(f"A condition is needed, not a {found.kind}")
        condition = found.sql if found.kind is Kind.yesno else self._dialect.is_true(found.sql)
        return self._dialect.known(condition)

    def _value(self, item: Typed) -> str:
        """Where a condition cannot stand; a `Typed` of kind yesno is one."""
        return self._dialect.truth(item.sql) if item.kind is Kind.yesno else item.sql

    def _chosen(self, sql: str, kind: Kind) -> Typed:
        """One of several values, as `_value` writes them."""
        return Typed(self._dialect.is_true(sql) if kind is Kind.yesno else sql, kind)

    def _number(self, tree: syntax.Expression) -> str:
        found = self.typed(tree)
        if found.kind not in (Kind.number, Kind.nothing):
            raise QueryError(f"A number is needed, not a {found.kind}")
        return found.sql

    def _binary(self, operator: str, left: syntax.Expression, right: syntax.Expression) -> Typed:
        if operator in ("AND", "OR"):
            sql = f"({self._condition(left)} {operator} {self._condition(right)})"
            return Typed(sql, Kind.yesno)
        if operator in _COMPARISONS:
            return self._compared(operator, self.typed(left), self.typed(right))
        one, other = self._number(left), self._number(right)
        if operator == "/":
            return Typed(self._dialect.function("divide", [one, other]), Kind.number)
        return Typed(f"({one} {operator} {other})", Kind.number)

    def _compared(self, operator: str, left: Typed, right: Typed) -> Typed:
        if common([left.kind, right.kind]) is None:
            raise QueryError(f"A {left.kind} cannot be compared with a {right.kind}")
        word = "<>" if operator == "!=" else operator
        return Typed(f"({self._value(left)} {word} {self._value(right)})", Kind.yesno)

    # Functions

    def _function(self, name: str, arguments: tuple[syntax.Expression, ...]) -> Typed:
        signature = SIGNATURES.get(name)
        if signature is None or name == "when":
            raise QueryError(f"The function {name} cannot be used in custom fields and filters")
        most = signature.most
        if len(arguments) < signature.least or (most is not None and len(arguments) > most):
            raise QueryError(f"The function {name} takes {signature.least} arguments")
        special = getattr(self, f"_write_{name}", None)
        if special is not None:
            found: Typed = special(arguments)
            return found
        action, _, unit = name.partition("_")
        if action == "diff":
            return self._difference(unit.removesuffix("s"), arguments)
        given = [self.typed(argument) for argument in arguments]
        kind = signature.result or self._agreed(name, given[signature.decides :])
        sql = self._dialect.function(name, [self._value(item) for item in given])
        if action in ("add", "trunc"):
            return self._moved(sql, unit, given[-1].kind)
        return self._chosen(sql, kind) if signature.result is None else Typed(sql, kind)

    def _agreed(self, name: str, given: list[Typed]) -> Kind:
        kind = common([item.kind for item in given])
        if kind is None:
            raise QueryError(f"The values of {name} are of different kinds")
        return kind

    def _moved(self, sql: str, unit: str, kind: Kind) -> Typed:
        if kind not in (Kind.date, Kind.datetime, Kind.nothing):
            raise QueryError(f"A date is needed, not a {kind}")
        if kind is Kind.date and unit not in FINE_UNITS:
            return Typed(self._dialect.cast(sql, "date"), Kind.date)
        return Typed(sql, Kind.datetime)

    def _difference(self, unit: str, arguments: tuple[syntax.Expression, ...]) -> Typed:
        start, end = (
            self._dialect.cast(self.typed(argument).sql, "datetime") for argument in arguments
        )
        return Typed(self._dialect.duration(unit, start, end), Kind.number)

    def _write_if(self, arguments: tuple[syntax.Expression, ...]) -> Typed:
        test = self._condition(arguments[0])
        values = [self.typed(argument) for argument in arguments[1:]]
        sql = self._dialect.function("if", [test, *(self._value(value) for value in values)])
        return self._chosen(sql, self._agreed("if", values))

    def _write_case(self, arguments: tuple[syntax.Expression, ...]) -> Typed:
        words, values = ["CASE"], []
        for position, argument in enumerate(arguments):
            if isinstance(argument, syntax.Function) and argument.name == "when":
                if len(argument.arguments) != 2:
                    raise QueryError("when takes a condition and a value")
                value = self.typed(argument.arguments[1])
                words.append(
                    f"WHEN {self._condition(argument.arguments[0])} THEN {self._value(value)}"
                )
            elif position == len(arguments) - 1 and position:
                value = self.typed(argument)
                words.append(f"ELSE {self._value(value)}")
            else:
                raise QueryError("case takes when(condition, value), … and a last value")
            values.append(value)
        return self._chosen(" ".join([*words, "END"]), self._agreed("case", values))

    def _write_concat(self, arguments: tuple[syntax.Expression, ...]) -> Typed:
        texts = [self._text(self.typed(argument)) for argument in arguments]
        found = texts[0]
        for text in texts[1:]:
            found = self._dialect.function("concat", [found, text])
        return Typed(found, Kind.string)

    def _text(self, item: Typed) -> str:
        return item.sql if item.kind is Kind.string else self._dialect.text(self._value(item))

    def _write_matches_filter(self, arguments: tuple[syntax.Expression, ...]) -> Typed:
        match arguments:
            case (syntax.FieldName(name), syntax.Filter(text) | syntax.Text(text)):
                made = self._resolver.condition(self._scoped(name), text)
                return Typed("(1 = 1)" if made is None else f"({self._noted(made[0])})", Kind.yesno)
        raise QueryError("matches_filter takes a field and a filter in backticks")

    def _write_now(self, _: tuple[syntax.Expression, ...]) -> Typed:
        now = self._resolver.time.local_now.replace(microsecond=0)
        return Typed(self._dialect.timestamp(now), Kind.datetime)

    def _write_date(self, arguments: tuple[syntax.Expression, ...]) -> Typed:
        numbers = _whole_numbers(arguments)
        try:
            sql = self._dialect.date(date(*numbers[:3]))
        except (ValueError, OverflowError):
            sql = "NULL"
        return Typed(self._dialect.cast(sql, "date"), Kind.date)

    def _write_date_time(self, arguments: tuple[syntax.Expression, ...]) -> Typed:
        numbers = _whole_numbers(arguments)
        try:
            year, month, day, hour, minute, second = numbers
            moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  naive
            sql = self._dialect.timestamp(moment)
        except (ValueError, OverflowError):
            sql = "NULL"
        return Typed(self._dialect.cast(sql, "datetime"), Kind.datetime)


def _whole_numbers(arguments: tuple[syntax.Expression, ...]) -> list[int]:
    found = []
    for argument in arguments:
        if not isinstance(argument, syntax.Number) or not argument.text.isdigit():
            raise QueryError("date and date_time take whole numbers, not expressions")
        found.append(int(argument.text))
    return found
