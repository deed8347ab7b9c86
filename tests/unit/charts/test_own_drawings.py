"""Tables, values, funnels and words: the drawings that are not Vega-Lite."""

from __future__ import annotations

import re
from typing import Any

import pytest

from belvedere.charts.drawing import drawing, message

from .made import Made, Result, pivoted, table

STATUS = Made("orders.status", "Status")
COUNT = Made("orders.count", "Orders", "count")
REVENUE = Made("orders.revenue", "Revenue", "sum", "$#,##0.00")
CHANNEL = Made("orders.channel", "Channel")
CHANGE = Made("change", "vs. last year", "number", "0.0%")
ROWS = table(
    [STATUS],
    [COUNT, REVENUE],
    ["open", 3, 10.5],
    ["done", 9, 99000.0],
    ["lost", None, 1.0],
    totals={"orders.count": 12, "orders.revenue": 99011.5},
)


def svg_of(result: Result, size: tuple[int, int] = (600, 400), **config: Any) -> str:
    found = drawing(result.shaped(), result.presenter(), config, size)
    assert found.svg is not None
    return found.svg


def texts(svg: str) -> list[str]:
    return re.findall(r"<text [^>]*>([^<]*)</text>", svg)


def ground_of(svg: str, text: str) -> str:
    """The colour of the ground that a text stands on."""
    x, y = (
        float(n)
        for n in re.search(
            rf'<text x="([\d.]+)" y="([\d.]+)"[^>]*>{re.escape(text)}<', svg
        ).groups()
    )
    found = "none"
    for left, top, wide, high, fill in re.findall(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="([^"]*)"', svg
    ):
        if float(left) <= x <= float(left) + float(wide) and float(top) <= y <= float(top) + float(
            high
        ):
            found = fill
    return found


def test_a_table_shows_heads_rows_and_totals() -> None:
    shown = texts(svg_of(ROWS, type="looker_grid"))
    assert shown[:3] == ["Status", "Orders", "Revenue"]
    assert shown[3:11] == ["1", "open", "3", "$10.50", "2", "done", "9", "$99,000.00"]
    assert shown[11:15] == ["3", "lost", "∅", "$1.00"]
    assert shown[15:] == ["Total", "12", "$99,011.50"]


def test_options_of_tables() -> None:
    assert "1" not in texts(svg_of(ROWS, type="table", show_row_numbers=False))
    assert "$99,011.50" not in texts(svg_of(ROWS, type="table", hide_totals=True))
    ordered = svg_of(ROWS, type="table", column_order=["orders.revenue", "orders.status"])
    assert texts(ordered)[:3] == ["Revenue", "Status", "Orders"]
    turned = texts(svg_of(ROWS, type="looker_grid", transpose=True, show_row_numbers=False))
    assert turned == [
        "Status",
        "open",
        "done",
        "lost",
        "Orders",
        "3",
        "9",
        "∅",
        "Revenue",
        "$10.50",
        "$99,000.00",
        "$1.00",
    ]
    large = svg_of(ROWS, type="looker_grid", rows_font_size="20", header_font_size=7)
    assert 'font-size="20"' in large
    styled = svg_of(
        ROWS, series_text_format={"orders.count": {"bg_color": "#ffeeaa", "bold": True}}
    )
    assert ground_of(styled, "3") == "#ffeeaa"


def test_pivots_have_a_line_of_their_own() -> None:
    result = pivoted(
        Made("m", "Month"), STATUS, [COUNT, REVENUE],
        {"Jan": {"open": [1, 2.0], "done": [3, 4.0]}},
    )  # fmt: skip
    shown = texts(svg_of(result, type="looker_grid"))
    assert shown[:3] == ["Status", "open", "done"]
    assert shown[3:8] == ["Month", "Orders", "Revenue", "Orders", "Revenue"]


def test_what_has_no_room_is_told() -> None:
    many = table([STATUS], [COUNT], *[[f"status {n}", n] for n in range(200)])
    assert "13 of 200 rows are shown." in texts(svg_of(many, type="looker_grid"))
    fields = [Made(f"f{n}", f"A field with a long name {n}") for n in range(30)]
    wide = table(fields, [], [f"text that is long enough {n}" for n in range(30)])
    assert any("more columns have no room" in text for text in texts(svg_of(wide)))


