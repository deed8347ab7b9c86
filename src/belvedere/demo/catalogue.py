"""What the shop sells: distribution centers and products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from belvedere.demo.sampling import Floats, Ints, choose, hexadecimal, popularity, words
from belvedere.demo.vocabulary import (
    ADJECTIVES,
    BRANDS,
    CATEGORIES,
    COLOURS,
    DISTRIBUTION_CENTERS,
)

DEPARTMENTS = ("Women", "Men")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The table `products` and what later tables need of it; products count from 0 here."""

    table: pa.Table
    cost: Floats
    retail_price: Floats
    department: Ints
    demand: Floats

    def __len__(self) -> int:
        return len(self.cost)


def distribution_centers() -> pa.Table:
    names, latitudes, longitudes = zip(*DISTRIBUTION_CENTERS, strict=True)
    return pa.table(
        {
            "id": np.arange(1, len(names) + 1),
            "name": list(names),
            "latitude": list(latitudes),
            "longitude": list(longitudes),
        }
    )


def draw_catalogue(rng: np.random.Generator, count: int) -> Catalogue:
    category = choose(rng, [category.weight for category in CATEGORIES], count)
    brand = choose(rng, popularity(rng, len(BRANDS), 0.8), count)
    typical = np.array([category.price for category in CATEGORIES])[category]
    standing = rng.lognormal(0.0, 0.25, len(BRANDS))[brand]
    price = np.maximum(np.floor(typical * standing * rng.lognormal(0.0, 0.35, count)), 2) + 0.99
    cost = np.round(price * rng.uniform(0.36, 0.62, count), 2)
    department = np.array([DEPARTMENTS.index(category.department) for category in CATEGORIES])
    table = pa.table(
        {
            "id": np.arange(1, count + 1),
            "name": _names(rng, brand, category),
            "brand": words(BRANDS, brand),
            "category": words([category.name for category in CATEGORIES], category),
            "department": words(DEPARTMENTS, department[category]),
            "sku": hexadecimal(rng, count, 16),
            "cost": cost,
            "retail_price": price,
            "distribution_center_id": 1 + rng.integers(0, len(DISTRIBUTION_CENTERS), count),
        }
    )
    demand = popularity(rng, count, 0.6) * popularity(rng, len(BRANDS), 0.5)[brand]
    return Catalogue(table, cost, price, department[category], demand)


def _names(rng: np.random.Generator, brand: Ints, category: Ints) -> list[str]:
    adjective = rng.integers(0, len(ADJECTIVES), len(brand)).tolist()
    colour = rng.integers(0, len(COLOURS), len(brand)).tolist()
    noun = rng.integers(0, 12, len(brand)).tolist()
    names = []
    for b, c, a, k, n in zip(
        brand.tolist(), category.tolist(), adjective, colour, noun, strict=True
    ):
        nouns = CATEGORIES[c].nouns
        names.append(f"{BRANDS[b]} {ADJECTIVES[a]} {nouns[n % len(nouns)]} {COLOURS[k]}")
    return names
