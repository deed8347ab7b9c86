"""What a dashboard tells those who may see it, and not all that is on it."""

from __future__ import annotations

from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_boards import look, made
from tests.api.test_content_access import closed, shared_closed

__all__ = ["shared_closed"]


def test_a_tile_of_a_look_that_one_may_not_see_tells_nothing_of_it(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    private = look(admin, instance, "Private", closed(admin, "secret")[0])
    board = made(admin, "/dashboards", title="Open", folder_id="1")
    listening = {"dashboard_filter_name": "State", "field": "users.state"}
    maker = {"filterables": [{"model": "thelook", "view": "users", "listen": [listening]}]}
    element = {"dashboard_id": board["id"], "look_id": private, "result_maker": maker}
    tile = made(admin, "/dashboard_elements", **element)
    assert tile["result_maker"]["filterables"]
    path = f"/dashboard_elements/{tile['id']}"
    assert admin.get(path).json()["look"]["title"] == "Private"
    shown = instance.as_role("User").get(path)
    assert shown.status == 200
    assert not {"look", "query", "result_maker"} & shown.json().keys()
    assert "users.state" not in shown.text
