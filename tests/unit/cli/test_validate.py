"""`belvedere lookml validate`: what it prints and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from belvedere.cli.lookml import lookml

MODEL = """connection: "c"
explore: orders { fields: [ALL_FIELDS*, -orders.nothing] }
view: orders {
  dimension: id {}
  dimension: b { sql: ${idd} ;; }
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m.model.lkml").write_text(MODEL)
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(lookml, ["validate", *map(str, words)])


def test_problems_in_the_order_of_the_files(folder: Path) -> None:
    done = run(folder)
    assert done.exit_code == 1
    first, second = done.stdout.splitlines()
    assert first == (
        'm.model.lkml:2:1: warning: Unknown or inaccessible field "orders.nothing" in fields. '
        "(model m, explore orders)"
    )
    assert second == (
        'm.model.lkml:5:3: error: Unknown or inaccessible field "idd" in "orders.b". '
        'Did you mean "id"? (model m)'
    )
    assert "1 files, 1 models, 1 explores, 0 dashboards: 1 errors, 1 warnings" in done.stderr


def test_errors_only(folder: Path) -> None:
    assert [line.split()[1] for line in run(folder, "--errors-only").stdout.splitlines()] == [
        "error:"
    ]


def test_for_programs(folder: Path) -> None:
    lines = [json.loads(line) for line in run(folder, "--json").stdout.splitlines()]
    message = 'Unknown or inaccessible field "idd" in "orders.b". Did you mean "id"?'
    assert lines[1] == {
        "code": "reference",
        "severity": "error",
        "kind": "reference",
        "message": message,
        "field_name": "orders.b",
        "source_file": "m.model.lkml",
        "file_path": "m.model.lkml",
        "line_number": 5,
        "column_number": 3,
        "model_id": "m",
        "explore": None,
        "help_url": None,
        "params": {},
        "sanitized_message": message,
    }


def test_warnings_are_no_failure(folder: Path) -> None:
    (folder / "m.model.lkml").write_text(MODEL.replace("${idd}", "${id}"))
    assert run(folder).exit_code == 0
