"""A real MariaDB for one test session: started on a free loopback port, stopped by its pid.

The conftest of all tests offers it. Where no
mariadbd is installed, Debian's packages are unpacked into a cache folder; nothing is installed.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pymysql
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests import debian

_START_SECONDS = 60.0
_STARTS = 3
"""How often to try: another process can take the port that was free."""
_PACKAGE = "mariadb-server-core"
_SETTINGS = (
    "--bind-address=127.0.0.1",
    "--character-set-server=utf8mb4",
    "--innodb-buffer-pool-size=32M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-log-file-size=8M",
    "--max-connections=60",
    "--performance-schema=OFF",
    "--skip-name-resolve",
)
_TABLES = ("mysql_system_tables.sql", "mysql_performance_tables.sql")
_ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "UTC",
)
_LAST_YEAR = 2037
"""The last whole year that MariaDB converts times of."""


@dataclass(frozen=True, slots=True)
class MariaDBServer:
    """Where the server listens. The user may do everything; passwords are really checked.

    `certificate` is the server's own, which nobody else has signed.
    """

    port: int
    password: str
    certificate: Path
    host: str = "127.0.0.1"
    user: str = "belvedere"

    def connect(self, database: str | None = None) -> Any:
        """A connection as the dialect's sessions are, in UTC, that commits by itself."""
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=database,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=5,
            init_command=(
                "SET time_zone = '+00:00', sql_mode = '', group_concat_max_len = 4294967295, "
                "div_precision_increment = 12"
            ),
            ssl_disabled=True,
        )

    def run(self, sql: str, database: str | None = None) -> list[tuple[Any, ...]]:
        with self.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def create_database(self, *, collation: str = "utf8mb4_general_ci") -> str:
        """A new empty database; answers its name."""
        name = f"t{secrets.token_hex(6)}"
        self.run(f"CREATE DATABASE {name} COLLATE {collation}")
        return name


@dataclass(frozen=True, slots=True)
class _Programs:
    server: Path
    share: Path
    libraries: Path | None = None

    def command(self, data: Path) -> list[str | Path]:
        """The server on a data folder, with nothing read from the machine's own settings."""
        words: list[str | Path] = [self.server, "--no-defaults", f"--datadir={data}"]
        words += [f"--lc-messages-dir={self.share}", f"--character-sets-dir={self.share}/charsets"]
        words += [f"--tmpdir={data.parent}", f"--socket={data.parent}/socket"]
        return [*words, "--user=root"] if os.getuid() == 0 else words

    def environment(self) -> dict[str, str]:
        return dict(os.environ) if self.libraries is None else debian.environment(self.libraries)

    def run(self) -> bool:
        try:
            subprocess.run(
                [self.server, "--no-defaults", "--version"],
                check=True,
                capture_output=True,
                env=self.environment(),
            )
        except (OSError, subprocess.CalledProcessError):
            return False
        return True


def _programs() -> _Programs:
    """The machine's own programs, else those of Debian's packages; a skipped test without both."""
    found = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    for share in ("mariadb", "mysql"):
        installed = Path("/usr/share") / share
        if found and (installed / _TABLES[0]).exists():
            return _Programs(Path(found), installed)
    root = debian.unpacked(_PACKAGE)
    programs = _Programs(root / "usr/sbin/mariadbd", root / "usr/share/mysql", root)
    if not programs.run():
        pytest.skip(f"The mariadbd of Debian's {_PACKAGE} does not run on this machine")
    return programs


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _zone_rows(number: int, name: str) -> list[str]:
    """The statements that tell the server about a time zone, read day by day from Python's."""
    zone = ZoneInfo(name)
    offsets: list[int] = []
    changes: list[tuple[int, int]] = []
    start, end = datetime(1970, 1, 1, tzinfo=UTC), datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC)

    def offset(second: int) -> int:
        passed = (start + timedelta(seconds=second)).astimezone(zone).utcoffset()
        assert passed is not None
        return int(passed.total_seconds())

    before = None
    for day in range((end - start).days):
        now = offset(day * 86_400)
        if now == before:
            continue
        low, high = (day - 1) * 86_400, day * 86_400
        while before is not None and high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        if now not in offsets:
            offsets.append(now)
        changes.append((max(high, 0), offsets.index(now)))
        before = now
    kinds = ", ".join(f"({number}, {n}, {at}, 0, '')" for n, at in enumerate(offsets))
    moves = ", ".join(f"({number}, {at}, {kind})" for at, kind in changes)
    return [
        f"INSERT INTO time_zone VALUES ({number}, 'N');",
        f"INSERT INTO time_zone_name VALUES ('{name}', {number});",
        f"INSERT INTO time_zone_transition_type VALUES {kinds};",
        f"INSERT INTO time_zone_transition VALUES {moves};",
    ]


def _initialise(programs: _Programs, data: Path, server: MariaDBServer) -> None:
    """What mariadb-install-db does, with our own user and time zones only."""
    data.mkdir()
    script = ["CREATE DATABASE mysql;", "USE mysql;"]
    script += [(programs.share / name).read_text() for name in _TABLES]
    for number, name in enumerate(_ZONES, 1):
        script += _zone_rows(number, name)
    script += [
        "FLUSH PRIVILEGES;",
        f"CREATE USER {server.user}@'%' IDENTIFIED BY '{server.password}';",
        f"GRANT ALL ON *.* TO {server.user}@'%' WITH GRANT OPTION;",
    ]
    done = subprocess.run(
        [*programs.command(data), "--bootstrap"],
        input="\n".join(script).encode(),
        capture_output=True,
        env=programs.environment(),
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"MariaDB's data folder cannot be made: {done.stderr.decode()}")


def _wait_until_ready(server: MariaDBServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.run("SELECT 1")
            return
        except Exception:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"MariaDB did not start: {log.read_text()}") from None
            time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _certify(certificate: Path) -> Path:
    """A certificate of 127.0.0.1, signed with its own key, which it answers the file of."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    stored = certificate.with_suffix(".key")
    stored.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return stored


def _started(
    programs: _Programs, data: Path, server: MariaDBServer, key: Path
) -> subprocess.Popen[bytes]:
    log = data.with_name("log")
    tls = [f"--ssl-cert={server.certificate}", f"--ssl-key={key}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*programs.command(data), *_SETTINGS, *tls, f"--port={server.port}"],
            stdout=output,
            stderr=output,
            env=programs.environment(),
        )
    try:
        _wait_until_ready(server, process, log)
    except BaseException:
        _stop(process)
        raise
    return process


@contextmanager
def running_mariadb() -> Iterator[MariaDBServer]:
    """Start a server of our own with no databases; stop it and delete its files at the end."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="bv-my-", ignore_cleanup_errors=True) as folder:
        data, certificate = Path(folder) / "data", Path(folder) / "server.pem"
        server = MariaDBServer(_free_port(), secrets.token_hex(8), certificate)
        key = _certify(certificate)
        _initialise(programs, data, server)
        for attempt in range(1, _STARTS + 1):
            try:
                process = _started(programs, data, server, key)
                break
            except RuntimeError:
                if attempt == _STARTS:
                    raise
                server = replace(server, port=_free_port())
        try:
            yield server
        finally:
            _stop(process)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDBServer]:
    with running_mariadb() as server:
        yield server
