"""Patterns matched while compiling match what a database says they match."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest
from hypothesis import given, strategies as st

from belvedere.compiler import dialects
from belvedere.compiler.conditions import TimeContext, condition
from belvedere.compiler.conditions.likeness import Likeness
from belvedere.lookml.model import Category, Field

_PIECES = st.sampled_from(["a", "B", "1", ".", "%", "_", "^%", "^_", "^^", "%%"])
_TEXTS = st.text(alphabet="aAbB1.%_^", max_size=8)


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@given(pieces=st.lists(_PIECES, max_size=7), text=_TEXTS, exact=st.booleans())
def test_a_database_says_the_same(
    database: duckdb.DuckDBPyConnection, pieces: list[str], text: str, exact: bool
) -> None:
    pattern, operator = "".join(pieces), "LIKE" if exact else "ILIKE"
    row = database.execute(f"SELECT ? {operator} ? ESCAPE '^'", [text, pattern]).fetchone()
    assert row == (Likeness(pattern, case_sensitive=exact).matches(text),)


def test_many_wildcards_take_no_longer() -> None:
    pattern = "%a" * 500 + "b"
    assert not Likeness(pattern, case_sensitive=True).matches("a" * 2000)


@pytest.mark.parametrize("prefix", ["", "-"])
def test_many_patterns_write_the_label_few_times(prefix: str) -> None:
    tier = Field(
        name="age", view="people", type="tier", category=Category.dimension, tiers=(10.0, 20.0)
    )
    text = ",".join(f"{prefix}%1{number}%" for number in range(2000))
    time = TimeContext(datetime(2018, 5, 18, tzinfo=UTC))
    made = condition(dialects.get("duckdb"), tier, "LABEL", text, time, case_sensitive=True)
    assert made is not None
    assert made.sql.count("LABEL") <= 3
