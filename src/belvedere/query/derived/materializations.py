"""Builds that people ask for: started, watched and stopped by any process."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select, update

from belvedere import ids
from belvedere.clock import Clock
from belvedere.compiler.persistent import KeptTable
from belvedere.errors import BelvedereError, NotFound, QueryCancelled
from belvedere.query.derived.builder import Builder, Order
from belvedere.query.running import Running, RunningQueries
from belvedere.query.tables import MaterializationRow
from belvedere.store import Database

_LOOK_SECONDS = 1.0
_GONE_AFTER = timedelta(seconds=30)
ENDED = frozenset({"complete", "error", "cancelled"})


class Materializations:
    """Thread-safe; one per process."""

    def __init__(
        self, database: Database, builder: Builder, running: RunningQueries, clock: Clock
    ) -> None:
        self._database = database
        self._builder = builder
        self._running = running
        self._clock = clock
        self._threads: set[threading.Thread] = set()

    def start(self, kept: KeptTable, order: Order, source: str | None) -> MaterializationRow:
        """`order.running` says who asked; it stands for the build from now on."""
        now = self._clock()
        row = MaterializationRow(
            id=ids.slug(),
            model_name=order.request.model.name,
            view_name=kept.view.name,
            user_id=order.running.user_id,
            source=source,
            status="running",
            stop_wanted=False,
            seen_at=now,
            started_at=now,
        )
        with self._database.session() as session:
            session.add(row)
        thread = threading.Thread(
            target=self._build, args=(row.id, kept, order), name="materialization", daemon=True
        )
        self._threads.add(thread)
        thread.start()
        return self.get(row.id)

    def get(self, identifier: str) -> MaterializationRow:
        """NotFound for one that is unknown; one whose process has gone tells of an error."""
        with self._database.session() as session:
            row = session.get(MaterializationRow, identifier)
            if row is None:
                raise NotFound
            if row.status not in ENDED and self._clock() - row.seen_at > _GONE_AFTER:
                row.status, row.message = "error", "The server was stopped during the build"
                row.ended_at = row.seen_at
            session.flush()
            session.expunge(row)
            return row

    def stop(self, identifier: str) -> MaterializationRow:
        row = self.get(identifier)
        if row.status in ENDED:
            return row
        with self._database.session() as session:
            session.execute(
                update(MaterializationRow)
                .where(MaterializationRow.id == identifier)
                .values(stop_wanted=True)
            )
        return self.get(identifier)

    def close(self) -> None:
        for thread in list(self._threads):
            thread.join()

    def _build(self, identifier: str, kept: KeptTable, order: Order) -> None:
        ended = threading.Event()
        watcher = threading.Thread(
            target=self._watch, args=(identifier, order.running, ended), daemon=True
        )
        watcher.start()
        status, message = "complete", None
        try:
            with self._running.track(order.running):
                self._builder.ready([kept], order)
            message = self._not_published(kept, order)
        except QueryCancelled:
            status, message = "cancelled", "The build was stopped"
        except BelvedereError as error:
            status, message = "error", str(error)
        finally:
            ended.set()
            watcher.join()
            self._end(identifier, status, message)
            self._threads.discard(threading.current_thread())

    def _not_published(self, kept: KeptTable, order: Order) -> str | None:
        model = order.request.model.name
        row = self._builder.published.find(order.connection.name, model, kept.view.name)
        if row is None or row.error is None or not kept.persistence.is_published:
            return None
        return f"The table was made, but not published: {row.error}"

    def _watch(self, identifier: str, running: Running, ended: threading.Event) -> None:
        """Says that the build goes on, and stops it when somebody wants that."""
        while not ended.wait(_LOOK_SECONDS):
            mine = MaterializationRow.id == identifier
            with self._database.session() as session:
                wanted = session.scalar(select(MaterializationRow.stop_wanted).where(mine))
                session.execute(
                    update(MaterializationRow).where(mine).values(seen_at=self._clock())
                )
            if wanted:
                running.stop()

    def _end(self, identifier: str, status: str, message: str | None) -> None:
        with self._database.session() as session:
            session.execute(
                update(MaterializationRow)
                .where(MaterializationRow.id == identifier)
                .values(status=status, message=message, ended_at=self._clock())
            )
