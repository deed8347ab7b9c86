"""SQL that people write themselves, over the tables and fields of a model."""

from __future__ import annotations

from dataclasses import dataclass, replace

from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.fragments import Reference, split
from belvedere.compiler.persistent import KeptTable
from belvedere.compiler.planner import nested_queries
from belvedere.compiler.request import Request
from belvedere.compiler.resolver import Resolver
from belvedere.errors import QueryError
from belvedere.lookml.diagnostics import did_you_mean
from belvedere.lookml.model import Explore
from belvedere.lookml.scope import Scope


@dataclass(frozen=True, slots=True)
class Handwritten:
    """`kept` are the persistent tables that the SQL reads, by the names they have in it."""

    sql: str
    kept: tuple[KeptTable, ...] = ()


def fill_in(sql: str, request: Request, dialect: Dialect) -> Handwritten:
    """The SQL with what `${view.SQL_TABLE_NAME}` and `${view.field}` stand for in the request's
    model; its explore does not matter.

    QueryError for what the model does not have, LookmlError where its own SQL cannot be made out.
    """
    kept: dict[str, KeptTable] = {}
    words = []
    for part in split(sql):
        if isinstance(part, str):
            words.append(part)
            continue
        resolver = _within(part, request, dialect)
        words.append(_word(part, resolver))
        kept.update(resolver.tables.kept)
    return Handwritten("".join(words), tuple(kept.values()))


def _within(reference: Reference, request: Request, dialect: Dialect) -> Resolver:
    """A resolver that sees the view which the reference names."""
    views = request.model.views
    name, dot, _ = reference.name.partition(".")
    if not dot or name not in views:
        hint = did_you_mean(name, views) if dot else ""
        raise QueryError(
            f"${{{reference.name}}} is neither a table nor a field of the model "
            f"{request.model.name}: write ${{view.SQL_TABLE_NAME}} or ${{view.field}}.{hint}"
        )
    scope = Scope(request.model, Explore(name=name, base=name, base_view=name))
    return Resolver(replace(request, explore=name), scope, dialect, nested_queries(dialect))


def _word(reference: Reference, resolver: Resolver) -> str:
    view = resolver.scope.explore.base
    if reference.is_table_name:
        return resolver.tables.inline(view)
    field = resolver.lookup(reference.name, view)
    return resolver.referenced(field, reference.cast).sql
