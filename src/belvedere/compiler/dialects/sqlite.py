"""SQLite 3.39 and later."""

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
    unknown_timeframe,
    week_start,
)
from belvedere.errors import QueryError

_WORDS = (
    "abort action add after all alter always analyze and as asc attach autoincrement before begin "
    "between by cascade case cast check collate column commit conflict constraint create cross "
    "current current_date current_time current_timestamp database default deferrable deferred "
    "delete desc detach distinct do drop each else end escape except exclude exclusive exists "
    "explain fail filter first following for foreign from full generated glob group groups having "
    "if ignore immediate in index indexed initially inner insert instead intersect into is isnull "
    "join key last left like limit match materialized natural no not nothing notnull null nulls of "
    "offset on or order others outer over partition plan pragma preceding primary query raise "
    "range recursive references regexp reindex release rename replace restrict returning right "
    "rollback row rows savepoint select set table temp temporary then ties to transaction trigger "
    "true unbounded union unique update using vacuum values view virtual when where window with "
    "without false within"
)

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


def _named(which: str, names: dict[str, str]) -> str:
    cases = " ".join(f"WHEN '{value}' THEN '{name}'" for value, name in names.items())
    return f"CASE {which} {cases} END"


# SQLite's own functions count in milliseconds and may round up: they are given no fractions.
_DATE = "substr({x}, 1, 10)"
_SECOND = "substr({x}, 1, 19)"
_FULL = "({x} || substr(' 00:00:00.000000', length({x}) - 9))"
_QUARTER = "((substr({x}, 6, 2) + 2) / 3)"
_TIMEFRAMES = {
    "raw": "{x}",
    "yesno": "CASE WHEN {x} IS NOT NULL THEN 'Yes' ELSE 'No' END",
    "microsecond": _FULL,
    "millisecond": f"substr({_FULL}, 1, 23)",
    "second": f"substr({_FULL}, 1, 19)",
    "time": f"substr({_FULL}, 1, 19)",
    "minute": f"substr({_FULL}, 1, 16)",
    "hour": f"substr({_FULL}, 1, 13)",
    "date": _DATE,
    "month": "substr({x}, 1, 7)",
    "quarter": f"substr({{x}}, 1, 5) || 'Q' || {_QUARTER}",
    "year": "CAST(substr({x}, 1, 4) AS INTEGER)",
    "time_of_day": f"substr({_FULL}, 12, 5)",
    "hour_of_day": f"CAST(substr({_FULL}, 12, 2) AS INTEGER)",
    "day_of_week": _named(f"strftime('%w', {_DATE})", {str(n): d for n, d in enumerate(_DAYS)}),
    "day_of_month": "CAST(substr({x}, 9, 2) AS INTEGER)",
    "day_of_year": f"CAST(strftime('%j', {_DATE}) AS INTEGER)",
    "week_of_year": f"(strftime('%j', {_DATE}, '-3 days', 'weekday 4') + 6) / 7",
    "month_num": "CAST(substr({x}, 6, 2) AS INTEGER)",
    "month_name": _named(
        "substr({x}, 6, 2)", {f"{n:02}": month for n, month in enumerate(_MONTHS, 1)}
    ),
    "quarter_of_year": f"'Q' || {_QUARTER}",
}
_FISCAL = {
    "fiscal_month_num": "month_num",
    "fiscal_quarter": "quarter",
    "fiscal_quarter_of_year": "quarter_of_year",
}
_PERIODS = {
    "second": f"substr({_FULL}, 1, 19)",
    "time": f"substr({_FULL}, 1, 19)",
    "minute": f"substr({_FULL}, 1, 16) || ':00'",
    "hour": f"substr({_FULL}, 1, 13) || ':00:00'",
    "date": _DATE,
    "month": "substr({x}, 1, 7) || '-01'",
    "quarter": f"substr({{x}}, 1, 5) || printf('%02d-01', {_QUARTER} * 3 - 2)",
    "year": "substr({x}, 1, 4) || '-01-01'",
}
_BUCKETS = {
    "hour": f"{_DATE} || printf(' %02d:00:00', substr({_FULL}, 12, 2) / {{n}} * {{n}})",
    "minute": (
        f"substr({_FULL}, 1, 14) || printf('%02d:00', substr({_FULL}, 15, 2) / {{n}} * {{n}})"
    ),
    "millisecond": (
        f"substr({_FULL}, 1, 20) || printf('%03d', substr({_FULL}, 21, 3) / {{n}} * {{n}})"
    ),
}
_COUNTED = f"(unixepoch({_SECOND}) * 1000000 + substr({_FULL}, 21))"
_IN_MONTH = f"substr({_FULL}, 9)"
_MONTH_COUNT = "(substr({x}, 1, 4) * 12 + substr({x}, 6, 2))"
_SECONDS_IN = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}

_DAY_FORM = "????-??-??"
_FORMS = (f"{_DAY_FORM} ??:??:??", f"{_DAY_FORM} ??:??:??.{'[0-9]' * 6}")


