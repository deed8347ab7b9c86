"""Models kept from one start to the next: the same models, never those of other files."""

from __future__ import annotations

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from belvedere.lookml import snapshots
from belvedere.lookml.model import Model
from belvedere.lookml.project import Project, open_project
from belvedere.lookml.snapshots import Restored
from belvedere.projects import folders
from belvedere.projects.folders import ProjectFolder
from belvedere.projects.kept_models import KeptModels

SHOP = """connection: "c"
include: "/views/*.view"
include: "//lib/*.view"
include: "*.dashboard"
explore: orders {
  join: people { relationship: many_to_one sql_on: ${orders.person_id} = ${people.id} ;; }
  aggregate_table: daily { query: { dimensions: [orders.id] } materialization: { persist_for: "1 hour" } }
}
map_layer: areas { file: "a.json" property_key: "k" }
test: counts { explore_source: orders { column: id {} } assert: some { expression: ${orders.id} > 0 ;; } }
"""
FILES = {
    "shop/shop.model.lkml": SHOP,
    "shop/manifest.lkml": """project_name: "shop" local_dependency: { project: "lib" }
localization_settings: { default_locale: en localization_level: permissive }""",
    "shop/en.strings.json": '{"id": "Number"}',
    "shop/views/orders.view.lkml": """view: orders {
  dimension: id { label: "id" link: { label: "a" url: "b" } action: { label: "x" url: "u" param: { name: "n" value: "1" } } }
  dimension: person_id { type: number }
  dimension_group: made { type: time datatype: epoch }
}""",
    "shop/all.dashboard.lookml": "- dashboard: all\n  elements:\n  - name: one\n    type: text\n",
    "lib/people.view.lkml": "view: people { dimension: id { primary_key: yes } }",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "shop"


@pytest.fixture
def kept(tmp_path: Path) -> KeptModels:
    return KeptModels(tmp_path / "home" / "models")


def imports(shop: Path):
    def find(name: str) -> Path | None:
        path = shop.parent / name
        return path if path.is_dir() else None

    return find


def opened(shop: Path) -> Project:
    return open_project(shop, "shop", imports(shop))


def keep(kept: KeptModels, shop: Path, *, long_ago: bool = True) -> Project:
    project = opened(shop)
    assert project.errors == ()
    read_at = time.time_ns() + (3_600_000_000_000 if long_ago else 0)
    kept.write(shop, project.loaded, read_at)
    return project


def read(kept: KeptModels, shop: Path) -> Restored | None:
    return kept.read("shop", shop, imports(shop))


def whole(model: Model) -> dict[str, object]:
    plain = {name: getattr(model, name) for name in model.__struct_fields__}
    return plain | {"views": dict(model.views), "explores": dict(model.explores)}


def test_what_was_kept_is_what_files_say(shop: Path, kept: KeptModels) -> None:
    project = keep(kept, shop)
    found = read(kept, shop)
    assert found is not None
    assert found.version == project.version
    assert found.manifest == project.manifest
    assert found.state == project.state
    assert found.imported == project.imported
    assert found.models.keys() == project.models.keys()
    for name, model in project.models.items():
        assert whole(found.models[name]) == whole(model)
    assert list(found.models["shop"].views) == list(project.models["shop"].views)


def test_views_are_decoded_when_they_are_asked_for(
    shop: Path, kept: KeptModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(kept, shop)
    asked = []
    decode = snapshots._decode_view
    monkeypatch.setattr(snapshots, "_decode_view", lambda data: asked.append(1) or decode(data))
    found = read(kept, shop)
    assert found is not None
    views = found.models["shop"].views
    assert "people" in views
    assert "nobody" not in views
    assert len(views) == 2
    assert not asked
    assert views["people"] is views["people"]
    assert len(asked) == 1


def rewrite(path: Path, text: str) -> None:
    """Other contents of the same size and time."""
    before = path.stat()
    assert len(text) == before.st_size
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "edited": lambda shop: (shop / "views/orders.view.lkml").write_text("view: orders {}"),
    "same size": lambda shop: (shop / "views/orders.view.lkml").write_text(
        FILES["shop/views/orders.view.lkml"].replace("person_id", "person_no")
    ),
    "new": lambda shop: (shop / "views/new.view.lkml").write_text("view: new {}"),
    "gone": lambda shop: (shop / "en.strings.json").unlink(),
    "imported": lambda shop: (shop.parent / "lib/people.view.lkml").write_text("view: people {}"),
    "import gone": lambda shop: (shop.parent / "lib").rename(shop.parent / "elsewhere"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_other_files_are_read_anew(shop: Path, kept: KeptModels, change) -> None:
    keep(kept, shop)
    assert read(kept, shop) is not None
    change(shop)
    assert read(kept, shop) is None


def test_contents_count_where_times_are_in_doubt(shop: Path, kept: KeptModels) -> None:
    path = shop / "views/orders.view.lkml"
    keep(kept, shop)
    os.utime(path, ns=(1, 1))
    for folder in (shop, shop / "views"):
        os.utime(folder)
    assert read(kept, shop) is not None
    os.utime(path)
    keep(kept, shop, long_ago=False)
    rewrite(path, path.read_text().replace("person_id", "person_no"))
    assert read(kept, shop) is None


@pytest.mark.parametrize("cut", [0, 10, 40, -1])
def test_torn_files_are_not_used(shop: Path, kept: KeptModels, tmp_path: Path, cut: int) -> None:
    keep(kept, shop)
    (path,) = (tmp_path / "home" / "models").iterdir()
    data = path.read_bytes()
    for torn in (data[:cut], data[:cut] + b"\xff" + data[cut:][1:]):
        path.write_bytes(torn)
        assert read(kept, shop) is None or torn == data


def test_other_releases_and_other_names_are_not_used(
    shop: Path, kept: KeptModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(kept, shop)
    assert kept.read("other", shop, imports(shop)) is None
    monkeypatch.setattr(snapshots, "_made_by", lambda: "another")
    assert read(kept, shop) is None


def test_many_write_at_once(shop: Path, kept: KeptModels, tmp_path: Path) -> None:
    project = opened(shop)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: kept.write(shop, project.loaded, 0), range(16)))
    folder = tmp_path / "home" / "models"
    assert len(list(folder.iterdir())) == 1
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(next(folder.iterdir()).stat().st_mode) == 0o600
    assert read(kept, shop) is not None


def test_a_full_disk_stops_nothing(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    blocked = KeptModels(tmp_path / "file" / "models")
    keep(blocked, shop)
    assert read(blocked, shop) is None


# From one start to the next


def folder_of(shop: Path, kept: KeptModels) -> ProjectFolder:
    return ProjectFolder("shop", shop, imports(shop), kept)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_WORTH_KEEPING", -1.0)
    monkeypatch.setattr(folders, "_READ_AFTER", 3600.0)


@pytest.mark.usefixtures("slow")
def test_a_start_from_kept_models(
    shop: Path, kept: KeptModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = folder_of(shop, kept)
    version = first.models()["shop"].version
    first.close()
    second = folder_of(shop, kept)
    with monkeypatch.context() as patched:
        patched.setattr(folders, "open_project", None)
        assert second.models()["shop"].version == version
        assert second.models() is second.models()
    assert second.current().version == first.current().version
    (shop / "views/orders.view.lkml").write_text("view: orders { dimension: fresh {} }")
    assert "fresh" in second.models()["shop"].views["orders"].fields
    second.close()
    third = folder_of(shop, kept)
    monkeypatch.setattr(folders, "open_project", None)
    assert "fresh" in third.models()["shop"].views["orders"].fields
    third.close()


@pytest.mark.usefixtures("slow")
def test_an_edit_before_the_files_were_read(shop: Path, kept: KeptModels) -> None:
    first = folder_of(shop, kept)
    first.models()
    first.close()
    second = folder_of(shop, kept)
    assert "person_id" in second.models()["shop"].views["orders"].fields
    (shop / "views/orders.view.lkml").write_text("view: orders { dimension: fresh {} }")
    assert list(second.models()["shop"].views["orders"].fields) == ["fresh"]
    second.close()


def test_small_projects_are_not_kept(shop: Path, kept: KeptModels, tmp_path: Path) -> None:
    folder = folder_of(shop, kept)
    folder.models()
    folder.close()
    assert not (tmp_path / "home").exists()
