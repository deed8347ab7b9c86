"""From the command to the first answer, and the memory of a server that nobody asks."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from benchmarks.figures import Figure, Goal
from benchmarks.server import running


def startup(home: Path) -> list[Figure]:
    times, memory = [], []
    for _ in range(5):
        with running(home) as server:
            times.append(server.started)
            time.sleep(0.5)
            memory.append(server.memory)
    return [
        Figure(
            "start to first answer", statistics.median(times), Goal("{:.2f} s", gate=2, stretch=0.7)
        ),
        Figure("idle memory", statistics.median(memory), Goal("{:.0f} MB", gate=150, stretch=100)),
    ]
