"""Which characters stand between thousands and before decimals, as people choose them."""

from __future__ import annotations

from typing import NamedTuple


class Separators(NamedTuple):
    group: str = ","
    point: str = "."


DEFAULT_NUMBER_FORMAT = "1,234.56"
ENGLISH = Separators()
_KNOWN = {
    DEFAULT_NUMBER_FORMAT: ENGLISH,
    "1.234,56": Separators(".", ","),
    "1 234,56": Separators(" ", ","),
}


def separators_of(number_format: str) -> Separators:
    """Those of a number format, which is told by how it writes 1234.56; English ones for a
    format that is not known.
    """
    return _KNOWN.get(number_format, ENGLISH)
