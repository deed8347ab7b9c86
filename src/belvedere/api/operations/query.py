"""Queries: created, found, run; tasks; what runs now; SQL Runner queries."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import select

from belvedere import ids
from belvedere.accounts import users
from belvedere.accounts.permissions import Permission
from belvedere.api.answers import Freshness
from belvedere.api.call import Call, Stream, Text
from belvedere.api.operation import RawBody, delete, get, post
from belvedere.api.run_options import run_options
from belvedere.clock import iso
from belvedere.connections import connections, dialect_info
from belvedere.errors import BadRequest, Forbidden, Invalid, NotFound, Problem
from belvedere.query import merges, stored, urls
from belvedere.query.definition import Definition, definition_from
from belvedere.query.merge_runs import run_merge
from belvedere.query.options import RunOptions
from belvedere.query.outcome import Outcome
from belvedere.query.running import Running
from belvedere.query.sql_runner import run_sql
from belvedere.query.tables import QueryTaskRow, StoredQuery, StoredSqlQuery

_ABILITIES = [
    "run",
    "see_results",
    "explore",
    "create",
    "show",
    "cost_estimate",
    "index",
    "see_lookml",
    "see_aggregate_table_lookml",
    "see_derived_table_lookml",
    "see_sql",
    "save",
    "generate_drill_links",
    "download",
    "download_unlimited",
    "use_custom_fields",
    "schedule",
]


# Created and found


@post("/queries", requires=Permission("access_data"))
def create_query(call: Call, body: RawBody) -> dict[str, Any]:
    """Store a query, or find the equal one that is stored already."""
    definition = definition_from(body)
    row = stored.create(call.db, definition, call.now, _client_id(body))
    return present_query(call, row)


@get("/queries/{query_id}", requires=Permission("access_data"))
def query(call: Call, query_id: str) -> dict[str, Any]:
    """A stored query by its id (which is its slug)."""
    return _visible_query(call, query_id)


@get("/queries/slug/{slug}", requires=Permission("access_data"))
def query_for_slug(call: Call, slug: str) -> dict[str, Any]:
    """A stored query by slug or client id."""
    return _visible_query(call, slug)


def _visible_query(call: Call, name: str) -> dict[str, Any]:
    """NotFound also for a query of a model that the caller may not see."""
    row = stored.get(call.db, name)
    if not call.session.permissions.may_see_model(stored.definition_of(row).model):
        raise NotFound
    return present_query(call, row)


def _client_id(body: dict[str, Any]) -> str | None:
    value = body.get("client_id")
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not value.isalnum() or len(value) != 22:
        message = "client_id must be 22 letters and digits"
        raise Invalid(Problem("client_id", "invalid", message))
    return value


def present_query(call: Call, row: StoredQuery) -> dict[str, Any]:
    definition = stored.definition_of(row)
    base = call.services.settings.public_url
    url = urls.explore_url(definition)
    seen = call.session.permissions.may_see_model(definition.model)
    filters = definition.filters
    return {
        "can": dict.fromkeys(_ABILITIES, seen),
        "id": row.slug,
        "slug": row.slug,
        "client_id": row.client_id,
        "model": definition.model,
        "view": definition.view,
        "fields": _listed(definition.fields),
        "pivots": _listed(definition.pivots),
        "fill_fields": _listed(definition.fill_fields),
        "filters": dict(filters) if filters is not None else None,
        "filter_expression": definition.filter_expression,
        "sorts": _listed(definition.sorts),
        "limit": definition.limit,
        "column_limit": definition.column_limit,
        "total": definition.total,
        "row_total": definition.row_total,
        "subtotals": _listed(definition.subtotals),
        "vis_config": definition.vis_config,
        "filter_config": definition.filter_config,
        "visible_ui_sections": definition.visible_ui_sections,
        "dynamic_fields": definition.dynamic_fields,
        "query_timezone": definition.query_timezone,
        "has_table_calculations": any(
            "table_calculation" in item for item in definition.dynamic_items()
        ),
        "share_url": f"{base}/x/{row.slug}",
        "expanded_share_url": f"{base}{url}",
        "url": url,
    }


def _listed(values: tuple[str, ...] | None) -> list[str] | None:
    return list(values) if values is not None else None


# Run


@get("/queries/{query_id}/run/{result_format}", requires=Permission("access_data"))
def run_query(
    call: Call,
    query_id: str,
    result_format: str,
) -> Text | Stream:
    """Run a stored query. The id of a merge query runs that."""
    options = run_options(call, result_format)
    merge = merges.find(call.db, query_id)
    if merge is not None:
        runner, asked = call.services.runner, merges.merge_of(call.db, merge)
        return answer_of(run_merge(runner, asked, options, call.session, merge.slug))
    definition = stored.definition_of(stored.get(call.db, query_id))
    try:
        return _run(call, definition, options, slug=query_id)
    except NotFound:
        raise BadRequest("View Not Found") from None


@post("/queries/run/{result_format}", requires=Permission("access_data"))
def run_inline_query(
    call: Call,
    body: RawBody,
    result_format: str,
) -> Text | Stream:
    """Run the query in the body."""
    definition = definition_from(body)
    options = run_options(call, result_format)
    return _run(call, definition, options)


@get(
    "/queries/models/{model_name}/views/{view_name}/run/{result_format}",
    requires=Permission("access_data"),
)
def run_url_encoded_query(
    call: Call, model_name: str, view_name: str, result_format: str
) -> Text | Stream:
    """Run the query that the address itself describes."""
    body = urls.body_from_parameters(model_name, view_name, call.parameter_pairs)
    return _run(call, definition_from(body), RunOptions(result_format))


def _run(
    call: Call, definition: Definition, options: RunOptions, slug: str | None = None
) -> Text | Stream:
    def watch(running: Running) -> None:
        call.on_disconnect(running.stop)

    outcome = call.services.runner.run(definition, options, call.session, slug=slug, on_start=watch)
    return answer_of(outcome)


def answer_of(outcome: Outcome) -> Text | Stream:
    if outcome.chunks is not None:
        return Stream(outcome.media_type, outcome.chunks, stop=outcome.stop)
    reusable = outcome.reusable
    fresh = Freshness(reusable.until, reusable.model, reusable.version) if reusable else None
    return Text(outcome.media_type, outcome.body, freshness=fresh)


# Tasks


@post("/query_tasks", requires=Permission("access_data"))
def create_query_task(
    call: Call,
    body: dict[str, Any],
) -> dict[str, Any]:
    """Start running a stored query; fetch the result later."""
    problems = [
        Problem(name, "missing_field", f"{name} is required")
        for name in ("query_id", "result_format")
        if not body.get(name)
    ]
    if problems:
        raise Invalid(*problems)
    options = run_options(call, body["result_format"])
    tasks = call.services.tasks
    with call.transaction() as session:
        found = stored.get(session, body["query_id"])
        row = tasks.create(session, found, options, call.session, body.get("source"))
        definition = stored.definition_of(found)
    tasks.start(row.id, definition, options, call.session)
    return _present_task(call, row)


@get("/query_tasks/{query_task_id}", requires=Permission("access_data"))
def query_task(call: Call, query_task_id: str) -> dict[str, Any]:
    """The state of a task."""
    row = call.services.tasks.get(call.db, query_task_id, call.session)
    return _present_task(call, row)


@get("/query_tasks/{query_task_id}/results", requires=Permission("access_data"))
def query_task_results(call: Call, query_task_id: str) -> Text:
    """The result of a finished task; 202 while there is none yet."""
    row = call.services.tasks.get(call.db, query_task_id, call.session)
    if row.status in ("added", "running"):
        return Text("text/plain", b"", status=202)
    in_band = row.media_type is not None and row.result_format == "json_detail"
    if row.status != "complete" and not in_band:
        raise BadRequest(row.error or f"The query was {row.status}")
    return Text(row.media_type or "text/plain", call.services.tasks.result(row))


@get("/query_tasks/multi_results", requires=Permission("access_data"))
def query_task_multi_results(call: Call, query_task_ids: list[str]) -> dict[str, Any]:
    """States and results of several tasks at once."""
    if not query_task_ids:
        message = "query_task_ids is required"
        raise Invalid(Problem("query_task_ids", "missing_field", message))
    return {task_id: _task_result(call, task_id) for task_id in query_task_ids}


def _task_result(call: Call, task_id: str) -> dict[str, Any]:
    tasks = call.services.tasks
    try:
        row = tasks.get(call.db, task_id, call.session)
    except NotFound:
        return {"status": "missing"}
    found: dict[str, Any] = {"status": row.status, "result_source": row.result_source}
    if row.status in ("added", "running"):
        return found
    if row.status == "complete" or (row.media_type and row.result_format == "json_detail"):
        text = tasks.result(row).decode("utf-8", "replace")
        data = json.loads(text) if row.media_type == "application/json" else text
        if isinstance(data, dict):
            data |= {"id": row.id, "runtime": row.runtime or 0.0}
        found["data"] = data
    else:
        found["data"] = {"id": row.id, "error": row.error, "runtime": row.runtime}
    return found


def _present_task(call: Call, row: QueryTaskRow) -> dict[str, Any]:
    options = row.options
    return {
        "can": {"show": True, "run": True},
        "id": row.id,
        "query_id": row.query_slug,
        "query": present_query(call, stored.get(call.db, row.query_slug)),
        "generate_links": options.get("generate_drill_links", False),
        "force_production": options.get("force_production", False),
        "path_prefix": options.get("path_prefix"),
        "cache": options.get("cache", True),
        "server_table_calcs": options.get("server_table_calcs", False),
        "cache_only": options.get("cache_only", False),
        "cache_key": None,
        "status": row.status,
        "source": row.source,
        "runtime": row.runtime,
        "rebuild_pdts": options.get("rebuild_pdts", False),
        "result_source": row.result_source,
        "look_id": None,
        "dashboard_id": None,
        "result_format": row.result_format,
    }


# What runs now


@get("/running_queries", requires="authenticated")
def all_running_queries(call: Call) -> list[dict[str, Any]]:
    """Queries that run right now: one's own, or all for those who may see queries."""
    permissions = call.session.permissions
    everybody = permissions.is_admin or permissions.has(Permission("see_queries"))
    return [
        _present_running(call, running)
        for running in call.services.running.all()
        if everybody or running.user_id == call.user_id
    ]


