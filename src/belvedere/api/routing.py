"""Paths to operations: one step a segment, so that the last route costs what the first does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

_SLASHES = re.compile(r"/{2,}")


@dataclass(slots=True)
class _Step:
    fixed: dict[str, _Step] = field(default_factory=dict)
    variable: _Step | None = None
    methods: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """`operation` is None where the path is known but not with this method."""

    operation: str | None
    values: dict[str, str]
    allowed: tuple[str, ...] = ()


class Router:
    """Routes of (operation id, method, path template)."""

    def __init__(self, routes: Iterable[tuple[str, str, str]]) -> None:
        self._root = _Step()
        for operation, method, path in routes:
            self._add(operation, method, path)

    def _add(self, operation: str, method: str, path: str) -> None:
        step = self._root
        names = []
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                step.variable = step.variable or _Step()
                step = step.variable
            else:
                step = step.fixed.setdefault(segment, _Step())
        step.methods[method] = (operation, tuple(names))

    def match(self, method: str, path: str) -> Match | None:
        """`path` is still percent-encoded. None for an unknown path."""
        found = self._find(self._root, path.strip("/").split("/"), 0, ())
        if found is None:
            return None
        step, values = found
        chosen = step.methods.get("GET" if method == "HEAD" else method)
        if chosen is None:
            return Match(None, {}, tuple(sorted(step.methods)))
        operation, names = chosen
        return Match(operation, dict(zip(names, values, strict=True)))

    def _find(
        self, step: _Step, segments: list[str], position: int, values: tuple[str, ...]
    ) -> tuple[_Step, tuple[str, ...]] | None:
        """Fixed segments win over variables; a dead end goes back to the variable."""
        if position == len(segments):
            return (step, values) if step.methods else None
        segment = segments[position]
        fixed = step.fixed.get(segment)
        if fixed is not None:
            found = self._find(fixed, segments, position + 1, values)
            if found is not None:
                return found
        if step.variable is None or not segment:
            return None
        return self._find(step.variable, segments, position + 1, (*values, unquote(segment)))


def normalized(path: str) -> str:
    """Repeated slashes collapse, a trailing one does not matter."""
    path = _SLASHES.sub("/", path) if "//" in path else path
    return path.rstrip("/") or "/"
