"""Datagroups: when results that depend on them stop counting, and the triggers that decide it."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from belvedere.clock import Clock
from belvedere.connections.maintenance import is_time
from belvedere.connections.registry import EngineRegistry
from belvedere.errors import BelvedereError, NotFound
from belvedere.lookml.labels import shown
from belvedere.lookml.model import Datagroup, Explore, Model
from belvedere.lookml.scope import scope_of
from belvedere.lookml.spans import seconds_of
from belvedere.projects.served import ServedModels
from belvedere.query.tables import DatagroupRow
from belvedere.store import Database, EpochWatch, bump

TOPIC = "datagroups"
_PAUSE_SECONDS = 30.0
_TRIGGER_SECONDS = 60.0
_LONGEST_VALUE = 4000


def datagroup_of(model: Model, explore: Explore) -> str | None:
    """The datagroup that an explore's results depend on; persist_for has none."""
    for holder in (explore, model):
        if holder.persist_with is not None:
            return holder.persist_with
        if holder.persist_for is not None:
            return None
    return None


def listed(session: Session, models: ServedModels, now: datetime) -> list[DatagroupRow]:
    """A row for every datagroup of the configured models, by model and name."""
    known = {(row.model_name, row.name): row for row in session.scalars(select(DatagroupRow))}
    found = []
    for model_name in models.names():
        model = models.get(model_name).model
        for name in model.datagroups if model is not None else ():
            row = known.get((model_name, name)) or _added(session, model_name, name, now)
            found.append(row)
    return sorted(found, key=lambda row: (row.model_name, row.name))


