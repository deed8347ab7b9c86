"""One engine for every database whose driver has Python's database interface (PEP 249)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import pyarrow as pa

from belvedere.engines.arrow_types import WIDE_DECIMAL
from belvedere.engines.base import (
    ColumnInfo,
    ConnectionConfig,
    Engine,
    Execution,
    SchemaInfo,
    Started,
    TableInfo,
)
from belvedere.engines.connectors import CONNECTORS, Connector, Session
from belvedere.engines.drivers import driver
from belvedere.engines.pool import Pool
from belvedere.engines.row_types import array_of, columns_of, type_of
from belvedere.engines.runs import Run
from belvedere.engines.writing import place_of, quoted
from belvedere.errors import EngineError, EngineUnavailable

BATCH_ROWS = 8_192
_WHOLE_ROWS = 131_072
"""How many rows decide about the types of a result that is kept whole."""
_IDLE_SECONDS = 30.0
"""A connection that was not used for longer is tried before it is."""


class DbApiEngine(Engine):
    keeps_tables: ClassVar[bool] = True

    def __init__(self, config: ConnectionConfig, connector: Connector | None = None) -> None:
        self.config = config
        self._connector = connector or CONNECTORS[config.dialect]
        self._pool: Pool[Session] = Pool(config.max_connections, self._connect, _end)

    def _connect(self) -> Session:
        connector = self._connector
        module = driver(connector.module, connector.label, connector.extra)
        try:
            session = Session(module, self.config, connector.connect(module, self.config))
        except Exception as error:
            raise EngineUnavailable(_message(error)) from None
        try:
            for statement in connector.setup(self.config):
                _run(session, statement)
            if connector.number is not None:
                session.number = _run(session, connector.number)
        except Exception as error:
            _end(session)
            raise EngineUnavailable(_message(error)) from None
        return session

    def _taken(self) -> Session:
        """A connection that answers; those that died while they were idle are replaced."""
        while True:
            session = self._pool.take(self.config.pool_timeout)
            if time.monotonic() - session.used_at < _IDLE_SECONDS:
                return session
            try:
                _run(session, self._connector.version)
            except Exception:
                self._pool.give_up(session)
                self._pool.drop_idle()
                continue
            return session

    def execute(
        self,
        sql: str,
        *,
        timeout: float | None = None,
        started: Started | None = None,
        whole: bool = False,
    ) -> Execution:
        refusal = self._connector.reading.refusal(sql)
        if refusal is not None:
            raise EngineError(refusal, sql)
        return self._execute(sql, timeout, started, whole=whole)

    def _execute(
        self,
        sql: str,
        timeout: float | None = None,
        started: Started | None = None,
        *,
        whole: bool = True,
    ) -> Execution:
        session = self._taken()
        run = _Run(self._connector, session, self._pool, sql, timeout or self.config.timeout)
        try:
            if started is not None:
                started(run.cancel)
            return _DbApiExecution(run, whole=whole)
        except BaseException as error:
            translated = run.translated(error)
            run.end()
            raise translated from None

    def _rows(self, sql: str) -> list[list[Any]]:
        with self._execute(sql) as execution:
            return [
                list(row)
                for batch in execution.batches()
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
            ]

    def ping(self) -> str:
        return str(self._rows(self._connector.version)[0][0])

    # What there is

    def _listed(self, statement: str, schema: str | None, database: str | None) -> list[list[Any]]:
        if database and database != self.config.database:
            raise EngineError(f"The connection is to {self.config.database or 'one database'} only")
        wanted = schema or (self.config.schema if "{dataset}" in statement else None)
        dataset = f"`{wanted}`." if wanted else ""
        return self._rows(
            statement.format(schema=quoted(schema) if schema else "NULL", dataset=dataset)
        )

    def databases(self) -> list[str]:
        if self._connector.catalog.databases is None:
            return [self.config.database] if self.config.database else []
        return [str(row[0]) for row in self._rows(self._connector.catalog.databases)]

    def schemas(self, database: str | None = None) -> list[SchemaInfo]:
        catalog = self._connector.catalog
        current = self.config.schema
        if current is None and catalog.current_schema is not None:
            current = self._rows(catalog.current_schema)[0][0]
        found = self._listed(catalog.schemas, None, database)
        return [SchemaInfo(str(row[0]), is_default=row[0] == current) for row in found]

    def tables(self, schema: str | None = None, database: str | None = None) -> list[TableInfo]:
        found = self._listed(self._connector.catalog.tables, schema, database)
        return [
            TableInfo(str(where), str(name), is_view="VIEW" in str(kind).upper())
            for where, name, kind in found
        ]

    def columns(
        self, schema: str | None = None, database: str | None = None
    ) -> dict[tuple[str, str], list[ColumnInfo]]:
        columns: dict[tuple[str, str], list[ColumnInfo]] = {}
        for row in self._listed(self._connector.catalog.columns, schema, database):
            where, table, name, kind, nullable = map(str, row)
            found = ColumnInfo(name, kind, nullable=nullable.upper().startswith("Y"))
            columns.setdefault((where, table), []).append(found)
        return columns

    def explain(self, sql: str) -> str:
        if self._connector.explain is None:
            raise EngineError(f"{self._connector.label} cannot show the plan of a query here", sql)
        refusal = self._connector.reading.refusal(sql)
        if refusal is not None:
            raise EngineError(refusal, sql)
        return "\n".join(str(row[0]) for row in self._rows(f"{self._connector.explain}{sql}"))

    # Derived tables

    def build(
        self,
        name: str,
        statements: Sequence[str],
        *,
        reads: Sequence[str] = (),  # noqa: ARG002  they are there for everybody
        started: Started | None = None,
    ) -> None:
        """Not every database undoes definitions with a transaction: what was made is dropped."""
        try:
            self._write(statements, started)
        except BaseException:
            place = place_of(name, statements)
            if place is not None:
                with contextlib.suppress(EngineError):
                    self._write([self._connector.writing.drop.format(table=place[1])])
            raise

    def drop(self, name: str, statement: str) -> None:
        del name
        self._change([statement])

    def relation(self, schema: str, name: str) -> str | None:
        writing = self._connector.writing
        found = self._rows(writing.relation(schema, name))
        if not found:
            return None
        told = str(found[0][0] or "")
        if writing.shown is None:
            return told
        if told.upper() != "VIEW":
            return ""
        return "\n".join(str(line) for (line,) in self._rows(writing.shown(schema, name)))

    def publish(self, schema: str, name: str, table: str, statements: Sequence[str]) -> None:
        del schema, name, table
        self._change(statements)

    def unpublish(self, schema: str, name: str, statement: str) -> None:
        del schema, name
        self._change([statement])

    def _change(self, statements: Sequence[str]) -> None:
        """What others may be reading."""
        self._write(statements, patience=self._connector.writing.patience)

    def _write(
        self,
        statements: Sequence[str],
        started: Started | None = None,
        *,
        patience: str | None = None,
    ) -> None:
        if self.config.read_only:
            raise EngineError("This connection only reads")
        run = _Run(self._connector, self._taken(), self._pool, "", None)
        try:
            if started is not None:
                started(run.cancel)
            if self._connector.writing.single_commits:
                run.session.connection.autocommit = len(statements) == 1
            for run.sql in [*([patience] if patience else []), *statements]:
                run.complete()
            if self._connector.transactional:
                run.session.connection.commit()
        except BaseException as error:
            raise run.translated(error) from None
        finally:
            run.broken = True  # nothing that was set or made for the build is there afterwards
            run.end()

    def close(self) -> None:
        self._pool.close()


def _run(session: Session, statement: str) -> Any:
    """The first value of what the statement returns, if it returns something."""
    cursor = session.connection.cursor()
    try:
        cursor.execute(statement)
        rows = cursor.fetchmany(1) if cursor.description else []
    finally:
        cursor.close()
    return rows[0][0] if rows else None


def _end(session: Session) -> None:
    with contextlib.suppress(Exception):
        session.connection.close()


def _message(error: BaseException) -> str:
    """The driver's message as one paragraph."""
    return " ".join(str(error).split()) or type(error).__name__


