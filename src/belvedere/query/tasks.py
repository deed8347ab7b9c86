"""Asynchronous runs: started now, fetched later, by whoever started them."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts.tokens import AccessSession
from belvedere.clock import Clock
from belvedere.errors import BelvedereError, NotFound, QueryCancelled
from belvedere.query.definition import Definition
from belvedere.query.merge_runs import Merge, run_merge
from belvedere.query.options import RunOptions
from belvedere.query.outcome import Outcome
from belvedere.query.runner import API, Runner
from belvedere.query.running import Context, Running
from belvedere.query.tables import MergeQueryRow, QueryTaskRow, StoredQuery
from belvedere.store import Database

KEPT = timedelta(hours=24)
_WORKERS = 8
_log = logging.getLogger("belvedere.tasks")


class Tasks:
    """Starts tasks on threads of this process; their state is in the database, their results
    in files, so that any process can answer for them.
    """

    def __init__(self, database: Database, runner: Runner, folder: Path, clock: Clock) -> None:
        self._database = database
        self._runner = runner
        self._folder = folder
        self._clock = clock
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="task")
        self._lock = threading.Lock()
        self._running: dict[str, Running | None] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def create(
        self,
        session: Session,
        query: StoredQuery | MergeQueryRow,
        options: RunOptions,
        asker: AccessSession,
        source: str | None,
        context: Context,
    ) -> QueryTaskRow:
        """Store the task; `start` it once the transaction is committed."""
        now = self._clock()
        row = QueryTaskRow(
            id=ids.slug(),
            query_slug=query.slug if isinstance(query, StoredQuery) else None,
            merge_slug=query.slug if isinstance(query, MergeQueryRow) else None,
            creator_id=str(asker.user_id),
            result_format=options.result_format,
            options=msgspec.to_builtins(options),
            source=source,
            look_id=context.look_id,
            dashboard_id=context.dashboard_id,
            status="added",
            created_at=now,
            expires_at=now + KEPT,
        )
        session.add(row)
        session.flush()
        return row

    def start(
        self,
        task_id: str,
        asked: Definition | Merge,
        options: RunOptions,
        asker: AccessSession,
        source: str | None,
        context: Context,
    ) -> None:
        with self._lock:
            self._running[task_id] = None
        self._pool.submit(
            self._work, task_id, asked, options, asker, source or API, context, time.perf_counter()
        )

    def _work(
        self,
        task_id: str,
        asked: Definition | Merge,
        options: RunOptions,
        asker: AccessSession,
        source: str,
        context: Context,
        queued_since: float,
    ) -> None:
        started, queued = self._clock(), time.perf_counter() - queued_since
        try:
            self._set(task_id, status="running", started_at=started)

            def note(running: Running) -> None:
                running.id, running.context = task_id, context
                running.phases.queued = queued
                with self._lock:
                    self._running[task_id] = running

            if isinstance(asked, Merge):
                outcome = run_merge(self._runner, asked, options, asker, note)
            else:
                outcome = self._runner.run(asked, options, asker, source=source, on_start=note)
            self._finish(task_id, outcome)
        except QueryCancelled as error:
            self._set(task_id, status="killed", error=str(error), completed_at=self._clock())
        except BelvedereError as error:
            self._set(task_id, status="error", error=str(error), completed_at=self._clock())
        except Exception:
            _log.exception("query task %s failed", task_id)
            message = "Something went wrong; the server's log has the details"
            self._set(task_id, status="error", error=message, completed_at=self._clock())
        finally:
            with self._lock:
                self._running.pop(task_id, None)

    def _finish(self, task_id: str, outcome: Outcome) -> None:
        path = self._path(task_id)
        with path.open("wb") as file:
            file.write(outcome.body)
            for chunk in outcome.chunks or ():
                file.write(chunk)
        self._set(
            task_id,
            status="error" if outcome.error else "complete",
            error=outcome.error,
            sql=outcome.sql,
            media_type=outcome.media_type,
            runtime=outcome.runtime,
            result_source="cache" if outcome.from_cache else "query",
            completed_at=self._clock(),
        )

    def _set(self, task_id: str, **values: object) -> None:
        with self._database.session() as session:
            session.execute(update(QueryTaskRow).where(QueryTaskRow.id == task_id).values(**values))

    def _path(self, task_id: str) -> Path:
        return self._folder / f"{task_id}.result"

    def get(self, session: Session, task_id: str, asker: AccessSession) -> QueryTaskRow:
        """A task of the asker's own (administrators see all); NotFound otherwise."""
        row = session.get(QueryTaskRow, task_id)
        if row is None or row.expires_at <= self._clock():
            raise NotFound
        if row.creator_id != str(asker.user_id) and not asker.permissions.is_admin:
            raise NotFound
        return row

    def result(self, row: QueryTaskRow) -> bytes:
        """The finished task's bytes; NotFound when they are gone."""
        try:
            return self._path(row.id).read_bytes()
        except FileNotFoundError:
            raise NotFound from None

    def stop(self, task_id: str) -> bool:
        with self._lock:
            running = self._running.get(task_id)
        if running is None:
            return False
        running.stop()
        return True

    def purge(self) -> None:
        """Forget expired tasks; give up those that an earlier process left unfinished."""
        now = self._clock()
        with self._database.session() as session:
            gone = session.scalars(
                select(QueryTaskRow.id).where(QueryTaskRow.expires_at <= now)
            ).all()
            session.execute(delete(QueryTaskRow).where(QueryTaskRow.id.in_(gone)))
        for task_id in gone:
            self._path(task_id).unlink(missing_ok=True)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
