"""One dialect per kind of database; `get` finds it by the name that connections use."""

from __future__ import annotations

from belvedere.compiler.dialects.base import Calendar, Dialect
from belvedere.compiler.dialects.bigquery import BigQuery
from belvedere.compiler.dialects.clickhouse import ClickHouse
from belvedere.compiler.dialects.duckdb import DuckDB
from belvedere.compiler.dialects.mssql import SQLServer
from belvedere.compiler.dialects.mysql import MariaDB, MySQL
from belvedere.compiler.dialects.oracle import Oracle
from belvedere.compiler.dialects.postgres import Postgres
from belvedere.compiler.dialects.redshift import Redshift
from belvedere.compiler.dialects.snowflake import Snowflake
from belvedere.compiler.dialects.spark import Databricks, Spark
from belvedere.compiler.dialects.sqlite import SQLite
from belvedere.compiler.dialects.trino import Athena, Presto, Trino

__all__ = ["Calendar", "Dialect", "get", "names"]

_DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        DuckDB(),
        Postgres(),
        SQLite(),
        MySQL(),
        MariaDB(),
        ClickHouse(),
        BigQuery(),
        Snowflake(),
        Redshift(),
        Trino(),
        Presto(),
        Athena(),
        SQLServer(),
        Oracle(),
        Spark(),
        Databricks(),
    )
}


def get(name: str) -> Dialect:
    """Raises KeyError for a name that is not in `names()`."""
    return _DIALECTS[name]


def names() -> tuple[str, ...]:
    return tuple(_DIALECTS)
