"""Boards, their sections and items."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import PROJECT, Instance
from tests.api.test_content_access import closed, shared_closed
from tests.api.test_folders import codes

__all__ = ["shared_closed"]

QUERY = {"model": "thelook", "view": "users", "fields": ["users.state", "users.count"]}


def look(
    client: ApiClient, instance: Instance, title: str = "By state", folder: str | None = None
) -> str:
    """A Look in a folder, or in the person's own."""
    from belvedere import clock
    from belvedere.content import personal
    from belvedere.content.tables import ContentMetadata, Look

    query = client.post("/queries", QUERY).json()["id"]
    owner = int(client.get("/user").json()["id"])
    with instance.services.database.session() as session:
        row = Look(
            title=title,
            description="How many",
            query_slug=query,
            user_id=owner,
            folder_id=int(folder) if folder else personal.of(session, owner).id,
            created_at=clock.now(),
            updated_at=clock.now(),
            meta=ContentMetadata(content_type="look"),
        )
        session.add(row)
        session.flush()
        return str(row.id)


def made(client: ApiClient, path: str, **body: Any) -> dict[str, Any]:
    answer = client.post(path, body)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def share(client: ApiClient, board: dict[str, Any], permission: str = "view") -> None:
    made(
        client,
        "/content_metadata_access",
        content_metadata_id=board["content_metadata_id"],
        group_id="1",
        permission_type=permission,
    )


def test_a_board_from_empty_to_gone(instance: Instance) -> None:
    user = instance.as_role("User")
    board = made(user, "/boards", title="Morning", description="What to look at")
    sections = [made(user, "/board_sections", board_id=board["id"], title=t) for t in ("a", "b")]
    content = look(user, instance)
    item = made(user, "/board_items", board_section_id=sections[0]["id"], look_id=content)
    assert (item["title"], item["url"]) == ("By state", f"/looks/{content}")
    assert item["description"] == "How many"
    assert user.get(f"/board_items/{item['id']}").json() == item
    other = made(
        user,
        "/board_items",
        board_section_id=sections[0]["id"],
        custom_title="Handbook",
        use_custom_title=True,
        custom_url="https://example.com/handbook",
    )
    assert (other["title"], other["url"]) == ("Handbook", "https://example.com/handbook")
    ids = [section["id"] for section in sections]
    assert user.patch(f"/boards/{board['id']}", {"section_order": ids[::-1]}).status == 200
    order = [other["id"], item["id"]]
    assert user.patch(f"/board_sections/{ids[0]}", {"item_order": order}).status == 200
    found = user.get(f"/boards/{board['id']}").json()
    assert [section["title"] for section in found["board_sections"]] == ["b", "a"]
    assert [i["id"] for i in found["board_sections"][1]["board_items"]] == order
    moved = user.patch(f"/board_items/{item['id']}", {"board_section_id": ids[1]}).json()
    assert moved["board_section_id"] == ids[1]
    assert [i["id"] for i in user.get("/board_items").json()] == [item["id"], other["id"]]
    assert user.delete(f"/board_items/{item['id']}").status == 204
    assert user.delete(f"/board_sections/{ids[0]}").status == 204
    assert user.get(f"/board_items/{other['id']}").status == 404
    assert user.delete(f"/boards/{board['id']}").status == 204
    assert user.get("/boards").json() == []
    assert user.get(f"/board_sections/{ids[1]}").status == 404


