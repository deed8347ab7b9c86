"""Trying a connection out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from belvedere.engines.base import Engine
from belvedere.errors import BelvedereError, Invalid, Problem

TESTS = ("connect", "query", "kill", "database_timezone")
_SLOW = {
    "duckdb": "SELECT count(*) FROM range(100000000) a, range(100000) b",
    "postgres": "SELECT pg_sleep(30)",
}


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
    with engine.execute("SELECT 1 AS one") as execution:
        rows = sum(batch.num_rows for batch in execution.batches())
    return f"Can run simple select query ({rows} row)"


def _kill(engine: Engine) -> str:
    """Start a statement that takes long and see it stop."""
    try:
        with engine.execute(_SLOW[engine.config.dialect], timeout=0.2) as execution:
            for _ in execution.batches():
                pass
    except BelvedereError:
        return "Queries can be stopped"
    return "The statement ended before it was stopped"


def _timezone(engine: Engine) -> str:
    return f"Times are read in {engine.config.timezone}"


_RUN: dict[str, Callable[[Engine], str]] = {
    "connect": _connect,
    "query": _query,
    "kill": _kill,
    "database_timezone": _timezone,
}
