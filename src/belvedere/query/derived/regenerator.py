"""Keeping persistent derived tables up to date: triggers are checked, what is due is made again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from belvedere import ids
from belvedere.clock import Clock
from belvedere.compiler import dialects, kept_of
from belvedere.compiler.aggregates import grouped
from belvedere.compiler.persistent import KeptTable
from belvedere.compiler.request import Request, Scratch
from belvedere.connections.maintenance import is_time
from belvedere.connections.registry import EngineRegistry, OpenConnection
from belvedere.errors import BelvedereError, EngineError
from belvedere.lookml.derived_graph import derived_graph, in_order
from belvedere.lookml.kept import is_published
from belvedere.lookml.model import Model, View
from belvedere.lookml.spans import seconds_of
from belvedere.projects.served import ServedModels
from belvedere.query.derived.builder import Builder, Order
from belvedere.query.derived.states import KeptState, ToDrop, is_over
from belvedere.query.derived.triggers import trigger_value
from belvedere.query.running import Running, RunningQueries
from belvedere.query.tables import DatagroupRow, PublishedViewRow
from belvedere.store import Database

_PAUSE_SECONDS = 30.0

_Key = tuple[str, str]
"""Of a table: its connection's name and its own key."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """A table that has a trigger, as it is defined now."""

    model: Model
    connection: OpenConnection
    kept: KeptTable
    request: Request


