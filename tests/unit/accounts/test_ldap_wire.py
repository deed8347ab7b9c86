"""The form in which questions go to directories: values stay values, and nothing is misread."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, strategies as st

from belvedere.accounts.federation.ldap import ber, filters
from belvedere.accounts.federation.ldap.ber import BerError
from belvedere.accounts.federation.ldap.filters import FilterError


@given(st.binary(max_size=70_000), st.integers(0, 255))
def test_elements_come_back(content: bytes, tag: int) -> None:
    whole = ber.encoded(tag, content)
    assert ber.length_of(whole) == len(whole)
    assert ber.element(whole) == ber.Element(tag, content)
    assert [part.content for part in ber.element(ber.sequence(whole, whole)).children()] == [
        content,
        content,
    ]


@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers_come_back(number: int) -> None:
    assert ber.element(ber.integer(number)).number == number


@given(st.binary(max_size=200))
def test_anything_is_read_or_refused(data: bytes) -> None:
    try:
        size = ber.length_of(data)
        if size == len(data):
            ber.element(data).children()
    except BerError:
        pass


@given(st.text(max_size=50))
def test_a_value_stays_a_value(value: str) -> None:
    """Whatever somebody types as a name, one comparison with exactly that is asked."""
    try:
        raw = value.encode()
    except UnicodeEncodeError:
        return
    name, compared = ber.element(filters.equal("uid", value)).children()
    assert (name.content, compared.content) == (b"uid", raw)


_ESCAPES = {"*": r"\2a", "(": r"\28", ")": r"\29", "\\": r"\5c", "\0": r"\00"}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_the_text_of_a_filter_means_the_same(value: str) -> None:
    escaped = "".join(_ESCAPES.get(letter, letter) for letter in value)
    assert filters.parse(f"(cn={escaped})") == filters.equal("cn", value)


def test_filters_as_they_are_sent() -> None:
    both = filters.parse("(&(objectClass=person)(|(uid=a*b*c)(mail=*))(!(age>=7)))")
    kind, either, negated = ber.element(both).children()
    assert kind.tag == 0xA3
    pieces, present = either.children()
    assert (either.tag, pieces.tag, present.tag) == (0xA1, 0xA4, 0x87)
    parts = pieces.children()[1].children()
    assert [(part.tag, part.content) for part in parts] == [
        (0x80, b"a"),
        (0x81, b"b"),
        (0x82, b"c"),
    ]
    assert (negated.tag, negated.children()[0].tag) == (0xA2, 0xA5)
    nested = ber.element(filters.parse("memberOf:1.2.840.113556.1.4.1941:=cn=a,dc=b"))
    assert [(part.tag, part.content) for part in nested.children()] == [
        (0x81, b"1.2.840.113556.1.4.1941"),
        (0x82, b"memberOf"),
        (0x83, b"cn=a,dc=b"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        "()",
        "(uid)",
        "(uid=a",
        "uid=a)",
        "(uid=a)(uid=b)",
        "(&)",
        "(&(uid=a)",
        "(!(uid=a)(uid=b))",
        r"(uid=\2)",
        r"(uid=\zz)",
        "(u id=a)",
        "(uid;=a)",
        "(=a)",
        "(uid>=a*)",
        "(:=a)",
        "(" * 100 + "uid=a" + ")" * 100,
        "(!" * 100 + "(uid=a)" + ")" * 100,
        "(uid=" + "a" * 20_000 + ")",
    ],
)
def test_what_is_no_filter(text: str) -> None:
    with pytest.raises(FilterError):
        filters.parse(text)


@given(st.text(alphabet="()&|!=*~<>:\\ab2 ", max_size=40))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    with contextlib.suppress(FilterError):
        ber.element(filters.parse(text))
