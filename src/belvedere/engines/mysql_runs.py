"""One statement on one connection to MySQL or MariaDB, and its rows."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from belvedere.engines.base import Execution
from belvedere.engines.mysql_types import Column, column
from belvedere.engines.pool import Pool
from belvedere.engines.runs import Run
from belvedere.errors import EngineError, EngineUnavailable, QueryCancelled, QueryTimeout

BATCH_ROWS = 8_192
_LOST = frozenset({0, 1040, 1053, 1203, 1927, 2002, 2003, 2006, 2013, 4031})
_INTERRUPTED = frozenset({1317})
_TOO_LONG = frozenset({1969, 3024})
_CUT = {
    1260: ", because the list of a group is longer than max_allowed_packet",
    1301: "",
}
"""Warnings that a value is not whole, and what they do not say."""


def code_of(error: BaseException) -> int | None:
    found = error.args[0] if error.args else None
    return found if isinstance(found, int) else None


def is_lost(error: BaseException) -> bool:
    return code_of(error) in _LOST or isinstance(error, OSError)


def message_of(error: BaseException) -> str:
    text = str(error if code_of(error) is None else error.args[1])
    return " ".join(text.split()).strip(" .") or "The connection to the database was lost"


class Session:
    """A connection and how to end whatever it does. `kill` tells the server to."""

    def __init__(self, connection: Any, number: int, kill: Callable[[int], None]) -> None:
        self.connection = connection
        self._number = number
        self._kill = kill

    def stop(self) -> None:
        """The connection is of no use any more: whoever waits for it is told, then the server."""
        channel = self.connection._sock  # noqa: SLF001  the driver does not offer it
        with contextlib.suppress(OSError):
            if channel is not None:
                channel.shutdown(socket.SHUT_RDWR)
        self._kill(self._number)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.connection.close()


class MySQLRun(Run[Session]):
    """A connection that was told to end is never used again."""

    stops_again = None
    stale = False

    def __init__(
        self,
        session: Session,
        pool: Pool[Session],
        sql: str,
        timeout: float | None,
        driver_error: type[Exception],
    ) -> None:
        self._driver_error = driver_error
        super().__init__(session, pool, sql, timeout)

    def begin(self) -> None:
        self.stale = True
        self.session.connection.ping(reconnect=False)
        self.stale = False

    def _stop(self) -> None:
        if not self.broken:
            self.broken = True
            self.session.stop()

    def _failure(self, error: BaseException) -> BaseException:
        if not isinstance(error, (self._driver_error, OSError, pa.ArrowException, UnicodeError)):
            return error
        code = code_of(error)
        if code in _INTERRUPTED:
            return QueryCancelled("The query was stopped in the database", self.sql)
        if code in _TOO_LONG:
            return QueryTimeout("The query took longer than the database allows", self.sql)
        if self.stale or is_lost(error):
            self.broken = True
            return EngineUnavailable(message_of(error), self.sql)
        return EngineError(message_of(error), self.sql)


class MySQLExecution(Execution):
    def __init__(self, run: MySQLRun, cursor_class: Callable[[Any], Any]) -> None:
        self._run = run
        self._finished = False
        self._cursor = cursor_class(run.session.connection)
        try:
            self._cursor.execute(run.sql)
            run.check()
            fields = self._fields()
        except BaseException:
            self._let_go()
            raise
        self._columns: list[Column] = [column(one) for one in fields]
        self._schema = pa.schema([pa.field(one.name, one.type) for one in self._columns])

    def _fields(self) -> Any:
        if self._cursor.description is None:
            raise EngineError("The statement returns no rows", self._run.sql)
        return self._cursor._result.fields  # noqa: SLF001  with what the description leaves out

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        while not self._finished:
            try:
                self._run.check()
                rows = self._cursor.fetchmany(BATCH_ROWS)
                batch = self._batch(rows) if rows else None
                if len(rows) < BATCH_ROWS:
                    self._finish()
            except BaseException as error:
                raise self._run.translated(error) from None
            if batch is not None:
                yield batch
        self._run.check()

    def _batch(self, rows: Sequence[tuple[bytes | None, ...]]) -> pa.RecordBatch:
        columns = zip(self._columns, zip(*rows, strict=True), strict=True)
        return pa.RecordBatch.from_arrays(
            [one.array(values, one.type) for one, values in columns], schema=self._schema
        )

    def _finish(self) -> None:
        """All rows were read. Values that the server cut are an error, not an answer."""
        self._finished = True
        if not self._cursor.warning_count:
            return
        for _, code, message in self._run.session.connection.show_warnings():
            if int(code) in _CUT:
                raise EngineError(message.decode() + _CUT[int(code)], self._run.sql)

    def cancel(self) -> None:
        self._run.cancel()

    def close(self) -> None:
        """What was not read to its end is stopped in the server."""
        self._let_go()
        self._run.end()

    def _let_go(self) -> None:
        """The driver would read all that is left of the rows, were it not told otherwise."""
        result = self._cursor._result  # noqa: SLF001
        if result is not None and result.unbuffered_active:
            self._run.interrupt()
            result.unbuffered_active = False
        self._cursor.connection = None
