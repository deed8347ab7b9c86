"""The demo project against the demo database: what the one names, the other has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import duckdb
import lkml
import pytest

from belvedere.demo.generate import generate

ROOT = Path(str(files("belvedere.demo") / "project"))
VIEWS = {path.name.split(".")[0]: path for path in sorted((ROOT / "views").glob("*.view.lkml"))}
DERIVED = {"user_order_facts", "session_facts"}


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    path = tmp_path_factory.mktemp("demo") / "thelook.duckdb"
    generate(path, 0.01, today=date(2026, 3, 14))
    with duckdb.connect(str(path), read_only=True) as shop:
        rows = shop.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.lkml")), ids=lambda path: path.name)
def test_another_parser_reads_it(path: Path) -> None:
    assert lkml.load(path.read_text())


@pytest.mark.parametrize("name", sorted(VIEWS.keys() - DERIVED))
def test_every_column_of_a_view_exists(name: str, columns: dict[str, set[str]]) -> None:
    named = set(re.findall(r"\$\{TABLE\}\.(\w+)", VIEWS[name].read_text()))
    assert named
    assert named <= columns[name]


def test_every_table_has_a_view(columns: dict[str, set[str]]) -> None:
    assert columns.keys() == VIEWS.keys() - DERIVED


def _field_references(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"\$\{(\w+)\.(\w+)\}", text)


def test_every_joined_field_is_written_down() -> None:
    model = (ROOT / "models/thelook.model.lkml").read_text()
    for view, field in _field_references(model):
        assert re.search(rf"dimension: {field} ", VIEWS[view].read_text()), f"{view}.{field}"
