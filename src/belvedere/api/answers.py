"""Whole answers in memory, for requests that repeat byte for byte.

An entry is good while nothing it was made from has changed: accounts, connections, projects,
datagroups, colours, settings (their counters), the model's files (its version) and the time until
which the result may be reused. Everything else that an answer depends on is in the request itself:
the token, the path, the query string and the body.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from belvedere.projects.served import ServedModels
from belvedere.query.history import Entry
from belvedere.store import EpochWatch

_TOPICS = ("accounts", "connections", "projects", "datagroups", "appearance", "instance")
Key = tuple[str, str, str, str, bytes]


@dataclass(frozen=True, slots=True)
class Freshness:
    """Until when (Unix seconds), and under which version of which model; what the history says
    of it.
    """

    until: float
    model: str
    version: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Kept:
    media_type: str
    body: bytes
    freshness: Freshness
    epochs: tuple[int, ...]
    token_expires: float
    operation: str


class Answers:
    def __init__(self, watch: EpochWatch, models: ServedModels, capacity: int) -> None:
        self._watch = watch
        self._models = models
        self._capacity = capacity
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0

    def epochs(self) -> tuple[int, ...]:
        return self._watch.snapshot(*_TOPICS)

    def find(self, key: Key, clock: Callable[[], float] = time.time) -> Kept | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        now = clock()
        if now < kept.freshness.until and now < kept.token_expires and self._current(kept):
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
            return kept
        self._drop(key)
        return None

    def _current(self, kept: Kept) -> bool:
        if self.epochs() != kept.epochs:
            return False
        served = self._models.find(kept.freshness.model)
        return (
            served is not None
            and served.model is not None
            and served.model.version == kept.freshness.version
        )

    def keep(self, key: Key, kept: Kept) -> None:
        """Keep an answer that was made under `kept.epochs`."""
        if len(kept.body) > self._capacity // 8:
            return
        with self._lock:
            self._forget(key)
            self._kept[key] = kept
            self._size += len(kept.body) + len(key[4])
            while self._size > self._capacity:
                self._forget(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        with self._lock:
            self._forget(key)

    def _forget(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._size -= len(kept.body) + len(key[4])
