"""Forms of the language, old and new, and what they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from belvedere.lookml.diagnostics import Severity
from belvedere.lookml.field_traits import suggestable
from belvedere.lookml.manifest import Application, Visualization
from belvedere.lookml.model import (
    AccessFilter,
    CaseBranch,
    FilterPair,
    Model,
    SortSpec,
    View,
)
from belvedere.lookml.project import Project, open_project
from belvedere.lookml.scope import scope_of


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def project(root: Path, **files: str) -> Project:
    write(root, {"m.model.lkml": 'connection: "c"\n' + files.pop("model", "")})
    write(root, {f"{name}.lkml": text for name, text in files.items()})
    return open_project(root, "p")


def model(root: Path, text: str) -> Model:
    found = project(root, model=text)
    assert found.errors == ()
    return found.models["m"]


def view(root: Path, text: str) -> View:
    return model(root, f"view: v {{ {text} }}").views["v"]


# Old forms


@pytest.mark.parametrize(
    "text",
    [
        'sql_case: {\n new: ${TABLE}.s = 0\n "On the way": ${TABLE}.s IN (1, 2)\n else: unknown\n}',
        'sql_case: { new: ${TABLE}.s = 0 ;; "On the way": ${TABLE}.s IN (1, 2);; else: "unknown" ;; }',
        """case: { when: { sql: ${TABLE}.s = 0 ;; label: "new" }
        when: { sql: ${TABLE}.s IN (1, 2) ;; label: "On the way" } else: "unknown" }""",
    ],
)
def test_cases(tmp_path: Path, text: str) -> None:
    found = view(tmp_path, f"dimension: state {{ {text} }} dimension: after {{}}").fields
    assert found["state"].cases == (
        CaseBranch("${TABLE}.s = 0", "new"),
        CaseBranch("${TABLE}.s IN (1, 2)", "On the way"),
    )
    assert found["state"].case_else == "unknown"
    assert "after" in found


def test_unreadable_sql_case(tmp_path: Path) -> None:
    found = project(tmp_path, model="view: v { dimension: a { sql_case: { [ } } dimension: b {} }")
    assert "Cannot read this as sql_case" in found.errors[0].message


def test_labels_that_repeat_in_a_case(tmp_path: Path) -> None:
    text = 'case: { when: { sql: 1 ;; label: "a" } when: { sql: 2 ;; label: "a" } }'
    found = project(tmp_path, model=f"view: v {{ dimension: x {{ {text} }} }}")
    assert [d.severity for d in found.diagnostics] == [Severity.warning]
    branches = found.models["m"].views["v"].fields["x"].cases
    assert branches == (CaseBranch("1", "a"), CaseBranch("2", "a"))


def test_filters_and_sorts_as_blocks(tmp_path: Path) -> None:
    found = model(
        tmp_path,
        """
explore: v { always_filter: { filters: { field: a value: "x" } filters: { field: v.b value: "y" } } }
view: v {
  dimension: a {} dimension: b {}
  measure: n { type: count filters: { field: a value: "x" } filters: { field: b value: "-NULL" } }
  measure: m { type: count filter: { field: a value: "x" } }
}
view: d { derived_table: { sql_trigger: select 1 ;;
  explore_source: v { column: a {} sorts: { field: a desc: yes } filters: { field: v.a value: "1" } } } }
""",
    )
    fields = found.views["v"].fields
    assert fields["n"].filters == (FilterPair("a", "x"), FilterPair("b", "-NULL"))
    assert fields["m"].filters == (FilterPair("a", "x"),)
    assert found.explores["v"].always_filter == (FilterPair("a", "x"), FilterPair("v.b", "y"))
    table = found.views["d"].derived_table
    assert table is not None
    assert table.explore_source is not None
    assert table.explore_source.sorts == (SortSpec("a", descending=True),)
    assert table.explore_source.filters == (FilterPair("v.a", "1"),)
    assert table.persistence is not None
    assert table.persistence.sql_trigger_value == "select 1"


def test_a_restriction_that_is_no_more_lets_nobody_see_rows(tmp_path: Path) -> None:
    found = project(
        tmp_path, model="explore: v { access_filter_fields: [v.a] } view: v { dimension: a {} }"
    )
    assert found.models["m"].explores["v"].access_filters == (AccessFilter("v.a", "-"),)
    assert "nobody sees rows" in found.errors[0].message


def test_tests_stand_anywhere(tmp_path: Path) -> None:
    one = "test: {} {{ explore_source: v {{ column: a {{}} }} assert: x {{ expression: yes ;; }} }}"
    found = model(
        tmp_path,
        f"explore: v {{ {one.format('in_explore')} }} view: v {{ dimension: a {{}} "
        f"{one.format('in_view')} }} {one.format('alone')} view: w {{ extends: [v] }}",
    )
    assert sorted(test.name for test in found.tests) == ["alone", "in_explore", "in_view"]


def test_named_formats_that_are_strict(tmp_path: Path) -> None:
    found = model(
        tmp_path,
        'named_value_format: f { value_format: "0" strict_value_format: yes } map_layer: l { url: "u" }',
    )
    assert found.named_value_formats["f"].strict_value_format
    assert found.map_layers["l"].parameters == {"url": "u"}


# Inheritance


def test_extended_stands_for_what_is_replaced(tmp_path: Path) -> None:
    found = model(
        tmp_path,
        """
