"""A project's files: found, read once, and looked at again only where they changed."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from belvedere.lookml.assemble import Raw, raw_of
from belvedere.lookml.dashboard_files import RawDashboard, read_file
from belvedere.lookml.diagnostics import Diagnostic, Severity
from belvedere.lookml.localization import TAIL as STRINGS, StringsProblem, read_strings
from belvedere.lookml.model import Location
from belvedere.lookml.parse import parse
from belvedere.lookml.tree import Node, SyntaxTree

DASHBOARDS = (".dashboard.lookml", ".dashboard.yml", ".dashboard.yaml")
_OLD_SYNTAX = re.compile(
    r"^- (?:view|explore|connection|include|dimension|measure|dashboard)\s*:", re.MULTILINE
)
_READ = (".lkml", ".lookml", STRINGS)

OF_MODELS = frozenset(
    ("connection", "persist_for", "persist_with", "case_sensitive", "week_start_day")
) | {"fiscal_month_offset"}
"""Parameters of a model that a file which it includes can state too."""

Fingerprint = Mapping[str, tuple[int, int]]
Imports = Callable[[str], Path | None]
"""Answers the folder of another project by its name."""


def fingerprint(root: Path) -> dict[str, tuple[int, int]]:
    """Modification time (ns) and size of every file that is read, by path within the project; and
    of every folder (its path ends with a slash), whose time tells of files that come and go.
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
            elif entry.name.endswith(_READ):
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
    """A parsed file; `objects` are its blocks, built once and shared by reloads. A dashboard or
    strings file has an empty tree.
    """

    tree: SyntaxTree
    digest: str
    objects: dict[int, Raw] = field(default_factory=dict)
    dashboards: list[RawDashboard] = field(default_factory=list)
    strings: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    includes: list[Node] = field(init=False)
    settings: list[Node] = field(init=False)
    """What the file says of the models that include it."""
    stamp: bytes = field(init=False)
    """Changes with the file's path and contents."""
    _blocks: list[Raw] | None = None

    def __post_init__(self) -> None:
        self.stamp = f"{self.tree.path}\0{self.digest}\0".encode("utf-8", "surrogatepass")
        self.includes = [node for node in self.tree.nodes if node.key == "include"]
        self.settings = [node for node in self.tree.nodes if node.key in OF_MODELS]

    def blocks(self) -> list[Raw]:
        """Every block of a file that includes nothing."""
        if self._blocks is None:
            nodes = self.tree.nodes
            self._blocks = [self.object_of(node) for node in nodes if is_object(node)]
        return self._blocks

    def object_of(self, node: Node) -> Raw:
        raw = self.objects.get(node.start)
        if raw is None:
            raw = self.objects[node.start] = raw_of(node, self.tree)
        return raw


def is_object(node: Node) -> bool:
    return node.kind == "block" and node.key != ""


def digest_of(data: bytes) -> str:
    """What tells a file's contents from others."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def source_file(root: Path, path: str, name: str) -> SourceFile:
    """The file at `path` below `root`, called `name` in locations; a lost one is empty."""
    try:
        data = (root / path).read_bytes()
    except OSError:
        data = b""
    digest = digest_of(data)
    text = data.decode("utf-8", errors="replace")
    if path.endswith(DASHBOARDS):
        found = read_file(text, name)
        return SourceFile(
            parse("", name), digest, dashboards=found.dashboards, problems=found.problems
        )
    if path.endswith(STRINGS):
        return _strings_file(text, name, digest)
    tree = parse(text, name)
    old = _OLD_SYNTAX.search(text) if tree.problems else None
    if old is not None:
        message = "This is LookML in YAML, which was given up years ago: convert it to blocks"
        return SourceFile(
            parse("", name), digest, problems=[_syntax(message, tree.location(old.start()))]
        )
    return SourceFile(tree, digest, problems=_problems(tree))


def _strings_file(text: str, name: str, digest: str) -> SourceFile:
    made = SourceFile(parse("", name), digest)
    try:
        made.strings = read_strings(text)
    except StringsProblem as problem:
        made.strings = problem.strings
        location = Location(name, problem.line, problem.column)
        made.problems.append(_syntax(problem.message, location))
    return made


def _problems(tree: SyntaxTree) -> list[Diagnostic]:
    return [_syntax(problem.message, tree.location(problem.offset)) for problem in tree.problems]


def _syntax(message: str, location: Location) -> Diagnostic:
    return Diagnostic(severity=Severity.error, kind="syntax", message=message, location=location)
