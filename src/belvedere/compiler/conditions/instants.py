"""From the clock of the query's time zone to the database's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from belvedere.compiler.dialects.base import Calendar
from belvedere.errors import QueryError


@dataclass(frozen=True, slots=True)
class TimeContext:
    """What a date expression is relative to. `now` is aware; time zones are IANA names."""

    now: datetime
    timezone: str = "UTC"
    database_timezone: str = "UTC"
    calendar: Calendar = field(default_factory=Calendar)
    back: str | None = None
    """A unit by which every range is moved into the past."""

    @property
    def local_now(self) -> datetime:
        """What the clock in the query's time zone shows, as a naive timestamp."""
        return self.now.astimezone(zone(self.timezone)).replace(tzinfo=None)

    def in_database(self, local: datetime) -> datetime:
        """The database's reading of the first instant when the local clock shows `local`."""
        if self.timezone == self.database_timezone:
            return local
        return _moved(local, self.timezone, self.database_timezone)

    def in_utc(self, local: datetime, *, converted: bool) -> datetime:
        """The same instant in UTC; unconverted, the reading is taken for the database's own."""
        return _moved(local, self.timezone if converted else self.database_timezone, "UTC")


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise QueryError(f"Unknown time zone: {name}") from None


@lru_cache(maxsize=4096)
def _moved(local: datetime, source: str, target: str) -> datetime:
    if not 2 <= local.year <= 9998:  # an open end; no time zone has a meaning there
        return local
    instant = first_instant(local, zone(source))
    return instant.astimezone(zone(target)).replace(tzinfo=None)


def first_instant(local: datetime, where: ZoneInfo) -> datetime:
    """The earliest instant (in UTC) from which on the clock there shows `local` or later.

    A time that the clock shows twice means the first of the two, one that it leaps over the
    leap itself. So neighbouring spans never overlap and leave nothing between them.
    """
    before = local.replace(tzinfo=where, fold=0)
    instant = before.astimezone(UTC)
    if instant.astimezone(where).replace(tzinfo=None) == local:
        return instant
    offset = before.utcoffset()
    late = instant
    early = local.replace(tzinfo=where, fold=1).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(where).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