def test_only_its_maker_sees_a_new_board(instance: Instance, admin: ApiClient) -> None:
    maker, other = instance.as_role("User"), instance.as_role("Viewer")
    board = made(maker, "/boards", title="Mine")
    path = f"/boards/{board['id']}"
    section = made(maker, "/board_sections", board_id=board["id"])
    for client, wanted in ((maker, 200), (admin, 200), (other, 404)):
        assert client.get(path).status == wanted
        assert client.get(f"/board_sections/{section['id']}").status == wanted
        assert len(client.get("/boards").json()) == (wanted == 200)
        assert len(client.get("/boards/search").json()) == (wanted == 200)
        assert len(client.get("/board_sections").json()) == (wanted == 200)
    share(maker, board)
    assert other.get(path).status == 200
    for method, target, body in (
        ("PATCH", path, {"title": "Theirs"}),
        ("DELETE", path, None),
        ("POST", "/board_sections", {"board_id": board["id"]}),
        ("PATCH", f"/board_sections/{section['id']}", {"title": "x"}),
        ("DELETE", f"/board_sections/{section['id']}", None),
        ("POST", "/board_items", {"board_section_id": section["id"], "custom_url": "/x"}),
    ):
        refused = other.request(method, target, body=body)
        assert refused.status == 404, (method, target)
        assert "not change it" in refused.json()["message"]
    assert other.get(path).json()["can"]["update"] is False
    assert [b["id"] for b in other.get("/boards/search", params={"permission": "show"}).json()]
    assert other.get("/boards/search", params={"permission": "update"}).json() == []


def test_items_that_lead_to_what_one_may_not_see_are_not_there(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    maker, other = admin, instance.as_role("User")
    board = made(maker, "/boards", title="Shared")
    share(maker, board)
    section = made(maker, "/board_sections", board_id=board["id"])
    private = look(maker, instance, "Private", closed(admin, "secret")[0])
    item = made(maker, "/board_items", board_section_id=section["id"], look_id=private)
    open_one = made(maker, "/board_items", board_section_id=section["id"], custom_url="/x")
    seen = other.get(f"/boards/{board['id']}").json()["board_sections"][0]
    assert seen["visible_item_order"] == [open_one["id"]]
    assert [i["id"] for i in seen["board_items"]] == [open_one["id"]]
    assert other.get(f"/board_items/{item['id']}").status == 404
    assert "Private" not in other.get("/board_items").text
    own = made(other, "/boards", title="Own")
    place = made(other, "/board_sections", board_id=own["id"])["id"]
    body = {"board_section_id": place, "look_id": private}
    assert other.post("/board_items", body).status == 404
    mine = made(other, "/board_items", board_section_id=place, custom_url="/y")
    assert other.patch(f"/board_items/{mine['id']}", {"look_id": private}).status == 404
    stolen = other.patch(f"/board_items/{mine['id']}", {"board_section_id": section["id"]})
    assert stolen.status == 404


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/boards", {}, "title"),
        ("/boards", {"title": "x" * 256}, "title"),
        ("/board_sections", {"title": "x"}, "board_id"),
        ("/board_items", {"custom_url": "/x"}, "board_section_id"),
    ],
)
def test_what_is_missing_is_named(admin: ApiClient, path: str, body: Any, field: str) -> None:
    answer = admin.post(path, body)
    assert answer.status == 422
    assert answer.json()["errors"][0]["field"] == field


def test_orders_and_addresses_are_checked(admin: ApiClient) -> None:
    board = made(admin, "/boards", title="b")
    section = made(admin, "/board_sections", board_id=board["id"])
    assert admin.patch(f"/boards/{board['id']}", {"section_order": ["999"]}).status == 422
    assert admin.patch(f"/board_sections/{section['id']}", {"item_order": ["1"]}).status == 422
    for address in ("javascript:alert(1)", "data:text/html,x", "ftp://x"):
        body = {"board_section_id": section["id"], "custom_url": address}
        assert admin.post("/board_items", body).status == 422
    nothing = admin.post("/board_items", {"board_section_id": section["id"]})
    assert nothing.status == 422
    both = {"board_section_id": section["id"], "look_id": "1", "dashboard_id": "1"}
    assert admin.post("/board_items", both).status == 422


