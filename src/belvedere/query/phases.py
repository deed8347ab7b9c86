"""How long the parts of a run took, as far as there is something to measure."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, fields

_PARTS = {
    "main": ("execute_main_query", "load_main_query_in_memory"),
    "total": ("execute_totals_query", "load_totals_query_in_memory"),
    "row_total": ("execute_row_totals_query", "load_row_totals_query_in_memory"),
    "grand_total": ("execute_grand_totals_query", "load_grand_totals_query_in_memory"),
}
_STREAMED = ("execute_main_query", "load_process_and_stream_main_query")


@dataclass(slots=True)
class Phases:
    """In seconds; None for a part that there was not. The names are those that clients ask for.

    `queued` is the wait for a worker, `async_processing` the worker's whole time, `prepare` goes
    from the question to SQL, `pdt` is the wait for derived tables that are kept.
    """

    queued: float | None = None
    async_processing: float | None = None
    prepare: float | None = None
    pdt: float | None = None
    cache_load: float | None = None
    acquire_connection: float | None = None
    connection_held: float | None = None
    execute_main_query: float | None = None
    execute_totals_query: float | None = None
    execute_row_totals_query: float | None = None
    execute_grand_totals_query: float | None = None
    load_main_query_in_memory: float | None = None
    load_totals_query_in_memory: float | None = None
    load_row_totals_query_in_memory: float | None = None
    load_grand_totals_query_in_memory: float | None = None
    load_process_and_stream_main_query: float | None = None
    post_processing: float | None = None
    _since: float = field(default_factory=time.perf_counter)

    def add(self, name: str, seconds: float) -> None:
        setattr(self, name, (getattr(self, name) or 0.0) + seconds)

    def end(self) -> None:
        """The run is over; it began with the preparation, before this was made."""
        self.async_processing = time.perf_counter() - self._since + (self.prepare or 0.0)

    def values(self) -> dict[str, float | None]:
        return {name: getattr(self, name) for name in NAMES}


NAMES = tuple(one.name for one in fields(Phases) if not one.name.startswith("_"))


class StatementTimes:
    """Times one statement: `connected`, then `executed` (its columns are known), then `over`."""

    __slots__ = ("_asked", "_connected", "_executed", "_names", "_phases")

    def __init__(self, phases: Phases, part: str = "main", *, streamed: bool = False) -> None:
        self._phases = phases
        self._names = _STREAMED if streamed else _PARTS.get(part)
        self._asked = time.perf_counter()
        self._connected: float | None = None
        self._executed: float | None = None

    def connected(self) -> None:
        self._connected = time.perf_counter()

    def executed(self) -> None:
        self._executed = time.perf_counter()

    def over(self) -> None:
        """A statement that failed has the times until then."""
        now, connected = time.perf_counter(), self._connected
        if connected is None:
            return
        self._phases.add("acquire_connection", connected - self._asked)
        self._phases.add("connection_held", now - connected)
        if self._names is None:
            return
        execute, load = self._names
        self._phases.add(execute, (self._executed or now) - connected)
        if self._executed is not None:
            self._phases.add(load, now - self._executed)
