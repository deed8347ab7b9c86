"""A bounded pool: whoever waits longest is served first."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from belvedere.errors import EngineUnavailable

T = TypeVar("T")


class Pool(Generic[T]):
    """At most `size` items, made by `make` when needed, kept warm, ended by `end`."""

    def __init__(self, size: int, make: Callable[[], T], end: Callable[[T], None]) -> None:
        self._size = size
        self._make = make
        self._end = end
        self._idle: list[T] = []
        self._in_use = 0
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()
        self._closed = False

    def take(self, timeout: float) -> T:
        """An item; EngineUnavailable when none comes free within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        turn: threading.Event | None = None
        while True:
            with self._lock:
                if self._closed:
                    raise EngineUnavailable("The connection has been closed")
                first = not self._waiting or self._waiting[0] is turn
                if first and self._in_use < self._size:
                    if turn is not None:
                        self._waiting.popleft()
                    self._in_use += 1
                    self._wake()
                    item = self._idle.pop() if self._idle else None
                    break
                if turn is None:
                    turn = threading.Event()
                    self._waiting.append(turn)
                turn.clear()
            if not turn.wait(max(0.0, deadline - time.monotonic())):
                self._leave(turn)
                raise EngineUnavailable(
                    f"All {self._size} connections are in use; none came free within "
                    f"{timeout:g} seconds"
                )
        return item if item is not None else self._made()

    def _made(self) -> T:
        try:
            return self._make()
        except BaseException:
            self.give_up()
            raise

    def _leave(self, turn: threading.Event) -> None:
        with self._lock:
            self._waiting.remove(turn)
            self._wake()

    def _wake(self) -> None:
        if self._waiting:
            self._waiting[0].set()

    def give_back(self, item: T) -> None:
        with self._lock:
            self._in_use -= 1
            keep = not self._closed
            if keep:
                self._idle.append(item)
            self._wake()
        if not keep:
            self._end(item)

    def give_up(self, item: T | None = None) -> None:
        """Give back a place whose item is broken (or never came to be)."""
        with self._lock:
            self._in_use -= 1
            self._wake()
        if item is not None:
            self._end(item)

    def drop_idle(self) -> None:
        """End every idle item, as when the server on the other side went away."""
        with self._lock:
            idle, self._idle = self._idle, []
        for item in idle:
            self._end(item)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for turn in self._waiting:
                turn.set()
        self.drop_idle()
