"""What running a query comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from belvedere.query.history import Entry


@dataclass(frozen=True, slots=True)
class Reusable:
    """Until when an answer may be given again (Unix seconds), and under which model version;
    `entry` is how it went, for the history.
    """

    until: float
    model: str
    version: str
    entry: Entry


@dataclass(slots=True)
class Outcome:
    """An answer: `body`, or `chunks` of one that is streamed (close them to stop it).

    `error` is the database's message where the body tells of a failed query.
    """

    media_type: str
    body: bytes = b""
    chunks: Iterator[bytes] | None = None
    stop: Callable[[], None] | None = None
    reusable: Reusable | None = None
    from_cache: bool = False
    runtime: float = 0.0
    sql: str | None = None
    error: str | None = None


class Resumed:
    """An iterator whose first item was taken already; closing it closes the source."""

    def __init__(self, first: bytes, rest: Iterator[bytes]) -> None:
        self._first: bytes | None = first
        self._rest = rest

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return next(self._rest)

    def close(self) -> None:
        close = getattr(self._rest, "close", None)
        if close is not None:
            close()
