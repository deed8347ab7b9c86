"""Functions over columns of numbers; nulls are left out before they are called."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from belvedere.results.calculations.distributions import DISTRIBUTIONS

Numbers = Sequence[float]


def _variance(values: Numbers, fewer: int) -> float | None:
    if len(values) <= fewer:
        return None
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - fewer)


def _deviation(values: Numbers, fewer: int) -> float | None:
    found = _variance(values, fewer)
    return None if found is None else math.sqrt(found)


def _moment(values: Numbers, power: int) -> float | None:
    """The mean of the powers of the standard scores, by the sample's deviation."""
    deviation = _deviation(values, 1)
    if not deviation:
        return None
    mean = math.fsum(values) / len(values)
    return math.fsum(((value - mean) / deviation) ** power for value in values)


def _skew(values: Numbers) -> float | None:
    n, moment = len(values), _moment(values, 3)
    return None if moment is None or n < 3 else moment * n / ((n - 1) * (n - 2))


def _kurtosis(values: Numbers) -> float | None:
    n, moment = len(values), _moment(values, 4)
    if moment is None or n < 4:
        return None
    scale = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3))
    return moment * scale - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))


def _geomean(values: Numbers) -> float | None:
    if not values or min(values) <= 0:
        return None
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def _mode(values: Numbers) -> float | None:
    """The most frequent value, the first of them; null where none repeats."""
    if not values:
        return None
    found = statistics.mode(values)
    return found if list(values).count(found) > 1 else None


def _sum(values: Numbers) -> float:
    whole = all(isinstance(value, int) for value in values)
    return sum(values) if whole else math.fsum(values)


REDUCING: dict[str, Callable[[Numbers], float | None]] = {
    "sum": _sum,
    "mean": lambda values: math.fsum(values) / len(values) if values else None,
    "average": lambda values: math.fsum(values) / len(values) if values else None,
    "median": lambda values: statistics.median(values) if values else None,
    "mode": _mode,
    "product": lambda values: math.prod(values) if values else None,
    "geomean": _geomean,
    "kurtosis": _kurtosis,
    "skew": _skew,
    "stddev_pop": lambda values: _deviation(values, 0),
    "stddev_samp": lambda values: _deviation(values, 1),
    "var_pop": lambda values: _variance(values, 0),
    "var_samp": lambda values: _variance(values, 1),
}


# A column and a number


def large(values: Numbers, k: float) -> float | None:
    position = math.floor(k)
    return sorted(values, reverse=True)[position - 1] if 1 <= position <= len(values) else None


def small(values: Numbers, k: float) -> float | None:
    position = math.floor(k)
    return sorted(values)[position - 1] if 1 <= position <= len(values) else None


def percentile(values: Numbers, share: float) -> float | None:
    """Interpolated between the two nearest; a share outside of 0 to 1 gives null."""
    if not values or not 0 <= share <= 1:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def percent_rank(values: Numbers, value: float) -> float | None:
    """The share of the other values that are smaller; between two values, in proportion."""
    ordered = sorted(values)
    if len(ordered) < 2 or not ordered[0] <= value <= ordered[-1]:
        return None
    below = sum(item < value for item in ordered)
    if ordered[below] == value:
        return below / (len(ordered) - 1)
    low, high = ordered[below - 1], ordered[below]
    return (below - 1 + (value - low) / (high - low)) / (len(ordered) - 1)


# Two columns; only rows that have both count


def _covariance(xs: Numbers, ys: Numbers, fewer: int) -> float | None:
    n = len(xs)
    if n <= fewer:
        return None
    x, y = math.fsum(xs) / n, math.fsum(ys) / n
    return math.fsum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / (n - fewer)


def _correl(xs: Numbers, ys: Numbers) -> float | None:
    together = _covariance(xs, ys, 0)
    spread = (_deviation(xs, 0) or 0) * (_deviation(ys, 0) or 0)
    return together / spread if together is not None and spread else None


def _slope(ys: Numbers, xs: Numbers) -> float | None:
    together, spread = _covariance(xs, ys, 0), _variance(xs, 0)
    return together / spread if together is not None and spread else None


def _intercept(ys: Numbers, xs: Numbers) -> float | None:
    slope = _slope(ys, xs)
    if slope is None:
        return None
    return math.fsum(ys) / len(ys) - slope * math.fsum(xs) / len(xs)


def _chisq_test(actual: Numbers, expected: Numbers) -> float | None:
    if len(actual) < 2 or any(value == 0 for value in expected):
        return None
    found = math.fsum((a - e) ** 2 / e for a, e in zip(actual, expected, strict=True))
    below = DISTRIBUTIONS["chisq_dist"](found, len(actual) - 1, True)
    return None if below is None else 1 - below


PAIRED: dict[str, Callable[[Numbers, Numbers], float | None]] = {
    "correl": _correl,
    "covar_pop": lambda xs, ys: _covariance(xs, ys, 0),
    "covar_samp": lambda xs, ys: _covariance(xs, ys, 1),
    "slope": _slope,
    "intercept": _intercept,
    "chisq_test": _chisq_test,
}


def t_test(one: Sequence[Any], other: Sequence[Any], tails: float, kind: float) -> float | None:
    """The probability of a difference as large; kind 1 paired, 2 equal, 3 unequal variances."""
    if tails not in (1, 2) or kind not in (1, 2, 3):
        return None
    if kind == 1:
        pairs = zip(one, other, strict=True)
        found = _paired([a - b for a, b in pairs if a is not None and b is not None])
    else:
        xs, ys = ([v for v in column if v is not None] for column in (one, other))
        found = _unpaired(xs, ys, equal=kind == 2)
    if found is None:
        return None
    t, degrees = found
    below = DISTRIBUTIONS["t_dist"](abs(t), degrees, True)
    return None if below is None else (1 - below) * tails


def _paired(differences: Numbers) -> tuple[float, float] | None:
    deviation = _deviation(differences, 1)
    if not deviation:
        return None
    n = len(differences)
    return math.fsum(differences) / n / (deviation / math.sqrt(n)), n - 1


def _unpaired(xs: Numbers, ys: Numbers, *, equal: bool) -> tuple[float, float] | None:
    a, b = _variance(xs, 1), _variance(ys, 1)
    if a is None or b is None or not a + b:
        return None
    n, m = len(xs), len(ys)
    apart = math.fsum(xs) / n - math.fsum(ys) / m
    if equal:
        pooled = ((n - 1) * a + (m - 1) * b) / (n + m - 2)
        return apart / math.sqrt(pooled * (1 / n + 1 / m)), n + m - 2
    spread = a / n + b / m
    degrees = spread**2 / ((a / n) ** 2 / (n - 1) + (b / m) ** 2 / (m - 1))
    return apart / math.sqrt(spread), degrees


def z_test(values: Numbers, value: float, deviation: float) -> float | None:
    """The probability of a sample with a larger mean, if `value` is the true one."""
    if not values or deviation <= 0:
        return None
    score = (math.fsum(values) / len(values) - value) / (deviation / math.sqrt(len(values)))
    return 1 - statistics.NormalDist().cdf(score)
