"""When triggers are looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from belvedere.connections.maintenance import is_time, schedule_problem

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "minutes", "expected"),
    [
        (None, 4, False),
        (None, 5, True),
        ("", 5, True),
        ("*/15 * * * *", 14, False),
        ("*/15 * * * *", 15, True),
        ("*/15 * * * *", 500, True),
        ("30 18 * * *", 389, False),
        ("30 18 * * *", 390, True),
        ("0 6 * * SUN", 3 * 24 * 60, False),
        ("0 6 29 2 *", 400 * 24 * 60, False),
        ("nonsense", 5, True),
    ],
)
def test_the_time_to_look_again(schedule: str | None, minutes: int, expected: bool) -> None:
    assert is_time(schedule, NOON, NOON + timedelta(minutes=minutes)) is expected


def test_what_was_never_looked_at_is_looked_at_now() -> None:
    assert is_time("0 6 29 2 *", None, NOON)


def test_schedules_are_in_utc() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=3)))
    assert is_time("10 12 * * *", there, there + timedelta(minutes=10))


@pytest.mark.parametrize("schedule", ["", "x", "* * * *", "61 * * * *", "0 0 31 2 *"])
def test_what_is_no_schedule(schedule: str) -> None:
    assert schedule_problem(schedule)
