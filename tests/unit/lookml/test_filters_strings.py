from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from belvedere.lookml.filters import (
    Keyword,
    Literal,
    Pattern,
    StringFilter,
    parse_string,
    quote,
    unescape,
)
from belvedere.lookml.filters.strings import Atom

NULL, EMPTY = Keyword.null, Keyword.empty


def only(*include: Atom) -> StringFilter:
    return StringFilter(include=include)


def without(*exclude: Atom) -> StringFilter:
    return StringFilter(exclude=exclude)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("FOO", only(Literal("FOO"))),
        ("FOO,BAR", only(Literal("FOO"), Literal("BAR"))),
        ("%FOO%", only(Pattern("%FOO%"))),
        ("FOO%", only(Pattern("FOO%"))),
        ("%FOO", only(Pattern("%FOO"))),
        ("%", only(Pattern("%"))),
        ("F%OD", only(Pattern("F%OD"))),
        ("_UF", only(Pattern("_UF"))),
        ("EMPTY", only(EMPTY)),
        ("empty", only(EMPTY)),
        ("-EMPTY", without(EMPTY)),
        ("NULL", only(NULL)),
        ("null", only(NULL)),
        ("-NULL", without(NULL)),
        ("-FOO", without(Literal("FOO"))),
        ("-FOO,-BAR", without(Literal("FOO"), Literal("BAR"))),
        ("-%FOO%", without(Pattern("%FOO%"))),
        ("-FOO%", without(Pattern("FOO%"))),
        ("-%FOO", without(Pattern("%FOO"))),
        ("FOO%,BAR", only(Pattern("FOO%"), Literal("BAR"))),
        ("FOO%,-FOOD", StringFilter((Pattern("FOO%"),), (Literal("FOOD"),))),
        ("%, NULL", only(Pattern("%"), NULL)),
    ],
)
def test_the_documented_expressions(text: str, meaning: StringFilter) -> None:
    assert parse_string(text) == meaning


@pytest.mark.parametrize("text", ["", " ", ",", " , ,, "])
def test_nothing_written_is_any_value(text: str) -> None:
    assert parse_string(text).is_any


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("^%", "%"),
        ("^_", "_"),
        ('^"', '"'),
        ("^^", "^"),
        ("^-FOO", "-FOO"),
        ("FOO-BAR", "FOO-BAR"),
        ("Santa Cruz^, CA", "Santa Cruz, CA"),
        ("Santa Cruz\\, CA", "Santa Cruz, CA"),
        ('"Santa Cruz, CA"', "Santa Cruz, CA"),
        ('"NULL"', "NULL"),
        ('"EMPTY"', "EMPTY"),
        ('""', ""),
        ("^ FOO", " FOO"),
        ("FOO^ ^ ", "FOO "),
        ("FOO^ ", "FOO"),
        ("FOO^", "FOO^"),
        ("  FOO BAR  ", "FOO BAR"),
        ("FOO^^ ", "FOO^"),
        ("O^'Brien", "O'Brien"),
        ("O'Brien", "O'Brien"),
        ('"50% ^off_"', "50% ^off_"),
        (r'"say \"hi\" \\o/"', r'say "hi" \o/'),
        (r"\"", '"'),
        (r"a\\b", r"a\b"),
        (r"\/", "/"),
        (r"\b\f\n\r\t", "\b\f\n\r\t"),
        (r"\u00e9\ud83c\udf89", "é🎉"),
        (r"\%\-\_\^", "%-_^"),
        (r"C:\dir", r"C:\dir"),
        (r"C:\Users", r"C:\Users"),
        ("a^b", "a^b"),
        ("Null", "Null"),
        ("Empty", "Empty"),
        ("NOT NULL", "NOT NULL"),
        ("-", "-"),
        ('5" pipe', '5" pipe'),
        ('"a"b', '"a"b'),
        ("漢字", "漢字"),
    ],
)
def test_escapes_and_quotes(text: str, value: str) -> None:
    assert parse_string(text) == only(Literal(value))


def test_a_quoted_term_may_be_negated_and_stand_in_a_list() -> None:
    assert parse_string('-"a, b" , "-c", d') == StringFilter(
        (Literal("-c"), Literal("d")), (Literal("a, b"),)
    )


def test_a_quote_that_nothing_closes_is_text() -> None:
    assert parse_string('"a, b') == only(Literal('"a'), Literal("b"))


def test_escapes_survive_in_patterns() -> None:
    assert parse_string(r"%10^%%") == only(Pattern("%10^%%"))
    assert parse_string(r"a\_^^%") == only(Pattern("a^_^^%"))
    assert parse_string("%^,%") == only(Pattern("%,%"))


@given(st.text())
def test_a_quoted_value_means_exactly_itself(value: str) -> None:
    assert parse_string(quote(value)) == only(Literal(value))


@given(st.lists(st.text(), min_size=1))
def test_quoted_values_can_be_listed(values: list[str]) -> None:
    assert parse_string(",".join(map(quote, values))) == only(*map(Literal, values))


@given(st.text(alphabet='ab,-%_^\\" \tuNULEMPTY0019{}'))
def test_every_text_has_a_meaning(text: str) -> None:
    def says_nothing(term: str) -> bool:
        return not term.strip() or (term.strip() == "^" and term[-1].isspace())

    assert parse_string(text).is_any == all(map(says_nothing, text.split(",")))


@pytest.mark.parametrize(
    "text",
    ['"' * 50_000, "^" * 50_001, "\\" * 50_001, '"a' * 50_000, ",-" * 50_000, '"\\",' * 50_000],
)
def test_hostile_texts_are_read_in_one_pass(text: str) -> None:
    parsed = parse_string(text)
    assert sum(map(len, (parsed.include, parsed.exclude))) <= len(text)


def test_a_long_list_keeps_every_value() -> None:
    values = [f"value {n}" for n in range(20_000)]
    assert parse_string(",".join(values)) == only(*map(Literal, values))


@pytest.mark.parametrize(
    ("value", "expression"),
    [
        ("Complete", "Complete"),
        ("two words", "two words"),
        ("-x", '"-x"'),
        ("null", '"null"'),
        ("Empty", '"Empty"'),
        ("a,b", '"a,b"'),
        ("it's", '"it\'s"'),
        ('say "x"', r'"say \"x\""'),
        ("a\\b", r'"a\\b"'),
        (" x", '" x"'),
        ("", '""'),
    ],
)
def test_a_value_is_quoted_only_where_it_must_be(value: str, expression: str) -> None:
    assert quote(value) == expression


def test_values_of_parameters_lose_their_carets() -> None:
    assert unescape('^-50^% of ^"a^_b^"^, ^^ it^\'s') == '-50% of "a_b", ^ it\'s'
    assert unescape("a^b") == "a^b"
