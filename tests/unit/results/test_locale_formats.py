"""Number formats of people, and formats with a section for texts."""

from __future__ import annotations

import pytest

from belvedere.lookml.model import Category, Field
from belvedere.results.separators import separators_of
from belvedere.results.value_formats import field_formatter, formatter

COUNT = Field(name="count", view="v", category=Category.measure, type="count")


@pytest.mark.parametrize(
    ("number_format", "value_format", "value", "text"),
    [
        ("1,234.56", "#,##0.00", 1234.5, "1,234.50"),
        ("1.234,56", "#,##0.00", 1234567.5, "1.234.567,50"),
        ("1 234,56", "#,##0.00", 1234567.5, "1 234 567,50"),
        ("1.234,56", '#,##0.0," K, or so."', 1234567, "1.234,6 K, or so."),
        ("1.234,56", "0.00%", 0.1234, "12,34%"),
        ("1.234,56", "$#,##0.00;($#,##0.00)", -1234.5, "($1.234,50)"),
        ("1.234,56", "0.0E+00", 12345, "1,2E+04"),
        ("1.234,56", "General", 1.5, "1,5"),
        ("1.234,56", "mm:ss.00", 0.0001, "00:08,64"),
        ("1.234,56", None, 1234.5, "1.234,5"),
        ("1 234,56", None, -1234567, "-1 234 567"),
        ("1.234,56", None, -0.5, "-0,5"),
        ("something else", None, 1234.5, "1,234.5"),
    ],
)
def test_separators_are_those_of_the_reader(number_format, value_format, value, text):
    write = field_formatter(COUNT, value_format, separators_of(number_format))
    assert write(value) == text


@pytest.mark.parametrize(
    ("value_format", "value", "text"),
    [
        ('0;-0;0;"<"@">"', "x", "<x>"),
        ('0;-0;0;"<"@">"', -3, "-3"),
        ("0;-0;0;", "x", "x"),
        ("@", "x", "x"),
        ("@", 3.5, "3.5"),
        ('"Mr "@', "X", "Mr X"),
        ("0.0;@", "x", "x"),
        ("0.0;@", -2, "-2.0"),
        ("[Red]@_)\\!", "x", "x !"),
        ('0;-0;0;"none"', "x", "none"),
        ('0.0"@"', "x", "x"),
        ("0.0", "x", "x"),
    ],
)
def test_texts_have_a_section_of_their_own(value_format, value, text):
    assert formatter(value_format)(value) == text
