"""`fields=`: which properties of an answer the caller wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from belvedere.errors import BadRequest

_DEEPEST = 32
_TOKENS = re.compile(r"[(),]|[^(),]+")


class Fields:
    """A tree of wanted properties. An empty tree wants everything."""

    __slots__ = ("_wanted",)

    def __init__(self, wanted: Mapping[str, Fields] | None = None) -> None:
        self._wanted = wanted or {}

    @property
    def everything(self) -> bool:
        return not self._wanted

    def wants(self, name: str) -> bool:
        return not self._wanted or name in self._wanted

    def child(self, name: str) -> Fields:
        return self._wanted.get(name, ALL)

    def project(self, value: Any) -> Any:
        """The value with only what is wanted, through lists and nested objects."""
        if not self._wanted:
            return value
        if isinstance(value, list):
            return [self.project(item) for item in value]
        if isinstance(value, dict):
            return {
                name: self._wanted[name].project(item)
                for name, item in value.items()
                if name in self._wanted
            }
        return value


ALL = Fields()


@lru_cache(maxsize=1024)
def parse_fields(text: str) -> Fields:
    """`id,name,look(id,query(model))` or `look.id`; blanks do not matter, empty wants all."""
    tree: dict[str, Any] = {}
    path: list[dict[str, Any]] = [tree]
    last: dict[str, Any] | None = None
    for piece in _TOKENS.findall(text):
        name = piece.strip()
        if piece == "(":
            if last is None or len(path) > _DEEPEST:
                raise _unreadable(text)
            path.append(last)
        elif piece == ")":
            path.pop()
            if not path:
                raise _unreadable(text)
        last = _add(path[-1], name) if name and piece not in "()," else None
    if len(path) != 1:
        raise _unreadable(text)
    return _frozen(tree)


def _add(tree: dict[str, Any], name: str) -> dict[str, Any]:
    for part in name.split("."):
        tree = tree.setdefault(part.strip(), {})
    return tree


def _frozen(tree: dict[str, Any]) -> Fields:
    return Fields({name: _frozen(inner) for name, inner in tree.items()})


def _unreadable(text: str) -> BadRequest:
    return BadRequest(f"fields cannot be read: {text[:200]}")
