"""The database that is measured: the demo shop, ten times as large, built once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from belvedere.demo.generate import generate

BUILD = Path("build/benchmarks")
SCALE = 10


def database() -> Path:
    """Build today's database if it is not there, and drop those of other days."""
    today = datetime.now(UTC).date()
    path = BUILD / f"thelook-{SCALE}-{today}.duckdb"
    if not path.exists():
        for old in BUILD.glob("thelook-*.duckdb"):
            old.unlink()
        generate(path, SCALE, today=today)
    return path


class Bare:
    """The same database file in this process, with nothing in between."""

    def __init__(self, path: Path) -> None:
        self.connection = duckdb.connect(str(path), read_only=True)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.connection.execute(sql).fetchall()

    def runs(self, sql: str) -> Callable[[], object]:
        return lambda: self.connection.execute(sql).to_arrow_table()
