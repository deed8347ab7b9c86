"""Groups: made, changed, filled with people and with other groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from belvedere.accounts import membership, texts
from belvedere.accounts.tables import Group, GroupChild, GroupMember, GroupRole, Role, User
from belvedere.errors import Forbidden, Invalid, MethodNotAllowed, NotFound, Problem
from belvedere.store import bump, find, lock, put

ALL_USERS = 1


def get(session: Session, group_id: str | int) -> Group:
    found = find(session, Group, group_id)
    if found is None:
        raise NotFound
    return found


def find_by_name(session: Session, name: str) -> Group | None:
    return session.scalar(select(Group).where(func.lower(Group.name) == func.lower(name)))


def create(session: Session, values: Mapping[str, Any]) -> Group:
    """Invalid for a name that is missing or taken."""
    group = Group(name=_name(session, values.get("name"), None))
    _set(group, values)
    session.add(group)
    session.flush()
    bump(session, "accounts")
    return group


def update(session: Session, group: Group, values: Mapping[str, Any]) -> None:
    if "name" in values:
        group.name = _name(session, values["name"], group.id)
    _set(group, values)
    session.flush()
    bump(session, "accounts")


def _set(group: Group, values: Mapping[str, Any]) -> None:
    if values.get("can_add_to_content_metadata") is not None:
        group.can_add_to_content_metadata = bool(values["can_add_to_content_metadata"])


def _name(session: Session, given: object, own_id: int | None) -> str:
    name = str(given or "").strip()
    if not name:
        raise Invalid(Problem("name", "missing_field", "A group needs a name"))
    problem = texts.problem_of("name", name)
    if problem is not None:
        raise Invalid(problem)
    other = find_by_name(session, name)
    if other is not None and other.id != own_id:
        raise Invalid(Problem("name", "already_exists", f"There is a group {name} already"))
    return name


def remove(session: Session, group: Group) -> None:
    if group.include_by_default:
        raise MethodNotAllowed(f"The group {group.name} is built in and cannot be deleted")
    session.delete(group)
    session.flush()
    bump(session, "accounts")
    bump(session, "access")  # the id may be another group's one day


# Who is in it


def _own(group: Group) -> None:
    if group.include_by_default:
        raise MethodNotAllowed(f"Everybody belongs to {group.name}; that cannot be changed")
    if group.externally_managed:
        raise Forbidden(f"Who belongs to {group.name} is decided outside of this server")


def add_user(session: Session, group: Group, user: User) -> None:
    _own(group)
    if session.get(GroupMember, (group.id, user.id)) is None:
        put(session, GroupMember(group_id=group.id, user_id=user.id))
        bump(session, "accounts")


def remove_user(session: Session, group: Group, user: User) -> None:
    """NotFound where the group does not list the user."""
    _own(group)
    row = session.get(GroupMember, (group.id, user.id), with_for_update=True)
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    bump(session, "accounts")


def add_group(session: Session, group: Group, child: Group) -> None:
    """Invalid where the two would end up inside one another."""
    if child.include_by_default:
        raise MethodNotAllowed(f"The group {child.name} cannot belong to another one")
    lock(session, Group, Group.include_by_default.is_(True))  # two at once could close a circle
    if membership.is_within(session, group.id, child.id):
        message = f"The group {group.name} is {child.name} itself, or belongs to it"
        raise Invalid(Problem("group_id", "invalid", message))
    if session.get(GroupChild, (group.id, child.id)) is None:
        put(session, GroupChild(parent_id=group.id, child_id=child.id))
        bump(session, "accounts")


def remove_group(session: Session, group: Group, child: Group) -> None:
    row = session.get(GroupChild, (group.id, child.id), with_for_update=True)
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    bump(session, "accounts")


# What they give


def roles_by_group(session: Session, group_ids: list[int]) -> dict[int, list[Role]]:
    found: dict[int, list[Role]] = {group_id: [] for group_id in group_ids}
    rows = session.execute(
        select(GroupRole.group_id, Role)
        .join(Role, Role.id == GroupRole.role_id)
        .where(GroupRole.group_id.in_(group_ids))
        .order_by(Role.id)
    )
    for group_id, role in rows:
        found[group_id].append(role)
    return found


def parents_by_group(session: Session, group_ids: list[int]) -> dict[int, list[int]]:
    """The groups that each belongs to directly."""
    found: dict[int, list[int]] = {group_id: [] for group_id in group_ids}
    rows = session.execute(
        select(GroupChild.child_id, GroupChild.parent_id)
        .where(GroupChild.child_id.in_(group_ids))
        .order_by(GroupChild.parent_id)
    )
    for child, parent in rows:
        found[child].append(parent)
    return found


def counts(session: Session, group_ids: list[int]) -> dict[int, int]:
    """How many people each group lists; of a group of everybody, everybody."""
    found = dict.fromkeys(group_ids, 0)
    rows = session.execute(
        select(GroupMember.group_id, func.count())
        .where(GroupMember.group_id.in_(group_ids))
        .group_by(GroupMember.group_id)
    )
    for group_id, count in rows:
        found[group_id] = count
    open_to_all = select(Group.id).where(Group.include_by_default, Group.id.in_(group_ids))
    for group_id in session.scalars(open_to_all):
        found[group_id] = session.scalar(select(func.count(User.id))) or 0
    return found


def set_roles(session: Session, group: Group, role_ids: list[int]) -> None:
    if group.externally_managed:
        raise Forbidden(f"The roles of {group.name} are decided outside of this server")
    lock(session, Group, Group.id == group.id)
    session.execute(delete(GroupRole).where(GroupRole.group_id == group.id))
    session.add_all(GroupRole(group_id=group.id, role_id=role_id) for role_id in set(role_ids))
    session.flush()
    bump(session, "accounts")
