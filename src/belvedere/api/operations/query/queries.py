"""Queries: created, found and run."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call, Stream, Text
from belvedere.api.operation import RawBody, get, post
from belvedere.api.present.outcomes import answer_of
from belvedere.api.present.queries import present_query
from belvedere.api.run_options import run_options
from belvedere.errors import BadRequest, Invalid, NotFound, Problem
from belvedere.query import merges, stored, urls
from belvedere.query.definition import Definition, definition_from
from belvedere.query.merge_runs import run_merge
from belvedere.query.options import RunOptions
from belvedere.query.running import Running


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
        asked = merges.merge_of(call.db, merge)
        return answer_of(run_merge(call.services.runner, asked, options, call.session))
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
    return _run(call, definition_from(body), run_options(call, result_format))


def _run(
    call: Call, definition: Definition, options: RunOptions, slug: str | None = None
) -> Text | Stream:
    def watch(running: Running) -> None:
        call.on_disconnect(running.stop)

    outcome = call.services.runner.run(definition, options, call.session, slug=slug, on_start=watch)
    return answer_of(outcome)
