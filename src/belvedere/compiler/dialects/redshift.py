"""Amazon Redshift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from belvedere.compiler.dialects.reading import checked_text
from belvedere.compiler.dialects.templated import (
    YES_OR_NO,
    Templated,
    hashed_sum,
    keys,
    share,
)
from belvedere.lookml.model import Persistence

_WORDS = (
    "aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 "
    "backup between binary blanksasnull both bytedict bzip2 case cast check collate column connect "
    "constraint create credentials cross current_date current_time current_timestamp current_user "
    "current_user_id default deferrable deflate defrag delta delta32k desc disable distinct do "
    "else emptyasnull enable encode encrypt encryption end except explicit false for foreign "
    "freeze from full globaldict256 globaldict64k grant group gzip having identity ignore ilike in "
    "initially inner intersect interval into is isnull join leading left like limit localtime "
    "localtimestamp lun luns lzo lzop minus mostly16 mostly32 mostly8 natural new not notnull null "
    "nulls off offline offset oid old on only open or order outer overlaps parallel partition "
    "percent permissions pivot placing primary qualify raw readratio recover references rejectlog "
    "resort respect restore right select session_user similar snapshot some sysdate system table "
    "tag tdes text255 text32k then timestamp to top trailing true truncatecolumns type union "
    "unique unnest unpivot user using verbose wallet when where with without"
)

_SECONDS = "YYYY-MM-DD HH24:MI:SS"
_UNITS = ("second", "minute", "hour", "day", "month", "year")
_TEXT = "VARCHAR(65535)"


def _formatted(shown: str) -> str:
    return f"TO_CHAR({{x}}, '{shown}')"


def _part(unit: str) -> str:
    return f"CAST(EXTRACT({unit} FROM {{x}}) AS INTEGER)"


_QUARTER = "CAST(EXTRACT(QUARTER FROM {x}) AS VARCHAR)"
_READ = {
    "epoch": (
        "CAST(TIMESTAMPTZ '1970-01-01 00:00:00+00' + ({x}) * INTERVAL '1 second' AS TIMESTAMP)"
    ),
    "yyyymmdd": f"CAST(TO_DATE(CAST({{x}} AS {_TEXT}), 'YYYYMMDD') AS TIMESTAMP)",
}


class Redshift(Templated):
    """Sessions must have TimeZone set to the database time zone: timestamps with a zone and epoch
    columns become naive timestamps in it.
    """

    name: ClassVar[str] = "redshift"
    label: ClassVar[str] = "Amazon Redshift"
    identifier_quote: ClassVar[str] = '"'
    max_identifier_length: ClassVar[int] = 127
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = True
    like_is_case_sensitive: ClassVar[bool] = True
    default_schema: ClassVar[str | None] = "public"
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())

    notes: ClassVar[tuple[str, ...]] = (
        (
            "Percentiles other than the median are interpolated between two values; there are none "
            "by key, so that a median is refused where a join repeats its rows."
        ),
        "Sums and averages by key (symmetric aggregates) are exact to nine decimals.",
        "`indexes` of a derived table are interleaved sort keys unless it has `sortkeys`.",
        "A list holds at most 65535 bytes.",
    )

    timeframes: ClassVar[Mapping[str, str]] = {
        "raw": "{x}",
        "yesno": YES_OR_NO,
        "microsecond": _formatted(f"{_SECONDS}.US"),
        "millisecond": _formatted(f"{_SECONDS}.MS"),
        "second": _formatted(_SECONDS),
        "time": _formatted(_SECONDS),
        "minute": _formatted("YYYY-MM-DD HH24:MI"),
        "hour": _formatted("YYYY-MM-DD HH24"),
        "date": _formatted("YYYY-MM-DD"),
        "month": _formatted("YYYY-MM"),
        "quarter": f"TO_CHAR({{x}}, 'YYYY') || '-Q' || {_QUARTER}",
        "year": _part("YEAR"),
        "time_of_day": _formatted("HH24:MI"),
        "hour_of_day": _part("HOUR"),
        "day_of_week": "RTRIM(TO_CHAR({x}, 'Day'))",
        "day_of_month": _part("DAY"),
        "day_of_year": _part("DOY"),
        "week_of_year": _part("WEEK"),
        "month_num": _part("MONTH"),
        "month_name": "RTRIM(TO_CHAR({x}, 'Month'))",
        "quarter_of_year": f"'Q' || {_QUARTER}",
        "fiscal_year": "'FY' || TO_CHAR({x}, 'YYYY')",
    }
    weekday: ClassVar[str] = "MOD(CAST(EXTRACT(DOW FROM {x}) AS INTEGER) + 13 - {start}, 7)"
    week: ClassVar[str] = f"DATEADD(day, -{weekday}, DATE_TRUNC('day', {{x}}))"
    buckets: ClassVar[Mapping[str, str]] = {
        "hour": f"DATEADD(hour, -MOD({_part('HOUR')}, {{n}}), DATE_TRUNC('hour', {{x}}))",
        "minute": f"DATEADD(minute, -MOD({_part('MINUTE')}, {{n}}), DATE_TRUNC('minute', {{x}}))",
        "millisecond": (
            "DATEADD(ms, MOD(CAST(TO_CHAR({x}, 'MS') AS INTEGER), {n}) * -1, "
            "DATE_TRUNC('milliseconds', {x}))"
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
    microseconds: ClassVar[str] = "DATEDIFF(microsecond, {s}, {e})"
    truncated: ClassVar[str] = "({x} / {n})"
    month_count: ClassVar[str] = f"{_part('YEAR')} * 12 + {_part('MONTH')}"
    in_month: ClassVar[str] = "DATEDIFF(microsecond, DATE_TRUNC('month', {x}), {x})"
    casts: ClassVar[Mapping[str, str]] = {
        "string": f"CAST({{x}} AS {_TEXT})",
        "number": "CAST({x} AS DOUBLE PRECISION)",
        "date": "CAST({x} AS DATE)",
        "datetime": "CAST({x} AS TIMESTAMP)",
        "boolean": "CAST({x} AS BOOLEAN)",
    }
    functions: ClassVar[Mapping[str, str]] = {
        "log": "LOG({0})",
        "mod": "MOD(CAST({0} AS DECIMAL(28, 9)), CAST({1} AS DECIMAL(28, 9)))",
        "round": "ROUND({0}, CAST({1} AS INTEGER))",
        "divide": "(CAST({0} AS DOUBLE PRECISION) / NULLIF({1}, 0))",
        "contains": "(STRPOS({0}, {1}) > 0)",
        "position": "STRPOS({0}, {1})",
        **{
            f"add_{unit}s": f"DATEADD({unit}, CAST({{0}} AS INTEGER), CAST({{1}} AS TIMESTAMP))"
            for unit in _UNITS
        },
        **{f"extract_{unit}s": _part(unit).format(x="CAST({0} AS TIMESTAMP)") for unit in _UNITS},
    }

    # Values

    def string(self, value: str) -> str:
        """What a backslash means in a text is not left to the server."""
        parts = checked_text(value).replace("'", "''").split("\\")
        literals = [f"'{part}'" for part in parts]
        return literals[0] if len(literals) == 1 else f"({' || CHR(92) || '.join(literals)})"

    # Conditions

    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        text, wanted = self.text(operand), self.string(pattern)
        if not case_sensitive:
            text, wanted = f"LOWER({text})", f"LOWER({wanted})"
        # A backslash would escape if no other character were named to do it.
        escape = " ESCAPE '^'" if "^" in pattern or "\\" in pattern else ""
        return f"{text} LIKE {wanted}{escape}"

    def length(self, operand: str) -> str:
        return f"LENGTH({self.text(operand)})"

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        return _READ.get(datatype, self.casts["datetime"]).format(x=operand)

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        return f"CONVERT_TIMEZONE({self.string(source)}, {self.string(target)}, {operand})"

    # Aggregates

    def average(self, operand: str) -> str:
        return f"AVG(CAST({operand} AS DOUBLE PRECISION))"

    def quotient(self, dividend: str, divisor: str) -> str:
        return f"CAST({dividend} AS DOUBLE PRECISION) / NULLIF({divisor}, 0)"

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:
        return f"{'APPROXIMATE ' if approximate else ''}COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        digest = f"MD5(CAST({key} AS {_TEXT}))"
        high = f"CAST(STRTOL(SUBSTRING({digest}, 1, 15), 16) AS DECIMAL(19, 0))"
        low = f"CAST(STRTOL(SUBSTRING({digest}, 16, 7), 16) AS DECIMAL(9, 0))"
        hashed = f"{high} + {low} * CAST(0.000000001 AS DECIMAL(9, 9))"
        value = f"CAST({operand} AS DECIMAL(28, 9))"
        # One digit less than there are, so that the difference keeps all nine decimals.
        return hashed_sum(operand, key, hashed, value, "CAST({x} AS DECIMAL(37, 9))")

    def average_by_key(self, operand: str, key: str) -> str:
        return f"({self.quotient(self.sum_by_key(operand, key), keys(operand, key))})"

    def percentile(self, operand: str, percent: float) -> str:
        """Between two values, other percentiles than the median are interpolated."""
        return f"PERCENTILE_CONT({share(percent)}) WITHIN GROUP (ORDER BY {operand})"

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str | None:
        del operand, percent, key
        return None

    def list_distinct(self, operand: str) -> str:
        return f"LISTAGG(DISTINCT {operand}, ', ') WITHIN GROUP (ORDER BY {operand})"

    # Persistent tables

    renews_materialized_views: ClassVar[bool] = True
    layouts: ClassVar[frozenset[str]] = frozenset(
        {"distribution", "distribution_style", "sortkeys", "indexes"}
    )

    def create_materialized_view(self, view: str, select: str, layout: Persistence) -> str:
        words = [f"CREATE MATERIALIZED VIEW {view}", *_distributed(layout)]
        if layout.sortkeys or layout.indexes:
            words.append(f"SORTKEY ({', '.join(layout.sortkeys or layout.indexes)})")
        return f"{' '.join(words)} AUTO REFRESH YES AS\n{select}"

    def create_table_as(self, table: str, select: str, layout: Persistence) -> str:
        words = [f"CREATE TABLE {table}", *_distributed(layout)]
        if layout.sortkeys:
            words.append(f"COMPOUND SORTKEY ({', '.join(layout.sortkeys)})")
        elif layout.indexes:
            words.append(f"INTERLEAVED SORTKEY ({', '.join(layout.indexes)})")
        return f"{' '.join(words)} AS\n{select}"

    def create_index(self, table: str, name: str, columns: str) -> str | None:
        """Indexes are sort keys, which a table is made with."""
        del table, name, columns
        return None

    def replace_view(self, view: str, table: str) -> list[list[str]]:
        """Columns cannot change when a view is replaced. The first way keeps what is granted."""
        replaced = super().replace_view(view, table)
        return [*replaced, [self.drop_view(view), self.create_view(view, table)]]


def _distributed(layout: Persistence) -> list[str]:
    if layout.distribution:
        return [f"DISTSTYLE KEY DISTKEY ({layout.distribution})"]
    return [f"DISTSTYLE {layout.distribution_style.upper()}"] if layout.distribution_style else []
