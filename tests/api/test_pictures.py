"""png and jpg through the front door: real pictures of the size that was asked for."""

from __future__ import annotations

import os
import signal
import struct
import time
import zlib
from typing import Any

import pytest

QUERY = {
    "model": "thelook",
    "view": "order_items",
    "fields": ["order_items.status", "order_items.count", "order_items.total_sale_price"],
    "sorts": ["order_items.status"],
}


def run(client: Any, vis_config: object, result_format: str = "png", **more: Any) -> Any:
    params = {name: more.pop(name) for name in ("image_width", "image_height") if name in more}
    body = QUERY | {"vis_config": vis_config} | more
    return client.post(f"/queries/run/{result_format}", body, params=params)


def png_size(picture: bytes) -> tuple[int, int]:
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", picture[16:24])


def shades(picture: bytes) -> int:
    """How many different bytes a picture is made of; a blank one has hardly any."""
    data, place = b"", 8
    while place < len(picture):
        length = int.from_bytes(picture[place : place + 4], "big")
        if picture[place + 4 : place + 8] == b"IDAT":
            data += picture[place + 8 : place + 8 + length]
        place += 12 + length
    return len(set(zlib.decompress(data)))


TYPES = """looker_column looker_bar looker_line looker_area looker_scatter looker_pie
    looker_donut_multiples looker_funnel looker_waterfall looker_boxplot looker_grid table
    single_value looker_single_record looker_wordcloud treemap looker_heatmap"""


def test_every_type_has_a_picture(admin) -> None:
    for kind in TYPES.split():
        answer = run(admin, {"type": kind, "show_value_labels": True})
        assert answer.status == 200, answer.text
        assert answer.headers["content-type"] == "image/png"
        assert png_size(answer.content) == (800, 500)
        assert shades(answer.content) > 30, kind


def test_the_size_that_is_asked_for(admin) -> None:
    vis = {"type": "looker_column"}
    assert png_size(run(admin, vis, image_width=333, image_height=222).content) == (333, 222)
    assert png_size(run(admin, vis, image_width=400).content) == (400, 250)
    assert png_size(run(admin, vis, image_height=100).content) == (160, 100)
    small = run(admin, {"type": "looker_grid"}, image_width=40, image_height=40)
    assert png_size(small.content) == (40, 40)


@pytest.mark.parametrize(
    "params", [{"image_width": 39}, {"image_height": 100_000}, {"image_width": "x"}]
)
def test_sizes_that_are_none(admin, params) -> None:
    answer = run(admin, {"type": "looker_column"}, **params)
    assert answer.status == 422
    assert answer.json()["errors"][0]["field"] == next(iter(params))


def test_jpg(admin) -> None:
    answer = run(admin, {"type": "looker_column"}, "jpg", image_width=320, image_height=200)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content[:3] == b"\xff\xd8\xff"
    frame = (
        answer.content.index(b"\xff\xc0")
        if b"\xff\xc0" in answer.content
        else answer.content.index(b"\xff\xc2")
    )
    assert struct.unpack(">HH", answer.content[frame + 5 : frame + 9]) == (200, 320)


def test_a_stored_query_and_one_in_the_address(admin) -> None:
    stored = admin.post("/queries", QUERY | {"vis_config": {"type": "looker_pie"}}).json()
    first = admin.get(f"/queries/{stored['id']}/run/png")
    assert first.content == run(admin, {"type": "looker_pie"}).content
    listed = admin.get(f"/queries/{stored['id']}/run/jpg", params={"image_width": 300})
    assert listed.content[:3] == b"\xff\xd8\xff"
    address = "/queries/models/thelook/views/order_items/run/png"
    answer = admin.get(address, params={"fields": "order_items.status,order_items.count"})
    assert png_size(answer.content) == (800, 500)


def test_vis_config_changes_the_picture(admin) -> None:
    plain = run(admin, {"type": "looker_column"}).content
    assert run(admin, {"type": "looker_column"}).content == plain
    assert run(admin, {"type": "looker_bar"}).content != plain
    assert run(admin, {"type": "looker_column", "stacking": "normal"}).content != plain
    assert run(admin, None).content == run(admin, {"type": "looker_grid"}).content


def test_merged_results(admin) -> None:
    sources = []
    for field in ("order_items.count", "order_items.total_sale_price"):
        fields = ["order_items.status", field]
        query = admin.post("/queries", QUERY | {"fields": fields}).json()
        merge = [{"field_name": "order_items.status", "source_field_name": "order_items.status"}]
        sources.append({"query_id": query["id"], "name": field, "merge_fields": merge})
    sources[0]["merge_fields"] = []
    body = {"source_queries": sources, "vis_config": {"type": "looker_column"}}
    merged = admin.post("/merge_queries", body).json()
    answer = admin.get(f"/queries/{merged['id']}/run/png")
    assert answer.status == 200, answer.text
    assert shades(answer.content) > 30


