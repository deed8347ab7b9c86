"""Whatever a result holds and whatever a vis_config says: there is a picture, and nothing of
either is run or loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from belvedere.charts.drawing import TYPES, drawing
from belvedere.charts.painter import Painter

from .made import Made, Result, pivoted, table

OPTIONS = """
    hidden_fields series_labels series_colors series_types series_value_format show_view_names
    limit_displayed_rows limit_displayed_rows_values stacking y_axes y_axis_combined y_axis_labels
    y_axis_min y_axis_max y_axis_scale_mode y_axis_reversed x_axis_reversed x_axis_scale
    x_axis_label x_axis_label_rotation y_axis_gridlines x_axis_gridlines show_x_axis_ticks
    show_value_labels label_density font_size label_value_format legend_position hide_legend
    point_style interpolation show_null_points discontinuous_nulls hidden_series reference_lines
    trend_lines color_application colors ordering show_totals_labels totals_color size_by_field
    column_spacing_ratio column_group_spacing_ratio inner_radius start_angle end_angle label_type
    value_labels charts_across up_color percentType orientation smoothedBars barColors groupBars
    map map_value_colors quantize_map_value_colors map_latitude map_longitude table_theme
    show_row_numbers transpose size_to_fit hide_totals enable_conditional_formatting
    conditional_formatting conditional_formatting_include_nulls series_cell_visualizations
    series_text_format series_column_widths column_order header_font_size rows_font_size
    value_format single_value_title show_comparison comparison_type comparison_label custom_color
    rotation y_axis_value_format
