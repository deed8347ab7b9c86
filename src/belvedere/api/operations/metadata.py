"""What is in the databases, and what filters can suggest."""

from __future__ import annotations

import json
from typing import Any

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import RawBody, get, post
from belvedere.connections import connections, introspect
from belvedere.engines.base import Engine
from belvedere.errors import BadRequest, Invalid, NotBuilt, NotFound, Problem
from belvedere.query.suggestions import suggest

_READ = Permission("develop")


@get(
    "/models/{model_name}/views/{view_name}/fields/{field_name}/suggestions",
    requires=Permission("access_data"),
)
def model_fieldname_suggestions(
    call: Call, model_name: str, view_name: str, field_name: str, term: str | None
) -> dict[str, Any]:
    """Values that a filter on the field can suggest."""
    found = suggest(
        call.services.runner, model_name, view_name, field_name, term, _filters(call), call.session
    )
    return {
        "suggestions": found.values,
        "error": found.error,
        "from_cache": found.from_cache,
        "hit_limit": found.hit_limit,
        "used_calcite_materialization": False,
    }


def _filters(call: Call) -> dict[str, str]:
    """`filters` as JSON, or as `filters[view.field]=…`."""
    found = {
        name[8:-1]: value
        for name, value in call.parameter_pairs
        if name.startswith("filters[") and name.endswith("]")
    }
    text = call.parameters.get("filters", "").strip()
    if not text:
        return found
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        message = "filters must be a JSON object of filter expressions"
        raise Invalid(Problem("filters", "invalid", message))
    return found | value


@get("/models/{model_name}", requires=Permission("access_data"))
def get_model(call: Call, model_name: str) -> dict[str, Any]:
    """A model's connection and its own value formats."""
    if not call.session.permissions.may_see_model(model_name):
        raise NotFound
    model = call.services.models.model(model_name)
    return {
        "name": model.name,
        "connection": model.connection,
        "value_formats": [
            {
                "name": item.name,
                "label": item.name,
                "format_string": item.value_format,
                "strict_value_format": item.strict_value_format,
            }
            for item in model.named_value_formats.values()
        ],
    }


# Databases


def _engine(call: Call, name: str) -> Engine:
    with call.services.database.reading() as session:
        if connections.find(session, name) is None:
            raise NotFound
    permissions = call.session.permissions
    if not permissions.is_admin:
        _require_model_of(call, name)
    return call.services.engines.open(name).engine


def _require_model_of(call: Call, name: str) -> None:
    """Tables are shown to developers of a model that uses the connection."""
    models = call.services.models
    for model_name in models.names():
        served = models.find(model_name)
        uses = served is not None and served.may_use(name)
        if uses and call.session.permissions.has(_READ, model_name):
            return
    raise NotFound


@get("/connections/{connection_name}/databases", requires=_READ)
def connection_databases(call: Call, connection_name: str) -> list[str]:
    """Databases that the connection reaches."""
    return _engine(call, connection_name).databases()


@get("/connections/{connection_name}/features", requires=Permission("access_data"))
def connection_features(call: Call, connection_name: str) -> dict[str, Any]:
    """What the connection's dialect can do."""
    return introspect.features(_engine(call, connection_name).config.dialect)


@get("/connections/{connection_name}/schemas", requires=_READ)
def connection_schemas(
    call: Call, connection_name: str, database: str | None
) -> list[dict[str, Any]]:
    """Schemas of a database."""
    return introspect.schemas(_engine(call, connection_name), database or None)


@get("/connections/{connection_name}/tables", requires=_READ)
def connection_tables(
    call: Call,
    connection_name: str,
    database: str | None,
    schema_name: str | None,
    table_filter: str | None,
    table_limit: int | None,
) -> list[dict[str, Any]]:
    """Tables by schema."""
    engine = _engine(call, connection_name)
    return introspect.tables(engine, database or None, schema_name, table_filter, table_limit)


@get("/connections/{connection_name}/columns", requires=_READ)
def connection_columns(
    call: Call,
    connection_name: str,
    database: str | None,
    schema_name: str | None,
    table_limit: int | None,
    table_names: str | None,
) -> list[dict[str, Any]]:
    """Columns by table."""
    engine = _engine(call, connection_name)
    names = [part.strip() for part in (table_names or "").split(",") if part.strip()]
    return introspect.columns(engine, database or None, schema_name, names or None, table_limit)


@get("/connections/{connection_name}/search_columns", requires=_READ)
def connection_search_columns(
    call: Call, connection_name: str, column_name: str | None
) -> list[dict[str, Any]]:
    """Columns whose name contains a text."""
    engine = _engine(call, connection_name)
    if not column_name:
        raise BadRequest("column_name is required")
    return introspect.search(engine, column_name)


@post("/connections/{connection_name}/cost_estimate", requires=_READ)
def connection_cost_estimate(call: Call, connection_name: str, body: RawBody) -> dict[str, Any]:
    """What a query would cost, on dialects that can tell."""
    engine = _engine(call, connection_name)
    if not body.get("sql"):
        raise Invalid(Problem("sql", "missing_field", "sql is required"))
    raise NotBuilt(f"The dialect {engine.config.dialect} cannot estimate what a query costs")
