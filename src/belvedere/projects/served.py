"""Models as they are right now: read from their folders, read again when a file changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from belvedere import activity
from belvedere.errors import NotFound
from belvedere.lookml.model import Model
from belvedere.lookml.project import Project
from belvedere.projects import models
from belvedere.projects.folders import ProjectFolder
from belvedere.projects.kept_models import KeptModels
from belvedere.store import Database, EpochWatch


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

    def __init__(
        self, database: Database, watch: EpochWatch, kept: KeptModels | None = None
    ) -> None:
        """`kept` is where models are kept from one start to the next, if they are."""
        self._kept = kept
        self._database = database
        self._watch = watch
        self._lock = threading.Lock()
        self._epoch = -1
        self._folders: dict[tuple[str, str], ProjectFolder] = {}
        self._projects: dict[str, ProjectFolder] = {}
        self._configured: dict[str, tuple[str | None, tuple[str, ...], bool]] = {}
        folder = activity.project_folder(is_sqlite=database.is_sqlite)
        self._activity = ProjectFolder(activity.MODEL, folder, activity.imported)

    def _refresh(self) -> None:
        epoch = self._watch.current("projects")
        if epoch == self._epoch:
            return
        with self._lock, self._database.reading() as session:
            self._projects = {
                row.name: self._folders.setdefault(
                    (row.name, row.path),
                    ProjectFolder(row.name, Path(row.path), self._path_of, self._kept),
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
        if name in activity.NAMES:
            name = activity.MODEL
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
                model = folder.models().get(name)
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

    def names_in(self, project_name: str) -> list[str]:
        """The configured models of a project."""
        self._refresh()
        return [name for name, facts in self._configured.items() if facts[0] == project_name]

    def close(self) -> None:
        """Keep what is still to be kept."""
        for folder in self._folders.values():
            folder.close()
