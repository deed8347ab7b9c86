"""Whether an aggregate table gives the very same rows as the explore itself, and the query over it.

A synthetic model puts an explore of the same fields on top of the table, so that everything else
of a query works on it unchanged.
"""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as replaced

from belvedere.compiler.aggregates import Grouped, qualified
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.request import Request
from belvedere.compiler.rolled_fields import Asked, NotSame, RolledFields, field_of
from belvedere.lookml.mappings import Overlaid
from belvedere.lookml.model import Category, Field, Model
from belvedere.lookml.scope import ScopedField


def flat_request(asked: Asked, made: Asked, found: Grouped, dialect: Dialect) -> Request:
    """The query over the table that `made` fills. NotSame where the answer could differ."""
    request, explore = asked.request, asked.scope.explore
    _same_kind(asked)
    _same_joins(asked, made)
    exact = _is_exact(asked, found)
    kept_filters = _filters(asked, made, exact=exact)
    names = [*asked.selection.dimensions, *asked.selection.measures]
    names += [asked.scope.ordering(field) for field, _ in asked.selection.sorts]
    names += [field for field, _ in kept_filters]
    names += [field_of(asked.scope, item.field) for item in explore.access_filters]
    views: dict[str, dict[str, Field]] = {alias: {} for alias in asked.scope.aliases}
    filters = {field.full_name: text for field, text in kept_filters}
    maker = RolledFields(asked, made, found, dialect, filters, exact=exact)
    for scoped in names:
        maker.add(scoped, views)
    return replace(request, model=_model_of(asked, views), filters=filters, scratch=None)


def _is_exact(asked: Asked, found: Grouped) -> bool:
    """Whether each row of the table is one group of the query."""
    request = asked.request
    if request.total or request.row_total or request.subtotals:
        return False
    groups = {field.full_name for field in asked.selection.dimensions}
    return {field.full_name for field in found.dimensions} == groups


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
    cancelling = {qualified(name, explore) for name in explore.cancel_grouping_fields}
    if any(field.full_name in cancelling for field in asked.selection.dimensions):
        raise NotSame("the query's rows are not grouped")


def _same_joins(asked: Asked, made: Asked) -> None:
    """Joins that only one of the two has may neither add nor take away rows."""
    here = {emitted.alias: emitted for emitted in asked.joins}
    there = {emitted.alias: emitted for emitted in made.joins}
    counted_as_joined = not asked.scope.explore.symmetric_aggregates
    for alias in here.keys() ^ there.keys():
        join = (here.get(alias) or there[alias]).join
        harmless = join.type == "left_outer" and join.sql is None and not join.sql_where
        repeated = join.relationship in ("one_to_many", "many_to_many")
        if not harmless or (repeated and (alias in here or counted_as_joined)):
            raise NotSame(f"the join of {alias} decides about rows")


def _filters(asked: Asked, made: Asked, *, exact: bool) -> list[tuple[ScopedField, str]]:
    """The filters that are still to be applied to the table's rows."""
    own = {field.full_name: text for field, text in made.selection.filters if text.strip()}
    rest = []
    for field, text in asked.selection.filters:
        if own.get(field.full_name) == text:
            if field.field.is_measure and not (exact and asked.selection.dimensions):
                raise NotSame(f"its filter on {field.full_name} is one of other groups")
            del own[field.full_name]
        elif field.field.category is Category.filter and field.field.sql and text.strip():
            raise NotSame(f"{field.full_name} changes the query itself")
        elif field.field.category not in (Category.filter, Category.parameter) and text.strip():
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
