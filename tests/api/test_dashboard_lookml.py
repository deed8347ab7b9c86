"""Dashboards as LookML, and LookML dashboards as content, through the API."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import PROJECT, Instance
from tests.api.test_content_access import closed
from tests.api.test_dashboard_parts import merged
from tests.api.test_dashboards import (
    filtered,
    made,
    nameless,
    parts,
    read,
    tile,
    titles,
    view_shared,
    whole,
)
from tests.api.test_folders import codes, made as made_folder, personal
from tests.api.test_history import finished
from tests.api.test_looks import QUERY, made as made_look

SHOP = "thelook::shop"
FILE = """
- dashboard: shop
  title: The shop
  description: Where people live
  preferred_slug: shopslug
  refresh: 2 hours
  crossfilter_enabled: true
  embed_style: {title_color: "#123456"}
  filters:
  - name: State
    title: State
    type: field_filter
    explore: users
    field: users.state
    default_value: "{{ _user_attributes['locale'] }}"
  elements:
  - name: people
    title: People
    explore: users
    type: looker_bar
    fields: [users.state, users.count]
    filters: {users.city: "-NULL"}
    sorts: [users.count desc]
    limit: 3
    stacking: normal
    hidden_fields: [users.state]
    listen: {State: users.state}
    row: 2
    col: 3
    width: 10
    height: 4
  - name: both
    title: Both
    type: looker_line
    merged_queries:
    - {explore: users, fields: [users.state, users.count]}
    - explore: users
      fields: [users.state, users.average_age]
      join_fields: [{field_name: users.state, source_field_name: users.state}]
  - name: "note / a :: b"
    type: text
    body_text: "**hello**"
- dashboard: old
  title: Old
  layout: grid
  rows:
  - {elements: [a, b], height: 400}
  elements:
  - {name: a, explore: users, fields: [users.count], type: single_value}
  - {name: b, explore: users, fields: [users.count], type: single_value}
- dashboard: still
  layout: static
  elements: []
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "thelook"
    shutil.copytree(PROJECT, folder)
    (folder / "shop.dashboard.lookml").write_text(FILE)
    model = folder / "models/thelook.model.lkml"
    model.write_text(model.read_text() + '\ninclude: "/*.dashboard"\n')
    return folder


@pytest.fixture
def store(make_instance: Callable[..., Instance], project: Path) -> Instance:
    return make_instance(project)


@pytest.fixture
def chief(store: Instance) -> ApiClient:
    return store.as_role("Admin")


def lookml_of(client: ApiClient, dashboard: dict[str, Any]) -> str:
    answer = client.get(f"/dashboards/lookml/{dashboard['id']}")
    assert answer.status == 200, answer.text
    assert answer.json()["dashboard_id"] == dashboard["id"]
    found: str = answer.json()["lookml"]
    return found


def meaning(dashboard: dict[str, Any]) -> Any:
    """What two dashboards have to have in common to be equal; nothing is as good as empty."""
    left = ("content_metadata_id", "created_at", "updated_at", "slug", "url", "folder_id", "folder")
    return _filled(nameless({key: one for key, one in dashboard.items() if key not in left}))


_TRACES = ("lookml_link_id", "client_id", "share_url", "expanded_share_url", "slug")


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        found = {key: _filled(item) for key, item in value.items() if key not in _TRACES}
        return {key: item for key, item in found.items() if item not in (None, {}, [], False)}
    return [_filled(item) for item in value] if isinstance(value, list) else value


# There and back


