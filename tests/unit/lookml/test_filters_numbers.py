from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from belvedere.lookml.filters import (
    Equal,
    FilterSyntaxError,
    NumberFilter,
    NumberNull,
    Range,
    parse_number,
)
from belvedere.lookml.filters.numbers import NumberAtom

NULL = NumberNull()


def only(*include: NumberAtom) -> NumberFilter:
    return NumberFilter(include=include)


def without(*exclude: NumberAtom) -> NumberFilter:
    return NumberFilter(exclude=exclude)


def span(text: str) -> Range:
    """`[1,2)` as data; an empty end is open."""
    low, high = text[1:-1].split(",")
    return Range(low or None, high or None, text[0] == "[", text[-1] == "]")


ONE_OF = only(Equal("1"), Equal("3"), Equal("5"), Equal("7"))
HALF_TO_TEN = only(span("[5.5,10]"))
GAP = only(span("(,3)"), span("(80.44,)"))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("5", only(Equal("5"))),
        ("=5", only(Equal("5"))),
        ("NOT 5", without(Equal("5"))),
        ("<>5", without(Equal("5"))),
        ("!=5", without(Equal("5"))),
        ("!= 5", without(Equal("5"))),
        ("1, 3, 5, 7", ONE_OF),
        ("1 OR 3 or 5, 7", ONE_OF),
        ("NOT 66, 99, 4", without(Equal("66"), Equal("99"), Equal("4"))),
        ("5, NOT 6, NOT 7", NumberFilter((Equal("5"),), (Equal("6"), Equal("7")))),
        (">1 AND <100, NOT 2", NumberFilter((span("(1,100)"),), (Equal("2"),))),
        ("5.5 to 10", HALF_TO_TEN),
        (">=5.5 AND <=10", HALF_TO_TEN),
        ("<=10 and >=5.5", HALF_TO_TEN),
        ("NOT 3 to 80.44", without(span("[3,80.44]"))),
        ("<3 OR >80.44", GAP),
        (">80.44 or <3", only(span("(80.44,)"), span("(,3)"))),
        ("1 to", only(span("[1,)"))),
        (">=1", only(span("[1,)"))),
        ("to 10", only(span("(,10]"))),
        ("<=10", only(span("(,10]"))),
        (">10 AND <=20 OR 90", only(span("(10,20]"), Equal("90"))),
        (">=50 AND <=100 OR >=500 AND <=1000", only(span("[50,100]"), span("[500,1000]"))),
        ("<3 OR >80 AND <90", only(span("(,3)"), span("(80,90)"))),
        ("NULL", only(NULL)),
        ("null", only(NULL)),
        ("NOT NULL", without(NULL)),
        ("not null", without(NULL)),
        ("-NULL", without(NULL)),
        ("5, NULL", only(Equal("5"), NULL)),
        ("<0, >=0, NULL", only(span("(,0)"), span("[0,)"), NULL)),
        ("(1, 7)", only(span("(1,7)"))),
        ("[5, 90]", only(span("[5,90]"))),
        ("(12, 20]", only(span("(12,20]"))),
        ("[12, 20)", only(span("[12,20)"))),
        ("(500, inf)", only(span("(500,)"))),
        ("(500,)", only(span("(500,)"))),
        ("(-inf, 10]", only(span("(,10]"))),
        ("(,10]", only(span("(,10]"))),
        ("[-inf, INF]", only(span("(,)"))),
        ("[0,9],[20,29]", only(span("[0,9]"), span("[20,29]"))),
        ("[0,10],20", only(span("[0,10]"), Equal("20"))),
        ("-5, -.5, 5., 1e3, 2E-3", only(*map(Equal, ("-5", "-0.5", "5", "1000", "0.002")))),
        ("-5 to -1", only(span("[-5,-1]"))),
    ],
)
def test_the_documented_expressions(text: str, meaning: NumberFilter) -> None:
    assert parse_number(text) == meaning


