"""One statement on one cursor of DuckDB, its rows, and its text as DuckDB writes it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from belvedere.engines.arrow_types import plain_batch, plain_field
from belvedere.engines.base import Execution, TextExecution
from belvedere.engines.runs import Run
from belvedere.errors import EngineError

# Results that are kept whole are small enough to be copied once more.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")

BATCH_ROWS = 4_096
_CHUNK = 1024 * 1024
_SET_PIPE_SIZE = 1031  # fcntl's F_SETPIPE_SZ, on Linux only
_MOST_KNOWN = 10_000
_known_to_read: set[bytes] = set()
_READING = frozenset({duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN})
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_WHOLE = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)
_SHAPES = {
    **dict.fromkeys((*_WHOLE, "HUGEINT", "BOOLEAN", "DATE"), "{0}"),
    "DOUBLE": "CASE WHEN {0} = trunc({0}) AND abs({0}) < 1e15 THEN "
    "CASE WHEN {0} = 0 AND signbit({0}) THEN '-0' ELSE {0}::BIGINT::VARCHAR END "
    "WHEN abs({0}) >= 1e-4 AND abs({0}) < 1e15 THEN {0}::VARCHAR "
    "WHEN NOT isfinite({0}) THEN NULL "
    "WHEN abs({0}) >= 1e15 THEN regexp_replace({0}::VARCHAR, '\\.0$', '') "
    "WHEN abs({0}) >= 1e-6 THEN CASE WHEN {0} < 0 THEN '-' ELSE '' END || '0.0000' || "
    "CASE WHEN abs({0}) < 1e-5 THEN '0' ELSE '' END || "
    "regexp_replace(split_part({0}::VARCHAR, 'e', 1), '[-.]', '', 'g') "
    "ELSE replace({0}::VARCHAR, 'e-0', 'e-') END",
    "VARCHAR": "nullif({0}, '')",
    "TIMESTAMP": "CASE WHEN epoch_us({0}) % 1000000 = 0 THEN {0}::VARCHAR "
    "ELSE strftime({0}, '%Y-%m-%d %H:%M:%S.%f') END",
}
_MOST_DIGITS, _MOST_PLACES = 18, 4
"""Of decimals that are rounded: of the longest ones a rounded 9.9… would be no number any more."""
_CARET = re.compile(r"\n\s*\n(?:LINE \d+:.*)\Z", re.DOTALL)


def clean(message: str) -> str:
    """The database's message as one paragraph, without its drawing of the statement."""
    return " ".join(_CARET.sub("", message).split())


