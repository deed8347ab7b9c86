"""Merged results, against a join written out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from belvedere.compiler.request import Sort
from belvedere.errors import QueryError
from belvedere.results import merging
from belvedere.results.merging import Arrangement, Source, merged
from belvedere.results.shaped import Shaped

from .cases import field

PLAIN = Arrangement()


def source(dimensions, measures, rows, *, pairs=(), totals=None):
    names = (*dimensions, *measures)
    fields = {name: field(name, measure=name in measures) for name in names}
    shaped = Shaped(
        dimensions=tuple(dimensions),
        measures=tuple(measures),
        pivots=(),
        fields=fields,
        rows=[dict(zip(names, row, strict=True)) for row in rows],
        totals=totals,
    )
    return Source(shaped, tuple(pairs))


def values(found: Shaped) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in found.names) for row in found.rows]


KEYS = st.sampled_from([None, 1, 2, "2", "x", ""])
TWO = st.lists(st.tuples(KEYS, st.sampled_from([None, "p", "q"]), st.integers(0, 3)), max_size=6)


@settings(deadline=None, max_examples=200)
@given(first=TWO, second=TWO, third=TWO)
def test_a_left_join_of_each_onto_the_first(first, second, third):
    found = merged(
        [
            source(["a.k", "a.l"], ["a.n"], first),
            source(["b.k", "b.l"], ["b.n"], second, pairs=[("a.k", "b.k"), ("a.l", "b.l")]),
            source(["c.k", "c.l"], ["c.n"], third, pairs=[("a.k", "c.k")]),
        ],
        PLAIN,
    ).shaped
    assert found.dimensions == ("a.k", "a.l", "c.l")
    assert found.measures == ("a.n", "b.n", "c.n")
    expected = []
    for key, other, number in first:
        bs = [
            b[2]
            for b in second
            if None not in (key, other) and (str(b[0]), b[1]) == (str(key), other)
        ]
        cs = [c[1:] for c in third if None not in (key, c[0]) and str(c[0]) == str(key)]
        expected += [
            (key, other, text, number, one, two)
            for one in bs or [None]
            for text, two in cs or [(None, None)]
        ]
    assert values(found) == expected


def test_numbers_meet_whatever_their_type():
    found = merged(
        [
            source(["a.k"], [], [(1.0,), (Decimal("2.50"),), ("3",)]),
            source(["b.k"], ["b.n"], [(1, 10), (2.5, 20), (3, 30)], pairs=[("a.k", "b.k")]),
        ],
        PLAIN,
    ).shaped
    assert [row["b.n"] for row in found.rows] == [10, 20, 30]


def test_names_that_are_taken_get_the_number_of_their_source():
    rows = [("x", "y", 1)]
    same = [source(["a.k", "a.l"], ["a.n"], rows)] + [
        source(["a.k", "a.l"], ["a.n"], rows, pairs=[("a.k", "a.k")]) for _ in range(2)
    ]
    found = merged(same, PLAIN)
    assert found.shaped.names == (
        *("a.k", "a.l", "q1_a.l", "q2_a.l"),
        *("a.n", "q1_a.n", "q2_a.n"),
    )
    assert found.names[2] == {"a.k": "a.k", "a.l": "q2_a.l", "a.n": "q2_a.n"}


def test_totals_are_those_of_the_sources():
    sources = [
        source(["a.k"], ["a.n"], [("x", 1)], totals={"a.n": 100}),
        source(["b.k"], ["b.n"], [("x", 2)] * 3, pairs=[("a.k", "b.k")], totals={"b.n": 7}),
    ]
    assert merged(sources, PLAIN).shaped.totals == {"a.n": 100, "b.n": 7}


def test_sorted_limited_nulls_last():
    rows = [("x", 2), ("y", None), ("z", 3), ("w", 2)]
    one = source(["a.k"], ["a.n"], rows)
    found = merged([one], Arrangement(sorts=(Sort("a.n", True), Sort("a.k")), limit=3)).shaped
    assert values(found) == [("z", 3), ("w", 2), ("x", 2)]
    assert found.truncated
    assert values(merged([one], Arrangement(sorts=(Sort("a.n"),))).shaped)[-1] == ("y", None)


def test_pivoted():
    rows = [("x", "p", 1), ("x", "q", 2), ("y", "q", 3), ("y", None, 4), ("y", "q", 5)]
    one = source(["a.k", "a.p"], ["a.n"], rows)
    found = merged([one], Arrangement(pivots=("a.p",), column_limit=2)).shaped
    assert [column.key for column in found.columns] == ["p", "q"]
    assert found.columns_truncated
    assert found.rows == [
        {"a.k": "x", "a.n": {"p": 1, "q": 2}},
        {"a.k": "y", "a.n": {"p": None, "q": 3}},
        {"a.k": "y", "a.n": {"p": None, "q": 5}},
    ]
    sorts = (Sort("a.p", True), Sort("a.n", True, 0))
    turned = merged([one], Arrangement(pivots=("a.p",), sorts=sorts)).shaped
    assert [column.key for column in turned.columns] == ["q", "p", "null"]
    assert [row["a.n"]["q"] for row in turned.rows] == [5, 3, 2]


def test_what_cannot_be_merged(monkeypatch):
    one = source(["a.k"], ["a.n"], [("x", 1)] * 10)
    with pytest.raises(QueryError, match=r"a\.n must be a dimension"):
        merged([one], Arrangement(pivots=("a.n",)))
    with pytest.raises(QueryError, match="at least one measure"):
        merged([source(["a.k"], [], [("x",)])], Arrangement(pivots=("a.k",)))
    monkeypatch.setattr(merging, "MOST_ROWS", 50)
    with pytest.raises(QueryError, match="more than 50 rows"):
        merged([one, source(["b.k"], ["b.n"], [("x", 1)] * 10, pairs=[("a.k", "b.k")])], PLAIN)