view: base { extension: required
  dimension: a { sql: x ;; tags: ["one"] link: { label: "L" url: "1" } }
  measure: n { type: count filters: [a: "1"] }
  parameter: p { allowed_value: { value: "1" } }
  set: s { fields: [a] } }
view: v { extends: [base]
  dimension: a { sql: f(${EXTENDED}) ;; tags: [EXTENDED*, "two"] link: { label: "M" url: "2" } }
  measure: n { filters: [a: "2"] }
  parameter: p { allowed_value: { value: "2" } }
  set: s { fields: [EXTENDED*, n] } }
view: +v { dimension: a { sql: g(${EXTENDED}) ;; } }
view: w { extends: v dimension: a { sql: h ;; } }
""",
    )
    assert list(found.views) == ["v", "w"]
    v, w = found.views["v"], found.views["w"]
    assert v.fields["a"].sql == "g(f(x))"
    assert v.fields["a"].tags == ("one", "two")
    assert [link.label for link in v.fields["a"].links] == ["L", "M"]
    assert v.fields["n"].filters == (FilterPair("a", "1"), FilterPair("a", "2"))
    assert [choice.value for choice in v.fields["p"].allowed_values] == ["1", "2"]
    assert v.sets["s"] == ("a", "n")
    assert w.fields["a"].sql == "h"


# The manifest


def test_a_manifest_whole(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        manifest="""
project_name: "shop"
new_lookml_runtime: yes
constant: a { value: "1" export: override_optional }
local_dependency: { project: "core" override_constant: x { value: "2" } }
remote_dependency: far { url: "https://git/far" ref: "v1" override_constant: y { value: "3" } }
application: kitchen { label: "Kitchen" url: "https://x/b.js" sri_hash: "h"
  mount_points: { dashboard_vis: yes standalone: no }
  entitlements: { core_api_methods: ["me", "all_roles"] local_storage: yes external_api_urls: ["@{a}"] } }
