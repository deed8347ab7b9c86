"""From a request to SQL: the one way in to the compiler."""

from __future__ import annotations

from dataclasses import replace

from belvedere.compiler.awareness import from_aggregate
from belvedere.compiler.compiled import Compiled, SqlPart
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.persistent import ANY_TIME, KeptTable, Making, kept_table
from belvedere.compiler.plan import Planner, inner_of
from belvedere.compiler.request import Request
from belvedere.compiler.resolver import Resolver
from belvedere.compiler.tables import Inner, Nested
from belvedere.errors import LookmlError, NotFound, QueryError
from belvedere.lookml.kept import is_kept
from belvedere.lookml.model import View
from belvedere.lookml.scope import scope_of


def compile_query(request: Request, dialect: Dialect) -> Compiled:
    """The SQL of a request and how to read its result.

    Raises NotFound for an explore that is unknown (or hidden from the viewer), QueryError for
    wrong filters, pivots or an empty selection, LookmlError for a model that cannot answer.
    """
    compiled = _compiled(request, dialect)
    preamble = _preamble(request, dialect)
    if not preamble:
        return compiled
    return compiled.changed(lambda part: SqlPart(f"{preamble}\n{part.sql}", part.columns))


def _preamble(request: Request, dialect: Dialect) -> str:
    """What the database is told before each statement of the explore's queries."""
    explore = request.model.explores[request.explore]
    if not explore.sql_preamble:
        return ""
    if not dialect.supports_preamble:
        raise LookmlError(
            f'The explore "{explore.name}" has a sql_preamble, and {dialect.label} takes one '
            "statement at a time: make what it defines in the database",
            str(explore.location) if explore.location else None,
        )
    planner = Planner(replace(request, scratch=None), dialect)
    text = planner.resolver.fragment(explore.sql_preamble, explore.base).sql
    return f"{text.rstrip().rstrip(';')};" if text.strip() else ""


def _compiled(request: Request, dialect: Dialect, within: str = "") -> Compiled:
    if request.explore not in request.model.explores:
        raise NotFound
    try:
        planner = Planner(request, dialect, within=within)
        return from_aggregate(planner, kept_of) or planner.compiled()
    except RecursionError:
        raise QueryError("Fields or expressions of the query are nested too deeply") from None


def making(request: Request, dialect: Dialect, kept: KeptTable) -> Making:
    """How a persistent table is made at the request's time. Its `explore` does not matter."""
    below: dict[str, KeptTable] = {}

    def nested(inner: Request, within: str) -> Inner:
        compiled = _compiled(inner, dialect, within)
        below.update({found.key: found for found in compiled.kept})
        return inner_of(compiled, dialect)

    request = replace(request, model=kept.model)
    scope = scope_of(request.model, request.explore)
    resolver = Resolver(request, scope, dialect, nested).alone(kept.view, request.now)
    return Making(resolver, kept, below)


def kept_of(request: Request, dialect: Dialect, view: View) -> KeptTable | None:
    """The persistent table behind a view, for this viewer; None where it is none."""
    table, materializes = view.derived_table, dialect.renews_materialized_views
    if request.scratch is None or table is None or not is_kept(table, materializes=materializes):
        return None

    scope = scope_of(request.model, request.explore)
    resolver = Resolver(request, scope, dialect, nested_queries(dialect))
    return kept_table(resolver.alone(view, ANY_TIME, [view.name]), view, request.scratch)


def nested_queries(dialect: Dialect) -> Nested:
    """What compiles the queries of native derived tables."""
    return lambda inner, within: inner_of(_compiled(inner, dialect, within), dialect)
