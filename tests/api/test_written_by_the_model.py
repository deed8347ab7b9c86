"""What the model itself says counts, also where it leaves its own lists or circles."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.projects import models

LOOKML = """
connection: "thelook"
view: day {
  derived_table: { sql: SELECT 1 AS id, 'a' AS word UNION ALL SELECT 2, 'b' ;; }
  parameter: unit { type: unquoted allowed_value: { value: "x" } default_value: "written" }
  parameter: span { type: string allowed_value: { value: "x" } }
  parameter: least { type: number }
  parameter: place { type: unquoted }
  filter: size { type: number }
  filter: since { type: date }
  dimension: id { type: number }
  dimension: word {}
  dimension: unit_is { sql: '{% parameter unit %}' ;; }
  dimension: span_is { sql: {% parameter span %} ;; }
}
view: newest {
  derived_table: {
    explore_source: day { bind_all_filters: yes column: id { field: day.id } }
  }
  dimension: id { type: number }
  dimension: is_newest { type: yesno sql: ${id} = 2 ;; }
}
view: native {
  parameter: span { type: unquoted }
  derived_table: {
    explore_source: day {
      column: unit { field: day.unit_is }
      column: span { field: day.span_is }
      filters: [day.unit: "its own"]
      bind_filters: { from_field: native.span to_field: day.span }
    }
  }
  dimension: unit {}
  dimension: span {}
}
explore: native {}
explore: day {
  always_filter: { filters: [day.span: "o'clock"] }
  conditionally_filter: { filters: [newest.is_newest: "Yes"] unless: [day.word] }
  join: newest { type: left_outer relationship: one_to_one sql_on: ${day.id} = ${newest.id} ;; }
}
"""


@pytest.fixture
def admin(instance: Instance, tmp_path: Path) -> ApiClient:
    folder = tmp_path / "written"
    folder.mkdir()
    (folder / "written.model.lkml").write_text(LOOKML)
    with instance.services.database.session() as session:
        models.add_project(session, "written", folder, clock.now())
        models.register(session, "written", "written", "thelook", clock.now())
    return instance.as_role("Admin")


def run(admin: ApiClient, *fields: str, **filters: str):
    named = {name.replace("__", "."): text for name, text in filters.items()}
    query = {"model": "written", "view": "day", "fields": [*fields], "filters": named}
    return admin.post("/queries/run/json", query | {"sorts": [fields[0]]})


def test_values_that_the_model_gives_its_parameters_are_taken_as_they_are(admin) -> None:
    found = run(admin, "day.unit_is", "day.span_is").json()
    assert found == [{"day.unit_is": "written", "day.span_is": "o'clock"}]
    asked = run(admin, "day.unit_is", day__unit="written", day__span="o'clock")
    assert asked.json() == [{"day.unit_is": "written"}]


def test_an_explore_source_gives_values_and_hands_on_those_that_are_allowed(admin) -> None:
    def run(filters: dict[str, str]):
        query = {"model": "written", "view": "native", "fields": ["native.unit", "native.span"]}
        return admin.post("/queries/run/json", query | {"filters": filters})

    assert run({}).json() == [{"native.unit": "its own", "native.span": "o'clock"}]
    assert run({"native.span": "x"}).json() == [{"native.unit": "its own", "native.span": "x"}]
    assert "takes one of x" in run({"native.span": "other"}).text


@pytest.mark.parametrize("name", ["day__unit", "day__span"])
def test_other_values_are_refused(admin, name) -> None:
    field = name.replace("__", ".") + "_is"
    answer = run(admin, field, **{name: "other"})
    assert "takes one of x" in answer.text


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("unit", "other", "takes one of x"),
        ("least", "many", "takes a number"),
        ("place", "a b", "does not take"),
        ("size", "between a and", "day.size"),
        ("since", "the day after", "day.since"),
    ],
)
def test_a_bad_value_is_refused_where_nothing_reads_it_too(admin, name, text, words) -> None:
    answer = run(admin, "day.id", **{f"day__{name}": text})
    assert answer.status == 400
    assert words in answer.json()["message"]


@pytest.mark.parametrize(("name", "text"), [("least", "5"), ("size", ">3"), ("since", "")])
def test_a_good_value_that_nothing_reads_changes_nothing(admin, name, text) -> None:
    assert run(admin, "day.id", **{f"day__{name}": text}).json() == [{"day.id": 2}]


def test_a_default_filter_on_a_view_does_not_define_it(admin) -> None:
    assert run(admin, "day.id").json() == [{"day.id": 2}]
    assert run(admin, "day.id", newest__is_newest="No").json() == [{"day.id": 1}]
    assert run(admin, "newest.id", day__word="a").json() == [{"newest.id": 1}]
