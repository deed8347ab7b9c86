"""So many requests a minute for one token."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from belvedere.errors import TooManyRequests

_WINDOW = 60
_MOST_CALLERS = 100_000


class RateLimit:
    """Counts requests by caller in windows of a minute; a limit of 0 counts nothing."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def check(self, caller: str) -> dict[str, str]:
        """The headers that tell what is left; TooManyRequests when nothing is."""
        if self._limit <= 0:
            return {}
        now = time.time()
        window = int(now // _WINDOW)
        with self._lock:
            counted_in, count = self._counts.get(caller, (window, 0))
            count = count + 1 if counted_in == window else 1
            self._counts[caller] = (window, count)
            self._counts.move_to_end(caller)
            while len(self._counts) > _MOST_CALLERS:
                self._counts.popitem(last=False)
        reset = (window + 1) * _WINDOW
        if count > self._limit:
            raise TooManyRequests("Too many requests; try again later", reset - now)
        return self._headers(self._limit - count, reset)

    def _headers(self, left: int, reset: int) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(reset),
        }

    def headers_when_limited(self) -> dict[str, str]:
        if self._limit <= 0:
            return {}
        return self._headers(0, (int(time.time() // _WINDOW) + 1) * _WINDOW)
