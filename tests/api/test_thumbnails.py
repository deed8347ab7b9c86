"""Thumbnails of Looks and dashboards."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_looks import made
from tests.api.test_pictures import png_size, shades

from belvedere.content.tables import (
    ContentMetadata,
    Dashboard,
    DashboardElement,
    DashboardLayout,
    DashboardLayoutComponent,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def thumbnail(client: ApiClient, kind: str, identifier: object, **params: object) -> Any:
    return client.get(f"/content_thumbnail/{kind}/{identifier}", params=params)


def look(client: ApiClient, vis_type: str) -> str:
    query = client.post(
        "/queries",
        {
            "model": "thelook",
            "view": "users",
            "fields": ["users.count"],
            "vis_config": {"type": vis_type},
        },
    )
    return str(made(client, f"A {vis_type}", query_id=query.json()["id"])["id"])


def dashboard(instance: Instance, query: str, *, folder: int = 1) -> int:
    """A line over the whole width, below it a text."""
    with instance.services.database.session() as session:
        found = Dashboard(
            title=f"Board {query}", folder_id=folder, created_at=NOW, updated_at=NOW,
            meta=ContentMetadata(content_type="dashboard"),
        )  # fmt: skip
        session.add(found)
        session.flush()
        chart = DashboardElement(dashboard_id=found.id, type="vis", query_slug=query)
        text = DashboardElement(dashboard_id=found.id, type="text", title_text="Hello")
        layout = DashboardLayout(dashboard_id=found.id, type="newspaper", active=True)
        session.add_all([chart, text, layout])
        session.flush()
        places = [(chart, 0, 0, 24, 6), (text, 6, 0, 12, 4)]
        for element, row, column, width, height in places:
            session.add(
                DashboardLayoutComponent(
                    dashboard_layout_id=layout.id,
                    dashboard_element_id=element.id,
                    row=row,
                    column=column,
                    width=width,
                    height=height,
                )
            )
        return found.id


def test_looks_by_their_charts(admin: ApiClient) -> None:
    found = {}
    for kind in ("looker_column", "looker_pie", "single_value", "table", "own_thing"):
        answer = thumbnail(admin, "look", look(admin, kind))
        assert answer.status == 200, answer.text
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert answer.text.startswith("<?xml")
        found[kind] = answer.text
    assert len(set(found.values())) == 4
    assert found["own_thing"] == found["looker_column"]


def test_formats_sizes_and_themes(admin: ApiClient) -> None:
    number = look(admin, "looker_line")
    picture = thumbnail(admin, "look", number, format="png", width=120, height=80)
    assert picture.headers["content-type"] == "image/png"
    assert png_size(picture.content) == (120, 80)
    assert shades(picture.content) > 10
    dark = thumbnail(admin, "look", number, theme="dark")
    assert dark.text != thumbnail(admin, "look", number, theme="light").text
    assert (
        admin.get(f"/vector_thumbnail/look/{number}").text == thumbnail(admin, "look", number).text
    )


@pytest.mark.parametrize(
    "params", [{"theme": "pink"}, {"format": "gif"}, {"width": 1}, {"height": 99_999}]
)
def test_what_there_is_not(admin: ApiClient, params: dict[str, object]) -> None:
    answer = thumbnail(admin, "look", look(admin, "table"), **params)
    assert answer.status == 422
    assert answer.json()["errors"][0]["field"] == next(iter(params))
    assert thumbnail(admin, "board", 1).status == 422


def test_dashboards_by_their_tiles(instance: Instance, admin: ApiClient) -> None:
    query = {"model": "thelook", "view": "users", "fields": ["users.count"]}
    slug = admin.post("/queries", query | {"vis_config": {"type": "looker_line"}}).json()["id"]
    answer = thumbnail(admin, "dashboard", dashboard(instance, slug))
    assert answer.status == 200, answer.text
    tiles = re.findall(r'<rect [^>]*fill="#ffffff" rx="2"', answer.text)
    assert len(tiles) == 1  # a text has no tile of its own, what was deleted shows nothing
    assert len(re.findall(r"<path [^>]*stroke=", answer.text)) == 2


def test_lookml_dashboards(make_instance, tmp_path) -> None:
    project = tmp_path / "with_dashboard"
    project.mkdir()
    (project / "thelook.model.lkml").write_text('connection: "thelook"\ninclude: "*.dashboard"\n')
    (project / "d.dashboard.lookml").write_text(
        "- dashboard: d\n  title: D\n  layout: newspaper\n  elements:\n"
        "  - name: one\n    type: looker_pie\n    row: 0\n    col: 0\n    width: 12\n    height: 6\n"
        "  - name: two\n    type: text\n"
    )
    client = make_instance(project).as_role("Admin")
    answer = thumbnail(client, "dashboard", "thelook::d")
    assert answer.status == 200, answer.text
    assert answer.text.count("<path") == 3
    assert thumbnail(client, "dashboard", "thelook::nothing").status == 404
    assert thumbnail(client, "dashboard", "nothing::d").status == 404


def test_who_may_not_see_it_sees_no_picture(instance: Instance, admin: ApiClient) -> None:
    number = look(admin, "table")
    assert thumbnail(instance.as_role("User"), "look", number).status == 200
    assert thumbnail(instance.as_role(None), "look", number).status == 404
    assert thumbnail(admin, "look", 999_999).status == 404
    assert thumbnail(admin, "dashboard", "x").status == 404
    assert thumbnail(instance.anonymous, "look", number).status == 401
