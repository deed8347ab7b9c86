"""What charts are made of, by type and option: the structure of their specifications."""

from __future__ import annotations

import json
from typing import Any

import pytest

from belvedere.charts.drawing import TYPES, drawing

from .made import Made, Result, pivoted, table

MONTH = Made("orders.created_month", "Created Month", "date_month")
DAY = Made("orders.created_date", "Created Date", "date_date")
WEEK = Made("orders.created_week", "Created Week", "date_week")
TIME = Made("orders.created_time", "Created Time", "date_time")
STATUS = Made("orders.status", "Status")
STATE = Made("users.state", "State", layer="us_states")
COUNT = Made("orders.count", "Orders", "count")
REVENUE = Made("orders.revenue", "Revenue", "sum", "$#,##0.00")
RATE = Made("orders.rate", "Rate", "average", "0.0%")
AGE = Made("users.age", "Age", "number")

STATUSES = table(
    [STATUS], [COUNT, REVENUE], ["open", 3, 10.5], ["done", 9, 99000.0], ["lost", None, 1.0]
)
BY_MONTH = pivoted(
    MONTH,
    STATUS,
    [COUNT],
    {"2024-02": {"open": [2], "done": [6]}, "2023-12": {"open": [1], "done": [3]}},
)


def spec_of(result: Result, **config: Any) -> dict[str, Any]:
    found = drawing(result.shaped(), result.presenter(), config, (600, 400))
    assert found.specification is not None, found.svg
    return found.specification


def svg_of(result: Result, **config: Any) -> str:
    found = drawing(result.shaped(), result.presenter(), config, (600, 400))
    assert found.svg is not None
    return found.svg


