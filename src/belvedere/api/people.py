"""Whom a path names, as far as the caller may have to do with them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, true

from belvedere.accounts import users
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import Group, GroupMember, User
from belvedere.api.call import Call
from belvedere.errors import Forbidden, NotFound


def is_self(call: Call, user_id: str) -> bool:
    return user_id == call.user_id


def check_oneself_or_any(call: Call, user_id: str) -> None:
    """Only administrators have to do with others, who learn nothing, not even who there is."""
    if not (is_self(call, user_id) or call.session.permissions.is_admin):
        raise refusal(call)


def oneself_or_any(call: Call, user_id: str) -> User:
    """The caller, or for administrators anybody."""
    check_oneself_or_any(call, user_id)
    return users.get(call.db, user_id)


def known_people(call: Call) -> ColumnElement[bool]:
    """A condition on User: whom the caller may know at all. Embed users know those who share their
    site's group, and are known to nobody else: one site's people are no business of another's.
    """
    if call.session.permissions.has(Permission("see_users")):
        return true()
    caller = users.get(call.db, call.session.user_id)
    oneself = User.id == caller.id
    if not caller.is_embed_user:
        return or_(oneself, User.is_embed_user.is_(False))
    shared = select(Group.id).where(
        Group.id.in_(call.session.groups), Group.embed_external_id.is_not(None)
    )
    together = select(GroupMember.user_id).where(GroupMember.group_id.in_(shared))
    return or_(oneself, User.id.in_(together))


def somebody_known(call: Call, user_id: str) -> User:
    """NotFound also where the caller may not know that there is such a user."""
    found = users.get(call.db, user_id)
    if call.db.scalar(select(User.id).where(User.id == found.id, known_people(call))) is None:
        raise NotFound
    return found


def is_behind(call: Call, user: User) -> bool:
    """Whether it is the user who calls, be it in somebody else's name."""
    return user.id in (call.session.user_id, call.session.sudo_user_id)


def refusal(call: Call) -> NotFound | Forbidden:
    """What is read is not there for whom it is not for; what is changed is forbidden to them."""
    reading = call.request.method in ("GET", "HEAD")
    return NotFound() if reading else Forbidden("Not authorized")
