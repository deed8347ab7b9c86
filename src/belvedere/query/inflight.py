"""One run for everybody who asks the same thing at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class InFlight(Generic[T]):
    """Joins concurrent calls with equal keys into one; nothing is kept once it is done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Future[T]] = {}

    def run(self, key: str, compute: Callable[[], T]) -> tuple[T, bool]:
        """The value, and whether this caller computed it. A failure reaches every waiter."""
        with self._lock:
            future = self._running.get(key)
            leads = future is None
            if future is None:
                future = self._running[key] = Future()
        if not leads:
            return future.result(), False
        try:
            value = compute()
        except BaseException as error:
            self._finish(key)
            future.set_exception(error)
            raise
        self._finish(key)
        future.set_result(value)
        return value, True

    def _finish(self, key: str) -> None:
        with self._lock:
            self._running.pop(key, None)
