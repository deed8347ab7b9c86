"""The filter expression that selects exactly one value of a dimension."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from belvedere.lookml.filters import quote
from belvedere.lookml.model import Field

_NUMBERED = re.compile(r"(hour|minute)(\d+)\Z")
_MILLISECONDS = re.compile(r"millisecond(\d+)\Z")
_PLAIN_TYPES = frozenset({"number", "location", "yesno"})


class Zones(NamedTuple):
    """IANA names."""

    database: str = "UTC"
    query: str = "UTC"


def filter_for(field: Field, value: Any, zones: Zones) -> str:
    """What a filter on the field has to say to keep the rows of this value and no others."""
    if value is None:
        return "NULL"
    if not isinstance(value, str):
        return str(value)
    if field.timeframe is not None:
        if field.timeframe == "raw":
            return _instant(value, zones if field.convert_tz else Zones())
        return _of_time(field.timeframe, value)
    return value if field.type in _PLAIN_TYPES else _text_filter(value)


@lru_cache(maxsize=8192)
def _text_filter(value: str) -> str:
    return quote(value)


def _of_time(timeframe: str, value: str) -> str:
    """Most timeframes write the span they stand for; the others need its length."""
    if timeframe == "week":
        return f"{value} for 7 days"
    if match := _NUMBERED.match(timeframe):
        return f"{value} for {match[2]} {match[1]}s"
    if match := _MILLISECONDS.match(timeframe):
        return _span(value, timedelta(milliseconds=int(match[1])))
    if timeframe == "fiscal_quarter":
        return f"FY{value.removeprefix('FY')}"
    return value


def _instant(value: str, zones: Zones) -> str:
    """Raw times are the database's, to all their digits, but filters are read as the query's."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if zones.database != zones.query:
        there = moment.replace(tzinfo=ZoneInfo(zones.database))
        moment = there.astimezone(ZoneInfo(zones.query)).replace(tzinfo=None)
    return moment.isoformat(" ", "microseconds")


def _span(value: str, length: timedelta) -> str:
    try:
        start = datetime.fromisoformat(value)
    except ValueError:
        return value
    ends = (moment.isoformat(" ", "microseconds") for moment in (start, start + length))
    return " to ".join(ends)
