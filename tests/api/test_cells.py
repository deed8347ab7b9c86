"""html and links of cells read what they name, whether it was asked for or not."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from belvedere import clock
from belvedere.projects import models

LOOKML = """
connection: "people"
access_grant: secret { user_attribute: clearance allowed_values: ["high"] }
view: people {
  dimension: id { primary_key: yes type: number hidden: yes }
  dimension: name {
    html: <b>{{ value }}</b> of {{ people.town._value }} ;;
    link: { label: "Mail {{ value }}" url: "/mail/{{ people.mail._value }}" }
  }
  dimension: mail {}
  dimension: town {}
  dimension: wage { type: number required_access_grants: [secret] }
  dimension: guarded { sql: ${TABLE}.name ;; html: {{ people.wage._value }} ;; }
  measure: count { type: count html: {{ rendered_value }} of {{ people.oldest._rendered_value }} ;; }
  measure: oldest { type: max sql: ${TABLE}.age ;; value_format: "0.0" }
}
explore: people {}
"""
ROWS = [
    (1, "Ann", "a@x", "Bonn", 9, 30),
    (2, "Ann", "b@x", "Köln", 8, 41),
    (3, "Bob", "c@x", "Bonn", 7, 52),
]


@pytest.fixture
def client(instance, tmp_path):
    path = tmp_path / "people.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE people (id INTEGER, name TEXT, mail TEXT, town TEXT, wage INTEGER, age INTEGER)"
        )
        connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)", ROWS)
    admin = instance.as_role("Admin")
    body = {"name": "people", "dialect_name": "duckdb", "database": str(path)}
    assert admin.post("/connections", body).status == 200
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "people.model.lkml").write_text(LOOKML)
    with instance.services.database.session() as session:
        models.add_project(session, "people", folder, clock.now())
        models.register(session, "people", "people", "people", clock.now())
    return admin


def detail(client, *fields: str, **body: Any) -> dict[str, Any]:
    query = {"model": "people", "view": "people", "fields": list(fields), **body}
    answer = client.post("/queries/run/json_detail", query)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_a_template_reads_is_queried_and_not_shown(client) -> None:
    found = detail(client, "people.name", sorts=["people.name"])
    assert [list(row) for row in found["data"]] == [["people.name"]] * 3
    cells = [row["people.name"] for row in found["data"]]
    assert [cell["html"] for cell in cells] == [
        "<b>Ann</b> of Bonn",
        "<b>Ann</b> of Köln",
        "<b>Bob</b> of Bonn",
    ]
    assert [cell["links"][0]["url"] for cell in cells] == ["/mail/a@x", "/mail/b@x", "/mail/c@x"]
    assert [field["name"] for field in found["fields"]["dimensions"]] == ["people.name"]


def test_measures_that_a_template_reads(client) -> None:
    found = detail(client, "people.town", "people.count", sorts=["people.town"])
    assert [row["people.count"]["html"] for row in found["data"]] == ["2 of 52.0", "1 of 41.0"]
    assert "people.oldest" not in found["data"][0]


def test_in_pivots(client) -> None:
    found = detail(
        client,
        "people.mail",
        "people.town",
        "people.count",
        pivots=["people.town"],
        sorts=["people.town", "people.mail"],
        row_total="right",
        total=True,
    )
    first = found["data"][0]["people.count"]
    assert first["Bonn"]["html"] == "1 of 30.0"
    assert first["$$$_row_total_$$$"]["value"] == 1
    assert list(found["data"][0]) == ["people.mail", "people.count"]


def test_a_template_reads_nothing_that_the_viewer_may_not_see(client) -> None:
    found = detail(client, "people.guarded")
    assert [row["people.guarded"]["html"] for row in found["data"]] == ["", ""]
    assert "wage" not in found["sql"]


@pytest.mark.parametrize("result_format", ["json", "csv", "md", "xlsx", "json_bi"])
def test_other_formats_do_not_show_it_either(client, result_format: str) -> None:
    query = {"model": "people", "view": "people", "fields": ["people.name"]}
    answer = client.post(f"/queries/run/{result_format}", query)
    assert answer.status == 200
    assert b"a@x" not in answer.content
