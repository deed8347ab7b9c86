"""What was asked, by whom, and how it went: one row for every run, kept for ninety days.

Whoever asks does not wait for it: entries are collected and written together, a moment later, with
what was counted of calls of the API.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.clock import Clock
from belvedere.errors import EngineError, QueryCancelled
from belvedere.query import calls, stored
from belvedere.query.calls import ApiCalls, Counted
from belvedere.query.running import Running
from belvedere.query.tables import HistoryRow
from belvedere.store import Database

_log = logging.getLogger(__name__)
KEPT = timedelta(days=90)
_PURGED_EVERY = timedelta(hours=6)
_SOON = 1.0
_CALLS_EVERY = 30.0
_MOST = 50_000
_LONGEST_MESSAGE = 2000
Status = Literal["complete", "error", "killed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One run. `runtime` is in seconds; `from_cache` says that no database was asked, `repeated`
    that not even the question was looked at.
    """

    running: Running
    completed_at: datetime
    status: Status = "complete"
    runtime: float = 0.0
    from_cache: bool = False
    message: str | None = None
    created_at: datetime | None = None
    repeated: bool = False


@dataclass(slots=True)
class Attempt:
    """A run that is under way; who runs it says how it ended. Once it is `answered`, what goes
    wrong is not the database's any more.
    """

    running: Running
    runtime: float = 0.0
    from_cache: bool = False
    answered: bool = False
    entry: Entry | None = field(default=None)


class History:
    """Thread-safe; one per process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.calls = ApiCalls(clock)
        self._waiting: deque[Entry] = deque(maxlen=_MOST)
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._writing = threading.Lock()
        self._purged_at: datetime | None = None
        self._thread = threading.Thread(target=self._work, name="history", daemon=True)
        self._thread.start()

    @contextmanager
    def recording(self, running: Running, *, failures_only: bool = False) -> Iterator[Attempt]:
        """Note how the block ends: whole, stopped, or with an error of the database."""
        attempt = Attempt(running)
        try:
            yield attempt
        except (EngineError, GeneratorExit) as error:
            killed = isinstance(error, QueryCancelled | GeneratorExit) or running.stopped
            message = None if killed else _storable(str(error))
            self._add(attempt, "killed" if killed else "error", message)
            raise
        except Exception:
            if attempt.answered:
                self._add(attempt, "complete", None)
            raise
        if not failures_only:
            self._add(attempt, "complete", None)

    def _add(self, attempt: Attempt, status: Status, message: str | None) -> None:
        now = self._clock()
        attempt.running.phases.end()
        passed = (now - attempt.running.started_at).total_seconds()
        runtime = attempt.runtime if status == "complete" else max(passed, 0.0)
        attempt.entry = Entry(attempt.running, now, status, runtime, attempt.from_cache, message)
        self.add(attempt.entry)

    def add(self, entry: Entry) -> None:
        self._waiting.append(entry)
        if not self._wake.is_set():
            self._wake.set()

    def repeat(self, entry: Entry) -> None:
        """The same was asked again, and answered from memory."""
        now = self._clock()
        self.add(Entry(entry.running, now, from_cache=True, created_at=now, repeated=True))

    def flush(self) -> None:
        """Write what waits."""
        with self._writing:
            entries = [self._waiting.popleft() for _ in range(len(self._waiting))]
            counted = self.calls.take()
            if not entries and not counted:
                return
            try:
                self._write(entries, counted)
            except OperationalError:  # the database is away: they are written when it is back
                self._waiting.extendleft(reversed(entries))
                self.calls.give_back(counted)
                raise

    def _write(self, entries: list[Entry], counted: Counted) -> None:
        with self._database.session() as session:
            slugs: dict[str, str] = {}
            for repeated in (False, True):  # what was repeated has no phases to be written
                rows = [
                    _values(entry, _slug(session, entry, slugs))
                    for entry in entries
                    if entry.repeated is repeated
                ]
                if rows:
                    session.execute(insert(HistoryRow), rows)
            calls.write(session, counted)

    def close(self) -> None:
        self._closing.set()
        self._wake.set()
        self._thread.join(10)
        try:
            self.flush()
        except OperationalError:  # whoever closes has more to close
            _log.warning("what was asked last could not be written down")

    def _work(self) -> None:
        while not self._closing.is_set():
            if self._wake.wait(_CALLS_EVERY):
                self._closing.wait(_SOON)
            self._wake.clear()
            try:
                self.flush()
                self._purge()
            except OperationalError:
                self._wake.set()
            except Exception:
                _log.exception("what was asked could not be written down")

    def _purge(self) -> None:
        now = self._clock()
        if self._purged_at is not None and now - self._purged_at < _PURGED_EVERY:
            return
        with self._database.session() as session:
            session.execute(delete(HistoryRow).where(HistoryRow.created_at < now - KEPT))
            calls.purge(session, now.date())
        self._purged_at = now


def _storable(message: str) -> str:
    """Databases quote what they were given, whatever it was."""
    return message[:_LONGEST_MESSAGE].replace("\0", "").encode("utf-8", "replace").decode()


def _slug(session: Session, entry: Entry, known: dict[str, str]) -> str | None:
    """Of the query that ran, which is stored where it was not yet; None for SQL of a person."""
    running = entry.running
    if running.sql_query_slug is not None:
        return None
    if running.query_slug is not None and running.merge_query_slug is None:
        return running.query_slug
    if running.definition is None:
        return None
    key = running.definition.fingerprint()
    if key not in known:
        known[key] = stored.create(session, running.definition, entry.completed_at).slug
    return known[key]


def _values(entry: Entry, slug: str | None) -> dict[str, Any]:
    running = entry.running
    return {
        "id": ids.slug(),
        "created_at": entry.created_at or running.started_at,
        "completed_at": entry.completed_at,
        "user_id": int(running.user_id),
        "query_slug": slug,
        "sql_query_slug": running.sql_query_slug,
        "merge_query_slug": running.merge_query_slug,
        "look_id": running.context.look_id,
        "dashboard_id": running.context.dashboard_id,
        "workspace_id": running.workspace_id,
        "result_format": running.result_format,
        "model": running.model,
        "explore": running.explore,
        "connection_name": running.connection,
        "source": running.source,
        "status": entry.status,
        "result_source": "cache" if entry.from_cache else "query",
        "runtime": entry.runtime,
        "message": entry.message,
        **({} if entry.repeated else running.phases.values()),
    }
