"""A project: a folder of LookML files, and the models that they mean."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from belvedere.lookml.assemble import Raw, Value
from belvedere.lookml.check_dashboards import check_dashboards
from belvedere.lookml.check_localization import check_localization
from belvedere.lookml.check_templates import check_templates
from belvedere.lookml.checks import check_model
from belvedere.lookml.constants import Constants
from belvedere.lookml.dashboard_files import RawDashboard
from belvedere.lookml.diagnostics import Diagnostic, Severity
from belvedere.lookml.includes import matching
from belvedere.lookml.localization import TAIL as STRINGS, Localization, locale_of
from belvedere.lookml.manifest import Manifest, constants_of, read_manifest
from belvedere.lookml.model import Location, Model, View
from belvedere.lookml.reading import Reader
from belvedere.lookml.resolve import resolve_model
from belvedere.lookml.resolve_dashboards import resolve_dashboards
from belvedere.lookml.resolve_views import resolve_view
from belvedere.lookml.sources import (
    Fingerprint,
    Imports,
    SourceFile,
    fingerprint,
    is_current,
    source_file,
)
from belvedere.lookml.tree import Node

__all__ = ["Fingerprint", "Imports", "Project", "SourceFile", "beside", "open_project"]

_MODEL_TAILS = (".model.lkml", ".model.lookml")
_MANIFESTS = ("manifest.lkml", "manifest.lookml")


@dataclass(eq=False)
class Project:
    """An opened project. Problems are diagnostics; whatever can be understood still works."""

    name: str
    root: Path
    state: Fingerprint
    files: dict[str, SourceFile]
    imports: Imports
    imported: Mapping[str, tuple[Path, Fingerprint] | None]
    """Other projects that files include, None for those that are not there."""
    models: dict[str, Model]
    manifest: Manifest | None
    version: str
    _diagnostics: list[Diagnostic]
    _views: dict[tuple[int, ...], tuple[tuple[Raw, ...], View, list[Diagnostic]]]
    _checked: tuple[Diagnostic, ...] | None = None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong; references are checked on first use."""
        if self._checked is None:
            found = list(self._diagnostics)
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
        if is_current(self.root, self.state) and self._imports_are_current():
            return self
        return _load(self.root, self.name, fingerprint(self.root), self.imports, self)

    def _imports_are_current(self) -> bool:
        for name, known in self.imported.items():
            path = self.imports(name)
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
    return _load(root, name, fingerprint(root), imports or beside(root), None)


def _load(
    root: Path, name: str | None, state: Fingerprint, imports: Imports, before: Project | None
) -> Project:
    with _no_collection():
        files = _files(root, "", state, before.state if before else {}, before)
        imported = _add_imported(files, imports, before)
        return _Loader(root, name, state, files, (imports, imported), before).project()


def _files(
    root: Path, prefix: str, state: Fingerprint, known: Fingerprint, before: Project | None
) -> dict[str, SourceFile]:
    """Parsed files by their path behind `prefix`; those that did not change are kept."""
    found = {}
    for path in sorted(path for path in state if not path.endswith("/")):
        name = prefix + path
        kept = before.files.get(name) if before and known.get(path) == state[path] else None
        found[name] = kept or source_file(root, path, name)
    return found


def _add_imported(
    files: dict[str, SourceFile], imports: Imports, before: Project | None
) -> dict[str, tuple[Path, Fingerprint] | None]:
    """Read the projects that included paths name, and what those include in turn."""
    imported: dict[str, tuple[Path, Fingerprint] | None] = {}
    unread = list(files.values())
    while unread:
        for name in _imported_names(unread.pop()):
            if name in imported:
                continue
            path = imports(name)
            if path is None or not path.is_dir():
                imported[name] = None
                continue
            state = fingerprint(path)
            imported[name] = path, state
            earlier = before.imported.get(name) if before is not None else None
            known = earlier[1] if earlier is not None and earlier[0] == path else {}
            fresh = _files(path, f"//{name}/", state, known, before)
            files.update(fresh)
            unread += fresh.values()
    return imported


