"""Trying a connection out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from belvedere.engines.base import Engine
from belvedere.errors import BelvedereError, Invalid, Problem, QueryTimeout

TESTS = ("connect", "query", "kill", "database_timezone")
_RANGES = "SELECT count(*) AS n FROM range(100000000) a, range(100000) b WHERE a.{id} % 7 = b.{id}"
_SLOW = {
    "clickhouse": "SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
    "databricks": _RANGES.format(id="id"),
    "duckdb": _RANGES.format(id="range"),
    "mariadb": "SELECT SLEEP(30) AS slept",
    "mysql": "SELECT SLEEP(30) AS slept",
    "postgres": "SELECT pg_sleep(30)",
    "spark": _RANGES.format(id="id"),
    "sqlite": (
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
        "SELECT COUNT(*) AS n FROM c"
    ),
}
_NOWHERE = {"oracle": " FROM dual"}
"""What follows values that are selected from no table."""


@dataclass(frozen=True, slots=True)
class TestResult:
    name: str
    status: str
    message: str


def run_tests(engine: Engine, names: list[str] | None) -> list[TestResult]:
    """The named tests (all by default), each on its own."""
    chosen = names or list(TESTS)
    unknown = [name for name in chosen if name not in TESTS]
    if unknown:
        message = f"There is no test {unknown[0]}; there are: {', '.join(TESTS)}"
        raise Invalid(Problem("tests", "invalid", message))
    return [_result(engine, name) for name in chosen]


def _result(engine: Engine, name: str) -> TestResult:
    try:
        return TestResult(name, "success", _RUN[name](engine))
    except BelvedereError as error:
        return TestResult(name, "error", str(error))


def _connect(engine: Engine) -> str:
    return f"Connected to {engine.ping()}"


def _query(engine: Engine) -> str:
    nowhere = _NOWHERE.get(engine.config.dialect, "")
    with engine.execute(f"SELECT 1 AS one{nowhere}") as execution:
        rows = sum(batch.num_rows for batch in execution.batches())
    return f"Can run simple select query ({rows} row)"


def _kill(engine: Engine) -> str:
    """Start a statement that takes long and see it stop."""
    try:
        with engine.execute(_slow(engine.config.dialect), timeout=0.2) as execution:
            for _ in execution.batches():
                pass
    except QueryTimeout:
        return "Queries can be stopped"
    return "The statement ended before it was stopped"


def _slow(dialect: str) -> str:
    """Where there is no other way to wait, two to the power of forty rows."""
    if dialect in _SLOW:
        return _SLOW[dialect]
    nowhere = _NOWHERE.get(dialect, "")
    two = f"(SELECT 1 AS one{nowhere} UNION ALL SELECT 2 AS one{nowhere})"
    joined = " CROSS JOIN ".join(f"{two} t{number}" for number in range(40))
    return f"SELECT COUNT(*) AS counted FROM {joined}"


def _timezone(engine: Engine) -> str:
    return f"Times are read in {engine.config.timezone}"


_RUN: dict[str, Callable[[Engine], str]] = {
    "connect": _connect,
    "query": _query,
    "kill": _kill,
    "database_timezone": _timezone,
}