def _added(session: Session, model_name: str, name: str, now: datetime) -> DatagroupRow:
    row = DatagroupRow(model_name=model_name, name=name, created_at=now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another process lists them too
        same = (DatagroupRow.model_name == model_name, DatagroupRow.name == name)
        return session.scalars(select(DatagroupRow).where(*same)).one()
    return row


class DatagroupStates:
    """Since when results of a datagroup count, as all processes see it."""

    def __init__(self, database: Database, watch: EpochWatch) -> None:
        self._database = database
        self._watch = watch
        self._epoch = -1
        self._since: dict[tuple[str, str], float] = {}
        self._working: set[tuple[str, str]] = set()

    def fresh_since(self, model: Model, explore: Explore) -> float:
        """Unix seconds; results that are older must not be used again."""
        name = datagroup_of(model, explore)
        if name is None:
            return 0.0
        self._refresh()
        return self._since.get((model.name, name), 0.0)

    def is_triggered(self, model: Model, explore: Explore) -> bool:
        """Whether the explore's datagroup has a trigger that works."""
        name = datagroup_of(model, explore)
        datagroup = model.datagroups.get(name) if name is not None else None
        if datagroup is None or not _has_trigger(datagroup):
            return False
        self._refresh()
        return (model.name, datagroup.name) in self._working

    def _refresh(self) -> None:
        epoch = self._watch.current(TOPIC)
        if epoch == self._epoch:
            return
        with self._database.reading() as session:
            rows = session.scalars(select(DatagroupRow)).all()
        self._since = {(row.model_name, row.name): _since(row) for row in rows}
        self._working = {
            (row.model_name, row.name)
            for row in rows
            if row.triggered_at is not None and row.trigger_error is None
        }
        self._epoch = epoch


def _since(row: DatagroupRow) -> float:
    moments = [moment for moment in (row.stale_before, row.triggered_at) if moment is not None]
    return max((moment.timestamp() for moment in moments), default=0.0)


@dataclass(frozen=True, slots=True)
class _Trigger:
    id: int
    model: Model
    datagroup: Datagroup
    triggered_at: datetime | None
    checked_at: datetime | None
    value: str | None


class TriggerChecks:
    """Looks every few minutes whether a datagroup's trigger fired; one process at a time does."""

    def __init__(
        self, database: Database, models: ServedModels, engines: EngineRegistry, clock: Clock
    ) -> None:
        self._database = database
        self._models = models
        self._engines = engines
        self._clock = clock
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="triggers", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._closing.wait(_PAUSE_SECONDS):
            # A database that does not answer must not end the thread; it is tried again.
            with suppress(SQLAlchemyError):
                self.check_due()

    def check_due(self) -> None:
        """Check the triggers whose time it is, by their connections' schedules."""
        for each in self._triggers():
            if self._closing.is_set():
                return
            if is_time(self._schedule(each.model), each.checked_at, self._clock()) and (
                self._claimed(each)
            ):
                self._check(each)

    def _schedule(self, model: Model) -> str | None:
        if model.connection is None:
            return None
        try:
            return self._engines.open(model.connection).maintenance
        except BelvedereError:  # told when the trigger is checked
            return None

    def _triggers(self) -> list[_Trigger]:
        now = self._clock()
        found = []
        with self._database.session() as session:
            for row in listed(session, self._models, now):
                model = self._models.get(row.model_name).model
                datagroup = model.datagroups.get(row.name) if model is not None else None
                if model is None or datagroup is None or not _has_trigger(datagroup):
                    continue
                found.append(
                    _Trigger(
                        row.id,
                        model,
                        datagroup,
                        row.triggered_at,
                        row.trigger_check_at,
                        row.trigger_value,
                    )
                )
        return found

    def _claimed(self, trigger: _Trigger) -> bool:
        """Whether no other process took it since it was read."""
        with self._database.session() as session:
            claim = (
                update(DatagroupRow)
                .where(
                    DatagroupRow.id == trigger.id,
                    DatagroupRow.trigger_check_at.is_(None)
                    if trigger.checked_at is None
                    else DatagroupRow.trigger_check_at == trigger.checked_at,
                )
                .values(trigger_check_at=self._clock())
                .returning(DatagroupRow.id)
            )
            return session.scalar(claim) is not None

    def _check(self, trigger: _Trigger) -> None:
        error = None
        value = trigger.value
        try:
            value = self._value(trigger)
        except BelvedereError as failure:
            error = str(failure)[:_LONGEST_VALUE]
        with self._database.session() as session:
            row = session.get(DatagroupRow, trigger.id)
            if row is None:
                return
            if row.trigger_error != error:
                row.trigger_error = error
                bump(session, TOPIC)
            if error is None and (value != trigger.value or trigger.triggered_at is None):
                row.trigger_value = value
                row.triggered_at = self._clock()
                bump(session, TOPIC)

    def _value(self, trigger: _Trigger) -> str | None:
        """What the trigger says now; a datagroup fires when that changes."""
        if trigger.datagroup.interval_trigger is not None:
            return self._interval(trigger)
        if trigger.model.connection is None:
            raise NotFound
        sql = rendered(trigger.model, trigger.datagroup.sql_trigger or "")
        engine = self._engines.open(trigger.model.connection).engine
        with engine.execute(sql, timeout=_TRIGGER_SECONDS, whole=True) as execution:
            for batch in execution.batches():
                for value in batch.column(0).to_pylist():
                    return None if value is None else str(value)[:_LONGEST_VALUE]
        return None

    def _interval(self, trigger: _Trigger) -> str | None:
        seconds = seconds_of(trigger.datagroup.interval_trigger or "")
        if seconds is None:
            raise BelvedereError(f"{trigger.datagroup.interval_trigger} is no interval")
        last = trigger.triggered_at
        if last is not None and self._clock() - last < timedelta(seconds=seconds):
            return trigger.value
        return self._clock().isoformat()


def _has_trigger(datagroup: Datagroup) -> bool:
    return datagroup.sql_trigger is not None or datagroup.interval_trigger is not None


def rendered(model: Model, text: str) -> str:
    """The trigger with its Liquid carried out as outside of any query."""
    for name in model.explores:
        scope = scope_of(model, name)
        field = next(iter(scope.fields()), None)
        if field is not None:
            return shown(scope, field, text) or ""
    return text
