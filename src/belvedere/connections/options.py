"""What the databases take beyond what every connection has."""

from __future__ import annotations

TAKE_PARAMETERS = frozenset({"athena", "databricks", "snowflake", "spark"})
"""Dialects whose `jdbc_additional_params` reach the driver, written as `a=b&c=d`."""

PORTS = {
    "clickhouse": "8123",
    "databricks": "443",
    "mariadb": "3306",
    "mssql": "1433",
    "mysql": "3306",
    "oracle": "1521",
    "postgres": "5432",
    "presto": "8080",
    "redshift": "5439",
    "spark": "15002",
    "trino": "8080",
}

KNOWN = (
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
)
"""The options that the API tells of each dialect, supported or not."""

_SERVER = frozenset(
    {
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
    }
)
_FILE = frozenset({"timezone", "disable_context_comment"})

SUPPORTED = {
    "athena": _SERVER - {"port", "ssl", "username_required"},
    "bigquery_standard_sql": _FILE
    | {"auth", "host", "project_name", "service_account_credentials"},
    "clickhouse": _SERVER - {"username_required"},
    "databricks": _SERVER - {"ssl", "username", "username_required"},
    "duckdb": _FILE,
    "mariadb": _SERVER,
    "mssql": _SERVER,
    "mysql": _SERVER,
    "oracle": _SERVER,
    "postgres": _SERVER,
    "presto": _SERVER - {"username_required"},
    "redshift": _SERVER,
    "snowflake": _SERVER - {"port", "ssl"},
    "spark": _SERVER - {"username_required"},
    "sqlite": _FILE,
    "trino": _SERVER - {"username_required"},
}
"""What connections of each dialect take, but for what follows from other facts."""

DATABASE_LABELS = {
    "clickhouse": "Database or folder",
    "databricks": "Catalog",
    "duckdb": "Database file",
    "spark": "Catalog or folder",
    "sqlite": "Database file",
    "trino": "Catalog",
    "presto": "Catalog",
}
