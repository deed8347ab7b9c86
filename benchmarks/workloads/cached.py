"""Answers that are already there, and identical questions that arrive together."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

from benchmarks.bench import Bench
from benchmarks.figures import Figure, Goal, seconds
from benchmarks.load import Load, ask_together, drive
from benchmarks.queries import Q1, Q2, Q5
from benchmarks.server import free_port

_CLIENTS = 32
_ROUNDS = 3


def cached(bench: Bench) -> list[Figure]:
    """Q2 from the cache; the yardstick is an ASGI application that only sends the same bytes."""
    request = bench.client.raw(Q2.body)
    answer = bench.client.run(Q2.body)
    body = bench.folder / "answer.json"
    body.write_bytes(answer)
    port = free_port()
    bare = subprocess.Popen([sys.executable, "-m", "benchmarks.bare_asgi", str(port), str(body)])
    try:
        time.sleep(1.0)
        one = drive(bench.server.port, request, 1, 1.5, bench.folder)
        pairs = [
            (
                drive(bench.server.port, request, _CLIENTS, 2.0, bench.folder),
                drive(port, request, _CLIENTS, 2.0, bench.folder),
            )
            for _ in range(_ROUNDS)
        ]
    finally:
        bare.terminate()
        bare.wait()
    return _figures(len(answer), one, pairs)


def _figures(size: int, one: Load, pairs: list[tuple[Load, Load]]) -> list[Figure]:
    if one.failures or any(ours.failures for ours, _ in pairs):
        raise RuntimeError("cached answers failed")
    ours = statistics.median(load.per_second for load, _ in pairs)
    theirs = statistics.median(load.per_second for _, load in pairs)
    note = f"{ours:,.0f} / {theirs:,.0f} per second"
    return [
        Figure(
            f"cached Q2 ({size / 1e3:.0f} kB), one client, median",
            one.p50 * 1e3,
            Goal("{:.2f} ms", gate=1, stretch=0.4),
        ),
        Figure(
            f"cached Q2, {_CLIENTS} clients, of a bare ASGI server's rate",
            100 * ours / theirs,
            Goal("{:.0f} %", gate=25, stretch=60, more_is_better=True),
            note,
        ),
    ]


def together(bench: Bench) -> list[Figure]:
    """Many clients ask one question that is in no cache."""
    alone, work_alone, _ = _ask(bench, 1)
    crowd, work_crowd, runs = _ask(bench, _CLIENTS)
    return [
        Figure(
            f"{_CLIENTS} clients, one uncached query: runs",
            runs,
            Goal("{:.0f}", gate=1),
            f"{work_crowd / work_alone:.1f}× the processor time of one",
        ),
        Figure(
            f"{_CLIENTS} clients, one uncached query: time over one client's",
            crowd / alone,
            Goal("{:.2f}×", stretch=1.2),
        ),
    ]


def _ask(bench: Bench, clients: int) -> tuple[float, float, int]:
    """Median time and processor time over rounds, and the most runs that a round took."""
    times, work, runs = [], [], []
    for _ in range(5):
        body = Q2.body_with(order_items__id=bench.never_asked())
        request = bench.client.raw(body, "json_detail")
        before = bench.server.processor_time
        began = time.perf_counter()
        answers = ask_together(bench.server.port, request, clients)
        times.append(time.perf_counter() - began)
        work.append(bench.server.processor_time - before)
        details = [json.loads(answer.partition(b"\r\n\r\n")[2]) for answer in answers]
        runs.append(len({(detail["ran_at"], str(detail["runtime"])) for detail in details}))
    return statistics.median(times), statistics.median(work), max(runs)


def rolled_up(bench: Bench) -> list[Figure]:
    """Q1 asked right after Q5, whose answer already holds everything that Q1 needs."""
    theirs = statistics.median(seconds(bench.bare.runs(Q1.plain)) for _ in range(9))
    ours = []
    for _ in range(9):
        unseen = bench.never_asked()
        bench.client.run(Q5.body_with(order_items__id=unseen))
        body = Q1.body_with(order_items__id=unseen)
        ours.append(seconds(lambda body=body: bench.client.run(body)))
    value = statistics.median(ours) / theirs
    return [Figure("roll-up: Q1 after Q5, over bare", value, Goal("{:.2f}×", stretch=0.05))]
