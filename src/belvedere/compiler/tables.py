"""Where a view's rows come from: a table, or a derived table, kept or as a common table
expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from belvedere.compiler import persistent
from belvedere.compiler.fragments import split
from belvedere.compiler.increments import Since
from belvedere.compiler.names import output_column
from belvedere.compiler.native import SourceNames
from belvedere.compiler.request import Request, Sort
from belvedere.errors import LookmlError
from belvedere.lookml.kept import is_kept
from belvedere.lookml.model import DerivedTable, ExploreSource, SourceColumn, View


@dataclass(frozen=True, slots=True)
class Inner:
    """A query that stands inside another one; `expressions` are the common table expressions
    that it leaves to the statement around it, where it cannot begin with WITH itself.
    """

    sql: str
    expressions: Mapping[str, str]
    columns: frozenset[str]
    """Full names of the fields that it computes."""


Nested = Callable[[Request, str], Inner]
"""Compiles the query of a native derived table. The names of the common table expressions that
it leaves outside begin with the text.
"""


class Tables:
    """Names of the tables behind views; collects the common table expressions they need."""

    def __init__(self, resolver: persistent.Defining, nested: Nested) -> None:
        self._resolver = resolver
        self._nested = nested
        self._expressions: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._open: list[str] = []
        self.flat: str | None = None
        """The one table that every view stands for, where an aggregate table is read."""
        self.within = ""
        """What the names of common table expressions begin with."""
        self.kept: dict[str, persistent.KeptTable] = {}
        """The persistent tables that the SQL reads so far, by key."""

    @property
    def expressions(self) -> dict[str, str]:
        """Name → SQL of every common table expression so far, dependencies first."""
        return self._expressions

    def source(self, alias: str, view: View, stated: str | None = None) -> str:
        """The FROM or JOIN item of a view joined as `alias`; `stated` overrides its table."""
        if self.flat is not None:
            return self._resolver.dialect.aliased(self.flat, alias)
        name = self._stated(stated, alias, view) if stated else self.name_of(view.name, alias)
        return self._resolver.dialect.aliased(name, alias)

    def _stated(self, text: str, alias: str, view: View) -> str:
        """A written sql_table_name: it may choose among the tables of other views."""
        rendered = self._resolver.rendered(self._for_mode(text), alias)
        with self._opening(view):
            return self._substitute_tables(rendered, view)

    def name_of(self, view_name: str, alias: str | None = None) -> str:
        """What stands for `${view.SQL_TABLE_NAME}`; builds the derived table on first use."""
        if view_name not in self._names:
            view = self._view(view_name)
            if view.derived_table is not None:
                self._names[view_name] = self._derive(view, view.derived_table)
            elif view.sql_table_name is not None:
                found = alias or self._alias_of(view_name)
                return self._stated(view.sql_table_name, found, view)
            else:
                self._names[view_name] = self._resolver.dialect.identifier(view_name)
        return self._names[view_name]

    def _view(self, name: str) -> View:
        view = self._resolver.request.model.views.get(name)
        if view is None and name in self._resolver.scope.aliases:
            view = self._resolver.scope.aliases[name]
        if view is None:
            raise LookmlError(f'Unknown view "{name}"')
        return view

    def _alias_of(self, view_name: str) -> str:
        for alias, view in self._resolver.scope.aliases.items():
            if view.name == view_name:
                return alias
        return self._resolver.scope.explore.base

    @contextmanager
    def _opening(self, view: View) -> Iterator[None]:
        """While the view's table is made out: to come back to it is an error."""
        if view.name in self._open:
            cycle = " → ".join([*self._open, view.name])
            raise LookmlError(
                f"Derived tables refer to one another in a circle: {cycle}",
                str(view.location) if view.location else None,
            )
        self._open.append(view.name)
        try:
            yield
        finally:
            self._open.pop()

    def _derive(self, view: View, table: DerivedTable) -> str:
        with self._opening(view):
            kept = self._kept(view, table)
            if kept is not None:
                return kept
            sql = self._sql(view, table)
        name = self._resolver.dialect.identifier(self.within + view.name)
        self._expressions[name] = sql
        return name

    def _kept(self, view: View, table: DerivedTable) -> str | None:
        """The name of the persistent table, where the view is one and can be kept."""
        scratch = self._resolver.request.scratch
        if scratch is None or not self._is_kept(table):
            return None
        alone = self._resolver.alone(view, persistent.ANY_TIME, [*self._open])
        kept = persistent.kept_table(alone, view, scratch)
        self.kept[kept.key] = kept
        return self._resolver.dialect.scratch_table(scratch.schema, kept.name)

    def _is_kept(self, table: DerivedTable) -> bool:
        return is_kept(table, materializes=self._resolver.dialect.renews_materialized_views)

    def opened(self, views: Iterable[str]) -> None:
        """Views that are being defined already: to come back to them is an error."""
        self._open = list(views)

    def select(self, view: View, since: Since | None = None) -> str:
        """The whole statement behind a derived table; with `since` only the rows from there on."""
        if view.derived_table is None:
            raise LookmlError(f'View "{view.name}" is no derived table')
        sql = self._sql(view, view.derived_table, since)
        name = self._resolver.dialect.identifier(view.name)
        tables = {**self._expressions, name: sql}
        bodies = ",\n".join(f"{table} AS (\n{body}\n)" for table, body in tables.items())
        return f"WITH {bodies}\nSELECT * FROM {name}"

    def step(self, view: View, text: str, target: str) -> str:
        """A statement of sql_create or create_process; `target` is the table to be made."""
        rendered = self._resolver.rendered(self._for_mode(text), self._alias_of(view.name))
        own = ("SQL_TABLE_NAME", f"{view.name}.SQL_TABLE_NAME")
        words = []
        for part in split(rendered):
            if isinstance(part, str):
                words.append(part)
            elif part.name in own:
                words.append(target)
            elif part.is_table_name:
                words.append(self.inline(part.name.removesuffix("SQL_TABLE_NAME").rstrip(".")))
            else:
                raise self._wrong_reference(view, part.name)
        return "".join(words).strip().rstrip(";")

    def inline(self, view_name: str) -> str:
        """A table by its name; one that exists in this statement only as its whole query."""
        name = self.name_of(view_name)
        if name not in self._expressions:
            return name
        if not self._resolver.dialect.supports_nested_with:
            raise LookmlError(
                f"{self._resolver.dialect.label} cannot read {view_name} in the middle of a "
                "statement: make it a persistent derived table too"
            )
        bodies = ",\n".join(f"{table} AS (\n{body}\n)" for table, body in self._expressions.items())
        return f"(WITH {bodies}\nSELECT * FROM {name})"

    def _for_mode(self, text: str) -> str:
        """Lines that are marked for production or for development, where they apply."""
        if "-- if " not in text:
            return text
        here, other = ("dev", "prod") if self._resolver.request.development else ("prod", "dev")
        lines = (line for line in text.split("\n") if not _marked(line, other))
        return "\n".join(line.replace(f"-- if {here} --", "", 1) for line in lines)

    def _wrong_reference(self, view: View, name: str) -> LookmlError:
        return LookmlError(
            f'The table of view "{view.name}" refers to ${{{name}}}; only '
            "${view.SQL_TABLE_NAME} can be used there",
            str(view.location) if view.location else None,
        )

    def _sql(self, view: View, table: DerivedTable, since: Since | None = None) -> str:
        if table.sql is not None:
            resolver = self._resolver
            resolver.since = since
            text = resolver.rendered(self._for_mode(table.sql), self._alias_of(view.name))
            return self._substitute_tables(text, view)
        if table.explore_source is not None:
            return self._native(view, table.explore_source, since)
        raise LookmlError(
            f'The derived table of view "{view.name}" is made by sql_create or create_process, '
            "which needs persistent derived tables: give the connection a place for them "
            "(tmp_db_name), in a database that keeps them, and the table a trigger",
            str(table.location or view.location or view.name),
        )

    def _substitute_tables(self, text: str, view: View) -> str:
        words = []
        for part in split(text):
            if isinstance(part, str):
                words.append(part)
            elif part.is_table_name:
                words.append(self.name_of(part.name.removesuffix("SQL_TABLE_NAME").rstrip(".")))
            else:
                raise self._wrong_reference(view, part.name)
        return "".join(words).strip().rstrip(";")

    def _native(self, view: View, source: ExploreSource, since: Since | None = None) -> str:
        """The explore's query, its columns renamed, derived columns added around it."""
        dialect = self._resolver.dialect
        names = SourceNames(self._resolver.request.model, view, source)
        request = self._native_request(view, source, names, since)
        within = "" if dialect.supports_nested_with else f"{self.within}{view.name}__"
        inner = self._nested(request, within)
        names.check(inner.columns)
        self._expressions.update(inner.expressions)
        columns = [
            f"{self._column(view, column, names)} AS {dialect.identifier(column.name)}"
            for column in source.columns
        ]
        sql = f"SELECT {', '.join(columns)} FROM {dialect.aliased(f'({inner.sql})', 'source_rows')}"
        if source.derived_columns:
            derived = [
                f"{column.sql} AS {dialect.identifier(column.name)}"
                for column in source.derived_columns
            ]
            rows = dialect.aliased(f"({sql})", "derived_rows")
            every = dialect.every_column("derived_rows")
            sql = f"SELECT {every}, {', '.join(derived)} FROM {rows}"
        return sql

    def _column(self, view: View, column: SourceColumn, names: SourceNames) -> str:
        """A column of the inner query; days are dates to the SQL that reads the table, and what
        partitions it has the type for that.
        """
        dialect, name = self._resolver.dialect, names.column(column)
        found = output_column(dialect, name)
        if dialect.references_dates and names.is_day(name):
            return dialect.cast(found, "date")
        table = view.derived_table
        kept = table.persistence if table is not None else None
        partitions = kept is not None and column.name in kept.partition_keys
        if partitions and dialect.partitions_by_time and names.is_time(name):
            return dialect.cast(found, "datetime")
        return found

    def _is_of(self, view: View, name: str) -> bool:
        """Whether a filter is on the view's own rows, which are not there while it is defined."""
        joined = self._resolver.scope.aliases.get(name.partition(".")[0])
        return joined is not None and joined.name == view.name

    def _bound(self, view: View, name: str) -> str:
        """A field of this explore's query; those of the table itself also by their bare names."""
        if self._resolver.scope.find_unrestricted(name) is not None:
            return name
        return f"{self._alias_of(view.name)}.{name.removeprefix(f'{view.name}.')}"

    def _native_request(
        self, view: View, source: ExploreSource, names: SourceNames, since: Since | None
    ) -> Request:
        outer = self._resolver.request
        pairs = (*source.filters, *(source.dev_filters if outer.development else ()))
        modelled = {names.field(pair.field): pair.expression for pair in pairs}
        filters = dict(modelled)
        if since is not None:
            key = names.key(since.key)
            filters[key] = _both(filters.get(key), since.expression)
        if source.bind_all_filters or source.bind_filters:
            self._resolver.reads_query = True
        if source.bind_all_filters:
            asked = self._resolver.asked_by.request
            handed_down = {
                name: text for name, text in asked.filters.items() if not self._is_of(view, name)
            }
            filters |= handed_down
            modelled |= {name: text for name, text in asked.modelled.items() if name in handed_down}
        for bound in source.bind_filters:
            text = self._resolver.asked_by.filters.get(self._bound(view, bound.from_field))
            if text is not None:
                filters[names.field(bound.to_field)] = text
        zone = source.timezone
        timezone = outer.timezone if zone == "query_timezone" else zone or outer.database_timezone
        sorts = tuple(Sort(names.sort(sort.field), sort.descending) for sort in source.sorts)
        if source.limit is None and not self._resolver.dialect.supports_nested_order:
            sorts = ()
        return replace(
            outer,
            explore=source.explore,
            fields=tuple(names.column(column) for column in source.columns),
            pivots=(),
            fill_fields=(),
            filters=filters,
            modelled=modelled,
            filter_expression=source.expression_custom_filter,
            sorts=sorts or None,
            unsorted=not sorts,
            limit=source.limit,
            total=False,
            row_total=None,
            subtotals=(),
            dynamic_fields=(),
            for_everybody=source.for_everybody,
            defining=outer.defining | {view.name},
            timezone=timezone,
        )


def _both(expression: str | None, other: str) -> str:
    if expression and expression.strip():
        raise LookmlError(
            "The increment_key of a native derived table cannot be filtered by the table itself "
            f"({expression})"
        )
    return other


def _marked(line: str, mode: str) -> bool:
    return line.lstrip().startswith(f"-- if {mode} --")
