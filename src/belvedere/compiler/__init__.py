"""From a request over a model to SQL, by dialect. As a library: docs/use/library.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from belvedere import clock
from belvedere.compiler import dialects
from belvedere.compiler.compiled import Compiled
from belvedere.compiler.plan import Planner
from belvedere.compiler.planner import compile_query, kept_of, making
from belvedere.compiler.request import Request, Sort, Viewer
from belvedere.errors import NotFound, QueryError
from belvedere.lookml.diagnostics import did_you_mean
from belvedere.lookml.model import Model

__all__ = [
    "Compiled",
    "PlannedJoin",
    "QueryPlan",
    "Request",
    "Sort",
    "Viewer",
    "compile_query",
    "explain",
    "kept_of",
    "making",
    "request_for",
    "sql_for",
]


def request_for(
    model: Model,
    explore: str,
    fields: Sequence[str],
    *,
    filters: Mapping[str, str] | None = None,
    sorts: Sequence[str] = (),
    pivots: Sequence[str] = (),
    limit: int | None = 500,
    timezone: str = "UTC",
    attributes: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Request:
    """A request with the defaults of a query that somebody clicks together.

    `filters` are filter expressions by field, `sorts` fields (`"view.field desc"`), without any
    the default order. `timezone` is an IANA name, `attributes` are the asker's user attributes,
    `now` (aware) is what "yesterday" is counted from, by default the present.
    """
    return Request(
        model=model,
        explore=explore,
        fields=tuple(fields),
        now=now or clock.now(),
        pivots=tuple(pivots),
        filters=dict(filters or {}),
        sorts=tuple(map(_sort, sorts)) or None,
        limit=limit,
        timezone=timezone,
        viewer=Viewer(dict(attributes or {})),
    )


def _sort(text: str) -> Sort:
    name, _, direction = text.strip().partition(" ")
    return Sort(name, descending=direction.strip().lower().startswith("desc"))


def sql_for(request: Request, dialect: str = "duckdb") -> str:
    """The SQL of the request's rows in the dialect of that name.

    Raises QueryError for wrong fields, filters or sorts, and for unknown explores and dialects;
    LookmlError for a model that cannot answer.
    """
    return _compiled(request, dialect).sql


def _compiled(request: Request, dialect: str) -> Compiled:
    _check(request, dialect)
    try:
        return compile_query(request, dialects.get(dialect))
    except NotFound:
        raise QueryError(f'The asker may not see the explore "{request.explore}"') from None


def _check(request: Request, dialect: str) -> None:
    if dialect not in dialects.names():
        known = ", ".join(dialects.names())
        raise QueryError(f"There is no dialect {dialect}; there are {known}")
    if request.explore not in request.model.explores:
        hint = did_you_mean(request.explore, request.model.explores)
        message = f'There is no explore "{request.explore}" in model {request.model.name}.{hint}'
        raise QueryError(message)


@dataclass(frozen=True, slots=True)
class PlannedJoin:
    """A join that the query takes; `repeats` says whether it repeats rows of the base view."""

    alias: str
    view: str
    type: str
    relationship: str
    repeats: bool


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """What a query is made of, for people. `statements` are SQL texts by what they answer: main
    first, then totals. `protected` says whether measures are kept from counting repeated rows;
    `kept_tables` are the persistent derived tables that are read; `computed_afterwards` the
    measures and calculations that no SQL computes. `filters` include those of the explore.
    """

    base: str
    joins: tuple[PlannedJoin, ...]
    filters: tuple[tuple[str, str], ...]
    protected: bool
    aggregate_table: str | None
    kept_tables: tuple[str, ...]
    computed_afterwards: tuple[str, ...]
    statements: Mapping[str, str]
    warnings: tuple[str, ...]


def explain(request: Request, dialect: str = "duckdb") -> QueryPlan:
    """How the request would be answered. Raises what `sql_for` raises."""
    compiled = _compiled(request, dialect)
    tree = Planner(replace(request, scratch=None), dialects.get(dialect)).tree
    explore = request.model.explores[request.explore]
    joins = tuple(
        PlannedJoin(
            alias=made.alias,
            view=made.join.view,
            type=made.join.type,
            relationship=made.join.relationship,
            repeats=tree.repeats(explore.base, frozenset({explore.base, made.alias})),
        )
        for made in tree.emitted
    )
    later = (
        *(measure.name for measure in compiled.post_measures),
        *(calculation.name for calculation in compiled.calculations),
    )
    return QueryPlan(
        base=explore.base,
        joins=joins,
        filters=compiled.filters,
        protected=compiled.symmetric,
        aggregate_table=compiled.aggregate_table,
        kept_tables=tuple(kept.name for kept in compiled.kept),
        computed_afterwards=later,
        statements={name: part.sql for name, part in compiled.parts().items()},
        warnings=tuple(warning.message for warning in compiled.warnings),
    )
