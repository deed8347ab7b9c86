"""Date filters: half-open ranges on the bare column, so that indexes on it still serve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from belvedere.compiler.conditions.instants import TimeContext
from belvedere.compiler.conditions.outcome import Condition
from belvedere.compiler.conditions.periods import EARLIEST, LATEST, moved, start_of, start_of_fiscal
from belvedere.compiler.dialects.base import Dialect
from belvedere.errors import QueryError
from belvedere.lookml.filters import (
    After,
    Before,
    Between,
    DateNull,
    FilterSyntaxError,
    Fiscal,
    Moment,
    Offset,
    Point,
    Span,
    Term,
    Units,
    Weekday,
    parse_date,
)
from belvedere.lookml.model import Field

Range = tuple[datetime | None, datetime | None]
"""Start (inclusive) and end (exclusive) on the local clock; None is open."""

_WITHOUT_TIME = frozenset({"date", "yyyymmdd"})


def date_condition(
    dialect: Dialect, field: Field, operand: str, expression: str, time: TimeContext
) -> Condition | None:
    parsed = parse_date(expression)
    if parsed.is_any:
        return None
    if field.datatype == "yyyymmdd":
        operand = dialect.day_number(operand)
    boundary = _boundary(dialect, field, time)
    words, accepts_null = [], False
    for term in parsed.terms:
        if isinstance(term, DateNull):
            words.append(f"{operand} IS {'NOT ' if term.negated else ''}NULL")
            accepts_null = accepts_null or not term.negated
        else:
            words.append(_within(operand, _moved_back(range_of(term, time), time), boundary))
    sql = words[0] if len(words) == 1 else f"({' OR '.join(words)})"
    return Condition(sql, accepts_null)


def date_bounds(expression: str, time: TimeContext) -> Range:
    """The earliest start and the latest (exclusive) end of the expression's ranges.

    Naive timestamps in the database's time zone; None on an open side. QueryError for a text
    that is no date expression.
    """
    start, end = local_bounds(expression, time)
    return (
        None if start is None else time.in_database(start),
        None if end is None else time.in_database(end),
    )


def local_bounds(expression: str, time: TimeContext) -> Range:
    """The same on the clock of the query's time zone."""
    try:
        parsed = parse_date(expression)
    except FilterSyntaxError as error:
        raise QueryError(f"Invalid filter: {expression[:200]}: {error}") from None
    ranges = [range_of(term, time) for term in parsed.terms if not isinstance(term, DateNull)]
    starts = [start for start, _ in ranges]
    ends = [end for _, end in ranges]
    known_starts = [start for start in starts if start is not None]
    known_ends = [end for end in ends if end is not None]
    return (
        min(known_starts) if known_starts and None not in starts else None,
        max(known_ends) if known_ends and None not in ends else None,
    )


def _moved_back(span: Range, time: TimeContext) -> Range:
    if time.back is None:
        return span
    start, end = (None if side is None else moved(side, -1, time.back) for side in span)
    return start, end


def _within(operand: str, span: Range, boundary: Callable[[datetime], str]) -> str:
    start, end = span
    ends = []
    if start is not None:
        ends.append(f"{operand} >= {boundary(start)}")
    if end is not None:
        ends.append(f"{operand} < {boundary(end)}")
    if not ends:
        return f"{operand} IS NOT NULL"
    return ends[0] if len(ends) == 1 else f"({' AND '.join(ends)})"


def _boundary(dialect: Dialect, field: Field, time: TimeContext) -> Callable[[datetime], str]:
    """How a local time is written to be compared with a column of the field's datatype."""
    if field.datatype == "date":
        return dialect.date
    if field.datatype == "yyyymmdd":
        return lambda local: dialect.string(local.isoformat()[:10].replace("-", ""))
    if field.datatype == "epoch":
        return lambda local: dialect.epoch(
            _up_to_second(time.in_utc(local, converted=field.convert_tz))
        )
    if field.convert_tz:
        return lambda local: dialect.boundary(time.in_database(local))
    return dialect.boundary


def _up_to_second(moment: datetime) -> datetime:
    """Whole seconds compare with a fraction as with the next whole second."""
    if not moment.microsecond:
        return moment
    return moment.replace(microsecond=0) + timedelta(seconds=1)


def range_of(term: Term, time: TimeContext) -> Range:
    """The term's range on the local clock. A side that time itself does not reach is open."""
    match term:
        case Span(start, length):
            return _open(
                start_of_point(start, time), _end_of(start, length or width_of(start), time)
            )
        case Before(end):
            return None, start_of_point(end, time)
        case After(start):
            return start_of_point(start, time), None
        case Between(start, end):
            return _open(start_of_point(start, time), start_of_point(end, time))
        case DateNull():
            return None, None


def _end_of(start: Point, length: Units, time: TimeContext) -> datetime:
    if isinstance(start, Offset) and start.unit == length.unit:
        # Counted from now, so that a start before all calendars does not move the end.
        return start_of_point(Offset(start.count + length.count, start.unit), time)
    return moved(start_of_point(start, time), length.count, length.unit)


def _open(start: datetime, end: datetime) -> Range:
    return (None if start == EARLIEST else start), (None if end == LATEST else end)


def start_of_point(point: Point, time: TimeContext) -> datetime:
    match point:
        case Moment(start):
            return start
        case Fiscal(year, quarter):
            return start_of_fiscal(year, quarter or 1, time.calendar)
        case Offset(count, unit):
            return moved(start_of(unit, time.local_now, time.calendar), count, unit)
        case Weekday(index):
            today = start_of("day", time.local_now, time.calendar)
            return moved(today, -((today.weekday() - index) % 7), "day")


def width_of(point: Point) -> Units:
    match point:
        case Moment(_, width):
            return width
        case Fiscal(_, quarter):
            return Units(1, "year" if quarter is None else "quarter")
        case Offset(_, unit):
            return Units(1, unit)
        case Weekday():
            return Units(1, "day")
