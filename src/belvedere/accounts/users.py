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


def get(session: Session, user_id: int | str) -> User:
    text = str(user_id)
    user = session.get(User, int(text)) if text.isdecimal() and len(text) < 18 else None
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
