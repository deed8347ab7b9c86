"""Dialects as the API lists them, made from their facts."""

from __future__ import annotations

from typing import Any

from belvedere.compiler import dialects
from belvedere.connections.options import (
    DATABASE_LABELS,
    KNOWN,
    PORTS,
    SUPPORTED,
    TAKE_PARAMETERS,
)
from belvedere.connections.tables import StoredConnection
from belvedere.connections.testing import TESTS
from belvedere.engines import keeps_tables


def all_dialects() -> list[dict[str, Any]]:
    """Every dialect that connections can use, as DialectInfo."""
    return [_info(name) for name in sorted(dialects.names())]


def _supported(name: str) -> frozenset[str]:
    found = SUPPORTED[name]
    if keeps_tables(name):
        found |= {"tmp_table"}
    if name in TAKE_PARAMETERS:
        found |= {"additional_params"}
    return found


def _info(name: str) -> dict[str, Any]:
    supported = _supported(name)
    return {
        "can": {},
        "name": name,
        "label": dialects.get(name).label,
        "installed": True,
        "default_port": PORTS.get(name),
        "default_max_connections": "30",
        "default_max_queries": None,
        "default_max_queries_per_user": None,
        "label_for_database_equivalent": DATABASE_LABELS.get(name, "Database"),
        "label_for_schema_equivalent": "Schema",
        "supported_driver_name": None,
        "supported_driver_versions": [],
        "supported_options": {option: option in supported for option in KNOWN},
    }


def keeps_derived_tables(row: StoredConnection) -> bool:
    """Whether the connection has a place for them, in a kind of database that can keep them."""
    return keeps_tables(row.dialect) and bool((row.extra or {}).get("tmp_db_name"))


def dialect_facts(name: str) -> dict[str, Any]:
    """The Dialect object of a connection."""
    dialect = dialects.get(name)
    indexed = keeps_tables(name) and dialect.create_index("t", "i", "c") is not None
    return {
        "name": name,
        "label": dialect.label,
        "supports_cost_estimate": False,
        "cost_estimate_style": None,
        "persistent_table_indexes": "index" if indexed else "",
        "persistent_table_sortkeys": "",
        "persistent_table_distkey": "",
        "supports_streaming": True,
        "automatically_run_sql_runner_snippets": True,
        "connection_tests": list(TESTS),
        "supports_inducer": False,
        "supports_multiple_databases": False,
        "supports_persistent_derived_tables": keeps_tables(name),
        "has_ssl_support": "ssl" in SUPPORTED[name],
    }
