"""Permission sets and model sets: what roles are made of."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, select, true
from sqlalchemy.orm import InstrumentedAttribute

from belvedere.accounts import membership, roles
from belvedere.accounts.permissions import DESCRIPTIONS, PARENTS, Permission
from belvedere.accounts.tables import ModelSet, PermissionSet, Role
from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.present.roles import present_model_set, present_permission_set
from belvedere.errors import Forbidden, NotFound

_ADMIN = Permission("administer")
_MODELS = Permission("manage_modelsets_restricted")


@get("/permissions", requires="authenticated")
def all_permissions(call: Call) -> list[dict[str, Any]]:  # noqa: ARG001  the same for everybody
    """Everything that can be allowed."""
    return [
        {
            "can": {},
            "permission": str(name),
            "parent": None if parent is None else str(parent),
            "description": DESCRIPTIONS[name],
        }
        for name, parent in PARENTS.items()
    ]


# Permission sets


@get("/permission_sets", requires="authenticated")
def all_permission_sets(call: Call) -> list[dict[str, Any]]:
    """Every permission set that the caller may know of."""
    known = _known(call, PermissionSet)
    rows = call.db.scalars(select(PermissionSet).where(known).order_by(PermissionSet.id))
    return [present_permission_set(call, row) for row in rows]


@post("/permission_sets", requires=_ADMIN)
def create_permission_set(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A named list of permissions."""
    return present_permission_set(call, roles.create_permission_set(call.db, body))


@get("/permission_sets/search", requires="authenticated")
def search_permission_sets(call: Call) -> list[dict[str, Any]]:
    """Permission sets by their properties."""
    listed = {"permissions": _holding(PermissionSet.permissions)}
    rows = _searched(call, PermissionSet, listed)
    return [present_permission_set(call, row) for row in rows]


@get("/permission_sets/{permission_set_id}", requires="authenticated")
def permission_set(call: Call, permission_set_id: str) -> dict[str, Any]:
    """One permission set."""
    return present_permission_set(call, _visible(call, PermissionSet, permission_set_id))


@patch("/permission_sets/{permission_set_id}", requires=_ADMIN)
def update_permission_set(
    call: Call, permission_set_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Rename a permission set, or replace its permissions."""
    found = roles.get(call.db, PermissionSet, permission_set_id)
    roles.update_permission_set(call.db, found, body)
    return present_permission_set(call, found)


@delete("/permission_sets/{permission_set_id}", requires=_ADMIN)
def delete_permission_set(call: Call, permission_set_id: str) -> None:
    """Delete a permission set that no role is made of."""
    roles.remove_set(call.db, roles.get(call.db, PermissionSet, permission_set_id))


# Model sets


@get("/model_sets", requires="authenticated")
def all_model_sets(call: Call) -> list[dict[str, Any]]:
    """Every model set that the caller may know of."""
    rows = call.db.scalars(select(ModelSet).where(_known(call, ModelSet)).order_by(ModelSet.id))
    return [present_model_set(call, row) for row in rows]


@post("/model_sets", requires=_ADMIN)
def create_model_set(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A named list of models."""
    return present_model_set(call, roles.create_model_set(call.db, body))


@get("/model_sets/search", requires="authenticated")
def search_model_sets(call: Call) -> list[dict[str, Any]]:
    """Model sets by their properties."""
    rows = _searched(call, ModelSet, {"models": _holding(ModelSet.models)})
    return [present_model_set(call, row) for row in rows]


@get("/model_sets/{model_set_id}", requires="authenticated")
def model_set(call: Call, model_set_id: str) -> dict[str, Any]:
    """One model set."""
    return present_model_set(call, _visible(call, ModelSet, model_set_id))


@patch("/model_sets/{model_set_id}", requires=_MODELS)
def update_model_set(call: Call, model_set_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Rename a model set, or replace its models."""
    found = roles.get(call.db, ModelSet, model_set_id)
    _check_models(call, found, body)
    roles.update_model_set(call.db, found, body)
    return present_model_set(call, found)


@delete("/model_sets/{model_set_id}", requires=_ADMIN)
def delete_model_set(call: Call, model_set_id: str) -> None:
    """Delete a model set that no role is made of."""
    roles.remove_set(call.db, roles.get(call.db, ModelSet, model_set_id))


def _check_models(call: Call, found: ModelSet, body: dict[str, Any]) -> None:
    """Who is no administrator changes sets of models for which they hold the permission."""
    permissions = call.session.permissions
    if permissions.is_admin:
        return
    named = {str(name) for name in (*found.models, *(body.get("models") or ()))}
    if found.all_access or not all(permissions.has(_MODELS, name) for name in named):
        raise Forbidden("You may change model sets of your own models only")


# What they share


def _searched(
    call: Call,
    kind: type[PermissionSet | ModelSet],
    listed: dict[str, search.Criterion],
) -> Any:
    known = {
        "id": search.ids(kind.id),
        "name": search.text(kind.name),
        "all_access": search.flag(kind.all_access),
        "built_in": search.flag(kind.built_in),
    }
    sorts = {"id": kind.id, "name": kind.name, "built_in": kind.built_in}
    sorts |= {"all_access": kind.all_access}
    wanted = search.criteria(call, known | listed)
    ordered = select(kind).where(_known(call, kind), wanted)
    return search.page_of(call, ordered.order_by(*search.order(call, sorts, kind.id)))


def _holding(column: InstrumentedAttribute[list[str]]) -> search.Criterion:
    """Sets that hold all of a comma list."""

    def matches(text: str) -> ColumnElement[bool]:
        names = [part.strip() for part in text.split(",") if part.strip()]
        stored = cast(column, String)
        return and_(true(), *(stored.contains(json.dumps(name), autoescape=True) for name in names))

    return matches


def _own(call: Call, kind: type[PermissionSet | ModelSet]) -> list[int]:
    having = membership.roles_of(call.db, call.session.user_id)
    if kind is PermissionSet:
        return [role.permission_set_id for role in having]
    return [role.model_set_id for role in having]


def _known(call: Call, kind: type[PermissionSet | ModelSet]) -> ColumnElement[bool]:
    """Who may not see people knows what their own roles are made of; others know all but what
    the roles of embed users are made of.
    """
    if call.session.permissions.has(Permission("see_users")):
        of_role = Role.permission_set_id if kind is PermissionSet else Role.model_set_id
        return kind.id.not_in(select(of_role).where(Role.embed_user_id.is_not(None)))
    return kind.id.in_(_own(call, kind))


def _visible(call: Call, kind: type[roles.Row], identifier: str) -> roles.Row:
    found = roles.get(call.db, kind, identifier)
    if call.session.permissions.has(Permission("see_users")):
        return found
    owned = _own(call, PermissionSet if isinstance(found, PermissionSet) else ModelSet)
    if found.id not in owned:
        raise NotFound
    return found
