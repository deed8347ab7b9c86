"""Which groups somebody belongs to, through other groups too, and which roles that gives."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import CTE, ColumnElement, Select, literal, or_, select
from sqlalchemy.orm import Session

from belvedere.accounts import permissions
from belvedere.accounts.permissions import EMBED_PERMISSIONS, Permissions
from belvedere.accounts.tables import (
    Group,
    GroupChild,
    GroupMember,
    GroupRole,
    Role,
    User,
    UserRole,
)


def _upwards(start: Select[int]) -> CTE:
    """The groups of `start` and those that they belong to."""
    found = start.cte("belongs", recursive=True)
    above = select(GroupChild.parent_id).join(found, GroupChild.child_id == found.c[0])
    return found.union(above)


def _downwards(group_id: int) -> CTE:
    """The group and those that belong to it."""
    found = select(literal(group_id).label("group_id")).cte("within", recursive=True)
    below = select(GroupChild.child_id).join(found, GroupChild.parent_id == found.c[0])
    return found.union(below)


def groups_of(session: Session, user_id: int) -> frozenset[int]:
    """Every group that the user is in: by name, because everybody is, and what those are in."""
    own = select(GroupMember.group_id).where(GroupMember.user_id == user_id)
    everybody = select(Group.id).where(Group.include_by_default)
    found = _upwards(own.union(everybody).subquery().select())
    return frozenset(session.scalars(select(found.c[0])))


def above(session: Session, group_id: int) -> frozenset[int]:
    """The group and every one that it belongs to."""
    found = _upwards(select(literal(group_id).label("group_id")))
    return frozenset(session.scalars(select(found.c[0])))


def roles_of(session: Session, user_id: int) -> list[Role]:
    """Direct roles and those of the user's groups that count, by id, each once."""
    groups = groups_of(session, user_id)
    direct = select(UserRole.role_id).where(UserRole.user_id == user_id)
    given = (
        select(GroupRole.role_id)
        .join(Group, Group.id == GroupRole.group_id)
        .join(User, User.id == user_id)
        .where(
            GroupRole.group_id.in_(groups),
            or_(Group.externally_managed, ~User.roles_from_mirrored_groups_only),
        )
    )
    chosen = or_(Role.id.in_(direct), Role.id.in_(given))
    return list(session.scalars(select(Role).where(chosen).order_by(Role.id)))


def permissions_of(session: Session, user: User) -> Permissions:
    """What the user may do; people from other sites never more than such people can be given."""
    within = EMBED_PERMISSIONS if user.is_embed_user else None
    return permissions.of(roles_of(session, user.id), within)


def is_within(session: Session, group_id: int, outer_id: int) -> bool:
    """Whether the group is the other one or inside of it."""
    found = _downwards(outer_id)
    return session.scalar(select(found.c[0]).where(found.c[0] == group_id)) is not None


def members(group_id: int) -> ColumnElement[bool]:
    """A condition on User: in the group, or in one that belongs to it."""
    within = _downwards(group_id)
    listed = select(GroupMember.user_id).join(within, GroupMember.group_id == within.c[0])
    everybody = select(Group.id).join(within, Group.id == within.c[0])
    return or_(User.id.in_(listed), everybody.where(Group.include_by_default).exists())


def holders(role_id: int, *, direct: bool) -> ColumnElement[bool]:
    """A condition on User: has the role; `direct` leaves out those who have it by a group."""
    own = User.id.in_(select(UserRole.user_id).where(UserRole.role_id == role_id))
    if direct:
        return own
    everywhere = ~User.roles_from_mirrored_groups_only & _through_groups(role_id)
    return or_(own, everywhere, _through_groups(role_id, mirrored_only=True))


def _through_groups(role_id: int, *, mirrored_only: bool = False) -> ColumnElement[bool]:
    """A condition on User: in a group that gives the role, or in one that belongs to such."""
    gives = select(GroupRole.group_id.label("group_id")).where(GroupRole.role_id == role_id)
    if mirrored_only:
        gives = gives.join(Group, Group.id == GroupRole.group_id).where(Group.externally_managed)
    name = f"{'mirrored_' if mirrored_only else ''}giving_{role_id}"
    giving = gives.cte(name, recursive=True)
    below = select(GroupChild.child_id).join(giving, GroupChild.parent_id == giving.c[0])
    giving = giving.union(below)
    listed = select(GroupMember.user_id).where(GroupMember.group_id.in_(select(giving.c[0])))
    everybody = select(Group.id).join(giving, Group.id == giving.c[0])
    return or_(User.id.in_(listed), everybody.where(Group.include_by_default).exists())


def direct_groups(session: Session, user_ids: Iterable[int]) -> dict[int, list[int]]:
    """By user: the groups that list them and those of everybody, not what these are in."""
    wanted = list(user_ids)
    everybody = list(session.scalars(select(Group.id).where(Group.include_by_default)))
    found = {user_id: set(everybody) for user_id in wanted}
    rows = session.execute(
        select(GroupMember.user_id, GroupMember.group_id).where(GroupMember.user_id.in_(wanted))
    )
    for user_id, group_id in rows:
        found[user_id].add(group_id)
    return {user_id: sorted(groups) for user_id, groups in found.items()}


def role_ids(session: Session, user_ids: Iterable[int]) -> dict[int, list[int]]:
    """By user: direct roles and those of their groups. For many people at once."""
    wanted = list(user_ids)
    direct_in = direct_groups(session, wanted)
    upwards = _parents(session, {group for groups in direct_in.values() for group in groups})
    given: dict[int, set[int]] = {}
    mirrored: set[int] = set()
    giving = select(GroupRole.group_id, GroupRole.role_id, Group.externally_managed).join(
        Group, Group.id == GroupRole.group_id
    )
    rows = session.execute(giving.where(GroupRole.group_id.in_(upwards)))
    for group_id, role_id, is_mirrored in rows:
        given.setdefault(group_id, set()).add(role_id)
        mirrored |= {group_id} if is_mirrored else set()
    limited = select(User.id).where(User.id.in_(wanted), User.roles_from_mirrored_groups_only)
    strict = set(session.scalars(limited))
    found: dict[int, set[int]] = {user_id: set() for user_id in wanted}
    direct = select(UserRole.user_id, UserRole.role_id).where(UserRole.user_id.in_(wanted))
    for user_id, role_id in session.execute(direct):
        found[user_id].add(role_id)
    for user_id, groups in direct_in.items():
        for group_id in _closure(groups, upwards):
            if user_id not in strict or group_id in mirrored:
                found[user_id] |= given.get(group_id, set())
    return {user_id: sorted(roles) for user_id, roles in found.items()}


def _parents(session: Session, start: Iterable[int]) -> dict[int, list[int]]:
    """By group, for `start` and all that these are in: the groups that it is in directly."""
    found: dict[int, list[int]] = {}
    level = set(start)
    while level:
        found |= {group_id: [] for group_id in level}
        rows = select(GroupChild.child_id, GroupChild.parent_id)
        for child, parent in session.execute(rows.where(GroupChild.child_id.in_(level))):
            found[child].append(parent)
        level = {parent for child in level for parent in found[child]} - found.keys()
    return found


def _closure(start: Iterable[int], upwards: dict[int, list[int]]) -> set[int]:
    seen: set[int] = set()
    waiting = list(start)
    while waiting:
        group_id = waiting.pop()
        if group_id not in seen:
            seen.add(group_id)
            waiting += upwards.get(group_id, ())
    return seen