@pytest.mark.parametrize("text", ["", "  ", ",", "any value", "Any Value"])
def test_nothing_written_is_any_value(text: str) -> None:
    assert parse_number(text).is_any


def test_the_ends_match_neither_an_open_interval_nor_its_negation() -> None:
    assert parse_number("NOT (3,12)") == without(span("[3,12]"))
    assert parse_number("NOT [3,12]") == without(span("(3,12)"))
    assert parse_number("NOT (3,12]") == without(span("[3,12)"))
    assert parse_number("NOT (500,inf)") == without(span("[500,)"))


def test_a_not_that_only_stands_first_negates_all() -> None:
    assert parse_number("NOT >1, 2, <100") == without(span("(1,)"), Equal("2"), span("(,100)"))
    assert parse_number("NOT <3 OR >80.44") == without(span("(,3)"), span("(80.44,)"))
    assert parse_number("NOT 1, NOT 2, 3") == NumberFilter((Equal("3"),), (Equal("1"), Equal("2")))
    assert parse_number(">1, NOT 2") == NumberFilter((span("(1,)"),), (Equal("2"),))


def test_a_single_not_among_plain_values_negates_all_of_them() -> None:
    assert parse_number("1, not 2") == without(Equal("1"), Equal("2"))
    assert parse_number("23, not 42, 43") == without(Equal("23"), Equal("42"), Equal("43"))
    assert parse_number("5, NULL, NOT 6") == NumberFilter((Equal("5"), NULL), (Equal("6"),))


def test_a_repeated_not_is_how_clients_write_one_exclusion() -> None:
    assert parse_number("1,not 2,not 2") == NumberFilter((Equal("1"),), (Equal("2"),))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("five", 'at "five"'),
        ("5 6", 'at "6"'),
        ("5-6", 'at "-6"'),
        ("> ", "at its end"),
        (">5 AND", "at its end"),
        ("to", "at its end"),
        ("[1", "at its end"),
        ("[1,2", "at its end"),
        ("[1;2]", 'at ";"'),
        ("(a,2)", 'at "a"'),
        ("NOT", "at its end"),
        ("NOT NOT 5", 'at "not"'),
        ("$5", 'at "$"'),
        ("5; DROP TABLE t", 'at ";"'),
        ("(-5, -)", 'at "-"'),
        ("(- 5, 7)", 'at "5"'),
        ("٣", 'at "٣"'),
    ],
)
def test_what_cannot_be_read_is_said(text: str, where: str) -> None:
    with pytest.raises(FilterSyntaxError, match=r"is not a number filter") as raised:
        parse_number(text)
    assert str(raised.value).endswith(where)


def test_and_joins_a_lower_and_an_upper_bound() -> None:
    with pytest.raises(FilterSyntaxError, match="AND joins a lower and an upper bound"):
        parse_number(">1 AND >2")


@pytest.mark.parametrize(
    "text", ["9" * 400, "1e999", "1e-999", "1e" + "9" * 5000, "0." + "1" * 400]
)
def test_numbers_that_no_database_has_are_refused(text: str) -> None:
    with pytest.raises(FilterSyntaxError, match="out of range"):
        parse_number(text)


def test_large_and_small_numbers_keep_their_value() -> None:
    assert parse_number("1e30") == only(Equal("1" + "0" * 30))
    assert [float(atom.value) for atom in parse_number("1.5e200,2e-200").include] == [  # type: ignore[union-attr]
        1.5e200,
        2e-200,
    ]


@given(st.text(alphabet="0123456789.,-<>=!()[] eENOTnulULandorinf"))
def test_a_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    assert complaint(text) != ""


def complaint(text: str) -> str | None:
    try:
        parse_number(text)
    except FilterSyntaxError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "1," * 50_000, "NOT " * 50_000, "1" * 50_000, ">1 AND " * 20_000]
)
def test_hostile_texts_are_read_in_one_pass(text: str) -> None:
    assert len(complaint(text) or "") < 200
