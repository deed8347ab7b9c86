"""Looker expressions as SQL: custom filters, custom dimensions.

Whatever is computed from null is null, and a null condition counts as no. What cannot be computed
(a division by zero, the logarithm of nothing, a day that there is not) is null too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from belvedere.compiler.conditions import condition
from belvedere.compiler.expressions import moments, numbers, syntax
from belvedere.compiler.expressions.kinds import (
    FINE_UNITS,
    MOMENTS,
    OF_NUMBERS,
    SIGNATURES,
    TEXTS_OF,
    Kind,
    common,
)
from belvedere.compiler.fragments import Fragment
from belvedere.compiler.personal import personal
from belvedere.compiler.resolver import Resolver, yes_or_no
from belvedere.errors import QueryError
from belvedere.lookml.model import Field
from belvedere.lookml.scope import ScopedField

Find = Callable[[str], ScopedField | None]
WriteMeasure = Callable[[ScopedField], str]
_COMPARISONS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_NUMBER_TIMEFRAMES = frozenset(
    {
        *("year", "month_num", "hour_of_day", "day_of_month", "day_of_year", "week_of_year"),
        *("day_of_week_index", "fiscal_month_num"),
    }
)
_DATE_TIMEFRAMES = frozenset({"date", "week"})
_TEXTS_OF_MOMENTS = frozenset({"month", "quarter", "year"})
_TEXT_MEASURES = frozenset({"string", "list"})
_LONGEST_SQL = 200_000


@dataclass(frozen=True, slots=True)
class Typed:
    """`moment` is when the period begins that the value names, where it names one."""

    sql: str
    kind: Kind
    moment: str | None = None


def custom_filter(resolver: Resolver, find: Find, tree: syntax.Expression) -> Fragment:
    """The condition that the expression states; QueryError for one that is none."""
    fragment, kind = written(resolver, find, tree)
    _require_condition(kind)
    return fragment


def condition_on_groups(
    resolver: Resolver, find: Find, tree: syntax.Expression, write_measure: WriteMeasure
) -> str:
    """The same on measures, which `write_measure` writes; QueryError where it reads dimensions."""
    found = _Writer(resolver, find, write_measure).typed(tree)
    _require_condition(found.kind)
    return found.sql


def _require_condition(kind: Kind) -> None:
    if kind is not Kind.yesno:
        raise QueryError("A custom filter must be a condition that is yes or no")


def written(resolver: Resolver, find: Find, tree: syntax.Expression) -> tuple[Fragment, Kind]:
    """The SQL of an expression and the kind of its value."""
    writer = _Writer(resolver, find)
    found = writer.typed(tree)
    return Fragment(found.sql, frozenset(writer.needs), frozenset(writer.mentions)), found.kind


def kind_of(field: Field) -> Kind:
    """What a field is in an expression."""
    if field.type == "yesno":
        return Kind.yesno
    if field.is_measure:
        if field.type in _TEXT_MEASURES:
            return Kind.string
        return {"date": Kind.date, "date_time": Kind.datetime}.get(field.type, Kind.number)
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
    def __init__(
        self, resolver: Resolver, find: Find, write_measure: WriteMeasure | None = None
    ) -> None:
        self._resolver = resolver
        self._dialect = resolver.dialect
        self._find = find
        self._write_measure = write_measure
        self.needs: set[str] = set()
        self.mentions: set[str] = set()

    def typed(self, tree: syntax.Expression) -> Typed:
        found = self._typed(tree)
        if len(found.sql) > _LONGEST_SQL:
            raise QueryError("The expression is too long when it is written as SQL")
        return found

    def _typed(self, tree: syntax.Expression) -> Typed:
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
        if self._write_measure is None:
            if not found.field.is_dimension:
                raise QueryError(
                    f"A custom field or its filter is made of dimensions only, not {name}"
                )
        elif not found.field.is_measure:
            raise QueryError(
                f"A condition of a custom filter is on dimensions or on measures: {name} stands "
                "beside a measure"
            )
        return found

    def _field(self, name: str) -> Typed:
        scoped = self._scoped(name)
        kind = kind_of(scoped.field)
        if self._write_measure is not None:
            return self._measure(f"({self._write_measure(scoped)})", scoped.field, kind)
        if kind in MOMENTS:
            return Typed(self._begun(self._noted(self._resolver.instant(scoped)), scoped), kind)
        value = self._noted(self._resolver.referenced(scoped))
        timeframe = scoped.field.timeframe or ""
        if timeframe not in _TEXTS_OF_MOMENTS:
            return Typed(value, kind)
        begun = self._dialect.start_of_text(value, timeframe)
        return Typed(value, kind, self._dialect.cast(begun, "date"))

    def _begun(self, instant: str, scoped: ScopedField) -> str:
        """When the timeframe's period begins that the instant lies in."""
        dialect, timeframe = self._dialect, scoped.field.timeframe
        if timeframe == "week":
            first = dialect.timeframe(instant, "week", self._resolver.time.calendar)
            instant = dialect.start_of_text(first, "week")
        if timeframe in _DATE_TIMEFRAMES:
            return dialect.cast(instant, "date")
        if timeframe in ("minute", "hour"):
            return dialect.function(f"trunc_{timeframe}s", [instant])
        return instant

    def _measure(self, sql: str, field: Field, kind: Kind) -> Typed:
        if kind not in MOMENTS:
            return Typed(sql, kind)
        local = self._resolver.local_time(sql, field)
        return Typed(self._dialect.cast(local, kind), kind)

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

    def _text(self, item: Typed) -> str:
        if item.kind is Kind.string:
            return item.sql
        if item.kind is Kind.yesno:
            return yes_or_no(item.sql)
        return self._dialect.text(item.sql)

    def _moment(self, tree: syntax.Expression) -> Typed:
        """A date or time; also the start of a month and its like, and one written as a text."""
        found = self._dated(tree, self.typed(tree))
        if found.kind in MOMENTS or found.kind is Kind.nothing:
            return found
        raise QueryError(f"A date is needed, not a {found.kind}")

    def _dated(self, tree: syntax.Expression, item: Typed) -> Typed:
        """The same as a date where it is one, else as it is."""
        if item.moment is not None:
            return Typed(item.moment, Kind.date)
        if isinstance(tree, syntax.Text):
            sql = moments.of_text(self._dialect, tree.value)
            return item if sql is None else Typed(sql, Kind.date)
        return item

    def _binary(self, operator: str, left: syntax.Expression, right: syntax.Expression) -> Typed:
        if operator in ("AND", "OR"):
            sql = f"({self._condition(left)} {operator} {self._condition(right)})"
            return Typed(sql, Kind.yesno)
        if operator in _COMPARISONS:
            return self._compared(operator, left, right)
        one, other = self._number(left), self._number(right)
        if operator == "/":
            return Typed(self._dialect.function("divide", [one, other]), Kind.number)
        return Typed(f"({one} {operator} {other})", Kind.number)

    def _compared(self, operator: str, left: syntax.Expression, right: syntax.Expression) -> Typed:
        one, other = self.typed(left), self.typed(right)
        if (one.kind in MOMENTS) != (other.kind in MOMENTS):
            one, other = self._dated(left, one), self._dated(right, other)
        if common([one.kind, other.kind]) is None:
            raise QueryError(f"A {one.kind} cannot be compared with a {other.kind}")
        word = "<>" if operator == "!=" else operator
        return Typed(f"({self._value(one)} {word} {self._value(other)})", Kind.yesno)

    # Functions

    def _function(self, name: str, arguments: tuple[syntax.Expression, ...]) -> Typed:
        signature = SIGNATURES.get(name)
        if signature is None or name == "when":
            raise QueryError(f"The function {name} cannot be used in custom fields and filters")
        most = signature.most
        if len(arguments) < signature.least or (most is not None and len(arguments) > most):
            wanted = f"{signature.least} argument{'' if signature.least == 1 else 's'}"
            least = "" if most == signature.least else "at least "
            raise QueryError(f"The function {name} takes {least}{wanted}, not {len(arguments)}")
        special = getattr(self, f"_write_{name}", None)
        if special is not None:
            found: Typed = special(arguments)
            return found
        action, _, unit = name.partition("_")
        if action == "diff":
            return self._difference(unit.removesuffix("s"), arguments)
        if action in ("add", "trunc", "extract"):
            return self._of_moment(name, action, unit, arguments)
        if name in OF_NUMBERS:
            return self._of_numbers(name, arguments)
        if name in TEXTS_OF:
            return self._of_texts(name, arguments, signature.result)
        given = [self.typed(argument) for argument in arguments]
        kind = signature.result or self._agreed(name, given[signature.decides :])
        sql = self._dialect.function(name, [self._value(item) for item in given])
        return self._chosen(sql, kind) if signature.result is None else Typed(sql, kind)

    def _of_numbers(self, name: str, arguments: tuple[syntax.Expression, ...]) -> Typed:
        given = [self._number(argument) for argument in arguments]
        return Typed(numbers.of_numbers(self._dialect, name, given), Kind.number)

    def _of_texts(
        self, name: str, arguments: tuple[syntax.Expression, ...], result: Kind | None
    ) -> Typed:
        count = TEXTS_OF[name]
        given = [self._text(self.typed(argument)) for argument in arguments[:count]]
        given += [self._number(argument) for argument in arguments[count:]]
        return Typed(self._dialect.function(name, given), result or Kind.string)

    def _of_moment(
        self, name: str, action: str, unit: str, arguments: tuple[syntax.Expression, ...]
    ) -> Typed:
        moment = self._moment(arguments[-1])
        before = [self._number(argument) for argument in arguments[:-1]]
        sql = self._dialect.function(name, [*before, moment.sql])
        if action == "extract":
            return Typed(sql, Kind.number)
        if moment.kind is Kind.datetime or unit in FINE_UNITS:
            return Typed(sql, Kind.datetime)
        return Typed(self._dialect.cast(sql, "date"), Kind.date)

    def _agreed(self, name: str, given: list[Typed]) -> Kind:
        kind = common([item.kind for item in given])
        if kind is None:
            raise QueryError(f"The values of {name} are of different kinds")
        return kind

    def _difference(self, unit: str, arguments: tuple[syntax.Expression, ...]) -> Typed:
        start, end = (
            self._dialect.cast(self._moment(argument).sql, "datetime") for argument in arguments
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

    def _write_matches_filter(self, arguments: tuple[syntax.Expression, ...]) -> Typed:
        match arguments:
            case (syntax.FieldName(name), syntax.Filter(text) | syntax.Text(text)):
                sql = self._matching(self._scoped(name), text)
                return Typed("(1 = 1)" if sql is None else f"({sql})", Kind.yesno)
        raise QueryError("matches_filter takes a field and a filter in backticks")

    def _matching(self, scoped: ScopedField, text: str) -> str | None:
        resolver = self._resolver
        text = personal(scoped, text, resolver.request.viewer)
        if self._write_measure is None:
            made = resolver.condition(scoped, text)
            return None if made is None else self._noted(made[0])
        sensitive = resolver.case_sensitive(scoped.field)
        sql = self._write_measure(scoped)
        found = condition(self._dialect, scoped.field, sql, text, resolver.time, sensitive)
        return None if found is None else found.sql

    def _write_now(self, _: tuple[syntax.Expression, ...]) -> Typed:
        now = self._resolver.time.local_now.replace(microsecond=0)
        return Typed(self._dialect.timestamp(now), Kind.datetime)

    def _write_date(self, arguments: tuple[syntax.Expression, ...]) -> Typed:
        sql = moments.literal(self._dialect, arguments)
        if sql is None:
            sql = moments.made(self._dialect, [self._number(item) for item in arguments])
        return Typed(self._dialect.cast(sql, "date"), Kind.date)

    def _write_date_time(self, arguments: tuple[syntax.Expression, ...]) -> Typed:
        sql = moments.literal(self._dialect, arguments)
        if sql is None:
            sql = moments.made(self._dialect, [self._number(item) for item in arguments])
        return Typed(self._dialect.cast(sql, "datetime"), Kind.datetime)
