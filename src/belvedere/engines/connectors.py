"""Databases that are reached through a driver of Python's database interface (PEP 249).

What their drivers share is in `dbapi`; here is how each of them connects, is told to stop, and
lists what it has. How tables are kept in them is in `writing`.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from belvedere.engines import reading, writing
from belvedere.engines.base import ConnectionConfig
from belvedere.engines.reading import Reading
from belvedere.engines.writing import Writing, quoted

CONNECT_SECONDS = 10
_PROGRAM = "belvedere"


@dataclass(eq=False)
class Session:
    """A connection; `number` is what the server calls it, where that is needed to stop it."""

    module: Any
    config: ConnectionConfig
    connection: Any
    number: Any = None
    used_at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Statements that list what there is, `{schema}` and `{database}` being texts in quotes.

    Columns: schemas (name), tables (schema, name, kind, where VIEW is a view), columns (schema,
    table, name, type, whether YES or Y for nullable), all in order.
    """

    databases: str | None
    current_schema: str | None
    schemas: str
    tables: str
    columns: str


_NOT_SYSTEM = "LOWER(table_schema) NOT IN ('information_schema', 'pg_catalog', 'pg_internal')"


def information_schema(
    databases: str | None, current_schema: str | None, before: str = ""
) -> Catalog:
    """The standard's own; `before` stands before its name."""
    place = f"{before}information_schema"
    where = f"WHERE ({{schema}} IS NULL AND {_NOT_SYSTEM}) OR table_schema = {{schema}}"
    return Catalog(
        databases,
        current_schema,
        f"SELECT schema_name FROM {place}.schemata ORDER BY 1",
        f"SELECT table_schema, table_name, table_type FROM {place}.tables {where} ORDER BY 1, 2",
        "SELECT table_schema, table_name, column_name, data_type, is_nullable "
        f"FROM {place}.columns {where} ORDER BY table_schema, table_name, ordinal_position",
    )


def _no_statements(config: ConnectionConfig) -> Sequence[str]:
    del config
    return ()


def _cancel_cursor(session: Session, cursor: Any) -> None:
    del session
    cursor.cancel()


def _execute(cursor: Any, sql: str, stopped: Callable[[], bool]) -> None:
    del stopped
    cursor.execute(sql)


@dataclass(frozen=True, slots=True)
class Connector:
    """`execute` may look at `stopped` while it waits; `cancel` is called from another thread."""

    label: str
    extra: str
    """Which extra of the package installs the driver."""
    module: str
    connect: Callable[[Any, ConnectionConfig], Any]
    catalog: Catalog
    version: str
    reading: Reading
    writing: Writing
    explain: str | None = None
    setup: Callable[[ConnectionConfig], Sequence[str]] = _no_statements
    number: str | None = None
    """Tells the session's `number`."""
    cancel: Callable[[Session, Any], None] = _cancel_cursor
    execute: Callable[[Any, str, Callable[[], bool]], None] = _execute
    transactional: bool = False
    """Whether every statement is rolled back once its rows were read."""


def _options(config: ConnectionConfig, *names: str) -> dict[str, str]:
    known = dict(config.options)
    return {name: known[name] for name in names if known.get(name)}


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


# Snowflake


def _snowflake(module: Any, config: ConnectionConfig) -> Any:
    return module.connect(
        account=(config.host or "").removesuffix(".snowflakecomputing.com"),
        user=config.username,
        password=config.password,
        session_parameters={
            "TIMEZONE": config.timezone,
            "QUERY_TAG": _PROGRAM,
            "MULTI_STATEMENT_COUNT": 1,
        },
        login_timeout=CONNECT_SECONDS,
        **_given(database=config.database, schema=config.schema),
        **_options(config, "warehouse", "role", "authenticator"),
    )


def _execute_and_wait(cursor: Any, sql: str, stopped: Callable[[], bool]) -> None:
    """Its statement is known by an id as soon as it runs, by which it can be stopped."""
    cursor.execute_async(sql)
    connection, pause = cursor.connection, 0.02
    while connection.is_still_running(connection.get_query_status_throw_if_error(cursor.sfqid)):
        if stopped():
            return
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
    cursor.get_results_from_sfqid(cursor.sfqid)


def _abort(session: Session, cursor: Any) -> None:
    if cursor.sfqid:
        with contextlib.closing(session.connection.cursor()) as other:
            other.abort_query(cursor.sfqid)


# BigQuery


