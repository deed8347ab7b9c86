"""One statement in a session of Spark: its checks, its limits and its rows.

What may run is what Spark itself parses as a query: a statement is first planned as the body of a
common table expression, where nothing but a query can stand.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from belvedere.engines.arrow_types import plain_batch, plain_field
from belvedere.engines.base import Execution
from belvedere.engines.runs import Run
from belvedere.engines.spark_sessions import Session, clean
from belvedere.errors import EngineError, EngineUnavailable

_LEADING = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*([A-Za-z]+)", re.DOTALL)
_QUERIES = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "FROM"})
_AS_QUERY = "WITH belvedere_query AS (\n{sql}\n) SELECT * FROM belvedere_query"
_REACHES_OUT = re.compile(r"\b(?:ScriptTransformation\b|(?:try_)?reflect\(|java_method\()")
"""Queries, as plans show them, that run programs or call methods of Java."""


def _first_word(sql: str) -> str:
    match = _LEADING.match(sql)
    return match.group(1).upper() if match else ""


def refuse_other_than_queries(sql: str) -> None:
    """EngineError by the first word alone, before anything is asked of Spark."""
    word = _first_word(sql)
    if word not in _QUERIES:
        raise EngineError(f"Only queries can be run here, not {word or 'this'}", sql)


def as_query(sql: str) -> str:
    """Text that can only be planned where `sql` is a query."""
    return _AS_QUERY.format(sql=sql)


def refuse_programs(plan: str, sql: str) -> None:
    """EngineError where the plan runs anything outside of Spark."""
    if _REACHES_OUT.search(plan):
        raise EngineError("Queries may not run programs or call methods of Java", sql)


class SparkRun(Run[Session]):
    stops_again = (0.1, 2.0)
    planned = False

    def check_plan(self) -> None:
        plan = self.session.plan(as_query(self.sql))
        self.planned = True
        self.check()
        refuse_programs(plan, self.sql)

    def _stop(self) -> None:
        self.session.interrupt()

    def _failure(self, error: BaseException) -> BaseException:
        if not self.session.is_own(error):
            return error
        if self.session.is_lost(error):
            self.broken = True
            return EngineUnavailable(clean(str(error)), self.sql)
        return EngineError(clean(str(error)), self.sql)


class SparkExecution(Execution):
    def __init__(self, run: SparkRun) -> None:
        self._run = run
        self._tables: Any = run.session.tables(run.sql)
        self._first: pa.Table = next(self._tables)
        self._finished = False
        run.check()
        self._schema = pa.schema([_plain(column) for column in self._first.schema])

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        table, self._first = self._first, None
        while table is not None:
            for batch in table.to_batches():
                yield plain_batch(batch, self._schema)
            self._run.check()
            try:
                table = next(self._tables, None)
            except Exception as error:
                self._finished = True
                raise self._run.translated(error) from None
        self._finished = True
        self._run.check()

    def cancel(self) -> None:
        self._run.cancel()

    def close(self) -> None:
        """An unfinished stream is stopped in the server too."""
        if not self._finished:
            with contextlib.suppress(Exception):
                self._run.session.interrupt()
        with contextlib.suppress(Exception):
            self._tables.close()
        self._run.end()


def _plain(column: pa.Field) -> pa.Field:
    if pa.types.is_duration(column.type) or pa.types.is_null(column.type):
        return pa.field(column.name, pa.string(), column.nullable)
    return plain_field(column)
