"""The page that people come to first: a board that their landing page names."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_boards import look, made, share
from tests.api.test_content_access import closed, shared_closed

__all__ = ["shared_closed"]
EVERYBODY = "1"
SHARED = "1"


@pytest.fixture
def board(instance: Instance, admin: ApiClient, shared_closed: str) -> dict[str, Any]:
    """Everybody's board: two sections, the second one first, with a Look in the shared folder, one
    in a folder that is closed, and an address.
    """
    found = made(admin, "/boards", title="Start")
    share(admin, found)
    first, second, gone = (
        made(admin, "/board_sections", board_id=found["id"], title=title)["id"]
        for title in ("First", "Second", "Gone")
    )
    admin.patch(f"/boards/{found['id']}", {"section_order": [second]})
    admin.delete(f"/board_sections/{gone}")
    secret, _ = closed(admin, "secret")
    for folder, title in ((secret, "Secret one"), (SHARED, "Shared one")):
        made(
            admin,
            "/board_items",
            board_section_id=first,
            look_id=look(admin, instance, title, folder),
        )
    wiki = {"custom_title": "Wiki", "custom_url": "https://wiki.example"}
    made(admin, "/board_items", board_section_id=second, **wiki)
    return found


def land(admin: ApiClient, page: str) -> None:
    """Everybody's landing page."""
    found = admin.get("/user_attributes", params={"fields": "id,name"}).json()
    (attribute,) = (item["id"] for item in found if item["name"] == "landing_page")
    path = f"/user_attributes/{attribute}/group_values"
    assert admin.post(path, [{"group_id": EVERYBODY, "value": page}]).status == 200


def sections(client: ApiClient, **params: str) -> list[dict[str, Any]]:
    answer = client.get("/primary_homepage_sections", params=params)
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def titles(found: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return [
        (item["title"], [one["title"] for one in item["homepage_items"]]) for item in found
    ]  # fmt: skip


def test_where_no_board_is_landed_on_there_are_none(
    admin: ApiClient, board: dict[str, Any]
) -> None:
    assert sections(admin) == []
    for page in ("/browse", f"/boards/{board['id']}0", "/boards/x"):
        land(admin, page)
        assert sections(admin) == []


def test_people_see_what_they_may_see(
    instance: Instance, admin: ApiClient, board: dict[str, Any]
) -> None:
    land(admin, f"/boards/{board['id']}")
    viewer = instance.as_role("Viewer")
    found = sections(viewer)
    assert titles(found) == [("Second", ["Wiki"]), ("First", ["Shared one"])]
    (shown,) = found[1]["homepage_items"]
    assert shown["url"] == f"/looks/{shown['look_id']}"
    assert shown["homepage_section_id"] == found[1]["id"]
    assert found[1]["homepage_id"] == board["id"]
    assert found[1]["visible_item_order"] == [shown["id"]]
    assert found[1]["can"]["update"] is False
    assert titles(sections(admin))[1] == ("First", ["Secret one", "Shared one"])
    some = sections(viewer, fields="title,homepage_items(title)")
    assert some[0] == {"title": "Second", "homepage_items": [{"title": "Wiki"}]}


def test_a_board_that_may_not_be_seen_is_none(instance: Instance, admin: ApiClient) -> None:
    own = made(admin, "/boards", title="Mine")
    made(admin, "/board_sections", board_id=own["id"], title="First")
    land(admin, f"/boards/{own['id']}")
    assert sections(instance.as_role("Viewer")) == []
    assert len(sections(admin)) == 1
    assert admin.delete(f"/boards/{own['id']}").status == 204
    assert sections(admin) == []
