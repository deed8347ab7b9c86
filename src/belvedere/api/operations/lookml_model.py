"""Models as they are configured, and what their explores offer."""

from __future__ import annotations

from typing import Any

from belvedere import activity
from belvedere.accounts.permissions import Permission
from belvedere.api import paging
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.compiler.request import Request
from belvedere.compiler.selection import Selector, held_grants
from belvedere.connections import connections
from belvedere.errors import NotFound
from belvedere.lookml import metadata
from belvedere.lookml.labels import model_label, titleize
from belvedere.lookml.model import Explore, Model
from belvedere.lookml.scope import scope_of
from belvedere.projects import models
from belvedere.projects.served import Served
from belvedere.query.viewer import viewer_of

_MANAGE = Permission("manage_models")


@get("/lookml_models", requires=Permission("access_data"))
def all_lookml_models(
    call: Call,
    exclude_empty: bool | None,
    exclude_hidden: bool | None,
    include_internal: bool | None,
) -> list[dict[str, Any]]:
    """Models that the caller can see; System Activity where internal ones are asked for."""
    internal = [activity.MODEL] if include_internal else []
    served = [
        found
        for name in [*call.services.models.names(), *internal]
        if _sees(call, name) and (found := call.services.models.find(name)) is not None
    ]
    if exclude_empty:
        served = [item for item in served if item.model is not None and item.model.explores]
    page = paging.page_from(call.parameters)
    address = f"{call.services.settings.public_url}{call.request.path}"
    call.response_headers |= paging.headers(page, len(served), address, call.parameters)
    return [
        _present(call, item, exclude_hidden=bool(exclude_hidden))
        for item in paging.sliced(served, page)
    ]


@get("/lookml_models/{lookml_model_name}", requires=Permission("access_data"))
def lookml_model(call: Call, lookml_model_name: str) -> dict[str, Any]:
    """One model's configuration and its explores."""
    return _present(call, _visible(call, lookml_model_name), exclude_hidden=False)


@post("/lookml_models", requires=_MANAGE)
def create_lookml_model(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Configure a model: its project and the connections it may use."""
    row = models.create_configuration(call.db, body, call.now)
    return _configured(call, row.name)


@patch("/lookml_models/{lookml_model_name}", requires=_MANAGE)
def update_lookml_model(call: Call, lookml_model_name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change a model's configuration."""
    row = models.get_configuration(call.db, lookml_model_name)
    models.update_configuration(call.db, row, body)
    return _configured(call, lookml_model_name)


@delete("/lookml_models/{lookml_model_name}", requires=_MANAGE)
def delete_lookml_model(call: Call, lookml_model_name: str) -> None:
    """Remove a model's configuration; its LookML stays."""
    models.delete_configuration(call.db, models.get_configuration(call.db, lookml_model_name))


@get(
    "/lookml_models/{lookml_model_name}/explores/{explore_name}",
    requires=Permission("access_data"),
)
def lookml_model_explore(call: Call, lookml_model_name: str, explore_name: str) -> dict[str, Any]:
    """An explore with its joins and the full description of its fields."""
    served = _visible(call, lookml_model_name)
    model = served.model
    if model is None or explore_name not in model.explores:
        raise NotFound
    scope = scope_of(model, explore_name)
    viewer = viewer_of(call.session)
    selector = Selector(Request(model, explore_name, (), call.now, viewer=viewer), scope)
    facts = _caller_facts(call, model)
    return metadata.explore_metadata(scope, selector.visible, facts, call.fields, viewer.attributes)


def _caller_facts(call: Call, model: Model) -> dict[str, Any]:
    permissions = call.session.permissions
    row = connections.find(call.db, model.connection) if model.connection else None
    dialect = row.dialect if row is not None else None
    return {
        "can_total": True,
        "can_develop": permissions.has(Permission("develop"), model.name),
        "can_see_lookml": permissions.has(Permission("see_lookml"), model.name),
        "can_save": permissions.has(Permission("save_content"), model.name),
        "can_explain": permissions.has(Permission("see_sql"), model.name),
        "can_pivot_in_db": True,
        "can_subtotal": True,
        "has_timezone_support": True,
        "supports_cost_estimate": False,
        "connection_name": model.connection,
        "dialect_name": dialect,
        "null_sort_treatment": "last",
    }


def _sees(call: Call, name: str) -> bool:
    permissions = call.session.permissions
    return permissions.may_see_model(name) or permissions.has(_MANAGE)


def _visible(call: Call, name: str) -> Served:
    if not _sees(call, name):
        raise NotFound
    return call.services.models.get(name)


def _configured(call: Call, name: str) -> dict[str, Any]:
    """The configuration as it is in this transaction, explores from the LookML as it is."""
    row = models.get_configuration(call.db, name)
    lookml = None
    if row.project_name is not None:
        try:
            lookml = call.services.models.project(row.project_name).models.get(name)
        except (NotFound, FileNotFoundError):
            lookml = None
    served = Served(
        name,
        row.project_name,
        lookml,
        tuple(row.allowed_connections),
        row.unlimited_connections,
    )
    return _present(call, served, exclude_hidden=False)


def _present(call: Call, served: Served, *, exclude_hidden: bool) -> dict[str, Any]:
    model = served.model
    explores = list(model.explores.values()) if model is not None else []
    if exclude_hidden:
        explores = [explore for explore in explores if not explore.hidden]
    manages = call.session.permissions.has(_MANAGE)
    attributes = viewer_of(call.session).attributes
    return {
        "can": {
            "index": True,
            "show": True,
            "create": manages,
            "update": manages,
            "destroy": manages,
        },
        "name": served.name,
        "label": model_label(model, attributes) if model is not None else titleize(served.name),
        "project_name": served.project_name,
        "has_content": model is not None,
        "allowed_db_connection_names": list(served.allowed_connections),
        "unlimited_db_connections": served.unlimited_connections,
        "explores": [
            metadata.nav_explore(explore, model, attributes)
            for explore in explores
            if model is not None and _grants_hold(call, model, explore)
        ],
    }


def _grants_hold(call: Call, model: Model, explore: Explore) -> bool:
    if not explore.required_access_grants:
        return True
    viewer = viewer_of(call.session)
    held = held_grants(model, Request(model, explore.name, (), call.now, viewer=viewer))
    return set(explore.required_access_grants) <= held
