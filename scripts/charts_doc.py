"""Draw the pictures of docs/use/charts.md. From the root: python -m scripts.charts_doc"""

from __future__ import annotations

import math
import random
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

from tests.unit.charts.made import Made, Result, pivoted, table

from belvedere.charts.drawing import drawing
from belvedere.charts.painter import Painter

FOLDER = Path(__file__).parents[1] / "docs" / "use" / "charts"
SIZE = (560, 340)

MONTH = Made("orders.created_month", "Created Month", "date_month")
DAY = Made("orders.created_date", "Created Date", "date_date")
STATUS = Made("orders.status", "Status")
CATEGORY = Made("products.category", "Category")
STATE = Made("users.state", "State", layer="us_states")
PLACE = Made("stores.location", "Location", "location")
TASK = Made("tasks.name", "Task")
START = Made("tasks.start_date", "Start Date", "date_date")
END = Made("tasks.end_date", "End Date", "date_date")
COUNT = Made("orders.count", "Orders", "count")
REVENUE = Made("orders.revenue", "Revenue", "sum", "$#,##0.00")
MARGIN = Made("orders.margin_rate", "Margin Rate", "average", "0.0%")
AGE = Made("users.age", "Age", "number")
CHANGE = Made("change", "vs. last month", "number", "0.0%")

CATEGORIES = ["Jeans", "Outerwear & Coats", "Sweaters", "Suits", "Swim", "Shorts", "Socks"]
MONTHS = [f"{2023 + n // 12}-{n % 12 + 1:02d}" for n in range(18)]


def months() -> Result:
    dice = random.Random(3)
    rows = {}
    for n, month in enumerate(MONTHS):
        wave = 1 + 0.25 * math.sin(n / 2)
        rows[month] = {
            "Complete": [round((9000 + 700 * n) * wave + dice.random() * 1500, 2)],
            "Processing": [round((3000 + 160 * n) * wave + dice.random() * 900, 2)],
            "Returned": [round(1700 + dice.random() * 900, 2)],
        }
    return pivoted(MONTH, STATUS, [REVENUE], rows)


def categories() -> Result:
    dice = random.Random(5)
    rows = [
        [name, 900 - 110 * n + dice.randrange(60), round(52000 - 6300 * n, 2), 0.55 - 0.03 * n]
        for n, name in enumerate(CATEGORIES)
    ]
    total = {COUNT.name: 4183, REVENUE.name: 231700.0, MARGIN.name: 0.463}
    return table([CATEGORY], [COUNT, REVENUE, MARGIN], *rows, totals=total)


def ages() -> Result:
    dice = random.Random(7)
    rows = []
    for age in range(18, 71):
        count = max(2, int(60 - abs(age - 34) * 1.3 + dice.gauss(0, 5)))
        rows.append([age, round(40 + age * 1.4 + dice.gauss(0, 11), 2), count])
    return table([AGE], [REVENUE, COUNT], *rows)


def states() -> Result:
    sizes = {"California": 3087, "Texas": 2110, "New York": 1894, "Florida": 1620, "Ohio": 800}
    sizes |= {"Illinois": 1211, "Washington": 930, "Georgia": 870, "Colorado": 640, "Maine": 90}
    sizes |= {"Nevada": 410, "Oregon": 380, "Arizona": 720, "Michigan": 905, "Virginia": 690}
    sizes |= {"Minnesota": 450, "Montana": 70, "Kansas": 150, "Alaska": 60, "Louisiana": 340}
    return table([STATE], [COUNT], *sizes.items())


def stores() -> Result:
    places = {"40.71,-74.01": 940, "51.51,-0.13": 720, "48.86,2.35": 510, "35.68,139.69": 830}
    places |= {"-33.87,151.21": 260, "-23.55,-46.63": 420, "19.08,72.88": 610, "1.35,103.82": 300}
    places |= {"37.77,-122.42": 680, "41.88,-87.63": 350, "-1.29,36.82": 140, "30.04,31.24": 220}
    return table([PLACE], [COUNT], *places.items())


def quarters() -> Result:
    steps = [["Opening", 52000], ["New", 23800], ["Upgrades", 9100], ["Downgrades", -6400]]
    steps += [["Cancelled", -14200], ["Refunds", -3100]]
    return table([Made("steps.name", "Step")], [REVENUE], *steps)


def funnel() -> Result:
    steps = [["Visits", 18240], ["Product page", 9733], ["Cart", 4120], ["Checkout", 2510]]
    return table([Made("events.step", "Step")], [COUNT], *steps, ["Purchase", 1904])


def spread() -> Result:
    dice = random.Random(2)
    rows = [
        [name, number, round(math.exp(dice.gauss(3.6 + 0.22 * place, 0.5)), 2)]
        for place, name in enumerate(CATEGORIES)
        for number in range(60)
    ]
    return table([CATEGORY, Made("orders.id", "ID", "number")], [REVENUE], *rows)


def hours() -> Result:
    dice = random.Random(11)
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    rows = {
        day: {
            f"{hour:02d}": [int(90 * math.exp(-(((hour - 15) / 5) ** 2)) + dice.randrange(14))]
            for hour in range(6, 24)
        }
        for day in days
    }
    return pivoted(Made("orders.day", "Day"), Made("orders.hour", "Hour"), [COUNT], rows)


