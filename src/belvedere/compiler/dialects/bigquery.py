"""Google BigQuery's own SQL."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from belvedere.compiler.dialects.reading import checked_text
from belvedere.compiler.dialects.templated import (
    YES_OR_NO,
    Templated,
    backslashed,
    counted,
    hashed_sum,
    keys,
    share,
)
from belvedere.lookml.model import Persistence

_WORDS = (
    "all and any array as asc assert_rows_modified at between by case cast collate contains "
    "create cross cube current default define desc distinct else end enum escape except exclude "
    "exists extract false fetch following for from full group grouping groups hash having if "
    "ignore in inner intersect interval into is join lateral left like limit lookup merge natural "
    "new no not null nulls of on or order outer over partition preceding proto qualify range "
    "recursive respect right rollup rows select set some struct tablesample then to treat true "
    "unbounded union unnest using when where window with within"
)

_SECONDS = "%Y-%m-%d %H:%M:%S"
_UNITS = ("second", "minute", "hour", "day", "month", "year")


def _formatted(shown: str) -> str:
    return f"FORMAT_DATETIME('{shown}', {{x}})"


_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)?\Z")
_ESCAPED = re.compile(r"[\\'\x00-\x1f\x7f;]")
_READ = {
    "epoch": "CAST(TIMESTAMP_SECONDS(CAST(FLOOR({x}) AS INT64)) AS DATETIME)",
    "yyyymmdd": "PARSE_DATETIME('%Y%m%d', CAST({x} AS STRING))",
}
_SMALL = "BIGNUMERIC '1000000000000000000000000000000'"


class BigQuery(Templated):
    """Jobs must have their time zone set to the database time zone: TIMESTAMP and epoch columns
    become naive timestamps (DATETIME) in it.

    A column's name takes no dot: `orders.id` is selected as orders__id.
    """

    name: ClassVar[str] = "bigquery_standard_sql"
    label: ClassVar[str] = "Google BigQuery Standard SQL"
    identifier_quote: ClassVar[str] = "`"
    max_identifier_length: ClassVar[int] = 300
    supports_cte: ClassVar[bool] = True
    supports_preamble: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = True
    like_is_case_sensitive: ClassVar[bool] = True
    default_schema: ClassVar[str | None] = None
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())
    kept_prefix: ClassVar[str] = "LR_"

    notes: ClassVar[tuple[str, ...]] = (
        (
            "Column names take no dots: `orders.id` is selected as `orders__id`, and a name that "
            "could be mistaken for another one ends with a digest."
        ),
        (
            "Date filters compare with texts, which BigQuery reads as the column's type: DATE, "
            "DATETIME and TIMESTAMP columns are filtered alike, and partitions are pruned."
        ),
        "A list sorts its values as texts.",
        "Percentiles are exact: the numbers of a group have to fit into one array.",
        (
            "A table is partitioned by one DATE: a column of a `datatype: timestamp` in "
            "`partition_keys` is written `DATE(column)`, and so is a timeframe `time` of a native "
            "derived table. Others are taken as they are written: write `DATE(column)` for a "
            "TIMESTAMP or DATETIME that nothing tells of."
        ),
        (
            "Each step of a `create_process` is a job of its own: temporary tables do not last "
            "from one to the next. Steps that share them are written as one, with semicolons."
        ),
    )

    timeframes: ClassVar[Mapping[str, str]] = {
        "raw": "{x}",
        "yesno": YES_OR_NO,
        "microsecond": _formatted("%Y-%m-%d %H:%M:%E6S"),
        "millisecond": _formatted("%Y-%m-%d %H:%M:%E3S"),
        "second": _formatted(_SECONDS),
        "time": _formatted(_SECONDS),
        "minute": _formatted("%Y-%m-%d %H:%M"),
        "hour": _formatted("%Y-%m-%d %H"),
        "date": _formatted("%Y-%m-%d"),
        "month": _formatted("%Y-%m"),
        "quarter": _formatted("%Y-Q%Q"),
        "year": "EXTRACT(YEAR FROM {x})",
        "time_of_day": _formatted("%H:%M"),
        "hour_of_day": "EXTRACT(HOUR FROM {x})",
        "day_of_week": _formatted("%A"),
        "day_of_month": "EXTRACT(DAY FROM {x})",
        "day_of_year": "EXTRACT(DAYOFYEAR FROM {x})",
        "week_of_year": "EXTRACT(ISOWEEK FROM {x})",
        "month_num": "EXTRACT(MONTH FROM {x})",
        "month_name": _formatted("%B"),
        "quarter_of_year": _formatted("Q%Q"),
        "fiscal_year": _formatted("FY%Y"),
    }
    weekday: ClassVar[str] = "MOD(EXTRACT(DAYOFWEEK FROM {x}) + 12 - {start}, 7)"
    week: ClassVar[str] = f"DATETIME_SUB(DATETIME_TRUNC({{x}}, DAY), INTERVAL {weekday} DAY)"
    buckets: ClassVar[Mapping[str, str]] = {
        unit: (
            f"DATETIME_SUB(DATETIME_TRUNC({{x}}, {unit.upper()}), "
            f"INTERVAL MOD(EXTRACT({unit.upper()} FROM {{x}}), {{n}}) {unit.upper()})"
        )
        for unit in ("hour", "minute", "millisecond")
    }
    months_back: ClassVar[str] = "DATETIME_SUB({x}, INTERVAL {n} MONTH)"
    microseconds: ClassVar[str] = "DATETIME_DIFF({e}, {s}, MICROSECOND)"
    truncated: ClassVar[str] = "DIV({x}, {n})"
    month_count: ClassVar[str] = "EXTRACT(YEAR FROM {x}) * 12 + EXTRACT(MONTH FROM {x})"
    in_month: ClassVar[str] = "DATETIME_DIFF({x}, DATETIME_TRUNC({x}, MONTH), MICROSECOND)"
    casts: ClassVar[Mapping[str, str]] = {
        "string": "CAST({x} AS STRING)",
        "number": "CAST({x} AS FLOAT64)",
        "date": "CAST(CAST({x} AS DATETIME) AS DATE)",
        "datetime": "CAST({x} AS DATETIME)",
        "boolean": "CAST({x} AS BOOL)",
    }
    functions: ClassVar[Mapping[str, str]] = {
        "rand": "RAND()",
        "mod": "MOD(CAST({0} AS NUMERIC), CAST({1} AS NUMERIC))",
        "round": "ROUND({0}, CAST({1} AS INT64))",
        "contains": "(STRPOS({0}, {1}) > 0)",
        "position": "STRPOS({0}, {1})",
        "substring": "SUBSTR({0}, CAST({1} AS INT64), CAST({2} AS INT64))",
        **{
            f"add_{unit}s": (
                f"DATETIME_ADD(CAST({{1}} AS DATETIME), INTERVAL CAST({{0}} AS INT64) {unit})"
            )
            for unit in _UNITS
        },
        "add_seconds": (
            "DATETIME_ADD(CAST({1} AS DATETIME), "
            "INTERVAL CAST(({0}) * 1000000 AS INT64) MICROSECOND)"
        ),
        **{f"extract_{unit}s": f"EXTRACT({unit} FROM CAST({{0}} AS DATETIME))" for unit in _UNITS},
        **{
            f"trunc_{unit}s": f"DATETIME_TRUNC(CAST({{0}} AS DATETIME), {unit})"
            for unit in _UNITS[1:]
        },
    }

    # Names and values

    def quote(self, identifier: str) -> str:
        escaped = identifier.replace("\\", "\\\\").replace("`", "\\`")
        return f"`{escaped}`"

    def column(self, name: str) -> str:
        """Two names never become one: what is ambiguous gets a digest."""
        plain = _PLAIN_NAME.match(name) and len(name) < self.max_identifier_length
        view, _, field = name.rpartition(".")
        if plain and "__" not in name and not view.endswith("_") and not field.startswith("_"):
            return self.quote(name.replace(".", "__"))
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        room = self.max_identifier_length - len(digest) - 3
        return self.quote(f"f_{re.sub('[^A-Za-z0-9_]', '_', name)[:room]}_{digest}")

    def string(self, value: str) -> str:
        """Semicolons are escaped too, so that one statement can be told from several."""
        escaped = _ESCAPED.sub(lambda match: f"\\x{ord(match[0]):02x}", checked_text(value))
        return f"'{escaped}'"

    def timestamp(self, value: datetime) -> str:
        return f"DATETIME '{value.replace(tzinfo=None).isoformat(' ')}'"

    def boundary(self, value: datetime) -> str:
        """A text, which is read as the type of what it is compared with."""
        text = value.replace(tzinfo=None).isoformat(" ")
        return f"'{text.removesuffix(' 00:00:00')}'"

    # Conditions

    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        text, wanted = self.text(operand), self.string(backslashed(pattern))
        if case_sensitive:
            return f"{text} LIKE {wanted}"
        return f"LOWER({text}) LIKE LOWER({wanted})"

    def length(self, operand: str) -> str:
        return f"LENGTH({self.text(operand)})"

    def day_number(self, operand: str) -> str:
        return self.text(operand)

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        return _READ.get(datatype, self.casts["datetime"]).format(x=operand)

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        moment = f"TIMESTAMP({operand}, {self.string(source)})"
        return f"DATETIME({moment}, {self.string(target)})"

    # Aggregates

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:
        return f"APPROX_COUNT_DISTINCT({operand})" if approximate else f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        hashed = f"{_hash(key, 1)} + {_hash(key, 16)} / BIGNUMERIC '1000000000000000000'"
        return hashed_sum(operand, key, hashed, f"CAST({operand} AS BIGNUMERIC)")

    def average_by_key(self, operand: str, key: str) -> str:
        total = f"CAST({self.sum_by_key(operand, key)} AS FLOAT64)"
        return f"({total} / NULLIF({keys(operand, key)}, 0))"

    def percentile(self, operand: str, percent: float) -> str:
        listed = f"ARRAY_AGG({operand} IGNORE NULLS ORDER BY {operand})"
        low, high = _ranks(f"COUNT({operand})", percent)
        return f"(({listed}[SAFE_ORDINAL({low})] + {listed}[SAFE_ORDINAL({high})]) / 2)"

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str:
        """Each value has a little of its key's hash added, so that equal values stay apart."""
        value = f"ROUND(CAST({operand} AS BIGNUMERIC), 9) + {_hash(key, 1)} / {_SMALL}"
        apart = f"CASE WHEN {counted(operand, key)} THEN {value} END"
        listed = f"ARRAY_AGG(DISTINCT {apart} IGNORE NULLS ORDER BY {apart})"
        low, high = (
            f"ROUND({listed}[SAFE_ORDINAL({at})], 9)" for at in _ranks(keys(operand, key), percent)
        )
        return f"(({low} + {high}) / 2)"

    def list_distinct(self, operand: str) -> str:
        text = self.text(operand)
        return f"STRING_AGG(DISTINCT {text}, ', ' ORDER BY {text})"

    # Persistent tables

    renews_materialized_views: ClassVar[bool] = True
    layouts: ClassVar[frozenset[str]] = frozenset({"partition_keys", "cluster_keys"})
    partitions_by_time: ClassVar[bool] = True

    def partition_key(self, key: str, datatype: str) -> str:
        return f"DATE({key})" if datatype in ("timestamp", "datetime") else key

    def create_table_as(self, table: str, select: str, layout: Persistence) -> str:
        words = [f"CREATE TABLE {table}"]
        if layout.partition_keys:
            words.append(f"PARTITION BY {', '.join(layout.partition_keys)}")
        if layout.cluster_keys:
            words.append(f"CLUSTER BY {', '.join(layout.cluster_keys)}")
        return f"{' '.join(words)} AS\n{select}"

    def create_index(self, table: str, name: str, columns: str) -> str | None:
        del table, name, columns
        return None


def _hash(key: str, start: int) -> str:
    """60 bits of the key as a number."""
    digits = f"SUBSTR(TO_HEX(MD5(CAST({key} AS STRING))), {start}, 15)"
    return f"CAST(CAST(CONCAT('0x', {digits}) AS INT64) AS BIGNUMERIC)"


def _ranks(count: str, percent: float) -> tuple[str, str]:
    rank = f"{count} * NUMERIC '{share(percent)}'"
    return (
        f"CAST(CEIL({rank}) AS INT64)",
        f"LEAST(CAST(FLOOR({rank}) AS INT64) + 1, {count})",
    )
