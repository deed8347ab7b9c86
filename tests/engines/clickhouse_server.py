"""ClickHouse's HTTP protocol on a loopback port, as far as clients that read need it.

Statements are run by ClickHouse itself, embedded in this process: in memory, with real settings and
real refusals. What is made here is the protocol only: parameters, formats, errors, one stream.
"""

from __future__ import annotations

import base64
import contextlib
import re
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import chdb
import pyarrow as pa
import pytest

from belvedere.engines.clickhouse_sessions import folders

_FORMAT = re.compile(r"\s+FORMAT\s+(\w+)\s*;?\s*\Z", re.IGNORECASE)
_KILL = re.compile(r"KILL QUERY WHERE query_id = '(\w+)' ASYNC")
_CODE = re.compile(r"Code: (\d+)\.")
_TRANSPORT = frozenset({"query", "query_id", "database", "session_id", "wait_end_of_query"})
_SELECT = re.compile(r"\s*(?:/\*.*?\*/|\s)*\(?\s*(?:SELECT|WITH)\b", re.IGNORECASE | re.DOTALL)


def connect() -> Any:
    """All connections of this process share one database in memory."""
    return chdb.connect(":memory:")


@dataclass
class ClickHouseServer:
    """Where it listens, and what went over the wire."""

    port: int
    password: str = field(default_factory=lambda: secrets.token_hex(8))
    host: str = "127.0.0.1"
    user: str = "belvedere"
    settings: list[dict[str, str]] = field(default_factory=list)
    """Those of each statement."""
    breaks_off: bool = False
    """Whether connections end amid an answer, without a word."""
    profile: dict[str, str] = field(default_factory=dict)
    """Settings of the user."""

    def create_database(self) -> str:
        """With a thousand rows in a table t."""
        name = f"t{secrets.token_hex(6)}"
        for statement in (f"CREATE DATABASE {name}", *thousand_rows(name)):
            self.run(statement)
        return name

    def run(self, sql: str) -> None:
        connection = connect()
        connection.query(sql)
        connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    clickhouse: ClickHouseServer

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        given = {name: v[-1] for name, v in parse_qs(urlsplit(self.path).query).items()}
        login = f"{self.clickhouse.user}:{self.clickhouse.password}".encode()
        if self.headers.get("Authorization") != f"Basic {base64.b64encode(login).decode()}":
            self._fail("Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)")
            return
        self.clickhouse.settings.append(given)
        connection = connect()
        try:
            self._answer(connection, given.get("query", "") + body, given)
        except RuntimeError as error:
            self._fail(str(error))
        finally:
            with contextlib.suppress(Exception):
                connection.close()

    def do_GET(self) -> None:
        self.do_POST()

    def _answer(self, connection: Any, sql: str, given: dict[str, str]) -> None:
        if self.clickhouse.profile:
            connection.query(f"SET {_listed(self.clickhouse.profile)}")
        if "database" in given:
            connection.query(f"USE `{given['database']}`")
        settings = {name: value for name, value in given.items() if name not in _TRANSPORT}
        if settings:
            connection.query(f"SET {_listed(settings)}")
        sql = _KILL.sub(r"KILL QUERY WHERE startsWith(query, '/* \1 */') ASYNC", sql)
        found = _FORMAT.search(sql)
        sql, form = (sql[: found.start()], found[1]) if found else (sql, "TabSeparated")
        if _FORMAT.search(sql):
            raise RuntimeError("Code: 62. DB::Exception: Syntax error: FORMAT. (SYNTAX_ERROR)")
        marked = f"/* {given['query_id']} */ {sql}" if "query_id" in given else sql
        if form == "ArrowStream" and _SELECT.match(sql):
            self._stream(connection, marked, sql)
            return
        data = connection.query(marked, form).bytes()
        self._begin(form)
        self._chunk(data)
        self._chunk(b"", last=True)

    def _stream(self, connection: Any, marked: str, sql: str) -> None:
        stream = connection.send_query(marked, "ArrowStream")
        sink = pa.BufferOutputStream()
        writer = None
        try:
            while (part := stream.fetch()) is not None:
                reader = pa.ipc.open_stream(part.bytes())
                if writer is None:
                    self._begin("ArrowStream")
                    sink = _Chunks(self)
                    writer = pa.ipc.new_stream(sink, reader.schema)
                for batch in reader:
                    writer.write_batch(batch)
                if self.clickhouse.breaks_off:
                    self.close_connection = True
                    return
        except RuntimeError as error:
            if writer is None:
                raise
            # As the server does: headers are gone, the error ends the answer.
            self._chunk(
                f"\r\n__exception__\r\ntag\r\n{error} (version 1)\n9 tag\r\n__exception__\r\n".encode()
            )
            self.close_connection = True
            return
        except OSError:
            stream.close()
            return
        if writer is None:
            self._begin("ArrowStream")
            self._chunk(
                connection.query(f"SELECT * FROM (\n{sql}\n) LIMIT 0", "ArrowStream").bytes()
            )
        else:
            writer.close()
        self._chunk(b"", last=True)

    def _begin(self, form: str) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("X-ClickHouse-Format", form)
        self.end_headers()

    def _chunk(self, data: bytes, *, last: bool = False) -> None:
        if data or last:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _fail(self, message: str) -> None:
        code = _CODE.search(message)
        data = f"{message.removeprefix('Streaming query failed: ')} (version 26.9.1 (official build))".encode()
        self.send_response(403 if code and code[1] == "516" else 500)
        self.send_header("X-ClickHouse-Exception-Code", code[1] if code else "1000")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _listed(settings: dict[str, str]) -> str:
    return ", ".join(f"{name} = '{value}'" for name, value in settings.items())


class _Chunks:
    closed = False

    def __init__(self, handler: _Handler) -> None:
        self._handler = handler

    def write(self, data: Any) -> int:
        self._handler._chunk(bytes(data))
        return len(data)

    def flush(self) -> None:
        self._handler.wfile.flush()

    def close(self) -> None:
        pass


@contextlib.contextmanager
def running() -> Iterator[ClickHouseServer]:
    handler = type("Handler", (_Handler,), {})
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    httpd.daemon_threads = True
    handler.clickhouse = ClickHouseServer(httpd.server_address[1])
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    try:
        yield handler.clickhouse
    finally:
        httpd.shutdown()
        httpd.server_close()


@pytest.fixture(scope="session")
def clickhouse_server() -> Iterator[ClickHouseServer]:
    keeps_memory = connect()
    with running() as server:
        yield server
    keeps_memory.close()


_FILL = """
import sys
import chdb
connection = chdb.connect(sys.argv[1])
for statement in sys.argv[2:]:
    connection.query(statement)
connection.close()
"""


def fill(folder: Path, *statements: str) -> None:
    """Run statements in a folder of their own, which one process can open at a time."""
    subprocess.run([sys.executable, "-c", _FILL, str(folder), *statements], check=True, timeout=60)


@pytest.fixture(scope="session")
def clickhouse_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A database in a folder, with a thousand rows; its process stays for the next test."""
    folder = tmp_path_factory.mktemp("clickhouse") / "a b'\u00e9"
    fill(folder, *thousand_rows("default"))
    path = str(folder.resolve())
    process = folders.acquire(path)
    yield folder
    folders.release(path, process)


def thousand_rows(database: str) -> tuple[str, ...]:
    return (
        f"CREATE TABLE {database}.t (id Int64, name String) ENGINE = MergeTree ORDER BY id",
        f"INSERT INTO {database}.t SELECT number, concat('x', toString(number)) FROM numbers(1000)",
    )
