"""A project: a folder of LookML files, and the models that they mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from belvedere.lookml.check_dashboards import check_dashboards
from belvedere.lookml.check_localization import check_localization
from belvedere.lookml.check_templates import check_templates
from belvedere.lookml.checks import check_model
from belvedere.lookml.diagnostics import Diagnostic, Severity
from belvedere.lookml.loading import Imported, Loaded, load
from belvedere.lookml.manifest import Manifest
from belvedere.lookml.model import Location, Model
from belvedere.lookml.sources import (
    Fingerprint,
    Imports,
    SourceFile,
    fingerprint,
    is_current,
)

__all__ = ["Fingerprint", "Imports", "Project", "SourceFile", "beside", "open_project"]


class Project:
    """An opened project. Problems are diagnostics; whatever can be understood still works."""

    def __init__(self, root: Path, imports: Imports, loaded: Loaded) -> None:
        self.root = root
        self.imports = imports
        self._loaded = loaded
        self._checked: tuple[Diagnostic, ...] | None = None

    @property
    def name(self) -> str:
        return self._loaded.name

    @property
    def state(self) -> Fingerprint:
        return self._loaded.state

    @property
    def imported(self) -> Imported:
        """Other projects that files include, None for those that are not there."""
        return self._loaded.imported

    @property
    def models(self) -> Mapping[str, Model]:
        return self._loaded.models

    @property
    def manifest(self) -> Manifest | None:
        return self._loaded.manifest

    @property
    def version(self) -> str:
        return self._loaded.version

    @property
    def files(self) -> Mapping[str, SourceFile]:
        """By path; those of imported projects as `//project/path`."""
        return self._loaded.files

    @property
    def loaded(self) -> Loaded:
        return self._loaded

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong; references are checked on first use."""
        if self._checked is None:
            found = list(self._loaded.diagnostics)
            for model in self.models.values():
                found += check_model(model)
                found += check_dashboards(model, self.models)
                found += check_localization(model)
                found += check_templates(model, self._place)
            first: dict[tuple[str, str], Diagnostic] = {}
            for diagnostic in found:
                first.setdefault((str(diagnostic.location), diagnostic.message), diagnostic)
            self._checked = tuple(first.values())
        return self._checked

    def _place(
        self, location: Location | None, text: str, line: int, column: int
    ) -> Location | None:
        """Where a line of a template stands that is written in the object at `location`."""
        file = self.files.get(location.file) if location is not None else None
        if file is None or location is None:
            return location
        source = file.tree.text
        start = source.find(text, file.tree.offset(location.line))
        if start < 0:
            return location
        first = file.tree.location(start)
        return Location(
            first.file, first.line + line - 1, column if line > 1 else first.column + column - 1
        )

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity is Severity.error)

    def reloaded(self) -> Project:
        """The project as it is on disk now: itself when nothing changed."""
        if self.is_current():
            return self
        loaded = load(self.root, self.name, fingerprint(self.root), self.imports, self._loaded)
        return Project(self.root, self.imports, loaded)

    def is_current(self) -> bool:
        """Whether the files are still those that were read."""
        return is_current(self.root, self.state) and are_current(self.imported, self.imports)


def are_current(imported: Imported, imports: Imports) -> bool:
    """Whether the imported projects are where they were, and as they were."""
    for name, known in imported.items():
        path = imports(name)
        if known is None or path is None:
            if (known is None) != (path is None):
                return False
        elif known[0] != path or not is_current(*known):
            return False
    return True


def beside(root: Path) -> Imports:
    """Imported projects as folders of their names, next to the project's own."""

    def find(name: str) -> Path | None:
        path = root.resolve().parent / name
        return path if name not in (".", "..") and path.is_dir() else None

    return find


def open_project(root: Path, name: str | None = None, imports: Imports | None = None) -> Project:
    """Read a folder of LookML. `name` defaults to the manifest's, then the folder's; imported
    projects are looked for beside it unless `imports` says where they are.

    Raises FileNotFoundError where there is no such folder; all else becomes diagnostics.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"There is no folder {root}")
    imports = imports or beside(root)
    return Project(root, imports, load(root, name, fingerprint(root), imports, None))
