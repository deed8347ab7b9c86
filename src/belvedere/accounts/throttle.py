"""Failed logins slow whoever keeps failing, and nobody else."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from belvedere.errors import TooManyRequests

_WINDOW = 60.0
_MOST_KEYS = 10_000
_ADDRESS_SHARE = 10
_LONGEST_ID = 64
Key = tuple[str | None, str]


class Throttle:
    """At most `attempts` failures a minute of one client from one address, and ten times as many
    of all clients from one address: who guesses client ids has a new one each time.
    """

    def __init__(self, attempts: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._attempts = attempts
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[Key, deque[float]] = OrderedDict()

    def check(self, client_id: str, address: str) -> None:
        """TooManyRequests while the client or its address has failed too often."""
        now = self._clock()
        with self._lock:
            for key, most in self._limits(client_id, address):
                failures = self._failures.get(key, ())
                recent = [moment for moment in failures if moment > now - _WINDOW]
                if len(recent) >= most:
                    raise TooManyRequests(
                        "Too many failed logins; try again later", recent[-most] + _WINDOW - now
                    )

    def failed(self, client_id: str, address: str) -> None:
        now = self._clock()
        with self._lock:
            for key, most in self._limits(client_id, address):
                self._failures.setdefault(key, deque(maxlen=most)).append(now)
                self._failures.move_to_end(key)
            while len(self._failures) > _MOST_KEYS:
                self._failures.popitem(last=False)

    def succeeded(self, client_id: str, address: str) -> None:
        """The client is who it says; its address keeps its count of other clients' failures."""
        with self._lock:
            self._failures.pop((client_id[:_LONGEST_ID], address), None)

    def _limits(self, client_id: str, address: str) -> tuple[tuple[Key, int], ...]:
        return (
            ((None, address), self._attempts * _ADDRESS_SHARE),
            ((client_id[:_LONGEST_ID], address), self._attempts),
        )
