"""Making persistent derived tables: once for everybody who waits, dependencies first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from belvedere.clock import Clock
from belvedere.compiler import dialects, making
from belvedere.compiler.persistent import KeptTable, Making, named
from belvedere.compiler.request import Request, Viewer
from belvedere.connections.registry import OpenConnection
from belvedere.errors import BelvedereError, EngineError
from belvedere.query.derived.published import PublishedViews
from belvedere.query.derived.states import CLAIM_LASTS, KeptStates
from belvedere.query.derived.triggers import trigger_value
from belvedere.query.running import Running

_POLL_SECONDS = 0.1
_FAILURE_COUNTS = timedelta(minutes=5)

Tables = list[tuple[KeptTable, str]]


@dataclass(frozen=True, slots=True)
class Order:
    """What a build is for. `request` says which model, and as whom templates are carried out.

    `rebuild` makes again what is there already, `rebuild_below` also what it is made from; `whole`
    makes tables anew that would only grow. `renew` is told of every table that is about to be read,
    and may make it again.
    """

    request: Request
    connection: OpenConnection
    running: Running
    rebuild: bool = False
    rebuild_below: bool = False
    whole: bool = False
    renew: Callable[[KeptTable], None] | None = None


class Builder:
    """Thread-safe; one per process."""

    def __init__(self, states: KeptStates, published: PublishedViews, clock: Clock) -> None:
        self.states = states
        self.published = published
        self._clock = clock

    def ready(self, wanted: Sequence[KeptTable], order: Order) -> Tables:
        """The physical tables, made where they are not there (or not any more); they can be read.

        EngineError where one cannot be made, with the database's message.
        """
        made: dict[str, str] = {}
        tables = [(kept, self._ready(kept, order, made)) for kept in wanted]
        order.connection.engine.provide([physical for _, physical in tables])
        return tables

    def failed_lately(self, connection: str, kept: KeptTable) -> bool:
        """Whether the table could not be made when that was tried last, a short time ago."""
        state = self.states.get(connection, kept)
        if state is None or state.physical is not None or state.tried_at is None:
            return False
        return state.error is not None and self._clock() - state.tried_at < _FAILURE_COUNTS

    def _ready(self, kept: KeptTable, order: Order, made: dict[str, str]) -> str:
        """`made` is what this order has made already, by key."""
        if kept.key in made:
            return made[kept.key]
        name = order.connection.name
        started = self._clock()
        while True:
            order.running.refuse_if_stopped()
            usable = self._usable(kept, order)
            if usable is not None:
                return usable
            with self.states.claimed(name, order.request.model.name, kept) as mine:
                if mine:
                    usable = self._usable(kept, order)
                    if usable is not None:
                        return usable  # made while the claim was waited for
                    made[kept.key] = self._made(kept, order, made)
                    return made[kept.key]
            self._wait(kept, order)
            state = self.states.get(name, kept)
            if state is None or state.tried_at is None or state.tried_at < started:
                continue
            if state.error is not None:
                raise EngineError(_failure(kept, state.error))
            if state.physical is not None:
                return state.physical

    def _usable(self, kept: KeptTable, order: Order) -> str | None:
        """The table that is there, where it will do: also to make it again, if somebody else
        began to after that was ordered.
        """
        usable = self.states.usable(order.connection.name, kept)
        if usable is None or not order.rebuild:
            return usable
        state = self.states.get(order.connection.name, kept)
        began = state.built_at if state is not None else None
        return usable if began is not None and began > order.running.started_at else None

    def _wait(self, kept: KeptTable, order: Order) -> None:
        """Until whoever makes the table has ended (or has not been heard of for too long)."""
        deadline = time.monotonic() + CLAIM_LASTS.total_seconds()
        while time.monotonic() < deadline:
            order.running.refuse_if_stopped()
            state = self.states.get(order.connection.name, kept)
            if state is None or not state.being_made:
                return
            time.sleep(_POLL_SECONDS)

    def _made(self, kept: KeptTable, order: Order, made: dict[str, str]) -> str:
        connection, began, began_at = order.connection, time.perf_counter(), self._clock()
        self._note_trigger(kept, order)
        try:
            with self._claim_kept(connection.name, kept):
                physical = self._build(kept, order, made)
        except BelvedereError as error:
            self.states.failed(connection.name, kept, str(error))
            if isinstance(error, EngineError):
                raise type(error)(_failure(kept, str(error)), error.sql) from None
            raise
        seconds = time.perf_counter() - began
        self.states.made(connection.name, kept, physical, began_at, seconds)
        self._publish(kept, order, physical)
        return physical

    def _note_trigger(self, kept: KeptTable, order: Order) -> None:
        """What the trigger says before anything is read: whatever it says later is a change."""
        if kept.persistence.sql_trigger_value is None:
            return
        with suppress(EngineError):  # the regenerator tells of it
            value = trigger_value(order.connection, order.request.model, kept)
            self.states.checked(order.connection.name, kept, value)

    def _publish(self, kept: KeptTable, order: Order, physical: str) -> None:
        """A view is made for tables as production defines them, without anybody's attributes."""
        request, connection = order.request, order.connection
        if request.development or not kept.persistence.is_published:
            return
        found = self.published.find(connection.name, request.model.name, kept.view.name)
        if request.viewer == Viewer() or (found is not None and found.key == kept.key):
            self.published.publish(connection, request.model.name, kept, physical)

    def _build(self, kept: KeptTable, order: Order, made: dict[str, str]) -> str:
        connection = order.connection
        now = self._clock()
        request = replace(order.request, now=now)
        dialect = dialects.get(connection.config.dialect)
        plan = making(request, dialect, kept)
        physical = kept.physical(now)
        scratch = connection.scratch or ""
        target = dialect.scratch_table(scratch, physical)
        state = self.states.get(connection.name, kept)
        previous = state.physical if state is not None and plan.grows and not order.whole else None
        statements = self._extension(plan, order, target, previous) or plan.full(target)
        below = replace(order, rebuild=order.rebuild_below)
        if order.renew is not None:
            for read in plan.reads:
                order.renew(read)
        reads: Tables = [(read, self._ready(read, below, made)) for read in plan.reads]
        needed = [name for _, name in reads] + ([previous] if previous else [])
        with ExitStack() as stack:
            order.running.refuse_if_stopped()

            def started(cancel: Callable[[], None]) -> None:
                stack.enter_context(order.running.stoppable(cancel))

            connection.writer.build(
                physical,
                [named(statement, reads) for statement in statements],
                reads=needed,
                started=started,
            )
        return physical

    def _extension(
        self, plan: Making, order: Order, target: str, previous: str | None
    ) -> list[str] | None:
        """What adds the newest rows to a copy of the table; None to make it anew."""
        if previous is None:
            return None
        connection = order.connection
        dialect = dialects.get(connection.config.dialect)
        table = dialect.scratch_table(connection.scratch or "", previous)
        connection.engine.provide([previous])
        with connection.engine.execute(plan.newest(table), whole=True) as execution:
            values = [value for batch in execution.batches() for value in batch[0].to_pylist()]
        if not values or values[0] is None:
            return None
        return plan.extended(target, table, values[0])

    @contextmanager
    def _claim_kept(self, connection: str, kept: KeptTable) -> Iterator[None]:
        """Says again and again that the table is still being made."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(CLAIM_LASTS.total_seconds() / 3):
                self.states.still_making(connection, kept)

        thread = threading.Thread(target=renew, name="derived-table-claim", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _failure(kept: KeptTable, message: str) -> str:
    return f'The derived table of view "{kept.view.name}" could not be made: {message}'
