"""Numbers about numbers: what reference lines stand at, trends, quartiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean, median, pstdev

Point = tuple[float, float]
_HIGHEST_ORDER = 6
_LARGEST = 1e150


def summary(name: str, numbers: Sequence[float]) -> float | None:
    """mean, median, min, max or deviation of the numbers; None where there is none."""
    known: dict[str, Callable[[Sequence[float]], float]] = {
        "mean": fmean,
        "average": fmean,
        "median": median,
        "min": min,
        "max": max,
        "deviation": pstdev,
    }
    held = [value for value in numbers if abs(value) < _LARGEST]
    return float(known[name](held)) if held and name in known else None


def quantile(ordered: Sequence[float], share: float) -> float:
    """Between the values, where the share falls between them."""
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def trend(kind: str, points: Sequence[Point], *, order: int = 3, period: int = 7) -> list[Point]:
    """The points of the trend at the same places; none where there is no such trend."""
    held = [(x, y) for x, y in points if abs(x) < _LARGEST and abs(y) < _LARGEST]
    if len(held) < 2:
        return []
    try:
        found = _TRENDS.get(kind, _linear)(held, order, period)
    except (OverflowError, ZeroDivisionError, ValueError):
        return []
    return [(x, y) for x, y in found if math.isfinite(y)]


def _fitted(pairs: Sequence[Point], order: int) -> Callable[[float], float]:
    """Least squares by a polynomial; places are mapped to -1 … 1, which keeps digits."""
    places = [x for x, _ in pairs]
    middle = (max(places) + min(places)) / 2
    half = (max(places) - min(places)) / 2 or 1.0
    terms = min(order, len(set(places)) - 1) + 1
    table = [[((x - middle) / half) ** n for n in range(terms)] for x, _ in pairs]
    matrix = [
        [sum(row[i] * row[j] for row in table) for j in range(terms)]
        + [sum(row[i] * y for row, (_, y) in zip(table, pairs, strict=True))]
        for i in range(terms)
    ]
    factors = _solved(matrix)
    return lambda x: sum(f * ((x - middle) / half) ** n for n, f in enumerate(factors))


def _solved(matrix: list[list[float]]) -> list[float]:
    """Gauss' elimination with the largest pivot first."""
    size = len(matrix)
    for column in range(size):
        best = max(range(column, size), key=lambda row: abs(matrix[row][column]))
        matrix[column], matrix[best] = matrix[best], matrix[column]
        for row in range(column + 1, size):
            factor = matrix[row][column] / matrix[column][column]
            for place in range(column, size + 1):
                matrix[row][place] -= factor * matrix[column][place]
    found = [0.0] * size
    for row in reversed(range(size)):
        known = sum(matrix[row][n] * found[n] for n in range(row + 1, size))
        found[row] = (matrix[row][size] - known) / matrix[row][row]
    return found


def _linear(points: Sequence[Point], _order: int, _period: int) -> list[Point]:
    line = _fitted(points, 1)
    return [(x, line(x)) for x, _ in points]


def _polynomial(points: Sequence[Point], order: int, _period: int) -> list[Point]:
    curve = _fitted(points, max(1, min(_HIGHEST_ORDER, order)))
    return [(x, curve(x)) for x, _ in points]


def _exponential(points: Sequence[Point], _order: int, _period: int) -> list[Point]:
    positive = [(x, math.log(y)) for x, y in points if y > 0]
    if len(positive) < 2:
        return []
    line = _fitted(positive, 1)
    return [(x, math.exp(line(x))) for x, _ in points]


def _logarithmic(points: Sequence[Point], _order: int, _period: int) -> list[Point]:
    first = min(x for x, _ in points)
    moved = [(math.log(x - first + 1), y) for x, y in points]
    line = _fitted(moved, 1)
    return [(x, line(math.log(x - first + 1))) for x, _ in points]


def _average(points: Sequence[Point], _order: int, period: int) -> list[Point]:
    """The mean of the last so many points."""
    length = max(2, period)
    return [
        (x, fmean(y for _, y in points[max(0, n - length + 1) : n + 1]))
        for n, (x, _) in enumerate(points)
    ]


_TRENDS: dict[str, Callable[[Sequence[Point], int, int], list[Point]]] = {
    "linear": _linear,
    "polynomial": _polynomial,
    "exponential": _exponential,
    "logarithmic": _logarithmic,
    "average": _average,
    "moving_average": _average,
}
