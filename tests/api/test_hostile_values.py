"""Strings from outside stay values on every engine, wherever in a query they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st
from tests.api.conftest import Instance
from tests.engines.postgres_server import PostgresServer
from tests.engines.test_dialect_values import HOSTILE

from belvedere import clock
from belvedere.lookml.filters.strings import Literal, parse_string
from belvedere.projects import models

LOOKML = """
connection: "warehouse"
view: words {{
  sql_table_name: words ;;
  parameter: which {{ type: string }}
  filter: like {{ type: string }}
  dimension: id {{ type: number primary_key: yes }}
  dimension: word {{}}
  dimension: chosen {{ type: yesno sql: ${{TABLE}}.word = {{% parameter which %}} ;; }}
  dimension: alike {{ type: yesno sql: {{% condition like %}} ${{TABLE}}.word {{% endcondition %}} ;; }}
  dimension: named {{
    case: {{ when: {{ label: "{label}" sql: ${{TABLE}}.id = 0 ;; }} }}
  }}
  measure: count {{ type: count }}
  measure: picked {{ type: count filters: [word: "hostile"] }}
}}
explore: words {{}}
"""
LABEL = "it's; -- \\\\ %"


@pytest.fixture(params=["duckdb", "postgres"])
def words(
    request: pytest.FixtureRequest, tmp_path: Path, instance: Instance
) -> tuple[Any, list[str]]:
    """A client of an instance whose warehouse holds every hostile string."""
    values = [value for value in HOSTILE if len(value) < 1000]
    table = "CREATE TABLE words (id INTEGER, word TEXT)"
    if request.param == "duckdb":
        path = tmp_path / "words.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(table)
            connection.executemany("INSERT INTO words VALUES (?, ?)", list(enumerate(values)))
        facts: dict[str, Any] = {"dialect_name": "duckdb", "database": str(path)}
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        name = server.create_database()
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            connection.execute(table)
            connection.cursor().executemany(
                "INSERT INTO words VALUES (%s, %s)", list(enumerate(values))
            )
        facts = {
            "dialect_name": "postgres",
            "host": server.host,
            "port": str(server.port),
            "database": name,
            "username": server.user,
            "password": server.password,
        }
    admin = instance.as_role("Admin")
    made = admin.post("/connections", {"name": "warehouse", **facts})
    assert made.status == 200, made.text
    folder = tmp_path / "words"
    folder.mkdir()
    (folder / "words.model.lkml").write_text(LOOKML.format(label=LABEL))
    with instance.services.database.session() as session:
        models.add_project(session, "words", folder, clock.now())
        models.register(session, "words", "words", "warehouse", clock.now())
    return admin, values


def rows(admin: Any, **body: Any) -> list[dict[str, Any]]:
    answer = admin.post(
        "/queries/run/json", {"model": "words", "view": "words", "limit": "-1", **body}
    )
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_every_place_of_a_query(words: tuple[Any, list[str]]) -> None:
    admin, values = words
    found = rows(admin, fields=["words.word"], sorts=["words.id"])
    assert {row["words.word"] for row in found} == set(values)
    labels = rows(admin, fields=["words.named", "words.count"], filters={"words.id": "0"})
    assert [row["words.named"] for row in labels] == [LABEL.replace("\\\\", "\\")]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(values)
        | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
    )
    @example("' OR '1'='1")
    @example("${words.named}")
    @example("{words.id}")
    def check(value: str) -> None:
        expression = quoted(value)
        assert parse_string(expression).include == (Literal(value),)
        expected = [value] if value in values else []
        picked = rows(admin, fields=["words.word"], filters={"words.word": expression})
        assert [row["words.word"] for row in picked] == expected
        alike = rows(
            admin,
            fields=["words.word"],
            filters={"words.like": expression, "words.alike": "Yes"},
        )
        assert [row["words.word"] for row in alike] == expected
        escaped = "".join("^" + c if c in "^_%,\"'" else c for c in value)
        if value and value == value.strip() and not value.startswith("-"):
            chosen = rows(
                admin,
                fields=["words.word"],
                filters={"words.which": escaped, "words.chosen": "Yes"},
            )
            assert [row["words.word"] for row in chosen] == expected
        custom = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        named = rows(admin, fields=["words.word"], filter_expression=f"${{words.word}} = {custom}")
        assert [row["words.word"] for row in named] == expected

    check()


def test_every_format_of_both_engines(words: tuple[Any, list[str]]) -> None:
    admin, values = words
    body = {"model": "words", "view": "words", "fields": ["words.id", "words.word", "words.count"]}
    for result_format in ("json", "json_detail", "json_bi", "csv", "txt", "html", "md", "xlsx"):
        answer = admin.post(f"/queries/run/{result_format}", body)
        assert answer.status == 200
        assert len(answer.content) > len(values)
