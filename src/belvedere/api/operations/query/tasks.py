"""Query tasks: started now, fetched later."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.orm import Session

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call, Text
from belvedere.api.operation import get, post
from belvedere.api.present.queries import present_query
from belvedere.api.run_context import context_of
from belvedere.api.run_options import run_options
from belvedere.errors import BadRequest, Invalid, NotFound, Problem
from belvedere.query import merges, stored
from belvedere.query.bodies import check_format
from belvedere.query.definition import Definition
from belvedere.query.merge_runs import Merge
from belvedere.query.tables import MergeQueryRow, QueryTaskRow, StoredQuery


@post("/query_tasks", requires=Permission("access_data"))
def create_query_task(
    call: Call,
    body: dict[str, Any],
) -> dict[str, Any]:
    """Start running a stored query, or a merge query; fetch the result later."""
    problems = [
        Problem(name, "missing_field", f"{name} is required")
        for name in ("query_id", "result_format")
        if not body.get(name)
    ]
    if problems:
        raise Invalid(*problems)
    options = run_options(call, body["result_format"])
    check_format(options.result_format)
    tasks = call.services.tasks
    with call.transaction() as session:
        merge = merges.find(session, body["query_id"])
        found = merge or stored.get(session, body["query_id"])
        context = context_of(call, session, body)
        source = body.get("source")
        row = tasks.create(session, found, options, call.session, source, context)
        asked = _asked(session, found)
    tasks.start(row.id, asked, options, call.session, source, context)
    return _present_task(call, row)


def _asked(session: Session, row: StoredQuery | MergeQueryRow) -> Definition | Merge:
    if isinstance(row, MergeQueryRow):
        return merges.merge_of(session, row)
    return stored.definition_of(row)


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
    query = stored.get(call.db, row.query_slug) if row.query_slug is not None else None
    return {
        "can": {"show": True, "run": True},
        "id": row.id,
        "query_id": row.query_slug or row.merge_slug,
        **({} if query is None else {"query": present_query(call, query)}),
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
        "look_id": row.look_id,
        "dashboard_id": row.dashboard_id,
        "result_format": row.result_format,
    }
