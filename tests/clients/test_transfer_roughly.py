"""`belvedere import --from` an instance that is not as kind as ours."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from looker_sdk import models40 as models
from looker_sdk.sdk.api40.methods import Looker40SDK
from tests.clients.rough_instance import Rough, rough_instance
from tests.clients.test_transfer import (
    _content,
    _files,
    _ini,
    _people,
    _query,
    _ran,
    instances,
    project,
)

from belvedere.cli.transfer import export_command, import_command
from belvedere.testing import Instance, Person

__all__ = ["instances", "project"]
Instances = Callable[[], Instance]
PICTURE = b"\x89PNG\r\n\x1a\n" + b"picture"


def _from(url: str, owner: Person, *words: object) -> Result:
    source = ("--from", url, "--client-id", owner.client_id, "--client-secret", owner.client_secret)
    return CliRunner().invoke(import_command, [str(word) for word in (*source, *words)])


def _filled(sdk: Looker40SDK) -> dict[str, str]:
    people = _people(sdk)
    _content(sdk, people)
    for number in range(7):
        user = sdk.create_user(models.WriteUser(first_name=f"P{number}"))
        address = models.WriteCredentialsEmail(email=f"p{number}@example.com")
        sdk.create_user_credentials_email(user.id or "", address)
        group = models.GroupIdForGroupUserInclusion(user_id=user.id)
        sdk.add_group_user(people["inner"], group)
    return people


def _home(sdk: Looker40SDK, user_id: str) -> str:
    return sdk.user(user_id).personal_folder_id or ""


def _look(sdk: Looker40SDK, title: str, folder: str) -> None:
    query = sdk.create_query(_query())
    sdk.create_look(models.WriteLookWithQuery(title=title, query_id=query.id, folder_id=folder))


def _exported(instance: Instance, folder: Path) -> dict[str, str]:
    _ran(export_command, folder, "--ini", _ini(instance, folder.parent))
    return {
        name: text
        for name, text in _files(folder).items()
        if not name.startswith(("users/person-", "folders/person-", "groups/all-users"))
    }


def _altered(_: str, answer: Any) -> Any:
    """More than is published, and less."""
    if isinstance(answer, list):
        return [_altered("", one) for one in answer]
    if not isinstance(answer, dict):
        return answer
    found = {
        name: one if name == "vis_config" else _altered("", one)
        for name, one in answer.items()
        if one is not None
    }
    return found | {"_novelty": {"a": [1]}, "can": None}


def test_everything_comes_from_a_busy_server_with_small_pages(
    instances: Instances, tmp_path: Path
) -> None:
    first, second = instances(), instances()
    sdk = first.sdk()
    _filled(sdk)
    owner, target = first.person("Admin"), _ini(second, tmp_path)
    with rough_instance(Rough(first.url, busy=3, page=2, changed=_altered)) as rough:
        done = _from(rough.url, owner, "--ini", target)
        assert done.exit_code == 0, done.output + str(done.exception)
        again = _from(rough.url, owner, "--ini", target)
    assert "made" not in again.output
    assert "changed" not in again.output.replace("unchanged", "")
    there, back = _exported(first, tmp_path / "one"), _exported(second, tmp_path / "two")
    assert {name: back.get(name) for name in there} == there
    (group,) = second.sdk().search_groups(name="Berlin")
    assert len(second.sdk().all_group_users(group.id or "")) == 8


def test_what_is_closed_is_told_and_opens_nothing(instances: Instances, tmp_path: Path) -> None:
    first, second = instances(), instances()
    sdk = first.sdk()
    people = _filled(sdk)
    _look(sdk, "Alright / 1", "1")
    _look(sdk, "Broken", "1")
    _look(sdk, "Mine", _home(sdk, people["ada"]))
    (closed,) = sdk.search_folders(name="Sales / EU")
    (broken,) = sdk.search_looks(title="Broken")
    owner, target = first.person("Admin"), _ini(second, tmp_path)
    refused = {
        f"/content_metadata/{closed.content_metadata_id}": 403,
        f"/looks/{broken.id}": 404,
        "/themes": 403,
        "/roles": 403,
        "/color_collections/custom": 404,
    }
    with rough_instance(Rough(first.url, refused=refused)) as rough:
        done = _from(rough.url, owner, "--ini", target)
    assert done.exit_code == 1, done.output
    for told in (
        "themes: 1 not read",
        "roles: 1 not read",
        "themes cannot be read: GET /themes: refused with 403",
        "looks: Broken cannot be read",
        "which roles groups give cannot be read",
        "folders: Sales / EU cannot be read",
        "the Look By region is in the folder Sales / EU, which does not come along",
        "the dashboard Overview is in the folder Sales / EU",
    ):
        assert told in done.output, told
    there = second.sdk()
    assert {look.title for look in there.all_looks()} == {"Alright / 1", "Mine"}
    assert there.all_dashboards() == []
    assert there.search_folders(name="Sales / EU") == []
    (ada,) = there.search_users(email="ada@example.com")
    (mine,) = there.search_looks(title="Mine")
    assert mine.folder_id == _home(there, ada.id or "")


def test_roles_that_cannot_be_read_are_taken_from_no_group(
    instances: Instances, tmp_path: Path
) -> None:
    first, second = instances(), instances()
    _filled(first.sdk())
    owner, target = first.person("Admin"), _ini(second, tmp_path)
    assert _from(first.url, owner, "--ini", target).exit_code == 0
    with rough_instance(Rough(first.url, refused={"/roles": 403})) as rough:
        _from(rough.url, owner, "--ini", target)
    there = second.sdk()
    (role,) = there.search_roles(name="Shop reader")
    assert [group.name for group in there.role_groups(role.id or "")] == ["Europe"]


def test_what_was_interrupted_is_taken_up(instances: Instances, tmp_path: Path) -> None:
    first, second = instances(), instances()
    _filled(first.sdk())
    owner, admin = first.person("Admin"), second.person("Admin")
    with rough_instance(Rough(second.url, dies_after=0)) as rough:
        words = [
            f"base_url={rough.url}",
            f"client_id={admin.client_id}",
            f"client_secret={admin.client_secret}",
        ]
        target = tmp_path / "rough.ini"
        target.write_text("\n".join(["[Looker]", *words]))
        runs = 0
        while True:
            with rough.lock:
                rough.dies_after = rough.counts["writes"] + 25
            done = _from(first.url, owner, "--ini", target)
            runs += 1
            if done.exit_code == 0:
                break
            assert "cannot be reached" in str(done.exception)
            assert runs < 20
    assert runs > 2
    there, back = _exported(first, tmp_path / "one"), _exported(second, tmp_path / "two")
    assert {name: back.get(name) for name in there} == there
    (found,) = second.sdk().search_dashboards(title="Overview")
    assert len(found.dashboard_elements or ()) == 4
    assert len(second.sdk().search_boards(title="Morning")) == 1


def test_what_has_no_place_there_is_refused_by_name(instances: Instances, tmp_path: Path) -> None:
    first, second = instances(), instances()
    sdk = first.sdk()
    user = sdk.create_user(models.WriteUser(first_name="Nobody"))
    _look(sdk, "Theirs", _home(sdk, user.id or ""))
    people = _filled(sdk)
    _look(sdk, "Hers", _home(sdk, people["ada"]))
    files = tmp_path / "files"
    _ran(export_command, files, "--ini", _ini(first, tmp_path))
    for path in (files / "users").glob("ada-*"):
        path.unlink()
    done = CliRunner().invoke(import_command, [str(files), "--ini", str(_ini(second, tmp_path))])
    assert done.exit_code == 1
    assert "there is no ~ada@example.com: ada@example.com is not there" in done.output
    assert "looks: 1 made, 1 refused" in done.output
    exported = _ran(export_command, files, "--ini", _ini(first, tmp_path)).output
    assert "the user Nobody has no address and does not come along" in exported
    assert "the Look Theirs is in the folder Nobody, which does not come along" in exported


def test_tabs_images_and_odd_names_come_along(instances: Instances, tmp_path: Path) -> None:
    first, second = instances(), instances()
    sdk = first.sdk()
    board = models.WriteBoard(title="Twice")
    sdk.create_board(board)
    sdk.create_board(board)
    dashboard = sdk.create_dashboard(models.WriteDashboard(title="A / B", folder_id="1"))
    tabs = [
        sdk.create_dashboard_layout(
            models.WriteDashboardLayout(dashboard_id=dashboard.id, type="newspaper", label=label)
        )
        for label in ("One", "Two")
    ]
    image = f"data:image/png;name=a%20b.png;base64,{b64encode(PICTURE).decode()}"
    sdk.create_dashboard_element(
        models.WriteDashboardElement(
            dashboard_id=dashboard.id, dashboard_layout_id=tabs[1].id, image_id=image
        )
    )
    owner, target = first.person("Admin"), _ini(second, tmp_path)
    for _ in range(2):
        done = _from(first.url, owner, "--ini", target)
        assert done.exit_code == 0, done.output
    assert "changed" not in done.output.replace("unchanged", "")
    there = second.sdk()
    assert [one.title for one in there.all_boards()] == ["Twice", "Twice"]
    (found,) = there.search_dashboards(title="A / B")
    (element,) = found.dashboard_elements or ()
    (shown,) = element.images or ()
    assert shown.file_name == "a b.png"
    assert there.get_dashboard_image(found.id or "", shown.id or "") == PICTURE
    labels = {one.id: one.label for one in found.dashboard_layouts or ()}
    assert labels[element.dashboard_layout_id or ""] == "Two"


def test_what_was_emptied_there_is_emptied_here(instances: Instances, tmp_path: Path) -> None:
    first, second = instances(), instances()
    sdk = first.sdk()
    _content(sdk, _people(sdk))
    owner, target = first.person("Admin"), _ini(second, tmp_path)
    assert _from(first.url, owner, "--ini", target).exit_code == 0
    (look,) = sdk.search_looks(title="By region")
    sdk.update_look(look.id or "", models.WriteLookWithQuery(description=""))
    done = _from(first.url, owner, "--ini", target)
    assert "looks: 1 changed" in done.output
    (there,) = second.sdk().search_looks(title="By region")
    assert there.description is None
    assert "looks: 1 unchanged" in _from(first.url, owner, "--ini", target).output


def test_permissions_that_are_unknown_here_stay_behind(
    instances: Instances, tmp_path: Path
) -> None:
    first, second = instances(), instances()
    _people(first.sdk())

    def changed(path: str, answer: Any) -> Any:
        if path == "/permission_sets":
            for one in answer:
                one["permissions"] = [*(one["permissions"] or ()), "fly"]
        return answer

    owner, target = first.person("Admin"), _ini(second, tmp_path)
    with rough_instance(Rough(first.url, changed=changed)) as rough:
        done = _from(rough.url, owner, "--ini", target)
        assert done.exit_code == 0, done.output
        assert "readers comes without permissions unknown there: fly" in done.output
        assert "changed" not in _from(rough.url, owner, "--ini", target).output.replace(
            "unchanged", ""
        )
    (role,) = second.sdk().search_roles(name="Shop reader")
    assert role.permission_set is not None
    assert sorted(role.permission_set.permissions or ()) == ["access_data", "see_looks"]


def test_an_address_that_is_no_instance(instances: Instances, tmp_path: Path) -> None:
    first = instances()
    owner, target = first.person("Admin"), _ini(first, tmp_path)
    with rough_instance(Rough(first.url, refused={"/login": 200})) as rough:
        done = _from(rough.url, owner, "--ini", target)
    assert "is no instance" in str(done.exception)
    done = _from("http://127.0.0.1:1", owner, "--ini", target)
    assert "cannot be reached" in str(done.exception)
