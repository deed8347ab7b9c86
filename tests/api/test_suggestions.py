"""Suggestions for filters: where they come from, for how long, and for whom."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st
from tests.api.small import duckdb_facts, serve

LOOKML = """
access_grant: secret { user_attribute: last_name allowed_values: ["Boss"] }
view: t {
  dimension: id { primary_key: yes type: number }
  dimension: word {}
  dimension: folded { case_sensitive: no sql: ${TABLE}.word ;; }
  dimension: owner {}
  dimension: fixed { suggestions: ["one", "two"] }
  dimension: off { suggestable: no suggestions: ["one"] sql: ${word} ;; }
  dimension: other { suggest_dimension: word sql: ${TABLE}.owner ;; }
  dimension: elsewhere { suggest_explore: plain suggest_dimension: t.word sql: ${TABLE}.owner ;; }
  dimension: guarded { suggest_explore: locked suggest_dimension: t.word sql: ${TABLE}.owner ;; }
  dimension: nowhere { suggest_explore: missing suggest_dimension: t.word sql: ${TABLE}.owner ;; }
  dimension: wage { required_access_grants: [secret] }
  dimension: peeks { suggest_dimension: wage sql: ${TABLE}.owner ;; }
  dimension: own { full_suggestions: no sql: ${TABLE}.word ;; }
  dimension: whole { full_suggestions: yes sql: ${TABLE}.word ;; }
  dimension: far { sql: ${base.word} ;; }
  dimension: bypassing { full_suggestions: no bypass_suggest_restrictions: yes sql: ${TABLE}.word ;; }
  dimension: brief { suggest_persist_for: "0 seconds" sql: ${TABLE}.word ;; }
  dimension: hourly { suggest_persist_for: "1 hour" sql: ${TABLE}.word || '' ;; }
  dimension: number { type: number sql: ${id} ;; }
  dimension: by_number { suggest_dimension: number sql: ${TABLE}.word ;; }
  dimension: broken { sql: nonsense(${TABLE}.word) ;; }
  dimension_group: at { type: time timeframes: [day_of_week, date] sql: ${TABLE}.happened ;; }
  dimension: size { type: tier tiers: [2] sql: ${id} ;; }
  filter: chosen { type: string suggest_dimension: word }
  filter: free { type: string }
  parameter: which { allowed_value: { value: "a" } allowed_value: { value: "b" } }
  measure: count { type: count }
}
view: silent { extends: [t] sql_table_name: t ;; suggestions: no }
explore: t {}
explore: plain { from: t view_name: t }
explore: joining { from: t view_name: base
  join: t { type: inner relationship: one_to_one sql_on: ${base.id} = ${t.id} AND ${t.id} < 2 ;; } }
