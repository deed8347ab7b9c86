"""What every workload is given."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.database import Bare
from benchmarks.server import Client, Server


def _numbers() -> Iterator[int]:
    return itertools.count(random.SystemRandom().randrange(10**6, 10**8))


@dataclass(frozen=True)
class Bench:
    """A server with its client, the bare database, and a folder for what a workload writes."""

    server: Server
    client: Client
    bare: Bare
    folder: Path
    _counter: Iterator[int] = field(default_factory=_numbers)

    def never_asked(self) -> str:
        """A filter on a numeric key that keeps every row and differs from all before it."""
        return f">-{next(self._counter)}"
