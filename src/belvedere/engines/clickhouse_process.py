"""ClickHouse embedded in a process of its own, which opens one folder and nothing else.

The library opens one folder per process and reads any file that the process may read: this
process knows no secrets, and refuses queries that name what reads files.

Its standard input is a socket. Over it come further sockets, each a connection: a request is JSON,
an answer is messages that begin with a letter (see `_Letter`), the last of which is an end or an
error.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from enum import Enum
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from belvedere.engines.clickhouse_writing import select_of
from belvedere.errors import EngineError, EngineUnavailable

IN_MEMORY = ":memory:"
_START_SECONDS = 60.0
_STOP_SECONDS = 5.0
_WRITING = {
    "readonly": 0,
    # Values of INSERT are not shown when a statement is formatted: they may only be values.
    "input_format_values_interpret_expressions": 0,
}
_KEPT_VARIABLES = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "TMPDIR")
_SELECTING = frozenset({"SELECT", "WITH"})
_OTHER_READING = frozenset({"DESCRIBE", "EXISTS", "EXPLAIN", "SHOW"})
_FIRST = re.compile(r"[\s(]*([A-Za-z]+)")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|`(\w+)`|`(?:[^`\\]|\\.|``)*`", re.DOTALL)
_TO_FILES = re.compile(r"\bINTO\s+OUTFILE\b", re.IGNORECASE)
_REACHING = re.compile(r"(?<![\w.])(file|eval|python|ai[A-Z]\w*)\b(?!\s*\.)", re.IGNORECASE)
_FORMATTED = re.compile(r"\bFORMAT \w+(?: SETTINGS .*)?\s*\Z", re.DOTALL)
_ALIASED = re.compile(r"\bAS\s+\w+", re.IGNORECASE)


class _Letter(bytes, Enum):
    ROWS = b"R"
    """An Arrow stream; the first has a schema even where there are no rows."""
    END = b"E"
    ERROR = b"X"


class ProcessError(Exception):
    """What ClickHouse says of a statement."""


class Link:
    """A connection to the process. One statement at a time."""

    def __init__(self, channel: Connection) -> None:
        self._channel = channel

    def answers(self, **request: Any) -> Generator[bytes, None, None]:
        """Arrow streams, one after the other. ProcessError, or OSError and EOFError where the
        process has ended.
        """
        self._channel.send_bytes(json.dumps(request).encode())
        while True:
            message = self._channel.recv_bytes()
            letter, data = message[:1], message[1:]
            if letter == _Letter.END.value:
                return
            if letter == _Letter.ERROR.value:
                raise ProcessError(data.decode(errors="replace"))
            yield data

    def tell(self, **request: Any) -> None:
        for _ in self.answers(**request):
            pass

    def close(self) -> None:
        self._channel.close()


class EmbeddedServer:
    """The process, and connections to it."""

    def __init__(self, path: str) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own module, with a folder's path
                [sys.executable, "-m", __name__, path],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
                start_new_session=True,
            )
        self._control = ours
        self._killing: Link | None = None
        self._lock = threading.Lock()
        try:
            self._wait()
            self._killing = self.connect()
        except BaseException:
            self.close()
            raise

    def _wait(self) -> None:
        self._control.settimeout(_START_SECONDS)
        with self._control.makefile("rb") as lines:
            try:
                line = lines.readline()
            except TimeoutError:
                raise EngineUnavailable("ClickHouse did not start in time") from None
        self._control.settimeout(None)
        if not line.endswith(b"\n"):
            raise EngineUnavailable("ClickHouse could not be started")
        if line.strip():
            raise EngineUnavailable(line.decode(errors="replace").strip())

    def connect(self) -> Link:
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._lock:
                socket.send_fds(self._control, [b"c"], [theirs.fileno()])
        except OSError:
            ours.close()
            raise EngineUnavailable("The embedded ClickHouse has ended") from None
        return Link(Connection(ours.detach()))

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self, name: str) -> None:
        """Stop the statement of that name, if it runs."""
        with self._lock, contextlib.suppress(OSError, EOFError, ProcessError):
            if self._killing is not None:
                self._killing.tell(kill=name)

    def close(self) -> None:
        self._control.close()
        if self._killing is not None:
            self._killing.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


# What runs in the process


def _opened(path: str) -> str:
    """Why the folder cannot be opened; nothing where it can."""
    if path == IN_MEMORY:
        return ""
    folder = Path(path)
    if not (folder / "metadata").is_dir():
        return f"There is no ClickHouse database at {path}"
    try:
        with (folder / "status").open("ab") as status:
            fcntl.flock(status, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return f"The ClickHouse database at {path} is in use by another process"
    except OSError as error:
        return f"The ClickHouse database at {path} cannot be opened: {error.strerror}"
    return ""


def _literal(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _name(schema: str) -> str:
    escaped = schema.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


def _listed(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {_literal(str(value))}" for name, value in settings.items())


def _checked(plain: str) -> bool:
    """Whether the statement, as ClickHouse itself writes it, selects; EngineError where it may
    not run.
    """
    found = _FIRST.match(plain)
    word = found[1].upper() if found else ""
    if word not in _SELECTING | _OTHER_READING:
        raise EngineError(f"Only queries can be run here, not {word or 'this'}")
    code = refuse_reaching(plain)
    if _TO_FILES.search(code):
        raise EngineError("Queries that write files cannot be run here")
    if _FORMATTED.search(code):
        raise EngineError("A query cannot choose the format of its rows here")
    return word in _SELECTING


def refuse_reaching(plain: str) -> str:
    """The statement without texts; EngineError where it names what reads files."""
    code = _QUOTED.sub(lambda quoted: quoted[1] or "''", plain)
    reaching = _REACHING.search(_ALIASED.sub("", code))
    if reaching is not None:
        raise EngineError(
            f"{reaching[1]} cannot be used here. A column of that name needs its table's name"
        )
    return code


class _Session:
    """What one connection asks of the library."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._database = connect()
        self._first: Mapping[str, Any] = {}

    def close(self) -> None:
        self._database.close()

    def answer(self, request: Mapping[str, Any]) -> Generator[bytes, None, None]:
        try:
            if "kill" in request:
                begins = _literal(_marked(request["kill"], ""))
                self._run(f"KILL QUERY WHERE startsWith(query, {begins})", "Null")
            elif "write" in request:
                self._write(request["write"], request["name"])
            elif "settings" in request:
                self._first = request
                self._set()
            else:
                yield from self._rows(request["sql"], request["name"])
        except Exception as error:
            yield _Letter.ERROR.value + str(error).encode(errors="replace")
        else:
            yield _Letter.END.value

    def _run(self, sql: str, form: str) -> bytes:
        answer: bytes = self._database.query(sql, form).bytes()
        return answer

    def _set(self) -> None:
        if self._first["schema"]:
            self._run(f"USE {_name(self._first['schema'])}", "Null")
        self._run(f"SET {_listed(self._first['settings'])}", "Null")

    def _write(self, sql: str, name: str) -> None:
        """The query is tried out where nothing can be written, nor anything else be reached."""
        plain = self._plain(sql)
        select = select_of(plain)
        refuse_reaching(plain)
        if select is not None:
            self._run(f"EXPLAIN {select}", "Null")
        with contextlib.closing(self._connect()) as writer:
            settings = {**self._first["settings"], **_WRITING}
            writer.query(f"SET {_listed(settings)}", "Null")
            if self._first["schema"]:
                writer.query(f"USE {_name(self._first['schema'])}", "Null")
            writer.query(_marked(name, sql), "Null")

    def _plain(self, sql: str) -> str:
        told = self._run(f"SELECT formatQuerySingleLine({_literal(sql)})", "TSVRaw")
        return told.decode(errors="replace").strip()

    def _rows(self, sql: str, name: str) -> Generator[bytes, None, None]:
        plain = self._plain(sql)
        selects = _checked(plain)
        marked = _marked(name, sql)
        if not selects:
            yield _Letter.ROWS.value + self._run(marked, "ArrowStream")
        elif not (yield from self._streamed(marked)):
            none = f"SELECT * FROM (\n{plain}\n) LIMIT 0"
            yield _Letter.ROWS.value + self._run(none, "ArrowStream")

    def _streamed(self, sql: str) -> Generator[bytes, None, bool]:
        """Answers whether there were any rows."""
        stream = self._database.send_query(sql, "ArrowStream")
        found = ended = False
        try:
            while (part := stream.fetch()) is not None:
                found = True
                yield _Letter.ROWS.value + part.bytes()
            ended = True
        finally:
            with contextlib.suppress(Exception):
                stream.close()
            if not ended:
                # What a stopped stream left behind would be the answer to the next statement.
                self._database.close()
                self._database = self._connect()
                self._set()
        return found


def _marked(name: str, sql: str) -> str:
    """By its first comment a statement is found again among those that run."""
    return f"/* {name} */ {sql}"


def _serve(connect: Callable[[], Any], channel: Connection) -> None:
    session = _Session(connect)
    with contextlib.suppress(OSError, EOFError):
        while True:
            request = json.loads(channel.recv_bytes())
            with contextlib.closing(session.answer(request)) as messages:
                for message in messages:
                    channel.send_bytes(message)
    session.close()


def main() -> None:
    path = sys.argv[1]
    control = socket.socket(fileno=os.dup(0))
    failure = _opened(path)
    connect = partial(import_module("chdb").connect, path)
    root = None
    if not failure:
        try:
            root = connect()
        except Exception:
            failure = f"The ClickHouse database at {path} cannot be opened"
    control.sendall(" ".join(failure.split()).encode() + b"\n")
    while root is not None:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not descriptors:
            break
        channel = Connection(descriptors[0])
        threading.Thread(target=_serve, args=(connect, channel), daemon=True).start()
    os._exit(0)


if __name__ == "__main__":
    main()
