"""Which measures have totals, and how many row totals are worth asking for."""

from __future__ import annotations

from belvedere.compiler.measures import NEVER_TOTALLED
from belvedere.lookml.model import Field

MOST_ROW_TOTALS = 30_000


def can_total(field: Field) -> bool:
    return field.type not in NEVER_TOTALLED
