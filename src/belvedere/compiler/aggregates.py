"""Aggregate tables of an explore: what they hold, as derived tables that can be kept.

An aggregate table holds dimensions as a query shows them, and measures per group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from msgspec.structs import replace as replaced

from belvedere.lookml.field_traits import is_post_sql
from belvedere.lookml.mappings import Overlaid
from belvedere.lookml.model import (
    AggregateTable,
    DerivedTable,
    Explore,
    ExploreSource,
    Model,
    Persistence,
    SourceColumn,
    View,
)
from belvedere.lookml.scope import Scope, ScopedField


@dataclass(frozen=True, slots=True)
class Grouped:
    """An aggregate table of an explore, as a view that can be kept, and what it holds."""

    table: AggregateTable
    view: View
    model: Model
    """The model with the parts of averages as measures of their own."""
    dimensions: tuple[ScopedField, ...]
    measures: tuple[ScopedField, ...]


@lru_cache(maxsize=512)
def _grouped(model: _Identity, explore_name: str, table_name: str) -> Grouped | None:
    return _read(model.model, model.model.explores[explore_name], table_name)


class _Identity:
    """A model, equal to itself by name and version."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._key = (model.project, model.name, model.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.model is other.model

    def __hash__(self) -> int:
        return hash(self._key)


def grouped(model: Model, explore: Explore) -> Iterator[Grouped]:
    """The explore's aggregate tables that can be kept, those with fewer dimensions first."""
    found = [_grouped(_Identity(model), explore.name, table.name) for table in _tables(explore)]
    known = [item for item in found if item is not None]
    yield from sorted(known, key=lambda item: len(item.dimensions))


def _tables(explore: Explore) -> list[AggregateTable]:
    return [table for table in explore.aggregate_tables if table.persistence is not None]


def _read(model: Model, explore: Explore, table_name: str) -> Grouped | None:
    table = next(table for table in explore.aggregate_tables if table.name == table_name)
    scope = Scope(model, explore)
    names = [qualified(name, explore) for name in (*table.dimensions, *table.measures)]
    fields = [scope.find_unrestricted(name) for name in names]
    if table.persistence is None or any(field is None for field in fields):
        return None
    known = [field for field in fields if field is not None and not is_post_sql(field.field)]
    extended = _with_parts(model, explore, known)
    columns = []
    for scoped in known:
        for column, name in _columns(scoped):
            columns.append(SourceColumn(column, name, None))
    source = ExploreSource(
        explore=explore.name,
        columns=tuple(columns),
        filters=table.filters,
        timezone=table.timezone,
        for_everybody=True,
    )
    view = View(
        name=f"{explore.name}${table.name}",
        derived_table=DerivedTable(
            explore_source=source,
            persistence=_by_columns(table.persistence, explore, set(names)),
            location=table.location,
        ),
        location=table.location,
    )
    return Grouped(
        table=table,
        view=view,
        model=extended,
        dimensions=tuple(field for field in known if field.field.is_dimension),
        measures=tuple(field for field in known if field.field.is_measure),
    )


def qualified(name: str, explore: Explore) -> str:
    return name if "." in name else f"{explore.base}.{name}"


def _by_columns(kept: Persistence, explore: Explore, held: set[str]) -> Persistence:
    """The layout and the increment key, which name fields, by the columns that hold these."""

    def column(name: str) -> str:
        full = qualified(name, explore)
        return column_of(full) if full in held else name

    return replaced(
        kept,
        increment_key=column(kept.increment_key) if kept.increment_key else None,
        distribution=column(kept.distribution) if kept.distribution else None,
        **{
            keys: tuple(column(name) for name in getattr(kept, keys))
            for keys in ("indexes", "partition_keys", "cluster_keys", "sortkeys")
        },
    )


def column_of(full_name: str) -> str:
    return full_name.replace(".", "__")


def _columns(scoped: ScopedField) -> Iterator[tuple[str, str]]:
    """(column, field) pairs that hold a field; an average is held as its sum and its count."""
    name = scoped.full_name
    if scoped.field.type == "average":
        for part in ("sum", "values"):
            yield f"{column_of(name)}__{part}", f"{name}__{part}"
    else:
        yield column_of(name), name


def _with_parts(model: Model, explore: Explore, fields: list[ScopedField]) -> Model:
    made: dict[str, View] = {}
    names = {explore.base: explore.base_view, **{join.name: join.view for join in explore.joins}}
    for scoped in fields:
        field = scoped.field
        if field.type != "average":
            continue
        sql = field.sql or f"${{TABLE}}.{field.name}"
        counted = f"CASE WHEN ({sql}) IS NOT NULL THEN 1 ELSE 0 END"
        name = names[scoped.alias]
        view = made.get(name) or model.views[name]
        parts = {
            f"{field.name}__{part}": replaced(
                field, name=f"{field.name}__{part}", type="sum", sql=text
            )
            for part, text in (("sum", sql), ("values", counted))
        }
        made[name] = replaced(view, fields={**view.fields, **parts})
    views = Overlaid(model.views, made)
    return replaced(model, views=views, version=f"{model.version}+{explore.name}")