def everything(client: ApiClient) -> dict[str, Any]:
    """A dashboard of every kind of tile, with hard texts."""
    dashboard = made(
        client,
        "Sales: 'all' & more",
        description="a\n\n b: c  \n# d",
        refresh_interval="90",
        background_color="#fff",
        show_title=False,
        enable_viz_full_screen=False,
        query_timezone="yes",
        appearance={"tile_shadow": True, "page_side_margins": 3},
        chat_enabled=True,
        preserve_desktop_layout=True,
        download_settings={"rows_limit": 5},
    )
    config = {"type": "checkboxes", "display": "inline", "options": ["1", "yes", None, 1.5]}
    filtered(client, dashboard, default_value="null", ui_config=config, required=True)
    filtered(client, dashboard, name="On", type="string_filter", listens_to_filters=["State"])
    listen = [{"dashboard_filter_name": "State", "field": "users.state"}]
    picture = {"type": "looker_bar", "row": 5, "fields": "x", "hidden_fields": ["users.count"]}
    picture |= {"y": {"on": "no", "n": 10**30, "f": 1e300, "s": "\ud800\0"}, "<<": [1]}
    query = QUERY | {
        "vis_config": picture,
        "filters": {"users.city": "yes"},
        "sorts": ["users.count desc 0"],
    }
    query |= {"dynamic_fields": '[{"table_calculation":"t","expression":"1+1"}]', "total": True}
    maker = {"filterables": [{"listen": listen}]}
    tile(client, dashboard, title="Twice", query=query, result_maker=maker, note_text="n\t\x85x")
    tile(client, dashboard, title="Twice", query=QUERY | {"vis_config": {"type": "text"}})
    tile(client, dashboard, query=QUERY)
    both = {"filterables": [{"listen": listen}, {"listen": []}]}
    tile(client, dashboard, merge_result_id=merged(client), result_maker=both, title_hidden=True)
    tile(client, dashboard, body_text="# x\n\n- {{ a }}\n", title_text="", subtitle_text="12")
    tile(client, dashboard, type="button", rich_content_json='{"text": "Go"}')
    tile(client, dashboard, type="extension", extension_id="p::a", aria_description="a")
    (layout,) = read(client, dashboard)["dashboard_layouts"]
    for number, component in enumerate(layout["dashboard_layout_components"]):
        spot = {"row": 50 - number, "column": number, "width": 3 + number, "height": number}
        client.patch(f"/dashboard_layout_components/{component['id']}", spot)
    found: dict[str, Any] = read(client, dashboard)
    return found


def test_what_is_exported_can_be_imported(admin: ApiClient) -> None:
    dashboard = everything(admin)
    text = lookml_of(admin, dashboard)
    assert dashboard["slug"] in text
    admin.delete(f"/dashboards/{dashboard['id']}")
    answer = admin.post("/dashboards/lookml", {"lookml": text, "folder_id": "1"})
    assert answer.status == 200, answer.text
    again = answer.json()
    assert (again["slug"], again["folder_id"]) == (dashboard["slug"], "1")
    assert meaning(again) == meaning(dashboard)
    assert lookml_of(admin, again) == text


