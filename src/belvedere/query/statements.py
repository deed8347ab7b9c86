"""Single statements: from the cache, from whoever runs the same right now, or run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain

import pyarrow as pa

from belvedere.clock import Clock
from belvedere.compiler.compiled import SqlPart
from belvedere.engines.base import Engine, Started
from belvedere.errors import NotFound
from belvedere.query.cache import Result, ResultCache, key_of
from belvedere.query.inflight import InFlight
from belvedere.query.options import RunOptions
from belvedere.query.phases import StatementTimes
from belvedere.query.preparing import Prepared
from belvedere.query.running import Running

HELD_ROWS = 50_000


class Statements:
    """Thread-safe; one per process."""

    def __init__(self, cache: ResultCache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock
        self._inflight: InFlight[Result] = InFlight()

    def result(
        self,
        prepared: Prepared,
        part: SqlPart,
        options: RunOptions,
        running: Running,
        name: str = "main",
    ) -> tuple[Result, bool]:
        """The rows of one statement, and whether they were there already; `name` is that of the
        query's part which it answers.
        """
        connection = prepared.connection
        key = key_of(connection.identity, part.sql)
        if options.cache or options.cache_only:
            age = None if options.cache_only else float(prepared.reuse)
            looked = time.perf_counter()
            cached = self._cache.get(key, younger_than=age)
            if cached is not None and (options.cache_only or cached.ran_at >= prepared.fresh_since):
                running.phases.add("cache_load", time.perf_counter() - looked)
                return cached, True
        if options.cache_only:
            raise NotFound("There is no cached result of this query")
        result = self._inflight.run(
            key,
            lambda: self.executed(connection.engine, part.sql, running, name),
            lambda: running.stopped,
        )
        if prepared.reuse > 0:
            self._cache.put(key, result)
        return result, False

    def executed(self, engine: Engine, sql: str, running: Running, name: str = "main") -> Result:
        started = time.perf_counter()
        ran_at = self._clock().timestamp()  # rows may be as old as this
        running.refuse_if_stopped()
        with ExitStack() as stack:
            times = timed(stack, running, name)
            execution = stack.enter_context(
                engine.execute(sql, started=watch(stack, running, times), whole=True)
            )
            times.executed()
            table = pa.Table.from_batches(execution.batches(), execution.schema)
        return Result(table, ran_at, time.perf_counter() - started)


def timed(
    stack: ExitStack, running: Running, name: str = "main", *, streamed: bool = False
) -> StatementTimes:
    """The times of a statement that is over when the stack is unwound."""
    times = StatementTimes(running.phases, name, streamed=streamed)
    stack.callback(times.over)
    return times


def watch(stack: ExitStack, running: Running, times: StatementTimes) -> Started:
    """Lets the running query stop its statement, until the stack is unwound."""

    def started(cancel: Callable[[], None]) -> None:
        times.connected()
        stack.enter_context(running.stoppable(cancel))

    return started


def begun(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batches, the first of them read already: what goes wrong before there are
    HELD_ROWS can still be told as an answer.
    """
    head, rows = [], 0
    for batch in batches:
        head.append(batch)
        rows += batch.num_rows
        if rows >= HELD_ROWS:
            break
    return chain(head, batches)
