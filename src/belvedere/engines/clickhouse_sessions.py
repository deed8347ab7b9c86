"""Connections to ClickHouse: over HTTP to a server, or to a folder that is opened embedded."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from belvedere.engines.base import ConnectionConfig
from belvedere.engines.clickhouse_process import IN_MEMORY, EmbeddedServer, Link, ProcessError
from belvedere.engines.drivers import driver

SETTINGS: Mapping[str, str | int] = MappingProxyType(
    {
        "aggregate_functions_null_for_empty": 1,
        "cast_keep_nullable": 1,
        "enable_extended_results_for_datetime_functions": 1,
        "formatdatetime_parsedatetime_m_is_month_name": 1,
        "group_by_use_nulls": 1,
        "join_use_nulls": 1,
        "max_query_size": 16_777_216,
        "output_format_arrow_date_as_uint16": 0,
        "output_format_arrow_low_cardinality_as_dictionary": 0,
        "output_format_arrow_string_as_string": 1,
        "prefer_column_name_to_alias": 1,
        "union_default_mode": "DISTINCT",
    }
)
"""What statements of the dialect need; those that a server is too old to know it does not get."""

_CONNECT_SECONDS = 10
_READ_SECONDS = 604_800
"""A statement may say nothing for as long as it is allowed to take."""
_PART_BYTES = 1_048_576
_LAST_PARTS = 16
_TAIL_BYTES = 65_536
_LOST = "The connection to the database was lost"
_ENDED = "The embedded ClickHouse has ended"
_CODE = re.compile(r"Code: (\d+)\. ?(?:DB::Exception: )?")
_SAID = re.compile(rb"Code: \d+\. DB::Exception: .*", re.DOTALL)


def _described(sql: str) -> str:
    return f"DESCRIBE TABLE (\n{sql.rstrip('; ')}\n)"


class Failure(Exception):
    """What the server said, or that it says nothing any more (`lost`)."""

    def __init__(self, message: str, *, code: int | None = None, lost: bool = False) -> None:
        super().__init__(message)
        self.lost = lost
        found = _CODE.search(message)
        self.code = code or (int(found[1]) if found else None)


class Answer(ABC):
    """The rows of a statement that runs. Every method raises Failure."""

    schema: pa.Schema

    @abstractmethod
    def next(self) -> pa.RecordBatch | None: ...

    @abstractmethod
    def close(self) -> None:
        """The statement has ended, or was stopped."""


class Session(ABC):
    """A connection: statements one after the other."""

    old_dates: bool = False
    """Whether dates come as numbers."""

    @property
    def alive(self) -> bool:
        return True

    @abstractmethod
    def start(self, sql: str, name: str, timeout: float | None) -> Answer: ...

    @abstractmethod
    def kill(self, name: str) -> None:
        """Stop the statement of that name; from any thread."""

    @abstractmethod
    def write(self, sql: str, name: str) -> None:
        """Run a statement that makes or drops a table."""

    @abstractmethod
    def types(self, sql: str) -> list[str]:
        """What ClickHouse calls the types of the columns."""

    @abstractmethod
    def close(self) -> None: ...


# A server


class _Body:
    """The answer as a file; keeps its end, where the server says what went wrong meanwhile."""

    closed = False

    def __init__(self, response: Any) -> None:
        self._parts: Iterator[bytes] = response.stream(_PART_BYTES)
        self._ahead = bytearray()
        self._tail = b""

    def read(self, size: int) -> bytes:
        while len(self._ahead) < size and self._more():
            pass
        data = bytes(self._ahead[:size])
        del self._ahead[:size]
        return data

    def _more(self) -> bool:
        part = next(self._parts, None)
        if part is None:
            return False
        self._ahead += part
        self._tail = (self._tail + part[-_TAIL_BYTES:])[-_TAIL_BYTES:]
        return True

    def said(self) -> str | None:
        """The server's error, if it said one; to be asked where rows are not what they should."""
        with contextlib.suppress(Exception):
            for _ in range(_LAST_PARTS):
                self._more()
                self._ahead.clear()
        found = _SAID.search(self._tail, max(self._tail.rfind(b"Code: "), 0))
        return found[0].decode(errors="replace") if found else None

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True