def test_tabs_and_looks_come_along(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    layout = dashboard["dashboard_layouts"][0]["id"]
    admin.patch(f"/dashboard_layouts/{layout}", {"label": "One"})
    body = {"dashboard_id": dashboard["id"], "label": "Two", "order": 1}
    second = admin.post("/dashboard_layouts", body).json()["id"]
    look = made_look(admin, "Users")
    tile(admin, dashboard, look_id=look["id"], dashboard_layout_id=second)
    tile(admin, dashboard, title_text="a")
    text = lookml_of(admin, dashboard)
    admin.delete(f"/dashboards/{dashboard['id']}")
    again = admin.post("/dashboards/lookml", {"lookml": text}).json()
    labels = [
        (one["label"], one["active"], len(one["dashboard_layout_components"]))
        for one in again["dashboard_layouts"]
    ]
    assert labels == [("One", True, 1), ("Two", False, 1)]
    assert again["dashboard_elements"][0]["query_id"] == look["query_id"]
    assert again["folder_id"] == personal(admin)


def test_a_slug_says_what_is_overwritten(instance: Instance, admin: ApiClient) -> None:
    dashboard = whole(admin, "Sales")
    text = lookml_of(admin, dashboard)
    for element in dashboard["dashboard_elements"]:
        admin.delete(f"/dashboard_elements/{element['id']}")
    admin.patch(f"/dashboards/{dashboard['id']}", {"title": "x", "chat_enabled": True})
    again = admin.post("/dashboards/from_lookml", {"lookml": text}).json()
    assert (again["id"], again["title"], again["chat_enabled"]) == (dashboard["id"], "Sales", False)
    assert parts(again)["dashboard_filters"] == parts(dashboard)["dashboard_filters"]
    names = ("filterables", "vis_config")
    shown = [
        [
            one.get("result_maker", {}).get(name)
            for one in each["dashboard_elements"]
            for name in names
        ]
        for each in (again, dashboard)
    ]
    assert shown[0] == shown[1]
    folder = made_folder(admin, "inner")
    admin.patch(f"/dashboards/{dashboard['id']}", {"deleted": True})
    moved = admin.post("/dashboards/lookml", {"lookml": text, "folder_id": folder}).json()
    assert (moved["id"], moved["folder_id"], moved["deleted"]) == (dashboard["id"], folder, False)
    view_shared(admin)
    user = instance.as_role("User")
    refused = user.post("/dashboards/lookml", {"lookml": text})
    assert refused.status == 404
    hidden, _ = closed(admin, "hidden")
    admin.patch(f"/dashboards/{dashboard['id']}/move", params={"folder_id": hidden})
    assert user.post("/dashboards/lookml", {"lookml": text}).status == 409
    assert read(admin, dashboard)["title"] == "Sales"


def test_what_cannot_be_imported(instance: Instance, admin: ApiClient) -> None:
    wrong = {
        "": "missing_field",
        "- dashboard: [": "invalid",
        "x: 1": "invalid",
        "- dashboard: a\n- dashboard: b": "invalid",
        "- dashboard: a\n  layout: round": "invalid",
    }
    for text, code in wrong.items():
        assert codes(admin.post("/dashboards/lookml", {"lookml": text})) == [("lookml", code)], text
    tiled = {"lookml": "- dashboard: a\n  layout: tile"}
    assert codes(admin.post("/dashboards/lookml", tiled)) == [("layout", "invalid")]
    odd = {"lookml": "- dashboard: a\n  appearance: 3"}
    assert codes(admin.post("/dashboards/lookml", odd)) == [("appearance", "invalid")]
    element = "{name: b, model: %s, explore: users, fields: [users.count]}"
    foreign = {"lookml": f"- dashboard: a\n  elements:\n  - {element % 'other'}"}
    user = instance.as_role("User")
    body = {"name": "none", "models": ["other"]}
    models = admin.post("/model_sets", body).json()["id"]
    permissions = admin.get("/roles/search", params={"name": "User"}).json()[0]["permission_set"]
    role = {"name": "r", "permission_set_id": permissions["id"], "model_set_id": models}
    role_id = admin.post("/roles", role).json()["id"]
    me = user.get("/user").json()["id"]
    admin.put(f"/users/{me}/roles", [role_id])
    assert user.post("/dashboards/lookml", foreign).status == 200
    own = {"lookml": f"- dashboard: c\n  elements:\n  - {element % 'thelook'}"}
    assert codes(user.post("/dashboards/lookml", own)) == [("lookml", "invalid")]
    dashboard = whole(admin, "Sales")
    text = lookml_of(user, dashboard)
    assert "users.count" not in text
    assert titles(admin) == ["a", "Sales"]


# LookML dashboards


def test_lookml_dashboards_are_content(store: Instance, chief: ApiClient) -> None:
    made(chief, "Own")
    assert titles(chief) == ["Own", "Old", "The shop", "still"]
    viewer = store.as_role("Viewer")
    found = viewer.get(f"/dashboards/{SHOP}").json()
    assert (found["title"], found["description"]) == ("The shop", "Where people live")
    assert (found["readonly"], found["folder"]["id"], found["refresh_interval_to_i"]) == (
        True,
        "lookml",
        7_200_000,
    )
    assert (found["title_color"], found["crossfilter_enabled"]) == ("#123456", True)
    assert found["model"] == {"id": "thelook", "label": "The Look"}
    people, both, note = found["dashboard_elements"]
    assert people["query"]["fields"] == ["users.state", "users.count"]
    assert people["query"]["vis_config"]["stacking"] == "normal"
    assert people["query"]["vis_config"]["hidden_fields"] == ["users.state"]
    assert len(viewer.get(f"/queries/{people['query_id']}/run/json").json()) == 3
    assert len(viewer.get(f"/queries/{both['merge_result_id']}/run/json").json()) > 1
    listens = people["result_maker"]["filterables"][0]["listen"]
    assert listens == [{"dashboard_filter_name": "State", "field": "users.state"}]
    assert note["body_text_as_html"] == "<p><strong>hello</strong></p>"
    (state,) = found["dashboard_filters"]
    assert (state["field"]["name"], state["model"]) == ("users.state", "thelook")
    assert state["default_value"] == "en"
    (layout,) = found["dashboard_layouts"]
    spots = [(one["row"], one["column"]) for one in layout["dashboard_layout_components"]]
    assert spots[0] == (2, 3)
    assert viewer.get(f"/dashboards/{SHOP}").json() == found
    for kind in ("elements", "filters", "layouts"):
        listed = viewer.get(f"/dashboards/{SHOP}/dashboard_{kind}").json()
        assert listed == found[f"dashboard_{kind}"]
    few = viewer.get(f"/dashboards/{SHOP}", params={"fields": "id,dashboard_elements(title)"})
    assert few.json()["dashboard_elements"][2] == {"title": None}


def test_developers_are_told_where_a_lookml_dashboard_is_written(
    store: Instance, chief: ApiClient
) -> None:
    file = "/projects/thelook/files/shop.dashboard.lookml"
    found = chief.get(f"/dashboards/{SHOP}").json()
    assert (found["edit_uri"], found["created_at"]) == (f"{file}?line=2", None)
    line = FILE.splitlines().index("  - name: both") + 1
    assert found["dashboard_elements"][1]["edit_uri"] == f"{file}?line={line}"
    seen = store.as_role("Viewer").get(f"/dashboards/{SHOP}").json()
    uris = [one["edit_uri"] for one in (seen, *seen["dashboard_elements"])]
    assert uris == [None] * 4


def test_the_lookml_of_others_models_is_left_out(store: Instance, project: Path) -> None:
    query = "model: system__activity, explore: history, fields: [history.query_run_count]"
    elements = f"[{{name: runs, title: Runs, type: looker_bar, {query}, secret: 1}}]"
    text = f"- dashboard: runs\n  elements: {elements}\n"
    (project / "runs.dashboard.lookml").write_text(text)
    runs = {"id": "thelook::runs"}
    assert "history.query_run_count" in lookml_of(store.as_role("Admin"), runs)
    found = lookml_of(store.as_role("Viewer"), runs)
    assert "title: Runs" in found
    assert not any(word in found for word in ("history", "secret", "system__activity"))


def test_a_slug_leads_to_a_lookml_dashboard(store: Instance, chief: ApiClient) -> None:
    assert chief.get("/dashboards/shopslug").json()["id"] == SHOP
    assert chief.get("/dashboards/shopslu").status == 404
    assert store.as_role(None).get("/dashboards/shopslug").status == 404
    own = made(chief, "Own", slug="shopslug")
    assert chief.get("/dashboards/shopslug").json()["id"] == own["id"]


def test_rows_of_a_grid_are_written(chief: ApiClient) -> None:
    text = lookml_of(chief, {"id": "thelook::old"})
    made_of = chief.post("/dashboards/lookml", {"lookml": text, "folder_id": "1"}).json()
    imported = chief.post("/dashboards/thelook::old/import/1", {"title": "Same"}).json()
    spots = [
        [
            (one["row"], one["column"], one["width"], one["height"])
            for one in each["dashboard_layouts"][0]["dashboard_layout_components"]
        ]
        for each in (made_of, imported)
    ]
    assert spots == [[(0, 0, 12, 8), (0, 12, 12, 8)]] * 2


def test_elements_without_a_row_stand_below_the_others(store: Instance, project: Path) -> None:
    elements = (
        "[{name: a, type: text, height: 2}, {name: b, type: text, row: 3, col: 4, height: 5},"
        " {name: c, type: text, col: 8}, {name: d, type: text, tab_name: two}]"
    )
    text = f"- dashboard: rows\n  tabs: [{{name: one}}, {{name: two}}]\n  elements: {elements}\n"
    (project / "rows.dashboard.lookml").write_text(text)
    admin = store.as_role("Admin")
    whole = admin.get("/dashboards/thelook::rows").json()
    own = admin.post("/dashboards/thelook::rows/import/1", {}).json()
    for dashboard in (whole, own):
        spots = [
            [(one["row"], one["column"]) for one in layout["dashboard_layout_components"]]
            for layout in dashboard["dashboard_layouts"]
        ]
        assert spots == [[(8, 0), (3, 4), (10, 8)], [(0, 0)]]


def test_elements_name_tabs_by_name_or_label(store: Instance, project: Path) -> None:
    tabs = "[{name: one, label: First}, {name: two, label: Second}]"
    elements = "[{name: a, type: text, tab_name: Second}, {name: b, type: text, tab_name: two}]"
    text = f"- dashboard: tabs\n  tabs: {tabs}\n  elements: {elements}\n"
    (project / "tabs.dashboard.lookml").write_text(text)
    admin = store.as_role("Admin")
    whole = admin.get("/dashboards/thelook::tabs").json()
    own = admin.post("/dashboards/thelook::tabs/import/1", {}).json()
    for dashboard in (whole, own):
        layouts = dashboard["dashboard_layouts"]
        assert [len(one["dashboard_layout_components"]) for one in layouts] == [0, 2]
    second = whole["dashboard_layouts"][1]["id"]
    assert [one["dashboard_layout_id"] for one in whole["dashboard_elements"]] == [second] * 2


def test_lookml_dashboards_are_in_their_folder(store: Instance, chief: ApiClient) -> None:
    viewer = store.as_role("Viewer")
    listed = viewer.get("/folders/lookml/dashboards").json()
    assert [one["id"] for one in listed] == ["thelook::old", SHOP, "thelook::still"]
    assert listed[1] == viewer.get(f"/dashboards/{SHOP}").json()
    folder = viewer.get("/folders/lookml").json()
    assert [one["id"] for one in folder["dashboards"]] == [one["id"] for one in listed]
    few = viewer.get("/folders/lookml", params={"fields": "dashboards(title)"}).json()
    assert few == {"dashboards": [{"title": "Old"}, {"title": "The shop"}, {"title": "still"}]}
    assert viewer.get("/folders/1").json()["dashboards"] == []
    query = listed[1]["dashboard_elements"][0]["query_id"]
    finished(chief, query_id=query, dashboard_id=SHOP)
    store.services.runner.history.flush()
    shown = viewer.get(f"/dashboards/{SHOP}").json()
    assert (listed[1]["usage_count"], shown["usage_count"]) == (0, 1)
    assert shown["last_accessed_at"] is not None


def test_every_id_of_a_lookml_dashboard_leads_somewhere(store: Instance, chief: ApiClient) -> None:
    viewer, nobody = store.as_role("Viewer"), store.as_role(None)
    whole = viewer.get(f"/dashboards/{SHOP}").json()
    (layout,) = whole["dashboard_layouts"]
    path = f"/dashboard_layouts/{quote(layout['id'], safe='')}/dashboard_layout_components"
    assert viewer.get(path).json() == layout["dashboard_layout_components"]
    parts = [
        (kind, part)
        for kind, listed in (
            ("dashboard_elements", whole["dashboard_elements"]),
            ("dashboard_filters", whole["dashboard_filters"]),
            ("dashboard_layouts", whole["dashboard_layouts"]),
            ("dashboard_layout_components", layout["dashboard_layout_components"]),
        )
        for part in listed
    ]
    assert len(parts) == 8
    for kind, part in parts:
        one = f"/{kind}/{quote(part['id'], safe='')}"
        assert viewer.get(one).json() == part
        assert viewer.get(one, params={"fields": "id"}).json() == {"id": part["id"]}
        assert viewer.get(f"{one}x").status == 404
        assert nobody.get(one).status == 404
        refused = chief.patch(one, {})
        assert (refused.status, "LookML" in refused.json()["message"]) == (400, True)
        if kind != "dashboard_layout_components":
            assert chief.delete(one).status == 400
    for odd in ("thelook::", "::", "thelook::none::a", "none::shop::a", "thelook::shop::"):
        for kind in {kind for kind, _ in parts}:
            assert chief.get(f"/{kind}/{odd}").status == 404, (kind, odd)


def test_lookml_dashboards_are_searched(store: Instance, chief: ApiClient) -> None:
    def ids(**params: str) -> list[str]:
        return [row["id"] for row in chief.get("/dashboards/lookml/search", params=params).json()]

    assert ids() == ["thelook::old", SHOP, "thelook::still"]
    assert ids(title="SH%") == [SHOP]
    assert ids(title="the sh%") == [SHOP]
    assert ids(title="s") == []
    assert ids(sorts="title") == ["thelook::old", SHOP, "thelook::still"]
    assert ids(title="s%", sorts="title", limit="1", offset="1") == ["thelook::still"]
    assert ids(folder_id="lookml", sorts="id desc")[0] == "thelook::still"
    assert ids(folder_id="1") == []
    meta = chief.get(f"/dashboards/{SHOP}").json()["content_metadata_id"]
    liked = chief.post("/content_favorite", {"content_metadata_id": meta}).json()["id"]
    assert ids(content_favorite_id=liked) == [SHOP]
    bad = chief.get("/dashboards/lookml/search", params={"sorts": "x"})
    assert (bad.status, "Cannot sort by" in bad.text) == (400, True)


def test_lookml_dashboards_change_with_their_lookml_only(chief: ApiClient) -> None:
    assert chief.patch(f"/dashboards/{SHOP}", {"title": "x"}).status == 405
    assert chief.delete(f"/dashboards/{SHOP}").status == 405
    assert chief.post("/dashboard_elements", {"dashboard_id": SHOP}).status == 400
    assert chief.patch(f"/dashboards/{SHOP}/move", params={"folder_id": "1"}).status == 400
    for path in ("thelook::none", "none::shop"):
        assert chief.get(f"/dashboards/{path}").status == 404
        assert chief.get(f"/dashboards/lookml/{path}").status == 404
        assert chief.post(f"/dashboards/{path}/import/1").status == 404


def test_who_sees_lookml_dashboards(store: Instance, chief: ApiClient) -> None:
    nobody = store.as_role(None)
    assert nobody.get("/dashboards").json() == []
    paths = [f"/dashboards/{SHOP}", f"/dashboards/lookml/{SHOP}"]
    assert [nobody.get(path).status for path in paths] == [404, 404]
    assert nobody.post(f"/dashboards/{SHOP}/import/1").status == 404
    assert nobody.patch(f"/dashboards/{SHOP}/sync").status == 404
    assert nobody.get("/dashboards/lookml/search").json() == []


def test_lookml_dashboards_are_imported_and_followed(
    store: Instance, chief: ApiClient, project: Path
) -> None:
    answer = chief.post(f"/dashboards/{SHOP}/import/1", {"title": "Mine"})
    assert answer.status == 201
    mine = answer.json()
    assert (mine["title"], mine["lookml_link_id"], mine["readonly"]) == ("Mine", SHOP, False)
    assert mine["dashboard_filters"][0]["default_value"].startswith("{{")
    origin = chief.get(f"/dashboards/{SHOP}").json()
    pairs = zip(mine["dashboard_elements"], origin["dashboard_elements"], strict=True)
    for own, other in pairs:
        assert own["query_id"] == other["query_id"]
        assert own["merge_result_id"] == other["merge_result_id"]
        assert own["lookml_link_id"] == other["lookml_link_id"]
    spots = mine["dashboard_layouts"][0]["dashboard_layout_components"]
    assert [spots[0][name] for name in ("row", "column", "width", "height")] == [2, 3, 10, 4]
    assert chief.post(f"/dashboards/{SHOP}/import/1", {"title": "Mine"}).status == 409
    folder = made_folder(chief, "inner")
    other = chief.post(f"/dashboards/{SHOP}/import/{folder}").json()
    loose = chief.patch(f"/dashboards/{other['id']}", {"lookml_link_id": None}).json()
    file = project / "shop.dashboard.lookml"
    file.write_text(FILE.replace("The shop", "Our shop").replace("limit: 3", "limit: 4"))
    assert chief.patch(f"/dashboards/{SHOP}/sync", params={"dashboard_ids": "99"}).json() == []
    assert chief.patch(f"/dashboards/{SHOP}/sync").json() == [int(mine["id"])]
    synced = read(chief, mine)
    assert (synced["title"], synced["lookml_link_id"]) == ("Our shop", SHOP)
    assert synced["dashboard_elements"][0]["query"]["limit"] == "4"
    assert read(chief, loose)["title"] == "The shop"
    view_shared(chief)
    assert store.as_role("User").patch(f"/dashboards/{SHOP}/sync").json() == []


def test_parts_keep_their_ids_when_they_follow_their_lookml(
    store: Instance, chief: ApiClient, project: Path
) -> None:
    mine = chief.post(f"/dashboards/{SHOP}/import/1", {"title": "Mine"}).json()
    tile(chief, mine, title_text="not of the LookML")
    file = project / "shop.dashboard.lookml"
    file.write_text(
        FILE.replace("    title: People", "    title: Inhabitants")
        .replace("  - name: both", "  - {name: new, type: text, body_text: x}\n  - name: both")
        .replace("default_value:", "required: true\n    default_value:")
    )
    assert chief.patch(f"/dashboards/{SHOP}/sync").json() == [int(mine["id"])]
    synced = read(chief, mine)
    before = {one["lookml_link_id"]: one["id"] for one in mine["dashboard_elements"]}
    after = {one["lookml_link_id"]: one["id"] for one in synced["dashboard_elements"]}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"new"}
    assert synced["dashboard_elements"][0]["title"] == "Inhabitants"
    (was,), (now,) = mine["dashboard_filters"], synced["dashboard_filters"]
    assert (now["id"], now["required"]) == (was["id"], True)
    spots = synced["dashboard_layouts"][0]["dashboard_layout_components"]
    assert {one["dashboard_element_id"] for one in spots} == set(after.values())


