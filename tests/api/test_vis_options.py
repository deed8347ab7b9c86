"""apply_vis: what a visualization hides and renames, in tables and rows for programs."""

from __future__ import annotations

import pytest

QUERY = {
    "model": "thelook",
    "view": "order_items",
    "fields": ["order_items.status", "order_items.count", "order_items.total_sale_price"],
    "sorts": ["order_items.status"],
}


def run(client, result_format, vis_config, **params):
    answer = client.post(
        f"/queries/run/{result_format}",
        QUERY | {"vis_config": vis_config},
        params={"apply_vis": "true", **params},
    )
    assert answer.status == 200, answer.text
    return answer


def test_hidden_fields_and_labels(admin) -> None:
    vis = {
        "hidden_fields": ["order_items.count"],
        "series_labels": {"order_items.total_sale_price": "Money"},
        "show_view_names": False,
    }
    assert run(admin, "csv", vis).text.splitlines()[0] == "Status,Money"
    rows = run(admin, "json", vis).json()
    assert all(set(row) == {"order_items.status", "order_items.total_sale_price"} for row in rows)
    assert set(run(admin, "json_label", vis).json()[0]) == {"Status", "Money"}
    assert run(admin, "csv", vis, limit="-1").text.splitlines()[0] == "Status,Money"
    without = admin.post("/queries/run/csv", QUERY | {"vis_config": vis}).text
    assert without.splitlines()[0].count(",") == 2
    detail = run(admin, "json_detail", vis).json()
    assert "order_items.count" in detail["data"][0]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"show_hide": "show", "first_last": "first", "num_rows": "2"}, slice(0, 2)),
        ({"show_hide": "show", "first_last": "last", "num_rows": 2}, slice(-2, None)),
        ({"show_hide": "hide", "first_last": "first", "num_rows": "1"}, slice(1, None)),
        ({"show_hide": "hide", "first_last": "last", "num_rows": "1"}, slice(0, -1)),
        ({"num_rows": "x"}, slice(None)),
        ("nonsense", slice(None)),
    ],
)
def test_displayed_rows(admin, values, shown) -> None:
    every = run(admin, "json", {}).json()
    vis = {"limit_displayed_rows": True, "limit_displayed_rows_values": values}
    assert run(admin, "json", vis).json() == every[shown]


def test_formats_of_series(admin) -> None:
    vis = {
        "series_value_format": {"order_items.count": {"name": "x", "format_string": '0.0" pcs"'}}
    }
    rows = run(admin, "json", vis, apply_formatting="true").json()
    assert all(row["order_items.count"].endswith(" pcs") for row in rows)
