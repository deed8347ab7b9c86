"""The time, in one place that tests can hold still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers an aware instant in UTC."""


def now() -> datetime:
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """`2024-01-02T03:04:05.000+00:00`, the form in which the API writes times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
