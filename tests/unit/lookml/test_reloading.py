"""A project that is read again takes over what did not change, and comes out as if opened anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from belvedere.lookml.project import open_project

FILES = {
    "manifest.lkml": 'project_name: "shop" constant: schema { value: "prod" }',
    "first.model.lkml": 'connection: "c"\ninclude: "/views/*.view"\nexplore: a {}\n'
    'include: "late.view"',
    "second.model.lkml": 'connection: "c"\ninclude: "/views/b.view"\ninclude: "/none.view"\n'
    "explore: b {}",
    "views/a.view.lkml": "view: a { sql_table_name: @{schema}.a ;; dimension: x { type: nonsense } }",
    "views/b.view.lkml": "view: b { dimension: y {} }",
    "views/deep/c.view.lkml": "view: c { dimension: z {} }",
}
ADDED = {
    "a view changes": {"views/b.view.lkml": "view: b { dimension: y {} dimension: more {} }"},
    "a view comes": {"views/d.view.lkml": "view: d { dimension: z {} }"},
    "a view that was missed comes": {"none.view.lkml": "view: none { dimension: z {} }"},
    "a refinement comes": {"views/z.view.lkml": "view: +a { dimension: more {} }"},
    "the same is written again": {"views/b.view.lkml": FILES["views/b.view.lkml"]},
    "a constant changes": {"manifest.lkml": FILES["manifest.lkml"].replace("prod", "test")},
    "a model changes": {"second.model.lkml": FILES["second.model.lkml"].replace('"c"', '"d"')},
    "another file is meant": {
        "late.view.lkml": "view: late {}",
        "views/late.view.lkml": "view: l {}",
    },
    "a model comes": {"third.model.lkml": 'connection: "c" include: "/**/c.view" explore: c {}'},
    "a broken one comes": {"views/e.view.lkml": "view: e { dimension: "},
}


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize("change", ADDED)
def test_what_is_read_again_is_as_if_opened_anew(tmp_path: Path, change: str) -> None:
    write(tmp_path, FILES)
    project = open_project(tmp_path, "shop")
    write(tmp_path, ADDED[change])
    for name in ("", *ADDED[change], "views/a.view.lkml"):
        if name:
            (tmp_path / name).unlink()
        project, anew = project.reloaded(), open_project(tmp_path, "shop")
        assert project.version == anew.version
        assert project.models == anew.models
        assert project.diagnostics == anew.diagnostics


def test_a_model_that_includes_nothing_of_an_edit_is_taken_over(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    project = open_project(tmp_path, "shop")
    write(tmp_path, {"views/a.view.lkml": "view: a { dimension: x {} dimension: new {} }"})
    again = project.reloaded()
    assert "new" in again.models["first"].views["a"].fields
    assert again.models["first"] is not project.models["first"]
    assert again.models["second"] is project.models["second"]