def test_cells_with_html_show_what_a_reader_sees() -> None:
    field = Made("s", "Status", html='<b style="color:red">★ {value}</b><script>alert(1)</script>')
    shown = texts(svg_of(table([field], [COUNT], ["open", 1]), type="table"))
    assert "★ open" in shown
    assert not any("alert" in text for text in shown)


@pytest.mark.parametrize(
    ("rule", "coloured"),
    [
        ({"type": "greater than", "value": 5}, {"9"}),
        ({"type": "less than", "value": "5"}, {"3", "1"}),
        ({"type": "equal to", "value": 9}, {"9"}),
        ({"type": "between", "value": [2, 4]}, {"3"}),
        ({"type": "not between", "value": [2, 4]}, {"9", "1"}),
        ({"type": "not null"}, {"9", "3", "1"}),
        ({"type": "contains", "value": "x"}, set()),
        ({"type": "greater than", "value": {"a": 1}}, set()),
    ],
)  # fmt: skip
def test_rules_colour_cells(rule: dict[str, Any], coloured: set[str]) -> None:
    result = table([STATUS], [COUNT], ["a", 3], ["b", 9], ["c", 1])
    rules = [rule | {"background_color": "#00ff00", "fields": ["orders.count"]}]
    config = {"enable_conditional_formatting": True, "conditional_formatting": rules}
    svg = svg_of(result, show_row_numbers=False, **config)
    found = {text for text in ("3", "9", "1") if ground_of(svg, text) == "#00ff00"}
    assert found == coloured
    off = svg_of(result, conditional_formatting=rules)
    assert "#00ff00" not in off


def test_rules_along_a_scale() -> None:
    result = table([STATUS], [COUNT], ["a", 0], ["b", 5], ["c", 10])
    stops = [{"color": "#000000"}, {"color": "#808080"}, {"color": "#ffffff"}]
    rule = {"type": "along a scale...", "color_application": {"custom": {"stops": stops}}}
    config = {"enable_conditional_formatting": True, "conditional_formatting": [rule]}
    svg = svg_of(result, show_row_numbers=False, **config)
    assert [ground_of(svg, text) for text in ("0", "5", "10")] == [
        "#000000",
        "#808080",
        "#ffffff",
    ]
    constraints = {"min": {"type": "number", "value": 5}, "mid": {"type": "number", "value": 10}}
    rule["color_application"]["options"] = {"constraints": constraints}
    held = svg_of(result, show_row_numbers=False, **config)
    assert [ground_of(held, text) for text in ("0", "5", "10")] == [
        "#000000",
        "#000000",
        "#808080",
    ]


def test_bars_in_cells() -> None:
    bars = {"orders.count": {"is_active": True}}
    svg = svg_of(ROWS, type="looker_grid", series_cell_visualizations=bars)
    widths = [float(w) for w in re.findall(r'<rect [^>]*width="([\d.]+)" [^>]*rx="2"', svg)]
    assert len(widths) == 2
    assert widths[0] == pytest.approx(widths[1] / 3, rel=0.01)


def test_single_values() -> None:
    result = table([], [REVENUE], [1234.5])
    assert texts(svg_of(result, type="single_value")) == ["$1,234.50", "Revenue"]
    own = svg_of(result, type="single_value", value_format='0.0,"K"', single_value_title="Money")
    assert texts(own) == ["1.2K", "Money"]
    assert texts(svg_of(result, type="single_value", show_single_value_title=False)) == [
        "$1,234.50"
    ]
    assert 'fill="#aa0000"' in svg_of(result, type="single_value", custom_color="#aa0000")
    assert texts(svg_of(table([], [REVENUE], [None]), type="single_value"))[0] == "∅"


@pytest.mark.parametrize(
    ("options", "text", "ink"),
    [
        ({}, "▲ 12.0% vs. last year", "#17894a"),
        ({"comparison_reverse_colors": True}, "▲ 12.0% vs. last year", "#c5362b"),
        ({"show_comparison_label": False}, "▲ 12.0%", "#17894a"),
        ({"comparison_label": "up"}, "▲ 12.0% up", "#17894a"),
        ({"comparison_type": "value"}, "12.0% vs. last year", "#6b757d"),
    ],
)
def test_comparisons(options: dict[str, Any], text: str, ink: str) -> None:
    result = table([], [REVENUE, CHANGE], [1234.5, 0.12])
    config = {"type": "single_value", "show_comparison": True, "comparison_type": "change"}
    svg = svg_of(result, **(config | options))
    assert text in texts(svg)
    assert f'fill="{ink}"' in svg[: svg.index(f">{text}<")].rsplit("<text", 1)[1]


