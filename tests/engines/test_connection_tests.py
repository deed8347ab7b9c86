"""What is said of a connection that is tried out, on real databases."""

from __future__ import annotations

from tests.engines.test_engines import engine

from belvedere.compiler import dialects
from belvedere.connections import dialect_info, options
from belvedere.connections.testing import TESTS, run_tests
from belvedere.engines import open_engine
from belvedere.engines.base import ConnectionConfig

__all__ = ["engine"]


def test_every_test_succeeds(engine) -> None:
    found = run_tests(engine, None)
    assert [(result.name, result.status) for result in found] == [
        (name, "success") for name in TESTS
    ]
    assert [result.message for result in found][1:3] == [
        "Can run simple select query (1 row)",
        "Queries can be stopped",
    ]


def test_a_database_that_is_not_there_fails_every_test_that_asks_it(free_port) -> None:
    made = open_engine(ConnectionConfig("mysql", "d", "127.0.0.1", free_port))
    found = {result.name: result.status for result in run_tests(made, ["connect", "query", "kill"])}
    assert found == {"connect": "error", "query": "error", "kill": "error"}


def test_what_connections_take_is_known_of_every_dialect() -> None:
    assert set(options.SUPPORTED) == set(dialects.names())
    assert all(taken <= set(options.KNOWN) for taken in options.SUPPORTED.values())
    found = {info["name"]: info for info in dialect_info.all_dialects()}
    assert {name for name, info in found.items() if info["supported_options"]["port"]} == set(
        options.PORTS
    )
    assert found["mysql"]["default_port"] == found["mariadb"]["default_port"] == "3306"
    assert found["clickhouse"]["default_port"] == "8123"
    assert found["sqlite"]["default_port"] is None
    assert found["sqlite"]["label_for_database_equivalent"] == "Database file"
    assert found["databricks"]["supported_options"]["additional_params"]
