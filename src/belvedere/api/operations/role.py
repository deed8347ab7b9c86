"""Roles, and who has them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select

from belvedere.accounts import administrators, groups, membership, roles, users
from belvedere.accounts.federation import governing
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import Role, User
from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post, put
from belvedere.api.present.groups import present_groups
from belvedere.api.present.roles import present_role
from belvedere.api.present.users import present_users
from belvedere.errors import BadRequest, Forbidden, MethodNotAllowed, NotFound

_SEE_USERS = Permission("see_users")
_MANAGE = Permission("manage_roles")
_SORTS = {"id": Role.id, "name": Role.name}
_OWN = {"id": search.ids(Role.id), "name": search.text(Role.name)}


@get("/roles", requires="authenticated")
def all_roles(
    call: Call, ids: list[str] | None, get_all_support_roles: bool | None
) -> list[dict[str, Any]]:
    """Every role that the caller may know of."""
    if get_all_support_roles:
        return []
    wanted = _known_to(call)
    if ids is not None:
        wanted &= search.ids(Role.id)(",".join(ids))
    rows = call.db.scalars(select(Role).where(wanted).order_by(Role.id)).all()
    return [present_role(call, row) for row in rows]


@post("/roles", requires=_MANAGE)
def create_role(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A role of one permission set and one model set."""
    return present_role(call, roles.create(call.db, _with_sets(body)))


@get("/roles/search", requires="authenticated")
def search_roles(call: Call) -> list[dict[str, Any]]:
    """Roles by their properties."""
    return [present_role(call, row) for row in _searched(call)]


@get("/roles/search/with_user_count", requires=_SEE_USERS)
def search_roles_with_user_count(call: Call) -> list[dict[str, Any]]:
    """The same with how many people have each, by groups too."""
    return [
        present_role(call, row) | {"user_count": _user_count(call, row)} for row in _searched(call)
    ]


@get("/roles/{role_id}", requires="authenticated")
def role(call: Call, role_id: str) -> dict[str, Any]:
    """One role."""
    return present_role(call, _visible(call, role_id))


@patch("/roles/{role_id}", requires=_MANAGE)
def update_role(call: Call, role_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Rename a role, or make it of other sets."""
    found = roles.get(call.db, Role, role_id)
    roles.update(call.db, found, _with_sets(body))
    return present_role(call, found)


@delete("/roles/{role_id}", requires=_MANAGE)
def delete_role(call: Call, role_id: str) -> None:
    """Delete a role; its sets stay."""
    roles.remove(call.db, roles.get(call.db, Role, role_id))


@get("/roles/{role_id}/groups", requires=_SEE_USERS)
def role_groups(call: Call, role_id: str) -> list[dict[str, Any]]:
    """The groups that give the role."""
    found = roles.get(call.db, Role, role_id)
    return present_groups(call, roles.groups_giving(call.db, found))


@put("/roles/{role_id}/groups", requires=_MANAGE)
def set_role_groups(call: Call, role_id: str, body: list[str]) -> list[dict[str, Any]]:
    """Say which groups give the role, in place of those that did."""
    found = _givable(call, role_id)
    chosen = [groups.get(call.db, item) for item in body]
    for group in chosen:
        if group.externally_managed:
            raise Forbidden(f"The roles of {group.name} are decided outside of this server")
    roles.set_groups(call.db, found, [group.id for group in chosen])
    administrators.check_left(call.db)
    return present_groups(call, sorted(set(chosen), key=lambda group: group.id))


@get("/roles/{role_id}/users", requires=_SEE_USERS)
def role_users(
    call: Call, role_id: str, direct_association_only: bool | None
) -> list[dict[str, Any]]:
    """The people who have the role, by groups too if nothing else is asked."""
    found = roles.get(call.db, Role, role_id)
    having = membership.holders(found.id, direct=bool(direct_association_only))
    return present_users(call, call.db.scalars(select(User).where(having).order_by(User.id)).all())


@put("/roles/{role_id}/users", requires=_MANAGE)
def set_role_users(call: Call, role_id: str, body: list[str]) -> list[dict[str, Any]]:
    """Say who has the role directly, in place of those who did."""
    found = _givable(call, role_id)
    chosen = {users.get(call.db, item).id for item in body}
    if found.permission_set.all_access and call.session.user_id not in chosen:
        own = membership.holders(found.id, direct=True) & (User.id == call.session.user_id)
        if call.db.scalar(select(User.id).where(own)) is not None:
            raise BadRequest("You cannot take the Admin role from yourself")
    held = call.db.scalars(select(User.id).where(membership.holders(found.id, direct=True)))
    gaining = select(User).where(User.id.in_(chosen - set(held)))
    governing.check_direct_roles(call.db, call.services.vault, call.db.scalars(gaining))
    roles.set_users(call.db, found, chosen)
    administrators.check_left(call.db)
    rows = call.db.scalars(select(User).where(User.id.in_(chosen)).order_by(User.id)).all()
    return present_users(call, rows)


def _with_sets(body: dict[str, Any]) -> dict[str, Any]:
    """Sets may be named by id, or given as they were read."""
    values = dict(body)
    for name in ("permission_set", "model_set"):
        given = values.pop(name, None)
        if values.get(f"{name}_id") is None and isinstance(given, dict) and given.get("id"):
            values[f"{name}_id"] = given["id"]
    return values


def _searched(call: Call) -> Any:
    built_in = Role.permission_set.has(built_in=True)
    known = _OWN | {
        "model_set_ids": search.ids(Role.model_set_id),
        "permission_set_ids": search.ids(Role.permission_set_id),
        "built_in": lambda text: built_in if text.strip().lower() == "true" else ~built_in,
    }
    wanted = search.criteria(call, known)
    ordered = select(Role).where(_known_to(call), wanted)
    return search.page_of(call, ordered.order_by(*search.order(call, _SORTS, Role.id)))


def _user_count(call: Call, found: Role) -> int:
    having = membership.holders(found.id, direct=False)
    return call.db.scalar(select(func.count()).select_from(User).where(having)) or 0


def _known_to(call: Call) -> ColumnElement[bool]:
    """Who may not see people knows the roles that they have themselves, but no embed user's."""
    if call.session.permissions.has(_SEE_USERS):
        return Role.embed_user_id.is_(None)
    own = [item.id for item in membership.roles_of(call.db, call.session.user_id)]
    return Role.id.in_(own)


def _visible(call: Call, role_id: str) -> Role:
    found = roles.get(call.db, Role, role_id)
    if call.session.permissions.has(_SEE_USERS):
        return found
    if found not in membership.roles_of(call.db, call.session.user_id):
        raise NotFound
    return found


def _givable(call: Call, role_id: str) -> Role:
    """Nobody but an administrator makes administrators; an embed user's role is only theirs."""
    found = roles.get(call.db, Role, role_id)
    if found.embed_user_id is not None:
        raise MethodNotAllowed(f"The role {found.name} belongs to an embed user")
    if found.permission_set.all_access and not call.session.permissions.is_admin:
        raise Forbidden("Only administrators can give or take the Admin role")
    return found
