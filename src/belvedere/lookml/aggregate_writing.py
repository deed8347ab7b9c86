"""Aggregate tables that would answer the queries of a dashboard, as LookML to put into a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from belvedere.lookml.dashboards import Dashboard, ElementQuery
from belvedere.lookml.model import Explore, Model
from belvedere.lookml.scope import scope_of

_PERSIST_FOR = "24 hours"
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Rollup:
    model: str
    explore: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    filters: tuple[tuple[str, str], ...]
    timezone: str | None


def aggregate_tables(dashboard: Dashboard, find: Callable[[str], Model | None]) -> str:
    """A refinement of each explore that the dashboard asks, with a table for each of its distinct
    queries; empty where no query has measures of a model that is there. Fields that listen to
    filters of the dashboard become dimensions, so that filtered tiles are answered too.
    """
    rollups = dict.fromkeys(_rollups(dashboard, find))
    parts = []
    for model_name in dict.fromkeys(rollup.model for rollup in rollups):
        model = find(model_name)
        if model is None:
            continue
        parts.append(f"# Place in `{model_name}` model")
        own = [rollup for rollup in rollups if rollup.model == model_name]
        for explore in dict.fromkeys(rollup.explore for rollup in own):
            tables = [rollup for rollup in own if rollup.explore == explore]
            parts.append(_refinement(model, model.explores[explore], tables))
    return "\n".join(parts)


def _rollups(dashboard: Dashboard, find: Callable[[str], Model | None]) -> Iterator[_Rollup]:
    for element in dashboard.elements:
        for query in element.queries:
            name = query.model or dashboard.model
            model = find(name)
            if model is None or query.explore is None or query.explore not in model.explores:
                continue
            found = _rollup(name, query.explore, query, model)
            if found is not None:
                yield found


def _rollup(name: str, explore: str, query: ElementQuery, model: Model) -> _Rollup | None:
    """None without measures: there is nothing to aggregate."""
    scope = scope_of(model, explore)
    dimensions: list[str] = []
    measures: list[str] = []
    listening = [listen.field for listen in query.listen]
    for full_name in (*query.fields, *query.pivots, *listening):
        scoped = scope.find(full_name)
        if scoped is None:
            continue
        if scoped.field.is_measure:
            measures.append(full_name)
        elif scoped.field.is_dimension:
            dimensions.append(full_name)
    if not measures:
        return None
    heard = set(listening)
    filters = tuple(
        (pair.field, pair.expression) for pair in query.filters if pair.field not in heard
    )
    return _Rollup(
        name,
        explore,
        tuple(dict.fromkeys(dimensions)),
        tuple(dict.fromkeys(measures)),
        filters,
        query.query_timezone,
    )


def _refinement(model: Model, explore: Explore, tables: Iterable[_Rollup]) -> str:
    lines = [f"explore: +{explore.name} {{"]
    for number, table in enumerate(tables):
        if number:
            lines.append("")
        named = "__".join(name.replace(".", "_") for name in table.dimensions[:_MOST_NAMED])
        lines.append(f"  aggregate_table: rollup__{named or 'total'}__{number} {{")
        lines += ["    query: {", *_query(table), "    }", ""]
        lines += ["    materialization: {", f"      {_trigger(model, explore)}", "    }", "  }"]
    return "\n".join([*lines, "}", ""])


def _query(table: _Rollup) -> Iterator[str]:
    yield f"      dimensions: [{', '.join(table.dimensions)}]"
    yield f"      measures: [{', '.join(table.measures)}]"
    if table.filters:
        yield "      filters: ["
        for number, (name, value) in enumerate(table.filters):
            comma = "," if number < len(table.filters) - 1 else ""
            yield f'        {name}: "{_escaped(value)}"{comma}'
        yield "      ]"
    if table.timezone:
        yield f'      timezone: "{_escaped(table.timezone)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _trigger(model: Model, explore: Explore) -> str:
    """The explore's own datagroup, so that tables and results are renewed together."""
    for holder in (explore, model):
        if holder.persist_with is not None and holder.persist_with in model.datagroups:
            return f"datagroup_trigger: {holder.persist_with}"
    return f'persist_for: "{_PERSIST_FOR}"'
