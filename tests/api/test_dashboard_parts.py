"""Elements, filters and layouts of dashboards, through the API."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_content_access import closed, shared_closed
from tests.api.test_dashboards import filtered, made, read, tile
from tests.api.test_folders import codes
from tests.api.test_looks import QUERY, made as made_look, queried

from belvedere.content.tables import ResultMaker

__all__ = ["shared_closed"]
LISTEN = [{"dashboard_filter_name": "State", "field": "users.state"}]


def merged(client: ApiClient) -> str:
    first, second = queried(client), queried(client, fields=["users.state", "users.average_age"])
    pairs = [{"field_name": "users.state", "source_field_name": "users.state"}]
    body = {
        "source_queries": [
            {"query_id": first, "name": "one"},
            {"query_id": second, "name": "two", "merge_fields": pairs},
        ],
        "vis_config": {"type": "looker_line"},
    }
    answer = client.post("/merge_queries", body)
    assert answer.status == 200, answer.text
    found: str = answer.json()["id"]
    return found


def listens(element: dict[str, Any]) -> Any:
    return [part["listen"] for part in element["result_maker"]["filterables"]]


def refused(client: ApiClient, dashboard: dict[str, Any], **values: object) -> Any:
    return codes(client.post("/dashboard_elements", {"dashboard_id": dashboard["id"], **values}))


# What elements show


def test_an_element_shows_a_query(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    query = queried(admin, vis_config={"type": "looker_bar"})
    element = tile(admin, dashboard, query_id=query, title="By state")
    assert (element["type"], element["title"], element["query_id"]) == ("vis", "By state", query)
    assert element["query"]["fields"] == QUERY["fields"]
    maker = element["result_maker"]
    assert maker["id"] == element["result_maker_id"]
    assert maker["query"] == element["query"]
    assert maker["vis_config"] == {"type": "looker_bar"}
    assert maker["filterables"] == [
        {"model": "thelook", "view": "users", "name": None, "listen": []}
    ]
    assert element == admin.get(f"/dashboard_elements/{element['id']}").json()
    assert read(admin, dashboard)["dashboard_elements"] == [element]
    path = f"/dashboards/{dashboard['id']}/dashboard_elements"
    assert admin.get(path).json() == [element]


def test_a_query_may_come_with_the_element(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    shown = admin.get(f"/queries/{queried(admin)}").json()
    for values in (
        {"query": QUERY},
        {"query": shown},
        {"query": {"id": shown["id"]}},
        {"result_maker": {"query": shown}},
        {"result_maker": {"query": {"id": shown["id"]}}},
    ):
        assert tile(admin, dashboard, **values)["query_id"] == shown["id"], values


def test_an_element_shows_a_look(admin: ApiClient) -> None:
    look = made_look(admin, "Users")
    dashboard = made(admin, "x")
    element = tile(admin, dashboard, look_id=look["id"])
    assert (element["look_id"], element["query_id"]) == (look["id"], None)
    assert "query" not in element
    assert element["look"]["title"] == "Users"
    assert element["look"]["query"]["fields"] == QUERY["fields"]
    assert element["result_maker"]["query_id"] == look["query_id"]
    again = admin.patch(f"/dashboard_elements/{element['id']}", element)
    assert again.json() == element
    other = queried(admin, limit="7", view="orders", fields=["orders.count"])
    admin.patch(f"/looks/{look['id']}", {"query_id": other})
    changed = admin.get(f"/dashboard_elements/{element['id']}").json()
    assert changed["result_maker"]["filterables"][0]["view"] == "orders"


def test_an_element_of_a_deleted_look_stays(admin: ApiClient) -> None:
    look = made_look(admin, "Users")
    dashboard = made(admin, "x")
    element = tile(admin, dashboard, look_id=look["id"], title="t")
    path, look_path = f"/dashboard_elements/{element['id']}", f"/looks/{look['id']}"
    admin.patch(look_path, {"deleted": True})
    trashed = admin.get(path).json()
    assert (trashed["look_id"], trashed["title"], "look" in trashed) == (look["id"], "t", False)
    admin.patch(look_path, {"deleted": False})
    assert admin.get(path).json()["look"]["id"] == look["id"]
    admin.delete(look_path)
    gone = admin.get(path).json()
    assert (gone["look_id"], gone["title"]) == (None, "t")
    assert admin.patch(path, gone).status == 200


def test_an_element_shows_a_merge_query(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    merge = merged(admin)
    maker = {"filterables": [{"listen": LISTEN}, {"listen": []}]}
    element = tile(admin, dashboard, merge_result_id=merge, result_maker=maker)
    assert (element["merge_result_id"], element["query_id"]) == (merge, None)
    shown = element["result_maker"]
    assert (shown["merge_result_id"], shown["vis_config"]) == (merge, {"type": "looker_line"})
    names = [(part["name"], part["view"]) for part in shown["filterables"]]
    assert names == [("one", "users"), ("two", "users")]
    assert listens(element) == [LISTEN, []]


def test_texts_and_buttons(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    body = "**bold** <script>alert(1)</script>[x](javascript:alert(1))\n\n| a |\n|---|\n| b |"
    text = tile(
        admin, dashboard, title_text="A *title*", body_text=body, note_text="<b onclick='x'>n</b>"
    )
    assert text["type"] == "text"
    assert text["body_text"] == body
    html = text["body_text_as_html"]
    assert "<strong>bold</strong>" in html
    assert "<table>" in html
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert text["title_text_as_html"] == "A <em>title</em>"
    assert text["note_text_as_html"] == "<p><b>n</b></p>"
    button = tile(admin, dashboard, rich_content_json='{"text": "Go"}')
    assert button["type"] == "button"
    assert tile(admin, dashboard, type="extension", extension_id="p::a")["extension_id"] == "p::a"
    assert "result_maker" not in button


def test_elements_are_changed(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    element = tile(
        admin, dashboard, query=QUERY, result_maker={"filterables": [{"listen": LISTEN}]}
    )
    path = f"/dashboard_elements/{element['id']}"
    values = {
        "title": "t",
        "title_hidden": True,
        "note_state": "expanded",
        "note_display": "hover",
        "refresh_interval": "90",
        "type": "vis",
    }
    changed = admin.patch(path, values).json()
    assert {name: changed[name] for name in values} == values
    assert changed["refresh_interval_to_i"] == 90_000
    assert listens(changed) == [LISTEN]
    again = admin.patch(path, changed)
    assert again.json() == changed
    other = admin.patch(path, {"query_id": queried(admin, limit="9")}).json()
    assert other["query"]["limit"] == "9"
    assert listens(other) == [LISTEN]
    back = admin.patch(path, {"query": QUERY}).json()
    assert back["query_id"] == element["query_id"]
    stale = admin.patch(path, back | {"query_id": queried(admin, limit="8")}).json()
    assert stale["query"]["limit"] == "8"
    drawn = admin.patch(path, {"result_maker": {"vis_config": {"type": "looker_map"}}}).json()
    assert drawn["result_maker"]["vis_config"] == {"type": "looker_map"}
    assert listens(drawn) == [LISTEN]
    look = made_look(admin, "Users")
    linked = admin.patch(path, {"look_id": look["id"]}).json()
    assert (linked["look_id"], linked["query_id"]) == (look["id"], None)
    cleared = admin.patch(path, {"look_id": None}).json()
    assert (cleared["look_id"], cleared["query_id"]) == (None, None)


def test_elements_are_deleted_with_what_is_theirs(instance: Instance, admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    element = tile(admin, dashboard, query=QUERY)
    assert admin.delete(f"/dashboard_elements/{element['id']}").status == 204
    assert admin.get(f"/dashboard_elements/{element['id']}").status == 404
    found = read(admin, dashboard)
    assert found["dashboard_elements"] == []
    assert found["dashboard_layouts"][0]["dashboard_layout_components"] == []
    with instance.services.database.reading() as session:
        assert session.query(ResultMaker).count() == 0


def test_what_an_element_cannot_show(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    look, query = made_look(admin, "Users"), queried(admin)
    invalid = [("query_id", "invalid")]
    assert codes(admin.post("/dashboard_elements", {})) == [("dashboard_id", "missing_field")]
    assert admin.post("/dashboard_elements", {"dashboard_id": "99"}).status == 404
    assert refused(admin, dashboard, query_id="nothing") == invalid
    assert refused(admin, dashboard, query_id=query, look_id=look["id"]) == invalid
    assert refused(admin, dashboard, query={"model": "thelook"}) == [("view", "missing_field")]
    assert refused(admin, dashboard, look_id="99") == [("look_id", "invalid")]
    assert refused(admin, dashboard, merge_result_id="x") == [("merge_result_id", "invalid")]
    sql = {"sql_query_id": "x"}
    assert refused(admin, dashboard, result_maker=sql) == [("sql_query_id", "invalid")]
    where = "result_maker.filterables.listen"
    for listen in (
        "x",
        [1],
        [{"field": "users.state"}],
        [{"dashboard_filter_name": 1, "field": ""}],
    ):
        maker = {"filterables": [{"listen": listen}]}
        assert refused(admin, dashboard, query=QUERY, result_maker=maker) == [(where, "invalid")]
    deep: dict[str, Any] = {}
    for _ in range(100):
        deep = {"a": deep}
    maker = {"vis_config": deep}
    assert refused(admin, dashboard, query=QUERY, result_maker=maker) == [("vis_config", "invalid")]
    assert refused(admin, dashboard, title="\ud800") == [("title", "invalid")]
    assert refused(admin, dashboard, body_text="x" * 200_001) == [("body_text", "invalid")]
    assert refused(admin, dashboard, refresh_interval="soon") == [("refresh_interval", "invalid")]
    assert refused(admin, dashboard, result_maker=[]) == [("result_maker", "invalid")]
    assert read(admin, dashboard)["dashboard_elements"] == []
    other = made(admin, "other")
    element = tile(admin, dashboard, title_text="x")
    moved = admin.patch(f"/dashboard_elements/{element['id']}", {"dashboard_id": other["id"]})
    assert codes(moved) == [("dashboard_id", "invalid")]


def test_queries_of_other_models_are_left_out(instance: Instance, admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    filtered(admin, dashboard)
    maker = {"filterables": [{"listen": LISTEN}], "vis_config": {"type": "looker_bar"}}
    tile(admin, dashboard, title="t", query=QUERY, result_maker=maker)
    tile(admin, dashboard, look_id=made_look(admin, "Users")["id"])
    tile(admin, dashboard, merge_result_id=merged(admin))
    models = admin.post("/model_sets", {"name": "none", "models": ["other"]}).json()["id"]
    names = ["access_data", "see_looks", "see_user_dashboards", "save_content", "save_dashboards"]
    permissions = admin.post("/permission_sets", {"name": "p", "permissions": names}).json()["id"]
    body = {"name": "elsewhere", "permission_set_id": permissions, "model_set_id": models}
    role = admin.post("/roles", body).json()["id"]
    user_id = instance.user(None)
    admin.put(f"/users/{user_id}/roles", [role])
    user = instance.client_of(user_id)
    found = read(user, dashboard)
    for element in found["dashboard_elements"]:
        assert "query" not in element
        assert "result_maker" not in element
        assert "query" not in element.get("look", {})
    assert found["dashboard_elements"][0]["title"] == "t"
    assert [row["field"] for row in found["dashboard_filters"]] == [None]
    kinds = [
        one["vis_type"]
        for layout in found["dashboard_layouts"]
        for one in layout["dashboard_layout_components"]
    ]
    assert kinds == ["vis", "vis", "vis"]
    element = found["dashboard_elements"][0]
    path = f"/dashboard_elements/{element['id']}"
    assert user.patch(path, element | {"title": "mine"}).status == 200
    assert listens(admin.get(path).json()) == [LISTEN]
    mine = {"query_id": queried(admin, limit="8")}
    assert codes(user.patch(path, mine)) == [("query_id", "invalid")]


# Listening to filters


def test_elements_listen_to_the_filters_of_their_explore(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    filtered(admin, dashboard)
    filtered(admin, dashboard, name="Again", title="a")
    filtered(admin, dashboard, name="City", title="c", dimension="users.city")
    filtered(admin, dashboard, name="Orders", explore="orders", dimension="orders.status")
    filtered(admin, dashboard, name="Date", type="date_filter", dimension=None)
    body = {"dashboard_id": dashboard["id"], "query": QUERY}
    params = {"apply_filters": "true"}
    element = admin.post("/dashboard_elements", body, params=params).json()
    city = {"dashboard_filter_name": "City", "field": "users.city"}
    assert listens(element) == [[*LISTEN, city]]
    own = [{"dashboard_filter_name": "Again", "field": "users.state"}]
    maker = {"filterables": [{"listen": own}]}
    kept = admin.post("/dashboard_elements", body | {"result_maker": maker}, params=params).json()
    assert listens(kept) == [[*own, city]]
    assert listens(tile(admin, dashboard, query=QUERY)) == [[]]


def test_listening_goes_on_when_a_filter_is_renamed(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    found = filtered(admin, dashboard)
    filtered(admin, dashboard, name="City", listens_to_filters=["State", "Else"])
    tile(admin, dashboard, query=QUERY, result_maker={"filterables": [{"listen": LISTEN}]})
    admin.patch(f"/dashboard_filters/{found['id']}", {"name": "Where"})
    whole = read(admin, dashboard)
    assert listens(whole["dashboard_elements"][0])[0][0]["dashboard_filter_name"] == "Where"
    assert whole["dashboard_filters"][1]["listens_to_filters"] == ["Where", "Else"]


# Filters


def test_filters_are_made_changed_and_deleted(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    config = {"type": "checkboxes", "display": "popover", "options": ["a"]}
    found = filtered(admin, dashboard, default_value="Ohio", ui_config=config)
    assert (found["name"], found["type"], found["row"]) == ("State", "field_filter", 0)
    assert (found["default_value"], found["ui_config"]) == ("Ohio", config)
    assert (found["allow_multiple_values"], found["required"]) == (True, False)
    assert found["field"]["name"] == "users.state"
    path = f"/dashboard_filters/{found['id']}"
    body = {"default_value": None, "required": True, "row": 5, "dimension": "users.city"}
    changed = admin.patch(path, body).json()
    assert {name: changed[name] for name in body} == body
    assert changed["field"]["name"] == "users.city"
    assert admin.patch(path, changed).json() == changed
    assert admin.get(path).json() == changed
    second = filtered(admin, dashboard, name="x", row=1)
    listed = admin.get(f"/dashboards/{dashboard['id']}/dashboard_filters").json()
    assert [row["name"] for row in listed] == ["x", "State"]
    assert admin.delete(path).status == 204
    assert admin.get(path).status == 404
    assert read(admin, dashboard)["dashboard_filters"] == [second]


@pytest.mark.parametrize("kind", ["date", "number", "string"])
def test_kinds_of_filters(admin: ApiClient, kind: str) -> None:
    dashboard = made(admin, "x")
    body = {"dashboard_id": dashboard["id"], "title": "t", "name": "n", "type": kind}
    found = admin.post("/dashboard_filters", body).json()
    assert (found["type"], found["field"]) == (f"{kind}_filter", None)
    body |= {"name": "m", "type": f"{kind}_filter"}
    assert admin.post("/dashboard_filters", body).json()["type"] == f"{kind}_filter"


def test_a_filter_on_what_is_gone_stays(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    assert filtered(admin, dashboard, name="a", model="gone")["field"] is None
    assert filtered(admin, dashboard, name="b", explore="gone")["field"] is None
    assert filtered(admin, dashboard, name="c", dimension="users.gone")["field"] is None


def test_what_a_filter_needs(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    found = filtered(admin, dashboard)
    body = {"dashboard_id": dashboard["id"], "name": "n", "title": "t", "type": "string_filter"}
    missing = [(name, "missing_field") for name in ("name", "title", "type")]
    only = {"dashboard_id": dashboard["id"]}
    assert codes(admin.post("/dashboard_filters", only)) == missing
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"name": "State"}, [("name", "already_exists")]),
        ({"type": "color"}, [("type", "invalid")]),
        ({"row": -1}, [("row", "invalid")]),
        ({"row": 10**30}, [("row", "invalid")]),
        ({"listens_to_filters": ["\0"]}, [("listens_to_filters", "invalid")]),
        (
            {"type": "field_filter"},
            [(name, "missing_field") for name in ("model", "explore", "dimension")],
        ),
    ]
    for change, problems in cases:
        assert codes(admin.post("/dashboard_filters", body | change)) == problems, change
    other = admin.post("/dashboard_filters", body).json()
    path = f"/dashboard_filters/{other['id']}"
    assert codes(admin.patch(path, {"name": "State"})) == [("name", "already_exists")]
    assert codes(admin.patch(path, {"name": " "})) == [("name", "missing_field")]
    assert admin.patch(path, {"name": None}).json()["name"] == "n"
    assert len(read(admin, dashboard)["dashboard_filters"]) == 2
    assert admin.get(f"/dashboard_filters/{found['id']}").json() == found


def test_values_of_filters_are_kept(instance: Instance, admin: ApiClient) -> None:
    path = "/dashboard_filter_state"
    for state in (b'{"State": "Ohio"}', b'"State=Ohio"', b"State=Ohio&City="):
        made = admin.post(path, content=state)
        assert made.status == 201
        guid = made.json()
        assert instance.as_role("Viewer").get(f"{path}/{guid}").content == state
        assert admin.get(f"{path}/%22{guid}%22").content == state
    assert admin.get(f"{path}/nothing").status == 404
    for refused in (b"", b"x" * 100_001, b"\0"):
        assert admin.post(path, content=refused).status == 422
    assert admin.post(path, content=b"\xff").status == 400


# Layouts


def components(layout: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    names = ("row", "column", "width", "height")
    return [tuple(one[name] for name in names) for one in layout["dashboard_layout_components"]]


def test_new_elements_stand_at_the_bottom(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    for _ in range(2):
        tile(admin, dashboard, title_text="x")
    (layout,) = read(admin, dashboard)["dashboard_layouts"]
    assert components(layout) == [(0, 0, 8, 6), (6, 0, 8, 6)]
    first = layout["dashboard_layout_components"][0]
    path = f"/dashboard_layout_components/{first['id']}"
    body = {"row": 20, "column": 4, "width": 24, "height": 2, "granular_row": 3, "group_id": "g"}
    changed = admin.patch(path, body).json()
    assert {name: changed[name] for name in body} == body
    assert admin.get(path).json() == changed
    assert admin.patch(path, changed).json() == changed
    tile(admin, dashboard, title="last")
    listed = admin.get(f"/dashboard_layouts/{layout['id']}/dashboard_layout_components").json()
    assert (listed[2]["row"], listed[2]["element_title"]) == (22, "last")
    assert read(admin, dashboard)["dashboard_layouts"][0]["dashboard_layout_components"] == listed


def test_exactly_one_layout_is_active(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    tile(admin, dashboard, title_text="x")
    (first,) = dashboard["dashboard_layouts"]
    body = {"dashboard_id": dashboard["id"], "type": "grid", "active": True, "column_width": 5}
    second = admin.post("/dashboard_layouts", body).json()
    assert {name: second[name] for name in body} == body
    assert components(second) == [(0, 0, 8, 6)]
    path = f"/dashboard_layouts/{first['id']}"
    second_path = f"/dashboard_layouts/{second['id']}"
    assert admin.get(path).json()["active"] is False
    assert codes(admin.patch(second_path, {"active": False})) == [("active", "invalid")]
    assert admin.patch(path, {"active": True, "label": "One"}).json()["active"] is True
    assert admin.get(second_path).json()["active"] is False
    listed = admin.get(f"/dashboards/{dashboard['id']}/dashboard_layouts").json()
    assert [row["active"] for row in listed] == [True, False]
    assert admin.delete(path).status == 204
    assert admin.get(second_path).json()["active"] is True
    assert codes(admin.delete(second_path)) == [("dashboard_layout_id", "invalid")]
    assert len(read(admin, dashboard)["dashboard_elements"]) == 1


def test_tabs_hold_what_was_put_into_them(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    tile(admin, dashboard, title_text="a")
    body = {"dashboard_id": dashboard["id"], "label": "Tab", "order": 1, "description": "d"}
    tab = admin.post("/dashboard_layouts", body).json()
    assert (components(tab), tab["label"]) == ([], "Tab")
    inside = tile(admin, dashboard, title_text="b", dashboard_layout_id=tab["id"])
    assert inside["dashboard_layout_id"] == tab["id"]
    tile(admin, dashboard, title_text="c", dashboard_layout_id="999")
    found = read(admin, dashboard)["dashboard_layouts"]
    assert [len(components(layout)) for layout in found] == [2, 1]
    component = found[0]["dashboard_layout_components"][0]["id"]
    path = f"/dashboard_layout_components/{component}"
    moved = admin.patch(path, {"dashboard_layout_id": tab["id"]}).json()
    assert moved["dashboard_layout_id"] == tab["id"]
    found = read(admin, dashboard)["dashboard_layouts"]
    assert [len(components(layout)) for layout in found] == [1, 2]


def test_what_layouts_refuse(admin: ApiClient) -> None:
    dashboard, other = made(admin, "x"), made(admin, "y")
    tile(admin, dashboard, title_text="x")
    strange = tile(admin, other, title_text="y")
    (layout,) = read(admin, dashboard)["dashboard_layouts"]
    path = f"/dashboard_layouts/{layout['id']}"
    for name, value in (("width", -1), ("order", 10**20), ("type", "x" * 65), ("label", "\0")):
        assert codes(admin.patch(path, {name: value})) == [(name, "invalid")]
    component = layout["dashboard_layout_components"][0]["id"]
    path = f"/dashboard_layout_components/{component}"
    elsewhere = other["dashboard_layouts"][0]["id"]
    for name, value in (
        ("row", -1),
        ("height", 10**9),
        ("dashboard_layout_id", elsewhere),
        ("dashboard_element_id", strange["id"]),
    ):
        assert codes(admin.patch(path, {name: value})) == [(name, "invalid")]
    assert read(admin, dashboard)["dashboard_layouts"] == [layout]
    for kind in ("elements", "filters", "layouts", "layout_components"):
        for identifier in ("0", "x", "9" * 30):
            assert admin.get(f"/dashboard_{kind}/{identifier}").status == 404
            assert admin.patch(f"/dashboard_{kind}/{identifier}", {}).status == 404


# Searching


def test_elements_are_searched(admin: ApiClient) -> None:
    first, second = made(admin, "first"), made(admin, "second")
    look = made_look(admin, "Users")
    tile(admin, first, title="b", look_id=look["id"])
    tile(admin, first, title="a")
    tile(admin, second, title="c")

    def titles(**params: str) -> list[str]:
        found = admin.get("/dashboard_elements/search", params=params)
        return [row["title"] for row in found.json()]

    assert titles() == ["b", "a", "c"]
    assert titles(sorts="title") == ["a", "b", "c"]
    assert titles(dashboard_id=first["id"]) == ["b", "a"]
    assert titles(look_id=look["id"], title="c", filter_or="true") == ["b", "c"]
    admin.patch(f"/dashboards/{second['id']}", {"deleted": True})
    assert titles() == ["b", "a"]
    assert titles(deleted="true") == ["c"]


# Images

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
PICTURE = f"data:image/png;name=logo%20a.png;base64,{PIXEL}"


def test_an_element_shows_an_image(instance: Instance, admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    element = tile(admin, dashboard, image_id=PICTURE, aria_description="Our logo")
    assert element["type"] == "image"
    (image,) = element["images"]
    assert image["id"] == element["image_id"]
    assert (image["file_name"], image["format"]) == ("logo a.png", "PNG")
    assert image["label"] == "Our logo"
    path = f"/dashboards/{dashboard['id']}/images/{image['id']}"
    assert image["url"] == f"/api/4.0{path}"
    shown = instance.as_role("Viewer").get(path)
    assert shown.headers["content-type"] == "image/png"
    assert shown.content == b64decode(PIXEL)
    again = admin.patch(f"/dashboard_elements/{element['id']}", element).json()
    assert again == element
    copied = admin.post(f"/dashboards/{dashboard['id']}/copy").json()
    (copy,) = copied["dashboard_elements"]
    assert admin.get(copy["images"][0]["url"].removeprefix("/api/4.0")).content == shown.content
    admin.patch(f"/dashboard_elements/{element['id']}", {"image_id": PICTURE})
    assert admin.get(path).status == 404
    assert admin.get(copy["images"][0]["url"].removeprefix("/api/4.0")).status == 200


def test_images_are_pictures_of_their_dashboard(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    dashboard, other = made(admin, "x"), made(admin, "y", folder=closed(admin, "h")[0])
    script = "data:image/svg+xml;base64,PHN2Zy8+"
    for value in ("data:image/png;base64,####", script, "data:image/png;base64,", "17"):
        assert refused(admin, dashboard, image_id=value) == [("image_id", "invalid")], value
    image = tile(admin, other, image_id=PICTURE)["image_id"]
    assert refused(admin, dashboard, image_id=image) == [("image_id", "invalid")]
    path = f"/dashboards/{other['id']}/images/{image}"
    assert admin.get(path).status == 200
    assert instance.as_role("Viewer").get(path).status == 404
    assert admin.get(f"/dashboards/{dashboard['id']}/images/{image}").status == 404
    assert admin.get("/dashboards/thelook::x/images/1").status == 404
    admin.delete(f"/dashboards/{other['id']}")
    assert admin.get(path).status == 404


def test_parts_of_a_dashboard_in_the_trash_say_so(admin: ApiClient) -> None:
    dashboard = made(admin, "x")
    (layout,) = dashboard["dashboard_layouts"]
    assert layout["deleted"] is False
    admin.patch(f"/dashboards/{dashboard['id']}", {"deleted": True})
    assert admin.get(f"/dashboard_layouts/{layout['id']}").json()["deleted"] is True
