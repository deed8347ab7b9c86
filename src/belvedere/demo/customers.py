"""Who buys: the table `users`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from belvedere.demo.sampling import (
    Calendar,
    Floats,
    Ints,
    Seconds,
    chance,
    choose,
    popularity,
    times,
    words,
)
from belvedere.demo.vocabulary import CITIES, FEMALE_NAMES, LAST_NAMES, MALE_NAMES, TRAFFIC_SOURCES

GENDERS = ("Female", "Male")
MAIL_DOMAINS = ("example.com", "example.net", "example.org")


@dataclass(frozen=True, slots=True)
class Customers:
    """The table `users` and what later tables need of it; users count from 0 here.

    `gender` and `city` are positions in GENDERS and CITIES, `source` in TRAFFIC_SOURCES;
    `appetite` says how much of the trade is theirs.
    """

    table: pa.Table
    signed_up: Seconds
    gender: Ints
    city: Ints
    source: Ints
    appetite: Floats

    def __len__(self) -> int:
        return len(self.city)


def draw_customers(rng: np.random.Generator, count: int, calendar: Calendar) -> Customers:
    signed_up = np.sort(calendar.draw(rng, np.full(count, calendar.opening)))
    gender = rng.integers(0, 2, count)
    city = choose(rng, [city.weight for city in CITIES], count)
    source = choose(rng, [weight for _, weight in TRAFFIC_SOURCES], count)
    exposure = (calendar.closing - signed_up) / (calendar.closing - calendar.opening)
    appetite = rng.lognormal(0.0, 1.1, count) * exposure**0.6 * ~chance(rng, 0.08, count)
    table = pa.table(
        {
            "id": np.arange(1, count + 1),
            **_identity(rng, gender),
            **_place(rng, city),
            "traffic_source": words([name for name, _ in TRAFFIC_SOURCES], source),
            "created_at": times(signed_up),
        }
    )
    return Customers(table, signed_up, gender, city, source, appetite)


def _identity(rng: np.random.Generator, gender: Ints) -> dict[str, pa.Array]:
    count = len(gender)
    names = (*FEMALE_NAMES, *MALE_NAMES)
    female = rng.integers(0, len(FEMALE_NAMES), count)
    male = len(FEMALE_NAMES) + rng.integers(0, len(MALE_NAMES), count)
    first = words(names, np.where(gender == 0, female, male))
    last = words(LAST_NAMES, choose(rng, popularity(rng, len(LAST_NAMES), 0.4), count))
    age = np.clip(np.round(12 + rng.gamma(3.2, 8.8, count)), 12, 92).astype(np.int32)
    return {
        "first_name": first,
        "last_name": last,
        "email": _addresses(rng, first, last),
        "age": pa.array(age, mask=chance(rng, 0.03, count)),
        "gender": words(GENDERS, gender),
    }


def _addresses(rng: np.random.Generator, first: pa.Array, last: pa.Array) -> pa.Array:
    count = len(first)
    domain = words(MAIL_DOMAINS, choose(rng, (6, 3, 1), count)).cast(pa.string())
    number = pa.array(np.arange(1, count + 1)).cast(pa.string())
    names = (pc.utf8_lower(column.cast(pa.string())) for column in (first, last))
    local = pc.binary_join_element_wise(*names, ".")
    return pc.binary_join_element_wise(local, number, "@", domain, "")


def _place(rng: np.random.Generator, city: Ints) -> dict[str, pa.Array]:
    count = len(city)
    suffix = pc.utf8_lpad(pa.array(rng.integers(0, 100, count)).cast(pa.string()), 2, "0")
    prefix = words([city.postcode for city in CITIES], city).cast(pa.string())
    latitude = np.array([city.latitude for city in CITIES])[city]
    longitude = np.array([city.longitude for city in CITIES])[city]
    return {
        "city": words([city.name for city in CITIES], city),
        "state": words([city.state for city in CITIES], city),
        "country": words([city.country for city in CITIES], city),
        "zip": pc.binary_join_element_wise(prefix, suffix, ""),
        "latitude": np.round(latitude + rng.normal(0, 0.08, count), 4),
        "longitude": np.round(longitude + rng.normal(0, 0.08, count), 4),
    }
