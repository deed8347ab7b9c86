"""Loading a project: files read and parsed, manifests, models; kept where nothing changed."""

from __future__ import annotations

import gc
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from belvedere.lookml.assemble import Raw, Value
from belvedere.lookml.constants import Constants, replaced
from belvedere.lookml.dashboard_files import RawDashboard
from belvedere.lookml.diagnostics import Diagnostic, Severity
from belvedere.lookml.inclusion import MODEL_TAILS, Inclusion
from belvedere.lookml.localization import TAIL as STRINGS, Localization, locale_of
from belvedere.lookml.manifest import Manifest, constants_of, read_manifest
from belvedere.lookml.model import Model, View
from belvedere.lookml.reading import Reader
from belvedere.lookml.resolve import resolve_model
from belvedere.lookml.resolve_dashboards import resolve_dashboards
from belvedere.lookml.resolve_explores import resolve_explore
from belvedere.lookml.resolve_views import resolve_view
from belvedere.lookml.sources import (
    Fingerprint,
    Imports,
    SourceFile,
    fingerprint,
    is_object,
    source_file,
)
from belvedere.lookml.tree import Node

_MANIFESTS = ("manifest.lkml", "manifest.lookml")

Imported = Mapping[str, tuple[Path, Fingerprint] | None]
"""Other projects that files include, None for those that are not there."""
_Resolved = dict[tuple[int, ...], tuple[tuple[Raw, ...], Any, list[Diagnostic]]]
"""Views and explores by what they were resolved from, with what is wrong with them."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """A model, with what it was made from and what was found wrong in making it."""

    version: str
    raws: list[Raw]
    model: Model
    diagnostics: list[Diagnostic]
    resolved: _Resolved

    def is_of(self, version: str, raws: list[Raw]) -> bool:
        """Whether it would come out the same: of the very same blocks in the same order."""
        return self.version == version and [*map(id, self.raws)] == [*map(id, raws)]


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A project as its files say; `diagnostics` are those of reading, `made` what may be used
    again by the next load.
    """

    name: str
    state: Fingerprint
    files: Mapping[str, SourceFile]
    imported: Imported
    models: Mapping[str, Model]
    manifest: Manifest | None
    version: str
    diagnostics: list[Diagnostic]
    made: Mapping[str, _Made]


def load(
    root: Path, name: str | None, state: Fingerprint, imports: Imports, before: Loaded | None
) -> Loaded:
    """The project whose files have the fingerprint `state`. `before` is an earlier load of the
    same folder: what did not change since is taken from there.
    """
    with no_collection():
        files = _files(root, "", state, before.state if before else {}, before)
        imported = _add_imported(files, imports, before)
        return _Loader(root, name, state, files, imported, before).loaded()


def _files(
    root: Path, prefix: str, state: Fingerprint, known: Fingerprint, before: Loaded | None
) -> dict[str, SourceFile]:
    """Parsed files by their path behind `prefix`; those that did not change are kept."""
    found = {}
    for path in sorted(path for path in state if not path.endswith("/")):
        name = prefix + path
        kept = before.files.get(name) if before and known.get(path) == state[path] else None
        found[name] = kept or source_file(root, path, name)
    return found


def _add_imported(
    files: dict[str, SourceFile], imports: Imports, before: Loaded | None
) -> dict[str, tuple[Path, Fingerprint] | None]:
    """Read the projects that included paths name, and what those include in turn."""
    imported: dict[str, tuple[Path, Fingerprint] | None] = {}
    unread = deque(file for file in files.values() if file.includes)
    while unread:
        for name in _imported_names(unread.popleft(), files, imported):
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


def _imported_names(
    file: SourceFile, files: Mapping[str, SourceFile], imported: Iterable[str]
) -> list[str]:
    patterns = [
        item.value
        for node in file.includes
        for item in (node.children if node.kind == "list" else [node])
    ]
    if any("@{" in pattern for pattern in patterns):
        constants = _constants(files, imported).of(file.tree.path)
        patterns = [replaced(pattern, constants, lambda _: None) for pattern in patterns]
    return [pattern[2:].partition("/")[0] for pattern in patterns if pattern.startswith("//")]


def _constants(files: Mapping[str, SourceFile], imported: Iterable[str]) -> Constants:
    """What is known with the projects that are imported so far."""
    silent = Reader(Constants())
    read = {name: _manifest(files, f"//{name}/", silent) for name in imported}
    found = {name: manifest for name, manifest in read.items() if manifest is not None}
    return constants_of(_manifest(files, "", silent), found, silent)


def _manifest(files: Mapping[str, SourceFile], prefix: str, reader: Reader) -> Manifest | None:
    for path in _MANIFESTS:
        if prefix + path in files:
            return read_manifest(files[prefix + path].tree, reader)
    return None


