"""A query answered from an aggregate table, where one gives the same rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from belvedere.compiler.aggregates import Grouped, grouped, qualified
from belvedere.compiler.compiled import Compiled, OutputColumn, SqlPart
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.persistent import KeptTable
from belvedere.compiler.plan import Planner
from belvedere.compiler.request import Request
from belvedere.compiler.rolled_fields import Asked, NotSame
from belvedere.compiler.rollup import flat_request
from belvedere.errors import LookmlError, QueryError
from belvedere.lookml.model import View

KeptOf = Callable[[Request, Dialect, View], KeptTable | None]


def from_aggregate(planner: Planner, kept_of: KeptOf) -> Compiled | None:
    """The query over an aggregate table, where one gives the same rows."""
    request, dialect, explore = planner.request, planner.dialect, planner.scope.explore
    if request.scratch is None or not explore.aggregate_tables:
        return None
    if request.for_everybody or request.from_source:
        return None
    notes = []
    for found in grouped(request.model, explore):
        try:
            flat = _flat(planner, found)
            kept = kept_of(replace(request, model=found.model), dialect, found.view)
        except NotSame as reason:
            notes.append(f"-- Did not use {explore.name}::{found.table.name}; {reason}\n")
            continue
        if kept is None:
            continue
        table = dialect.scratch_table(request.scratch.schema, kept.name)
        compiled = Planner(flat, dialect, flat=table).compiled()
        notes.append(f"-- use existing {explore.name}::{found.table.name} in {table}\n")
        return _as_asked(planner, compiled, kept, f"{explore.name}::{found.table.name}", notes)
    planner.notes = notes
    return None


def _flat(planner: Planner, found: Grouped) -> Request:
    """The query over the table. NotSame where the answer could differ."""
    dialect = planner.dialect
    own = _request_of(planner.request, found)
    try:
        made = Planner(own, dialect)
        flat = flat_request(_asked(planner), _asked(made), found, dialect)
        here = replace(own, timezone=planner.request.timezone)
        definition = made.compiled().sql
        if own.timezone == here.timezone and not made.resolver.reads_query:
            return flat
        same = Planner(here, dialect, asked_by=planner).compiled().sql == definition
    except (LookmlError, QueryError) as error:
        raise NotSame("it cannot be made: " + " ".join(str(error).split())) from None
    if same:
        return flat
    if own.timezone != here.timezone:
        raise NotSame(f"its time zone is {own.timezone}, the query's {here.timezone}")
    raise NotSame("what it holds depends on the query")


def _asked(planner: Planner) -> Asked:
    return Asked(
        request=planner.request,
        selection=planner.selection,
        scope=planner.scope,
        time=planner.resolver.time,
        tree=planner.tree,
    )


def _request_of(request: Request, found: Grouped) -> Request:
    """The query that an aggregate table holds the rows of."""
    fields = (*found.dimensions, *found.measures)
    explore = found.model.explores[request.explore]
    return replace(
        request,
        model=found.model,
        fields=tuple(field.full_name for field in fields),
        pivots=(),
        fill_fields=(),
        filters={qualified(pair.field, explore): pair.expression for pair in found.table.filters},
        filter_expression=None,
        sorts=(),
        unsorted=True,
        limit=None,
        total=False,
        row_total=None,
        subtotals=(),
        dynamic_fields=(),
        for_everybody=True,
        timezone=found.table.timezone or request.database_timezone,
    )


def _as_asked(
    planner: Planner, compiled: Compiled, kept: KeptTable, name: str, notes: list[str]
) -> Compiled:
    """The columns of an aggregate table, told as the fields that they hold."""
    fields = {field.full_name: field.field for field in planner.selection.measures}
    fields |= {field.full_name: field.field for field in planner.selection.dimensions}

    def told(columns: tuple[OutputColumn, ...]) -> tuple[OutputColumn, ...]:
        return tuple(
            replace(column, field=fields[column.name], effective_type=fields[column.name].type)
            if column.name in fields and column.field is not None
            else column
            for column in columns
        )

    told_all = compiled.changed(lambda part: SqlPart(part.sql, told(part.columns)))
    return replace(
        told_all,
        sql="".join(notes) + compiled.sql,
        post_measures=tuple(
            replace(post, field=fields[post.name]) for post in compiled.post_measures
        ),
        filters=tuple((field.full_name, text) for field, text in planner.selection.filters),
        warnings=(*planner.selection.warnings, *planner.totals.warnings()),
        kept=(kept,),
        aggregate_table=name,
    )
