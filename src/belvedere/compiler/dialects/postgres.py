"""PostgreSQL 14 and later."""

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
    "constraint create current_catalog current_date current_role current_time current_timestamp "
    "current_user default deferrable desc distinct do else end except false fetch for foreign "
    "from grant group having in initially intersect into lateral leading limit localtime "
    "localtimestamp not null offset on only or order placing primary references returning select "
    "session_user some symmetric system_user table then to trailing true union unique user using "
    "variadic when where window with authorization binary collation concurrently cross "
    "current_schema freeze full ilike inner is isnull join left like natural notnull outer "
    "overlaps right similar tablesample verbose between bigint bit boolean char character "
    "coalesce dec decimal exists extract float greatest grouping inout int integer interval json "
    "json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar "
    "json_serialize json_table json_value least merge_action national nchar none normalize nullif "
    "numeric out overlay position precision real row setof smallint substring time timestamp "
    "treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest "
    "xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"
)

_SECONDS = "YYYY-MM-DD HH24:MI:SS"
_TIMEFRAMES = {
    "raw": "{x}",
    "yesno": "CASE WHEN {x} IS NOT NULL THEN 'Yes' ELSE 'No' END",
    "microsecond": f"to_char({{x}}, '{_SECONDS}.US')",
    "millisecond": f"to_char({{x}}, '{_SECONDS}.MS')",
    "second": f"to_char({{x}}, '{_SECONDS}')",
    "time": f"to_char({{x}}, '{_SECONDS}')",
    "minute": "to_char({x}, 'YYYY-MM-DD HH24:MI')",
    "hour": "to_char({x}, 'YYYY-MM-DD HH24')",
    "date": "to_char({x}, 'YYYY-MM-DD')",
    "month": "to_char({x}, 'YYYY-MM')",
    "quarter": "to_char({x}, 'YYYY-\"Q\"Q')",
    "year": "CAST(EXTRACT(YEAR FROM {x}) AS INTEGER)",
    "time_of_day": "to_char({x}, 'HH24:MI')",
    "hour_of_day": "CAST(EXTRACT(HOUR FROM {x}) AS INTEGER)",
    "day_of_week": "to_char({x}, 'FMDay')",
    "day_of_month": "CAST(EXTRACT(DAY FROM {x}) AS INTEGER)",
    "day_of_year": "CAST(EXTRACT(DOY FROM {x}) AS INTEGER)",
    "week_of_year": "CAST(EXTRACT(WEEK FROM {x}) AS INTEGER)",
    "month_num": "CAST(EXTRACT(MONTH FROM {x}) AS INTEGER)",
    "month_name": "to_char({x}, 'FMMonth')",
    "quarter_of_year": "to_char({x}, '\"Q\"Q')",
}
_FISCAL = {
    "fiscal_month_num": "month_num",
    "fiscal_quarter": "quarter",
    "fiscal_quarter_of_year": "quarter_of_year",
}
_PERIODS = {
    "time": "second",
    "date": "day",
    **{unit: unit for unit in ("second", "minute", "hour", "month", "quarter", "year")},
}
_SECONDS_IN = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_CASTS = {
    "string": "TEXT",
    "number": "NUMERIC",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "boolean": "BOOLEAN",
}


