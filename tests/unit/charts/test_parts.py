"""The small parts that charts are made with."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, strategies as st

from belvedere.charts import ticks
from belvedere.charts.axes import moment
from belvedere.charts.colours import along, colour, contrast, mixed, readable_on
from belvedere.charts.options import Options, number
from belvedere.charts.palettes import CATEGORICAL
from belvedere.charts.statistics import quantile, summary, trend
from belvedere.charts.text import clean, fitted, width, without_tags, wrapped
from belvedere.results.value_formats import formatter


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("#FFF", "#ffffff"),
        ("#1a2B3c", "#1a2b3c"),
        ("#1a2b3cff", "#1a2b3c"),
        ("rgb(1, 2,300)", "#0102ff"),
        ("rgba(1,2,3,0.5)", "#010203"),
        (" Red ", "#ff0000"),
        ("url(http://x)", None),
        ("#ggg", None),
        ("red;stroke:url(#x)", None),
        (7, None),
        (None, None),
    ],
)
def test_colours_are_read(written: object, found: str | None) -> None:
    assert colour(written) == found


def test_colours_are_mixed_and_told_apart() -> None:
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert along(["#000000", "#ffffff", "#ff0000"], 0.5) == "#ffffff"
    assert along(["#000000", "#ffffff"], 7) == "#ffffff"
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert readable_on("#000000") == "#ffffff"


def test_colours_of_charts_stand_out_from_the_paper() -> None:
    assert all(contrast(ink, "#ffffff") >= 2 for ink in CATEGORICAL)
    assert len(set(CATEGORICAL)) == len(CATEGORICAL)
    assert all(contrast(readable_on(ink), ink) >= 3.5 for ink in CATEGORICAL)


def test_options_of_other_shapes_count_as_not_given() -> None:
    options = Options({"a": "yes", "b": "no", "c": 3, "d": [1, {"x": 1}], "e": {"f": True, "g": 1}})
    assert options.flag("a")
    assert not options.flag("b", default=True)
    assert options.flag("c", default=True)
    assert options.text("c") == "3"
    assert [part.get("x") for part in options.parts("d")] == [1]
    assert options.names("e") == ["f"]
    assert Options("nonsense").part("x").items("y") == []


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("12px", 12),
        (" 7 ", 7),
        ("x", None),
        (True, None),
        (math.inf, None),
        (10**400, None),
        ("nan", None),
    ],
)
def test_numbers_are_read(value: object, found: float | None) -> None:
    assert number(value) == found


@pytest.mark.parametrize(
    ("numbers", "value_format", "texts"),
    [
        ([3, 9], "0", ["0", "2", "4", "6", "8", "10"]),
        ([90_000], "$#,##0.00", ["$0", "$20K", "$40K", "$60K", "$80K", "$100K"]),
        ([2_400_000], "#,##0", ["0", "0.5M", "1M", "1.5M", "2M", "2.5M"]),
        ([0.42], "0.0%", ["0%", "10%", "20%", "30%", "40%", "50%"]),
        ([-5, 5], "0", ["-6", "-4", "-2", "0", "2", "4", "6"]),
        ([1500], "#,##0", ["0", "500", "1,000", "1,500"]),
        ([4_000_000], '0.0,,"M"', ["0M", "1M", "2M", "3M", "4M"]),
        ([], "0", ["0", "1"]),
        ([2], "0", ["0", "0.5", "1", "1.5", "2"]),
        ([0.0000034], "$#,##0.00", ["$0", "$1e-06", "$2e-06", "$3e-06", "$4e-06"]),
    ],
)  # fmt: skip
def test_round_numbers_along_an_axis(
    numbers: list[float], value_format: str, texts: list[str]
) -> None:
    write = formatter(value_format)
    found = ticks.linear(numbers, lambda value: write(int(value) if value.is_integer() else value))
    shown = list(found.texts)
    if not numbers:
        shown = [shown[0], shown[-1]]
    assert shown == texts


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=8),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
def test_an_axis_holds_its_numbers(
    numbers: list[float], low: float | None, high: float | None, zero: bool
) -> None:
    found = ticks.linear(numbers, lambda value: f"{value:g}", zero=zero, low=low, high=high)
    assert found.low < found.high
    assert math.isfinite(found.low)
    assert math.isfinite(found.high)
    assert len(found.values) == len(found.texts) <= 40
    if low is None and high is None:
        slack = (found.high - found.low) * 1e-6
        held = [max(-1e300, min(1e300, value)) for value in numbers]
        assert all(found.low - slack <= value <= found.high + slack for value in held)


def test_logarithms() -> None:
    found = ticks.logarithmic([0.5, 2000], lambda value: f"{value:g}")
    assert found is not None
    assert (found.low, found.high) == (0.1, 10_000)
    assert ticks.logarithmic([0, 1], str) is None


def test_summaries_and_quartiles() -> None:
    assert [summary(name, [4, 1, 7]) for name in ("mean", "median", "min", "max")] == [4, 4, 1, 7]
    assert summary("mean", []) is None
    assert summary("variance", [1]) is None
    assert quantile([1, 2, 3, 4], 0.25) == 1.75


@given(
    st.sampled_from(["linear", "polynomial", "exponential", "logarithmic", "average", "?"]),
    st.lists(st.tuples(st.integers(0, 50).map(float), st.floats(allow_nan=False)), max_size=20),
    st.integers(1, 6),
)
def test_trends_are_finite(kind: str, points: list[tuple[float, float]], order: int) -> None:
    assert all(math.isfinite(y) for _, y in trend(kind, points, order=order))


def test_trends_find_the_curve() -> None:
    points = [(float(x), 2.0 * x * x - 3 * x + 1) for x in range(8)]
    assert trend("polynomial", points, order=2) == [pytest.approx(point) for point in points]
    assert trend("logarithmic", [(0, 0), (math.e - 1, 3)]) == [
        (0, pytest.approx(0)),
        (math.e - 1, pytest.approx(3)),
    ]


@given(st.text(), st.floats(1, 60), st.floats(0, 400))
def test_texts_fit(text: str, size: float, room: float) -> None:
    shown = fitted(text, size, room)
    assert shown == "" or width(shown, size) <= room or width(text, size) <= room
    assert all(line == "" or width(line, size) <= room for line in wrapped(text, size, room, 3))


@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_texts_are_made_harmless(text: str) -> None:
    found = clean(text)
    assert len(found) <= 300
    found.encode()
    assert not re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", found)


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<b>5</b>&nbsp;&euro;", "5\xa0€"),
        ("a < b", "a < b"),
        ("<style>x{}</style>y", "y"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<!-- <b> -->c", "c"),
    ],
)
def test_html_as_a_reader_sees_it(page: str, text: str) -> None:
    assert without_tags(page) == text.strip()


def test_moments() -> None:
    assert moment("1970-01-02") == 86_400_000
    assert moment("1970-01-01 01:02:03.5") == 3_723_000
    assert moment("1970-01-01 01") == 3_600_000
    assert moment("1970-13-01") is None
    assert moment("today") is None
