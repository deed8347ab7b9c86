"""Labels in the viewer's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from belvedere.lookml import describe_explore, labels, metadata
from belvedere.lookml.field_metadata import Audience, field_metadata
from belvedere.lookml.labels import Asked
from belvedere.lookml.localization import Localization, StringsProblem, read_strings
from belvedere.lookml.project import Project, open_project
from belvedere.lookml.scope import Scope, scope_of

MODEL = """
connection: "c"
label: "model_key"
explore: orders {
  label: "orders_key" description: "orders_text" group_label: "group_key"
  join: users { relationship: many_to_one view_label: "users_key" sql_on: ${orders.id} = ${users.id} ;; }
}
view: orders {
  label: "orders_key"
  dimension: id { primary_key: yes }
  dimension: state { label: "state_key" description: "state_text" group_label: "group_key" group_item_label: "item_key" }
  dimension: raw { label: "no_key" }
  dimension: unlabelled {}
  dimension: mixed { label: "{{ _localization['state_key'] }}/{{ _user_attributes['locale'] }}" }
  dimension: made { label: "{% if true %}state_key{% endif %}" }
  parameter: part { type: unquoted default_value: "a" allowed_value: { label: "state_key" value: "a" } allowed_value: { label: "B" value: "b" } }
  dimension: chosen { label: "Chosen" label_from_parameter: part }
}
view: users { dimension: id { primary_key: yes } }
"""
EN = """{"model_key": "Shop", "orders_key": "Orders", "orders_text": "All", "group_key": "Group",
 "users_key": "Users", "state_key": "State", "state_text": "Its state", "item_key": "Item"}"""
DE = '{"model_key": "Laden", "orders_key": "Bestellungen", "state_key": "Zustand", "group_key": "Gruppe"}'


def opened(root: Path, settings: str, model: str = MODEL, **strings: str) -> Project:
    (root / "manifest.lkml").write_text(f"localization_settings: {{ {settings} }}")
    (root / "shop.model.lkml").write_text(model)
    for locale, text in strings.items():
        (root / f"{locale}.strings.json").write_text(text)
    return open_project(root, "shop")


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    project = opened(tmp_path, "default_locale: en localization_level: permissive", en=EN, de=DE)
    assert project.diagnostics == ()
    return scope_of(project.models["shop"], "orders")


def described(scope: Scope, name: str, locale: str) -> dict[str, Any]:
    audience = Audience(attributes={"locale": locale})
    found = scope.find(f"orders.{name}")
    assert found is not None
    return field_metadata(scope, found, audience=audience)


@pytest.mark.parametrize(
    ("locale", "label", "description", "group", "item"),
    [
        ("en", "Orders State", "Its state", "Group", "Item"),
        ("de", "Bestellungen Zustand", "state_text", "Gruppe", "item_key"),
        ("de_AT", "Bestellungen Zustand", "state_text", "Gruppe", "item_key"),
        ("fr", "orders_key state_key", "state_text", "group_key", "item_key"),
    ],
)
def test_fields(
    scope: Scope, locale: str, label: str, description: str, group: str, item: str
) -> None:
    found = described(scope, "state", locale)
    assert (found["label"], found["description"]) == (label, description)
    assert (found["field_group_label"], found["field_group_variant"]) == (group, item)


def test_what_is_no_key_stays_as_it_is(scope: Scope) -> None:
    assert described(scope, "raw", "de")["label_short"] == "no_key"
    assert described(scope, "unlabelled", "de")["label_short"] == "Unlabelled"


def test_liquid_and_languages(scope: Scope) -> None:
    assert described(scope, "mixed", "de")["label_short"] == "Zustand/de"
    assert described(scope, "made", "de")["label_short"] == "Zustand"


def test_explores_and_models(scope: Scope) -> None:
    german = {"locale": "de"}
    found = metadata.explore_metadata(scope, lambda _: True, {}, attributes=german)
    assert (found["label"], found["description"]) == ("Bestellungen", "orders_text")
    assert found["group_label"] == "Gruppe"
    listed = metadata.nav_explore(scope.explore, scope.model, german)
    assert (listed["label"], listed["group_label"]) == ("Bestellungen", "Gruppe")
    assert labels.model_label(scope.model, german) == "Laden"
    assert labels.model_label(scope.model) == "Shop"


def test_label_from_parameter_is_for_results(scope: Scope) -> None:
    chosen = scope.find("orders.chosen")
    assert chosen is not None

    def header(**filters: str) -> str:
        asked = Asked(filters={f"orders.{name}": text for name, text in filters.items()})
        return labels.label_short(scope, chosen, {"locale": "de"}, asked)

    assert header() == "Zustand"
    assert header(part="b") == "B"
    assert labels.label_short(scope, chosen, {"locale": "de"}) == "Chosen"


def test_strict_projects_say_what_is_missing(tmp_path: Path) -> None:
    settings = "default_locale: en localization_level: strict"
    project = opened(tmp_path, settings, en=EN, de=DE)
    found = {(d.message, d.location.file, d.location.line, d.field) for d in project.diagnostics}
    place = "shop.model.lkml"
    assert found >= {
        ('"no_key" of orders.raw is not a key of en.strings.json.', place, 12, "orders.raw"),
        ("orders.unlabelled has no label to be localized", place, 13, "orders.unlabelled"),
    }
    missing = [d for d in project.diagnostics if d.message.startswith("de.strings.json lacks 4")]
    assert str(missing[0].location) == "manifest.lkml:1:1"


def test_a_default_locale_needs_its_file(tmp_path: Path) -> None:
    project = opened(tmp_path, "default_locale: fr", en=EN)
    assert [d.message for d in project.diagnostics] == [
        "There is no file fr.strings.json for the default locale"
    ]


def test_broken_strings_say_where(tmp_path: Path) -> None:
    project = opened(tmp_path, "default_locale: en", en='{"a": "b",\n "c": }')
    assert str(project.diagnostics[0].location) == "en.strings.json:2:7"
    assert project.diagnostics[0].kind == "syntax"


@pytest.mark.parametrize("text", ['{"a": 1}', "[1]", "[" * 100_000, '"x"', ""])
def test_strings_are_texts(text: str) -> None:
    with pytest.raises(StringsProblem):
        read_strings(text)


def test_new_strings_are_seen(tmp_path: Path) -> None:
    project = opened(tmp_path, "default_locale: en", en=EN)
    (tmp_path / "en.strings.json").write_text('{"state_key": "Status"}')
    again = project.reloaded()
    assert again.models["shop"].version != project.models["shop"].version
    localization = again.models["shop"].localization
    assert isinstance(localization, Localization)
    assert localization.text("state_key", "en") == "Status"


def test_a_text_may_have_a_comment() -> None:
    written = '{"a": {"value": "A", "comment": ["why", "else"]}, "b": "B"}'
    assert read_strings(written) == {"a": "A", "b": "B"}
    with pytest.raises(StringsProblem, match='The text of "c" has to be a string'):
        read_strings('{"c": {"comment": "no value"}}')


def test_one_wrong_text_costs_no_others(tmp_path: Path) -> None:
    (tmp_path / "manifest.lkml").write_text("localization_settings: { default_locale: en }")
    (tmp_path / "m.model.lkml").write_text(
        'connection: "c" explore: v { label: "k" } view: v { dimension: a {} }'
    )
    (tmp_path / "en.strings.json").write_text('{"bad": 1, "k": "Known"}')
    found = open_project(tmp_path, "p")
    assert [d.message for d in found.errors] == ['The text of "bad" has to be a string']
    assert describe_explore(found.models["m"], "v")["label"] == "Known"