def layers(spec: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The layers of a mark's type, of every axis."""
    every = [inner for item in spec["layer"] for inner in item.get("layer", [item])]
    return [item for item in every if item["mark"]["type"] == kind]


def rows(layer: dict[str, Any]) -> list[dict[str, Any]]:
    return layer["data"]["values"]


def axis_texts(encoding: dict[str, Any]) -> list[Any]:
    """The labels of an axis, read out of its expression."""
    text = encoding["axis"]["labelExpr"]
    return json.loads(text[: text.index("][indexof(") + 1])


def test_every_type_of_the_documentation_is_known() -> None:
    wanted = {"looker_grid", "table", "single_value", "looker_single_record", "looker_column"}
    wanted |= {"looker_bar", "looker_scatter", "looker_line", "looker_area", "looker_pie"}
    wanted |= {"looker_donut_multiples", "looker_funnel", "looker_timeline", "looker_map"}
    wanted |= {"looker_google_map", "looker_geo_coordinates", "looker_geo_choropleth"}
    wanted |= {"looker_waterfall", "looker_wordcloud", "looker_boxplot"}
    assert wanted <= TYPES


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_every_type_draws_a_plain_result(kind: str) -> None:
    found = drawing(STATUSES.shaped(), STATUSES.presenter(), {"type": kind}, (600, 400))
    assert (found.specification is None) != (found.svg is None)
    assert (found.width, found.height) == (600, 400)


def test_columns_stand_side_by_side_from_zero() -> None:
    [bars] = layers(spec_of(STATUSES, type="looker_column"), "bar")
    assert [(row["p"], row["s"], row["a"], row["b"]) for row in rows(bars)] == [
        (0, 0, 0, 3),
        (1, 0, 0, 9),
        (0, 1, 0, 10.5),
        (1, 1, 0, 99000),
        (2, 1, 0, 1),
    ]
    encoding = bars["encoding"]
    assert encoding["xOffset"]["scale"]["domain"] == [0, 1]
    assert axis_texts(encoding["x"]) == ["open", "done", "lost"]
    assert encoding["y"]["scale"]["domain"] == [0, 100_000]
    assert encoding["color"]["legend"]["orient"] == "bottom"


def test_bars_lie() -> None:
    [bars] = layers(spec_of(STATUSES, type="looker_bar"), "bar")
    assert axis_texts(bars["encoding"]["y"]) == ["open", "done", "lost"]
    assert bars["encoding"]["x"]["scale"]["domain"] == [0, 100_000]
    assert "yOffset" in bars["encoding"]


def test_stacks_grow_upwards_and_downwards() -> None:
    result = table([STATUS], [COUNT, REVENUE], ["a", 4, 6.0], ["b", -4, 6.0], ["c", -1, -2.0])
    [bars] = layers(spec_of(result, type="looker_column", stacking="normal"), "bar")
    reach = {(row["p"], row["s"]): (row["a"], row["b"]) for row in rows(bars)}
    assert reach[0, 1] == (4, 10)
    assert reach[1, 0], reach[1, 1] == ((0, -4), (0, 6))
    assert reach[2, 1] == (-1, -3)
    assert "xOffset" not in bars["encoding"]


def test_percentages_of_the_stack() -> None:
    [areas] = layers(spec_of(BY_MONTH, type="looker_area", stacking="percent"), "area")
    assert {(r["p"], r["s"]): (r["a"], r["b"]) for r in rows(areas)} == {
        (0, 0): (0, 0.25),
        (0, 1): (0.25, 1),
        (2, 0): (0, 0.25),
        (2, 1): (0.25, 1),
    }
    assert axis_texts(areas["encoding"]["y"])[-1] == "100%"


def test_months_stand_in_order_with_their_gaps() -> None:
    [line] = layers(spec_of(BY_MONTH, type="looker_line"), "line")
    assert sorted({row["p"] for row in rows(line)}) == [0, 2]
    assert axis_texts(line["encoding"]["x"]) == [["Dec", "2023"], ["Jan", "2024"], "Feb"]
    listed = spec_of(BY_MONTH, type="looker_line", x_axis_scale="ordinal")
    assert axis_texts(layers(listed, "line")[0]["encoding"]["x"]) == ["2024-02", "2023-12"]


def test_weeks_keep_their_day() -> None:
    result = table([WEEK], [COUNT], ["2024-01-07", 1], ["2024-01-28", 2])
    [bars] = layers(spec_of(result, type="looker_column"), "bar")
    assert axis_texts(bars["encoding"]["x"]) == [["Jan 7", "2024"], "Jan 14", "Jan 21", "Jan 28"]


def test_times_run_along_a_scale() -> None:
    result = table([TIME], [COUNT], ["2024-01-01 10:00:00", 1], ["2024-01-01 12:30:00", 2])
    [line] = layers(spec_of(result, type="looker_line"), "line")
    assert line["encoding"]["x"]["type"] == "temporal"
    assert rows(line)[1]["p"] - rows(line)[0]["p"] == 2.5 * 3600 * 1000


def test_a_number_is_a_scale_for_lines_and_points_but_not_for_columns() -> None:
    result = table([AGE], [COUNT], [40, 1], [20, 2])
    for kind, mark in (("looker_scatter", "point"), ("looker_line", "line")):
        [found] = layers(spec_of(result, type=kind), mark)
        assert found["encoding"]["x"]["type"] == "quantitative"
        assert [row["p"] for row in rows(found)] == [20, 40]
    [bars] = layers(spec_of(result, type="looker_column"), "bar")
    assert axis_texts(bars["encoding"]["x"]) == ["40", "20"]


def test_nulls_break_lines_unless_they_are_passed_over() -> None:
    result = table([STATUS], [COUNT], ["a", 1], ["b", None], ["c", 3], ["d", 4])
    spec = spec_of(result, type="looker_line")
    assert [row["g"] for row in rows(layers(spec, "line")[0])] == [0, 1, 1]
    assert [row["p"] for row in rows(layers(spec, "point")[0])] == [0]  # nothing leads to it
    whole = spec_of(result, type="looker_line", show_null_points=False)
    assert [row["g"] for row in rows(layers(whole, "line")[0])] == [0, 0, 0]
    assert not layers(whole, "point")


def test_curves_and_points() -> None:
    spec = spec_of(BY_MONTH, type="looker_line", interpolation="step-after", point_style="circle")
    assert layers(spec, "line")[0]["mark"]["interpolate"] == "step-after"
    assert len(rows(layers(spec, "point")[0])) == 4
    outlined = spec_of(BY_MONTH, type="looker_line", point_style="circle_outline")
    assert layers(outlined, "point")[0]["mark"]["fill"] == "#ffffff"
    odd = spec_of(BY_MONTH, type="looker_line", interpolation="x'); alert(1)")
    assert layers(odd, "line")[0]["mark"]["interpolate"] == "linear"


def test_two_axes() -> None:
    result = table([STATUS], [REVENUE, RATE], ["a", 90_000.0, 0.25], ["b", 20_000.0, 0.5])
    axes = [
        {"orientation": "left", "label": "Money", "series": [{"id": "orders.revenue"}]},
        {"orientation": "right", "series": [{"axisId": "orders.rate"}], "maxValue": 1},
    ]
    spec = spec_of(result, type="looker_column", y_axes=axes, series_types={"orders.rate": "line"})
    assert spec["resolve"] == {"scale": {"y": "independent"}}
    money, rate = (layers(spec, kind)[0]["encoding"]["y"] for kind in ("bar", "line"))
    assert (money["axis"]["orient"], money["axis"]["title"]) == ("left", "Money")
    assert axis_texts(money) == ["$0", "$20K", "$40K", "$60K", "$80K", "$100K"]
    assert (rate["axis"]["orient"], rate["axis"]["title"]) == ("right", "Rate")
    assert rate["scale"]["domain"] == [0, 1]
    assert axis_texts(rate) == ["0%", "20%", "40%", "60%", "80%", "100%"]


def test_bounds_scales_and_labels_of_axes() -> None:
    axis = {
        "series": [{"id": "orders.count"}],
        "minValue": "2",
        "maxValue": 8,
        "valueFormat": '0" x"',
    }
    result = table([STATUS], [COUNT], ["a", 3], ["b", 7])
    [bars] = layers(spec_of(result, type="looker_column", y_axes=[axis]), "bar")
    assert bars["encoding"]["y"]["scale"]["domain"] == [2, 8]
    assert axis_texts(bars["encoding"]["y"])[0] == "2 x"
    log = table([STATUS], [COUNT], ["a", 3], ["b", 70_000])
    [bars] = layers(spec_of(log, type="looker_column", y_axis_scale_mode="log"), "bar")
    assert bars["encoding"]["y"]["scale"]["type"] == "log"
    assert bars["encoding"]["y"]["scale"]["domain"] == [1, 100_000]
    hidden = spec_of(result, type="looker_column", show_x_axis_label=False, show_y_axis_ticks=False)
    encoding = layers(hidden, "bar")[0]["encoding"]
    assert encoding["x"]["axis"]["title"] is None
    assert encoding["y"]["axis"]["labels"] is False


def test_colours_labels_and_hidden_series() -> None:
    colours = {"done - orders.count": "#123456", "open": "rgb(255, 0, 0)"}
    spec = spec_of(BY_MONTH, type="looker_column", series_colors=colours)
    assert layers(spec, "bar")[0]["encoding"]["color"]["scale"]["range"] == ["#ff0000", "#123456"]
    named = spec_of(BY_MONTH, type="looker_column", series_labels={"open - orders.count": "Offen"})
    assert "Offen" in layers(named, "bar")[0]["encoding"]["color"]["legend"]["labelExpr"]
    hidden = spec_of(BY_MONTH, type="looker_column", hidden_series=["open - orders.count"])
    assert {row["b"] for row in rows(layers(hidden, "bar")[0])} == {3, 6}
    fields = spec_of(STATUSES, type="looker_column", hidden_fields=["orders.revenue"])
    assert layers(fields, "bar")[0]["encoding"]["y"]["axis"]["title"] == "Orders"


@pytest.mark.parametrize(
    ("application", "first"),
    [
        ({"custom": {"colors": ["#aa0000", "#00aa00"]}}, "#aa0000"),
        ({"custom": {"colors": ["#aa0000", "#00aa00"]}, "options": {"reverse": True}}, "#00aa00"),
        (
            {
                "custom": {
                    "type": "continuous",
                    "stops": [{"color": "#000000"}, {"color": "#ffffff"}],
                }
            },
            "#000000",
        ),
        ({"custom": {"colors": ["javascript:alert(1)", "#0b0"]}}, "#00bb00"),
    ],
)
def test_palettes(application: dict[str, Any], first: str) -> None:
    spec = spec_of(BY_MONTH, type="looker_column", color_application=application)
    assert layers(spec, "bar")[0]["encoding"]["color"]["scale"]["range"][0] == first


@pytest.mark.parametrize(
    ("options", "orient"),
    [
        ({}, "bottom"),
        ({"legend_position": "left"}, "left"),
        ({"legend_position": "right"}, "right"),
    ],
)
def test_where_the_legend_stands(options: dict[str, Any], orient: str) -> None:
    [bars] = layers(spec_of(BY_MONTH, type="looker_column", **options), "bar")
    assert bars["encoding"]["color"]["legend"]["orient"] == orient
    [bars] = layers(spec_of(BY_MONTH, type="looker_column", hide_legend=True, **options), "bar")
    assert bars["encoding"]["color"]["legend"] is None


def test_value_labels_and_totals() -> None:
    spec = spec_of(STATUSES, type="looker_bar", show_value_labels=True, font_size="9px")
    [texts] = layers(spec, "text")
    assert {row["t"] for row in rows(texts)} == {"3", "9", "$10.50", "$99,000.00", "$1.00"}
    assert texts["mark"]["fontSize"] == 9
    options = {"stacking": "normal", "show_totals_labels": True, "totals_color": "#ff0000"}
    [totals] = layers(spec_of(BY_MONTH, type="looker_column", **options), "text")
    assert [(row["p"], row["b"], row["t"]) for row in rows(totals)] == [(0, 4, "4"), (2, 8, "8")]
    assert totals["encoding"]["color"] == {"value": "#ff0000"}
    own = spec_of(STATUSES, type="looker_bar", show_value_labels=True, label_value_format="0.0")
    assert "3.0" in {row["t"] for row in rows(layers(own, "text")[0])}


def test_labels_are_shortened_where_columns_are_narrow() -> None:
    result = table([STATUS], [REVENUE], *[[f"status {n}", 12_345.6] for n in range(14)])
    spec = spec_of(result, type="looker_column", show_value_labels=True)
    [texts] = layers(spec, "text")
    assert [row["t"] for row in rows(texts)] == ["$12K"] * 14
    own = spec_of(result, type="looker_column", show_value_labels=True, label_value_format="0")
    assert {row["t"] for row in rows(layers(own, "text")[0])} == {"12346"}


def test_reference_lines_move_the_axis() -> None:
    lines = [
        {"reference_type": "line", "line_value": "mean", "label": "Average"},
        {"reference_type": "line", "line_value": "20", "color": "#ff0000"},
        {"reference_type": "range", "range_start": "min", "range_end": "max"},
        {"reference_type": "margins", "margin_value": "median"},
    ]
    result = table([STATUS], [COUNT], ["a", 4], ["b", 8])
    spec = spec_of(result, type="looker_column", reference_lines=lines)
    assert [rows(item)[0]["b"] for item in layers(spec, "rule")] == [6, 20, 6]
    assert [(rows(i)[0]["b"], rows(i)[0]["h"]) for i in layers(spec, "rect")] == [(4, 8), (4, 8)]
    assert rows(layers(spec, "text")[0])[0]["t"] == "Average"
    assert layers(spec, "bar")[0]["encoding"]["y"]["scale"]["domain"] == [0, 20]


@pytest.mark.parametrize(
    ("kind", "last"),
    [("linear", 8.0), ("polynomial", 8.0), ("average", 7.0), ("exponential", 8.78)],
)
def test_trend_lines(kind: str, last: float) -> None:
    result = table([STATUS], [COUNT], ["a", 2], ["b", 4], ["c", 6], ["d", 8])
    trend = {"regression_type": kind, "series_index": 1, "period": 2, "order": 2}
    spec = spec_of(result, type="looker_column", trend_lines=[trend])
    found = rows(layers(spec, "line")[0])
    assert found[-1]["b"] == pytest.approx(last, rel=0.001)


def test_scatter_sizes_and_measures_across() -> None:
    spec = spec_of(STATUSES, type="looker_scatter", size_by_field="orders.revenue")
    [points] = layers(spec, "point")
    assert [row["z"] for row in rows(points)] == [10.5, 99_000]
    alone = table([], [COUNT, REVENUE], [3, 5.0])
    [points] = layers(spec_of(alone, type="looker_scatter"), "point")
    assert [(row["p"], row["b"]) for row in rows(points)] == [(3, 5)]


def test_displayed_rows() -> None:
    values = {"show_hide": "show", "first_last": "first", "num_rows": 1}
    spec = spec_of(
        STATUSES,
        type="looker_column",
        limit_displayed_rows=True,
        limit_displayed_rows_values=values,
    )
    assert axis_texts(layers(spec, "bar")[0]["encoding"]["x"]) == ["open"]


def test_pies_share_the_circle() -> None:
    result = table([STATUS], [COUNT], ["a", 1], ["b", 3], ["c", None], ["d", 0])
    spec = spec_of(result, type="looker_pie", inner_radius=50, label_type="labVal")
    [arcs] = layers(spec, "arc")
    turns = [(round(row["a"], 3), round(row["b"], 3)) for row in rows(arcs)]
    assert turns == [(0, 1.571), (1.571, 6.283)]
    assert "a  1" in arcs["encoding"]["color"]["legend"]["labelExpr"]
    labelled = spec_of(result, type="looker_pie", value_labels="labels")
    assert [row["t"] for row in rows(layers(labelled, "text")[0])] == ["a  25.0%", "b  75.0%"]


def test_a_ring_a_row() -> None:
    [arcs] = layers(spec_of(BY_MONTH, type="looker_donut_multiples"), "arc")
    assert len({(row["x"], row["y"]) for row in rows(arcs)}) == 2
    assert len(rows(arcs)) == 4


def test_waterfalls_add_up() -> None:
    result = table([STATUS], [COUNT], ["new", 10], ["lost", -4], ["won", 1])
    [bars] = layers(spec_of(result, type="looker_waterfall", up_color="#00ff00"), "bar")
    steps = [(row["a"], row["b"], row["s"], row["t"]) for row in rows(bars)]
    assert steps == [(0, 10, 0, "10"), (10, 6, 1, "-4"), (6, 7, 0, "1"), (0, 7, 2, "7")]
    assert bars["encoding"]["color"]["scale"]["range"][0] == "#00ff00"


def test_boxes_by_quartiles() -> None:
    result = table([STATUS, AGE], [COUNT], *[["a", n, n] for n in range(5)], ["b", 9, 7])
    boxes = rows(layers(spec_of(result, type="looker_boxplot"), "bar")[0])
    assert [boxes[0][key] for key in "bqmre"] == [0, 1, 2, 3, 4]
    five = [Made(f"m{n}", f"M{n}", "number") for n in range(5)]
    written = table([STATUS], five, ["a", 1, 2, 3, 4, 9])
    boxes = rows(layers(spec_of(written, type="looker_boxplot"), "bar")[0])
    assert [boxes[0][key] for key in "bqmre"] == [1, 2, 3, 4, 9]


def test_heat_maps() -> None:
    [cells] = layers(spec_of(BY_MONTH, type="looker_heatmap"), "rect")
    assert len(rows(cells)) == 4
    shades = {row["t"]: row["f"] for row in rows(cells)}
    assert shades["1"] != shades["6"]


def test_timelines() -> None:
    end = Made("orders.done_date", "Done", "date_date")
    result = table(
        [STATUS, DAY, end], [], ["a", "2024-01-01", "2024-01-03"], ["b", "2024-01-02", "2024-01-09"]
    )
    [bars] = layers(spec_of(result, type="looker_timeline"), "bar")
    assert [(row["e"] - row["b"]) / 86_400_000 for row in rows(bars)] == [2, 7]
    assert axis_texts(bars["encoding"]["y"]) == ["a", "b"]


def test_regions_by_name_and_code() -> None:
    result = table([STATE], [COUNT], ["California", 9], ["tx", 1], ["Atlantis", 5])
    spec = spec_of(result, type="looker_geo_choropleth")
    [shapes] = layers(spec, "geoshape")
    assert spec["projection"] == {"type": "albersUsa"}
    assert len(rows(shapes)) == 51
    assert sum(row["f"] != "#e4e8eb" for row in rows(shapes)) == 2
    assert "1 rows are nowhere" in spec["title"]["text"]
    nations = table(
        [Made("c", "Country")], [COUNT], ["Germany", 1], ["US", 2], ["UK", 3], ["BRA", 4]
    )
    shapes = layers(spec_of(nations, type="looker_map"), "geoshape")[0]
    assert sum(row["f"] != "#e4e8eb" for row in rows(shapes)) == 4


def test_points_on_a_map() -> None:
    place = Made("stores.location", "Location", "location")
    result = table([place], [COUNT], ["52.5,13.4", 4], ["48.1,11.6", 1], ["nonsense", 1], [None, 1])
    spec = spec_of(result, type="looker_map")
    [points] = layers(spec, "circle")
    assert [(row["lon"], row["lat"]) for row in rows(points)] == [(13.4, 52.5), (11.6, 48.1)]
    assert spec["projection"]["type"] == "mercator"
    pair = [Made("s.latitude", "Latitude", "number"), Made("s.longitude", "Longitude", "number")]
    worldwide = table(pair, [COUNT], [52.5, 13.4, 1], [-33.9, 151.2, 1])
    assert spec_of(worldwide, type="looker_map")["projection"]["type"] == "naturalEarth1"


def test_an_unknown_type_is_a_table_that_says_so() -> None:
    svg = svg_of(STATUSES, type="marketplace_viz::sankey")
    assert "marketplace viz::sankey is no chart that is known here." in svg
    assert "$99,000.00" in svg


def test_what_cannot_be_drawn_so_is_a_table() -> None:
    one = table([STATUS], [COUNT], ["open", 3])
    assert "cannot be drawn as timeline" in svg_of(one, type="looker_timeline")
    assert "cannot be drawn as map" in svg_of(STATUSES, type="looker_map")
    texts = table([STATUS], [], ["a"], ["b"])
    assert "cannot be drawn as column" in svg_of(texts, type="looker_column")


def test_no_rows() -> None:
    assert "No results" in svg_of(table([STATUS], [COUNT]), type="looker_column")


def test_labels_are_short_unless_they_would_be_the_same() -> None:
    [bars] = layers(spec_of(BY_MONTH, type="looker_column"), "bar")
    assert bars["encoding"]["x"]["axis"]["title"] == "Created Month"
    full = spec_of(BY_MONTH, type="looker_column", show_view_names=True)
    assert layers(full, "bar")[0]["encoding"]["x"]["axis"]["title"] == "Shop Created Month"


def test_more_marks_than_can_be_drawn_are_left_out_and_told() -> None:
    result = table([AGE], [COUNT], *[[n, n] for n in range(13_000)])
    spec = spec_of(result, type="looker_scatter")
    assert len(rows(layers(spec, "point")[0])) == 12_000
    assert "Only the first 12,000 of 13,000 rows are drawn." in spec["title"]["text"]


def many_series(count: int) -> Result:
    cells = {f"s{number:02d}": [number + 1] for number in range(count)}
    return pivoted(MONTH, STATUS, [COUNT], {"2024-01": cells, "2024-02": cells})


def test_a_legend_without_room_for_all_says_so() -> None:
    few, many = (spec_of(many_series(n), type="looker_column") for n in (3, 40))
    assert "title" not in few
    assert many["title"]["text"] == "The legend has room for 21 of 40."
    two = {"y_axes": [{"series": [{"id": "s00 - orders.count"}]}, {"series": [{"axisId": "x"}]}]}
    assert spec_of(many_series(40), type="looker_column", **two)["title"] == many["title"]


def test_a_pie_of_one_slice_is_named() -> None:
    one = table([STATUS], [COUNT], ["only", 4])
    (arc,) = layers(spec_of(one, type="looker_pie"), "arc")
    assert "only  100.0%" in arc["encoding"]["color"]["legend"]["labelExpr"]


def test_moments_are_written_as_the_axis_is_long() -> None:
    def written(*times: str) -> str:
        result = table([TIME], [COUNT], *([time, 1] for time in times))
        spec = spec_of(result, type="looker_line")
        found: str = layers(spec, "line")[0]["encoding"]["x"]["axis"]["labelExpr"]
        return found

    assert "%H:%M:%S" in written("2024-01-01 10:00:00", "2024-01-01 10:05:00")
    assert "'%b %-d' : '%H:%M'" in written("2024-01-01 10:00:00", "2024-01-03 10:00:00")
    assert "%b %Y" in written("2022-01-01 10:00:00", "2024-01-03 10:00:00")
    assert "'%Y'" in written("2002-01-01 10:00:00", "2024-01-03 10:00:00")


def test_lying_times_run_downwards() -> None:
    result = table([TIME], [COUNT], ["2024-01-01 10:00:00", 1], ["2024-01-01 11:00:00", 2])
    for reversed_ in (False, True):
        spec = spec_of(result, type="looker_bar", x_axis_reversed=reversed_)
        scale = layers(spec, "bar")[0]["encoding"]["y"]["scale"]
        assert scale["reverse"] is not reversed_


def test_a_missing_part_of_a_stacked_area_is_nothing_there() -> None:
    result = table([STATUS], [COUNT, REVENUE], ["a", 1, 5], ["b", 4, None], ["c", 2, 3])
    (area,) = layers(spec_of(result, type="looker_area"), "area")
    second = [(row["a"], row["b"]) for row in rows(area) if row["s"] == 1]
    assert second == [(1, 6), (4, 4), (2, 5)]


def test_rings_without_numbers_are_a_table() -> None:
    empty = table([STATUS], [COUNT], ["a", 0], ["b", None])
    assert "cannot be drawn" in svg_of(empty, type="looker_donut_multiples")
    many = table([STATUS], [COUNT], *[[f"s{n}", 1] for n in range(100)])
    spec = spec_of(many, type="looker_donut_multiples")
    assert spec["title"]["text"] == "Only the first 24 of 100 rows are drawn."


def test_labels_of_steps_stand_clear_of_each_other() -> None:
    def told(size: float, count: int) -> list[str]:
        steps = table([STATUS], [REVENUE], *[[f"s{n}", size] for n in range(count)])
        found = layers(spec_of(steps, type="looker_waterfall"), "text")
        return [row["t"] for layer in found for row in rows(layer)]

    assert told(10, 2) == ["$10.00", "$10.00", "$20.00"]
    assert told(1_000_000, 9)[0] == "$1M"
    assert told(1, 100) == []


def test_boxes_of_series_are_not_called_after_the_dimension() -> None:
    spec = spec_of(STATUSES, type="looker_boxplot")
    assert layers(spec, "bar")[0]["encoding"]["x"]["axis"]["title"] is None
