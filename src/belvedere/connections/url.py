"""Connection URLs, as the command line takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from belvedere.errors import BadRequest

_DIALECTS = {"duckdb": "duckdb", "postgresql": "postgres", "postgres": "postgres"}


def definition_of(url: str) -> dict[str, Any]:
    """`duckdb:///path` or `postgresql://user:password@host:port/database` as API properties."""
    scheme, separator, rest = url.partition("://")
    dialect = _DIALECTS.get(scheme.lower())
    if not separator or dialect is None:
        raise BadRequest(
            "A connection URL begins with duckdb:// or postgresql://, "
            "for example duckdb:///data/shop.duckdb"
        )
    return _duckdb(rest) if dialect == "duckdb" else _server(dialect, url)


def _duckdb(rest: str) -> dict[str, Any]:
    """Three slashes and a path; one slash more makes it absolute, as in other tools."""
    path = unquote(rest.removeprefix("/"))
    if not path:
        raise BadRequest("A DuckDB URL names a file: duckdb:///path/to/file.duckdb")
    if not path.startswith("/") and Path("/" + path).exists():
        path = "/" + path
    return {"dialect_name": "duckdb", "database": str(Path(path).absolute())}


def _server(dialect: str, url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadRequest(f"The connection URL cannot be read: {error}") from None
    database = unquote(parts.path.removeprefix("/"))
    if not parts.hostname or not database:
        raise BadRequest(f"The URL needs a host and a database: {dialect}ql://user@host/database")
    options = dict(parse_qsl(parts.query))
    return {
        "dialect_name": dialect,
        "host": parts.hostname,
        "port": port,
        "database": database,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "ssl": options.get("sslmode") in ("require", "verify-ca", "verify-full"),
        "verify_ssl": options.get("sslmode") in ("verify-ca", "verify-full"),
    }
