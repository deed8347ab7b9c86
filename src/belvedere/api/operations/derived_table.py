"""Derived tables: what they are made from."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import get
from belvedere.errors import BadRequest, NotFound
from belvedere.lookml.derived_graph import below, derived_graph, dot
from belvedere.lookml.model import Model

_SEE = Permission("see_lookml")
_NOT_BUILT = "grey"


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
    graph = derived_graph(_model(call, model))
    shown = graph if color in (None, "", _NOT_BUILT) else {}
    return {"graph_text": dot(shown, _NOT_BUILT)}


@get("/derived_table/graph/view/{view}", requires=_SEE)
def graph_derived_tables_for_view(
    call: Call, view: str, models: str | None, workspace: str | None
) -> dict[str, Any]:
    """One derived table and everything that it is made from."""
    if workspace not in (None, "", "production", "dev"):
        raise BadRequest(f"The workspace {workspace} is not known; there are production and dev")
    names = [name.strip() for name in models.split(",")] if models else call.services.models.names()
    for name in names:
        served = call.services.models.find(name)
        if served is None or served.model is None or not _sees(call, name):
            continue
        graph = derived_graph(served.model)
        if view in graph:
            return {"graph_text": dot(below(graph, view), _NOT_BUILT)}
    raise NotFound


def _model(call: Call, name: str) -> Model:
    if not _sees(call, name):
        raise NotFound
    return call.services.models.model(name)


def _sees(call: Call, name: str) -> bool:
    return call.session.permissions.has(_SEE, name)