def test_dashboards_of_one_folder_follow_the_same_lookml(chief: ApiClient, project: Path) -> None:
    first, second = (
        chief.post(f"/dashboards/{SHOP}/import/1", {"title": title}).json() for title in "ab"
    )
    file = project / "shop.dashboard.lookml"
    file.write_text(FILE.replace("The shop", "Our shop").replace("limit: 3", "limit: 4"))
    done = chief.patch(f"/dashboards/{SHOP}/sync")
    assert (done.status, done.json()) == (200, [int(first["id"]), int(second["id"])])
    synced = [read(chief, one) for one in (first, second)]
    assert [one["title"] for one in synced] == ["Our shop", "b"]
    assert [one["dashboard_elements"][0]["query"]["limit"] for one in synced] == ["4", "4"]


def test_what_is_made_of_a_text_follows_nothing(chief: ApiClient) -> None:
    mine = chief.post(f"/dashboards/{SHOP}/import/1", {"title": "Mine"}).json()
    body = {"lookml": lookml_of(chief, mine).replace("title: Mine", "title: Changed")}
    again = chief.post("/dashboards/lookml", body).json()
    assert (again["id"], again["title"], again["lookml_link_id"]) == (mine["id"], "Changed", None)
    assert chief.patch(f"/dashboards/{SHOP}/sync").json() == []
    assert read(chief, mine)["title"] == "Changed"


