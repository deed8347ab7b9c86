"""Drawing many values at once: weighted choices, days with seasons, columns of repeated text."""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Seconds = npt.NDArray[np.int64]
"""Instants as seconds since 1970, without a time zone."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400
YEARS = 4
_MONTHS = (0.82, 0.85, 0.95, 0.96, 1.0, 0.98, 0.94, 1.0, 1.02, 1.06, 1.28, 1.42)
_WEEKDAYS = (1.02, 0.97, 0.98, 1.0, 1.06, 1.02, 0.95)
_HOURS = (6, 4, 3, 2, 2, 3, 6, 10, 15, 19, 22, 24, 27, 25, 23, 22, 22, 23, 26, 30, 32, 29, 21, 12)


def choose(rng: np.random.Generator, weights: npt.ArrayLike, count: int) -> Ints:
    """Draw `count` positions in `weights`, each as often as its weight says."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
    position: Ints = np.minimum(drawn, len(edges) - 1).astype(np.int64)
    return position


def chance(rng: np.random.Generator, probability: float, count: int) -> Bools:
    return rng.random(count) < probability


@dataclass(frozen=True, slots=True)
class Calendar:
    """The shop's life: `starts` is its first day, `edges` the growing share of trade by day."""

    starts: date
    edges: Floats

    @classmethod
    def until(cls, today: date) -> Calendar:
        """Four years of trade that ends with `today`: it grows, has seasons and busy weekdays."""
        days = 365 * YEARS + 1
        starts = today - timedelta(days=days - 1)
        dates = [starts + timedelta(days=day) for day in range(days)]
        season = np.array([_MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] for day in dates])
        growth = np.linspace(0.4, 1.6, days)
        return cls(starts, np.concatenate(([0.0], np.cumsum(season * growth))))

    @property
    def opening(self) -> int:
        """Midnight that begins the first day, in seconds since 1970."""
        return (self.starts - date(1970, 1, 1)).days * DAY

    @property
    def closing(self) -> int:
        """Midnight that ends the last day, in seconds since 1970."""
        return self.opening + (len(self.edges) - 1) * DAY

    def draw(self, rng: np.random.Generator, not_before: Seconds) -> Seconds:
        """Draw one instant for each of `not_before`, at or after it."""
        first_day = (not_before - self.opening) // DAY
        low = self.edges[first_day]
        position = low + rng.random(len(not_before)) * (self.edges[-1] - low)
        day = np.searchsorted(self.edges, position, side="right").astype(np.int64) - 1
        day = np.clip(day, first_day, len(self.edges) - 2)
        moment = self.opening + day * DAY + time_of_day(rng, len(day))
        later = not_before + rng.integers(5 * MINUTE, 2 * HOUR, len(day))
        return np.minimum(np.where(moment < not_before, later, moment), self.closing - 1)


def time_of_day(rng: np.random.Generator, count: int) -> Seconds:
    """Draw seconds since midnight, with a quiet night and a busy evening."""
    return choose(rng, _HOURS, count) * HOUR + rng.integers(0, HOUR, count)


def popularity(rng: np.random.Generator, count: int, exponent: float) -> Floats:
    """Weights of a few favourites and a long tail, in random order."""
    ranks = np.arange(1, count + 1, dtype=np.float64)
    return rng.permutation(ranks**-exponent)


def words(values: Sequence[str], positions: Ints, missing: Bools | None = None) -> pa.Array:
    """Encode `values[position]` for each position, null where `missing`, as a dictionary column."""
    indices = pa.array(positions.astype(np.int32), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string()))


def times(seconds: Seconds, missing: Bools | None = None) -> pa.Array:
    return pa.array(seconds * 1_000_000, mask=missing).cast(pa.timestamp("us"))


def hexadecimal(rng: np.random.Generator, count: int, digits: int) -> pa.Array:
    """Draw `count` random texts of `digits` hexadecimal digits (an even number of them)."""
    text = binascii.hexlify(rng.bytes(count * digits // 2))
    offsets = np.arange(0, (count + 1) * digits, digits, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text))