def _normal(*forms: str) -> str:
    """A timestamp of any form as one of these."""
    known = " OR ".join(f"{{x}} GLOB '{form}'" for form in forms)
    return f"CASE WHEN {known} THEN {{x}} ELSE bv_timestamp({{x}}) END"


_DAY = "substr({x}, 1, 4) || '-' || substr({x}, 5, 2) || '-' || substr({x}, 7, 2)"
_READ = {
    "epoch": "bv_from_epoch({x})",
    "date": _DATE,
    "yyyymmdd": _DAY,
}
_TIMESTAMP = _normal(*_FORMS, _DAY_FORM)
_CASTS = {
    "string": "CAST({x} AS TEXT)",
    "number": "CAST({x} AS NUMERIC)",
    "date": f"date({_SECOND})",
    "datetime": _normal(*_FORMS),
    "boolean": "(LOWER({x}) IN ('true', 't', 'yes', 'y', 'on') OR CAST({x} AS NUMERIC) <> 0)",
}
_ROUNDED = "POWER(10, MAX(0, -({1})))"
_PARTS = {"second": "%S", "minute": "%M", "hour": "%H", "day": "%d", "month": "%m", "year": "%Y"}
_STARTS = {
    "minute": "%Y-%m-%d %H:%M:00",
    "hour": "%Y-%m-%d %H:00:00",
    "day": "%Y-%m-%d 00:00:00",
    "month": "%Y-%m-01 00:00:00",
    "year": "%Y-01-01 00:00:00",
}


