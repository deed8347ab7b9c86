"""Those who may do everything: nobody leaves an instance without one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from belvedere.accounts import membership
from belvedere.accounts.tables import PermissionSet, Role, User
from belvedere.errors import BadRequest


def _lock(session: Session) -> None:
    """Until the transaction ends nobody else finds out who is an administrator: two who take the
    right from each other at the same time would both succeed.
    """
    session.execute(select(PermissionSet.id).where(PermissionSet.all_access).with_for_update())


def _have_admin(session: Session) -> ColumnElement[bool]:
    """A condition on User: has a role that gives everything, by a group too."""
    giving = select(Role.id).join(PermissionSet, PermissionSet.id == Role.permission_set_id)
    roles = session.scalars(giving.where(PermissionSet.all_access)).all()
    return or_(*(membership.holders(role_id, direct=False) for role_id in roles))


def there_is_one(session: Session, *, beside: int) -> bool:
    """Whether anybody else is an administrator who can sign in."""
    _lock(session)
    others = _active(session).where(User.id != beside)
    return session.scalar(others.limit(1)) is not None


def check_left(session: Session) -> None:
    """BadRequest where, after a change of groups or roles, nobody is an administrator."""
    _lock(session)
    if session.scalar(_active(session).limit(1)) is None:
        raise BadRequest("Nobody would be an administrator any more")


def _active(session: Session) -> Select[int]:
    """Those who can sign in."""
    return select(User.id).where(
        User.is_disabled.is_(False), User.is_embed_user.is_(False), _have_admin(session)
    )


def check_dispensable(session: Session, user: User, what: str) -> None:
    """BadRequest where the user is the only administrator; `what` says what cannot happen."""
    if not there_is_one(session, beside=user.id):
        raise BadRequest(f"The only administrator cannot {what}")
