"""Dashboards as wholes, through the API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_content_access import closed, grant
from tests.api.test_folders import codes, made as made_folder, personal
from tests.api.test_looks import QUERY, made as made_look, queried

from belvedere.content.tables import ContentMetadata, Dashboard, ResultMaker


def made(client: ApiClient, title: str, folder: str = "1", **values: object) -> dict[str, Any]:
    answer = client.post("/dashboards", {"title": title, "folder_id": folder, **values})
    assert answer.status == 200, answer.text
    dashboard: dict[str, Any] = answer.json()
    return dashboard


def tile(client: ApiClient, dashboard: dict[str, Any], **values: object) -> dict[str, Any]:
    answer = client.post("/dashboard_elements", {"dashboard_id": dashboard["id"], **values})
    assert answer.status == 200, answer.text
    element: dict[str, Any] = answer.json()
    return element


def filtered(client: ApiClient, dashboard: dict[str, Any], **values: object) -> dict[str, Any]:
    body = {"name": "State", "title": "State", "type": "field_filter", "model": "thelook"}
    body |= {"explore": "users", "dimension": "users.state", "dashboard_id": dashboard["id"]}
    answer = client.post("/dashboard_filters", body | values)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def read(client: ApiClient, dashboard: dict[str, Any], **params: str) -> Any:
    answer = client.get(f"/dashboards/{dashboard['id']}", params=params)
    assert answer.status == 200, answer.text
    return answer.json()


def titles(client: ApiClient, path: str = "/dashboards", **params: str) -> list[str]:
    return [item["title"] for item in client.get(path, params=params).json()]


# Made and changed


def test_a_title_is_given_once_however_many_ask_at_once(admin: ApiClient) -> None:
    bodies = [{"title": "Sales", "folder_id": "1"}] * 8
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(lambda body: admin.post("/dashboards", body).status, bodies))
    assert sorted(answers) == [200] + [409] * (len(bodies) - 1)
    path = f"/dashboards/{admin.get('/dashboards').json()[0]['id']}/copy"
    with ThreadPoolExecutor(len(bodies)) as pool:
        assert {answer.status for answer in pool.map(admin.post, [path] * 8)} == {200}
    assert len({row["title"] for row in admin.get("/dashboards").json()}) == 9


def test_dashboards_are_made_changed_and_deleted(admin: ApiClient) -> None:
    me = admin.get("/user").json()
    dashboard = made(admin, " Sales ", description="d", refresh_interval="2 hours 30 minutes")
    assert (dashboard["title"], dashboard["description"]) == ("Sales", "d")
    assert (dashboard["folder_id"], dashboard["folder"]["name"]) == ("1", "Shared")
    assert (dashboard["user_id"], dashboard["user_name"]) == (me["id"], me["display_name"])
    assert dashboard["refresh_interval_to_i"] == 9_000_000
    assert dashboard["dashboard_elements"] == dashboard["dashboard_filters"] == []
    (layout,) = dashboard["dashboard_layouts"]
    assert (layout["type"], layout["active"], layout["deleted"]) == ("newspaper", True, False)
    path = f"/dashboards/{dashboard['id']}"
    body = {
        "title": "Sales by state",
        "description": None,
        "background_color": "#fff",
        "crossfilter_enabled": True,
        "load_configuration": "cache_run",
        "query_timezone": "America/New_York",
        "show_title": None,
        "preferred_viewer": "dashboards-next",
        "lookml_link_id": None,
    }
    changed = admin.patch(path, body).json()
    assert {name: changed[name] for name in body} == body
    assert admin.get(path).json() == changed
    assert admin.delete(path).status == 204
    assert admin.get(path).status == 404
    assert int(made(admin, "again")["id"]) > int(dashboard["id"])


def test_settings_are_changed_one_by_one(admin: ApiClient) -> None:
    dashboard = made(admin, "x", appearance={"page_side_margins": 10, "tile_shadow": True})
    path = f"/dashboards/{dashboard['id']}"
    changed = admin.patch(path, {"appearance": {"tile_shadow": None, "key_color": "#fff"}}).json()
    assert changed["appearance"] == {"page_side_margins": 10, "key_color": "#fff"}
    kept = {"format_option": "pdf", "rows_limit": 10}
    assert admin.patch(path, {"download_settings": kept}).json()["download_settings"] == kept


def test_what_was_read_can_be_sent_back(admin: ApiClient) -> None:
    dashboard = made(admin, "x", appearance={"tile_shadow": True}, slug="mine")
    tile(admin, dashboard, query=QUERY)
    whole = read(admin, dashboard)
    again = admin.patch(f"/dashboards/{dashboard['id']}", whole)
    assert again.status == 200, again.text
    assert again.json() | {"updated_at": whole["updated_at"]} == whole


def test_what_a_dashboard_needs(admin: ApiClient) -> None:
    missing = [("title", "missing_field"), ("folder_id", "missing_field")]
    assert codes(admin.post("/dashboards", {})) == missing
    body = {"title": "x", "folder_id": "1"}
    refused: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"title": "  "}, ("title", "missing_field")),
        ({"title": "x" * 256}, ("title", "invalid")),
        ({"title": "\0"}, ("title", "invalid")),
        ({"description": "\ud800"}, ("description", "invalid")),
        ({"folder_id": "2"}, ("folder_id", "invalid")),
        ({"folder_id": "lookml"}, ("folder_id", "invalid")),
        ({"user_id": "99"}, ("user_id", "invalid")),
        ({"slug": "12"}, ("slug", "invalid")),
        ({"slug": "a b"}, ("slug", "invalid")),
        ({"refresh_interval": "often"}, ("refresh_interval", "invalid")),
        ({"query_timezone": "x" * 65}, ("query_timezone", "invalid")),
        ({"title_color": "\0"}, ("title_color", "invalid")),
    ]
    for change, problem in refused:
        assert codes(admin.post("/dashboards", body | change)) == [problem], change
    assert admin.post("/dashboards", body | {"folder_id": "99"}).status == 404
    assert titles(admin) == []


def test_titles_are_unique_in_a_folder(admin: ApiClient) -> None:
    made(admin, "Sales")
    other = made(admin, "Other")
    elsewhere = made(admin, "Sales", made_folder(admin, "inner"))
    assert admin.post("/dashboards", {"title": "Sales", "folder_id": "1"}).status == 409
    taken = [("title", "already_exists")]
    assert codes(admin.patch(f"/dashboards/{other['id']}", {"title": "Sales"})) == taken
    assert codes(admin.patch(f"/dashboards/{elsewhere['id']}", {"folder_id": "1"})) == taken
    moved = admin.patch(f"/dashboards/{elsewhere['id']}/move", params={"folder_id": "1"})
    assert codes(moved) == taken
    assert titles(admin) == ["Sales", "Other", "Sales"]


def test_a_slug_stands_for_the_id(admin: ApiClient) -> None:
    dashboard = made(admin, "x", slug="my-own_1")
    assert len(made(admin, "y")["slug"]) == 22
    assert admin.get("/dashboards/my-own_1").json()["id"] == dashboard["id"]
    assert admin.get("/dashboards/my-own_2").status == 404
    taken = admin.post("/dashboards", {"title": "z", "folder_id": "1", "slug": "my-own_1"})
    assert taken.status == 409
    other = made(admin, "other")
    assert admin.patch(f"/dashboards/{other['id']}", {"slug": "my-own_1"}).status == 409
    assert admin.patch(f"/dashboards/{other['id']}", {"slug": "free"}).json()["slug"] == "free"
    element = admin.post("/dashboard_elements", {"dashboard_id": "free", "title_text": "x"})
    assert element.json()["dashboard_id"] == other["id"]
    found = admin.get("/dashboards/search", params={"slug": "free"}).json()
    assert [row["id"] for row in found] == [other["id"]]


def test_slugs_of_what_is_in_the_trash_stay_taken(admin: ApiClient) -> None:
    dashboard = made(admin, "x", slug="mine")
    admin.patch(f"/dashboards/{dashboard['id']}", {"deleted": True})
    body = {"title": "x", "folder_id": "1", "slug": "mine"}
    assert admin.post("/dashboards", body).status == 409


# Copied and moved


def whole(client: ApiClient, title: str, folder: str = "1") -> dict[str, Any]:
    """A dashboard with a bit of everything."""
    dashboard = made(client, title, folder, crossfilter_enabled=True)
    filtered(client, dashboard)
    filtered(client, dashboard, name="City", listens_to_filters=["State"])
    listen = [{"dashboard_filter_name": "State", "field": "users.state"}]
    maker = {"filterables": [{"listen": listen}], "vis_config": {"type": "looker_pie"}}
    tile(client, dashboard, title="a", query=QUERY, result_maker=maker)
    tile(client, dashboard, body_text="**b**", note_text="n")
    tab = {"dashboard_id": dashboard["id"], "label": "Tab", "type": "newspaper"}
    layout = client.post("/dashboard_layouts", tab).json()
    tile(client, dashboard, title="c", query=QUERY, dashboard_layout_id=layout["id"])
    found: dict[str, Any] = read(client, dashboard)
    return found


_NAMES = {"id", "can", "dashboard_id", "result_maker_id", "dashboard_element_id", "edit_uri"}
_NAMES |= {"dashboard_layout_id", "dashboard_title"}


def nameless(value: Any) -> Any:
    """Without what tells one dashboard from an equal one."""
    if isinstance(value, dict):
        return {key: nameless(item) for key, item in value.items() if key not in _NAMES}
    return [nameless(item) for item in value] if isinstance(value, list) else value


_PARTS = ("dashboard_elements", "dashboard_filters", "dashboard_layouts")


def parts(dashboard: dict[str, Any]) -> Any:
    return nameless({name: dashboard[name] for name in _PARTS})


def test_copies_are_whole_and_independent(admin: ApiClient) -> None:
    dashboard = whole(admin, "Sales")
    path = f"/dashboards/{dashboard['id']}"
    admin.patch(f"{path}/certification", {"certification_status": "certified"})
    folder = made_folder(admin, "inner")
    copies = [admin.post(f"{path}/copy", params={"folder_id": folder}).json() for _ in range(3)]
    assert [copy["title"] for copy in copies] == ["Sales", "Sales (copy)", "Sales (copy 2)"]
    here = admin.post(f"{path}/copy").json()
    assert (here["title"], here["folder_id"]) == ("Sales (copy)", "1")
    for copy in (*copies, here):
        assert parts(copy) == parts(dashboard)
        assert copy["crossfilter_enabled"]
        assert copy["certification_metadata"]["certification_status"] is None
        assert copy["slug"] != dashboard["slug"]
        third = copy["dashboard_elements"][2]
        assert third["dashboard_layout_id"] == copy["dashboard_layouts"][1]["id"]
    admin.delete(f"/dashboard_elements/{copies[0]['dashboard_elements'][0]['id']}")
    admin.delete(f"/dashboards/{copies[1]['id']}")
    assert parts(read(admin, dashboard)) == parts(dashboard)
    assert len(read(admin, copies[0])["dashboard_elements"]) == 2


def test_dashboards_are_moved(admin: ApiClient) -> None:
    dashboard = whole(admin, "Sales")
    path = f"/dashboards/{dashboard['id']}/move"
    assert codes(admin.patch(path, params={"folder_id": "1"})) == [("folder_id", "invalid")]
    assert codes(admin.patch(path)) == [("folder_id", "missing_field")]
    assert admin.patch(path, params={"folder_id": "99"}).status == 404
    own = personal(admin)
    moved = admin.patch(path, params={"folder_id": own}).json()
    assert (moved["id"], moved["folder"]["id"]) == (dashboard["id"], own)
    assert parts(moved) == parts(dashboard)


def test_looks_come_along(admin: ApiClient) -> None:
    look = made_look(admin, "Shown")
    first, second = made(admin, "first"), made(admin, "second")
    for dashboard in (first, second):
        tile(admin, dashboard, look_id=look["id"])
    folder = made_folder(admin, "inner")
    made_look(admin, "Shown", folder)
    path = f"/dashboards/{first['id']}"
    moved = admin.patch(f"{path}/move", params={"folder_id": folder}).json()
    copied = moved["dashboard_elements"][0]["look"]
    assert (copied["title"], copied["folder_id"]) == ("Shown (copy)", folder)
    assert admin.get(f"/looks/{look['id']}").json()["folder_id"] == "1"
    alone = admin.patch(f"/dashboards/{second['id']}", {"folder_id": folder}).json()
    along = alone["dashboard_elements"][0]["look"]
    assert (along["id"], along["title"], along["folder_id"]) == (
        look["id"],
        "Shown (copy 2)",
        folder,
    )
    there = personal(admin)
    copy = admin.post(f"{path}/copy", params={"folder_id": there}).json()
    assert copy["dashboard_elements"][0]["look"]["folder_id"] == there
    assert read(admin, moved)["dashboard_elements"][0]["look_id"] == copied["id"]


# The trash


def test_what_is_in_the_trash_comes_back_whole(admin: ApiClient) -> None:
    dashboard = whole(admin, "Sales")
    path = f"/dashboards/{dashboard['id']}"
    deleted = admin.patch(path, {"deleted": True}).json()
    assert deleted["deleted"]
    assert deleted["deleter_id"] == admin.get("/user").json()["id"]
    assert titles(admin) == titles(admin, "/dashboards/search") == []
    assert titles(admin, "/dashboards/search", deleted="true") == ["Sales"]
    assert titles(admin, "/folders/1/dashboards") == []
    other = made(admin, "Sales")
    assert codes(admin.patch(path, {"deleted": False})) == [("title", "already_exists")]
    admin.delete(f"/dashboards/{other['id']}")
    restored = admin.patch(path, {"deleted": False}).json()
    assert (restored["deleted"], restored["deleted_at"], restored["folder_id"]) == (
        False,
        None,
        "1",
    )
    assert parts(restored) == parts(dashboard)


def test_what_lost_its_folder_comes_back_to_whoever_restores_it(admin: ApiClient) -> None:
    folder = made_folder(admin, "inner")
    kept, gone = whole(admin, "kept", folder), whole(admin, "gone", folder)
    admin.patch(f"/dashboards/{kept['id']}", {"deleted": True})
    assert admin.delete(f"/folders/{folder}").status == 204
    assert admin.get(f"/dashboards/{gone['id']}").status == 404
    restored = admin.patch(f"/dashboards/{kept['id']}", {"deleted": False}).json()
    assert restored["folder_id"] == personal(admin)
    assert parts(restored) == parts(kept)


def test_nothing_is_left_of_what_is_deleted(instance: Instance, admin: ApiClient) -> None:
    folder = made_folder(admin, "inner")
    whole(admin, "a", folder)
    alone = whole(admin, "b")
    admin.delete(f"/folders/{folder}")
    admin.delete(f"/dashboards/{alone['id']}")
    with instance.services.database.reading() as session:
        for table in (Dashboard, ResultMaker):
            assert session.query(table).count() == 0
        assert session.query(ContentMetadata).filter_by(content_type="dashboard").count() == 0


# Lists and searches


def test_searching(instance: Instance, admin: ApiClient) -> None:
    user_id = instance.user("Admin")
    other = instance.client_of(user_id)
    first = made(admin, "Sales by state", description="where")
    second = made(admin, "Sales by city", slug="cities")
    made(other, "Stock")
    path = "/dashboards/search"
    assert titles(admin, path, title="%sales%", sorts="title") == [
        "Sales by city",
        "Sales by state",
    ]
    assert titles(admin, path, title="sales by state") == ["Sales by state"]
    assert titles(admin, path, description="NOT NULL") == ["Sales by state"]
    assert titles(admin, path, id=f"{first['id']},{second['id']}", sorts="id desc") == [
        "Sales by city",
        "Sales by state",
    ]
    assert titles(admin, path, user_id=str(user_id)) == ["Stock"]
    assert titles(admin, path, user_id=str(user_id), not_owned_by="true") == [
        "Sales by state",
        "Sales by city",
    ]
    metadata = first["content_metadata_id"]
    assert titles(admin, path, content_metadata_id=metadata) == ["Sales by state"]
    assert titles(admin, path, title="Stock", slug="cities", filter_or="true") == [
        "Sales by city",
        "Stock",
    ]
    assert titles(admin, path, slug="CIT%") == ["Sales by city"]
    assert titles(admin, path, slug="citi_s") == []
    page = admin.get(path, params={"limit": "1", "offset": "1", "fields": "title"})
    assert page.json() == [{"title": "Sales by city"}]
    assert page.headers["x-total-count"] == "3"
    assert "Cannot sort by color" in admin.get(path, params={"sorts": "color"}).json()["message"]


def test_only_wanted_fields_are_answered(admin: ApiClient) -> None:
    dashboard = whole(admin, "Sales")
    found = read(admin, dashboard, fields="id,dashboard_elements(title,query(fields)),folder(name)")
    assert found == {
        "id": dashboard["id"],
        "folder": {"name": "Shared"},
        "dashboard_elements": [
            {"title": "a", "query": {"fields": QUERY["fields"]}},
            {"title": None},
            {"title": "c", "query": {"fields": QUERY["fields"]}},
        ],
    }
    layouts = read(admin, dashboard, fields="dashboard_layouts(dashboard_layout_components(row))")
    rows = [
        [one["row"] for one in each["dashboard_layout_components"]]
        for each in layouts["dashboard_layouts"]
    ]
    assert rows == [[0, 6], [0]]


# Who may


def view_shared(admin: ApiClient) -> None:
    """From now on everybody sees what is in Shared, and nobody else changes it."""
    params = {"content_metadata_id": admin.get("/folders/1").json()["content_metadata_id"]}
    (entry,) = admin.get("/content_metadata_access", params=params).json()
    body = {"permission_type": "view"}
    assert admin.put(f"/content_metadata_access/{entry['id']}", body).status == 200


@pytest.mark.parametrize("role", ["Viewer", "User", "Developer"])
def test_what_others_may_do(instance: Instance, admin: ApiClient, role: str) -> None:
    user_id = instance.user(role)
    user = instance.client_of(user_id)
    view_shared(admin)
    hidden, metadata = closed(admin, "hidden")
    secret, shown = whole(admin, "secret", hidden), whole(admin, "shown")
    element, found = secret["dashboard_elements"][0]["id"], secret["dashboard_filters"][0]["id"]
    layout = secret["dashboard_layouts"][0]
    component = layout["dashboard_layout_components"][0]["id"]
    paths = [
        f"/dashboards/{secret['id']}",
        f"/dashboards/{secret['slug']}",
        f"/dashboards/{secret['id']}/dashboard_elements",
        f"/dashboards/{secret['id']}/dashboard_filters",
        f"/dashboards/{secret['id']}/dashboard_layouts",
        f"/dashboard_elements/{element}",
        f"/dashboard_filters/{found}",
        f"/dashboard_layouts/{layout['id']}",
        f"/dashboard_layouts/{layout['id']}/dashboard_layout_components",
        f"/dashboard_layout_components/{component}",
    ]
    assert [user.get(path).status for path in paths] == [404] * len(paths)
    assert titles(user) == titles(user, "/dashboards/search") == ["shown"]
    elements = user.get("/dashboard_elements/search").json()
    assert {row["dashboard_id"] for row in elements} == {shown["id"]}
    changes = [
        ("PATCH", f"/dashboards/{secret['id']}"),
        ("DELETE", f"/dashboards/{secret['id']}"),
        ("PATCH", f"/dashboards/{secret['id']}/certification"),
        ("PATCH", f"/dashboard_elements/{element}"),
        ("DELETE", f"/dashboard_elements/{element}"),
        ("PATCH", f"/dashboard_filters/{found}"),
        ("DELETE", f"/dashboard_filters/{found}"),
        ("PATCH", f"/dashboard_layouts/{layout['id']}"),
        ("DELETE", f"/dashboard_layouts/{layout['id']}"),
        ("PATCH", f"/dashboard_layout_components/{component}"),
    ]
    for method, path in changes:
        assert user.request(method, path, body={}).status == 404, (method, path)
    body = {"dashboard_id": secret["id"], "name": "n", "title": "t", "type": "string_filter"}
    for path in ("/dashboard_elements", "/dashboard_filters", "/dashboard_layouts"):
        assert user.post(path, body).status == 404
    assert user.post(f"/dashboards/{secret['id']}/copy").status == 404
    assert parts(read(admin, secret)) == parts(secret)
    entry = grant(admin, metadata, "view", user_id=str(user_id))
    assert user.get(paths[0]).json()["can"]["update"] is False
    assert user.patch(paths[0], {"title": "x"}).status == 404
    saves = role != "Viewer"
    admin.put(f"/content_metadata_access/{entry}", {"permission_type": "edit"})
    assert (user.patch(paths[0], {"title": "x"}).status == 200) is saves
    assert (user.post("/dashboard_elements", body | {"title": "x"}).status == 200) is saves


def test_who_certifies(instance: Instance, admin: ApiClient) -> None:
    dashboard = whole(admin, "Sales")
    path = f"/dashboards/{dashboard['id']}/certification"
    user, developer = instance.as_role("User"), instance.as_role("Developer")
    body = {"certification_status": "certified", "notes": "good"}
    assert user.patch(path, body).status == 404
    certified = developer.patch(path, body).json()["certification_metadata"]
    assert (certified["certification_status"], certified["notes"]) == ("certified", "good")
    admin.patch(f"/dashboards/{dashboard['id']}", {"description": "x"})
    assert read(admin, dashboard)["certification_metadata"]["certification_status"] == "certified"
    element = dashboard["dashboard_elements"][0]["id"]
    admin.patch(f"/dashboard_elements/{element}", {"query_id": queried(admin, limit="9")})
    assert read(admin, dashboard)["certification_metadata"]["certification_status"] == "revoked"
