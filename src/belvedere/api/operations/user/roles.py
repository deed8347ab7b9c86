"""The roles of a person."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import administrators, membership, roles, users
from belvedere.accounts.federation import governing
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import Role, User
from belvedere.api.call import Call
from belvedere.api.operation import get, put
from belvedere.api.people import is_behind, is_self, refusal
from belvedere.api.present.roles import present_role
from belvedere.errors import BadRequest, Forbidden, Invalid, Problem
from belvedere.store import find


@get("/users/{user_id}/roles", requires="authenticated")
def user_roles(
    call: Call, user_id: str, direct_association_only: bool | None
) -> list[dict[str, Any]]:
    """Those that a person has, by groups too if nothing else is asked."""
    if not (is_self(call, user_id) or call.session.permissions.has(Permission("see_users"))):
        raise refusal(call)
    found = users.get(call.db, user_id)
    having = found.roles if direct_association_only else membership.roles_of(call.db, found.id)
    return [present_role(call, role) for role in having]


@put("/users/{user_id}/roles", requires=Permission("manage_roles"))
def set_user_roles(call: Call, user_id: str, body: list[str]) -> list[dict[str, Any]]:
    """Say which roles a person has directly, in place of those before."""
    found = users.get(call.db, user_id)
    chosen = _chosen(call, found, body)
    changed = set(chosen) ^ set(found.roles)
    if any(role.permission_set.all_access for role in changed):
        _check_admin_role(call, found, chosen)
    if set(chosen) - set(found.roles):
        governing.check_direct_roles(call.db, call.services.vault, [found])
    roles.set_of_user(call.db, found, chosen)
    return [present_role(call, role) for role in found.roles]


def _chosen(call: Call, user: User, body: list[str]) -> list[Role]:
    found = {item: find(call.db, Role, item) for item in body}
    unknown = [item for item, role in found.items() if role is None]
    if unknown:
        message = f"There is no role {', '.join(unknown)}"
        raise Invalid(Problem("role_ids", "invalid", message))
    chosen = {role.id: role for role in found.values() if role is not None}
    foreign = [role for role in chosen.values() if role.embed_user_id not in (None, user.id)]
    if foreign:
        message = f"The role {foreign[0].name} was made for another embed user"
        raise Invalid(Problem("role_ids", "invalid", message))
    return [chosen[role_id] for role_id in sorted(chosen)]


def _check_admin_role(call: Call, user: User, chosen: list[Role]) -> None:
    """Administrators are made by administrators, who do not unmake themselves."""
    if not call.session.permissions.is_admin:
        raise Forbidden("Only administrators can give or take the Admin role")
    if any(role.permission_set.all_access for role in chosen):
        return
    if is_behind(call, user):
        raise BadRequest("You cannot take the Admin role from yourself")
    administrators.check_dispensable(call.db, user, "lose the Admin role")
