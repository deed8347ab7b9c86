"""Headers and cells of results: labels with Liquid, in the viewer's language, and html."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from belvedere import clock
from belvedere.projects import models

MODEL = """
connection: "people"
explore: people {}
view: people {
  parameter: part { type: unquoted default_value: "town" allowed_value: { label: "The Town" value: "town" } allowed_value: { label: "key_name" value: "name" } }
  dimension: id { primary_key: yes type: number }
  dimension: name { label: "key_name" html: {{ linked_value }} {{ people.count._link }} {{ _user_attributes['first_name'] }} ;;
    drill_fields: [id, town]
    action: { label: "Tell {{ people.town._value }}" url: "https://x/{{ value }}" } }
  dimension: town {}
  dimension: passed_on { sql: ${TABLE}.town ;; html: <i>{{ value | shout }}</i> ;;
    link: { label: "{{ value | shout }}" url: "/{{ value | shout }}" } }
  dimension: broken { sql: ${TABLE}.town ;; html: {% if value %} ;;
    link: { label: "a" url: "{{ value" } link: { label: "b" url: "/b" } }
  dimension: chosen { label_from_parameter: part sql: {% if part._parameter_value == 'name' %} ${name} {% else %} ${town} {% endif %} ;; }
  measure: count { type: count drill_fields: [id]
    label: "{% if people.town._is_selected %}By Town{% else %}Overall{% endif %}" }
}
"""


@pytest.fixture
def client(instance, tmp_path):
    path = tmp_path / "people.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE people (id INTEGER, name TEXT, town TEXT)")
        connection.execute("INSERT INTO people VALUES (1, 'Ann', 'Ulm'), (2, 'B&B', 'Ulm')")
    admin = instance.as_role("Admin")
    body = {"name": "people", "dialect_name": "duckdb", "database": str(path)}
    assert admin.post("/connections", body).status == 200
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "people.model.lkml").write_text(MODEL)
    (folder / "manifest.lkml").write_text("localization_settings: { default_locale: en }")
    (folder / "en.strings.json").write_text('{"key_name": "Full Name"}')
    with instance.services.database.session() as session:
        models.add_project(session, "people", folder, clock.now())
        models.register(session, "people", "people", "people", clock.now())
    return admin


def header(client, *fields: str, **body: Any) -> str:
    query = {"model": "people", "view": "people", "fields": list(fields), **body}
    answer = client.post("/queries/run/csv", query)
    assert answer.status == 200, answer.text
    return answer.text.splitlines()[0]


def test_headers_know_the_query_and_the_language(client) -> None:
    assert header(client, "people.name", "people.count") == "People Full Name,People Overall"
    assert header(client, "people.town", "people.count") == "People Town,People By Town"


def test_headers_from_a_parameter(client) -> None:
    assert header(client, "people.chosen") == "People The Town"
    chosen = {"people.part": "name"}
    assert header(client, "people.chosen", filters=chosen) == "People Full Name"


def test_cells(client) -> None:
    query = {
        "model": "people",
        "view": "people",
        "fields": ["people.name"],
        "sorts": ["people.name"],
    }
    answer = client.post("/queries/run/json_detail", query).json()
    field = answer["fields"]["dimensions"][0]
    assert (field["label"], field["label_short"]) == ("People Full Name", "Full Name")
    first, second = (row["people.name"] for row in answer["data"])
    assert first["html"].startswith('<a href="/explore/people/people?fields=people.id,people.town')
    assert ">Ann</a> /explore/people/people?fields=people.id&amp;" in first["html"]
    assert first["html"].endswith(" Test")
    assert ">B&amp;B</a>" in second["html"]
    (action,) = [link for link in first["links"] if link["type"] == "action"]
    assert (action["label"], action["url"]) == ("Tell Ulm", "https://x/Ann")


def test_faults_of_templates_hide_no_values(client) -> None:
    query = {"model": "people", "view": "people", "fields": ["people.passed_on", "people.broken"]}
    answer = client.post("/queries/run/json_detail", query).json()
    (row,) = answer["data"]
    passed, broken = row["people.passed_on"], row["people.broken"]
    assert (passed["html"], passed["links"][0]["url"]) == ("<i>Ulm</i>", "/Ulm")
    assert (broken["value"], [link["url"] for link in broken["links"]]) == ("Ulm", ["/b"])
    assert "html" not in broken
    told = [error["message"] for error in answer["errors"]]
    assert len(told) == 2
    assert all("Liquid error" in text and "people.broken at" in text for text in told)
    plain = client.post("/queries/run/json", query)
    assert plain.json() == [{"people.passed_on": "Ulm", "people.broken": "Ulm"}]
