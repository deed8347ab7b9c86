"""Persistent derived tables: which are kept under what name, and the statements that make them."""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Protocol

import msgspec

from belvedere.compiler.conditions.periods import moved, start_of
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.fragments import Fragment, parenthesized
from belvedere.compiler.increments import Since, as_expression, moment_of, unit_of
from belvedere.compiler.native import TIMES, SourceNames, is_column
from belvedere.compiler.request import Scratch
from belvedere.compiler.resolving import Resolving
from belvedere.errors import LookmlError
from belvedere.lookml.model import DerivedTable, Model, Persistence, View

ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""The time at which definitions are compared: a table is the same table tomorrow."""

_GENERATION_LENGTH = 9


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A derived table that is kept in the database.

    `key` is the same for as long as the definition is (its dependencies' included); `name` stands
    in SQL for the table that was last made, see `named`.
    """

    key: str
    name: str
    view: View
    persistence: Persistence
    schema: str
    model: Model = field(compare=False, repr=False)

    def physical(self, made_at: datetime) -> str:
        """The name of the table that is made at that time; no two are the same."""
        milliseconds = int(made_at.timestamp() * 1000)
        generation = _base36(milliseconds).rjust(_GENERATION_LENGTH, "0")
        return self.name.replace(self.key, self.key + generation, 1)


class Definitions(Protocol):
    """The statements behind derived tables; `kept` are the tables that they read so far, by key."""

    @property
    def kept(self) -> Mapping[str, KeptTable]: ...

    def select(self, view: View, since: Since | None = None) -> str: ...

    def step(self, view: View, text: str, target: str) -> str: ...


class Defining(Resolving, Protocol):
    """A resolver, as far as the definitions of tables are its matter."""

    @property
    def tables(self) -> Definitions: ...

    def fragment(self, text: str, alias: str, owner: str | None = None) -> Fragment: ...

    def alone(self, view: View, now: datetime, opened: Iterable[str] = ()) -> Defining: ...


def named(sql: str, tables: Iterable[tuple[KeptTable, str]]) -> str:
    """The statement, reading the physical tables."""
    for kept, physical in tables:
        sql = sql.replace(kept.name, physical)
    return sql


def kept_table(resolver: Defining, view: View, scratch: Scratch) -> KeptTable:
    """`resolver` sees the view alone, at `ANY_TIME`."""
    table, dialect = view.derived_table, resolver.dialect
    if table is None or table.persistence is None:
        raise LookmlError(f'View "{view.name}" is no persistent derived table')
    persistence = table.persistence.where(materializes=dialect.renews_materialized_views)
    target = "SQL_TABLE_NAME"
    parts = [
        scratch.schema,
        scratch.identity,
        dialect.name,
        view.name,
        repr(msgspec.structs.replace(persistence, publish_as_db_view=False)),
        *_definition(resolver, view, table, target),
    ]
    digest = blake2b("\0".join(parts).encode(), digest_size=8).digest()
    key = b32encode(digest).decode().rstrip("=")
    room = dialect.max_identifier_length - len(dialect.kept_prefix) - len(key) - _GENERATION_LENGTH
    plain = _plain(view.name, dialect)
    name = f"{dialect.kept_prefix}{key}_{plain[: room - 1]}"
    return KeptTable(key, name, view, persistence, scratch.schema, resolver.request.model)


def published_name(model: str, view: str, dialect: Dialect) -> str:
    """The name of the database view that stands for a kept table of the model."""
    name = f"{_plain(model, dialect)}_{_plain(view, dialect)}"
    if len(name) <= dialect.max_identifier_length:
        return name
    digest = blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{name[: dialect.max_identifier_length - len(digest) - 1]}_{digest}"


def _plain(name: str, dialect: Dialect) -> str:
    plain = re.sub(r"[^A-Za-z0-9_$]", "_", name)
    return plain if "$" in dialect.kept_prefix else plain.replace("$", "_")


def _definition(resolver: Defining, view: View, table: DerivedTable, target: str) -> Iterator[str]:
    if table.sql_create is not None:
        yield resolver.tables.step(view, table.sql_create, target)
    elif table.create_process:
        for step in table.create_process:
            yield resolver.tables.step(view, step, target)
    else:
        yield resolver.tables.select(view)


