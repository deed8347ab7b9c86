"""Aggregate awareness: a query over an explore answered from a table that was grouped before.

An aggregate table is used only where it gives the very same rows. What it holds are the query's
dimensions as they are shown and its measures per group; a synthetic model puts an explore of the
same fields on top of it, so that everything else of a query works on it unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from msgspec.structs import replace as replaced

from belvedere.compiler.conditions import local_bounds
from belvedere.compiler.conditions.instants import TimeContext
from belvedere.compiler.conditions.periods import start_of
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.fragments import split
from belvedere.compiler.joins import EmittedJoin, JoinTree
from belvedere.compiler.measures import POST_QUERY
from belvedere.compiler.request import Request
from belvedere.compiler.selection import Selection
from belvedere.lookml.liquid import has_liquid
from belvedere.lookml.mappings import Overlaid
from belvedere.lookml.model import (
    AggregateTable,
    CaseBranch,
    Category,
    DerivedTable,
    Explore,
    ExploreSource,
    Field,
    Model,
    Persistence,
    SourceColumn,
    View,
)
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


@dataclass(frozen=True, slots=True)
class Grouped:
    """An aggregate table of an explore, as a view that can be kept, and what it holds."""

    table: AggregateTable
    view: View
    model: Model
    """The model with the parts of averages as measures of their own."""
    dimensions: tuple[ScopedField, ...]
    measures: tuple[ScopedField, ...]


class NotSame(Exception):
    """Why a table cannot answer a query; the text is for people."""


@lru_cache(maxsize=512)
def _grouped(model: _Identity, explore_name: str, table_name: str) -> Grouped | None:
    return _read(model.model, model.model.explores[explore_name], table_name)


class _Identity:
    """A model, equal to itself by name and version."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._key = (model.project, model.name, model.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.model is other.model

    def __hash__(self) -> int:
        return hash(self._key)


def grouped(model: Model, explore: Explore) -> Iterator[Grouped]:
    """The explore's aggregate tables that can be kept, those with fewer dimensions first."""
    found = [_grouped(_Identity(model), explore.name, table.name) for table in _tables(explore)]
    known = [item for item in found if item is not None]
    yield from sorted(known, key=lambda item: len(item.dimensions))


def _tables(explore: Explore) -> list[AggregateTable]:
    return [table for table in explore.aggregate_tables if table.persistence is not None]


def _read(model: Model, explore: Explore, table_name: str) -> Grouped | None:
    table = next(table for table in explore.aggregate_tables if table.name == table_name)
    scope = Scope(model, explore)
    names = [qualified(name, explore) for name in (*table.dimensions, *table.measures)]
    fields = [scope.find_unrestricted(name) for name in names]
    if table.persistence is None or any(field is None for field in fields):
        return None
    known = [field for field in fields if field is not None]
    extended = _with_parts(model, explore, known)
    columns = []
    for scoped in known:
        for column, name in _columns(scoped):
            columns.append(SourceColumn(column, name, None))
    source = ExploreSource(
        explore=explore.name,
        columns=tuple(columns),
        filters=table.filters,
        timezone=table.timezone,
        for_everybody=True,
    )
    view = View(
        name=f"{explore.name}${table.name}",
        derived_table=DerivedTable(
            explore_source=source,
            persistence=_by_columns(table.persistence, explore, set(names)),
            location=table.location,
        ),
        location=table.location,
    )
    return Grouped(
        table=table,
        view=view,
        model=extended,
        dimensions=tuple(field for field in known if field.field.is_dimension),
        measures=tuple(field for field in known if field.field.is_measure),
    )


def qualified(name: str, explore: Explore) -> str:
    return name if "." in name else f"{explore.base}.{name}"


def _by_columns(kept: Persistence, explore: Explore, held: set[str]) -> Persistence:
    """The layout and the increment key, which name fields, by the columns that hold these."""

    def column(name: str) -> str:
        full = qualified(name, explore)
        return column_of(full) if full in held else name

    return replaced(
        kept,
        increment_key=column(kept.increment_key) if kept.increment_key else None,
        distribution=column(kept.distribution) if kept.distribution else None,
        **{
            keys: tuple(column(name) for name in getattr(kept, keys))
            for keys in ("indexes", "partition_keys", "cluster_keys", "sortkeys")
        },
    )


