"""How often something is refreshed: `2 hours 30 minutes`, `90` (seconds)."""

from __future__ import annotations

import re

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_PART = re.compile(r"(\d{1,9})\s*(second|minute|hour|day|week)s?\b[\s,]*")


def milliseconds(text: str | None) -> int | None:
    """None for no interval, and for a text that names none."""
    plain = (text or "").strip().lower()
    if plain.isdecimal() and len(plain) < 10:
        return int(plain) * 1000
    found, position = 0, 0
    for part in _PART.finditer(plain):
        if part.start() != position:
            return None
        found += int(part[1]) * _SECONDS[part[2]]
        position = part.end()
    return found * 1000 if found and position == len(plain) else None