class Making:
    """How one kept table is made, now. `target` and `previous` are tables as SQL names them."""

    def __init__(self, resolver: Defining, kept: KeptTable, below: Mapping[str, KeptTable]) -> None:
        """`resolver` sees the view alone, at the time of making; `below` collects the kept tables
        that queries of native derived tables read.
        """
        self._below = below
        self.kept = kept
        self._resolver = resolver
        self._dialect = resolver.dialect
        table = kept.view.derived_table
        if table is None:
            raise LookmlError(f'View "{kept.view.name}" is no derived table')
        self._table = table

    @property
    def reads(self) -> tuple[KeptTable, ...]:
        """The kept tables that this one is made from; known once statements were asked for."""
        return tuple({**self._below, **self._resolver.tables.kept}.values())

    def full(self, target: str) -> list[str]:
        view, table = self.kept.view, self._table
        if table.sql_create is not None or table.create_process:
            return list(_definition(self._resolver, view, table, target))
        return [*self._created(target, self._resolver.tables.select(view))]

    def _created(self, target: str, select: str) -> Iterator[str]:
        if self.kept.persistence.materialized_view:
            yield self._dialect.create_materialized_view(target, select, self._layout)
            return
        yield self._dialect.create_table_as(target, select, self._layout)
        yield from self._indexes(target)

    @property
    def _layout(self) -> Persistence:
        """With partitions as the database takes them."""
        layout = self.kept.persistence
        keys = (
            self._dialect.partition_key(key, self._datatype_of(key))
            for key in layout.partition_keys
        )
        return msgspec.structs.replace(layout, partition_keys=tuple(keys))

    def _datatype_of(self, column: str) -> str:
        """What a column of the table holds, where the model tells; else nothing."""
        view, source = self.kept.view, self._table.explore_source
        if source is not None:
            names = SourceNames(self._resolver.request.model, view, source)
            return names.datatype(column)
        found = (field.datatype for field in view.fields.values() if is_column(field, column))
        return "timestamp" if "timestamp" in found else ""

    def _indexes(self, target: str) -> Iterator[str]:
        for number, column in enumerate(self.kept.persistence.indexes, 1):
            made = self._dialect.create_index(target, f"{self.kept.key}_{number}", column)
            if made is not None:
                yield made

    # Increments

    @property
    def grows(self) -> bool:
        made_by_query = self._table.sql is not None or self._table.explore_source is not None
        has_key = self.kept.persistence.increment_key is not None
        return has_key and made_by_query and not self.kept.persistence.materialized_view

    def newest(self, previous: str) -> str:
        """The statement that tells the last value of the increment key."""
        column, _ = self._key_column()
        rows = self._dialect.aliased(previous, self.kept.view.name)
        return f"SELECT MAX({column}) AS newest FROM {rows}"

    def extended(self, target: str, previous: str, newest: object) -> list[str]:
        """Statements that copy what stays of `previous` and add the rows from there on."""
        column, timeframe = self._key_column()
        unit = unit_of(timeframe)
        calendar = self._resolver.time.calendar
        start = start_of(unit, moment_of(newest, timeframe), calendar)
        start = moved(start, -self.kept.persistence.increment_offset, unit)
        stays = f"{column} < {self._bound(start, timeframe)} OR {column} IS NULL"
        rows = self._dialect.aliased(previous, self.kept.view.name)
        kept = f"SELECT * FROM {rows} WHERE {stays}"
        added = self._resolver.tables.select(self.kept.view, self._since(start))
        return [
            self._dialect.create_table_as(target, kept, self._layout),
            self._dialect.insert(target, added),
            *self._indexes(target),
        ]

    def _key_column(self) -> tuple[str, str]:
        """The key as a column of the table, and its timeframe."""
        view, key = self.kept.view, self.kept.persistence.increment_key or ""
        source = self._table.explore_source
        if source is not None:
            names = {column.name: column.field or column.name for column in source.columns}
            if key in names:
                timeframe = self._source_timeframe(source.explore, names[key])
                alias = self._dialect.identifier(view.name)
                return f"{alias}.{self._dialect.identifier(key)}", timeframe
        field = view.fields.get(key)
        if field is None or field.timeframe is None:
            raise LookmlError(
                f'The increment_key "{key}" of view "{view.name}" is no timeframe of a dimension '
                "group of the view",
                str(view.location) if view.location else None,
            )
        text = field.sql or f"${{TABLE}}.{field.dimension_group or field.name}"
        fragment = self._resolver.fragment(text, view.name)
        return parenthesized(fragment.sql), field.timeframe

    def _source_timeframe(self, explore_name: str, field_name: str) -> str:
        model = self._resolver.request.model
        explore = model.explores[explore_name]
        alias, _, short = field_name.rpartition(".")
        views = {
            explore.base: explore.base_view,
            **{join.name: join.view for join in explore.joins},
        }
        view = model.views.get(views.get(alias or explore.base, ""))
        field = view.fields.get(short) if view is not None else None
        if field is None or field.timeframe is None:
            raise LookmlError(
                f'The increment_key of view "{self.kept.view.name}" reads {field_name}, which is '
                "no timeframe of a dimension group",
                str(self.kept.view.location) if self.kept.view.location else None,
            )
        return field.timeframe

    def _bound(self, start: datetime, timeframe: str) -> str:
        if self._table.explore_source is None:
            return self._dialect.boundary(start)
        literal = self._dialect.timestamp(start)
        bound = self._dialect.timeframe(literal, timeframe, self._resolver.time.calendar)
        if timeframe == "date" and self._dialect.references_dates:
            return self._dialect.cast(bound, "date")
        partitions = self.kept.persistence.increment_key in self.kept.persistence.partition_keys
        if partitions and self._dialect.partitions_by_time and timeframe in TIMES:
            return self._dialect.cast(bound, "datetime")
        return bound

    def _since(self, start: datetime) -> Since:
        return Since(start, as_expression(start), self.kept.persistence.increment_key or "")


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return digits or "0"
