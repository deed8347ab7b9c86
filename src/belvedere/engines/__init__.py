"""The only place that talks to databases. Drivers are loaded when an engine is first opened."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from belvedere.engines.absent import AbsentEngine
from belvedere.engines.base import ConnectionConfig, Engine
from belvedere.errors import EngineUnavailable

_ENGINES = {
    "duckdb": ("belvedere.engines.duckdb", "DuckDBEngine"),
    "postgres": ("belvedere.engines.postgres", "PostgresEngine"),
    "sqlite": ("belvedere.engines.sqlite", "SQLiteEngine"),
    "mysql": ("belvedere.engines.mysql", "MySQLEngine"),
    "mariadb": ("belvedere.engines.mysql", "MySQLEngine"),
    "clickhouse": ("belvedere.engines.clickhouse", "ClickHouseEngine"),
    "spark": ("belvedere.engines.spark", "SparkEngine"),
    "databricks": ("belvedere.engines.spark", "DatabricksEngine"),
    "snowflake": ("belvedere.engines.dbapi", "DbApiEngine"),
    "bigquery_standard_sql": ("belvedere.engines.dbapi", "DbApiEngine"),
    "redshift": ("belvedere.engines.dbapi", "DbApiEngine"),
    "trino": ("belvedere.engines.dbapi", "DbApiEngine"),
    "athena": ("belvedere.engines.dbapi", "DbApiEngine"),
    "mssql": ("belvedere.engines.dbapi", "DbApiEngine"),
    "oracle": ("belvedere.engines.dbapi", "DbApiEngine"),
}
_WITHOUT_ENGINE = {"presto": "Presto"}
"""Dialects by name and label whose databases cannot be reached yet."""


def _class_of(dialect: str) -> type[Engine]:
    module, name = _ENGINES[dialect]
    found: type[Engine] = getattr(import_module(module), name)
    return found


def has_engine(dialect: str) -> bool:
    """Whether queries can be run, and not only compiled."""
    return dialect in _ENGINES


def keeps_tables(dialect: str) -> bool:
    """Whether derived tables can be kept in databases of the dialect."""
    return dialect in _ENGINES and _class_of(dialect).keeps_tables


def open_engine(config: ConnectionConfig) -> Engine:
    """An engine for the configuration's dialect; connects on first use."""
    if config.dialect in _WITHOUT_ENGINE:
        return AbsentEngine(config, _WITHOUT_ENGINE[config.dialect])
    if config.dialect not in _ENGINES:
        known = ", ".join(sorted(_ENGINES))
        raise EngineUnavailable(f"There is no engine for {config.dialect}; there are {known}")
    make: Callable[[ConnectionConfig], Engine] = _class_of(config.dialect)
    return make(config)
