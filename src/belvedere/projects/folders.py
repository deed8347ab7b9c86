"""One project's folder as it is right now: loaded once, kept up to date."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from belvedere.lookml.model import Model
from belvedere.lookml.project import Imports, Project, are_current, open_project
from belvedere.lookml.snapshots import Restored
from belvedere.lookml.sources import is_current
from belvedere.projects.kept_models import KeptModels

_CHEAP_SECONDS = 0.003
"""Scans of up to some hundred files take less, and are made for every query."""
_SCAN_SHARE = 20
"""A longer scan is repeated after this many times what it takes: it costs 5 % at most."""
_WORTH_KEEPING = 0.3
"""Seconds: projects that load faster are read anew at every start."""
_KEEP_AFTER = 5.0
_READ_AFTER = 2.0
"""Seconds after a start from kept models in which the files themselves are read, so that the
first edit need not wait for that.
"""


class ProjectFolder:
    """Thread-safe. Files' times and sizes tell what changed."""

    def __init__(
        self, name: str, root: Path, imports: Imports, kept: KeptModels | None = None
    ) -> None:
        self._name = name
        self.root = root
        self._imports = imports
        self._kept = kept
        self._lock = threading.Lock()
        self._project: Project | None = None
        self._restored: Restored | None = None
        self._restoring = kept is not None
        self._is_slow = False
        self._unkept: tuple[Project, int] | None = None
        self._timers: dict[str, threading.Timer] = {}
        self._next_scan = 0.0
        self._scan_cost = math.inf  # the quickest scan so far: one that was held up says nothing

    def models(self) -> Mapping[str, Model]:
        """The models by name; FileNotFoundError where the folder is gone."""
        if self._project is None:
            restored = self._from_before()
            if restored is not None:
                return restored.models
        return self.current().models

    def current(self) -> Project:
        """The project, its files read; FileNotFoundError where the folder is gone."""
        if self._project is not None and time.monotonic() < self._next_scan:
            return self._project
        with self._lock:
            start = time.monotonic()
            before = self._project
            if before is not None and start < self._next_scan:
                return before
            read_at = time.time_ns()
            self._project = self._opened() if before is None else before.reloaded()
            if self._project is before:
                self._scanned(start)
            else:
                self._note(self._project, read_at, time.monotonic() - start)
                self._restored = None
            return self._project

    def _opened(self) -> Project:
        return open_project(self.root, self._name, self._imports)

    def _scanned(self, start: float) -> None:
        end = time.monotonic()
        self._scan_cost = min(self._scan_cost, end - start)
        if self._scan_cost > _CHEAP_SECONDS:
            self._next_scan = end + self._scan_cost * _SCAN_SHARE

    # From one start to the next

    def _from_before(self) -> Restored | None:
        """The models that were kept, for as long as the files have not been read."""
        if self._restoring:
            with self._lock:
                if self._restoring and self._kept is not None:
                    self._restored = self._kept.read(self._name, self.root, self._imports)
                    self._restoring = False
                    if self._restored is not None:
                        self._later("read", _READ_AFTER, self._read)
        restored = self._restored
        if restored is None or time.monotonic() < self._next_scan:
            return restored
        start = time.monotonic()
        if not (
            is_current(self.root, restored.state) and are_current(restored.imported, self._imports)
        ):
            return None
        self._scanned(start)
        return restored

    def _read(self) -> None:
        try:
            self.current()
        except FileNotFoundError:
            return

    def _note(self, project: Project, read_at: int, seconds: float) -> None:
        """Remember to keep what took long to make."""
        same = self._restored is not None and self._restored.version == project.version
        self._is_slow = self._is_slow or seconds > _WORTH_KEEPING
        if self._kept is not None and self._is_slow and not same:
            self._unkept = project, read_at
            self._later("keep", _KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        with self._lock:
            unkept, self._unkept = self._unkept, None
        if unkept is not None and self._kept is not None:
            project, read_at = unkept
            self._kept.write(self.root, project.loaded, read_at)

    def _later(self, what: str, seconds: float, work: Callable[[], None]) -> None:
        earlier = self._timers.pop(what, None)
        if earlier is not None:
            earlier.cancel()
        timer = self._timers[what] = threading.Timer(seconds, work)
        timer.daemon = True
        timer.start()

    def close(self) -> None:
        """Keep what is still to be kept, now."""
        for timer in [*self._timers.values()]:
            timer.cancel()
        self._keep()
