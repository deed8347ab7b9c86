"""DuckDB."""

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

_WORDS = (
    "all analyse analyze and any array as asc asymmetric both case cast check collate column "
    "constraint create default deferrable desc describe distinct do else end except false fetch "
    "for foreign from group having in initially intersect into lambda lateral leading limit not "
    "null offset on only or order pivot pivot_longer pivot_wider placing primary qualify "
    "references returning select show some summarize symmetric table then to trailing true union "
    "unique unpivot using variadic when where window with anti asof at authorization binary by "
    "collation columns concurrently cross freeze full generated glob ilike inner is isnull join "
    "left like map natural notnull outer overlaps positional right semi similar struct "
    "tablesample try_cast tuple unpack verbose between bigint bit boolean char character coalesce "
    "dec decimal exists extract float grouping grouping_id inout int integer interval national "
    "nchar none nullif numeric out overlay position precision real row setof smallint substring "
    "time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists "
    "xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"
)

_SECONDS = "%Y-%m-%d %H:%M:%S"
_TIMEFRAMES = {
    "raw": "{x}",
    "yesno": "CASE WHEN {x} IS NOT NULL THEN 'Yes' ELSE 'No' END",
    "microsecond": "strftime({x}, '%Y-%m-%d %H:%M:%S.%f')",
    "millisecond": "strftime({x}, '%Y-%m-%d %H:%M:%S.%g')",
    "second": f"strftime({{x}}, '{_SECONDS}')",
    "time": f"strftime({{x}}, '{_SECONDS}')",
    "minute": "strftime({x}, '%Y-%m-%d %H:%M')",
    "hour": "strftime({x}, '%Y-%m-%d %H')",
    "date": "CAST(CAST({x} AS DATE) AS VARCHAR)",
    "month": "strftime({x}, '%Y-%m')",
    "quarter": "strftime({x}, '%Y-Q') || quarter({x})",
    "year": "year({x})",
    "time_of_day": "strftime({x}, '%H:%M')",
    "hour_of_day": "hour({x})",
    "day_of_week": "dayname({x})",
    "day_of_month": "day({x})",
    "day_of_year": "dayofyear({x})",
    "week_of_year": "weekofyear({x})",
    "month_num": "month({x})",
    "month_name": "monthname({x})",
    "quarter_of_year": "'Q' || quarter({x})",
}
_FISCAL = {
    "fiscal_month_num": "month_num",
    "fiscal_quarter": "quarter",
    "fiscal_quarter_of_year": "quarter_of_year",
}
_PERIODS = frozenset({"second", "minute", "hour"})
_PERIODS_IN_YEAR = {"month": 12, "quarter": 4}
_MONDAY = "DATE '2000-01-03'"
_DAYS_BEFORE = 7_000_000
"""Whole weeks before that Monday from which weeks are counted: no date in use is earlier."""
_ELAPSED_UNITS = frozenset({"second", "minute", "hour", "day", "week"})
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_CASTS = {
    "string": "VARCHAR",
    "number": "DOUBLE",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "boolean": "BOOLEAN",
}


