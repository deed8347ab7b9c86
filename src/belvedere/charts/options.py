"""A vis_config read with care: options of an unknown shape count as not given."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})
_MOST_ITEMS = 500


class Options:
    """Typed looks at a mapping that came from outside."""

    def __init__(self, values: object) -> None:
        self._values: Mapping[str, Any] = values if isinstance(values, dict) else {}

    def __bool__(self) -> bool:
        return bool(self._values)

    def get(self, name: str) -> Any:
        return self._values.get(name)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._values.get(name)
        if isinstance(value, bool):
            return value
        text = value.lower() if isinstance(value, str) else ""
        return True if text in _TRUE else False if text in _FALSE else default

    def text(self, name: str) -> str | None:
        """Text that is not empty; numbers as they are written."""
        value = self._values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return value if isinstance(value, str) and value.strip() else None

    def choice(self, name: str, known: Sequence[str], default: str) -> str:
        value = self._values.get(name)
        return value if isinstance(value, str) and value in known else default

    def number(self, name: str) -> float | None:
        """Finite; also where it is written as text, with a unit behind ("12px")."""
        return number(self._values.get(name))

    def bounded(self, name: str, default: float, least: float, most: float) -> float:
        value = self.number(name)
        return default if value is None else min(most, max(least, value))

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self._values.get(name)
        return value if isinstance(value, dict) else {}

    def part(self, name: str) -> Options:
        return Options(self._values.get(name))

    def items(self, name: str) -> Sequence[Any]:
        value = self._values.get(name)
        return value[:_MOST_ITEMS] if isinstance(value, list) else []

    def parts(self, name: str) -> list[Options]:
        """The mappings of a list."""
        return [Options(item) for item in self.items(name) if isinstance(item, dict)]

    def names(self, name: str) -> list[str]:
        """The texts of a list, or the keys of a mapping that are set to true."""
        value = self._values.get(name)
        if isinstance(value, dict):
            return [str(key) for key, chosen in value.items() if chosen is True]
        return [item for item in self.items(name) if isinstance(item, str)]


def number(value: object) -> float | None:
    """A finite number, also one that is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        value = value.strip().removesuffix("px").removesuffix("%")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