def test_what_cannot_be_imported_is_named(chief: ApiClient) -> None:
    element = "{name: a, explore: users, fields: [users.count]}"
    answer = chief.post(
        "/dashboards/lookml", {"lookml": f"- dashboard: x\n  elements: [{element}]"}
    )
    (problem,) = answer.json()["errors"]
    assert (answer.status, problem["field"]) == (422, "model")
    assert problem["message"] == 'Element "a": model is required'


def test_lookml_dashboards_are_copied_and_certified(store: Instance, chief: ApiClient) -> None:
    copy = chief.post(f"/dashboards/{SHOP}/copy", params={"folder_id": "1"}).json()
    assert (copy["title"], copy["lookml_link_id"]) == ("The shop", None)
    grid = chief.post("/dashboards/thelook::old/copy", params={"folder_id": "1"}).json()
    spots = [
        tuple(one[name] for name in ("row", "column", "width", "height"))
        for one in grid["dashboard_layouts"][0]["dashboard_layout_components"]
    ]
    assert spots == [(0, 0, 12, 8), (0, 12, 12, 8)]
    still = chief.post("/dashboards/thelook::still/import/1")
    assert codes(still) == [("layout", "invalid")]
    missing = chief.post(f"/dashboards/{SHOP}/copy")
    assert codes(missing) == [("folder_id", "missing_field")]
    path = f"/dashboards/lookml/{SHOP}/certification"
    body = {"certification_status": "certified"}
    assert store.as_role("User").patch(path, body).status == 404
    certified = store.as_role("Developer").patch(path, body).json()
    assert certified["certification_metadata"]["certification_status"] == "certified"
    text = chief.get(f"/dashboards/lookml/{SHOP}").json()["lookml"]
    assert "preferred_slug: shopslug" in text
    again = chief.post("/dashboards/lookml", {"lookml": text, "folder_id": personal(chief)})
    assert again.status == 200
    assert parts(again.json())["dashboard_filters"] == parts(copy)["dashboard_filters"]


