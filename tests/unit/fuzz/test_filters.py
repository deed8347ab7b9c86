"""No filter text crashes on any type of field; what is taken is SQL that a database takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.unit.fuzz.expressions import LOOKML, TABLE
from tests.unit.fuzz.mutation import anything, mutated
from tests.unit.fuzz.shop import Shop, opened

from belvedere.compiler import dialects

RIGHT = (
    *("7 days", "last 3 months", "3 weeks ago for 2 days", "before 2024-02-30", "after 2023/01/01"),
    *("2024-01-01 to 2024-02-01", "this year to second", "monday", "FY2024-Q2", "2 hours from now"),
    *(
        "today, yesterday",
        "last 1 day ago for 1 day",
        "2024",
        "2024-Q3",
        "NOT NULL",
        "null",
        "-null",
    ),
    *("5", "NOT 5", ">5 AND <=9", "[0,12)", "(1, inf)", "1,2,3 OR NULL", "not 66, 99, 4", "<>7"),
    *("a", "-a%", "%b%", "a^,b", '"quoted, comma"', "-EMPTY", "NULL", "a,-b,c%", "^-x", "_", "^%"),
    *("Yes", "no", "yes,no", "any value", "T01 to 10", "0 to 9", "Below 0", "big", "Undefined"),
    *("10 miles from 40.1, -33", "inside box from 1, 2 to 3, 4", "{{ x }}", "{% if %}"),
)
PIECES = (
    *[
        "0",
        "1",
        "9",
        "999999999999",
        "1e400",
        "-5",
        "2024",
        "2024-13",
        "24:60",
        ".",
        ",",
        "-",
        "^",
        "%",
        "_",
        "'",
        '"',
        "[",
        "]",
        "(",
        ")",
        "<",
        ">",
        "<=",
        ">=",
        "<>",
        "!=",
    ],
    *[
        "ago",
        "for",
        "to",
        "before",
        "after",
        "from",
        "now",
        "last",
        "next",
        "this",
        "day",
        "days",
        "week",
        "quarter",
        "fiscal",
        "year",
    ],
    *[
        "millisecond",
        "minutes",
        "complete",
        "NOT",
        "AND",
        "OR",
        "null",
        "EMPTY",
        "inf",
        "today",
        "monday",
        "FY",
        "Q3",
        "miles",
        "box",
    ],
    *("\x00", "\n", " ", "漢", "\u202e"),
)
TEXTS = mutated(st.sampled_from(RIGHT), PIECES) | anything(PIECES)
FIELDS = (
    *("t.id", "t.word", "t.amount", "t.fits", "t.size", "t.kind", "t.place", "t.code", "t.at_raw"),
    *("t.at_time", "t.at_date", "t.at_month", "t.at_year", "t.at_day_of_week", "t.at_hour"),
    *("t.count", "t.total", "t.last", "t.given", "t.chosen"),
)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
FAR = (
    *("9" * 20_000, "," * 50_000, "-" * 50_000, "^" * 50_000, '"' * 49_999, "a%," * 3000),
    *("[" * 20_000, "last " * 10_000, "1 OR " * 10_000, "NOT " * 10_000, "99999999999 years ago"),
    *(
        "-9999999999999 days from now for 99999999999999 months",
        "\x00" * 1000,
        "0" * 5000 + "-01-01",
    ),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with opened(tmp_path_factory.mktemp("project"), LOOKML, TABLE) as found:
        yield found


@MANY
@given(field=st.sampled_from(FIELDS), text=TEXTS)
def test_any_text_on_any_field(shop: Shop, field: str, text: str) -> None:
    shop.prepare(filters={field: text})


@MANY
@given(field=st.sampled_from(FIELDS), text=TEXTS, dialect=st.sampled_from(dialects.names()))
def test_any_database(shop: Shop, field: str, text: str, dialect: str) -> None:
    shop.compiled(dialect, filters={field: text})


@pytest.mark.parametrize("text", FAR, ids=lambda text: text[:20].replace("\x00", "0"))
@pytest.mark.parametrize("field", ["t.word", "t.amount", "t.at_date", "t.size", "t.place"])
def test_far_too_much(shop: Shop, field: str, text: str) -> None:
    shop.prepare(filters={field: text})
