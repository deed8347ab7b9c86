"""MySQL 8 and later, MariaDB 10.6 and later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from belvedere.compiler.dialects.base import Calendar, Dialect
from belvedere.compiler.dialects.reading import (
    checked_number,
    checked_text,
    epoch_seconds,
    numbered,
    unknown_timeframe,
    week_start,
)
from belvedere.errors import QueryError

_WORDS = (
    "accessible add all alter analyze and as asc asensitive before between bigint binary blob "
    "both by call cascade case change char character check collate column condition constraint "
    "continue convert create cross cube cume_dist current_date current_time current_timestamp "
    "current_user cursor database databases day_hour day_microsecond day_minute day_second dec "
    "decimal declare default delayed delete dense_rank desc describe deterministic distinct "
    "distinctrow div double drop dual each else elseif empty enclosed escaped except exists exit "
    "explain external false fetch first_value float float4 float8 for force foreign from fulltext "
    "function generated get grant group grouping groups having high_priority hour_microsecond "
    "hour_minute hour_second if ignore in index infile inner inout insensitive insert int int1 "
    "int2 int3 int4 int8 integer intersect interval into io_after_gtids io_before_gtids is "
    "iterate join json_table key keys kill lag last_value lateral lead leading leave left library "
    "like limit linear lines load localtime localtimestamp lock long longblob longtext loop "
    "low_priority manual master_bind master_ssl_verify_server_cert match maxvalue mediumblob "
    "mediumint mediumtext middleint minute_microsecond minute_second mod modifies natural "
    "no_write_to_binlog not nth_value ntile null numeric of on optimize optimizer_costs option "
    "optionally or order out outer outfile over parallel partition percent_rank precision primary "
    "procedure purge qualify range rank read read_write reads real recursive references regexp "
    "release rename repeat replace require resignal restrict return revoke right rlike row "
    "row_number rows schema schemas second_microsecond select sensitive separator set sets show "
    "signal smallint spatial specific sql sql_big_result sql_calc_found_rows sql_small_result "
    "sqlexception sqlstate sqlwarning ssl starting stored straight_join system table tablesample "
    "terminated then tinyblob tinyint tinytext to trailing trigger true undo union unique unlock "
    "unsigned update usage use using utc_date utc_time utc_timestamp values varbinary varchar "
    "varcharacter varying virtual when where while window with write xor year_month zerofill"
)
_MARIADB_WORDS = (
    "current_role delete_domain_id do_domain_ids except ignore_domain_ids "
    "master_demote_to_replica master_demote_to_slave offset page_checksum parse_vcol_expr portion "
    "ref_system_id returning rownum stats_auto_recalc stats_persistent stats_sample_pages"
)

_SECONDS = "%Y-%m-%d %H:%i:%s"
_MICROSECONDS = f"DATE_FORMAT({{x}}, '{_SECONDS}.%f')"
_TIMEFRAMES = {
    "raw": "{x}",
    "yesno": "CASE WHEN {x} IS NOT NULL THEN 'Yes' ELSE 'No' END",
    "microsecond": _MICROSECONDS,
    "millisecond": f"LEFT({_MICROSECONDS}, 23)",
    "second": f"DATE_FORMAT({{x}}, '{_SECONDS}')",
    "time": f"DATE_FORMAT({{x}}, '{_SECONDS}')",
    "minute": "DATE_FORMAT({x}, '%Y-%m-%d %H:%i')",
    "hour": "DATE_FORMAT({x}, '%Y-%m-%d %H')",
    "date": "DATE_FORMAT({x}, '%Y-%m-%d')",
    "month": "DATE_FORMAT({x}, '%Y-%m')",
    "quarter": "CONCAT(DATE_FORMAT({x}, '%Y-Q'), QUARTER({x}))",
    "year": "YEAR({x})",
    "time_of_day": "DATE_FORMAT({x}, '%H:%i')",
    "hour_of_day": "HOUR({x})",
    "day_of_week": "DATE_FORMAT({x}, '%W')",
    "day_of_month": "DAYOFMONTH({x})",
    "day_of_year": "DAYOFYEAR({x})",
    "week_of_year": "WEEK({x}, 3)",
    "month_num": "MONTH({x})",
    "month_name": "DATE_FORMAT({x}, '%M')",
    "quarter_of_year": "CONCAT('Q', QUARTER({x}))",
}
_FISCAL = {
    "fiscal_month_num": "month_num",
    "fiscal_quarter": "quarter",
    "fiscal_quarter_of_year": "quarter_of_year",
}
_TRUNCATED = {
    "second": "({x} - INTERVAL MICROSECOND({x}) MICROSECOND)",
    "minute": "(DATE({x}) + INTERVAL HOUR({x}) * 60 + MINUTE({x}) MINUTE)",
    "hour": "(DATE({x}) + INTERVAL HOUR({x}) HOUR)",
    "day": "DATE({x})",
    "month": "(DATE({x}) - INTERVAL DAYOFMONTH({x}) - 1 DAY)",
    "quarter": (
        "(DATE({x}) - INTERVAL DAYOFYEAR({x}) - 1 DAY + INTERVAL QUARTER({x}) - 1 QUARTER)"
    ),
    "year": "(DATE({x}) - INTERVAL DAYOFYEAR({x}) - 1 DAY)",
}
_BUCKETS = {
    "hour": "(DATE({x}) + INTERVAL HOUR({x}) - HOUR({x}) % {n} HOUR)",
    "minute": "(DATE({x}) + INTERVAL HOUR({x}) * 60 + MINUTE({x}) - MINUTE({x}) % {n} MINUTE)",
    "millisecond": "({x} - INTERVAL MICROSECOND({x}) % ({n} * 1000) MICROSECOND)",
}
_PERIODS = {
    "time": "second",
    "date": "day",
    **{unit: unit for unit in ("second", "minute", "hour", "month", "quarter", "year")},
}
_UNITS = frozenset({"second", "minute", "hour", "day", "week", "month", "quarter", "year"})
_CASTS = {
    "string": "CAST({x} AS CHAR)",
    "number": "CAST({x} AS DOUBLE)",
    "date": "CAST({x} AS DATE)",
    "datetime": "CAST({x} AS DATETIME(6))",
    "boolean": (
        "(LOWER(CAST({x} AS CHAR)) IN ('true', 't', 'yes', 'y', 'on') OR CAST({x} AS DOUBLE) <> 0)"
    ),
}
_EXACT = "utf8mb4_bin"
_SUMMED = "DECIMAL(65, 12)"
"""What is added up by key: 12 decimals, and room for the sums of hashes of 39 digits."""


class MySQL(Dialect):
    """Sessions must have time_zone set to the database time zone, utf8mb4 as their character
    set, a group_concat_max_len that is as large as can be, twelve decimals more in what is
    divided (div_precision_increment), and no sql_mode among ANSI_QUOTES,
    PIPES_AS_CONCAT, NO_BACKSLASH_ESCAPES and ONLY_FULL_GROUP_BY.
    """

    name: ClassVar[str] = "mysql"
    label: ClassVar[str] = "MySQL"
    identifier_quote: ClassVar[str] = "`"
    max_identifier_length: ClassVar[int] = 64
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = False
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = False
    like_is_case_sensitive: ClassVar[bool] = False
    default_schema: ClassVar[str | None] = None
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())

    notes: ClassVar[tuple[str, ...]] = (
        "A join of type full_outer is refused: there is none.",
        (
            "Times are moved by CONVERT_TZ, which knows zones other than UTC only where the "
            "server's time zone tables are loaded (without them it is an error, not a null), and "
            "leaves times that a TIMESTAMP column could not hold as they are: those before 1970, "
            "and on most servers those from 2038 on."
        ),
        (
            "Whether texts are equal, and which is greater, is up to the column's collation: under "
            "one that ignores case, rows are grouped and a case-sensitive filter on a whole value "
            "matches without it. Patterns (`%`), `contains` and `position` follow case_sensitive."
        ),
        (
            "Sessions have no sql_mode: what is divided by zero, or no date or number, is null. "
            "Their time zone is the connection's, in which TIMESTAMP columns are read."
        ),
        (
            "Sums and averages by key (symmetric aggregates) are exact to twelve decimals; keys "
            "are told apart by 128 bits."
        ),
        (
            "Lists and percentiles hold the values of a group in one text: one that is longer than "
            "max_allowed_packet is an error."
        ),
        (
            "A schema is what the server calls a database; tmp_db_name names the one for derived "
            "tables, where the connection's user may create, index and drop tables (and for "
            "publish_as_db_view create, show and drop views)."
        ),
    )

    functions: ClassVar[Mapping[str, str]] = {
        "rand": "RAND()",
        "divide": "(1e0 * {0} / NULLIF({1}, 0))",
        # Halves of floating-point numbers are rounded to even, those of decimals away from zero.
        "round": (
            "CASE WHEN ABS({0}) < 1e15 THEN ROUND(CAST({0} AS DECIMAL(65, 30)), {1}) "
            "ELSE ROUND({0}, {1}) END"
        ),
        "concat": "CONCAT({0}, {1})",
        "contains": f"(LOCATE({{1}}, CAST({{0}} AS CHAR) COLLATE {_EXACT}) > 0)",
        "length": "CHAR_LENGTH({0})",
        "position": f"LOCATE({{1}}, CAST({{0}} AS CHAR) COLLATE {_EXACT})",
        "substring": "SUBSTRING({0}, CAST({1} AS SIGNED), CAST({2} AS SIGNED))",
        **{
            f"add_{unit}s": f"(CAST({{1}} AS DATETIME(6)) + INTERVAL ({{0}}) {unit})"
            for unit in ("minute", "hour", "day", "month", "year")
        },
        "add_seconds": "(CAST({1} AS DATETIME(6)) + INTERVAL ({0}) * 1000000 MICROSECOND)",
        **{
            f"extract_{unit}s": f"{unit}(CAST({{0}} AS DATETIME(6)))"
            for unit in ("second", "minute", "hour", "day", "month", "year")
        },
        **{
            f"trunc_{unit}s": _TRUNCATED[unit].format(x="CAST({0} AS DATETIME(6))")
            for unit in ("minute", "hour", "day", "month", "year")
        },
    }

    # Names and values

    def string(self, value: str) -> str:
        escaped = checked_text(value).replace("\\", "\\\\").replace("'", "''")
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
        text, wanted = f"CAST({operand} AS CHAR)", self.string(pattern)
        if not case_sensitive:
            text, wanted = f"LOWER({text})", f"LOWER({wanted})"
        # A backslash would escape if no other character were named to do it.
        escape = " ESCAPE '^'" if "^" in pattern or "\\" in pattern else ""
        return f"{text} COLLATE {_EXACT} LIKE {wanted}{escape}"

    def equals_ignoring_case(self, operand: str, value: str) -> str:
        return f"LOWER({operand}) = LOWER({self.string(value)})"

    def length(self, operand: str) -> str:
        return f"CHAR_LENGTH({operand})"

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        if datatype == "epoch":
            moment = f"TIMESTAMP '1970-01-01 00:00:00' + INTERVAL ({operand}) * 1000000 MICROSECOND"
            return f"CONVERT_TZ({moment}, '+00:00', @@session.time_zone)"
        if datatype == "yyyymmdd":
            return f"CAST(STR_TO_DATE(CAST({operand} AS CHAR), '%Y%m%d') AS DATETIME(6))"
        return f"CAST({operand} AS DATETIME(6))"

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        return f"CONVERT_TZ({operand}, {self._zone(source)}, {self._zone(target)})"

    def _zone(self, name: str) -> str:
        """Named zones are known only to servers whose time zone tables were filled."""
        return "'+00:00'" if name in ("UTC", "Etc/UTC") else self.string(name)

    def timeframe(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        template = _TIMEFRAMES.get(timeframe)
        if template is not None:
            return template.format(x=operand)
        if timeframe.startswith("fiscal_"):
            return self._fiscal(operand, timeframe, calendar)
        if timeframe == "week":
            return _TIMEFRAMES["date"].format(x=_week(operand, calendar))
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
        unit = _PERIODS.get(timeframe)
        if unit is not None:
            return _TRUNCATED[unit].format(x=operand)
        found = numbered(timeframe)
        return _bucket(operand, *found) if found else None

    def _fiscal(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        offset = calendar.fiscal_month_offset
        shifted = f"({operand} - INTERVAL {offset} MONTH)" if offset else operand
        if timeframe == "fiscal_year":
            return f"DATE_FORMAT({shifted}, 'FY%Y')"
        if timeframe not in _FISCAL:
            raise unknown_timeframe(timeframe)
        return _TIMEFRAMES[_FISCAL[timeframe]].format(x=shifted)

    def duration(self, unit: str, start: str, end: str) -> str:
        if unit not in _UNITS:
            raise QueryError(f"Unknown duration: {unit}")
        return f"TIMESTAMPDIFF({unit.upper()}, {start}, {end})"

    # Aggregates

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:  # noqa: ARG002
        return f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        """Every hash is far from every other, so that values added to them stay distinct."""
        number = _hash(key)
        shifted = f"SUM(DISTINCT {number} + CAST({operand} AS {_SUMMED}))"
        return f"({shifted} - SUM(DISTINCT CASE WHEN ({operand}) IS NOT NULL THEN {number} END))"

    def average_by_key(self, operand: str, key: str) -> str:
        return f"({self.sum_by_key(operand, key)} / NULLIF({_keys(operand, key)}, 0))"

    def percentile(self, operand: str, percent: float) -> str:
        listed = f"GROUP_CONCAT({operand} ORDER BY {operand} SEPARATOR ',')"
        return _middle(listed, f"COUNT({operand})", percent)

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str:
        listed = (
            f"GROUP_CONCAT(DISTINCT {operand}, ' ', {_digest(key)} "
            f"ORDER BY {operand} SEPARATOR ',')"
        )
        return _middle(listed, _keys(operand, key), percent)

    def list_distinct(self, operand: str) -> str:
        return f"GROUP_CONCAT(DISTINCT {operand} ORDER BY {operand} SEPARATOR ', ')"

    def distance(self, lat1: str, lon1: str, lat2: str, lon2: str) -> str:
        return (
            f"12742 * ASIN(SQRT(LEAST(1, POW(SIN(RADIANS(({lat2}) - ({lat1})) / 2), 2) + "
            f"COS(RADIANS({lat1})) * COS(RADIANS({lat2})) * "
            f"POW(SIN(RADIANS(({lon2}) - ({lon1})) / 2), 2))))"
        )

    # Rows and columns

    def text(self, operand: str) -> str:
        return f"CAST({operand} AS CHAR)"

    def cast(self, operand: str, kind: str) -> str:
        return _CASTS[kind].format(x=operand)

    def order(self, operand: str, *, descending: bool) -> str:
        return f"{operand} DESC" if descending else f"({operand}) IS NULL, {operand} ASC"


class MariaDB(MySQL):
    name: ClassVar[str] = "mariadb"
    label: ClassVar[str] = "MariaDB"
    reserved_words: ClassVar[frozenset[str]] = MySQL.reserved_words | set(_MARIADB_WORDS.split())


def _weekday(operand: str, calendar: Calendar) -> str:
    return f"(WEEKDAY({operand}) + {7 - week_start(calendar)}) % 7"


def _week(operand: str, calendar: Calendar) -> str:
    return f"(DATE({operand}) - INTERVAL {_weekday(operand, calendar)} DAY)"


def _bucket(operand: str, unit: str, size: int) -> str:
    return _BUCKETS[unit].format(x=operand, n=size)


def _digest(key: str) -> str:
    """128 bits of the key as hexadecimal digits; newer servers do not have MD5."""
    return f"LEFT(SHA2({key}, 224), 32)"


def _hash(key: str) -> str:
    """128 bits of the key as a whole number."""
    high, low = (
        f"CAST(CONV({half}({_digest(key)}, 16), 16, 10) AS DECIMAL(65))"
        for half in ("LEFT", "RIGHT")
    )
    return f"({high} * 18446744073709551616 + {low})"


def _keys(operand: str, key: str) -> str:
    """How many keys have a value. Their hashes are told apart where a collation would not."""
    return f"COUNT(DISTINCT CASE WHEN ({operand}) IS NOT NULL THEN {_digest(key)} END)"


def _middle(listed: str, count: str, percent: float) -> str:
    """The percentile of `count` sorted numbers in a list: the mean of the one at the rank
    ⌈count·percent⌉ and the one at ⌊count·percent⌋ + 1, which is the same for a broken rank.
    """
    rank = f"{count} * {Decimal(repr(percent)) / 100:f}"
    low, high = (
        f"SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX({listed}, ',', {at}), ',', -1), ' ', 1)"
        for at in (f"CEIL({rank})", f"FLOOR({rank}) + 1")
    )
    return f"(({low} + {high}) / 2)"
