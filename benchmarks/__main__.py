"""Run every workload, print one table and write it into the documentation.

`python -m benchmarks [NAME …]` runs the workloads whose names start so; only a run of all of
them is written down.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.database import BUILD, SCALE, Bare, database
from benchmarks.figures import Figure, table
from benchmarks.home import prepare
from benchmarks.machine import description
from benchmarks.server import Client, fresh, running
from benchmarks.workloads import (
    cached,
    charts,
    compiling,
    content,
    exports,
    lookml,
    overhead,
    people,
    startup,
    wide,
)

DOCUMENT = Path("docs/develop/benchmarks.md")
_ALONE: dict[str, Callable[[], list[Figure]]] = {
    "lookml": lambda: lookml.lookml(BUILD),
    "charts": charts.charts,
    "wide": lambda: wide.wide(BUILD),
    "people": lambda: people.people(BUILD / "company"),
    "content": lambda: content.content(BUILD / "content"),
    # It loads what would be measured with others.
    "engines": lambda: import_module("benchmarks.workloads.engines").engines(BUILD),
}
_WITH_SERVER: dict[str, Callable[[Bench], list[Figure]]] = {
    "correctness": overhead.correctness,
    "overhead": overhead.plain,
    "joins": overhead.joined,
    "compile-process": compiling.in_process,
    "compile-http": compiling.over_http,
    "cached": cached.cached,
    "together": cached.together,
    "rollup": cached.rolled_up,
    "exports": exports.exports,
}
_INTRODUCTION = f"""\
# Benchmarks

Written by `make bench` (`python -m benchmarks`); do not edit.

{{machine}}
The database is the demo shop at scale {SCALE}: a million order items, 100,000 users and about
five million events in one DuckDB file. Ours and the yardstick run in turns in the same minutes;
a figure is the quotient of the two medians. The yardsticks: the same SQL on the same file in a
bare DuckDB; for Q3 the fastest right plan over the same join tree, written by hand; for cached
answers an ASGI application that only sends the same bytes under the same server settings; for
exports DuckDB's own `COPY` to a file. The fan-out query on each database is asked over 200,000
items of 20,000 customers, through the same engine as its yardstick. A gate must be reached; a
stretch is hard to believe.

"""


def main() -> None:
    wanted = sys.argv[1:]
    figures = list(_measure(lambda name: not wanted or name.startswith(tuple(wanted))))
    print(table(figures))
    if not wanted:
        DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
        text = _INTRODUCTION.format(machine=description()) + table(figures) + "\n"
        DOCUMENT.write_text(text)


def _measure(wanted: Callable[[str], bool]) -> Iterator[Figure]:
    for name, alone in _ALONE.items():
        if wanted(name):
            yield from _timed(name, alone)
    if not any(wanted(name) for name in ("startup", *_WITH_SERVER)):
        return
    path = database()
    home = prepare(fresh(BUILD / "home"), path)
    if wanted("startup"):
        yield from _timed("startup", lambda: startup.startup(home.path))
    if not any(wanted(name) for name in _WITH_SERVER):
        return
    with running(home.path) as server:
        client = Client(server.port)
        client.login(home.client_id, home.client_secret)
        bench = Bench(server, client, Bare(path), fresh(BUILD / "scratch"))
        for name, workload in _WITH_SERVER.items():
            if wanted(name):
                yield from _timed(name, lambda workload=workload: workload(bench))


def _timed(name: str, workload: Callable[[], list[Figure]]) -> list[Figure]:
    began = time.perf_counter()
    figures = workload()
    print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return figures


if __name__ == "__main__":
    main()