def test_progress_towards_a_goal() -> None:
    result = table([], [COUNT, REVENUE], [50, 200.0])
    config = {"type": "single_value", "show_comparison": True}
    svg = svg_of(result, comparison_type="progress_percentage", **config)
    assert "25% of $200.00 Revenue" in texts(svg)
    rail, reached = (float(w) for w in re.findall(r'width="([\d.]+)" height="8"', svg))
    assert reached == pytest.approx(rail / 4)


def test_single_values_take_the_ground_of_their_rule() -> None:
    rules = [{"type": "less than", "value": 5000, "background_color": "#000080"}]
    config = {"enable_conditional_formatting": True, "conditional_formatting": rules}
    svg = svg_of(table([], [REVENUE], [1234.5]), type="single_value", **config)
    assert '<rect x="0" y="0" width="600" height="400" fill="#000080"/>' in svg
    assert 'fill="#ffffff" text-anchor="middle">$1,234.50' in svg


def test_a_record_is_a_field_a_line() -> None:
    shown = texts(svg_of(ROWS, type="looker_single_record"))
    assert shown == ["Status", "open", "Orders", "3", "Revenue", "$10.50"]


def test_funnels() -> None:
    steps = table([Made("s", "Step")], [COUNT], ["Visit", 200], ["Cart", 50], ["Pay", 10])
    shown = texts(svg_of(steps, type="looker_funnel"))
    assert shown == ["Visit", "200", "100%", "Cart", "50", "25%", "Pay", "10", "5%"]
    prior = texts(svg_of(steps, type="looker_funnel", percentType="prior"))
    assert [text for text in prior if text.endswith("%")] == ["25%", "20%"]
    columns = table([], [COUNT, REVENUE], [200, 50.0])
    assert texts(svg_of(columns, type="looker_funnel"))[::3] == ["Orders", "Revenue"]


def test_tiles_fill_the_picture_in_proportion() -> None:
    result = table([STATUS], [COUNT], ["a", 60], ["b", 30], ["c", 10])
    svg = svg_of(result, type="treemap", colors=["#aa0000"])
    boxes = re.findall(
        r'<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="([\d.]+)" [^>]*rx="2"', svg
    )
    areas = [(float(w) + 1.5) * (float(h) + 1.5) for w, h in boxes]
    assert [area / sum(areas) for area in areas] == pytest.approx([0.6, 0.3, 0.1], abs=0.01)


def test_words_do_not_cover_one_another() -> None:
    result = table([STATUS], [COUNT], *[[f"word{n}", 100 - n] for n in range(40)])
    svg = svg_of(result, type="looker_wordcloud")
    found = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*font-size="([\d.]+)"', svg)
    assert len(found) > 30
    sizes = [float(size) for _, _, size in found]
    assert sizes[0] == max(sizes)


def test_messages_are_wrapped() -> None:
    assert len(texts(message("word " * 60, (300, 200)).svg or "")) > 3


def test_steps_of_a_funnel_have_room_for_their_names() -> None:
    steps = table([STATUS], [COUNT], *[[f"step {n}", 100 - n] for n in range(30)])
    low, high = svg_of(steps, (500, 300), type="looker_funnel"), svg_of(steps, type="looker_funnel")
    assert "Only the first 16 of 30 are drawn." in texts(low)
    assert "Only the first 22 of 30 are drawn." in texts(high)


def test_tiles_show_whole_numbers_and_names_that_tell() -> None:
    tiles = table(
        [STATUS], [REVENUE], *[[f"customer number {n}", 1000 / (n + 1)] for n in range(60)]
    )
    shown = texts(svg_of(tiles, type="treemap"))
    assert "$1,000.00" in shown
    assert not [text for text in shown if text.startswith("$") and text.endswith("…")]
    assert all(len(text) > 6 for text in shown if not text.startswith("$"))


def test_a_record_names_its_pivot_columns() -> None:
    record = pivoted(STATUS, CHANNEL, [COUNT], {"open": {"web": [3], "shop": [4]}})
    shown = texts(svg_of(record, type="looker_single_record"))
    assert "web - Orders" in shown
    assert "shop - Orders" in shown
