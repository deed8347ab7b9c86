"""A drill leads to exactly the rows that its cell was made of."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.api.small import duckdb_facts, serve

TIMEFRAMES = (
    *("raw", "time", "second", "minute", "minute5", "hour", "hour6", "date", "week", "month"),
    *("quarter", "year", "fiscal_quarter", "fiscal_year", "day_of_week", "month_num", "time_of_day"),
    *("millisecond", "millisecond250", "microsecond", "hour_of_day", "quarter_of_year"),
)  # fmt: skip
LOOKML = f"""
fiscal_month_offset: 3
access_grant: secret {{ user_attribute: last_name allowed_values: ["Boss"] }}
view: t {{
  drill_fields: [id, word]
  set: detail {{ fields: [id, at_date, wage, count] }}
  dimension: id {{ primary_key: yes type: number }}
  dimension: word {{ drill_fields: [kind, wage] }}
  dimension: n {{ type: number }}
  dimension: big {{ type: yesno sql: ${{n}} > 2 ;; }}
  dimension: size {{ type: tier tiers: [1, 3] sql: ${{n}} ;; }}
  dimension: kind {{ case: {{ when: {{ label: "it's, 100%" sql: ${{n}} > 2 ;; }} else: "-other" }} }}
  dimension: wage {{ type: number required_access_grants: [secret] }}
  dimension: noise {{ can_filter: no sql: ${{word}} ;; }}
  dimension: quiet {{ skip_drill_filter: yes sql: ${{word}} ;; }}
  dimension_group: at {{ type: time timeframes: [{", ".join(TIMEFRAMES)}] sql: ${{TABLE}}.happened ;; }}
  measure: count {{ type: count drill_fields: [detail*] }}
  measure: bigs {{ type: count filters: [big: "Yes", word: "-NULL"] }}
  measure: rich {{ type: count filters: [wage: ">5"] }}
  measure: silent {{ type: sum sql: ${{n}} ;; drill_fields: [wage] }}
  measure: linked {{
    type: count
    drill_fields: [id]
    link: {{ label: "Top" url: "{{{{ link }}}}&sorts=t.id+desc&limit=20" icon_url: "/i.png" }}
  }}
}}
explore: t {{}}
"""
WORDS = ["'plain'", "'it''s, 100%_'", "'-minus'", "''", "'NULL'", "NULL", "' edge '", "'\"q\\^\"'"]
ROWS = ", ".join(
    f"({n}, {WORDS[n % len(WORDS)]}, {n % 5}, {n}, "
    + ("NULL" if n == 7 else f"TIMESTAMP '2024-03-{n % 27 + 1:02} {n % 24:02}:{n * 7 % 60:02}:07.{n * 37 % 1000:03}125'")
    + ")"
    for n in range(40)
)  # fmt: skip
STATEMENTS = [
    "CREATE TABLE t (id INTEGER, word VARCHAR, n INTEGER, wage INTEGER, happened TIMESTAMP)",
    f"INSERT INTO t VALUES {ROWS}",
]

WITH_DRILLS = {"generate_drill_links": "true"}


@pytest.fixture
def served(instance, tmp_path):
    serve(instance, tmp_path, "drills", LOOKML, duckdb_facts(tmp_path, "drills", STATEMENTS))
    return instance


@pytest.fixture
def boss(served):
    return served.as_role("Admin", "Boss")


def detail(client: Any, fields: list[str], **body: Any) -> dict[str, Any]:
    query = {"model": "drills", "view": "t", "fields": fields, "limit": "-1", **body}
    answer = client.post("/queries/run/json_detail", query, params=WITH_DRILLS)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def parameters(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def follow(client: Any, url: str) -> list[dict[str, Any]]:
    answer = client.get(
        "/queries/models/drills/views/t/run/json", params=parameters(url) | {"limit": "-1"}
    )
    assert answer.status == 200, (url, answer.text)
    rows: list[dict[str, Any]] = answer.json()
    return rows


DIMENSIONS = ["word", "n", "big", "size", "kind", *(f"at_{name}" for name in TIMEFRAMES)]


@pytest.mark.parametrize("name", DIMENSIONS)
def test_as_many_rows_as_were_counted(boss, name: str) -> None:
    zone = "America/New_York"
    found = detail(boss, [f"t.{name}", "t.count", "t.bigs"], query_timezone=zone)
    assert sum(row["t.count"]["value"] for row in found["data"]) == 40
    for row in found["data"]:
        for measure in ("t.count", "t.bigs"):
            (link,) = row[measure]["links"]
            assert link["type"] == "measure_default"
            assert link["label"] == f"Show All {row[measure]['value']}"
            rows = follow(boss, link["url"])
            assert len(rows) == row[measure]["value"], link["url"]


def test_filters_pivots_custom_fields_and_custom_filters_come_along(boss) -> None:
    custom = {"dimension": "twice", "expression": "${t.n} * 2", "_type_hint": "number"}
    found = detail(
        boss,
        ["twice", "t.kind", "t.count", "t.bigs"],
        pivots=["t.kind"],
        filters={"t.id": "[3, 33]", "t.big": "Yes"},
        filter_expression='${t.word} != "plain"',
        dynamic_fields=json.dumps([custom]),
        row_total="right",
    )
    assert found["applied_filter_expression"] == '${t.word} != "plain"'
    for row in found["data"]:
        for measure in ("t.count", "t.bigs"):
            for cell in row[measure].values():
                if cell["value"] is not None:
                    (link,) = cell["links"]
                    assert len(follow(boss, link["url"])) == cell["value"]


@pytest.mark.parametrize(
    "chosen",
    [
        {"filters": {"t.count": ">2", "t.n": "-NULL"}},
        {"filter_expression": '${t.count} > 2 AND NOT (${t.word} = "\\"x\\\\")'},
    ],
)
def test_what_measures_were_filtered_by_is_not_asked_of_the_rows(boss, chosen) -> None:
    found = detail(boss, ["t.kind", "t.count"], **chosen)
    assert found["data"]
    for row in found["data"]:
        (link,) = row["t.count"]["links"]
        assert len(follow(boss, link["url"])) == row["t.count"]["value"]


def test_the_address_as_it_is_documented(boss) -> None:
    found = detail(
        boss, ["t.at_month", "t.count"], filters={"t.n": "1,2"}, query_timezone="Asia/Kolkata"
    )
    (link,) = found["data"][0]["t.count"]["links"]
    assert link["url"] == (
        "/explore/drills/t?fields=t.id,t.at_date,t.wage,t.count&f[t.n]=1,2"
        "&f[t.at_month]=2024-03&query_timezone=Asia%2FKolkata&limit=500"
    )
    query = {"model": "drills", "view": "t", "fields": ["t.count"]}
    prefixed = WITH_DRILLS | {"path_prefix": "/embed/"}
    answer = boss.post("/queries/run/json_detail", query, params=prefixed)
    (link,) = answer.json()["data"][0]["t.count"]["links"]
    assert link["url"].startswith("/embed/explore/drills/t?")
    plain = boss.post("/queries/run/json_detail", query).json()
    assert "links" not in plain["data"][0]["t.count"]


def test_dimensions_drill_into_their_fields_and_finer_times(boss) -> None:
    (row,) = detail(boss, ["t.word", "t.count"], filters={"t.word": "plain"})["data"]
    links = row["t.word"]["links"]
    assert [(link["label"], link["type"]) for link in links] == [
        ("by Kind", "drill"),
        ("by Wage", "drill"),
    ]
    rows = follow(boss, links[0]["url"])
    assert set(rows[0]) == {"t.kind", "t.count"}
    assert sum(item["t.count"] for item in rows) == row["t.count"]["value"]
    first = detail(boss, ["t.at_quarter", "t.count"], sorts=["t.count desc"])["data"][0]
    finer = first["t.at_quarter"]["links"]
    assert [link["label"] for link in finer] == [
        f"by At {name}" for name in ("Month", "Week", "Date", "Hour", "Minute", "Time")
    ]
    for link in finer:
        counted = sum(item["t.count"] for item in follow(boss, link["url"]))
        assert counted == first["t.count"]["value"]


def test_links_can_build_on_the_drill(boss) -> None:
    (row,) = detail(boss, ["t.linked"])["data"]
    written, drill = row["t.linked"]["links"]
    assert written["url"] == drill["url"] + "&sorts=t.id+desc&limit=20"
    assert (written["label"], written["type"], written["icon_url"]) == ("Top", "url", "/i.png")


def test_what_does_not_drill(boss) -> None:
    calculation = {"table_calculation": "more", "expression": "${t.count} + 1"}
    custom = {"measure": "mine", "based_on": "t.n", "type": "sum"}
    found = detail(
        boss,
        ["t.word", "t.count", "mine"],
        total=True,
        dynamic_fields=json.dumps([calculation, custom]),
    )
    row = found["data"][0]
    assert "links" not in row["more"]
    assert "links" not in row["mine"]
    assert "links" not in found["totals_data"]["t.count"]
    assert "links" not in detail(boss, ["t.noise", "t.count"])["data"][0]["t.count"]
    quiet = detail(boss, ["t.quiet", "t.count"])["data"][0]["t.count"]["links"][0]["url"]
    assert not [key for key in parameters(quiet) if key.startswith("f[")]


def test_subtotals_drill_into_their_group(boss) -> None:
    found = detail(boss, ["t.kind", "t.n", "t.count"], subtotals=["t.kind"])
    for row in found["subtotals_data"]["1"]:
        (link,) = row["t.count"]["links"]
        assert len(follow(boss, link["url"])) == row["t.count"]["value"]


def test_no_drill_names_what_the_viewer_may_not_see(served) -> None:
    viewer = served.as_role("Viewer", "Nobody")
    found = detail(viewer, ["t.word", "t.count", "t.silent", "t.rich"])
    assert "t.wage" not in json.dumps(found["data"])
    assert "links" not in found["data"][0]["t.silent"]
    assert "links" not in found["data"][0]["t.rich"]
