"""The kept tables as all processes see them: which table stands for a definition right now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from belvedere import ids
from belvedere.clock import Clock
from belvedere.compiler.persistent import KeptTable
from belvedere.lookml.spans import seconds_of
from belvedere.query.tables import KeptTableEvent, KeptTableRow, PublishedViewRow
from belvedere.store import Database, EpochWatch, bump

TOPIC = "kept_tables"
CLAIM_LASTS = timedelta(seconds=60)
EVENTS_KEPT = timedelta(days=90)
_FORMER_LASTS = timedelta(minutes=10)
_USE_COUNTS_AFTER = timedelta(hours=1)
_LONGEST_ERROR = 4000
_TRIGGER_FAILED = "The trigger failed: "


@dataclass(frozen=True, slots=True)
class KeptState:
    """`physical` is None where there is no table. Times are aware. `built_at` is when the build
    began, None where the table counts no more; `trigger_value` is known once `checked_at` is.
    """

    id: int
    physical: str | None
    built_at: datetime | None
    tried_at: datetime | None
    used_at: datetime
    error: str | None
    trigger_value: str | None
    checked_at: datetime | None
    being_made: bool

    @property
    def trigger_failed(self) -> bool:
        return self.error is not None and self.error.startswith(_TRIGGER_FAILED)


@dataclass(frozen=True, slots=True)
class ToDrop:
    """A table of the state with that id; `schema` None stands for the connection's."""

    id: int
    schema: str | None
    physical: str


