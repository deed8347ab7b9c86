"""How often the triggers of a connection's datagroups and derived tables are looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

CHECK_EVERY = timedelta(minutes=5)


def schedule_problem(schedule: str) -> str | None:
    """What is wrong with a cron expression: minute, hour, day, month and day of the week."""
    try:
        CronSim(schedule, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        return str(error)
    return None


def is_time(schedule: str | None, checked_at: datetime | None, now: datetime) -> bool:
    """Whether to look again; by a cron expression in UTC, or every five minutes."""
    if checked_at is None:
        return True
    if not schedule or schedule_problem(schedule) is not None:
        return now - checked_at >= CHECK_EVERY
    coming = next(CronSim(schedule, checked_at.astimezone(UTC)), None)
    return coming is not None and coming <= now
