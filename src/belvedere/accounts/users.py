"""People: found, created, described by attributes."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from belvedere.accounts.tables import EmailCredentials, User
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.store import bump

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")
_NUMBER_FORMAT = "1,234.56"
"""The default of that system attribute, for everybody while nobody can choose another."""


def get(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def find_by_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(func.lower(User.email) == email.lower()))


def create(
    session: Session,
    now: datetime,
    *,
    email: str,
    first_name: str = "",
    last_name: str = "",
    password_hash: str | None = None,
) -> User:
    """A user who signs in by e-mail address. Invalid for a malformed or taken address."""
    if not _EMAIL.match(email):
        raise Invalid(Problem("email", "invalid", f"{email} is not an e-mail address"))
    if find_by_email(session, email) is not None:
        raise Invalid(Problem("email", "already_exists", f"There is a user {email} already"))
    user = User(
        email=email, first_name=first_name, last_name=last_name, created_at=now, updated_at=now
    )
    user.email_credentials = EmailCredentials(
        email=email, password_hash=password_hash, created_at=now
    )
    session.add(user)
    session.flush()
    bump(session, "accounts")
    return user


def attributes(user: User) -> dict[str, str]:
    """The system attributes of a user, by name; those without a value are left out."""
    values = {
        "id": str(user.id),
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "name": user.display_name,
        "locale": user.locale,
        "number_format": _NUMBER_FORMAT,
        "timezone": user.timezone,
    }
    return {name: value for name, value in values.items() if value}