class _BigQueryCursor:
    """A job, in the form of a cursor: the driver's own does not tell which job to cancel."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._job: Any = None
        self._rows: Any = None
        self.description: list[tuple[Any, ...]] | None = None

    def execute(self, sql: str) -> None:
        self._job = self._client.query(sql)
        found = self._job.result(page_size=10_000)
        self.description = [(column.name, column.field_type) for column in found.schema]
        self._rows = iter(found)

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        found = []
        for row in self._rows:
            found.append(row.values())
            if len(found) == size:
                break
        return found

    def cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """A job that has ended holds nothing."""


class _BigQueryConnection:
    def __init__(self, client: Any) -> None:
        self._client = client

    def cursor(self) -> _BigQueryCursor:
        return _BigQueryCursor(self._client)

    def close(self) -> None:
        self._client.close()


def _bigquery(module: Any, config: ConnectionConfig) -> Any:
    """`host` is the project, `database` the dataset; the password is the key of a service account
    as JSON, without which the machine's own credentials count.
    """
    settings = module.QueryJobConfig(
        connection_properties=[module.ConnectionProperty("time_zone", config.timezone)],
        default_dataset=f"{config.host}.{config.database}" if config.database else None,
        labels={"program": _PROGRAM},
    )
    arguments = {"project": config.host, "default_query_job_config": settings}
    if config.password:
        return _BigQueryConnection(
            module.Client.from_service_account_info(json.loads(config.password), **arguments)
        )
    return _BigQueryConnection(module.Client(**arguments))


# Redshift


def _redshift(module: Any, config: ConnectionConfig) -> Any:
    connection = module.connect(
        host=config.host,
        port=config.port or 5439,
        database=config.database,
        user=config.username,
        password=config.password,
        ssl=config.ssl,
        timeout=CONNECT_SECONDS,
        application_name=_PROGRAM,
        **({"sslmode": "verify-full" if config.verify_ssl else "verify-ca"} if config.ssl else {}),
    )
    connection.paramstyle = "qmark"
    return connection


def _redshift_setup(config: ConnectionConfig) -> Sequence[str]:
    path = f"SET search_path TO {_name(config.schema)}"
    zone = f"SET timezone TO {quoted(config.timezone)}"
    return [zone, path] if config.schema else [zone]


def _name(identifier: str | None) -> str:
    return '"' + (identifier or "").replace('"', '""') + '"'


def _execute_as_it_is(cursor: Any, sql: str, stopped: Callable[[], bool]) -> None:
    """Not looking for parameters that begin with a percent sign."""
    cursor.paramstyle = "qmark"
    _execute(cursor, sql, stopped)


def _cancel_backend(session: Session, cursor: Any) -> None:
    del cursor
    with (
        contextlib.closing(_redshift(session.module, session.config)) as connection,
        contextlib.closing(connection.cursor()) as other,
    ):
        other.execute(f"SELECT pg_cancel_backend({int(session.number)})")


# Trino, Athena


def _trino(module: Any, config: ConnectionConfig) -> Any:
    auth = None
    if config.password:
        auth = module.auth.BasicAuthentication(config.username, config.password)
    return module.dbapi.connect(
        host=config.host,
        port=config.port or (443 if config.ssl else 8080),
        user=config.username or _PROGRAM,
        http_scheme="https" if config.ssl else "http",
        auth=auth,
        verify=config.verify_ssl,
        catalog=config.database,
        schema=config.schema,
        timezone=config.timezone,
        source=_PROGRAM,
    )


def _athena(module: Any, config: ConnectionConfig) -> Any:
    """`host` is the region, `database` the catalog; user and password are an access key, without
    which the machine's own credentials count.
    """
    return module.connect(
        region_name=config.host,
        **_given(
            schema_name=config.schema,
            catalog_name=config.database,
            aws_access_key_id=config.username or None,
            aws_secret_access_key=config.password or None,
        ),
        **_options(config, "s3_staging_dir", "work_group", "role_arn"),
    )


# SQL Server


def _sql_server(module: Any, config: ConnectionConfig) -> Any:
    secure: Mapping[str, Any] = {}
    if config.ssl:
        authorities = ssl.get_default_verify_paths().cafile
        secure = {"cafile": authorities, "validate_host": config.verify_ssl}
    return module.connect(
        dsn=config.host,
        port=config.port or 1433,
        database=config.database,
        user=config.username,
        password=config.password,
        login_timeout=CONNECT_SECONDS,
        appname=_PROGRAM,
        readonly=config.read_only,
        autocommit=False,
        **secure,
    )


def _send_cancel(session: Session, cursor: Any) -> None:
    """Only tell the server: whoever waits for rows reads what it answers."""
    del session
    cursor._session.put_cancel()  # noqa: SLF001  the driver's own cancel would read it too


# Oracle


def _oracle(module: Any, config: ConnectionConfig) -> Any:
    module.defaults.fetch_decimals = True
    module.defaults.fetch_lobs = False
    return module.connect(
        user=config.username,
        password=config.password,
        host=config.host,
        port=config.port or (2484 if config.ssl else 1521),
        service_name=config.database,
        protocol="tcps" if config.ssl else "tcp",
        ssl_server_dn_match=config.verify_ssl,
        tcp_connect_timeout=CONNECT_SECONDS,
    )


def _oracle_setup(config: ConnectionConfig) -> Sequence[str]:
    settings = [
        f"TIME_ZONE = {quoted(config.timezone)}",
        "NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF'",
        "NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS'",
        "NLS_NUMERIC_CHARACTERS = '.,'",
    ]
    if config.schema:
        settings.append(f"CURRENT_SCHEMA = {_name(config.schema)}")
    return [f"ALTER SESSION SET {setting}" for setting in settings]


def _cancel_connection(session: Session, cursor: Any) -> None:
    del cursor
    session.connection.cancel()


_ORACLE_OWNED = (
    "WHERE ({schema} IS NULL AND owner IN (SELECT username FROM all_users "
    "WHERE oracle_maintained = 'N')) OR owner = {schema}"
)
_ORACLE = Catalog(
    databases="SELECT name FROM v$database",
    current_schema="SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual",
    schemas="SELECT username FROM all_users WHERE oracle_maintained = 'N' ORDER BY 1",
    tables=(
        "SELECT owner, object_name, object_type FROM all_objects "
        f"{_ORACLE_OWNED.replace('WHERE (', 'WHERE ((')}) "
        "AND object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW') ORDER BY 1, 2"
    ),
    columns=(
        "SELECT owner, table_name, column_name, data_type, nullable FROM all_tab_columns "
        f"{_ORACLE_OWNED} ORDER BY owner, table_name, column_id"
    ),
)

CONNECTORS: Mapping[str, Connector] = {
    "snowflake": Connector(
        label="Snowflake",
        extra="snowflake",
        module="snowflake.connector",
        connect=_snowflake,
        catalog=information_schema(
            "SELECT database_name FROM information_schema.databases ORDER BY 1",
            "SELECT CURRENT_SCHEMA()",
        ),
        version="SELECT 'Snowflake ' || CURRENT_VERSION()",
        reading=reading.DESCRIBING,
        writing=writing.SNOWFLAKE,
        explain="EXPLAIN USING TEXT ",
        cancel=_abort,
        execute=_execute_and_wait,
    ),
    "bigquery_standard_sql": Connector(
        label="BigQuery",
        extra="bigquery",
        module="google.cloud.bigquery",
        connect=_bigquery,
        catalog=information_schema(None, None, "{dataset}"),
        version="SELECT 'BigQuery'",
        reading=reading.BIGQUERY,
        writing=writing.BIGQUERY,
    ),
    "redshift": Connector(
        label="Redshift",
        extra="redshift",
        module="redshift_connector",
        connect=_redshift,
        catalog=information_schema(
            "SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1",
            "SELECT current_schema()",
        ),
        version="SELECT version()",
        reading=reading.DESCRIBING,
        writing=writing.REDSHIFT,
        explain="EXPLAIN ",
        setup=_redshift_setup,
        number="SELECT pg_backend_pid()",
        cancel=_cancel_backend,
        execute=_execute_as_it_is,
        transactional=True,
    ),
    "trino": Connector(
        label="Trino",
        extra="trino",
        module="trino",
        connect=_trino,
        catalog=information_schema("SHOW CATALOGS", None),
        version="SELECT 'Trino ' || version()",
        reading=reading.DESCRIBING,
        writing=writing.TRINO,
        explain="EXPLAIN ",
    ),
    "athena": Connector(
        label="Athena",
        extra="athena",
        module="pyathena",
        connect=_athena,
        catalog=information_schema(None, None),
        version="SELECT 'Athena'",
        reading=reading.DESCRIBING,
        writing=writing.TRINO,
        explain="EXPLAIN ",
    ),
    "mssql": Connector(
        label="SQL Server",
        extra="mssql",
        module="pytds",
        connect=_sql_server,
        catalog=information_schema(
            "SELECT name FROM sys.databases ORDER BY 1", "SELECT SCHEMA_NAME()"
        ),
        version="SELECT @@VERSION",
        reading=reading.SQL_SERVER,
        writing=writing.SQL_SERVER,
        cancel=_send_cancel,
        transactional=True,
    ),
    "oracle": Connector(
        label="Oracle",
        extra="oracle",
        module="oracledb",
        connect=_oracle,
        catalog=_ORACLE,
        version="SELECT version_full FROM product_component_version",
        reading=reading.STANDARD,
        writing=writing.ORACLE,
        setup=_oracle_setup,
        cancel=_cancel_connection,
        transactional=True,
    ),
}
