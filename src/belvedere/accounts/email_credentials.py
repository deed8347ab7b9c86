"""Signing in with an e-mail address: the address, and links that set a password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import credentials, signing_in, users
from belvedere.accounts.credentials import RESET_CONTEXT
from belvedere.accounts.tables import EmailCredentials, ExternalCredentials, User
from belvedere.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound, Problem
from belvedere.vault import Vault

VERIFY = "/account/verify/"
_FORCED = "forced_password_reset_at_next_login"


def get(user: User) -> EmailCredentials:
    if user.email_credentials is None:
        raise NotFound
    return user.email_credentials


def create(
    session: Session, user: User, values: Mapping[str, Any], now: datetime
) -> EmailCredentials:
    """Conflict where the user has an address to sign in with."""
    if user.service_account_name is not None:
        raise Forbidden("A service account cannot sign in with an e-mail address")
    if user.email_credentials is not None:
        raise Conflict(f"The user signs in as {user.email_credentials.email} already")
    address = _address(session, user, values.get("email"))
    made = EmailCredentials(user_id=user.id, email=address, created_at=now)
    made.forced_password_reset_at_next_login = bool(values.get(_FORCED))
    user.email_credentials, user.email = made, address
    users.touched(session, user, now)
    return made


def update(
    session: Session, user: User, values: Mapping[str, Any], now: datetime
) -> EmailCredentials:
    """A link that was sent to another address sets no password any more."""
    found = get(user)
    if "email" in values:
        address = _address(session, user, values["email"])
        if address != found.email:
            found.email = user.email = address
            _forget_link(found)
    if values.get(_FORCED) is not None:
        found.forced_password_reset_at_next_login = bool(values[_FORCED])
    users.touched(session, user, now)
    return found


def remove(session: Session, user: User, now: datetime) -> None:
    """Browsers that came in with the password are signed out."""
    session.delete(get(user))
    session.flush()
    session.expire(user, ["email_credentials"])
    left = select(ExternalCredentials.email).where(
        ExternalCredentials.user_id == user.id, ExternalCredentials.email.is_not(None)
    )
    user.email = session.scalar(left.order_by(ExternalCredentials.kind).limit(1))
    credentials.end_sessions(session, user.id, "email")
    users.touched(session, user, now)


def overwrite(session: Session, vault: Vault, user: User, email: str, now: datetime) -> str | None:
    """Put one address in place of all that are known of a disabled user; the token of the link
    that proves it and enables the user, who stays disabled until then. None for somebody who does
    not sign in with an address.
    """
    if not user.is_disabled:
        raise BadRequest("Only the addresses of disabled users can be overwritten")
    address = users.check_email(session, email, user.id)
    user.email = address
    token = None
    if user.email_credentials is not None:
        user.email_credentials.email = address
        _forget_link(user.email_credentials)
        token = ids.token()
        user.email_credentials.verification_digest = vault.digest(token)
    for item in user.external_credentials:
        item.email = address
    users.touched(session, user, now)
    return token


def find_verification(session: Session, vault: Vault, token: str) -> User | None:
    """The disabled user whose address the link proves."""
    owners = select(EmailCredentials.user_id).where(
        EmailCredentials.verification_digest == vault.digest(token)
    )
    chosen = select(User).where(User.id.in_(owners), User.is_disabled).with_for_update()
    return session.scalar(chosen)


def verify(session: Session, user: User, now: datetime) -> None:
    """Let the user in again; the link means nothing any more."""
    get(user).verification_digest = None
    user.is_disabled = False
    users.touched(session, user, now)


def renew_link(vault: Vault, found: EmailCredentials, now: datetime) -> str:
    """The token of a link to send: the one there is while it counts, else a new one. Invitations
    do not expire; a link that resets a password counts for an hour from now.
    """
    invited = found.password_hash is None
    expired = found.reset_expires_at is not None and found.reset_expires_at <= now
    if found.sealed_reset_token is None or expired:
        return signing_in.begin_reset(vault, found, now, expires=not invited)
    if not invited:
        found.reset_expires_at = now + signing_in.RESET_LIFETIME
    return vault.decrypt(found.sealed_reset_token, RESET_CONTEXT)


def _forget_link(found: EmailCredentials) -> None:
    found.reset_digest = found.sealed_reset_token = found.verification_digest = None
    found.reset_expires_at = None


def _address(session: Session, user: User, given: object) -> str:
    if given is None or not str(given).strip():
        raise Invalid(Problem("email", "missing_field", "email is required"))
    return users.check_email(session, str(given), user.id)
