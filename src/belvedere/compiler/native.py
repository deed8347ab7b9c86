"""Names in an explore_source: what they mean in the explore that the table is made from."""

from __future__ import annotations

import re

from belvedere.errors import LookmlError
from belvedere.lookml.field_traits import is_post_sql
from belvedere.lookml.model import ExploreSource, Field, Model, SourceColumn, View
from belvedere.lookml.scope import scope_of

TIMES = ("time", "second")
_COLUMN = re.compile(r'\s*\$\{TABLE\}\.[`"\[]?(\w+)[`"\]]?\s*')


class SourceNames:
    """Bare names are those of the explore's base view; former names count. LookmlError for an
    explore that there is not.
    """

    def __init__(self, model: Model, view: View, source: ExploreSource) -> None:
        self._view = view
        self._source = source
        explore = model.explores.get(source.explore)
        if explore is None:
            raise self._problem(
                f'Unknown explore "{source.explore}" in explore_source of view "{view.name}"'
            )
        self._base = explore.base
        self._scope = scope_of(model, source.explore)
        self._columns = {column.name: column for column in source.columns}

    def field(self, name: str) -> str:
        """The field's full name."""
        full = name if "." in name else f"{self._base}.{name}"
        found = self._scope.find(full)
        return full if found is None else found.full_name

    def column(self, column: SourceColumn) -> str:
        return self.field(column.field or column.name)

    def sort(self, name: str) -> str:
        """Sorts may also name a column."""
        full = self.field(name)
        known = self._scope.find(full) is not None
        return full if known or name not in self._columns else self.column(self._columns[name])

    def key(self, name: str) -> str:
        """The field behind a dimension of the table."""
        return self.column(self._columns[name]) if name in self._columns else self.field(name)

    def is_day(self, name: str) -> bool:
        found = self._scope.find(name)
        return found is not None and found.field.is_dimension and found.field.timeframe == "date"

    def is_time(self, name: str) -> bool:
        """Whether the field is the text of a whole second."""
        found = self._scope.find(name)
        return found is not None and found.field.is_dimension and found.field.timeframe in TIMES

    def datatype(self, column: str) -> str:
        """What a column that partitions the table holds: timestamp, datetime, or "" for what is
        not known or no time.
        """
        if column not in self._columns:
            return ""
        name = self.column(self._columns[column])
        found = self._scope.find(name)
        if self.is_time(name):
            return "datetime"
        is_raw = found is not None and found.field.timeframe == "raw"
        told = found is not None and found.field.datatype == "timestamp"
        return "timestamp" if is_raw and told else ""

    def check(self, computed: frozenset[str]) -> None:
        """LookmlError for a column that the query does not compute."""
        for column in self._source.columns:
            name = self.column(column)
            if name in computed:
                continue
            told = f'The column "{column.name}" of derived table "{self._view.name}"'
            found = self._scope.find(name)
            if found is not None and is_post_sql(found.field):
                raise self._problem(f"{told}: {name} is computed after the query, on its result")
            raise self._problem(f'{told}: unknown or inaccessible field "{name}"')

    def _problem(self, message: str) -> LookmlError:
        table = self._view.derived_table
        place = (table.location if table is not None else None) or self._view.location
        return LookmlError(message, str(place) if place else None)


def is_column(field: Field, column: str) -> bool:
    """Whether the field is that column of its table."""
    if field.sql is None:
        return (field.dimension_group or field.name) == column
    written = _COLUMN.fullmatch(field.sql)
    return written is not None and written.group(1) == column


def is_written_yesno(model: Model, view: View, field: Field) -> bool:
    """Whether the dimension is a column of a native table in which another yesno has left the
    texts Yes and No.
    """
    source = view.derived_table.explore_source if view.derived_table is not None else None
    if source is None or source.explore not in model.explores:
        return False
    column = next((column for column in source.columns if is_column(field, column.name)), None)
    if column is None:
        return False
    found = scope_of(model, source.explore).find(SourceNames(model, view, source).column(column))
    return found is not None and found.field.type == "yesno"
