"""The databases of `tests/engines`."""

from __future__ import annotations

from tests.engines.conftest import (
    _clickhouse,
    _duckdb,
    _mariadb,
    _postgres,
    _sqlite,
    clickhouse_folder,
    clickhouse_server,
    database,
)

__all__ = [
    "_clickhouse",
    "_duckdb",
    "_mariadb",
    "_postgres",
    "_sqlite",
    "clickhouse_folder",
    "clickhouse_server",
    "database",
]
