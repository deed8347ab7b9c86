"""One run for everybody who asks the same thing at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from belvedere.errors import QueryCancelled

T = TypeVar("T")
_POLL_SECONDS = 0.1


class InFlight(Generic[T]):
    """Joins concurrent calls with equal keys into one; nothing is kept once it is done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Future[T]] = {}

    def run(self, key: str, compute: Callable[[], T], stopped: Callable[[], bool]) -> T:
        """The value, computed by whoever came first. A failure reaches every waiter, except
        that a stop only stops the one it was meant for: the next waiter computes then.
        """
        while True:
            with self._lock:
                future = self._running.get(key)
                leads = future is None
                if future is None:
                    future = self._running[key] = Future()
            if leads:
                return self._lead(key, future, compute)
            try:
                return _await(future, stopped)
            except QueryCancelled:
                if stopped():
                    raise

    def _lead(self, key: str, future: Future[T], compute: Callable[[], T]) -> T:
        try:
            value = compute()
        except BaseException as error:
            self._finish(key)
            future.set_exception(error)
            raise
        self._finish(key)
        future.set_result(value)
        return value

    def _finish(self, key: str) -> None:
        with self._lock:
            self._running.pop(key, None)


def _await(future: Future[T], stopped: Callable[[], bool]) -> T:
    while True:
        try:
            return future.result(timeout=_POLL_SECONDS)
        except TimeoutError:
            if future.done():
                raise
            if stopped():
                raise QueryCancelled("The query was stopped") from None
