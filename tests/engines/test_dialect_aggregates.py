"""Aggregates on real databases: exact, each distinct key once, usable inside expressions."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from tests.engines.conftest import Database

KEYS = {
    "integer": [str(key) for key in range(40)],
    "text": [f"'key {key}'" for key in range(40)],
    "uuid": [f"CAST('00000000-0000-0000-0000-{key:012}' AS UUID)" for key in range(40)],
    "text that joins": [f"'a,{key}''b'" for key in range(40)],
}


def rows(values: list[Any]) -> list[tuple[int, int | None, Any]]:
    """Group, key, value: every key several times and always with its one value."""
    dice = random.Random(5)
    found: list[tuple[int, int | None, Any]] = []
    for key in range(40):
        found += [(key % 4, key, values[key])] * dice.randrange(1, 5)
    found += [(0, None, values[0]), (1, None, values[1]), (9, 7, None), (8, None, values[2])]
    dice.shuffle(found)
    return found


def table(
    database: Database, data: list[tuple[int, int | None, Any]], keys: list[str], kind: str
) -> str:
    lines = [
        f"SELECT {group} AS g, {'NULL' if key is None else keys[key]} AS k, "
        f"{database.cast('NULL' if value is None else str(value), kind)} AS v"
        for group, key, value in data
    ]
    return f"({' UNION ALL '.join(lines)}) AS t"


def once_each(data: list[tuple[int, int | None, Any]]) -> dict[int, list[Any]]:
    pairs = {(group, key, value) for group, key, value in data}
    groups: dict[int, list[Any]] = {group: [] for group, _, _ in data}
    for group, key, value in pairs:
        if key is not None and value is not None:
            groups[group].append(value)
    return groups


NUMBERS = {
    "BIGINT": [key * 10**14 + 7 * (key % 3) for key in range(40)],
    "INTEGER": [2_000_000_000 - key % 3 for key in range(40)],
    "DECIMAL(18, 8)": [Decimal(key % 5) + Decimal("0.00000001") for key in range(40)],
    "DOUBLE PRECISION": [(key % 7) * 0.5 for key in range(40)],
}


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("keys", KEYS)
def test_sums_count_each_key_once_and_lose_nothing(
    typed_database: Database, kind: str, keys: str
) -> None:
    database, data = typed_database, rows(NUMBERS[kind])
    source = table(database, data, KEYS[keys], kind)
    found = database.run(
        f"SELECT g, {database.dialect.sum_by_key('v', 'k')} FROM {source} GROUP BY g ORDER BY g"
    )
    groups = once_each(data)
    assert found == [(g, sum(groups[g]) if groups[g] else None) for g in sorted(groups)]
    if not kind.startswith("DOUBLE"):
        assert all(isinstance(total, int | Decimal) for _, total in found if total is not None)


def test_sums_of_integers_are_integers(database: Database) -> None:
    source = "(SELECT 1 AS k, 9007199254740993 AS v) AS t"
    total = database.run(f"SELECT {database.dialect.sum_by_key('v', 'k')} FROM {source}")[0][0]
    assert isinstance(total, int | Decimal)
    assert total == 9_007_199_254_740_993


@pytest.mark.parametrize("kind", NUMBERS)
def test_averages_count_each_key_once(database: Database, kind: str) -> None:
    data = rows(NUMBERS[kind])
    found = database.run(
        f"SELECT g, {database.dialect.average_by_key('v', 'k')} "
        f"FROM {table(database, data, KEYS['text'], kind)} GROUP BY g ORDER BY g"
    )
    for group, average in found:
        values = once_each(data)[group]
        if values:
            wanted = sum(map(Fraction, values)) / len(values)
            assert float(average) == pytest.approx(float(wanted), rel=1e-12)
        else:
            assert average is None


def test_by_key_aggregates_stand_inside_larger_expressions(database: Database) -> None:
    dialect = database.dialect
    total = dialect.sum_by_key("CASE WHEN (t.v > 1) THEN t.v END", "t.k + 0")
    average = dialect.average_by_key("t.v", "t.k")
    source = database.values("(1, 1, 3.0), (1, 1, 3.0), (1, 2, 5.0), (2, 3, 1.0)", "g, k, v")
    order = average if dialect.supports_hidden_order else "2"
    sql = (
        f"SELECT t.g, COALESCE({total}, 0) / NULLIF(COUNT(DISTINCT t.k), 0) - {average} AS x "
        f"FROM {source} "
        f"GROUP BY 1 HAVING {total} IS NULL OR {total} > 7 ORDER BY {order} DESC, 1"
    )
    assert [(g, float(x)) for g, x in database.run(sql)] == [(1, 0.0), (2, -1.0)]


def test_columns_may_have_any_name(database: Database) -> None:
    names = ["pair_", "key", "value", "rows", "kept", "x"]
    columns = ", ".join(database.dialect.quote(name) for name in names)
    source = database.values("(1, 1, 1, 1, 1, 1), (2, 2, 2, 2, 2, 2)", columns)
    for name in names:
        column = database.dialect.quote(name)
        total = database.dialect.sum_by_key(column, column)
        assert database.run(f"SELECT {total} FROM {source} HAVING {total} > 0") == [(3,)]


def test_a_constant_counts_once_for_each_key(database: Database) -> None:
    source = database.values("(1), (1), (2)", "k")
    sql = f"SELECT {database.dialect.sum_by_key('1', 't.k')} FROM {source}"
    assert database.run(sql) == [(2,)]


def test_nothing_to_aggregate_is_null(database: Database) -> None:
    dialect = database.dialect
    aggregates = [
        dialect.sum_by_key("v", "k"),
        dialect.average_by_key("v", "k"),
        dialect.percentile("v", 50),
        dialect.percentile_by_key("v", 50, "k"),
        dialect.list_distinct("v"),
    ]
    empty = "(SELECT 1 AS k, 2 AS v) AS t WHERE k > 1"
    nulls = f"(SELECT 1 AS k, {database.cast('NULL', 'INTEGER')} AS v) AS t"
    for source in (empty, nulls):
        sql = f"SELECT {', '.join(str(one) for one in aggregates)} FROM {source}"
        assert database.run(sql) == [(None,) * 5]


def documented_percentile(values: list[int], percent: int) -> Fraction:
    ordered = sorted(values)
    rank = Fraction(len(ordered) * percent, 100)
    if rank.denominator != 1:
        return Fraction(ordered[ceil(rank) - 1])
    return Fraction(ordered[int(rank) - 1] + ordered[int(rank)], 2)


@pytest.mark.parametrize("percent", [1, 5, 7, 10, 25, 29, 50, 57, 58, 75, 90, 93, 99])
def test_percentiles_follow_the_documented_definition(database: Database, percent: int) -> None:
    dice = random.Random(percent)
    sizes = [*range(1, 30), 50, 100, 200]
    groups = {size: [dice.randrange(1000) for _ in range(size)] for size in sizes}
    lines = [
        f"({size}, {key}, {value})"
        for size, values in groups.items()
        for key, value in enumerate(values)
        for _ in range(1 + key % 2)
    ]
    source = database.values(", ".join(lines), "g, k, v")
    once = database.dialect.percentile("CASE WHEN first THEN v END", percent)
    by_key = database.dialect.percentile_by_key("v", percent, "k")
    numbered = (
        f"(SELECT g, k, v, ROW_NUMBER() OVER (PARTITION BY g, k ORDER BY v) = 1 AS first "
        f"FROM {source}) AS t"
    )
    found = database.run(f"SELECT g, {once}, {by_key} FROM {numbered} GROUP BY g")
    assert {g: (Fraction(plain), Fraction(keyed)) for g, plain, keyed in found} == {
        size: (documented_percentile(values, percent),) * 2 for size, values in groups.items()
    }


def test_percentiles_of_decimals_and_doubles(database: Database) -> None:
    dialect = database.dialect
    source = database.values("(1, 1.25), (2, 3.5), (2, 3.5), (3, 10)", "k, v")
    for kind in ("DECIMAL(10, 2)", "DOUBLE PRECISION"):
        sql = (
            f"SELECT {dialect.percentile('v', 50)}, {dialect.percentile_by_key('v', 50, 'k')} "
            f"FROM (SELECT k, {database.cast('v', kind)} AS v FROM {source}) AS t"
        )
        assert [float(value) for value in database.run(sql)[0]] == [3.5, 3.5]


def test_counting_distinct_values(database: Database) -> None:
    dialect = database.dialect
    sql = (
        f"SELECT {dialect.count_distinct('v')}, {dialect.count_distinct('v', approximate=True)} "
        f"FROM {database.values('(1), (1), (2), (NULL)', 'v')}"
    )
    assert database.run(sql) == [(2, 2)]


def test_lists_are_distinct_sorted_and_without_nulls(database: Database) -> None:
    listed: defaultdict[str, str] = defaultdict(str)
    for name, values in (
        ("text", "('b'), ('a'), ('b'), (NULL), ('')"),
        ("number", "(10), (9), (9)"),
    ):
        sql = f"SELECT {database.dialect.list_distinct('v')} FROM {database.values(values, 'v')}"
        listed[name] = database.run(sql)[0][0]
    assert listed == {"text": ", a, b", "number": "9, 10"}
