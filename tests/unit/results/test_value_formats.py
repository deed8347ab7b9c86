from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given, settings, strategies as st

from belvedere.lookml.metadata import NAMED_VALUE_FORMATS
from belvedere.lookml.model import Category, Field
from belvedere.results.value_formats import field_formatter, formatter, grouped, plain


@pytest.mark.parametrize(
    ("value_format", "value", "text"),
    [
        ("#,##0.00", 1234, "1,234.00"),
        ("#,##0", 999, "999"),
        ("#,##0", 0, "0"),
        ("0", 1234567.4, "1234567"),
        ("#", 0, ""),
        ("0.##", 1.5, "1.5"),
        ("0.##", 1, "1."),
        ("0.?", 1, "1. "),
        (".00", 12.5, "12.50"),
        ("00#", 7, "007"),
        ("000,000", 1234, "001,234"),
        ('0.000,, "M"', 1_234_000, "1.234 M"),
        ('0.000, "K"', 1234, "1.234 K"),
        ("#,##0,", 1_234_567, "1,235"),
        ("0.00%", 0.01, "1.00%"),
        ("0\\%", 1, "1%"),
        ('#,##0"%"', 12.4, "12%"),
        ('"€"0', 5, "€5"),
        ("[$€-407]#,##0", 1234, "€1,234"),
        ("$#.00;($#.00)", 1.5, "$1.50"),
        ("$#.00;($#.00)", -1.5, "($1.50)"),
        ('0;-0;"none"', 0, "none"),
        ('0";"0', 12, "1;2"),
        ("$#,##0.00", -1, "-$1.00"),
        ("[Red]0", 3, "3"),
        ("(000) 000-0000", 5551234567, "(555) 123-4567"),
        ("000-00-0000", 123, "000-00-0123"),
        ("0.0E+00", 12345, "1.2E+04"),
        ("0.0E+00", 9.99, "1.0E+01"),
        ("0E-0", 0.0012, "1E-3"),
        ("General", 1.50, "1.5"),
        ("0.0_)", 3, "3.0 "),
        ("$* 0", 3, "$3"),
        ('"only"', 3, "only"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_their_format(value_format, value, text):
    assert formatter(value_format)(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1_250_000, "1.3M"), (1250, "1.3K"), (12, "12"), (-12, "-12")],
)
def test_conditions_choose_the_section(value, text):
    assert formatter('[>=1000000]0.0,,"M";[>=1000]0.0,"K";0')(value) == text


def test_a_section_for_negatives_only_tells_the_sign_itself():
    write = formatter('[<=-1000]-0.0,"K";[<0](0);0')
    assert [write(n) for n in (-1500, -5, 5)] == ["-1.5K", "(5)", "5"]


@pytest.mark.parametrize(
    ("value_format", "value", "text"),
    [
        ("[m]:ss", 0.0625, "90:00"),
        ("[h]:mm:ss", 1.5, "36:00:00"),
        ("[hh]:mm", 1 / 24, "01:00"),
        ("[s]", 1 / 1440, "60"),
        ("hh:mm:ss", 0.5123, "12:17:43"),
        ("mm:ss.00", 0.0001, "00:08.64"),
        ("h:mm AM/PM", 0.75, "6:00 PM"),
        ('h" h "m" m"', 0.0625, "1 h 30 m"),
        ("[h]:mm", -0.5, "-12:00"),
        ("yyyy-mm-dd", 44197, "2021-01-01"),
        ("d mmm yy", 44197, "1 Jan 21"),
        ("dddd, mmmm", 44197, "Friday, January"),
        ("yyyy", 10**9, "####"),
    ],
)
def test_days_are_written_as_clocks(value_format, value, text):
    assert formatter(value_format)(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.005, "1.01"), (2.675, "2.68"), (-1.005, "-1.01"), (Decimal("0.125"), "0.13"), (-0.004, "0.00")],
)  # fmt: skip
def test_rounding_is_half_away_from_zero_on_the_digits_shown(value, text):
    assert formatter("0.00")(value) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("decimal_0", "1,235"),
        ("decimal_4", "1,234.5679"),
        ("usd", "$1,234.57"),
        ("usd_0", "$1,235"),
        ("eur", "€1,234.57"),
        ("gbp_0", "£1,235"),
        ("id", "1235"),
        ("percent_1", "123,456.8%"),
    ],
)
def test_named_formats(name, text):
    assert formatter(NAMED_VALUE_FORMATS[name])(1234.56789) == text


def test_what_is_no_number_stays_as_it_is():
    write = formatter("0.00")
    assert [write(v) for v in ("x", None, True)] == ["x", "", "true"]


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**15), max_value=10**15))  # fmt: skip
def test_grouped_decimals_read_back_as_the_rounded_number(number):
    text = formatter("#,##0.00")(number)
    assert Decimal(text.replace(",", "")) == number.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert all(len(part) == 3 for part in text.lstrip("-").split(".")[0].split(",")[1:])


@settings(deadline=None)
@given(st.text(alphabet='0#?.,%;"[]<>=\\_*$ hmsE+-dyAMPx', max_size=20), st.floats())
@example("s.000", 1e300)
@example("[h]:mm:ss.00", 1e300)
def test_no_format_breaks_on_any_number(value_format, number):
    assert isinstance(formatter(value_format)(number), str)


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_without_a_format_every_digit_stays(number):
    assert float(grouped(number).replace(",", "")) == number


def test_counts_are_grouped_keys_and_years_are_not():
    count = Field(name="count", view="v", category=Category.measure, type="count")
    key = Field(name="id", view="v", category=Category.dimension, type="number", primary_key=True)
    year = Field(
        name="year", view="v", category=Category.dimension, type="date_year", timeframe="year"
    )
    shown = [field_formatter(field, None)(1062) for field in (count, key, year)]
    assert shown == ["1,062", "1062", "1062"]
    assert field_formatter(key, "0.0")(1062) == "1062.0"


def test_plain_values():
    assert [plain(v) for v in (3.0, Decimal("1.50"), False, math.inf)] == ["3", "1.5", "false", "inf"]  # fmt: skip