""".split()  # noqa: SIM905
FIELDS = ["a.x", "a.y", "m.one", "m.two", "open - m.one", "open"]
KEYS = [
    *FIELDS, "id", "axisId", "series", "type", "value", "fields", "label", "orientation",
    "minValue", "maxValue", "valueFormat", "unpinAxis", "reference_type", "line_value",
    "range_start", "range_end", "margin_value", "regression_type", "series_index", "order",
    "period", "color", "background_color", "custom", "palette_id", "collection_id", "stops",
    "colors", "options", "steps", "stepped", "constraints", "min", "mid", "max", "is_active",
    "num_rows", "first_last", "show_hide", "format_string", "show_label", "label_position",
]  # fmt: skip
WORDS = [
    *FIELDS, "line", "range", "margins", "mean", "min", "max", "linear", "polynomial",
    "exponential", "normal", "percent", "right", "left", "log", "along a scale...",
    "greater than", "between", "looker_line", "scatter", "area", "#ff0000", "0.00", "$#,##0;-0",
    "change", "progress_percentage", "ordinal", "time", "labVal", "labels", "circle_outline",
    "step", "first", "last", "show", "hide", "number", "percentile", "continuous", "yes",
    "'); alert(1); ('", "</svg><script>", "\ud800", "\x00\x07", "∅" * 400,
]  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 500),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=5),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=10,
)
shapes = st.lists(st.dictionaries(st.sampled_from(KEYS), values, max_size=6), max_size=3)
configs = st.builds(
    lambda kind, options, lists: {"type": kind} | options | lists,
    st.sampled_from(sorted(TYPES)),
    st.dictionaries(st.sampled_from(OPTIONS), values, max_size=12),
    st.dictionaries(
        st.sampled_from(["y_axes", "reference_lines", "trend_lines", "conditional_formatting"]),
        shapes,
        max_size=2,
    ),
)
numbers = st.one_of(
    st.none(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    st.integers(0, 9),
    st.booleans(),
    st.just("text"),
)
KINDS = [
    "string",
    "number",
    "date_date",
    "date_month",
    "date_week",
    "date_time",
    "date_year",
    "location",
]
places = st.one_of(
    st.none(),
    st.text(max_size=4),
    st.integers(0, 3000),
    st.sampled_from(
        [
            "2024-01",
            "2024-02-29",
            "2023-12-31 10:11:12",
            "2024",
            "9999-12-31",
            "52.5,13.4",
            "California",
            "\ud800",
            "a\x00b",
        ]
    ),
)


@st.composite
def results(draw: st.DrawFn) -> Result:
    kinds = st.sampled_from(KINDS)
    layer = draw(st.sampled_from([None, "us_states", "countries", "own"]))
    x = Made("a.x", draw(st.text(max_size=9)), draw(kinds), layer=layer)
    y = Made("a.y", "Y", draw(kinds), html=draw(st.sampled_from([None, "<b>{value}</b>"])))
    write = draw(st.sampled_from([None, "0.0", "$#,##0.00", "0%", "h:mm", '0.0,"K"']))
    ones = [Made("m.one", "One", "sum", write), Made("m.two", "Two", "count")][
        : draw(st.integers(0, 2))
    ]
    if draw(st.booleans()):
        cells = st.dictionaries(places, st.tuples(*[numbers] * len(ones)).map(list), max_size=4)
        rows = draw(st.dictionaries(places, cells, max_size=5))
        return pivoted(x, y, ones, rows)
    dimensions = [x, y][: draw(st.integers(0, 2))]
    row = st.tuples(*[places] * len(dimensions), *[numbers] * len(ones)).map(list)
    return table(dimensions, ones, *draw(st.lists(row, max_size=8)))


sizes = st.tuples(st.integers(40, 900), st.integers(40, 700))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(results(), configs, sizes)
def test_there_is_a_drawing(result: Result, config: dict[str, Any], size: tuple[int, int]) -> None:
    found = drawing(result.shaped(), result.presenter(), config, size)
    assert (found.width, found.height) == size
    if found.specification is not None:
        text = json.dumps(found.specification, allow_nan=False)
        text.encode()
        assert not re.search(r'"(url|signal|href|params|transform)":', text)
    else:
        assert found.svg is not None
        found.svg.encode()


@pytest.fixture(scope="module")
def painter() -> Iterator[Painter]:
    made = Painter(1, 60)
    yield made
    made.close()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(result=results(), config=configs, size=sizes)
def test_there_is_a_picture(
    painter: Painter, result: Result, config: dict[str, Any], size: tuple[int, int]
) -> None:
    found = drawing(result.shaped(), result.presenter(), config, size)
    picture = painter.paint(found, "png")
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")) == size


HOSTILE = '"+(()=>{throw 1})()+"\'); </text><script>alert(1)</script> {{7*7}} \\u0000 http://evil.example/x.png'


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_hostile_texts_stay_texts(painter: Painter, kind: str) -> None:
    status = Made('evil.field"]);alert(1)//', HOSTILE)
    count = Made(
        "datum.x['y']", HOSTILE, "count", html=f"<img src='http://evil.example/'>{HOSTILE}"
    )
    result = table([status], [count], [HOSTILE, 3], ["plain", 4])
    config = {
        "type": kind,
        "x_axis_label": HOSTILE,
        "single_value_title": HOSTILE,
        "value_labels": "labels",
        "show_value_labels": True,
        "series_labels": {count.name: HOSTILE},
        "series_colors": {count.name: "url(http://evil.example/)"},
        "custom_color": 'red" onload="alert(1)',
        "reference_lines": [{"line_value": 3, "label": HOSTILE, "color": "url(#x)"}],
        "interpolation": {"expr": "alert(1)"},
        "font_size": {"signal": "alert(1)"},
        "y_axes": [{"label": {"signal": "alert(1)"}, "series": [{"id": count.name}]}],
    }
    found = drawing(result.shaped(), result.presenter(), config, (500, 300))
    svg = painter.paint(found, "svg").decode()
    assert "<script" not in svg
    assert "onload=" not in svg.replace("onload=&quot;", "")
    assert not re.search(r"<image|<foreignObject|<use|(href|src)=\"", svg)
    assert "url(http" not in svg.replace("http://evil.example/x.png", "")
    if found.specification is not None:
        text = json.dumps(found.specification)
        assert '"signal"' not in text
        for written in re.findall(r'"(?:expr|labelExpr)": ("(?:[^"\\]|\\.)*")', text):
            outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", json.loads(written))
            assert "alert" not in outside
            assert "evil" not in outside
