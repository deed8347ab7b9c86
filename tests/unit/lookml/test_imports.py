"""Other projects' files, included as `//project/path`."""

from __future__ import annotations

from pathlib import Path

import pytest

from belvedere.lookml.project import Project, open_project


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    write(
        tmp_path / "core",
        {
            "manifest.lkml": 'project_name: "core" constant: schema { value: "prod" export: override_optional }\n'
            'constant: kind { value: "text" }',
            "views/people.view.lkml": 'include: "places.view"\ninclude: "/shared/*.view"\n'
            "view: people { sql_table_name: @{schema}.people ;; dimension: name {} }",
            "views/places.view.lkml": "view: places { dimension: town {} }",
            "shared/common.view.lkml": 'include: "//base/all.view"\n'
            'view: common { extends: [basic] label: "@{kind}" dimension: id { primary_key: yes } }',
        },
    )
    write(tmp_path / "base", {"all.view.lkml": "view: basic { dimension: made { type: number } }"})
    write(
        tmp_path / "shop",
        {
            "manifest.lkml": 'project_name: "shop"\n'
            'local_dependency: { project: "core" override_constant: schema { value: "test" } }',
            "shop.model.lkml": 'connection: "c"\ninclude: "//core/views/people.view.lkml"\n'
            "view: +people { dimension: age { type: number } }\n"
            "explore: people { join: places { relationship: one_to_one sql_on: 1=1 ;; } join: common { relationship: one_to_one sql_on: 1=1 ;; } }",
        },
    )
    return tmp_path


def messages(project: Project) -> list[str]:
    return [diagnostic.message for diagnostic in project.diagnostics]


def test_files_of_another_project_are_as_its_own(projects: Path) -> None:
    project = open_project(projects / "shop")
    assert messages(project) == []
    model = project.models["shop"]
    assert set(model.views) >= {"people", "places", "common", "basic"}
    assert set(model.views["people"].fields) == {"name", "age"}
    assert set(model.views["common"].fields) >= {"made", "id"}
    assert list(project.models) == ["shop"]


def test_constants_can_be_overridden(projects: Path) -> None:
    views = open_project(projects / "shop").models["shop"].views
    assert views["people"].sql_table_name == "test.people"
    assert views["common"].label == "text"


def test_problems_name_the_project(projects: Path) -> None:
    write(projects, {"core/views/places.view.lkml": "view: places { dimension: town {} "})
    found = open_project(projects / "shop").diagnostics[0]
    assert str(found.location) == "//core/views/places.view.lkml:1:1"


def test_edits_in_imported_projects_are_seen(projects: Path) -> None:
    project = open_project(projects / "shop")
    assert project.reloaded() is project
    write(projects, {"base/all.view.lkml": "view: basic { dimension: made {} dimension: more {} }"})
    again = project.reloaded()
    assert "more" in again.models["shop"].views["common"].fields
    assert again.models["shop"].version != project.models["shop"].version
    assert (
        again.files["//core/views/people.view.lkml"]
        is project.files["//core/views/people.view.lkml"]
    )


def test_a_project_that_is_not_there_is_told_and_found_later(projects: Path) -> None:
    (projects / "base").rename(projects / "elsewhere")
    project = open_project(projects / "shop")
    assert 'does not match any files: "//base/all.view"' in messages(project)[0]
    assert "people" in project.models["shop"].views
    (projects / "elsewhere").rename(projects / "base")
    assert messages(project.reloaded()) == []


def test_only_the_projects_that_are_given_are_looked_at(projects: Path) -> None:
    project = open_project(projects / "shop", "shop", {"core": projects / "core"}.get)
    assert any("//base/all.view" in message for message in messages(project))
    assert (
        open_project(projects / "shop", "shop", lambda _: None).models["shop"].views.keys() == set()
    )


BLOCK = """
project_name: "block"
constant: CONFIG { value: "block-config" export: override_required }
constant: SCHEMA { value: "sold" export: override_required }
local_dependency: { project: "@{CONFIG}" override_constant: SCHEMA { value: "@{SCHEMA}" } }
"""


def test_projects_that_constants_name(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "block/manifest.lkml": BLOCK,
            "block/block.model.lkml": 'connection: "c" include: "//@{CONFIG}/views/*.view"\n'
            "explore: orders { view_name: orders_config }",
            "block-config/manifest.lkml": 'constant: SCHEMA { value: "x" export: override_optional }',
            "block-config/views/o.view.lkml": "view: orders_config { sql_table_name: @{SCHEMA}.o ;; dimension: id {} }",
        },
    )
    project = open_project(tmp_path / "block")
    assert messages(project) == []
    assert list(project.imported) == ["block-config"]
    assert project.models["block"].views["orders_config"].sql_table_name == "sold.o"
    assert project.reloaded() is project

    write(
        tmp_path,
        {
            "mine/manifest.lkml": 'constant: HERE { value: "here" }\n'
            'local_dependency: { project: "block" override_constant: CONFIG { value: "own-config" } '
            'override_constant: SCHEMA { value: "@{HERE}" } }',
            "mine/m.model.lkml": 'connection: "c" include: "//block/block.explore"\nexplore: orders { view_name: orders_config }',
            "block/block.explore.lkml": 'include: "//@{CONFIG}/**/*.view"',
            "own-config/manifest.lkml": 'constant: SCHEMA { value: "y" export: override_optional }',
            "own-config/o.view.lkml": "view: orders_config { sql_table_name: @{SCHEMA}.own ;; dimension: id {} }",
        },
    )
    project = open_project(tmp_path / "mine")
    assert messages(project) == []
    assert project.models["m"].views["orders_config"].sql_table_name == "here.own"


def test_unknown_constants_of_a_dependency(tmp_path: Path) -> None:
    manifest = 'local_dependency: { project: "a" override_constant: x { value: "@{nope}" } }'
    write(tmp_path / "p", {"manifest.lkml": manifest, "m.model.lkml": 'connection: "c"'})
    assert messages(open_project(tmp_path / "p")) == ["Could not find the constant nope."]


def test_models_of_a_project_that_configures(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "block/block.model.lkml": 'connection: "c" include: "//config/*/*.model.lkml" include: "//config/*.dashboard" '
            "explore: orders { extends: [orders_config] } view: orders { dimension: id {} }",
            "config/models/own.model.lkml": 'connection: "other" explore: orders_config { label: "Sold" hidden: yes }',
        },
    )
    project = open_project(tmp_path / "block")
    assert [message for message in messages(project) if "orders_config" not in message] == []
    assert project.models["block"].connection == "c"
    assert project.models["block"].explores["orders"].label == "Sold"
    assert list(project.models) == ["block"]
