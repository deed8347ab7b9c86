"""The fields of a query, told from the columns of an aggregate table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from msgspec.structs import replace as replaced

from belvedere.compiler.aggregates import Grouped, column_of, qualified
from belvedere.compiler.conditions import local_bounds
from belvedere.compiler.conditions.instants import TimeContext
from belvedere.compiler.conditions.periods import start_of
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.fragments import split
from belvedere.compiler.joins import EmittedJoin, JoinTree
from belvedere.compiler.measures import POST_QUERY
from belvedere.compiler.request import Request
from belvedere.compiler.resolver import is_range_timeframe
from belvedere.compiler.selection import Selection
from belvedere.lookml.model import CaseBranch, Category, Field
from belvedere.lookml.scope import Scope, ScopedField
from belvedere.lookml.tiers import tier_labels, undefined_tier

_DAYS = frozenset(
    [
        "week",
        "month",
        "quarter",
        "year",
        "fiscal_month_num",
        "fiscal_quarter",
        "fiscal_quarter_of_year",
        "fiscal_year",
        "day_of_week",
        "day_of_week_index",
        "day_of_month",
        "day_of_year",
        "week_of_year",
        "month_num",
        "month_name",
        "quarter_of_year",
    ]
)
_HOURS = _DAYS | {"date", "hour_of_day"}
_MINUTES = _HOURS | {"hour", "time_of_day"}
_FINER = {
    "quarter": frozenset({"year"}),
    "month": frozenset({"quarter", "year", "month_num", "month_name", "quarter_of_year"}),
    "date": _DAYS,
    "hour": _HOURS,
    "minute": _MINUTES,
    "second": _MINUTES | {"minute"},
    "time": _MINUTES | {"minute", "second"},
}
"""Timeframe of a column → the timeframes that can be told from it, besides its own."""
_UNITS = {"date": "day", "time": "second"}
_TIMES = ("time", "second", "minute", "hour", "date", "week", "month", "quarter", "year")
_NUMBERS = frozenset(
    [
        "day_of_month",
        "day_of_week_index",
        "day_of_year",
        "fiscal_month_num",
        "hour_of_day",
        "month_num",
        "week_of_year",
    ]
)
"""Timeframes whose columns are numbers like any other."""
_ROLLED_UP = {"sum": "sum", "count": "sum", "min": "min", "max": "max"}
_WORDS = re.compile(r"[A-Za-z_]\w*")
_KNOWN_WORDS = frozenset(
    [
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "AND",
        "OR",
        "NOT",
        "NULL",
        "IS",
        "AS",
        "COALESCE",
        "NULLIF",
        "IFNULL",
        "CAST",
        "ROUND",
        "ABS",
        "FLOOR",
        "CEIL",
        "GREATEST",
        "LEAST",
        "FLOAT",
        "FLOAT64",
        "DOUBLE",
        "DECIMAL",
        "NUMERIC",
        "INTEGER",
        "INT",
        "BIGINT",
        "SAFE_DIVIDE",
        "DIV0",
    ]
)
"""What an expression over measures may be written with; everything else may be a column."""
_COMPOSED = frozenset({"number", "string", "yesno", "date", "date_time"})


class NotSame(Exception):
    """Why a table cannot answer a query; the text is for people."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, or the one that fills a table, and the joins that it takes."""

    request: Request
    selection: Selection
    scope: Scope
    time: TimeContext
    tree: JoinTree

    @property
    def joins(self) -> tuple[EmittedJoin, ...]:
        return tuple(self.tree.emitted)


def field_of(scope: Scope, name: str) -> ScopedField:
    found = scope.find_unrestricted(qualified(name, scope.explore))
    if found is None:
        raise NotSame(f"it does not include {name}")
    return found


