"""What the grammars share."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from belvedere.errors import BelvedereError

Parsed = TypeVar("Parsed")

_REMEMBERED = 4096
_LONGEST_REMEMBERED = 2000


class FilterSyntaxError(BelvedereError):
    """The text is no filter expression of the grammar; `str()` is a sentence saying why."""


def remembered(parse: Callable[[str], Parsed]) -> Callable[[str], Parsed]:
    """Keeps the outcome of recent texts, except of texts so long that keeping them costs more."""
    cached = lru_cache(maxsize=_REMEMBERED)(parse)

    def remembering(text: str) -> Parsed:
        return cached(text) if len(text) <= _LONGEST_REMEMBERED else parse(text)

    remembering.__doc__ = parse.__doc__
    return remembering


def shown(text: str) -> str:
    """The text as a message quotes it, cut where it is long."""
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}…"'
