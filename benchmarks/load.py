"""A load generator: keep-alive clients that ask the same thing as fast as they are answered.

`python -m benchmarks.load PORT REQUEST_FILE CLIENTS SECONDS` prints one JSON object; it is a
process of its own so that it never takes time from the server that it measures.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import uvloop

HOST = "127.0.0.1"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Load:
    """`p50` and `p99` in seconds; `failures` counts answers other than 200."""

    per_second: float
    p50: float
    p99: float
    failures: int


class _Client(asyncio.Protocol):
    """One connection. Answers must carry Content-Length."""

    def __init__(self, request: bytes, until: float, times: list[float], failed: list[int]) -> None:
        self.request, self.until, self.times, self.failed = request, until, times, failed
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.head = b""
        self.missing = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self.began = time.perf_counter()
        self.head, self.missing = b"", -1
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if self.missing < 0:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _LENGTH.search(self.head, 0, end + 2)
            assert length is not None, "an answer without a length"
            self.missing = int(length[1]) - (len(self.head) - end - 4)
        else:
            self.missing -= len(data)
        if self.missing == 0:
            self._answered()

    def _answered(self) -> None:
        now = time.perf_counter()
        self.times.append(now - self.began)
        if not self.head.startswith(b"HTTP/1.1 200"):
            self.failed.append(1)
        if now < self.until:
            self._ask()
        else:
            self.transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        self.done.set_result(None)


async def _drive(port: int, request: bytes, clients: int, duration: float) -> Load:
    loop = asyncio.get_running_loop()
    times: list[float] = []
    failed: list[int] = []
    began = time.perf_counter()
    connections = [
        await loop.create_connection(
            lambda: _Client(request, began + duration, times, failed), HOST, port
        )
        for _ in range(clients)
    ]
    await asyncio.gather(*(client.done for _, client in connections))
    elapsed = time.perf_counter() - began
    cuts = statistics.quantiles(times, n=100)
    return Load(len(times) / elapsed, cuts[49], cuts[98], len(failed))


def drive(port: int, request: bytes, clients: int, duration: float, folder: Path) -> Load:
    """Ask `request` over `clients` connections for `duration` seconds, from another process."""
    file = folder / "request.bin"
    file.write_bytes(request)
    command = [sys.executable, "-m", "benchmarks.load", str(port), str(file), str(clients)]
    done = subprocess.run([*command, str(duration)], check=True, capture_output=True, text=True)
    return Load(**json.loads(done.stdout))


async def _ask_once(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request.replace(b"keep-alive", b"close"))
    answer = await reader.read(-1)
    writer.close()
    return answer


def ask_together(port: int, request: bytes, clients: int) -> list[bytes]:
    """Ask the same thing over `clients` new connections at once; the whole answers."""

    async def gather() -> list[bytes]:
        return await asyncio.gather(*(_ask_once(port, request) for _ in range(clients)))

    return asyncio.run(gather())


def main() -> None:
    port, file, clients, duration = sys.argv[1:]
    request = Path(file).read_bytes()
    load = uvloop.run(_drive(int(port), request, int(clients), float(duration)))
    print(json.dumps(vars(load)))


if __name__ == "__main__":
    main()
