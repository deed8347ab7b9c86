"""What SQLite lacks and SQL for it needs, as functions of a connection.

Timestamps are text: 'YYYY-MM-DD HH:MM:SS' with or without six digits of a fraction.
"""

from __future__ import annotations

import math
import re
import sqlite3
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS_IN = {"month": 1, "year": 12}
_OFFSET = re.compile(r"\s*(UTC|Z|[+-]\d\d:?(?:\d\d)?)\Z")
_LARGEST = 2**63 - 1
_EARTH_DIAMETER = 12_742

_MATHEMATICS: dict[str, tuple[int, Callable[..., float]]] = {
    "ceil": (1, math.ceil),
    "exp": (1, math.exp),
    "floor": (1, math.floor),
    "ln": (1, math.log),
    "log10": (1, math.log10),
    "power": (2, math.pow),
    "sqrt": (1, math.sqrt),
}
"""Builds of SQLite may be without these."""


def register(connection: sqlite3.Connection, timezone: str) -> None:
    """Make the functions known; `timezone` is the zone that stored timestamps are in."""
    zone = ZoneInfo(timezone)
    single: dict[str, tuple[int, Callable[..., Any]]] = {
        "bv_timestamp": (1, lambda value: _timestamp(value, zone)),
        "bv_from_epoch": (1, lambda value: _from_epoch(value, zone)),
        "bv_convert_timezone": (3, _convert_timezone),
        "bv_add": (3, _add),
        "bv_lower": (1, lambda value: None if value is None else _text(value).lower()),
        "bv_upper": (1, lambda value: None if value is None else _text(value).upper()),
        "bv_distance": (4, _distance),
    }
    known = {name for (name,) in connection.execute("SELECT name FROM pragma_function_list")}
    for name, (count, function) in _MATHEMATICS.items():
        if name not in known:
            single[name] = (count, _null_where_undefined(function))
    for name, (count, function) in single.items():
        connection.create_function(name, count, function, deterministic=True)
    create_aggregate: Any = connection.create_aggregate  # its stub knows one argument only
    create_aggregate("bv_sum_by_key", 2, _SumByKey)
    create_aggregate("bv_avg_by_key", 2, _AverageByKey)
    create_aggregate("bv_percentile", 2, _Percentile)
    create_aggregate("bv_percentile_by_key", 3, _PercentileByKey)
    create_aggregate("bv_list", 1, _List)


def _null_where_undefined(function: Callable[..., float]) -> Callable[..., float | None]:
    def checked(*values: Any) -> float | None:
        try:
            return function(*values)
        except (TypeError, ValueError, OverflowError):
            return None

    return checked


# Time


_zone = lru_cache(maxsize=1024)(ZoneInfo)


def _timestamp(value: Any, zone: ZoneInfo) -> str | None:
    """ISO text in any of its forms; where it states an offset, moved to the zone."""
    found = _parsed(value)
    if found is None and isinstance(value, str):
        found = _parsed(_OFFSET.sub(lambda match: match[1].replace("UTC", "Z"), value.strip()))
    if found is None:
        return None
    try:
        local = found if found.tzinfo is None else found.astimezone(zone)
    except OverflowError:
        return None
    return local.replace(tzinfo=None).isoformat(" ")


def _from_epoch(value: Any, zone: ZoneInfo) -> str | None:
    if value is None:
        return None
    try:
        found = _EPOCH + timedelta(seconds=_number(value))
        return found.astimezone(zone).replace(tzinfo=None).isoformat(" ")
    except (ValueError, OverflowError):
        return None


def _convert_timezone(value: Any, source: str, target: str) -> str | None:
    moment = _parsed(value)
    if moment is None:
        return None
    try:
        moved = moment.replace(tzinfo=_zone(source)).astimezone(_zone(target))
    except OverflowError:
        return moment.isoformat(" ")
    return moved.replace(tzinfo=None).isoformat(" ")


def _add(value: Any, count: Any, unit: str) -> str | None:
    moment = _parsed(value)
    if moment is None or count is None:
        return None
    try:
        if unit in _MONTHS_IN:
            return _months_later(moment, int(count) * _MONTHS_IN[unit]).isoformat(" ")
        return (moment + timedelta(**{f"{unit}s": count})).isoformat(" ")
    except (ValueError, OverflowError):
        return None


def _months_later(moment: datetime, months: int) -> datetime:
    """On the same day of the month, or on its last."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(
        year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1])
    )


def _parsed(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


# Values


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _number(value: Any) -> int | float:
    """ValueError for what is none."""
    return value if isinstance(value, int | float) else float(value)


def _distance(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> float | None:
    try:
        ends = [math.radians(_number(value)) for value in (lat1, lon1, lat2, lon2)]
    except (TypeError, ValueError):
        return None
    south, west, north, east = ends
    square = (
        math.sin((north - south) / 2) ** 2
        + math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    )
    return _EARTH_DIAMETER * math.asin(math.sqrt(min(1.0, square)))


# Aggregates


class _ByKey:
    """One value of every key that is not null and has one."""

    def __init__(self) -> None:
        self._values: dict[Any, int | float] = {}

    def step(self, value: Any, key: Any) -> None:
        if value is not None and key is not None and key not in self._values:
            self._values[key] = _number(value)


class _SumByKey(_ByKey):
    def finalize(self) -> int | float | None:
        total = _sum(self._values)
        return float(total) if total is not None and abs(total) > _LARGEST else total


class _AverageByKey(_ByKey):
    def finalize(self) -> float | None:
        total = _sum(self._values)
        return None if total is None else total / len(self._values)


def _sum(values: dict[Any, int | float]) -> int | float | None:
    if not values:
        return None
    total = sum(values.values())
    if isinstance(total, int) or not math.isfinite(total):
        return total
    return math.fsum(values.values())


class _Percentile:
    def __init__(self) -> None:
        self._values: list[int | float] = []
        self._percent = 50.0

    def step(self, value: Any, percent: float) -> None:
        if value is not None:
            self._percent = percent
            self._values.append(_number(value))

    def finalize(self) -> int | float | None:
        return _percentile(self._values, self._percent)


class _PercentileByKey(_ByKey):
    _percent = 50.0

    def step(self, value: Any, percent: float, key: Any) -> None:  # type: ignore[override]
        self._percent = percent
        super().step(value, key)

    def finalize(self) -> int | float | None:
        return _percentile(list(self._values.values()), self._percent)


def _percentile(values: list[int | float], percent: float) -> int | float | None:
    """The value at the rank ⌈n·p⌉, or where n·p is whole the mean of it and the next."""
    if not values:
        return None
    values.sort()
    rank = len(values) * Fraction(repr(percent)) / 100
    low = values[max(math.ceil(rank) - 1, 0)]
    if rank.denominator != 1 or rank >= len(values):
        return low
    return (low + values[int(rank)]) / 2


class _List:
    def __init__(self) -> None:
        self._values: set[Any] = set()

    def step(self, value: Any) -> None:
        if value is not None:
            self._values.add(value if isinstance(value, int | float) else _text(value))

    def finalize(self) -> str | None:
        """Numbers before texts, as SQLite sorts them."""
        if not self._values:
            return None
        ordered = sorted(self._values, key=lambda value: (isinstance(value, str), value))
        return ", ".join(map(str, ordered))
