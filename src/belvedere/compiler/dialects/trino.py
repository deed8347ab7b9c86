"""Trino, Presto and Amazon Athena (engine version 3, which is a Trino)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from belvedere.compiler.dialects.reading import checked_text
from belvedere.compiler.dialects.templated import YES_OR_NO, Templated, counted, keys, share
from belvedere.lookml.model import Persistence

_WORDS = (
    "alter and as between by case cast constraint create cross cube current_catalog current_date "
    "current_path current_role current_schema current_time current_timestamp current_user "
    "deallocate delete describe distinct drop else end escape except execute exists extract false "
    "for from full group grouping having in inner insert intersect into is join json_array "
    "json_exists json_object json_query json_table json_value left like listagg localtime "
    "localtimestamp natural normalize not null on or order outer prepare recursive right rollup "
    "select skip table then trim true uescape union unnest using values when where with"
)

_SECONDS = "%Y-%m-%d %H:%i:%s"
_UNITS = ("second", "minute", "hour", "day", "month", "year")


def _formatted(shown: str) -> str:
    return f"date_format({{x}}, '{shown}')"


def _functions(moment: str) -> Mapping[str, str]:
    at, of = f"CAST({{1}} AS {moment})", f"CAST({{0}} AS {moment})"
    return {
        "round": "ROUND({0}, CAST({1} AS INTEGER))",
        "divide": "(CAST({0} AS DOUBLE) / NULLIF({1}, 0))",
        "contains": "(strpos({0}, {1}) > 0)",
        "position": "strpos({0}, {1})",
        "substring": "substr({0}, CAST({1} AS INTEGER), CAST({2} AS INTEGER))",
        "coalesce": "COALESCE({all}, NULL)",
        **{f"add_{unit}s": f"date_add('{unit}', CAST({{0}} AS BIGINT), {at})" for unit in _UNITS},
        "add_seconds": f"date_add('millisecond', CAST(({{0}}) * 1000 AS BIGINT), {at})",
        **{f"extract_{unit}s": f"{unit}({of})" for unit in _UNITS},
        **{f"trunc_{unit}s": f"date_trunc('{unit}', {of})" for unit in _UNITS[1:]},
    }


_TEXT = "CAST(CAST({x} AS TIMESTAMP(6)) AS VARCHAR)"


class Trino(Templated):
    """Sessions must have their time zone set to the database time zone: timestamps with a zone
    and epoch columns become naive timestamps in it.
    """

    references_dates: ClassVar[bool] = False
    name: ClassVar[str] = "trino"
    label: ClassVar[str] = "Trino"
    identifier_quote: ClassVar[str] = '"'
    max_identifier_length: ClassVar[int] = 255
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = True
    like_is_case_sensitive: ClassVar[bool] = True
    default_schema: ClassVar[str | None] = None
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())
    kept_prefix: ClassVar[str] = "LR_"

    notes: ClassVar[tuple[str, ...]] = (
        "Durations are measured in milliseconds before they are cut to whole units.",
        (
            "Sums by key (symmetric aggregates) are exact to nine decimals; they and percentiles "
            "hold the values of a group in one array."
        ),
        (
            "A column is compared with values of its own type only: a number needs `type: number`, "
            "or a cast in its sql."
        ),
        (
            "`partition_keys` become `partitioned_by`, as the Hive connector has it: they are the "
            "last columns of the table."
        ),
    )

    moment: ClassVar[str] = "TIMESTAMP(6)"
    """The type of naive timestamps."""
    zoned: ClassVar[str] = (
        "CAST(CAST({x} AS TIMESTAMP(6) WITH TIME ZONE) AT TIME ZONE current_timezone() "
        "AS TIMESTAMP(6))"
    )
    """A column that may have a zone."""

    timeframes: ClassVar[Mapping[str, str]] = {
        "raw": "{x}",
        "yesno": YES_OR_NO,
        "microsecond": _TEXT,
        "millisecond": f"substr({_TEXT}, 1, 23)",
        "second": _formatted(_SECONDS),
        "time": _formatted(_SECONDS),
        "minute": _formatted("%Y-%m-%d %H:%i"),
        "hour": _formatted("%Y-%m-%d %H"),
        "date": _formatted("%Y-%m-%d"),
        "month": _formatted("%Y-%m"),
        "quarter": "date_format({x}, '%Y-Q') || CAST(quarter({x}) AS VARCHAR)",
        "year": "year({x})",
        "time_of_day": _formatted("%H:%i"),
        "hour_of_day": "hour({x})",
        "day_of_week": _formatted("%W"),
        "day_of_month": "day({x})",
        "day_of_year": "day_of_year({x})",
        "week_of_year": "week({x})",
        "month_num": "month({x})",
        "month_name": _formatted("%M"),
        "quarter_of_year": "'Q' || CAST(quarter({x}) AS VARCHAR)",
        "fiscal_year": _formatted("FY%Y"),
    }
    weekday: ClassVar[str] = "mod(day_of_week({x}) + 6 - {start}, 7)"
    week: ClassVar[str] = f"date_add('day', -{weekday}, date_trunc('day', {{x}}))"
    buckets: ClassVar[Mapping[str, str]] = {
        unit: f"date_add('{unit}', -mod({unit}({{x}}), {{n}}), date_trunc('{unit}', {{x}}))"
        for unit in ("hour", "minute", "millisecond")
    }
    months_back: ClassVar[str] = "date_add('month', -({n}), {x})"
    periods: ClassVar[Mapping[str, str]] = {
        "time": "date_trunc('second', {x})",
        "date": "date_trunc('day', {x})",
        **{
            unit: f"date_trunc('{unit}', {{x}})"
            for unit in ("second", "minute", "hour", "month", "quarter", "year")
        },
    }
    microseconds: ClassVar[str] = "date_diff('millisecond', {s}, {e}) * 1000"
    truncated: ClassVar[str] = "({x} / {n})"
    month_count: ClassVar[str] = "year({x}) * 12 + month({x})"
    in_month: ClassVar[str] = "date_diff('millisecond', date_trunc('month', {x}), {x})"
    casts: ClassVar[Mapping[str, str]] = {
        "string": "CAST({x} AS VARCHAR)",
        "number": "CAST({x} AS DOUBLE)",
        "date": "CAST(CAST({x} AS TIMESTAMP(6)) AS DATE)",
        "datetime": "CAST({x} AS TIMESTAMP(6))",
        "boolean": "CAST({x} AS BOOLEAN)",
    }

    functions: ClassVar[Mapping[str, str]] = _functions("TIMESTAMP(6)")

    # Values

    def string(self, value: str) -> str:
        escaped = checked_text(value).replace("'", "''")
        return f"'{escaped}'"

    # Conditions

    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        text, wanted = self.text(operand), self.string(pattern)
        if not case_sensitive:
            text, wanted = f"lower({text})", f"lower({wanted})"
        escape = " ESCAPE '^'" if "^" in pattern else ""
        return f"{text} LIKE {wanted}{escape}"

    def length(self, operand: str) -> str:
        return f"length({self.text(operand)})"

    def day_number(self, operand: str) -> str:
        return self.text(operand)

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        if datatype == "date":
            return self.casts["datetime"].format(x=operand)
        if datatype == "yyyymmdd":
            parsed = f"date_parse(CAST({operand} AS VARCHAR), '%Y%m%d')"
            return self.casts["datetime"].format(x=parsed)
        return self.zoned.format(x=f"from_unixtime({operand})" if datatype == "epoch" else operand)

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        moment = f"with_timezone({operand}, {self.string(source)})"
        return f"CAST({moment} AT TIME ZONE {self.string(target)} AS {self.moment})"

    # Aggregates

    def average(self, operand: str) -> str:
        return f"AVG(CAST({operand} AS DOUBLE))"

    def quotient(self, dividend: str, divisor: str) -> str:
        return f"CAST({dividend} AS DOUBLE) / NULLIF({divisor}, 0)"

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:
        return f"approx_distinct({operand})" if approximate else f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        values = _by_key(operand, key, "DECIMAL(38, 9)")
        return (
            f"reduce({values}, CAST(0 AS DECIMAL(38, 9)), "
            "(total, one) -> CAST(total + one AS DECIMAL(38, 9)), total -> total)"
        )

    def average_by_key(self, operand: str, key: str) -> str:
        return f"({self.quotient(self.sum_by_key(operand, key), keys(operand, key))})"

    def percentile(self, operand: str, percent: float) -> str:
        values = f"array_agg(CAST({operand} AS DOUBLE)) FILTER (WHERE ({operand}) IS NOT NULL)"
        return _middle(values, percent)

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str:
        return _middle(_by_key(operand, key, "DOUBLE"), percent)

    def list_distinct(self, operand: str) -> str:
        values = f"array_agg(DISTINCT {operand}) FILTER (WHERE ({operand}) IS NOT NULL)"
        return f"array_join(array_sort({values}), ', ')"

    # Persistent tables

    layouts: ClassVar[frozenset[str]] = frozenset({"partition_keys"})

    def create_table_as(self, table: str, select: str, layout: Persistence) -> str:
        properties = ", ".join(self._properties(layout))
        stored = f" WITH ({properties})" if properties else ""
        return f"CREATE TABLE {table}{stored} AS\n{select}"

    def _properties(self, layout: Persistence) -> list[str]:
        named = ", ".join(self.string(column) for column in layout.partition_keys)
        return [f"partitioned_by = ARRAY[{named}]"] if named else []

    def create_index(self, table: str, name: str, columns: str) -> str | None:
        del table, name, columns
        return None


class Athena(Trino):
    name: ClassVar[str] = "athena"
    label: ClassVar[str] = "Amazon Athena"

    notes: ClassVar[tuple[str, ...]] = (
        *Trino.notes,
        (
            "Sessions are in UTC, which the connection's time zone should be too; the additional "
            "parameters name the place of results (`s3_staging_dir=s3://…` or `work_group=…`)."
        ),
        (
            "Derived tables are written beside the results, as Parquet unless `table_format` says "
            "otherwise, into at most 100 partitions. When one is dropped its files stay: let the "
            "bucket's lifecycle rules delete what is old."
        ),
    )
    layouts: ClassVar[frozenset[str]] = frozenset(
        {"partition_keys", "table_format", "table_compression"}
    )

    def scratch_table(self, schema: str, name: str) -> str:
        """Bare where that can be: some statements take double quotes and others backticks."""
        return ".".join(map(self._bare, (*schema.split("."), name)))

    def _bare(self, name: str) -> str:
        plain = name.isascii() and name.isidentifier() and name.lower() not in self.reserved_words
        return name if plain else self.quote(name)

    def drop_table(self, table: str) -> str:
        return super().drop_table(table.replace('"', "`"))

    def _properties(self, layout: Persistence) -> list[str]:
        stored = (("format", layout.table_format), ("write_compression", layout.table_compression))
        known = [f"{name} = {self.string(value.upper())}" for name, value in stored if value]
        return [*known, *super()._properties(layout)]


class Presto(Trino):
    """Its timestamps have milliseconds, and where they are instants (as is its default) read as
    the clock of the session's time zone.
    """

    name: ClassVar[str] = "presto"
    label: ClassVar[str] = "Presto"

    notes: ClassVar[tuple[str, ...]] = (
        *Trino.notes,
        "Times have milliseconds, so that microseconds are always those of a whole one.",
    )
    moment: ClassVar[str] = "TIMESTAMP"
    zoned: ClassVar[str] = "CAST({x} AS TIMESTAMP)"

    timeframes: ClassVar[Mapping[str, str]] = {
        **Trino.timeframes,
        "microsecond": "date_format({x}, '%Y-%m-%d %H:%i:%s.%f')",
        "millisecond": "substr(date_format({x}, '%Y-%m-%d %H:%i:%s.%f'), 1, 23)",
    }
    casts: ClassVar[Mapping[str, str]] = {
        **Trino.casts,
        "date": "CAST(CAST({x} AS TIMESTAMP) AS DATE)",
        "datetime": "CAST({x} AS TIMESTAMP)",
    }
    functions: ClassVar[Mapping[str, str]] = _functions("TIMESTAMP")

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        """By way of texts, which mean the same whatever a timestamp is."""
        text = self.timeframes["millisecond"]
        zoned = f"{text.format(x=operand)} || {self.string(f' {source}')}"
        moment = f"CAST({zoned} AS TIMESTAMP WITH TIME ZONE)"
        local = f"{moment} AT TIME ZONE {self.string(target)}"
        return f"CAST({text.format(x=local)} AS TIMESTAMP)"


def _by_key(operand: str, key: str, kind: str) -> str:
    """An array of one value for each key."""
    known = f"FILTER (WHERE {counted(operand, key)})"
    return f"map_values(map_agg({key}, CAST({operand} AS {kind})) {known})"


def _middle(values: str, percent: float) -> str:
    """The percentile of an array: the mean of its values at ⌈n·p⌉ and, if it has it, ⌊n·p⌋ + 1."""
    rank = f"cardinality(x) * DECIMAL '{share(percent)}'"
    low = f"element_at(x, CAST(ceiling({rank}) AS BIGINT))"
    high = f"element_at(x, least(CAST(floor({rank}) AS BIGINT) + 1, cardinality(x)))"
    return f"element_at(transform(ARRAY[array_sort({values})], x -> ({low} + {high}) / 2), 1)"
