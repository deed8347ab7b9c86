"""Models as they are right now: read from their folders, read again when a file changed."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from belvedere import activity
from belvedere.errors import NotFound
from belvedere.lookml.model import Model
from belvedere.lookml.project import Imports, Project, open_project
from belvedere.projects import models
from belvedere.store import Database, EpochWatch

_CHEAP_SECONDS = 0.003
"""Scans of up to some hundred files take less, and are made for every query."""
_SCAN_SHARE = 20
"""A longer scan is repeated after this many times what it takes: it costs 5 % at most."""


class _Folder:
    """One project's folder, loaded once and kept up to date by its files' times and sizes."""

    def __init__(self, name: str, root: Path, imports: Imports) -> None:
        self._name = name
        self.root = root
        self._imports = imports
        self._lock = threading.Lock()
        self._project: Project | None = None
        self._next_scan = 0.0
        self._scan_cost = math.inf  # the quickest scan so far: one that was held up says nothing

    def current(self) -> Project:
        if self._project is not None and time.monotonic() < self._next_scan:
            return self._project
        with self._lock:
            start = time.monotonic()
            before = self._project
            if before is not None and start < self._next_scan:
                return before
            self._project = (
                before.reloaded()
                if before is not None
                else open_project(self.root, self._name, self._imports)
            )
            if self._project is before:
                end = time.monotonic()
                self._scan_cost = min(self._scan_cost, end - start)
                if self._scan_cost > _CHEAP_SECONDS:
                    self._next_scan = end + self._scan_cost * _SCAN_SHARE
            return self._project


@dataclass(frozen=True, slots=True)
class Served:
    """A configured model. `model` is None while its LookML does not exist (or does not load)."""

    name: str
    project_name: str | None
    model: Model | None
    allowed_connections: tuple[str, ...]
    unlimited_connections: bool

    def may_use(self, connection: str) -> bool:
        return self.unlimited_connections or connection in self.allowed_connections


class ServedModels:
    """All configured models; safe to ask from any thread."""

    def __init__(self, database: Database, watch: EpochWatch) -> None:
        self._database = database
        self._watch = watch
        self._lock = threading.Lock()
        self._epoch = -1
        self._folders: dict[tuple[str, str], _Folder] = {}
        self._projects: dict[str, _Folder] = {}
        self._configured: dict[str, tuple[str | None, tuple[str, ...], bool]] = {}
        folder = activity.project_folder(is_sqlite=database.is_sqlite)
        self._activity = _Folder(activity.MODEL, folder, activity.imported)

    def _refresh(self) -> None:
        epoch = self._watch.current("projects")
        if epoch == self._epoch:
            return
        with self._lock, self._database.reading() as session:
            self._projects = {
                row.name: self._folders.setdefault(
                    (row.name, row.path), _Folder(row.name, Path(row.path), self._path_of)
                )
                for row in models.projects(session)
            }
            self._configured = {
                row.name: (
                    row.project_name,
                    tuple(row.allowed_connections),
                    row.unlimited_connections,
                )
                for row in models.configurations(session)
            }
            self._epoch = epoch

    def _path_of(self, name: str) -> Path | None:
        """Where a project that another one imports stands: one of this instance."""
        folder = self._projects.get(name)
        return None if folder is None else folder.root

    def project_names(self) -> list[str]:
        self._refresh()
        return sorted(self._projects)

    def project(self, name: str) -> Project:
        self._refresh()
        folder = self._projects.get(name)
        if folder is None:
            raise NotFound
        return folder.current()

    def find(self, name: str) -> Served | None:
        if name == activity.MODEL:
            own = self._activity.current().models[name]
            return Served(name, name, own, (activity.CONNECTION,), unlimited_connections=False)
        self._refresh()
        found = self._configured.get(name)
        if found is None:
            return None
        project_name, connections, unlimited = found
        folder = self._projects.get(project_name or "")
        model = None
        if folder is not None:
            try:
                model = folder.current().models.get(name)
            except FileNotFoundError:
                model = None
        return Served(name, project_name, model, connections, unlimited)

    def get(self, name: str) -> Served:
        found = self.find(name)
        if found is None:
            raise NotFound
        return found

    def model(self, name: str) -> Model:
        """The LookML model; NotFound where it is not configured or not there."""
        found = self.find(name)
        if found is None or found.model is None:
            raise NotFound
        return found.model

    def names(self) -> list[str]:
        """Those that were configured; System Activity is there without it."""
        self._refresh()
        return sorted(self._configured)
