"""Derived tables: what they are made from, and making them."""

from __future__ import annotations

import json
from typing import Any

from belvedere import ids
from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import get
from belvedere.compiler import dialects, kept_of
from belvedere.compiler.aggregates import grouped
from belvedere.connections import connections
from belvedere.errors import BadRequest, BelvedereError, Forbidden, NotFound
from belvedere.lookml.derived_graph import Graph, below, derived_graph, dot
from belvedere.lookml.model import Model, View
from belvedere.query.derived.builder import Order
from belvedere.query.derived.materializations import ENDED
from belvedere.query.derived.regenerator import background_request
from belvedere.query.derived.states import KeptState
from belvedere.query.running import Running
from belvedere.query.tables import MaterializationRow

_SEE = Permission("see_lookml")
_BUILD = Permission("develop")
_NOT_BUILT = "grey"
_LONGEST_SOURCE = 255
_YES = frozenset({"true", "1", "yes"})
_WORKSPACES = (None, "", "production", "dev")


@get("/derived_table/graph/model/{model}", requires=_SEE)
def graph_derived_tables_for_model(
    call: Call,
    model: str,
    format: str | None,
    color: str | None,
) -> dict[str, Any]:
    """All derived tables of a model; `color` leaves out those in another state."""
    if format not in (None, "", "dot"):
        raise BadRequest(f"The format {format} is not known; there is dot")
    found = _model(call, model, _SEE)
    graph = derived_graph(found)
    colors = _colors(call, found, graph)
    if color:
        graph = {name: reads for name, reads in graph.items() if colors[name] == color.lower()}
    return {"graph_text": dot(graph, colors)}


@get("/derived_table/graph/view/{view}", requires=_SEE)
def graph_derived_tables_for_view(
    call: Call, view: str, models: str | None, workspace: str | None
) -> dict[str, Any]:
    """One derived table and everything that it is made from."""
    _check_workspace(workspace)
    names = [name.strip() for name in models.split(",")] if models else call.services.models.names()
    for name in names:
        served = call.services.models.find(name)
        if served is None or served.model is None or not _may(call, name, _SEE):
            continue
        graph = derived_graph(served.model)
        if view in graph:
            part = below(graph, view)
            return {"graph_text": dot(part, _colors(call, served.model, part))}
    raise NotFound


@get("/derived_table/{model_name}/{view_name}/start", requires=_BUILD)
def start_pdt_build(
    call: Call,
    model_name: str,
    view_name: str,
    force_rebuild: str | None,
    force_full_incremental: str | None,
    workspace: str | None,
    source: str | None,
) -> dict[str, Any]:
    """Make a persistent derived table now, in the background."""
    _check_workspace(workspace)
    model = _model(call, model_name, _BUILD)
    model_of_view, view = _derived(model, view_name)
    connection = call.services.runner.connected(model)
    row = connections.get(call.db, connection.name)
    if not (row.extra or {}).get("pdt_api_control_enabled"):
        raise BadRequest(
            f"Builds cannot be started by the API on the connection {connection.name}: "
            "pdt_api_control_enabled is off"
        )
    if not connection.engine.keeps_tables:
        raise BadRequest(
            f"The connection {connection.name} keeps no derived tables: those of "
            f"{dialects.get(connection.config.dialect).label} databases are computed in each query"
        )
    if connection.scratch is None:
        raise BadRequest(
            f"The connection {connection.name} keeps no derived tables: it has no tmp_db_name"
        )
    request = background_request(model_of_view, connection, connection.scratch, call.now)
    kept = kept_of(request, dialects.get(connection.config.dialect), view)
    if kept is None:
        raise BadRequest(f"{view_name} is not a persistent derived table")
    source = source[:_LONGEST_SOURCE] if source else None
    running = Running(
        id=ids.slug(),
        user_id=str(call.session.user_id),
        started_at=call.now,
        connection=connection.name,
        source=source or "api",
        model=model_name,
        explore=view_name,
    )
    order = Order(
        request,
        connection,
        running,
        rebuild=True,
        rebuild_below=_yes(force_rebuild),
        whole=_yes(force_full_incremental),
    )
    return _present(call, call.services.materializations.start(kept, order, source))


@get("/derived_table/{materialization_id}/status", requires=_BUILD)
def check_pdt_build(call: Call, materialization_id: str) -> dict[str, Any]:
    """How far a build has come."""
    return _present(call, _mine(call, materialization_id))


@get("/derived_table/{materialization_id}/stop", requires=_BUILD)
def stop_pdt_build(call: Call, materialization_id: str, source: str | None) -> dict[str, Any]:  # noqa: ARG001  said for the record only
    """Stop a build."""
    row = _mine(call, materialization_id)
    if str(call.session.user_id) != row.user_id and not call.session.permissions.is_admin:
        raise Forbidden("Only administrators may stop the builds of others")
    return _present(call, call.services.materializations.stop(materialization_id))


def _derived(model: Model, name: str) -> tuple[Model, View]:
    """A derived table by its view's name, or an aggregate table as `explore::table`."""
    explore = model.explores.get(name.partition("::")[0])
    if "::" in name and explore is not None:
        for found in grouped(model, explore):
            if found.table.name == name.partition("::")[2]:
                return found.model, found.view
    view = model.views.get(name)
    if view is None or view.derived_table is None:
        raise NotFound
    return model, view


def _mine(call: Call, identifier: str) -> MaterializationRow:
    row = call.services.materializations.get(identifier)
    if not _may(call, row.model_name, _BUILD):
        raise NotFound
    return row


def _present(call: Call, row: MaterializationRow) -> dict[str, Any]:
    """A MaterializePDT; clients read its text as JSON."""
    until = row.ended_at or call.now
    status = "pending" if row.stop_wanted and row.status not in ENDED else row.status
    told = {
        "status": status,
        "message": row.message or "",
        "model": row.model_name,
        "view": row.view_name,
        "runtime": round((until - row.started_at).total_seconds(), 3),
    }
    return {"materialization_id": row.id, "resp_text": json.dumps(told)}


def _colors(call: Call, model: Model, graph: Graph) -> dict[str, str]:
    """grey: not built, green: built, yellow: being built, red: the last build failed."""
    colors = dict.fromkeys(graph, _NOT_BUILT)
    try:
        connection = call.services.runner.connected(model)
    except BelvedereError:
        return colors
    if connection.scratch is None or not model.explores:
        return colors
    request = background_request(model, connection, connection.scratch, call.now)
    dialect = dialects.get(connection.config.dialect)
    for name in graph:
        try:
            kept = kept_of(request, dialect, model.views[name])
        except BelvedereError:
            colors[name] = "red"
            continue
        if kept is not None:
            colors[name] = _color(call.services.builder.states.get(connection.name, kept))
    return colors


def _color(state: KeptState | None) -> str:
    if state is None:
        return _NOT_BUILT
    if state.being_made:
        return "yellow"
    if state.error is not None:
        return "red"
    return "green" if state.physical is not None else _NOT_BUILT


def _model(call: Call, name: str, permission: Permission) -> Model:
    if not _may(call, name, permission):
        raise NotFound
    return call.services.models.model(name)


def _may(call: Call, name: str, permission: Permission) -> bool:
    return call.session.permissions.has(permission, name)


def _check_workspace(workspace: str | None) -> None:
    if workspace not in _WORKSPACES:
        raise BadRequest(f"The workspace {workspace} is not known; there are production and dev")


def _yes(value: str | None) -> bool:
    return value is not None and value.strip().lower() in _YES
