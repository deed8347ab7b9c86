"""Oracle Database 19c and later."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import ClassVar

from belvedere.compiler.dialects.reading import checked_text, percentile_fractions
from belvedere.compiler.dialects.templated import (
    YES_OR_NO,
    Templated,
    hashed_sum,
    keys,
)

_WORDS = (
    "access add all alter and any as asc audit between by char check cluster column column_value "
    "comment compress connect create current date decimal default delete desc distinct drop else "
    "exclusive exists file float for from grant group having identified immediate in increment "
    "index initial insert integer intersect into is level like lock long maxextents minus mlslabel "
    "mode modify nested_table_id noaudit nocompress not nowait null number of offline on online "
    "option or order pctfree prior public raw rename resource revoke row rowid rownum rows select "
    "session set share size smallint start successful synonym sysdate table then to trigger uid "
    "union unique update user validate values varchar varchar2 view whenever where with"
)

_SECONDS = "YYYY-MM-DD HH24:MI:SS"
_LONGEST_LITERAL = 1000
"""Characters of one literal, which holds 4000 bytes."""
_ELAPSED = (
    "(EXTRACT(DAY FROM {x}) * 86400 + EXTRACT(HOUR FROM {x}) * 3600 + "
    "EXTRACT(MINUTE FROM {x}) * 60 + EXTRACT(SECOND FROM {x})) * 1000000"
)
_STARTS = {"minute": "MI", "hour": "HH24", "day": "DD", "month": "MM", "year": "YYYY"}
_MONTHS_LATER = (
    "(CAST(ADD_MONTHS(TRUNC({x}, 'MM'), {n}) AS TIMESTAMP) + NUMTODSINTERVAL(LEAST("
    "EXTRACT(DAY FROM {x}), EXTRACT(DAY FROM LAST_DAY(ADD_MONTHS(TRUNC({x}, 'MM'), {n})))) - 1, "
    "'DAY') + ({x} - CAST(TRUNC({x}) AS TIMESTAMP)))"
)
"""On the same day of the month, or on its last."""
_MOMENT = "CAST({0} AS TIMESTAMP)"
_READ = {
    "epoch": (
        "CAST(CAST(FROM_TZ(TIMESTAMP '1970-01-01 00:00:00' + NUMTODSINTERVAL({x}, 'SECOND'), "
        "'UTC') AS TIMESTAMP WITH LOCAL TIME ZONE) AS TIMESTAMP)"
    ),
    "date": "CAST({x} AS TIMESTAMP)",
    "yyyymmdd": "TO_TIMESTAMP(TO_CHAR({x}), 'YYYYMMDD')",
}
_READ_ANY = "CAST(CAST({x} AS TIMESTAMP WITH LOCAL TIME ZONE) AS TIMESTAMP)"
_DROP = (
    "BEGIN EXECUTE IMMEDIATE 'DROP {what}'; "
    "EXCEPTION WHEN OTHERS THEN IF SQLCODE <> -942 THEN RAISE; END IF; END;"
)


def _formatted(shown: str, rest: str = "") -> str:
    return f"TO_CHAR({{x}}, '{shown}'{rest})"


def _number(shown: str) -> str:
    return f"TO_NUMBER({_formatted(shown)})"


def _drop(what: str) -> str:
    """Nothing happens where it is not there."""
    return _DROP.format(what=what.replace("'", "''"))


_ENGLISH = ", 'NLS_DATE_LANGUAGE=ENGLISH'"


class Oracle(Templated):
    """Sessions must have TIME_ZONE set to the database time zone and NLS_TIMESTAMP_FORMAT to
    'YYYY-MM-DD HH24:MI:SS.FF': timestamps with a zone and epoch columns become naive timestamps
    in that zone, texts are read and written in that form.

    There are no booleans (a boolean value is 1 or 0), an empty text is null, and names that are
    not quoted are upper case.
    """

    references_dates: ClassVar[bool] = False
    name: ClassVar[str] = "oracle"
    label: ClassVar[str] = "Oracle"
    identifier_quote: ClassVar[str] = '"'
    max_identifier_length: ClassVar[int] = 128
    supports_cte: ClassVar[bool] = True
    supports_full_outer_join: ClassVar[bool] = True
    supports_window_functions: ClassVar[bool] = True
    supports_group_by_ordinal: ClassVar[bool] = False
    like_is_case_sensitive: ClassVar[bool] = True
    default_schema: ClassVar[str | None] = None
    reserved_words: ClassVar[frozenset[str]] = frozenset(_WORDS.split())

    conditions_are_values: ClassVar[bool] = False
    empty_text_is_null: ClassVar[bool] = True

    notes: ClassVar[tuple[str, ...]] = (
        (
            "An empty text is null, so that filters on one mean the other, and texts joined with a "
            "null are not null."
        ),
        (
            "There are no booleans: a yesno whose sql is a bare column is read as `column = 1`, "
            "and other sql of a yesno has to be a condition."
        ),
        "Names without quotes are upper case.",
        (
            "Sums and averages by key (symmetric aggregates) are exact to nine decimals; there are "
            "no percentiles by key, so that a median is refused where a join repeats its rows."
        ),
        "A list holds at most 4000 bytes, or 32767 where the database has long texts.",
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
        "quarter": _formatted('YYYY-"Q"Q'),
        "year": "EXTRACT(YEAR FROM {x})",
        "time_of_day": _formatted("HH24:MI"),
        "hour_of_day": _number("HH24"),
        "day_of_week": _formatted("FMDay", _ENGLISH),
        "day_of_month": "EXTRACT(DAY FROM {x})",
        "day_of_year": _number("DDD"),
        "week_of_year": _number("IW"),
        "month_num": "EXTRACT(MONTH FROM {x})",
        "month_name": _formatted("FMMonth", _ENGLISH),
        "quarter_of_year": _formatted('"Q"Q'),
        "fiscal_year": _formatted('"FY"YYYY'),
    }
    weekday: ClassVar[str] = "MOD(TRUNC({x}) - TRUNC({x}, 'IW') + 7 - {start}, 7)"
    week: ClassVar[str] = f"(TRUNC({{x}}) - {weekday})"
    buckets: ClassVar[Mapping[str, str]] = {
        "hour": (
            f"(TRUNC({{x}}) + NUMTODSINTERVAL(FLOOR({_number('HH24')} / {{n}}) * {{n}}, 'HOUR'))"
        ),
        "minute": (
            "(TRUNC({x}, 'HH24') + "
            f"NUMTODSINTERVAL(FLOOR({_number('MI')} / {{n}}) * {{n}}, 'MINUTE'))"
        ),
        "millisecond": (
            "(CAST(TRUNC({x}, 'MI') AS TIMESTAMP) + NUMTODSINTERVAL("
            "FLOOR(FLOOR(EXTRACT(SECOND FROM {x}) * 1000) / {n}) * {n} / 1000, 'SECOND'))"
        ),
    }
    months_back: ClassVar[str] = "ADD_MONTHS({x}, -({n}))"
    periods: ClassVar[Mapping[str, str]] = {
        "minute": "TRUNC({x}, 'MI')",
        "hour": "TRUNC({x}, 'HH24')",
        "date": "TRUNC({x})",
        "month": "TRUNC({x}, 'MM')",
        "quarter": "TRUNC({x}, 'Q')",
        "year": "TRUNC({x}, 'YYYY')",
    }
    microseconds: ClassVar[str] = _ELAPSED.format(x="({e} - {s})")
    truncated: ClassVar[str] = "TRUNC({x} / {n})"
    month_count: ClassVar[str] = "EXTRACT(YEAR FROM {x}) * 12 + EXTRACT(MONTH FROM {x})"
    in_month: ClassVar[str] = "({x} - CAST(TRUNC({x}, 'MM') AS TIMESTAMP))"
    casts: ClassVar[Mapping[str, str]] = {
        "string": "TO_CHAR({x})",
        "number": "CAST({x} AS NUMBER)",
        "date": "TRUNC(CAST({x} AS TIMESTAMP))",
        "datetime": "CAST({x} AS TIMESTAMP)",
        "boolean": (
            "CASE WHEN LOWER(TO_CHAR({x})) IN ('true', 't', 'yes', 'y', 'on', '1') THEN 1 "
            "WHEN {x} IS NOT NULL THEN 0 END"
        ),
    }
    functions: ClassVar[Mapping[str, str]] = {
        "log": "LOG(10, {0})",
        "rand": "DBMS_RANDOM.VALUE",
        "contains": "(INSTR({0}, {1}) > 0)",
        "position": "INSTR({0}, {1})",
        "substring": "SUBSTR({0}, {1}, {2})",
        "coalesce": "COALESCE({all}, NULL)",
        **{
            f"add_{unit}s": f"(CAST({{1}} AS TIMESTAMP) + NUMTODSINTERVAL({{0}}, '{unit.upper()}'))"
            for unit in ("second", "minute", "hour", "day")
        },
        "add_months": _MONTHS_LATER.format(x="CAST({1} AS TIMESTAMP)", n="{0}"),
        "add_years": _MONTHS_LATER.format(x="CAST({1} AS TIMESTAMP)", n="12 * ({0})"),
        **{
            f"trunc_{unit}s": f"CAST(TRUNC({_MOMENT}, '{model}') AS TIMESTAMP)"
            for unit, model in _STARTS.items()
        },
    }

    # Names and values

    def identifier(self, identifier: str) -> str:
        if identifier in self.reserved_words:
            return self.quote(identifier.upper())
        return self.quote(identifier) if identifier[:1] == "_" else super().identifier(identifier)

    def aliased(self, source: str, alias: str) -> str:
        return f"{source} {self.identifier(alias)}"

    def string(self, value: str) -> str:
        text = checked_text(value)
        parts = [
            text[start : start + _LONGEST_LITERAL].replace("'", "''")
            for start in range(0, len(text), _LONGEST_LITERAL)
        ]
        if len(parts) < 2:
            return f"'{''.join(parts)}'"
        return "(" + " || ".join(f"TO_CLOB('{part}')" for part in parts) + ")"

    def boolean(self, value: bool) -> str:
        return "1" if value else "0"

    # Conditions

    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        text, wanted = self.text(operand), self.string(pattern)
        if not case_sensitive:
            text, wanted = f"LOWER({text})", f"LOWER({wanted})"
        escape = " ESCAPE '^'" if "^" in pattern else ""
        return f"{text} LIKE {wanted}{escape}"

    def untrue(self, condition: str) -> str:
        return f"CASE WHEN {condition} THEN 1 ELSE 0 END = 0"

    def known(self, condition: str) -> str:
        return f"(CASE WHEN {condition} THEN 1 ELSE 0 END = 1)"

    def truth(self, condition: str) -> str:
        return f"CASE WHEN {condition} THEN 1 WHEN NOT ({condition}) THEN 0 END"

    def is_true(self, value: str) -> str:
        return f"({value} = 1)"

    def length(self, operand: str) -> str:
        return f"LENGTH({self.text(operand)})"

    # Time

    def as_timestamp(self, operand: str, datatype: str) -> str:
        return _READ.get(datatype, _READ_ANY).format(x=operand)

    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        moment = f"FROM_TZ({operand}, {self.string(source)})"
        return f"CAST({moment} AT TIME ZONE {self.string(target)} AS TIMESTAMP)"

    # Aggregates

    def count_distinct(self, operand: str, *, approximate: bool = False) -> str:
        return f"APPROX_COUNT_DISTINCT({operand})" if approximate else f"COUNT(DISTINCT {operand})"

    def sum_by_key(self, operand: str, key: str) -> str:
        digest = f"RAWTOHEX(STANDARD_HASH({key}, 'MD5'))"
        high = f"TO_NUMBER(SUBSTR({digest}, 1, 15), '{'X' * 15}')"
        low = f"TO_NUMBER(SUBSTR({digest}, 16, 7), '{'X' * 7}')"
        hashed = f"{high} + {low} / 1000000000"
        return hashed_sum(operand, key, hashed, f"ROUND({operand}, 9)")

    def average_by_key(self, operand: str, key: str) -> str:
        return f"({self.quotient(self.sum_by_key(operand, key), keys(operand, key))})"

    def percentile(self, operand: str, percent: float) -> str:
        low, high = (
            f"PERCENTILE_DISC({fraction!r}) WITHIN GROUP (ORDER BY {operand})"
            for fraction in percentile_fractions(percent)
        )
        return f"(({low} + {high}) / 2)"

    def percentile_by_key(self, operand: str, percent: float, key: str) -> str | None:
        del operand, percent, key
        return None

    def list_distinct(self, operand: str) -> str:
        return f"LISTAGG(DISTINCT {operand}, ', ') WITHIN GROUP (ORDER BY {operand})"

    # Persistent tables

    def drop_table(self, table: str) -> str:
        return _drop(f"TABLE {table} PURGE")

    def drop_view(self, view: str) -> str:
        return _drop(f"VIEW {view}")

    def published_view(self, schema: str, name: str) -> str:
        """Who reads it writes it without quotes."""
        return ".".join(self.identifier(part) for part in (*schema.split("."), name))

    def create_index(self, table: str, name: str, columns: str) -> str | None:
        """All indexes of a schema have names of their own."""
        digest = sha256(table.encode()).hexdigest()[:8]
        return f"CREATE INDEX {self.quote(f'{name}_{digest}')} ON {table} ({columns})"

    # Rows and columns

    def every_column(self, alias: str) -> str:
        return f"{alias}.*"

    def limit(self, rows: int, *, ordered: bool) -> str:
        del ordered
        return f"FETCH FIRST {rows} ROWS ONLY"
