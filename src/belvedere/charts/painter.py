"""Drawings to pictures, in processes of their own: one that crashes or takes too long is
replaced, and the server goes on.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from pathlib import Path
from queue import Empty, LifoQueue

import msgspec

from belvedere.charts.drawn import Drawing
from belvedere.errors import BelvedereError

MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml"}
_WORKER = Path(__file__).with_name("worker.py")
_LENGTH = 4
_IDLE_SECONDS = 300.0
_KEPT_BYTES = 32_000_000


class NotDrawn(BelvedereError):
    """The drawing could not be made a picture: it took too long, or the library failed."""


class _Worker:
    """One process; used by one thread at a time."""

    def __init__(self) -> None:
        # No environment, no user's packages: it needs neither, and what is not there cannot leak.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            close_fds=True,
        )

    def ask(self, request: bytes, seconds: float) -> bytes:
        """NotDrawn when it fails; the worker is of no use any more if that is what it says."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            return self._exchange(request)
        except (OSError, EOFError, ValueError) as error:
            self.close()
            reason = "took too long" if late.is_set() else "failed"
            raise NotDrawn(f"Drawing the picture {reason}") from error
        finally:
            timer.cancel()

    def _exchange(self, request: bytes) -> bytes:
        source, sink = self._process.stdin, self._process.stdout
        if source is None or sink is None:
            raise EOFError
        source.write(len(request).to_bytes(_LENGTH, "big") + request)
        source.flush()
        head = sink.read(1 + _LENGTH)
        body = sink.read(int.from_bytes(head[1:], "big")) if len(head) == 1 + _LENGTH else b""
        if len(head) < 1 + _LENGTH or len(body) < int.from_bytes(head[1:], "big"):
            raise EOFError
        if head[0]:
            raise NotDrawn(f"The picture cannot be drawn: {body.decode('utf-8', 'replace')}")
        return body

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not yet written has nobody to read it
                    continue


class Painter:
    """Thread-safe. Processes start when they are first needed, and end when they are not for
    some minutes; pictures that were made before are kept.
    """

    def __init__(self, workers: int = 2, seconds: float = 30.0) -> None:
        self._seconds = seconds
        self._places: LifoQueue[_Worker | None] = LifoQueue()
        for _ in range(workers):
            self._places.put(None)
        self._workers = workers
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._size = 0
        self._used = time.monotonic()
        self._live: set[_Worker] = set()
        self._ender: threading.Timer | None = None
        self._closed = False

    def paint(self, drawing: Drawing, picture_format: str) -> bytes:
        """The picture as png, jpg or svg; NotDrawn when it cannot be made in time."""
        if drawing.svg is not None and picture_format == "svg":
            return drawing.svg.encode()
        request = msgspec.json.encode(
            {
                "format": picture_format,
                "width": drawing.width,
                "height": drawing.height,
                "svg": drawing.svg,
                "specification": drawing.specification,
            }
        )
        key = hashlib.sha256(request).digest()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        picture = self._ask(request)
        self._keep(key, picture)
        return picture

    def _ask(self, request: bytes) -> bytes:
        try:
            worker = self._places.get(timeout=self._seconds)
        except Empty:
            raise NotDrawn("Too many pictures are being drawn; try again") from None
        try:
            if worker is None or not worker.alive:
                worker = self._started()
            return worker.ask(request, self._seconds)
        finally:
            if worker is not None and not worker.alive:
                self._live.discard(worker)
                worker = None
            self._places.put(worker)
            self._end_later()

    def _started(self) -> _Worker:
        try:
            worker = _Worker()
        except OSError as error:
            raise NotDrawn(f"The process that draws cannot be started: {error}") from error
        with self._lock:
            self._live.add(worker)
            closed = self._closed
        if closed:
            worker.close()
        return worker

    def _keep(self, key: bytes, picture: bytes) -> None:
        with self._lock:
            self._size += len(picture) - len(self._kept.pop(key, b""))
            self._kept[key] = picture
            while self._size > _KEPT_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1])

    def _end_later(self) -> None:
        with self._lock:
            self._used = time.monotonic()
            if self._ender is None and not self._closed:
                self._ender = threading.Timer(_IDLE_SECONDS, self._end_idle)
                self._ender.daemon = True
                self._ender.start()

    def _end_idle(self) -> None:
        with self._lock:
            self._ender = None
            idle = time.monotonic() - self._used
        if idle < _IDLE_SECONDS:
            self._end_later()
            return
        for _ in range(self._workers):
            try:
                worker = self._places.get_nowait()
            except Empty:
                return
            if worker is not None:
                self._live.discard(worker)
                worker.close()
            self._places.put(None)

    def close(self) -> None:
        """End the processes; what they are drawing comes to nothing."""
        with self._lock:
            self._closed = True
            ending, self._live = self._live, set()
            if self._ender is not None:
                self._ender.cancel()
        for worker in ending:
            worker.close()