class RolledFields:
    """Fields of the query as columns of the table that `made` fills; if `exact`, its rows are the
    query's groups.
    """

    def __init__(
        self,
        asked: Asked,
        made: Asked,
        found: Grouped,
        dialect: Dialect,
        filters: dict[str, str],
        *,
        exact: bool,
    ) -> None:
        self._asked = asked
        self._found = found
        self._tree = made.tree
        self._dialect = dialect
        self._filters = filters
        self._alias = dialect.identifier(asked.scope.explore.base)
        self._held = {field.full_name for field in (*found.dimensions, *found.measures)}
        self._exact = exact
        here = {joined.alias for joined in asked.joins}
        self._same_rows = all(
            joined.alias in here or joined.join.relationship in ("many_to_one", "one_to_one")
            for joined in made.joins
        )

    def add(self, scoped: ScopedField, views: dict[str, dict[str, Field]]) -> None:
        """Put the field, and what it is made of, into the views."""
        fields = views[scoped.alias]
        if scoped.field.name in fields:
            return
        if scoped.custom is not None:
            raise NotSame(f"{scoped.full_name} is a custom field")
        if scoped.field.is_measure:
            self._measure(scoped, views)
        else:
            fields[scoped.field.name] = self._dimension(scoped, views)

    def _column(self, name: str) -> str:
        return f"{self._alias}.{self._dialect.identifier(name)}"

    def _missing(self, scoped: ScopedField) -> NotSame:
        return NotSame(f"it does not include {scoped.full_name}")

    # Dimensions

    def _dimension(self, scoped: ScopedField, views: dict[str, dict[str, Field]]) -> Field:
        field = scoped.field
        if field.timeframe is not None and field.timeframe != "yesno":
            return self._time(scoped)
        if scoped.full_name not in self._held or field.type == "location":
            raise self._missing(scoped)
        column = self._column(column_of(scoped.full_name))
        if field.order_by_field:
            scope = self._asked.scope
            order = field.order_by_field
            self.add(field_of(scope, order if "." in order else f"{scoped.alias}.{order}"), views)
        labels = [branch.label for branch in field.cases]
        otherwise = field.case_else
        if field.tiers:
            labels, otherwise = tier_labels(field), undefined_tier(field)
        if labels:
            string = self._dialect.string
            return replaced(
                field,
                sql=None,
                tiers=(),
                cases=tuple(CaseBranch(f"{column} = {string(text)}", text) for text in labels),
                case_else=otherwise,
                alpha_sort=field.alpha_sort or (bool(field.tiers) and field.style == "classic"),
            )
        if field.type == "yesno":
            return replaced(field, sql=f"{column} = {self._dialect.string('Yes')}", timeframe=None)
        return replaced(field, sql=column, interval=None)

    def _time(self, scoped: ScopedField) -> Field:
        field = scoped.field
        if field.timeframe in _NUMBERS and scoped.full_name in self._held:
            column = self._column(column_of(scoped.full_name))
            return replaced(field, sql=column, type="number", timeframe=None, dimension_group=None)
        for held in sorted(self._found.dimensions, key=_coarseness):
            if held.alias != scoped.alias or held.field.dimension_group != field.dimension_group:
                continue
            if held.field.dimension_group is None and held.full_name != scoped.full_name:
                continue
            timeframe = held.field.timeframe or ""
            same = timeframe == field.timeframe
            if timeframe not in _TIMES or not (
                same or field.timeframe in _FINER.get(timeframe, ())
            ):
                continue
            self._aligned(scoped, timeframe)
            column = self._column(column_of(held.full_name))
            sql = self._dialect.start_of_text(column, timeframe)
            return replaced(field, sql=sql, convert_tz=False, datatype="datetime")
        raise self._missing(scoped)

    def _aligned(self, scoped: ScopedField, timeframe: str) -> None:
        """A filter must not cut through the periods that the table holds."""
        text = self._filters.get(scoped.full_name)
        if text is None or not is_range_timeframe(scoped.field.timeframe):
            return
        bounds = local_bounds(text, self._asked.time)
        unit = _UNITS.get(timeframe, timeframe)
        calendar = self._asked.time.calendar
        cut = any(
            bound is not None and start_of(unit, bound, calendar) != bound for bound in bounds
        )
        if cut or "," in text or " or " in text.lower() or text.lower().startswith("not"):
            raise NotSame(f"the filter on {scoped.full_name} cuts through its periods")

    # Measures

    def _measure(self, scoped: ScopedField, views: dict[str, dict[str, Field]]) -> None:
        field = scoped.field
        kept = self._exact and field.type == "number" and scoped.full_name in self._held
        kept = kept and self._same_rows
        if (field.type in _COMPOSED or field.type in POST_QUERY) and not kept:
            # First itself, so that a circle of measures ends (the compiler tells of it).
            views[scoped.alias][field.name] = field
            self._composed(scoped, views)
            return
        if scoped.full_name not in self._held:
            raise self._missing(scoped)
        views[scoped.alias][field.name] = self._rolled_up(scoped)

    def _composed(self, scoped: ScopedField, views: dict[str, dict[str, Field]]) -> None:
        for name in _made_of(scoped):
            scope = self._asked.scope
            found = scope.find_unrestricted(f"{scoped.alias}.{name}") or field_of(scope, name)
            if not found.field.is_measure:
                raise NotSame(f"{scoped.full_name} is not made of measures alone")
            self.add(found, views)

    def _rolled_up(self, scoped: ScopedField) -> Field:
        field, name = scoped.field, column_of(scoped.full_name)
        plain = {
            "filters": (),
            "sql_distinct_key": None,
            "category": Category.measure,
        }
        repeated = self._tree.repeats(scoped.alias) or self._tree.adds_rows()
        repeated = repeated or field.sql_distinct_key is not None
        if field.type == "average" and (self._exact or not repeated):
            total, values = self._column(f"{name}__sum"), self._column(f"{name}__values")
            share = self._dialect.function("divide", [f"SUM({total})", f"SUM({values})"])
            return replaced(field, type="number", sql=share, **plain)
        aggregate = _ROLLED_UP.get(field.type)
        additive = field.type in ("min", "max") or not repeated
        if aggregate is not None and additive:
            sql = f"{aggregate.upper()}({self._column(name)})"
            if aggregate == "sum":
                sql = f"COALESCE({sql}, 0)"
            return replaced(field, type="number", sql=sql, **plain)
        if self._exact:
            return replaced(field, type="number", sql=f"MAX({self._column(name)})", **plain)
        raise NotSame(f"{scoped.full_name} cannot be computed from groups of other dimensions")


def _made_of(scoped: ScopedField) -> list[str]:
    """The measures that a measure is an expression over."""
    names, words = [], []
    for part in split(scoped.field.sql or ""):
        if isinstance(part, str):
            words += _WORDS.findall(part)
        else:
            names.append(part.name)
    if not names or any(word.upper() not in _KNOWN_WORDS for word in words):
        raise NotSame(f"{scoped.full_name} is not made of measures alone")
    return names


def _coarseness(scoped: ScopedField) -> int:
    timeframe = scoped.field.timeframe or ""
    return -_TIMES.index(timeframe) if timeframe in _TIMES else 0


class FlatTree(JoinTree):
    """No joins: every field is a column of one table."""

    def require(self, aliases: object) -> None:
        del aliases

    def repeats(self, alias: str, within: frozenset[str] | None = None) -> bool:
        del alias, within
        return False
