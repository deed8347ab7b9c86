"""Checks of explores, derived tables and tests: joins, filters and fields that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from belvedere.lookml.check_filters import filter_problem
from belvedere.lookml.check_names import Names, Reporter, aliases_of, references, tables
from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.kept import depends_on_query
from belvedere.lookml.model import (
    Category,
    DerivedTable,
    Explore,
    ExploreSource,
    FilterPair,
    Join,
    Location,
    Persistence,
    View,
)
from belvedere.lookml.scope import Scope


class ExploreChecks:
    """The checks of one explore."""

    def __init__(self, names: Names, explore: Explore) -> None:
        self._names = names
        self._model = names.model
        self._explore = explore
        self._scope = Scope(names.model, explore)
        self._reporter = Reporter(names.model)

    def found(self) -> Iterator[Diagnostic]:
        explore = self._explore
        yield from self._texts()
        for join in explore.joins:
            yield from self._join(join)
        yield from self._always()
        yield from self._lists()
        yield from self._queries()
        yield from grants(self._reporter, self._names, explore.required_access_grants, explore)
        if explore.persist_with is not None:
            yield from self._datagroup(explore.persist_with, explore.location)

    def _tell(
        self,
        message: str,
        location: Location | None = None,
        *,
        field: str | None = None,
        severity: Severity = Severity.error,
        kind: str = "reference",
    ) -> Diagnostic:
        return self._reporter.problem(
            message,
            location or self._explore.location,
            field=field,
            explore=self._explore.name,
            severity=severity,
            kind=kind,
        )

    def _exists(self, name: str, alias: str) -> bool:
        scope = self._scope
        return (
            scope.find_unrestricted(name) is not None
            or scope.find_unrestricted(f"{alias}.{name}") is not None
            or bool(scope.expand([name], alias))
        )

    def _unknown(
        self,
        name: str,
        owner: str,
        location: Location | None = None,
        severity: Severity = Severity.error,
    ) -> Diagnostic:
        known = (scoped.full_name for scoped in self._scope.fields())
        message = f'Unknown or inaccessible field "{name}" in {owner}.{did_you_mean(name, known)}'
        return self._tell(message, location, field=name, severity=severity)

    # Joins

    def _texts(self) -> Iterator[Diagnostic]:
        explore = self._explore
        texts = [
            (explore.sql_always_where, explore.base, explore.location, "sql_always_where"),
            (explore.sql_always_having, explore.base, explore.location, "sql_always_having"),
            (explore.sql_preamble, explore.base, explore.location, "sql_preamble"),
        ]
        for join in explore.joins:
            owner = f'join "{join.name}"'
            texts += [
                (text, join.name, join.location, owner)
                for text in (join.sql_on, join.sql_where, join.sql_having, join.sql)
            ]
        for text, alias, location, owner in texts:
            for name in references(text or ""):
                if not self._exists(name, alias):
                    yield self._unknown(name, owner, location)

    def _join(self, join: Join) -> Iterator[Diagnostic]:
        ways = [join.sql_on, join.foreign_key, join.sql_foreign_key, join.sql]
        written = sum(way is not None for way in ways)
        if written > 1:
            message = (
                f'Join "{join.name}" takes one of sql_on, foreign_key, sql_foreign_key and sql'
            )
            yield self._tell(message, join.location, kind="model")
        elif not join.has_condition and self._has_columns(join):
            message = (
                f'Join "{join.name}" needs sql_on or foreign_key: without, only filters, '
                "parameters and dimensions that read nothing of its view can be queried"
            )
            yield self._tell(message, join.location, severity=Severity.warning, kind="model")
        if join.foreign_key is not None:
            yield from self._foreign_key(join, join.foreign_key)
        aliases = aliases_of(self._explore)
        for name in join.required_joins:
            if name not in aliases:
                hint = did_you_mean(name, aliases)
                message = f'Unknown view "{name}" in required_joins of join "{join.name}".{hint}'
                yield self._tell(message, join.location)
        for item in join.fields or ():
            yield from self._item(item, join.name, f'fields of join "{join.name}"', join.location)
        yield from grants(self._reporter, self._names, join.required_access_grants, join)

    def _has_columns(self, join: Join) -> bool:
        only_filters = (Category.filter, Category.parameter)
        fields = self._model.views[join.view].fields.values()
        return any(field.category not in only_filters for field in fields)

    def _foreign_key(self, join: Join, name: str) -> Iterator[Diagnostic]:
        if not self._exists(name, self._explore.base):
            yield self._unknown(name, f'join "{join.name}"', join.location)
        if self._model.views[join.view].primary_key is None:
            message = f'Join "{join.name}" has a foreign_key, but view {join.view} no primary_key'
            yield self._tell(message, join.location, kind="model")

    # What holds for every query

    def _always(self) -> Iterator[Diagnostic]:
        explore = self._explore
        yield from self._pairs(explore.always_filter, "always_filter")
        yield from self._pairs(explore.conditionally_filter, "conditionally_filter")
        for name in explore.conditionally_filter_unless:
            if not self._exists(name, explore.base):
                yield self._unknown(name, "unless of conditionally_filter")
        for access in explore.access_filters:
            if not self._exists(access.field, explore.base):
                message = f'Unknown field "{access.field}" in an access_filter'
                yield self._tell(message, field=access.field)

    def _pairs(
        self, pairs: Iterable[FilterPair], owner: str, location: Location | None = None
    ) -> Iterator[Diagnostic]:
        scope, base = self._scope, self._explore.base
        for pair in pairs:
            found = scope.find_unrestricted(pair.field) or scope.find_unrestricted(
                f"{base}.{pair.field}"
            )
            if found is None:
                hint = did_you_mean(pair.field, (item.full_name for item in scope.fields()))
                message = f"{owner}: unknown filter field '{pair.field}'.{hint}"
                yield self._tell(message, location, field=pair.field)
                continue
            problem = filter_problem(found.field, pair.expression)
            if problem is not None:
                message = f"{problem} ({owner} on {pair.field})"
                yield self._tell(message, location, field=pair.field, kind="filter")

    def _lists(self) -> Iterator[Diagnostic]:
        explore = self._explore
        aliases = aliases_of(explore)
        for name in explore.always_join:
            if name not in aliases:
                hint = did_you_mean(name, aliases)
                yield self._tell(f'Unknown view "{name}" in always_join.{hint}')
        for item in explore.fields or ():
            yield from self._item(item, explore.base, "fields", explore.location)
        for name in explore.cancel_grouping_fields:
            if not self._exists(name, explore.base):
                yield self._unknown(name, "cancel_grouping_fields")

    def _item(
        self, item: str, alias: str, owner: str, location: Location | None
    ) -> Iterator[Diagnostic]:
        name = item.removeprefix("-")
        if name.endswith("ALL_FIELDS*") or self._scope.expand([name], alias):
            return
        if name.endswith("*") and self._is_set(name, alias):
            return
        known = [scoped.full_name for scoped in self._scope.fields()]
        what = "set" if name.endswith("*") else "field"
        message = f'Unknown or inaccessible {what} "{name}" in {owner}.{did_you_mean(name, known)}'
        yield self._tell(message, location, field=name, severity=Severity.warning)

    def _is_set(self, name: str, alias: str) -> bool:
        owner, _, bare = name[:-1].rpartition(".")
        view = self._scope.aliases.get(owner or alias)
        return view is not None and bare in view.sets

    # Queries and tables of the explore

    def _queries(self) -> Iterator[Diagnostic]:
        for query in self._explore.queries:
            owner = f'query "{query.name}"'
            named = [*query.dimensions, *query.measures, *query.pivots]
            yield from self._all(named, owner, None)
            yield from self._pairs(query.filters, owner)
        for table in self._explore.aggregate_tables:
            owner = f'aggregate_table "{table.name}"'
            yield from self._all([*table.dimensions, *table.measures], owner, table.location)
            yield from self._pairs(table.filters, owner, table.location)
            yield from self._persistence(table.persistence, table.location)

    def _all(
        self, named: Iterable[str], owner: str, location: Location | None
    ) -> Iterator[Diagnostic]:
        for name in named:
            if not self._exists(name, self._explore.base):
                yield self._unknown(name, owner, location)

    def _persistence(
        self, persistence: Persistence | None, location: Location | None
    ) -> Iterator[Diagnostic]:
        if persistence is not None and persistence.datagroup_trigger is not None:
            yield from self._datagroup(persistence.datagroup_trigger, location)

    def _datagroup(self, name: str, location: Location | None) -> Iterator[Diagnostic]:
        yield from datagroup(self._reporter, self._names, name, location)

    def source(
        self, source: ExploreSource, owner: str, location: Location | None
    ) -> Iterator[Diagnostic]:
        """What an explore_source over this explore names."""
        base = self._explore.base
        for column in source.columns:
            name = column.field or column.name
            if not self._exists(name, base):
                yield self._unknown(name, owner, location)
        for bind in source.bind_filters:
            if not self._exists(bind.to_field, base):
                yield self._unknown(bind.to_field, f"bind_filters of {owner}", location)
        yield from self._pairs((*source.filters, *source.dev_filters), owner, location)
        yield from self.expression(source.expression_custom_filter or "", owner, location)

    def expression(self, text: str, owner: str, location: Location | None) -> Iterator[Diagnostic]:
        """Fields that an expression over this explore names."""
        for name in references(text):
            if not self._exists(name.partition(":")[0], self._explore.base):
                yield self._unknown(name, owner, location)


def grants(
    reporter: Reporter, names: Names, required: Iterable[str], owner: Explore | Join | View
) -> Iterator[Diagnostic]:
    known = names.model.access_grants
    for grant in required:
        if grant not in known:
            yield reporter.unknown("access grant", grant, known, owner.name, owner.location)


def datagroup(
    reporter: Reporter, names: Names, name: str, location: Location | None
) -> Iterator[Diagnostic]:
    known = names.model.datagroups
    if name not in known:
        hint = did_you_mean(name, known)
        yield reporter.problem(f'Unknown datagroup "{name}".{hint}', location)


def view_tables(reporter: Reporter, names: Names, view: View) -> Iterator[Diagnostic]:
    """Tables of other views that the view's own SQL reads, and how it is kept."""
    table = view.derived_table
    texts = [view.sql_table_name or ""]
    if table is not None:
        texts += [table.sql or "", table.sql_create or "", *table.create_process]
    for text in texts:
        for name in dict.fromkeys(tables(text)):
            if name not in names.views:
                known = names.model.views
                yield reporter.unknown("view", name, known, f"view {view.name}", view.location)
    if table is not None and table.persistence is not None and _is_asked_for(table):
        message = (
            f"The derived table of view {view.name} cannot be kept: its SQL depends on the filters "
            "or parameters of each query, and is computed with it"
        )
        severity = Severity.warning
        yield reporter.problem(message, table.location, kind="model", severity=severity)
    persistence = table.persistence if table is not None else None
    if persistence is not None and persistence.datagroup_trigger is not None:
        location = table.location if table is not None else None
        yield from datagroup(reporter, names, persistence.datagroup_trigger, location)


def _is_asked_for(table: DerivedTable) -> bool:
    return table.explore_source is None and depends_on_query(table)