def _imported_names(file: SourceFile) -> list[str]:
    patterns = [
        item.value
        for node in file.tree.nodes
        if node.key == "include"
        for item in (node.children if node.kind == "list" else [node])
    ]
    return [pattern[2:].partition("/")[0] for pattern in patterns if pattern.startswith("//")]


@contextmanager
def _no_collection() -> Iterator[None]:
    """Loading makes millions of objects and no garbage: looking for some would double the time,
    now and at every later collection.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


class _Loader:
    def __init__(
        self,
        root: Path,
        name: str | None,
        state: Fingerprint,
        files: dict[str, SourceFile],
        imports: tuple[Imports, Mapping[str, tuple[Path, Fingerprint] | None]],
        before: Project | None,
    ) -> None:
        self._root = root
        self._state = state
        self._files = files
        self._imports, self._imported_projects = imports
        self._paths = [path for path in files if not path.startswith("//")]
        self._views = dict(before._views) if before is not None else {}  # noqa: SLF001
        self._used: set[tuple[int, ...]] = set()
        self._diagnostics: list[Diagnostic] = []
        manifest_reader = Reader(Constants())
        self._manifest = self._read_manifest("", manifest_reader)
        self._name = name or (self._manifest and self._manifest.project_name) or root.name
        self._constants = constants_of(self._manifest, self._imported_manifests(), manifest_reader)
        self._diagnostics += manifest_reader.diagnostics
        self._localization = self._localized()
        settings = repr((self._constants, self._localization)).encode("utf-8", "surrogatepass")
        self._settings = hashlib.blake2b(settings, digest_size=16).hexdigest()

    def project(self) -> Project:
        for file in self._files.values():
            self._diagnostics += file.problems
        models = {}
        for path in self._paths:
            tail = next((tail for tail in _MODEL_TAILS if path.endswith(tail)), None)
            if tail is not None:
                name = path.rsplit("/", 1)[-1].removesuffix(tail)
                models[name] = self._model(name, path)
        digest = hashlib.blake2b(digest_size=16)
        for path, file in self._files.items():
            digest.update(f"{path}\0{file.digest}\0".encode("utf-8", "surrogatepass"))
        views = {key: entry for key, entry in self._views.items() if key in self._used}
        return Project(
            name=self._name,
            root=self._root,
            state=self._state,
            files=self._files,
            imports=self._imports,
            imported=self._imported_projects,
            models=models,
            manifest=self._manifest,
            version=digest.hexdigest(),
            _diagnostics=self._diagnostics,
            _views=views,
        )

    # Manifest

    def _read_manifest(self, prefix: str, reader: Reader) -> Manifest | None:
        for path in _MANIFESTS:
            if prefix + path in self._files:
                return read_manifest(self._files[prefix + path].tree, reader)
        return None

    def _imported_manifests(self) -> dict[str, Manifest]:
        """Those of imported projects; their own problems are told where they are opened."""
        found = {}
        for name in self._imported_projects:
            manifest = self._read_manifest(f"//{name}/", Reader(Constants()))
            if manifest is not None:
                found[name] = manifest
        return found

    def _localized(self) -> Localization | None:
        """Texts by locale where the manifest asks for them, imported projects' below our own."""
        settings = self._manifest.localization if self._manifest is not None else None
        if settings is None:
            return None
        strings: dict[str, dict[str, str]] = {}
        for path in sorted(self._files, key=lambda path: not path.startswith("//")):
            if path.endswith(STRINGS):
                strings.setdefault(locale_of(path), {}).update(self._files[path].strings)
        return Localization(
            default_locale=settings.default_locale,
            level=settings.level,
            strings=strings,
            location=settings.location,
        )

    # Models

    def _model(self, name: str, path: str) -> Model:
        reader = Reader(self._constants, name)
        tree = self._files[path].tree
        own = Raw("model", name, Value(Node("block", "model", "", 0, 0), tree))
        raws: list[Raw] = []
        included: list[str] = []
        for file, node in self._included(path, reader, included):
            if node.kind == "block" and node.key != "":
                raws.append(file.object_of(node))
            elif file is self._files[path]:
                own.values.setdefault(node.key, []).append(Value(node, tree))
        version = self._version(name, included)
        dashboards, problems = resolve_dashboards(name, self._dashboards(included))
        model = resolve_model(
            reader, name, self._name, version, own, raws, self._resolved_view(reader, own)
        )
        self._diagnostics += [*reader.diagnostics, *problems]
        return msgspec.structs.replace(
            model, dashboards=dashboards, localization=self._localization
        )

    def _dashboards(self, included: list[str]) -> Iterator[RawDashboard]:
        for path in included:
            yield from self._files[path].dashboards

    def _version(self, name: str, included: list[str]) -> str:
        digest = hashlib.blake2b(digest_size=16)
        digest.update(f"{self._name}\0{name}\0{self._settings}\0".encode())
        for path in included:
            digest.update(f"{path}\0{self._files[path].digest}\0".encode())
        return digest.hexdigest()

    def _included(
        self, path: str, reader: Reader, included: list[str]
    ) -> Iterator[tuple[SourceFile, Node]]:
        """Nodes of the file and of what it includes, in the order in which they count."""
        stack: list[Iterator[tuple[SourceFile, Node | str]]] = [self._entries(path, reader)]
        seen = {path}
        included.append(path)
        while stack:
            entry = next(stack[-1], None)
            if entry is None:
                stack.pop()
                continue
            file, found = entry
            if isinstance(found, Node):
                yield file, found
            elif found not in seen:
                seen.add(found)
                included.append(found)
                stack.append(self._entries(found, reader))

    def _entries(self, path: str, reader: Reader) -> Iterator[tuple[SourceFile, Node | str]]:
        file = self._files[path]
        for node in file.tree.nodes:
            if node.key != "include":
                yield file, node
                continue
            patterns = [node] if node.kind != "list" else [*node.children]
            for pattern in patterns:
                for found in self._matching(
                    reader.filled(pattern.value, Value(node, file.tree)), path, file, node, reader
                ):
                    if not found.endswith(_MODEL_TAILS) or found == path:
                        yield file, found

    def _matching(
        self, pattern: str, path: str, file: SourceFile, node: Node, reader: Reader
    ) -> list[str]:
        if pattern.startswith("//"):
            return self._imported(pattern, file, node, reader)
        if path.startswith("//"):
            found = self._within(path[2:].partition("/")[0], pattern, path)
        else:
            found = matching(pattern, path, self._name, self._paths)
        if not found and "dashboard" not in pattern:
            reader.report(
                f'This include does not match any files: "{pattern}"',
                file.tree.location(node.start),
                kind="include",
            )
        return found

    def _imported(self, pattern: str, file: SourceFile, node: Node, reader: Reader) -> list[str]:
        """Files of an imported project, or of a folder of its name inside this one."""
        name, _, rest = pattern.lstrip("/").partition("/")
        found = self._within(name, f"/{rest}", "")
        if found:
            return found
        plain = pattern.lstrip("/")
        for prefix in ("", "imported_projects/"):
            found = matching(f"/{prefix}{plain}", "", self._name, self._paths)
            if found:
                return found
        reader.report(
            f'This include does not match any files: "{pattern}" (there is no project of that '
            "name, or it has no such files)",
            file.tree.location(node.start),
            kind="include",
            severity=Severity.warning,
        )
        return []

    def _within(self, name: str, pattern: str, path: str) -> list[str]:
        """Files of an imported project that a pattern in its file `path` means."""
        prefix = f"//{name}/"
        inner = [file[len(prefix) :] for file in self._files if file.startswith(prefix)]
        return [prefix + found for found in matching(pattern, path[len(prefix) :], name, inner)]

    def _resolved_view(self, reader: Reader, own: Raw) -> Callable[[Raw], View]:
        """Resolves a view, or answers the earlier resolution of the very same parts."""
        fiscal = own.last("fiscal_month_offset") is not None
        constants = self._constants.identity()

        def view_of(raw: Raw) -> View:
            parts = raw.sources
            key = (*map(id, parts), int(fiscal), constants)
            self._used.add(key)
            found = self._views.get(key)
            if found is None:
                fresh = Reader(self._constants, reader.model)
                view = resolve_view(fresh, raw, fiscal=fiscal)
                found = self._views[key] = (parts, view, fresh.diagnostics)
            reader.diagnostics += found[2]
            return found[1]

        return view_of
