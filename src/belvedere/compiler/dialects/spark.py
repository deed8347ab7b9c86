"""Apache Spark 4 and later, and Databricks SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from belvedere.compiler.dialects.base import Calendar, Dialect
from belvedere.compiler.dialects.reading import (
    WEEKDAYS,
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
    "all and anti any as authorization both call case cast check collate collation collations "
    "column constraint create cross current_date current_path current_schema current_time "
    "current_timestamp current_user default distinct else end escape except execute false fetch "
    "filter for foreign from full grant group having in inner intersect into is join lateral "
    "leading left localtime minus natural not null offset on only or order outer overlaps primary "
    "recursive references right select semi session_user setminus some sql table then time to "
    "trailing true union unique unknown user using when where with within"
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


def _named(which: str, names: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{name.capitalize()}'" for name in names)
    return f"elt({which}, {listed})"


# What formats or truncates timestamps with a zone reads naive ones on the clock of the session,
# which leaps over some of them: text, fields, days and intervals do not depend on it.
_NAIVE = "TIMESTAMP_NTZ"
_TEXT = "CAST({x} AS STRING)"
_FULL = f"concat({_TEXT}, substring('.000000', length({_TEXT}) - 18))"
_DATE = "CAST({x} AS DATE)"
_TIMEFRAMES = {
    "raw": "{x}",
    "yesno": "CASE WHEN {x} IS NOT NULL THEN 'Yes' ELSE 'No' END",
    "microsecond": _FULL,
    "millisecond": f"substring({_FULL}, 1, 23)",
    "second": f"substring({_TEXT}, 1, 19)",
    "time": f"substring({_TEXT}, 1, 19)",
    "minute": f"substring({_TEXT}, 1, 16)",
    "hour": f"substring({_TEXT}, 1, 13)",
    "date": f"substring({_TEXT}, 1, 10)",
    "month": f"substring({_TEXT}, 1, 7)",
    "quarter": f"concat(substring({_TEXT}, 1, 5), 'Q', quarter({{x}}))",
    "year": "year({x})",
    "time_of_day": f"substring({_TEXT}, 12, 5)",
    "hour_of_day": "hour({x})",
    "day_of_week": _named("weekday({x}) + 1", WEEKDAYS),
    "day_of_month": "dayofmonth({x})",
    "day_of_year": "dayofyear({x})",
    "week_of_year": "weekofyear({x})",
    "month_num": "month({x})",
    "month_name": _named("month({x})", _MONTHS),
    "quarter_of_year": "concat('Q', quarter({x}))",
}
_FISCAL = {
    "fiscal_month_num": "month_num",
    "fiscal_quarter": "quarter",
    "fiscal_quarter_of_year": "quarter_of_year",
}
_SECOND = "EXTRACT(SECOND FROM {x})"
_PERIODS = {
    "second": f"({{x}} - make_dt_interval(0, 0, 0, {_SECOND} % 1))",
    "time": f"({{x}} - make_dt_interval(0, 0, 0, {_SECOND} % 1))",
    "minute": f"({{x}} - make_dt_interval(0, 0, 0, {_SECOND}))",
    "hour": f"({{x}} - make_dt_interval(0, 0, minute({{x}}), {_SECOND}))",
    "date": _DATE,
    "month": f"trunc({_DATE}, 'MONTH')",
    "quarter": f"trunc({_DATE}, 'QUARTER')",
    "year": f"trunc({_DATE}, 'YEAR')",
}
_BUCKETS = {
    "hour": f"({{x}} - make_dt_interval(0, hour({{x}}) % {{n}}, minute({{x}}), {_SECOND}))",
    "minute": f"({{x}} - make_dt_interval(0, 0, minute({{x}}) % {{n}}, {_SECOND}))",
    "millisecond": f"({{x}} - make_dt_interval(0, 0, 0, {_SECOND} % ({{n}} * 0.001)))",
}
_SECONDS_IN = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_MONTH_COUNT = "(year({x}) * 12 + month({x}))"
_IN_MONTH = f"substring({_TEXT}, 9)"
_CASTS = {
    "string": "STRING",
    "number": "DOUBLE",
    "date": "DATE",
    "datetime": _NAIVE,
    "boolean": "BOOLEAN",
}
_GIVEN = f"CAST({{0}} AS {_NAIVE})"
_MOST_DIGITS = 38


_ANSI = (
    "Sessions are in ANSI mode: overflow, division by zero and texts that are no numbers are "
    "errors, not nulls."
)
_INSTANTS = (
    "TIMESTAMP columns are instants, read in the time zone of the connection; TIMESTAMP_NTZ "
    "columns are read as they are."
)
_PAIRS = (
    "Sums, averages and percentiles by key (symmetric aggregates) hold the distinct keys of a "
    "group in one array, and have the exact type of SUM; they need variants (Spark 4)."
)


class Spark(Dialect):
    """Sessions must have spark.sql.session.timeZone set to the database time zone: TIMESTAMP (an
    instant) and epoch columns become naive timestamps in it. spark.sql.ansi.enabled must be true,
    spark.sql.parser.escapedStringLiterals and spark.sql.ansi.doubleQuotedIdentifiers false.
    """

    name: ClassVar[str] = "spark"
    label: ClassVar[str] = "Apache Spark"
    identifier_quote: ClassVar[str] = "`"
    max_identifier_length: ClassVar[int] = 255
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = True
    like_is_case_sensitive: ClassVar[bool] = True
    default_schema: ClassVar[str | None] = "default"
    supports_hidden_order: ClassVar[bool] = False
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())

    notes: ClassVar[tuple[str, ...]] = (
        (
            "A connection with a host is to a Spark Connect server (port 15002); one without runs "
            "Spark in this server, over a folder of Parquet, ORC or JSON files, and needs Java 17 "
            "or later: JAVA_HOME says where. One server serves one folder so."
        ),
        (
            "Additional parameters that begin with `spark.` are settings of the session (or of the "
            "Spark that is started here); others are headers of every call."
        ),
        _ANSI,
        _INSTANTS,
        _PAIRS,
    )

    functions: ClassVar[Mapping[str, str]] = {
        "mod": "MOD({0}, NULLIF({1}, 0))",
        "rand": "RAND()",
        "round": "ROUND({0}, CAST({1} AS INTEGER))",
        **{
            f"add_{unit}s": f"(CAST({{1}} AS {_NAIVE}) + {{0}} * INTERVAL '1' {unit})"
            for unit in ("second", "minute", "hour", "day", "month", "year")
        },
        **{
            f"extract_{unit}s": f"CAST(FLOOR(EXTRACT({unit} FROM {_GIVEN})) AS INTEGER)"
            for unit in ("second", "minute", "hour", "day", "month", "year")
        },
        **{f"trunc_{unit}s": _PERIODS[unit].format(x=_GIVEN) for unit in ("minute", "hour")},
        "trunc_days": f"CAST(CAST({{0}} AS DATE) AS {_NAIVE})",
        "trunc_months": f"CAST(trunc(CAST({{0}} AS DATE), 'MONTH') AS {_NAIVE})",
        "trunc_years": f"CAST(trunc(CAST({{0}} AS DATE), 'YEAR') AS {_NAIVE})",
    }

    # Names and values

    def string(self, value: str) -> str:
        """A dollar before a brace is written by its number: `${…}` may stand for a variable."""
        escaped = checked_text(value).replace("\\", "\\\\").replace("'", "\\'")
        return "'" + escaped.replace("${", "\\u0024{") + "'"

    def number(self, text: str) -> str:
        """A decimal has 38 digits: what is longer is a double."""
        whole, _, fraction = checked_number(text).lstrip("+-").partition(".")
        exact = "e" in text.lower() or len(whole.lstrip("0") + fraction) <= _MOST_DIGITS
        return text if exact else f"{text}D"

    def boolean(self, value: bool) -> str:
        return "TRUE" if value else "FALSE"

    def timestamp(self, value: datetime) -> str:
        return f"{_NAIVE} '{value.replace(tzinfo=None).isoformat(' ')}'"

    def date(self, value: date) -> str:
        return f"DATE '{value.isoformat()[:10]}'"

    def epoch(self, value: datetime) -> str:
        return str(epoch_seconds(value))

    # Conditions

    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        operator = "LIKE" if case_sensitive else "ILIKE"
        # A backslash would escape if no other character were named to do it.
        escape = " ESCAPE '^'" if "^" in pattern or "\\" in pattern else ""
        return f"CAST({operand} AS STRING) {operator} {self.string(pattern)}{escape}"

    def equals_ignoring_case(self, operand: str, value: str) -> str:
        return f"LOWER({operand}) = LOWER({self.string(value)})"

    def length(self, operand: str) -> str:
        return f"LENGTH(CAST({operand} AS STRING))"

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        if datatype == "epoch":
            return f"CAST(timestamp_seconds({operand}) AS {_NAIVE})"
        if datatype == "yyyymmdd":
            return f"CAST(to_date(CAST({operand} AS STRING), 'yyyyMMdd') AS {_NAIVE})"
        return f"CAST({operand} AS {_NAIVE})"

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        return f"convert_timezone({self.string(source)}, {self.string(target)}, {operand})"

    def timeframe(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        template = _TIMEFRAMES.get(timeframe)
        if template is not None:
            return template.format(x=operand)
        if timeframe.startswith("fiscal_"):
            return self._fiscal(operand, timeframe, calendar)
        if timeframe == "week":
            return _TIMEFRAMES["date"].format(x=_week(operand, week_start(calendar)))
        if timeframe == "day_of_week_index":
            return f"(weekday({operand}) + {7 - week_start(calendar)}) % 7"
        found = numbered(timeframe)
        if found is None:
            raise unknown_timeframe(timeframe)
        shown = "millisecond" if found[0] == "millisecond" else "second"
        return _TIMEFRAMES[shown].format(x=_bucket(operand, *found))

    def period(self, operand: str, timeframe: str, calendar: Calendar) -> str | None:
        if timeframe == "week":
            return _week(operand, week_start(calendar))
        template = _PERIODS.get(timeframe)
        if template is not None:
            return template.format(x=operand)
        found = numbered(timeframe)
        return _bucket(operand, *found) if found else None

    def _fiscal(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        offset = calendar.fiscal_month_offset
        shifted = f"add_months({_DATE.format(x=operand)}, {-offset})" if offset else operand
        if timeframe == "fiscal_year":
            return f"concat('FY', substring({_TEXT.format(x=shifted)}, 1, 4))"
        if timeframe not in _FISCAL:
            raise unknown_timeframe(timeframe)
        return _TIMEFRAMES[_FISCAL[timeframe]].format(x=shifted)

    def duration(self, unit: str, start: str, end: str) -> str:
        if unit in _SECONDS_IN:
            seconds = f"CAST(CAST({end} - {start} AS INTERVAL SECOND) AS BIGINT)"
            return seconds if unit == "second" else f"({seconds} div {_SECONDS_IN[unit]})"
        if unit not in _MONTHS_IN:
            raise QueryError(f"Unknown duration: {unit}")
        first, last = (_MONTH_COUNT.format(x=side) for side in (start, end))
        early, late = (_IN_MONTH.format(x=side) for side in (start, end))
        broken = (
            f"CASE WHEN {end} >= {start} THEN CAST({late} < {early} AS INTEGER) "
            f"ELSE -CAST({late} > {early} AS INTEGER) END"
        )
        return f"(({last} - {first} - {broken}) div {_MONTHS_IN[unit]})"

    # Aggregates

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:
        return f"approx_count_distinct({operand})" if approximate else f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        """Sums have the type of SUM: a variant is what can be cast to a type that is computed."""
        none = f"variant_get(CAST(NULL AS VARIANT), '$', typeof(SUM({operand})))"
        both = "CAST(COALESCE(sum_ + pair_.value, pair_.value) AS VARIANT)"
        more = f"(sum_, pair_) -> variant_get({both}, '$', typeof(sum_))"
        return f"aggregate({_pairs(operand, key)}, {none}, {more})"

    def average_by_key(self, operand: str, key: str) -> str:
        return f"({self.sum_by_key(operand, key)} / NULLIF(size({_pairs(operand, key)}), 0))"

    def percentile(self, operand: str, percent: float) -> str:
        low, high = (
            f"percentile_disc({share!r}) WITHIN GROUP (ORDER BY {operand})"
            for share in percentile_fractions(percent)
        )
        return f"({low} / 2 + {high} / 2)"

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str:
        """The mean of the values at the ranks ⌈count·percent⌉ and ⌊count·percent⌋ + 1, which are
        the same for a broken rank.
        """
        pairs = _pairs(operand, key)
        values = f"sort_array(transform({pairs}, pair_ -> pair_.value))"
        rank = f"size({pairs}) * {Decimal(repr(percent)) / 100:f}"
        low, high = (
            f"get({values}, CAST({place} AS INTEGER))"
            for place in (f"CEIL({rank}) - 1", f"LEAST(FLOOR({rank}), size({pairs}) - 1)")
        )
        return f"({low} / 2 + {high} / 2)"

    def list_distinct(self, operand: str) -> str:
        values = f"CAST(sort_array(collect_set({operand})) AS ARRAY<STRING>)"
        return f"CASE WHEN COUNT({operand}) > 0 THEN array_join({values}, ', ') END"

    def distance(self, lat1: str, lon1: str, lat2: str, lon2: str) -> str:
        return (
            f"12742 * asin(sqrt(least(1e0, power(sin(radians(({lat2}) - ({lat1})) / 2), 2) + "
            f"cos(radians({lat1})) * cos(radians({lat2})) * "
            f"power(sin(radians(({lon2}) - ({lon1})) / 2), 2))))"
        )

    # Persistent tables

    kept_prefix: ClassVar[str] = "LR_"
    layouts: ClassVar[frozenset[str]] = frozenset({"partition_keys"})

    def create_table_as(self, table: str, select: str, layout: Persistence) -> str:
        keys = ", ".join(layout.partition_keys)
        partitioned = f"\nPARTITIONED BY ({keys})" if keys else ""
        return f"CREATE TABLE {table}{partitioned} AS\n{select}"

    def create_index(self, table: str, name: str, columns: str) -> None:
        """Tables have none."""

    # Rows and columns

    def text(self, operand: str) -> str:
        return _TEXT.format(x=operand)

    def cast(self, operand: str, kind: str) -> str:
        return f"CAST({operand} AS {_CASTS[kind]})"


class Databricks(Spark):
    """Sessions must have TIMEZONE set to the database time zone, and ANSI_MODE to true."""

    name: ClassVar[str] = "databricks"
    label: ClassVar[str] = "Databricks"
    renews_materialized_views: ClassVar[bool] = True
    layouts: ClassVar[frozenset[str]] = frozenset({"partition_keys", "cluster_keys"})

    notes: ClassVar[tuple[str, ...]] = (
        (
            "The host is the workspace's, the password an access token, the database a catalog; "
            "the SQL warehouse's path follows the host (`….databricks.com/sql/1.0/warehouses/…`) "
            "or is the additional parameter `http_path`."
        ),
        "`cluster_keys` count where a derived table has no `partition_keys`.",
        (
            "A materialized view needs a Pro or serverless warehouse; it is renewed when what it "
            "reads has changed (`TRIGGER ON UPDATE`)."
        ),
        _ANSI,
        _INSTANTS,
        _PAIRS,
    )

    def create_materialized_view(self, view: str, select: str, layout: Persistence) -> str:
        made = super().create_materialized_view(view, "", layout).removesuffix(" AS\n")
        return f"{made}\nTRIGGER ON UPDATE AS\n{select}"

    def create_table_as(self, table: str, select: str, layout: Persistence) -> str:
        """Clustered where it is not partitioned: it cannot be both."""
        if layout.partition_keys or not layout.cluster_keys:
            return super().create_table_as(table, select, layout)
        return f"CREATE TABLE {table}\nCLUSTER BY ({', '.join(layout.cluster_keys)}) AS\n{select}"


def _week(operand: str, start: int) -> str:
    day = _DATE.format(x=operand)
    if not start:
        return f"trunc({day}, 'WEEK')"
    return f"date_add(trunc(date_sub({day}, {start}), 'WEEK'), {start})"


def _bucket(operand: str, unit: str, size: int) -> str:
    return _BUCKETS[unit].format(x=operand, n=size)


def _pairs(operand: str, key: str) -> str:
    """The distinct pairs of a key and its value, neither of them null."""
    known = f"({key}) IS NOT NULL AND ({operand}) IS NOT NULL"
    return f"collect_set(CASE WHEN {known} THEN named_struct('key', {key}, 'value', {operand}) END)"
