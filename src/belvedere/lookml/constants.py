"""Constants (`@{name}`): each project's own, as the projects that import it override them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_REFERENCE = re.compile(r"@\{\s*([\w.\-]+)\s*\}")
_DEEPEST = 10
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Constants:
    """`own` are those that the project's files see, `imported` those of each other project."""

    own: Mapping[str, str] = field(default_factory=dict)
    imported: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, path: str) -> Mapping[str, str]:
        """What the file at `path` (`//project/…` for imported ones) sees."""
        if path.startswith("//"):
            return self.imported.get(path[2:].partition("/")[0], self.own)
        return self.own

    def identity(self) -> int:
        """Changes whenever some constant does."""
        parts = [("", self.own), *self.imported.items()]
        return hash(tuple((name, tuple(sorted(values.items()))) for name, values in parts))


def replaced(text: str, constants: Mapping[str, str], missing: Callable[[str], None]) -> str:
    """The text with its constants filled in; constants may hold constants."""

    def value(match: re.Match[str]) -> str:
        found = constants.get(match.group(1))
        if found is None:
            missing(match.group(1))
        return found or ""

    for _ in range(_DEEPEST):
        if "@{" not in text or len(text) > _LONGEST:
            break
        text = _REFERENCE.sub(value, text)
    return text