@contextmanager
def no_collection() -> Iterator[None]:
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
        imported: Imported,
        before: Loaded | None,
    ) -> None:
        self._state = state
        self._files = files
        self._imported_projects = imported
        self._earlier = before.made if before is not None else {}
        self._made: dict[str, _Made] = {}
        self._known: _Resolved = {}
        for made in self._earlier.values():
            self._known |= made.resolved
        self._diagnostics: list[Diagnostic] = []
        manifest_reader = Reader(Constants())
        self._manifest = _manifest(files, "", manifest_reader)
        self._name = name or (self._manifest and self._manifest.project_name) or root.name
        self._inclusion = Inclusion(self._name, files)
        self._constants = constants_of(self._manifest, self._imported_manifests(), manifest_reader)
        self._diagnostics += manifest_reader.diagnostics
        self._localization = self._localized()
        settings = repr((self._constants, self._localization)).encode("utf-8", "surrogatepass")
        self._settings = hashlib.blake2b(settings, digest_size=16).hexdigest()

    def loaded(self) -> Loaded:
        for file in self._files.values():
            self._diagnostics += file.problems
        models = {name: self._model(name, path) for name, path in self._model_files().items()}
        stamps = b"".join(file.stamp for file in self._files.values())
        digest = hashlib.blake2b(stamps, digest_size=16)
        return Loaded(
            name=self._name,
            state=self._state,
            files=self._files,
            imported=self._imported_projects,
            models=models,
            manifest=self._manifest,
            version=digest.hexdigest(),
            diagnostics=self._diagnostics,
            made=self._made,
        )

    def _model_files(self) -> dict[str, str]:
        """Paths by the models' names; of several files of one name the first counts."""
        found: dict[str, str] = {}
        for path in self._inclusion.own_paths:
            tail = next((tail for tail in MODEL_TAILS if path.endswith(tail)), None)
            if tail is None:
                continue
            name = path.rsplit("/", 1)[-1].removesuffix(tail)
            first = found.setdefault(name, path)
            if first != path:
                message = f"A model named {name} has been defined multiple times; see also {first}"
                self._diagnostics.append(
                    Diagnostic(
                        severity=Severity.error,
                        kind="model",
                        message=message,
                        location=self._files[path].tree.location(0),
                        model=name,
                    )
                )
        return found

    # Manifest

    def _imported_manifests(self) -> dict[str, Manifest]:
        """Those of imported projects; their own problems are told where they are opened."""
        found = {}
        for name in self._imported_projects:
            manifest = _manifest(self._files, f"//{name}/", Reader(Constants()))
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
        for file, node in self._inclusion.of(path, reader, included):
            if node is None:
                raws += file.blocks()
            elif is_object(node):
                raws.append(file.object_of(node))
            elif file is self._files[path]:
                own.values.setdefault(node.key, []).append(Value(node, tree))
        for key, values in self._shared(included[1:]).items():
            own.values.setdefault(key, values)
        version = self._version(name, included)
        self._diagnostics += reader.diagnostics
        made = self._earlier.get(name)
        if made is None or not made.is_of(version, raws):
            made = self._new(name, version, own, raws, included)
        self._made[name] = made
        self._diagnostics += made.diagnostics
        return made.model

    def _new(
        self, name: str, version: str, own: Raw, raws: list[Raw], included: list[str]
    ) -> _Made:
        reader = Reader(self._constants, name)
        dashboards, problems = resolve_dashboards(name, self._dashboards(included))
        fiscal = own.last("fiscal_month_offset") is not None
        resolved: _Resolved = {}

        def view_of(reader: Reader, raw: Raw) -> View:
            return resolve_view(reader, raw, fiscal=fiscal)

        model = resolve_model(
            reader,
            name,
            self._name,
            version,
            own,
            raws,
            self._remembering(reader, view_of, int(fiscal), resolved),
            self._remembering(reader, resolve_explore, -1, resolved),
        )
        self._known |= resolved
        whole = msgspec.structs.replace(
            model, dashboards=dashboards, localization=self._localization
        )
        return _Made(version, raws, whole, [*reader.diagnostics, *problems], resolved)

    def _shared(self, included: list[str]) -> dict[str, list[Value]]:
        """What included files say of the model; the model file's own word counts above it."""
        found: dict[str, list[Value]] = {}
        for path in included:
            file = self._files[path]
            for node in file.settings if not path.startswith("//") else ():
                found.setdefault(node.key, []).append(Value(node, file.tree))
        return found

    def _dashboards(self, included: list[str]) -> Iterator[RawDashboard]:
        for path in included:
            yield from self._files[path].dashboards

    def _version(self, name: str, included: list[str]) -> str:
        digest = hashlib.blake2b(digest_size=16)
        digest.update(f"{self._name}\0{name}\0{self._settings}\0".encode())
        digest.update(b"".join(self._files[path].stamp for path in included))
        return digest.hexdigest()

    def _remembering(
        self,
        reader: Reader,
        resolve: Callable[[Reader, Raw], T],
        kind: int,
        resolved: _Resolved,
    ) -> Callable[[Raw], T]:
        """Resolves an object, or answers the earlier resolution of the very same parts; notes it
        in `resolved`.
        """
        constants = self._constants.identity()

        def resolution(raw: Raw) -> T:
            parts = raw.sources
            key = (*map(id, parts), kind, constants)
            found = self._known.get(key) or resolved.get(key)
            if found is None:
                fresh = Reader(self._constants, reader.model)
                found = parts, resolve(fresh, raw), fresh.diagnostics
            resolved[key] = found
            reader.diagnostics += found[2]
            made: T = found[1]
            return made

        return resolution
