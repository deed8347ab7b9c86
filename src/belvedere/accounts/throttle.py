"""Failed logins slow whoever keeps failing, and nobody else."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from belvedere.errors import TooManyRequests

_WINDOW = 60.0
_MOST_KEYS = 10_000


class Throttle:
    """At most `attempts` failures a minute for one key (a client id from one address)."""

    def __init__(self, attempts: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._attempts = attempts
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, key: str) -> None:
        """TooManyRequests while the key has failed too often."""
        now = self._clock()
        with self._lock:
            failures = self._failures.get(key)
            if failures is None:
                return
            self._forget(failures, now)
            if len(failures) >= self._attempts:
                raise TooManyRequests(
                    "Too many failed logins; try again later", failures[0] + _WINDOW - now
                )

    def failed(self, key: str) -> None:
        now = self._clock()
        with self._lock:
            failures = self._failures.setdefault(key, deque())
            self._forget(failures, now)
            failures.append(now)
            self._failures.move_to_end(key)
            while len(self._failures) > _MOST_KEYS:
                self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        with self._lock:
            self._failures.pop(key, None)

    @staticmethod
    def _forget(failures: deque[float], now: float) -> None:
        while failures and failures[0] <= now - _WINDOW:
            failures.popleft()