# Groups of tiles

GROUPED = """
- dashboard: grouped
  title: Grouped
  layout: newspaper
  enabled_dashboard_agents: true
  default_dashboard_agent: helper
  filters:
  - {name: A, type: date_filter, vis_filter: true}
  elements:
  - {name: box, type: group, title_text: Together, row: 0, col: 0, width: 24, height: 10}
  - {name: inside, type: single_value, group: box, model: thelook, explore: users, fields: [users.count]}
  - {name: outside, type: text, body_text: hello}
"""


def grouping(dashboard: dict[str, Any]) -> dict[str, str | None]:
    """By what elements are: what the element is that they are grouped under."""
    names = {one["id"]: one["type"] for one in dashboard["dashboard_elements"]}
    (layout,) = dashboard["dashboard_layouts"]
    placed = {
        one["dashboard_element_id"]: one.get("group_id")
        for one in layout["dashboard_layout_components"]
    }
    elements = {one["id"]: one.get("group_id") for one in dashboard["dashboard_elements"]}
    assert placed == elements or set(placed.values()) == {None}
    return {names[one]: names.get(group or "") for one, group in elements.items()}


def test_groups_of_tiles_come_and_go_as_lookml(
    make_instance: Callable[..., Instance], project: Path
) -> None:
    (project / "grouped.dashboard.lookml").write_text(GROUPED)
    chief = make_instance(project).as_role("Admin")
    errors = chief.post("/projects/thelook/validate").json()["errors"]
    assert [one["message"] for one in errors if "grouped" in (one["file_path"] or "")] == []
    wanted = {"group": None, "vis": "group", "text": None}
    assert grouping(chief.get("/dashboards/thelook::grouped").json()) == wanted
    mine = chief.post("/dashboards/thelook::grouped/import/1").json()
    assert grouping(mine) == wanted
    text = lookml_of(chief, mine)
    again = chief.post("/dashboards/lookml", {"lookml": text, "folder_id": "1"}).json()
    assert grouping(again) == wanted
    copy = chief.post(f"/dashboards/{again['id']}/copy").json()
    assert grouping(copy) == wanted
    ids = {one["id"] for one in copy["dashboard_elements"]}
    (component,) = [
        one
        for one in copy["dashboard_layouts"][0]["dashboard_layout_components"]
        if one.get("group_id")
    ]
    assert component["group_id"] in ids
    path = f"/dashboard_layout_components/{component['id']}"
    assert chief.patch(path, {"group_id": None}).status == 200
    assert set(grouping(chief.get(f"/dashboards/{copy['id']}").json()).values()) == {None}


def test_a_group_that_is_not_there_is_told(
    make_instance: Callable[..., Instance], project: Path
) -> None:
    (project / "grouped.dashboard.lookml").write_text(GROUPED.replace("group: box", "group: bax"))
    chief = make_instance(project).as_role("Admin")
    errors = chief.post("/projects/thelook/validate").json()["errors"]
    assert any('in unknown group "bax"' in one["message"] for one in errors)
