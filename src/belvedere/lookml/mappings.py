"""Mappings that stand for large dictionaries without being one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Decoded(Mapping[str, T], Generic[T]):
    """Values that are kept as bytes until somebody asks for them."""

    def __init__(self, encoded: Mapping[str, bytes], decode: Callable[[bytes], T]) -> None:
        self._encoded = encoded
        self._decode = decode
        self._found: dict[str, T] = {}

    def __getitem__(self, key: str) -> T:
        found = self._found.get(key)
        if found is None:
            found = self._found.setdefault(key, self._decode(self._encoded[key]))
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._encoded

    def __iter__(self) -> Iterator[str]:
        return iter(self._encoded)

    def __len__(self) -> int:
        return len(self._encoded)


class Overlaid(Mapping[str, T], Generic[T]):
    """`below` with some of its values replaced, or others added."""

    def __init__(self, below: Mapping[str, T], over: Mapping[str, T]) -> None:
        self._below = below
        self._over = over

    def __getitem__(self, key: str) -> T:
        return self._over[key] if key in self._over else self._below[key]

    def __contains__(self, key: object) -> bool:
        return key in self._over or key in self._below

    def __iter__(self) -> Iterator[str]:
        yield from self._below
        yield from (key for key in self._over if key not in self._below)

    def __len__(self) -> int:
        return sum(1 for _ in self)
