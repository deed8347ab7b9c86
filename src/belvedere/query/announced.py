"""Running queries of all processes: each announces what takes longer than a moment."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from belvedere import ids
from belvedere.clock import Clock
from belvedere.errors import NotFound
from belvedere.query.running import Running, RunningQueries
from belvedere.query.tables import RunningQueryRow
from belvedere.store import Database

_MOMENT = 0.25
_SEEN_EVERY = timedelta(seconds=2)
_GONE_AFTER = timedelta(seconds=15)


class AnnouncedQueries:
    """The queries of this process at once, those of others after a moment.

    A thread writes what has been running for a quarter of a second into the application database,
    takes out what has ended, and stops what another process was asked to stop. It sleeps while
    nothing runs.
    """

    def __init__(self, database: Database, here: RunningQueries, clock: Clock) -> None:
        self._database = database
        self._here = here
        self._clock = clock
        self._process = ids.slug()
        self._announced: set[str] = set()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="running-queries", daemon=True)
        self._thread.start()

    def all(self) -> list[Running]:
        """Oldest first."""
        here = self._here.all()
        known = {running.id for running in here}
        with self._database.reading() as session:
            rows = session.scalars(
                select(RunningQueryRow).where(
                    RunningQueryRow.process != self._process,
                    RunningQueryRow.seen_at > self._clock() - _GONE_AFTER,
                )
            ).all()
        there = [_running(row) for row in rows if row.id not in known]
        return sorted([*here, *there], key=lambda running: running.started_at)

    def get(self, identifier: str) -> Running:
        for running in self.all():
            if running.id == identifier:
                return running
        raise NotFound

    def stop(self, identifier: str) -> None:
        """Stop it, here at once or elsewhere within a moment. NotFound where nothing runs."""
        with suppress(NotFound):
            self._here.get(identifier).stop()
            return
        with self._database.session() as session:
            wanted = (
                update(RunningQueryRow)
                .where(RunningQueryRow.id == identifier)
                .values(stop_wanted=True)
                .returning(RunningQueryRow.id)
            )
            if session.scalar(wanted) is None:
                raise NotFound

    def close(self) -> None:
        self._closing.set()
        self._here.wake.set()
        self._thread.join()
        if self._announced:
            with suppress(SQLAlchemyError):
                self._forget(self._announced)

    # The thread

    def _work(self) -> None:
        wake = self._here.wake
        while not self._closing.is_set():
            wake.wait()
            if self._closing.wait(_MOMENT):
                return
            wake.clear()
            # A database that does not answer must not end the thread; it is tried again.
            with suppress(SQLAlchemyError):
                self._tell()
            if self._announced or self._here.all():
                wake.set()

    def _tell(self) -> None:
        now = self._clock()
        here = {running.id: running for running in self._here.all()}
        ended = self._announced - here.keys()
        if ended:
            self._forget(ended)
        fresh = [
            running
            for running in here.values()
            if running.id not in self._announced
            and now - running.started_at >= timedelta(seconds=_MOMENT)
        ]
        if fresh:
            self._announce(fresh)
        if self._announced:
            self._look(here)

    def _announce(self, fresh: Sequence[Running]) -> None:
        now = self._clock()
        with self._database.session() as session:
            session.execute(
                delete(RunningQueryRow).where(RunningQueryRow.seen_at < now - _GONE_AFTER)
            )
            session.add_all(
                RunningQueryRow(
                    id=running.id,
                    process=self._process,
                    user_id=running.user_id,
                    started_at=running.started_at,
                    seen_at=now,
                    connection_name=running.connection,
                    source=running.source,
                    model=running.model,
                    explore=running.explore,
                    query_slug=running.query_slug,
                    sql=running.sql,
                    stop_wanted=False,
                )
                for running in fresh
            )
        self._announced.update(running.id for running in fresh)

    def _forget(self, ended: set[str]) -> None:
        with self._database.session() as session:
            session.execute(delete(RunningQueryRow).where(RunningQueryRow.id.in_(ended)))
        self._announced -= ended

    def _look(self, here: dict[str, Running]) -> None:
        """Stop what is wanted to stop, and say that the rest still runs."""
        now = self._clock()
        mine = RunningQueryRow.process == self._process
        with self._database.reading() as session:
            rows = session.scalars(select(RunningQueryRow).where(mine)).all()
        for row in rows:
            if row.stop_wanted and row.id in here:
                here[row.id].stop()
        if any(now - row.seen_at >= _SEEN_EVERY for row in rows):
            with self._database.session() as session:
                session.execute(update(RunningQueryRow).where(mine).values(seen_at=now))


def _running(row: RunningQueryRow) -> Running:
    return Running(
        id=row.id,
        user_id=row.user_id,
        started_at=row.started_at,
        connection=row.connection_name,
        source=row.source,
        model=row.model,
        explore=row.explore,
        query_slug=row.query_slug,
        sql=row.sql,
        status="killed" if row.stop_wanted else "running",
    )
