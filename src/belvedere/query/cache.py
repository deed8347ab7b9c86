"""Results on disk: bounded, safe under concurrency and crashes, least recently used goes first.

An entry is one Arrow IPC file named by its key. Entries are written beside their place and
renamed into it, so a reader sees a whole entry or none; a file whose end is missing or
damaged counts as absent. The key has to name everything that can change the answer.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import pyarrow as pa
import pyarrow.ipc

_SUFFIX = ".arrow"
_log = logging.getLogger("belvedere.cache")
_RAN_AT = b"belvedere.ran_at"
_RUNTIME = b"belvedere.runtime"


def key_of(*parts: str) -> str:
    """A digest of all parts; no two lists of parts share one by concatenation."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of one statement; `ran_at` and `runtime` are in seconds."""

    table: pa.Table
    ran_at: float
    runtime: float


class ResultCache:
    """A folder of results of at most `capacity` bytes."""

    def __init__(self, folder: Path, capacity: int) -> None:
        self._folder = folder
        self._capacity = capacity
        self._lock = threading.Lock()
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._total = 0
        self._pending: dict[str, Result] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="cache")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._adopt()

    def _adopt(self) -> None:
        """Take over what earlier processes left, oldest use first."""
        found = []
        for entry in os.scandir(self._folder):
            if entry.name.endswith(_SUFFIX):
                status = entry.stat()
                found.append((status.st_mtime, entry.name.removesuffix(_SUFFIX), status.st_size))
        for _, key, size in sorted(found):
            self._sizes[key] = size
            self._total += size
        self._evict()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"

    def get(self, key: str, *, younger_than: float | None) -> Result | None:
        """The entry, unless it is older than `younger_than` seconds (None: however old)."""
        result = self._pending.get(key) or self._read(key)
        if result is None:
            return None
        if younger_than is not None and time.time() - result.ran_at >= younger_than:
            return None
        with self._lock:
            if key in self._sizes:
                self._sizes.move_to_end(key)
        return result

    def _read(self, key: str) -> Result | None:
        try:
            with pa.OSFile(str(self._path(key)), "rb") as source:
                table = pa.ipc.open_file(source).read_all()
        except (FileNotFoundError, pa.ArrowInvalid, OSError):
            return None
        metadata = table.schema.metadata or {}
        try:
            ran_at, runtime = float(metadata[_RAN_AT]), float(metadata[_RUNTIME])
        except (KeyError, ValueError):
            return None
        return Result(table.replace_schema_metadata(None), ran_at, runtime)

    def put(self, key: str, result: Result) -> None:
        """Keep the result; one that alone would fill a quarter of the cache is not kept."""
        if result.table.nbytes > self._capacity // 4:
            return
        with self._lock:
            self._pending[key] = result
        self._writer.submit(self._write, key, result)

    def _write(self, key: str, result: Result) -> None:
        """Nobody waits for the disk: until the entry is written it is found in memory."""
        try:
            self._store(key, result)
        except OSError:
            _log.exception("a result could not be kept in %s", self._folder)
        finally:
            with self._lock:
                if self._pending.get(key) is result:
                    del self._pending[key]

    def _store(self, key: str, result: Result) -> None:
        metadata = {_RAN_AT: repr(result.ran_at), _RUNTIME: repr(result.runtime)}
        table = result.table.replace_schema_metadata(metadata)
        with NamedTemporaryFile(dir=self._folder, prefix="new-", delete=False) as temporary:
            try:
                with pa.ipc.new_file(temporary, table.schema) as writer:
                    writer.write_table(table)
                temporary.flush()
                size = os.fstat(temporary.fileno()).st_size
                Path(temporary.name).replace(self._path(key))
            except BaseException:
                Path(temporary.name).unlink(missing_ok=True)
                raise
        self._account(key, size)

    def _account(self, key: str, size: int) -> None:
        with self._lock:
            self._total += size - self._sizes.pop(key, 0)
            self._sizes[key] = size
        self._evict()

    def _evict(self) -> None:
        with self._lock:
            gone = []
            while self._total > self._capacity and self._sizes:
                key, size = self._sizes.popitem(last=False)
                self._total -= size
                gone.append(key)
        self._remove(gone)

    def _remove(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._path(key).unlink(missing_ok=True)

    def clear(self) -> None:
        with self._lock:
            keys = list(self._sizes)
            self._pending.clear()
            self._sizes.clear()
            self._total = 0
        self._remove(keys)

    def close(self) -> None:
        """Write what is still to be written."""
        self._writer.shutdown(wait=True)

    @property
    def size(self) -> int:
        """Bytes on disk, as far as this process knows."""
        return self._total