class _Run(Run[Session]):
    """A connection that anything went wrong on is not used again."""

    stops_again = (0.1, 5.0)
    cursor: Any = None

    def __init__(
        self,
        connector: Connector,
        session: Session,
        pool: Pool[Session],
        sql: str,
        timeout: float | None,
    ) -> None:
        self.connector = connector
        super().__init__(session, pool, sql, timeout)

    def start(self) -> None:
        self.check()
        self.cursor = self.session.connection.cursor()
        self.connector.execute(self.cursor, self.sql, lambda: self.stopped)
        self.check()

    def complete(self) -> None:
        """Run the statement to its end; what it answers is of no interest."""
        self.start()
        while self.cursor.description and self.cursor.fetchmany(BATCH_ROWS):
            self.check()
        self.cursor.close()

    def _stop(self) -> None:
        if self.cursor is not None:
            self.connector.cancel(self.session, self.cursor)

    def translated(self, error: BaseException | None) -> BaseException:
        self.broken = self.broken or self.stopped
        return super().translated(error)

    def _failure(self, error: BaseException) -> BaseException:
        if isinstance(error, EngineError) or not isinstance(error, Exception):
            return error
        self.broken = True
        lost = getattr(self.session.module, "InterfaceError", ())
        kind = EngineUnavailable if lost and isinstance(error, lost) else EngineError
        return kind(_message(error), self.sql)

    def _tidy(self) -> None:
        with contextlib.suppress(Exception):
            self.cursor.close()
        try:
            if self.connector.transactional and not self.broken:
                self.session.connection.rollback()
        except Exception:
            self.broken = True
        self.session.used_at = time.monotonic()


