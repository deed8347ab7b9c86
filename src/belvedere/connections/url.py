"""Connection URLs, as the command line takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from belvedere.connections.options import TAKE_PARAMETERS
from belvedere.errors import BadRequest

_DIALECTS = {
    "clickhouse": "clickhouse",
    "databricks": "databricks",
    "duckdb": "duckdb",
    "mariadb": "mariadb",
    "mssql": "mssql",
    "mysql": "mysql",
    "oracle": "oracle",
    "postgres": "postgres",
    "postgresql": "postgres",
    "presto": "presto",
    "redshift": "redshift",
    "snowflake": "snowflake",
    "spark": "spark",
    "sqlite": "sqlite",
    "sqlserver": "mssql",
    "trino": "trino",
}
_FILES = {"duckdb": "DuckDB", "sqlite": "SQLite"}
_FOLDERS = {"clickhouse": "ClickHouse", "spark": "Spark"}
"""What is opened by its folder where the URL has no host."""
_WITHOUT_DATABASE = frozenset({"clickhouse", "databricks", "snowflake", "spark"})
_TRUE = frozenset({"1", "true", "yes", "on"})
_ENCRYPTED = frozenset({"require", "required", "verify-ca", "verify_ca", "verify-full"})
_VERIFIED = frozenset({"verify-ca", "verify_ca", "verify-full", "verify_identity"})


def definition_of(url: str) -> dict[str, Any]:
    """`duckdb:///path` or `postgresql://user:password@host:port/database` as API properties.

    BadRequest, with what is wrong, where it is no such URL.
    """
    scheme, separator, rest = url.partition("://")
    written = scheme.lower().partition("+")[0]  # as in mysql+pymysql
    dialect = _DIALECTS.get(written)
    if not separator or dialect is None:
        known = ", ".join(f"{name}://" for name in sorted(_DIALECTS))
        raise BadRequest(
            f"A connection URL begins with one of {known}; "
            "for example duckdb:///data/shop.duckdb or mysql://user:password@host/shop"
        )
    if dialect in _FILES:
        return _in_place(dialect, f"A {_FILES[dialect]} URL names a file", rest)
    if dialect in _FOLDERS and rest.startswith("/"):
        return _in_place(dialect, f"A {_FOLDERS[dialect]} URL names a host or a folder", rest)
    return _server(dialect, f"{written}://{rest}")


def _in_place(dialect: str, needed: str, rest: str) -> dict[str, Any]:
    """Three slashes and a path; one slash more makes it absolute, as in other tools."""
    path = unquote(rest.removeprefix("/"))
    if not path:
        raise BadRequest(f"{needed}: {dialect}:///path/to/it")
    if not path.startswith("/") and Path("/" + path).exists():
        path = "/" + path
    return {"dialect_name": dialect, "database": str(Path(path).absolute())}


def _server(dialect: str, url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadRequest(f"The connection URL cannot be read: {error}") from None
    database = unquote(parts.path.removeprefix("/"))
    if not parts.hostname:
        raise BadRequest(f"The URL needs a host: {parts.scheme}://user@host/database")
    if not database and dialect not in _WITHOUT_DATABASE:
        raise BadRequest(f"The URL needs a database: {parts.scheme}://user@host/database")
    options = dict(parse_qsl(parts.query))
    mode = (options.pop("sslmode", "") or options.pop("ssl-mode", "")).lower()
    flags = {name: options.pop(name, "").lower() in _TRUE for name in ("ssl", "secure")}
    return {
        "dialect_name": dialect,
        "host": parts.hostname,
        "port": port,
        "database": database or None,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "ssl": any(flags.values()) or mode in _ENCRYPTED | _VERIFIED,
        "verify_ssl": mode in _VERIFIED,
        **_parameters(dialect, options),
    }


def _parameters(dialect: str, options: dict[str, str]) -> dict[str, str]:
    if not options:
        return {}
    if dialect not in TAKE_PARAMETERS:
        unknown = ", ".join(sorted(options))
        raise BadRequest(f"The connection URL has parameters that are not known: {unknown}")
    return {"jdbc_additional_params": urlencode(options)}
