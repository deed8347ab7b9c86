"""The time, in one place that tests can hold still."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

_ZONE = re.compile(r"(:\d\d(?:\.\d+)?)([ +-])(\d\d:?\d\d)Z?\Z")
"""A plus that was not encoded in a query arrives as a blank; one of the official SDKs writes an
offset and a Z.
"""
Clock = Callable[[], datetime]
"""Answers an aware instant in UTC."""


def now() -> datetime:
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """`2024-01-02T03:04:05.000+00:00`, the form in which the API writes times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def parsed(text: str) -> datetime:
    """The instant that a text in ISO 8601 names; without a zone it is in UTC. ValueError where it
    names none.
    """
    moment = datetime.fromisoformat(_ZONE.sub(_zone, text.strip()))
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError(text) from None


def _zone(found: re.Match[str]) -> str:
    return f"{found[1]}{'-' if found[2] == '-' else '+'}{found[3]}"
