"""What is in a database, in the shapes in which the API tells it."""

from __future__ import annotations

from typing import Any

from belvedere.compiler import dialects
from belvedere.engines import keeps_tables
from belvedere.engines.base import ColumnInfo, Engine

_NUMBERS = ("int", "double", "float", "real", "decimal", "numeric", "serial", "money", "hugeint")
_DEFAULT_TABLES = 100_000


def schemas(engine: Engine, database: str | None) -> list[dict[str, Any]]:
    return [
        {"name": schema.name, "is_default": schema.is_default}
        for schema in engine.schemas(database)
    ]


def tables(
    engine: Engine,
    database: str | None,
    schema_name: str | None,
    table_filter: str | None,
    table_limit: int | None,
) -> list[dict[str, Any]]:
    """SchemaTables: tables by schema; `table_filter` is part of a name."""
    limit = table_limit or _DEFAULT_TABLES
    dialect = dialects.get(engine.config.dialect)
    defaults = {schema.name: schema.is_default for schema in engine.schemas(database)}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in defaults}
    if schema_name:
        found = {schema_name: []}
    hit: set[str] = set()
    for table in engine.tables(schema_name or None, database):
        if table_filter and table_filter.lower() not in table.name.lower():
            continue
        listed = found.setdefault(table.schema, [])
        if len(listed) >= limit:
            hit.add(table.schema)
            continue
        listed.append(
            {
                "name": table.name,
                "sql_escaped_name": dialect.identifier(table.name),
                "schema_name": table.schema,
                "rows": table.rows,
                "external": None,
                "snippets": [],
            }
        )
    return [
        {
            "name": name,
            "is_default": defaults.get(name, False),
            "tables": listed,
            "table_limit_hit": name in hit,
        }
        for name, listed in found.items()
    ]


def columns(
    engine: Engine,
    database: str | None,
    schema_name: str | None,
    table_names: list[str] | None,
    table_limit: int | None,
) -> list[dict[str, Any]]:
    """SchemaColumns: columns by table; `table_names` are `table` or `schema.table`."""
    dialect = dialects.get(engine.config.dialect)
    found: list[dict[str, Any]] = []
    for (schema, table), listed in engine.columns(schema_name or None, database).items():
        wanted = table_names is None or table in table_names or f"{schema}.{table}" in table_names
        if not wanted:
            continue
        if table_limit is not None and len(found) >= table_limit:
            break
        found.append(
            {
                "name": table,
                "sql_escaped_name": dialect.identifier(table),
                "schema_name": schema,
                "columns": [_column(dialect, schema, column) for column in listed],
            }
        )
    return found


def _column(dialect: dialects.Dialect, schema: str, column: ColumnInfo) -> dict[str, Any]:
    kind = column.data_type.lower()
    return {
        "name": column.name,
        "sql_escaped_name": dialect.identifier(column.name),
        "schema_name": schema,
        "data_type_database": column.data_type,
        "data_type": kind,
        "data_type_looker": looker_type(kind),
        "description": column.comment,
        "column_size": None,
        "snippets": [],
    }


def looker_type(data_type: str) -> str:
    """The LookML type that a column of that database type is usually given."""
    kind = data_type.lower()
    if kind.startswith("bool"):
        return "yesno"
    if kind.startswith(("timestamp", "datetime")):
        return "datetime"
    if kind.startswith("date"):
        return "date"
    if any(name in kind for name in _NUMBERS) and "interval" not in kind and "[" not in kind:
        return "number"
    return "string"


def search(engine: Engine, name: str) -> list[dict[str, Any]]:
    """ColumnSearch: columns whose name contains `name`."""
    wanted = name.lower()
    return [
        {
            "schema_name": schema,
            "table_name": table,
            "column_name": column.name,
            "data_type": column.data_type.lower(),
        }
        for (schema, table), listed in engine.columns().items()
        for column in listed
        if wanted in column.name.lower()
    ]


def features(dialect_name: str) -> dict[str, Any]:
    """ConnectionFeatures of a dialect."""
    return {
        "dialect_name": dialect_name,
        "cost_estimate": False,
        "multiple_databases": False,
        "column_search": True,
        "persistent_table_indexes": keeps_tables(dialect_name),
        "persistent_derived_tables": keeps_tables(dialect_name),
        "turtles": True,
        "percentile": True,
        "distinct_percentile": True,
        "stable_views": False,
        "milliseconds": True,
        "microseconds": True,
        "subtotals": True,
        "location": True,
        "timezone": True,
        "connection_pooling": True,
    }