def refuse_other_than_reading(cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
    """What a text is does not change: texts that were found to read are remembered."""
    known = hashlib.blake2b(sql.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    if known in _known_to_read:
        return
    try:
        statements = cursor.extract_statements(sql)
    except duckdb.Error as error:
        raise EngineError(clean(str(error)), sql) from None
    if len(statements) != 1:
        raise EngineError("Only one statement can be run at a time", sql)
    if statements[0].type not in _READING:
        kind = str(statements[0].type).rpartition(".")[2]
        raise EngineError(f"Only queries can be run here, not {kind}", sql)
    if len(_known_to_read) >= _MOST_KNOWN:
        _known_to_read.clear()
    _known_to_read.add(known)


class DuckDBRun(Run[duckdb.DuckDBPyConnection]):
    def _stop(self) -> None:
        self.session.interrupt()

    def _failure(self, error: BaseException) -> BaseException:
        if isinstance(error, duckdb.Error | OSError | pa.ArrowException):
            return EngineError(clean(str(error)), self.sql)
        return error


class DuckDBExecution(Execution):
    def __init__(self, run: DuckDBRun, *, whole: bool) -> None:
        self._run = run
        # A relation streams, but is bound once to be made and again to be run.
        found = run.session.execute(run.sql) if whole else run.session.sql(run.sql)
        if found is None:
            raise EngineError("The statement returns no rows", run.sql)
        reader: Any = found.to_arrow_reader(BATCH_ROWS)
        self._reader = reader
        self._schema = pa.schema(
            plain_field(field) if pa.types.is_interval(field.type) else field
            for field in reader.schema
        )

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        while True:
            self._run.check()
            try:
                batch = self._reader.read_next_batch()
            except StopIteration:
                self._run.check()
                return
            except (duckdb.Error, OSError, pa.ArrowException) as error:
                raise self._run.translated(error) from None
            yield batch if batch.schema == self._schema else plain_batch(batch, self._schema)

    def cancel(self) -> None:
        self._run.cancel()

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._reader.close()
        self._run.end()


def csv_columns(cursor: duckdb.DuckDBPyConnection, sql: str) -> list[str] | None:
    """Expressions over c0, c1, … as which DuckDB writes the values as we do: without noughts that
    say nothing, and missing what is empty. None where it would write some of them otherwise.
    """
    kinds = [str(kind) for _, kind, *_ in cursor.execute(f"DESCRIBE {sql}").fetchall()]
    shapes = [_shape(kind) for kind in kinds]
    if None in shapes:
        return None
    return [str(shape).format(f"c{number}") for number, shape in enumerate(shapes)]


def _shape(kind: str) -> str | None:
    decimal = _DECIMAL.fullmatch(kind)
    return _SHAPES.get(kind) if decimal is None else _decimal_shape(*map(int, decimal.groups()))


def _decimal_shape(digits: int, places: int) -> str | None:
    """Rounding is so much cheaper than trimming texts that the first rows come in half the time.
    Without digits before the point DuckDB writes none there.
    """
    if places == 0:
        return "{0}"
    if digits == places:
        return None
    if digits > _MOST_DIGITS or places > _MOST_PLACES:
        return "rtrim(rtrim({0}::VARCHAR, '0'), '.')"
    rounded = (f"round({{0}}, {place})" for place in range(places))
    cases = " ".join(f"WHEN {{0}} = {one} THEN {one}::VARCHAR" for one in rounded)
    return f"CASE {cases} ELSE {{0}}::VARCHAR END"


class DuckDBCsv(TextExecution):
    """COPY into a named pipe that `chunks` reads; the writer's outcome decides the end."""

    def __init__(self, run: DuckDBRun, folder: Path, columns: Sequence[str]) -> None:
        """`columns` are those that `csv_columns` answers."""
        self._run = run
        self._failure: BaseException | None = None
        self._pipe = folder / secrets.token_urlsafe(24)
        names = ", ".join(f"c{number}" for number in range(len(columns)))
        rows = f"SELECT {', '.join(columns)} FROM ({run.sql}\n) AS q({names})"
        self._statement = f"COPY ({rows}) TO '{self._pipe}' (FORMAT csv, HEADER false)"
        folder.mkdir(mode=0o700, exist_ok=True)
        os.mkfifo(self._pipe, 0o600)
        # Reading end first and without blocking: the writer then never waits for a reader.
        self._reading = os.open(self._pipe, os.O_RDONLY | os.O_NONBLOCK)
        with contextlib.suppress(OSError):  # a larger pipe means fewer turns; it works without
            fcntl.fcntl(self._reading, _SET_PIPE_SIZE, _CHUNK)
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._closed = False

    def _write(self) -> None:
        # A writing end of our own keeps the pipe open until the outcome is known.
        holding = os.open(self._pipe, os.O_WRONLY)
        try:
            self._run.session.execute(self._statement)
        except BaseException as error:
            self._failure = error
        finally:
            os.close(holding)

    def chunks(self) -> Iterator[bytes]:
        os.set_blocking(self._reading, True)
        self._writer.start()
        # Until the writer thread has opened its end a read would see the end of the stream.
        started = False
        while True:
            data = os.read(self._reading, _CHUNK)
            if data:
                started = True
                yield data
            elif self._writer.is_alive() and not started:
                self._writer.join(0.001)
            else:
                break
        self._writer.join()
        if self._failure is not None:
            raise self._run.translated(self._failure) from None
        self._run.check()

    def cancel(self) -> None:
        self._run.cancel()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._writer.is_alive():
            self._run.cancel()
        os.close(self._reading)
        if self._writer.ident is not None:
            self._writer.join()
        self._pipe.unlink(missing_ok=True)
        self._run.end()
