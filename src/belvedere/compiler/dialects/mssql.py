"""Microsoft SQL Server 2017 and later, Azure SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import ClassVar

from belvedere.compiler.dialects.reading import checked_text
from belvedere.compiler.dialects.templated import (
    DAYS,
    YES_OR_NO,
    Templated,
    hashed_sum,
    keys,
    share,
)
from belvedere.errors import QueryError
from belvedere.lookml.model import Persistence

_WORDS = (
    "add all alter and any as asc authorization backup begin between break browse bulk by cascade "
    "case check checkpoint close clustered coalesce collate column commit compute constraint "
    "contains containstable continue convert create cross current current_date current_time "
    "current_timestamp current_user cursor database dbcc deallocate declare default delete deny "
    "desc disk distinct distributed double drop dump else end errlvl escape except exec execute "
    "exists exit external fetch file fillfactor for foreign freetext freetexttable from full "
    "function goto grant group having holdlock identity identity_insert identitycol if in index "
    "inner insert intersect into is join key kill left like lineno load merge national nocheck "
    "nonclustered not null nullif of off offsets on open opendatasource openquery openrowset "
    "openxml option or order outer over percent pivot plan precision primary print proc procedure "
    "public raiserror read readtext reconfigure references replication restore restrict return "
    "revert revoke right rollback rowcount rowguidcol rule save schema securityaudit select "
    "semantickeyphrasetable semanticsimilaritydetailstable semanticsimilaritytable session_user "
    "set setuser shutdown some statistics system_user table tablesample textsize then to top tran "
    "transaction trigger truncate try_convert tsequal union unique unpivot update updatetext use "
    "user values varying view waitfor when where while with within writetext"
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)

_MOMENT = "DATETIME2"
_TEXT = "NVARCHAR(MAX)"
_EXACT = "COLLATE Latin1_General_100_BIN2"
_DAY = f"CAST(CAST({{x}} AS DATE) AS {_MOMENT})"
_MONTH = "DATEFROMPARTS(YEAR({x}), MONTH({x}), 1)"
_YEAR = "DATEFROMPARTS(YEAR({x}), 1, 1)"
_MONDAYS = "DATEDIFF(day, CAST('00010101' AS DATE), {x})"
"""Days since a Monday."""
_PARTS = ("second", "minute", "hour", "day", "month", "year")


def _named(which: str, names: tuple[str, ...], first: int) -> str:
    cases = " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(names, first))
    return f"CASE {which} {cases} END"


def _shown(length: int, style: int = 120) -> str:
    return f"CONVERT(VARCHAR({length}), {{x}}, {style})"


def _truncated(unit: str, size: str = "") -> str:
    """Counted from midnight, of which the sizes of buckets are divisors too."""
    return f"DATEADD({unit}, DATEDIFF({unit}, {_DAY}, {{x}}){size}, {_DAY})"


_QUARTER = "CAST(DATEPART(quarter, {x}) AS VARCHAR(1))"
_NAME_OF_DAY = _named(f"{_MONDAYS} % 7", DAYS, 0)
_CONTINUED = re.compile(r"\\(?=\r?\n)")
_READ = {
    "epoch": (
        "DATEADD(second, CAST({x} AS BIGINT) % 86400, "
        "DATEADD(day, CAST({x} AS BIGINT) / 86400, CAST('1970-01-01' AS DATETIME2)))"
    ),
    "yyyymmdd": "CONVERT(DATETIME2, CAST({x} AS VARCHAR(8)), 112)",
}


class SQLServer(Templated):
    """There are no booleans: a boolean value is 1 or 0. There is no time zone of the session
    either: epoch columns are read as UTC.
    """

    references_dates: ClassVar[bool] = False
    name: ClassVar[str] = "mssql"
    label: ClassVar[str] = "Microsoft SQL Server 2017+"
    identifier_quote: ClassVar[str] = '"'
    max_identifier_length: ClassVar[int] = 128
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = False
    like_is_case_sensitive: ClassVar[bool] = False
    default_schema: ClassVar[str | None] = "dbo"
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())

    supports_group_by_constant: ClassVar[bool] = False
    supports_nested_with: ClassVar[bool] = False
    supports_nested_order: ClassVar[bool] = False
    conditions_are_values: ClassVar[bool] = False

    notes: ClassVar[tuple[str, ...]] = (
        (
            "There are no booleans: a yesno whose sql is a bare column is read as `column = 1`, "
            "and other sql of a yesno has to be a condition."
        ),
        (
            "Whether `=` tells upper from lower case is up to the column's collation; patterns "
            "(`%`), `contains` and `position` follow case_sensitive."
        ),
        (
            "Sessions have no time zone: columns of type datetimeoffset are read as the clock that "
            "they state, epoch columns as UTC, so that the connection's time zone should be UTC."
        ),
        "Time zones have the names of Windows in the SQL; nearly every IANA name has one.",
        "A derived table's sql cannot begin with WITH; native derived tables may be nested.",
        (
            "A query can have medians and percentiles of one field only, and none by key, so that "
            "a median is refused where a join repeats its rows."
        ),
        "Lists take one column: a list with filters on other columns is refused by the database.",
        (
            "Sums and averages by key (symmetric aggregates) are exact to nine decimals, and keys "
            "are told apart by 64 bits."
        ),
        (
            "Only the text of a statement tells whether it reads: give the connection an account "
            "that can do nothing else (db_datareader), and derived tables another one "
            "(`pdt_context_override`)."
        ),
        (
            "A published view is in the connection's own database: `tmp_db_name` is a schema then, "
            "without a database before it."
        ),
    )

    timeframes: ClassVar[Mapping[str, str]] = {
        "raw": "{x}",
        "yesno": YES_OR_NO,
        "microsecond": _shown(26, 121),
        "millisecond": _shown(23, 121),
        "second": _shown(19),
        "time": _shown(19),
        "minute": _shown(16),
        "hour": _shown(13),
        "date": _shown(10),
        "month": _shown(7),
        "quarter": f"{_shown(4)} + '-Q' + {_QUARTER}",
        "year": "YEAR({x})",
        "time_of_day": _shown(5, 108),
        "hour_of_day": "DATEPART(hour, {x})",
        "day_of_week": _NAME_OF_DAY,
        "day_of_month": "DAY({x})",
        "day_of_year": "DATEPART(dayofyear, {x})",
        "week_of_year": "DATEPART(iso_week, {x})",
        "month_num": "MONTH({x})",
        "month_name": _named("MONTH({x})", _MONTHS, 1),
        "quarter_of_year": f"'Q' + {_QUARTER}",
        "fiscal_year": f"'FY' + {_shown(4)}",
    }
    weekday: ClassVar[str] = f"({_MONDAYS} + 7 - {{start}}) % 7"
    week: ClassVar[str] = f"DATEADD(day, -({weekday}), CAST({{x}} AS DATE))"
    buckets: ClassVar[Mapping[str, str]] = {
        unit: _truncated(unit, " / {n} * {n}") for unit in ("hour", "minute", "millisecond")
    }
    months_back: ClassVar[str] = "DATEADD(month, -({n}), {x})"
    periods: ClassVar[Mapping[str, str]] = {
        **{unit: _truncated(unit) for unit in ("second", "minute", "hour")},
        "time": _truncated("second"),
        "date": "CAST({x} AS DATE)",
        "month": _MONTH,
        "quarter": "DATEFROMPARTS(YEAR({x}), DATEPART(quarter, {x}) * 3 - 2, 1)",
        "year": _YEAR,
    }
    microseconds: ClassVar[str] = "DATEDIFF_BIG(microsecond, {s}, {e})"
    truncated: ClassVar[str] = "({x} / {n})"
    month_count: ClassVar[str] = "YEAR({x}) * 12 + MONTH({x})"
    in_month: ClassVar[str] = f"DATEDIFF_BIG(microsecond, {_MONTH}, {{x}})"
    casts: ClassVar[Mapping[str, str]] = {
        "string": f"CAST({{x}} AS {_TEXT})",
        "number": "CAST({x} AS FLOAT)",
        "date": f"CAST(CAST({{x}} AS {_MOMENT}) AS DATE)",
        "datetime": f"CAST({{x}} AS {_MOMENT})",
        "boolean": "CAST({x} AS BIT)",
    }
    functions: ClassVar[Mapping[str, str]] = {
        "ceiling": "CEILING({0})",
        "ln": "LOG({0})",
        "mod": "(CAST({0} AS DECIMAL(28, 9)) % CAST({1} AS DECIMAL(28, 9)))",
        "power": "POWER(CAST({0} AS FLOAT), {1})",
        "rand": "(ABS(CAST(CHECKSUM(NEWID()) AS BIGINT)) / 2147483649e0)",
        "round": "ROUND({0}, CAST({1} AS INT))",
        "divide": "(CAST({0} AS FLOAT) / NULLIF({1}, 0))",
        "concat": "({0} + {1})",
        "contains": f"(CHARINDEX({{1}}, {{0}} {_EXACT}) > 0)",
        "position": f"CHARINDEX({{1}}, {{0}} {_EXACT})",
        "length": "(LEN({0} + N'.') - 1)",
        "replace": f"REPLACE({{0}} {_EXACT}, {{1}}, {{2}})",
        "substring": "SUBSTRING({0}, CAST({1} AS INT), CAST({2} AS INT))",
        "coalesce": "COALESCE({all}, NULL)",
        **{
            f"add_{unit}s": f"DATEADD({unit}, CAST({{0}} AS INT), CAST({{1}} AS {_MOMENT}))"
            for unit in _PARTS
        },
        **{f"extract_{unit}s": f"DATEPART({unit}, CAST({{0}} AS {_MOMENT}))" for unit in _PARTS},
        **{
            f"trunc_{unit}s": f"CAST({template.format(x=f'CAST({{0}} AS {_MOMENT})')} AS {_MOMENT})"
            for unit, template in (
                ("minute", _truncated("minute")),
                ("hour", _truncated("hour")),
                ("day", "CAST({x} AS DATE)"),
                ("month", _MONTH),
                ("year", _YEAR),
            )
        },
    }

    # Names and values

    def string(self, value: str) -> str:
        """A backslash at the end of a line would join it to the next: the text is cut there."""
        parts = _CONTINUED.split(checked_text(value).replace("'", "''"))
        if len(parts) == 1:
            return f"N'{parts[0]}'"
        first, *between, last = parts
        literals = [f"CAST(N'{first}\\' AS {_TEXT})", *(f"N'{part}\\'" for part in between)]
        return f"({' + '.join(literals)} + N'{last}')"

    def boolean(self, value: bool) -> str:
        return "1" if value else "0"

    def timestamp(self, value: datetime) -> str:
        text = value.replace(tzinfo=None).isoformat()
        return f"CAST('{text}' AS {_MOMENT})"

    def date(self, value: date) -> str:
        return f"CAST('{value.isoformat()[:10]}' AS DATE)"

    # Conditions

    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        text, wanted = self.text(operand), self.string(_without_sets(pattern))
        if not case_sensitive:
            text, wanted = f"LOWER({text})", f"LOWER({wanted})"
        escape = " ESCAPE '^'" if "^" in wanted else ""
        return f"{text} {_EXACT} LIKE {wanted}{escape}"

    def untrue(self, condition: str) -> str:
        return f"CASE WHEN {condition} THEN 1 ELSE 0 END = 0"

    def known(self, condition: str) -> str:
        return f"(CASE WHEN {condition} THEN 1 ELSE 0 END = 1)"

    def truth(self, condition: str) -> str:
        return f"CASE WHEN {condition} THEN 1 WHEN NOT ({condition}) THEN 0 END"

    def is_true(self, value: str) -> str:
        return f"({value} = 1)"

    def length(self, operand: str) -> str:
        return self.functions["length"].format(self.text(operand))

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        return _READ.get(datatype, self.casts["datetime"]).format(x=operand)

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        zones = f"AT TIME ZONE '{_windows(source)}' AT TIME ZONE '{_windows(target)}'"
        return f"CAST(({operand}) {zones} AS {_MOMENT})"

    # Aggregates

    def sum(self, operand: str) -> str:
        """Of 32 bits a sum would overflow."""
        return f"SUM(CAST(0 AS BIGINT) + {operand})"

    def average(self, operand: str) -> str:
        return f"AVG(CAST({operand} AS FLOAT))"

    def quotient(self, dividend: str, divisor: str) -> str:
        return f"CAST({dividend} AS FLOAT) / NULLIF({divisor}, 0)"

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:  # noqa: ARG002
        return f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        digest = f"HASHBYTES('MD5', CAST({key} AS {_TEXT}))"
        hashed = f"CAST(CAST(SUBSTRING({digest}, 1, 8) AS BIGINT) AS DECIMAL(28, 9))"
        return hashed_sum(operand, key, hashed, f"CAST({operand} AS DECIMAL(28, 9))")

    def average_by_key(self, operand: str, key: str) -> str:
        return f"({self.quotient(self.sum_by_key(operand, key), keys(operand, key))})"

    def percentile(self, operand: str, percent: float) -> str:
        """By place in a sorted JSON list; a query can sort by one operand only."""
        number = f"CONVERT({_TEXT}, CAST({operand} AS FLOAT), 3)"
        listed = f"'[' + STRING_AGG({number}, ',') WITHIN GROUP (ORDER BY {operand}) + ']'"
        count = f"COUNT({operand})"
        rank = f"{count} * {share(percent)}"
        last = f"WHEN {count} = 0 THEN 0 ELSE {count} - 1 END"
        low, high = (
            f"CAST(JSON_VALUE({listed}, CONCAT('$[', CASE WHEN {rank} {place}, ']')) AS FLOAT)"
            for place in (
                f"> 0 THEN CAST(CEILING({rank}) AS INT) - 1 {last}",
                f"< {count} THEN CAST(FLOOR({rank}) AS INT) {last}",
            )
        )
        return f"(({low} + {high}) / 2)"

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str | None:
        del operand, percent, key
        return None

    def list_distinct(self, operand: str) -> str:
        """STRING_AGG repeats what is there twice: its list is taken apart and made again."""
        quoted = f"'\"' + STRING_ESCAPE({self.text(operand)}, 'json') + '\"'"
        values = f"OPENJSON('[' + STRING_AGG({quoted}, ',') + ']')"
        return (
            "(SELECT STRING_AGG(one, N', ') WITHIN GROUP (ORDER BY one) "
            f"FROM (SELECT DISTINCT 1 AS every, value AS one FROM {values}) AS listed "
            "GROUP BY every)"
        )

    # Persistent tables

    def create_table_as(self, table: str, select: str, layout: Persistence) -> str:
        """SELECT INTO: the statement's outermost SELECT is its last."""
        del layout
        start = select.rindex("\nSELECT * FROM ") + 1 if select.startswith("WITH ") else 0
        inner, outer = select[:start], select[start:]
        return inner + outer.replace("SELECT * FROM ", f"SELECT * INTO {table} FROM ", 1)

    def replace_view(self, view: str, table: str) -> list[list[str]]:
        return [[f"CREATE OR ALTER VIEW {view} AS\nSELECT * FROM {table}"]]

    def insert(self, table: str, select: str) -> str:
        if not select.startswith("WITH "):
            return super().insert(table, select)
        start = select.rindex("\nSELECT * FROM ") + 1
        return f"{select[:start]}INSERT INTO {table}\n{select[start:]}"

    # Rows and columns

    def order(self, operand: str, *, descending: bool) -> str:
        """Nulls are less than anything."""
        if descending:
            return f"{operand} DESC"
        return f"CASE WHEN {operand} IS NULL THEN 1 ELSE 0 END, {operand} ASC"

    def limit(self, rows: int, *, ordered: bool) -> str:
        any_order = "" if ordered else "ORDER BY (SELECT NULL) "
        return f"{any_order}OFFSET 0 ROWS FETCH NEXT {rows} ROWS ONLY"


def _without_sets(pattern: str) -> str:
    """The pattern with [ as itself, which would begin a set of characters."""
    words: list[str] = []
    escaped = False
    for character in pattern:
        words.append("^[" if character == "[" and not escaped else character)
        escaped = character == "^" and not escaped
    return "".join(words)


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    text = files("belvedere.compiler.dialects").joinpath("windows_zones.txt").read_text("utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {zone: windows for zone, windows in pairs}  # noqa: C416


def _windows(zone: str) -> str:
    """What SQL Server calls an IANA time zone."""
    found = _zones().get(zone)
    if found is None:
        raise QueryError(f"SQL Server has no time zone for {zone}")
    return found