def column_of(full_name: str) -> str:
    return full_name.replace(".", "__")


def _columns(scoped: ScopedField) -> Iterator[tuple[str, str]]:
    """(column, field) pairs that hold a field; an average is held as its sum and its count."""
    name = scoped.full_name
    if scoped.field.type == "average":
        for part in ("sum", "values"):
            yield f"{column_of(name)}__{part}", f"{name}__{part}"
    else:
        yield column_of(name), name


def _with_parts(model: Model, explore: Explore, fields: list[ScopedField]) -> Model:
    made: dict[str, View] = {}
    names = {explore.base: explore.base_view, **{join.name: join.view for join in explore.joins}}
    for scoped in fields:
        field = scoped.field
        if field.type != "average":
            continue
        sql = field.sql or f"${{TABLE}}.{field.name}"
        counted = f"CASE WHEN ({sql}) IS NOT NULL THEN 1 ELSE 0 END"
        name = names[scoped.alias]
        view = made.get(name) or model.views[name]
        parts = {
            f"{field.name}__{part}": replaced(
                field, name=f"{field.name}__{part}", type="sum", sql=text
            )
            for part, text in (("sum", sql), ("values", counted))
        }
        made[name] = replaced(view, fields={**view.fields, **parts})
    views = Overlaid(model.views, made)
    return replaced(model, views=views, version=f"{model.version}+{explore.name}")


# Whether a table answers a query


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and the joins that it takes."""

    request: Request
    selection: Selection
    scope: Scope
    time: TimeContext
    joins: tuple[EmittedJoin, ...]


def flat_request(asked: Asked, found: Grouped, tree: JoinTree, dialect: Dialect) -> Request:
    """The query over the table, `tree` being the joins that the table was made with.

    NotSame where the answer could differ.
    """
    request, explore = asked.request, asked.scope.explore
    _same_kind(asked)
    _same_zone(asked, found)
    _same_joins(asked, tree)
    kept_filters = _filters(asked, found)
    names = [*asked.selection.dimensions, *asked.selection.measures]
    names += [asked.scope.ordering(field) for field, _ in asked.selection.sorts]
    names += [field for field, _ in kept_filters]
    names += [_field(asked.scope, item.field) for item in explore.access_filters]
    views: dict[str, dict[str, Field]] = {alias: {} for alias in asked.scope.aliases}
    maker = _Fields(
        asked, found, tree, dialect, {field.full_name: text for field, text in kept_filters}
    )
    for scoped in names:
        maker.add(scoped, views)
    model = _model_of(asked, views)
    return replace(
        request,
        model=model,
        filters={field.full_name: text for field, text in kept_filters},
        scratch=None,
    )


def _field(scope: Scope, name: str) -> ScopedField:
    found = scope.find_unrestricted(qualified(name, scope.explore))
    if found is None:
        raise NotSame(f"it does not include {name}")
    return found


def _same_kind(asked: Asked) -> None:
    request, explore = asked.request, asked.scope.explore
    if request.filter_expression and request.filter_expression.strip():
        raise NotSame("the query has a custom filter")
    if any("table_calculation" not in item for item in request.dynamic_fields):
        raise NotSame("the query has custom fields")
    if explore.sql_always_having:
        raise NotSame("the explore has sql_always_having")
    if any(field.field.type == "period_over_period" for field in asked.selection.measures):
        raise NotSame("the query compares with earlier periods")


def _same_zone(asked: Asked, found: Grouped) -> None:
    zone = found.table.timezone or asked.request.database_timezone
    converted = (
        scoped.field.timeframe is not None
        and scoped.field.convert_tz
        and scoped.field.datatype not in ("date", "yyyymmdd")
        for scoped in found.dimensions
    )
    if zone != asked.request.timezone and any(converted):
        raise NotSame(f"its time zone is {zone}, the query's {asked.request.timezone}")


def _same_joins(asked: Asked, tree: JoinTree) -> None:
    """Joins that only one of the two has may neither add nor take away rows."""
    here = {made.alias: made for made in asked.joins}
    there = {made.alias: made for made in tree.emitted}
    for alias in here.keys() ^ there.keys():
        join = (here.get(alias) or there[alias]).join
        harmless = join.type == "left_outer" and join.sql is None and not join.sql_where
        repeated = join.relationship in ("one_to_many", "many_to_many")
        if not harmless or (alias in here and repeated):
            raise NotSame(f"the join of {alias} decides about rows")


def _filters(asked: Asked, found: Grouped) -> list[tuple[ScopedField, str]]:
    """The filters that are still to be applied to the table's rows."""
    explore = asked.scope.explore
    own = {qualified(pair.field, explore): pair.expression for pair in found.table.filters}
    rest = []
    for field, text in asked.selection.filters:
        if own.get(field.full_name) == text:
            del own[field.full_name]
        elif field.field.category in (Category.filter, Category.parameter):
            if text.strip():
                raise NotSame(f"{field.full_name} changes the query itself")
        elif text.strip():
            rest.append((field, text))
    if own:
        raise NotSame(f"it contains filters that are not in the query: {', '.join(sorted(own))}")
    return rest


