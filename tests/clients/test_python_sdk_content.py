"""Boards, and how content is found, liked, counted, drawn and checked, by the Python SDK."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from looker_sdk import error, models40 as models

from belvedere.testing import Instance

from . import shop
from .noting import Noting, published

QUERY = models.WriteQuery(
    model="shop",
    view="orders",
    fields=["orders.region", "orders.count"],
    vis_config={"type": "looker_bar"},
)


@pytest.fixture
def looker(tmp_path: Path) -> Iterator[Instance]:
    with shop.served(tmp_path / "shop") as running:
        yield running


def saved(sdk: Noting, title: str, description: str = "") -> models.LookWithQuery:
    query = sdk.create_query(QUERY).id
    body = models.WriteLookWithQuery(
        title=title, description=description, folder_id="1", query_id=query
    )
    look = sdk.create_look(body)
    assert isinstance(look, models.LookWithQuery)
    return look


def test_every_operation_of_boards(looker: Instance) -> None:
    sdk = Noting(looker.sdk())
    look = saved(sdk, "Pinned", "How many")
    board = sdk.create_board(models.WriteBoard(title="Morning", description="Read first"))
    one, two = (
        sdk.create_board_section(models.WriteBoardSection(board_id=board.id, title=title))
        for title in ("One", "Two")
    )
    pinned = sdk.create_board_item(models.WriteBoardItem(board_section_id=one.id, look_id=look.id))
    assert (pinned.title, pinned.description) == ("Pinned", "How many")
    wiki = sdk.create_board_item(
        models.WriteBoardItem(
            board_section_id=one.id,
            custom_title="Wiki",
            use_custom_title=True,
            custom_url="https://wiki.example",
        )
    )
    sdk.update_board(board.id, models.WriteBoard(section_order=[two.id, one.id]))
    order = models.WriteBoardSection(item_order=[wiki.id, pinned.id], title="Last")
    sdk.update_board_section(one.id, order)
    sections = sdk.board(board.id).board_sections
    assert [section.title for section in sections] == ["Two", "Last"]
    assert [item.title for item in sections[1].board_items] == ["Wiki", "Pinned"]
    assert sdk.board_section(one.id).title == "Last"
    assert [section.id for section in sdk.all_board_sections(sorts="title")] == [one.id, two.id]
    moved = sdk.update_board_item(pinned.id, models.WriteBoardItem(board_section_id=two.id))
    assert moved.board_section_id == two.id
    assert sdk.board_item(pinned.id).url == f"/looks/{look.id}"
    assert [item.id for item in sdk.all_board_items(board_section_id=two.id)] == [pinned.id]
    assert [found.id for found in sdk.search_boards(title="MORN%")] == [board.id]
    assert [found.title for found in sdk.all_boards(fields="title")] == ["Morning"]
    homepage(sdk, board.id)
    sdk.delete_board_item(pinned.id)
    sdk.delete_board_section(two.id)
    assert [section.id for section in sdk.board(board.id).board_sections] == [one.id]
    sdk.delete_board(board.id)
    with pytest.raises(error.SDKError, match="Not found"):
        sdk.board_item(wiki.id)
    assert published("Board") | published("Homepage") <= sdk.called


def homepage(sdk: Noting, board: str) -> None:
    attributes = sdk.all_user_attributes()
    landing = next(one.id for one in attributes if one.name == "landing_page")
    me = sdk.me().id
    body = models.WriteUserAttributeWithValue(value=f"/boards/{board}")
    sdk.set_user_attribute_user_value(me, landing, body)
    first, _ = sdk.all_primary_homepage_sections()
    assert (first.title, [item.title for item in first.homepage_items]) == ("Two", ["Pinned"])
    sdk.delete_user_attribute_user_value(me, landing)


def test_every_operation_of_content(looker: Instance, tmp_path: Path) -> None:
    sdk = Noting(looker.sdk())
    access(sdk)
    favorites(sdk)
    views(sdk, shop.viewed(looker, sdk.me().id))
    pictures(sdk)
    validation(sdk, tmp_path / "shop/orders.view.lkml")
    assert sdk.search_reports(title="%") == []
    assert published("Content") | published("Report") <= sdk.called


def access(sdk: Noting) -> None:
    folder = sdk.create_folder(models.CreateFolder(name="Secrets", parent_id="1"))
    metadata = folder.content_metadata_id
    shared = sdk.folder("1").content_metadata_id
    assert metadata in {item.id for item in sdk.all_content_metadatas(shared)}
    assert sdk.content_metadata(metadata).inheriting_id == shared
    sdk.update_content_metadata(metadata, models.WriteContentMeta(inherits=False))
    me = sdk.me().id
    view, edit = models.PermissionType.view, models.PermissionType.edit
    body = models.ContentMetaGroupUser(
        content_metadata_id=metadata, permission_type=view, user_id=me
    )
    entry = sdk.create_content_metadata_access(body)
    change = models.ContentMetaGroupUser(permission_type=edit)
    changed = sdk.update_content_metadata_access(entry.id, change)
    assert (changed.user_id, changed.permission_type) == (me, edit)
    listed = sdk.all_content_metadata_accesses(metadata)
    assert [item.group_id or item.user_id for item in listed] == ["1", me]
    sdk.delete_content_metadata_access(entry.id)
    assert len(sdk.all_content_metadata_accesses(metadata)) == 1
    inherits = models.WriteContentMeta(inherits=True)
    assert sdk.update_content_metadata(metadata, inherits).inherits
    sdk.delete_folder(folder.id)


def favorites(sdk: Noting) -> None:
    look = saved(sdk, "Liked", "for zebras")
    body = models.WriteContentFavorite(content_metadata_id=look.content_metadata_id)
    favorite = sdk.create_content_favorite(body)
    assert favorite.look.title == "Liked"
    assert sdk.content_favorite(favorite.id) == favorite
    assert [found.id for found in sdk.search_content_favorites(look_id=look.id)] == [favorite.id]
    assert sdk.look(look.id).favorite_count == 1
    sdk.delete_content_favorite(favorite.id)
    assert sdk.look(look.id).favorite_count == 0
    assert [found.title for found in sdk.search_content("zebras", types="look")] == ["Liked"]
    assert sdk.search_content("zebras", types="dashboard") == []
    sdk.delete_look(look.id)


def views(sdk: Noting, look: str) -> None:
    (row,) = sdk.search_content_views(look_id=look, all_time=True)
    assert (row.title, row.view_count) == ("Viewed", 3)
    (summary,) = sdk.content_summary(target_content_type="look")
    assert (summary.title, summary.weighted_score) == ("Viewed", 3.0)


def pictures(sdk: Noting) -> None:
    look = saved(sdk, "Drawn")
    svg = sdk.content_thumbnail("look", look.id)
    assert svg.startswith("<?xml")
    assert sdk.vector_thumbnail("look", look.id) == svg
    png = sdk.content_thumbnail("look", look.id, format="png", width=120, height=80)
    assert int.from_bytes(png[16:20]) == 120
    sdk.delete_look(look.id)


def validation(sdk: Noting, view: Path) -> None:
    look = saved(sdk, "Checked")
    assert sdk.content_validation().content_with_errors == []
    before = view.read_text()
    view.write_text(before.replace("dimension: region", "dimension: area"))
    found = sdk.content_validation().content_with_errors
    (broken,) = [one for one in found if one.look and one.look.id == look.id]
    (problem,) = broken.errors
    named = (problem.model_name, problem.explore_name, problem.field_name)
    assert named == ("shop", "orders", "orders.region")
    view.write_text(before)
    assert sdk.content_validation().content_with_errors == []
    sdk.delete_look(look.id)