class DuckDB(Dialect):
    """Sessions must have their TimeZone set to the database time zone: TIMESTAMP WITH TIME ZONE
    and epoch columns become naive timestamps in it.
    """

    name: ClassVar[str] = "duckdb"
    label: ClassVar[str] = "DuckDB"
    identifier_quote: ClassVar[str] = '"'
    max_identifier_length: ClassVar[int] = 65_535
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = True
    like_is_case_sensitive: ClassVar[bool] = True
    default_schema: ClassVar[str | None] = "main"
    notes: ClassVar[tuple[str, ...]] = (
        (
            "Each derived table is a file in the instance's folder (`derived/…`). Published views "
            "(`publish_as_db_view`) are read here as `tmp_db_name.model_view`, which therefore is "
            "no schema of the database. Other programs open the link "
            "`derived/…/tmp_db_name/model_view.duckdb` read-only and select from `kept` in it."
        ),
    )
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())

    functions: ClassVar[Mapping[str, str]] = {
        **{
            f"add_{unit}": f"(CAST({{1}} AS TIMESTAMP) + to_{unit}(CAST({{0}} AS INTEGER)))"
            for unit in ("minutes", "hours", "days", "months", "years")
        },
        "add_seconds": "(CAST({1} AS TIMESTAMP) + to_seconds(CAST({0} AS DOUBLE)))",
        "round": "ROUND({0}, CAST({1} AS INTEGER))",
    }

    # Names and values

    def string(self, value: str) -> str:
        escaped = checked_text(value).replace("'", "''")
        return f"'{escaped}'"

    def number(self, text: str) -> str:
        return checked_number(text)

    def boolean(self, value: bool) -> str:
        return "TRUE" if value else "FALSE"

    def timestamp(self, value: datetime) -> str:
        return f"TIMESTAMP '{value.replace(tzinfo=None).isoformat(' ')}'"

    def date(self, value: date) -> str:
        return f"DATE '{value.isoformat()[:10]}'"

    def epoch(self, value: datetime) -> str:
        return str(epoch_seconds(value))

    # Conditions

    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        operator = "LIKE" if case_sensitive else "ILIKE"
        escape = " ESCAPE '^'" if "^" in pattern else ""
        return f"CAST({operand} AS VARCHAR) {operator} {self.string(pattern)}{escape}"

    def equals_ignoring_case(self, operand: str, value: str) -> str:
        return f"LOWER({operand}) = LOWER({self.string(value)})"

    def length(self, operand: str) -> str:
        return f"LENGTH(CAST({operand} AS VARCHAR))"

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        if datatype == "epoch":
            return f"CAST(to_timestamp({operand}) AS TIMESTAMP)"
        if datatype == "yyyymmdd":
            return f"try_strptime(CAST({operand} AS VARCHAR), '%Y%m%d')"
        return f"CAST({operand} AS TIMESTAMP)"

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        return f"timezone({self.string(target)}, timezone({self.string(source)}, {operand}))"

    def timeframe(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        template = _TIMEFRAMES.get(timeframe)
        if template is not None:
            return template.format(x=operand)
        if timeframe.startswith("fiscal_"):
            return self._fiscal(operand, timeframe, calendar)
        if timeframe == "week":
            return _TIMEFRAMES["date"].format(x=_week(operand, week_start(calendar)))
        if timeframe == "day_of_week_index":
            return f"(isodow({operand}) + {6 - week_start(calendar)}) % 7"
        found = numbered(timeframe)
        if found is None:
            raise unknown_timeframe(timeframe)
        shown = f"{_SECONDS}.%g" if found[0] == "millisecond" else _SECONDS
        return f"strftime({_bucket(operand, *found)}, '{shown}')"

    def period(self, operand: str, timeframe: str, calendar: Calendar) -> str | None:
        # DuckDB knows the range of these integers from the column's statistics, and groups by
        # them in half the time that date_trunc takes.
        if timeframe == "week":
            days = f"CAST({operand} AS DATE) - {_MONDAY}"
            return f"({days} + {_DAYS_BEFORE - week_start(calendar)}) // 7"
        if timeframe == "year":
            return f"year({operand})"
        if timeframe in _PERIODS_IN_YEAR:
            count = _PERIODS_IN_YEAR[timeframe]
            return f"(year({operand}) - 2000) * {count} + {timeframe}({operand}) - 1"
        if timeframe == "date":
            return f"CAST({operand} AS DATE)"
        unit = "second" if timeframe == "time" else timeframe
        if unit in _PERIODS:
            return f"date_trunc('{unit}', {operand})"
        found = numbered(timeframe)
        return _bucket(operand, *found) if found else None

    def period_start(self, period: str, timeframe: str, calendar: Calendar) -> str:
        if timeframe == "week":
            return f"{_MONDAY} + CAST({period} * 7 - {_DAYS_BEFORE - week_start(calendar)} AS INT)"
        if timeframe == "year":
            return f"make_date({period}, 1, 1)"
        if timeframe not in _PERIODS_IN_YEAR:
            return period
        months = period if timeframe == "month" else f"({period}) * 3"
        return f"DATE '2000-01-01' + to_months(CAST({months} AS INT))"

    def _fiscal(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        offset = calendar.fiscal_month_offset
        shifted = f"({operand} - to_months({offset}))" if offset else operand
        if timeframe == "fiscal_year":
            return f"strftime({shifted}, 'FY%Y')"
        if timeframe not in _FISCAL:
            raise unknown_timeframe(timeframe)
        return _TIMEFRAMES[_FISCAL[timeframe]].format(x=shifted)

    def duration(self, unit: str, start: str, end: str) -> str:
        if unit in _ELAPSED_UNITS:
            return f"date_sub('{unit}', {start}, {end})"
        if unit not in _MONTHS_IN:
            raise QueryError(f"Unknown duration: {unit}")
        age = f"age({end}, {start})"
        months = f"(datepart('year', {age}) * 12 + datepart('month', {age}))"
        return months if unit == "month" else f"({months} // {_MONTHS_IN[unit]})"

    # Aggregates

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:
        return f"approx_count_distinct({operand})" if approximate else f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        return f"list_sum({_values_by_key(operand, key)})"

    def average_by_key(self, operand: str, key: str) -> str:
        return f"list_avg({_values_by_key(operand, key)})"

    def percentile(self, operand: str, percent: float) -> str:
        return f"list_avg(quantile_disc({operand}, {_fractions(percent)}))"

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str:
        values = _values_by_key(operand, key)
        return f"list_avg(list_aggregate({values}, 'quantile_disc', {_fractions(percent)}))"

    def list_distinct(self, operand: str) -> str:
        values = f"list(DISTINCT {operand}) FILTER (WHERE ({operand}) IS NOT NULL)"
        return f"array_to_string(list_sort({values}), ', ')"

    def distance(self, lat1: str, lon1: str, lat2: str, lon2: str) -> str:
        return (
            f"12742 * asin(sqrt(least(1, pow(sin(radians(({lat2}) - ({lat1})) / 2), 2) + "
            f"cos(radians({lat1})) * cos(radians({lat2})) * "
            f"pow(sin(radians(({lon2}) - ({lon1})) / 2), 2))))"
        )

    # Persistent tables

    def scratch_table(self, schema: str, name: str) -> str:  # noqa: ARG002
        """Each is a file of its own that is attached under the table's name."""
        return f"{self.quote(name)}.main.{self.quote(name)}"

    def published_view(self, schema: str, name: str) -> str:
        """In a database in memory that has the name of the schema."""
        return f"{self.identifier(schema)}.{self.quote(name)}"

    # Rows and columns

    def text(self, operand: str) -> str:
        return f"CAST({operand} AS VARCHAR)"

    def cast(self, operand: str, kind: str) -> str:
        return f"CAST({operand} AS {_CASTS[kind]})"


def _week(operand: str, start: int) -> str:
    if not start:
        return f"date_trunc('week', {operand})"
    return f"(date_trunc('week', {operand} - to_days({start})) + to_days({start}))"


def _bucket(operand: str, unit: str, size: int) -> str:
    return f"time_bucket(INTERVAL '{size} {unit}s', {operand})"


def _values_by_key(operand: str, key: str) -> str:
    """A list of one value per distinct key; values of null keys are null in it.

    Distinct pairs of key and value take half the time of hashing the keys, and are exact.
    Brackets, because HAVING takes `pair.key` for a column.
    """
    pairs = f"list(DISTINCT {{'key': {key}, 'value': {operand}}})"
    value = "CASE WHEN pair_['key'] IS NOT NULL THEN pair_['value'] END"
    return f"list_transform({pairs}, lambda pair_: {value})"


def _fractions(percent: float) -> str:
    low, high = percentile_fractions(percent)
    return f"[CAST({low!r} AS DOUBLE), CAST({high!r} AS DOUBLE)]"
