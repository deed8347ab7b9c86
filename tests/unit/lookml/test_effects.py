"""Parameters of the language take effect: the rows that models give, on a real DuckDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from belvedere.compiler import Viewer, compile_query, dialects, request_for, sql_for
from belvedere.errors import LookmlError
from belvedere.lookml import open_project
from belvedere.lookml.model import Model

STATEMENTS = """
CREATE TABLE people (id INTEGER, name VARCHAR, team VARCHAR);
INSERT INTO people VALUES (1, 'Ann', 'a'), (2, 'Bob', 'a'), (3, 'Cem', 'b');
CREATE TABLE orders (id INTEGER, person_id INTEGER, amount INTEGER);
INSERT INTO orders VALUES (1, 1, 10), (2, 1, 20), (3, 2, 5), (4, NULL, 7);
"""
VIEWS = """
view: people {
  dimension: id { primary_key: yes type: number }
  dimension: name {}
  dimension: team {}
  measure: count { type: count }
}
view: orders {
  dimension: id { primary_key: yes type: number }
  dimension: person_id { type: number }
  dimension: amount { type: number }
  measure: count { type: count }
  measure: total { type: sum sql: ${amount} ;; }
}
"""
JOIN = "relationship: many_to_one sql_on: ${orders.person_id} = ${people.id} ;;"


def model(root: Path, text: str, manifest: str = "") -> Model:
    (root / "m.model.lkml").write_text(f'connection: "c"\n{VIEWS}{text}')
    if manifest:
        (root / "manifest.lkml").write_text(manifest)
    found = open_project(root, "p")
    assert found.errors == ()
    return found.models["m"]


def rows(found: Model, explore: str, fields: list[str], **asked: Any) -> list[tuple[Any, ...]]:
    asked.setdefault("now", datetime(2026, 6, 30, 12, tzinfo=UTC))
    request = request_for(found, explore, fields, **asked)
    with duckdb.connect() as connection:
        connection.execute(STATEMENTS)
        return connection.execute(compile_query(request, dialects.get("duckdb")).sql).fetchall()


# Joins


def test_sql_having_holds_where_its_join_is_used(tmp_path: Path) -> None:
    join = f"join: people {{ {JOIN} sql_having: ${{orders.count}} > 1 ;; }}"
    found = model(tmp_path, f"explore: orders {{ {join} }}")
    assert rows(found, "orders", ["people.name", "orders.total"]) == [("Ann", 30)]
    assert len(rows(found, "orders", ["orders.id", "orders.total"])) == 4


def test_sql_having_joins_what_it_names(tmp_path: Path) -> None:
    text = f"""explore: orders {{
      join: people {{ {JOIN} }}
      join: again {{ from: people relationship: many_to_one
        sql_on: ${{orders.person_id}} = ${{again.id}} ;; sql_having: MAX(${{people.team}}) = 'a' ;; }}
    }}"""
    found = model(tmp_path, text)
    assert rows(found, "orders", ["again.name"], sorts=["again.name"]) == [("Ann",), ("Bob",)]


def test_outer_only_keeps_rows_without_a_match(tmp_path: Path) -> None:
    for outer, count in (("", 3), ("outer_only: yes", 4)):
        text = f"explore: orders {{ join: people {{ {JOIN} type: inner {outer} }} always_join: [people] }}"
        assert rows(model(tmp_path, text), "orders", ["orders.count"]) == [(count,)]


# Statements in front


def test_preambles_stand_in_front_of_every_statement(tmp_path: Path) -> None:
    text = """explore: orders {
      sql_preamble: CREATE TEMP FUNCTION half(x INT64) AS (x / {{ _user_attributes['parts'] }}); ;;
    }"""
    found = model(tmp_path, text)
    request = request_for(found, "orders", ["orders.total"], attributes={"parts": "2"})
    sql = sql_for(request, "bigquery_standard_sql")
    assert sql.startswith("CREATE TEMP FUNCTION half(x INT64) AS (x / 2);\nSELECT")
    with pytest.raises(LookmlError, match=r"sql_preamble, and DuckDB takes one statement"):
        sql_for(request, "duckdb")


# Localized SQL


def test_localized_texts_in_sql(tmp_path: Path) -> None:
    (tmp_path / "en.strings.json").write_text('{"nobody": "Nobody"}')
    (tmp_path / "de.strings.json").write_text('{"nobody": "Niemand\'s"}')
    text = """view: +orders {
      dimension: who { sql: COALESCE(CAST(${person_id} AS VARCHAR),
        {{ _localization['nobody'] | sql_quote }}) ;; }
    }
    explore: orders {}"""
    manifest = "localization_settings: { default_locale: en localization_level: permissive }"
    found = model(tmp_path, text, manifest)
    for locale, word in (("de", "Niemand's"), ("en", "Nobody"), (None, "Nobody")):
        attributes = {} if locale is None else {"locale": locale}
        asked = {"filters": {"orders.id": "4"}, "attributes": attributes}
        assert rows(found, "orders", ["orders.who"], **asked) == [(word,)]


# Grouping


def test_cancelled_grouping(tmp_path: Path) -> None:
    found = model(tmp_path, "explore: people { cancel_grouping_fields: [people.team] }")
    assert rows(found, "people", ["people.team"]) == [("a",), ("a",), ("b",)]
    assert rows(found, "people", ["people.team", "people.count"]) == [("a", 2), ("b", 1)]


# Distances


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "mysql", "bigquery_standard_sql"])
def test_no_distance_to_nowhere(tmp_path: Path, dialect: str) -> None:
    text = """view: +orders {
      dimension: here { type: location sql_latitude: NULLIF(${id}, 2) ;; sql_longitude: 0 ;; }
      dimension: there { type: location sql_latitude: 1 ;; sql_longitude: 0 ;; }
      dimension: way { type: distance start_location_field: here end_location_field: there }
    }
    explore: orders {}"""
    found = model(tmp_path, text)
    request = request_for(found, "orders", ["orders.way"], filters={"orders.id": "1,2"})
    assert "IS NOT NULL AND" in sql_for(request, dialect)
    if dialect == "duckdb":
        asked = {"filters": {"orders.id": "1,2"}, "sorts": ["orders.way"]}
        assert rows(found, "orders", ["orders.way"], **asked) == [(0.0,), (None,)]


# One view alone


def test_one_view_alone_has_neither_joins_nor_conditions(tmp_path: Path) -> None:
    text = """explore: orders {
      join: person { from: people type: inner relationship: many_to_one
        sql_on: ${orders.person_id} = ${person.id} ;; }
      sql_always_where: ${orders.amount} > 8 ;;
    }"""
    found = model(tmp_path, text)
    assert rows(found, "orders", ["person.name"]) == [("Ann",)]
    request = request_for(found, "orders", ["person.name"], sorts=["person.name"])
    sql = compile_query(
        replace(request, alone="person", viewer=Viewer()), dialects.get("duckdb")
    ).sql
    assert "orders" not in sql
    with duckdb.connect() as connection:
        connection.execute(STATEMENTS)
        assert connection.execute(sql).fetchall() == [("Ann",), ("Bob",), ("Cem",)]
