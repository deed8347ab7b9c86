"""A million rows as text, beside the database's own COPY of the same rows."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from pathlib import Path
from typing import Self

from benchmarks.bench import Bench
from benchmarks.figures import Figure, Goal, seconds
from benchmarks.load import HOST

_COLUMNS = {
    "order_items.id": "id",
    "order_items.order_id": "order_id",
    "order_items.user_id": "user_id",
    "order_items.product_id": "product_id",
    "order_items.status": "status",
    "order_items.created_time": "created_at",
    "order_items.sale_price": "sale_price",
    "order_items.returned_date": "returned_at::DATE",
}
_BODY: dict[str, object] = {
    "model": "thelook",
    "view": "order_items",
    "fields": list(_COLUMNS),
    "sorts": [],
    "limit": "-1",
    "query_timezone": "UTC",
}
_FIRST_BYTE = Goal("{:.3f} s", gate=0.1, stretch=0.03)
_MEMORY = Goal("{:.0f} MB", gate=150, stretch=32)


def exports(bench: Bench) -> list[Figure]:
    return [
        *_export(bench, "csv", Goal("{:.2f}×", gate=1.5, stretch=1.1)),
        *_export(bench, "json", Goal("{:.2f}×", gate=2.0, stretch=1.2)),
    ]


def _export(bench: Bench, form: str, goal: Goal) -> list[Figure]:
    request = bench.client.raw(_BODY, form, cache="false")
    file = bench.folder / f"copy.{form}"
    ours, theirs, first, added = [], [], [], []
    _download(bench.server.port, request)
    for _ in range(3):
        theirs.append(seconds(lambda: _copy(bench, form, file)))
        with _Memory(bench) as memory:
            begun, took = _download(bench.server.port, request)
        ours.append(took)
        first.append(begun)
        added.append(memory.added)
    file.unlink()
    took, copied = statistics.median(ours), statistics.median(theirs)
    name = f"export of a million rows, {form.upper()}"
    return [
        Figure(f"{name}: over COPY", took / copied, goal, f"{took:.2f} / {copied:.2f} s"),
        Figure(f"{name}: first byte", statistics.median(first), _FIRST_BYTE),
        Figure(f"{name}: memory added", max(added), _MEMORY),
    ]


def _copy(bench: Bench, form: str, file: Path) -> None:
    columns = ", ".join(f'{sql} AS "{name}"' for name, sql in _COLUMNS.items())
    options = "FORMAT csv, HEADER" if form == "csv" else "FORMAT json, ARRAY true"
    bench.bare.connection.execute(
        f"COPY (SELECT {columns} FROM order_items) TO '{file}' ({options})"
    )


def _download(port: int, request: bytes) -> tuple[float, float]:
    """Seconds until the answer's first byte, and until its last."""
    began = time.perf_counter()
    with socket.create_connection((HOST, port)) as connection:
        connection.sendall(request.replace(b"keep-alive", b"close"))
        head = connection.recv(1 << 16)
        first = time.perf_counter() - began
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(repr(head[:2000]))
        buffer = bytearray(1 << 20)
        while connection.recv_into(buffer):
            pass
    return first, time.perf_counter() - began


class _Memory:
    """Watches the server's memory; `added` is the highest seen above where it began, in MB."""

    def __init__(self, bench: Bench) -> None:
        self.server = bench.server
        self.begin = self.highest = self.server.memory
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self.over.wait(0.01):
            self.highest = max(self.highest, self.server.memory)

    @property
    def added(self) -> float:
        return self.highest - self.begin

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()
