"""`belvedere export` and `belvedere import`: what goes out comes in again, whole and once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from looker_sdk import models40 as models
from looker_sdk.sdk.api40.methods import Looker40SDK

import belvedere.testing
from belvedere.cli.transfer import export_command, import_command
from belvedere.testing import Instance

_MODEL = """
connection: "shop"
explore: orders {}
view: orders {
  sql_table_name: orders ;;
  dimension: region {}
  dimension_group: made { type: time timeframes: [date, month] sql: ${TABLE}.made_at ;; }
  measure: count { type: count }
}
"""
_DATA = "CREATE TABLE orders (region VARCHAR, made_at TIMESTAMP);"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lookml") / "shop"
    folder.mkdir()
    (folder / "shop.model.lkml").write_text(_MODEL)
    (folder / "shop.sql").write_text(_DATA)
    return folder


@pytest.fixture
def instances(project: Path) -> Iterator[Callable[[], Instance]]:
    """Empty ones, as many as are asked for."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            belvedere.testing.instance(project, {"shop": project / "shop.sql"})
        )


def _ini(instance: Instance, folder: Path) -> Path:
    who = instance.person("Admin")
    path = folder / f"{who.client_id}.ini"
    path.write_text(
        f"[Looker]\nbase_url={instance.url}\nclient_id={who.client_id}\n"
        f"client_secret={who.client_secret}\nverify_ssl=False\n"
    )
    return path


def _ran(command: Any, *words: object) -> Result:
    done = CliRunner().invoke(command, [str(word) for word in words])
    assert done.exit_code == 0, done.output + str(done.exception)
    return done


def _files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.json"))
    }


def _query(**more: Any) -> models.WriteQuery:
    return models.WriteQuery(
        model="shop",
        view="orders",
        fields=["orders.region", "orders.count"],
        vis_config={"type": "looker_column", "series_colors": {"orders.count": "#112233"}},
        **more,
    )


def _people(sdk: Looker40SDK) -> dict[str, str]:
    """A group in a group, a role that it gives, an attribute with values."""
    permissions = sdk.create_permission_set(
        models.WritePermissionSet(name="readers", permissions=["access_data", "see_looks"])
    )
    found = sdk.create_model_set(models.WriteModelSet(name="shop only", models=["shop"]))
    role = sdk.create_role(
        models.WriteRole(
            name="Shop reader", permission_set_id=permissions.id, model_set_id=found.id
        )
    )
    ada = sdk.create_user(models.WriteUser(first_name="Ada", last_name="Lovelace"))
    sdk.create_user_credentials_email(
        ada.id or "", models.WriteCredentialsEmail(email="ada@example.com")
    )
    outer = sdk.create_group(models.WriteGroup(name="Europe"))
    inner = sdk.create_group(models.WriteGroup(name="Berlin"))
    sdk.add_group_group(outer.id or "", models.GroupIdForGroupInclusion(group_id=inner.id))
    sdk.add_group_user(inner.id or "", models.GroupIdForGroupUserInclusion(user_id=ada.id))
    sdk.set_role_groups(role.id or "", [outer.id or ""])
    attribute = sdk.create_user_attribute(
        models.WriteUserAttribute(name="region", label="Region", type="string")
    )
    sdk.set_user_attribute_user_value(
        ada.id or "", attribute.id or "", models.WriteUserAttributeWithValue(value="north")
    )
    return {"ada": ada.id or "", "inner": inner.id or ""}


def _content(sdk: Looker40SDK, people: dict[str, str]) -> None:
    """A closed folder with a Look and a dashboard of every kind of tile; a board that shows it."""
    folder = sdk.create_folder(models.CreateFolder(name="Sales / EU", parent_id="1"))
    meta = folder.content_metadata_id or ""
    sdk.update_content_metadata(meta, models.WriteContentMeta(inherits=False))
    for entry in sdk.all_content_metadata_accesses(meta):
        sdk.delete_content_metadata_access(entry.id or "")
    sdk.create_content_metadata_access(
        models.ContentMetaGroupUser(
            content_metadata_id=meta,
            permission_type=models.PermissionType.view,
            group_id=people["inner"],
        )
    )
    query = sdk.create_query(_query(sorts=["orders.count desc"], limit="20"))
    look = sdk.create_look(
        models.WriteLookWithQuery(
            title="By region", description="All of it", query_id=query.id, folder_id=folder.id
        )
    )
    dashboard = sdk.create_dashboard(
        models.WriteDashboard(
            title="Overview", folder_id=folder.id, refresh_interval="1 hour", description="Daily"
        )
    )
    sdk.create_dashboard_filter(
        models.WriteCreateDashboardFilter(
            dashboard_id=dashboard.id,
            name="Region",
            title="Region",
            type="field_filter",
            model="shop",
            explore="orders",
            dimension="orders.region",
            default_value="north",
        )
    )
    merge = sdk.create_merge_query(
        body=models.WriteMergeQuery(
            source_queries=[
                models.MergeQuerySourceQuery(name="a", query_id=query.id),
                models.MergeQuerySourceQuery(
                    name="b",
                    query_id=query.id,
                    merge_fields=[
                        models.MergeFields(
                            field_name="orders.region", source_field_name="orders.region"
                        )
                    ],
                ),
            ]
        )
    )
    tiles: list[dict[str, Any]] = [
        {"type": "vis", "query_id": query.id, "title": "Orders", "note_text": "by *region*"},
        {"type": "vis", "look_id": look.id},
        {"type": "vis", "merge_result_id": merge.id, "title": "Both"},
        {"type": "text", "title_text": "Read this", "body_text": "# Now"},
    ]
    for tile in tiles:
        sdk.create_dashboard_element(
            models.WriteDashboardElement(dashboard_id=dashboard.id, **tile), apply_filters=True
        )
    layout = sdk.dashboard_dashboard_layouts(dashboard.id or "")[0]
    for number, component in enumerate(layout.dashboard_layout_components or ()):
        sdk.update_dashboard_layout_component(
            component.id or "",
            models.WriteDashboardLayoutComponent(row=number * 4, column=8, width=16, height=4),
        )
    board = sdk.create_board(models.WriteBoard(title="Morning"))
    section = sdk.create_board_section(models.WriteBoardSection(board_id=board.id, title="First"))
    for item in ({"dashboard_id": dashboard.id}, {"look_id": look.id}):
        sdk.create_board_item(models.WriteBoardItem(board_section_id=section.id, **item))


