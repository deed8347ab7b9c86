"""Dialects as the API lists them, made from their facts."""

from __future__ import annotations

from typing import Any

from belvedere.compiler import dialects
from belvedere.connections.testing import TESTS
from belvedere.engines import keeps_tables

_PORTS = {
    "postgres": "5432",
    "redshift": "5439",
    "trino": "8080",
    "presto": "8080",
    "mssql": "1433",
    "oracle": "1521",
}
_OPTIONS = [
    "additional_params",
    "after_connect_statements",
    "analytical_view_dataset",
    "auth",
    "cost_estimate",
    "disabled",
    "disable_context_comment",
    "host",
    "instance_name",
    "key_pair_authentication",
    "max_billing_gigabytes",
    "oauth_credentials",
    "pdts_for_oauth",
    "port",
    "project_name",
    "schema",
    "service_account_credentials",
    "ssl",
    "timezone",
    "tmp_table",
    "tns",
    "username",
    "username_required",
    "supports_connection_pooling",
    "query_holding_disabled",
    "user_attribute_certificate",
]
_SERVER = frozenset(
    [
        "auth",
        "host",
        "port",
        "schema",
        "ssl",
        "timezone",
        "username",
        "username_required",
        "disable_context_comment",
        "supports_connection_pooling",
    ]
)
_SUPPORTED = {
    "duckdb": {"timezone", "tmp_table", "disable_context_comment"},
    "postgres": _SERVER | {"tmp_table"},
    "snowflake": _SERVER - {"port", "ssl"} | {"additional_params"},
    "bigquery_standard_sql": {
        "auth",
        "host",
        "timezone",
        "project_name",
        "service_account_credentials",
        "disable_context_comment",
    },
    "redshift": _SERVER,
    "trino": _SERVER - {"username_required"},
    "presto": _SERVER - {"username_required"},
    "athena": _SERVER - {"port", "ssl", "username_required"} | {"additional_params"},
    "mssql": _SERVER,
    "oracle": _SERVER,
}


def all_dialects() -> list[dict[str, Any]]:
    """Every dialect that connections can use, as DialectInfo."""
    return [_info(name) for name in sorted(dialects.names())]


def _info(name: str) -> dict[str, Any]:
    dialect = dialects.get(name)
    supported = _SUPPORTED.get(name, set())
    return {
        "can": {},
        "name": name,
        "label": dialect.label,
        "installed": True,
        "default_port": _PORTS.get(name),
        "default_max_connections": "30",
        "default_max_queries": None,
        "default_max_queries_per_user": None,
        "label_for_database_equivalent": "Database file" if name == "duckdb" else "Database",
        "label_for_schema_equivalent": "Schema",
        "supported_driver_name": None,
        "supported_driver_versions": [],
        "supported_options": {option: option in supported for option in _OPTIONS},
    }


def dialect_facts(name: str) -> dict[str, Any]:
    """The Dialect object of a connection."""
    return {
        "name": name,
        "label": dialects.get(name).label,
        "supports_cost_estimate": False,
        "cost_estimate_style": None,
        "persistent_table_indexes": "index" if keeps_tables(name) else "",
        "persistent_table_sortkeys": "",
        "persistent_table_distkey": "",
        "supports_streaming": True,
        "automatically_run_sql_runner_snippets": True,
        "connection_tests": list(TESTS),
        "supports_inducer": False,
        "supports_multiple_databases": False,
        "supports_persistent_derived_tables": keeps_tables(name),
        "has_ssl_support": "ssl" in _SUPPORTED.get(name, ()),
    }
