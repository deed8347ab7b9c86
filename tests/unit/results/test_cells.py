"""What templates of cells read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from belvedere.lookml.labels import Asked
from belvedere.lookml.project import open_project
from belvedere.lookml.scope import Scope, scope_of
from belvedere.results.cells import Cells, CellTemplates

MODEL = """
connection: "c"
explore: people {}
view: people {
  parameter: unit { type: string default_value: "day" }
  parameter: raw { type: unquoted }
  dimension: town {}
  dimension: name { html: @html@ ;; action: {
    label: "Write to {{ value }}" url: "https://x/{{ people.town._value | url_encode }}"
    param: { name: "who" value: "{{ value }}" }
    form_param: { name: "text" type: select default: "{{ _user_attributes['team'] }}" option: { name: "a" } option: { name: "b" } }
  } action: { label: "Nowhere" url: "{% if value == 'nobody' %}x{% endif %}" } }
  measure: count { type: count }
  parameter: none { type: string }
  parameter: least { type: number }
}
"""


def templates(root: Path, html: str, **asked: Any) -> tuple[Scope, CellTemplates]:
    (root / "m.model.lkml").write_text(MODEL.replace("@html@", html))
    scope = scope_of(open_project(root, "p").models["m"], "people")
    cells = Cells(
        rendered=lambda name, value: f"<{value}>" if name.endswith("count") else str(value),
        filterable=lambda field, value: f"is {value}" if field.name == "name" else str(value),
        drill=lambda scoped, row: f"/drill?{scoped.full_name}&{len(row)}",
    )
    attributes = {"team": "red", "locale": "de"}
    return scope, CellTemplates(scope, Asked(**asked), attributes, cells)


def page(root: Path, html: str, value: object = "A&B", **asked: Any) -> str | None:
    scope, made = templates(root, html, **asked)
    row = {"people.town": "Ulm", "people.count": 3}
    return made.html(scope.find("people.name"), value, row)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("{{ value }} {{ rendered_value }} {{ filterable_value }}", "A&amp;B A&amp;B is A&amp;B"),
        ("{{ link }}", "/drill?people.name&amp;3"),
        ("{{ linked_value }}", '<a href="/drill?people.name&amp;3">A&amp;B</a>'),
        ("{{ people.count._link }}", "/drill?people.count&amp;3"),
        ("{{ count._linked_value }}", '<a href="/drill?people.count&amp;3">&lt;3&gt;</a>'),
        ("{{ people.town._filterable_value }}", "Ulm"),
        ("{{ _user_attributes['team'] }}{{ _user_attributes['none'] }}", "red"),
        ("{{ _query._query_timezone }}", "Europe/Berlin"),
        ("{{ _model._name }} {{ _explore._name }} {{ _view._name }}", "m people people"),
        ("{{ _field._name }}", "people.name"),
        ("{{ _filters['people.town'] }}", "U%"),
        ("{{ people.unit._parameter_value }} {{ raw._parameter_value }}", "&#39;day&#39; wide"),
        ("[{{ none._parameter_value }}]{{ people.least._parameter_value }}", "[&#39;&#39;]NULL"),
        ("{% if people.town._is_filtered %}f{% endif %}{{ count._is_selected }}", "ffalse"),
        ("{% if name._in_query %}yes{% endif %}", "yes"),
        ("{{ people.nothing._value }}", ""),
    ],
)
def test_variables(tmp_path: Path, html: str, shown: str) -> None:
    found = page(
        tmp_path,
        html,
        fields=frozenset({"people.name"}),
        filters={"people.town": "U%", "people.raw": "wide"},
        timezone="Europe/Berlin",
    )
    assert found == shown


def test_actions(tmp_path: Path) -> None:
    scope, made = templates(tmp_path, "x")
    row = {"people.town": "Neu Ulm"}
    (action,) = made.actions(scope.find("people.name"), "Ann", row)
    assert action == {
        "label": "Write to Ann",
        "url": "https://x/Neu+Ulm",
        "icon_url": None,
        "form_url": None,
        "params": [{"name": "who", "value": "Ann"}],
        "form_params": [
            {
                "name": "text",
                "type": "select",
                "default": "red",
                "option": [{"name": "a"}, {"name": "b"}],
            }
        ],
        "type": "action",
    }


def test_a_broken_template_says_where_it_stands(tmp_path: Path) -> None:
    scope, made = templates(tmp_path, "{% if value %}")
    assert made.html(scope.find("people.name"), "A&B", {}) is None
    ((field, problem),) = made.problems
    assert field == "people.name"
    assert "people.name at m.model.lkml:8:3" in problem


def test_a_filter_that_there_is_not_passes_the_value_on(tmp_path: Path) -> None:
    assert page(tmp_path, "{{ 1 | nothing_of_the_kind | plus: 1 }}") == "2"