class SQLite(Dialect):
    """Timestamps are text, 'YYYY-MM-DD HH:MM:SS' with or without six digits of a fraction; where
    they are read, a day alone is its midnight.

    Connections must have the functions of `belvedere.engines.sqlite_functions`.
    """

    name: ClassVar[str] = "sqlite"
    label: ClassVar[str] = "SQLite"
    identifier_quote: ClassVar[str] = '"'
    max_identifier_length: ClassVar[int] = 65_535
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = True
    like_is_case_sensitive: ClassVar[bool] = False
    default_schema: ClassVar[str | None] = "main"
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())

    notes: ClassVar[tuple[str, ...]] = (
        (
            "Derived tables and published views (`publish_as_db_view`) are in a file of the "
            "instance's folder (`derived/…/derived.sqlite`), which is attached as `belvedere`."
        ),
        (
            "There are no types of time: a dimension's time is a text such as `2018-05-18 "
            "18:30:02` (a `T`, a fraction and an offset are understood too), or seconds since 1970 "
            "with `datatype: epoch`."
        ),
        (
            "A value has a type, a column has none that holds: a result's columns are typed by its "
            "first rows, and one that goes on with other types is an error that asks for a cast."
        ),
        (
            "Time zones, sums by key, percentiles, lists and distances are functions that "
            "Belvedere gives its connections: the SQL does not run in other programs. They add up "
            "without rounding, decimals as doubles."
        ),
        "What is divided by zero is null, and text that is no number counts as zero.",
        "The file is opened to be read only, and statements reach no other file.",
    )

    functions: ClassVar[Mapping[str, str]] = {
        "rand": "((RANDOM() >> 11) / 9007199254740992.0 + 0.5)",
        "mod": "(({0}) - ({1}) * CAST(({0}) / ({1}) AS INTEGER))",
        "round": f"(ROUND(({{0}}) / {_ROUNDED}, {{1}}) * {_ROUNDED})",
        "contains": "(INSTR({0}, {1}) > 0)",
        "lower": "bv_lower({0})",
        "position": "INSTR({0}, {1})",
        "upper": "bv_upper({0})",
        "coalesce": "COALESCE({all}, NULL)",
        **{
            f"add_{unit}s": f"bv_add({{1}}, {{0}}, '{unit}')"
            for unit in ("second", "minute", "hour", "day", "month", "year")
        },
        **{
            f"extract_{unit}s": f"CAST(strftime('{part}', substr({{0}}, 1, 19)) AS INTEGER)"
            for unit, part in _PARTS.items()
        },
        **{
            f"trunc_{unit}s": f"strftime('{start}', substr({{0}}, 1, 19))"
            for unit, start in _STARTS.items()
        },
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
        """Midnight is written as the day alone: no text that begins with that day is less."""
        text = value.replace(tzinfo=None).isoformat(" ")
        return f"'{text.removesuffix(' 00:00:00')}'"

    def date(self, value: date) -> str:
        return f"'{value.isoformat()[:10]}'"

    def epoch(self, value: datetime) -> str:
        return str(epoch_seconds(value))

    # Conditions

    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        """LIKE ignores the case of ASCII letters, and of no others; GLOB never does."""
        if case_sensitive:
            return f"CAST({operand} AS TEXT) GLOB {self.string(_glob(pattern))}"
        if not pattern.isascii():
            return f"bv_lower({operand}) GLOB {self.string(_glob(pattern.lower()))}"
        escape = " ESCAPE '^'" if "^" in pattern else ""
        return f"CAST({operand} AS TEXT) LIKE {self.string(pattern)}{escape}"

    def equals_ignoring_case(self, operand: str, value: str) -> str:
        if value.isascii():
            return f"LOWER({operand}) = {self.string(value.lower())}"
        return f"bv_lower({operand}) = {self.string(value.lower())}"

    def length(self, operand: str) -> str:
        return f"LENGTH({operand})"

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        return _READ.get(datatype, _TIMESTAMP).format(x=operand)

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        return f"bv_convert_timezone({operand}, {self.string(source)}, {self.string(target)})"

    def timeframe(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        template = _TIMEFRAMES.get(timeframe)
        if template is not None:
            return template.format(x=operand)
        if timeframe.startswith("fiscal_"):
            return self._fiscal(operand, timeframe, calendar)
        if timeframe == "week":
            return _week(operand, calendar)
        if timeframe == "day_of_week_index":
            day = _DATE.format(x=operand)
            return f"(strftime('%w', {day}) + {13 - week_start(calendar)}) % 7"
        found = numbered(timeframe)
        if found is None:
            raise unknown_timeframe(timeframe)
        return _bucket(operand, *found)

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
        month = _PERIODS["month"].format(x=operand)
        shifted = f"date({month}, '{-offset:+} months')" if offset else operand
        if timeframe == "fiscal_year":
            return f"'FY' || substr({shifted}, 1, 4)"
        if timeframe not in _FISCAL:
            raise unknown_timeframe(timeframe)
        return _TIMEFRAMES[_FISCAL[timeframe]].format(x=shifted)

    def duration(self, unit: str, start: str, end: str) -> str:
        if unit in _SECONDS_IN:
            first, last = (_COUNTED.format(x=side) for side in (start, end))
            return f"({last} - {first}) / {_SECONDS_IN[unit] * 1_000_000}"
        if unit not in _MONTHS_IN:
            raise QueryError(f"Unknown duration: {unit}")
        first, last = (_MONTH_COUNT.format(x=side) for side in (start, end))
        early, late = (_IN_MONTH.format(x=side) for side in (start, end))
        broken = f"(CASE WHEN {end} >= {start} THEN {late} < {early} ELSE -({late} > {early}) END)"
        return f"({last} - {first} - {broken}) / {_MONTHS_IN[unit]}"

    # Aggregates

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:  # noqa: ARG002
        return f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        return f"bv_sum_by_key({operand}, {key})"

    def average_by_key(self, operand: str, key: str) -> str:
        return f"bv_avg_by_key({operand}, {key})"

    def percentile(self, operand: str, percent: float) -> str:
        return f"bv_percentile({operand}, {percent!r})"

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str:
        return f"bv_percentile_by_key({operand}, {percent!r}, {key})"

    def list_distinct(self, operand: str) -> str:
        return f"bv_list({operand})"

    def distance(self, lat1: str, lon1: str, lat2: str, lon2: str) -> str:
        return f"bv_distance({lat1}, {lon1}, {lat2}, {lon2})"

    # Persistent tables

    def scratch_table(self, schema: str, name: str) -> str:  # noqa: ARG002
        """In a file beside the database, which is attached under this name."""
        return f"belvedere.{self.quote(name)}"

    def create_view(self, view: str, table: str) -> str:
        """A view names only what is in its own file, without the file."""
        return super().create_view(view, table.removeprefix("belvedere."))

    def replace_view(self, view: str, table: str) -> list[list[str]]:
        return [[self.drop_view(view), self.create_view(view, table)]]

    def create_index(self, table: str, name: str, columns: str) -> str:
        """Indexes of different tables may not have the same name."""
        place, _, bare = table.partition(".")
        index = self.quote(f"{bare[1:-1]} {name}")
        return f"CREATE INDEX {place}.{index} ON {bare} ({columns})"

    # Rows and columns

    def text(self, operand: str) -> str:
        return f"CAST({operand} AS TEXT)"

    def cast(self, operand: str, kind: str) -> str:
        return _CASTS[kind].format(x=operand)


def _week(operand: str, calendar: Calendar) -> str:
    # SQLite counts from Sunday: this is the last day of the week.
    return f"date({_DATE.format(x=operand)}, 'weekday {week_start(calendar)}', '-6 days')"


def _bucket(operand: str, unit: str, size: int) -> str:
    return _BUCKETS[unit].format(x=operand, n=size)


def _glob(pattern: str) -> str:
    """The pattern in the language of GLOB, where * is %, ? is _ and brackets escape."""
    words: list[str] = []
    escaped = False
    for character in pattern:
        if not escaped and character == "^":
            escaped = True
            continue
        if character in "*?[":
            words.append(f"[{character}]")
        else:
            words.append(character if escaped else {"%": "*", "_": "?"}.get(character, character))
        escaped = False
    return "".join(words)
