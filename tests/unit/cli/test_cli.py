"""The command line, as somebody types it."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from belvedere.cli.query import drawn
from belvedere.demo.generate import generate

PROJECT = Path(__file__).parents[3] / "src/belvedere/demo/project"


def belvedere(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "belvedere", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("demo",),
        ("serve",),
        ("connection", "add"),
        ("project", "add"),
        ("user", "add"),
        ("api-key", "create"),
        ("export",),
        ("import",),
        ("key", "rotate"),
        ("lookml", "validate"),
        ("lookml", "sql"),
        ("query",),
    ],
)
def test_every_command_has_help(words) -> None:
    done = belvedere(*words, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage:")


def test_an_instance_is_administered_from_empty(tmp_path) -> None:
    home, data = str(tmp_path / "home"), tmp_path / "shop.duckdb"
    generate(data, 0.01, today=date(2026, 6, 30))
    for words in (
        ("connection", "add", "thelook", f"duckdb:///{data}"),
        ("project", "add", "thelook", str(PROJECT)),
        ("user", "add", "ada@example.com", "--role", "Admin"),
    ):
        done = belvedere(*words, "--home", home)
        assert done.returncode == 0, done.stderr
    key = belvedere("api-key", "create", "ada@example.com", "--home", home).stdout
    assert re.search(r"client_secret \w{32}\n", key)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("connection", "add", "x", "mysql://h"), 1, "needs a database"),
        (("connection", "add", "with blank", "duckdb:///x"), 1, "letters, digits"),
        (("user", "add", "nonsense", "--role", "Admin"), 1, "not an e-mail address"),
        (("user", "add", "a@b", "--role", "King"), 1, "there are: Admin, Developer"),
        (("api-key", "create", "no@body"), 1, "There is no user no@body"),
        (("project", "add", "x", "/does/not/exist"), 2, "does not exist"),
        (("nonsense",), 2, "No such command"),
        (("serve",), 2, "--home"),
        (
            ("lookml", "sql", str(PROJECT), "thelok", "users", "--fields", "users.id"),
            1,
            'Did you mean "thelook"?',
        ),
        (
            ("lookml", "sql", str(PROJECT), "thelook", "user", "--fields", "users.id"),
            1,
            'Did you mean "users"?',
        ),
        (
            (
                "lookml",
                "sql",
                str(PROJECT),
                "thelook",
                "users",
                "--fields",
                "users.id",
                "--filter",
                "users.age=many",
            ),
            1,
            "Invalid filter",
        ),
        (("query", "m", "e", "--fields", "a.b", "--ini", "/does/not/exist.ini"), 1, "[Looker]"),
    ],
)
def test_mistakes_are_one_clear_line(tmp_path, words, code, said) -> None:
    extra = ("--home", str(tmp_path)) if words[0] in ("connection", "user", "api-key") else ()
    done = belvedere(*words, *extra, cwd=tmp_path)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    if code == 1:
        assert done.stderr.count("\n") == 1


def test_validating_a_project_that_is_well(tmp_path) -> None:
    assert belvedere("lookml", "validate", str(PROJECT)).returncode == 0
    (tmp_path / "m.model.lkml").write_text(
        "view: v {\n  dimension: a { sql: ${b} ;; }\n  dimensoin: c {}\n}\nexplore: w {}\n"
    )
    done = belvedere("lookml", "validate", str(tmp_path))
    assert done.returncode == 1
    assert 'm.model.lkml:2:3: error: Unknown or inaccessible field "b"' in done.stdout
    assert 'm.model.lkml:3:3: warning: Unknown or unexpected parameter "dimensoin"' in done.stdout
    assert 'Did you mean "dimension"?' in done.stdout
    assert 'm.model.lkml:5:1: error: Unknown view "w"' in done.stdout


def test_the_sql_of_a_query_runs(tmp_path) -> None:
    data = tmp_path / "shop.duckdb"
    generate(data, 0.01, today=date(2026, 6, 30))
    done = belvedere(
        "lookml",
        "sql",
        str(PROJECT),
        "thelook",
        "orders",
        "--fields",
        "users.state,orders.count",
        "--filter",
        "users.country=USA",
        "--limit",
        "3",
    )
    with duckdb.connect(str(data), read_only=True) as connection:
        assert len(connection.execute(done.stdout).fetchall()) == 3


def test_tables_in_the_terminal() -> None:
    table = drawn([["Name", "Count"], ["日本", "1,200"], ["Berlin", "7"]])
    assert table == "Name   │ Count\n───────┼──────\n日本   │ 1,200\nBerlin │     7\n(2 rows)\n"
