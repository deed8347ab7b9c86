"""Themes: what they hold, when they are active, which one is the default."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.api.client import ApiClient
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.api import contract
from belvedere.appearance import theme_settings

BEFORE, AFTER = "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"


def made(admin: ApiClient, name: str, **values: Any) -> dict[str, Any]:
    answer = admin.post("/themes", {"name": name, **values})
    assert answer.status == 200, answer.text
    theme: dict[str, Any] = answer.json()
    return theme


def names(answer: Any) -> list[str]:
    return [theme["name"] for theme in answer.json()]


def problems(answer: Any) -> list[tuple[str, str]]:
    assert answer.status == 422, answer.text
    return [(problem["field"], problem["code"]) for problem in answer.json()["errors"]]


def test_every_published_setting_has_a_value_in_the_built_in_theme(admin: ApiClient) -> None:
    (looker,) = admin.get("/themes").json()
    assert (looker["name"], looker["begin_at"], looker["end_at"]) == ("Looker", None, None)
    assert set(looker["settings"]) == set(contract.schema("ThemeSettings").properties)
    assert looker["settings"]["primary_button_color"] == "#1a73e8"
    assert looker["can"]["update"] is False
    for answer in (
        admin.patch(f"/themes/{looker['id']}", {"name": "Mine"}),
        admin.delete(f"/themes/{looker['id']}"),
    ):
        assert answer.status == 400
    assert names(admin.get("/themes")) == ["Looker"]


def test_themes_are_made_changed_and_deleted(admin: ApiClient) -> None:
    given = {"background_color": "rgb(1, 2, 3)", "show_title": False}
    theme = made(admin, "Night_1", settings=given, begin_at=BEFORE, id="77")
    assert theme["id"] != "77"
    assert theme["begin_at"] == "2020-01-01T00:00:00.000+00:00"
    assert theme["settings"] == {**theme_settings.DEFAULTS, **given}
    changed = admin.patch(
        f"/themes/{theme['id']}",
        {"settings": {"font_color": "navy", "background_color": None}, "begin_at": None},
    ).json()
    assert changed["begin_at"] is None
    assert changed["settings"]["background_color"] == "#f6f8fa"
    assert changed["settings"]["show_title"] is False
    assert admin.get(f"/themes/{theme['id']}").json() == changed
    only = admin.get(f"/themes/{theme['id']}", params={"fields": "id,settings(font_color)"})
    assert only.json() == {"id": theme["id"], "settings": {"font_color": "navy"}}
    assert admin.delete(f"/themes/{theme['id']}").status == 204
    assert admin.get(f"/themes/{theme['id']}").status == 404


def test_a_new_theme_begins_as_the_default_theme(admin: ApiClient) -> None:
    made(admin, "House", settings={"tile_background_color": "#eee"})
    admin.put("/themes/default", params={"name": "House"})
    assert made(admin, "Other")["settings"]["tile_background_color"] == "#eee"


def test_validation_tells_everything_at_once(admin: ApiClient) -> None:
    bad = {"settings": {"show_title": False, "font_family": "Arial;"}}
    expected = [
        ("name", "missing_field"),
        ("name", "invalid"),
        ("settings.font_family", "invalid"),
    ]
    assert problems(admin.post("/themes/validate", bad)) == expected
    assert problems(admin.post("/themes", bad)) == expected
    good = {"name": "validTemplate", "settings": {"font_family": "Arial"}}
    answer = admin.post("/themes/validate", good)
    assert (answer.status, answer.content) == (204, b"")
    assert names(admin.get("/themes")) == ["Looker"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("background_color", "red; background: url(//x)"),
        ("title_color", "blu"),
        ("row_gap_size", "8px}"),
        ("base_font_size", "calc(1px)"),
        ("box_shadow", "none; x"),
        ("background_image_url", "javascript:alert(1)"),
        ("background_image_url", 'https://x.example/a"b'),
        ("font_source", "@import url(x)"),
        ("tile_title_alignment", "justify"),
        ("background_opacity", 1.5),
        ("show_title", "perhaps"),
        ("color_collection_id", "nowhere"),
        ("colour", "red"),
    ],
)
def test_settings_are_only_what_style_sheets_can_hold(
    admin: ApiClient, name: str, value: object
) -> None:
    answer = admin.post("/themes", {"name": "x", "settings": {name: value}})
    assert problems(answer) == [(f"settings.{name}", "invalid")]


def test_other_values_are_taken(admin: ApiClient) -> None:
    given = {
        "background_image_url": "https://x.example/a.png?b=c",
        "background_opacity": 0.25,
        "base_font_size": "1.5em",
        "box_shadow": "0 1px 4px rgba(0, 0, 0, 0.2)",
        "color_collection_id": "harbour",
        "font_family": "'Source Sans', Arial",
        "font_source": "https://fonts.example/css2?family=Inter:wght@400;700",
        "text_tile_background_color": "",
        "tile_title_alignment": "left",
        "title_color": "hsl(120deg, 50%, 40%)",
    }
    settings = made(admin, "Full", settings=given)["settings"]
    assert {name: settings[name] for name in given} == given


@pytest.mark.parametrize("name", ["with space", "ü", "a-b", "x" * 256, "new\n", ""])
def test_names_are_letters_digits_and_underscores(admin: ApiClient, name: str) -> None:
    assert problems(admin.post("/themes", {"name": name}))[-1] == ("name", "invalid")


def test_periods_are_read_and_have_a_length(admin: ApiClient) -> None:
    for begin, end, field in (
        ("soon", None, "begin_at"),
        (AFTER, BEFORE, "end_at"),
        (BEFORE, BEFORE, "end_at"),
        (None, "0001-01-01T00:00:00+14:00", "end_at"),
    ):
        answer = admin.post("/themes", {"name": "x", "begin_at": begin, "end_at": end})
        assert problems(answer) == [(field, "invalid")]


def test_of_one_name_there_is_one_theme_at_a_time(admin: ApiClient) -> None:
    first = made(admin, "Season", begin_at="2026-01-01T00:00:00Z", end_at="2026-04-01T00:00:00Z")
    meets = {"name": "SEASON", "begin_at": "2026-03-31T23:59:59Z", "end_at": None}
    assert problems(admin.post("/themes", meets)) == [("name", "already_exists")]
    assert problems(admin.post("/themes", {"name": "looker"})) == [("name", "already_exists")]
    second = made(admin, "Season", begin_at="2026-04-01T00:00:00Z")
    answer = admin.patch(f"/themes/{first['id']}", {"end_at": "2026-04-02T00:00:00Z"})
    assert problems(answer) == [("name", "already_exists")]
    assert admin.get(f"/themes/{first['id']}").json() == first
    assert admin.patch(f"/themes/{second['id']}", {"name": "Later"}).status == 200
    assert admin.patch(f"/themes/{first['id']}", {"end_at": None}).json()["end_at"] is None


def test_which_are_active_depends_on_the_time(admin: ApiClient) -> None:
    made(admin, "Old", end_at="2021-01-01T00:00:00Z")
    made(admin, "Next", begin_at=AFTER)

    def active(**params: str) -> list[str]:
        return names(admin.get("/themes/active", params=params))

    assert active() == ["Looker"]
    assert active(ts="2020-12-31T23:59:59.999+0000") == ["Looker", "Old"]
    assert active(ts="2021-01-01T00:00:00Z") == ["Looker"]
    assert active(ts=AFTER, name="next") == ["Next"]
    assert active(name="Next") == []
    assert active(theme_type="embed") == ["Looker"]
    assert admin.get("/themes/active", params={"ts": "noon"}).status == 422
    assert admin.get("/themes/active", params={"theme_type": "paper"}).status == 422

    def named(**params: str) -> str:
        name: str = admin.get("/themes/theme_or_default", params=params).json()["name"]
        return name

    assert named(name="next") == "Looker"
    assert named(name="next", ts="2041-06-01T00:00:00Z") == "Next"
    assert admin.get("/themes/theme_or_default").status == 400


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"begin_at": "2026-07-01T00:00:00Z"}, ["Looker", "Late"]),
        ({"end_at": "2026-02-01T00:00:00Z"}, ["Looker", "Early"]),
        (
            {"begin_at": "2026-02-01T00:00:00Z", "end_at": "2026-05-01T00:00:00Z"},
            ["Looker", "Early", "Late"],
        ),
        ({"begin_at": "NOT NULL"}, ["Early", "Late"]),
        ({"end_at": "is null"}, ["Looker", "Late"]),
        ({"name": "%a%"}, ["Early", "Late"]),
        ({"name": "LATE", "id": "1", "filter_or": "true"}, ["Looker", "Late"]),
        ({"sorts": "name desc", "limit": "2"}, ["Looker", "Late"]),
        ({"theme_type": "all", "offset": "2"}, ["Late"]),
    ],
)
def test_themes_are_searched(admin: ApiClient, params: dict[str, str], found: list[str]) -> None:
    made(admin, "Early", begin_at="2026-01-01T00:00:00Z", end_at="2026-03-01T00:00:00Z")
    made(admin, "Late", begin_at="2026-04-01T00:00:00Z")
    assert names(admin.get("/themes/search", params=params)) == found


def test_a_period_is_not_searched_by_one_of_its_ends(admin: ApiClient) -> None:
    params = {"begin_at": BEFORE, "end_at": AFTER, "filter_or": "true"}
    assert problems(admin.get("/themes/search", params=params)) == [("filter_or", "invalid")]
    assert problems(admin.get("/themes/search", params={"begin_at": "x"})) == [
        ("begin_at", "invalid")
    ]


def default(client: ApiClient, **params: str) -> str:
    path = "/themes/default_theme" if "theme_type" in params else "/themes/default"
    name: str = client.get(path, params=params).json()["name"]
    return name


def test_the_default_is_chosen_for_each_type(admin: ApiClient) -> None:
    made(admin, "Inside")
    made(admin, "Outside")
    for name, kind in (("inside", "internal"), ("Outside", "embed")):
        params = {"name": name, "theme_type": kind}
        assert admin.put("/themes/default_theme", params=params).status == 200
    assert default(admin) == "Outside"
    assert default(admin, theme_type="internal") == "Inside"
    assert admin.put("/themes/default", params={"name": "Looker"}).json()["name"] == "Looker"
    assert default(admin, theme_type="internal") == "Looker"
    assert admin.put("/themes/default_theme", params={"name": "Inside"}).status == 422
    assert admin.get("/themes/default_theme").status == 422


def test_the_default_lasts(instance: Instance, admin: ApiClient) -> None:
    made(admin, "Ends", end_at=AFTER)
    made(admin, "Begins", begin_at=AFTER)
    for name in ("Ends", "Begins"):
        answer = admin.put("/themes/default", params={"name": name})
        assert problems(answer) == [("name", "invalid")]
    assert admin.put("/themes/default", params={"name": "Nobody"}).status == 404
    soon = (clock.now() + timedelta(minutes=10)).isoformat()
    house = made(admin, "House", begin_at=soon)
    instance.skip(20)
    assert admin.put("/themes/default", params={"name": "House"}).status == 200
    for change in ({"end_at": AFTER}, {"name": "Home"}, {"begin_at": "2039-01-01T00:00:00Z"}):
        assert admin.patch(f"/themes/{house['id']}", change).status == 422
    assert admin.delete(f"/themes/{house['id']}").status == 400
    assert default(admin) == "House"
    assert default(admin, ts=BEFORE) == "Looker"


def test_who_changes_themes(instance: Instance, admin: ApiClient) -> None:
    admin.post(
        "/permission_sets", {"name": "themes", "permissions": ["access_data", "manage_themes"]}
    )
    sets = {item["name"]: item["id"] for item in admin.get("/permission_sets").json()}
    models = {item["name"]: item["id"] for item in admin.get("/model_sets").json()}
    role = {"name": "Designer", "permission_set_id": sets["themes"], "model_set_id": models["All"]}
    assert admin.post("/roles", role).status == 200
    designer, viewer = instance.as_role("Designer"), instance.as_role("Viewer")
    theme = made(designer, "Mine")
    assert theme["can"]["update"] is True
    assert designer.put("/themes/default", params={"name": "Mine"}).status == 404
    assert viewer.get(f"/themes/{theme['id']}").json()["can"]["update"] is False
    for path in ("/themes", "/themes/search", "/themes/active", "/themes/default"):
        assert viewer.get(path).status == 200
    for answer in (
        viewer.post("/themes", {"name": "Other"}),
        viewer.post("/themes/validate", {"name": "Other"}),
        viewer.patch(f"/themes/{theme['id']}", {"name": "Other"}),
        viewer.delete(f"/themes/{theme['id']}"),
        viewer.put("/themes/default", params={"name": "Mine"}),
    ):
        assert answer.status == 404
    assert instance.anonymous.get("/themes").status == 401


TEXTS = st.text(max_size=30) | st.sampled_from(["#fff", "a;b", "url(x)", "'a", "rgb(1,2,3)"])
ADDRESSES = {"font_source", "background_image_url", "background_image_id", "color_collection_id"}
STYLED = sorted(set(theme_settings.DEFAULTS) - ADDRESSES)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(STYLED), TEXTS)
def test_no_accepted_text_leaves_its_declaration(name: str, value: str) -> None:
    if isinstance(theme_settings.DEFAULTS[name], str) and not list(
        theme_settings.problems({name: value})
    ):
        assert not set(value) & set(";{}<>\\\n")
        assert "/*" not in value
        assert "url" not in value.lower() or "(" not in value
        assert value.count('"') % 2 == value.count("'") % 2 == 0
