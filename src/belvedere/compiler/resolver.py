"""From fields of the model to SQL expressions: substitution, types of dimensions, conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from msgspec.structs import replace as replaced

from belvedere.compiler import tables
from belvedere.compiler.conditions import TimeContext, condition, location_condition
from belvedere.compiler.dialects.base import Calendar, Dialect
from belvedere.compiler.fragments import NOTHING, Fragment, Reference, parenthesized, split
from belvedere.compiler.increments import Since
from belvedere.compiler.native import is_written_yesno
from belvedere.compiler.request import Request
from belvedere.compiler.templates import Template
from belvedere.errors import LookmlError, QueryError
from belvedere.lookml.liquid import has_liquid
from belvedere.lookml.mappings import Overlaid
from belvedere.lookml.model import Explore, Field, View
from belvedere.lookml.scope import Scope, ScopedField
from belvedere.lookml.tiers import tier_labels, undefined_tier

RANGE_TIMEFRAMES = frozenset(
    [
        "raw",
        "time",
        "second",
        "minute",
        "hour",
        "date",
        "week",
        "month",
        "quarter",
        "year",
        "fiscal_quarter",
        "fiscal_year",
        "millisecond",
        "microsecond",
    ]
)
_NUMBERED_TIMEFRAME = re.compile(r"(?:minute|hour|millisecond)\d+\Z")
_COMPANIONS = {"day_of_week": "day_of_week_index", "month_name": "month_num"}
_KILOMETRES_TO = {
    "kilometers": 1.0,
    "meters": 1000.0,
    "miles": 0.621371192237334,
    "feet": 3280.839895013123,
    "yards": 1093.613298337708,
    "nautical_miles": 0.539956803455724,
}


def is_range_timeframe(timeframe: str | None) -> bool:
    """Whether values of the timeframe stand for spans of time (and take date filters)."""
    return timeframe is not None and (
        timeframe in RANGE_TIMEFRAMES or _NUMBERED_TIMEFRAME.match(timeframe) is not None
    )


class Resolver:
    """Resolves one request's fields; remembers what it resolved and which tables that takes."""

    def __init__(
        self,
        request: Request,
        scope: Scope,
        dialect: Dialect,
        nested: tables.Nested,
    ) -> None:
        """`nested` compiles the query of a native derived table."""
        self.request = request
        self.scope = scope
        self.dialect = dialect
        self.tables = tables.Tables(self, nested)
        self.reads_clock = False
        self.reads_query = False
        """Whether templates or bound filters made the SQL, which see what is asked."""
        self.filters: dict[str, str] = {}
        self.selected: frozenset[str] = NOTHING
        self.asked_by: Resolver = self
        """The resolver of the query that templates and bound filters are told of."""
        self.custom: Callable[[ScopedField], Fragment] | None = None
        """Writes the fields that the query defines itself."""
        self.custom_fields: Mapping[str, ScopedField] = {}
        self.since: Since | None = None
        """From where on a persistent table is extended, while it is."""
        self._nested = nested
        self._expressions: dict[str, Fragment] = {}
        self._resolving: list[str] = []
        self._rendered: dict[tuple[str, str | None, str], str] = {}

    @cached_property
    def time(self) -> TimeContext:
        model = self.request.model
        return TimeContext(
            now=self.request.now,
            timezone=self.request.timezone,
            database_timezone=self.request.database_timezone,
            calendar=Calendar(model.week_start_day, model.fiscal_month_offset or 0),
        )

    @cached_property
    def _written_aliases(self) -> re.Pattern[str]:
        names = "|".join(re.escape(alias) for alias in self.scope.aliases)
        return re.compile(rf"(?<![\w.$\"`])({names})\s*\.")

    def alone(self, view: View, now: datetime, opened: Iterable[str] = ()) -> Resolver:
        """A resolver that sees nothing but one view, and of the request only who asks.

        `opened` are the views whose definitions led here.
        """
        request = replace(
            self.request,
            explore=view.name,
            fields=(),
            filters={},
            filter_expression=None,
            now=now,
            defining=frozenset(),
        )
        explore = Explore(name=view.name, base=view.name, base_view=view.name)
        model = replaced(request.model, views=Overlaid(request.model.views, {view.name: view}))
        made = Resolver(request, Scope(model, explore), self.dialect, self._nested)
        made.tables.opened(opened)
        return made

    # Text

    def rendered(self, text: str, alias: str, field: str | None = None) -> str:
        """The text with its Liquid carried out for this request."""
        if not has_liquid(text):
            return text
        self.reads_query = True
        # Liquid's own clock ('now' | date) is beyond what a request fixes.
        self.reads_clock = self.reads_clock or "now" in text or "today" in text
        key = (alias, field, text)
        if key not in self._rendered:
            self._rendered[key] = Template(self, alias, field).render(text)
        return self._rendered[key]

    def fragment(self, text: str, alias: str, owner: str | None = None) -> Fragment:
        """The text with Liquid and `${…}` resolved as seen from the view joined as `alias`."""
        rendered = self.rendered(text, alias, owner)
        sql: list[str] = []
        needs: set[str] = set()
        mentions: set[str] = set()
        for part in split(rendered):
            if isinstance(part, str):
                sql.append(part)
                mentions |= self.mentions(part)
                continue
            piece = self._reference(part, alias, owner)
            sql.append(piece.sql)
            needs |= piece.needs
            mentions |= piece.mentions
        return Fragment("".join(sql).strip(), frozenset(needs), frozenset(mentions | needs))

    def counted(self, text: str, alias: str, owner: str) -> Fragment:
        """The same for what a measure aggregates: a value, also where it names a yesno."""
        found = self.fragment(text, alias, owner)
        parts = split(self.rendered(text, alias, owner).strip())
        if self.dialect.conditions_are_values or len(parts) != 1 or isinstance(parts[0], str):
            return found
        reference = parts[0]
        if reference.is_table or reference.is_table_name or reference.cast:
            return found
        if self.lookup(reference.name, alias, owner).field.type != "yesno":
            return found
        return self._with(found, self.dialect.truth(found.sql))

    def mentions(self, sql: str) -> set[str]:
        """The joined views that the text names itself."""
        return set(self._written_aliases.findall(sql))

    def _reference(self, reference: Reference, alias: str, owner: str | None) -> Fragment:
        if reference.is_table:
            here = frozenset({alias})
            return Fragment(self.dialect.identifier(alias), here, here)
        if reference.is_table_name:
            view = reference.name.removesuffix("SQL_TABLE_NAME").rstrip(".")
            return Fragment(self.tables.name_of(view or self.scope.aliases[alias].name))
        return self.substituted(self.lookup(reference.name, alias, owner), reference.cast)

    def lookup(self, name: str, alias: str, owner: str | None = None) -> ScopedField:
        """The field that `name` means in the view joined as `alias`; LookmlError if none."""
        if owner is not None and "." not in owner and name in self.custom_fields:
            return self.custom_fields[name]
        found = self.scope.find_unrestricted(f"{alias}.{name}")
        if found is None and "." in name:
            found = self.scope.find_unrestricted(name)
            view, _, bare = name.partition(".")
            if found is None and view == self.scope.aliases[alias].name:
                found = self.scope.find_unrestricted(f"{alias}.{bare}")
        if found is None:
            source = f" in {owner}" if owner else ""
            raise LookmlError(
                f'Unknown or inaccessible field "{name}"{source}: no such field in explore '
                f'"{self.scope.explore.name}"',
                self._where(alias, owner),
            )
        return found

    def _where(self, alias: str, owner: str | None) -> str | None:
        found = self.scope.find_unrestricted(owner) if owner else None
        location = found.field.location if found else self.scope.aliases[alias].location
        return str(location) if location else None

    def substituted(self, scoped: ScopedField, cast: str | None = None) -> Fragment:
        """What `${view.field}` stands for in a model's SQL, where days are dates."""
        is_day = scoped.field.is_dimension and scoped.field.timeframe == "date"
        if is_day and cast is None and self.dialect.references_dates:
            return self.referenced(scoped, "date")
        return self.referenced(scoped, cast)

    def referenced(self, scoped: ScopedField, cast: str | None = None) -> Fragment:
        """What `${view.field}` stands for: conditions bare, dates formatted, raw as it is."""
        if scoped.field.is_measure:
            raise LookmlError(
                f"A dimension or join refers to the measure {scoped.full_name}",
                str(scoped.field.location) if scoped.field.location else None,
            )
        if cast in ("latitude", "longitude"):
            return self.coordinate(scoped, cast)
        field = scoped.field
        if cast in ("date", "datetime") and field.timeframe:
            source = self.instant(scoped) if cast == "date" else self.expression(scoped)
            return self._with(source, self.dialect.cast(source.sql, cast))
        if field.type == "yesno":
            source = self.expression(scoped)
            sql = f"({source.sql})"
            if cast in ("string", "number"):
                yes, no = ("'Yes'", "'No'") if cast == "string" else ("1", "0")
                sql = f"CASE WHEN {sql} THEN {yes} ELSE {no} END"
            return self._with(source, sql)
        value = self.value(scoped)
        if cast and cast != "string":
            return self._with(value, self.dialect.cast(value.sql, cast))
        sql = self.dialect.text(value.sql) if cast else parenthesized(value.sql)
        return self._with(value, sql)

    @staticmethod
    def _with(fragment: Fragment, sql: str) -> Fragment:
        return Fragment(sql, fragment.needs, fragment.mentions)

    # Dimensions

    def expression(self, scoped: ScopedField) -> Fragment:
        """The dimension's own SQL: the raw column of a timeframe, the condition of a yesno."""
        key = scoped.full_name
        found = self._expressions.get(key)
        if found is None:
            if scoped.full_name in self._resolving:
                cycle = " → ".join([*self._resolving, scoped.full_name])
                raise LookmlError(
                    f"Fields refer to one another in a circle: {cycle}",
                    str(scoped.field.location) if scoped.field.location else None,
                )
            self._resolving.append(scoped.full_name)
            try:
                found = self._expressions[key] = self._of_its_view(scoped)
            finally:
                self._resolving.pop()
        return found

    def _of_its_view(self, scoped: ScopedField) -> Fragment:
        """A field's view is joined even where its SQL does not say `${TABLE}`, if it can be."""
        if scoped.custom is not None and self.custom is not None:
            return self.custom(scoped)
        join = self.scope.joins.get(scoped.alias)
        if join is not None and not join.has_condition:
            return self._expression(scoped)
        found, own = self._expression(scoped), frozenset({scoped.alias})
        return Fragment(found.sql, found.needs | own, found.mentions | own)

    def _expression(self, scoped: ScopedField) -> Fragment:
        field = scoped.field
        if field.cases:
            return self._case(scoped)
        if field.interval is not None and not field.is_read_duration:
            return self._duration(scoped)
        if field.type == "distance":
            return self._distance(scoped)
        if field.type == "location":
            return self._location(scoped)
        source = self._column(scoped)
        if field.type == "yesno" and field.timeframe is None and self._is_written(scoped):
            return self._with(source, f"{source.sql} = {self.dialect.string('Yes')}")
        if field.timeframe == "yesno":
            return self._with(source, f"{parenthesized(source.sql)} IS NOT NULL")
        if field.type == "yesno" and parenthesized(source.sql) == source.sql:
            return self._with(source, self.dialect.is_true(source.sql))
        return source

    def _is_written(self, scoped: ScopedField) -> bool:
        if scoped.custom is not None or scoped.alias not in self.scope.aliases:
            return False
        return is_written_yesno(self.request.model, self.scope.aliases[scoped.alias], scoped.field)

    def _column(self, scoped: ScopedField) -> Fragment:
        field = scoped.field
        if field.sql is not None:
            return self.fragment(field.sql, scoped.alias, scoped.full_name)
        here = frozenset({scoped.alias})
        column = self.dialect.identifier(field.dimension_group or field.name)
        return Fragment(f"{self.dialect.identifier(scoped.alias)}.{column}", here, here)

    def _case(self, scoped: ScopedField) -> Fragment:
        return self._branches(scoped, lambda _, label: self.dialect.string(label))

    def _branches(self, scoped: ScopedField, result: Callable[[int, str], str]) -> Fragment:
        field = scoped.field
        needs: set[str] = set()
        mentions: set[str] = set()
        words = ["CASE"]
        for position, branch in enumerate(field.cases):
            when = self.fragment(branch.sql, scoped.alias, scoped.full_name)
            words.append(f"WHEN {when.sql} THEN {result(position, branch.label)}")
            needs |= when.needs
            mentions |= when.mentions
        if field.case_else is not None:
            words.append(f"ELSE {result(len(field.cases), field.case_else)}")
        return Fragment(" ".join([*words, "END"]), frozenset(needs), frozenset(mentions))

    def _duration(self, scoped: ScopedField) -> Fragment:
        field = scoped.field
        start = self.fragment(field.sql_start or "NULL", scoped.alias, scoped.full_name)
        end = self.fragment(field.sql_end or "NULL", scoped.alias, scoped.full_name)
        sql = self.dialect.duration(
            field.interval or "day",
            self.dialect.as_timestamp(start.sql, field.datatype),
            self.dialect.as_timestamp(end.sql, field.datatype),
        )
        return Fragment(sql, start.needs | end.needs, start.mentions | end.mentions)

    def coordinate(self, scoped: ScopedField, which: str) -> Fragment:
        """`which` is latitude or longitude of a location dimension."""
        field = scoped.field
        text = field.sql_latitude if which == "latitude" else field.sql_longitude
        if text is None:
            raise LookmlError(f"{scoped.full_name} has no sql_{which}")
        return self.fragment(text, scoped.alias, scoped.full_name)

    def _location(self, scoped: ScopedField) -> Fragment:
        latitude = self.coordinate(scoped, "latitude")
        longitude = self.coordinate(scoped, "longitude")
        text, concat = self.dialect.text, self.dialect.function
        start = concat("concat", [text(latitude.sql), self.dialect.string(",")])
        sql = concat("concat", [start, text(longitude.sql)])
        return Fragment(
            sql, latitude.needs | longitude.needs, latitude.mentions | longitude.mentions
        )

    def _distance(self, scoped: ScopedField) -> Fragment:
        field = scoped.field
        ends = [
            self.lookup(name or "", scoped.alias, scoped.full_name)
            for name in (field.start_location_field, field.end_location_field)
        ]
        parts = [self.coordinate(end, which) for end in ends for which in ("latitude", "longitude")]
        coordinates = [parenthesized(part.sql) for part in parts]
        # Where one is missing there is no distance; LEAST of many databases would make one up.
        known = " AND ".join(f"{coordinate} IS NOT NULL" for coordinate in coordinates)
        factor = _KILOMETRES_TO.get(field.units or "miles", 1.0)
        return Fragment(
            f"CASE WHEN {known} THEN {self.dialect.distance(*coordinates)} * {factor!r} END",
            frozenset().union(*(part.needs for part in parts)),
            frozenset().union(*(part.mentions for part in parts)),
        )

    def instant(self, scoped: ScopedField) -> Fragment:
        """A date-like dimension's column as a naive timestamp in the query's time zone."""
        source = self.expression(scoped)
        return self._with(source, self.local_time(source.sql, scoped.field))

    def local_time(self, sql: str, field: Field) -> str:
        request = self.request
        sql = self.dialect.as_timestamp(sql, field.datatype)
        converts = field.convert_tz and field.datatype not in ("date", "yyyymmdd")
        if converts and request.timezone != request.database_timezone:
            return self.dialect.convert_timezone(sql, request.database_timezone, request.timezone)
        return sql

    def value(self, scoped: ScopedField) -> Fragment:
        """What a cell of the dimension shows; conditions of a yesno stay conditions."""
        field = scoped.field
        source = self.expression(scoped)
        if field.tiers:
            return self._with(source, tier_label(self.dialect, source.sql, field))
        if field.timeframe is None or field.timeframe in ("raw", "yesno"):
            return source
        local = self.local_time(source.sql, field)
        sql = self.dialect.timeframe(local, field.timeframe, self.time.calendar)
        return self._with(source, sql)

    def period(self, scoped: ScopedField) -> Fragment | None:
        """What to group a date-like dimension by, where that is cheaper than its text."""
        field = scoped.field
        if field.timeframe is None or field.timeframe in ("raw", "yesno"):
            return None
        source = self.instant(scoped)
        sql = self.dialect.period(source.sql, field.timeframe, self.time.calendar)
        return None if sql is None else self._with(source, sql)

    def period_text(self, scoped: ScopedField, period_sql: str) -> str:
        """The dimension's value, from its `period`."""
        timeframe = scoped.field.timeframe or "raw"
        calendar = self.time.calendar
        start = self.dialect.period_start(period_sql, timeframe, calendar)
        # A week is written as its first day, which its period already is.
        return self.dialect.timeframe(start, "date" if timeframe == "week" else timeframe, calendar)

    def output(self, scoped: ScopedField) -> Fragment:
        """The SELECT expression of a dimension."""
        value = self.value(scoped)
        if scoped.field.type != "yesno":
            return value
        return self._with(value, yes_or_no(value.sql))

    def companion(self, scoped: ScopedField) -> Fragment | None:
        """What a dimension sorts by when that is not its own value."""
        field = scoped.field
        if field.order_by_field:
            return self.output(self.lookup(field.order_by_field, scoped.alias, scoped.full_name))
        if field.cases and not field.alpha_sort:
            return self._branches(scoped, lambda position, _: str(position))
        if field.tiers and field.style != "classic":
            source = self.expression(scoped)
            return self._with(source, tier_position(source.sql, field))
        other = _COMPANIONS.get(field.timeframe or "")
        if other is None:
            return None
        source = self.expression(scoped)
        local = self.local_time(source.sql, field)
        return self._with(source, self.dialect.timeframe(local, other, self.time.calendar))

    # Conditions

    def case_sensitive(self, field: Field) -> bool:
        for stated in (
            field.case_sensitive,
            self.scope.explore.case_sensitive,
            self.request.model.case_sensitive,
        ):
            if stated is not None:
                return stated
        return True

    def operand(self, scoped: ScopedField) -> Fragment:
        """What a filter on the dimension compares: the bare column where dates are ranges."""
        if is_range_timeframe(scoped.field.timeframe):
            return self.expression(scoped)
        return self.value(scoped)

    def condition(
        self, scoped: ScopedField, expression: str, back: str | None = None
    ) -> tuple[Fragment, bool] | None:
        """The filter expression put on the dimension, and whether nulls can satisfy it.

        `back` is a unit of time by which ranges of dates are moved into the past.
        """
        if scoped.field.is_measure:
            raise QueryError(
                f"Invalid filter: {scoped.full_name} is a measure and cannot be filtered here"
            )
        if scoped.field.type == "location":
            return self._location_condition(scoped, expression)
        operand = self.operand(scoped)
        made = condition(
            self.dialect,
            scoped.field,
            operand.sql,
            expression,
            replace(self.time, back=back) if back else self.time,
            self.case_sensitive(scoped.field),
        )
        return None if made is None else (self._with(operand, made.sql), made.accepts_null)

    def _location_condition(
        self, scoped: ScopedField, expression: str
    ) -> tuple[Fragment, bool] | None:
        latitude = self.coordinate(scoped, "latitude")
        longitude = self.coordinate(scoped, "longitude")
        made = location_condition(
            self.dialect, scoped.full_name, latitude.sql, longitude.sql, expression
        )
        if made is None:
            return None
        fragment = Fragment(
            made.sql, latitude.needs | longitude.needs, latitude.mentions | longitude.mentions
        )
        return fragment, made.accepts_null


def yes_or_no(condition_sql: str) -> str:
    return f"CASE WHEN {condition_sql} THEN 'Yes' ELSE 'No' END"


def tier_label(dialect: Dialect, operand: str, field: Field) -> str:
    results = [dialect.string(label) for label in tier_labels(field)]
    return _tier_case(operand, field, results, dialect.string(undefined_tier(field)))


def tier_position(operand: str, field: Field) -> str:
    count = len(field.tiers) + 1
    return _tier_case(operand, field, [str(position) for position in range(count)], str(count))


def _tier_case(operand: str, field: Field, results: list[str], undefined: str) -> str:
    value = parenthesized(operand)
    words = ["CASE"]
    for tier, result in zip(field.tiers, results, strict=False):
        words.append(f"WHEN {value} < {float(tier)!r} THEN {result}")
    words.append(f"WHEN {value} >= {float(field.tiers[-1])!r} THEN {results[-1]}")
    return " ".join([*words, f"ELSE {undefined} END"])
