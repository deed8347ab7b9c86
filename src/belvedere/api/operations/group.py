"""Groups of people, and of groups."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, select, true

from belvedere.accounts import administrators, groups, membership, users
from belvedere.accounts.federation import governing
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import Group, GroupChild, GroupMember, GroupRole, Role, User
from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import RawBody, delete, get, patch, post
from belvedere.api.people import known_people
from belvedere.api.present.groups import (
    present_group,
    present_groups,
    present_with_hierarchy,
    present_with_roles,
)
from belvedere.api.present.users import present_user, present_users
from belvedere.content import holders, metadata
from belvedere.errors import Forbidden, Invalid, NotFound, Problem

_MANAGE = Permission("manage_groups")
_SEE_USERS = Permission("see_users")
_SORTS = {
    "id": Group.id,
    "name": Group.name,
    "external_group_id": Group.external_group_id,
    "externally_managed": Group.externally_managed,
}
_CRITERIA = {
    "id": search.ids(Group.id),
    "name": search.text(Group.name),
    "external_group_id": search.text(Group.external_group_id),
    "externally_managed": search.flag(Group.externally_managed),
    "externally_orphaned": search.flag(Group.externally_orphaned),
}


@get("/groups", requires="authenticated")
def all_groups(
    call: Call,
    ids: list[str] | None,
    content_metadata_id: str | None,
    can_add_to_content_metadata: bool | None,
) -> list[dict[str, Any]]:
    """Every group that the caller may know of."""
    wanted: list[ColumnElement[bool]] = [_known_to(call)]
    if ids is not None:
        wanted.append(search.ids(Group.id)(",".join(ids)))
    if content_metadata_id:
        wanted.append(_with_access(call, content_metadata_id))
    if can_add_to_content_metadata is not None:
        wanted.append(Group.can_add_to_content_metadata.is_(can_add_to_content_metadata))
    ordered = select(Group).where(*wanted).order_by(*search.order(call, _SORTS, Group.id))
    return present_groups(call, search.page_of(call, ordered))


@post("/groups", requires=_MANAGE)
def create_group(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A new group without anybody in it."""
    return present_group(call, groups.create(call.db, body))


@get("/groups/search", requires="authenticated")
def search_groups(call: Call) -> list[dict[str, Any]]:
    """Groups by their properties."""
    return present_groups(call, _searched(call))


@get("/groups/search/with_roles", requires="authenticated")
def search_groups_with_roles(call: Call) -> list[dict[str, Any]]:
    """The same with the roles that each gives."""
    return present_with_roles(call, _searched(call))


@get("/groups/search/with_hierarchy", requires="authenticated")
def search_groups_with_hierarchy(call: Call) -> list[dict[str, Any]]:
    """The same with the groups that each belongs to, and the ids of its roles."""
    return present_with_hierarchy(call, _searched(call))


@get("/groups/{group_id}", requires="authenticated")
def group(call: Call, group_id: str) -> dict[str, Any]:
    """One group."""
    return present_group(call, _visible(call, group_id))