def test_what_goes_out_comes_in_and_goes_out_the_same(
    instances: Callable[[], Instance], tmp_path: Path
) -> None:
    first, second = instances(), instances()
    sdk = first.sdk()
    _content(sdk, _people(sdk))
    one, two = tmp_path / "one", tmp_path / "two"
    other = one / "users" / "of-somebody-else.json"
    other.parent.mkdir(parents=True)
    other.write_text('{"key": "theirs"}')
    told = _ran(export_command, one, "--ini", _ini(first, tmp_path))
    assert other.exists()
    other.unlink()
    assert "dashboards: 1 written" in told.output
    target = _ini(second, tmp_path)
    brought = _ran(import_command, one, "--ini", target)
    assert "dashboards: 1 made" in brought.output
    assert "looks: 1 made" in brought.output
    assert "ada@example.com has no password yet" in brought.output
    again = _ran(import_command, one, "--ini", target)
    assert "made" not in again.output
    assert "changed" not in again.output.replace("unchanged", "")
    _ran(export_command, two, "--ini", target)
    there, back = _files(one), _files(two)
    for name, text in there.items():
        assert back.get(name) == text, name
    shown = json.loads(there[next(name for name in there if name.startswith("dashboards/"))])
    assert shown["key"] == "Shared/Sales ∕ EU/Overview"
    assert [bool(one.get(kind)) for one, kind in zip(shown["elements"], _TILES, strict=True)] == [
        True
    ] * 4
    assert shown["elements"][0]["result_maker"]["filterables"][0]["listen"]


_TILES = ("query", "look", "merge", "title_text")


def test_people_may_do_there_what_they_may_here(
    instances: Callable[[], Instance], tmp_path: Path
) -> None:
    first, second = instances(), instances()
    sdk = first.sdk()
    _content(sdk, _people(sdk))
    owner = first.person("Admin")
    words = ["--from", first.url, "--client-id", owner.client_id]
    words += ["--client-secret", owner.client_secret]
    _ran(import_command, *words, "--ini", _ini(second, tmp_path))
    there = second.sdk()
    (ada,) = there.search_users(email="ada@example.com")
    assert [role.name for role in there.user_roles(ada.id or "")] == ["Shop reader"]
    values = {v.name: v.value for v in there.user_attribute_user_values(ada.id or "")}
    assert values["region"] == "north"
    (group,) = there.search_groups(name="Berlin")
    (folder,) = there.search_folders(name="Sales / EU")
    (entry,) = there.all_content_metadata_accesses(folder.content_metadata_id or "")
    assert (entry.group_id, entry.permission_type) == (group.id, models.PermissionType.view)
    assert entry.user_id is None


def test_a_change_there_is_brought_back_into_line(
    instances: Callable[[], Instance], tmp_path: Path
) -> None:
    first = instances()
    sdk = first.sdk()
    _content(sdk, _people(sdk))
    ini, files = _ini(first, tmp_path), tmp_path / "files"
    _ran(export_command, files, "--ini", ini)
    (look,) = sdk.search_looks(title="By region")
    sdk.update_look(look.id or "", models.WriteLookWithQuery(description="Changed"))
    (found,) = sdk.search_dashboards(title="Overview")
    (tile, *_) = found.dashboard_elements or ()
    sdk.delete_dashboard_element(tile.id or "")
    told = _ran(import_command, files, "--ini", ini).output
    assert "looks: 1 changed" in told
    assert "dashboards: 1 changed" in told
    assert sdk.look(look.id or "").description == "All of it"
    assert len(sdk.dashboard(found.id or "").dashboard_elements or ()) == 4
    assert "changed" not in _ran(import_command, files, "--ini", ini).output.replace(
        "unchanged", ""
    )
    sdk.delete_look(look.id or "")
    _ran(export_command, files, "--ini", ini)
    assert not list((files / "looks").iterdir())


def test_mistakes_are_told(instances: Callable[[], Instance], tmp_path: Path) -> None:
    ini = _ini(instances(), tmp_path)
    nothing = CliRunner().invoke(import_command, [str(tmp_path / "none"), "--ini", str(ini)])
    assert "There is no folder" in str(nothing.exception)
    both = CliRunner().invoke(import_command, [str(tmp_path), "--from", "http://x", "--ini", "x"])
    assert both.exit_code == 2
    (tmp_path / "in" / "looks").mkdir(parents=True)
    (tmp_path / "in" / "looks" / "x.json").write_text("{")
    broken = CliRunner().invoke(import_command, [str(tmp_path / "in"), "--ini", str(ini)])
    assert "x.json holds no document" in str(broken.exception)
    look = {"key": "Shared/x", "title": "x", "query": {"model": "", "view": ""}}
    (tmp_path / "in" / "looks" / "x.json").write_text(json.dumps(look))
    refused = CliRunner().invoke(import_command, [str(tmp_path / "in"), "--ini", str(ini)])
    assert refused.exit_code == 1
    assert "looks: 1 refused" in refused.output
    assert "model is required" in refused.output
