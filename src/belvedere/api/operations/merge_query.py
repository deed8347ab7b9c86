"""Merge queries."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import get, post
from belvedere.errors import NotFound
from belvedere.query import merges, stored
from belvedere.query.tables import MergeQueryRow

_ASK = Permission("access_data")


@post("/merge_queries", requires=_ASK)
def create_merge_query(call: Call, body: dict[str, Any] | None) -> dict[str, Any]:
    """Store a merge query."""
    return _present(merges.create(call.db, body or {}, call.now))


@get("/merge_queries/{merge_query_id}", requires=_ASK)
def merge_query(call: Call, merge_query_id: str) -> dict[str, Any]:
    """A stored merge query, for those who may see the models of all its sources."""
    row = merges.get(call.db, merge_query_id)
    for source in row.definition["source_queries"]:
        definition = stored.definition_of(stored.get(call.db, source["query_id"]))
        if not call.session.permissions.may_see_model(definition.model):
            raise NotFound
    return _present(row)


def _present(row: MergeQueryRow) -> dict[str, Any]:
    kept = row.definition
    return {
        "can": {"show": True, "run": True},
        "id": row.slug,
        "result_maker_id": None,
        **kept,
        "total": bool(kept.get("total")),
    }