class _ServerAnswer(Answer):
    def __init__(self, response: Any) -> None:
        self._response = response
        self._body = _Body(response)
        self._finished = False
        self._reader = self._tried(lambda: pa.ipc.open_stream(self._body))
        self.schema = self._reader.schema

    def _tried(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except StopIteration:
            raise
        except Exception:
            said = self._body.said()
            raise Failure(said or _LOST, lost=said is None) from None

    def next(self) -> pa.RecordBatch | None:
        try:
            found: pa.RecordBatch = self._tried(self._reader.read_next_batch)
        except StopIteration:
            if self._tried(lambda: self._body.read(1)):
                raise Failure(self._body.said() or _LOST, lost=True) from None
            self._finished = True
            return None
        return found

    def close(self) -> None:
        with contextlib.suppress(Exception):
            if self._finished:
                self._response.release_conn()
            else:
                self._response.close()


class ServerSession(Session):
    def __init__(self, config: ConnectionConfig, settings: Mapping[str, str | int]) -> None:
        self._driver = driver("clickhouse_connect", "ClickHouse", "clickhouse")
        self._driver.common.set_setting("max_error_size", 0)
        self._config = config
        self._client = self._tried(self._connected)
        known = self._client.server_settings
        self.old_dates = "output_format_arrow_date_as_uint16" not in known
        self._settings = {name: value for name, value in settings.items() if name in known}
        for name, value in self._settings.items():
            if known[name].readonly and known[name].value != str(value):
                self._client.close()
                raise Failure(
                    f"The user may not change settings, {name} among them: "
                    "give it the setting readonly = 2 instead of 1",
                    lost=True,
                )

    def _connected(self) -> Any:
        config = self._config
        return self._driver.get_client(
            interface="https" if config.ssl else "http",
            host=config.host,
            port=config.port or (8443 if config.ssl else 8123),
            username=config.username or "default",
            password=config.password or "",
            database=config.database or config.schema or "__default__",
            verify=config.verify_ssl,
            compress=False,
            query_limit=0,
            query_retries=0,
            connect_timeout=_CONNECT_SECONDS,
            send_receive_timeout=_READ_SECONDS,
            client_name="belvedere",
            autogenerate_session_id=False,
            autogenerate_query_id=False,
            dedicated_pool=True,
        )

    def _tried(self, work: Callable[[], Any]) -> Any:
        errors = self._driver.driver.exceptions
        try:
            return work()
        except errors.Error as error:
            if error.code is None:
                raise Failure(self._unreachable(error), lost=True) from None
            raise Failure(str(error), code=error.code) from None

    def _unreachable(self, error: BaseException) -> str:
        reason = _innermost(error)
        text = getattr(reason, "strerror", None) or str(reason)
        return f"{self._config.host} cannot be reached: {text}"

    def _all_settings(self, **further: str | int) -> dict[str, str | int]:
        return {**self._settings, "readonly": 2, **further}

    def start(self, sql: str, name: str, timeout: float | None) -> Answer:
        settings = self._all_settings(query_id=name)
        if timeout:
            settings["max_execution_time"] = int(timeout) + 1
        stream = self._client.raw_stream
        response = self._tried(lambda: stream(sql, fmt="ArrowStream", settings=settings))
        try:
            return _ServerAnswer(response)
        except BaseException:
            response.close()
            raise

    def kill(self, name: str) -> None:
        with contextlib.suppress(Failure):
            self._tried(lambda: self._client.command(f"KILL QUERY WHERE query_id = '{name}' ASYNC"))

    def write(self, sql: str, name: str) -> None:
        settings = {**self._settings, "query_id": name}
        self._tried(lambda: self._client.command(sql, settings=settings))

    def types(self, sql: str) -> list[str]:
        query, settings = self._client.raw_query, self._all_settings()
        data = self._tried(lambda: query(_described(sql), fmt="JSONCompact", settings=settings))
        return [row[1] for row in json.loads(data)["data"]]

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._client.close()


def _innermost(error: BaseException) -> BaseException:
    """What went wrong first: in the cause, the reason or the argument of an error."""
    for inner in (error.__cause__, getattr(error, "reason", None), *error.args[:1]):
        if isinstance(inner, BaseException):
            return _innermost(inner)
    return error


# A folder


class _EmbeddedAnswer(Answer):
    def __init__(self, messages: Generator[bytes, None, None]) -> None:
        self._messages = messages
        self._batches: list[pa.RecordBatch] = []
        schema = self._received()
        if schema is None:
            raise Failure("The statement returns no rows")
        self.schema = schema

    def _received(self) -> pa.Schema | None:
        try:
            message = next(self._messages, None)
        except ProcessError as error:
            raise Failure(str(error)) from None
        except (OSError, EOFError):
            raise Failure(_ENDED, lost=True) from None
        if message is None:
            return None
        with pa.ipc.open_stream(message) as reader:
            self._batches = list(reader)
            return reader.schema

    def next(self) -> pa.RecordBatch | None:
        while not self._batches:
            if self._received() is None:
                return None
        return self._batches.pop(0)

    def close(self) -> None:
        """Reads what was sent before the statement was stopped."""
        with contextlib.suppress(ProcessError, OSError, EOFError):
            for _ in self._messages:
                pass


class EmbeddedSession(Session):
    def __init__(
        self, server: EmbeddedServer, schema: str | None, settings: Mapping[str, str | int]
    ) -> None:
        self._server = server
        self._schema = schema
        self._settings = {**settings, "readonly": 1}
        self._link = self._connected()
        self._side: Link | None = None

    def _connected(self) -> Link:
        link = self._server.connect()
        try:
            link.tell(settings=self._settings, schema=self._schema)
        except (ProcessError, OSError, EOFError) as error:
            link.close()
            raise Failure(str(error) or _ENDED, lost=True) from None
        return link

    @property
    def alive(self) -> bool:
        return self._server.alive

    def start(self, sql: str, name: str, timeout: float | None) -> Answer:  # noqa: ARG002
        return _EmbeddedAnswer(self._link.answers(sql=sql, name=name))

    def kill(self, name: str) -> None:
        self._server.kill(name)

    def write(self, sql: str, name: str) -> None:
        try:
            self._link.tell(write=sql, name=name)
        except ProcessError as error:
            raise Failure(str(error)) from None
        except (OSError, EOFError):
            raise Failure(_ENDED, lost=True) from None

    def types(self, sql: str) -> list[str]:
        """Over a second connection: the first is amid its answer."""
        if self._side is None:
            self._side = self._connected()
        answer = _EmbeddedAnswer(self._side.answers(sql=_described(sql), name=uuid.uuid4().hex))
        names: list[str] = []
        while (batch := answer.next()) is not None:
            names += batch.column("type").to_pylist()
        return names

    def close(self) -> None:
        self._link.close()
        if self._side is not None:
            self._side.close()


class Folders:
    """The folders that are open: one process each, shared by all engines on it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[EmbeddedServer, int]] = {}

    def acquire(self, path: str) -> EmbeddedServer:
        if path == IN_MEMORY:
            return EmbeddedServer(path)
        with self._lock:
            server, users = self._open.get(path, (None, 0))
            if server is None or not server.alive:
                server, users = EmbeddedServer(path), 0
            self._open[path] = (server, users + 1)
            return server

    def release(self, path: str, server: EmbeddedServer) -> None:
        with self._lock:
            kept, users = self._open.get(path, (server, 1))
            if kept is server and users > 1:
                self._open[path] = (server, users - 1)
                return
            if kept is server:
                self._open.pop(path, None)
        server.close()


folders = Folders()


def require_driver(*, embedded: bool) -> None:
    """The library is not loaded here but in its own process."""
    if not embedded:
        driver("clickhouse_connect", "ClickHouse", "clickhouse")
    elif find_spec("chdb") is None:
        driver("chdb", "embedded ClickHouse", "clickhouse")