explore: always { extends: [joining] view_name: base always_join: [t] }
explore: silent {}
explore: locked { from: t view_name: t required_access_grants: [secret] }
explore: owned { from: t view_name: t access_filter: { field: t.owner user_attribute: last_name } }
"""
WORDS = ["New York", "old new", "newt", "NEW", "-5%", "it's_here", "a,b", 'say "x"', "{{ x }}", "ß"]
STATEMENTS = [
    "CREATE TABLE t (id INTEGER, word VARCHAR, owner VARCHAR, wage VARCHAR, happened TIMESTAMP)",
    *(
        f"INSERT INTO t VALUES ({n}, $${word}$$, '{'Boss' if n % 2 else 'Ann'}', 'w{n}', now())"
        for n, word in enumerate(WORDS)
    ),
]


@pytest.fixture
def served(instance, tmp_path):
    serve(instance, tmp_path, "hints", LOOKML, duckdb_facts(tmp_path, "hints", STATEMENTS))
    return instance


@pytest.fixture
def boss(served):
    return served.as_role("Admin", "Boss")


@pytest.fixture
def ann(served):
    return served.as_role("Viewer", "Ann")


def ask(client: Any, field: str, explore: str = "t", **params: Any) -> dict[str, Any]:
    answer = client.get(f"/models/hints/views/{explore}/fields/{field}/suggestions", params=params)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def values(client: Any, field: str, explore: str = "t", **params: Any) -> list[str]:
    found: list[str] = ask(client, field, explore, **params)["suggestions"]
    return found


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("t.fixed", ["one", "two"]),
        ("t.which", ["a", "b"]),
        ("t.off", []),
        ("t.free", []),
        ("t.count", []),
        ("t.number", []),
        ("t.at_date", []),
        ("t.nowhere", []),
        ("t.word", sorted(WORDS)),
        ("word", sorted(WORDS)),
        ("t.chosen", sorted(WORDS)),
        ("t.other", sorted(WORDS)),
        ("t.elsewhere", sorted(WORDS)),
        ("t.guarded", sorted(WORDS)),
        ("t.peeks", [f"w{n}" for n in range(10)]),
        ("t.own", sorted(WORDS)),
    ],
)
def test_where_values_come_from(boss, field, expected) -> None:
    assert values(boss, field) == expected


@pytest.mark.parametrize(
    ("explore", "field", "number"),
    [
        ("joining", "t.word", len(WORDS)),
        ("joining", "t.own", len(WORDS)),
        ("joining", "t.whole", 2),
        ("always", "t.word", 2),
        ("always", "t.own", len(WORDS)),
        ("joining", "t.far", 2),
    ],
)
def test_a_view_alone_or_the_whole_explore(boss, explore, field, number) -> None:
    assert values(boss, field, explore) == sorted(WORDS[:number] if number == 2 else WORDS)


def test_other_filters_ask_the_whole_explore(boss) -> None:
    filters = json.dumps({"base.word": "New York"})
    assert values(boss, "t.own", "joining", filters=filters) == ["New York"]


def test_enumerations_need_no_question(boss) -> None:
    assert values(boss, "t.at_day_of_week", term="t") == ["Tuesday", "Thursday"]
    assert values(boss, "t.size")[0] == "T00 (-inf,2.0)"
    assert values(boss, "t.fixed", term="tw") == ["two"]


def test_a_view_can_keep_silent(boss) -> None:
    assert values(boss, "silent.word", "silent") == []
    assert values(boss, "silent.fixed", "silent") == ["one", "two"]


def test_terms_find_the_beginning_of_a_word(boss) -> None:
    assert values(boss, "t.word", term="new") == ["NEW", "New York", "newt", "old new"]
    assert values(boss, "t.folded", term="NeW") == ["NEW", "New York", "newt", "old new"]
    assert values(boss, "t.by_number", term="1") == ["1"]


def test_any_term_is_a_plain_text(boss) -> None:
    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(WORDS).flatmap(
            lambda word: st.integers(1, len(word)).map(lambda n: word[:n])
        )
        | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
    )
    @example("-5")
    @example("%")
    @example("_")
    @example("^")
    @example("\\")
    @example('"')
    @example("NULL")
    @example("{{ _user_attributes['last_name'] }}")
    def check(term: str) -> None:
        wanted = term.strip().lower()
        expected = [
            word
            for word in sorted(WORDS)
            if word.lower().startswith(wanted) or f" {wanted}" in word.lower() or not wanted
        ]
        assert values(boss, "t.folded", term=term) == expected

    check()


def test_filters_of_other_fields(boss) -> None:
    narrowed = values(boss, "t.word", filters=json.dumps({"t.owner": "Boss"}))
    assert narrowed == sorted(WORDS[1::2])
    assert values(boss, "t.word", **{"filters[t.owner]": "Ann"}) == sorted(WORDS[::2])
    path = "/models/hints/views/t/fields/t.word/suggestions"
    assert boss.get(path, params={"filters": '{"t.gone": "x"}'}).status == 400


def test_how_long_they_are_kept(boss) -> None:
    def kept(field: str) -> bool:
        found: bool = ask(boss, field)["from_cache"]
        return found

    assert [kept("t.word"), kept("t.word")] == [False, True]
    assert [kept("t.brief"), kept("t.brief")] == [False, False]
    assert [kept("t.hourly"), kept("t.hourly")] == [False, True]


def test_nobody_is_told_what_queries_hide(ann) -> None:
    assert values(ann, "t.peeks") == []
    assert values(ann, "t.guarded") == []
    path = "/models/hints/views/{}/fields/{}/suggestions"
    for explore, field in [("t", "t.wage"), ("locked", "t.word"), ("gone", "t.word")]:
        assert ann.get(path.format(explore, field)).status == 404
    assert ann.get(path.format("t", "t.word"), params={"filters": '{"t.wage": "w1"}'}).status == 400
    assert values(ann, "t.word", "owned") == sorted(WORDS[::2])
    assert values(ann, "t.own", "owned") == []
    assert values(ann, "t.bypassing", "owned") == sorted(WORDS[::2])


def test_errors_quote_the_statement_only_to_those_who_may_see_it(boss, ann) -> None:
    assert "nonsense" in ask(boss, "t.broken")["error"]
    assert ask(ann, "t.broken")["error"] == "The query failed in the database"
