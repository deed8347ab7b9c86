"""Connections as the API edits them: checked, stored, secrets sealed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from belvedere import ids
from belvedere.compiler import dialects
from belvedere.connections.maintenance import schedule_problem
from belvedere.connections.tables import StoredConnection
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.store import bump
from belvedere.vault import Vault

PASSWORD_CONTEXT = "db_connection.password"  # noqa: S105  names the secret, is none
_NAME = re.compile(r"[a-zA-Z0-9_\-]+\Z")
_COLUMNS = {
    "host": "host",
    "database": "database",
    "schema": "db_schema",
    "username": "username",
    "ssl": "ssl",
    "verify_ssl": "verify_ssl",
    "max_connections": "max_connections",
    "pool_timeout": "pool_timeout",
    "db_timezone": "db_timezone",
    "query_timezone": "query_timezone",
}
STORED_ONLY = (
    "tmp_db_name",
    "jdbc_additional_params",
    "max_billing_gigabytes",
    "maintenance_cron",
    "sql_runner_precache_tables",
    "sql_writing_with_info_schema",
    "after_connect_statements",
    "tunnel_id",
    "oauth_application_id",
    "max_queries",
    "max_queries_per_user",
    "pdt_concurrency",
    "disable_context_comment",
    "always_retry_failed_builds",
    "uses_application_default_credentials",
    "impersonated_service_account",
    "cost_estimate_enabled",
    "pdt_api_control_enabled",
    "connection_pooling",
    "user_db_credentials",
    "user_attribute_fields",
    "service_name",
    "named_driver_version_requested",
    "bq_roles_verified",
    "bq_storage_project_id",
    "default_bq_connection",
    "custom_after_connect_statements",
    "description",
)


def everything(session: Session) -> list[StoredConnection]:
    return list(session.scalars(select(StoredConnection).order_by(StoredConnection.name)))


def find(session: Session, name: str) -> StoredConnection | None:
    return session.get(StoredConnection, name)


def get(session: Session, name: str) -> StoredConnection:
    found = find(session, name)
    if found is None:
        raise NotFound
    return found


def create(
    session: Session,
    vault: Vault,
    values: Mapping[str, Any],
    now: datetime,
    creator_id: str | None = None,
) -> StoredConnection:
    """`values` are the API's properties. Invalid names everything that is wrong."""
    problems = [*_name_problems(session, values.get("name")), *_problems(values, creating=True)]
    if problems:
        raise Invalid(*problems)
    row = _made(vault, values, now, creator_id)
    session.add(row)
    session.flush()
    bump(session, "connections")
    return row


def _made(
    vault: Vault, values: Mapping[str, Any], now: datetime, creator_id: str | None
) -> StoredConnection:
    row = StoredConnection(
        name=values.get("name") or "",
        dialect=values["dialect_name"],
        ssl=False,
        verify_ssl=False,
        extra={},
        overrides={},
        version=1,
        creator_id=creator_id,
        created_at=now,
        updated_at=now,
    )
    _assign(row, vault, values)
    return row


def unsaved(
    session: Session, vault: Vault, values: Mapping[str, Any], now: datetime
) -> StoredConnection:
    """A row that is not stored, for trying a definition out. A named connection that exists
    lends it what the values leave out, its password included (for the same database only).
    """
    existing = find(session, str(values.get("name") or ""))
    merged = dict(values)
    if existing is not None:
        merged.setdefault("dialect_name", existing.dialect)
        for name, column in _COLUMNS.items():
            merged.setdefault(name, getattr(existing, column))
        merged.setdefault("port", existing.port)
    problems = _problems(merged, creating=True)
    if problems:
        raise Invalid(*problems)
    row = _made(vault, merged, now, None)
    same = existing is not None and (row.host, row.port, row.database, row.username) == (
        existing.host,
        existing.port,
        existing.database,
        existing.username,
    )
    if existing is not None and same and "password" not in values:
        row.sealed_password = existing.sealed_password
    return row


