"""Whole projects: our own small ones, and those in the folder that BELVEDERE_CORPUS names."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import duckdb
import pytest
from tests.corpus.check import Kind, Report, check
from tests.corpus.invented import Invented, Seeds
from tests.corpus.translation import NATIVE, NotRead, translated

from belvedere.lookml.diagnostics import Severity

OWN = Path(__file__).parent / "projects"
PREPARED = (Kind.prepared, Kind.transpiled)
_LEAST_SHARE = 0.8
"""Of a foreign project's queries that compile: its own errors and the engine's gaps are left."""


def projects() -> list[Path]:
    folder = os.environ.get("BELVEDERE_CORPUS")
    foreign = sorted(path for path in Path(folder).iterdir() if path.is_dir()) if folder else []
    return [*sorted(OWN.iterdir()), *foreign]


@lru_cache
def report(root: Path) -> Report:
    return check(root)


def told(found: Report, *kinds: Kind) -> list[str]:
    return [f"{finding.where}: {finding.message}" for finding in found.of(*kinds)]


@pytest.mark.parametrize("root", projects(), ids=lambda root: root.name)
def test_nothing_crashes(root: Path) -> None:
    assert report(root).explores
    assert told(report(root), Kind.crashed) == []


@pytest.mark.parametrize("root", projects(), ids=lambda root: root.name)
def test_every_problem_has_a_file_of_the_project(root: Path) -> None:
    for found in report(root).diagnostics:
        assert (root / found.location.file).is_file(), found.render()
        assert found.location.line >= 1


@pytest.mark.parametrize("root", projects(), ids=lambda root: root.name)
def test_an_engine_takes_what_is_compiled(root: Path) -> None:
    found = report(root)
    right = sum(found.counts[kind] for kind in PREPARED)
    compiled = sum(found.counts.values()) - found.counts[Kind.project]
    assert right >= _LEAST_SHARE * compiled, found.counts


@pytest.mark.parametrize("root", sorted(OWN.iterdir()), ids=lambda root: root.name)
def test_our_own_projects_are_wholly_right(root: Path) -> None:
    found = report(root)
    wrong = [kind for kind in Kind if kind not in PREPARED]
    assert told(found, *wrong) == []
    assert [d.render() for d in found.diagnostics if d.severity is not Severity.info] == []


# The harness itself: it has to be able to say no


def test_a_column_that_nobody_wrote_is_not_invented() -> None:
    engine = Invented(Seeds(may_have=lambda table, column: (table, column) != ("t", "made_up")))
    assert engine.prepare("SELECT t.a, t.b FROM s.t AS t WHERE t.c > 5") is None
    assert "made_up" in (engine.prepare("SELECT x.made_up FROM t AS x") or "")


def test_the_same_column_is_of_the_table_behind_its_alias() -> None:
    engine = Invented(Seeds(may_have=lambda table, column: column != table))
    assert engine.prepare("SELECT q.b FROM (SELECT * FROM a) AS q JOIN b AS w ON w.a = q.c") is None
    assert engine.prepare("SELECT q.b FROM b AS q") is not None


@pytest.mark.parametrize(
    "sql",
    ["SELECT sum(t.a), t.b FROM t", "SELECT a FROM t GROUP BY 1 ORDER BY nowhere.b", "SELEC 1"],
)
def test_a_wrong_statement_is_refused(sql: str) -> None:
    assert Invented(Seeds()).prepare(sql) is not None


def test_types_are_found_by_trying() -> None:
    engine = Invented(Seeds())
    assert engine.prepare("SELECT sum(t.a), max(t.b + INTERVAL 1 DAY) FROM t WHERE t.c") is None
    assert engine.prepare("SELECT t.d.e.f FROM t") is None


def test_other_databases_are_translated_to_what_the_engine_takes() -> None:
    sql = translated("SELECT SAFE_CAST(x AS STRING) FROM `p-1.d.t` AS t", "bigquery_standard_sql")
    duckdb.execute('CREATE OR REPLACE TEMP TABLE "p-1.d.t" AS SELECT 5 AS x')
    assert duckdb.sql(sql).fetchall() == [("5",)]
    assert translated("SELECT 1", NATIVE) == "SELECT 1"
    with pytest.raises(NotRead):
        translated("SELECT FROM WHERE (", "snowflake")
