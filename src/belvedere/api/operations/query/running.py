"""Queries that run right now."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import delete, get
from belvedere.api.present.people import present_person
from belvedere.clock import iso
from belvedere.errors import NotFound
from belvedere.query.running import Running


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
        "user": present_person(call, running.user_id),
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
