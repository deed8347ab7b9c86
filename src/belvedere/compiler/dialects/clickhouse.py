"""ClickHouse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from belvedere.compiler.dialects.base import Calendar, Dialect
from belvedere.compiler.dialects.reading import (
    checked_number,
    checked_text,
    epoch_seconds,
    numbered,
    percentile_fractions,
    unknown_timeframe,
    week_start,
)
from belvedere.errors import QueryError
from belvedere.lookml.model import Persistence

_WORDS = (
    "all and anti any array as asc asof between by case cast collate cross date delete desc "
    "describe distinct else end except exists explain extract false final first format from full "
    "global group having if ilike in inf infinity inner insert intersect interval into is join "
    "last left like limit nan natural not null nulls offset on only or order over parallel "
    "partition paste prewhere qualify range recursive right rows sample select semi set settings "
    "show stream substring then ties timestamp to top totals trim true union update use using "
    "values when where window with"
)

_SECONDS = "%Y-%m-%d %H:%i:%S"
_MICROSECONDS = f"formatDateTime({{x}}, '{_SECONDS}.%f')"
_TIMEFRAMES = {
    "raw": "{x}",
    "yesno": "CASE WHEN {x} IS NOT NULL THEN 'Yes' ELSE 'No' END",
    "microsecond": _MICROSECONDS,
    "millisecond": f"substring({_MICROSECONDS}, 1, 23)",
    "second": f"formatDateTime({{x}}, '{_SECONDS}')",
    "time": f"formatDateTime({{x}}, '{_SECONDS}')",
    "minute": "formatDateTime({x}, '%Y-%m-%d %H:%i')",
    "hour": "formatDateTime({x}, '%Y-%m-%d %H')",
    "date": "toString(toDate32({x}))",
    "month": "formatDateTime({x}, '%Y-%m')",
    "quarter": "formatDateTime({x}, '%Y-Q%Q')",
    "year": "toYear({x})",
    "time_of_day": "formatDateTime({x}, '%H:%i')",
    "hour_of_day": "toHour({x})",
    "day_of_week": "formatDateTime({x}, '%W')",
    "day_of_month": "toDayOfMonth({x})",
    "day_of_year": "toDayOfYear({x})",
    "week_of_year": "toISOWeek({x})",
    "month_num": "toMonth({x})",
    "month_name": "formatDateTime({x}, '%M')",
    "quarter_of_year": "formatDateTime({x}, 'Q%Q')",
}
_FISCAL = {
    "fiscal_month_num": "month_num",
    "fiscal_quarter": "quarter",
    "fiscal_quarter_of_year": "quarter_of_year",
}
# Before 1970, what is not a whole second would be rounded up.
_PERIODS = {
    "second": "toStartOfSecond({x})",
    "time": "toStartOfSecond({x})",
    "minute": "toStartOfMinute(toStartOfSecond({x}))",
    "hour": "toStartOfHour(toStartOfSecond({x}))",
    "date": "toDate32({x})",
    "month": "toStartOfMonth({x})",
    "quarter": "toStartOfQuarter({x})",
    "year": "toStartOfYear({x})",
}
_UNITS = frozenset({"second", "minute", "hour", "day", "week", "month", "quarter", "year"})
_MOMENT = "DateTime64(6)"
# A cast alone keeps the time zone that a column may have of its own.
_READ = f"fromUnixTimestamp64Micro(toUnixTimestamp64Micro(CAST({{x}} AS {_MOMENT})))"
_TIME = f"CAST({{0}} AS {_MOMENT})"
_CASTS = {
    "string": "toString({x})",
    "number": "toFloat64({x})",
    "date": "toDate32({x})",
    "datetime": f"CAST({{x}} AS {_MOMENT})",
    "boolean": "toBool({x})",
}
_ROUNDED = "POWER(10, {1})"
_UTC = frozenset({"UTC", "Etc/UTC"})
_EXACT_DIGITS = 15
"""How many digits a double always keeps."""
_LIKE_ESCAPED = frozenset("%_\\")


class ClickHouse(Dialect):
    """A time is an instant that is shown in the time zone of the session, which must be the
    database time zone.

    Sessions must have the settings of `belvedere.engines.clickhouse_sessions.SETTINGS`.
    """

    name: ClassVar[str] = "clickhouse"
    label: ClassVar[str] = "ClickHouse"
    identifier_quote: ClassVar[str] = '"'
    max_identifier_length: ClassVar[int] = 206
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = True
    like_is_case_sensitive: ClassVar[bool] = True
    default_schema: ClassVar[str | None] = "default"
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())

    notes: ClassVar[tuple[str, ...]] = (
        (
            "A connection with a host is to a server, over HTTP (port 8123, or 8443 with SSL); one "
            "without is to a folder, which a process of its own opens: one at a time, no tables "
            "that reach beyond it."
        ),
        (
            "A time is an instant that is shown in the time zone of the session, which is that of "
            "the connection; columns with a zone of their own are read as the same instants. Times "
            "are those of DateTime64(6), from 1900 to 2299."
        ),
        (
            "Sessions set what other databases have: outer joins and empty groups give nulls, "
            "columns win over aliases, UNION is distinct. The user needs the right to change "
            "settings (`readonly = 2`, not 1)."
        ),
        (
            "Sums, averages and percentiles by key hold the distinct keys of a group in one array; "
            "they are as exact as sum, avg and quantilesExact of the column's type."
        ),
        "A sum of whole numbers wraps around beyond 64 bits, as the database's own sum does.",
    )

    functions: ClassVar[Mapping[str, str]] = {
        "mod": "MOD({0}, NULLIF({1}, 0))",
        "rand": "randCanonical()",
        "round": f"(sign({{0}}) * FLOOR(ABS({{0}}) * {_ROUNDED} + 0.5) / {_ROUNDED})",
        "contains": "(positionUTF8({0}, {1}) > 0)",
        "length": "lengthUTF8({0})",
        "lower": "lowerUTF8({0})",
        "position": "positionUTF8({0}, {1})",
        "substring": "substringUTF8({0}, toInt64({1}), toInt64({2}))",
        "upper": "upperUTF8({0})",
        **{
            f"add_{unit}": f"add{unit.title()}(CAST({{1}} AS {_MOMENT}), toInt64({{0}}))"
            for unit in ("minutes", "hours", "days", "months", "years")
        },
        "add_seconds": (
            f"addMicroseconds(CAST({{1}} AS {_MOMENT}), toInt64(ROUND(({{0}}) * 1000000)))"
        ),
        **{
            f"extract_{unit}s": f"{name}({_TIME})"
            for unit, name in (
                ("second", "toSecond"),
                ("minute", "toMinute"),
                ("hour", "toHour"),
                ("day", "toDayOfMonth"),
                ("month", "toMonth"),
                ("year", "toYear"),
            )
        },
        **{
            f"trunc_{unit}s": (
                f"CAST(toStartOf{unit.title()}(toStartOfSecond({_TIME})) AS {_MOMENT})"
            )
            for unit in ("minute", "hour", "day", "month", "year")
        },
    }

    # Names and values

    def quote(self, identifier: str) -> str:
        """Backslashes escape in names as they do in texts."""
        return super().quote(identifier.replace("\\", "\\\\"))

    def string(self, value: str) -> str:
        escaped = checked_text(value).replace("\\", "\\\\").replace("'", "''")
        return f"'{escaped}'"

    def number(self, text: str) -> str:
        """What has more digits than a double keeps is a decimal."""
        plain = checked_number(text).removeprefix("+")
        whole, _, fraction = plain.removeprefix("-").partition(".")
        if "e" in plain.lower() or len(whole + fraction) <= _EXACT_DIGITS:
            sign = "-" if plain.startswith("-") else ""
            return f"{sign}0.{fraction}" if not whole else plain
        return f"toDecimal256('{plain}', {len(fraction)})"

    def boolean(self, value: bool) -> str:
        return "TRUE" if value else "FALSE"

    def timestamp(self, value: datetime) -> str:
        return f"toDateTime64('{value.replace(tzinfo=None).isoformat(' ')}', 6)"

    def date(self, value: date) -> str:
        return f"toDate32('{value.isoformat()[:10]}')"

    def epoch(self, value: datetime) -> str:
        return str(epoch_seconds(value))

    # Conditions

    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        operator = "LIKE" if case_sensitive else "ILIKE"
        return f"toString({operand}) {operator} {self.string(_like(pattern))}"

    def equals_ignoring_case(self, operand: str, value: str) -> str:
        return f"lowerUTF8(toString({operand})) = lowerUTF8({self.string(value)})"

    def length(self, operand: str) -> str:
        return f"lengthUTF8(toString({operand}))"

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        if datatype == "yyyymmdd":
            operand = f"YYYYMMDDToDate32(toUInt32OrNull(toString({operand})))"
        return _READ.format(x=operand)

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        """The instant at which clocks in `source` show what they show in `target` now."""
        there = operand if target in _UTC else f"fromUTCTimestamp({operand}, {self.string(target)})"
        return there if source in _UTC else f"toUTCTimestamp({there}, {self.string(source)})"

    def timeframe(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        template = _TIMEFRAMES.get(timeframe)
        if template is not None:
            return template.format(x=operand)
        if timeframe.startswith("fiscal_"):
            return self._fiscal(operand, timeframe, calendar)
        if timeframe == "week":
            return f"toString({_week(operand, calendar)})"
        if timeframe == "day_of_week_index":
            return _weekday(operand, calendar)
        found = numbered(timeframe)
        if found is None:
            raise unknown_timeframe(timeframe)
        shown = "millisecond" if found[0] == "millisecond" else "second"
        return _TIMEFRAMES[shown].format(x=_bucket(operand, *found))

    def period(self, operand: str, timeframe: str, calendar: Calendar) -> str | None:
        if timeframe == "week":
            return _week(operand, calendar)
        template = _PERIODS.get(timeframe)
        if template is not None:
            return template.format(x=operand)
        found = numbered(timeframe)
        return _bucket(operand, *found) if found else None

    def _fiscal(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        offset = calendar.fiscal_month_offset
        shifted = f"addMonths({operand}, {-offset})" if offset else operand
        if timeframe == "fiscal_year":
            return f"formatDateTime({shifted}, 'FY%Y')"
        if timeframe not in _FISCAL:
            raise unknown_timeframe(timeframe)
        return _TIMEFRAMES[_FISCAL[timeframe]].format(x=shifted)

    def duration(self, unit: str, start: str, end: str) -> str:
        if unit not in _UNITS:
            raise QueryError(f"Unknown duration: {unit}")
        if unit == "week":
            return f"intDiv(age('day', {start}, {end}), 7)"
        return f"age('{unit}', {start}, {end})"

    # Aggregates

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:
        return f"uniq({operand})" if approximate else f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        return f"arrayReduce('sumOrNull', {_values_by_key(operand, key)})"

    def average_by_key(self, operand: str, key: str) -> str:
        return f"arrayReduce('avgOrNull', {_values_by_key(operand, key)})"

    def percentile(self, operand: str, percent: float) -> str:
        found = _mean(f"quantilesExact({_fractions(percent)})({operand})")
        return f"CASE WHEN COUNT({operand}) > 0 THEN {found} END"

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str:
        quantiles = f"'quantilesExact({_fractions(percent)})'"
        found = _mean(f"arrayReduce({quantiles}, {_values_by_key(operand, key)})")
        return f"CASE WHEN countIf({_counts(operand, key)}) > 0 THEN {found} END"

    def list_distinct(self, operand: str) -> str:
        values = f"CAST(arraySort(groupUniqArray({operand})) AS Array(String))"
        return f"CASE WHEN COUNT({operand}) > 0 THEN arrayStringConcat({values}, ', ') END"

    def distance(self, lat1: str, lon1: str, lat2: str, lon2: str) -> str:
        return (
            f"12742 * asin(sqrt(least(1, pow(sin(radians(({lat2}) - ({lat1})) / 2), 2) + "
            f"cos(radians({lat1})) * cos(radians({lat2})) * "
            f"pow(sin(radians(({lon2}) - ({lon1})) / 2), 2))))"
        )

    # Persistent tables

    def create_table_as(self, table: str, select: str, layout: Persistence) -> str:
        """Sorted by `sortkeys`, else by `indexes`, which are the same thing here."""
        keys = ", ".join(layout.sortkeys or layout.indexes)
        lines = [f"CREATE TABLE {table}", "ENGINE = MergeTree"]
        if layout.partition_keys:
            lines.append(f"PARTITION BY ({', '.join(layout.partition_keys)})")
        lines.append(f"ORDER BY ({keys})" if keys else "ORDER BY tuple()")
        return "\n".join([*lines, "SETTINGS allow_nullable_key = 1", "AS", select])

    layouts: ClassVar[frozenset[str]] = frozenset({"partition_keys", "sortkeys", "indexes"})

    def create_index(self, table: str, name: str, columns: str) -> None:
        """A table is sorted by its key instead."""

    # Rows and columns

    def text(self, operand: str) -> str:
        return f"toString({operand})"

    def cast(self, operand: str, kind: str) -> str:
        return _CASTS[kind].format(x=operand)


def _like(pattern: str) -> str:
    """The pattern with a backslash as the escape character."""
    words: list[str] = []
    escaped = False
    for character in pattern:
        if not escaped and character == "^":
            escaped = True
            continue
        quoted = character == "\\" or (escaped and character in _LIKE_ESCAPED)
        words.append(f"\\{character}" if quoted else character)
        escaped = False
    return "".join(words)


def _weekday(operand: str, calendar: Calendar) -> str:
    return f"(toDayOfWeek({operand}) + {6 - week_start(calendar)}) % 7"


def _week(operand: str, calendar: Calendar) -> str:
    return f"(toDate32({operand}) - {_weekday(operand, calendar)})"


def _bucket(operand: str, unit: str, size: int) -> str:
    if unit != "millisecond":
        operand = f"toStartOfSecond({operand})"
    return f"CAST(toStartOfInterval({operand}, INTERVAL {size} {unit}) AS {_MOMENT})"


def _counts(operand: str, key: str) -> str:
    return f"({key}) IS NOT NULL AND ({operand}) IS NOT NULL"


def _values_by_key(operand: str, key: str) -> str:
    """A list of one value per distinct key: distinct pairs of both are the keys."""
    pairs = f"groupUniqArrayIf(tuple({key}, {operand}), {_counts(operand, key)})"
    return f"tupleElement({pairs}, 2)"


def _mean(values: str) -> str:
    """Of an array; that of decimals would have no more digits than they have."""
    return f"arrayAvg(arrayMap(x -> toFloat64(x), {values}))"


def _fractions(percent: float) -> str:
    low, high = percentile_fractions(percent)
    return f"{low!r}, {high!r}"
