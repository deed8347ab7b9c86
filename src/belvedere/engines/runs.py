"""One statement in one session of a pool: its time limit, its cancellation, its end."""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from belvedere.engines.pool import Pool
from belvedere.errors import EngineError, QueryCancelled, QueryTimeout

SessionT = TypeVar("SessionT")


class Run(ABC, Generic[SessionT]):
    """The time limit, in seconds, begins when the run is made. Whoever makes a run ends it: the
    session then goes back to the pool, or is given up where it is `broken`.
    """

    stops_again: ClassVar[tuple[float, float] | None] = (0.05, 1.0)
    """Seconds from one stop to the next, at first and at most; None where one is enough."""

    def __init__(
        self, session: SessionT, pool: Pool[SessionT], sql: str, timeout: float | None
    ) -> None:
        self.session = session
        self.sql = sql
        self.timeout = timeout
        self.cancelled = False
        self.timed_out = False
        self.broken = False
        self._pool = pool
        self._ended = False
        self._lock = threading.Lock()
        self._timer = _later(timeout, self._expire) if timeout else None

    @property
    def stopped(self) -> bool:
        return self.cancelled or self.timed_out

    def _expire(self) -> None:
        self.timed_out = True
        self.interrupt()

    def cancel(self) -> None:
        self.cancelled = True
        self.interrupt()

    def interrupt(self) -> None:
        """Stop what the session does, until the run has ended: a statement that is only about to
        start would not notice.
        """
        self._interrupt(self.stops_again[0] if self.stops_again else 0.0)

    def _interrupt(self, again: float) -> None:
        with self._lock:
            if self._ended:
                return
            with contextlib.suppress(Exception):
                self._stop()
        if self.stops_again:
            most = self.stops_again[1]
            _later(again, lambda: self._interrupt(min(again * 2, most)))

    @abstractmethod
    def _stop(self) -> None:
        """Called from any thread, while the session is this run's."""

    def check(self) -> None:
        if self.stopped:
            raise self.translated(None)

    def translated(self, error: BaseException | None) -> BaseException:
        """What is told of an error: that the run was stopped, or else what the database says."""
        if self.timed_out:
            return QueryTimeout(f"The query was stopped after {self.timeout:g} seconds", self.sql)
        if self.cancelled:
            return QueryCancelled("The query was stopped", self.sql)
        if error is None:
            return EngineError("The query failed", self.sql)
        return self._failure(error)

    @abstractmethod
    def _failure(self, error: BaseException) -> BaseException:
        """The driver's error as ours; whatever else as it is."""

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            if self._ended:
                return
            self._ended = True
        self._tidy()
        if self.broken:
            self._pool.give_up(self.session)
        else:
            self._pool.give_back(self.session)

    def _tidy(self) -> None:
        """Before the session goes back."""


def _later(seconds: float, work: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()
    return timer