def tasks() -> Result:
    rows = [["Design", "2024-01-08", "2024-02-16"], ["Build", "2024-02-05", "2024-04-26"]]
    rows += [["Load tests", "2024-04-08", "2024-05-03"], ["Pilot", "2024-04-22", "2024-06-14"]]
    rows += [["Training", "2024-05-20", "2024-06-28"], ["Launch", "2024-06-24", "2024-07-05"]]
    return table([TASK, START, END], [], *rows)


REFERENCE = {"reference_type": "line", "line_value": "mean", "color": "#53616e"}
TREND = {"regression_type": "polynomial", "order": 3, "series_index": 1, "color": "#c5362b"}
RULE = {"type": "along a scale...", "fields": ["orders.margin_rate"]}

PICTURES: dict[str, tuple[Result, dict[str, Any]]] = {
    "column": (months(), {"type": "looker_column", "stacking": "normal"}),
    "bar": (
        categories(),
        {"type": "looker_bar", "show_value_labels": True}
        | {"hidden_fields": ["orders.count", "orders.margin_rate"]},
    ),
    "line": (
        months(),
        {"type": "looker_line", "interpolation": "monotone"} | {"reference_lines": [REFERENCE]},
    ),
    "area": (months(), {"type": "looker_area", "stacking": "percent"}),
    "two_axes": (
        categories(),
        {"type": "looker_column", "point_style": "circle"}
        | {"series_types": {"orders.margin_rate": "line"}}
        | {"hidden_fields": ["orders.count"]}
        | {
            "y_axes": [
                {"orientation": "left", "series": [{"id": "orders.revenue"}]},
                {"orientation": "right", "series": [{"id": "orders.margin_rate"}]},
            ]
        },
    ),
    "scatter": (
        ages(),
        {"type": "looker_scatter", "size_by_field": "orders.count"}
        | {"trend_lines": [TREND], "hidden_series": ["orders.count"]},
    ),
    "pie": (categories(), {"type": "looker_pie", "inner_radius": 55}),
    "donuts": (
        months(),
        {"type": "looker_donut_multiples"}
        | {"limit_displayed_rows": True}
        | {
            "limit_displayed_rows_values": {
                "show_hide": "show",
                "first_last": "last",
                "num_rows": 6,
            }
        },
    ),
    "funnel": (funnel(), {"type": "looker_funnel"}),
    "waterfall": (quarters(), {"type": "looker_waterfall"}),
    "boxplot": (spread(), {"type": "looker_boxplot"}),
    "heatmap": (hours(), {"type": "looker_heatmap"}),
    "timeline": (tasks(), {"type": "looker_timeline"}),
    "states": (states(), {"type": "looker_geo_choropleth"}),
    "points": (stores(), {"type": "looker_map"}),
    "table": (
        categories(),
        {"type": "looker_grid", "enable_conditional_formatting": True}
        | {"conditional_formatting": [RULE]}
        | {"series_cell_visualizations": {"orders.revenue": {"is_active": True}}},
    ),
    "single_value": (
        table([], [REVENUE, CHANGE], [231700.5, 0.124]),
        {"type": "single_value", "value_format": "$#,##0", "show_comparison": True}
        | {"comparison_type": "change"},
    ),
    "record": (categories(), {"type": "looker_single_record"}),
    "treemap": (categories(), {"type": "treemap"}),
    "wordcloud": (states(), {"type": "looker_wordcloud"}),
}


def smaller(picture: bytes) -> bytes:
    """The same PNG without transparency, packed as tightly as may be: it is packed only once."""
    head, packed = b"", b""
    place = 8
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        body = picture[place + 8 : place + 8 + length]
        head = body if kind == b"IHDR" else head
        packed += body if kind == b"IDAT" else b""
        place += 12 + length
    width, height = struct.unpack(">II", head[:8])
    rows = _unfiltered(zlib.decompress(packed), width, height)
    plain = b"".join(
        b"\0" + b"".join(row[x : x + 3] for x in range(0, len(row), 4)) for row in rows
    )
    found = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(plain, 9)),
        (b"IEND", b""),
    ]
    return picture[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in found
    )


def _unfiltered(data: bytes, width: int, height: int) -> list[bytes]:
    """Rows of red, green, blue and opacity."""
    size = width * 4
    rows = []
    above = bytes(size)
    for number in range(height):
        start = number * (size + 1)
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + size])
        for place in range(size):
            left = row[place - 4] if place >= 4 else 0
            corner = above[place - 4] if place >= 4 else 0
            row[place] = (row[place] + _foretold(kind, left, above[place], corner)) & 255
        above = bytes(row)
        rows.append(above)
    return rows


def _foretold(kind: int, left: int, up: int, corner: int) -> int:
    """What a PNG filter expects a byte to be."""
    if kind != 4:
        return (0, left, up, (left + up) >> 1)[kind]
    whole = left + up - corner
    return min((left, up, corner), key=lambda byte: abs(whole - byte))


SHOWN = """column bar line area two_axes scatter pie funnel waterfall boxplot heatmap states table
    single_value"""
"""The pictures of the documentation."""


def main(folder: Path | None = None) -> None:
    """All pictures into a folder, or those of the documentation into theirs."""
    target = folder or FOLDER
    target.mkdir(parents=True, exist_ok=True)
    painter = Painter(1)
    try:
        for name in PICTURES if folder else SHOWN.split():
            result, config = PICTURES[name]
            found = drawing(result.shaped(), result.presenter(), config, SIZE)
            (target / f"{name}.png").write_bytes(smaller(painter.paint(found, "png")))
    finally:
        painter.close()


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
