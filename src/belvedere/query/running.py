"""What runs right now: who asked, which statement, and how to stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from belvedere.errors import NotFound, QueryCancelled
from belvedere.query.definition import Definition
from belvedere.query.phases import Phases


@dataclass(frozen=True, slots=True)
class Context:
    """For which content a query is run, if for any."""

    look_id: str | None = None
    dashboard_id: str | None = None


@dataclass(slots=True, eq=False)
class Running:
    """One asked query. `stop` functions cancel its statements in the database.

    `definition` is what was asked where that has no slug yet.
    """

    id: str
    user_id: str
    started_at: datetime
    connection: str
    source: str
    model: str | None = None
    explore: str | None = None
    query_slug: str | None = None
    sql: str | None = None
    definition: Definition | None = None
    sql_query_slug: str | None = None
    merge_query_slug: str | None = None
    context: Context = Context()
    workspace_id: str = "production"
    result_format: str | None = None
    status: str = "running"
    phases: Phases = field(default_factory=Phases)
    _stops: list[Callable[[], None]] = field(default_factory=list)
    _stopped: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def stoppable(self, stop: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `stop()` of this query calls `stop` too."""
        with self._lock:
            if self._stopped:
                stop()
                raise QueryCancelled("The query was stopped")
            self._stops.append(stop)
        try:
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)

    def refuse_if_stopped(self) -> None:
        if self._stopped:
            raise QueryCancelled("The query was stopped")

    @property
    def stopped(self) -> bool:
        return self._stopped

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            self.status = "killed"
            stops = list(self._stops)
        for stop in stops:
            stop()


class RunningQueries:
    """The queries that this process runs; `wake` is set when one starts."""

    def __init__(self) -> None:
        self.wake = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[str, Running] = {}

    @contextmanager
    def track(self, running: Running) -> Iterator[Running]:
        with self._lock:
            self._running[running.id] = running
        if not self.wake.is_set():
            self.wake.set()
        try:
            yield running
        finally:
            with self._lock:
                self._running.pop(running.id, None)

    def all(self) -> list[Running]:
        with self._lock:
            return sorted(self._running.values(), key=lambda running: running.started_at)

    def get(self, identifier: str) -> Running:
        with self._lock:
            running = self._running.get(identifier)
        if running is None:
            raise NotFound
        return running

    def stop_all(self) -> None:
        for running in self.all():
            running.stop()