def _model_of(asked: Asked, views: dict[str, dict[str, Field]]) -> Model:
    """The same explore, its views holding nothing but columns of the table."""
    scope, model = asked.scope, asked.request.model
    explore = scope.explore
    made = {
        f"{alias}$": replaced(
            view, name=f"{alias}$", fields=views[alias], derived_table=None, primary_key=None
        )
        for alias, view in scope.aliases.items()
    }
    flat = replaced(
        explore,
        base_view=f"{explore.base}$",
        joins=tuple(replaced(join, view=f"{join.name}$", fields=None) for join in explore.joins),
        fields=None,
        always_join=(),
        sql_always_where=None,
        cancel_grouping_fields=(),
        aggregate_tables=(),
        always_filter=(),
        conditionally_filter=(),
    )
    return replaced(
        model,
        version=f"{model.version}$",
        explores=Overlaid(model.explores, {explore.name: flat}),
        views=Overlaid(model.views, made),
    )


class _Fields:
    """Fields of the query as columns of the table."""

    def __init__(
        self,
        asked: Asked,
        found: Grouped,
        tree: JoinTree,
        dialect: Dialect,
        filters: dict[str, str],
    ) -> None:
        self._asked = asked
        self._found = found
        self._tree = tree
        self._dialect = dialect
        self._filters = filters
        self._alias = dialect.identifier(asked.scope.explore.base)
        self._held = {field.full_name for field in (*found.dimensions, *found.measures)}
        exact = {field.full_name for field in asked.selection.dimensions}
        same = {field.full_name for field in found.dimensions} == exact
        totals = asked.request.total or asked.request.row_total or asked.request.subtotals
        self._exact = same and not filters and not totals

    def add(self, scoped: ScopedField, views: dict[str, dict[str, Field]]) -> None:
        """Put the field, and what it is made of, into the views."""
        fields = views[scoped.alias]
        if scoped.field.name in fields:
            return
        if scoped.custom is not None:
            raise NotSame(f"{scoped.full_name} is a custom field")
        self._plain(scoped)
        if scoped.field.is_measure:
            self._measure(scoped, views)
        else:
            fields[scoped.field.name] = self._dimension(scoped, views)

    def _plain(self, scoped: ScopedField) -> None:
        field = scoped.field
        texts = [field.sql or "", *(branch.sql for branch in field.cases)]
        if any(has_liquid(text) for text in texts):
            raise NotSame(f"{scoped.full_name} depends on the query")

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
            self.add(_field(scope, order if "." in order else f"{scoped.alias}.{order}"), views)
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
        if text is None:
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
            found = scope.find_unrestricted(f"{scoped.alias}.{name}") or _field(scope, name)
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
        if field.type == "average" and not repeated:
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
        if self._exact and field.type != "average":
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
