"""Database views that stand for kept tables under names that stay.

Other programs, SQL Runner and hand-written SQL read them. A view is never made over something that
is not this server's: before it is changed, what is there must read one of the view's own tables.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from belvedere.clock import Clock
from belvedere.compiler import dialects
from belvedere.compiler.persistent import KeptTable, published_name
from belvedere.connections.registry import OpenConnection
from belvedere.errors import EngineError
from belvedere.query.derived.states import KeptStates, event_of
from belvedere.query.tables import PublishedViewRow
from belvedere.store import Database

_LOOK_EVERY = timedelta(minutes=5)
_LONGEST_ERROR = 4000


class PublishedViews:
    """Thread-safe; one per process."""

    def __init__(self, database: Database, states: KeptStates, clock: Clock) -> None:
        self._database = database
        self._states = states
        self._clock = clock
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._looked: dict[tuple[str, str, str], tuple[str, datetime]] = {}
        """When it was last looked whether the view of (connection, model, view) reads the table."""

    def rows(self, connection: str) -> list[PublishedViewRow]:
        same = PublishedViewRow.connection_name == connection
        with self._database.reading() as session:
            return list(session.scalars(select(PublishedViewRow).where(same)))

    def connections(self) -> set[str]:
        with self._database.reading() as session:
            return {*session.scalars(select(PublishedViewRow.connection_name).distinct())}

    def find(self, connection: str, model: str, view: str) -> PublishedViewRow | None:
        with self._database.reading() as session:
            return session.scalar(
                select(PublishedViewRow).where(
                    PublishedViewRow.connection_name == connection,
                    PublishedViewRow.model_name == model,
                    PublishedViewRow.view_name == view,
                )
            )

    def keep(self, connection: OpenConnection, model: str, kept: KeptTable, physical: str) -> None:
        """Publish, unless it was looked a short time ago whether the view reads the table."""
        looked = self._looked.get((connection.name, model, kept.view.name))
        if looked is None or looked[0] != physical or self._clock() - looked[1] >= _LOOK_EVERY:
            self.publish(connection, model, kept, physical)

    def publish(
        self, connection: OpenConnection, model: str, kept: KeptTable, physical: str
    ) -> None:
        """Let the view read the table; what prevents that is told with the view."""
        self._looked[connection.name, model, kept.view.name] = (physical, self._clock())
        dialect = dialects.get(connection.config.dialect)
        name = published_name(model, kept.view.name, dialect)
        with self._locks[connection.name]:
            row = self._row(connection.name, model, kept, name)
            try:
                if (row.schema_name, row.name) != (kept.schema, name):
                    self._unpublish(connection, row)
                    self._change(row, schema_name=kept.schema, name=name, physical=None)
                self._point(connection, row.id, physical)
            except EngineError as error:
                self._failed(row, "publish task error", str(error))
            else:
                self._published(row, kept, physical)

    def _row(self, connection: str, model: str, kept: KeptTable, name: str) -> PublishedViewRow:
        found = self.find(connection, model, kept.view.name)
        if found is not None:
            return found
        row = PublishedViewRow(
            connection_name=connection,
            model_name=model,
            view_name=kept.view.name,
            schema_name=kept.schema,
            name=name,
        )
        with suppress(IntegrityError), self._database.session() as session:
            session.add(row)
        found = self.find(connection, model, kept.view.name)
        if found is None:
            raise EngineError(f"The view {name} is being dropped right now")
        return found

    def _point(self, connection: OpenConnection, identifier: int, physical: str) -> None:
        dialect, writer = dialects.get(connection.config.dialect), connection.writer
        with self._database.reading() as session:
            row = session.get_one(PublishedViewRow, identifier)
        there = writer.relation(row.schema_name, row.name)
        if there is not None and _reads(there, physical):
            return None
        target = dialect.published_view(row.schema_name, row.name)
        if there is not None and not self._is_own(there, row):
            raise EngineError(
                f"There is something named {target} already that is not the published view of "
                f'"{row.view_name}": it stays as it is. Rename it or the LookML view'
            )
        self._change(row, coming=physical)
        table = dialect.scratch_table(row.schema_name, physical)
        ways = [[dialect.create_view(target, table)]]
        if there is not None:
            ways = dialect.replace_view(target, table)
        for way in ways[:-1]:
            with suppress(EngineError):
                return writer.publish(row.schema_name, row.name, physical, way)
        return writer.publish(row.schema_name, row.name, physical, ways[-1])

    def _is_own(self, there: str, row: PublishedViewRow) -> bool:
        own = self._states.tables_of(row.connection_name, row.view_name)
        return any(_reads(there, name) for name in {row.physical, row.coming, *own} if name)

    def _published(self, row: PublishedViewRow, kept: KeptTable, physical: str) -> None:
        with self._database.session() as session:
            changed = session.get_one(PublishedViewRow, row.id)
            if changed.physical != physical:
                done = event_of(changed, self._clock(), "publish task complete", table=changed.name)
                session.add(done)
            changed.physical, changed.key = physical, kept.key
            changed.coming = changed.error = None

    def _failed(self, row: PublishedViewRow, action: str, message: str) -> None:
        """The same again is no news."""
        message = message[:_LONGEST_ERROR]
        with self._database.session() as session:
            changed = session.get(PublishedViewRow, row.id)
            if changed is None or changed.error == message:
                return
            changed.error = message
            told = event_of(changed, self._clock(), action, table=changed.name, message=message)
            session.add(told)

    def withdraw(self, connection: OpenConnection, row: PublishedViewRow) -> None:
        """Drop the view. EngineError where that cannot be done now."""
        with self._locks[connection.name]:
            try:
                self._unpublish(connection, row)
            except EngineError as error:
                self._failed(row, "drop view failed", str(error))
                raise
            with self._database.session() as session:
                session.execute(delete(PublishedViewRow).where(PublishedViewRow.id == row.id))
                session.add(event_of(row, self._clock(), "drop view", table=row.name))
            self._looked.pop((row.connection_name, row.model_name, row.view_name), None)

    def _unpublish(self, connection: OpenConnection, row: PublishedViewRow) -> None:
        there = connection.writer.relation(row.schema_name, row.name)
        if there is None or not self._is_own(there, row):
            return
        dialect = dialects.get(connection.config.dialect)
        statement = dialect.drop_view(dialect.published_view(row.schema_name, row.name))
        connection.writer.unpublish(row.schema_name, row.name, statement)

    def _change(self, row: PublishedViewRow, **values: object) -> None:
        same = PublishedViewRow.id == row.id
        with self._database.session() as session:
            session.execute(update(PublishedViewRow).where(same).values(**values))


def _reads(text: str, table: str) -> bool:
    """Some databases write all names in lower case."""
    return table.casefold() in text.casefold()
