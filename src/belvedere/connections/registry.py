"""One open engine per stored connection; a changed definition gets a new one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from urllib.parse import parse_qsl

from sqlalchemy import URL
from sqlalchemy.orm import Session

from belvedere import activity
from belvedere.connections import connections
from belvedere.connections.connections import PASSWORD_CONTEXT
from belvedere.connections.options import TAKE_PARAMETERS
from belvedere.connections.tables import StoredConnection
from belvedere.engines import open_engine
from belvedere.engines.base import ConnectionConfig, Engine
from belvedere.settings import Settings
from belvedere.store import Database, EpochWatch
from belvedere.vault import Vault

_APPLICATION_CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class OpenConnection:
    """`identity` names the connection and the version of its definition.

    `scratch` is where derived tables are kept, None where they are not. `writer` makes them, with
    the credentials for that; nothing that a person asks is run with it.
    """

    name: str
    identity: str
    config: ConnectionConfig
    query_timezone: str | None
    engine: Engine
    writer: Engine
    scratch: str | None = None
    retries_failed_builds: bool = False
    maintenance: str | None = None
    """The cron expression by which triggers are looked at; every five minutes without one."""

    @property
    def place(self) -> str:
        """Which database it is, however the connection to it is tuned."""
        config = self.config
        return f"{config.dialect}://{config.host or ''}:{config.port or ''}/{config.database}"

    def close(self) -> None:
        self.engine.close()
        self.writer.close()


def config_of(row: StoredConnection, vault: Vault, settings: Settings) -> ConnectionConfig:
    password = row.sealed_password
    return ConnectionConfig(
        dialect=row.dialect,
        database=row.database,
        host=row.host,
        port=row.port,
        username=row.username,
        password=vault.decrypt(password, PASSWORD_CONTEXT) if password else None,
        schema=row.db_schema,
        ssl=row.ssl,
        verify_ssl=row.verify_ssl,
        max_connections=row.max_connections or 30,
        pool_timeout=float(row.pool_timeout or settings.query_queue_timeout),
        timeout=float(settings.query_timeout) if settings.query_timeout else None,
        timezone=row.db_timezone or "UTC",
        scratch_folder=_scratch_folder(row, settings),
        options=_options(row),
    )


def _options(row: StoredConnection) -> tuple[tuple[str, str], ...]:
    """`warehouse=A&role=B`, for dialects whose drivers know more than the definition does."""
    if row.dialect not in TAKE_PARAMETERS:
        return ()
    return tuple(parse_qsl(str((row.extra or {}).get("jdbc_additional_params") or "")))


def _scratch_folder(row: StoredConnection, settings: Settings) -> str | None:
    """One folder for everybody who reads the same file."""
    if row.host or not row.database or row.database == ":memory:":
        return None
    digest = blake2b(str(Path(row.database).resolve()).encode(), digest_size=12).hexdigest()
    return str((settings.home / "derived" / digest).resolve())


def _writer_config(
    row: StoredConnection, vault: Vault, config: ConnectionConfig
) -> ConnectionConfig:
    """The connection as it makes derived tables: `pdt_context_override` says what differs."""
    override = (row.overrides or {}).get("pdt", {})
    password = override.get("sealed_password")
    port = override.get("port") or override.get("pdt_port")
    changed = {
        name: override.get(name) or override.get(f"pdt_{name}")
        for name in ("host", "username", "database", "schema")
    }
    return replace(
        config,
        **{name: value for name, value in changed.items() if value},
        port=int(port) if port else config.port,
        password=vault.decrypt(password, PASSWORD_CONTEXT) if password else config.password,
        read_only=row.dialect == "duckdb",  # its tables are files beside the database
    )


def _application_config(url: URL, settings: Settings) -> ConnectionConfig:
    return ConnectionConfig(
        dialect="sqlite" if url.get_backend_name() == "sqlite" else "postgres",
        database=url.database,
        host=url.host,
        port=url.port,
        username=url.username,
        password=url.password,
        max_connections=_APPLICATION_CONNECTIONS,
        pool_timeout=float(settings.query_queue_timeout),
        timeout=float(settings.query_timeout) if settings.query_timeout else None,
    )


class EngineRegistry:
    """Thread-safe. An engine that was replaced is closed once nobody uses its pool."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        settings: Settings,
        watch: EpochWatch,
        opener: Callable[[ConnectionConfig], Engine] = open_engine,
    ) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._watch = watch
        self._opener = opener
        self._lock = threading.Lock()
        self._epoch = -1
        self._open: dict[str, OpenConnection] = {}
        self._application: OpenConnection | None = None

    def open(self, name: str) -> OpenConnection:
        """The connection of that name with its engine; NotFound where there is none."""
        epoch = self._watch.current("connections")
        with self._lock:
            if epoch != self._epoch:
                with self._database.reading() as session:
                    self._refresh(session)
                self._epoch = epoch
            found = self._open.get(name)
            if found is None:
                with self._database.reading() as session:
                    found = self._open[name] = self._opened(connections.get(session, name))
            return found

    def application_database(self) -> OpenConnection:
        """The instance's own database, to be read by System Activity alone."""
        with self._lock:
            if self._application is None:
                config = _application_config(self._database.url, self._settings)
                engine = self._opener(config)
                self._application = OpenConnection(
                    name=activity.CONNECTION,
                    identity=activity.MODEL,
                    config=config,
                    query_timezone=None,
                    engine=engine,
                    writer=engine,
                )
            return self._application

    def _opened(self, row: StoredConnection) -> OpenConnection:
        config = config_of(row, self._vault, self._settings)
        identity = f"{row.name}#{row.version}#{row.created_at.isoformat()}"
        engine, extra = self._opener(config), row.extra or {}
        return OpenConnection(
            name=row.name,
            identity=identity,
            config=config,
            query_timezone=row.query_timezone,
            engine=engine,
            writer=self._opener(_writer_config(row, self._vault, config)),
            scratch=extra.get("tmp_db_name") or None if engine.keeps_tables else None,
            retries_failed_builds=bool(extra.get("always_retry_failed_builds")),
            maintenance=extra.get("maintenance_cron") or None,
        )

    def _refresh(self, session: Session) -> None:
        for name, opened in list(self._open.items()):
            row = connections.find(session, name)
            current = row is not None and opened.identity.startswith(f"{name}#{row.version}#")
            if not current:
                del self._open[name]
                opened.close()

    def names(self) -> list[str]:
        with self._database.reading() as session:
            return [row.name for row in connections.everything(session)]

    def close(self) -> None:
        with self._lock:
            for opened in self._open.values():
                opened.close()
            self._open.clear()
            if self._application is not None:
                self._application.engine.close()
                self._application = None