def update(
    session: Session, vault: Vault, row: StoredConnection, values: Mapping[str, Any], now: datetime
) -> None:
    """Only the properties given change; the name cannot."""
    problems = _problems(values, creating=False)
    if problems:
        raise Invalid(*problems)
    if values.get("dialect_name"):
        row.dialect = values["dialect_name"]
    _assign(row, vault, values)
    row.version += 1
    row.updated_at = now
    bump(session, "connections")


def delete(session: Session, row: StoredConnection) -> None:
    session.delete(row)
    bump(session, "connections")


def delete_override(session: Session, row: StoredConnection, context: str) -> None:
    if context not in row.overrides:
        raise NotFound
    row.overrides = {key: value for key, value in row.overrides.items() if key != context}
    row.version += 1
    bump(session, "connections")


def _assign(row: StoredConnection, vault: Vault, values: Mapping[str, Any]) -> None:
    for name, column in _COLUMNS.items():
        if name in values:
            value = values[name]
            setattr(row, column, bool(value) if name in ("ssl", "verify_ssl") else value)
    if "port" in values:
        row.port = int(values["port"]) if values["port"] not in (None, "") else None
    if "password" in values:
        password = values["password"]
        row.sealed_password = vault.encrypt(password, PASSWORD_CONTEXT) if password else None
    for name in STORED_ONLY:
        if name in values:
            row.extra = {**(row.extra or {}), name: values[name]}
    if "pdt_context_override" in values:
        _assign_override(row, vault, values["pdt_context_override"])
    flag_modified(row, "extra")


def _assign_override(row: StoredConnection, vault: Vault, override: Any) -> None:
    if not isinstance(override, Mapping):
        return
    kept = {key: value for key, value in override.items() if key != "password"}
    if override.get("password"):
        kept["sealed_password"] = vault.encrypt(override["password"], PASSWORD_CONTEXT)
    row.overrides = {**(row.overrides or {}), "pdt": kept}


# Checks


def _name_problems(session: Session, name: Any) -> list[Problem]:
    if not isinstance(name, str) or not name:
        return [Problem("name", "missing_field", "name is required")]
    if not _NAME.match(name) or len(name) > 255:
        message = "name may contain letters, digits, - and _ only"
        return [Problem("name", "invalid", message)]
    if find(session, name) is not None:
        return [Problem("name", "already_exists", f"There is a connection {name} already")]
    return []


def _problems(values: Mapping[str, Any], *, creating: bool) -> list[Problem]:
    problems = []
    dialect = values.get("dialect_name")
    if dialect is None and creating:
        problems.append(Problem("dialect_name", "missing_field", "dialect_name is required"))
    elif dialect is not None and dialect not in dialects.names():
        known = ", ".join(sorted(dialects.names()))
        message = f"dialect_name must be one of {known}"
        problems.append(Problem("dialect_name", "invalid", message))
    port = values.get("port")
    if port not in (None, "") and (ids.number(port) or 0) not in range(1, 65536):
        problems.append(Problem("port", "invalid", "port must be a number from 1 to 65535"))
    for name in ("db_timezone", "query_timezone"):
        zone = values.get(name)
        if zone and not is_timezone(zone):
            problems.append(Problem(name, "invalid", f"{zone} is not an IANA time zone"))
    schedule = values.get("maintenance_cron")
    wrong = schedule_problem(schedule) if schedule else None
    if wrong is not None:
        message = f"{schedule} is no cron expression such as */5 * * * *: {wrong}"
        problems.append(Problem("maintenance_cron", "invalid", message))
    for name in ("max_connections", "pool_timeout"):
        value = values.get(name)
        if value is not None and not 0 < int(value) <= 10_000:
            problems.append(Problem(name, "invalid", f"{name} must be between 1 and 10000"))
    return problems


def is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
