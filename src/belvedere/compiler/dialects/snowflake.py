"""Snowflake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from belvedere.compiler.dialects.reading import checked_text, percentile_fractions
from belvedere.compiler.dialects.templated import (
    DAYS,
    YES_OR_NO,
    Templated,
    counted,
    hashed_sum,
    keys,
    share,
)
from belvedere.lookml.model import Persistence

_WORDS = (
    "account all alter and any as asof between by case cast check column connect connection "
    "constraint create cross current current_date current_time current_timestamp current_user "
    "database delete distinct drop else exists false following for from full grant group "
    "gscluster having ilike in increment inner insert intersect into is issue join lateral left "
    "like localtime localtimestamp minus natural not null of on or order organization qualify "
    "regexp revoke right rlike row rows sample schema select set some start table tablesample "
    "then to trigger true try_cast union unique update using values view when whenever where with"
)

_SECONDS = "YYYY-MM-DD HH24:MI:SS"
_UNITS = ("second", "minute", "hour", "day", "month", "year")
_NAMES = " ".join(f"WHEN {number} THEN '{day}'" for number, day in enumerate(DAYS, 1))
_READ = {
    "epoch": "CAST(TO_TIMESTAMP_LTZ({x}) AS TIMESTAMP_NTZ)",
    "date": "CAST({x} AS TIMESTAMP_NTZ)",
    "yyyymmdd": "TO_TIMESTAMP_NTZ(CAST({x} AS VARCHAR), 'YYYYMMDD')",
}
_READ_ANY = "CAST(CAST({x} AS TIMESTAMP_LTZ) AS TIMESTAMP_NTZ)"


def _formatted(shown: str) -> str:
    return f"TO_CHAR({{x}}, '{shown}')"


class Snowflake(Templated):
    """Sessions must have TIMEZONE set to the database time zone: timestamps with a zone and epoch
    columns become naive timestamps in it.

    Names that are not quoted are upper case.
    """

    references_dates: ClassVar[bool] = False
    name: ClassVar[str] = "snowflake"
    label: ClassVar[str] = "Snowflake"
    identifier_quote: ClassVar[str] = '"'
    max_identifier_length: ClassVar[int] = 255
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = True
    like_is_case_sensitive: ClassVar[bool] = True
    default_schema: ClassVar[str | None] = "PUBLIC"
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())

    notes: ClassVar[tuple[str, ...]] = (
        (
            'Names without quotes are upper case: write `${TABLE}."id"` for a column that was '
            "created in lower case."
        ),
        "Sums and averages by key (symmetric aggregates) are exact to nine decimals.",
        (
            "The time zone of the session is that of the connection; the warehouse and role of the "
            "user count unless the additional parameters name others (`warehouse=A&role=B`)."
        ),
    )

    timeframes: ClassVar[Mapping[str, str]] = {
        "raw": "{x}",
        "yesno": YES_OR_NO,
        "microsecond": _formatted(f"{_SECONDS}.FF6"),
        "millisecond": _formatted(f"{_SECONDS}.FF3"),
        "second": _formatted(_SECONDS),
        "time": _formatted(_SECONDS),
        "minute": _formatted("YYYY-MM-DD HH24:MI"),
        "hour": _formatted("YYYY-MM-DD HH24"),
        "date": _formatted("YYYY-MM-DD"),
        "month": _formatted("YYYY-MM"),
        "quarter": "TO_CHAR({x}, 'YYYY') || '-Q' || QUARTER({x})",
        "year": "YEAR({x})",
        "time_of_day": _formatted("HH24:MI"),
        "hour_of_day": "HOUR({x})",
        "day_of_week": f"CASE DAYOFWEEKISO({{x}}) {_NAMES} END",
        "day_of_month": "DAYOFMONTH({x})",
        "day_of_year": "DAYOFYEAR({x})",
        "week_of_year": "WEEKISO({x})",
        "month_num": "MONTH({x})",
        "month_name": _formatted("MMMM"),
        "quarter_of_year": "'Q' || QUARTER({x})",
        "fiscal_year": "'FY' || TO_CHAR({x}, 'YYYY')",
    }
    weekday: ClassVar[str] = "MOD(DAYOFWEEKISO({x}) + 6 - {start}, 7)"
    week: ClassVar[str] = f"DATEADD(day, -{weekday}, DATE_TRUNC('day', {{x}}))"
    buckets: ClassVar[Mapping[str, str]] = {
        "hour": "DATEADD(hour, -MOD(HOUR({x}), {n}), DATE_TRUNC('hour', {x}))",
        "minute": "DATEADD(minute, -MOD(MINUTE({x}), {n}), DATE_TRUNC('minute', {x}))",
        "millisecond": (
            "DATEADD(millisecond, -MOD(FLOOR(DATE_PART('nanosecond', {x}) / 1000000), {n}), "
            "DATE_TRUNC('millisecond', {x}))"
        ),
    }
    months_back: ClassVar[str] = "DATEADD(month, -({n}), {x})"
    periods: ClassVar[Mapping[str, str]] = {
        "time": "DATE_TRUNC('second', {x})",
        "date": "DATE_TRUNC('day', {x})",
        **{
            unit: f"DATE_TRUNC('{unit}', {{x}})"
            for unit in ("second", "minute", "hour", "month", "quarter", "year")
        },
    }
    microseconds: ClassVar[str] = "TIMESTAMPDIFF(microsecond, {s}, {e})"
    truncated: ClassVar[str] = "TRUNC({x} / {n})"
    month_count: ClassVar[str] = "YEAR({x}) * 12 + MONTH({x})"
    in_month: ClassVar[str] = "TIMESTAMPDIFF(microsecond, DATE_TRUNC('month', {x}), {x})"
    casts: ClassVar[Mapping[str, str]] = {
        "string": "CAST({x} AS VARCHAR)",
        "number": "CAST({x} AS DOUBLE)",
        "date": "CAST(CAST({x} AS TIMESTAMP_NTZ) AS DATE)",
        "datetime": "CAST({x} AS TIMESTAMP_NTZ)",
        "boolean": "CAST({x} AS BOOLEAN)",
    }
    functions: ClassVar[Mapping[str, str]] = {
        "log": "LOG(10, {0})",
        "rand": "UNIFORM(CAST(0 AS DOUBLE), CAST(1 AS DOUBLE), RANDOM())",
        "divide": "(CAST({0} AS DOUBLE) / NULLIF({1}, 0))",
        "contains": "CONTAINS({0}, {1})",
        "position": "CHARINDEX({1}, {0})",
        "coalesce": "COALESCE({all}, NULL)",
        **{
            f"add_{unit}s": f"DATEADD({unit}, {{0}}, CAST({{1}} AS TIMESTAMP_NTZ))"
            for unit in _UNITS
        },
        "add_seconds": "DATEADD(microsecond, ({0}) * 1000000, CAST({1} AS TIMESTAMP_NTZ))",
        **{
            f"extract_{unit}s": f"DATE_PART('{unit}', CAST({{0}} AS TIMESTAMP_NTZ))"
            for unit in _UNITS
        },
        **{
            f"trunc_{unit}s": f"DATE_TRUNC('{unit}', CAST({{0}} AS TIMESTAMP_NTZ))"
            for unit in _UNITS[1:]
        },
    }

    # Names and values

    def identifier(self, identifier: str) -> str:
        if identifier in self.reserved_words:
            return self.quote(identifier.upper())
        return super().identifier(identifier)

    def string(self, value: str) -> str:
        escaped = checked_text(value).replace("\\", "\\\\").replace("'", "''")
        return f"'{escaped}'"

    # Conditions

    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        operator = "LIKE" if case_sensitive else "ILIKE"
        escape = " ESCAPE '^'" if "^" in pattern else ""
        return f"{self.text(operand)} {operator} {self.string(pattern)}{escape}"

    def length(self, operand: str) -> str:
        return f"LENGTH({self.text(operand)})"

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        return _READ.get(datatype, _READ_ANY).format(x=operand)

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        return f"CONVERT_TIMEZONE({self.string(source)}, {self.string(target)}, {operand})"

    # Aggregates

    def average(self, operand: str) -> str:
        return f"AVG(CAST({operand} AS DOUBLE))"

    def quotient(self, dividend: str, divisor: str) -> str:
        return f"CAST({dividend} AS DOUBLE) / NULLIF({divisor}, 0)"

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:
        return f"APPROX_COUNT_DISTINCT({operand})" if approximate else f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        digest = f"MD5(CAST({key} AS VARCHAR))"
        high = f"TO_NUMBER(SUBSTR({digest}, 1, 15), '{'X' * 15}')"
        low = f"TO_NUMBER(SUBSTR({digest}, 16, 7), '{'X' * 7}')"
        hashed = f"{high} + {low} * 0.000000001"
        return hashed_sum(operand, key, hashed, f"CAST({operand} AS NUMBER(28, 9))")

    def average_by_key(self, operand: str, key: str) -> str:
        return f"({self.quotient(self.sum_by_key(operand, key), keys(operand, key))})"

    def percentile(self, operand: str, percent: float) -> str:
        low, high = (
            f"PERCENTILE_DISC({fraction!r}) WITHIN GROUP (ORDER BY {operand})"
            for fraction in percentile_fractions(percent)
        )
        return f"(({low} + {high}) / 2)"

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str:
        pair = f"CASE WHEN {counted(operand, key)} THEN ARRAY_CONSTRUCT({key}, {operand}) END"
        values = f"TRANSFORM(ARRAY_AGG(DISTINCT {pair}), pair -> CAST(pair[1] AS DOUBLE))"
        count = keys(operand, key)
        rank = f"{count} * {share(percent)}"
        low, high = (
            f"CAST(GET(ARRAY_SORT({values}), {at}) AS DOUBLE)"
            for at in (f"CEIL({rank}) - 1", f"LEAST(FLOOR({rank}), {count} - 1)")
        )
        return f"(({low} + {high}) / 2)"

    def list_distinct(self, operand: str) -> str:
        return f"NULLIF(LISTAGG(DISTINCT {operand}, ', ') WITHIN GROUP (ORDER BY {operand}), '')"

    # Persistent tables

    renews_materialized_views: ClassVar[bool] = True
    layouts: ClassVar[frozenset[str]] = frozenset({"cluster_keys"})

    def published_view(self, schema: str, name: str) -> str:
        """Who reads it writes it without quotes."""
        return ".".join(self.identifier(part) for part in (*schema.split("."), name))

    def create_table_as(self, table: str, select: str, layout: Persistence) -> str:
        by = ", ".join(layout.cluster_keys)
        clustered = f" CLUSTER BY ({by})" if by else ""
        return f"CREATE TABLE {table}{clustered} AS\n{select}"

    def create_index(self, table: str, name: str, columns: str) -> str | None:
        del table, name, columns
        return None