class Regenerator:
    """One thread a process; whichever claims a table first makes it."""

    def __init__(
        self,
        database: Database,
        models: ServedModels,
        engines: EngineRegistry,
        builder: Builder,
        running: RunningQueries,
        clock: Clock,
    ) -> None:
        self._database = database
        self._models = models
        self._engines = engines
        self._builder = builder
        self._published = builder.published
        self._running = running
        self._clock = clock
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="derived-tables", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new."""
        self._closing.set()

    def close(self) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._closing.wait(_PAUSE_SECONDS):
            # A database that does not answer must not end the thread; it is tried again.
            with suppress(SQLAlchemyError):
                self.regenerate()

    def regenerate(self) -> None:
        """Make what is due, drop what nobody reads any more."""
        current: dict[str, list[str]] = {}
        waiting = {(each.connection.name, each.kept.key): each for each in self._subjects()}
        for name, key in waiting:
            current.setdefault(name, []).append(key)
        while waiting:
            if self._closing.is_set():
                return
            self._renew(next(iter(waiting)), waiting)
        for name in sorted(self._builder.states.connections() | self._published.connections()):
            with suppress(BelvedereError):  # it may be gone or out of reach
                connection = self._engines.open(name)
                self._withdraw(connection)
                self._drop(connection, current.get(name, []))

    def _renew(self, key: _Key, waiting: dict[_Key, _Subject]) -> None:
        """Look at a table that nobody looked at yet; first at those that it is made from."""
        subject = waiting.pop(key, None)
        if subject is None:
            return
        with suppress(BelvedereError):  # told in the table's state
            self._look(subject, lambda read: self._renew((key[0], read.key), waiting))
        self._publish(subject)

    def _subjects(self) -> Iterator[_Subject]:
        for name in self._models.names():
            served = self._models.find(name)
            model = served.model if served is not None else None
            if served is None or model is None or model.connection is None:
                continue
            if not served.may_use(model.connection) or not model.explores:
                continue
            try:
                connection = self._engines.open(model.connection)
            except BelvedereError:
                continue
            if connection.scratch is None:
                continue
            yield from self._tables(model, connection, connection.scratch)

    def _tables(self, model: Model, connection: OpenConnection, schema: str) -> Iterator[_Subject]:
        dialect = dialects.get(connection.config.dialect)
        request = background_request(model, connection, schema, self._clock())
        for name in in_order(derived_graph(model)):
            view = model.views[name]
            try:
                kept = kept_of(request, dialect, view)
            except BelvedereError:  # only some people can ask it, or nobody
                self._expire(model, connection, view)
                continue
            if kept is not None:
                yield _Subject(model, connection, kept, request)
        for explore in model.explores.values():
            for found in grouped(model, explore):
                with suppress(BelvedereError):
                    kept = kept_of(replace(request, model=found.model), dialect, found.view)
                    if kept is not None:
                        yield _Subject(model, connection, kept, request)

    def _expire(self, model: Model, connection: OpenConnection, view: View) -> None:
        """Whoever asks next makes the table again, if its datagroup fired since."""
        persistence = view.derived_table.persistence if view.derived_table is not None else None
        if persistence is None:
            return
        fired = self._triggered_at(model.name, persistence.datagroup_trigger)
        if fired is not None:
            self._builder.states.expire_older(connection.name, model.name, view.name, fired)

    def _look(self, subject: _Subject, renew: Callable[[KeptTable], None]) -> None:
        connection, kept = subject.connection.name, subject.kept
        states = self._builder.states
        state = states.get(connection, kept)
        now = self._clock()
        if kept.persistence.persist_for is not None:
            if state is not None and state.built_at and is_over(kept, state.built_at, now):
                states.retire(connection, kept)
            return
        checked = state.checked_at if state is not None else None
        if not is_time(subject.connection.maintenance, checked, now):
            return
        model = subject.model
        try:
            value = trigger_value(subject.connection, model, kept)
        except EngineError as error:
            states.trigger_failed(connection, model.name, kept, str(error))
            return
        if not self._due(subject, state, value):
            states.checked(connection, kept, value)
            return
        states.expire_copies(connection, model.name, kept)
        try:
            self._make(subject, now, renew)
        finally:
            if kept.persistence.sql_trigger_value is None:  # otherwise the build noted it
                states.checked(connection, kept, None)

    def _due(self, subject: _Subject, state: KeptState | None, value: str | None) -> bool:
        persistence = subject.kept.persistence
        retries = subject.connection.retries_failed_builds
        failed = state is not None and state.error is not None and not state.trigger_failed
        if state is None or state.built_at is None or state.physical is None:
            return not failed or retries
        if failed and retries:
            return True
        since = (state.tried_at if failed else None) or state.built_at
        if persistence.sql_trigger_value is not None:
            return state.checked_at is not None and value != state.trigger_value
        if persistence.interval_trigger is not None:
            seconds = seconds_of(persistence.interval_trigger)
            return seconds is not None and self._clock() - since >= timedelta(seconds=seconds)
        triggered = self._triggered_at(subject.model.name, persistence.datagroup_trigger)
        return triggered is not None and triggered > since

    def _triggered_at(self, model: str, datagroup: str | None) -> datetime | None:
        if datagroup is None:
            return None
        with self._database.reading() as session:
            return session.scalar(
                select(DatagroupRow.triggered_at).where(
                    DatagroupRow.model_name == model, DatagroupRow.name == datagroup
                )
            )

    def _make(
        self, subject: _Subject, due_since: datetime, renew: Callable[[KeptTable], None]
    ) -> None:
        running = Running(
            id=ids.slug(),
            user_id="",
            started_at=due_since,
            connection=subject.connection.name,
            source="regenerator",
            model=subject.model.name,
            explore=subject.kept.view.name,
        )
        with self._running.track(running):
            order = Order(subject.request, subject.connection, running, rebuild=True, renew=renew)
            self._builder.ready([subject.kept], order)

    def _publish(self, subject: _Subject) -> None:
        """Tables that were made before their views were asked for have none yet."""
        connection, kept = subject.connection, subject.kept
        state = self._builder.states.get(connection.name, kept)
        if kept.persistence.is_published and state is not None and state.physical is not None:
            self._published.keep(connection, subject.model.name, kept, state.physical)

    def _withdraw(self, connection: OpenConnection) -> None:
        """Drop the views that nobody asks for any more."""
        for row in self._published.rows(connection.name):
            served = self._models.find(row.model_name)
            model = served.model if served is not None else None
            if model is None:
                continue
            wanted = self._is_wanted(connection, row)
            if wanted is False or model.connection != connection.name:
                with suppress(BelvedereError):
                    self._published.withdraw(connection, row)

    def _drop(self, connection: OpenConnection, current: list[str]) -> None:
        """A view whose definition is gone (or does not load) goes with its table."""
        rows = self._published.rows(connection.name)
        for found in self._builder.states.to_drop(connection.name, current):
            with suppress(BelvedereError):
                readers = [row for row in rows if found.physical in (row.physical, row.coming)]
                if any(self._is_wanted(connection, row) for row in readers):
                    continue
                for row in readers:
                    self._published.withdraw(connection, row)
                self._drop_table(connection, found)

    def _is_wanted(self, connection: OpenConnection, row: PublishedViewRow) -> bool | None:
        """None where nothing says so, nor the contrary."""
        served = self._models.find(row.model_name)
        model = served.model if served is not None else None
        if model is None:
            return None
        materializes = dialects.get(connection.config.dialect).renews_materialized_views
        return is_published(model, row.view_name, materializes=materializes)

    def _drop_table(self, connection: OpenConnection, found: ToDrop) -> None:
        dialect = dialects.get(connection.config.dialect)
        schema = found.schema or connection.scratch or ""
        table = dialect.scratch_table(schema, found.physical)
        *others, last = dialect.drop_kept(table)
        for statement in others:
            with suppress(EngineError):
                connection.writer.drop(found.physical, statement)
                break
        else:
            connection.writer.drop(found.physical, last)
        self._builder.states.dropped(found.id, found.physical)


def background_request(
    model: Model, connection: OpenConnection, schema: str, now: datetime
) -> Request:
    """What templates see where nobody asks."""
    zone = connection.config.timezone
    return Request(
        model=model,
        explore=next(iter(model.explores)),
        fields=(),
        now=now,
        timezone=zone,
        database_timezone=zone,
        scratch=Scratch(schema, connection.place),
    )
