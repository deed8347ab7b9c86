"""Spark within this process, over a folder of files."""

from __future__ import annotations

import atexit
import os
import re
import secrets
import shutil
import socket
import threading
from pathlib import Path

from belvedere.engines.base import ConnectionConfig
from belvedere.engines.spark_sessions import Session, clean, pyspark, quoted
from belvedere.errors import EngineUnavailable

_LOCAL_SETTINGS = {
    "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.log.level": "OFF",
    "spark.scheduler.allocation.file": str(Path(__file__).with_name("spark_pools.xml")),
    "spark.scheduler.mode": "FAIR",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.filesourceTableRelationCacheSize": "0",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_FORMATS = {".parquet": "parquet", ".orc": "orc", ".json": "json"}
_NAME = re.compile(r"\w+", re.ASCII)
_STARTS = 5
"""How often a port is looked for: starting takes seconds, in which another process can take it."""


class _LocalServer:
    """Spark within this process: there can be one, so it serves one folder."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._url: str | None = None
        self._folder: str | None = None

    def url(self, config: ConnectionConfig) -> str:
        folder = str(Path(config.database).resolve()) if config.database else None
        if folder is not None and not Path(folder).is_dir():
            raise EngineUnavailable(f"There is no folder of tables at {config.database}")
        with self._lock:
            if self._url is None:
                self._url, self._folder = _started(config, folder), folder
            elif folder != self._folder:
                raise EngineUnavailable(
                    f"Spark runs in this server already, for {self._folder or 'no folder'}; "
                    "other folders need a Spark Connect server"
                )
            return self._url


def _started(config: ConnectionConfig, folder: str | None) -> str:
    """Start Spark with a Connect server that only this process has the token of."""
    home = os.environ.get("JAVA_HOME")
    if not (home and Path(home, "bin", "java").exists()) and not shutil.which("java"):
        raise EngineUnavailable("Spark in this server needs Java 17 or later: set JAVA_HOME")
    for attempt in range(_STARTS):
        try:
            return _started_on(_free_port(), config, folder)
        except EngineUnavailable:
            raise
        except Exception as error:
            taken = "BindException" in str(error)  # by somebody who was quicker than Java
            if not taken or attempt == _STARTS - 1:
                message = f"Spark could not be started: {clean(str(error))}"
                raise EngineUnavailable(message) from None
    raise AssertionError


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started_on(port: int, config: ConnectionConfig, folder: str | None) -> str:
    token = secrets.token_hex(16)
    builder = pyspark("pyspark.sql").SparkSession.builder.master("local[*]").appName("belvedere")
    given = {name: value for name, value in config.options if name.startswith("spark.")}
    own = {
        "spark.connect.authenticate.token": token,
        "spark.connect.grpc.binding.port": str(port),
        **({"spark.sql.warehouse.dir": folder} if folder else {}),
    }
    for name, value in {**given, **_LOCAL_SETTINGS, **own}.items():
        builder = builder.config(name, value)
    atexit.register(builder.getOrCreate().stop)
    return f"sc://localhost:{port}/;token={token}"


LOCAL = _LocalServer()


def register_folder(session: Session, folder: Path) -> None:
    """Make the folder's tables known to the catalog, which is empty when Spark starts."""
    for path in sorted(folder.iterdir()):
        if path.suffix != ".db":
            _register_table(session, "default", path)
        elif path.is_dir() and _NAME.fullmatch(path.stem):
            session.rows(f"CREATE DATABASE IF NOT EXISTS {quoted(path.stem)}")
            for table in sorted(path.iterdir()):
                _register_table(session, path.stem, table)


def _register_table(session: Session, schema: str, path: Path) -> None:
    """What Spark cannot read is no table, and nor is what it cannot name."""
    files = path.rglob("[!._]*.*") if path.is_dir() else iter([path])
    kind = next((_FORMATS[file.suffix] for file in files if file.suffix in _FORMATS), None)
    name = path.name if path.is_dir() else path.stem
    if kind is None or name.startswith("_") or not _NAME.fullmatch(name):
        return
    sql = f"CREATE TABLE IF NOT EXISTS {quoted(schema, name)} USING {kind}"
    try:
        session.rows(f"{sql} LOCATION {_text(str(path))}")
    except Exception as error:
        if not session.is_own(error) or session.is_lost(error):
            raise


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