def test_a_failing_query_is_a_picture_that_says_why(make_instance, tmp_path) -> None:
    project = tmp_path / "broken"
    project.mkdir()
    (project / "broken.model.lkml").write_text(
        'connection: "thelook"\nexplore: t { }\nview: t { sql_table_name: nowhere ;;\n'
        "  measure: count { type: count } }\n"
    )
    client = make_instance(project).as_role("Admin")
    client.post(
        "/lookml_models",
        {"name": "broken", "project_name": "thelook", "allowed_db_connection_names": ["thelook"]},
    )
    body = {
        "model": "broken",
        "view": "t",
        "fields": ["t.count"],
        "vis_config": {"type": "single_value"},
    }
    answer = client.post("/queries/run/png", body)
    assert answer.status == 200, answer.text
    assert png_size(answer.content) == (800, 500)
    assert client.post("/queries/run/json", body).json()[0]["looker_error"]


def test_no_rows_are_a_picture(admin) -> None:
    answer = run(admin, {"type": "looker_column"}, filters={"order_items.status": "nothing"})
    assert (answer.status, png_size(answer.content)) == (200, (800, 500))


def test_access_is_that_of_the_query(instance) -> None:
    assert run(instance.as_role(None), {"type": "looker_column"}).status in (403, 404)
    assert instance.anonymous.get("/queries/x/run/png").status == 401


def test_hostile_configs_are_pictures(admin) -> None:
    for vis in (
        {"type": ["looker_column"]},
        {"type": "looker_column", "y_axes": [{"series": [None, {"id": {}}], "minValue": "1e999"}]},
        {"type": "looker_line", "x_axis_label": {"signal": "alert(1)"}, "font_size": "</svg>"},
        {
            "type": "looker_column",
            "series_colors": {"order_items.count": "url(file:///etc/passwd)"},
        },
        {"type": "<script>", "hidden_fields": {"x": 1}, "series_labels": [1]},
    ):
        answer = run(admin, vis)
        assert (answer.status, png_size(answer.content)) == (200, (800, 500)), vis


def test_sql_runner_has_no_pictures(admin) -> None:
    query = admin.post(
        "/sql_queries", {"connection_name": "thelook", "sql": "select 1 as a"}
    ).json()
    answer = admin.post(f"/sql_queries/{query['slug']}/run/png", {})
    assert answer.status == 400
    assert "png" in answer.json()["message"]


def test_tasks_draw_pictures(admin) -> None:
    stored = admin.post("/queries", QUERY | {"vis_config": {"type": "looker_column"}}).json()
    body = {"query_id": stored["id"], "result_format": "png"}
    task = admin.post("/query_tasks", body, params={"image_width": 300, "image_height": 200}).json()
    for _ in range(600):
        answer = admin.get(f"/query_tasks/{task['id']}/results")
        if answer.status != 202:
            break
        time.sleep(0.05)
    assert png_size(answer.content) == (300, 200)


def test_collections_of_colours(admin) -> None:
    def picture(**application: str) -> bytes:
        vis = {"type": "looker_column", "color_application": application}
        return run(admin, vis).content

    own = {
        "label": "Own",
        "categoricalPalettes": [{"label": "a", "colors": ["#ff0000", "#00ff00"]}],
    }
    own |= {
        kind: [
            {
                "label": "s",
                "stops": [{"color": "#ffffff", "offset": 0}, {"color": "#ff0000", "offset": 100}],
            }
        ]
        for kind in ("sequentialPalettes", "divergingPalettes")
    }
    made = admin.post("/color_collections", own).json()
    plain = picture()
    named = picture(collection_id=made["id"], palette_id=made["categoricalPalettes"][0]["id"])
    assert named != plain
    assert picture(collection_id="gone", palette_id="gone-categorical-0") == plain
    assert (
        admin.put("/color_collections/default", None, params={"collection_id": made["id"]}).status
        == 200
    )
    assert picture() == named
    changed = own | {"categoricalPalettes": [{"label": "a", "colors": ["#0000ff", "#00ff00"]}]}
    admin.patch(f"/color_collections/{made['id']}", changed)
    assert picture() not in (named, plain)


def test_a_drawing_that_hangs_is_given_up_and_the_server_goes_on(make_instance) -> None:
    instance = make_instance(picture_timeout=4)
    client = instance.as_role("Admin")
    first = run(client, {"type": "looker_column"}).content
    painter = instance.services.runner.pictures._painter
    for worker in painter._live:
        os.kill(worker._process.pid, signal.SIGSTOP)
    answer = run(client, {"type": "looker_line"})
    assert (answer.status, png_size(answer.content)) == (200, (800, 500))
    told = answer.content
    again = run(client, {"type": "looker_line"}).content
    assert again not in (told, first)