class KeptStates:
    """Thread-safe. What is asked for every query is answered from memory."""

    def __init__(self, database: Database, watch: EpochWatch, clock: Clock) -> None:
        self._database = database
        self._watch = watch
        self._clock = clock
        self._process = ids.slug()
        self._epoch = -1
        self._states: dict[tuple[str, str], KeptState] = {}

    def get(self, connection: str, kept: KeptTable) -> KeptState | None:
        epoch = self._watch.current(TOPIC)
        if epoch != self._epoch:
            with self._database.reading() as session:
                rows = session.scalars(select(KeptTableRow)).all()
            self._states = {(row.connection_name, row.key): _state(row) for row in rows}
            self._epoch = epoch
        return self._states.get((connection, kept.key))

    def usable(self, connection: str, kept: KeptTable) -> str | None:
        """The table to read, if there is one that still counts."""
        state = self.get(connection, kept)
        if state is None or state.physical is None or state.built_at is None:
            return None
        now = self._clock()
        if is_over(kept, state.built_at, now):
            return None
        if now - state.used_at >= _USE_COUNTS_AFTER:
            self._used(state.id, now)
        return state.physical

    def _used(self, identifier: int, now: datetime) -> None:
        with self._database.session() as session:
            session.execute(
                update(KeptTableRow).where(KeptTableRow.id == identifier).values(used_at=now)
            )
            bump(session, TOPIC)

    # Making

    @contextmanager
    def claimed(self, connection: str, model: str, kept: KeptTable) -> Iterator[bool]:
        """Whether this caller may make the table now: nobody else does."""
        claim = ids.slug()
        now = self._clock()
        identifier = self._row(connection, model, kept, now)
        with self._database.session() as session:
            free = or_(KeptTableRow.claimed_until.is_(None), KeptTableRow.claimed_until < now)
            taken = session.scalar(
                update(KeptTableRow)
                .where(KeptTableRow.id == identifier, free)
                .values(claim=claim, claimed_until=now + CLAIM_LASTS)
                .returning(KeptTableRow.id)
            )
            if taken is not None:
                bump(session, TOPIC)
        try:
            yield taken is not None
        finally:
            if taken is not None:
                self._change(connection, kept, claim=None, claimed_until=None)

    def _row(self, connection: str, model: str, kept: KeptTable, now: datetime) -> int:
        same = (KeptTableRow.connection_name == connection, KeptTableRow.key == kept.key)
        with self._database.session() as session:
            found = session.scalar(select(KeptTableRow.id).where(*same))
            if found is not None:
                return found
            row = KeptTableRow(
                connection_name=connection,
                key=kept.key,
                model_name=model,
                view_name=kept.view.name,
                schema_name=kept.schema,
                used_at=now,
                former=[],
            )
            try:
                with session.begin_nested():
                    session.add(row)
                return row.id
            except IntegrityError:  # another process was faster
                return session.scalars(select(KeptTableRow.id).where(*same)).one()

    def still_making(self, connection: str, kept: KeptTable) -> None:
        self._change(connection, kept, claimed_until=self._clock() + CLAIM_LASTS)

    def made(
        self, connection: str, kept: KeptTable, physical: str, began: datetime, seconds: float
    ) -> None:
        """What changed since `began` may not be in the table."""
        now = self._clock()
        with self._database.session() as session:
            row = session.scalars(_row_of(connection, kept)).one()
            if row.physical is not None:
                until = (now + _FORMER_LASTS).timestamp()
                row.former = [*row.former, [row.physical, until]]
            row.physical, row.built_at, row.tried_at, row.error = physical, began, now, None
            row.seconds, row.used_at = seconds, now
            session.add(event_of(row, now, "create complete", table=physical, seconds=seconds))
            session.execute(
                delete(KeptTableEvent).where(KeptTableEvent.created_at < now - EVENTS_KEPT)
            )
            bump(session, TOPIC)

    def failed(self, connection: str, kept: KeptTable, message: str) -> None:
        now = self._clock()
        with self._database.session() as session:
            row = session.scalars(_row_of(connection, kept)).one()
            row.error, row.tried_at = message[:_LONGEST_ERROR] or "It failed", now
            session.add(event_of(row, now, "create error", message=row.error))
            bump(session, TOPIC)

    def checked(self, connection: str, kept: KeptTable, trigger_value: str | None) -> None:
        values: dict[str, object] = {"trigger_value": trigger_value}
        state = self.get(connection, kept)
        if state is not None and state.trigger_failed:
            values["error"] = None
        self._change(connection, kept, checked_at=self._clock(), **values)

    def trigger_failed(self, connection: str, model: str, kept: KeptTable, message: str) -> None:
        """The same again is no news."""
        now = self._clock()
        identifier = self._row(connection, model, kept, now)
        told = f"{_TRIGGER_FAILED}{message}"[:_LONGEST_ERROR]
        with self._database.session() as session:
            row = session.get_one(KeptTableRow, identifier)
            if row.error != told:
                session.add(event_of(row, now, "create error", message=told))
            row.error, row.checked_at = told, now
            bump(session, TOPIC)

    def expire_copies(self, connection: str, model: str, kept: KeptTable) -> None:
        """Tables of the same view for some people only count no more: its trigger fired."""
        copies = (
            KeptTableRow.connection_name == connection,
            KeptTableRow.model_name == model,
            KeptTableRow.view_name == kept.view.name,
            KeptTableRow.key != kept.key,
        )
        with self._database.session() as session:
            session.execute(update(KeptTableRow).where(*copies).values(built_at=None))
            bump(session, TOPIC)

    def expire_older(self, connection: str, model: str, view: str, moment: datetime) -> None:
        """Tables of the view that were made before count no more."""
        older = (
            KeptTableRow.connection_name == connection,
            KeptTableRow.model_name == model,
            KeptTableRow.view_name == view,
            KeptTableRow.built_at < moment,
        )
        with self._database.session() as session:
            expired = update(KeptTableRow).where(*older).values(built_at=None)
            if session.scalars(expired.returning(KeptTableRow.id)).all():
                bump(session, TOPIC)

    def retire(self, connection: str, kept: KeptTable) -> None:
        """The table's time is over: it is dropped once nobody can be reading it."""
        now = self._clock()
        with self._database.session() as session:
            row = session.scalars(_row_of(connection, kept)).one()
            if row.physical is None or row.claim is not None:
                return
            until = (now + _FORMER_LASTS).timestamp()
            row.former = [*row.former, [row.physical, until]]
            row.physical = row.built_at = None
            bump(session, TOPIC)

    def _change(self, connection: str, kept: KeptTable, **values: object) -> None:
        same = (KeptTableRow.connection_name == connection, KeptTableRow.key == kept.key)
        with self._database.session() as session:
            session.execute(update(KeptTableRow).where(*same).values(**values))
            bump(session, TOPIC)

    # Dropping

    def connections(self) -> set[str]:
        """Those that tables are kept in."""
        with self._database.reading() as session:
            return {*session.scalars(select(KeptTableRow.connection_name).distinct())}

    def tables_of(self, connection: str, view: str) -> set[str]:
        """Every table that was made for a view of that name and was not dropped yet."""
        same = (KeptTableRow.connection_name == connection, KeptTableRow.view_name == view)
        with self._database.reading() as session:
            rows = session.scalars(select(KeptTableRow).where(*same)).all()
        former = {name for row in rows for name, _ in row.former}
        return former | {row.physical for row in rows if row.physical is not None}

    def to_drop(self, connection: str, current: Sequence[str]) -> list[ToDrop]:
        """What nobody reads any more; `current` are keys that models define.

        A table whose definition is gone (or is only some people's) goes a day after its last use.
        """
        now = self._clock()
        found: list[ToDrop] = []
        with self._database.reading() as session:
            rows = session.scalars(
                select(KeptTableRow).where(KeptTableRow.connection_name == connection)
            ).all()
        for row in rows:
            old = [name for name, until in row.former if until <= now.timestamp()]
            found += [ToDrop(row.id, row.schema_name, name) for name in old]
            unused = now - row.used_at >= timedelta(days=1) and row.claim is None
            if row.physical is not None and row.key not in current and unused:
                found.append(ToDrop(row.id, row.schema_name, row.physical))
        return found

    def dropped(self, identifier: int, physical: str) -> None:
        with self._database.session() as session:
            row = session.get(KeptTableRow, identifier)
            if row is None:
                return
            row.former = [[name, until] for name, until in row.former if name != physical]
            session.add(event_of(row, self._clock(), "drop complete", table=physical))
            if row.physical == physical:
                session.delete(row)
            bump(session, TOPIC)


def is_over(kept: KeptTable, built_at: datetime, now: datetime) -> bool:
    """Whether the time that the table is kept for has passed."""
    lasts = seconds_of(kept.persistence.persist_for or "")
    return lasts is not None and now - built_at >= timedelta(seconds=lasts)


def _row_of(connection: str, kept: KeptTable) -> Select[KeptTableRow]:
    return select(KeptTableRow).where(
        KeptTableRow.connection_name == connection, KeptTableRow.key == kept.key
    )


def event_of(
    row: KeptTableRow | PublishedViewRow,
    now: datetime,
    action: str,
    *,
    table: str | None = None,
    message: str | None = None,
    seconds: float | None = None,
) -> KeptTableEvent:
    return KeptTableEvent(
        created_at=now,
        connection_name=row.connection_name,
        model_name=row.model_name,
        view_name=row.view_name,
        table_name=table,
        action=action,
        message=message,
        seconds=seconds,
    )


def _state(row: KeptTableRow) -> KeptState:
    return KeptState(
        id=row.id,
        physical=row.physical,
        built_at=row.built_at,
        tried_at=row.tried_at,
        used_at=row.used_at,
        error=row.error,
        trigger_value=row.trigger_value,
        checked_at=row.checked_at,
        being_made=row.claimed_until is not None,
    )