class Postgres(Dialect):
    """Sessions must have their TimeZone set to the database time zone: TIMESTAMP WITH TIME ZONE
    and epoch columns become naive timestamps in it.
    """

    name: ClassVar[str] = "postgres"
    label: ClassVar[str] = "PostgreSQL"
    identifier_quote: ClassVar[str] = '"'
    max_identifier_length: ClassVar[int] = 63
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = True
    like_is_case_sensitive: ClassVar[bool] = True
    default_schema: ClassVar[str | None] = "public"
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())

    functions: ClassVar[Mapping[str, str]] = {
        "log": "LOG({0})",
        "mod": "MOD(CAST({0} AS NUMERIC), CAST({1} AS NUMERIC))",
        "round": "ROUND(CAST({0} AS NUMERIC), CAST({1} AS INTEGER))",
    }

    # Names and values

    def string(self, value: str) -> str:
        escaped = checked_text(value).replace("'", "''")
        if "\\" not in escaped:
            return f"'{escaped}'"
        # Without the E, what a backslash means depends on a setting of the server.
        return "E'" + escaped.replace("\\", "\\\\") + "'"

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
        # A backslash would escape if no other character were named to do it.
        escape = " ESCAPE '^'" if "^" in pattern or "\\" in pattern else ""
        return f"CAST({operand} AS TEXT) {operator} {self.string(pattern)}{escape}"

    def equals_ignoring_case(self, operand: str, value: str) -> str:
        return f"LOWER({operand}) = LOWER({self.string(value)})"

    def length(self, operand: str) -> str:
        return f"LENGTH(CAST({operand} AS TEXT))"

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        if datatype == "epoch":
            return f"CAST(to_timestamp({operand}) AS TIMESTAMP)"
        if datatype == "yyyymmdd":
            return f"CAST(to_date(CAST({operand} AS TEXT), 'YYYYMMDD') AS TIMESTAMP)"
        return f"CAST({operand} AS TIMESTAMP)"

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        zones = f"AT TIME ZONE {self.string(source)} AT TIME ZONE {self.string(target)}"
        return f"(({operand}) {zones})"

    def timeframe(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        template = _TIMEFRAMES.get(timeframe)
        if template is not None:
            return template.format(x=operand)
        if timeframe.startswith("fiscal_"):
            return self._fiscal(operand, timeframe, calendar)
        if timeframe == "week":
            return _TIMEFRAMES["date"].format(x=_week(operand, week_start(calendar)))
        if timeframe == "day_of_week_index":
            shift = 6 - week_start(calendar)
            return f"(CAST(EXTRACT(ISODOW FROM {operand}) AS INTEGER) + {shift}) % 7"
        found = numbered(timeframe)
        if found is None:
            raise unknown_timeframe(timeframe)
        shown = f"{_SECONDS}.MS" if found[0] == "millisecond" else _SECONDS
        return f"to_char({_bucket(operand, *found)}, '{shown}')"

    def period(self, operand: str, timeframe: str, calendar: Calendar) -> str | None:
        if timeframe == "week":
            return _week(operand, week_start(calendar))
        unit = _PERIODS.get(timeframe)
        if unit is not None:
            return f"date_trunc('{unit}', {operand})"
        found = numbered(timeframe)
        return _bucket(operand, *found) if found else None

    def _fiscal(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        offset = calendar.fiscal_month_offset
        shifted = f"({operand} - INTERVAL '{offset} months')" if offset else operand
        if timeframe == "fiscal_year":
            return f"to_char({shifted}, '\"FY\"YYYY')"
        if timeframe not in _FISCAL:
            raise unknown_timeframe(timeframe)
        return _TIMEFRAMES[_FISCAL[timeframe]].format(x=shifted)

    def duration(self, unit: str, start: str, end: str) -> str:
        if unit in _SECONDS_IN:
            seconds = f"EXTRACT(EPOCH FROM ({end} - {start}))"
            return f"CAST(TRUNC({seconds} / {_SECONDS_IN[unit]}) AS BIGINT)"
        if unit not in _MONTHS_IN:
            raise QueryError(f"Unknown duration: {unit}")
        age = f"age({end}, {start})"
        months = f"EXTRACT(YEAR FROM {age}) * 12 + EXTRACT(MONTH FROM {age})"
        if unit == "month":
            return f"CAST({months} AS BIGINT)"
        return f"CAST(TRUNC(({months}) / {_MONTHS_IN[unit]}) AS BIGINT)"

    # Aggregates

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:  # noqa: ARG002
        return f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        return _over_keys("SUM(value)", operand, key)

    def average_by_key(self, operand: str, key: str) -> str:
        return _over_keys("AVG(value)", operand, key)

    def percentile(self, operand: str, percent: float) -> str:
        low, high = percentile_fractions(percent)
        found = (
            f"(percentile_disc(ARRAY[{low!r}, {high!r}]::double precision[]) "
            f"WITHIN GROUP (ORDER BY {operand}))"
        )
        return f"({found}[1] / 2.0 + {found}[2] / 2.0)"

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str:
        return _over_keys(self.percentile("value", percent), operand, key)

    def list_distinct(self, operand: str) -> str:
        values = f"array_agg(DISTINCT {operand}) FILTER (WHERE ({operand}) IS NOT NULL)"
        return f"array_to_string({values}, ', ')"

    def distance(self, lat1: str, lon1: str, lat2: str, lon2: str) -> str:
        return (
            f"12742 * asin(sqrt(least(1, power(sin(radians(({lat2}) - ({lat1})) / 2), 2) + "
            f"cos(radians({lat1})) * cos(radians({lat2})) * "
            f"power(sin(radians(({lon2}) - ({lon1})) / 2), 2))))"
        )

    # Persistent tables

    def create_index(self, table: str, name: str, columns: str) -> str:  # noqa: ARG002
        """The server finds a name: indexes of different tables may not have the same."""
        return f"CREATE INDEX ON {table} ({columns})"

    def replace_view(self, view: str, table: str) -> list[list[str]]:
        """Columns that are no more cannot be replaced. The first way keeps what is granted."""
        replaced = super().replace_view(view, table)
        return [*replaced, [self.drop_view(view), self.create_view(view, table)]]

    # Rows and columns

    def text(self, operand: str) -> str:
        return f"CAST({operand} AS TEXT)"

    def cast(self, operand: str, kind: str) -> str:
        return f"CAST({operand} AS {_CASTS[kind]})"


def _week(operand: str, start: int) -> str:
    if not start:
        return f"date_trunc('week', {operand})"
    days = f"INTERVAL '{start} days'"
    return f"(date_trunc('week', {operand} - {days}) + {days})"


def _bucket(operand: str, unit: str, size: int) -> str:
    return f"date_bin(INTERVAL '{size} {unit}s', {operand}, TIMESTAMP '2000-01-01')"


def _over_keys(aggregate: str, operand: str, key: str) -> str:
    """`aggregate` of `value` where each distinct key counts once; rows with a null key do not.

    The two arrays are collected from the rows of the query around this scalar subquery, in one
    order, and keep the types of key and value, so that the sum of integers stays an integer.
    """
    known = f"FILTER (WHERE ({key}) IS NOT NULL)"
    return (
        f"(SELECT {aggregate} FROM (SELECT DISTINCT key, value FROM "
        f"unnest(array_agg({key}) {known}, array_agg({operand}) {known}) AS rows(key, value)"
        ") AS kept)"
    )
