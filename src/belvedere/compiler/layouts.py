"""What the derived tables of a model ask for that the database of its connection does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from belvedere.lookml.diagnostics import Diagnostic, Severity
from belvedere.lookml.model import DerivedTable, Location, Model, Persistence

if TYPE_CHECKING:
    from belvedere.compiler.dialects.base import Dialect

LAYOUTS = (
    *("indexes", "sortkeys", "partition_keys", "cluster_keys", "distribution"),
    *("distribution_style", "table_format", "table_compression"),
)


def without_effect(model: Model, dialect: Dialect, *, keeps_tables: bool) -> list[Diagnostic]:
    """Each told once, however many views extend the one that says it."""
    found: dict[tuple[str, Location], Diagnostic] = {}
    for name, kept, table, place in _tables(model):
        severity = Severity.info
        for message in _messages(name, kept, dialect, keeps_tables=keeps_tables):
            if not keeps_tables and table is not None and _is_made_by_statements(table):
                severity = Severity.error
            told = Diagnostic(
                severity=severity, kind="model", message=message, location=place, model=model.name
            )
            found.setdefault((message.partition('"')[0], place), told)
    return [*found.values()]


def _tables(model: Model) -> Iterator[tuple[str, Persistence, DerivedTable | None, Location]]:
    for view in model.views.values():
        table = view.derived_table
        if table is not None and table.persistence is not None:
            place = table.location or view.location or Location("", 1)
            yield view.name, table.persistence, table, place
    for explore in model.explores.values():
        for aggregate in explore.aggregate_tables:
            if aggregate.persistence is not None:
                place = aggregate.location or explore.location or Location("", 1)
                yield aggregate.name, aggregate.persistence, None, place


def _messages(
    name: str, kept: Persistence, dialect: Dialect, *, keeps_tables: bool
) -> Iterator[str]:
    if not keeps_tables:
        yield (
            f'The derived table "{name}" is not kept: {dialect.label} databases are only asked, '
            "so that it is computed with each query, and statements that make it cannot be run"
        )
        return
    if kept.materialized_view and not dialect.renews_materialized_views:
        yield (
            f'materialized_view of derived table "{name}" has no effect: {dialect.label} does not '
            "renew such views by itself. The table's trigger counts; without one it is computed "
            "with each query"
        )
    for parameter in LAYOUTS:
        if getattr(kept, parameter) and parameter not in dialect.layouts:
            yield (
                f'{parameter} of derived table "{name}" has no effect: tables of {dialect.label} '
                f"have none; they have {', '.join(sorted(dialect.layouts))}"
            )


def _is_made_by_statements(table: DerivedTable) -> bool:
    return table.sql_create is not None or bool(table.create_process)
