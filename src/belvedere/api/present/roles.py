"""Roles, permission sets and model sets."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.permissions import PARENTS, Permission
from belvedere.accounts.tables import ModelSet, PermissionSet, Role
from belvedere.api.call import Call

_MANAGE = Permission("manage_roles")


def present_role(call: Call, role: Role) -> dict[str, Any]:
    admin = role.permission_set.all_access
    own = role.embed_user_id is not None
    may = call.session.permissions.has(_MANAGE) and not (admin or own)
    url = f"{call.services.settings.public_url}/api/4.0/roles/{role.id}"
    return {
        "can": {"show": True, "index": True, "create": may, "update": may, "destroy": may},
        "id": str(role.id),
        "name": role.name,
        "permission_set": present_permission_set(call, role.permission_set),
        "permission_set_id": str(role.permission_set_id),
        "model_set": present_model_set(call, role.model_set),
        "model_set_id": str(role.model_set_id),
        "internal": False,
        "url": url,
        "users_url": f"{url}/users",
    }


def present_permission_set(call: Call, found: PermissionSet) -> dict[str, Any]:
    everything = sorted(str(name) for name in PARENTS)
    return {
        "can": _can(call, built_in=found.built_in),
        "id": str(found.id),
        "name": found.name,
        "permissions": everything if found.all_access else list(found.permissions),
        "all_access": found.all_access,
        "built_in": found.built_in,
        "url": f"{call.services.settings.public_url}/api/4.0/permission_sets/{found.id}",
    }


def present_model_set(call: Call, found: ModelSet) -> dict[str, Any]:
    return {
        "can": _can(call, built_in=found.built_in),
        "id": str(found.id),
        "name": found.name,
        "models": _models(call) if found.all_access else list(found.models),
        "all_access": found.all_access,
        "built_in": found.built_in,
        "url": f"{call.services.settings.public_url}/api/4.0/model_sets/{found.id}",
    }


def _models(call: Call) -> list[str]:
    return call.services.models.names()


def _can(call: Call, *, built_in: bool) -> dict[str, bool]:
    may = call.session.permissions.is_admin and not built_in
    return {"show": True, "index": True, "create": may, "update": may, "destroy": may}
