"""SQL Runner: SQL that people write, stored and run."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from belvedere import ids
from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call, Stream, Text
from belvedere.api.operation import get, post
from belvedere.api.present.outcomes import answer_of
from belvedere.api.present.people import present_person
from belvedere.clock import iso
from belvedere.connections import connections, dialect_info
from belvedere.errors import Forbidden, Invalid, NotFound, Problem
from belvedere.query.sql_runner import run_sql
from belvedere.query.tables import StoredSqlQuery


@post("/sql_queries", requires=Permission("use_sql_runner"))
def create_sql_query(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Store SQL text to be run on a connection."""
    sql = body.get("sql")
    if not sql:
        raise Invalid(Problem("sql", "missing_field", "sql is required"))
    connection, model = _sql_target(call, body)
    parts = (connection, model or "", sql, call.user_id)
    fingerprint = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    row = call.db.scalar(select(StoredSqlQuery).where(StoredSqlQuery.fingerprint == fingerprint))
    if row is None:
        row = StoredSqlQuery(
            slug=ids.slug(),
            fingerprint=fingerprint,
            connection_name=connection,
            model_name=model,
            sql=sql,
            vis_config=body.get("vis_config"),
            creator_id=call.user_id,
            created_at=call.now,
            run_count=0,
        )
        call.db.add(row)
        call.db.flush()
    return _present_sql(call, row)


def _sql_target(call: Call, body: dict[str, Any]) -> tuple[str, str | None]:
    """The connection to use: named, or that of the model."""
    model = body.get("model_name")
    name = body.get("connection_name") or body.get("connection_id")
    if model:
        _require_model(call, model)
        name = call.services.models.model(model).connection
    if not name:
        message = "connection_name or model_name is required"
        raise Invalid(Problem("connection_name", "missing_field", message))
    if connections.find(call.db, name) is None:
        message = f"There is no connection {name}"
        raise Invalid(Problem("connection_name", "not_found", message))
    _require_connection(call, name)
    return name, model


def _require_model(call: Call, model: str) -> None:
    if not call.session.permissions.has(Permission("use_sql_runner"), model):
        raise NotFound


def _require_connection(call: Call, name: str) -> None:
    """SQL Runner reaches the connections of models for which the caller holds it."""
    permissions = call.session.permissions
    if permissions.is_admin:
        return
    models = call.services.models
    for model_name in models.names():
        served = models.get(model_name)
        uses = served.model is not None and served.model.connection == name
        if uses and permissions.has(Permission("use_sql_runner"), model_name):
            return
    raise Forbidden("SQL Runner is not allowed on this connection")


@get("/sql_queries/{slug}", requires=Permission("use_sql_runner"))
def sql_query(call: Call, slug: str) -> dict[str, Any]:
    """A stored SQL Runner query, for those who may run it."""
    return _present_sql(call, _sql_query(call, slug))


def _sql_query(call: Call, slug: str) -> StoredSqlQuery:
    with call.services.database.reading() as session:
        row = session.get(StoredSqlQuery, slug)
    if row is None:
        raise NotFound
    try:
        _require_connection(call, row.connection_name)
    except Forbidden:
        raise NotFound from None
    return row


@post("/sql_queries/{slug}/run/{result_format}", requires=Permission("use_sql_runner"))
def run_sql_query(call: Call, slug: str, result_format: str, download: str | None) -> Text | Stream:
    """Run a stored SQL Runner query."""
    row = _sql_query(call, slug)
    if row.model_name is not None:
        _require_model(call, row.model_name)

    def note(runtime: float) -> None:
        with call.services.database.session() as session:
            ran = session.get(StoredSqlQuery, slug)
            if ran is not None:
                ran.run_count += 1
                ran.last_run_at, ran.last_runtime = call.now, runtime

    outcome = run_sql(
        call.services.runner,
        row.connection_name,
        row.sql,
        result_format,
        call.session,
        model=row.model_name,
        slug=slug,
        on_end=note,
    )
    answer = answer_of(outcome)
    if download and download.lower() in ("true", "1", "yes"):
        answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.{result_format}"'
    return answer


def _present_sql(call: Call, row: StoredSqlQuery) -> dict[str, Any]:
    base = call.services.settings.public_url
    return {
        "can": {"run": True, "show": True},
        "slug": row.slug,
        "sql": row.sql,
        "last_runtime": row.last_runtime,
        "run_count": row.run_count,
        "browser_limit": 5000,
        "last_run_at": iso(row.last_run_at) if row.last_run_at else None,
        "connection": _present_connection_base(call, row.connection_name),
        "model_name": row.model_name,
        "creator": present_person(call, row.creator_id),
        "explore_url": f"{base}/sql/{row.slug}",
        "plaintext": False,
        "vis_config": row.vis_config,
        "result_maker_id": None,
    }


def _present_connection_base(call: Call, name: str) -> dict[str, Any]:
    row = connections.find(call.db, name)
    if row is None:
        return {"name": name}
    return {
        "can": {},
        "name": name,
        "dialect": dialect_info.dialect_facts(row.dialect),
        "snippets": [],
        "pdts_enabled": dialect_info.keeps_derived_tables(row),
    }
