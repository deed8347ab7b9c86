"""The standard palettes are what is promised of them, measured."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest

from belvedere.appearance import css
from belvedere.appearance.palettes import STANDARD, StandardCollection

Vector = tuple[float, float, float]
# How people see who lack the first, the second, the third kind of cone (linear RGB).
SIGHTS = (
    ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
)  # fmt: skip
TO_CONES = ((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566), (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
TO_LAB = ((0.2104542553, 0.7936177850, -0.0040720468), (1.9779984951, -2.4285922050, 0.4505937099), (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip


def times(matrix: tuple[Vector, ...], vector: Vector) -> Vector:
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return (first, second, third)


def linear(color: str) -> Vector:
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    first, second, third = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return (first, second, third)


def seen(color: str, sight: tuple[Vector, ...]) -> Vector:
    """Where the colour lies in OKLab for somebody who sees so."""
    first, second, third = (min(1, max(0, part)) for part in times(sight, linear(color)))
    cones = times(TO_CONES, (first, second, third))
    return times(TO_LAB, tuple(max(0, cone) ** (1 / 3) for cone in cones))


def luminance(color: str) -> float:
    red, green, blue = linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_there_are_fifteen_that_differ() -> None:
    assert len({collection.id for collection in STANDARD}) == 15
    assert len({collection.categorical for collection in STANDARD}) == 15


@pytest.mark.parametrize("collection", STANDARD, ids=lambda item: item.id)
def test_colors_are_told_apart_by_everybody(collection: StandardCollection) -> None:
    colors = collection.categorical.split()
    assert len(colors) == 10
    assert all(css.is_color(color) for color in colors)
    for one, other in combinations(colors, 2):
        distances = [math.dist(seen(one, sight), seen(other, sight)) for sight in SIGHTS]
        assert distances[0] > 0.08, (one, other)
        assert min(distances) > 0.055, (one, other)


@pytest.mark.parametrize("collection", STANDARD, ids=lambda item: item.id)
def test_colors_stand_out_from_white(collection: StandardCollection) -> None:
    for color in collection.categorical.split():
        assert 1.05 / (luminance(color) + 0.05) >= 3


@pytest.mark.parametrize("collection", STANDARD, ids=lambda item: item.id)
def test_scales_run_one_way(collection: StandardCollection) -> None:
    for palette in collection.sequential:
        light = [luminance(color) for color in palette.split()]
        assert all(one > other * 1.3 for one, other in pairwise(light))
    colors = collection.diverging.split()
    light = [luminance(color) for color in colors]
    assert len(colors) == 5
    assert light[0] < light[1] < light[2] > light[3] > light[4]
    ends = [math.dist(seen(colors[0], sight), seen(colors[4], sight)) for sight in SIGHTS]
    assert min(ends) > 0.1
