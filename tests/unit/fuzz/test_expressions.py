"""No expression crashes, hangs or grows without end; what is taken is right SQL, a plain value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st
from tests.unit.fuzz.expressions import EXPRESSIONS, LOOKML, TABLE
from tests.unit.fuzz.shop import Shop, opened

from belvedere.compiler import dialects

MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
FAR = (
    "1" + " + 1" * 5000,
    "(" * 6000 + "1" + ")" * 6000,
    "NOT " * 4900 + "yes",
    "-" * 19_999 + "1",
    "abs(" * 4900 + "1" + ")" * 4900,
    " OR ".join(["${t.amount} > 1"] * 900),
    "concat(" + ", ".join(['"aaaaaaaaaa"'] * 1500) + ")",
    "9" * 19_000,
    "1e999 > 0",
    "${t.amount} = 1e999",
    "power(99999999, 99999999) > 0",
    "#" * 20_000,
    '"' + "\\" * 19_999,
    "case(" + "when(yes, " * 1900,
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with opened(tmp_path_factory.mktemp("project"), LOOKML, TABLE) as found:
        yield found


@MANY
@given(text=EXPRESSIONS)
def test_custom_filters(shop: Shop, text: str) -> None:
    shop.prepare(filter_expression=text)


@MANY
@given(text=EXPRESSIONS, kind=st.sampled_from(["dimension", "measure"]))
def test_custom_fields(shop: Shop, text: str, kind: str) -> None:
    item = {"category": kind, kind: "made", "expression": text, "label": "Made"}
    if kind == "measure":
        item |= {"based_on": "t.amount", "type": "sum", "filter_expression": text}
    shop.prepare(dynamic_fields=(item,), fields=("t.word", "made"), total=True)


@MANY
@given(text=EXPRESSIONS, dialect=st.sampled_from(dialects.names()))
def test_every_database(shop: Shop, text: str, dialect: str) -> None:
    shop.compiled(dialect, filter_expression=text)


@pytest.mark.parametrize("text", FAR, ids=lambda text: text[:20])
def test_far_too_much(shop: Shop, text: str) -> None:
    shop.prepare(filter_expression=text)
    item = {"category": "dimension", "dimension": "made", "expression": text}
    shop.prepare(dynamic_fields=(item,), fields=("made",))
    shop.calculated([text])


# Table calculations


def is_plain(value: Any) -> bool:
    """Whether every format can write the value, and no program chokes on it."""
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, list):
        return len(value) <= 1_000_000 and all(
            not isinstance(item, list) and is_plain(item) for item in value
        )
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return (
        value is None or isinstance(value, date) or (isinstance(value, str) and len(value) < 10**5)
    )


@MANY
@given(
    texts=st.lists(EXPRESSIONS, min_size=1, max_size=3),
    pivots=st.sampled_from([(), ("t.fits",), ("t.at_date",)]),
)
@example(texts=["1e999"], pivots=())
@example(texts=["9" * 5000], pivots=())
@example(texts=["list(1, 2)", "lookup(${c0}, ${c0}, 1)", "list(${c0}, ${c0})"], pivots=())
@example(texts=["running_product(${t.total} + 1e300)", "product(9999999999 * row())"], pivots=())
def test_table_calculations(shop: Shop, texts: list[str], pivots: tuple[str, ...]) -> None:
    found = shop.calculated(texts, pivots)
    for row in found.rows if found is not None else ():
        for number in range(len(texts)):
            assert is_plain(row.get(f"c{number}")), (texts[number], row)


@pytest.mark.parametrize(
    "doubling",
    ["concat({}, {})", "list({}, {})", "{} + {}", "{} * {}", "offset_list({}, 0, 1000)"],
)
def test_what_doubles_at_each_step_ends(shop: Shop, doubling: str) -> None:
    texts = ['"aaaaaaaaaa"' if "concat" in doubling else "10"]
    texts += [doubling.format(f"${{c{n}}}", f"${{c{n}}}") for n in range(60)]
    found = shop.calculated(texts)
    assert found is not None
    assert all(is_plain(value) for row in found.rows for value in row.values())