@patch("/groups/{group_id}", requires=_MANAGE)
def update_group(call: Call, group_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Rename a group, or say whether it can be given access to content."""
    found = _manageable(call, group_id)
    groups.update(call.db, found, body)
    return present_group(call, found)


@delete("/groups/{group_id}", requires=_MANAGE)
def delete_group(call: Call, group_id: str) -> None:
    """Delete a group; the people in it stay."""
    groups.remove(call.db, _manageable(call, group_id))
    administrators.check_left(call.db)


@get("/groups/{group_id}/groups", requires="authenticated")
def all_group_groups(call: Call, group_id: str) -> list[dict[str, Any]]:
    """The groups that a group lists, as far as the caller may know them."""
    found = _visible(call, group_id)
    within = select(GroupChild.child_id).where(GroupChild.parent_id == found.id)
    listed = select(Group).where(Group.id.in_(within), _known_to(call))
    return present_groups(call, call.db.scalars(listed.order_by(Group.id)).all())


@post("/groups/{group_id}/groups", requires=_MANAGE)
def add_group_group(call: Call, group_id: str, body: RawBody) -> dict[str, Any]:
    """Put a group into another one."""
    found = _manageable(call, group_id)
    child = groups.get(call.db, _named(body, "group_id"))
    groups.add_group(call.db, found, child)
    return present_group(call, child)


@get("/groups/{group_id}/users", requires="authenticated")
def all_group_users(call: Call, group_id: str) -> list[dict[str, Any]]:
    """The people whom a group lists, as far as the caller may know them."""
    found = _visible(call, group_id)
    chosen = select(User).where(known_people(call))
    if not found.include_by_default:
        chosen = chosen.join(GroupMember, GroupMember.user_id == User.id)
        chosen = chosen.where(GroupMember.group_id == found.id)
    sorts = {"id": User.id, "first_name": User.first_name, "last_name": User.last_name}
    if call.session.permissions.has(_SEE_USERS):  # an order tells what it is by
        sorts |= {"email": User.email}
    ordered = chosen.order_by(*search.order(call, sorts, User.id))
    return present_users(call, search.page_of(call, ordered))


@post("/groups/{group_id}/users", requires=_MANAGE)
def add_group_user(call: Call, group_id: str, body: RawBody) -> dict[str, Any]:
    """Put a person into a group."""
    found = _manageable(call, group_id)
    user = users.get(call.db, _named(body, "user_id"))
    governing.check_membership(call.db, call.services.vault, user)
    groups.add_user(call.db, found, user)
    return present_user(call, user)


@delete("/groups/{group_id}/users/{user_id}", requires=_MANAGE)
def delete_group_user(call: Call, group_id: str, user_id: str) -> None:
    """Take a person out of a group."""
    found = _manageable(call, group_id)
    groups.remove_user(call.db, found, users.get(call.db, user_id))
    administrators.check_left(call.db)


@delete("/groups/{group_id}/groups/{deleting_group_id}", requires=_MANAGE)
def delete_group_from_group(call: Call, group_id: str, deleting_group_id: str) -> None:
    """Take a group out of another one."""
    found = _manageable(call, group_id)
    groups.remove_group(call.db, found, groups.get(call.db, deleting_group_id))
    administrators.check_left(call.db)


def _searched(call: Call) -> Any:
    wanted = search.criteria(call, _CRITERIA)
    ordered = (
        select(Group).where(_known_to(call), wanted).order_by(*search.order(call, _SORTS, Group.id))
    )
    return search.page_of(call, ordered)


def _known_to(call: Call) -> ColumnElement[bool]:
    """Who may neither see people nor manage anything knows the groups that they are in."""
    if call.session.permissions.has(_SEE_USERS):
        return true()
    return Group.id.in_(call.session.groups)


def _visible(call: Call, group_id: str) -> Group:
    found = groups.get(call.db, group_id)
    known = found.id in call.session.groups or call.session.permissions.has(_SEE_USERS)
    if not known:
        raise NotFound
    return found


def _manageable(call: Call, group_id: str) -> Group:
    """Who joins a group that gives the Admin role is an administrator: only those decide."""
    found = groups.get(call.db, group_id)
    if not call.session.permissions.is_admin and _gives_admin(call, found):
        raise Forbidden("Only administrators can change groups that give the Admin role")
    return found


def _gives_admin(call: Call, found: Group) -> bool:
    above = membership.above(call.db, found.id)
    roles = select(Role).join(GroupRole, GroupRole.role_id == Role.id)
    given = call.db.scalars(roles.where(GroupRole.group_id.in_(above)))
    return any(role.permission_set.all_access for role in given)


def _with_access(call: Call, metadata_id: str) -> ColumnElement[bool]:
    """Those that the deciding access lists name; none for a caller who may not read these."""
    try:
        content = metadata.content_of(call.db, metadata.get(call.db, metadata_id))
    except NotFound:
        return false()
    if not metadata.edits(call.reach, content):
        return false()
    return Group.id.in_(holders.groups(call.db, content))


def _named(body: RawBody, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str | int) or isinstance(value, bool) or not str(value).strip():
        raise Invalid(Problem(name, "missing_field", f"{name} is required"))
    return str(value)
