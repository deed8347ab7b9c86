"""Connections to databases: defined, tested, removed."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post, put
from belvedere.clock import iso
from belvedere.connections import connections, dialect_info, testing
from belvedere.connections.connections import STORED_ONLY
from belvedere.connections.registry import config_of
from belvedere.connections.tables import StoredConnection
from belvedere.engines import open_engine
from belvedere.errors import Invalid, NotFound, Problem

_ADMINISTER = Permission("administer")
_FLAGS = frozenset(
    ["sql_runner_precache_tables", "sql_writing_with_info_schema", "connection_pooling"]
)


@get("/connections", requires=Permission("access_data"))
def all_connections(call: Call) -> list[dict[str, Any]]:
    """Connections that the caller can see."""
    return [present(call, row) for row in connections.everything(call.db) if sees(call, row.name)]


@get("/connections/{connection_name}", requires=Permission("access_data"))
def connection(call: Call, connection_name: str) -> dict[str, Any]:
    """One connection; its secrets are never shown."""
    return present(call, visible(call, connection_name))


@post("/connections", requires=_ADMINISTER)
def create_connection(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Define a connection."""
    row = connections.create(call.db, call.services.vault, body, call.now, call.user_id)
    return present(call, row)


@patch("/connections/{connection_name}", requires=_ADMINISTER)
def update_connection(call: Call, connection_name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change a connection's definition."""
    row = connections.get(call.db, connection_name)
    if body.get("name") not in (None, connection_name):
        raise Invalid(Problem("name", "invalid", "A connection cannot be renamed"))
    connections.update(call.db, call.services.vault, row, body, call.now)
    return present(call, row)


@delete("/connections/{connection_name}", requires=_ADMINISTER)
def delete_connection(call: Call, connection_name: str) -> None:
    """Remove a connection."""
    connections.delete(call.db, connections.get(call.db, connection_name))


@delete(
    "/connections/{connection_name}/connection_override/{override_context}",
    requires=_ADMINISTER,
)
def delete_connection_override(call: Call, connection_name: str, override_context: str) -> None:
    """Remove the definition that a connection uses in one context."""
    row = connections.get(call.db, connection_name)
    connections.delete_override(call.db, row, override_context)


@put("/connections/{connection_name}/test", requires=Permission("access_data"))
def test_connection(call: Call, connection_name: str, tests: list[str]) -> list[dict[str, Any]]:
    """Try a stored connection out."""
    with call.services.database.reading() as session:
        if connections.find(session, connection_name) is None or not sees(call, connection_name):
            raise NotFound
    opened = call.services.engines.open(connection_name)
    return _present_results(testing.run_tests(opened.engine, tests))


@put("/connections/test", requires=_ADMINISTER)
def test_connection_config(
    call: Call, body: dict[str, Any], tests: list[str]
) -> list[dict[str, Any]]:
    """Try a definition out without storing it."""
    services = call.services
    with services.database.reading() as session:
        row = connections.unsaved(session, services.vault, body, call.now)
    engine = open_engine(config_of(row, services.vault, services.settings))
    try:
        return _present_results(testing.run_tests(engine, tests))
    finally:
        engine.close()


@get("/dialect_info", requires="authenticated")
def all_dialect_infos(call: Call) -> list[dict[str, Any]]:
    """Dialects that connections can use."""
    del call
    return dialect_info.all_dialects()


# Presenting


def sees(call: Call, name: str) -> bool:
    """Connections show themselves to administrators and to readers of a model that uses them."""
    permissions = call.session.permissions
    if permissions.is_admin or permissions.has(Permission("manage_models")):
        return True
    models = call.services.models
    for model_name in models.names():
        served = models.find(model_name)
        if served is not None and served.may_use(name) and permissions.may_see_model(model_name):
            return True
    return False


def visible(call: Call, name: str) -> StoredConnection:
    row = connections.get(call.db, name)
    if not sees(call, name):
        raise NotFound
    return row


def _present_results(results: list[testing.TestResult]) -> list[dict[str, Any]]:
    return [
        {
            "can": {},
            "name": item.name,
            "status": item.status,
            "message": item.message,
            "connection_string": None,
        }
        for item in results
    ]


def present(call: Call, row: StoredConnection) -> dict[str, Any]:
    """A DBConnection. Where a database stands is only for those who manage connections."""
    admin = call.session.permissions.is_admin
    found: dict[str, Any] = {
        "can": {
            "index": True,
            "show": True,
            "create": admin,
            "update": admin,
            "destroy": admin,
            "test": True,
        },
        "name": row.name,
        "dialect_name": row.dialect,
        "dialect": dialect_info.dialect_facts(row.dialect),
        "snippets": [],
        "pdts_enabled": dialect_info.keeps_derived_tables(row),
        "db_timezone": row.db_timezone,
        "query_timezone": row.query_timezone,
        "schema": row.db_schema,
        "max_connections": row.max_connections,
        "pool_timeout": row.pool_timeout,
        "ssl": row.ssl,
        "verify_ssl": row.verify_ssl,
        "uses_oauth": False,
        "uses_instance_oauth": False,
        "uses_service_auth": False,
        "has_password": row.sealed_password is not None,
        "supports_data_studio_link": False,
        "created_at": iso(row.created_at),
        "user_id": row.creator_id,
        "example": False,
        "last_regen_at": None,
        "last_reap_at": None,
        "managed": False,
        "default_bq_connection": False,
        "user_attribute_fields": [],
        "named_driver_version_actual": None,
    }
    if admin:
        found |= {
            "host": row.host,
            "port": str(row.port) if row.port is not None else None,
            "database": row.database,
            "username": row.username,
        }
    stored = {name: value for name, value in (row.extra or {}).items() if name in STORED_ONLY}
    found |= {name: stored.get(name, False) for name in _FLAGS}
    found |= {name: value for name, value in stored.items() if value is not None}
    override = (row.overrides or {}).get("pdt")
    if override is not None and admin:
        shown = {name: value for name, value in override.items() if name != "sealed_password"}
        found["pdt_context_override"] = {
            **shown,
            "context": "pdt",
            "has_password": "sealed_password" in override,
        }
    return found
