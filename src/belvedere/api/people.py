"""Whom a path names, as far as the caller may have to do with them."""

from __future__ import annotations

from belvedere.accounts import users
from belvedere.accounts.tables import User
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


def is_behind(call: Call, user: User) -> bool:
    """Whether it is the user who calls, be it in somebody else's name."""
    return user.id in (call.session.user_id, call.session.sudo_user_id)


def refusal(call: Call) -> NotFound | Forbidden:
    """What is read is not there for whom it is not for; what is changed is forbidden to them."""
    reading = call.request.method in ("GET", "HEAD")
    return NotFound() if reading else Forbidden("Not authorized")