def test_images_of_items_are_pictures(admin: ApiClient) -> None:
    board = made(admin, "/boards", title="b")
    section = made(admin, "/board_sections", board_id=board["id"])
    picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAA=="
    for sent in (picture, f"data:image/png;base64,{picture}", f"{picture[:40]}\n{picture[40:]}"):
        body = {"board_section_id": section["id"], "custom_image_data_base64": sent}
        item = made(admin, "/board_items", **body, custom_url="/x", use_custom_image=True)
        assert item["custom_image_data_base64"] == picture
        assert item["custom_image_url"] == f"data:image/png;base64,{picture}"
    large = b64encode(b64decode(picture) + b"x" * 1_000_000).decode()
    for wrong in ("not base64!", b64encode(b"<svg/>").decode(), large):
        body = {"board_section_id": section["id"], "custom_image_data_base64": wrong}
        body["custom_url"] = "/x"
        field = ("custom_image_data_base64", "invalid")
        assert codes(admin.post("/board_items", body)) == [field]
        assert codes(admin.patch(f"/board_items/{item['id']}", body)) == [field]


def test_boards_are_searched_by_their_makers_too(instance: Instance, admin: ApiClient) -> None:
    ada = instance.as_role("User", "Lovelace")
    made(ada, "/boards", title="Engines")
    made(admin, "/boards", title="Other")

    def titles(**params: str) -> list[str]:
        return [b["title"] for b in admin.get("/boards/search", params=params).json()]

    assert titles(last_name="love%") == ["Engines"]
    assert titles(title="eng%") == ["Engines"]
    assert titles(title="nothing") == []
    assert titles(sorts="title desc") == ["Other", "Engines"]
    assert titles(limit="1", sorts="title") == ["Engines"]
    assert titles(title="other", last_name="love%", filter_or="true", sorts="id") == [
        "Engines",
        "Other",
    ]


def test_boards_are_searched_by_when_they_were_made(admin: ApiClient) -> None:
    at = made(admin, "/boards", title="Engines")["created_at"]
    found = {
        text: len(admin.get("/boards/search", params={"created_at": text}).json())
        for text in (at, at[:19], at[:10], "NOT NULL", "IS NULL", "2001-01-01", f"2001{at[4:]}")
    }
    assert list(found.values()) == [1, 1, 1, 1, 0, 0, 0]
    assert admin.get("/boards/search", params={"created_at": "yesterday"}).status == 400


def test_a_board_that_is_put_away_is_in_no_list(admin: ApiClient) -> None:
    board = made(admin, "/boards", title="Old")
    away = admin.patch(f"/boards/{board['id']}", {"deleted_at": "2026-01-01T00:00:00Z"})
    assert away.json()["deleted_at"]
    assert admin.get("/boards").json() == []
    back = admin.patch(f"/boards/{board['id']}", {"deleted_at": None})
    assert back.json()["deleted_at"] is None
    assert len(admin.get("/boards").json()) == 1


def test_lookml_dashboards_on_boards_exist(
    make_instance: Callable[..., Instance], tmp_path: Path
) -> None:
    project = tmp_path / "thelook"
    copytree(PROJECT, project)
    dashboard = project / "shop.dashboard.lookml"
    dashboard.write_text("- dashboard: shop\n  title: The Shop\n  elements: []\n")
    model = project / "models/thelook.model.lkml"
    model.write_text(model.read_text() + '\ninclude: "/*.dashboard"\n')
    admin = make_instance(project).as_role("Admin")
    board = made(admin, "/boards", title="B")
    section = made(admin, "/board_sections", board_id=board["id"])["id"]
    for nowhere in ("thelook::none", "none::shop", "thelook::"):
        item = {"board_section_id": section, "lookml_dashboard_id": nowhere}
        assert admin.post("/board_items", item).status == 404, nowhere
    item = made(
        admin, "/board_items", board_section_id=section, lookml_dashboard_id="thelook::shop"
    )
    assert item["title"] == "The Shop"
    dashboard.unlink()
    same = {"lookml_dashboard_id": "thelook::shop", "custom_description": "It was here"}
    assert admin.patch(f"/board_items/{item['id']}", same).status == 200
    other = admin.patch(f"/board_items/{item['id']}", {"lookml_dashboard_id": "thelook::none"})
    assert other.status == 404