@delete("/running_queries/{query_task_id}", requires="authenticated")
def kill_query(call: Call, query_task_id: str) -> None:
    """Stop a running query in its database."""
    running = call.services.running.get(query_task_id)
    if running.user_id != call.user_id and not call.session.permissions.is_admin:
        raise NotFound
    call.services.running.stop(query_task_id)


def _present_running(call: Call, running: Running) -> dict[str, Any]:
    may_see_sql = call.session.permissions.has(Permission("see_sql"), running.model)
    return {
        "can": {},
        "id": running.id,
        "query_task_id": running.id,
        "user": _present_person(call, running.user_id),
        "created_at": iso(running.started_at),
        "completed_at": None,
        "query_id": running.query_slug,
        "source": running.source,
        "node_id": "1",
        "slug": running.query_slug,
        "cache_key": None,
        "connection_name": running.connection,
        "connection_id": running.connection,
        "dialect": None,
        "message": None,
        "status": running.status,
        "runtime": (call.now - running.started_at).total_seconds(),
        "sql": running.sql if may_see_sql else None,
        "sql_interface_sql": None,
    }


# SQL Runner


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
        if not call.session.permissions.has(Permission("use_sql_runner"), model):
            raise NotFound
        name = call.services.models.model(model).connection
    if not name:
        message = "connection_name or model_name is required"
        raise Invalid(Problem("connection_name", "missing_field", message))
    if connections.find(call.db, name) is None:
        message = f"There is no connection {name}"
        raise Invalid(Problem("connection_name", "not_found", message))
    _require_connection(call, name)
    return name, model


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
        "creator": _present_person(call, row.creator_id),
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
        "pdts_enabled": bool((row.extra or {}).get("tmp_db_name")),
    }


def _present_person(call: Call, user_id: str) -> dict[str, Any]:
    """A UserPublic."""
    user = users.get(call.db, int(user_id))
    return {
        "can": {},
        "id": user_id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": user.display_name,
        "url": f"{call.services.settings.public_url}/api/4.0/users/{user.id}",
    }
