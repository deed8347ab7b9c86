"""What differs between databases: facts first, then the few things that need a method.

A dialect is stateless. Facts that a dialect does not set fail at import (`__init_subclass__`).
Methods take and return SQL text; operands are already-complete SQL expressions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from belvedere.compiler.dialects.functions import COMMON
from belvedere.lookml.model import Persistence


@dataclass(frozen=True, slots=True)
class Calendar:
    """How dates are read: the model's week start (lower-case day) and fiscal offset in months."""

    week_start_day: str = "monday"
    fiscal_month_offset: int = 0


class Dialect(ABC):
    name: ClassVar[str]
    label: ClassVar[str]
    identifier_quote: ClassVar[str]
    max_identifier_length: ClassVar[int]
    supports_cte: ClassVar[bool]
    supports_full_outer_join: ClassVar[bool]
    supports_window_functions: ClassVar[bool]
    supports_group_by_ordinal: ClassVar[bool]
    """Whether GROUP BY and ORDER BY may name output columns by their position."""
    like_is_case_sensitive: ClassVar[bool]
    default_schema: ClassVar[str | None]
    reserved_words: ClassVar[frozenset[str]]

    supports_group_by_constant: ClassVar[bool] = True
    supports_nested_with: ClassVar[bool] = True
    """Whether a subquery, and the query of a common table expression, may begin with WITH."""
    supports_preamble: ClassVar[bool] = False
    """Whether statements in front of the query can be sent along with it, as a script."""
    supports_nested_order: ClassVar[bool] = True
    """Whether a subquery may have ORDER BY without a limit."""
    supports_hidden_order: ClassVar[bool] = True
    """Whether a query with HAVING may sort by an aggregate that it does not select."""
    conditions_are_values: ClassVar[bool] = True
    """Whether a condition can stand where a value can, and a boolean value where a condition."""
    empty_text_is_null: ClassVar[bool] = False
    references_dates: ClassVar[bool] = True
    """Whether `${created_date}` stands for a date: where it is text there, models written for the
    database count on that.
    """

    notes: ClassVar[tuple[str, ...]] = ()
    """What people who use the database should know; sentences for docs/use/dialects.md."""

    _FACTS: ClassVar[tuple[str, ...]] = (
        "name",
        "label",
        "identifier_quote",
        "max_identifier_length",
        "supports_cte",
        "supports_full_outer_join",
        "supports_window_functions",
        "supports_group_by_ordinal",
        "like_is_case_sensitive",
        "default_schema",
        "reserved_words",
    )

    def __init_subclass__(cls, *, states_facts: bool = True) -> None:
        missing = [fact for fact in cls._FACTS if not hasattr(cls, fact)]
        if missing and states_facts:
            raise TypeError(f"dialect {cls.__name__} does not state: {', '.join(missing)}")

    # Names and values

    def quote(self, identifier: str) -> str:
        """Always quote, doubling the quote character."""
        q = self.identifier_quote
        return f"{q}{identifier.replace(q, q + q)}{q}"

    def identifier(self, identifier: str) -> str:
        """Quote only where the bare word would not do (used for table aliases)."""
        plain = identifier.isascii() and identifier.isidentifier()
        if plain and identifier.lower() == identifier and identifier not in self.reserved_words:
            return identifier
        return self.quote(identifier)

    def column(self, name: str) -> str:
        """The output column of a field (a name with a dot in it)."""
        return self.quote(name)

    def aliased(self, source: str, alias: str) -> str:
        """A FROM item under another name."""
        return f"{source} AS {self.identifier(alias)}"

    @abstractmethod
    def string(self, value: str) -> str:
        """A string literal that reads back as exactly `value`, whatever it holds."""

    @abstractmethod
    def number(self, text: str) -> str:
        """A numeric literal from an already validated decimal text such as "-1.5" or "1e6"."""

    @abstractmethod
    def boolean(self, value: bool) -> str: ...

    @abstractmethod
    def timestamp(self, value: datetime) -> str:
        """A literal of a naive timestamp (no time zone)."""

    def boundary(self, value: datetime) -> str:
        """The same to be compared with a bare column, whatever its type of time is."""
        return self.timestamp(value)

    @abstractmethod
    def date(self, value: date) -> str: ...

    @abstractmethod
    def epoch(self, value: datetime) -> str:
        """The naive UTC timestamp as whole seconds since 1970."""

    # Conditions

    @abstractmethod
    def like(self, operand: str, pattern: str, *, case_sensitive: bool) -> str:
        """`pattern` uses % and _ as wildcards and ^ as the escape character."""

    @abstractmethod
    def equals_ignoring_case(self, operand: str, value: str) -> str: ...

    def untrue(self, condition: str) -> str:
        """True where the condition is false or null."""
        return f"NOT COALESCE({condition}, FALSE)"

    def known(self, condition: str) -> str:
        """The condition, false where it is null."""
        return f"COALESCE({condition}, {self.boolean(False)})"

    def truth(self, condition: str) -> str:
        """The condition as a value, as `boolean` writes them."""
        return condition

    def is_true(self, value: str) -> str:
        """Such a value as a condition."""
        return value

    def day_number(self, operand: str) -> str:
        """A column of days (20180518), a number or a text, to be compared with a text."""
        return operand

    @abstractmethod
    def length(self, operand: str) -> str: ...

    # Time

    @abstractmethod
    def as_timestamp(self, operand: str, datatype: str) -> str:
        """The column of LookML `datatype` as a naive timestamp in the database's time zone."""

    @abstractmethod
    def convert_timezone(self, operand: str, source: str, target: str) -> str:
        """A naive timestamp moved from one IANA zone to another."""

    @abstractmethod
    def timeframe(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        """The value of a timeframe, in its final form (text or integer), of a naive timestamp."""

    @abstractmethod
    def period(self, operand: str, timeframe: str, calendar: Calendar) -> str | None:
        """A value, cheap to group by, that is equal exactly where the timeframe's value is;
        None where there is none. `period_start` makes a time of it again.
        """

    def period_start(self, period: str, timeframe: str, calendar: Calendar) -> str:  # noqa: ARG002
        """A timestamp or date in the period, whose timeframe has the value that was grouped."""
        return period

    @abstractmethod
    def duration(self, unit: str, start: str, end: str) -> str:
        """Whole units elapsed; month, quarter and year count complete calendar periods only."""

    # Aggregates. `key` None means plain; otherwise each distinct key counts once.

    def sum(self, operand: str) -> str:
        return f"SUM({operand})"

    def average(self, operand: str) -> str:
        return f"AVG({operand})"

    def quotient(self, dividend: str, divisor: str) -> str:
        """Null where the divisor is zero."""
        return f"{dividend} / NULLIF({divisor}, 0)"

    @abstractmethod
    def count_distinct(self, operand: str, *, approximate: bool = False) -> str: ...

    @abstractmethod
    def sum_by_key(self, operand: str, key: str) -> str:
        """Sum of `operand` over distinct `key` (rows with a null key or operand do not count);
        null when nothing counts.
        """

    @abstractmethod
    def average_by_key(self, operand: str, key: str) -> str: ...

    @abstractmethod
    def percentile(self, operand: str, percent: float) -> str: ...

    @abstractmethod
    def percentile_by_key(self, operand: str, percent: float, key: str) -> str | None:
        """None where the dialect cannot."""

    @abstractmethod
    def list_distinct(self, operand: str) -> str:
        """Distinct non-null values, sorted, as one comma-separated text."""

    @abstractmethod
    def distance(self, lat1: str, lon1: str, lat2: str, lon2: str) -> str:
        """Great-circle distance in kilometres."""

    # Looker expressions

    functions: ClassVar[Mapping[str, str]] = {}
    """Functions that this dialect writes otherwise than `functions.COMMON`."""

    def function(self, name: str, arguments: Sequence[str]) -> str:
        """A function of Looker expressions; the arguments are complete SQL expressions."""
        template = self.functions.get(name) or COMMON[name]
        return template.format(*arguments, all=", ".join(arguments))

    # Persistent tables

    kept_prefix: ClassVar[str] = "LR$"
    """What the names of persistent derived tables start with."""

    layouts: ClassVar[frozenset[str]] = frozenset({"indexes"})
    """The parameters of a derived table by which its table is laid out; others change nothing."""
    partitions_by_time: ClassVar[bool] = False
    """Whether tables are partitioned by times, and not by whatever a column holds."""

    def partition_key(self, key: str, datatype: str) -> str:  # noqa: ARG002
        """What partitions by a column of that LookML `datatype`."""
        return key

    def scratch_table(self, schema: str, name: str) -> str:
        """A persistent table as SQL names it; the schema may be qualified by a database."""
        parts = [self.identifier(part) for part in schema.split(".")]
        return ".".join([*parts, self.quote(name)])

    def create_table_as(self, table: str, select: str, layout: Persistence) -> str:  # noqa: ARG002
        """`layout` says how the database should lay the table out, as far as it knows how."""
        return f"CREATE TABLE {table} AS\n{select}"

    renews_materialized_views: ClassVar[bool] = False
    """Whether the database keeps the rows of materialized views up to date by itself."""

    def create_materialized_view(self, view: str, select: str, layout: Persistence) -> str:
        made = self.create_table_as(view, select, layout)
        return f"CREATE MATERIALIZED VIEW {made.removeprefix('CREATE TABLE ')}"

    def drop_kept(self, table: str) -> list[str]:
        """Ways to drop what stands behind a derived table, the likelier one first."""
        ways = [self.drop_table(table)]
        if self.renews_materialized_views:
            ways.append(f"DROP MATERIALIZED VIEW IF EXISTS {table}")
        return ways

    # Views that stand for persistent tables under names that stay

    def published_view(self, schema: str, name: str) -> str:
        return self.scratch_table(schema, name)

    def create_view(self, view: str, table: str) -> str:
        """Fails where something of that name is there."""
        return f"CREATE VIEW {view} AS\nSELECT * FROM {table}"

    def replace_view(self, view: str, table: str) -> list[list[str]]:
        """Ways to let a view that is there read another table, the best one first; each is a list
        of statements.
        """
        return [[f"CREATE OR REPLACE VIEW {view} AS\nSELECT * FROM {table}"]]

    def drop_view(self, view: str) -> str:
        return f"DROP VIEW IF EXISTS {view}"

    def start_of_text(self, operand: str, timeframe: str) -> str:
        """The naive timestamp at which the period begins that a timeframe's value names."""
        text = self.text(operand)
        if timeframe == "quarter":
            starts = [f"WHEN '{n}' THEN '-{n * 3 - 2:02d}-01'" for n in (1, 2, 3, 4)]
            which = self.function("substring", [text, "7", "1"])
            year = self.function("substring", [text, "1", "4"])
            text = self.function("concat", [year, f"CASE {which} {' '.join(starts)} END"])
        rest = {"minute": ":00", "hour": ":00:00", "month": "-01", "year": "-01-01"}.get(timeframe)
        if rest is not None:
            text = self.function("concat", [text, self.string(rest)])
        return self.cast(text, "datetime")

    def drop_table(self, table: str) -> str:
        return f"DROP TABLE IF EXISTS {table}"

    def insert(self, table: str, select: str) -> str:
        return f"INSERT INTO {table}\n{select}"

    def create_index(self, table: str, name: str, columns: str) -> str | None:
        """None where tables have no indexes. `name` is the same whenever the table is made anew."""
        return f"CREATE INDEX {self.quote(name)} ON {table} ({columns})"

    # Rows and columns

    def every_column(self, alias: str) -> str:  # noqa: ARG002
        """All columns of the one FROM item, where further ones follow."""
        return "*"

    def limit(self, rows: int, *, ordered: bool) -> str:  # noqa: ARG002
        """The clause that ends a SELECT; `ordered` tells whether ORDER BY precedes it."""
        return f"LIMIT {rows}"

    @abstractmethod
    def text(self, operand: str) -> str:
        """Cast to text."""

    @abstractmethod
    def cast(self, operand: str, kind: str) -> str:
        """Cast for `${field::kind}`: string, number, date, datetime, boolean."""

    def order(self, operand: str, *, descending: bool) -> str:
        """An ORDER BY term (or several); nulls sort last both ways."""
        return f"{operand} {'DESC' if descending else 'ASC'} NULLS LAST"