visualization: { id: "tree" label: "Tree" file: "tree.js" dependencies: ["d3.js"] }
localization_settings: { default_locale: de localization_level: strict }
""",
    ).manifest
    assert found is not None
    assert found.project_name == "shop"
    assert found.constants["a"].export == "override_optional"
    assert [(d.name, d.is_remote, d.url, d.ref) for d in found.dependencies.values()] == [
        ("core", False, None, None),
        ("far", True, "https://git/far", "v1"),
    ]
    assert found.dependencies["far"].overrides == {"y": "3"}
    kitchen = found.applications["kitchen"]
    assert isinstance(kitchen, Application)
    assert kitchen.mount_points == {"dashboard_vis": "yes", "standalone": "no"}
    assert kitchen.entitlements["core_api_methods"] == ["me", "all_roles"]
    tree = found.visualizations["tree"]
    assert isinstance(tree, Visualization)
    assert (tree.file, tree.dependencies) == ("tree.js", ("d3.js",))
    assert found.localization is not None
    assert (found.localization.default_locale, found.localization.level) == ("de", "strict")


CORE = """
constant: open { value: "core open" export: override_optional }
constant: needed { value: "core needed" export: override_required }
constant: closed { value: "core closed" }
"""
LABELS = "\n".join(
    f'view: {name} {{ label: "@{{{name}}}" dimension: id {{}} }}'
    for name in ("open", "needed", "closed")
)


def importing(root: Path, manifest: str, **more: str) -> Project:
    write(root, {"core/manifest.lkml": CORE, "core/all.view.lkml": LABELS})
    write(root, {"shop/manifest.lkml": manifest, **{f"shop/{k}": v for k, v in more.items()}})
    write(root, {"shop/m.model.lkml": 'connection: "c"\ninclude: "//core/all.view"'})
    return open_project(root / "shop", "shop")


def labels(found: Project) -> list[str | None]:
    return [found.models["m"].views[name].label for name in ("open", "needed", "closed")]


def test_constants_are_overridden_as_far_as_they_are_exported(tmp_path: Path) -> None:
    found = importing(
        tmp_path,
        'constant: open { value: "ours" } local_dependency: { project: "core" '
        'override_constant: open { value: "new open" } '
        'override_constant: needed { value: "new needed" } '
        'override_constant: closed { value: "new closed" } override_constant: opne { value: "x" } }',
    )
    assert labels(found) == ["new open", "new needed", "core closed"]
    assert [d.message for d in found.diagnostics] == [
        "The constant closed of project core cannot be overridden: its export is none",
        'Project core has no constant opne. Did you mean "open"?',
    ]
    assert {d.location.file for d in found.diagnostics} == {"manifest.lkml"}


def test_each_project_has_its_own_constants(tmp_path: Path) -> None:
    found = importing(tmp_path, 'constant: open { value: "ours" }')
    assert labels(found) == ["core open", "core needed", "core closed"]
    assert found.diagnostics == ()


def test_a_constant_that_has_to_be_overridden(tmp_path: Path) -> None:
    found = importing(tmp_path, 'local_dependency: { project: "core" }')
    assert [d.message for d in found.diagnostics] == [
        "The constant needed of project core has to be overridden (its export is override_required)"
    ]


def test_overrides_of_remote_projects(tmp_path: Path) -> None:
    found = importing(
        tmp_path,
        'remote_dependency: core { url: "u" override_constant: needed { value: "n" } '
        'override_constant: open { value: "o" } }',
    )
    assert labels(found) == ["o", "n", "core closed"]
    assert found.diagnostics == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("constant: a {}", "The constant a has no value"),
        ('constant: a { value: "1" export: sometimes }', "export takes one of none"),
        ("local_dependency: {}", "local_dependency does not name a project"),
        ("remote_dependency: x {}", "The remote_dependency x has no url"),
        ("application: x {}", "The application x needs a url or a file"),
        ('visualization: { id: "x" }', "A visualization needs an id, and a url or a file"),
        ("localization_settings: { localization_level: hard }", "localization_level takes strict"),
        ('projct_name: "x"', 'Unknown or unexpected parameter "projct_name" in manifest'),
    ],
)
def test_what_is_wrong_in_manifests(tmp_path: Path, text: str, message: str) -> None:
    found = project(tmp_path, manifest=text)
    assert any(d.message.startswith(message) for d in found.diagnostics)
    assert found.diagnostics[0].location.file == "manifest.lkml"


def test_constants_hold_constants(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        manifest='constant: a { value: "x@{b}" } constant: b { value: "y" } '
        'constant: loop { value: "@{loop}@{loop}" }',
        model='view: v { label: "@{a}" dimension: id { label: "@{loop}" tags: ["@{b}", "@{c}"] '
        'action: { label: "@{b}" url: "u" } } }',
    )
    view = found.models["m"].views["v"]
    assert view.label == "xy"
    assert view.fields["id"].tags == ("y", "")
    assert view.fields["id"].actions[0]["label"] == "y"
    assert [d.message for d in found.diagnostics] == ["Could not find the constant c."]


def test_an_explore_without_suggestions(tmp_path: Path) -> None:
    found = model(
        tmp_path,
        "explore: v {} explore: quiet { from: v suggestions: no } view: v { dimension: a {} }",
    )
    for explore, offered in (("v", True), ("quiet", False)):
        scope = scope_of(found, explore)
        (scoped,) = scope.fields()
        assert suggestable(scope, scoped) is offered


def test_a_model_file_is_included_by_its_own_name_and_by_no_wildcard(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "settings/common.model.lkml": 'include: "/more/*" week_start_day: sunday',
            "more/grants.lkml": 'connection: "c" access_grant: g { user_attribute: a allowed_values: ["1"] }',
            "named.model.lkml": 'include: "/settings/common.model" week_start_day: friday view: v {} explore: v {}',
            "wild.model.lkml": 'include: "/settings/*"',
        },
    )
    found = open_project(tmp_path, "p")
    assert found.models["named"].connection == "c"
    assert found.models["named"].week_start_day == "friday"
    assert list(found.models["named"].access_grants) == ["g"]
    assert found.models["wild"].connection is None
