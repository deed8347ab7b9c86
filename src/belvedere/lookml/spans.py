"""Lengths of time as the language writes them."""

from __future__ import annotations

import re

_SPAN = re.compile(r"\s*(\d+)\s*(second|minute|hour|day)s?\s*\Z", re.IGNORECASE)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def seconds_of(text: str) -> int | None:
    """`"24 hours"` in seconds; None for anything else."""
    match = _SPAN.match(text)
    return int(match.group(1)) * _SECONDS[match.group(2).lower()] if match else None
