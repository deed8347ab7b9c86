"""People: found, made, changed, shut out, deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from belvedere.accounts import attributes, oauth, roles, texts, tokens, web_sessions
from belvedere.accounts.tables import (
    EmailCredentials,
    EmbedSession,
    User,
    UserAttribute,
)
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.store import bump, find
from belvedere.vault import Vault

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\Z")
_LONGEST_FOLDER_ID = 64
_LONGEST_STATE = 65_536


def get(session: Session, user_id: int | str) -> User:
    user = find(session, User, user_id)
    if user is None:
        raise NotFound
    return user


def find_by_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(func.lower(User.email) == func.lower(email)).limit(1))


def is_email(text: str) -> bool:
    return _EMAIL.match(text) is not None and len(text) <= texts.LONGEST and texts.storable(text)


def check_email(session: Session, email: str, own_id: int | None = None) -> str:
    """The address without blanks around it; Invalid where it is malformed or somebody else's."""
    problems: list[Problem] = []
    text = texts.checked({"email": email}, "email", problems)
    if problems:
        raise Invalid(*problems)
    if not is_email(text):
        raise Invalid(Problem("email", "invalid", f"{text} is not an e-mail address"))
    if is_taken(session, text, own_id):
        raise Invalid(Problem("email", "already_exists", f"There is a user {text} already"))
    return text


def is_taken(session: Session, email: str, own_id: int | None) -> bool:
    """Whether the address belongs to another user."""
    shown = select(User.id).where(func.lower(User.email) == func.lower(email))
    signed_in = select(EmailCredentials.user_id).where(
        func.lower(EmailCredentials.email) == func.lower(email)
    )
    owners = set(session.scalars(shown)) | set(session.scalars(signed_in))
    return bool(owners - {own_id})


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
    address = check_email(session, email)
    user = User(
        email=address, first_name=first_name, last_name=last_name, created_at=now, updated_at=now
    )
    user.email_credentials = EmailCredentials(
        email=address, password_hash=password_hash, created_at=now
    )
    session.add(user)
    session.flush()
    bump(session, "accounts")
    return user


def make(session: Session, vault: Vault, values: Mapping[str, Any], now: datetime) -> User:
    """A user without any way in yet."""
    user = User(created_at=now, updated_at=now, first_name="", last_name="")
    session.add(user)
    session.flush()
    change(session, vault, user, values, now)
    return user


def change(
    session: Session, vault: Vault, user: User, values: Mapping[str, Any], now: datetime
) -> None:
    """Set the properties that are given; Invalid names all that are wrong. Who is disabled is
    signed out everywhere.
    """
    problems: list[Problem] = []
    found: dict[str, Any] = {
        name: texts.checked(values, name, problems)
        for name in ("first_name", "last_name")
        if name in values
    }
    if "home_folder_id" in values:
        folder = texts.checked(values, "home_folder_id", problems, _LONGEST_FOLDER_ID)
        found["home_folder_id"] = folder or None
    for name in ("models_dir_validated", "ui_state"):
        if name in values:
            found[name] = values[name]
    _check_state(values, problems)
    for name in ("can_manage_api3_creds", "is_disabled"):
        if values.get(name) is not None:
            found[name] = bool(values[name])
    locale = _locale(values, problems)
    if problems:
        raise Invalid(*problems)
    for name, value in found.items():
        setattr(user, name, value)
    if "locale" in values:
        _set_locale(session, vault, user, locale)
    touched(session, user, now)
    if "is_disabled" in found:
        _decided(session, user)


def _decided(session: Session, user: User) -> None:
    """Administrators said who is let in: a link that was sent before does not say otherwise."""
    if user.email_credentials is not None:
        user.email_credentials.verification_digest = None
    if user.is_disabled:
        sign_out(session, user.id)


def touched(session: Session, user: User, now: datetime) -> None:
    """Something about the user has changed."""
    user.updated_at = now
    session.flush()
    bump(session, "accounts")


def _check_state(values: Mapping[str, Any], problems: list[Problem]) -> None:
    if len(json.dumps(values.get("ui_state"))) > _LONGEST_STATE:
        message = f"ui_state has {_LONGEST_STATE} characters at most"
        problems.append(Problem("ui_state", "invalid", message))


def _locale(values: Mapping[str, Any], problems: list[Problem]) -> str | None:
    given = str(values.get("locale") or "").strip()
    if given and not _LOCALE.match(given):
        message = "locale must be a language such as en, or a language and a region such as en-US"
        problems.append(Problem("locale", "invalid", message))
    return given or None


def _set_locale(session: Session, vault: Vault, user: User, locale: str | None) -> None:
    named = select(UserAttribute).where(UserAttribute.name == "locale", UserAttribute.is_system)
    attributes.set_value(session, vault, user.id, session.scalars(named).one(), locale)


def sign_out(session: Session, user_id: int) -> None:
    """End everything that the user, or somebody in the user's name, is signed in with."""
    tokens.end_all(session, user_id)
    web_sessions.end_all(session, user_id)
    oauth.end_of_user(session, user_id)
    session.execute(delete(EmbedSession).where(EmbedSession.user_id == user_id))


def remove(session: Session, user: User) -> None:
    """With credentials, sessions, values, and the roles that were made for this user alone."""
    sign_out(session, user.id)
    session.flush()
    roles.remove_embedded(session, user.id)
    session.execute(delete(User).where(User.id == user.id))
    session.expunge(user)
    bump(session, "accounts")
    bump(session, "access")  # the id may be another person's one day
