"""Table calculations: every expression as a column of values over the rows that came back.

In a pivoted result an expression has one column for each pivot key, `None` stands for the key
of what is not pivoted. Whatever is computed from null is null; what cannot be computed (a division
by zero, text where a number belongs) is null too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from belvedere.compiler.expressions import syntax
from belvedere.errors import QueryError
from belvedere.results.calculations import statistics
from belvedere.results.calculations.scalars import KEEPS_NULLS, MOST_TEXT, SCALARS, to_date

Key = str | None
Column = list[Any]
Source = Callable[[str, Key], Column | None]
"""Answers the values of a field; None for one that the result does not have."""

_WRONG = (ArithmeticError, ValueError, TypeError, LookupError, AttributeError)
_SINGLE = frozenset({"pivot_index", "pivot_where", "pivot_row"})
"""Functions whose value does not depend on the pivot column that they stand in."""
_ACROSS = frozenset({"pivot_column", "pivot_offset", "pivot_offset_list"})
_COUNTS = frozenset({"count", "count_distinct", "max", "min", "list"})
_MOST_LISTED = 1_000_000
"""Values of all lists of one column together."""
_MOST_WHOLE = 2**63
"""Whole numbers from here on go on as floats."""


def is_pivoted(tree: syntax.Expression, pivoted: Callable[[str], bool]) -> bool:
    """Whether the expression has a value for each pivot column."""
    match tree:
        case syntax.FieldName(name):
            return pivoted(name)
        case syntax.Unary(_, operand):
            return is_pivoted(operand, pivoted)
        case syntax.Binary(_, left, right):
            return is_pivoted(left, pivoted) or is_pivoted(right, pivoted)
        case syntax.Function(name, _) if name in _SINGLE:
            return False
        case syntax.Function(name, arguments):
            return name in _ACROSS or any(is_pivoted(item, pivoted) for item in arguments)
        case _:
            return False


class Evaluator:
    """Evaluates expressions over `count` rows; `keys` are the pivot columns in order."""

    def __init__(self, count: int, keys: Sequence[str], source: Source, now: datetime) -> None:
        self._count = count
        self._keys = list(keys)
        self._places: Mapping[Key, int] = {key: place for place, key in enumerate(self._keys)}
        self._source = source
        self._now = now
        self._known: dict[tuple[int, Key], Column] = {}
        self._trees: list[syntax.Expression] = []

    def column(self, tree: syntax.Expression, key: Key) -> Column:
        """QueryError for fields, functions or arguments that there are not."""
        known = (id(tree), key)
        if known not in self._known:
            self._known[known] = self._column(tree, key)
            self._trees.append(tree)  # an id stays that of its tree only while the tree lives
        return self._known[known]

    def _column(self, tree: syntax.Expression, key: Key) -> Column:  # noqa: C901  one case a node
        match tree:
            case syntax.Number(text):
                return self._same(_number(text))
            case syntax.Text(value) | syntax.Filter(value):
                return self._same(value)
            case syntax.Constant(word):
                return self._same(None if word == "null" else word == "yes")
            case syntax.FieldName(name):
                found = self._source(name, key)
                if found is None:
                    raise QueryError(f"The field {name} is not in the query")
                return found
            case syntax.Unary("NOT", operand):
                return [value is not True for value in self.column(operand, key)]
            case syntax.Unary(_, operand):
                return self._mapped(_OPERATORS["negative"], operand, key=key)
            case syntax.Binary("AND", left, right):
                return self._zipped(lambda a, b: a is True and b is True, left, right, key)
            case syntax.Binary("OR", left, right):
                return self._zipped(lambda a, b: a is True or b is True, left, right, key)
            case syntax.Binary(operator, left, right):
                return self._mapped(_OPERATORS[operator], left, right, key=key)
            case syntax.Function(name, arguments):
                return self._function(name, arguments, key)

    def _same(self, value: Any) -> Column:
        return [value] * self._count

    def _zipped(
        self,
        function: Callable[[Any, Any], Any],
        left: syntax.Expression,
        right: syntax.Expression,
        key: Key,
    ) -> Column:
        return list(map(function, self.column(left, key), self.column(right, key)))

    def _mapped(
        self, function: Callable[..., Any], *arguments: syntax.Expression, key: Key
    ) -> Column:
        columns = [self.column(argument, key) for argument in arguments]
        if not columns:
            return [_safely(function) for _ in range(self._count)]
        return [
            None if any(value is None for value in values) else _safely(function, *values)
            for values in zip(*columns, strict=True)
        ]

    # Functions

    def _function(self, name: str, arguments: tuple[syntax.Expression, ...], key: Key) -> Column:
        special = getattr(self, f"_do_{name}", None)
        if special is not None:
            least, most = _COUNTED[name]
            _check(name, arguments, least, most)
            found: Column = special(*arguments, key=key)
            return found
        if name in KEEPS_NULLS:
            least, most, function = KEEPS_NULLS[name]
            _check(name, arguments, least, most)
            columns = [self.column(argument, key) for argument in arguments]
            return [_safely(function, *values) for values in zip(*columns, strict=True)]
        if name in SCALARS:
            least, most, function = SCALARS[name]
            _check(name, arguments, least, most)
            return self._mapped(function, *arguments, key=key)
        if name in statistics.REDUCING or name in _COUNTS:
            return self._reduced(name, arguments, key)
        if name in statistics.PAIRED:
            _check(name, arguments, 2, 2)
            return self._paired(statistics.PAIRED[name], arguments, key)
        raise QueryError(f"There is no function {name}")

    def _reduced(self, name: str, arguments: tuple[syntax.Expression, ...], key: Key) -> Column:
        _check(name, arguments, 1, 1)
        (argument,) = arguments
        reduce = _reducer(name)
        column = self.column(argument, key)
        if _holds_lists(column):
            return [None if values is None else _safely(reduce, values) for values in column]
        return self._same(_safely(reduce, column))

    def _paired(
        self,
        function: Callable[[Sequence[float], Sequence[float]], float | None],
        arguments: tuple[syntax.Expression, ...],
        key: Key,
    ) -> Column:
        one, other = (self.column(argument, key) for argument in arguments)
        if _holds_lists(one) and _holds_lists(other):
            return [_safely(_both, function, a, b) for a, b in zip(one, other, strict=True)]
        return self._same(_safely(_both, function, one, other))

    def _over(
        self, argument: syntax.Expression, key: Key, function: Callable[[Column, int], Any]
    ) -> Column:
        """The function of the column (of the cell's own list) and the row's place."""
        column = self.column(argument, key)
        if _holds_lists(column):
            return [_safely(function, cell or [], place) for place, cell in enumerate(column)]
        return [_safely(function, column, place) for place in range(self._count)]

    def _do_case(self, *arguments: syntax.Expression, key: Key) -> Column:
        found = self._same(None)
        *branches, last = arguments
        if isinstance(last, syntax.Function) and last.name == "when":
            branches.append(last)
        else:
            found = list(self.column(last, key))
        for branch in reversed(branches):
            if not isinstance(branch, syntax.Function) or branch.name != "when":
                raise QueryError("case takes when(condition, value), … and a last value")
            _check("when", branch.arguments, 2, 2)
            tests, values = (self.column(item, key) for item in branch.arguments)
            found = [
                value if test is True else other
                for test, value, other in zip(tests, values, found, strict=True)
            ]
        return found

    def _do_now(self, *, key: Key) -> Column:
        del key
        return self._same(self._now.replace(microsecond=0))

    # Rows

    def _do_row(self, *, key: Key) -> Column:
        del key
        return list(range(1, self._count + 1))

    def _do_offset(self, of: syntax.Expression, by: syntax.Expression, *, key: Key) -> Column:
        values, steps = self.column(of, key), self.column(by, key)
        return [_at(values, place + _whole(step)) for place, step in enumerate(steps)]

    def _do_index(self, of: syntax.Expression, at: syntax.Expression, *, key: Key) -> Column:
        column, places = self.column(of, key), self.column(at, key)
        if _holds_lists(column):
            pairs = zip(column, places, strict=True)
            return [_at(cell or [], _whole(place) - 1) for cell, place in pairs]
        return [_at(column, _whole(place) - 1) for place in places]

    def _do_offset_list(
        self,
        of: syntax.Expression,
        by: syntax.Expression,
        many: syntax.Expression,
        *,
        key: Key,
    ) -> Column:
        values = _without_lists(self.column(of, key))
        found = []
        pairs = zip(self.column(by, key), self.column(many, key), strict=True)
        for place, (step, size) in enumerate(pairs):
            start = place + _whole(step)
            length = self._length(size)
            found.append([_at(values, at) for at in range(start, start + length)])
        return found

    def _length(self, size: Any) -> int:
        length = max(_whole(size), 0)
        if length * self._count > _MOST_LISTED:
            raise QueryError(f"A list of {length} values in each row is too much")
        return length

    def _do_list(self, *arguments: syntax.Expression, key: Key) -> Column:
        columns = [_without_lists(self.column(argument, key)) for argument in arguments]
        return [list(values) for values in zip(*columns, strict=True)]

    def _do_lookup(
        self,
        value: syntax.Expression,
        within: syntax.Expression,
        result: syntax.Expression,
        *,
        key: Key,
    ) -> Column:
        first: dict[Any, Any] = {}
        for one, other in zip(self.column(within, key), self.column(result, key), strict=True):
            if one is not None:
                first.setdefault(_comparable(one), other)
        return [first.get(_comparable(item)) for item in self.column(value, key)]

    def _do_match(self, value: syntax.Expression, of: syntax.Expression, *, key: Key) -> Column:
        wanted = self.column(value, key)
        places: dict[int, dict[Any, int]] = {}

        def place_of(column: Column, row: int) -> int | None:
            if id(column) not in places:
                indexed = [(_comparable(item), at) for at, item in enumerate(column, 1)]
                places[id(column)] = dict(reversed(indexed))
            sought = wanted[row]
            return None if sought is None else places[id(column)].get(_comparable(sought))

        return self._over(of, key, place_of)

    def _do_running_total(self, of: syntax.Expression, *, key: Key) -> Column:
        return self._running(of, key, lambda total, value: total + value, 0)

    def _do_running_product(self, of: syntax.Expression, *, key: Key) -> Column:
        return self._running(of, key, lambda total, value: total * value, 1)

    def _running(
        self, of: syntax.Expression, key: Key, step: Callable[[Any, Any], Any], start: int
    ) -> Column:
        total: Any = start
        found: Column = []
        for value in self.column(of, key):
            if _is_number(value):
                total = _safely(step, total, value)
                if total is None:  # as all that follow would be
                    return found + [None] * (self._count - len(found))
            found.append(total)
        return found

    def _do_rank(self, value: syntax.Expression, of: syntax.Expression, *, key: Key) -> Column:
        return self._ranked(value, of, key, lambda above, equal: above + 1 if equal else None)

    def _do_rank_avg(self, value: syntax.Expression, of: syntax.Expression, *, key: Key) -> Column:
        return self._ranked(
            value, of, key, lambda above, equal: above + (equal + 1) / 2 if equal else None
        )

    def _ranked(
        self,
        value: syntax.Expression,
        of: syntax.Expression,
        key: Key,
        place: Callable[[int, int], float | None],
    ) -> Column:
        """1 is the largest."""
        wanted = self.column(value, key)
        shared: dict[int, tuple[dict[Any, int], dict[Any, int]]] = {}

        def ranked(column: Column, row: int) -> float | None:
            if id(column) not in shared:
                shared[id(column)] = _standing(column)
            above, equal = shared[id(column)]
            item = wanted[row]
            return place(above.get(item, 0), equal.get(item, 0))

        return self._over(of, key, ranked)

    def _parameterized(
        self,
        of: syntax.Expression,
        by: syntax.Expression,
        key: Key,
        function: Callable[[Sequence[float], float], float | None],
    ) -> Column:
        parameters = self.column(by, key)
        known: dict[tuple[int, Any], float | None] = {}

        def reduced(column: Column, row: int) -> float | None:
            parameter = parameters[row]
            if not _is_number(parameter):
                return None
            if (id(column), parameter) not in known:
                known[id(column), parameter] = function(_numbers(column), parameter)
            return known[id(column), parameter]

        return self._over(of, key, reduced)

    def _do_large(self, of: syntax.Expression, by: syntax.Expression, *, key: Key) -> Column:
        return self._parameterized(of, by, key, statistics.large)

    def _do_small(self, of: syntax.Expression, by: syntax.Expression, *, key: Key) -> Column:
        return self._parameterized(of, by, key, statistics.small)

    def _do_percentile(self, of: syntax.Expression, by: syntax.Expression, *, key: Key) -> Column:
        return self._parameterized(of, by, key, statistics.percentile)

    def _do_percent_rank(self, of: syntax.Expression, by: syntax.Expression, *, key: Key) -> Column:
        return self._parameterized(of, by, key, statistics.percent_rank)

    def _do_t_test(self, *arguments: syntax.Expression, key: Key) -> Column:
        one, other, tails, kind = (self.column(argument, key) for argument in arguments)
        if not self._count:
            return []
        return self._same(_safely(statistics.t_test, one, other, tails[0], kind[0]))

    def _do_z_test(self, *arguments: syntax.Expression, key: Key) -> Column:
        values, mean, deviation = (self.column(argument, key) for argument in arguments)
        if not self._count:
            return []
        return self._same(_safely(statistics.z_test, _numbers(values), mean[0], deviation[0]))

    # Pivot columns

    def _do_pivot_column(self, *, key: Key) -> Column:
        return self._same(None if key is None else self._places[key] + 1)

    def _picked(self, of: syntax.Expression, places: Sequence[int | None]) -> Column:
        """The expression in the pivot column that each row names, counted from 0."""
        return [
            None
            if place is None or not 0 <= place < len(self._keys)
            else self.column(of, self._keys[place])[row]
            for row, place in enumerate(places)
        ]

    def _do_pivot_index(self, of: syntax.Expression, at: syntax.Expression, *, key: Key) -> Column:
        places = [None if n is None else _whole(n) - 1 for n in self.column(at, key)]
        return self._picked(of, places)

    def _do_pivot_offset(self, of: syntax.Expression, by: syntax.Expression, *, key: Key) -> Column:
        if key is None:
            return self._same(None)
        here = self._places[key]
        steps = self.column(by, key)
        return self._picked(of, [None if n is None else here + _whole(n) for n in steps])

    def _do_pivot_offset_list(
        self,
        of: syntax.Expression,
        by: syntax.Expression,
        many: syntax.Expression,
        *,
        key: Key,
    ) -> Column:
        if key is None:
            return self._same(None)
        here = self._places[key]
        found = []
        pairs = zip(self.column(by, key), self.column(many, key), strict=True)
        for row, (step, size) in enumerate(pairs):
            start = here + _whole(step)
            places = range(start, start + self._length(size))
            found.append(
                [
                    _without_lists(self.column(of, self._keys[place]))[row]
                    if 0 <= place < len(self._keys)
                    else None
                    for place in places
                ]
            )
        return found

    def _do_pivot_row(self, of: syntax.Expression, *, key: Key) -> Column:
        del key
        if not self._keys:
            return self._same(None)
        columns = [_without_lists(self.column(of, name)) for name in self._keys]
        return [list(values) for values in zip(*columns, strict=True)]

    def _do_pivot_where(
        self, test: syntax.Expression, of: syntax.Expression, *, key: Key
    ) -> Column:
        del key
        found = []
        for row in range(self._count):
            fitting = [name for name in self._keys if self.column(test, name)[row] is True]
            found.append(self.column(of, fitting[0])[row] if len(fitting) == 1 else None)
        return found


_COUNTED: dict[str, tuple[int, int | None]] = {
    "case": (1, None),
    **dict.fromkeys(("now", "row", "pivot_column"), (0, 0)),
    **dict.fromkeys(("running_total", "running_product", "pivot_row"), (1, 1)),
    **dict.fromkeys(("offset", "index", "match", "rank", "rank_avg", "large", "small"), (2, 2)),
    **dict.fromkeys(("percentile", "percent_rank"), (2, 2)),
    **dict.fromkeys(("pivot_index", "pivot_offset", "pivot_where"), (2, 2)),
    **dict.fromkeys(("offset_list", "lookup", "pivot_offset_list", "z_test"), (3, 3)),
    "t_test": (4, 4),
    "list": (1, None),
}


def _check(name: str, arguments: Sequence[syntax.Expression], least: int, most: int | None) -> None:
    if len(arguments) < least or (most is not None and len(arguments) > most):
        wanted = f"{least} argument{'' if least == 1 else 's'}"
        bound = "" if most == least else "at least "
        raise QueryError(f"The function {name} takes {bound}{wanted}, not {len(arguments)}")


def _safely(function: Callable[..., Any], *values: Any) -> Any:
    try:
        found = function(*values)
    except _WRONG:
        return None
    if isinstance(found, int) and abs(found) >= _MOST_WHOLE:
        found = _finite(found)
    if isinstance(found, float) and not math.isfinite(found):
        return None
    too_long = isinstance(found, str) and len(found) > MOST_TEXT
    return None if too_long or isinstance(found, complex) else found


def _number(text: str) -> float | None:
    """What is written; null for what is beyond all numbers."""
    whole = text.isdigit() and len(text) < len(str(_MOST_WHOLE))
    return int(text) if whole else _finite(text)


def _finite(value: Any) -> float | None:
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _without_lists(column: Column) -> Column:
    """QueryError for a column of lists, which a list cannot hold: each would double the last."""
    if _holds_lists(column):
        raise QueryError("A list cannot hold lists")
    return column


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _holds_lists(column: Column) -> bool:
    """Whether each cell is a list of its own, to be reduced by itself."""
    return any(isinstance(value, list) for value in column)


def _numbers(column: Column) -> list[float]:
    return [value for value in column if _is_number(value)]


def _both(
    function: Callable[[Sequence[float], Sequence[float]], float | None], one: Column, other: Column
) -> float | None:
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if _is_number(a) and _is_number(b)]
    return function([a for a, _ in pairs], [b for _, b in pairs])


def _reducer(name: str) -> Callable[[Column], Any]:
    if name == "count":
        return lambda column: sum(value is not None for value in column)
    if name == "count_distinct":
        return lambda column: len({_comparable(v) for v in column if v is not None})
    if name in ("max", "min"):
        choose = max if name == "max" else min
        return lambda column: choose((v for v in column if v is not None), default=None)
    reduce = statistics.REDUCING[name]
    return lambda column: reduce(_numbers(column))


def _standing(column: Column) -> tuple[dict[Any, int], dict[Any, int]]:
    """For each value, how many are larger and how many are equal."""
    values = sorted((v for v in column if v is not None), reverse=True)
    above: dict[Any, int] = {}
    equal: dict[Any, int] = {}
    for place, value in enumerate(values):
        above.setdefault(value, place)
        equal[value] = equal.get(value, 0) + 1
    return above, equal


def _at(values: Sequence[Any], place: int) -> Any:
    return values[place] if 0 <= place < len(values) else None


def _whole(value: Any) -> int:
    """A count of rows or columns; what is none leads outside of every result."""
    return int(value) if _is_number(value) and abs(value) < 1e9 else -(10**9)


def _comparable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, list):
        return tuple(map(_comparable, value))
    return value.isoformat() if isinstance(value, date) else value


def _arithmetic(step: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Only numbers."""

    def calculated(left: Any, right: Any) -> Any:
        if not _is_number(left) or not _is_number(right):
            return None
        return step(left, right)

    return calculated


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    def compared(left: Any, right: Any) -> bool | None:
        if isinstance(left, date) or isinstance(right, date):
            left, right = to_date(left), to_date(right)
            if left is None or right is None:
                return None
            left, right = (
                value
                if isinstance(value, datetime)
                else datetime(value.year, value.month, value.day)  # noqa: DTZ001
                for value in (left, right)
            )
        return test(left, right)

    return compared


_OPERATORS: dict[str, Callable[..., Any]] = {
    "negative": lambda a: -a if _is_number(a) else None,
    "+": _arithmetic(lambda a, b: a + b),
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: a * b),
    "/": _arithmetic(lambda a, b: a / b),
    "=": _compare(lambda a, b: bool(a == b)),
    "!=": _compare(lambda a, b: bool(a != b)),
    "<>": _compare(lambda a, b: bool(a != b)),
    "<": _compare(lambda a, b: bool(a < b)),
    "<=": _compare(lambda a, b: bool(a <= b)),
    ">": _compare(lambda a, b: bool(a > b)),
    ">=": _compare(lambda a, b: bool(a >= b)),
}
