"""What a model file includes: files by pattern, their contents in the order in which they count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from belvedere.lookml.assemble import Value
from belvedere.lookml.diagnostics import Severity
from belvedere.lookml.includes import matching
from belvedere.lookml.reading import Reader
from belvedere.lookml.sources import SourceFile
from belvedere.lookml.tree import Node

MODEL_TAILS = (".model.lkml", ".model.lookml")


class Inclusion:
    """The includes of one project's files; `files` has those of imported projects too."""

    def __init__(self, project: str, files: Mapping[str, SourceFile]) -> None:
        self._name = project
        self._files = files
        self.own_paths = [path for path in files if not path.startswith("//")]

    def of(
        self, path: str, reader: Reader, included: list[str]
    ) -> Iterator[tuple[SourceFile, Node | None]]:
        """Nodes of the file and of what it includes, in the order in which they count; no node
        stands for a whole file that includes nothing itself.
        """
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
                inner = self._files[found]
                if inner.includes:
                    stack.append(self._entries(found, reader))
                else:
                    yield inner, None

    def _entries(self, path: str, reader: Reader) -> Iterator[tuple[SourceFile, Node | str]]:
        file = self._files[path]
        for node in file.tree.nodes:
            if node.key != "include":
                yield file, node
                continue
            patterns = [node] if node.kind != "list" else [*node.children]
            for item in patterns:
                pattern = reader.filled(item.value, Value(node, file.tree))
                for found in self._matching(pattern, path, file, node, reader):
                    if not found.endswith(MODEL_TAILS) or found == path or _is_model(pattern):
                        yield file, found

    def _matching(
        self, pattern: str, path: str, file: SourceFile, node: Node, reader: Reader
    ) -> list[str]:
        if pattern.startswith("//"):
            return self._imported(pattern, file, node, reader)
        if path.startswith("//"):
            found = self._within(path[2:].partition("/")[0], pattern, path)
        else:
            found = matching(pattern, path, self._name, self.own_paths)
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
            found = matching(f"/{prefix}{plain}", "", self._name, self.own_paths)
            if found:
                return found
        if "dashboard" in pattern and any(file.startswith(f"//{name}/") for file in self._files):
            return []
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


def _is_model(pattern: str) -> bool:
    """Whether the pattern means model files: of the same project one that is named whole, of
    others those that a pattern asks for, as blocks do with the projects that configure them.
    """
    if pattern.startswith("//"):
        return pattern.endswith((".model", *MODEL_TAILS))
    return not set("*?[") & set(pattern)
