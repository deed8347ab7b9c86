"""A project: a folder of LookML files, and the models that they mean."""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from belvedere.lookml import resolve
from belvedere.lookml.assemble import Raw, Value, raw_of
from belvedere.lookml.checks import check_model
from belvedere.lookml.diagnostics import Diagnostic, Severity
from belvedere.lookml.includes import matching
from belvedere.lookml.model import Model, View
from belvedere.lookml.parse import parse
from belvedere.lookml.reading import Reader
from belvedere.lookml.tree import Node, SyntaxTree

_MODEL_TAILS = (".model.lkml", ".model.lookml")
_LOOKML_TAILS = (".lkml", ".lookml")
_MANIFESTS = ("manifest.lkml", "manifest.lookml")

Fingerprint = Mapping[str, tuple[int, int]]
Imports = Callable[[str], Path | None]
"""Answers the folder of another project by its name."""


def fingerprint(root: Path) -> dict[str, tuple[int, int]]:
    """Modification time (ns) and size of every LookML file, by path within the project; and of
    every folder (its path ends with a slash), whose time tells of files that come and go.
    """
    found: dict[str, tuple[int, int]] = {}
    folders = [(os.fspath(root), "")]
    while folders:
        folder, prefix = folders.pop()
        try:
            entries = list(os.scandir(folder))
            found[prefix or "/"] = (os.stat(folder).st_mtime_ns, 0)  # noqa: PTH116
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                folders.append((entry.path, f"{prefix}{entry.name}/"))
            elif entry.name.endswith(_LOOKML_TAILS):
                status = entry.stat()
                found[prefix + entry.name] = (status.st_mtime_ns, status.st_size)
    return found


def is_current(root: Path, state: Fingerprint) -> bool:
    """Whether the fingerprint still holds: much quicker than taking a new one."""
    base = os.fspath(root)
    try:
        for path, (modified, size) in state.items():
            status = os.stat(f"{base}/{path}")  # noqa: PTH116  for every query: no Path
            is_folder = path.endswith("/")
            if status.st_mtime_ns != modified or (status.st_size != size and not is_folder):
                return False
    except OSError:
        return False
    return True


@dataclass(slots=True, eq=False)
class SourceFile:
    """A parsed file; `objects` are its blocks, built once and shared by reloads."""

    tree: SyntaxTree
    digest: str
    objects: dict[int, Raw] = field(default_factory=dict)

    def object_of(self, node: Node) -> Raw:
        raw = self.objects.get(node.start)
        if raw is None:
            raw = self.objects[node.start] = raw_of(node, self.tree)
        return raw


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
            first: dict[tuple[str, str], Diagnostic] = {}
            for diagnostic in found:
                first.setdefault((str(diagnostic.location), diagnostic.message), diagnostic)
            self._checked = tuple(first.values())
        return self._checked

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
        found[name] = kept or _file(root, path, name)
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


def _file(root: Path, path: str, name: str) -> SourceFile:
    try:
        data = (root / path).read_bytes()
    except OSError:
        data = b""
    data_text = "" if path.endswith(".dashboard.lookml") else data.decode("utf-8", errors="replace")
    return SourceFile(parse(data_text, name), hashlib.blake2b(data, digest_size=16).hexdigest())


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
        self._manifest = self._read_manifest("")
        self._name = name or self._manifest_name() or root.name
        self._constants = self._read_constants()

    def project(self) -> Project:
        for file in self._files.values():
            self._syntax(file)
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
            version=digest.hexdigest(),
            _diagnostics=self._diagnostics,
            _views=views,
        )

    def _syntax(self, file: SourceFile) -> None:
        for problem in file.tree.problems:
            self._diagnostics.append(
                Diagnostic(
                    severity=Severity.error,
                    kind="syntax",
                    message=problem.message,
                    location=file.tree.location(problem.offset),
                )
            )

    # Manifest

    def _read_manifest(self, prefix: str) -> Raw | None:
        for path in _MANIFESTS:
            if prefix + path in self._files:
                tree = self._files[prefix + path].tree
                whole = Node("block", "manifest", "", 0, len(tree.text), children=tree.nodes)
                return raw_of(whole, tree)
        return None

    def _manifest_name(self) -> str | None:
        return Reader({}).text(self._manifest, "project_name") if self._manifest else None

    def _read_constants(self) -> dict[str, str]:
        """The project's own, before what it overrides in imported ones, before theirs."""
        constants: dict[str, str] = {}
        for name in self._imported_projects:
            manifest = self._read_manifest(f"//{name}/")
            constants |= _constants(manifest, "constant") if manifest else {}
        if self._manifest is None:
            return constants
        reader = Reader({})
        reader.check_parameters(self._manifest, "manifest")
        self._diagnostics += reader.diagnostics
        for kind in ("local_dependency", "remote_dependency"):
            for value in self._manifest.all(kind):
                constants |= _constants(raw_of(value.node, value.tree), "override_constant")
        return constants | _constants(self._manifest, "constant")

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
        model = resolve.resolve_model(
            reader, name, self._name, version, own, raws, self._resolved_view(reader, own)
        )
        self._diagnostics += reader.diagnostics
        return model

    def _version(self, name: str, included: list[str]) -> str:
        digest = hashlib.blake2b(digest_size=16)
        digest.update(repr((self._name, name, sorted(self._constants.items()))).encode())
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
                for found in self._matching(reader.filled(pattern.value), path, file, node, reader):
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
        constants = hash(tuple(sorted(self._constants.items())))

        def view_of(raw: Raw) -> View:
            parts = raw.sources
            key = (*map(id, parts), int(fiscal), constants)
            self._used.add(key)
            found = self._views.get(key)
            if found is None:
                fresh = Reader(self._constants, reader.model)
                view = resolve.resolve_view(fresh, raw, fiscal=fiscal)
                found = self._views[key] = (parts, view, fresh.diagnostics)
            reader.diagnostics += found[2]
            return found[1]

        return view_of


def _constants(raw: Raw, kind: str) -> dict[str, str]:
    return {
        child.name: child.last("value").node.value  # type: ignore[union-attr]
        for child in raw.children(kind)
        if child.last("value") is not None
    }