class _DbApiExecution(Execution):
    """The first rows decide about the types of the columns."""

    def __init__(self, run: _Run, *, whole: bool) -> None:
        self._run = run
        run.start()
        description = run.cursor.description
        if description is None:
            raise EngineError("The statement returns no rows", run.sql)
        self._first = run.cursor.fetchmany(_WHOLE_ROWS if whole else BATCH_ROWS)
        self._finished = not self._first
        run.check()
        fields = [
            pa.field(str(column[0]), type_of(values, self._declared(column[1])))
            for column, values in zip(
                description, columns_of(self._first, len(description)), strict=True
            )
        ]
        self._schema = pa.schema(fields)

    def _declared(self, code: Any) -> pa.DataType:
        """What the driver says of a column without values."""
        module = self._run.session.module
        for name, kind in (("NUMBER", WIDE_DECIMAL), ("DATETIME", pa.timestamp("us"))):
            known = getattr(module, name, None)
            if known is not None and code is not None and known == code:
                return kind
        return pa.string()

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        rows, self._first = self._first, []
        try:
            while rows:
                yield self._batch(rows)
                self._run.check()
                rows = self._run.cursor.fetchmany(BATCH_ROWS)
            self._finished = True
            self._run.check()
        except GeneratorExit:
            raise
        except Exception as error:
            self._finished = True
            raise self._run.translated(error) from None

    def _batch(self, rows: list[Any]) -> pa.RecordBatch:
        columns = columns_of(rows, len(self._schema))
        return pa.RecordBatch.from_arrays(
            [
                array_of(values, column)
                for values, column in zip(columns, self._schema, strict=True)
            ],
            schema=self._schema,
        )

    def cancel(self) -> None:
        self._run.cancel()

    def close(self) -> None:
        """What still runs is stopped in the database, and its connection given up."""
        if not self._finished:
            self._run.broken = True
            with contextlib.suppress(Exception):
                self._run.connector.cancel(self._run.session, self._run.cursor)
        self._run.end()
